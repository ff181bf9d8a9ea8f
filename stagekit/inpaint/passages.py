"""Doors and passages that no network names and of which things hide the foot: one colour, upright, down to the hole.

They go on to the floor behind it; the wall filled there would leave half a door hanging.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..room.doorways import CELL_M, FURNITURE, HUNG, NAMED, THINGS, WORK, belief, framed, wall_planes, walls_with
from ..room.paint import STRANGE, cielab, off_colour
from ..types import Array, Layout, Opening, Segments

WIDTH_M, TOP_M, SEEN_M = (0.09, 1.6), 1.95, 0.35
"""Least and most width, least height of the top (a mirror over a chest ends lower), and how much must be seen of it."""
FULL, CUT = 0.85, 0.6
"""Share of the cells seen of its rectangle, down to the floor, that have its colour; and of its columns that end at the
hole."""
PLAIN = 12.0
"""Median distance in CIELAB from the median colour: doors have 3 to 10 on five photos, rooms seen through an arch 16."""


def with_passages(layout: Layout, image: Array, hole: Array, segments: Segments) -> Layout:
    """``layout`` with a door where a plain piece of other colour stands upright on the ``hole`` (bool HxW) in a wall.

    ``image``: uint8 HxWx3. Walls whose paint is not told (`off_colour`) have none.
    """
    import cv2

    height, width = hole.shape
    k = min(1.0, WORK / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    lab = cielab(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    gap = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    planes = wall_planes(layout, size)
    paint = belief(segments, ("wall",), size)
    strange = (off_colour(lab, paint, planes) > STRANGE) & ~gap & (belief(segments, HUNG, size) < NAMED)
    things = belief(segments, FURNITURE, size)
    found = []
    for index, (x, y), inside in walls_with(strange, planes, layout):
        for left, right, top, piece in _upright(strange[y, x] & inside, gap[y, x] & inside, inside):
            own = lab[y, x][piece]
            plain = np.median(np.linalg.norm(own - np.median(own, axis=0), axis=-1)) < PLAIN
            if plain and things[y, x][piece].mean() < THINGS and not framed(layout, index, left, right):
                found.append(Opening("door", index, left, right, 0.0, top))
    return replace(layout, openings=(*layout.openings, *found)) if found else layout


def _upright(odd: Array, hidden: Array, inside: Array) -> list[tuple[float, float, float, Array]]:
    """(left, right, top) in metres of the pieces of ``odd`` that stand on what is ``hidden``, and their cells."""
    import cv2

    closed = cv2.morphologyEx(odd.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(closed)
    out = []
    for piece in range(1, count):
        left, low, wide, high, _ = (int(v) for v in stats[piece])
        top, cells = low + high, (pieces == piece) & odd
        if not WIDTH_M[0] <= wide * CELL_M <= WIDTH_M[1] or top * CELL_M < TOP_M or high * CELL_M < SEEN_M:
            continue
        columns = np.flatnonzero(cells.any(0))
        ends = cells[:, columns].argmax(0)
        cut = hidden[np.maximum(ends - 2, 0), columns] & (ends > 2)
        box = np.s_[:top, left : left + wide]  # down to the floor: no wall is seen under a door
        full = cells[box].sum() / max(int((inside & ~hidden)[box].sum()), 1)
        if cut.mean() > CUT and full > FULL:
            out.append((left * CELL_M, (left + wide) * CELL_M, top * CELL_M, cells))
    return out
