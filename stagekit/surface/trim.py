"""Baseboards and casings: the narrow bands along floors, doors and windows that a wall's paint stops at.

The network has no class for them, and white on white has hardly an edge. But a baseboard is as high everywhere: what
single columns of the picture only hint at, all of them together say clearly once heights are counted in metres.
"""

from __future__ import annotations

import numpy as np

from ..types import Array, Layout

LOW, HIGH = 0.045, 0.24
"""Heights of baseboards, metres."""
STEP = 0.005
USUAL, OVER, RISE = 1.7, 2.2, 1.25
"""A band's upper edge is so many times stronger than what is usual over the floor, or than the bare wall over it; and than
the faintest place between it and the floor, whose own edge reaches some pixels up."""
CLEAR = 0.03
"""Metres over a band's edge at which the bare wall begins."""


def baseboard(layout: Layout, floor: Array, wall: Array, steep: Array) -> Array:
    """bool (h, w): the band between ``floor`` (bool) and the wall over it, empty where there is none. ``wall``: float,
    probability of wall; ``steep``: the picture's gradient. All at one size."""
    h, w = floor.shape
    camera = layout.camera.scaled(w, h)
    out = np.zeros_like(floor)
    columns, tops = _line(floor, wall)
    if len(columns) < w / 40:
        return out
    foot = camera.on_floor(np.stack([columns + 0.5, tops + 0.0], -1))
    _, depth = camera.project(foot)
    good = np.isfinite(depth) & (depth > 0.3) & (depth < 15)
    columns, tops, depth = columns[good], tops[good], depth[good]
    if len(columns) < w / 40:
        return out
    scale = camera.focal_px / depth  # pixels a metre
    heights = np.arange(0.02, HIGH + 0.06, STEP)
    rows = np.round(tops[:, None] - heights[None] * scale[:, None]).astype(int)
    inside = (rows >= 1) & (rows < h)
    profile = np.where(inside, steep[np.clip(rows, 0, h - 1), columns[:, None]], np.nan)
    profile = np.minimum(profile, 4 * np.nanmedian(profile) + 0.5)  # sockets and legs must not outvote the rest
    near = _peak(np.nanmean(profile, 0), heights)
    if near is None:
        return out
    best = _follow(profile, heights, near)
    reach = np.ceil(best * scale).astype(int)
    for x, y, n in zip(columns, tops, reach, strict=True):
        out[max(0, y - n) : y + 1, x] = True
    return out & ~floor


def _line(floor: Array, wall: Array) -> tuple[Array, Array]:
    """Columns, and the floor's uppermost row in each, where there is wall over it and nothing between."""
    h, _ = floor.shape
    columns = np.flatnonzero(floor.any(0))
    tops = floor[:, columns].argmax(0)
    gap = max(2, h // 40)
    above = wall[np.clip(tops - gap, 0, h - 1), columns]
    ok = (above > 0.5) & (tops > gap)
    return columns[ok], tops[ok]


def _peak(mean: Array, heights: Array) -> float | None:
    """The height at which the picture has an edge along the whole wall; the highest one that stands out, for mouldings have
    several."""
    strong = [
        k
        for k in range(1, len(mean) - 1)
        if LOW <= heights[k] <= HIGH and mean[k] >= mean[k - 1] and mean[k] >= mean[k + 1]
    ]
    if not strong:
        return None
    best = max(strong, key=lambda k: mean[k])
    most = mean[best]
    over = mean[(heights > heights[best] + CLEAR) & np.isfinite(mean)]
    stands_out = most > USUAL * np.nanmedian(mean) or (len(over) > 0 and most > OVER * np.median(over))
    if not stands_out or most < RISE * np.nanmin(mean[1 : best + 1]):
        return None
    return float(max(heights[k] for k in strong if mean[k] > 0.6 * most))


def _follow(profile: Array, heights: Array, usual: float) -> Array:
    """(n,): the height in each column, near the usual one where its edge is, without steps."""
    import cv2

    near = np.abs(heights - usual) < 0.25 * usual + STEP
    weighed = np.where(near[None], np.nan_to_num(profile), 0)
    soft = cv2.blur(weighed.astype(np.float32), (1, 25))
    best = heights[soft.argmax(1)]
    return np.where(soft.max(1) > 0, best, usual)
