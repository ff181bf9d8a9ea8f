"""Framed prints, canvases and mirrors. They hang: the back lies at local z = -depth / 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...types import Array
from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Mesh, Part, box, join

ART = {
    "layout": ("single", "diptych", "triptych", "canvas", "framed_canvas", "grid"),
    "mat": ("wide", "thin", "none"),
    "frame": ("thin", "box", "wide"),
}
MIRROR = {"shape": ("round", "arched", "rectangular", "oval", "pill", "organic"), "frame": ("thin", "wood", "none")}
FRAME = {"thin": (0.012, 0.022), "box": (0.018, 0.035), "wide": (0.038, 0.024)}


def picture(w: float, h: float) -> Mesh:
    """A flat sheet facing +Z, its foot on y = 0, UV 0..1 over the middle of a square print, nothing stretched."""
    k = max(w, h)
    u, v = 0.5 * w / k, 0.5 * h / k
    p = np.array([[-w / 2, 0, 0], [w / 2, 0, 0], [w / 2, h, 0], [-w / 2, h, 0]], np.float32)
    uv = np.array([[0.5 - u, 0.5 - v], [0.5 + u, 0.5 - v], [0.5 + u, 0.5 + v], [0.5 - u, 0.5 + v]], np.float32)
    n = np.tile(np.array([[0, 0, 1]], np.float32), (4, 1))
    return Mesh(p, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uv, n)


def _sheet(w: float, h: float) -> Mesh:
    m = picture(w, h)
    return replace(m, uvs=m.vertices[:, :2].copy())


def frame(w: float, h: float, width: float, depth: float, rng: np.random.Generator) -> Mesh:
    """Four mitred bars round an opening; outer size w x h, from z = 0 to ``depth``."""
    o = np.array([[-w / 2, 0], [w / 2, 0], [w / 2, h], [-w / 2, h]])
    i = np.array(
        [[-w / 2 + width, width], [w / 2 - width, width], [w / 2 - width, h - width], [-w / 2 + width, h - width]]
    )
    b = min(0.0015, width * 0.2)
    meshes = []
    for k in range(4):
        a0, a1, b0, b1 = o[k], o[(k + 1) % 4], i[k], i[(k + 1) % 4]

        # section: outer side, bevel, face, bevel, inner side
        def at(t: float, z: float, a0: Array = a0, a1: Array = a1, b0: Array = b0, b1: Array = b1) -> Array:
            p, q = a0 + (b0 - a0) * t, a1 + (b1 - a1) * t
            return np.array([[*p, z], [*q, z]])

        e = b / width
        rows = [(0, 0), (0, depth - b), (e, depth), (1 - e, depth), (1, depth - b), (1, 0)]
        out = np.array([*(a0 - b0), 0]) * 0.0
        along = (a1 - a0) / np.linalg.norm(a1 - a0)
        outward = np.array([along[1], -along[0], 0.0])
        front = np.array([0, 0, 1.0])
        for r in range(5):
            n = (outward, outward + front, front, front - outward, -outward)[r] + out
            pts = np.stack([at(*rows[r]), at(*rows[r + 1])])
            s = pts @ np.array([*along, 0.0])
            v = np.array([[0.0, 0.0], [1.0, 1.0]]) * np.linalg.norm(pts[1, 0] - pts[0, 0]) + r * 0.013
            meshes.append(jn.grid(pts[::-1], np.broadcast_to(n, pts.shape), np.stack([s, v], -1)[::-1]))
    return jn.grain(join(meshes), rng)


def framed(w: float, h: float, depth: float, p: Mapping[str, Any], rng: np.random.Generator, slot: str) -> list[Part]:
    """One framed print: outer size w x h, its back at z = 0."""
    fw, fd = FRAME[p["frame"]]
    fw, fd = min(fw, w * 0.12), min(fd, depth)
    parts = [
        Part(frame(w, h, fw, fd, rng), "frame"),
        Part(box((w - 0.002, h - 0.002, 0.004), bevel=0.0005, segments=1).moved(0, 0.001, 0.002), "backing"),
    ]
    iw, ih = w - 2 * fw, h - 2 * fw
    inside = max(fd - 0.008, 0.005)
    mat = {"wide": 0.16, "thin": 0.07, "none": 0.0}[p["mat"]] * min(iw, ih)
    if mat:
        parts.append(Part(_sheet(iw, ih).moved(0, fw, inside - 0.002), "mat"))
        parts.append(
            Part(
                frame(iw - 2 * mat + 0.006, ih - 2 * mat + 0.006, 0.003, 0.0015, rng).moved(
                    0, fw + mat - 0.003, inside - 0.0018
                ),
                "mat",
            )
        )
    parts.append(Part(picture(iw - 2 * mat, ih - 2 * mat).moved(0, fw + mat, inside - (0.0012 if mat else 0.0)), slot))
    return parts


def build_art(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """Pictures that fill ``size``; slots print, print2, print3 take different art."""
    p = jn.choose("art", ART, params)
    w, h, d = size
    parts: list[Part] = []
    lay = p["layout"]
    if lay in ("canvas", "framed_canvas"):
        inset = 0.0
        if lay == "framed_canvas":  # a shadow gap round the canvas
            parts.append(Part(frame(w, h, 0.008, d, rng), "frame"))
            parts.append(
                Part(box((w - 0.004, h - 0.004, 0.004), bevel=0.0005, segments=1).moved(0, 0.002, 0.002), "frame")
            )
            inset = 0.014
        deep = d - (0.006 if inset else 0.0)
        parts.append(Part(box((w - 2 * inset, h - 2 * inset, deep), bevel=0.003).moved(0, inset, deep / 2), "canvas"))
        face = picture(w - 2 * inset - 0.004, h - 2 * inset - 0.004)
        parts.append(Part(face.moved(0, inset + 0.002, deep + 0.0004), "print"))
    else:
        cols, rows = {"single": (1, 1), "diptych": (2, 1), "triptych": (3, 1), "grid": (3, 2)}[lay]
        gap = 0.05
        cw, ch = (w - gap * (cols - 1)) / cols, (h - gap * (rows - 1)) / rows
        for k in range(cols * rows):
            c, r = k % cols, k // cols
            one = framed(cw, ch, d, p, rng, ("print", "print2", "print3")[(c + r) % 3])
            parts += [Part(q.mesh.moved(-w / 2 + cw / 2 + c * (cw + gap), r * (ch + gap), 0), q.slot) for q in one]
    return jn.fit(parts, size)


def _mirror_outline(shape: str, w: float, h: float, rng: np.random.Generator) -> Array:
    """(N, 2) x, y about the middle, counter-clockwise."""
    if shape == "round" or shape == "oval":
        return jn.ellipse(w, h, 96)
    if shape == "pill":
        return jn.rounded(w, h, min(w, h) / 2 - 1e-3, 24)
    if shape == "arched":
        a = np.linspace(0, np.pi, 48)
        r = w / 2
        top = np.stack([r * np.cos(a), h / 2 - r + r * np.sin(a)], -1)
        foot = jn.rounded(w, h, 0.02, 5)
        y = np.linspace(h / 2 - r, -h / 2 + 0.03, 6)[1:]
        left = np.stack([np.full(5, -w / 2), y], -1)
        return np.concatenate([top, left, foot[15:20], foot[0:5], np.stack([np.full(5, w / 2), y[::-1]], -1)])
    if shape == "organic":
        a = np.linspace(0, 2 * np.pi, 120, endpoint=False)
        k = 1 + 0.07 * np.cos(2 * a + 0.6) + 0.06 * np.cos(3 * a + rng.uniform(0, 6.3)) + 0.02 * np.cos(5 * a)
        o = np.stack([k * np.cos(a), k * np.sin(a)], -1)
        low, high = o.min(0), o.max(0)
        return (o - (low + high) / 2) / (high - low) * np.array([w, h])
    return jn.rounded(w, h, 0.012, 5)


def build_mirror(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A wall mirror with a thin metal rim, a wooden frame or a bevelled bare edge."""
    p = jn.choose("wall_mirror", MIRROR, params)
    w, h, d = size
    o = _mirror_outline(p["shape"], w, h, rng)
    rim = {"thin": 0.008, "wood": 0.030, "none": 0.0}[p["frame"]]
    t = np.roll(o, -1, 0) - np.roll(o, 1, 0)
    n = np.stack([t[:, 1], -t[:, 0]], -1)
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    depth = d if rim else min(d, 0.02)
    parts: list[Part] = []
    pane = jn.slab(o - n * max(rim - 0.001, 0.0), depth * 0.55 if rim else depth, bevel=0.002 if rim else 0.004)
    parts.append(Part(pane.turned(x=90).transformed(np.diag([1.0, -1.0, 1.0])), "mirror"))
    if rim:
        line = np.column_stack([o - n * rim / 2, np.full(len(o), depth / 2)])
        slot = "wood" if p["frame"] == "wood" else "frame"
        parts.append(
            Part(jn.grain(jn.sweep(line, rim, depth, ref=(0, 0, 1), corner=0.3, arc=2, closed=True), rng), slot)
        )
    return jn.fit(parts, size)


FAMILIES = {
    "art": Family(
        "art",
        build_art,
        {
            "standard": (0.70, 0.95, 0.035),
            "large": (1.10, 0.80, 0.035),
            "wide": (1.45, 0.75, 0.035),
            "small": (0.42, 0.55, 0.03),
            "pair": (1.15, 0.75, 0.035),
            "three": (1.60, 0.70, 0.035),
            "square": (0.90, 0.90, 0.035),
        },
        {
            "frame": "wood:oak",
            "mat": "paper",
            "print": "art:abstract",
            "print2": "art:arches",
            "print3": "art:botanical",
            "backing": "paint:#4a443d,matt",
            "canvas": "cotton:#e0dacd",
        },
        ART,
        stands="wall",
    ),
    "wall_mirror": Family(
        "wall_mirror",
        build_mirror,
        {
            "standard": (0.80, 0.80, 0.03),
            "tall": (0.60, 1.60, 0.035),
            "arch": (0.75, 1.10, 0.03),
            "small": (0.55, 0.55, 0.025),
        },
        {"frame": "metal:black", "wood": "wood:oak", "mirror": "mirror"},
        MIRROR,
        stands="wall",
    ),
}
