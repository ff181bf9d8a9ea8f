"""Coffee, side and dining tables, desks. Dining and desk tops stand 0.74 m high."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import fronts
from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Part, box
from .tables_low import COFFEE, METAL_LEGS, SIDE, aprons, build_coffee, build_side, legs_at, top_board

DINING = {
    "shape": ("rectangular", "round", "oval", "boat"),
    "base": ("tapered", "trestle", "pedestal", "hairpin", "x_metal", "splayed", "turned", "slab", "spider", "drum"),
}
DESK = {
    "style": ("legs", "drawers", "pedestal", "trestle"),
    "legs": ("tapered", "splayed", "metal", "hairpin", "square"),
    "handles": ("none", "knob", "bar", "cup"),
}


def build_dining(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A dining table: a top of ``shape`` on a ``base``."""
    p = jn.choose("dining_table", DINING, params)
    w, h, d = size
    shape, base = p["shape"], p["base"]
    t = 0.045 if base in ("trestle", "x_metal", "slab") else 0.030
    parts = [top_board(shape, w, d, t, h, rng, under=0.018 if shape in ("round", "oval", "boat") else 0.0, bevel=0.005)]
    u = h - t
    curved = shape in ("round", "oval")
    if base in ("tapered", "splayed", "turned", "hairpin"):
        stout = {"tapered": 1.5, "turned": 1.75, "splayed": 1.35, "hairpin": 1.0}[base]
        places = (
            jn.corners(w * 0.66, d * 0.66, 0.0) if curved else jn.corners(w, d, 0.085 if base != "splayed" else 0.16)
        )
        if shape == "boat":
            places = jn.corners(w, d * 0.84, 0.085)
        parts += legs_at(base, u, places, rng, stout)
        if base != "hairpin":
            x, z = abs(places[0][0]), abs(places[0][1])
            parts += aprons(2 * x + 0.02, 2 * z + 0.02, u, 0.075 if base != "splayed" else 0.05, rng)
    elif base == "trestle":
        for s in (-1, 1):
            x = s * (w / 2 - 0.36 * min(w, 1.6) / 1.6)
            parts.append(Part(jn.board((0.085, 0.065, d * 0.74), rng, bevel=0.010, segments=2).moved(x, 0, 0), "legs"))
            parts.append(
                Part(jn.board((0.085, 0.06, d * 0.80), rng, bevel=0.010, segments=2).moved(x, u - 0.06, 0), "legs")
            )
            post = jn.sweep(
                [(x, 0.06, 0), (x, u * 0.5, 0), (x, u - 0.055, 0)],
                0.07,
                np.array([0.17, 0.13, 0.17]),
                ref=(0, 0, 1),
                corner=0.15,
            )
            parts.append(Part(jn.grain(post, rng), "legs"))
            for q in (-1, 1):
                parts.append(
                    Part(
                        jn.grain(
                            jn.bar((x, 0.26, q * 0.05), (x, u - 0.05, q * d * 0.30), 0.05, 0.05, ref=(1, 0, 0)), rng
                        ),
                        "legs",
                    )
                )
        parts.append(
            Part(
                jn.board((w - 2 * (0.36 * min(w, 1.6) / 1.6) + 0.10, 0.10, 0.045), rng, bevel=0.006).moved(0, 0.20, 0),
                "legs",
            )
        )
    elif base in ("pedestal", "drum"):
        k = min(w, d)
        n = 1 if w < 1.7 else 2
        for x in [0.0] if n == 1 else [-w * 0.24, w * 0.24]:
            if base == "pedestal":
                prof = [
                    (0, 0),
                    (0.29, 0),
                    (0.295, 0.006),
                    (0.28, 0.016),
                    (0.16, 0.035),
                    (0.075, 0.085),
                    (0.055, 0.20),
                    (0.05, 0.40),
                    (0.058, 0.58),
                    (0.10, 0.68),
                    (0.17, 0.71),
                ]
                m = jn.turned([(r * k, y / 0.71 * u) for r, y in prof] + [(0, u)], segments=48)
                parts.append(Part(m.moved(x), "legs"))
            else:
                flutes = 40
                a = np.linspace(0, 2 * np.pi, flutes * 6, endpoint=False)
                r = k * 0.26 - 0.008 * (1 - np.abs(np.sin(a * flutes / 2)) ** 0.8)
                parts.append(
                    Part(jn.slab(np.stack([np.cos(a) * r, np.sin(a) * r], -1), u, rng=rng).moved(x).uv_turned(), "legs")
                )
    elif base == "x_metal":
        for s in (-1, 1):
            x = s * (w / 2 - 0.30 * min(w, 1.6) / 1.6)
            zz = d * 0.40
            for q in (-1, 1):
                parts.append(
                    Part(jn.bar((x, 0.012, -q * zz), (x, u - 0.012, q * zz), 0.07, 0.035, ref=(0, 0, 1)), "metal")
                )
            parts.append(Part(box((0.07, 0.012, 2 * zz + 0.1), bevel=0.002).moved(x, u - 0.012, 0), "metal"))
            parts += [Part(box((0.07, 0.014, 0.07), bevel=0.002).moved(x, 0, q * zz), "metal") for q in (-1, 1)]
    elif base == "spider":  # four steel blades from the middle
        for sx, sz in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
            parts.append(
                Part(
                    jn.bar(
                        (sx * w * 0.30, 0.0, sz * d * 0.34),
                        (sx * 0.05, u - 0.01, sz * 0.05),
                        0.09,
                        0.016,
                        ref=(-sz * d, 0, sx * w),
                    ),
                    "metal",
                )
            )
        parts.append(Part(box((w * 0.4, 0.012, d * 0.4), bevel=0.003).moved(0, u - 0.012, 0), "metal"))
    else:  # slab: two solid ends
        for s in (-1, 1):
            x = s * (w / 2 - 0.30 * min(w, 1.6) / 1.6)
            parts.append(Part(jn.board((0.07, u, d * 0.72), rng, bevel=0.006, segments=2).moved(x), "legs"))
    return jn.fit(parts, size)


def build_desk(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A desk; its user sits on the -Z side, so drawers open to -Z and the finished back is the front (+Z)."""
    p = jn.choose("desk", DESK, params)
    w, h, d = size
    t = 0.026
    parts = [top_board("rectangular", w, d, t, h, rng)]
    u = h - t
    style = p["style"]
    inner: list[Part] = []
    if style in ("legs", "drawers"):
        inset = 0.05 if p["legs"] != "splayed" else 0.13
        parts += legs_at(p["legs"], u - (0.0 if style == "legs" else 0.10), jn.corners(w, d, inset), rng)
        if style == "drawers":
            cw, cd = w - 2 * inset + 0.06, d - 0.05
            inner += fronts.carcass((cw, 0.11, cd), rng, back=True, y=u - 0.11)
            n = 3 if w > 1.3 else 2
            inner += fronts.inset(
                cw - 0.036, 0.074, cd / 2, 1, n, "flat", rng, handle=p["handles"], x=0.0, y=u - 0.092, doors=False
            )
        elif p["legs"] not in METAL_LEGS:
            parts += aprons(w - 2 * inset, d - 2 * inset, u, 0.06, rng)
        else:
            parts.append(Part(box((w - 0.1, 0.025, 0.025), bevel=0.002).moved(0, u - 0.025, -d / 2 + inset), "metal"))
            parts.append(Part(box((w - 0.1, 0.025, 0.025), bevel=0.002).moved(0, u - 0.025, d / 2 - inset), "metal"))
    elif style == "pedestal":
        pw, pd = 0.40, d - 0.06
        for s in (-1, 1) if w > 1.45 else (1,):
            inner += [
                Part(q.mesh.moved(s * (w / 2 - pw / 2 - 0.01), 0, 0), q.slot)
                for q in fronts.stack((pw, u - 0.04, pd), 3, "flat", rng, handle=p["handles"], y=0.04)
            ]
            inner.append(
                Part(box((pw - 0.05, 0.05, pd - 0.06), bevel=0.002).moved(s * (w / 2 - pw / 2 - 0.01), 0, 0), "legs")
            )
        if w <= 1.45:
            inner.append(Part(jn.board((0.030, u, pd), rng, bevel=0.003).moved(-w / 2 + 0.03, 0, 0), "legs"))
        parts.append(Part(jn.board((w - 0.06, 0.30, 0.018), rng).moved(0, u - 0.30, d / 2 - 0.08), "legs"))
    else:
        for s in (-1, 1):
            x = s * (w / 2 - 0.24)
            for q in (-1, 1):
                for e in (-1, 1):
                    parts.append(
                        Part(
                            jn.grain(
                                jn.bar(
                                    (x + e * 0.14, 0, q * (d / 2 - 0.04)),
                                    (x + e * 0.02, u - 0.02, q * (d / 2 - 0.08)),
                                    0.032,
                                    0.032,
                                    ref=(0, 0, 1),
                                ),
                                rng,
                            ),
                            "legs",
                        )
                    )
            parts.append(Part(jn.board((0.06, 0.05, d - 0.12), rng, bevel=0.004).moved(x, u - 0.05, 0), "legs"))
            parts.append(Part(jn.board((0.16, 0.02, d - 0.12), rng).moved(x, 0.30, 0), "legs"))
    turn = np.diag([-1.0, 1.0, -1.0])
    parts += [Part(q.mesh.transformed(turn), q.slot) for q in inner]
    return jn.fit(parts, size)


_SLOTS = {"top": "wood:oak", "legs": "wood:oak", "metal": "metal:black"}
FAMILIES = {
    "coffee_table": Family(
        "coffee_table",
        build_coffee,
        {
            "standard": (1.20, 0.40, 0.60),
            "large": (1.40, 0.38, 0.75),
            "round": (0.90, 0.38, 0.90),
            "small": (0.95, 0.40, 0.52),
            "square": (0.95, 0.36, 0.95),
        },
        _SLOTS,
        COFFEE,
        stands="rug",
        top=1.0,
    ),
    "side_table": Family(
        "side_table",
        build_side,
        {"standard": (0.46, 0.54, 0.46), "small": (0.36, 0.50, 0.36), "large": (0.55, 0.56, 0.55)},
        _SLOTS,
        SIDE,
        top=1.0,
    ),
    "dining_table": Family(
        "dining_table",
        build_dining,
        {
            "six": (1.80, 0.74, 0.90),
            "four": (1.35, 0.74, 0.85),
            "eight": (2.20, 0.74, 0.98),
            "round_four": (1.10, 0.74, 1.10),
            "round_six": (1.40, 0.74, 1.40),
            "two": (0.80, 0.74, 0.75),
        },
        _SLOTS,
        DINING,
        top=1.0,
    ),
    "desk": Family(
        "desk",
        build_desk,
        {"standard": (1.40, 0.74, 0.68), "small": (1.10, 0.74, 0.55), "large": (1.70, 0.74, 0.78)},
        {
            **_SLOTS,
            "body": "wood:oak",
            "front": "wood:oak",
            "inside": "paint:#3a3734,matt",
            "handle": "metal:brushed_brass",
            "web": "cane",
        },
        DESK,
        top=1.0,
    ),
}
