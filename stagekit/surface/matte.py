"""Soft edges: how much of each pixel along a surface's border the surface covers, and its colour there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array
from .colour import linear

NEAR = 10
"""Reach in work pixels from which the colours on both sides of the border are taken."""
TOLD_APART = 0.05
"""Distance between the two sides, in square roots of linear light, from which colour decides and not place."""
PURE = 0.08
"""Share of the way from one side to the other up to which a colour is that side's own; as far as it is uneven, more."""


@dataclass(frozen=True, eq=False)
class Matte:
    """``box``: (top, bottom, left, right) of the surface in the photo. Inside it: ``alpha`` float32 (h, w) 0..1, and
    ``edge``: flat indices of the pixels with 0 < alpha < 1, with the surface's own linear colour there in
    ``inner`` (n, 3)."""

    box: tuple[int, int, int, int]
    alpha: Array
    edge: Array
    inner: Array

    @property
    def window(self) -> tuple[slice, slice]:
        top, bottom, left, right = self.box
        return slice(top, bottom), slice(left, right)


def soft_matte(photo: Array, small: Array, mask: Array) -> Matte:
    """``photo`` uint8 HxWx3; ``small`` its reduced copy hxwx3, ``mask`` bool hxw on it. The matte is at the photo's size.

    In a band of about two work pixels round the border a pixel is a mixture of the colours on both sides (the colour
    line of Levin et al. 2006), where these differ; elsewhere the border is the mask's own, smoothed.
    """
    import cv2

    height, width = photo.shape[:2]
    h, w = mask.shape
    scale = max(height / h, width / w)
    reach = max(2, round(1.5 * scale + 1))
    full = cv2.resize(
        cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7), (width, height), interpolation=cv2.INTER_LINEAR
    )
    top, bottom, left, right = _box(full > 0.02, reach + 2)
    alpha = np.ascontiguousarray(full[top:bottom, left:right])
    hard = (alpha > 0.5).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    band = cv2.morphologyEx(hard, cv2.MORPH_GRADIENT, kernel, borderType=cv2.BORDER_REPLICATE) > 0
    edge = np.flatnonzero(band)
    alpha = np.where(band, alpha, hard).astype(np.float32)
    if not len(edge):
        return Matte((top, bottom, left, right), alpha, edge, np.zeros((0, 3), np.float32))
    inside, outside, sure, spread = _sides(linear(small), mask)
    rows, columns = np.divmod(edge, right - left)
    x, y = (columns + left + 0.5) * (w / width) - 0.5, (rows + top + 0.5) * (h / height) - 0.5
    inner, outer, known, uneven = (_at(values, x, y) for values in (inside, outside, sure, spread))
    pixel = linear(photo[rows + top, columns + left])
    a, b, c = np.sqrt(inner), np.sqrt(outer), np.sqrt(pixel)  # about equal steps for noise and eye
    apart = ((a - b) ** 2).sum(-1)
    line = ((c - b) * (a - b)).sum(-1) / np.maximum(apart, 1e-6)
    own = np.clip(PURE + uneven / np.sqrt(np.maximum(apart, 1e-6)), PURE, 0.42)
    line = np.clip((line - own) / (1 - 2 * own), 0, 1)
    trust = np.clip(np.sqrt(apart) / TOLD_APART - 0.5, 0, 1) * known
    mixed = trust * line + (1 - trust) * _steeper(alpha.ravel()[edge])
    mixed = np.where(mixed < 0.02, 0, np.where(mixed > 0.98, 1, mixed)).astype(np.float32)
    alpha.ravel()[edge] = mixed
    partly = (mixed > 0) & (mixed < 1)
    return Matte((top, bottom, left, right), alpha, edge[partly], inner[partly])


def _at(values: Array, x: Array, y: Array) -> Array:
    """``values`` (h, w[, C]) looked up at n points, bilinear."""
    import cv2

    n = len(x)
    padded = np.zeros((2, -(-n // 1024) * 1024), np.float32)  # OpenCV's pictures are at most 32767 long
    padded[0, :n], padded[1, :n] = x, y
    u, v = padded.reshape(2, -1, 1024)
    found = cv2.remap(values, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(-1, *values.shape[2:])[:n])


def _steeper(alpha: Array) -> Array:
    return np.clip((alpha - 0.5) * 2.2 + 0.5, 0, 1)


def _box(mask: Array, margin: int) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 0, 1, 0, 1
    return (
        max(0, int(rows[0]) - margin),
        min(mask.shape[0], int(rows[-1]) + 1 + margin),
        max(0, int(columns[0]) - margin),
        min(mask.shape[1], int(columns[-1]) + 1 + margin),
    )


def _sides(light: Array, mask: Array) -> tuple[Array, Array, Array, Array]:
    """Mean linear colour of what is surely inside and outside near each work pixel, whether both are known, and how uneven
    the more uneven of them is (standard deviation of square roots)."""
    import cv2

    m = mask.astype(np.uint8)
    kernel = np.ones((5, 5), np.uint8)
    amounts, means, spreads = [], [], []
    root = np.sqrt(light)
    for sure in (cv2.erode(m, kernel, borderValue=1), 1 - cv2.dilate(m, kernel)):
        weight = sure.astype(np.float32)
        amount = cv2.GaussianBlur(weight, (0, 0), NEAR / 2.5)
        colour = cv2.GaussianBlur(light * weight[..., None], (0, 0), NEAR / 2.5)
        amounts.append(amount)
        means.append(colour / np.maximum(amount, 1e-5)[..., None])
        first, second = (
            cv2.GaussianBlur(v * weight[..., None], (0, 0), NEAR / 2.5) / np.maximum(amount, 1e-5)[..., None]
            for v in (root, light)
        )
        spreads.append(np.sqrt(np.maximum(second - first**2, 0).sum(-1)))
    known = np.clip(np.minimum(*amounts) / 0.02, 0, 1)
    # where no inside is near (thin parts), the pixel speaks for itself
    means[0] = np.where(amounts[0][..., None] > 1e-3, means[0], light)
    uneven = np.maximum(*spreads)
    return means[0].astype(np.float32), means[1].astype(np.float32), known.astype(np.float32), uneven.astype(np.float32)
