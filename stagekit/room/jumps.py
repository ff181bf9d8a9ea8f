"""Jumps in depth that neither the floor nor an edge of the ceiling shows.

A gable, a beam or a slope does not run at the ceiling's one height. Walls under it are bent to it by jumps, at the next
upright line: a stovepipe, a curtain, a bookcase.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .cylinder import LINE, Cylinder, select
from .planes import Plane, column_costs, direction, settle

Array = Any

TELLS = 0.5
"""What one foot for both walls may cost (see `planes`) where the floor does not tell of two. 70 photos had 23 jumps: 16 that
the floor shows cost 1.5 and more, two that nothing shows 0.4 and less."""
EDGE = 0.3
"""Share of a wall's ceiling edge along which a segment runs, below which it is not seen: 0.02 and 0.24 of the two that
nothing shows, 0.4 and more of those that are there and that the floor does not tell."""


def without_unseen_jumps(cylinder: Cylinder, planes: list[Plane], ratio: float) -> list[Plane]:
    """Parallel neighbours made one plane, its distance by the floor alone, where nothing shows that they are two."""
    out = list(planes)
    k = 0
    while k + 1 < len(out):
        one = _joined(cylinder, out[k], out[k + 1], ratio) if out[k].azimuth == out[k + 1].azimuth else None
        if one is None:
            k += 1
        else:
            out[k : k + 2] = [one]
    return settle(out, cylinder) if len(out) < len(planes) else planes


def _joined(cylinder: Cylinder, a: Plane, b: Plane, ratio: float) -> Plane | None:
    """Both as one, or None if the photo shows two."""
    parts = [(select(cylinder, (cylinder.theta >= p.left) & (cylinder.theta <= p.right)), p) for p in (a, b)]
    if min(_edge(part, p, ratio) for part, p in parts) >= EDGE:
        return None
    q = np.geomspace(a.q, b.q, 25)
    # With no ratio the ceiling costs the same for all planes
    apart = sum(float(column_costs(part, p.azimuth, np.array([p.q]), None)[0].sum()) for part, p in parts)
    together = np.sum([column_costs(part, p.azimuth, q, None)[0].sum(0) for part, p in parts], 0)
    if together.min() - apart >= TELLS:
        return None
    return replace(a, q=float(q[together.argmin()]), right=b.right)


def _edge(part: Cylinder, plane: Plane, ratio: float) -> float:
    """Share of the plane's columns in which a segment runs along its ceiling's edge."""
    row = np.rint(part.row(ratio * plane.level(part.theta))).astype(int)
    found = part.lines[direction(part, plane.azimuth)][np.arange(len(row)), row]
    return float(found.sum() / max(part.weight.sum() * LINE, 1e-9))
