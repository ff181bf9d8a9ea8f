"""Things before a wall go whole or stay whole: half a television is worse than either."""

from __future__ import annotations

import numpy as np

from ..room.paint import STRANGE, cielab, off_colour
from ..types import Array, Layout, Segments
from .regions import WALL

MOST = 0.75
"""Share of a thing in the hole from which all of it goes."""
LARGEST = 0.15
"""Share of the picture over which a piece of other colour is no one thing."""
STAYS = (
    "window", "door", "curtain", "picture", "mirror", "fireplace", "column", "stairs", "cabinet", "countertop", "appliance",
)  # fmt: skip
"""Segment classes that a thing's colour does not drag into the hole, sure as the segmentation is of them."""
SURELY = 0.5


def whole(image: Array, hole: Array, core: Array, segments: Segments, layout: Layout) -> Array:
    """``hole`` (bool h, w) with the things on walls of which it holds most, and without the rims of those of which it holds
    little; what was asked for, ``core``, stays in it. ``image``: uint8 (h, w, 3)."""
    import cv2

    h, w = hole.shape
    belief, built = _belief(segments, ("wall",), (w, h)), _belief(segments, STAYS, (w, h))
    ids = cv2.resize(layout.wall_ids().astype(np.int32), (w, h), interpolation=cv2.INTER_NEAREST)
    surfaces = cv2.resize(layout.surfaces(), (w, h), interpolation=cv2.INTER_NEAREST)
    planes = np.where(surfaces == WALL, 8 + ids, 0)
    strange = (off_colour(cielab(image), belief, planes) > STRANGE) & (built < SURELY)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(strange.astype(np.uint8))
    share = np.bincount(parts[hole], minlength=count) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    thing = stats[:, cv2.CC_STAT_AREA] < LARGEST * hole.size
    thing[0] = False
    kernel = np.ones((3, 3), np.uint8)
    goes = cv2.dilate((thing & (share >= MOST))[parts].astype(np.uint8), kernel) > 0
    stays = cv2.dilate((thing & (share < 1 - MOST))[parts].astype(np.uint8), kernel) > 0
    return np.asarray((hole | goes) & (~stays | core | goes))


def _belief(segments: Segments, names: tuple[str, ...], size: tuple[int, int]) -> Array:
    """float32 (h, w): probability of the classes together."""
    import cv2

    picked = [segments.classes.index(n) for n in names if n in segments.classes]
    if segments.probabilities is not None and picked:
        values = np.asarray(segments.probabilities[picked], np.float32).sum(0)
    else:
        values = np.isin(segments.labels, picked).astype(np.float32)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR))
