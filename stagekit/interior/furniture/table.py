"""Coffee, side and dining tables, desks. Dining and desk tops stand 0.74 m high."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...types import Array
from .. import fronts
from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Part, box

COFFEE = {
    "style": ("rectangular", "round", "oval", "drum", "nesting", "block", "tray", "plinth"),
    "legs": ("tapered", "splayed", "turned", "block", "hairpin", "metal", "cylinder"),
    "shelf": ("none", "shelf", "slatted"),
}
SIDE = {
    "style": ("pedestal", "drum", "tripod", "c_shape", "square", "hourglass"),
}
DINING = {
    "shape": ("rectangular", "round", "oval", "boat"),
    "base": ("tapered", "trestle", "pedestal", "hairpin", "x_metal", "splayed", "turned", "slab", "spider", "drum"),
}
DESK = {
    "style": ("legs", "drawers", "pedestal", "trestle"),
    "legs": ("tapered", "splayed", "metal", "hairpin", "square"),
    "handles": ("none", "knob", "bar", "cup"),
}
METAL_LEGS = ("hairpin", "metal")


def outline(shape: str, w: float, d: float) -> Array:
    """Plan of a top."""
    if shape == "round":
        return jn.ellipse(w, d, 72)
    if shape == "oval":
        return jn.ellipse(w, d, 72, 2.5)
    if shape == "boat":
        o = jn.rounded(w, d, 0.03, 5)
        x = np.linspace(-1, 1, 15)[1:-1] * (w / 2 - 0.04)
        low = np.stack([x, np.full_like(x, -d / 2)], -1)
        o = np.concatenate([low, o[:10], -low, o[10:]])
        o[:, 1] *= 1 - 0.16 * np.abs(2 * o[:, 0] / w) ** 2.2
        return o
    return jn.rounded(w, d, 0.012, 4)


def _legs(
    style: str, h: float, places: list[tuple[float, float]], rng: np.random.Generator, stout: float = 1.0
) -> list[Part]:
    slot = "metal" if style in METAL_LEGS else "legs"
    return [Part(m.mesh, slot) for x, z in places for m in jn.leg(style, h, x, z, rng, stout=stout)]


def _aprons(w: float, d: float, top: float, height: float, rng: np.random.Generator, thick: float = 0.02) -> list[Part]:
    out = [jn.board((w, height, thick), rng).moved(0, top - height, s * (d / 2 - thick / 2)) for s in (-1, 1)]
    out += [
        jn.board((thick, height, d - 2 * thick), rng).moved(s * (w / 2 - thick / 2), top - height, 0) for s in (-1, 1)
    ]
    return [Part(m, "legs") for m in out]


def _top(
    shape: str,
    w: float,
    d: float,
    t: float,
    y: float,
    rng: np.random.Generator,
    *,
    under: float = 0.0,
    bevel: float = 0.004,
) -> Part:
    """A top with its upper face at ``y``."""
    if shape == "rectangular" and not under:
        return Part(jn.board((w, t, d), rng, bevel=bevel, segments=2).moved(y=y - t), "top")
    return Part(jn.slab(outline(shape, w, d), t, bevel=bevel, under=under, rng=rng).moved(y=y - t), "top")


def build_coffee(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A coffee table; ``shelf`` goes with the styles that have legs."""
    p = jn.choose("coffee_table", COFFEE, params)
    w, h, d = size
    style = p["style"]
    parts: list[Part] = []
    if style in ("rectangular", "round", "oval", "tray"):
        t = 0.028
        shape = "rectangular" if style == "tray" else style
        parts.append(_top(shape, w, d, t, h, rng, under=0.012 if style in ("round", "oval") else 0.0))
        if style == "tray":
            rim = 0.03
            parts[-1] = Part(parts[-1].mesh.moved(y=-rim + 0.004), "top")
            parts += [
                Part(jn.board((w, rim + t, 0.016), rng, bevel=0.004).moved(0, h - rim - t, s * (d / 2 - 0.008)), "top")
                for s in (-1, 1)
            ]
            parts += [
                Part(jn.board((0.016, rim + t, d), rng, bevel=0.004).moved(s * (w / 2 - 0.008), h - rim - t, 0), "top")
                for s in (-1, 1)
            ]
        k = 0.10 if style == "rectangular" or style == "tray" else 0.21
        places = jn.corners(w, d, 0.075) if k == 0.10 else jn.corners(w * 0.66, d * 0.66, 0.0)
        under = h - t - (0.026 if style == "tray" else 0)
        if style == "round":
            a = np.radians([30, 150, 270])
            places = [(0.32 * w * np.cos(x), -0.32 * d * np.sin(x)) for x in a]
        parts += _legs(p["legs"], under, places, rng)
        if p["legs"] in ("tapered", "turned", "block") and style != "round":
            x, z = abs(places[0][0]), abs(places[0][1])
            parts += _aprons(2 * x, 2 * z + 0.02, under, 0.05, rng)
        if p["shelf"] != "none" and p["legs"] not in ("hairpin", "splayed"):
            sy, x, z = 0.13, abs(places[0][0]), max(abs(q[1]) for q in places)
            if style == "round":
                parts.append(Part(jn.slab(jn.ellipse(w * 0.62, d * 0.62), 0.016, rng=rng).moved(y=sy), "legs"))
            elif p["shelf"] == "shelf":
                parts.append(Part(jn.board((2 * x - 0.01, 0.018, 2 * z - 0.01), rng).moved(y=sy), "legs"))
            else:
                n = max(5, int(2 * z / 0.06))
                parts += [
                    Part(jn.board((2 * x, 0.016, 0.04), rng).moved(0, sy, zz), "legs")
                    for zz in np.linspace(-z + 0.02, z - 0.02, n)
                ]
    elif style == "drum":
        o = jn.ellipse(w, d, 80)
        parts.append(Part(jn.slab(o, 0.03, bevel=0.006, rng=rng).moved(y=h - 0.03), "top"))
        n = 64
        a = np.linspace(0, 2 * np.pi, n * 6, endpoint=False)
        r = 0.5 - 0.010 * (1 - np.abs(np.sin(a * n / 2)) ** 0.8) - 0.006
        o2 = np.stack([np.cos(a) * r * w, np.sin(a) * r * d], -1)
        parts.append(Part(jn.slab(o2, h - 0.03 - 0.02, bevel=0.002, rng=rng).moved(y=0.02).uv_turned(), "top"))
        parts.append(Part(jn.slab(jn.ellipse(w - 0.08, d - 0.08, 60), 0.03), "metal"))
    elif style == "nesting":
        for k, (wx, hy, dx, dz) in enumerate(((0.66, 1.0, -0.17, -0.10), (0.50, 0.80, 0.25, 0.16))):
            ww = w * wx
            dd = min(d * (0.80 if k == 0 else 0.62), ww)
            hh = h * hy
            piece = [_top("round", ww, dd, 0.024, hh, rng, under=0.010)]
            a0 = 0.6 + k
            for j in range(3):
                a = a0 + 2 * np.pi * j / 3
                c, s = np.cos(a), np.sin(a)
                piece.append(
                    Part(
                        jn.grain(
                            jn.rod(
                                (c * ww * 0.40, 0, s * dd * 0.40),
                                (c * ww * 0.30, hh - 0.022, s * dd * 0.30),
                                0.022,
                                0.034,
                            ),
                            rng,
                        ),
                        "legs",
                    )
                )
            parts += [Part(q.mesh.moved(dx * w, 0, dz * d), q.slot) for q in piece]
    elif style == "block":
        parts.append(Part(jn.board((w, h - 0.10, d), rng, bevel=0.006, segments=2).moved(y=0.10), "top"))
        parts.append(Part(box((w - 0.10, 0.10, d - 0.10), bevel=0.003), "metal"))
    else:  # plinth: two slabs of stone or wood crossing under a thick top
        parts.append(_top("rectangular", w, d, 0.045, h, rng, bevel=0.006))
        parts += [
            Part(jn.board((0.06, h - 0.045, d * 0.72), rng, bevel=0.005, segments=2).moved(s * w * 0.27, 0, 0), "legs")
            for s in (-1, 1)
        ]
    return jn.fit(parts, size)


def build_side(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A side table."""
    p = jn.choose("side_table", SIDE, params)
    w, h, d = size
    style = p["style"]
    parts: list[Part] = []
    if style == "pedestal":
        parts.append(_top("round", w, d, 0.022, h, rng, under=0.010))
        r = min(w, d) / 2
        prof = [
            (0, 0),
            (r * 0.62, 0),
            (r * 0.64, 0.006),
            (r * 0.6, 0.014),
            (r * 0.2, 0.028),
            (0.024, 0.06),
            (0.018, 0.14),
            (0.017, h * 0.6),
            (0.022, h * 0.85),
            (r * 0.30, h - 0.026),
            (0, h - 0.024),
        ]
        parts.append(Part(jn.turned(prof, segments=40), "legs"))
    elif style == "drum":
        prof = [
            (0, 0),
            (0.44, 0),
            (0.46, 0.01),
            (0.50, 0.30),
            (0.50, 0.60),
            (0.46, 0.97),
            (0.44, 0.998),
            (0.40, 1.0),
            (0, 1.0),
        ]
        m = jn.turned([(r, y) for r, y in prof], segments=56)
        parts.append(Part(jn.grain(m.transformed(np.diag([w, h, d])), rng), "top"))
    elif style == "tripod":
        parts.append(_top("round", w, d, 0.022, h, rng, under=0.010))
        for k in range(3):
            a = np.radians(90 + 120 * k)
            c, s = np.cos(a), np.sin(a)
            parts.append(
                Part(
                    jn.grain(
                        jn.rod((c * w * 0.46, 0, s * d * 0.46), (c * w * 0.24, h - 0.02, s * d * 0.24), 0.020, 0.032),
                        rng,
                    ),
                    "legs",
                )
            )
        for k in range(3):
            a, b = np.radians(90 + 120 * k), np.radians(210 + 120 * k)
            q = 0.33
            parts.append(
                Part(
                    jn.rod(
                        (np.cos(a) * w * q, h * 0.55, np.sin(a) * d * q),
                        (np.cos(b) * w * q, h * 0.55, np.sin(b) * d * q),
                        0.014,
                    ),
                    "legs",
                )
            )
    elif style == "c_shape":
        parts.append(_top("rectangular", w, d, 0.020, h, rng))
        t = 0.022
        for s in (-1, 1):
            z = s * (d / 2 - 0.04)
            line = np.array(
                [
                    (w / 2 - 0.02, t / 2, z),
                    (-w / 2 + t, t / 2, z),
                    (-w / 2 + t, h - 0.02 - t / 2, z),
                    (w / 2 - 0.06, h - 0.02 - t / 2, z),
                ]
            )
            parts.append(Part(jn.sweep(line, t, ref=(0, 0, 1), corner=0.25, arc=2), "metal"))
        parts.append(Part(box((t, t, d - 0.08), bevel=0.002).moved(-w / 2 + t, 0, 0), "metal"))
    elif style == "square":
        parts.append(_top("rectangular", w, d, 0.022, h, rng))
        parts += _legs("tapered", h - 0.022, jn.corners(w, d, 0.035), rng, 0.8)
        parts += _aprons(w - 0.06, d - 0.06, h - 0.022, 0.08, rng)
        parts.append(Part(jn.board((w - 0.07, 0.016, d - 0.07), rng).moved(y=0.14), "legs"))
    else:
        t = np.linspace(0, 1, 25)
        r = 0.5 - 0.20 * np.sin(np.pi * t) ** 1.4
        prof = np.concatenate([[[0, 0], [0.485, 0]], np.stack([r, 0.006 + t * 0.988], -1), [[0.485, 1], [0, 1]]])
        parts.append(Part(jn.grain(jn.turned(prof, segments=56).transformed(np.diag([w, h, d])), rng), "top"))
    return jn.fit(parts, size)


def build_dining(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A dining table: a top of ``shape`` on a ``base``."""
    p = jn.choose("dining_table", DINING, params)
    w, h, d = size
    shape, base = p["shape"], p["base"]
    t = 0.045 if base in ("trestle", "x_metal", "slab") else 0.030
    parts = [_top(shape, w, d, t, h, rng, under=0.018 if shape in ("round", "oval", "boat") else 0.0, bevel=0.005)]
    u = h - t
    curved = shape in ("round", "oval")
    if base in ("tapered", "splayed", "turned", "hairpin"):
        stout = {"tapered": 1.5, "turned": 1.75, "splayed": 1.35, "hairpin": 1.0}[base]
        places = (
            jn.corners(w * 0.66, d * 0.66, 0.0) if curved else jn.corners(w, d, 0.085 if base != "splayed" else 0.16)
        )
        if shape == "boat":
            places = jn.corners(w, d * 0.84, 0.085)
        parts += _legs(base, u, places, rng, stout)
        if base != "hairpin":
            x, z = abs(places[0][0]), abs(places[0][1])
            parts += _aprons(2 * x + 0.02, 2 * z + 0.02, u, 0.075 if base != "splayed" else 0.05, rng)
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
                m = 40
                a = np.linspace(0, 2 * np.pi, m * 6, endpoint=False)
                r = k * 0.26 - 0.008 * (1 - np.abs(np.sin(a * m / 2)) ** 0.8)
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
    parts = [_top("rectangular", w, d, t, h, rng)]
    u = h - t
    style = p["style"]
    inner: list[Part] = []
    if style in ("legs", "drawers"):
        inset = 0.05 if p["legs"] != "splayed" else 0.13
        parts += _legs(p["legs"], u - (0.0 if style == "legs" else 0.10), jn.corners(w, d, inset), rng)
        if style == "drawers":
            cw, cd = w - 2 * inset + 0.06, d - 0.05
            inner += fronts.carcass((cw, 0.11, cd), rng, back=True, y=u - 0.11)
            n = 3 if w > 1.3 else 2
            inner += fronts.inset(
                cw - 0.036, 0.074, cd / 2, 1, n, "flat", rng, handle=p["handles"], x=0.0, y=u - 0.092, doors=False
            )
        elif p["legs"] not in METAL_LEGS:
            parts += _aprons(w - 2 * inset, d - 2 * inset, u, 0.06, rng)
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
