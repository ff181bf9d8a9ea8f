"""Pictures for frames, each painter ``(palette, generator) -> (sRGB HxWx3 0..1, relief HxW metres or None)``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from ...types import Array
from ..texture import blur, colour, fbm, grid, linear, mix, smoothstep, srgb

N = 640
Painter = Callable[[Sequence[Array], np.random.Generator], tuple[Array, "Array | None"]]


def _colours(palette: Sequence[Array], default: Sequence[str]) -> list[Array]:
    return list(palette) if palette else [colour(c) for c in default]


def _mask(polygons: Sequence[Array], soft: float = 0.0) -> Array:
    """float32 NxN, 1 inside the polygons (points 0..1, y down)."""
    import cv2

    m = np.zeros((N, N), np.uint8)
    for p in polygons:
        cv2.fillPoly(m, [np.round(np.asarray(p) * N * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    out = m.astype(np.float32) / 255
    return blur(out, soft) if soft else out


def _line(points: Array, width: float, m: Array | None = None) -> Array:
    """float32 NxN: a stroke through ``points`` (0..1)."""
    import cv2

    img = np.zeros((N, N), np.uint8)
    cv2.polylines(
        img,
        [np.round(np.asarray(points) * N * 16).astype(np.int32)],
        False,
        255,
        max(1, round(width * N)),
        cv2.LINE_AA,
        4,
    )
    out = img.astype(np.float32) / 255
    return out if m is None else np.maximum(out, m)


def _blob(c: tuple[float, float], r: tuple[float, float], rng: np.random.Generator, rough: float = 0.12) -> Array:
    a = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    k = 1 + sum(rough / j * np.cos(j * a + rng.uniform(0, 2 * np.pi)) for j in (2, 3, 4))
    t = rng.uniform(0, np.pi)
    x, y = r[0] * k * np.cos(a), r[1] * k * np.sin(a)
    return np.stack([c[0] + x * np.cos(t) - y * np.sin(t), c[1] + x * np.sin(t) + y * np.cos(t)], -1)


def _smooth(points: Array, n: int = 160) -> Array:
    from ..joinery import curve

    p = np.asarray(points, float)
    return curve(np.column_stack([p, np.zeros(len(p))]), n)[:, :2]


def _paper(rng: np.random.Generator, strength: float = 0.02) -> Array:
    return (
        1 + strength * fbm((N, N), rng, 4, base=(110, 110)) * 0.5 + strength * 0.25 * fbm((N, N), rng, 2, base=(4, 4))
    )


def abstract(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """Overlapping cut-paper shapes on a warm ground."""
    c = _colours(palette, ("#e2d8c8", "#b5673f", "#2f3f4a", "#c9a36a", "#8f9b86", "#2c2a29"))
    out = np.ones((N, N, 3), np.float32) * c[0]
    rest = c[1:] or c
    order = rng.permutation(len(rest))
    places = [(0.38, 0.36), (0.62, 0.60), (0.42, 0.74), (0.70, 0.28), (0.24, 0.56)]
    for i, (x, y) in enumerate(places[: min(5, len(rest) + 1)]):
        r = rng.uniform(0.13, 0.26)
        shape = _blob((x + rng.normal(0, 0.04), y + rng.normal(0, 0.04)), (r, r * rng.uniform(0.55, 1.0)), rng, 0.20)
        wash = 0.90 + 0.08 * np.tanh(fbm((N, N), rng, 4, base=(5, 5)))
        out = mix(out, rest[order[i % len(rest)]], _mask([shape]) * wash)
    t = np.linspace(0, 1, 7)
    path = _smooth(np.stack([0.15 + 0.7 * t, 0.5 + 0.3 * np.sin(t * 7 + rng.uniform(0, 6)) * (1 - 0.3 * t)], -1))
    out = mix(out, c[-1], _line(path, 0.006) * 0.9)
    return out * _paper(rng)[..., None], None


def blocks(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """Two or three torn fields, one above the other, with brushed edges."""
    c = _colours(palette, ("#dfd3c0", "#2c2b2b", "#b9936a", "#e4dccf"))
    out = np.ones((N, N, 3), np.float32) * c[0]
    v, u = grid((N, N))
    edge = 0.02 * fbm((N, N), rng, 4, base=(6, 3))
    y = rng.uniform(0.40, 0.52)
    dry = smoothstep(-1.2, 0.4, fbm((N, N), rng, 3, base=(90, 4)))
    top = smoothstep(0.10, 0.112, v + edge * 0.5) * (1 - smoothstep(y, y + 0.012, v + edge))
    side = smoothstep(0.10, 0.112, u + edge * 0.5) * (1 - smoothstep(0.90, 0.912, u + edge * 0.5))
    out = mix(out, c[1], top * side * (0.75 + 0.25 * dry))
    low = smoothstep(y + 0.02, y + 0.032, v + edge) * (1 - smoothstep(0.88, 0.892, v + edge))
    out = mix(out, c[2 % len(c)], low * side * (0.70 + 0.30 * dry))
    if len(c) > 3:
        out = mix(out, c[3], _mask([_blob((rng.uniform(0.35, 0.65), y - 0.13), (0.10, 0.10), rng, 0.03)]) * 0.95)
    return out * _paper(rng, 0.03)[..., None], 4e-4 * dry * (top + low) * side


def field(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """Soft rectangles of colour that float."""
    c = _colours(palette, ("#a85b3a", "#c98a4f", "#7d3a2c", "#d9b98a"))
    v, u = grid((N, N))
    cloud = fbm((N, N), rng, 5, base=(3, 3))
    out = np.ones((N, N, 3), np.float32) * c[0] * (1 + 0.05 * np.tanh(cloud))[..., None]
    cuts = np.sort(rng.uniform(0.25, 0.75, 1))
    bounds = [0.07, float(cuts[0]), 0.93]
    e = 0.018 * fbm((N, N), rng, 4, base=(5, 5))
    for i, (a, b) in enumerate(itertools.pairwise(bounds)):
        m = smoothstep(a, a + 0.05, v + e) * (1 - smoothstep(b - 0.055, b - 0.01, v + e))
        m = m * smoothstep(0.06, 0.11, u + e) * (1 - smoothstep(0.89, 0.94, u + e))
        wash = 0.78 + 0.16 * np.tanh(fbm((N, N), rng, 4, base=(6, 3)))
        out = mix(out, c[(i + 1) % len(c)], m * wash)
    return np.clip(out * _paper(rng, 0.03)[..., None], 0, 1), 2e-4 * fbm((N, N), rng, 3, base=(90, 12))


def strata(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """Layered hills fading into mist under a pale sky, a sun."""
    c = _colours(palette, ("#e4dbcc", "#c8b299", "#8f9a95", "#4d5f63", "#2e3d42"))
    v, u = grid((N, N))
    out = mix(np.ones((N, N, 3), np.float32) * c[0], c[1], (v**1.4) * 0.6)
    out = mix(
        out,
        colour("#d99a63") if not palette else c[-1],
        _mask([_blob((rng.uniform(0.3, 0.7), 0.27), (0.075, 0.075), rng, 0.0)]) * 0.85,
    )
    layers = 6
    x = u[0]
    for i in range(layers):
        t = (i + 1) / layers
        ridge = 0.34 + 0.50 * t**1.1
        line = np.zeros(N)
        for j in (1, 2, 3, 5, 8, 13, 24):
            line += rng.normal(0, 1) * np.sin(2 * np.pi * j * x * rng.uniform(0.6, 1.1) + rng.uniform(0, 6.3)) / j
        m = smoothstep(-0.002, 0.002, v - (ridge + 0.075 * (1.1 - 0.5 * t) * line)[None])
        shade = mix(c[1], c[-1], np.asarray(t**1.3)).reshape(3)
        mid = c[min(len(c) - 1, 1 + round(t * (len(c) - 2)))]
        tone = srgb((linear(shade) + linear(mid)) / 2)
        mist = 1 - 0.35 * smoothstep(0.0, 0.22, v - ridge) * (1 - t)
        out = mix(out, tone, m * mist)
    return np.clip(out * _paper(rng, 0.025)[..., None], 0, 1), None


def line(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """One loose continuous line on paper, with a muted shape behind it."""
    c = _colours(palette, ("#e6dfd3", "#2d2b2a", "#cfa88a"))
    out = np.ones((N, N, 3), np.float32) * c[0]
    if len(c) > 2:
        out = mix(out, c[2], _mask([_blob((0.55, 0.52), (0.24, 0.19), rng, 0.15)]) * 0.8)
    # a face in profile, drawn in one go and varied a little
    p = np.array(
        [
            (0.62, 0.12),
            (0.44, 0.13),
            (0.33, 0.24),
            (0.33, 0.36),
            (0.26, 0.46),
            (0.32, 0.49),
            (0.31, 0.54),
            (0.34, 0.57),
            (0.32, 0.62),
            (0.36, 0.69),
            (0.48, 0.68),
            (0.52, 0.78),
            (0.46, 0.90),
            (0.60, 0.84),
            (0.72, 0.70),
            (0.75, 0.48),
            (0.70, 0.26),
            (0.56, 0.22),
            (0.50, 0.34),
            (0.56, 0.44),
            (0.50, 0.50),
        ]
    )
    p = p + rng.normal(0, 0.008, p.shape)
    if rng.random() < 0.5:
        p[:, 0] = 1 - p[:, 0]
    m = _line(_smooth(p, 260), 0.0075)
    eye = np.array([(0.38, 0.39), (0.41, 0.375), (0.45, 0.385)])
    m = _line(_smooth(eye if p[0, 0] > 0.5 else np.column_stack([1 - eye[:, 0], eye[:, 1]]), 20), 0.0075, m)
    return mix(out, c[1], m * 0.95) * _paper(rng)[..., None], None


def botanical(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """A branch with paired leaves, as a silhouette or a wash."""
    c = _colours(palette, ("#e2d9c9", "#4a5443", "#7d866d"))
    out = np.ones((N, N, 3), np.float32) * c[0]
    lean = rng.uniform(-0.12, 0.12)
    s = np.linspace(0, 1, 60)
    stem = np.stack([0.5 - lean + 2 * lean * s + 0.03 * np.sin(4 * s + rng.uniform(0, 6)), 0.92 - 0.80 * s], -1)
    shapes: list[Array] = []
    dark: list[Array] = []
    n = int(rng.integers(6, 9))
    long = rng.uniform(0.22, 0.32)
    slim = rng.uniform(0.26, 0.5)
    for i, t in enumerate(np.linspace(0.22, 0.97, n)):
        base = np.array([np.interp(t, s, stem[:, 0]), np.interp(t, s, stem[:, 1])])
        for side in (-1, 1):
            a = np.radians(90 - side * (58 - 30 * t) + rng.normal(0, 8)) + lean
            size = long * (1 - 0.45 * t) * rng.uniform(0.85, 1.1)
            q = np.linspace(0, 1, 20)
            w = size * slim * np.sin(np.pi * q**0.8) * 0.5
            axis = np.array([np.cos(a), -np.sin(a)])
            across = np.array([axis[1], -axis[0]])
            mid = base + axis * (size * q)[:, None] + across * (0.12 * size * side * q**2)[:, None]
            poly = np.concatenate([mid + across * w[:, None], (mid - across * w[:, None])[::-1]])
            (shapes if (i + (side > 0)) % 2 else dark).append(poly)
    wash = 0.82 + 0.16 * np.tanh(fbm((N, N), rng, 4, base=(10, 10)))
    out = mix(out, c[2 % len(c)], _mask(shapes) * wash)
    out = mix(out, c[1], _mask(dark) * wash)
    return mix(out, c[1], _line(stem, 0.006)) * _paper(rng)[..., None], None


def dunes(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """A photograph of dunes: lit and shaded faces under a graded sky."""
    c = _colours(palette, ("#cfd6d8", "#e0cdb2", "#b98b5f", "#6f4c38"))
    v, u = grid((N, N))
    out = mix(np.ones((N, N, 3), np.float32) * c[0], c[1], v / 0.45)
    x = u[0]
    for i, ridge in enumerate((0.42, 0.55, 0.70)):
        crest = (
            ridge
            + 0.05 * np.sin(2 * np.pi * (0.7 * x + rng.random()))
            + 0.03 * np.sin(2 * np.pi * (1.7 * x + rng.random()))
        )
        h = v - crest[None]
        m = smoothstep(-0.0015, 0.0015, h)
        bend = (
            0.10 * np.sin(2 * np.pi * (0.8 * u + rng.random())) + 0.55 * h + 0.02 * np.sin(2 * np.pi * (3 * u + 2 * v))
        )
        lit = smoothstep(-0.05, 0.09, bend + 0.03 * np.sin(8 * u + i))
        ripple = 0.03 * np.sin(2 * np.pi * (70 * h + 4 * u + 2 * np.sin(6 * u))) * smoothstep(0.01, 0.15, h)
        far = np.float32(0.35 * (2 - i) / 2)
        sand = mix(mix(c[3 % len(c)], c[2 % len(c)], lit * 0.9 + 0.05), c[1], lit * 0.55)
        out = mix(out, mix(sand * (1 + ripple)[..., None], c[1], np.full((N, N), far, np.float32)), m)
    grainy = 1 + 0.012 * rng.standard_normal((N, N)).astype(np.float32)
    return np.clip(out * grainy[..., None], 0, 1), None


def brush(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """A few broad dry brush strokes."""
    c = _colours(palette, ("#e6e1d8", "#2b2a2a", "#9a8770"))
    out = np.ones((N, N, 3), np.float32) * c[0]
    relief = np.zeros((N, N), np.float32)
    import cv2

    for i in range(4):
        a = rng.uniform(0, 2 * np.pi)
        t = np.linspace(0, 1, 6)
        r = rng.uniform(0.14, 0.30)
        mid = rng.uniform(0.38, 0.62, 2)
        arc = a + t * rng.uniform(1.2, 3.6)
        p = _smooth(np.stack([mid[0] + r * 1.2 * np.cos(arc), mid[1] + r * np.sin(arc)], -1), 90)
        width = rng.uniform(0.05, 0.11)
        bristles = np.zeros((N, N), np.float32)
        tangent = np.gradient(p, axis=0)
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], -1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        for o in np.linspace(-0.5, 0.5, 34):
            if rng.random() < 0.10:
                continue
            stop = int(len(p) * rng.uniform(0.72, 1.0))
            q = p[:stop] + normal[:stop] * o * width
            img = np.zeros((N, N), np.uint8)
            cv2.polylines(
                img, [np.round(q * N * 16).astype(np.int32)], False, 255, max(1, round(width * N / 24)), cv2.LINE_AA, 4
            )
            bristles = np.maximum(bristles, img.astype(np.float32) / 255 * rng.uniform(0.55, 1.0))
        out = mix(out, c[1 + (i % 3 == 2) * (len(c) > 2)], bristles * 0.95)
        relief = np.maximum(relief, bristles)
    return out * _paper(rng)[..., None], 5e-4 * relief


def plaster(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """White on white: combed plaster in waves."""
    c = _colours(palette, ("#dedad2",))
    v, _u = grid((N, N))
    bend = fbm((N, N), rng, 2, base=(1.6, 1.2))
    wave = v * 15 + 1.1 * bend
    comb = np.sin(2 * np.pi * wave)
    ridge = np.abs(comb) ** 0.6 * np.sign(comb)
    fine = fbm((N, N), rng, 4, base=(30, 10))
    height = 0.5 * ridge + 0.12 * fine
    slope = blur(np.roll(height, -2, 0) - np.roll(height, 2, 0), 1.0)
    out = np.ones((N, N, 3), np.float32) * c[0] * np.clip(0.97 - 0.22 * slope, 0.6, 1.06)[..., None]
    return np.clip(out, 0, 0.93), 0.004 * height


def arches(palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None]:
    """Nested arches and a sun, printed flat."""
    c = _colours(palette, ("#e3d9c8", "#b5694a", "#d8b48f", "#7c8577", "#3c4044"))
    out = np.ones((N, N, 3), np.float32) * c[0]
    a = np.linspace(0, np.pi, 60)
    cx = 0.5 + rng.uniform(-0.06, 0.06)
    rest = c[1:] or c
    for i, r in enumerate(np.linspace(0.36, 0.08, 5)):
        poly = np.concatenate(
            [np.stack([cx + r * np.cos(a), 0.50 - r * np.sin(a)], -1), [(cx - r, 0.86), (cx + r, 0.86)]]
        )
        colour_ = rest[(i // 2) % len(rest)] if i % 2 == 0 else c[0]
        out = mix(out, colour_, _mask([poly]) * (0.92 + 0.06 * np.tanh(fbm((N, N), rng, 3, base=(20, 20)))))
    out = mix(out, rest[-1], _mask([_blob((cx + rng.choice([-0.26, 0.26]), 0.16), (0.07, 0.07), rng, 0.0)]))
    return out * _paper(rng, 0.03)[..., None], None


PRINTS: dict[str, Painter] = {
    "abstract": abstract,
    "blocks": blocks,
    "field": field,
    "strata": strata,
    "line": line,
    "botanical": botanical,
    "dunes": dunes,
    "brush": brush,
    "plaster": plaster,
    "arches": arches,
}


def print_picture(kind: str, palette: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Array | None, float]:
    """(sRGB picture, relief or None, roughness); row 0 is the picture's top."""
    picture, relief = PRINTS[kind](palette, rng)
    return np.clip(picture, 0, 1).astype(np.float32), relief, 0.5 if kind in ("dunes",) else 0.75
