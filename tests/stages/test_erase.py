"""``Erase`` in pipelines: what it writes and keeps, its errors, its warning, and emptying before furnishing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import stagekit as sk
from stagekit import cli
from stagekit.runtime.runtime import default_runtime
from stagekit.types import Obstacle, Segments


class Clean:
    """A segmentation that sees an empty room, or whatever ``label`` it is told to see in the middle."""

    label = 0

    def __init__(self) -> None:
        pass

    def open(self, runtime=None):
        return self

    def __call__(self, image):
        labels = np.zeros(image.array.shape[:2], np.uint8)
        labels[110:150, 140:190] = self.label
        return Segments(labels, ("wall", "sofa"), None, {})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The guard's network replaced, so that only the stage is tested; the process's runtime must not keep it for others."""
    monkeypatch.setattr(Clean, "label", 0)
    monkeypatch.setattr("stagekit.stages.erase.Segment.load", lambda self, runtime: Clean())
    default_runtime.cache_clear()
    yield
    default_runtime.cache_clear()


def erase(room, **options):
    pipe = sk.Pipeline(sk.Erase(**options))
    return pipe(room.photo, segments=room.segments, layout=room.layout, runtime=sk.Runtime(threads=1))


def test_a_drawn_mask_changes_its_pixels_and_no_other(room):
    scene = erase(room, mask=room.thing)
    differs = (scene.image.array != room.photo.array).any(2)
    assert np.array_equal(scene.changed.array, differs)
    assert not differs[~room.thing].any() and differs[room.thing].mean() > 0.99


def test_names_grow_and_say_what_changed(room):
    scene = erase(room, what="furniture")
    assert scene.changed.array[room.thing].mean() > 0.99
    assert room.thing.mean() < scene.changed.fraction < room.thing.mean() + 0.08


def test_the_layout_stays_without_what_went_and_the_segments_are_stale(room):
    inside = Obstacle(np.array([[0, -2], [1, -2], [1, -3.0]]), 0.8, room.thing)
    outside = Obstacle(np.array([[-1, -2], [-1.2, -2], [-1, -3.0]]), 0.8, np.roll(room.thing, -100, axis=1))
    floor = (room.layout.surfaces() == 1) & ~room.thing
    layout = replace(room.layout, obstacles=(inside, outside), floor_mask=floor)
    scene = sk.Pipeline(sk.Erase(mask=room.thing))(room.photo, segments=room.segments, layout=layout)
    assert scene.layout.obstacles == (outside,)
    assert scene.layout.floor_mask.sum() > floor.sum()
    assert scene.stale == {"segments": "Erase"}


def test_an_occupied_room_is_emptied_then_furnished(room):
    """The chain: Arrange and Furnish read the layout that Erase kept, without measuring anew; pieces stand where the
    sofa stood."""
    pipe = sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Erase(), sk.Arrange(), sk.Furnish())
    pipe.check()
    sofa = Obstacle(np.array([[-3, -1], [3, -1], [3, -3.5], [-3, -3.5]], float), 0.8, room.thing)
    layout = replace(room.layout, obstacles=(sofa,))
    short = sk.Pipeline(sk.Erase(), sk.Arrange())
    scene = short(room.photo, segments=room.segments, layout=layout, room="living_room")
    blocked = sk.Pipeline(sk.Arrange())(room.photo, layout=layout, room="living_room")
    assert len(scene.placements) > len(blocked.placements)


def test_staging_an_occupied_room_says_what_stands_there_and_how_to_empty_it(room):
    pipe = sk.Pipeline(sk.Arrange())
    (warning,) = pipe(room.photo, segments=room.segments, layout=room.layout, room="living_room").record[-1].warnings
    assert "not empty (sofa: 8%" in warning and "stagekit.erase(photo)" in warning
    bare = replace(room.segments, labels=np.where(room.thing, 0, room.segments.labels).astype(np.uint8))
    assert pipe(room.empty, segments=bare, layout=room.layout, room="living_room").record[-1].warnings == ()
    emptied = sk.Pipeline(sk.Erase(), sk.Arrange())
    scene = emptied(room.photo, segments=room.segments, layout=room.layout, room="living_room")
    assert not any("not empty" in w for w in scene.record[-1].warnings)


def test_something_new_in_the_hole_is_a_warning_in_the_record(room, monkeypatch):
    assert erase(room, mask=room.thing).record[-1].warnings == ()
    monkeypatch.setattr(Clean, "label", 1)
    assert "looks like a sofa" in erase(room, mask=room.thing).record[-1].warnings[0]
    assert erase(room, mask=room.thing, guard=False).record[-1].warnings == ()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"mask": np.zeros((240, 320), bool)}, "mask is empty"),
        ({"mask": np.ones((240, 321), bool)}, "321x240, the picture 320x240"),
        ({"mask": np.ones((240, 320), bool)}, "leaves nothing to fill it from"),
        ({"what": "cabinet"}, "shows no 'cabinet'"),
    ],
)
def test_what_cannot_be_erased_is_explained(room, options, says):
    with pytest.raises(sk.InputError, match=says):
        erase(room, **options)


def test_two_ways_of_pointing_at_once_are_refused():
    with pytest.raises(sk.OptionError, match="one of mask, boxes and points"):
        sk.Erase(boxes=[(0, 0, 5, 5)], points=[(3, 3)])


def test_other_masks_are_other_results_for_the_cache(room):
    assert sk.Erase(mask=room.thing).key == sk.Erase(mask=room.thing.copy()).key
    keys = {sk.Erase(mask=m).key for m in (None, room.thing, ~room.thing)} | {sk.Erase(what="sofa").key}
    assert len(keys) == 4


def test_the_command_passes_on_what_was_meant(room, monkeypatch, tmp_path, capsys):
    seen = {}

    def take(photo, **options):
        seen.update(options)
        image = sk.open_image(photo)
        return sk.Scene.of(image).given(image=image.with_array(255 - image.array))

    monkeypatch.setattr(sk, "erase", take, raising=False)
    room.photo.save(tmp_path / "in.png")
    out = tmp_path / "out.png"
    arguments = ["erase", str(tmp_path / "in.png"), "-o", str(out), "--what", "sofa", "--box", "1", "2", "30", "40"]
    assert cli.main(arguments) == 0
    assert out.exists() and seen["what"] == "sofa" and seen["boxes"] == [[1, 2, 30, 40]]
    assert "sofa" not in capsys.readouterr().err
