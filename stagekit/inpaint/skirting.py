"""Skirting boards: what runs along a wall's foot, learnt as one profile over the height and drawn on behind the hole.

Copies of short pieces make teeth where their ends meet. A board is the same all along: the median over the columns that
are seen is its profile, and the layout's line, corrected by how the board lies in the photo, is where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array
from .light import to_log
from .moves import Plane
from .regions import BAND_M, WALL
from .transfer import Scale, sample

STEP_M = 0.003
LOWEST_M = -0.03
"""A little under the layout's line: it may be that much off."""
FADE_M = 0.04
"""Over the band's upper end the profile fades into plain paint."""
COLUMNS = 400
"""Places along a wall at which its foot is looked at."""
LEAST = 12
"""Columns that must show a height for it to be known."""
SEEN_M, GLIMPSE_M = 0.6, 0.12
"""Length of a wall's foot that must be seen: a door's threshold is no board; and from which another wall's board is laid
where this wall's is seen."""
DARKEST = -2.0
"""Log light over the wall's own: what is darker is a gap or a thing."""
DIP, FOOT_M = 0.8, 0.03
"""Fall of log light between two brighter heights, and over which height, that is no moulding but the gap under a thing that
hangs or stands before the wall."""
SHIFT_M = 0.05
"""The board is looked for this far above and below the layout's line."""

HEIGHTS = np.arange(LOWEST_M, BAND_M + FADE_M, STEP_M)


@dataclass(frozen=True, eq=False)
class Board:
    """``profile`` (n, 3): log light over the wall's own light at ``HEIGHTS`` over the board's line; the line lies
    ``offset + slope * a`` metres over the layout's at ``a`` metres along the wall. ``columns``: how many were seen."""

    profile: Array
    offset: float
    slope: float
    columns: int

    def at(self, points: Array, *, own: bool) -> Array:
        """(n, 3) at plane metres ``points`` (n, 2). ``own``: the points are on the wall that the board was seen on."""
        line = self.offset + self.slope * points[:, 0] if own else 0.0
        height = points[:, 1] - line
        fade = np.clip((BAND_M + FADE_M - height) / FADE_M, 0, 1)[:, None]
        value = np.stack([np.interp(height, HEIGHTS, self.profile[:, c]) for c in range(3)], -1)
        return np.asarray(value * fade)


def boards(photo: Array, planes: list[Plane], scale: Scale) -> dict[int, Board]:
    """The board of each wall whose foot is seen; number of the plane -> board."""
    found = {}
    for number, plane in enumerate(planes):
        if plane.region.surface == WALL and plane.full is not None:
            board = _board(photo, plane, scale)
            if board is not None:
                found[number] = board
    if found:
        longest = max(found.values(), key=lambda b: b.columns)
        for number, plane in enumerate(planes):
            if plane.region.surface == WALL and plane.full is not None and number not in found:
                board = _borrowed(photo, plane, scale, longest)
                if board is not None:
                    found[number] = board
    return found


def best(found: dict[int, Board], number: int) -> tuple[Board, bool] | None:
    """The board for plane ``number`` and whether it is its own; else that of the wall that shows most of one."""
    if number in found:
        return found[number], True
    if not found:
        return None
    return max(found.values(), key=lambda b: b.columns), False


def _borrowed(photo: Array, plane: Plane, scale: Scale, other: Board) -> Board | None:
    """The ``other`` wall's board where the little that is seen of this wall's foot says that it lies."""
    along = _along(plane, GLIMPSE_M)
    if along is None:
        return None
    strip, known = _strip(photo, plane, scale, along, np.zeros(COLUMNS))
    offset, slope = _line(strip, known, other.profile, along)
    middle = abs(offset + slope * float(along.mean()))
    return Board(other.profile, offset, slope, 0) if 0 < middle < SHIFT_M - STEP_M else None


def _along(plane: Plane, least: float) -> Array | None:
    """(COLUMNS,) metres along the wall between the ends of what is seen of its foot; None below ``least``."""
    ys, xs = np.nonzero(plane.good)
    if len(ys) < 30:
        return None
    points, _ = plane.region.metres(np.stack([xs, ys], -1).astype(float))
    low = points[points[:, 1] < BAND_M, 0]
    if len(low) < 30:
        return None
    first, last = (float(v) for v in np.percentile(low, (0.5, 99.5)))
    return np.linspace(first, last, COLUMNS) if last - first >= least else None


def _board(photo: Array, plane: Plane, scale: Scale) -> Board | None:
    along = _along(plane, SEEN_M)
    if along is None:
        return None
    offset = slope = 0.0
    for turn in range(3):
        strip, known = _strip(photo, plane, scale, along, offset + slope * along)
        amount = known.sum(1)
        if (amount >= LEAST).mean() < 0.6:
            return None
        seen = amount >= LEAST
        values = np.where(known[seen, :, None], strip[seen], np.nan)
        profile = np.stack([_filled(np.nanmedian(values[..., c], 1), seen) for c in range(3)], -1)
        if turn < 2:
            more = _line(strip, known, profile, along)
            offset, slope = offset + more[0], slope + more[1]
    level = profile.mean(1)
    lowest = int(level[HEIGHTS > FOOT_M].argmin()) + int((HEIGHTS <= FOOT_M).sum())
    dip = min(level[:lowest].max(), level[lowest:].max()) - level[lowest]
    if level.min() < DARKEST or dip > DIP:
        return None
    return Board(profile.astype(np.float32), offset, slope, int(known.any(0).sum()))


def _strip(photo: Array, plane: Plane, scale: Scale, along: Array, line: Array) -> tuple[Array, Array]:
    """(heights, columns, 3) log light over the wall's own along its foot, and which of it is known."""
    assert plane.full is not None
    a, b = np.broadcast_arrays(along[None], HEIGHTS[:, None] + line[None])
    h = np.stack([a, b, np.ones_like(a)], -1).reshape(-1, 3) @ plane.full.to_pixel.T
    xy = h[:, :2] / h[:, 2:]
    inside = (h[:, 2] > 0.05) & (xy > -0.5).all(1) & (xy < (photo.shape[1] - 0.5, photo.shape[0] - 0.5)).all(1)
    xy = np.where(inside[:, None], xy, 0)
    small = (xy + 0.5) * scale - 0.5
    value = to_log(sample(photo, xy, cubic=False)) - sample(plane.light, small, cubic=False)
    good = inside & (sample(plane.good.astype(np.float32), small, cubic=False) > 0.7)
    shape = a.shape
    return value.reshape(*shape, 3), good.reshape(shape)


def _filled(values: Array, known: Array) -> Array:
    """``values`` of the heights that are ``known``, spread to all of them: others take the nearest."""
    at = np.arange(len(known))
    return np.interp(at, at[known], values)


def _line(strip: Array, known: Array, profile: Array, along: Array) -> tuple[float, float]:
    """(offset, slope) metres by which the board lies over where it was looked for: each column against the profile."""
    grey, wanted = strip.mean(2), profile.mean(1)
    reach = round(SHIFT_M / STEP_M)
    shifts = np.arange(-reach, reach + 1)
    cost = np.full((len(shifts), len(along)), np.inf)
    for k, s in enumerate(shifts.tolist()):
        here = slice(max(0, s), len(wanted) + min(0, s))
        there = slice(max(0, -s), len(wanted) + min(0, -s))
        ok = known[here]
        enough = ok.mean(0) > 0.6
        error = np.where(ok, np.minimum(np.abs(grey[here] - wanted[there][:, None]), 0.3), 0).sum(0)
        cost[k, enough] = (error / np.maximum(ok.sum(0), 1))[enough] + 0.002 * abs(s) / reach
    seen = np.isfinite(cost).all(0)
    clear = seen & (np.median(np.where(np.isfinite(cost), cost, 0), 0) > 1.5 * cost.min(0) + 0.004)
    if clear.sum() < LEAST:
        return 0.0, 0.0
    x, y = along[clear], shifts[cost[:, clear].argmin(0)] * STEP_M
    for _ in range(3):
        if len(x) < LEAST or np.ptp(x) < 0.3:
            return float(np.median(y)), 0.0
        slope, offset = np.polyfit(x, y, 1)
        off = np.abs(y - offset - slope * x)
        keep = off <= max(2.5 * float(np.median(off)), STEP_M)
        x, y = x[keep], y[keep]
    return float(offset), float(slope)
