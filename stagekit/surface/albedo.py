"""What a surface reflects, told apart from the light on it: levels against the whites of the room.

A single photo fixes albedo only up to the light's brightness. Rooms hold whites: ceilings, baseboards. The baseboard hangs
on the wall and gets its light; a ceiling gets the room's, from below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array
from .colour import LUMA
from .shade import expand

CEILING, TRIM, PORCELAIN, USUAL, PALE = 0.82, 0.77, 0.77, 0.62, 0.77
"""Albedos: white emulsion; white gloss, less what a baseboard loses next to the floor; glazed china, less what its round
sides lose; and, for when nothing else tells, the geometric mean of photographed walls, and of those among them that have no
tint: most are white."""
UNTINTED = 1.15
"""How many times its weakest channel the strongest of a wall without tint may be."""
FLOOR_GETS = {"trim": 1.4, "usual": 1.45}
"""A floor faces windows and lamps more squarely than what the whites hang on (rendered rooms, geometric means)."""
CORNER = 1.3
"""Where a wall meets the ceiling, the ceiling gets the wall's own light: the ratio between them is less than that of
their albedos, to about this power (rendered rooms)."""
DARKEST, LIGHTEST = 0.025, 0.88
CLIPPED = 1.2
"""Level, highlights expanded, from which a white says nothing of how bright it is."""
PLAIN, WOODEN = 1.6, 4.0
"""How many times the strongest channel of a ceiling may be its weakest, against the same of the wall, and by itself, to be
white in coloured light and not wood or paint."""
LIKE, COLDER = 1.67, 1.2
"""The same of a baseboard against the ceiling: more, and one of the two is painted. And how many times bluer it may be: what
floors and walls reflect on it is warmer than what reaches the ceiling, so that it is cold by paint."""
PAINTED, PLAINLY = 1.12, 1.2
"""Against the ceiling: walls less tinted than the first are white, and a baseboard on them more than the second is not. Nor
is what has so much more tint than the china of a bathroom."""
DIM = 0.62
"""A baseboard that reflects less than this share of the wall's light is not white, or lies in another light."""
WARM, ALIKE = 2.0, 0.9
"""From this tint of the walls on, an as tinted rest of the picture says that it is the light's; and the cosine between the
two tints in log light from which they are one."""
LEAST = 0.004
"""Share of the picture from which a reference counts."""
BESIDE = 0.02
"""Reach within which two surfaces count as lit alike, share of the longer side."""


@dataclass(frozen=True, eq=False)
class RoomLight:
    """``white`` (3,): linear level of a white of albedo 1 in the room's usual light. ``whites``: the surfaces taken for
    white, as (name, mask, albedo, weight)."""

    white: Array
    whites: tuple[tuple[str, Array, float, float], ...] = ()


def room_light(light: Array, ceiling: Array, wall: Array, trim: Array, porcelain: Array | None = None) -> RoomLight:
    """The room's light from its whites. ``light`` float32 (h, w, 3) linear; masks bool (h, w), empty where not seen.

    A ceiling counts unless it is more tinted than the walls, or than any light tints white: one of wood. A baseboard counts
    when it is painted white: hardly darker than the wall on it, and of the ceiling's tint. China (toilets, washbasins) is
    the surest white: it counts unless it is darker or warmer than the wall, and what is more tinted than it does not.
    """
    found: list[tuple[str, Array, float, float]] = []
    colours: list[Array] = []
    beside = median_colour(light, wall) if wall.mean() > LEAST else None
    if ceiling.mean() > 2 * LEAST:
        colour = median_colour(light, ceiling)
        most = WOODEN if beside is None else min(WOODEN, PLAIN * _tint(beside))
        if _tint(colour) < most:
            found.append(("ceiling", ceiling, CEILING, 1.0))
            colours.append(colour)
    if trim.mean() > LEAST / 4:
        colour = median_colour(light, trim)
        against, near = ratio_beside(light, trim, wall)
        tint = colour / colours[0] if colours else colour
        white_walls = beside is not None and colours and _tint(beside / colours[0]) < PAINTED
        plain = _tint(tint) < (PLAINLY if white_walls else LIKE) and tint[2] < COLDER * tint[0]
        lit = beside is None or float(colour @ LUMA) > DIM * float(beside @ LUMA)
        if plain and lit and (near == 0 or against @ LUMA > 0.85):
            found.append(("trim", trim, TRIM, 6.0))
            colours.append(colour)
    if porcelain is not None and porcelain.mean() > LEAST:
        colour = np.median(expand(light[porcelain]), axis=0)  # half of what is round and glossy shines
        if colour.max() < CLIPPED and _tint(colour) < LIKE and (beside is None or _whiter(colour, beside)):
            white = [_tint(c / colour) < PLAINLY or _tint(c) <= _tint(colour) for c in colours]
            found = [*(f for f, w in zip(found, white, strict=True) if w), ("porcelain", porcelain, PORCELAIN, 6.0)]
            colours = [*(c for c, w in zip(colours, white, strict=True) if w), colour]
    if found:
        weight = np.array([f[3] for f in found])
        levels = np.array(colours) / np.array([f[2] for f in found])[:, None]
        white = np.exp((np.log(np.maximum(levels, 1e-4)) * weight[:, None]).sum(0) / weight.sum())
        # white paint is a little warm or cool by itself: not all of its tint is the light's
        return RoomLight(_tinted(white, 0.85), tuple(found))
    if beside is not None:
        share = 0.85 if _everywhere(light, wall, beside) else 0.4
        return RoomLight(_tinted(beside / (PALE if _tint(beside) < UNTINTED else USUAL), share))
    top = max(float(np.percentile(light @ LUMA, 90)), 0.05)
    return RoomLight(np.full(3, top / CEILING, np.float32))


def _everywhere(light: Array, wall: Array, colour: Array) -> bool:
    """Whether all else in the picture has the wall's strong tint too: then it is a lamp's, and not the paint's."""
    rest = light[~wall & (light.max(-1) < 0.95)]
    if _tint(colour) < WARM or len(rest) < LEAST * wall.size:
        return False
    mean = rest.mean(0)
    one, two = (np.log(c / (c @ LUMA)) for c in (np.maximum(colour, 1e-4), np.maximum(mean, 1e-4)))
    one, two = one - one.mean(), two - two.mean()
    return _tint(mean) > WARM and float(one @ two) > ALIKE * float(np.linalg.norm(one) * np.linalg.norm(two))


def _whiter(colour: Array, other: Array) -> bool:
    """Whether it is brighter, and no warmer."""
    return bool(colour @ LUMA > other @ LUMA and colour[0] * other[2] <= colour[2] * other[0])


def _tint(colour: Array) -> float:
    """The strongest channel over the weakest."""
    return float(colour.max() / max(float(colour.min()), 1e-4))


def _tinted(white: Array, share: float) -> Array:
    white = np.maximum(white, 1e-3 * float(white.max()))
    level = float(white @ LUMA)
    return ((white / level) ** share * level).astype(np.float32)


def median_colour(light: Array, mask: Array) -> Array:
    """(3,): the median of ``light`` inside ``mask`` where it is well lit, highlights expanded.

    Well lit (the upper half without its brightest twelfth): there the light is the room's main one, for which the camera
    set its white; dim corners take their tint from whatever is next to them.
    """
    inside = expand(light[mask])
    level = inside @ LUMA
    low, high = np.percentile(level, (45, 92))
    return np.median(inside[(level >= low) & (level <= high)], axis=0)


def surface_albedo(light: Array, mask: Array, room: RoomLight, *, floor: bool = False) -> Array:
    """float32 (3,): the albedo of one surface.

    Against each white that it touches, where they touch: there both get the same light, whatever it is. Against the room's
    usual light where it touches none.
    """
    logs, weights = [], []
    for name, white, albedo, weight in room.whites:
        if name == "porcelain":  # its tops face the lamps
            continue
        ratio, share = ratio_beside(light, mask, white & ~mask)
        if share > LEAST / 4:
            found = np.maximum(ratio * albedo, 1e-4)
            if name == "ceiling":
                found = found * float(found @ LUMA) ** (CORNER - 1)
            elif floor:
                found = found / FLOOR_GETS["trim"]
            logs.append(np.log(found))
            weights.append(weight * min(1.0, share / LEAST))
    faced = FLOOR_GETS["usual"] if floor else 1.0
    usual = np.log(np.maximum(median_colour(light, mask) / np.maximum(room.white * faced, 1e-4), 1e-4))
    logs.append(usual)
    weights.append(0.5)
    mean = np.exp((np.array(logs) * np.array(weights)[:, None]).sum(0) / sum(weights))
    level = float(mean @ LUMA)
    out = mean * (float(np.clip(level, DARKEST, LIGHTEST)) / max(level, 1e-4))
    return np.clip(out, 0.5 * DARKEST, 0.95).astype(np.float32)


def ratio_beside(light: Array, a: Array, b: Array) -> tuple[Array, float]:
    """(3,) light of ``a`` over that of ``b`` along their common border, the median of places; and the share of the picture
    in which both are near, 0 when they do not touch."""
    import cv2

    size = max(3, int(BESIDE * max(a.shape)) | 1)
    log = np.log(np.maximum(expand(light), 1e-3)).astype(np.float32)
    means, amounts = [], []
    for mask in (a, b):
        inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
        # a far baseboard is three pixels high: nothing of it would be left
        weight = (inner if inner.sum() > 0.6 * mask.sum() else mask).astype(np.float32)
        for _ in range(3):  # what differs from its own kind nearby is the border, a socket, a neighbour's pixel
            amount = cv2.blur(weight, (size, size))
            mean = cv2.blur(log * weight[..., None], (size, size)) / np.maximum(amount, 1e-6)[..., None]
            weight = weight * (np.abs((log - mean) @ LUMA) < 0.4)
        means.append(mean)
        amounts.append(amount)
    near = (amounts[0] > 0.08) & (amounts[1] > 0.03)
    near &= (means[1].max(-1) < np.log(CLIPPED)) & (means[1].min(-1) > np.log(0.004))
    if near.sum() < 30:
        return np.ones(3), 0.0
    return np.exp(np.median(means[0][near] - means[1][near], axis=0)), float(near.mean())
