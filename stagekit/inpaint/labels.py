"""Which move fills which pixel of a hole: chosen from coarse to fine so that neighbours and the rim agree.

An expectation-maximisation in the manner of Wexler, Shechtman and Irani (2007) over a short list of moves: the cost of a
move at a pixel is how far its window, moved, differs from what the window holds now.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..types import Array
from .moves import Move, Plane
from .regions import BAND_M, INVERSE, WINDOW, Region, near_lines

TRUNCATE = 0.35
"""Differences of log light above this count alike: an edge that does not match is one mistake, however strong."""
NEVER = np.float32(1e3)
PLAIN = 0.025
"""Texture below this (robust sigma of log light) has nothing to copy: light and grain alone show it better. Faint joints of
tiles lie above."""
PAINTED, PATCH = 0.06, 9
"""A wall is painted where a quarter of its patches, of so many pixels, vary less (sigma of log light): bricks, panels and
patterned paper fill it evenly, while sockets, edges and shadows leave most of it bare."""
BARE = 0.7 * TRUNCATE**2
"""Cost of no texture where the plane has some."""
APART, ASKEW = 0.12, 0.3
"""Moves are apart that differ by more log light than the first; a line is askew where more than this share of them is."""
COARSE_TO_FINE = ((25, 0.35), (15, 0.5), (9, 0.7), (7, 0.8))
"""Window in pixels, and how far what was filled is trusted beside what is known."""


def choose(number: int, planes: list[Plane], moves: list[Move], target: Array, *, lines: bool = True) -> Array:
    """int16 HxW: index into ``moves`` for each pixel of ``target`` (bool HxW) on plane ``number``; -1 for light alone, -2
    where nothing serves and outside. ``lines``: keep to the directions of the plane's lines near them."""
    import cv2

    labels = np.full(target.shape, -2, np.int16)
    if not target.any():
        return labels
    plane = planes[number]
    box = _box(target, 20)
    hole, known = target[box], (plane.good & ~target)[box]
    noise = _noise(plane)
    moved, valid, prior = _candidates(plane, planes, moves, box, lines, number)
    # the last candidate is no texture at all: on paint at once, elsewhere where every copy fails
    if plane.region.upright:
        plain = painted(plane.region, plane.good, plane.texture)
    else:  # of a window a bright sky may be most, and not all
        plain = noise < PLAIN and plane.region.surface != WINDOW
    band = near_lines(plane.region, np.mgrid[box])
    if plane.region.upright and plain:
        band, foot = _without_foot(plane.region, band, np.mgrid[box])
        valid &= ~foot
    if lines:
        broken = _contradict(moved, valid, band & hole)
        valid &= ~broken
        band &= ~broken
    allowed = ~band & (plain | valid.any(0) | (broken if lines else False))
    bare = np.float32(0.0 if plain or not len(moves) else BARE)
    moved = np.concatenate([moved, np.zeros((1, *hole.shape, 3), np.float32)])
    valid = np.concatenate([valid, allowed[None]])
    prior = np.concatenate([prior, np.full((1, *hole.shape), bare)])
    prior = np.where(valid, prior, NEVER)
    current = np.where(known[..., None], plane.texture[box], 0).astype(np.float32)
    chosen = _start(moved, valid, prior, current, known, hole)
    coherence = np.float32(0.02 * TRUNCATE**2 + noise**2)
    best = np.full(hole.shape, np.inf, np.float32)
    for size, trust in COARSE_TO_FINE:
        current = _paste(current, moved, chosen, hole)
        weight = np.where(known, 1.0, np.where(hole, trust, 0.0)).astype(np.float32)
        best.fill(np.inf)
        mean = _windows(weight, size)
        previous = chosen.copy()
        taken = np.bincount(previous.ravel(), minlength=len(moved)) > 0
        for k in range(len(moved)):
            cost = mean(_difference(moved[k], current, valid[k]))
            cost += prior[k]
            if taken[k]:
                cost -= coherence * cv2.blur((previous == k).astype(np.float32), (11, 11))
            _take(best, chosen, cost, k)
    chosen = np.where(chosen == len(moves), -1, chosen)
    labels[box] = np.where(hole, np.where(best < NEVER / 2, chosen, -2), -2)
    return labels


def joined(
    region: Region, moves: list[Move], labels: Array, more: list[Move], second: Array
) -> tuple[list[Move], Array]:
    """One list and one map of labels where ``second`` (indices into ``more``) fills what ``labels`` (into ``moves``) left:
    a move that ends on a filled pixel goes on along the move that filled it."""
    out, listed = labels.copy(), list(moves)
    ys, xs = np.nonzero(second >= 0)
    points, _ = region.metres(np.stack([xs, ys], -1).astype(np.float64))
    shifts = np.array([m.shift for m in more])[second[ys, xs]]
    there = np.concatenate([points + shifts, np.ones((len(ys), 1))], -1) @ region.to_pixel.T
    at = np.rint(there[:, :2] / there[:, 2:]).astype(int)
    at = np.clip(at, 0, np.array(labels.shape[::-1]) - 1)
    before = np.maximum(labels[at[:, 1], at[:, 0]].astype(int), -1)
    pairs, which = np.unique(np.stack([second[ys, xs], before], -1), axis=0, return_inverse=True)
    for k, j in pairs.tolist():
        source, (a, b) = more[k].source, more[k].shift
        if j >= 0:
            source, a, b = moves[j].source, a + moves[j].shift[0], b + moves[j].shift[1]
        listed.append(Move(source, (a, b)))
    out[ys, xs] = len(moves) + which.ravel()
    out[(second == -1) & (out == -2)] = -1
    return listed, out.astype(np.int16)


def moved_texture(number: int, planes: list[Plane], moves: list[Move], labels: Array) -> Array:
    """float32 (h, w, 3): the texture that the ``labels`` bring to plane ``number``, 0 where they bring none."""
    import cv2
    from scipy.ndimage import find_objects

    out = np.zeros((*labels.shape, 3), np.float32)
    for k, box in enumerate(find_objects(np.maximum(labels + 1, 0))):
        if box is None:
            continue
        lender = planes[moves[k].source]
        corner = np.array([[1.0, 0.0, box[1].start], [0.0, 1.0, box[0].start], [0.0, 0.0, 1.0]])
        matrix = planes[number].region.onto(lender.region, moves[k].shift) @ corner
        here = labels[box] == k
        brought = cv2.warpPerspective(lender.texture, matrix, here.shape[::-1], flags=INVERSE)
        out[box][here] = brought[here]
    return out


def _start(moved: Array, valid: Array, prior: Array, current: Array, known: Array, hole: Array) -> Array:
    """Each pixel asks the known rim, at the distance at which it lies."""
    import cv2

    rim = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
    best = np.full(hole.shape, np.inf, np.float32)
    chosen = np.zeros(hole.shape, np.int16)
    weight = known.astype(np.float32)
    sizes = [s for s in (7, 15, 31, 63, 127) if s < 4 * rim.max() + 8]
    pick = np.searchsorted(np.array(sizes) * 0.4, rim).clip(0, len(sizes) - 1)
    parts = [(_windows(weight, size), (pick == i) & hole) for i, size in enumerate(sizes)]
    parts = [(mean, part) for mean, part in parts if part.any()]
    for k in range(len(moved)):
        cost = np.full(hole.shape, NEVER, np.float32)
        raw = _difference(moved[k], current, valid[k])
        for mean, part in parts:
            np.copyto(cost, mean(raw), where=part)
        cost += prior[k]
        _take(best, chosen, cost, k)
    return chosen


def _take(best: Array, chosen: Array, cost: Array, k: int) -> None:
    """Candidate ``k`` where it costs less than the ``best`` so far."""
    wins = cost < best
    np.copyto(best, cost, where=wins)
    chosen[wins] = k


def _candidates(
    plane: Plane, planes: list[Plane], moves: list[Move], box: tuple[slice, slice], lines: bool, number: int
) -> tuple[Array, Array, Array]:
    """Texture (K, h, w, 3) under each move, where that is allowed (K, h, w), and what it costs beforehand."""
    import cv2

    region = plane.region
    y0, y1, x0, x1 = box[0].start, box[0].stop, box[1].start, box[1].stop
    h, w = y1 - y0, x1 - x0
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float64)
    points, depth = region.metres(np.stack([xs, ys], -1))
    before = np.isfinite(depth) & (depth > 0.05)
    moved = np.zeros((len(moves), h, w, 3), np.float32)
    valid = np.zeros((len(moves), h, w), bool)
    prior = np.zeros((len(moves), h, w), np.float32)
    own = [line.distance(points) for line in region.lines]
    near = near_lines(region, np.mgrid[box])
    lends = [p.lends.astype(np.float32) for p in planes]
    back = np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1.0]])
    for k, move in enumerate(moves):
        lender = planes[move.source].region
        shift = np.asarray(move.shift)
        matrix = region.onto(lender, move.shift) @ back
        moved[k] = cv2.warpPerspective(planes[move.source].texture, matrix, (w, h), flags=INVERSE)
        there = points + shift
        third = there[..., 0] * lender.to_pixel[2, 0] + there[..., 1] * lender.to_pixel[2, 1] + lender.to_pixel[2, 2]
        ok = before & (third > 0.05) & (cv2.warpPerspective(lends[move.source], matrix, (w, h), flags=INVERSE) > 0.95)
        if move.source != number:
            ok &= near
        elif lines:
            for line, distance in zip(region.lines, own, strict=True):
                if abs(float(np.dot(line.normal, shift))) > 0.015:
                    ok &= (distance > line.band_m) & (line.distance(there) > line.band_m)
        valid[k] = ok
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.log(np.where(ok, third / depth, 1.0))
        # from afar it would be blurred, from near it only needs shrinking
        prior[k] = 0.02 * np.maximum(ratio - 0.15, 0) + 0.004 * np.maximum(-ratio - 0.5, 0)
        prior[k] += 0.0006 * float(np.hypot(*shift)) + (0.003 * abs(float(shift[1])) if region.wall >= 0 else 0.0)
        prior[k] += 0.01 * (move.source != number)
    return moved, valid, prior


def _contradict(moved: Array, valid: Array, band: Array) -> Array:
    """Pixels of ``band`` for which the moves along the line hold different things: the layout's line runs askew, and
    copies along it would make teeth of a skirting board."""
    import cv2

    out = np.zeros(band.shape, np.float32)
    ys, xs = np.nonzero(band)
    if len(ys) and len(moved):
        grey = np.where(valid[:, ys, xs], moved[:, ys, xs].mean(-1), np.nan)
        some = np.isfinite(grey).any(0)
        grey[:, ~some] = 0
        apart = np.abs(grey - np.nanmedian(grey, axis=0)) > APART
        out[ys, xs] = apart.sum(0) / np.isfinite(grey).sum(0)
    share = cv2.blur(out, (15, 15)) / np.maximum(cv2.blur(band.astype(np.float32), (15, 15)), 1e-3)
    return band & (share > ASKEW)


def painted(region: Region, good: Array, texture: Array) -> bool:
    """Whether a wall, of which ``good`` (bool HxW) is seen, is paint all over, but for what hangs on it; also where too
    little of it is seen to tell."""
    import cv2

    good = good & ~near_lines(region, np.mgrid[: good.shape[0], : good.shape[1]])
    grey = np.where(good, texture.mean(2), 0)
    share, mean, square = (cv2.blur(a.astype(np.float32), (PATCH, PATCH)) for a in (good, grey, grey**2))
    inner = good & (share > 0.9)
    if inner.sum() < 200:
        return True
    spread = np.sqrt(np.maximum(square / share.clip(0.5) - (mean / share.clip(0.5)) ** 2, 0))
    return float(np.percentile(spread[inner], 25)) < PAINTED


def _without_foot(region: Region, band: Array, yx: Array) -> tuple[Array, Array]:
    """``band`` without the wall's foot, and the foot, whose board `skirting` draws."""
    points, _ = region.metres(np.stack([yx[1], yx[0]], -1).astype(np.float64))
    foot = band & (points[..., 1] < BAND_M)
    return band & ~foot, foot


def _noise(plane: Plane) -> float:
    """Robust sigma of the plane's texture; large where too little is seen to call it plain."""
    if plane.good.sum() < 200:
        return 1.0
    return 1.48 * float(np.median(np.abs(plane.texture[plane.good])))


def _difference(moved: Array, current: Array, valid: Array) -> Array:
    d = moved - current
    squared = np.einsum("ijk,ijk->ij", d, d)
    np.minimum(squared, TRUNCATE**2, out=squared)
    np.copyto(squared, TRUNCATE**2, where=~valid)
    return squared


def _windows(weight: Array, size: int) -> Callable[[Array], Array]:
    """Weighted mean of values over square windows; where no weight is near, the truncation."""
    import cv2

    count = cv2.blur(weight, (size, size), borderType=cv2.BORDER_CONSTANT)
    alone, count = count <= 1e-4, np.maximum(count, 1e-4)

    def mean(values: Array) -> Array:
        total = cv2.blur(values * weight, (size, size), borderType=cv2.BORDER_CONSTANT)
        np.divide(total, count, out=total)
        np.copyto(total, TRUNCATE**2, where=alone)
        return total

    return mean


def _paste(current: Array, moved: Array, chosen: Array, target: Array) -> Array:
    out = current.copy()
    ys, xs = np.nonzero(target)
    out[ys, xs] = moved[chosen[ys, xs], ys, xs]
    return out


def _box(mask: Array, margin: int) -> tuple[slice, slice]:
    ys, xs = np.nonzero(mask)
    h, w = mask.shape
    return (
        slice(max(0, int(ys.min()) - margin), min(h, int(ys.max()) + 1 + margin)),
        slice(max(0, int(xs.min()) - margin), min(w, int(xs.max()) + 1 + margin)),
    )
