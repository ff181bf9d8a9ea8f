"""How bright a wall is: a parabola through the bulk of its paint, and what of it is near enough to that to be paint.

A leaf, a lamp that stays in part or the edge of a thing lies at the hole's rim; a membrane would carry it across the hole.
"""

from __future__ import annotations

import numpy as np

from ..room.paint import bulk, parabola
from ..types import Array
from .daylight import LUMINANCE

STEP, LEAST = 4, 80
"""Pixels from one sample to the next, and samples from which a wall's light is told."""
REACH, MOSTLY = 0.35, 0.6
"""Difference of log light at which a sample has no more say, and the share of the samples that must have one: else the wall
has several colours."""
SHADE = 0.5
"""Difference of log light from which it is no shade on paint. On 27 rooms 0.3 to 0.7 are within 0.06 dB;
leaves and legs that stay on occupied photos are darker by more."""
BEYOND = 0.05
"""Log light by which it may leave what is seen."""


def wall_light(lit: Array) -> tuple[Array, Array] | None:
    """float32 (h, w, 1): the log light of one paint expected at every pixel, in luminance (channels by themselves would
    leave each other, and paint a rainbow); bool (h, w): where ``lit`` agrees with it or is not known. None when too little
    is. ``lit`` (h, w, 3): log light blurred over the wall that is seen, NaN elsewhere.
    """
    height, width = lit.shape[:2]
    side = max(height, width)
    level = lit @ LUMINANCE
    ys, xs = np.nonzero(np.isfinite(level[::STEP, ::STEP]))
    if len(ys) < LEAST:
        return None
    values = level[::STEP, ::STEP][ys, xs].astype(np.float64)[:, None]
    fit = bulk(parabola(ys * STEP / side, xs * STEP / side), values, np.ones(len(ys)), _off, REACH, LEAST)
    if fit is None or (fit[1] < REACH).mean() < MOSTLY:
        return None
    found, away = fit
    low, high = np.percentile(values[away < REACH], (2, 98))
    y, x = (v.ravel() for v in np.mgrid[:height, :width] / side)
    guess = np.clip(parabola(y, x) @ found, low - BEYOND, high + BEYOND).reshape(height, width, 1).astype(np.float32)
    with np.errstate(invalid="ignore"):
        return guess, ~(_off(level[..., None], guess) > SHADE)


def _off(level: Array, other: Array) -> Array:
    return np.asarray(np.abs(level - other)[..., 0])
