"""Walls end on the floor, not on their baseboards.

A baseboard is to a segmentation now wall, now floor, and its upper edge is the longer and sharper line: a layout fitted to
either ends its walls there. Seen straight on, in heights over the floor, a board is a band between two edges that run along
the whole wall. Where that band is seen, the wall goes on to its foot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..types import Array, Segments
from .feet import Feet
from .light import to_log
from .regions import OBJECTS, WALL, Region, objects, resized
from .skirting import HEIGHTS as OF_BOARDS
from .skirting import Board, aligned

LOWEST, HIGHEST, STEP = -0.18, 0.32, 0.004
"""Heights over the wall's line that are looked at, metres."""
BOARD = (0.045, 0.24)
"""Heights of boards."""
BARE = 0.24
"""From here on up there is bare wall, the light of which the band's is compared with."""
COLUMNS, LEAST, SEEN = 300, 12, 0.95
"""Places along a wall, how many of them must be seen, and share of the heights that makes one seen."""
SIDE, EDGE, STRONG, ALIKE = 3, 0.06, 0.15, 0.5
"""Heights on both sides of an edge; log light that it has at least, and where floor and board meet; and share of the columns
that have half of it."""
PLANK = 0.25
"""Share of the upper edge that the lower has at least: the last plank before a plain wall is a band as well."""
MOVED, FARTHEST = 0.06, 0.24
"""Metres to both sides at which each column's board is looked for, twice; and how far from a wall's line a board's may run:
a slope that was read wrongly runs away."""
REACHES = 0.5
"""Share of a wall over which its board must be seen for a slope to be carried on to the rest."""
LEAST_M = 0.2
"""Metres of a wall's foot that must be seen."""
DOUBT = 0.05
"""Of the height: within this of a room's usual boards the segmentation's word on a wall's foot is that on its board."""
NAMED = 0.1
"""Share of named things in a hole from which it is a hole round these."""
FOOT, TOP = (-0.16, 0.03), (-0.06, 0.16)
"""Where a board's edges may lie, metres over the wall's line."""

HEIGHTS = np.arange(LOWEST, HIGHEST, STEP)


def seen_boards(photo: Array, walls: Sequence[Region], segments: Segments, hole: Array) -> dict[int, Board]:
    """Wall of the layout -> its board, where one is seen. ``walls``: regions of the ``photo``, as the layout has them;
    ``hole`` bool HxW.

    A hole round named things reaches over their shadows, in which boards are seen as well. Of another hole nobody knows what
    in it is a thing.
    """
    things = np.isin(resized(segments, hole.shape), [i for i, n in enumerate(segments.classes) if n in OBJECTS])
    named = bool(hole.any()) and float(things[hole].mean()) > NAMED
    found = {}
    for region in walls:
        if region.surface == WALL:
            hidden = objects(region, segments)
            board = _seen(photo, region, hidden if named else hidden | hole)
            if board is not None:
                found[region.wall] = board
    return found


def on_the_floor(found: Mapping[int, Board], walls: Sequence[Region], told: Feet) -> Feet:
    """How far the boards ``found`` reach below the walls' lines, as `feet.moved` takes it. A wall whose own board is not
    seen goes with the others, a room's boards being one, unless the segmentation has ``told`` of quite another end."""
    if not found:
        return told
    order = sorted(found.values(), key=lambda b: b.offset)
    half = int(np.searchsorted(np.cumsum([b.metres for b in order]), sum(b.metres for b in order) / 2))
    usual = order[half].offset
    shifts = dict(told)
    for region in walls:
        if region.surface != WALL:
            continue
        board = found.get(region.wall)
        shift = _shift(region, *((board.offset, board.slope) if board else (usual, 0.0)))
        if shift is not None and (board is not None or _near(region, shift, told.get(region.wall))):
            shifts[region.wall] = shift
    return shifts


def _near(region: Region, shift: tuple[float, float], told: tuple[float, float] | None) -> bool:
    """Whether a wall's foot that the segmentation has told lies no farther off than boards are high."""
    if told is None:
        return True
    middle = float(np.flatnonzero(region.mask.any(0)).mean()) / region.mask.shape[1]
    return abs((shift[0] - told[0]) * middle + shift[1] - told[1]) < DOUBT


def _shift(region: Region, offset: float, slope: float) -> tuple[float, float] | None:
    """(slope, offset) of a wall's `Feet` for a foot at ``offset + slope * a`` metres, both lines being straight; None for a
    wall seen from its edge."""
    height, width = region.mask.shape
    ends = np.array(_ends(region, 5))
    lines = []
    for h in (np.zeros(2), offset + slope * ends):
        q = np.stack([ends, h, np.ones(2)], -1) @ region.to_pixel.T
        (x0, x1), (y0, y1) = (q[:, k] / q[:, 2] for k in (0, 1))
        if abs(x1 - x0) < 1:
            return None
        steep = (y1 - y0) / (x1 - x0)
        lines.append((steep, y0 - steep * x0))
    (s0, c0), (s1, c1) = lines
    return float((s1 - s0) * width / height), float((c1 - c0) / height)


def _ends(region: Region, percent: float) -> tuple[float, float]:
    """Metres along a wall between which it shows, less so many ``percent`` at either end."""
    a, _ = region.metres(np.argwhere(region.mask)[:, ::-1].astype(float))
    first, last = np.percentile(a[:, 0], (percent, 100 - percent))
    return float(first), float(last)


def _seen(photo: Array, region: Region, hidden: Array) -> Board | None:
    """The board of one wall, or None; ``hidden`` bool HxW: what says nothing of it."""
    if region.mask.sum() < LEAST:
        return None
    first, last = _ends(region, 1)
    along, offset, slope = np.linspace(first, last, COLUMNS), 0.0, 0.0
    for turn in range(3):
        strip, known = _strip(photo, region, hidden, along, offset + slope * along)
        whole = known.mean(0) > SEEN
        seen = float(whole.mean() * (last - first))
        if whole.sum() < LEAST or seen < LEAST_M:
            return None
        lit = strip[:, whole] - np.median(strip[HEIGHTS > BARE][:, whole], 0)  # shadows on all of a column do not count
        profile = np.median(lit, 1)
        if turn < 2:
            more = aligned(lit, known[:, whole], profile, along[whole], step=STEP, reach_m=MOVED)
            offset, slope = offset + more[0], slope + more[1]
            if np.ptp(along[whole]) < REACHES * (last - first):
                offset, slope = offset + slope * float(np.median(along[whole])), 0.0
    line = offset + slope * along
    foot = _band(profile.mean(1), lit.mean(2), float(np.median(line[whole])))
    if foot is None or np.abs(line).max() > FARTHEST:
        return None
    heights = np.maximum(OF_BOARDS, SIDE * STEP) + foot  # nothing of the floor under it
    board = np.stack([np.interp(heights, HEIGHTS, profile[:, c]) for c in range(3)], -1).astype(np.float32)
    return Board(board, float(offset + foot), float(slope), seen)


def _band(profile: Array, grey: Array, line: float) -> float | None:
    """Height in the ``profile`` (n,) of a board's foot: the strongest edge under the topmost one, of those that most of the
    columns ``grey`` (n, m) have; ``line``: metres by which the profile lies over the layout's line."""
    edges, each = _steps(profile), _steps(grey)
    peaks = [
        i
        for i in range(SIDE, len(HEIGHTS) - SIDE)
        if abs(edges[i]) >= max(EDGE, np.abs(edges[max(0, i - 4) : i + 5]).max())
        and (each[i] * np.sign(edges[i]) > abs(edges[i]) / 2).mean() > ALIKE
    ]
    tops = [i for i in peaks if TOP[0] < HEIGHTS[i] + line < TOP[1]]
    if not tops or tops[-1] != peaks[-1]:  # over a board there is bare wall
        return None
    feet = [
        i
        for i in peaks
        if abs(edges[i]) > max(STRONG, PLANK * abs(edges[tops[-1]]))
        and BOARD[0] <= HEIGHTS[tops[-1]] - HEIGHTS[i] <= BOARD[1]
        and FOOT[0] < HEIGHTS[i] + line < FOOT[1]
    ]
    return float(HEIGHTS[max(feet, key=lambda i: abs(edges[i]))]) if feet else None


def _strip(photo: Array, region: Region, hidden: Array, along: Array, line: Array) -> tuple[Array, Array]:
    """(heights, columns, 3) log light of the wall's foot, and which of it is in the picture and not ``hidden``."""
    import cv2

    a, b = np.broadcast_arrays(along[None], HEIGHTS[:, None] + line[None])
    q = np.stack([a, b, np.ones_like(a)], -1).reshape(-1, 3) @ region.to_pixel.T
    xy = (q[:, :2] / q[:, 2:]).reshape(*a.shape, 2)
    h, w = hidden.shape
    inside = (q[:, 2] > 0.05).reshape(a.shape) & (xy > 0).all(-1) & (xy < (w - 1, h - 1)).all(-1)
    x, y = (np.where(inside, xy[..., k], 0).astype(np.float32) for k in (0, 1))
    value = to_log(cv2.remap(photo, x, y, cv2.INTER_LINEAR))
    return value, inside & (cv2.remap(hidden.astype(np.uint8), x, y, cv2.INTER_NEAREST) == 0)


def _steps(level: Array) -> Array:
    """How much brighter ``level`` (n, ...) is just below each height than just over it."""
    total = np.concatenate([np.zeros((1, *level.shape[1:])), np.cumsum(level, 0)])
    mean = (total[SIDE:] - total[:-SIDE]) / SIDE
    out = np.zeros_like(level)
    out[SIDE : len(level) - SIDE + 1] = mean[:-SIDE] - mean[SIDE:]
    return out
