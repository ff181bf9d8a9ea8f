"""Light behind a hole as someone foresees it who knows rooms, mixed with what the hole's rim says.

The rim is right where a plane is evenly lit; where the membrane over the hole has to bridge light and dark, it is a guess
like any other, and the mean of two guesses is nearer to the truth than either.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..types import Array, Layout, Segments
from .daylight import LUMINANCE
from .light import smooth
from .moves import Plane
from .regions import CEILING, DOOR, WALL

EVEN = 0.1
"""Standard deviation of a plane's log light over the hole at which rim and foresight count alike."""
RIM = {False: 0.02, True: 0.03}
"""Of the longer side: within this of what is seen of the plane the foresight fades out, so that no seam shows; paint shows
what texture hides."""
TINT = 0.5
"""Share of the foreseen tint that is taken: colours are told less surely than light."""
FINE = {False: 0.006, True: 0.02}
"""Blur of the foreseen light, of the longer side; more on upright planes, whose paint shows every smear."""
BEYOND = 0.2
"""Log light by which it may leave what is seen of a wall or ceiling. Floors have sun and shade of their own."""

Foresee = Callable[[Array, Array, Layout, Segments], Array]
"""Photo (uint8 HxWx3), hole (bool HxW), layout, segments -> uint8 (h, w, 3) sRGB: the picture without the hole, as coarse as
may be."""


def foreseen(plane: Plane, gap: Array, told: Array) -> Array:
    """The plane's light (float32 (h, w, 3), log), behind ``gap`` (bool (h, w)) mixed with what is ``told``, of the same kind
    and size."""
    import cv2

    behind = plane.region.mask & gap
    if not behind.any() or plane.region.surface == DOOR:
        return plane.light
    upright = plane.region.upright
    blurred = smooth(told, plane.region.mask, FINE[upright] * max(gap.shape))
    log = np.where(np.isfinite(blurred), blurred, told)
    if plane.region.surface in (WALL, CEILING) and plane.good.any():
        low, high = np.percentile(plane.light[plane.good] @ LUMINANCE, (2, 98))
        level = log @ LUMINANCE
        log = log + (np.clip(level, low - BEYOND, high + BEYOND) - level)[..., None]
    more = log - plane.light
    uneven = float((plane.light[behind] @ LUMINANCE).std()) ** 2
    far = cv2.distanceTransform((~plane.good).astype(np.uint8), cv2.DIST_L2, 5) / (RIM[upright] * max(gap.shape))
    ramp = np.clip(far, 0, 1)
    trust = uneven / (uneven + EVEN**2) * (ramp**2 * (3 - 2 * ramp) * behind)[..., None]
    brighter = (more @ LUMINANCE)[..., None]
    return np.asarray(plane.light + trust * (brighter + TINT * (more - brighter)), np.float32)
