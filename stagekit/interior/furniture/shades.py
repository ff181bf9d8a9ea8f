"""Shapes that lamps share: balls, cloth shades, sheet-metal bowls."""

from __future__ import annotations

import numpy as np

from ...types import Array
from .. import joinery as jn
from ..mesh import Mesh, Part


def sphere(r: float, n: int = 14, segments: int = 28) -> Mesh:
    """A ball standing on y = 0."""
    t = np.linspace(-np.pi / 2, np.pi / 2, n)
    return jn.turned(np.stack([r * np.cos(t), r * np.sin(t) + r], -1), segments=segments, smooth=True)


def shade(r0: float, r1: float, height: float, y: float, *, spider: bool = True) -> list[Part]:
    """A cloth shade, radius ``r0`` below and ``r1`` above, with rolled rims, a wire spider and a bulb inside."""
    k = np.linspace(0, 1, 4)
    profile = np.stack([r0 + (r1 - r0) * k, y + height * k], -1)
    parts = [Part(jn.turned(profile, segments=56, smooth=True), "shade")]
    parts += [Part(jn.ring(r, 0.005, n=48, y=yy), "shade") for r, yy in ((r0, y), (r1, y + height))]
    if spider:
        yy = y + height * 0.80
        rr = r0 + (r1 - r0) * 0.80
        for a in np.radians([0, 120, 240]):
            parts.append(Part(jn.rod((0, yy, 0), (rr * np.cos(a), yy + 0.01, rr * np.sin(a)), 0.004, arc=1), "metal"))
        parts.append(Part(sphere(0.028, 9, 14).moved(y=y + height * 0.38), "bulb"))
        parts.append(Part(jn.rod((0, y + height * 0.1, 0), (0, y + height * 0.42, 0), 0.022, arc=2), "metal"))
    return parts


def bowl_sheet(profile: Array) -> list[Mesh]:
    """A sheet turned about Y (rim first, then up to the neck), seen from outside and inside, with a rolled rim."""
    p = np.asarray(profile, float)
    outer = jn.turned(p, segments=48, smooth=True)
    inner = jn.turned((p * [0.985, 1.0] - [0.0015, 0.0])[::-1].clip([0, -9], [9, 9]), segments=48, smooth=True)
    return [outer, inner, jn.ring(float(p[0, 0]) - 0.001, 0.005, n=48, y=float(p[0, 1]))]
