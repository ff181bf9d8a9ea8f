"""Which way a plane's texture repeats: a short list of shifts, in metres, by which a hole may be filled.

The plane is rectified onto a metric grid; its masked autocorrelation (Padfield 2012, by FFT) says how well the texture
agrees with itself under each shift, and the correlation of hole and known how much of the hole a shift can serve.
After "Statistics of patch offsets" (He and Sun 2012), on planes instead of the picture (Huang et al. 2014).
"""

from __future__ import annotations

import numpy as np

from ..types import Array
from .regions import INVERSE, Region

CELLS = 200
"""Longest side of the rectified grid in cells."""
REACH_M = 9.0
"""Parts of a plane farther than this from the hole lend no texture."""
USED = 0.3
"""Share of what is seen that a shift must bring into the hole if that is less than 1 % of the hole."""
LISTED = 56
"""Shifts that are tried for one plane."""


def rectify(region: Region, values: Array, where: Array, hole: Array) -> tuple[Array, Array, Array, float]:
    """The plane on a metric grid: values (h, w), known (h, w), hole (h, w), and metres a cell."""
    import cv2

    ys, xs = np.nonzero(hole)
    (low, high) = _extent(region.metres(np.stack([xs, ys], -1).astype(float))[0])
    ys, xs = np.nonzero(where)
    known_low, known_high = _extent(region.metres(np.stack([xs, ys], -1).astype(float))[0])
    middle = (low + high) / 2
    half = (high - low) / 2 + REACH_M
    low = np.maximum(np.minimum(low, known_low), middle - half)
    high = np.minimum(np.maximum(high, known_high), middle + half)
    cell = max(float((high - low).max()) / CELLS, 0.01)
    size = np.maximum(np.ceil((high - low) / cell).astype(int), 4)
    grid = region.to_pixel @ np.array([[cell, 0, low[0] + cell / 2], [0, cell, low[1] + cell / 2], [0, 0, 1.0]])
    there = cv2.warpPerspective(where.astype(np.float32), grid, tuple(map(int, size)), flags=INVERSE)
    gaps = cv2.warpPerspective(hole.astype(np.float32), grid, tuple(map(int, size)), flags=INVERSE)
    flat = cv2.warpPerspective(
        np.where(where, values, 0).astype(np.float32), grid, tuple(map(int, size)), flags=INVERSE
    )
    return flat, there > 0.9, gaps > 0.5, cell


def _extent(points: Array) -> tuple[Array, Array]:
    return np.percentile(points, 0.5, axis=0), np.percentile(points, 99.5, axis=0)


def agreement(values: Array, known: Array, hole: Array) -> tuple[Array, Array]:
    """For each shift of the grid, (2h - 1, 2w - 1) with no shift in the middle: normalised correlation of the texture
    with itself (-1..1, 0 where fewer than 2 % of the known overlap) and the share of the hole that it fills."""
    from scipy.fft import irfft2, next_fast_len, rfft2

    h, w = values.shape
    shape = (next_fast_len(2 * h - 1), next_fast_len(2 * w - 1))
    k = known.astype(np.float64)
    v = np.where(known, values - values[known].mean(), 0.0)

    def transform(a: Array) -> Array:
        return rfft2(a, shape)

    fk, fv, fs, fg = transform(k), transform(v), transform(v * v), transform(hole.astype(np.float64))

    def correlate(a: Array, b: Array) -> Array:
        """Sum over x of a(x) b(x + shift)."""
        c = irfft2(np.conj(a) * b, shape)
        c = np.roll(c, (h - 1, w - 1), (0, 1))
        return c[: 2 * h - 1, : 2 * w - 1]

    overlap = correlate(fk, fk)
    power = correlate(fs, fk) * correlate(fk, fs)
    same = correlate(fv, fv) / np.sqrt(np.maximum(power, 1e-12))
    same[overlap < 0.02 * k.sum()] = 0
    return np.clip(same, -1, 1), correlate(fg, fk) / max(float(hole.sum()), 1.0)


def vocabulary(region: Region, values: Array, where: Array, hole: Array, tiles: Array | None = None) -> Array:
    """(K, 2) shifts in metres, plane axes: those that serve the hole and repeat the texture, spread out.

    ``values`` (H, W) texture in the picture, ``where`` its sources, ``hole`` the target, bool HxW.
    ``tiles``: the only shifts (K, 2) that keep joints in line, as `lattice.along_joints` tells them. Half of the list
    runs along the plane's lines, where nothing else keeps skirting boards straight.
    """
    flat, known, gaps, cell = rectify(region, values, where, hole)
    if known.sum() < 30 or not gaps.any():
        return np.zeros((0, 2))
    same, share = agreement(flat, known, gaps)
    h, w = flat.shape
    if tiles is not None:
        return _served(tiles, share, cell)
    db, da = np.mgrid[-(h - 1) : h, -(w - 1) : w] * cell
    distance = np.hypot(da, db)
    score = same + 0.35 * np.sqrt(np.clip(share, 0, 1)) - 0.03 * distance
    idle = (share < 0.01) & (share * gaps.sum() < USED * known.sum())
    score[idle | (distance < 3 * cell)] = -np.inf
    listed: list[tuple[float, float]] = []
    for axis in _directions(region):
        across = np.abs(da * axis[1] - db * axis[0])
        listed += _peaks(
            np.where(across < 0.6 * cell, score, -np.inf), da, db, 4 * cell, LISTED // 2 // len(_directions(region))
        )
    if region.wall >= 0:
        score = score - 0.5 * np.abs(db)
    listed += _peaks(score, da, db, 6 * cell, LISTED - len(listed))
    exact = []
    for a, b in listed:
        for axis in _directions(region):  # a shift along a line, exactly
            if abs(a * axis[1] - b * axis[0]) < 0.6 * cell:
                t = a * axis[0] + b * axis[1]
                a, b = t * axis[0], t * axis[1]
                break
        exact.append((a, b))
    return np.unique(np.array(exact).reshape(-1, 2), axis=0)


def _served(shifts: Array, share: Array, cell: float) -> Array:
    """The nearest of the ``shifts`` (K, 2, metres) that fill some of the hole, as `agreement` tells its ``share``."""
    middle = np.array(share.shape[::-1]) // 2
    at = np.rint(middle + shifts / cell).astype(int)
    inside = ((at >= 0) & (at < share.shape[::-1])).all(1)
    shifts, at = shifts[inside], at[inside]
    return np.asarray(shifts[share[at[:, 1], at[:, 0]] > 0.01][:LISTED])


def _directions(region: Region) -> tuple[tuple[float, float], ...]:
    return region.axes[:1] if region.upright else region.axes


def _peaks(score: Array, da: Array, db: Array, apart_m: float, count: int) -> list[tuple[float, float]]:
    """The best shifts, no two nearer than ``apart_m``: greedily."""
    order = np.argsort(score, axis=None)[::-1][:6000]
    order = order[np.isfinite(score.ravel()[order])]
    a, b = da.ravel()[order], db.ravel()[order]
    free = np.ones(len(order), bool)
    found: list[tuple[float, float]] = []
    for i in range(len(order)):
        if len(found) >= count:
            break
        if free[i]:
            found.append((float(a[i]), float(b[i])))
            free &= np.hypot(a - a[i], b - b[i]) >= apart_m
    return found
