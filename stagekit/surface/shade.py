"""Light on a surface apart from what the surface is: tone, shading without texture, the reach of its own bounce."""

from __future__ import annotations

import numpy as np

from ..types import Array
from .colour import LUMA

KNEE = 0.80
"""Linear level from which cameras and editors press highlights together."""
LIMIT = 1.35
"""What a clipped pixel is taken to have been: enough to stay a highlight on a dark paint, no more than is told."""


def expand(light: Array) -> Array:
    """Undo a photo's shoulder: levels over ``KNEE`` spread up to ``LIMIT``; the inverse of `compress`."""
    over = np.maximum(light - KNEE, 0) / (1 - KNEE)
    return np.where(light > KNEE, KNEE + (1 - KNEE) * over + (LIMIT - 1) * over**2, light).astype(np.float32)


def compress(light: Array) -> Array:
    """Levels over ``KNEE`` pressed together, ``LIMIT`` to 1: the inverse of `expand`."""
    a, b = LIMIT - 1, 1 - KNEE
    over = np.maximum(light - KNEE, 0)
    root = (np.sqrt(b * b + 4 * a * over) - b) / (2 * a)
    return np.where(light > KNEE, KNEE + b * np.minimum(root, 1), light).astype(np.float32)


def fallen(light: Array, albedo: Array, white: Array) -> Array:
    """(..., 3): what falls on a surface of ``albedo`` (3,) from which ``light`` (..., 3) comes, linear. A strongly
    coloured one hardly reflects some channels: their light is told by the others, for light of the tint of ``white`` (3,).
    """
    each = light / albedo
    tinted = float(np.clip((albedo.max() / albedo.min() - 1.8) / 2, 0, 1))
    if tinted == 0:
        return np.asarray(each, np.float32)
    told = albedo**2 / (albedo**2).sum() / white
    return np.asarray((1 - tinted) * each + tinted * (each @ told)[..., None] * white, np.float32)


def spread(values: Array, weight: Array, sigma: float) -> Array:
    """``values`` (H, W[, C]) averaged where ``weight`` (H, W) is, carried on beyond it; Gaussian of ``sigma`` pixels."""
    import cv2

    k = max(1, int(sigma / 4))
    h, w = weight.shape
    size = (max(2, w // k), max(2, h // k))
    many = values if values.ndim == 3 else values[..., None]
    small = cv2.resize(many * weight[..., None], size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)
    amount = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    total: Array = small * 0
    share: Array = amount * 0
    for step in (1, 3, 9):  # wider rounds fill what narrow ones leave
        s = sigma / k * step
        more = cv2.GaussianBlur(amount, (0, 0), s)
        colour = cv2.GaussianBlur(small, (0, 0), s).reshape(small.shape)
        rest = np.clip(1 - share / 0.2, 0, 1) if step > 1 else np.ones_like(share)
        total += colour / np.maximum(more, 1e-6)[..., None] * (rest * np.minimum(more * 5, 1))[..., None]
        share = share + rest * np.minimum(more * 5, 1)
    out = cv2.resize(total / np.maximum(share, 1e-6)[..., None], (w, h), interpolation=cv2.INTER_LINEAR)
    return out.reshape(h, w, -1)[..., 0] if values.ndim == 2 else out.reshape(h, w, -1)


def smooth_shading(light: Array, mask: Array, *, reach: float, contrast: float) -> Array:
    """float32 (H, W, 3): ``light`` of a textured surface without its texture; shadows and sun patches stay.

    Differences below ``contrast`` (natural logarithm) and narrower than ``reach`` pixels go: a median takes joints and
    grain, then a bilateral filter in log light, its range guided by its own last result (Zhang et al. 2014).
    """
    import cv2

    weight = mask.astype(np.float32)
    filled = np.where(mask[..., None], light, spread(light, weight, max(2.0, reach)))
    log = np.log(np.maximum(filled, 2e-3)).astype(np.float32)
    size = max(3, int(reach) | 1)
    k = max(1.0, size / 5)  # OpenCV's float median goes up to 5: shrink so that 5 covers the reach
    h, w = mask.shape
    small = cv2.resize(log, (max(8, round(w / k)), max(8, round(h / k))), interpolation=cv2.INTER_AREA)
    small = np.stack([cv2.medianBlur(np.ascontiguousarray(small[..., c]), 5) for c in range(3)], -1)
    guide = small
    space = max(2.0, reach / k)
    for _ in range(2):
        guide = _joint(small, guide, space, contrast)
    return np.exp(cv2.resize(guide, (w, h), interpolation=cv2.INTER_LINEAR))


def _joint(values: Array, guide: Array, space: float, contrast: float) -> Array:
    """Bilateral filter of ``values`` whose range weights come from ``guide``'s luminance, by slicing it into levels
    (Durand & Dorsey 2002): smooth for any reach at the cost of a few blurs."""
    import cv2

    level = guide @ LUMA
    low, high = float(level.min()), float(level.max())
    count = int(np.clip(np.ceil((high - low) / contrast) + 1, 2, 24))
    stops = np.linspace(low, high, count)
    step = (high - low) / max(count - 1, 1) or 1.0
    out = np.zeros_like(values)
    total = np.zeros(level.shape, np.float32)
    for stop in stops:
        near = np.exp(-0.5 * ((level - stop) / contrast) ** 2).astype(np.float32)
        amount = cv2.GaussianBlur(near, (0, 0), space)
        mean = cv2.GaussianBlur(values * near[..., None], (0, 0), space) / np.maximum(amount, 1e-6)[..., None]
        hat = np.maximum(0, 1 - np.abs(level - stop) / step).astype(np.float32)
        out += mean * hat[..., None]
        total += hat
    return out / np.maximum(total, 1e-6)[..., None]


def cored(light: Array, gain: float) -> Array:
    """``light`` with its fine detail damped before it is brightened by ``gain``: what is no stronger than the photo's noise
    goes, edges stay (coring, in log light)."""
    import cv2

    log = np.log(np.maximum(light, 1.5e-3))
    base = cv2.GaussianBlur(log, (0, 0), 1.6)
    detail = log - base
    # noise of an 8-bit JPEG in log light: about two levels at that brightness
    level = np.exp(base)
    noise = np.clip(0.012 / np.sqrt(np.maximum(level, 1e-3)), 0.01, 0.25) * np.float32(min(1.0, (gain - 1) / 2))
    kept = detail**2 / (detail**2 + noise**2)
    return np.exp(base + detail * kept).astype(np.float32)
