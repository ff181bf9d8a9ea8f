"""A flat television: a thin slab, a dark glossy screen, on feet or to hang on the wall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Mesh, Part, box

PARAMS = {"stand": ("feet", "wall", "pedestal")}


def _foot(x: float, d: float, y: float) -> list[Mesh]:
    """An inverted V of flat bar."""
    return [jn.bar((x, y + 0.01, 0), (x, 0.004, s * (d / 2 - 0.004)), 0.022, 0.010, ref=(0, 0.3, s)) for s in (-1, 1)]


def build(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A television of ``size``; for ``wall`` its back lies at z = -depth / 2 and the height is the panel's own."""
    p = jn.choose("television", PARAMS, params)
    w, h, d = size
    y = 0.0 if p["stand"] == "wall" else 0.065
    thin = min(0.028, d)
    zc = -d / 2 + thin / 2 + 0.012 if p["stand"] == "wall" else 0.0
    parts = [
        Part(box((w, h - y, thin * 0.6), bevel=0.003).moved(0, y, zc + thin * 0.2), "body"),
        Part(
            box((w - 0.012, h - y - 0.020, 0.003), bevel=0.0008, segments=1).moved(
                0, y + 0.014, zc + thin * 0.5 + 0.0003
            ),
            "screen",
        ),
        Part(box((w * 0.72, (h - y) * 0.55, thin), bevel=0.010).moved(0, y + 0.06, zc - thin * 0.15), "body"),
    ]
    if p["stand"] == "wall":
        parts.append(Part(box((0.4, 0.3, d * 0.5), bevel=0.003).moved(0, h * 0.35, -d / 4), "body"))
    elif p["stand"] == "feet":
        parts += [Part(m, "stand") for x in (-w * 0.36, w * 0.36) for m in _foot(x, d, y)]
    else:
        parts.append(Part(jn.slab(jn.rounded(w * 0.30, d, 0.03), 0.008, bevel=0.002), "stand"))
        parts.append(Part(box((0.09, y + 0.05, 0.012), bevel=0.003).moved(0, 0.004, -0.012), "stand"))
    return jn.fit(parts, size)


FAMILIES = {
    "television": Family(
        "television",
        build,
        {
            "55": (1.23, 0.77, 0.22),
            "65": (1.45, 0.90, 0.26),
            "43": (0.96, 0.62, 0.20),
            "75": (1.67, 1.02, 0.28),
            "wall_55": (1.23, 0.705, 0.05),
            "wall_65": (1.45, 0.83, 0.05),
            "wall_75": (1.67, 0.95, 0.05),
        },
        {"body": "plastic:#2b2b2c", "screen": "screen", "stand": "metal:black"},
        PARAMS,
        stands="top",
    )
}
