"""A layout whose lines are off: read beside the hole, corrected in it, and no teeth where copies contradict each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stagekit.inpaint.feet import moved, observed
from stagekit.inpaint.labels import _contradict
from stagekit.types import SURFACES


def floor_of(surfaces):
    return surfaces == SURFACES.index("floor")


def test_a_true_layout_is_left_alone(room):
    assert observed(room.layout, room.segments, ~room.thing) == {}


def test_walls_that_end_elsewhere_than_drawn_are_moved_to_where_they_end(room):
    """The photo's segments are of a camera 8 % higher than the layout believes: every wall ends lower in the picture."""
    camera = replace(room.layout.camera, height_m=room.layout.camera.height_m * 0.92)
    wrong = replace(room.layout, camera=camera, floor_mask=None)
    feet = observed(wrong, room.segments, ~room.thing)
    assert feet
    surfaces, walls = moved(wrong.surfaces(), wrong.wall_ids(), feet)
    truth = floor_of(room.layout.surfaces())
    before, after = floor_of(wrong.surfaces()) ^ truth, floor_of(surfaces) ^ truth
    assert after.sum() < 0.5 * before.sum()
    assert ((walls >= 0) == ~(floor_of(surfaces) | (surfaces == 3) | (surfaces == 0))).all()
    assert np.array_equal(wrong.surfaces(), replace(wrong).surfaces())  # the layout's own maps are not written to


def test_doors_end_with_their_wall_and_walls_that_leave_the_picture_stay(room):
    """A door in the middle of a wall whose foot lies lower; and a shift upward of walls that the picture's border cuts."""
    surfaces, walls = room.layout.surfaces().copy(), room.layout.wall_ids()
    height = len(surfaces)
    lowest = np.where((walls >= 0).any(0), height - 1 - (walls >= 0)[::-1].argmax(0), -1)
    inside = np.flatnonzero((lowest > 0) & (lowest < height - 8))
    door = inside[len(inside) // 2 : len(inside) // 2 + 6]
    for x in door:
        surfaces[lowest[x] - 20 : lowest[x] + 1, x] = SURFACES.index("door")
    down, _ = moved(surfaces, walls, {int(k): (0.0, 5 / height) for k in np.unique(walls) if k >= 0})
    assert all((down[lowest[x] + 1 : lowest[x] + 6, x] == SURFACES.index("door")).all() for x in door)
    short, ids = surfaces[: height // 2], walls[: height // 2]
    cut = np.flatnonzero((ids[-1] >= 0) & ((ids == ids[-1]) | (ids < 0)).all(0))
    up, after = moved(short, ids, {int(k): (0.0, -0.05) for k in np.unique(ids) if k >= 0})
    assert len(cut) > 50 and (up[:, cut] == short[:, cut]).all() and (after[-1, cut] >= 0).all()


def test_copies_that_disagree_are_refused_and_those_that_agree_kept():
    band = np.ones((40, 60), bool)
    valid = np.ones((9, 40, 60), bool)
    agree = np.zeros((9, 40, 60, 3), np.float32) + 0.4
    agree[0] = -0.5  # one move in nine lands on a door frame
    assert not _contradict(agree, valid, band).any()
    teeth = np.zeros((9, 40, 60, 3), np.float32)
    teeth[:4] = 0.4
    assert _contradict(teeth, valid, band).all()
    assert not _contradict(teeth, np.zeros_like(valid), band).any()
