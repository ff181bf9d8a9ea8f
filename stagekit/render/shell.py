"""The bare room as a light source: rectangles that shine with the photo's own pixels.

Each wall, the floor and the ceiling is a one-sided rectangle. Where the photo shows it, its texture is the photo in linear
light (the radiosity seen); elsewhere it is filled from what is seen. So colour casts, bright corners and sun patches
reach the furniture from where they are (image-based lighting, Debevec 1998, with near-field geometry).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..types import Array, Layout

RectKind = Literal["floor", "wall", "ceiling"]
TEXEL_M = 0.02
_MOST_TEXELS = 512


@dataclass(frozen=True, eq=False)
class Rect:
    """``corner`` + s ``eu`` + t ``ev`` for s, t in 0..1 (metres, world); ``normal`` = eu x ev points into the room.
    ``wall`` is the wall's index or -1."""

    kind: RectKind
    wall: int
    corner: Array
    eu: Array
    ev: Array

    @property
    def normal(self) -> Array:
        n = np.cross(self.eu, self.ev)
        return n / np.linalg.norm(n)

    @property
    def size_m(self) -> tuple[float, float]:
        return float(np.linalg.norm(self.eu)), float(np.linalg.norm(self.ev))

    @property
    def area_m2(self) -> float:
        return self.size_m[0] * self.size_m[1]

    def points(self, s: Array, t: Array) -> Array:
        return self.corner + s[..., None] * self.eu + t[..., None] * self.ev


def rectangles(layout: Layout) -> list[Rect]:
    """Floor, ceiling, then one rectangle for each wall of the layout."""
    low, high = layout.floor.min(0), layout.floor.max(0)
    (w, d), top = high - low, float(layout.ceiling_height_m)
    x, z = np.array([w, 0.0, 0.0]), np.array([0.0, 0.0, d])
    rects = [
        Rect("floor", -1, np.array([low[0], 0.0, low[1]]), z, x),
        Rect("ceiling", -1, np.array([low[0], top, low[1]]), x, z),
    ]
    for i, wall in enumerate(layout.walls):
        if wall.length_m > 0.02:
            d3 = np.array([wall.direction[0], 0.0, wall.direction[1]]) * wall.length_m
            height = max(top, wall.height_m)
            rects.append(Rect("wall", i, wall.point(0.0), d3, np.array([0.0, height, 0.0])))
    return rects


def first_hit(rects: list[Rect], origins: Array, directions: Array) -> tuple[Array, Array, Array, Array]:
    """Nearest front side met: (distance along the direction, index or -1, s, t), each of the rays' shape."""
    shape = directions.shape[:-1]
    best = np.full(shape, np.inf)
    index = np.full(shape, -1, np.int16)
    bs, bt = np.zeros(shape), np.zeros(shape)
    for i, r in enumerate(rects):
        n = r.normal
        facing = directions @ n
        with np.errstate(divide="ignore", invalid="ignore"):
            t = ((r.corner - origins) @ n) / facing
            p = origins + directions * t[..., None] - r.corner
            s, v = p @ r.eu / (r.eu @ r.eu), p @ r.ev / (r.ev @ r.ev)
            ok = (facing < 0) & (t > 1e-6) & (t < best) & (s >= -1e-3) & (s <= 1.001) & (v >= -1e-3) & (v <= 1.001)
        best = np.where(ok, t, best)
        index = np.where(ok, i, index)
        bs, bt = np.where(ok, s, bs), np.where(ok, v, bt)
    return best, index, bs, bt


@dataclass(frozen=True, eq=False)
class Shell:
    """The rectangles with their light. Textures are float32 (rows along t, columns along s, 3), linear, photo units.

    ``seen``: what the photo shows, 0 where it shows nothing; ``fill``: a guess for the rest, 0 where seen;
    ``lift``: share (0..1) of each texel that is a clipped light source (window, lamp), HxW.
    ``window``: HxW, where the unseen part probably has a window (a soft shape, 0..1).
    """

    rects: list[Rect]
    seen: list[Array]
    fill: list[Array]
    lift: list[Array]
    window: list[Array]

    def radiance(self, gain: float, unseen: float, window: Array) -> list[Array]:
        """Textures with light sources ``gain`` times brighter than recorded, the guessed part scaled by ``unseen``, and
        guessed windows of radiance ``window`` (3,)."""
        return [
            (s * (1 + (gain - 1) * k[..., None]) + f * unseen + w[..., None] * window).astype(np.float32)
            for s, f, k, w in zip(self.seen, self.fill, self.lift, self.window, strict=True)
        ]


def build_shell(layout: Layout, light: Array, sources: Array) -> Shell:
    """``light``: float32 hxwx3, the photo in linear light at any size; ``sources`` (h, w) 0..1: clipped light sources."""
    import cv2

    rects = rectangles(layout)
    h, w = light.shape[:2]
    camera = layout.camera.scaled(w, h)
    sky = sources.astype(np.float32)
    seen, known, lift = [], [], []
    for r in rects:
        cols, rows = (int(np.clip(round(m / TEXEL_M), 4, _MOST_TEXELS)) for m in r.size_m)
        s, t = np.meshgrid((np.arange(cols) + 0.5) / cols, (np.arange(rows) + 0.5) / rows)
        points = r.points(s, t)
        uv, depth = camera.project(points)
        inside = (depth > 0.05) & (uv[..., 0] > 0) & (uv[..., 0] < w) & (uv[..., 1] > 0) & (uv[..., 1] < h)
        toward = points - camera.centre
        distance, _, _, _ = first_hit(rects, camera.centre, toward)
        visible = inside & (np.abs(distance - 1) < 0.02) & (toward @ r.normal < 0)
        u, v = (uv[..., 0] - 0.5).astype(np.float32), (uv[..., 1] - 0.5).astype(np.float32)
        u, v = np.where(visible, u, 0), np.where(visible, v, 0)
        colour = cv2.remap(light, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        source = cv2.remap(sky, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen.append(np.where(visible[..., None], colour, 0).astype(np.float32))
        lift.append(np.where(visible, source, 0).astype(np.float32))
        known.append(visible)
    means = _class_means(rects, seen, known, lift)
    fill, window = [], []
    for i, r in enumerate(rects):
        full = pull_push(seen[i], known[i] & (lift[i] < 0.1), means[r.kind])
        fill.append(np.where(known[i][..., None], 0, full).astype(np.float32))
        window.append(np.zeros(known[i].shape, np.float32))
    back = _hidden_wall(rects, known)
    if back >= 0:
        window[back] = np.where(known[back], 0, _window_shape(rects[back], window[back].shape)).astype(np.float32)
    return Shell(rects, seen, fill, lift, window)


def _class_means(rects: list[Rect], seen: list[Array], known: list[Array], lift: list[Array]) -> dict[str, Array]:
    """Area-weighted mean of what is seen of each kind of surface; kinds not seen take the walls' or the whole mean."""
    sums: dict[str, Array] = {k: np.zeros(4) for k in ("floor", "wall", "ceiling")}
    for r, s, k, f in zip(rects, seen, known, lift, strict=True):
        weight = k * (f < 0.1) * (r.area_m2 / k.size)
        sums[r.kind][:3] += (s * weight[..., None]).sum((0, 1))
        sums[r.kind][3] += weight.sum()
    total = np.sum(list(sums.values()), axis=0)
    overall = total[:3] / max(total[3], 1e-6) if total[3] > 0 else np.full(3, 0.4)
    walls = sums["wall"][:3] / sums["wall"][3] if sums["wall"][3] > 0.3 else overall
    return {k: (v[:3] / v[3] if v[3] > 0.3 else walls) for k, v in sums.items()}


def pull_push(values: Array, known: Array, default: Array) -> Array:
    """``values`` (H, W, 3) where ``known``; elsewhere the average of ever larger neighbourhoods, and far away
    ``default``."""
    import cv2

    base = np.broadcast_to(np.asarray(default, np.float32), values.shape)
    if not known.any():
        return base.copy()
    h, w = known.shape
    levels: list[tuple[Array, Array]] = [(values * known[..., None], known.astype(np.float32))]
    while min(levels[-1][1].shape) > 3:
        c, k = levels[-1]
        size = (max(1, c.shape[1] // 2), max(1, c.shape[0] // 2))
        levels.append(
            (cv2.resize(c, size, interpolation=cv2.INTER_AREA), cv2.resize(k, size, interpolation=cv2.INTER_AREA))
        )
    c, k = levels[-1]
    out = (c + 0.05 * base[0, 0]) / (k[..., None] + 0.05)
    for c, k in reversed(levels[:-1]):
        up = cv2.resize(out, (c.shape[1], c.shape[0]), interpolation=cv2.INTER_LINEAR)
        out = c + up * (1 - np.minimum(k, 1))[..., None]
    return out.reshape(h, w, 3)


def _hidden_wall(rects: list[Rect], known: list[Array]) -> int:
    """The rectangle of the largest wall area that the photo does not show; -1 if less than a square metre."""
    hidden = [(~k).mean() * r.area_m2 if r.kind == "wall" else 0.0 for r, k in zip(rects, known, strict=True)]
    best = int(np.argmax(hidden))
    return best if hidden[best] > 1.0 else -1


def _window_shape(rect: Rect, shape: tuple[int, int]) -> Array:
    """A soft window, 60 % of the wall's width (at most 2.4 m), from 0.8 m to 2.1 m."""
    length, height = rect.size_m
    s, t = np.meshgrid(*((np.arange(n) + 0.5) / n for n in (shape[1], shape[0])))
    half = min(1.2, 0.3 * length)
    across = np.clip((half - np.abs(s - 0.5) * length) / 0.3 + 0.5, 0, 1)
    up = np.clip((0.65 - np.abs(t * height - min(1.45, 0.6 * height))) / 0.3 + 0.5, 0, 1)
    return across * up


def surface_labels(layout: Layout, width: int, height: int) -> Array:
    """uint8 (height, width), values as ``types.SURFACES``, of the layout's proxy surfaces at any picture size."""
    rects = rectangles(layout)
    camera = layout.camera.scaled(width, height)
    value = {"floor": 1, "wall": 2, "ceiling": 3}
    table = np.array([value[r.kind] for r in rects] + [0], np.uint8)
    labels = np.empty((height, width), np.uint8)
    for top in range(0, height, 256):  # rays of a whole large photo would take gigabytes
        v = np.arange(top, min(top + 256, height)) + 0.5
        directions = camera.rays(np.stack(np.meshgrid(np.arange(width) + 0.5, v), -1))
        _, index, s, t = first_hit(rects, camera.centre, directions)
        part = table[index]
        for o in layout.openings:
            k = next((i for i, r in enumerate(rects) if r.wall == o.wall), -1)
            if k < 0 or o.kind == "opening":
                continue
            along, up = s * rects[k].size_m[0], t * rects[k].size_m[1]
            inside = (index == k) & (along >= o.left_m) & (along <= o.right_m) & (up >= o.bottom_m) & (up <= o.top_m)
            part[inside] = 4 if o.kind == "window" else 5
        labels[top : top + 256] = part
    return labels
