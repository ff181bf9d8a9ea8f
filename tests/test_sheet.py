"""What people look at: legends in the picture, the sheet of `stagekit look`, and the commands that make them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit import cli
from stagekit.display import (
    class_colours,
    depth_card,
    draw_segments,
    font,
    legend,
    lines_preview,
    segments_preview,
    wrap,
)
from stagekit.errors import OptionError
from stagekit.sheet import sheet
from stagekit.types import Camera, Layout, LineSet, Segments, Wall


@pytest.fixture(scope="module")
def looked(request: pytest.FixtureRequest) -> sk.Scene:
    sample = Path(__file__).resolve().parents[1] / "stagekit" / "samples" / "empty_room.jpg"
    return sk.look(sample)


def has(picture: Any, colour: Any) -> bool:
    return bool((picture.reshape(-1, 3) == np.array(colour, np.uint8)).all(1).any())


def test_segments_have_their_names_and_colours_below() -> None:
    labels = np.zeros((120, 200), np.uint8)
    labels[60:] = 1
    labels[0, 0] = 2
    classes = ("wall", "floor", "gazebo", "sofa")
    colours = class_colours(classes)
    shown = segments_preview(labels, classes)
    assert shown.shape[1] == 200 and shown.shape[0] > 120
    assert (shown[30, 100] == colours[0]).all() and (shown[90, 100] == colours[1]).all()
    below = shown[120:]
    assert all(has(below, colours[k]) for k in (0, 1, 2)) and not has(below, colours[3]), "only what is there"
    assert len({tuple(c) for c in class_colours([str(k) for k in range(32)])}) == 32
    over = segments_preview(labels, classes, np.full((120, 200, 3), 255, np.uint8))
    assert over[30, 100].astype(int).sum() > shown[30, 100].astype(int).sum()


def test_classes_keep_their_colours_between_networks() -> None:
    assert (class_colours(("wall", "x"))[0] == class_colours(("y", "z", "wall"))[2]).all()


def test_a_legend_fits_and_wraps() -> None:
    picture = np.zeros((50, 160, 3), np.uint8)
    few = legend(picture, [((255, 0, 0), "one")])
    many = legend(picture, [((255, 0, 0), f"a rather long name {k}") for k in range(9)])
    assert few.shape[1] == many.shape[1] == 160 and many.shape[0] > few.shape[0] > 50
    assert (few[:50] == 0).all() and legend(picture, []).shape == picture.shape
    assert [len(line) <= 12 for line in wrap("some words that go on", font(12), 80)].count(False) <= 1


def test_depth_has_a_scale_in_metres() -> None:
    depth = np.linspace(1, 6, 100 * 140, dtype=np.float32).reshape(100, 140)
    depth[:5] = 0
    card = depth_card(depth)
    assert card.shape[1] == 140 and card.shape[0] > 100 and has(card[100:], (0, 0, 0))
    assert depth_card(np.zeros((20, 30), np.float32)).shape[1] == 30
    assert sk.DepthMap(depth)._repr_png_().startswith(b"\x89PNG")


def test_lines_are_drawn_where_they_are() -> None:
    drawn = draw_segments(np.array([[10.5, 20.5, 90.5, 20.5]]), (100, 40), 1)
    assert drawn[20, 50] > 200 and drawn[18, 50] == 0 and drawn[20, 5] == 0 and drawn.shape == (40, 100)
    lines = LineSet(np.array([[10, 5, 10, 35], [20, 20, 90, 20], [20, 5, 60, 35]]), (100, 40))
    assert lines.directions.tolist() == [0, 1, 2]
    shown = lines_preview(lines, np.full((40, 100, 3), 200, np.uint8))
    assert shown.shape[1] == 100 and (shown[38, 3] < 120).all(), "the photo is dimmed"


def test_a_layouts_legend_names_what_is_drawn() -> None:
    corners = [(2.0, 1.0), (2.0, -4.0), (-2.0, -4.0), (-2.0, 1.0)]
    walls = tuple(Wall(a, b, 2.5) for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
    layout = Layout(Camera(200, 160, 120, 320, 240, height_m=1.4), np.array(corners), walls, 2.5)
    plain = layout.preview()
    opened = Layout(layout.camera, layout.floor, walls, 2.5, (sk.Opening("window", 1, 1, 2, 1, 2),)).preview()
    assert plain.shape[0] > 240 and not has(plain[240:], (0, 220, 255)) and has(opened[240:], (0, 220, 255))


def test_the_sheet_has_everything(looked: sk.Scene) -> None:
    assert looked.segments is not None and looked.layout is not None and looked.lines is not None
    assert looked.depth is not None and looked.description is not None
    page = sheet(looked, cell=300)
    assert page.dtype == np.uint8 and page.shape[1] > 2 * 300
    fewer = sheet(sk.Scene.of(looked.photo), cell=300)
    assert fewer.shape[0] < page.shape[0] / 2
    assert has(page, (0, 220, 255)) or not looked.layout.openings


def test_a_changed_scene_shows_before_and_after(looked: sk.Scene) -> None:
    darker = looked.given(image=looked.photo.with_array(looked.photo.array // 2))
    assert "segments" in darker.stale
    assert darker.preview().shape[1] > 1.9 * looked.photo.width
    assert sheet(darker, cell=200).shape[1] > 400


def test_fields_draw_themselves_in_a_notebook(looked: sk.Scene) -> None:
    for field in (looked.segments, looked.layout, looked.depth, looked.lines, looked):
        assert field is not None and field._repr_png_().startswith(b"\x89PNG")
    assert looked.description is not None and "<table>" in looked.description._repr_html_()


def test_look_writes_one_sheet(sample: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "sheet.png"
    assert cli.main(["look", str(sample), "-o", str(out)]) == 0
    assert sk.open_image(out).width > 1500 and "sheet.png" in capsys.readouterr().out


def test_describe_prints_text_or_json(sample: Path, tmp_path: Path, capsys: Any) -> None:
    assert cli.main(["describe", str(sample), "--language", "de", "--tone", "luxury", "--room", "living_room"]) == 0
    assert "empty_room.jpg: Wohnzimmer" in capsys.readouterr().out
    assert cli.main(["describe", str(sample), "--json", "--room", "bedroom"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data[0]["facts"]["room"] == {
        "value": "bedroom", "unit": "", "confidence": 1.0, "told": True, "basis": "as the owner says",
    }  # fmt: skip
    assert data[0]["language"] == "en" and data[0]["full"].endswith(".")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"")
    assert cli.main(["describe", str(broken), str(sample), "--room", "bedroom"]) == 1
    assert "empty" in capsys.readouterr().err
    assert cli.main(["describe", str(sample), "--tone", "loud"]) == 2
    assert "neutral, warm, luxury" in capsys.readouterr().err


def test_a_furnished_scene_is_told_from_its_placements(looked: sk.Scene) -> None:
    pieces = (sk.Placement("bed", (1.6, 0.5, 2.0), (0, 0, -3)),)
    staged = looked.given(image=looked.photo.with_array(looked.photo.array // 2), placements=pieces)
    found = sk.describe(staged, room="bedroom").description
    assert found is not None and found.get("furniture") == ("bed",)
    assert "added to the photo digitally" in found.full and "virtually staged" in found.keywords
    with pytest.raises(OptionError, match="en, de, es, fr"):
        sk.describe(staged, language="xx")


def test_segments_still_answer_for_masks() -> None:
    segments = Segments(np.array([[0, 1], [1, 1]], np.uint8), ("wall", "floor"))
    assert segments.mask("floor").fraction == 0.75 and segments.preview().shape[1] == 2
