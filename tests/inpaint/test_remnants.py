"""What sticks out of the hole on a wall goes with it; what belongs to the wall stays."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_rooms import box_room, picture

from stagekit.inpaint.grow import grow
from stagekit.inpaint.remnants import remnants
from stagekit.types import Segments

CLASSES = ("wall", "floor", "ceiling", "window", "door", "sofa", "picture", "sink", "clutter")
SIZE = (640, 480)
HOLE = np.s_[200:380, 270:400]


@pytest.fixture(scope="module")
def wall():
    """A room seen straight on, its picture, the hole of a sofa before its far wall, and segments."""
    layout = box_room(width=SIZE[0], height=SIZE[1], yaw=0.0, pitch=0.0)
    labels = np.array([0, 1, 2, 0, 3, 4], np.uint8)[np.array([0, 1, 3, 2, 4, 5])[layout.surfaces()]]
    hole = np.zeros(labels.shape, bool)
    hole[HOLE] = True
    labels[hole] = CLASSES.index("sofa")
    pixels = picture(layout).array.copy()
    pixels[hole] = (40, 90, 60)
    return layout, pixels, hole, Segments(labels, CLASSES, None, {"furniture": ("sofa",)})


def drawn(wall, start, end, thick=4, colour=(60, 50, 40)):
    """The wall with a line on it, and the line's pixels that the hole does not hold."""
    _, pixels, hole, _ = wall
    line = np.zeros(hole.shape, np.uint8)
    cv2.line(line, start, end, 1, thick)
    there = (line > 0) & ~hole
    changed = pixels.copy()
    changed[there] = colour
    return changed, there


def found(wall, pixels, segments=None):
    layout, _, hole, own = wall
    return remnants(pixels, hole, segments or own, layout)


@pytest.mark.parametrize("colour", [(60, 50, 40), (255, 255, 255), (150, 190, 140)])
def test_a_slanted_leg_or_leaf_goes(wall, colour):
    pixels, leg = drawn(wall, (395, 240), (440, 205), colour=colour)
    out = found(wall, pixels)
    assert out[leg].mean() > 0.95
    assert not (out & ~cv2.dilate(leg.astype(np.uint8), np.ones((7, 7))).astype(bool)).any()
    layout, _, hole, segments = wall
    assert grow(pixels, hole, segments, layout)[leg].mean() > 0.95


def test_nothing_of_a_bare_wall_goes(wall):
    assert not found(wall, wall[1]).any()


def test_what_touches_the_hole_nowhere_stays(wall):
    pixels, _ = drawn(wall, (415, 225), (450, 200))
    assert not found(wall, pixels).any()


def test_what_reaches_far_is_something_by_itself(wall):
    pixels, _ = drawn(wall, (395, 240), (520, 150), thick=2)
    assert not found(wall, pixels).any()


@pytest.mark.parametrize("end", [(465, 240), (335, 130)])
def test_ledges_and_pipes_stay(wall, end):
    start = (395, 240) if end[1] == 240 else (335, 205)
    pixels, _ = drawn(wall, start, end)
    assert not found(wall, pixels).any()


def test_a_corner_of_a_panel_stays(wall):
    """Level, then plumb."""
    first, _ = drawn(wall, (395, 240), (450, 240), thick=2)
    second, more = drawn(wall, (450, 240), (450, 190), thick=2)
    first[more] = second[more]
    assert not found(wall, first).any()


def test_a_candle_goes(wall):
    """Plumb, and short."""
    pixels, candle = drawn(wall, (335, 205), (335, 180), thick=6)
    assert found(wall, pixels)[candle].mean() > 0.9


@pytest.mark.parametrize("name", ["picture", "clutter"])
def test_what_is_named_and_stays_is_left(wall, name):
    """A picture that the hole touches, and a thing that was not asked for."""
    pixels, leg = drawn(wall, (395, 240), (440, 205), thick=6)
    segments = wall[3]
    labels = segments.labels.copy()
    labels[leg] = CLASSES.index(name)
    assert not found(wall, pixels, replace(segments, labels=labels)).any()


def test_taps_stay(wall):
    """Beside a sink what sticks out is its tap, though it is not seen to stand on it."""
    pixels, leg = drawn(wall, (395, 240), (412, 222))
    segments = wall[3]
    labels = segments.labels.copy()
    labels[236:260, 420:450] = CLASSES.index("sink")
    sink = labels == CLASSES.index("sink")
    assert not (sink & leg).any()
    assert not found(wall, pixels, replace(segments, labels=labels))[leg].any()
    labels[sink] = CLASSES.index("wall")
    assert found(wall, pixels, replace(segments, labels=labels))[leg].mean() > 0.9


def test_what_stands_on_a_worktop_stays(wall):
    """A bowl that the hole touches, on something built in."""
    layout, pixels, hole, segments = wall
    classes = (*CLASSES, "countertop")
    labels = segments.labels.copy()
    changed = pixels.copy()
    bowl = np.zeros(hole.shape, bool)
    bowl[230:246, 400:424] = True
    changed[bowl] = (160, 60, 40)
    labels[251:270, 400:470] = classes.index("countertop")
    assert remnants(changed, hole, segments, layout)[bowl].mean() > 0.9
    assert not remnants(changed, hole, Segments(labels, classes), layout)[bowl].any()


def test_a_patterned_wall_loses_nothing(wall):
    _, pixels, hole, _ = wall
    changed = pixels.copy()
    rng = np.random.default_rng(0)
    for x, y in rng.integers((10, 100), (620, 330), (160, 2)):
        cv2.line(changed, (int(x), int(y)), (int(x) + 14, int(y) - 9), (60, 50, 40), 3)
    changed[hole] = pixels[hole]
    assert not found(wall, changed).any()


def test_a_plate_beside_the_hole_stays(wall):
    """A switch, 2 pixels off; what crosses the hole's border is no switch."""
    _, pixels, hole, _ = wall
    plate = np.zeros(hole.shape, bool)
    plate[230:242, 402:411] = True
    changed = pixels.copy()
    changed[plate] = (255, 255, 255)
    assert not found(wall, changed)[plate].any()


def test_a_rail_that_runs_askew_to_the_layout_stays(wall):
    pixels, _ = drawn(wall, (395, 240), (455, 234))
    assert not found(wall, pixels).any()


def test_large_pieces_stay(wall):
    """Five pixels thick and winding, it is thin everywhere and yet more than a leg."""
    _, pixels, hole, _ = wall
    changed = pixels.copy()
    for k in range(6):
        x = 405 + 12 * k
        cv2.line(changed, (x, 160), (x, 240), (60, 50, 40), 5)
        cv2.line(changed, (x, 160 if k % 2 else 240), (x + 12, 160 if k % 2 else 240), (60, 50, 40), 5)
    cv2.line(changed, (395, 240), (405, 240), (60, 50, 40), 5)
    changed[hole] = pixels[hole]
    assert not found(wall, changed).any()


def test_a_broad_leaf_goes(wall):
    """Broader than a leg, still narrower than the median looks about."""
    pixels, leaf = drawn(wall, (395, 250), (425, 225), thick=15)
    assert leaf.sum() > 400
    assert found(wall, pixels)[leaf].mean() > 0.9


def test_specks_are_no_pieces(wall):
    pixels = wall[1].copy()
    pixels[240:242, 400:402] = (60, 50, 40)
    assert not found(wall, pixels).any()
    pixels[240:244, 400:403] = (60, 50, 40)
    assert found(wall, pixels)[240:244, 400:403].all()


def test_light_may_change_where_tints_may_not(wall):
    """A shade that is as far from the wall as another paint is: it lies on the wall."""
    from stagekit.room.paint import cielab

    own = np.array(wall[1][230, 420], int)
    shade, paint = own - 18, own + (0, 1, -13)
    distances = [
        np.linalg.norm(np.subtract(*(cielab(np.uint8([[c]]))[0, 0] for c in (own, o)))) for o in (shade, paint)
    ]
    assert distances[0] == pytest.approx(distances[1], abs=1.0)
    for colour, goes in ((shade, False), (paint, True)):
        pixels, piece = drawn(wall, (395, 240), (440, 205), thick=6, colour=tuple(int(v) for v in colour))
        share = found(wall, pixels)[piece].mean()
        assert share > 0.9 if goes else share < 0.1
