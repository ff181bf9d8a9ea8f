"""The wishes carried out: each surface's albedo exchanged in the photo's own light, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..errors import InputError
from ..room.mirror import fresnel, reflection
from ..types import Array, Image, Layout, Mask, Paint, Segments
from .albedo import LEAST, RoomLight, room_light, surface_albedo
from .colour import LUMA, encode, linear
from .finish import Covering
from .lay import floor_plane, laid, wall_plane
from .matte import Matte, soft_matte
from .pieces import Sheet, sheet
from .places import Finder, Place, surface_name
from .radiosity import CEILING, FLOOR, WALL, Change, relight
from .shade import compress, cored, expand, fallen, smooth_shading
from .wish import Wish

BRIGHTEST = 0.90
"""No paint reflects more: #FFFFFF on a fan deck is a white of 0.9."""
HIGHEST = 0.86
"""Level that six tenths of a surface stay under: a photographer would have exposed for a floor or wall that is white."""
NOISY = 1.3
"""A surface brightened more than this is rid of its noise first."""
TINTED = 0.5
"""How much of the light's new tint comes, as a power: the rest of the photo keeps its white, to which the camera was set."""
WIDE = 8192
"""Pixels of a border looked up in one row, of which OpenCV takes 32,767."""
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
    found: list[tuple[Place, Wish]] = []
    for k, wish in enumerate(wishes):
        _tell(progress, 0.3 * k / len(wishes), f"looking for {wish.said}")
        place = finder.given(wish.surface) if isinstance(wish.surface, Mask) else finder.find(wish.surface)
        if isinstance(wish.finish, Covering) and layout is None:
            raise InputError(f"{wish.said}: pieces of true size need the scene's layout; run EstimateLayout() before")
        found += [(part, wish) for part in finder.paints(place, each=isinstance(wish.finish, Covering))]
    places, wishes = _apart(found)
    light = linear(finder.small)
    room = light_of(finder, light)
    albedos = [surface_albedo(light, place.mask, room, floor=place.plane == "floor") for place in places]
    finishes = [sheet(wish.finish, seed) if isinstance(wish.finish, Covering) else wish.finish for wish in wishes]
    wanted = [_albedo(finish) for finish in finishes]
    more = relit(finder, light, room, places, albedos, wanted, bounce)
    out, changed = np.array(image.array), np.zeros(image.array.shape[:2], bool)
    for k, (wish, place) in enumerate(zip(wishes, places, strict=True)):
        _tell(progress, 0.3 + 0.7 * k / len(wishes), wish.said)
        matte = soft_matte(image.array, finder.small, place.mask)
        finish = finishes[k]
        if isinstance(finish, Sheet):
            _cover(out, finder, place, matte, room, albedos[k], wish, finish, more[k])
        else:
            same = [i for i, other in enumerate(wishes) if other is wish]
            held = _exposed(finder, [(places[i], albedos[i], wanted[i], more[i]) for i in same])
            _paint(out, finder, place, matte, room, albedos[k], wanted[k] * held, more[k])
        changed[matte.window] |= matte.alpha > 0
    return out, changed


def _apart(found: Sequence[tuple[Place, Wish]]) -> tuple[list[Place], list[Wish]]:
    """Places that do not overlap, and their wishes: a drawn mask takes its pixels from what is named, a numbered wall from
    all walls, else the later from the earlier. Those of which nothing is left go."""
    rank = {"mask": 2}
    ordered = sorted(found, key=lambda f: rank.get(f[0].name, int("[" in f[0].name)))
    taken = np.zeros_like(ordered[0][0].mask)
    places: list[Place] = []
    wishes: list[Wish] = []
    for place, wish in reversed(ordered):
        mask = place.mask & ~taken
        taken = taken | place.mask
        if mask.any():
            places.append(replace(place, mask=mask))
            wishes.append(wish)
    return places[::-1], wishes[::-1]


def _albedo(finish: Paint | Sheet) -> Array:
    """(3,): what it reflects on the whole, linear."""
    if isinstance(finish, Sheet):
        return np.asarray(linear(finish.albedo[::8, ::8]).reshape(-1, 3).mean(0))
    return np.minimum(finish.albedo, BRIGHTEST)


def light_of(finder: Finder, light: Array) -> RoomLight:
    """The room's light from its ceiling and walls, where the photo shows them. ``light``: the work picture, linear."""
    nothing = np.zeros(light.shape[:2], bool)
    if finder.segments is None:
        return room_light(light, nothing, nothing, nothing)
    least = {"ceiling": 0.8, "wall": 0.8, "toilet": 0.6, "sink": 0.6, "bath": 0.6}
    sure = {n: (finder.maps[n] > p) if n in finder.maps else nothing for n, p in least.items()}
    bathroom = (sure["toilet"] | sure["bath"]).mean() > LEAST
    porcelain = sure["toilet"] | sure["sink"] if bathroom else nothing  # a kitchen's sink is steel
    return room_light(light, sure["ceiling"], sure["wall"], finder.baseboard, porcelain)


def relit(
    finder: Finder, light: Array, room: RoomLight, places: Sequence[Place], before: Sequence[Array],
    after: Sequence[Array], bounce: float,
) -> list[Array]:  # fmt: skip
    """float32 (h, w, 3) for each place: the factor on its light once walls, floor and ceiling throw back another; ``bounce``
    0..1: how much of the change comes."""
    layout = finder.layout
    more = [np.ones((*finder.size[::-1], 3), np.float32)] * len(places)
    if layout is None or finder.planes is None or bounce == 0:
        return more
    changes: dict[int, Change] = {}
    for i, (place, old, new) in enumerate(zip(places, before, after, strict=True)):
        name, number = ("", None) if place.name == "mask" else surface_name(place.name)
        walls = place.walls or (range(len(layout.walls)) if number is None else (number,))
        on = {"wall": tuple(WALL + k for k in walls), "floor": (FLOOR,), "ceiling": (CEILING,)}.get(name)
        if on is not None:
            changes[i] = Change(place.mask, on, old, new)
    if not changes:
        return more
    known = {}
    if "wall" in finder.maps and (sure := finder.maps["wall"] > 0.8).mean() > LEAST:
        known[WALL] = surface_albedo(light, sure, room)
    factors = relight(layout, finder.planes, expand(light), list(changes.values()), known, room.white)
    for i, factor in zip(changes, factors or (), strict=False):
        level = (factor @ LUMA)[..., None]
        more[i] = np.asarray(1 + bounce * (level * (factor / level) ** TINTED - 1), np.float32)
    return more


class Enlarged:
    """Maps of the work size looked up at the photo's pixels inside a matte's box."""

    def __init__(self, finder: Finder, matte: Matte) -> None:
        top, bottom, left, right = matte.box
        (w, h), image = finder.size, finder.image
        self.x = ((np.arange(left, right) + 0.5) * (w / image.width) - 0.5).astype(np.float32)
        self.y = ((np.arange(top, bottom) + 0.5) * (h / image.height) - 0.5).astype(np.float32)
        self.edge = np.divmod(matte.edge, matte.alpha.shape[1])

    def rows(self, values: Array, rows: slice) -> Array:
        """``values`` (h, w, c) at some rows of the box."""
        return self._at(values, *np.meshgrid(self.x, self.y[rows]))

    def along(self, values: Array) -> Array:
        """(n, c): ``values`` (h, w, c) at the matte's mixed pixels."""
        y, x = self.edge
        n = len(y)
        width = min(max(n, 1), WIDE)  # OpenCV looks up no more in a row
        at = np.zeros((2, -(-n // width) * width), np.float32)
        at[0, :n], at[1, :n] = self.x[x], self.y[y]
        return self._at(values, *at.reshape(2, -1, width)).reshape(-1, values.shape[2])[:n]

    def _at(self, values: Array, x: Array, y: Array) -> Array:
        import cv2

        if not x.size:
            return np.zeros((*x.shape, values.shape[2]), np.float32)
        return np.asarray(cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _held(level: Array) -> float:
    """The factor that keeps six tenths of ``level`` below ``HIGHEST``; 1 where they are."""
    return min(1.0, HIGHEST / max(float(np.percentile(level, 60)), 1e-4))


def _exposed(finder: Finder, parts: Sequence[tuple[Place, Array, Array, Array]]) -> float:
    """The factor that keeps a paint from being washed out, never under what the photo shows. ``parts``: all places that it
    gets, with their albedo before and after, and the factor on their light."""
    light = linear(finder.small)
    levels, least = [], 0.0
    for place, old, new, factor in parts:
        here = factor[place.mask]
        levels.append((expand(light[place.mask]) @ LUMA) * (here @ (new * LUMA / (old @ LUMA))))
        least = max(least, min(1.0, 1 / float((new / old * np.median(here, axis=0)).max())))
    return max(_held(np.concatenate(levels)), least)


def _paint(
    out: Array, finder: Finder, place: Place, matte: Matte, room: RoomLight, albedo: Array, target: Array, more: Array
) -> None:
    """The surface's ``albedo`` exchanged for ``target`` in its own light, ``more`` (h, w, 3) times as strong."""
    gain = (target / albedo).astype(np.float32)
    usual = np.median(more[place.mask], axis=0)
    photo, window = finder.image.array[matte.window], out[matte.window]
    # a dark surface's noise is small in light and large against it: brightened, it must not come along
    brighter = float((gain * usual) @ LUMA)
    colour = (gain * albedo).astype(np.float32)

    def change(part: Array, more: Array) -> Array:
        return compress(fallen(expand(part), albedo, room.white) * more * colour)

    enlarged = Enlarged(finder, matte)
    for top in range(0, photo.shape[0], STRIP):
        rows = slice(top, min(top + STRIP, photo.shape[0]))
        on = matte.alpha[rows] >= 1
        if on.any():
            margin = slice(max(0, rows.start - 8), rows.stop + 8)
            part = linear(photo[margin])
            if brighter > NOISY:
                part = cored(part, brighter)
            part = part[rows.start - margin.start :][: on.shape[0]]
            window[rows][on] = encode(change(part[on], enlarged.rows(more, rows)[on]))
    _edges(window, matte, change(matte.inner, enlarged.along(more)))


def _edges(window: Array, matte: Matte, new: Array) -> None:
    """Mixed pixels: the surface's own share changes from ``matte.inner`` to ``new`` (n, 3), the other stays."""
    if len(matte.edge):
        rows, columns = np.divmod(matte.edge, matte.alpha.shape[1])
        a = matte.alpha[rows, columns][:, None]
        window[rows, columns] = encode(np.maximum(linear(window[rows, columns]) - a * matte.inner, 0) + a * new)


def _cover(
    out: Array, finder: Finder, place: Place, matte: Matte, room: RoomLight, albedo: Array, wish: Wish, flat: Sheet,
    more: Array,
) -> None:  # fmt: skip
    """The covering's texture in perspective, in the shading of what lay there, with its own gloss."""
    image, layout, covering = finder.image, finder.layout, wish.finish
    assert isinstance(covering, Covering) and layout is not None
    on_wall = isinstance(place.plane, int)
    plane = (
        wall_plane(layout, int(place.plane or 0), image.size)
        if on_wall
        else floor_plane(layout, image.size, wish.angle_deg)
    )
    texture = laid(flat, plane, matte.box, matte.alpha > 0)
    light = expand(linear(finder.small))
    shading = smooth_shading(light, place.mask, reach=0.02 * max(finder.size), contrast=0.35) @ LUMA
    tint = room.white / (room.white @ LUMA)
    white = (shading / float(albedo @ LUMA))[..., None] * more
    white = (white * _held((white[place.mask] * _albedo(flat)) @ LUMA) * tint).astype(np.float32)
    top, bottom, _, _ = matte.box
    mirror = None
    if covering.gloss > 0 and not on_wall:
        mirror = reflection(light, layout, flat.roughness)
        shines = fresnel(layout, image.size, np.arange(top, bottom) + 0.5, flat.roughness) * covering.gloss
    window = out[matte.window]
    new = np.zeros((len(matte.edge), 3), np.float32)
    h, w = matte.alpha.shape
    enlarged = Enlarged(finder, matte)
    for start in range(0, h, STRIP):
        rows = slice(start, min(start + STRIP, h))
        part = texture[rows] * enlarged.rows(white, rows)
        if mirror is not None:
            part += enlarged.rows(mirror, rows) * shines[rows, None, None]
        part = compress(part)
        on = matte.alpha[rows] >= 1
        window[rows][on] = encode(part[on])
        here = (matte.edge >= start * w) & (matte.edge < rows.stop * w)
        new[here] = part.reshape(-1, 3)[matte.edge[here] - start * w]
    _edges(window, matte, new)


def _tell(progress: Callable[[float, str], None] | None, fraction: float, text: str) -> None:
    if progress is not None:
        progress(fraction, text)
