"""A thing at a point where the network sees only the building: told from the wall or the floor around it by its colour."""

from __future__ import annotations

import numpy as np

from ..room.paint import cielab
from ..types import Array, Segments
from .regions import resized
from .remnants import ODD, off_median

WORK = 1024
"""Longest side in pixels at which it is looked for."""
NEAR = 0.006
"""Of the longer side: how far from the point it may begin."""
LARGEST = 0.02
"""Share of the picture over which it is no thing, but the building in another light."""
EDGE = 3
"""Pixels that an edge is blurred over."""


def piece_at(image: Array, point: tuple[int, int], segments: Segments) -> Array | None:
    """bool HxW: the piece at a ``point`` (x, y) of ``image`` (uint8 HxWx3) that has another colour than the surface around
    it, whole; None where there is none, or it is larger than a thing that the network would overlook."""
    import cv2

    height, width = image.shape[:2]
    k = min(1.0, WORK / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    x, y = min(int(point[0] * k), size[0] - 1), min(int(point[1] * k), size[1] - 1)
    labels = resized(segments, size[::-1])
    seen = labels == labels[y, x]
    off = off_median(cielab(cv2.resize(image, size, interpolation=cv2.INTER_AREA)), seen)
    odd = seen & (off > max(ODD[0], ODD[1] * float(np.median(off[seen]))))
    solid = cv2.morphologyEx(odd.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(solid)
    ys, xs = np.nonzero(pieces)
    if not len(ys):
        return None
    far = np.hypot(ys - y, xs - x)
    piece = int(pieces[ys[far.argmin()], xs[far.argmin()]])
    if far.min() > max(1.0, NEAR * max(size)) or stats[piece, cv2.CC_STAT_AREA] > LARGEST * labels.size:
        return None
    mine = np.pad((pieces == piece).astype(np.uint8), EDGE + 1)
    outline, _ = cv2.findContours(mine, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(mine, outline, -1, 1, cv2.FILLED)
    mine = cv2.dilate(mine, np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8))[EDGE + 1 : -EDGE - 1, EDGE + 1 : -EDGE - 1]
    return cv2.resize(mine.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
