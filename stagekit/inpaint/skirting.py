"""Skirting boards: what runs along a wall's foot, learnt as one profile over the height and drawn on behind the hole.

Copies of short pieces make teeth where their ends meet. A board is the same all along: the median over the columns that
are seen is its profile, and the layout's line, corrected by how the board lies in the photo, is where it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
"""Length of a wall's foot that is enough, whatever it looks like, less being perhaps a door's threshold; and that is enough
where it has a board's shape, or to see where another wall's board would lie."""
PAINT, SHOWN = 0.5, 0.15
"""From the first difference between the channels on, in log light, two walls wear different paints, and not only other
light; and less than the second over its wall in every channel is no board."""
DARKEST = -2.0
"""Log light over the wall's own: what is darker is a gap or a thing."""
DIP, FOOT_M = 0.8, 0.03
"""Fall of log light between two brighter heights, and over which height, that is no moulding but the gap under a thing that
hangs or stands before the wall."""
SHIFT_M, MOVED_M = 0.05, 0.02
"""The board is looked for this far above and below the line at which the wall ends: the layout's own unless that has been
moved by more than this."""

BARE = 0.15
"""Log light by which what is over the band may differ from the wall's own."""
SIDE, STEP_LEAST = 4, 0.1
"""Heights of ``STEP_M`` on both sides of a board's foot over which the step is taken, and log light that it has at least."""

HEIGHTS = np.arange(LOWEST_M, BAND_M + FADE_M, STEP_M)


@dataclass(frozen=True, eq=False)
class Board:
    """``profile`` (n, 3): log light over the wall's own light at ``HEIGHTS`` over the board's line; the line lies
    ``offset + slope * a`` metres over the layout's at ``a`` metres along the wall. ``metres``: how much of it was seen, none
    if another wall lends it."""

    profile: Array
    offset: float
    slope: float
    metres: float

    def line(self, points: Array) -> Array:
        """(n,) metres over the layout's line at which the board stands, at plane metres ``points`` (n, 2)."""
        return np.asarray(self.offset + self.slope * points[:, 0])

    def at(self, points: Array) -> Array:
        """(n, 3) at plane metres ``points`` (n, 2)."""
        height = points[:, 1] - self.line(points)
        fade = np.clip((BAND_M + FADE_M - height) / FADE_M, 0, 1)[:, None]
        value = np.stack([np.interp(height, HEIGHTS, self.profile[:, c]) for c in range(3)], -1)
        return np.asarray(value * fade)


def boards(
    photo: Array, planes: list[Plane], scale: Scale, gap: Array, seen: Mapping[int, Board] | None = None
) -> dict[int, Board]:
    """The board of each wall; number of the plane -> board. ``gap`` (h, w): the hole on the working grid, ``seen``: those
    that show clearly, by wall of the layout (`footing.seen_boards`).

    Of other walls the median of what shows of their foot is taken, board or none. A wall of which hardly anything shows gets
    what the one has that shows most.
    """
    walls = [(k, p) for k, p in enumerate(planes) if p.region.surface == WALL and p.full is not None]
    clear = {k: seen[p.region.wall] for k, p in walls if seen and p.region.wall in seen}
    found = dict(clear)
    for number, plane in walls:
        board = None if number in found else _board(photo, plane, scale, plane.foot & ~gap)
        if board is not None:
            found[number] = board
    if found:
        lender, longest = max((clear or found).items(), key=lambda item: item[1].metres)
        if not clear:
            longest = replace(longest, profile=_level(longest.profile))
        for number, plane in walls:
            if number not in found:
                lent = replace(longest, profile=_on_paint(longest.profile, planes[lender], plane))
                found[number] = _borrowed(photo, plane, scale, lent, plane.foot & ~gap)
    return found


def _on_paint(profile: Array, lender: Plane, plane: Plane) -> Array:
    """The ``lender``'s ``profile`` (n, 3) on a wall of another paint: the board's colour stays, which is told over the
    wall's."""
    there, here = (
        np.median(p.light[p.good if p.good.any() else p.region.mask].reshape(-1, 3), axis=0) for p in (lender, plane)
    )
    off = there - here
    strong = np.abs(profile).max(1)
    if np.ptp(off) < PAINT or strong.max() < SHOWN:
        return profile
    board = np.clip(2 * strong / float(strong.max()), 0, 1)
    return np.asarray(profile + board[:, None] * off, np.float32)


def _borrowed(photo: Array, plane: Plane, scale: Scale, other: Board, seen: Array) -> Board:
    """The ``other`` wall's board: where the little that is ``seen`` of this wall's foot says that it lies, if it does."""
    start = _start(plane)
    along = _along(plane, seen, GLIMPSE_M)
    if along is not None:
        strip, known = _strip(photo, plane, scale, seen, along, np.full(COLUMNS, start))
        offset, slope = aligned(strip, known, other.profile, along)
        middle = abs(offset + slope * float(along.mean()))
        if 0 < middle < SHIFT_M - STEP_M:
            return Board(other.profile, start + offset, slope, 0.0)
    return Board(other.profile, start, 0.0, 0.0)


def _level(profile: Array) -> Array:
    """The ``profile`` (n, 3) with its foot at height 0 and none of the floor that is seen under it: that is not lent."""
    level = profile.mean(1)
    near = np.flatnonzero((HEIGHTS > LOWEST_M) & (HEIGHTS < SHIFT_M))[SIDE:]
    steps = np.array([level[i - SIDE : i].mean() - level[i : i + SIDE].mean() for i in near])
    foot = int(near[np.abs(steps).argmax()])
    if np.abs(steps).max() < STEP_LEAST:
        return profile
    moved = np.arange(len(profile)) + foot - int(np.searchsorted(HEIGHTS, 0.0))
    return np.asarray(profile[np.clip(moved, foot + SIDE // 2, len(profile) - 1)])


def _start(plane: Plane) -> float:
    """Metres over the layout's line at which the region ends: more or less than 0 where `feet.moved` has moved it."""
    mask = plane.region.mask
    columns = np.flatnonzero(mask[:-1].any(0) & ~mask[-1])
    if not len(columns):
        return 0.0
    rows = mask.shape[0] - 1 - mask[::-1, columns].argmax(0)
    points, _ = plane.region.metres(np.stack([columns, rows + 0.5], -1).astype(float))
    low = points[np.abs(points[:, 1]) < BAND_M, 1]
    middle = float(np.median(low)) if len(low) else 0.0
    return middle if abs(middle) > MOVED_M else 0.0


def _along(plane: Plane, seen: Array, least: float) -> Array | None:
    """(COLUMNS,) metres along the wall between the ends of what is ``seen`` of its foot; None below ``least``."""
    ys, xs = np.nonzero(seen)
    if len(ys) < 30:
        return None
    points, _ = plane.region.metres(np.stack([xs, ys], -1).astype(float))
    low = points[points[:, 1] < BAND_M, 0]
    if len(low) < 30:
        return None
    first, last = (float(v) for v in np.percentile(low, (0.5, 99.5)))
    return np.linspace(first, last, COLUMNS) if last - first >= least else None


def _board(photo: Array, plane: Plane, scale: Scale, seen: Array) -> Board | None:
    along = _along(plane, seen, SEEN_M)
    if along is None:
        return None
    offset, slope = _start(plane), 0.0
    for turn in range(3):
        strip, known = _strip(photo, plane, scale, seen, along, offset + slope * along)
        amount = known.sum(1)
        if (amount >= LEAST).mean() < 0.6:
            return None
        profile = _profile(strip, known)
        if turn < 2:
            more = aligned(strip, known, profile, along)
            offset, slope = offset + more[0], slope + more[1]
    off = np.abs(offset - _start(plane) + slope * along).max() > 2 * SHIFT_M  # a line that runs away is none
    if off or _odd(profile.mean(1)):
        return None
    return Board(profile, offset, slope, _length(along, np.asarray(known.any(0))))


def _profile(strip: Array, known: Array) -> Array:
    """float32 (n, 3): the median of the columns at each height that enough of them show, others as the nearest."""
    seen = known.sum(1) >= LEAST
    values = np.where(known[seen, :, None], strip[seen], np.nan)
    return np.stack([_filled(np.nanmedian(values[..., c], 1), seen) for c in range(3)], -1).astype(np.float32)


def _length(along: Array, seen: Array) -> float:
    """Metres of the places ``along`` that are ``seen``."""
    return float(seen.mean() * np.ptp(along))


def _odd(level: Array) -> bool:
    """Whether a profile is no board's: the dark under a thing that hangs or stands before the wall; no bare wall over it."""
    lowest = int(level[HEIGHTS > FOOT_M].argmin()) + int((HEIGHTS <= FOOT_M).sum())
    dip = min(level[:lowest].max(), level[lowest:].max()) - level[lowest]
    over = np.abs(level[HEIGHTS > BAND_M]).mean()
    return bool(level[HEIGHTS > 0].min() < DARKEST or dip > DIP or over > BARE)


def _strip(photo: Array, plane: Plane, scale: Scale, seen: Array, along: Array, line: Array) -> tuple[Array, Array]:
    """(heights, columns, 3) log light over the wall's own along its foot, and which of it is known: what is ``seen``."""
    assert plane.full is not None
    a, b = np.broadcast_arrays(along[None], HEIGHTS[:, None] + line[None])
    h = np.stack([a, b, np.ones_like(a)], -1).reshape(-1, 3) @ plane.full.to_pixel.T
    xy = h[:, :2] / h[:, 2:]
    inside = (h[:, 2] > 0.05) & (xy > -0.5).all(1) & (xy < (photo.shape[1] - 0.5, photo.shape[0] - 0.5)).all(1)
    xy = np.where(inside[:, None], xy, 0)
    small = (xy + 0.5) * scale - 0.5
    value = to_log(sample(photo, xy, cubic=False)) - sample(plane.light, small, cubic=False)
    good = inside & (sample(seen.astype(np.float32), small, cubic=False) > 0.7)
    shape = a.shape
    return value.reshape(*shape, 3), good.reshape(shape)


def _filled(values: Array, known: Array) -> Array:
    """``values`` of the heights that are ``known``, spread to all of them: others take the nearest."""
    at = np.arange(len(known))
    return np.interp(at, at[known], values)


def aligned(
    strip: Array, known: Array, profile: Array, along: Array, *, step: float = STEP_M, reach_m: float = SHIFT_M
) -> tuple[float, float]:
    """(offset, slope) metres by which the board lies over where it was looked for: each column of ``strip`` (n, m, 3), as
    far as it is ``known`` (n, m), against the ``profile`` (n, 3); heights are ``step`` apart."""
    grey, wanted = strip.mean(2), profile.mean(1)
    reach = round(reach_m / step)
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
    x, y = along[clear], shifts[cost[:, clear].argmin(0)] * step
    for _ in range(3):
        if len(x) < LEAST or np.ptp(x) < 0.3:
            return float(np.median(y)), 0.0
        slope, offset = np.polyfit(x, y, 1)
        off = np.abs(y - offset - slope * x)
        keep = off <= max(2.5 * float(np.median(off)), step)
        x, y = x[keep], y[keep]
    return float(offset), float(slope)
