"""Light and texture apart, and the light carried on under a hole.

The picture is taken as light times texture, in logarithms of linear light: log I = L + R, with L smooth over a plane
and R what is left (planks, joints, grain). L is continued over the hole as a membrane; R is copied from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..types import Array

FLOOR_LEVEL = 0.004
"""Added before the logarithm: linear light of a black that a camera still tells apart (about 1/255 of sRGB 13)."""
SOLVED = 150
"""Longest side in pixels at which membranes are solved; light is smoother than that."""

Expected = Callable[[Array], "tuple[Array, Array] | None"]


def to_linear(srgb: Array) -> Array:
    """uint8 sRGB to float32 linear light 0..1."""
    c = np.arange(256) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)[srgb]


def to_log(srgb: Array) -> Array:
    """uint8 sRGB to float32 log of linear light."""
    c = np.arange(256) / 255.0
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return np.log(linear + FLOOR_LEVEL).astype(np.float32)[srgb]


def from_log(log: Array) -> Array:
    """float32 log of linear light to sRGB 0..255, float32."""
    c = np.clip(np.exp(log) - FLOOR_LEVEL, 0, 1)
    return (np.where(c <= 0.0031308, c * 12.92, 1.055 * np.power(c, 1 / 2.4) - 0.055) * 255).astype(np.float32)


def smooth(log: Array, where: Array, sigma: float) -> Array:
    """``log`` (H, W, 3) blurred over the pixels ``where`` alone; NaN where none is near."""
    import cv2

    height, width = where.shape
    if sigma > 12:  # wide blurs are as good on a small picture, and many times quicker
        k = 6 / sigma
        size = (max(4, round(width * k)), max(4, round(height * k)))
        share = cv2.resize(where.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        part = cv2.resize(np.where(where[..., None], log, 0), size, interpolation=cv2.INTER_AREA)
        total = cv2.GaussianBlur(part, (0, 0), 6, borderType=cv2.BORDER_CONSTANT)
        weight = cv2.GaussianBlur(share, (0, 0), 6, borderType=cv2.BORDER_CONSTANT)
        mean = np.where(weight[..., None] > 1e-3, total / np.maximum(weight, 1e-3)[..., None], np.nan)
        return cv2.resize(mean.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    w = where.astype(np.float32)
    total = cv2.GaussianBlur(log * w[..., None], (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    weight = cv2.GaussianBlur(w, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight[..., None] > 1e-3, total / weight[..., None], np.nan).astype(np.float32)


def membrane(values: Array, known: Array, area: Array) -> Array:
    """``values`` (H, W, C) where ``known``, and between them the harmonic surface over ``area`` (bool HxW).

    Laplace's equation with the known values fixed and free borders elsewhere: no new extremum appears, so no new light.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import spsolve

    free = area & ~known
    out = np.array(values, dtype=np.float32)
    if not free.any() or not known.any():
        return out
    height, width = free.shape
    index = np.full((height, width), -1)
    index[free] = np.arange(int(free.sum()))
    ys, xs = np.nonzero(free)
    n = len(ys)
    degree = np.zeros(n)
    right = np.zeros((n, values.shape[2]))
    rows, columns = [], []
    usable = known | free
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        y, x = ys + dy, xs + dx
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        y, x = y.clip(0, height - 1), x.clip(0, width - 1)
        there = inside & usable[y, x]
        degree += there
        fixed = there & known[y, x]
        right[fixed] += values[y[fixed], x[fixed]]
        linked = there & ~known[y, x]
        rows.append(np.nonzero(linked)[0])
        columns.append(index[y[linked], x[linked]])
    # a small pull to the mean settles what touches no known pixel
    mean = values[known].mean(0)
    pull = 1e-6
    r, c = np.concatenate(rows), np.concatenate(columns)
    matrix = csr_matrix((-np.ones(len(r)), (r, c)), (n, n)) + csr_matrix((degree + pull, (range(n), range(n))), (n, n))
    solved = spsolve(matrix.tocsc(), right + pull * mean)
    out[free] = solved.reshape(n, -1)
    return out


def light(log: Array, good: Array, sigma: float, expected: Expected | None = None) -> Array:
    """float32 (H, W, 3): a plane's light everywhere: blurred where ``good``, a membrane over the rest of the picture.

    It is continued beyond the plane too, so that it may be enlarged without bleeding from other planes. ``expected``:
    tells from the blurred light (NaN where not ``good``) what geometry expects everywhere, and where the blurred light can
    be trusted; the membrane then continues the difference between the two.
    """
    import cv2

    height, width = good.shape
    k = min(1.0, SOLVED / max(height, width))
    size = (max(2, round(width * k)), max(2, round(height * k)))
    blurred = smooth(log, good, sigma)
    told = None if expected is None else expected(np.where(good[..., None], blurred, np.nan))
    if told is not None:
        guess, trusted = told
        blurred, good = blurred - guess, good & trusted
    weight = cv2.resize(good.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(good[..., None], blurred, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known = weight > 0.25
    if not known.any():
        known = weight >= max(float(weight.max()), 1e-6)
    values = total / np.maximum(weight, 1e-6)[..., None]
    filled = membrane(values, known, np.ones_like(known))
    whole = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    return whole if told is None else whole + guess
