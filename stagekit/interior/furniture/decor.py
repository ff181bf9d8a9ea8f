"""Small decor that stands on tops: a stack of books, vases with stems, bowls, trays, candles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import clutter
from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Mesh, Part

BOOKS = {"count": (3, 2, 4), "on_top": ("none", "bowl", "beads")}
VASE = {
    "shape": ("round", "bottle", "cylinder", "amphora"),
    "stems": ("eucalyptus", "branches", "dry", "olive", "none"),
}
BOWL = {"style": ("low", "deep", "footed")}
TRAY = {"shape": ("rectangular", "round"), "with": ("candle", "none", "books")}
CANDLE = {"style": ("pillar", "jar", "sticks")}


def bowl(w: float, h: float, style: str = "low", *, fine: bool = True) -> Mesh:
    """A hollow bowl standing on y = 0."""
    r = w / 2
    t = np.linspace(0, np.pi / 2, 14 if fine else 8)
    foot = 0.0
    rows: list[tuple[float, float]] = [(0, 0), (r * 0.42, 0), (r * 0.43, 0.003)]
    if style == "footed":
        foot = h * 0.42
        rows = [(0, 0), (r * 0.46, 0), (r * 0.45, 0.006), (r * 0.20, foot * 0.5), (r * 0.22, foot)]
    k = 1.0 if style != "deep" else 0.72
    rows += [(r * (0.40 + 0.60 * np.sin(a) ** k), foot + 0.004 + (h - foot - 0.005) * (1 - np.cos(a))) for a in t]
    th = 0.005
    rows += [(r - th * 0.5, h), (r - th, h - 0.001)]
    rows += [
        (
            max((r - th) * (0.40 + 0.60 * np.sin(a) ** k) - 0.001, 0.0),
            foot + 0.012 + (h - foot - 0.014) * (1 - np.cos(a)),
        )
        for a in t[::-1][1:]
    ]
    rows += [(0, foot + 0.012)]
    return jn.turned(rows, segments=52 if fine else 28)


def candle(d: float, h: float, rng: np.random.Generator) -> list[Part]:
    """A pillar of wax with a hollow top and a wick."""
    r = d / 2
    m = jn.turned(
        [(0, 0), (r - 0.003, 0), (r, 0.003), (r, h - 0.004), (r - 0.004, h), (r * 0.8, h - 0.003), (0, h - 0.007)],
        segments=36,
    )
    return [Part(m, "wax"), Part(jn.rod((0, h - 0.009, 0), (0.001, h + 0.008, 0.001), 0.002, arc=1), "wick")]


def build_books(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A stack of books lying, perhaps with a little bowl or beads on it."""
    p = jn.choose("books", BOOKS, params)
    w, h, d = size
    extra = {"none": 0.0, "bowl": 0.05, "beads": 0.018}[p["on_top"]]
    parts = clutter.pile(rng, p["count"], w, d, height=h - extra)
    if p["on_top"] == "bowl":
        parts.append(Part(bowl(min(w, d) * 0.55, extra).moved(0.01, h - extra), "object"))
    elif p["on_top"] == "beads":
        from .shades import sphere

        a = np.linspace(0, 2 * np.pi, 19)[:-1]
        ball = sphere(0.009, 8, 12)
        for x in a:
            rr = 0.05 + 0.010 * np.sin(3 * x)
            parts.append(Part(ball.moved(rr * 1.25 * np.cos(x), h - extra, rr * np.sin(x)), "beads"))
    return jn.fit(parts, size)


def build_vase(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A vase; with stems its height is that of the stems, and the vase takes two fifths of it."""
    p = jn.choose("vase", VASE, params)
    w, h, d = size
    if p["stems"] == "none":
        m, _ = clutter.vase(p["shape"], min(w, d), h)
        return jn.fit([Part(m, "vase")], size)
    vh = h * 0.42
    vw = min(w * 0.62, vh * {"round": 0.95, "bottle": 0.62, "cylinder": 0.5, "amphora": 0.8}[p["shape"]])
    m, mouth = clutter.vase(p["shape"], vw, vh)
    green = clutter.bunch(p["stems"], vh, h * 0.97, w, mouth, rng)
    v = np.concatenate([q.mesh.vertices for q in green]).astype(float)
    low, high = v.min(0), v.max(0)

    def grow(q: Mesh) -> Mesh:
        x = q.vertices.astype(float)
        g = np.clip((x[:, 1] - vh + 0.02) / (0.25 * (h - vh)), 0, 1)  # not within the neck
        k = np.where(
            x > 0, np.array([w, 0, d]) / 2 / np.maximum(high, 1e-6), np.array([w, 0, d]) / 2 / np.maximum(-low, 1e-6)
        )
        x[:, 0] *= 1 + (k[:, 0] - 1) * g
        x[:, 2] *= 1 + (k[:, 2] - 1) * g
        x[:, 1] = np.where(x[:, 1] > vh, vh + (x[:, 1] - vh) * (h - vh) / (high[1] - vh), x[:, 1])
        return Mesh(x.astype(np.float32), q.faces, q.uvs, q.normals)

    return [Part(m, "vase"), *[Part(grow(q.mesh), q.slot) for q in green]]


def build_bowl(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A bowl."""
    p = jn.choose("bowl", BOWL, params)
    return jn.fit([Part(bowl(size[0], size[1], p["style"]), "bowl")], size)


def build_tray(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A tray with a raised rim, perhaps with a candle and a small vase or a pair of books."""
    p = jn.choose("tray", TRAY, params)
    w, h, d = size
    rim = 0.028 if p["with"] != "none" else h
    o = jn.rounded(w, d, 0.03, 8) if p["shape"] == "rectangular" else jn.ellipse(w, d, 64)
    parts = [Part(jn.slab(o * 0.99, 0.010, bevel=0.002, rng=rng), "tray")]
    line = np.column_stack([o[:, 0], np.full(len(o), rim / 2), o[:, 1]]) * [0.985, 1, 0.985]
    parts.append(Part(jn.sweep(line, 0.010, rim, ref=(0, 1, 0), corner=0.6, closed=True), "tray"))
    if p["with"] == "candle":
        tall = h - 0.018
        parts += clutter.moved(candle(0.07, tall * 0.62, rng), -w * 0.22, 0.010, 0.02)
        m, _ = clutter.vase("round", 0.10, tall)
        parts += [
            Part(m.moved(w * 0.12, 0.010, -d * 0.10), "vase"),
            Part(bowl(0.09, 0.035).moved(w * 0.20, 0.010, d * 0.22), "vase"),
        ]
    elif p["with"] == "books":
        parts += clutter.moved(clutter.pile(rng, 2, w * 0.5, d * 0.66, height=h - 0.010), -w * 0.15, 0.010, 0.0)
    return jn.fit(parts, size)


def build_candle(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """Three pillars of different heights, a jar, or two slim sticks in holders."""
    p = jn.choose("candle", CANDLE, params)
    w, h, d = size
    parts: list[Part] = []
    if p["style"] == "pillar":
        for x, z, k in ((-0.28, -0.18, 1.0), (0.26, -0.10, 0.72), (-0.04, 0.30, 0.46)):
            parts += clutter.moved(candle(min(w, d) * 0.40, h * k - 0.008, rng), x * w, 0.0, z * d)
    elif p["style"] == "jar":
        r = min(w, d) / 2
        m = jn.turned(
            [
                (0, 0),
                (r - 0.003, 0),
                (r, 0.003),
                (r, h - 0.002),
                (r - 0.002, h),
                (r - 0.004, h - 0.002),
                (r - 0.004, 0.006),
                (0, 0.006),
            ],
            segments=40,
        )
        parts = [Part(m, "jar"), *clutter.moved(candle((r - 0.006) * 2, h * 0.72, rng), 0, 0.007, 0)]
    else:
        for x, k in ((-0.27, 1.0), (0.27, 0.80)):
            hh = h * k
            prof = [
                (0, 0),
                (0.040, 0),
                (0.041, 0.004),
                (0.012, 0.014),
                (0.006, 0.03),
                (0.006, hh * 0.45),
                (0.013, hh * 0.47),
                (0.013, hh * 0.52),
                (0, hh * 0.52),
            ]
            parts.append(Part(jn.turned(prof, segments=28).moved(x * w, 0, 0), "holder"))
            parts.append(Part(jn.rod((x * w, hh * 0.50, 0), (x * w, hh - 0.010, 0), 0.022, 0.017, bevel=0.006), "wax"))
            parts.append(Part(jn.rod((x * w, hh - 0.012, 0), (x * w, hh, 0), 0.0018, arc=1), "wick"))
    return jn.fit(parts, size)


_BOOK = {"book": "book", "paper": "paper:#ddd5c4,pages"}
FAMILIES = {
    "books": Family(
        "books",
        build_books,
        {"standard": (0.30, 0.10, 0.22), "small": (0.22, 0.07, 0.16), "large": (0.34, 0.13, 0.26)},
        {**_BOOK, "object": "ceramic:#d9d2c5,matt", "beads": "wood:birch"},
        BOOKS,
        stands="top",
        top=1.0,
    ),
    "vase": Family(
        "vase",
        build_vase,
        {
            "standard": (0.38, 0.52, 0.38),
            "small": (0.20, 0.30, 0.20),
            "large": (0.50, 0.75, 0.50),
            "slim": (0.16, 0.32, 0.16),
        },
        {"vase": "ceramic:#d9d2c5,matt", "leaf": "leaf:eucalyptus", "stem": "wood:#6f5b45", "dry": "leaf:dry"},
        VASE,
        stands="top",
    ),
    "bowl": Family(
        "bowl",
        build_bowl,
        {"standard": (0.28, 0.08, 0.28), "small": (0.16, 0.06, 0.16), "large": (0.36, 0.12, 0.36)},
        {"bowl": "ceramic:#cfc8bb,matt"},
        BOWL,
        stands="top",
    ),
    "tray": Family(
        "tray",
        build_tray,
        {"standard": (0.42, 0.16, 0.28), "round": (0.36, 0.16, 0.36)},
        {
            **_BOOK,
            "tray": "wood:walnut",
            "wax": "paint:#e0d8c6,satin",
            "wick": "paint:#2c2a28,matt",
            "vase": "ceramic:#d9d2c5,matt",
        },
        TRAY,
        stands="top",
    ),
    "candle": Family(
        "candle",
        build_candle,
        {"standard": (0.20, 0.18, 0.18), "sticks": (0.20, 0.34, 0.09), "jar": (0.085, 0.10, 0.085)},
        {
            "wax": "paint:#e0d8c6,satin",
            "wick": "paint:#2c2a28,matt",
            "jar": "glass:amber",
            "holder": "metal:brushed_brass",
        },
        CANDLE,
        stands="top",
    ),
}
