"""Doors and passages that no network names and of which things hide the foot: one colour, upright, down to the hole.

They go on to the floor behind it; the wall filled there would leave half a door hanging.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..room.paint import STRANGE, cielab, off_colour
from ..types import Array, Layout, Opening, Segments, Wall
from .likely import belief
from .regions import WALL

WORK = 640
"""Longer side in pixels at which they are looked for."""
HUNG = ("window", "picture", "mirror", "curtain", "fireplace", "television", "cabinet", "countertop", "appliance")
FURNITURE = ("sofa", "chair", "table", "bed", "shelf", "lamp", "plant", "clutter", "person", "television", "cabinet")
NAMED, THINGS = 0.5, 0.25
"""Probability of what hangs from which a pixel is that, and mean probability of furniture from which a piece is."""
CELL_M = 0.03
"""Side of the cells in which a wall is looked at."""
WIDTH_M, TOP_M, SEEN_M = (0.09, 1.6), 1.95, 0.35
"""Least and most width, least height of the top (a mirror over a chest ends lower), and how much must be seen of it."""
FULL, CUT = 0.85, 0.6
"""Share of the cells seen of its rectangle, down to the floor, that have its colour; and of its columns that end at the
hole."""
PLAIN = 12.0
"""Median distance in CIELAB from the median colour: doors have 3 to 10 on five photos, rooms seen through an arch 16."""
FRAME_M = 0.12
"""So near to a known opening a piece is its frame."""


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
    camera = layout.camera.scaled(*size)
    found = []
    for index, wall in enumerate(layout.walls):
        on = planes == 8 + index
        if wall.kind != "wall" or not (strange & on).any():
            continue
        uv, depth = camera.project(_cells(wall))
        inside = (depth > 0.1) & (uv >= 0).all(-1) & (uv < size).all(-1)
        x, y = (np.clip(uv[..., i], 0, size[i] - 1).astype(int) for i in (0, 1))
        inside &= on[y, x]
        for left, right, top, cells in _upright(strange[y, x] & inside, gap[y, x] & inside, inside):
            own = lab[y, x][cells]
            plain = np.median(np.linalg.norm(own - np.median(own, axis=0), axis=-1)) < PLAIN
            if plain and things[y, x][cells].mean() < THINGS and not _framed(layout, index, left, right):
                found.append(Opening("door", index, left, right, 0.0, top))
    return replace(layout, openings=(*layout.openings, *found)) if found else layout


def wall_planes(layout: Layout, size: tuple[int, int]) -> Array:
    """int32 (h, w) at ``size`` (width, height): walls from 8 on, as `off_colour` takes them, 0 elsewhere and in openings."""
    import cv2

    ids = cv2.resize(layout.wall_ids().astype(np.int32), size, interpolation=cv2.INTER_NEAREST)
    surfaces = cv2.resize(layout.surfaces(), size, interpolation=cv2.INTER_NEAREST)
    return np.where(surfaces == WALL, 8 + ids, 0)


def _cells(wall: Wall) -> Array:
    """(up, along, 3) world points of the middles of a wall's cells."""
    along = np.arange(CELL_M / 2, wall.length_m, CELL_M)
    up = np.arange(CELL_M / 2, wall.height_m, CELL_M)
    grid = np.empty((len(up), len(along), 3))
    grid[..., 0], grid[..., 2] = (s + along * d for s, d in zip(wall.start, wall.direction, strict=True))
    grid[..., 1] = up[:, None]
    return grid


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


def _framed(layout: Layout, wall: int, left: float, right: float) -> bool:
    mine = [o for o in layout.openings if o.wall == wall]
    return any(o.left_m - FRAME_M < right and o.right_m + FRAME_M > left for o in mine)
