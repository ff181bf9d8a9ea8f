"""How much of its own light a surface gets back from the room, and what is left of it in another paint.

A white wall lights itself: through the other walls at once, through floor and ceiling over many bounces. Two nodes of a
radiosity system (Goral et al. 1984), the surface and all the rest, tell how its irradiance changes with its albedo.
"""

from __future__ import annotations

import math

import numpy as np

from ..types import Array, Layout

REST = {"wall": 0.52, "floor": 0.68, "ceiling": 0.58}
"""Albedo of everything else in a usual room (light walls, white ceiling, wooden floor, windows that swallow light)."""
OTHER = {"floor": 0.8, "ceiling": 0.35}
"""Albedo of what lies opposite: a white ceiling, a usual floor."""
OPEN = 0.9
"""Share of walls and ceiling that reflects, and is not window or dark furniture."""
OWN = 0.85
"""Share of the enclosing box that is really surface and not window, door or furniture."""


def returned(
    layout: Layout | None, surface: str, number: int | None = None, walls_reflect: float | None = None
) -> float:
    """Share of the light leaving the surface, for an albedo of 1, that falls on it again: 0 for what is small.

    ``walls_reflect``: albedo of the walls where it was measured, for what a floor or ceiling gets back from them.
    """
    if layout is None or surface not in REST:
        return 0.0
    w, d = (float(x) for x in np.ptp(np.asarray(layout.floor), axis=0))
    h = float(layout.ceiling_height_m)
    w, d = max(w, 1.0), max(d, 1.0)
    across, walls = w * d, 2 * h * (w + d)
    if surface in ("floor", "ceiling"):
        own, area = 0.0, across
    elif number is not None:
        own, area = 0.0, layout.walls[number].length_m * h
    else:
        own, area = 1 - 2 * across / walls * (1 - opposite(w, d, h)), walls
    rest = 2 * across + walls - area
    to_rest = 1 - own
    back = to_rest * area / rest
    rho = REST[surface]
    if walls_reflect is not None and surface in OTHER:
        rho = OPEN * (walls * walls_reflect + across * OTHER[surface]) / (walls + across)
    return OWN * (own + to_rest * rho * back / (1 - (1 - back) * rho))


def opposite(a: float, b: float, c: float) -> float:
    """View factor between two equal rectangles a x b that face each other at distance c (Siegel & Howell)."""
    x, y = a / c, b / c
    p, q = 1 + x * x, 1 + y * y
    total = 0.5 * math.log(p * q / (1 + x * x + y * y))
    total += x * math.sqrt(q) * math.atan(x / math.sqrt(q)) + y * math.sqrt(p) * math.atan(y / math.sqrt(p))
    total -= x * math.atan(x) + y * math.atan(y)
    return 2 / (math.pi * x * y) * total


def relit(before: Array, after: Array, share: float) -> Array:
    """(3,): factor on a surface's irradiance when its albedo goes from ``before`` to ``after``."""
    return (1 - share * np.asarray(before)) / (1 - share * np.asarray(after))
