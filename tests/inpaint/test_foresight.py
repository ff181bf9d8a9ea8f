"""Light that is foreseen behind a hole: where it is taken, and how much of it."""

from __future__ import annotations

import numpy as np
import pytest

from stagekit.inpaint.foresight import BEYOND, foreseen
from stagekit.inpaint.light import from_log, to_log
from stagekit.inpaint.moves import Plane
from stagekit.inpaint.planar import fill
from stagekit.inpaint.regions import DOOR, FLOOR, WALL, flat

H, W = 96, 128


def plane(surface: int, slope: float) -> tuple[Plane, np.ndarray]:
    """A plane over the whole picture, whose log light rises by ``slope`` from left to right, with a hole in the middle."""
    gap = np.zeros((H, W), bool)
    gap[24:72, 32:96] = True
    ramp = np.linspace(-slope / 2, slope / 2, W)[None, :, None] + to_log(np.array(128, np.uint8))
    light = np.broadcast_to(ramp, (H, W, 3)).astype(np.float32)
    region = flat(np.ones((H, W), bool))
    object.__setattr__(region, "surface", surface)
    object.__setattr__(region, "upright", surface == WALL)
    return Plane(region, region, ~gap, light, np.zeros_like(light), ~gap, ~gap), gap


def told(level: int) -> np.ndarray:
    return to_log(np.full((H, W, 3), level, np.uint8))


def test_it_counts_in_the_middle_of_an_unevenly_lit_hole_and_not_at_its_rim():
    floor, gap = plane(FLOOR, 2.0)
    got = foreseen(floor, gap, told(60)) - floor.light
    assert got[48, 64].mean() < -0.8
    assert not got[~gap].any()
    assert np.abs(got[24, 64]).max() < 0.4 * np.abs(got[48, 64]).max()


def test_an_evenly_lit_plane_believes_its_rim():
    floor, gap = plane(FLOOR, 0.02)
    assert np.abs(foreseen(floor, gap, told(60)) - floor.light).max() < 0.02


def test_walls_get_no_light_far_from_what_is_seen_of_them():
    for surface, least in ((WALL, -1.0 - BEYOND), (FLOOR, -2.0)):
        one, gap = plane(surface, 2.0)
        low = (foreseen(one, gap, told(5)) - to_log(np.array(128, np.uint8)))[48, 40:88].min()
        assert (low > least - 0.05) == (surface == WALL)


def test_doors_stay_as_they_are_and_so_does_a_plane_without_a_hole():
    door, gap = plane(DOOR, 2.0)
    assert foreseen(door, gap, told(5)) is door.light
    floor, gap = plane(FLOOR, 2.0)
    assert foreseen(floor, np.zeros_like(gap), told(5)) is floor.light


def test_tints_are_taken_by_half():
    floor, gap = plane(FLOOR, 2.0)
    red = to_log(np.broadcast_to(np.array([160, 120, 110], np.uint8), (H, W, 3)))
    got = (foreseen(floor, gap, red) - floor.light)[48, 64]
    want = red[48, 64] - floor.light[48, 64]
    assert got[0] - got[2] == pytest.approx(0.5 * (want[0] - want[2]), rel=0.25)


def test_filling_takes_what_is_foreseen(room):
    """In a room that is lit unevenly the truth told as foresight comes nearer to it, a lie goes away from it; nothing else
    changes."""
    fall = np.linspace(0, -1.5, room.photo.width)[None, :, None]
    photo, empty = (from_log(to_log(i.array) + fall).clip(0, 255).astype(np.uint8) for i in (room.photo, room.empty))

    def error(foresee) -> float:
        out = fill(photo, room.thing, room.layout, room.segments, foresee=foresee).astype(float)
        assert np.array_equal(out[~room.thing], photo[~room.thing])
        return float(np.abs(out - empty)[room.thing].mean())

    dark = np.clip(from_log(to_log(empty) - 1.5), 0, 255).astype(np.uint8)
    assert error(lambda *given: dark) > error(lambda *given: empty) + 1
