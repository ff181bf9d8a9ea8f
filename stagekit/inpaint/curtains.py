"""Curtains that the hole cuts off go on to their end: column by column along their folds, mirrored at the cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..types import Array, Segments
from .light import from_log, smooth, to_log
from .moves import Plane
from .regions import WALL, Region
from .transfer import sample

COLUMN_M = 0.01
"""Width of the columns in which a curtain is followed, where that is no less than ``PITCH`` pixels."""
PITCH = 1.5
SEEN_M = 0.35
"""Height of curtain from which a column tells how it goes on."""
SEAM = 0.004
"""Of the longer side: how wide the segmentation's borders may be wrong."""
NEAR_M = 0.12
"""Height under a column's last seen curtain in which the hole begins if it is the hole that ends it."""
LEAST, CUT = 0.1, 0.25
"""Metres of width, and share of a curtain's columns, that the hole must cut for it to go on."""
OWN = 0.25
"""Share of its columns whose end must be seen to end the others there; else a curtain ends at the floor."""
MARGIN_M, OVERLAP = 0.02, 5
"""Metres over the cut that mix with what is before it and are not copied; pixels over it in which the copy does not fade."""
CELL_M = 0.08
"""Side of the cells in which a curtain's light is looked at: folds are narrower."""
HEM_M = 0.02
"""Height over the floor at which it does."""


@dataclass(frozen=True, eq=False)
class Curtain:
    """A piece of curtain on the plane ``region``, of which the pixels ``seen`` (rows, columns) show: for columns ``step``
    metres wide from metre ``start`` on, where that ends below (``low``) and above (``high``), whether the hole cuts it
    (``cut``); and the height at which it ends."""

    region: Region
    start: float
    step: float
    low: Array
    high: Array
    cut: Array
    end: float
    seen: tuple[Array, Array]


def curtains(hole: Array, planes: list[Plane], segments: Segments) -> Iterator[tuple[Curtain, Array]]:
    """Those that the ``hole`` (bool HxW) cuts, each with the pixels (bool HxW) on which it goes on."""
    import cv2

    if "curtain" not in segments.classes:
        return
    height, width = hole.shape
    labels = cv2.resize(segments.labels, (width, height), interpolation=cv2.INTER_NEAREST)
    size = 2 * max(1, round(SEAM * max(height, width))) + 1
    shows = ((labels == segments.classes.index("curtain")) & ~hole).astype(np.uint8)
    seen = cv2.erode(shows, np.ones((1, size), np.uint8))
    shown = [p.full for p in planes if p.full is not None]
    bites, cuts = list(_parts(shows)), list(_parts(seen))
    for region in shown:
        if region.surface != WALL:
            continue
        on = np.logical_or.reduce([r.mask for r in shown if r.wall == region.wall])
        for ys, xs in _on(on, bites):
            bitten = _bitten(hole & on, region, xs, ys)
            if bitten is not None:
                yield bitten
        for ys, xs in _on(on, cuts):
            found = _read(hole, region, xs, ys)
            if found is not None:
                goes_on = hole & on & _below(found, hole.shape)
                if goes_on.any():
                    yield found, goes_on


def _parts(seen: Array) -> Iterator[tuple[Array, Array]]:
    """Rows and columns of the pixels of each piece of ``seen`` (uint8 HxW)."""
    import cv2

    _, parts, boxes, _ = cv2.connectedComponentsWithStats(seen)
    for part, (left, top, across, down, _) in enumerate(boxes[1:], 1):
        ys, xs = np.nonzero(parts[top : top + down, left : left + across] == part)
        yield ys + top, xs + left


def _on(on: Array, parts: Sequence[tuple[Array, Array]]) -> Iterator[tuple[Array, Array]]:
    """What of the ``parts`` lies ``on`` a plane (bool HxW)."""
    for ys, xs in parts:
        here = on[ys, xs]
        if here.any():
            yield ys[here], xs[here]


def _columns(region: Region, xs: Array, ys: Array) -> tuple[float, float, Array, Array, Array]:
    """Start and width in metres of a curtain's columns, which of them show, and where each that shows begins and ends."""
    points, _ = region.metres(np.stack([xs, ys], -1).astype(np.float64))
    start = float(points[:, 0].min())
    step = max(COLUMN_M, PITCH * float(np.ptp(points[:, 0])) / (1 + int(np.ptp(xs))))
    column = ((points[:, 0] - start) / step).astype(int)
    count = int(column.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, column, points[:, 1])
    np.maximum.at(high, column, points[:, 1])
    return start, step, np.unique(column), low, high


def _bitten(hidden: Array, region: Region, xs: Array, ys: Array) -> tuple[Curtain, Array] | None:
    """A curtain that shows right over and under what is ``hidden`` (bool HxW) of it, and the pixels between."""
    start, step, _, low, high = _columns(region, xs, ys)
    seen, _ = region.metres(np.stack([xs, ys], -1).astype(np.float64))
    own = ((seen[:, 0] - start) / step).astype(int)
    box = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    rows, columns = np.nonzero(hidden[box])
    points, _ = region.metres(np.stack([columns + xs.min(), rows + ys.min()], -1).astype(np.float64))
    column = np.floor((points[:, 0] - start) / step).astype(int)
    known = (column >= 0) & (column < len(low))
    column = np.where(known, column, 0)
    known &= (points[:, 1] > low[column]) & (points[:, 1] < high[column])
    top = np.full(len(low), -np.inf)
    np.maximum.at(top, column[known], points[known, 1])
    bottom = np.full(len(low), np.inf)
    np.minimum.at(bottom, column[known], points[known, 1])
    over, under = np.full(len(low), np.inf), np.full(len(low), np.inf)  # metres from the bite to the curtain
    above, below = seen[:, 1] > top[own], seen[:, 1] < bottom[own]
    np.minimum.at(over, own[above], (seen[:, 1] - top[own])[above])
    np.minimum.at(under, own[below], (bottom[own] - seen[:, 1])[below])
    bitten = np.isfinite(top)
    cut = bitten & (high - np.where(bitten, top, high.max()) >= SEEN_M) & (np.maximum(over, under) < NEAR_M)
    if not cut.any():
        return None
    between = np.zeros_like(hidden)
    known &= cut[column]
    between[rows[known] + ys.min(), columns[known] + xs.min()] = True
    return Curtain(region, start, step, np.where(cut, top, low), high, cut, HEM_M, (ys, xs)), between


def _read(hole: Array, region: Region, xs: Array, ys: Array) -> Curtain | None:
    """What its seen pixels tell of a curtain; None where too little of it is seen or cut."""
    start, step, there, low, high = _columns(region, xs, ys)
    count = len(low)
    if count * step < LEAST:
        return None
    low, high = (np.interp(np.arange(count), there, v[there]) for v in (low, high))
    long = high - low >= SEEN_M
    if not long.any():
        return None
    below = low[:, None] - np.arange(0.0, NEAR_M, 0.01)
    a = np.broadcast_to(start + (np.arange(count)[:, None] + 0.5) * step, below.shape)
    cut = long & _at(hole, region, np.stack([a, below], -1)).any(1)
    if cut.sum() * step < LEAST or cut.sum() < CUT * long.sum():
        return None
    whole = long & ~cut
    end = float(np.median(low[whole])) if whole.sum() >= OWN * long.sum() else HEM_M
    return Curtain(region, start, step, low, high, cut, end, (ys, xs))


def _below(curtain: Curtain, shape: tuple[int, ...]) -> Array:
    """bool (H, W): under the cut of one of its columns, over its end."""
    height, width = shape
    corners = [
        curtain.region.to_pixel @ (curtain.start + curtain.step * k, b, 1)
        for k in (0, len(curtain.cut))
        for b in (curtain.end, float(curtain.high[curtain.cut].max()))
    ]
    out = np.zeros((height, width), bool)
    if min(c[2] for c in corners) < 0.05:
        return out
    at = np.array([c[:2] / c[2] for c in corners])
    left, top = np.maximum(np.floor(at.min(0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(at.max(0)).astype(int) + 3, (width, height))
    if right <= left or bottom <= top:
        return out
    x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    points, depth = curtain.region.metres(np.stack([x, y], -1).astype(np.float64))
    column = np.floor((points[..., 0] - curtain.start) / curtain.step).astype(int)
    known = (column >= 0) & (column < len(curtain.cut)) & (depth > 0)
    column = np.where(known, column, 0)
    under = (points[..., 1] < curtain.low[column]) & (points[..., 1] > curtain.end)
    out[top:bottom, left:right] = known & curtain.cut[column] & under
    return out


def hang(out: Array, photo: Array, hole: Array, planes: list[Plane], segments: Segments) -> None:
    """Draw into ``out`` (uint8 HxWx3) the curtains of ``photo`` that the ``hole`` cuts off, on to their end."""
    import cv2

    for curtain, goes_on in curtains(hole, planes, segments):
        up = np.zeros((2 * OVERLAP + 1, 1), np.uint8)
        up[OVERLAP:] = 1  # no fading towards the curtain above
        share = cv2.GaussianBlur(cv2.dilate(goes_on.astype(np.uint8), up).astype(np.float32), (0, 0), 0.8) * hole
        ys, xs = np.nonzero(goes_on)
        points, _ = curtain.region.metres(np.stack([xs, ys], -1).astype(np.float64))
        column = ((points[:, 0] - curtain.start) / curtain.step).astype(int).clip(0, len(curtain.cut) - 1)
        low, high = curtain.low[column] + MARGIN_M, curtain.high[column]
        room = np.maximum(high - low - 0.05, SEEN_M / 2)
        down = np.mod(low - points[:, 1], 2 * room)
        from_b = low + np.where(down < room, down, 2 * room - down)
        there = np.stack([points[:, 0], from_b, np.ones(len(from_b))], -1) @ curtain.region.to_pixel.T
        copied = to_log(sample(photo, there[:, :2] / there[:, 2:]))
        light = _light(photo, curtain)
        last = np.minimum(low + CELL_M / 2, from_b)
        copied += sample(light, _cell(curtain, points[:, 0], last), cubic=False)
        copied -= sample(light, _cell(curtain, points[:, 0], from_b), cubic=False)
        alpha = share[ys, xs, None]
        out[ys, xs] = np.clip(alpha * from_log(copied) + (1 - alpha) * out[ys, xs] + 0.5, 0, 255).astype(np.uint8)


def _light(photo: Array, curtain: Curtain) -> Array:
    """float32 (rows, columns, 3): log light of what is seen of a curtain without its folds, in cells from its top down: over
    the sill it is lit from behind, under it it is not."""
    ys, xs = curtain.seen
    points, _ = curtain.region.metres(np.stack([xs, ys], -1).astype(np.float64))
    column, row = np.round(_cell(curtain, points[:, 0], points[:, 1])).astype(int).T
    total, count = np.zeros((row.max() + 1, column.max() + 1, 3)), np.zeros((row.max() + 1, column.max() + 1, 1))
    np.add.at(total, (row, column), to_log(photo[ys, xs]))
    np.add.at(count, (row, column), 1)
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    known: Array = count[..., 0] > 0
    soft = smooth(mean, known, 1.0)
    return np.where(np.isfinite(soft), soft, mean[known].mean(0)).astype(np.float32)


def _cell(curtain: Curtain, a: Array, b: Array) -> Array:
    """(n, 2): column and row of plane metres in `_light`."""
    return np.stack([(a - curtain.start) / CELL_M, (float(curtain.high.max()) - b) / CELL_M], -1)


def _at(hole: Array, region: Region, points: Array) -> Array:
    """bool (...): whether plane points (..., 2) lie in the hole; none outside the picture."""
    h = np.concatenate([points, np.ones((*points.shape[:-1], 1))], -1) @ region.to_pixel.T
    ahead = h[..., 2] > 0.05
    xy = np.round(h[..., :2] / np.where(ahead, h[..., 2], 1.0)[..., None]).astype(int)
    inside = ahead & (xy >= 0).all(-1) & (xy[..., 0] < hole.shape[1]) & (xy[..., 1] < hole.shape[0])
    return inside & hole[np.where(inside, xy[..., 1], 0), np.where(inside, xy[..., 0], 0)]
