"""Doorways that the network takes for wall: told by colour, size and foot, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_rooms import box_room, picture

from stagekit.backends.layout import ManhattanV1
from stagekit.room.doorways import with_doorways
from stagekit.types import Image, Layout, Opening, Segments

CLASSES = ("wall", "floor", "ceiling", "window", "door", "sofa", "picture")
TEAL = (60, 120, 120)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return replace(box_room(yaw=0, width=480, height=360, focal=300, left=3.2, right=3.2), openings=())


def broad_wall(layout: Layout) -> int:
    """The wall that takes most of the picture."""
    ids = layout.wall_ids()[layout.surfaces() == 2]
    return int(np.bincount(ids).argmax())


def drawn(layout: Layout, low: float, high: float, width: float, named: str = "wall") -> tuple[Image, Segments, float]:
    """(photo, segments, left): a teal rectangle in the middle of the broad wall, from ``low`` to ``high`` metres."""
    wall = layout.walls[broad_wall(layout)]
    left = wall.length_m / 2 - width / 2
    corners = [wall.point(x, y) for x, y in ((left, low), (left + width, low), (left + width, high), (left, high))]
    pixels, labels = picture(layout).array.copy(), np.array([0, 1, 0, 2, 3, 4], np.uint8)[layout.surfaces()]
    shape = np.round(layout.camera.project(np.stack(corners))[0]).astype(int)
    cv2.fillConvexPoly(pixels, shape, TEAL)
    cv2.fillConvexPoly(labels, shape, CLASSES.index(named))
    return Image(pixels, name="drawn"), Segments(labels, CLASSES, None, {}), left


def test_a_doorway_is_an_opening_of_its_wall(layout):
    photo, segments, left = drawn(layout, 0.0, 2.05, 0.9)
    (door,) = with_doorways(layout, photo, segments).openings
    assert (door.kind, door.wall, door.bottom_m) == ("door", broad_wall(layout), 0.0)
    assert [door.left_m, door.right_m, door.top_m] == pytest.approx([left, left + 0.9, 2.05], abs=0.12)


@pytest.mark.parametrize(
    ("low", "high", "width", "named"),
    [
        (0.0, 2.05, 0.3, "wall"),
        (0.0, 2.05, 2.4, "wall"),
        (0.0, 1.2, 0.9, "wall"),
        (0.6, 2.05, 0.9, "wall"),
        (0.0, 2.05, 0.9, "picture"),
        (0.0, 2.05, 0.9, "sofa"),
    ],
    ids=["a pipe", "a wardrobe", "a chest", "a picture's height", "called a picture", "called furniture"],
)
def test_other_things_are_none(layout, low, high, width, named):
    photo, segments, _ = drawn(layout, low, high, width, named)
    assert with_doorways(layout, photo, segments) is layout


def test_what_is_known_is_not_found_twice(layout):
    photo, segments, left = drawn(layout, 0.0, 2.05, 0.9)
    known = replace(layout, openings=(Opening("opening", broad_wall(layout), left + 0.05, left + 0.8, 0.0, 2.0),))
    assert with_doorways(known, photo, segments) is known


def test_the_estimated_layout_has_it():
    room = replace(box_room(width=480, height=360, focal=320), openings=())
    photo, segments, _ = drawn(room, 0.0, 2.05, 0.9)
    found = ManhattanV1().open()(photo, segments).openings
    assert [o.kind for o in found] == ["door"]
