"""Putting the traced furniture and its shadows into the photo, in linear light (differential rendering, Debevec 1998)."""

from __future__ import annotations

import numpy as np

from ..types import Array
from .convert import linear
from .look import PhotoLook, grain_field

QUIET, CLEAR = 0.015, 0.05
"""Changes of brightness below QUIET are dropped, above CLEAR kept whole; between, they fade."""

_TO_LINEAR = linear(np.arange(256) / 255).astype(np.float32)


def photo_light(photo: Array) -> Array:
    """uint8 sRGB to float32 linear, by table."""
    return _TO_LINEAR[photo]


def settle(ratio: Array, quiet: float | Array = QUIET, clear: float | Array = CLEAR) -> Array:
    """``ratio`` (..., 3) with changes too small to see removed, smoothly: exactly 1 there."""
    change = np.abs(ratio - 1).max(-1, keepdims=True)
    x = np.clip((change - quiet) / (np.asarray(clear) - quiet), 0, 1)
    keep = x * x * (3 - 2 * x)
    return np.where(keep > 0, 1 + (ratio - 1) * keep, 1).astype(np.float32)


def spread(values: Array, known: Array, rounds: int = 3) -> Array:
    """``values`` (H, W, C) continued by ``rounds`` pixels beyond ``known`` (mean of the known neighbours), then 0."""
    import cv2

    v, k = np.where(known[..., None], values, 0).astype(np.float32), known.astype(np.float32)
    for _ in range(rounds):
        total, count = cv2.blur(v * k[..., None], (3, 3)), cv2.blur(k, (3, 3))
        fresh = (k == 0) & (count > 1e-6)
        v[fresh] = total[fresh] / count[fresh][:, None]
        k[fresh] = 1
    return v


def shoulder(light: Array, start: float = 0.8) -> Array:
    """Linear light whose highlights above ``start`` roll off to 1, as a camera's do."""
    over = np.maximum(light - start, 0)
    return np.where(light > start, start + (1 - start) * (1 - np.exp(-over / (1 - start))), light)


def encode(light: Array) -> Array:
    """Linear 0..1 to sRGB 0..255 as float32."""
    c = np.clip(light, 0, 1)
    return (np.where(c <= 0.0031308, c * 12.92, 1.055 * np.power(c, 1 / 2.4) - 0.055) * 255).astype(np.float32)


_ROWS = 256
"""Rows put together at a time: a large photo in float32 would take gigabytes."""


def composite(photo: Array, colour: Array, alpha: Array, ratio: Array, look: PhotoLook, *, seed: int) -> Array:
    """uint8 HxWx3: ``colour`` (linear, not premultiplied) over ``photo`` x ``ratio`` with coverage ``alpha``.

    Pixels with no furniture and ratio 1 keep the photo's own bytes.
    """
    grain = grain_field(alpha.shape, look, seed)
    result = photo.copy()
    for top in range(0, photo.shape[0], _ROWS):
        part = slice(top, top + _ROWS)
        a = alpha[part, :, None]
        touched = (a > 0) | (ratio[part] != 1).any(-1, keepdims=True)
        if not touched.any():
            continue
        front = look.black + (1 - look.black) * shoulder(colour[part])
        out = encode(front * a + photo_light(photo[part]) * ratio[part] * (1 - a))
        out += grain[part] * 255 * a  # shadows keep the photo's own grain
        np.copyto(result[part], np.clip(out + 0.5, 0, 255).astype(np.uint8), where=touched)
    return result
