"""Pipelines: contracts, staleness, cache, events, cancellation, errors that name the place."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit.core.pipeline import run_stage
from stagekit.types import Camera, Layout, Room, Wall


def layout_of(image: sk.Image) -> Layout:
    corners = [(-2.0, 1.0), (-2.0, -4.0), (2.0, -4.0), (2.0, 1.0)]
    walls = tuple(Wall(corners[i], corners[(i + 1) % 4], 2.5) for i in range(4))
    camera = Camera(100.0, image.width / 2, image.height / 2, image.width, image.height)
    return Layout(camera, np.array(corners), walls, 2.5)


class Measure(sk.Stage):
    writes = ("layout",)

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0

    def run(self, image: sk.Image, *, context: sk.Context) -> dict[str, Any]:
        self.runs += 1
        return {"layout": layout_of(image)}


class Guess(sk.Stage):
    writes = ("room",)

    def run(self, image: sk.Image, *, context: sk.Context) -> dict[str, Any]:
        return {"room": Room("office", {"office": 1.0})}


class Brighten(sk.Stage):
    writes = ("image",)
    keeps = ("room",)

    def run(self, image: sk.Image, layout: Layout, brief: sk.Brief, *, context: sk.Context) -> dict[str, Any]:
        array = image.array.copy()
        array[:10, :20] = 255 - array[:10, :20] // 2 - brief.seed
        context.progress(0.5, "half")
        context.warn("bright")
        return {"image": image.with_array(array)}


class Survey(sk.Stage):
    writes = ("depth",)

    def run(self, layout: Layout, room: Room | None = None, *, context: sk.Context) -> dict[str, Any]:
        return {"depth": sk.DepthMap(layout.depth())}


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (80, 120, 3), dtype=np.uint8)


def test_runs_and_reports_exactly_what_changed(photo: np.ndarray) -> None:
    scene = sk.Pipeline(Measure(), Brighten())(photo, seed=3)
    assert scene.changed is not None
    assert np.array_equal(scene.changed.array, (scene.image.array != photo).any(axis=2))
    assert scene.changed.array[:10, :20].any() and not scene.changed.array[10:].any()
    assert [s.stage for s in scene.record] == ["Measure", "Brighten"]
    assert scene.record[1].warnings == ("bright",) and scene.record[1].seed == 3


def test_check_says_what_is_missing_and_who_gives_it() -> None:
    with pytest.raises(sk.MissingFieldError, match=r"Furnish reads 'layout'.*EstimateLayout\(\)"):
        sk.Pipeline(sk.Furnish()).check()
    with pytest.raises(sk.MissingFieldError, match=r"move EstimateLayout\(\) before it"):
        sk.Pipeline(sk.Arrange(), sk.EstimateLayout()).check()
    sk.Pipeline(sk.Furnish()).check(given=("layout", "placements"))


def test_stale_fields_are_refused_before_and_during_a_run(photo: np.ndarray) -> None:
    pipe = sk.Pipeline(Measure(), Brighten(), Survey())
    with pytest.raises(sk.StaleFieldError, match="'layout', measured before Brighten changed the image"):
        pipe.check()
    scene = sk.Pipeline(Measure(), Guess(), Brighten())(photo)
    assert scene.stale == {"layout": "Brighten"} and scene.layout is not None
    with pytest.raises(sk.StaleFieldError, match="again after Brighten"):
        run_stage(Survey(), scene, sk.Runtime(), lambda e: None, sk.CancelToken(), pipe.cache)
    sk.Pipeline(Measure(), Brighten(), Measure(), Survey()).check()


def test_what_did_not_change_comes_from_the_cache(photo: np.ndarray) -> None:
    measure = Measure()
    pipe = sk.Pipeline(measure, Brighten())
    first = pipe(photo, seed=1)
    again = pipe(first, seed=2)
    assert measure.runs == 1
    assert [s.cached for s in again.record] == [True, False]
    assert not np.array_equal(first.image.array, again.image.array)
    other = pipe(255 - photo, seed=1)
    assert measure.runs == 2 and not other.record[0].cached
    assert pipe(photo, seed=1).record[1].warnings == ("bright",), "warnings are told again from the cache"


def test_given_fields_take_the_place_of_stages(photo: np.ndarray) -> None:
    image = sk.open_image(photo)
    scene = sk.Pipeline(Brighten())(image, layout=layout_of(image))
    assert scene.layout is not None
    with pytest.raises(sk.OptionError, match="unknown option"):
        sk.Pipeline(Measure())(image, colour="red")


def test_replace_keeps_the_others_and_rejects_strangers() -> None:
    pipe = sk.Pipeline(Measure(), Brighten())
    assert [s.name for s in pipe.replace("Brighten", Survey()).stages] == ["Measure", "Survey"]
    with pytest.raises(sk.PipelineError, match="exactly one stage 'Erase'"):
        pipe.replace("Erase", Survey())
    with pytest.raises(sk.PipelineError, match="expected stages"):
        sk.Pipeline("Furnish")  # type: ignore[arg-type]


def test_stream_yields_typed_events_in_order(photo: np.ndarray) -> None:
    events = list(sk.Pipeline(Measure(), Brighten()).stream(photo))
    assert [type(e).__name__ for e in events] == ["Started", "Finished", "Started", "Progress", "Warned", "Finished"]
    last = events[-1]
    assert isinstance(last, sk.Finished) and last.scene.changed is not None and last.scene.changed.array.any()


def test_a_token_cancels_within_a_stage_and_leaving_a_stream_stops_it(photo: np.ndarray) -> None:
    token = sk.CancelToken()
    pipe = sk.Pipeline(Measure(), Brighten())

    def listen(event: Any) -> None:
        if isinstance(event, sk.Started) and event.stage == "Brighten":
            token.cancel()

    with pytest.raises(sk.Cancelled):
        pipe(photo, cancel=token, on_event=listen)
    for _ in pipe.stream(photo):
        break
    assert not [t for t in threading.enumerate() if t.name == "stagekit-stream"]


def test_errors_of_a_stage_keep_their_place_and_the_scene(photo: np.ndarray) -> None:
    class Broken(sk.Stage):
        writes = ("depth",)

        def run(self, image: sk.Image, *, context: sk.Context) -> dict[str, Any]:
            raise ZeroDivisionError("oh")

    class Liar(sk.Stage):
        writes = ("depth",)

        def run(self, image: sk.Image, *, context: sk.Context) -> dict[str, Any]:
            return {"lines": 1}

    with pytest.raises(sk.StageFailedError, match=r"Broken.* failed on .*: oh") as caught:
        sk.Pipeline(Measure(), Broken())(photo)
    assert caught.value.stage == "Broken" and caught.value.scene.layout is not None
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(sk.PipelineError, match="declares writes"):
        sk.Pipeline(Liar())(photo)


def test_briefs_are_checked_before_any_stage_runs(photo: np.ndarray) -> None:
    measure = Measure()
    pipe = sk.Pipeline(measure, sk.Arrange())
    with pytest.raises(sk.OptionError, match="did you mean 'living_room'"):
        pipe(photo, room="living-rom")
    with pytest.raises(sk.OptionError, match="japandi"):
        pipe(photo, style="japandy")
    with pytest.raises(sk.OptionError, match="no option"):
        sk.Pipeline(sk.EstimateLayout(focal=3)).check()
    assert measure.runs == 0


def test_recipe_round_trip() -> None:
    pipe = sk.Pipeline(sk.Segment(), sk.EstimateLayout(camera_height_m=1.5), sk.Arrange(), sk.Furnish())
    again = sk.Pipeline.from_recipe(pipe.recipe())
    assert repr(again) == repr(pipe) and again.recipe() == pipe.recipe()
    with pytest.raises(sk.OptionError, match="no stage 'Paint'"):
        sk.Pipeline.from_recipe([{"stage": "Paint"}])


def test_shown_as_a_table() -> None:
    text = repr(sk.Pipeline(sk.EstimateLayout(), sk.Arrange()))
    assert "manhattan.v1" in text and "[segments]" in text
    assert "<td>manhattan.v1</td>" in sk.Pipeline(sk.EstimateLayout())._repr_html_()
