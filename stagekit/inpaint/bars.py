"""White or black bars above, below or beside a photo that was put into another format: they are no part of the room."""

from __future__ import annotations

import numpy as np

from ..types import Array

ALIKE, MOSTLY = 6, 0.75
"""Levels by which a bar's pixels differ from its colour at most, and the share of a row that is so alike: a watermark may
lie over it."""
PLAIN = 16
"""Levels from white or black up to which a colour is a bar's: floors and ceilings are of one colour too."""
LEAST, MOST = 0.01, 0.3
"""Share of the picture's height or width that a bar takes at least, and at most."""


def bars(image: Array) -> Array:
    """bool HxW: the bars of ``image`` (uint8 HxWx3)."""
    out = np.zeros(image.shape[:2], bool)
    for upright in (False, True):
        lines = np.swapaxes(image, 0, 1) if upright else image
        into = out.T if upright else out
        for back in (False, True):
            depth = _depth(lines[::-1] if back else lines)
            if LEAST * len(lines) <= depth <= MOST * len(lines):
                into[len(lines) - depth if back else 0 : len(lines) if back else depth] = True
    return out


def _depth(lines: Array) -> int:
    """How many of the first ``lines`` (N, M, 3) have the first one's colour."""
    colour = np.median(lines[0], axis=0)
    if colour.max() > PLAIN and colour.min() < 255 - PLAIN:
        return 0
    for depth, line in enumerate(lines):
        if (np.abs(line - colour).max(-1) <= ALIKE).mean() < MOSTLY:
            return depth
    return len(lines)
