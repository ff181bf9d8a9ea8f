"""Selecting pixels by name, number, drawn mask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stagekit.core.scene import Scene
from stagekit.errors import InputError, StaleFieldError
from stagekit.imaging.masks import find_mask, select
from stagekit.types import Camera, Image, Layout, Mask, Opening, Segments, Wall

W, H = 96, 64


@pytest.fixture(scope="module")
def layout() -> Layout:
    """A box room 4 m wide, the back wall 4 m away with two windows."""
    floor = np.array([[-2.0, 1.0], [-2.0, -4.0], [2.0, -4.0], [2.0, 1.0]])[::-1]
    walls = tuple(
        Wall(tuple(a), tuple(b), 2.5) for a, b in zip(floor.tolist(), np.roll(floor, -1, 0).tolist(), strict=True)
    )
    back = next(k for k, w in enumerate(walls) if w.start[1] == w.end[1] == -4.0)
    windows = (Opening("window", back, 0.4, 1.2, 0.9, 2.0), Opening("window", back, 2.4, 3.4, 0.9, 2.0))
    return Layout(Camera(60.0, W / 2, H / 2, W, H), floor, walls, 2.5, windows)


@pytest.fixture(scope="module")
def segments(layout: Layout) -> Segments:
    labels = layout.surfaces().copy()
    labels[40:50, 10:30] = 6
    labels[45:50, 60:64] = 6
    classes = ("none", "floor", "wall", "ceiling", "window", "door", "sofa", "chair")
    return Segments(labels, classes, groups={"furniture": ("sofa", "chair")})


def test_classes_groups_and_lists(segments: Segments) -> None:
    assert find_mask("furniture", (W, H), segments=segments).array.sum() == 220
    both = find_mask(["sofa", "floor"], (W, H), segments=segments).array
    assert (both == find_mask("sofa, Floor", (W, H), segments=segments).array).all()
    assert both.sum() == 220 + segments.mask("floor").array.sum()


def test_pieces_count_from_the_largest(segments: Segments) -> None:
    assert find_mask("sofa[0]", (W, H), segments=segments).array.sum() == 200
    assert find_mask("sofa[1]", (W, H), segments=segments).array.sum() == 20
    with pytest.raises(InputError, match="2 separate pieces"):
        find_mask("sofa[2]", (W, H), segments=segments)


def test_walls_of_the_layout(layout: Layout, segments: Segments) -> None:
    ids = layout.wall_ids()
    seen = [int(k) for k in np.unique(ids) if k >= 0]
    assert len(seen) == 3
    total = sum(find_mask(f"wall[{k}]", (W, H), layout=layout).array for k in seen)
    assert (total == (layout.surfaces() == 2)).all()
    for k in seen:
        wall = find_mask(f"wall[{k}]", (W, H), layout=layout, segments=segments).array
        assert wall.any() and not (wall & segments.mask("sofa").array).any() and set(np.unique(ids[wall])) == {k}
    with pytest.raises(InputError, match="shows the walls"):
        find_mask("wall[9]", (W, H), layout=layout)
    with pytest.raises(InputError, match="EstimateLayout"):
        find_mask("wall[0]", (W, H), segments=segments)


def test_windows_by_number(layout: Layout) -> None:
    one, two = (find_mask(f"window[{k}]", (W, H), layout=layout).array for k in (0, 1))
    assert one.any() and two.any() and not (one & two).any()
    assert ((one | two) == find_mask("window", (W, H), layout=layout).array).all()
    assert one.sum() < two.sum()
    with pytest.raises(InputError, match="has 2"):
        find_mask("window[2]", (W, H), layout=layout)


def test_layout_alone_leaves_out_what_stands_there(layout: Layout) -> None:
    from stagekit.types import Obstacle

    thing = np.zeros((H, W), bool)
    thing[45:60, 20:40] = True
    furnished = replace(layout, obstacles=(Obstacle(np.zeros((3, 2)), 1.0, thing),))
    assert not (find_mask("floor", (W, H), layout=furnished).array & thing).any()
    bare = np.zeros((H, W), bool)
    bare[60:] = True
    assert (find_mask("floor", (W, H), layout=replace(layout, floor_mask=bare)).array == bare).all()


def test_drawn_masks(tmp_path: Path) -> None:
    drawn = np.zeros((H, W), bool)
    drawn[5:9, 7:20] = True
    for form in (drawn, Mask(drawn), drawn.astype(np.uint8), drawn.astype(np.uint8) * 255, [drawn, drawn]):
        assert (find_mask(form, (W, H)).array == drawn).all()
    rgb = np.repeat(drawn[..., None].astype(np.uint8) * 255, 3, 2)
    Image(rgb).save(tmp_path / "mask.png")
    assert (find_mask(tmp_path / "mask.png", (W, H)).array == drawn).all()
    with pytest.raises(InputError, match="96x64, the picture 50x50"):
        find_mask(drawn, (50, 50))
    with pytest.raises(InputError, match="mask > 0"):
        find_mask(drawn.astype(float), (W, H))
    with pytest.raises(InputError, match="empty list"):
        find_mask([], (W, H))


def test_unknown_names_are_explained(layout: Layout, segments: Segments) -> None:
    with pytest.raises(InputError, match="did you mean 'sofa'"):
        find_mask("sofaa", (W, H), segments=segments, layout=layout)
    with pytest.raises(InputError, match=r"known: .*furniture"):
        find_mask("zebra", (W, H), segments=segments)
    with pytest.raises(InputError, match="Segment"):
        find_mask("floor", (W, H))
    with pytest.raises(InputError, match="measure them anew"):
        find_mask("floor", (30, 20), segments=segments)


def test_stale_fields_are_not_read(segments: Segments) -> None:
    photo = Image(np.zeros((H, W, 3), np.uint8))
    scene = Scene.of(photo).given(segments=segments)
    assert select(scene, "sofa[0]").array.sum() == 200
    after = replace(scene, stale={"segments": "Erase"})
    with pytest.raises(StaleFieldError, match="before Erase"):
        select(after, "sofa")
    assert select(after, np.ones((H, W), bool)).fraction == 1
