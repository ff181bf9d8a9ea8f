"""Floors of planks of which little is seen: how they lie is measured, and they are laid anew."""

from __future__ import annotations

import numpy as np
import pytest

from stagekit.inpaint import planar
from stagekit.inpaint.light import from_log, to_log
from stagekit.inpaint.planks import CONTRAST, SURE, USUAL_M, Planks, laid_planks, planks, wooden
from stagekit.inpaint.regions import FLOOR, regions
from stagekit.surface.boards import boards

BROWN, GREY = (112, 66, 36), (150, 152, 156)
WIDE_M, JOINT_M = 0.14, 0.05


def region_of(room, surface=FLOOR):
    return next(r for r in regions(room.layout, *room.photo.size) if r.surface == surface)


def floored(room, values, colour=BROWN):
    """The room's empty photo with ``values`` (N,), log light, on its floor."""
    floor, pixels = region_of(room), room.empty.array.copy()
    log = to_log(np.array(colour, np.uint8)[None])[0] + values[:, None]
    pixels[floor.mask] = np.clip(from_log(log) + 0.5, 0, 255).astype(np.uint8)
    return pixels


def planked(room, axis=0, width=WIDE_M, colour=BROWN, relief=1.0, turned=0.0):
    """Planks of different tones with dark joints, along one of the room's axes."""
    floor = region_of(room)
    ys, xs = np.nonzero(floor.mask)
    points, _ = floor.metres(np.stack([xs, ys], -1).astype(float))
    t = np.radians(turned)
    a = np.array(floor.axes[axis]) @ np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    across = (points @ (-a[1], a[0]) - JOINT_M) / width
    tones = np.random.default_rng(3).normal(0, 0.12, 400)
    joint = np.abs(across - np.round(across)) * width < 0.012
    return floored(room, relief * (tones[np.floor(across).astype(int) % 400] - 0.5 * joint), colour)


def told(room, pixels, seen=None):
    """What `planks` finds where ``seen`` (bool HxW) of the floor shows."""
    hole = room.thing if seen is None else ~seen
    log = to_log(pixels)
    planes = planar.seen_planes(log, hole, room.layout, room.segments, {}, room.photo.size)
    floor = next(p for p in planes if p.region.surface == FLOOR)
    return planks(pixels, floor.region, floor, planar.white_of(log, planes))


@pytest.mark.parametrize("axis", [0, 1])
def test_planks_are_measured(room, axis):
    found = told(room, planked(room, axis))
    assert found is not None
    a = np.array(region_of(room).axes[axis])
    assert abs(np.array(found.axis) @ a) == pytest.approx(1, abs=1e-6)
    assert found.width_m == pytest.approx(WIDE_M, abs=0.01)
    across = np.array([-found.axis[1], found.axis[0]])
    off = found.joint_m - JOINT_M * (across @ (-a[1], a[0]))
    assert abs(off - round(off / found.width_m) * found.width_m) < 0.01
    assert CONTRAST[0] <= found.contrast <= CONTRAST[1]


def test_other_floors_are_no_planks(room):
    """Carpet agrees with itself in no direction, and faint grey stripes may be its pile."""
    assert told(room, planked(room, colour=GREY, relief=0.2)) is None
    assert told(room, planked(room, relief=0.2)) is not None
    rng = np.random.default_rng(0)
    assert told(room, floored(room, rng.normal(0, 0.15, int(region_of(room).mask.sum())))) is None
    assert told(room, planked(room), np.zeros(room.thing.shape, bool)) is None, "nothing is seen"


def test_tiles_of_wood_are_no_planks(room):
    """Brown, of planks' contrast, and as much like itself across as along."""
    floor = region_of(room)
    ys, xs = np.nonzero(floor.mask)
    points, _ = floor.metres(np.stack([xs, ys], -1).astype(float))
    a, b = (0.12 * (-1.0) ** np.floor(points @ axis / WIDE_M) for axis in np.array(floor.axes[:2]))
    assert told(room, floored(room, a + b)) is None
    assert told(room, floored(room, 1.4 * b)) is not None


def test_planks_may_run_a_little_askew_to_the_room(room):
    a, b = region_of(room).axes[0]
    for turned in (-7.0, 7.0):
        found = told(room, planked(room, turned=turned))
        assert found is not None
        apart = np.degrees(np.arctan2(found.axis[1], found.axis[0]) - np.arctan2(b, a))
        assert abs((apart - turned + 90) % 180 - 90) < 3
    assert told(room, planked(room, turned=25.0)) is None, "planks of a room run along it"


def test_wood_is_brown_and_runs_one_way():
    one_way = np.array([0.4, 0.0, np.log(0.16), 42, 13, 24])
    assert wooden(one_way) > SURE
    for sign, value in ((0, 0.0), (4, 0.0), (5, -10.0)):
        other = one_way.copy()
        other[sign] = value
        assert wooden(other) < wooden(one_way)
    assert wooden(np.array([0.4, 0.0, np.log(0.16), 60, -2, -12])) < SURE


def test_boards_lie_about_their_mean_with_joints_where_asked():
    """Straight down on a floor, 400 pixels a metre: boards run to the right, a joint at 0."""
    matrix = np.diag([1 / 400, 1 / 400, 1.0])
    log = boards(matrix, 0.2, (0, 240, 0, 400), np.ones((240, 400), bool))
    grey = log.mean(2)
    assert log.shape == (240, 400, 3) and np.abs(log.mean((0, 1))).max() < 0.7 and np.abs(log).max() <= 3
    assert 0.5 < 1.48 * np.median(np.abs(grey - np.median(grey))) < 1.6
    few = np.zeros((240, 400), bool)
    few[40:46, 90:96] = True
    part = boards(matrix, 0.2, (40, 46, 90, 96), few[40:46, 90:96])
    assert np.allclose(part, log[40:46, 90:96], atol=1e-4), "the same boards, whatever is wanted of them"
    rows = np.median(grey, axis=1)
    assert (rows[[0, 79, 80, 159, 160]] < np.median(rows) - 1).all(), "joints"
    along, across = ((grey[:, :-9] - grey[:, 9:]) ** 2).mean(), ((grey[:-9] - grey[9:]) ** 2).mean()
    assert along < 0.5 * across


def test_laid_planks_turn_with_the_floor(room):
    """What is asked of the floor's wood: metres along and across from the photo's own pixels, a joint at 0."""
    floor = region_of(room)
    asked = []

    def lay(matrix, width_m, box, wanted):
        asked.append((matrix, width_m, box))
        return np.ones((*wanted.shape, 3), np.float32)

    axis = tuple(floor.axes[1])
    log = laid_planks(Planks(axis, 0.1, 0.03, 0.5), floor, floor.mask, lay)
    assert log.shape == (int(floor.mask.sum()), 3) and np.allclose(log, 0.5)
    (matrix, width_m, box), point = asked[0], np.array([1.3, 2.1])
    assert width_m == 0.1 and box[1] == floor.mask.shape[0]
    x, y, w = floor.to_pixel @ (*point, 1.0)
    there = matrix @ (x / w + 0.5, y / w + 0.5, 1.0)
    along, across = point @ axis, point @ (-axis[1], axis[0])
    assert np.allclose(there[:2] / there[2], (along, across - 0.03))
    assert len(laid_planks(Planks(axis, 0.1, 0.0, 0.5), floor, np.zeros_like(floor.mask), lay)) == 0


@pytest.mark.parametrize(("seen", "laid"), [(0.12, True), (0.6, False)])
def test_scarce_floors_are_laid_and_others_copied(room, seen, laid):
    """A share of the floor's pixels is seen, at the left."""
    pixels, floor = planked(room), region_of(room).mask
    hole = floor & (np.cumsum(floor.sum(0)) > seen * floor.sum())
    count = []

    def lay(matrix, width_m, box, wanted):
        count.append(width_m)
        return boards(matrix, width_m, box, wanted)

    out = planar.fill(pixels, hole, room.layout, room.segments, lay=lay)
    assert np.array_equal(out[~hole], pixels[~hole])
    assert len(count) == laid
    if laid:
        assert count[0] == pytest.approx(WIDE_M, abs=0.02) or count[0] == USUAL_M
        log, before = to_log(out)[hole], to_log(np.array(BROWN, np.uint8)[None])[0]
        assert np.abs(np.median(log, 0) - before).max() < 0.25
        bare = planar.fill(
            pixels, hole, room.layout, room.segments, lay=lambda m, w, b, wanted: 0 * boards(m, w, b, wanted)
        )
        assert (log - to_log(bare)[hole]).mean(1).std() > 0.03, "wood is not bare light"
