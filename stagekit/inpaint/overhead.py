"""The near floor seen from above, on a grid of metric cells, with light and stains taken out: joints alone are left."""

from __future__ import annotations

import numpy as np

from ..types import Array
from .regions import INVERSE, Region


def overhead(
    region: Region, values: Array, where: Array, *, cell_m: float, cells: int, local_m: float, sure: float
) -> tuple[Array, Array, Array]:
    """The texture ``values`` (H, W), seen ``where`` (bool HxW, not empty on the region), on at most ``cells`` x ``cells``
    cells of ``cell_m`` metres: float32 (h, w) less its mean nearby (sigma ``local_m``), 0 where unknown; bool (h, w), cells
    of which the share ``sure`` is seen; and the plane metres (2,) of the first. Farther floor is left out."""
    import cv2

    ys, xs = np.nonzero(where & region.mask)
    points, depth = region.metres(np.stack([xs, ys], -1).astype(float))
    near = depth <= np.percentile(depth, 2) + cells * cell_m
    low, high = np.percentile(points[near], (1, 99), axis=0)
    size = tuple(int(n) for n in np.clip(np.ceil((high - low) / cell_m), 4, cells))
    grid = region.to_pixel @ np.array([[cell_m, 0, low[0]], [0, cell_m, low[1]], [0, 0, 1.0]])
    shown = cv2.warpPerspective(np.where(where, values, 0).astype(np.float32), grid, size, flags=INVERSE)
    known = cv2.warpPerspective(where.astype(np.float32), grid, size, flags=INVERSE) > sure
    share = cv2.GaussianBlur(known.astype(np.float32), (0, 0), local_m / cell_m)
    mean = cv2.GaussianBlur(shown * known, (0, 0), local_m / cell_m) / np.maximum(share, 1e-3)
    return np.where(known, shown - mean, 0).astype(np.float32), known, low
