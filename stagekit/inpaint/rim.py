"""No seam on paint: where a fill meets the photo, its light starts from what the photo shows there and leaves it slowly.

Light is blurred and coarse, so that near lamps, shadows and corners it is a few percent off the photo; on a plain wall that
draws the outline of what was taken away.
"""

from __future__ import annotations

import numpy as np

from ..types import Array, Segments
from .light import smooth
from .moves import Plane
from .regions import BELONGS, CEILING, FLOOR, WALL, near_lines

DEEP = 0.05
"""Of the longer side: the difference has fallen to 1/e so far from what is seen."""
BLUR = {True: 0.003, False: 0.015}
"""Of the longer side: grain and pattern are no light; on floors (False) neither are single planks and tiles."""
NEAR = 0.012
"""Of the longer side: what is seen within this of the hole says how far the light is off there."""
STEEP = 1.5
"""Pixels of the working grid over which the rim's say falls to 1/e."""
MOST = 0.5
"""Difference of log light above which the rim shows a thing's edge, not light."""


def flush(plane: Plane, gap: Array, log: Array, segments: Segments | None) -> Array:
    """The plane's light (float32 (h, w, 3), log) without a step at the rim of ``gap`` (bool (h, w)); ``log`` the photo."""
    import cv2

    behind = plane.region.mask & gap
    if plane.region.surface not in (WALL, CEILING, FLOOR) or not behind.any():
        return plane.light
    side = max(gap.shape)
    seen = plane.good | _bare(plane, gap, segments)
    seen &= ~near_lines(plane.region, np.mgrid[: gap.shape[0], : gap.shape[1]])
    far = cv2.distanceTransform((~behind).astype(np.uint8), cv2.DIST_L2, 5)
    off = smooth(log, seen, BLUR[plane.region.surface != FLOOR] * side) - plane.light
    things = (np.abs(off) >= MOST).any(2) & seen
    rim = seen & (far <= max(2.0, NEAR * side)) & (cv2.dilate(things.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0)
    if not rim.any():
        return plane.light
    steep = np.exp(-far / STEEP) * rim  # the nearest of the rim counts most
    spread = _spread(np.where(rim[..., None], off, 0), steep.astype(np.float32))
    inward = cv2.distanceTransform((~rim).astype(np.uint8), cv2.DIST_L2, 5)
    fade = np.exp(-inward / (DEEP * side)) * behind
    return np.asarray(plane.light + spread * fade[..., None], np.float32)


def _bare(plane: Plane, gap: Array, segments: Segments | None) -> Array:
    """What is seen of the plane by the segmentation, up to the ``gap``: shadows and the glow of lamps too."""
    import cv2

    seen = plane.region.mask & ~gap
    if segments is None:
        return seen
    labels = cv2.resize(segments.labels, gap.shape[::-1], interpolation=cv2.INTER_NEAREST)
    belongs = BELONGS[plane.region.surface]
    return np.asarray(seen & np.isin(labels, [i for i, n in enumerate(segments.classes) if n in belongs]))


def _spread(values: Array, weight: Array) -> Array:
    """``values`` (h, w, C) carried on smoothly from where their ``weight`` (h, w) is: halved, then doubled again."""
    import cv2

    levels = [(values * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 2:
        total, share = levels[-1]
        size = ((share.shape[1] + 1) // 2, (share.shape[0] + 1) // 2)
        levels.append((cv2.pyrDown(total, dstsize=size), cv2.pyrDown(share, dstsize=size)))
    total, share = levels.pop()
    out = total / np.maximum(share, 1e-6)[..., None]
    for total, share in reversed(levels):
        coarse = cv2.pyrUp(out, dstsize=share.shape[::-1])
        trust = np.minimum(share / 0.1, 1)[..., None]
        out = trust * total / np.maximum(share, 1e-6)[..., None] + (1 - trust) * coarse
    return np.asarray(out, np.float32)
