"""One surface's albedo exchanged in the photo's own light."""

from __future__ import annotations

import numpy as np

from ..types import Array, Layout, Paint
from .colour import encode, linear
from .finish import Covering
from .lay import Plane, floor_plane, fresnel, laid, reflection, wall_plane
from .matte import Matte, soft_matte
from .pieces import sheet
from .places import Finder, Place
from .shade import compress, expand, smooth_shading

BRIGHTEST = 0.90
"""No paint reflects more: #FFFFFF on a fan deck is a white of 0.9."""


def paint_surface(finder: Finder, place: Place, albedo: Array, paint: Paint) -> Array:
    """uint8 HxWx3: the photo with ``place`` (of ``albedo``, linear (3,)) in ``paint``; nothing else differs."""
    matte = soft_matte(finder.image.array, finder.small, place.mask)
    gain = np.minimum(paint.albedo, BRIGHTEST) / albedo
    photo = linear(finder.image.array[matte.window])
    return _blended(finder.image.array, matte, photo, lambda part: compress(expand(part) * gain.astype(np.float32)))


def _blended(array: Array, matte: Matte, photo: Array, change) -> Array:  # type: ignore[no-untyped-def]
    out = np.array(array)
    window = out[matte.window]
    h, w = matte.alpha.shape
    flat = photo.reshape(-1, 3)
    for top in range(0, h, 256):
        rows = slice(top, min(top + 256, h))
        on = matte.alpha[rows] >= 1
        if on.any():
            window[rows][on] = encode(change(photo[rows][on]))
    if len(matte.edge):
        a = matte.alpha.ravel()[matte.edge][:, None]
        # only the surface's own share of a mixed pixel changes
        mixed = flat[matte.edge] + a * (change(matte.inner) - matte.inner)
        rows, columns = np.divmod(matte.edge, w)
        window[rows, columns] = encode(mixed)
    return out


def cover_surface(
    finder: Finder, place: Place, albedo: Array, covering: Covering, *, layout: Layout, angle_deg: float, seed: int
) -> Array:
    """uint8 HxWx3: the photo with ``place`` laid with ``covering``: its texture in perspective, in the shading of what lay
    there, with its own gloss."""
    import cv2

    image = finder.image
    matte = soft_matte(image.array, finder.small, place.mask)
    plane = _plane(layout, place, image.size, angle_deg)
    flat = sheet(covering, seed)
    texture = laid(flat, plane, matte.box, matte.alpha > 0)
    light = expand(linear(finder.small))
    shading = smooth_shading(light, place.mask, reach=0.02 * max(finder.size), contrast=0.35) / albedo
    top, bottom, left, right = matte.box
    scale = finder.size[0] / image.width, finder.size[1] / image.height
    x = ((np.arange(left, right) + 0.5) * scale[0] - 0.5).astype(np.float32)
    y = ((np.arange(top, bottom) + 0.5) * scale[1] - 0.5).astype(np.float32)

    def grown(values: Array) -> Array:
        """``values`` at the work size, in the box at the photo's."""
        grid = np.meshgrid(x, y)
        return np.asarray(cv2.remap(values, *grid, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))

    texture *= grown(shading.astype(np.float32))
    if covering.gloss > 0 and place.plane == "floor":
        small = floor_plane(layout, finder.size, angle_deg)
        mirror = reflection(light, small, flat.roughness)
        share = fresnel(layout, image.size, np.arange(top, bottom) + 0.5)[:, None, None] * covering.gloss
        texture += grown(mirror) * share
    new = compress(texture)
    out = np.array(image.array)
    window = out[matte.window]
    on = matte.alpha >= 1
    window[on] = encode(new[on])
    if len(matte.edge):
        a = matte.alpha.ravel()[matte.edge][:, None]
        old = linear(image.array[matte.window]).reshape(-1, 3)[matte.edge]
        mixed = np.maximum(old - a * matte.inner, 0) + a * new.reshape(-1, 3)[matte.edge]
        rows, columns = np.divmod(matte.edge, window.shape[1])
        window[rows, columns] = encode(mixed)
    return out


def _plane(layout: Layout, place: Place, size: tuple[int, int], angle_deg: float) -> Plane:
    if isinstance(place.plane, int):
        return wall_plane(layout, place.plane, size)
    return floor_plane(layout, size, angle_deg)
