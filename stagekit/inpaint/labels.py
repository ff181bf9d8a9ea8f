"""Which shift fills which pixel of a hole: chosen from coarse to fine so that neighbours and the rim agree.

An expectation-maximisation in the manner of Wexler, Shechtman and Irani (2007) over a short list of shifts: the cost
of a shift at a pixel is how far its window, moved by the shift, differs from what the window holds now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array
from .regions import Region

TRUNCATE = 0.35
"""Differences of log light above this count alike: an edge that does not match is one mistake, however strong."""
NEVER = np.float32(1e3)


@dataclass(frozen=True, eq=False)
class Choice:
    """``labels`` int16 HxW: index into ``shifts``, -1 where no shift serves or none is asked; on the working grid."""

    labels: Array
    shifts: Array


def choose(region: Region, texture: Array, good: Array, hole: Array, shifts: Array) -> Choice:
    """The best shift for each pixel of ``hole`` (bool HxW, inside ``region``).

    ``texture`` (H, W, 3) log light without the plane's own light; ``good``: pixels that may lend it.
    """
    import cv2

    labels = np.full(hole.shape, -1, np.int16)
    if not len(shifts) or not hole.any():
        return Choice(labels, shifts)
    y0, y1, x0, x1 = _box(hole, 20)
    box = np.s_[y0:y1, x0:x1]
    target, known = hole[box], (good & ~hole)[box]
    moved, valid, prior = _candidates(region, texture, good, shifts, (y0, y1, x0, x1))
    served = (valid & target).any((1, 2))
    keep = np.nonzero(served)[0]
    moved, valid, prior, shifts = moved[keep], valid[keep], prior[keep], shifts[keep]
    if not len(keep):
        return Choice(labels, shifts)
    prior = np.where(valid, prior, NEVER)
    current = np.where(known[..., None], texture[box], 0).astype(np.float32)
    rim = cv2.distanceTransform(target.astype(np.uint8), cv2.DIST_L2, 3)
    # start: each pixel asks the known rim, at the distance at which it lies
    best = np.full(target.shape, np.inf, np.float32)
    chosen = np.zeros(target.shape, np.int16)
    weight = known.astype(np.float32)
    sizes = [s for s in (7, 15, 31, 63, 127) if s < 4 * rim.max() + 8]
    pick = np.searchsorted(np.array(sizes) * 0.4, rim).clip(0, len(sizes) - 1)
    for k in range(len(shifts)):
        cost = np.full(target.shape, NEVER, np.float32)
        raw = _difference(moved[k], current, valid[k])
        for i, size in enumerate(sizes):
            part = (pick == i) & target
            if part.any():
                mean = _window(raw, weight, size)
                cost[part] = mean[part]
        cost += prior[k]
        wins = cost < best
        best[wins], chosen[wins] = cost[wins], k
    for size, trust in ((25, 0.35), (15, 0.5), (9, 0.7), (7, 0.8)):
        current = _paste(current, moved, chosen, target)
        weight = np.where(known, 1.0, np.where(target, trust, 0.0)).astype(np.float32)
        best.fill(np.inf)
        previous = chosen.copy()
        for k in range(len(shifts)):
            cost = _window(_difference(moved[k], current, valid[k]), weight, size) + prior[k]
            cost -= 0.002 * (previous == k)
            wins = cost < best
            best[wins], chosen[wins] = cost[wins], k
    labels[box] = np.where(target & (best < NEVER / 2), chosen, -1)
    return Choice(labels, shifts)


def _candidates(
    region: Region, texture: Array, good: Array, shifts: Array, box: tuple[int, int, int, int]
) -> tuple[Array, Array, Array]:
    """Texture (K, h, w, 3) moved by each shift, where that is allowed (K, h, w), and what it costs beforehand."""
    import cv2

    y0, y1, x0, x1 = box
    h, w = y1 - y0, x1 - x0
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float64)
    points, depth = region.metres(np.stack([xs, ys], -1))
    before = np.isfinite(depth) & (depth > 0.05)
    lend = good.astype(np.float32)
    moved = np.zeros((len(shifts), h, w, 3), np.float32)
    valid = np.zeros((len(shifts), h, w), bool)
    prior = np.zeros((len(shifts), h, w), np.float32)
    own = [line.distance(points) for line in region.lines]
    back = np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1.0]])
    for k, shift in enumerate(shifts):
        matrix = region.shifted(shift) @ back
        moved[k] = cv2.warpPerspective(texture, matrix, (w, h), flags=16 | 1)
        there = points + shift
        third = there[..., 0] * region.to_pixel[2, 0] + there[..., 1] * region.to_pixel[2, 1] + region.to_pixel[2, 2]
        ok = before & (third > 0.05) & (cv2.warpPerspective(lend, matrix, (w, h), flags=16 | 1) > 0.95)
        for line, distance in zip(region.lines, own, strict=True):
            if abs(float(np.dot(line.normal, shift))) > 0.015:
                ok &= (distance > line.band_m) & (line.distance(there) > line.band_m)
        valid[k] = ok
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.log(np.where(ok, third / depth, 1.0))
        # from afar it would be blurred, from near it only needs shrinking
        prior[k] = 0.02 * np.maximum(ratio - 0.15, 0) + 0.004 * np.maximum(-ratio - 0.5, 0)
        prior[k] += 0.0006 * float(np.hypot(*shift)) + (0.003 * abs(float(shift[1])) if region.upright else 0.0)
    return moved, valid, prior


def _difference(moved: Array, current: Array, valid: Array) -> Array:
    d = moved - current
    squared = np.einsum("ijk,ijk->ij", d, d)
    return np.where(valid, np.minimum(squared, TRUNCATE**2), TRUNCATE**2).astype(np.float32)


def _window(values: Array, weight: Array, size: int) -> Array:
    """Weighted mean over square windows; where no weight is near, the truncation."""
    import cv2

    total = cv2.blur(values * weight, (size, size), borderType=cv2.BORDER_CONSTANT)
    count = cv2.blur(weight, (size, size), borderType=cv2.BORDER_CONSTANT)
    return np.where(count > 1e-4, total / np.maximum(count, 1e-4), TRUNCATE**2)


def _paste(current: Array, moved: Array, chosen: Array, target: Array) -> Array:
    out = current.copy()
    ys, xs = np.nonzero(target)
    out[ys, xs] = moved[chosen[ys, xs], ys, xs]
    return out


def _box(mask: Array, margin: int) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(mask)
    h, w = mask.shape
    return (
        max(0, int(ys.min()) - margin),
        min(h, int(ys.max()) + 1 + margin),
        max(0, int(xs.min()) - margin),
        min(w, int(xs.max()) + 1 + margin),
    )
