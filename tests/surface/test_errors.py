"""What cannot be done is said before anything is changed."""

from __future__ import annotations

import numpy as np
import pytest
from made_room import Made

import stagekit as sk


def recolor(made: Made, **options: object) -> sk.Scene:
    return sk.recolor(made.image, layout=made.layout, segments=made.segments, **options)  # type: ignore[arg-type]


def test_surface_that_is_not_shown(made: Made) -> None:
    with pytest.raises(sk.InputError, match=r"made.png shows no sofa; shown: wall, floor, ceiling"):
        recolor(made, sofa="#333333")
    with pytest.raises(sk.InputError, match=r"shows no wall\[9\]; shown: wall\[1\], wall\[2\], wall\[3\]"):
        recolor(made, surfaces={"wall[9]": "#333333"})


def test_surface_that_is_shown_and_not_to_be_found(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not "shows no wall; shown: wall": what is asked for is named, with how much of it is sure."""
    from stagekit.surface.places import Finder

    monkeypatch.setattr(Finder, "_mask", lambda self, key: np.zeros(self.size[::-1], bool))
    with pytest.raises(sk.InputError, match=r"of the wall in made.png hardly anything is sure \(0.00%.*give a mask"):
        recolor(made, wall="SW 7029")


def test_unknown_paint_and_surface_before_any_work(made: Made) -> None:
    with pytest.raises(sk.OptionError, match=r"no paint 'SW 70299'.*SW 7029"):
        recolor(made, wall="SW 70299")
    with pytest.raises(sk.OptionError, match="no surface 'wal'"):
        recolor(made, wal="SW 7029")
    with pytest.raises(sk.OptionError, match="nothing to change"):
        recolor(made)


@pytest.mark.parametrize(
    ("mask", "text"),
    [
        (np.zeros((320, 480), bool), "mask is empty"),
        (np.ones((320, 480), bool), "covers the whole picture"),
        (np.eye(64, dtype=bool), "mask is 64x64, made.png is 480x320"),
    ],
)
def test_masks_that_cannot_be(made: Made, mask: np.ndarray, text: str) -> None:
    with pytest.raises(sk.InputError, match=text):
        recolor(made, mask=sk.Mask(mask), finish="SW 7029")


def test_covering_needs_a_layout(made: Made) -> None:
    from stagekit.surface.swap import swap
    from stagekit.surface.wish import wishes

    with pytest.raises(sk.InputError, match=r"needs? the scene's layout"):
        swap(made.image, wishes({"floor": "oak"}, None, None, 0), segments=made.segments, layout=None)
    with pytest.raises(sk.InputError, match="run Segment"):
        swap(made.image, wishes({"floor": "#333333"}, None, None, 0), segments=None, layout=None)


def test_own_mask_needs_nothing_else(made: Made) -> None:
    from stagekit.surface.swap import swap
    from stagekit.surface.wish import wishes

    mask = np.zeros((320, 480), bool)
    mask[100:180, 150:300] = True
    got, changed = swap(made.image, wishes({}, sk.Mask(mask), "#2F4F4F", 0), segments=None, layout=None)
    assert changed[105:175, 155:295].all() and not changed[:90].any()
    assert (got == made.image.array).all(axis=2)[~changed].all()


def test_stage_in_a_pipeline(made: Made) -> None:
    pipe = sk.Pipeline(sk.SwapMaterial(surfaces={"wall": "SW 7029"}))
    scene = pipe(made.image, layout=made.layout, segments=made.segments)
    assert scene.changed is not None and 0.1 < scene.changed.fraction < 0.9
    assert scene.layout is not None and "layout" not in scene.stale and "segments" not in scene.stale
    assert "wall='SW 7029'" in repr(pipe.stages[0])
    again = pipe(made.image, layout=made.layout, segments=made.segments)
    assert again.record[-1].cached
    other = sk.Pipeline(sk.SwapMaterial(surfaces={"wall": "Hale Navy"}), cache=pipe.cache)
    assert not other(made.image, layout=made.layout, segments=made.segments).record[-1].cached
    with pytest.raises(sk.OptionError, match="has no option"):
        sk.Pipeline(sk.SwapMaterial(surfaces={"wall": "SW 7029"}, strength=1)).check()
    with pytest.raises(sk.OptionError, match="bounce must be 0 to 1"):
        sk.Pipeline(sk.SwapMaterial(surfaces={"wall": "SW 7029"}, bounce=2))(made.image)


def test_command(made: Made, tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    from pathlib import Path

    from stagekit.cli import main

    folder = Path(str(tmp_path))
    source = folder / "room.png"
    made.image.save(source)
    mask = np.zeros((320, 480), np.uint8)
    mask[100:180, 150:300] = 255
    sk.open_image(mask).save(folder / "mask.png")
    out = folder / "out.png"
    assert (
        main(["recolor", str(source), "-o", str(out), "--mask", str(folder / "mask.png"), "--finish", "SW 7029"]) == 0
    )
    assert "mask SW 7029" in capsys.readouterr().out and out.exists()
    assert main(["recolor", str(source), "-o", str(out), "--wall", "SW 70299"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_a_mask_as_thin_as_a_hair_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stagekit.surface.places.WORK", 120)
    hair = np.zeros(made.image.array.shape[:2], bool)
    hair[100] = True
    with pytest.raises(sk.InputError, match="too thin"):
        sk.recolor(made.image, mask=sk.Mask(hair), finish="SW 7029", segments=made.segments, layout=made.layout)
