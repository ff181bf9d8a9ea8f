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
from .regions import WALL, Region, objects
from .skirting import HEIGHTS as KEPT
from .skirting import Board

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
MOVED = 0.06
"""Metres to both sides at which each column's board is looked for before the median is taken."""
FOOT, TOP = (-0.16, 0.03), (-0.06, 0.16)
"""Where a board's edges may lie, metres over the wall's line."""

HEIGHTS = np.arange(LOWEST, HIGHEST, STEP)


def seen_boards(photo: Array, walls: Sequence[Region], segments: Segments) -> dict[int, Board]:
    """Wall of the layout -> its board, where one is seen. ``walls``: regions of the ``photo``, as the layout has them.

    The hole is not left out: it reaches over shadows, in which boards are seen as well.
    """
    found = {r.wall: _seen(photo, r, segments) for r in walls if r.surface == WALL}
    return {wall: board for wall, board in found.items() if board is not None}


def on_the_floor(found: Mapping[int, Board], walls: Sequence[Region]) -> Feet:
    """How far the boards ``found`` reach below the walls' lines, as `feet.moved` takes it. A wall whose own board is not
    seen goes with the others: a room's boards are one."""
    if not found:
        return {}
    order = sorted(found.values(), key=lambda b: b.offset)
    half = int(np.searchsorted(np.cumsum([b.metres for b in order]), sum(b.metres for b in order) / 2))
    usual = order[half].offset
    shifts = {}
    for region in walls:
        if region.surface == WALL:
            board = found.get(region.wall)
            shifts[region.wall] = _shift(region, *((board.offset, board.slope) if board else (usual, 0.0)))
    return shifts


def _shift(region: Region, offset: float, slope: float) -> tuple[float, float]:
    """(slope, offset) of a wall's `Feet` for a foot at ``offset + slope * a`` metres: both lines are straight."""
    height, width = region.mask.shape
    ends = np.array(_ends(region, 5))
    lines = []
    for h in (np.zeros(2), offset + slope * ends):
        q = np.stack([ends, h, np.ones(2)], -1) @ region.to_pixel.T
        (x0, x1), (y0, y1) = (q[:, k] / q[:, 2] for k in (0, 1))
        if abs(x1 - x0) < 1:  # seen from its edge
            return 0.0, 0.0
        steep = (y1 - y0) / (x1 - x0)
        lines.append((steep, y0 - steep * x0))
    (s0, c0), (s1, c1) = lines
    return float((s1 - s0) * width / height), float((c1 - c0) / height)


def _ends(region: Region, percent: float) -> tuple[float, float]:
    """Metres along a wall between which it shows, less so many ``percent`` at either end."""
    a, _ = region.metres(np.argwhere(region.mask)[:, ::-1].astype(float))
    first, last = np.percentile(a[:, 0], (percent, 100 - percent))
    return float(first), float(last)


def _seen(photo: Array, region: Region, segments: Segments) -> Board | None:
    """The board of one wall, or None."""
    if region.mask.sum() < LEAST:
        return None
    first, last = _ends(region, 1)
    along, line = np.linspace(first, last, COLUMNS), np.zeros(COLUMNS)
    hidden = objects(region, segments)
    for turn in range(3):
        strip, known = _strip(photo, region, hidden, along, line)
        whole = known.mean(0) > SEEN
        if whole.sum() < LEAST:
            return None
        lit = strip[:, whole] - np.median(strip[HEIGHTS > BARE][:, whole], 0)  # shadows on all of a column do not count
        profile, grey = np.median(lit, 1), lit.mean(2)
        if turn < 2:
            line = line + _line(grey, profile.mean(1), along[whole], along)
    foot = _band(profile.mean(1), grey, float(np.median(line[whole])))
    if foot is None:
        return None
    slope, offset = np.polyfit(along, line, 1)
    kept = np.maximum(KEPT, SIDE * STEP) + foot  # nothing of the floor under it
    board = np.stack([np.interp(kept, HEIGHTS, profile[:, c]) for c in range(3)], -1).astype(np.float32)
    return Board(board, float(offset + foot), float(slope), float(whole.mean() * (last - first)))


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


def _line(grey: Array, profile: Array, at: Array, along: Array) -> Array:
    """Metres at each of ``along`` by which the board lies higher than the line: columns ``at`` against the profile."""
    reach = round(MOVED / STEP)
    shifts = np.arange(-reach, reach + 1)
    cost = np.empty((len(shifts), grey.shape[1]))
    for k, s in enumerate(shifts.tolist()):
        here, there = slice(max(0, s), len(profile) + min(0, s)), slice(max(0, -s), len(profile) + min(0, -s))
        cost[k] = np.minimum(np.abs(grey[here] - profile[there][:, None]), 0.3).mean(0) + 0.002 * abs(s) / reach
    clear = np.median(cost, 0) > 1.5 * cost.min(0) + 0.004
    if clear.sum() < LEAST:
        return np.zeros(len(along))
    x, y = at[clear], shifts[cost[:, clear].argmin(0)] * STEP
    for _ in range(3):
        if len(x) < LEAST or np.ptp(x) < 0.3:
            return np.full(len(along), float(np.median(y)))
        slope, offset = np.polyfit(x, y, 1)
        off = np.abs(y - offset - slope * x)
        keep = off <= max(2.5 * float(np.median(off)), STEP)
        x, y = x[keep], y[keep]
    return np.clip(offset + slope * along, -2 * MOVED, 2 * MOVED)


def _steps(level: Array) -> Array:
    """How much brighter ``level`` (n, ...) is just below each height than just over it."""
    total = np.concatenate([np.zeros((1, *level.shape[1:])), np.cumsum(level, 0)])
    mean = (total[SIDE:] - total[:-SIDE]) / SIDE
    out = np.zeros_like(level)
    out[SIDE : len(level) - SIDE + 1] = mean[:-SIDE] - mean[SIDE:]
    return out
