"""Floor lamps, table lamps, pendants. Shades are single sheets of cloth or glass: light goes through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Mesh, Part
from .pendants import PENDANT, build_pendant
from .shades import bowl_sheet, shade, sphere

FLOOR = {"style": ("tripod", "arc", "column", "pharmacy", "classic", "globe")}
TABLE = {"style": ("ceramic", "cylinder", "mushroom", "stick", "gourd", "cone")}


def build_floor(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A floor lamp; the arc's base stands at its left (-X), the shade hangs at its right."""
    style = jn.choose("floor_lamp", FLOOR, params)["style"]
    w, h, d = size
    parts: list[Part] = []
    if style == "tripod":
        sh = min(0.30, h * 0.19)
        r = min(w, d) / 2
        hub = h - sh * 0.80
        for a in np.radians([90, 210, 330]):
            c, s = np.cos(a), np.sin(a)
            foot, top = np.array([c * r * 0.98, 0, s * r * 0.98]), np.array([c * 0.035, hub - 0.06, s * 0.035])
            parts.append(
                Part(jn.grain(jn.sweep([foot, (foot + top) / 2, top], np.array([0.020, 0.026, 0.026])), rng), "legs")
            )
        parts.append(
            Part(
                jn.turned(
                    [
                        (0, hub - 0.11),
                        (0.045, hub - 0.11),
                        (0.05, hub - 0.105),
                        (0.05, hub - 0.06),
                        (0.018, hub - 0.05),
                        (0.010, hub + 0.03),
                        (0, hub + 0.03),
                    ]
                ),
                "metal",
            )
        )
        parts += shade(r * 0.88, r * 0.72, sh, h - sh)
    elif style == "arc":
        t = 0.04
        rb = min(d / 2, 0.17)
        x0 = -w / 2 + rb
        shade_r = min(d / 2, 0.20)
        x1 = w / 2 - shade_r
        parts.append(
            Part(
                jn.turned(
                    [(0, 0), (rb - 0.004, 0), (rb, 0.004), (rb, t - 0.006), (rb - 0.006, t), (0, t)], segments=56
                ).moved(x0),
                "stone",
            )
        )
        # straight up, then the better half of an ellipse over to the shade
        end = np.radians(14)
        rx = (x1 - x0) / (1 + np.cos(end))
        yc = h * 0.56
        a = np.linspace(np.pi, end, 34)
        bow = np.stack([x0 + rx + rx * np.cos(a), yc + (h - 0.011 - yc) * np.sin(a), 0 * a], -1)
        path = np.concatenate([np.array([(x0, y, 0) for y in np.linspace(t, yc, 6)]), bow[1:]])
        drop = h - float(path[-1, 1])
        parts.append(Part(jn.sweep(path, np.linspace(0.026, 0.018, len(path)), ref=(0, 0, 1)), "metal"))
        a = np.linspace(0.02, np.pi / 2, 12)
        y1 = h - drop - 0.012
        dome = np.stack([shade_r * np.sin(a[::-1]), y1 - shade_r * 0.85 * (1 - np.cos(a[::-1]))], -1)
        parts += [Part(m.moved(x1), "metal") for m in bowl_sheet(dome)]
        parts.append(Part(sphere(0.05, 10, 18).moved(x1, y1 - shade_r * 0.62), "bulb"))
    elif style == "column":
        r = min(w, d) / 2
        parts.append(Part(jn.turned([(0, 0), (r * 0.86, 0), (r * 0.86, 0.02), (0, 0.02)], segments=48), "legs"))
        n = 24
        k = np.linspace(0, 1, n * 6 + 1)
        rr = r * (0.965 + 0.035 * np.abs(np.sin(np.pi * k * n)))
        parts.append(Part(jn.turned(np.stack([rr, 0.02 + k * (h - 0.025)], -1), segments=48, smooth=True), "shade"))
        parts.append(Part(jn.ring(r * 0.96, 0.006, n=48, y=h - 0.005), "legs"))
        parts.append(Part(sphere(0.05).moved(y=h * 0.5), "bulb"))
    elif style == "pharmacy":
        rb = min(d / 2, 0.14)
        x0 = -w / 2 + rb
        parts.append(
            Part(
                jn.turned(
                    [(0, 0), (rb, 0), (rb, 0.012), (rb - 0.005, 0.018), (0.02, 0.026), (0, 0.026)], segments=48
                ).moved(x0),
                "metal",
            )
        )
        parts.append(Part(jn.rod((x0, 0.02, 0), (x0, h - 0.012, 0), 0.014), "metal"))
        x1 = w / 2 - 0.10
        parts.append(Part(jn.rod((x0 - 0.05, h - 0.04, 0), (x1, h - 0.04, 0), 0.011), "metal"))
        parts.append(Part(sphere(0.018, 8, 14).moved(x0, h - 0.058), "metal"))
        k = np.array([(0.020, 0.0), (0.045, -0.015), (0.08, -0.06), (0.10, -0.115)])[::-1]
        prof = jn.curve(np.column_stack([k, 0 * k[:, 0]]), 12)[:, :2]
        parts += [Part(m.moved(x1, h - 0.04), "metal") for m in bowl_sheet(prof)]
        parts.append(
            Part(
                jn.turned([(0, -0.02), (0.022, -0.02), (0.022, 0.02), (0.01, 0.03), (0, 0.03)], segments=16).moved(
                    x1, h - 0.04
                ),
                "metal",
            )
        )
        parts.append(Part(sphere(0.030, 9, 14).moved(x1, h - 0.145), "bulb"))
    elif style == "globe":
        r = min(w, d) / 2
        parts.append(
            Part(jn.turned([(0, 0), (r * 0.95, 0), (r * 0.95, 0.012), (0.03, 0.024), (0, 0.024)], segments=48), "metal")
        )
        parts.append(Part(jn.rod((0, 0.02, 0), (0, h - 2 * r * 0.92, 0), 0.016), "metal"))
        parts.append(Part(sphere(r * 0.94, 20, 40).moved(y=h - 2 * r * 0.94), "globe"))
        parts.append(
            Part(jn.turned([(0, 0), (0.05, 0), (0.06, 0.02), (0, 0.03)]).moved(y=h - 2 * r * 0.94 - 0.012), "metal")
        )
    else:
        sh = min(0.28, h * 0.18)
        r = min(w, d) / 2
        rb = r * 0.72
        parts.append(
            Part(
                jn.turned([(0, 0), (rb, 0), (rb, 0.010), (rb * 0.96, 0.018), (0.022, 0.030), (0, 0.03)], segments=48),
                "metal",
            )
        )
        parts.append(Part(jn.rod((0, 0.02, 0), (0, h - sh * 0.2, 0), 0.018), "metal"))
        parts += shade(r * 0.99, r * 0.86, sh, h - sh)
    return jn.fit(parts, size)


def _vessel(profile: list[tuple[float, float]], n: int = 40) -> Mesh:
    """A pot's body from a few (radius, height), closed below, its neck closed above."""
    p = jn.curve(np.array([(r, y, 0) for r, y in profile]), n)[:, :2]
    return jn.turned(np.concatenate([[[0, p[0, 1]]], p, [[0, p[-1, 1]]]]), segments=44)


def build_table(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A table lamp."""
    style = jn.choose("table_lamp", TABLE, params)["style"]
    w, h, d = size
    r = min(w, d) / 2
    parts: list[Part] = []
    if style == "mushroom":
        a = np.linspace(0, np.pi / 2, 16)
        hd = h * 0.46
        dome = np.stack([r * np.cos(a), h - hd + hd * np.sin(a)], -1)
        parts.append(Part(jn.turned(dome, segments=56, smooth=True), "globe"))
        parts.append(Part(jn.ring(r * 0.992, 0.006, n=48, y=h - hd), "globe"))
        parts.append(
            Part(
                _vessel(
                    [(r * 0.55, 0), (r * 0.50, 0.012), (r * 0.26, h * 0.16), (r * 0.20, h * 0.36), (r * 0.26, h * 0.62)]
                ),
                "base",
            )
        )
        parts.append(Part(sphere(0.03, 9, 14).moved(y=h * 0.64), "bulb"))
        return jn.fit(parts, size)
    sh = h * (0.42 if style != "stick" else 0.36)
    hb = h - sh * 0.92
    k = min(r, h * 0.36)
    if style == "ceramic":
        parts.append(
            Part(
                _vessel(
                    [
                        (0.40 * k, 0.0),
                        (0.50 * k, 0.02),
                        (0.64 * k, hb * 0.36),
                        (0.52 * k, hb * 0.66),
                        (0.20 * k, hb * 0.88),
                        (0.16 * k, hb * 0.94),
                    ]
                ),
                "base",
            )
        )
    elif style == "gourd":
        parts.append(
            Part(
                _vessel(
                    [
                        (0.36 * k, 0.0),
                        (0.50 * k, 0.03),
                        (0.62 * k, hb * 0.26),
                        (0.42 * k, hb * 0.50),
                        (0.26 * k, hb * 0.58),
                        (0.36 * k, hb * 0.74),
                        (0.18 * k, hb * 0.92),
                        (0.15 * k, hb * 0.95),
                    ]
                ),
                "base",
            )
        )
    elif style == "cylinder":
        rr = 0.42 * k
        parts.append(
            Part(
                jn.turned(
                    [
                        (0, 0),
                        (rr - 0.004, 0),
                        (rr, 0.004),
                        (rr, hb * 0.92 - 0.006),
                        (rr - 0.006, hb * 0.92),
                        (0, hb * 0.92),
                    ],
                    segments=44,
                ),
                "base",
            )
        )
    elif style == "cone":
        parts.append(
            Part(_vessel([(0.62 * k, 0.0), (0.60 * k, 0.01), (0.36 * k, hb * 0.5), (0.14 * k, hb * 0.92)]), "base")
        )
    else:
        parts.append(
            Part(
                jn.turned(
                    [(0, 0), (0.55 * k, 0), (0.55 * k, 0.014), (0.53 * k, 0.020), (0.012, 0.026), (0, 0.026)],
                    segments=44,
                ),
                "metal",
            )
        )
        parts.append(Part(jn.rod((0, 0.02, 0), (0, hb, 0), 0.014), "metal"))
    if style != "stick":
        parts.append(Part(jn.rod((0, hb * 0.90, 0), (0, hb + 0.02, 0), 0.018), "metal"))
    parts += shade(r * 0.995, r * 0.82, sh, h - sh)
    return jn.fit(parts, size)


_SHADE = "shade:#e6dfd0,on"
_COMMON = {"shade": _SHADE, "metal": "metal:black", "bulb": "bulb:off", "globe": "shade:#efebe2,glass,on"}
FAMILIES = {
    "floor_lamp": Family(
        "floor_lamp",
        build_floor,
        {
            "standard": (0.50, 1.55, 0.50),
            "arc": (1.15, 1.95, 0.40),
            "slim": (0.34, 1.45, 0.30),
            "column": (0.30, 1.40, 0.30),
        },
        {**_COMMON, "legs": "wood:oak", "stone": "marble:white"},
        FLOOR,
    ),
    "table_lamp": Family(
        "table_lamp",
        build_table,
        {"standard": (0.36, 0.58, 0.36), "small": (0.26, 0.42, 0.26), "large": (0.42, 0.70, 0.42)},
        {**_COMMON, "base": "ceramic:#cfc6b6,matt", "metal": "metal:brushed_brass"},
        TABLE,
        stands="top",
    ),
    "pendant": Family(
        "pendant",
        build_pendant,
        {
            "standard": (0.45, 0.95, 0.45),
            "large": (0.60, 1.00, 0.60),
            "small": (0.28, 0.90, 0.28),
            "linear": (1.20, 0.95, 0.06),
        },
        {
            **_COMMON,
            "lining": "paint:#e6e3dc,satin",
            "cap": "metal:brushed_brass",
            "cord": "plastic:#2c2b2b,matt",
            "weave": "wood:#b8935f",
            "bulb": "bulb:warm",
        },
        PENDANT,
        stands="ceiling",
    ),
}
