"""What a surface reflects, told apart from the light on it: levels against the room's own whites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array
from .colour import LUMA
from .shade import expand

CEILING = 0.82
"""Albedo of a usual ceiling: white emulsion."""
USUAL = 0.62
"""Albedo of a usual wall (geometric mean over photographed rooms), for when nothing else tells."""
DARKEST, LIGHTEST = 0.025, 0.88


@dataclass(frozen=True, eq=False)
class RoomLight:
    """``white`` (3,): linear level of a white of albedo 1 in the room's usual light; ``sure`` 0..1: how well known."""

    white: Array
    sure: float


def room_light(light: Array, ceiling: Array, wall: Array) -> RoomLight:
    """The room's usual light from its whites. ``light`` float32 (h, w, 3) linear; ``ceiling``, ``wall`` bool (h, w)."""
    levels = []
    for mask, albedo in ((ceiling, CEILING), (wall, None)):
        if mask.mean() > 0.01:
            colour = median_colour(light, mask)
            levels.append((colour, albedo, float(mask.mean())))
    if not levels:
        top = np.percentile(light @ LUMA, 90)
        return RoomLight(np.full(3, max(float(top), 0.05) / CEILING, np.float32), 0.2)
    colour, albedo, _ = levels[0] if levels[0][1] else levels[-1]
    white = colour / (albedo or USUAL)
    # The tint of a white ceiling is the light's; a wall's may be its paint's: half of it is believed
    tint = white / (white @ LUMA)
    tint = tint ** (0.85 if albedo else 0.4)
    return RoomLight((tint * (white @ LUMA)).astype(np.float32), 0.8 if albedo else 0.4)


def median_colour(light: Array, mask: Array) -> Array:
    """(3,): the median of ``light`` inside ``mask`` where it is well lit, highlights expanded.

    Well lit (the upper half without its brightest tenth): there the light is the room's main one, for which the camera
    set its white; dim corners take their tint from whatever is next to them.
    """
    inside = expand(light[mask])
    level = inside @ LUMA
    low, high = np.percentile(level, (45, 92))
    return np.median(inside[(level >= low) & (level <= high)], axis=0)


def surface_albedo(light: Array, mask: Array, room: RoomLight) -> Array:
    """float32 (3,): the albedo of one surface, from its median level against the room's white."""
    colour = median_colour(light, mask)
    ratio = colour / np.maximum(room.white, 1e-4)
    level = float(ratio @ LUMA)
    bounded = float(np.clip(level, DARKEST, LIGHTEST))
    out = ratio * (bounded / max(level, 1e-4))
    return np.clip(out, 0.5 * DARKEST, 0.95).astype(np.float32)
