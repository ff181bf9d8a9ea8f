"""Tiles: the two shifts by which a floor's joints repeat, exactly, so that what is copied along them goes on in line.

Found in the autocorrelation of the rectified floor (as `shifts.agreement` has it, on a finer grid): two of its peaks, their
sum and their difference are all peaks. After "Statistics of patch offsets" (He and Sun 2012), here with exact multiples.
"""

from __future__ import annotations

import itertools

import numpy as np

from ..types import Array
from .overhead import overhead
from .regions import Region
from .shifts import REACH_M, agreement

CELL_M, CELLS = 0.012, 420
"""Size of the grid's cells in metres, and the most on a side: farther floor is left out."""
LOCAL_M = 0.25
"""Sigma over which light and stains are taken out."""
SHORTEST_M, LONGEST_M = 0.09, 1.3
"""Sides of tiles."""
STRONGEST = 0.4
"""Log light beyond which a joint counts no more: edges of other things are darker."""
OVERLAP = 0.12
"""Share of the floor that must lie on itself for a shift to be believed."""
PEAK, MEAN = 0.25, 0.36
"""Correlation at each of the four shifts, and on their mean, from which the floor is tiled."""
ASKEW = 0.15
"""Cosine of the angle between the sides above which these are no tiles; of a homography that is off, too."""
VALLEY = 0.7
"""Correlation half-way to the shifts, of that at them, at most: boards agree with themselves all along."""
TRIED = 14
LEAST = 2000
"""Cells of floor that must be seen."""
TURNS = 4
"""Multiples of a side up to which it is measured."""


def along_joints(region: Region, values: Array, where: Array) -> Array | None:
    """(K, 2): every shift in plane metres that keeps a floor's joints in line, the shortest first; None without tiles.

    ``values`` (H, W): the texture, seen ``where`` (bool HxW)."""
    pair = lattice(region, values, where)
    return None if pair is None else multiples(pair, REACH_M)


def lattice(region: Region, values: Array, where: Array) -> Array | None:
    """(2, 2): two shifts in plane metres by which the texture ``values`` (H, W), seen ``where`` (bool), repeats; None where
    it does not."""
    if not (where & region.mask).any():
        return None
    flat, known, _ = overhead(region, values, where, cell_m=CELL_M, cells=CELLS, local_m=LOCAL_M, sure=0.9)
    if known.sum() < LEAST:
        return None
    same, overlap = agreement(np.clip(flat, -STRONGEST, STRONGEST), known, known)
    same = np.where(overlap >= OVERLAP, same, 0).astype(np.float32)
    found = _best(same)
    return None if found is None else found * CELL_M


def _best(same: Array) -> Array | None:
    """(2, 2) in cells: the best pair of peaks of ``same``, which has no shift in the middle; measured at their multiples."""
    import cv2

    middle = np.array(same.shape) // 2
    db, da = np.mgrid[: same.shape[0], : same.shape[1]] - middle[:, None, None]
    length = np.hypot(da, db) * CELL_M
    peak = (same >= cv2.dilate(same, np.ones((9, 9), np.uint8))) & (same > PEAK)
    peak &= (length > SHORTEST_M) & (length < LONGEST_M) & ((da > 0) | ((da == 0) & (db > 0)))
    listed = np.stack([da[peak], db[peak]], -1)
    listed = listed[np.argsort(0.05 * length[peak] - same[peak])[:TRIED]].astype(float)
    best, score = None, MEAN
    for u, v in itertools.combinations(listed, 2):
        apart = abs(u[0] * v[1] - u[1] * v[0]) / (np.hypot(*u) * np.hypot(*v))
        if apart < 0.7:
            continue
        four = [_at(same, w)[0] for w in (u, v, u + v, u - v)]
        mean = float(np.mean(four)) - 0.03 * (np.hypot(*u) + np.hypot(*v)) * CELL_M
        between = max(_at(same, np.rint(w / 2))[0] for w in (u, v))
        if min(four) >= PEAK and between < VALLEY * min(four[:2]) and mean > score:
            best, score = np.stack([u, v]), mean
    if best is None:
        return None
    pair = _shortest(_measured(same, best))
    askew = abs(pair[0] @ pair[1]) / (np.hypot(*pair[0]) * np.hypot(*pair[1]))
    return pair if askew < ASKEW else None


def _shortest(pair: Array) -> Array:
    """The lattice's two shortest shifts (Lagrange's reduction)."""
    u, v = sorted(pair, key=lambda w: float(w @ w))
    while True:
        v = v - round(float(u @ v) / float(u @ u)) * u
        if v @ v >= u @ u:
            return np.stack([u, v])
        u, v = v, u


def _at(same: Array, shift: Array, reach: int = 2) -> tuple[float, Array]:
    """The highest correlation within ``reach`` cells of a ``shift`` (a, b), and where."""
    middle = np.array(same.shape[::-1]) // 2
    x, y = np.rint(middle + shift).astype(int)
    if not (reach <= x < same.shape[1] - reach and reach <= y < same.shape[0] - reach):
        return 0.0, shift
    part = same[y - reach : y + reach + 1, x - reach : x + reach + 1]
    dy, dx = np.unravel_index(int(part.argmax()), part.shape)
    return float(part.max()), np.array([x + dx - reach, y + dy - reach]) - middle


def _measured(same: Array, pair: Array) -> Array:
    """The ``pair`` (2, 2) fitted to the peaks at its multiples: far ones tell it to a fraction of a cell."""
    for most in range(1, TURNS + 1):
        steps, at = [], []
        for m, n in itertools.product(range(most + 1), range(-most, most + 1)):
            height, place = _at(same, m * pair[0] + n * pair[1])
            if (m, n) != (0, 0) and height > PEAK:
                steps.append((m, n))
                at.append(place)
        if len(steps) >= 3:
            pair = np.linalg.lstsq(np.array(steps, float), np.array(at, float), rcond=None)[0]
    return pair


def multiples(pair: Array, reach_m: float) -> Array:
    """(K, 2): the shifts of the lattice up to ``reach_m``, the nearest first."""
    most = int(np.ceil(reach_m / min(np.hypot(*pair.T)))) + 1
    m, n = np.mgrid[-most : most + 1, -most : most + 1].reshape(2, -1)
    shifts = np.stack([m, n], -1) @ pair
    length = np.hypot(*shifts.T)
    order = np.argsort(length)
    return np.asarray(shifts[order][(length[order] > 1e-6) & (length[order] < reach_m)])
