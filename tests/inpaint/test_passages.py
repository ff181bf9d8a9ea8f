"""Doors that no network names and a sofa stands before: told by colour, and filled down to the floor."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from stagekit.inpaint.passages import with_passages
from stagekit.inpaint.planar import fill
from stagekit.inpaint.whole import whole
from stagekit.types import Opening, Segments

BROWN = (96, 52, 38)


def before_a_wall(room, low: float, high: float, colours=(BROWN,), grow: float = 1.0):
    """(photo, hole, segments, left, right): a board of the ``colours`` on the wall behind the sofa from ``low`` to ``high``
    metres, ``grow`` times as wide as usual, and the sofa before its lower part; the network calls it wall."""
    ids, surfaces = room.layout.wall_ids(), room.layout.surfaces()
    behind = room.thing & (surfaces == 2)
    index = int(np.bincount(ids[behind]).argmax())
    wall = room.layout.walls[index]
    xs = np.nonzero(behind & (ids == index))[1]
    along = np.linspace(0, wall.length_m, 200)
    u = room.layout.camera.project(np.stack([wall.point(a, 1.0) for a in along]))[0][:, 0]
    left, right = np.interp(
        [np.percentile(xs, 40), np.percentile(xs, 60)], *((u, along) if u[0] < u[-1] else (u[::-1], along[::-1]))
    )
    left, right = min(left, right), max(left, right)
    middle, half = (left + right) / 2, grow * (right - left) / 2
    left, right = max(0.02, middle - half), min(wall.length_m - 0.02, middle + half)
    pixels = room.empty.array.copy()
    for part, colour in enumerate(colours):
        a, b = (left + (right - left) * (part + k) / len(colours) for k in (0, 1))
        corners = np.stack([wall.point(x, y) for x, y in ((a, low), (b, low), (b, high), (a, high))])
        cv2.fillConvexPoly(pixels, np.round(room.layout.camera.project(corners)[0]).astype(int), colour)
    pixels[room.thing] = room.photo.array[room.thing]
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[surfaces]
    labels[room.thing] = room.segments.classes.index("sofa")
    hole = cv2.dilate(room.thing.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return pixels, hole, replace(room.segments, labels=labels), index, left, right


def test_a_door_behind_a_sofa_goes_on_to_the_floor(room):
    pixels, hole, segments, index, left, right = before_a_wall(room, 0.0, 2.1)
    (door,) = with_passages(room.layout, pixels, hole, segments).openings
    assert door.kind == "door" and door.wall == index and door.bottom_m == 0
    assert [door.left_m, door.right_m, door.top_m] == pytest.approx([left, right, 2.1], abs=0.12)
    filled = fill(pixels, hole, room.layout, segments)
    middle = room.layout.walls[index].point((left + right) / 2, 0.5)[None]
    x, y = room.layout.camera.project(middle)[0][0].astype(int)
    assert hole[y, x] and np.abs(filled[y, x].astype(int) - BROWN).max() < 40
    held = whole(pixels, hole, room.thing, segments, room.layout)
    assert not held[~hole].any(), "it is no thing, however little of it is seen"


@pytest.mark.parametrize(
    ("low", "high", "colours"),
    [(0.0, 1.9, (BROWN,)), (1.75, 2.2, (BROWN,)), (0.0, 2.1, (BROWN, (40, 120, 150), (150, 150, 20), (30, 30, 30)))],
    ids=["a mirror on a chest", "a picture over the sofa", "a room seen through an arch"],
)
def test_what_is_no_door_stays_as_it_is(room, low, high, colours):
    pixels, hole, segments, *_ = before_a_wall(room, low, high, colours)
    assert not with_passages(room.layout, pixels, hole, segments).openings


@pytest.mark.parametrize(("grow", "high"), [(1.0, 1.96), (8.0, 2.1), (0.05, 2.1)], ids=["hidden", "a wall", "a crack"])
def test_little_of_a_door_too_wide_or_too_narrow_is_none(room, grow, high):
    """Of the first only a hand's breadth is seen over the hole, which is drawn up to it."""
    pixels, hole, segments, index, *_ = before_a_wall(room, 0.0, high, grow=grow)
    if grow == 1.0:
        wall = room.layout.walls[index]
        corners = np.stack(
            [wall.point(x, y) for x, y in ((0, 0.3), (wall.length_m, 0.3), (wall.length_m, 1.8), (0, 1.8))]
        )
        more = np.zeros(hole.shape, np.uint8)
        cv2.fillConvexPoly(more, np.round(room.layout.camera.project(corners)[0]).astype(int), 1)
        hole = hole | (more > 0)
    assert not with_passages(room.layout, pixels, hole, segments).openings


def test_the_frame_of_a_known_window_is_no_door(room):
    pixels, hole, segments, index, _, right = before_a_wall(room, 0.0, 2.1)
    window = Opening("window", index, right + 0.05, right + 0.6, 1.0, 2.0)
    layout = replace(room.layout, openings=(window,))
    assert with_passages(layout, pixels, hole, segments).openings == (window,)


@pytest.mark.parametrize("name", ["clutter", "window"])
def test_what_the_network_names_is_no_door(room, name):
    pixels, hole, segments, *_ = before_a_wall(room, 0.0, 2.1)
    wood = (np.abs(pixels.astype(int) - BROWN).max(-1) < 3) & ~hole
    labels = segments.labels.copy()
    labels[wood] = segments.classes.index(name)
    assert not with_passages(room.layout, pixels, hole, Segments(labels, segments.classes)).openings


def test_an_opening_over_a_wall_that_is_seen_under_it_is_no_door(room):
    """The hole ends above the skirting: under the board there is wall."""
    pixels, hole, segments, index, left, right = before_a_wall(room, 0.0, 2.1)
    wall = room.layout.walls[index]
    corners = np.stack([wall.point(x, y) for x, y in ((left, 0.0), (right, 0.0), (right, 0.8), (left, 0.8))])
    seen = np.zeros(hole.shape, np.uint8)
    cv2.fillConvexPoly(seen, np.round(room.layout.camera.project(corners)[0]).astype(int), 1)
    pixels[seen > 0] = room.empty.array[seen > 0]
    assert not with_passages(room.layout, pixels, hole & (seen == 0), segments).openings
