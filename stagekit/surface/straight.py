"""Borders that are straight in the room drawn straight: where walls end at the ceiling and at the frames of openings.

White on white leaves a mask's border in steps between what the picture hints at and what the layout says. A seam of the
building is one line: what most of the border says goes for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..types import Array, Layout

BAND = 0.012
"""How far from the layout's line a border is looked for, share of the picture's longer side."""
MOVED = 0.008
"""How far a border is moved at most, the same: an arch over a window is no step."""
CLOSE = 0.0018
"""How far from the line that is fitted a border may be to count as lying on it, the same."""
LEAST = 40
"""Pixels of border that a line must have."""
MOSTLY = 0.5
"""Share of the line along which there must be one clear border, and of this, that must lie on one line."""
GAP = 8
"""Pixels without a clear border over which the line goes on."""
ROUNDS = 6


def straighten(mask: Array, layout: Layout) -> Array:
    """``mask`` bool (h, w) of a wall or ceiling with its border along the layout's seams and openings drawn anew."""
    out = mask.copy()
    for start, end in _seams(layout, mask.shape):
        _draw(out, start, end)
    return out


def _seams(layout: Layout, shape: tuple[int, ...]) -> Iterator[tuple[Array, Array]]:
    """Ends (x, y) in the picture of the lines that walls and openings end at, as far as it shows them."""
    camera = layout.camera.scaled(shape[1], shape[0])
    edges = []
    for wall in layout.walls:
        if wall.kind == "wall":
            high = layout.ceiling_height_m
            edges.append((wall.point(0, high), wall.point(wall.length_m, high)))
    for o in layout.openings:
        wall = layout.walls[o.wall]
        a, b, c, d = (wall.point(x, y) for x in (o.left_m, o.right_m) for y in (o.bottom_m, o.top_m))
        edges += [(a, b), (c, d), (b, d)] + ([(a, c)] if o.kind == "window" else [])
    t = np.linspace(0, 1, 400)[:, None]
    for p, q in edges:
        uv, depth = camera.project(p * (1 - t) + q * t)
        seen = (depth > 0.1) & (uv >= 0).all(1) & (uv < (shape[1], shape[0])).all(1)
        if seen.sum() > 1:
            yield uv[seen][0], uv[seen][-1]


def _draw(mask: Array, start: Array, end: Array) -> None:
    """Straighten the one border of ``mask`` that runs beside the line from ``start`` to ``end`` (x, y), in place."""
    import cv2

    side, length = max(mask.shape), float(np.hypot(*(end - start)))
    reach, count = max(4, round(BAND * side)), int(length)
    if count < LEAST:
        return
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    steps = np.arange(-reach, reach + 1)
    at = start + np.arange(count)[:, None, None] * along + steps[None, :, None] * across
    x, y = (at[..., k].astype(np.float32) - 0.5 for k in (0, 1))
    inside = (x > -0.5) & (x < mask.shape[1] - 0.5) & (y > -0.5) & (y < mask.shape[0] - 0.5)
    on = cv2.remap(mask.astype(np.uint8), x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE) > 0
    if on[:, reach:].mean() > on[:, :reach].mean():  # the mask lies on the side that comes first
        on, inside, across = on[:, ::-1], inside[:, ::-1], -across
    clear = ((on[:, 1:] != on[:, :-1]).sum(1) == 1) & on[:, 0] & ~on[:, -1] & inside.all(1)
    if clear.sum() < max(LEAST, MOSTLY * count):
        return
    border = on.sum(1) - reach - 0.5
    t = np.linspace(-1, 1, count)
    basis = np.stack([np.ones(count), t, t * t], -1)
    weight = clear.astype(float)
    line = np.full(count, np.median(border[clear]))
    for _ in range(ROUNDS):
        off = np.abs(border - line) / (3 * CLOSE * side)
        root = np.sqrt(weight * np.maximum(1 - off**2, 0) ** 2)[:, None]
        if (root > 0).sum() < LEAST:
            return
        line = basis @ np.linalg.lstsq(basis * root, border * root[:, 0], rcond=None)[0]
    if (np.abs(border - line)[clear] < CLOSE * side).mean() < MOSTLY:
        return
    moved = max(3.0, MOVED * side)
    drawn = (clear & (np.abs(border - line) < moved)).astype(np.uint8)[None]
    drawn = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones((1, 2 * GAP + 1), np.uint8))[0] > 0
    low = np.maximum(np.floor(np.minimum(start, end) - 2 * reach), 0).astype(int)
    box = np.s_[low[1] : int(max(start[1], end[1]) + 2 * reach), low[0] : int(max(start[0], end[0]) + 2 * reach)]
    part = mask[box]
    v, u = np.mgrid[: part.shape[0], : part.shape[1]] + low[::-1, None, None] + 0.5 - start[::-1, None, None]
    k = np.floor(u * along[0] + v * along[1]).astype(int)
    beyond = u * across[0] + v * across[1] - line[np.clip(k, 0, count - 1)]
    near = (k >= 0) & (k < count) & drawn[np.clip(k, 0, count - 1)] & (np.abs(beyond) < moved)
    part[near] = beyond[near] < 0
