"""The wishes carried out: each surface's albedo exchanged in the photo's own light, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..room.mirror import fresnel, reflection
from ..types import Array, Image, Layout, Mask, Paint, Segments
from .albedo import LEAST, RoomLight, room_light, surface_albedo
from .bounce import relit, returned
from .colour import LUMA, encode, linear
from .finish import Covering
from .lay import floor_plane, laid, wall_plane
from .matte import Matte, soft_matte
from .pieces import sheet
from .places import Finder, Place, surface_name
from .shade import compress, cored, expand, smooth_shading
from .wish import Wish

BRIGHTEST = 0.90
"""No paint reflects more: #FFFFFF on a fan deck is a white of 0.9."""
HIGHEST = 0.86
"""Level that six tenths of a surface stay under: a photographer would have exposed for a floor or wall that is white."""
STRIP = 256
"""Rows worked on at once: a 12-megapixel photo in float32 would take 0.15 GB for every intermediate."""


def swap(
    image: Image,
    wishes: Sequence[Wish],
    *,
    segments: Segments | None,
    layout: Layout | None,
    seed: int = 0,
    bounce: float = 1.0,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[Array, Array]:
    """(uint8 HxWx3, bool HxW): the picture with every wish fulfilled, and all pixels of the surfaces, soft edges included.

    Every surface is looked for in ``image`` as it came, before any is changed. Raises InputError for a surface that is not
    shown, an unusable mask, and a covering without a layout.
    """
    finder = Finder(image, segments, layout)
    places = []
    for k, wish in enumerate(wishes):
        _tell(progress, 0.3 * k / len(wishes), f"looking for {wish.said}")
        found = finder.given(wish.surface) if isinstance(wish.surface, Mask) else finder.find(wish.surface)
        if isinstance(wish.finish, Covering) and layout is None:
            raise InputError(f"{wish.said}: pieces of true size need the scene's layout; run EstimateLayout() before")
        places.append(found)
    light = linear(finder.small)
    room = light_of(finder, light)
    walls = _walls_reflect(finder, light, room)
    out, changed = np.array(image.array), np.zeros(image.array.shape[:2], bool)
    for k, (wish, place) in enumerate(zip(wishes, places, strict=True)):
        _tell(progress, 0.3 + 0.7 * k / len(wishes), wish.said)
        matte = soft_matte(image.array, finder.small, place.mask)
        albedo = surface_albedo(light, place.mask, room, floor=place.plane == "floor")
        back = _returned(layout, place, walls) * bounce
        if isinstance(wish.finish, Paint):
            _paint(out, finder, place, matte, albedo, wish.finish, back)
        else:
            assert layout is not None
            _cover(out, finder, place, matte, room, albedo, wish, layout, seed, back)
        changed[matte.window] |= matte.alpha > 0
    return out, changed


def light_of(finder: Finder, light: Array) -> RoomLight:
    """The room's light from its ceiling and walls, where the photo shows them. ``light``: the work picture, linear."""
    nothing = np.zeros(light.shape[:2], bool)
    if finder.segments is None:
        return room_light(light, nothing, nothing, nothing)
    sure = {n: (finder.maps[n] > 0.8) if n in finder.maps else nothing for n in ("ceiling", "wall")}
    return room_light(light, sure["ceiling"], sure["wall"], finder.baseboard)


def _walls_reflect(finder: Finder, light: Array, room: RoomLight) -> float | None:
    """Luminance of the walls' albedo; None where hardly any are seen."""
    if finder.segments is None or "wall" not in finder.maps:
        return None
    sure = finder.maps["wall"] > 0.8
    return float(surface_albedo(light, sure, room) @ LUMA) if sure.mean() > LEAST else None


def _returned(layout: Layout | None, place: Place, walls: float | None) -> float:
    if place.name == "mask":
        return 0.0
    return returned(layout, *surface_name(place.name), walls_reflect=walls)


def _held(level: Array) -> float:
    """The factor that keeps six tenths of ``level`` below ``HIGHEST``; 1 where they are."""
    return min(1.0, HIGHEST / max(float(np.percentile(level, 60)), 1e-4))


def _paint(out: Array, finder: Finder, place: Place, matte: Matte, albedo: Array, paint: Paint, back: float) -> None:
    target = np.minimum(paint.albedo, BRIGHTEST)
    gain = (target / albedo * relit(albedo, target, back)).astype(np.float32)
    bright = expand(linear(finder.small)[place.mask]) @ LUMA * float((gain * albedo) @ LUMA / (albedo @ LUMA))
    gain *= max(_held(bright), min(1.0, 1 / float(gain.max())))  # never under what the photo shows now
    photo, window = finder.image.array[matte.window], out[matte.window]
    # a dark surface's noise is small in light and large against it: brightened, it must not come along
    noisy = float(gain @ LUMA) > 1.3

    # a strongly coloured surface hardly reflects some channels: their light is told by the others
    tinted = float(np.clip((albedo.max() / albedo.min() - 1.8) / 2, 0, 1))
    told = (albedo**2 / (albedo**2).sum()).astype(np.float32)
    colour = (gain * albedo).astype(np.float32)

    def change(part: Array) -> Array:
        each = expand(part) / albedo
        if tinted > 0:
            each = (1 - tinted) * each + tinted * (each @ told)[..., None]
        return compress(each * colour)

    for top in range(0, photo.shape[0], STRIP):
        rows = slice(top, min(top + STRIP, photo.shape[0]))
        on = matte.alpha[rows] >= 1
        if on.any():
            margin = slice(max(0, rows.start - 8), rows.stop + 8)
            part = linear(photo[margin])
            if noisy:
                part = cored(part, float(gain @ LUMA))
            part = part[rows.start - margin.start :][: on.shape[0]]
            window[rows][on] = encode(change(part[on]))
    _edges(window, matte, change(matte.inner))


def _edges(window: Array, matte: Matte, new: Array) -> None:
    """Mixed pixels: the surface's own share changes from ``matte.inner`` to ``new`` (n, 3), the other stays."""
    if len(matte.edge):
        rows, columns = np.divmod(matte.edge, matte.alpha.shape[1])
        a = matte.alpha[rows, columns][:, None]
        window[rows, columns] = encode(np.maximum(linear(window[rows, columns]) - a * matte.inner, 0) + a * new)


def _cover(
    out: Array, finder: Finder, place: Place, matte: Matte, room: RoomLight, albedo: Array, wish: Wish, layout: Layout,
    seed: int, back: float,
) -> None:  # fmt: skip
    """The covering's texture in perspective, in the shading of what lay there, with its own gloss."""
    import cv2

    image, covering = finder.image, wish.finish
    assert isinstance(covering, Covering)
    on_wall = isinstance(place.plane, int)
    plane = (
        wall_plane(layout, int(place.plane or 0), image.size)
        if on_wall
        else floor_plane(layout, image.size, wish.angle_deg)
    )
    flat = sheet(covering, seed)
    texture = laid(flat, plane, matte.box, matte.alpha > 0)
    light = expand(linear(finder.small))
    shading = smooth_shading(light, place.mask, reach=0.02 * max(finder.size), contrast=0.35) @ LUMA
    tint = room.white / (room.white @ LUMA)
    target = linear(flat.albedo[::8, ::8]).reshape(-1, 3).mean(0)
    gain = relit(albedo, target, back)
    level = shading * float((target * gain) @ LUMA / (albedo @ LUMA))
    shading = shading * _held(level[place.mask])
    white = ((shading / float(albedo @ LUMA))[..., None] * tint * gain).astype(np.float32)
    top, bottom, left, right = matte.box
    x = ((np.arange(left, right) + 0.5) * (finder.size[0] / image.width) - 0.5).astype(np.float32)
    y = ((np.arange(top, bottom) + 0.5) * (finder.size[1] / image.height) - 0.5).astype(np.float32)
    mirror = None
    if covering.gloss > 0 and not on_wall:
        mirror = reflection(light, layout, flat.roughness)
        share = fresnel(layout, image.size, np.arange(top, bottom) + 0.5)[:, None, None] * covering.gloss
    window = out[matte.window]
    new = np.zeros((len(matte.edge), 3), np.float32)
    h, w = matte.alpha.shape
    for start in range(0, h, STRIP):
        rows = slice(start, min(start + STRIP, h))
        grid = np.meshgrid(x, y[rows])

        def grown(values: Array, grid: Any = grid) -> Array:
            return np.asarray(cv2.remap(values, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))

        part = texture[rows] * grown(white)
        if mirror is not None:
            part += grown(mirror) * share[rows]
        part = compress(part)
        on = matte.alpha[rows] >= 1
        window[rows][on] = encode(part[on])
        here = (matte.edge >= start * w) & (matte.edge < rows.stop * w)
        new[here] = part.reshape(-1, 3)[matte.edge[here] - start * w]
    _edges(window, matte, new)


def _tell(progress: Callable[[float, str], None] | None, fraction: float, text: str) -> None:
    if progress is not None:
        progress(fraction, text)
