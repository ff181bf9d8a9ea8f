"""A network that fills holes in small pictures, put to large ones: the whole first, then finer tiles that follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..types import Array

Network = Callable[[Array, Array], Array]
"""float32 (h, w, 3) 0..1 and float32 (h, w) hole 0 or 1, sides multiples of 8 -> float32 (h, w, 3)."""
MULTIPLE = 8
OVERLAP = 64
CONTEXT = 0.6
"""Of the hole's longer side: how much of the picture around it is looked at."""
FOLLOW = 6.0
"""Sigma in pixels: coarser than this a finer scale keeps to the scale before it."""


def fill_by_network(
    photo: Array, hole: Array, network: Network, *, base: int = 768, tile: int = 768, progress: Any = None
) -> Array:
    """uint8 HxWx3: ``photo`` with ``hole`` (bool HxW) filled; nothing else changes.

    The hole and its surroundings are filled at ``base`` pixels; each doubling after that is filled in tiles, of which the
    fine part is kept: what the network invents anew in each tile is only texture.
    """
    import cv2

    if not hole.any():
        return photo.copy()
    y0, y1, x0, x1 = _around(hole)
    crop, gap = photo[y0:y1, x0:x1].astype(np.float32) / 255, hole[y0:y1, x0:x1]
    longest = max(gap.shape)
    scales = [min(1.0, base / longest)]
    while scales[-1] < 1:
        scales.append(min(1.0, 2 * scales[-1]))
    filled: Array | None = None
    for number, scale in enumerate(scales):
        if progress is not None:
            progress(number / len(scales), f"scale {scale:.2f}")
        size = (max(8, round(gap.shape[1] * scale)), max(8, round(gap.shape[0] * scale)))
        picture = crop if scale == 1 else cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
        here = cv2.resize(gap.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
        if filled is None:
            filled = _run(network, picture, here)
        else:
            before = cv2.resize(filled, size, interpolation=cv2.INTER_CUBIC)
            filled = _tiles(network, picture, here, before, tile)
        filled = np.where(here[..., None], np.clip(filled, 0, 1), picture)
    assert filled is not None
    out = photo.copy()
    out[y0:y1, x0:x1][gap] = (filled[gap] * 255 + 0.5).astype(np.uint8)
    return out


def _around(hole: Array) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(hole)
    margin = int(CONTEXT * max(np.ptp(ys), np.ptp(xs))) + 32
    height, width = hole.shape
    return (
        max(0, ys.min() - margin),
        min(height, ys.max() + margin),
        max(0, xs.min() - margin),
        min(width, xs.max() + margin),
    )


def _run(network: Network, picture: Array, gap: Array) -> Array:
    """The network on a picture of any size: mirrored up to the next multiple."""
    height, width = gap.shape
    pad = ((0, -height % MULTIPLE), (0, -width % MULTIPLE))
    pixels = np.pad(picture, (*pad, (0, 0)), mode="symmetric")
    mask = np.pad(gap, pad, mode="symmetric").astype(np.float32)
    return network(np.ascontiguousarray(pixels), np.ascontiguousarray(mask))[:height, :width]


def _tiles(network: Network, picture: Array, gap: Array, before: Array, tile: int) -> Array:
    """The network's fine detail on overlapping tiles, laid over the coarser scale's result."""
    import cv2

    total = np.zeros_like(picture)
    weight = np.zeros(gap.shape, np.float32)
    height, width = gap.shape
    step = tile - OVERLAP
    for y in range(0, max(1, height - OVERLAP), step):
        for x in range(0, max(1, width - OVERLAP), step):
            top, left = max(0, min(y, height - tile)), max(0, min(x, width - tile))
            at = np.s_[top : top + tile, left : left + tile]
            if not gap[at].any():
                continue
            part = gap[at]
            # a tile that is nearly all hole has nothing to go by: the coarse result stands in around its middle
            guess = np.where(part[..., None], before[at], picture[at])
            inner = part if part.mean() < 0.7 else part & _checker(part.shape)
            fine = _run(network, guess, inner)
            detail = fine - cv2.GaussianBlur(fine, (0, 0), FOLLOW) + cv2.GaussianBlur(guess, (0, 0), FOLLOW)
            fade = _fade(part.shape)
            total[at] += detail * fade[..., None]
            weight[at] += fade
    return np.where(weight[..., None] > 0, total / np.maximum(weight, 1e-6)[..., None], before)


def _checker(shape: tuple[int, int], cell: int = 96) -> Array:
    y, x = np.mgrid[: shape[0], : shape[1]] // cell
    board: Array = (x + y) % 2 == 0
    return board


def _fade(shape: tuple[int, int]) -> Array:
    """1 in a tile's middle, towards 0 at its border, over the overlap."""
    ramps = [np.minimum(np.arange(n) + 1, np.arange(n)[::-1] + 1) / OVERLAP for n in shape]
    return np.minimum.outer(np.minimum(ramps[0], 1), np.minimum(ramps[1], 1)).astype(np.float32)
