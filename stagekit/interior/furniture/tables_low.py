"""Coffee and side tables, and the tops, aprons and legs that all tables share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...types import Array
from .. import joinery as jn
from ..cabinet_legs import leg
from ..family import Size
from ..mesh import Part, box

COFFEE = {
    "style": ("rectangular", "round", "oval", "drum", "nesting", "block", "tray", "plinth"),
    "legs": ("tapered", "splayed", "turned", "block", "hairpin", "metal", "cylinder"),
    "shelf": ("none", "shelf", "slatted"),
}


SIDE = {
    "style": ("pedestal", "drum", "tripod", "c_shape", "square", "hourglass"),
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


def legs_at(
    style: str, h: float, places: list[tuple[float, float]], rng: np.random.Generator, stout: float = 1.0
) -> list[Part]:
    slot = "metal" if style in METAL_LEGS else "legs"
    return [Part(m.mesh, slot) for x, z in places for m in leg(style, h, x, z, rng, stout=stout)]


def aprons(w: float, d: float, top: float, height: float, rng: np.random.Generator, thick: float = 0.02) -> list[Part]:
    out = [jn.board((w, height, thick), rng).moved(0, top - height, s * (d / 2 - thick / 2)) for s in (-1, 1)]
    out += [
        jn.board((thick, height, d - 2 * thick), rng).moved(s * (w / 2 - thick / 2), top - height, 0) for s in (-1, 1)
    ]
    return [Part(m, "legs") for m in out]


def top_board(
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
        parts.append(top_board(shape, w, d, t, h, rng, under=0.012 if style in ("round", "oval") else 0.0))
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
        parts += legs_at(p["legs"], under, places, rng)
        if p["legs"] in ("tapered", "turned", "block") and style != "round":
            x, z = abs(places[0][0]), abs(places[0][1])
            parts += aprons(2 * x, 2 * z + 0.02, under, 0.05, rng)
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
            piece = [top_board("round", ww, dd, 0.024, hh, rng, under=0.010)]
            a0 = 0.6 + k
            for j in range(3):
                turn = a0 + 2 * np.pi * j / 3
                c, s = float(np.cos(turn)), float(np.sin(turn))
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
        parts.append(top_board("rectangular", w, d, 0.045, h, rng, bevel=0.006))
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
        parts.append(top_board("round", w, d, 0.022, h, rng, under=0.010))
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
        parts.append(top_board("round", w, d, 0.022, h, rng, under=0.010))
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
        parts.append(top_board("rectangular", w, d, 0.020, h, rng))
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
        parts.append(top_board("rectangular", w, d, 0.022, h, rng))
        parts += legs_at("tapered", h - 0.022, jn.corners(w, d, 0.035), rng, 0.8)
        parts += aprons(w - 0.06, d - 0.06, h - 0.022, 0.08, rng)
        parts.append(Part(jn.board((w - 0.07, 0.016, d - 0.07), rng).moved(y=0.14), "legs"))
    else:
        up = np.linspace(0, 1, 25)
        waist = np.stack([0.5 - 0.20 * np.sin(np.pi * up) ** 1.4, 0.006 + up * 0.988], -1)
        body = np.concatenate([[[0, 0], [0.485, 0]], waist, [[0.485, 1], [0, 1]]])
        parts.append(Part(jn.grain(jn.turned(body, segments=56).transformed(np.diag([w, h, d])), rng), "top"))
    return jn.fit(parts, size)
