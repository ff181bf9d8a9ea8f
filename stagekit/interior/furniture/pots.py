"""Plant pots with soil."""

from __future__ import annotations

import numpy as np

from .. import joinery as jn
from ..mesh import Part


def pot(style: str, width: float, height: float, rng: np.random.Generator) -> tuple[list[Part], float]:
    """(parts, height of the soil)."""
    r, h = width / 2, height
    parts: list[Part] = []
    y0 = 0.0
    if style == "stand":
        y0 = h * 0.42
        for x, z in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
            k = (r * 0.94 + 0.012) * 0.7072
            parts.append(Part(jn.board((0.024, y0 + h * 0.42, 0.024), rng).moved(x * k, 0, z * k), "stand"))
        for s in (1, -1):
            k = (r * 0.94 + 0.012) * 0.7072
            parts.append(
                Part(jn.bar((-k, y0 - 0.012, -s * k), (k, y0 - 0.012, s * k), 0.022, 0.022, ref=(0, 1, 0)), "stand")
            )
        r *= 0.94
    if style == "terracotta":
        prof = [
            (0, 0),
            (r * 0.66, 0),
            (r * 0.70, 0.006),
            (r * 0.90, h * 0.74),
            (r * 0.91, h * 0.745),
            (r * 0.985, h * 0.75),
            (r, h * 0.76),
            (r, h * 0.985),
            (r * 0.985, h),
            (r * 0.90, h),
            (r * 0.88, h * 0.90),
        ]
    elif style in ("tapered", "basket"):
        low = 0.72 if style == "tapered" else 0.84
        bulge = 0.04 if style == "tapered" else 0.09
        t = np.linspace(0, 1, 12)
        rr = r * (low + (1 - low - 0.0) * t + bulge * np.sin(np.pi * t)) / (1.0 + bulge * 0.2)
        prof = [
            (0, 0),
            (rr[0] * 0.97, 0),
            *zip(rr, 0.006 + t * (h - 0.010), strict=True),
            (rr[-1] - 0.004, h),
            (rr[-1] - 0.016, h),
            (rr[-1] - 0.02, h * 0.88),
        ]
    elif style == "bowl":
        t = np.linspace(0, np.pi / 2, 14)
        prof = [
            (0, 0),
            (r * 0.4, 0),
            *[(r * (0.4 + 0.6 * np.sin(a)), h * 0.97 * (1 - np.cos(a)) + 0.004) for a in t],
            (r - 0.005, h),
            (r - 0.012, h),
            (r - 0.02, h * 0.85),
        ]
    else:
        prof = [
            (0, 0),
            (r - 0.012, 0),
            (r - 0.003, 0.005),
            (r, 0.016),
            (r, h - 0.006),
            (r - 0.004, h),
            (r - 0.012, h),
            (r - 0.015, h * 0.88),
        ]
    body = jn.turned([(float(a), float(b)) for a, b in prof], segments=52)
    parts.append(
        Part(body.moved(y=y0), "basket" if style == "basket" else "terracotta" if style == "terracotta" else "pot")
    )
    rim = float(prof[-1][0])
    soil = y0 + h * 0.90
    n, m = 7, 25
    rad, a = np.linspace(0, 1, n), np.linspace(0, 2 * np.pi, m)
    yy = soil - 0.012 * rad[:, None] ** 2 + rng.normal(0, 0.003, (n, m))
    yy[:, -1], yy[0] = yy[:, 0], yy[0, 0]
    g = np.stack(np.broadcast_arrays(rim * rad[:, None] * np.cos(a), yy, rim * rad[:, None] * np.sin(a)), -1)
    from ..mesh import surface

    parts.append(Part(surface(g[:, ::-1]), "soil"))
    return parts, soil
