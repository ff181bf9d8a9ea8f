"""The part of a photo that a model works on, and the way back: crop, resize, and paste into the masked pixels only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..types import Array

STEP = 64
"""Model sizes are multiples of this: UNets halve their latents (8 pixels) three times, and few sizes compile seldom."""
_WIDEST = 2.0
"""Longest side over shortest of a model size; wider crops are squeezed."""


@dataclass(frozen=True)
class Window:
    """Pixels ``x0 <= x < x1``, ``y0 <= y < y1`` of a photo, seen by the model as ``width`` x ``height``."""

    x0: int
    y0: int
    x1: int
    y1: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing the photo's arrays."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def cut(self, array: Array) -> Array:
        """The window's part of a photo-sized array (H, W) or (H, W, C), at the model's size; bool arrays keep every pixel
        that is touched."""
        part = np.ascontiguousarray(array[self.slices])
        if part.dtype == np.bool_:
            return _resized(part.astype(np.float32), self.width, self.height) > 1e-3
        return _resized(part, self.width, self.height)

    def of(self, photo: tuple[int, int], other: tuple[int, int]) -> Window:
        """The window in a picture of ``other`` (width, height) of what ``photo`` (width, height) shows."""
        kx, ky = other[0] / photo[0], other[1] / photo[1]
        x0, y0 = round(self.x0 * kx), round(self.y0 * ky)
        x1, y1 = max(x0 + 1, round(self.x1 * kx)), max(y0 + 1, round(self.y1 * ky))
        return Window(x0, y0, x1, y1, self.width, self.height)

    def back(self, picture: Array) -> Array:
        """A picture of the model's size at the window's own size in the photo; the exact inverse of ``cut``'s geometry."""
        return _resized(picture, self.x1 - self.x0, self.y1 - self.y0)


def window(mask: Array, size: int, *, margin: float = 0.15) -> Window:
    """The window round the mask (bool HxW) with ``margin`` of its longer side on each side, at a model size of about
    ``size`` x ``size`` pixels. Raises InputError for an empty mask."""
    if not mask.any():
        raise InputError("the mask is empty; expected at least one pixel to paint")
    h, w = mask.shape
    ys, xs = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    x0, x1, y0, y1 = int(xs[0]), int(xs[-1]) + 1, int(ys[0]), int(ys[-1]) + 1
    pad = round(max(margin * max(x1 - x0, y1 - y0), 24))
    x0, x1, y0, y1 = max(0, x0 - pad), min(w, x1 + pad), max(0, y0 - pad), min(h, y1 + pad)
    best = min(model_sizes(size), key=lambda s: abs(np.log(s[0] / s[1] * (y1 - y0) / (x1 - x0))))
    aspect = best[0] / best[1]
    # Grown to the model's aspect as far as the photo reaches; what is missing is squeezed, by the same affine map back.
    x0, x1 = _grown(x0, x1, round((y1 - y0) * aspect), w)
    y0, y1 = _grown(y0, y1, round((x1 - x0) / aspect), h)
    return Window(x0, y0, x1, y1, *best)


def model_sizes(size: int) -> list[tuple[int, int]]:
    """(width, height) of about ``size`` x ``size`` pixels in multiples of ``STEP``."""
    found = []
    for width in range(STEP, round(size * _WIDEST) + 1, STEP):
        height = max(STEP, round(size * size / width / STEP) * STEP)
        if max(width, height) / min(width, height) <= _WIDEST and max(width, height) <= size * 1.5:
            found.append((width, height))
    return found


def _grown(low: int, high: int, wanted: int, limit: int) -> tuple[int, int]:
    extra = wanted - (high - low)
    if extra <= 0:
        return low, high
    low = max(0, min(low - extra // 2, limit - wanted))
    return low, min(limit, low + wanted)


def _resized(array: Array, width: int, height: int) -> Array:
    import cv2

    if (array.shape[1], array.shape[0]) == (width, height):
        return array.copy()
    shrinks = width * height < array.shape[0] * array.shape[1]
    return cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def paste(
    photo: Array,
    picture: Array,
    mask: Array,
    place: Window,
    *,
    feather: float | None = None,
    core: Array | None = None,
) -> Array:
    """uint8 HxWx3: ``photo`` with ``picture`` (uint8, the model's size) where ``mask`` (bool HxW) is set.

    Pixels off the mask keep their bytes. The seam lies inside the mask: over ``feather`` pixels of the photo (default:
    1 % of the window) the picture fades in, and its colours are led to those of the photo at the rim. ``core`` (float
    HxW, 0..1): what shows in full however near to the rim, so that furniture is sharp before a window.
    """
    import cv2

    if picture.shape != (place.height, place.width, 3) or picture.dtype != np.uint8:
        raise InputError(
            f"expected a uint8 picture of {place.width}x{place.height} from the model, got {picture.dtype} {picture.shape}"
        )
    matched = match_colour(picture, place.cut(photo), place.cut(mask))
    large = place.back(np.clip(matched + 0.5, 0, 255).astype(np.uint8))
    crop = photo[place.slices].copy()  # pictures are read-only
    inside = mask[place.slices].astype(np.uint8)
    weight = inside.astype(np.float32)
    if not inside.all():
        # A border of the photo is no seam: distance is counted to pixels that are kept only
        padded = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        reach = max(1.0, 0.01 * max(inside.shape) if feather is None else feather)
        share = np.minimum(distance / np.float32(reach + 1), 1)
        weight = share * share * (3 - 2 * share)
    if core is not None:
        weight = np.maximum(weight, core[place.slices] * inside)
    mixed = cv2.blendLinear(large, crop, weight, 1 - weight)
    out = photo.copy()
    cv2.copyTo(mixed, inside, crop)
    out[place.slices] = crop
    return out


def match_colour(picture: Array, original: Array, mask: Array) -> Array:
    """float32 (h, w, 3): ``picture`` with the colour error that it shows where it should equal ``original`` taken out.

    The VAE and the model shift colours a little. Outside the mask the shift is seen; its median is taken off everywhere,
    what is left of it at the rim fades inwards within a tenth of the picture.
    """
    import cv2

    made, known = picture.astype(np.float32), ~mask
    if known.sum() < 64:
        return made
    error = original.astype(np.float32) - made
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    near = known & (cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 3) <= 0.06 * max(mask.shape))
    offset = np.median(error[near], axis=0)
    sigma = 0.02 * max(mask.shape)
    ring = near.astype(np.float32)
    rest = np.clip(error - offset, -40, 40) * ring[..., None]
    # blurred so far, the rest is as good on a smaller picture
    k = max(1, int(sigma / 4))
    size = (max(1, mask.shape[1] // k), max(1, mask.shape[0] // k))
    count, local = (
        cv2.GaussianBlur(cv2.resize(a, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / k) for a in (ring, rest)
    )
    local = cv2.resize(local / np.maximum(count, 1e-3)[..., None], mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    fade = np.exp(-distance / (0.05 * max(mask.shape)))[..., None]
    return np.asarray(made + offset + local * fade)
