"""Doorways that no network names: what stands in a wall, has another colour than its paint and reaches the floor.

Each wall is looked at in cells of its own metres. Furniture has not the size of a door; what the network takes for
furniture, or for a window or a picture, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from ..types import SURFACES, Array, Image, Layout, Opening, Segments, Wall
from .paint import STRANGE, cielab, off_colour

WORK = 640
"""Longer side in pixels at which they are looked for."""
HUNG = ("window", "picture", "mirror", "curtain", "fireplace", "television", "cabinet", "countertop", "appliance")
FURNITURE = ("sofa", "chair", "table", "bed", "shelf", "lamp", "plant", "clutter", "person", "television", "cabinet")
NAMED, THINGS = 0.5, 0.25
"""Probability of what hangs from which a cell is that, and mean probability of furniture from which a piece is."""
CELL_M = 0.03
"""Side of the cells in which a wall is looked at."""
FRAME_M = 0.12
"""So near to a known opening a piece is its frame."""
WIDTH_M, TOP_M, FOOT_M = (0.55, 2.2), (1.75, 2.6), 0.25
"""Width and height of a doorway, and how far over the floor its foot may seem to lie."""
FULL = 0.7
"""Share of its rectangle that has another colour than the wall."""
GAP, SPECK = 5, 9
"""Cells that are closed over, and least width in cells of a piece."""


def with_doorways(layout: Layout, image: Image, segments: Segments) -> Layout:
    """``layout`` with a door where such a piece is as large as one. Walls whose paint is not told have none."""
    import cv2

    k = min(1.0, WORK / max(image.size))
    size = (max(8, round(image.width * k)), max(8, round(image.height * k)))
    lab = cielab(cv2.resize(image.array, size, interpolation=cv2.INTER_AREA))
    planes = wall_planes(layout, size)
    off = off_colour(lab, belief(segments, ("wall",), size), planes)
    strange = (off > STRANGE) & (belief(segments, HUNG, size) < NAMED)
    things = belief(segments, FURNITURE, size)
    found = []
    for index, (x, y), inside in walls_with(strange, planes, layout):
        for left, right, top, piece in _pieces(strange[y, x] & inside, inside):
            if things[y, x][piece].mean() < THINGS and not framed(layout, index, left, right):
                found.append(Opening("door", index, left, right, 0.0, min(top, layout.walls[index].height_m)))
    return replace(layout, openings=(*layout.openings, *found)) if found else layout


def _pieces(odd: Array, inside: Array) -> list[tuple[float, float, float, Array]]:
    """(left, right, top) in metres of the pieces of ``odd`` that have a doorway's size, and their cells."""
    import cv2

    solid = cv2.morphologyEx(odd.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((GAP, GAP), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((SPECK, SPECK), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(solid)
    out = []
    for piece in range(1, count):
        left, low, wide, high, _ = (int(v) for v in stats[piece])
        box, mine = np.s_[low : low + high, left : left + wide], (pieces == piece) & odd
        width, foot, top = (CELL_M * n for n in (wide, low, low + high))
        sized = WIDTH_M[0] <= width <= WIDTH_M[1] and foot < FOOT_M and TOP_M[0] <= top <= TOP_M[1]
        if sized and mine.sum() > FULL * inside[box].sum():
            out.append((left * CELL_M, (left + wide) * CELL_M, top, mine))
    return out


def wall_planes(layout: Layout, size: tuple[int, int]) -> Array:
    """int32 (h, w) at ``size`` (width, height): walls from 8 on, as `off_colour` takes them, 0 elsewhere and in openings."""
    import cv2

    ids = cv2.resize(layout.wall_ids().astype(np.int32), size, interpolation=cv2.INTER_NEAREST)
    surfaces = cv2.resize(layout.surfaces(), size, interpolation=cv2.INTER_NEAREST)
    return np.where(surfaces == SURFACES.index("wall"), 8 + ids, 0)


def walls_with(strange: Array, planes: Array, layout: Layout) -> Iterator[tuple[int, tuple[Array, Array], Array]]:
    """The walls on which something is ``strange`` (bool (h, w)): number, pixels (x, y) of its cells, which of them are seen.

    ``planes``: of `wall_planes`, of the same size.
    """
    size = strange.shape[::-1]
    camera = layout.camera.scaled(*size)
    for index, wall in enumerate(layout.walls):
        on = planes == 8 + index
        if wall.kind != "wall" or not (strange & on).any():
            continue
        uv, depth = camera.project(_cells(wall))
        x, y = (np.clip(uv[..., i], 0, size[i] - 1).astype(int) for i in (0, 1))
        yield index, (x, y), (depth > 0.1) & (uv >= 0).all(-1) & (uv < size).all(-1) & on[y, x]


def _cells(wall: Wall) -> Array:
    """(up, along, 3) world points of the middles of a wall's cells."""
    along = np.arange(CELL_M / 2, wall.length_m, CELL_M)
    up = np.arange(CELL_M / 2, wall.height_m, CELL_M)
    grid = np.empty((len(up), len(along), 3))
    grid[..., 0], grid[..., 2] = (s + along * d for s, d in zip(wall.start, wall.direction, strict=True))
    grid[..., 1] = up[:, None]
    return grid


def framed(layout: Layout, wall: int, left: float, right: float) -> bool:
    """Whether what lies between ``left`` and ``right`` metres along the wall is a known opening or its frame."""
    mine = [o for o in layout.openings if o.wall == wall]
    return any(o.left_m - FRAME_M < right and o.right_m + FRAME_M > left for o in mine)


def belief(segments: Segments, names: Iterable[str], size: tuple[int, int]) -> Array:
    """float32 (h, w) at ``size`` (width, height): probability of the classes together."""
    import cv2

    picked = [segments.classes.index(n) for n in dict.fromkeys(names) if n in segments.classes]
    if segments.probabilities is not None and picked:
        values = np.asarray(segments.probabilities[picked], np.float32).sum(0)
    else:
        values = np.isin(segments.labels, picked).astype(np.float32)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR))
