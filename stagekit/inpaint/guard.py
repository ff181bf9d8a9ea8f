"""Nothing new may appear: the filled picture's segments, looked at for things that were not there."""

from __future__ import annotations

import numpy as np

from ..types import Array, Segments
from .regions import OBJECTS

LEAST = 0.004
"""Share of the picture: smaller things are the segmentation's noise."""
SURE = 0.55
"""Mean probability of a thing: a bare floor in which the network sees a bed's cover is seldom believed more."""
INSIDE = 0.7
"""Share of a thing that lies in the hole: less, and it is a thing beside the hole that reaches into it."""


def hallucinated(segments: Segments, hole: Array) -> list[str]:
    """One sentence for each thing that the segmentation sees in ``hole`` (bool HxW), the largest first."""
    import cv2

    found: list[tuple[float, str]] = []
    for index, name in enumerate(segments.classes):
        if name not in OBJECTS:
            continue
        here = segments.labels == index
        if (here & hole).mean() < LEAST:
            continue
        count, pieces, stats, centres = cv2.connectedComponentsWithStats(here.astype(np.uint8))
        for piece in range(1, count):
            area = int(stats[piece, cv2.CC_STAT_AREA])
            share = area / hole.size
            if share < LEAST or np.count_nonzero(hole & (pieces == piece)) < INSIDE * area:
                continue
            if _belief(segments, index, pieces == piece) < SURE:
                continue
            x, y = (round(float(v)) for v in centres[piece])
            found.append((share, f"the filled area looks like a {name} near x={x}, y={y} ({share:.1%} of the picture)"))
    return [text for _, text in sorted(found, reverse=True)]


def _belief(segments: Segments, index: int, piece: Array) -> float:
    """Mean probability of class ``index`` over ``piece`` (bool HxW); 1 where the segmentation gives none."""
    import cv2

    if segments.probabilities is None:
        return 1.0
    p = segments.probabilities[index].astype(np.float32)
    share = cv2.resize(piece.astype(np.float32), p.shape[::-1], interpolation=cv2.INTER_AREA)
    return float((p * share).sum() / max(float(share.sum()), 1e-9))
