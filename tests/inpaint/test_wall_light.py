"""The light of a wall, and what at the rim of a hole is none."""

from __future__ import annotations

import cv2
import numpy as np

from stagekit.inpaint.daylight import LUMINANCE
from stagekit.inpaint.planar import fill
from stagekit.inpaint.wall_light import wall_light
from stagekit.types import Segments


def lit_wall(height: int = 90, width: int = 120) -> np.ndarray:
    y, x = np.mgrid[:height, :width] / width
    return (0.4 - 0.5 * x + 0.3 * y * y)[..., None] + np.array([0.0, -0.3, -0.9])


def test_light_goes_on_behind_a_hole_and_a_dark_thing_is_no_light():
    truth = lit_wall()
    lit = truth.copy()
    lit[20:40, 30:50] -= 0.9
    lit[50:80, 60:110] = np.nan
    guess, agrees = wall_light(lit)
    assert np.abs(guess[..., 0] - truth @ LUMINANCE).max() < 0.06
    assert not agrees[22:38, 32:48].any() and agrees[:18].all() and agrees[55:75, 65:105].all()


def test_no_light_is_made_up_far_from_what_is_seen():
    """A slope seen on the left third only would run off to black on the right."""
    lit = lit_wall() * 4
    seen = lit[:, :40] @ LUMINANCE
    lit[:, 40:] = np.nan
    lit[:, :40] -= 0.8 * lit[:, :40].mean()
    level = lit[:, :40] @ LUMINANCE
    guess, _ = wall_light(lit)
    assert np.ptp(seen) > 0.3
    assert guess.min() > level.min() - 0.1 and guess.max() < level.max() + 0.1


def test_the_blue_of_a_yellow_wall_has_no_say():
    """It is nearly nothing, and so its logarithm nearly anything."""
    lit = lit_wall()
    lit[..., 2] -= 2 * np.random.default_rng(0).random(lit.shape[:2])
    assert wall_light(lit)[1].all()


def test_two_paints_and_too_few_samples_are_not_told():
    lit = lit_wall()
    lit[:, ::16] += 1.0
    lit[:, 1::16] += 1.0
    for k in range(2, 8):
        lit[:, k::16] += 1.0
    assert wall_light(lit) is None
    few = np.full((90, 120, 3), np.nan)
    few[:20, :20] = 0.5
    assert wall_light(few) is None


def test_a_dark_remnant_at_the_rim_is_not_carried_across_the_hole(room):
    """A leaf that the mask missed lies on the wall at the hole's rim; the network takes it for wall."""
    surfaces = room.layout.surfaces()
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[surfaces]
    hole = cv2.dilate(room.thing.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    top = int(np.nonzero(hole)[0].min())
    left, right = (int(v) for v in np.percentile(np.nonzero(hole)[1], (25, 75)))
    pixels = room.empty.array.copy()
    pixels[top - 14 : top, left:right] = (45, 50, 40)
    filled = fill(pixels, hole, room.layout, Segments(labels, room.segments.classes))
    below = np.s_[top + 8 : top + 28, left:right]
    wall = (surfaces == 2)[below]
    error = np.abs(filled[below].astype(float) - room.empty.array[below]).mean(-1)[wall]
    assert wall.sum() > 300 and np.median(error) < 16
