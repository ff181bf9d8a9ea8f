"""Things before a wall go whole or stay whole: half a television is worse than either."""

from __future__ import annotations

import numpy as np

from ..room.doorways import belief, wall_planes
from ..room.paint import STRANGE, cielab, off_colour
from ..types import Array, Layout, Segments
from .passages import with_passages

MOST = 0.75
"""Share of a thing in the hole from which all of it goes."""
LARGEST = 0.15
"""Share of the picture over which a piece of other colour is no one thing."""
STAYS = (
    "window", "door", "curtain", "picture", "mirror", "fireplace", "column", "stairs", "cabinet", "countertop", "appliance",
)  # fmt: skip
"""Segment classes that a thing's colour does not drag into the hole, sure as the segmentation is of them."""
SURELY = 0.5
HUNG = ("picture", "mirror")
COVERED, SMALLEST = 0.08, 0.001
"""Share of a picture's rectangle from which, hidden by what goes, it goes too: nobody knows what is painted there. And the
least share of the photo that is a picture."""
CASING = 0.02
"""Of the longer side: how far a window's or door's casing reaches beyond its labels. No colour drags that into the hole."""
RIM = 0.012
"""Of the longer side: how far a frame reaches beyond its labels."""


def whole(image: Array, hole: Array, core: Array, segments: Segments, layout: Layout) -> Array:
    """``hole`` (bool h, w) with the things on walls of which it holds most, and without the rims of those of which it holds
    little; what was asked for, ``core``, stays in it. ``image``: uint8 (h, w, 3)."""
    import cv2

    h, w = hole.shape
    paint, built = belief(segments, ("wall",), (w, h)), belief(segments, STAYS, (w, h))
    planes = wall_planes(with_passages(layout, image, hole, segments), (w, h))
    strange = (off_colour(cielab(image), paint, planes) > STRANGE) & (built < SURELY)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(strange.astype(np.uint8))
    share = np.bincount(parts[hole], minlength=count) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    thing = stats[:, cv2.CC_STAT_AREA] < LARGEST * hole.size
    thing[0] = False
    kernel = np.ones((3, 3), np.uint8)
    goes = cv2.dilate((thing & (share >= MOST))[parts].astype(np.uint8), kernel) > 0
    hidden, hangs = _pictures(core, segments)
    goes &= ~_casings(segments, hole.shape) & ~hangs
    stays = (cv2.dilate((thing & (share < 1 - MOST))[parts].astype(np.uint8), kernel) > 0) | hangs
    goes |= hidden
    return np.asarray((hole | goes) & (~stays | core | goes))


def _casings(segments: Segments, shape: tuple[int, ...]) -> Array:
    """bool (h, w): what lies beside a window or door."""
    import cv2

    labels = cv2.resize(segments.labels, shape[::-1], interpolation=cv2.INTER_NEAREST)
    openings = np.isin(labels, [i for i, n in enumerate(segments.classes) if n in ("window", "door")])
    size = 2 * max(1, round(CASING * max(shape))) + 1
    return np.asarray(cv2.dilate(openings.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)


def _pictures(core: Array, segments: Segments) -> tuple[Array, Array]:
    """bool (h, w) each: pictures and mirrors, with their frames, before which something stands that goes; and the others."""
    import cv2

    h, w = core.shape
    goes, stays, own = (np.zeros((h, w), bool) for _ in range(3))
    labels = cv2.resize(segments.labels, (w, h), interpolation=cv2.INTER_NEAREST)
    for name in HUNG:
        if name not in segments.classes:
            continue
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(
            (labels == segments.classes.index(name)).astype(np.uint8)
        )
        for piece in range(1, count):
            if stats[piece, cv2.CC_STAT_AREA] > SMALLEST * labels.size:
                points = np.argwhere(pieces == piece)[:, ::-1].astype(np.float32)
                frame = np.zeros((h, w), np.uint8)
                cv2.fillConvexPoly(frame, cv2.boxPoints(cv2.minAreaRect(points)).astype(int), 1)
                covered = core[frame > 0].mean() >= COVERED
                framed = cv2.dilate(frame, np.ones((2 * round(RIM * max(h, w)) + 1,) * 2, np.uint8)) > 0
                (goes if covered else stays)[framed] = True
                own |= (frame > 0) & covered
    hidden = np.asarray(own | (goes & ~stays))
    return hidden, stays & ~hidden
