"""Turned groups of cuboids, and rugs, as rays meet them. Part of train_roomnet.py's recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Part = tuple[Array, Array, str, Array, str]
"""Lower and upper corner, class, colour, texture with, after a space, a shape: "round" (upright) or "disc" (on a wall)."""


@dataclass
class Piece:
    """Cuboids in the piece's own frame, x along its width, z from its back (0) to its front; ``at`` is its back's middle.

    ``lean``: the angle by which its top tips backwards about its back's lower edge.
    """

    parts: list[Part]
    at: tuple[float, float] = (0.0, 0.0)
    yaw: float = 0.0
    lean: float = 0.0
    lo: Array = field(init=False)
    hi: Array = field(init=False)

    def __post_init__(self) -> None:
        self.lo = np.min([p[0] for p in self.parts], 0)
        self.hi = np.max([p[1] for p in self.parts], 0)

    def local(self, p: Array, *, vector: bool = False) -> Array:
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        x, z = (p[:, 0], p[:, 2]) if vector else (p[:, 0] - self.at[0], p[:, 2] - self.at[1])
        x, y, z = c * x - s * z, p[:, 1], s * x + c * z
        if self.lean:
            c, s = math.cos(self.lean), math.sin(self.lean)
            y, z = c * y - s * z, s * y + c * z
        return np.stack([x, y, z], 1)

    def world(self, v: Array) -> Array:
        """Vectors (N, 3) of the piece's frame in the room's."""
        x, y, z = v.T
        if self.lean:
            c, s = math.cos(self.lean), math.sin(self.lean)
            y, z = c * y + s * z, c * z - s * y
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return np.stack([c * x + s * z, y, c * z - s * x], 1)

    def corners(self) -> Array:
        """The eight (8, 3), in the room."""
        ends = np.stack([self.lo, self.hi])
        local = np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        return self.world(local) + np.array([self.at[0], 0, self.at[1]])


@dataclass
class Rug:
    at: tuple[float, float]
    half: tuple[float, float]
    yaw: float
    round: bool
    colours: Array
    pattern: str
    seed: float
    shadow: float = 0.0

    def place(self, p: Array) -> tuple[Array, Array, Array]:
        """On the rug, and coordinates -1..1 along its sides, of points on the floor."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        x, z = p[:, 0] - self.at[0], p[:, 2] - self.at[1]
        u, v = (c * x - s * z) / self.half[0], (s * x + c * z) / self.half[1]
        inside = u * u + v * v < 1 if self.round else (np.abs(u) < 1) & (np.abs(v) < 1)
        return inside, u, v

    def beside(self, u: Array, v: Array) -> Array:
        """What its thickness leaves of the light on the floor around it."""
        x, z = np.abs(u) * self.half[0], np.abs(v) * self.half[1]
        if self.round:
            r = np.hypot(u, v)
            gap = np.hypot(x, z) * (1 - 1 / np.maximum(r, 1e-3))
        else:
            gap = np.hypot(np.maximum(x - self.half[0], 0), np.maximum(z - self.half[1], 0))
        return 1 - self.shadow * np.clip(1 - gap / 0.035, 0, 1)

    def colour(self, u: Array, v: Array, noise: Any) -> Array:
        a, b, c = self.colours
        x, z = u * self.half[0], v * self.half[1]
        grain = 1 + 0.25 * (noise(x * 17, z * 17) - 0.5)
        if self.pattern == "shaggy":
            grain += 0.35 * (noise(x * 7, z * 7) - 0.5) + 0.25 * (noise(x * 1.5 + self.seed, z * 1.5) - 0.5)
        if self.pattern == "noise":
            mix = (noise(x * 2 + self.seed, z * 2) > 0.5).astype(float)
        elif self.pattern == "stripes":
            mix = ((x / 0.18 % 1) < 0.5).astype(float)
        elif self.pattern == "motif":
            mix = (np.sin(x * 18) * np.sin(z * 18) + 0.5 * np.sin(x * 7 + z * 7) > 0.1).astype(float)
        else:
            mix = np.zeros(len(u))
        colour = a + (b - a) * mix[:, None]
        if self.pattern == "rim":
            edge = np.maximum(np.abs(u), np.abs(v)) if not self.round else np.hypot(u, v)
            colour = np.where((edge > 0.96)[:, None], a * 0.85, colour)
        if self.pattern in ("border", "motif"):
            edge = np.maximum(np.abs(u), np.abs(v)) if not self.round else np.hypot(u, v)
            colour = np.where(((edge > 0.82) & (edge < 0.93))[:, None], c, colour)
        return colour * grain[:, None]


def meet(piece: Piece, o: Array, d: Array, t: Array) -> tuple[Array, Array, Array]:
    """Rays against a piece: distance (inf where none is nearer than ``t``), number of the part, normal in the room."""
    far, which, normals = np.full(len(d), np.inf), np.full(len(d), -1), np.zeros_like(d)
    lo, ld = piece.local(o), piece.local(d, vector=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (piece.lo - lo) / ld, (piece.hi - lo) / ld
        near, leave = np.minimum(a, b).max(1), np.maximum(a, b).min(1)
        some = np.flatnonzero((near < np.minimum(leave, t)) & (leave > 1e-4))
        if not len(some):
            return far, which, normals
        so, sd, best = lo[some], ld[some], t[some].copy()
        part, normal = np.full(len(some), -1), np.zeros_like(sd)
        for k, (a, b, _, _, kind) in enumerate(piece.parts):
            if kind.endswith(" round"):
                enter, n = _tube(a, b, so, sd)
            else:
                enter, axis = _slab(a, b, so, sd)
                n = -np.sign(sd) * (np.arange(3) == axis[:, None])
                if kind.endswith(" disc"):
                    away = ((so + sd * np.where(np.isfinite(enter), enter, 0)[:, None] - (a + b) / 2) / (b - a) * 2)[
                        :, :2
                    ]
                    enter = np.where((axis == 2) & ((away**2).sum(1) < 1), enter, np.inf)
            hit = enter < best
            best[hit], part[hit], normal[hit] = enter[hit], k, n[hit]
    hit = part >= 0
    far[some[hit]], which[some[hit]] = best[hit], part[hit]
    normals[some[hit]] = piece.world(normal[hit])
    return far, which, normals


def _slab(lo: Array, hi: Array, o: Array, d: Array) -> tuple[Array, Array]:
    a, b = (lo - o) / d, (hi - o) / d
    near = np.minimum(a, b)
    enter = near.max(1)
    hit = (enter > 1e-4) & (enter < np.maximum(a, b).min(1))
    return np.where(hit, enter, np.inf), near.argmax(1)


def _tube(lo: Array, hi: Array, o: Array, d: Array) -> tuple[Array, Array]:
    """Rays against an upright elliptic cylinder in a cuboid: distance and normal."""
    r, c = (hi - lo) / 2, (hi + lo) / 2
    q, w = (o - c) / r, d / r
    a, b = w[:, 0] ** 2 + w[:, 2] ** 2, q[:, 0] * w[:, 0] + q[:, 2] * w[:, 2]
    root = np.sqrt(b * b - a * (q[:, 0] ** 2 + q[:, 2] ** 2 - 1))
    below, above = (-1 - q[:, 1]) / w[:, 1], (1 - q[:, 1]) / w[:, 1]
    side, cap = (-b - root) / a, np.minimum(below, above)
    enter = np.maximum(side, cap)
    hit = (enter > 1e-4) & (enter < np.minimum((-b + root) / a, np.maximum(below, above)))
    enter = np.where(hit, enter, np.inf)
    normal = (q + w * np.where(hit, enter, 0)[:, None]) / r * np.array([1, 0, 1])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    return enter, np.where((cap > side)[:, None], -np.sign(d) * np.array([0, 1, 0]), normal)


def look(piece: Piece, part: int, p: Array, noise: Any) -> Array:
    """Albedo (N, 3) of points (N, 3) of the room on a part."""
    lo, hi, _, base, kind = piece.parts[part]
    kind = kind.split(" ")[0]
    q = piece.local(p)
    x, y, z = (q - lo).T
    size = hi - lo
    tone = np.ones(len(p))
    if kind == "wood":
        a, b = (x, z) if size[0] > size[2] else (z, x)
        tone += 0.5 * (noise(b * 4 + part, a * 0.3 + y * 2) - 0.5)
    elif kind == "fabric":
        tone += 0.3 * (noise((x + y) * 13, (z + y) * 13) - 0.5) + 0.2 * (noise(x * 1.5 + part, z * 1.5 + y) - 0.5)
    elif kind == "stripes":
        tone -= 0.45 * (((x + 0.3 * z) / 0.09 % 1) < 0.5)
    elif kind == "pattern":
        tone -= 0.55 * (noise(x * 3 + z * 2, y * 3 + z * 2) > 0.52)
    elif kind == "books":
        tone = 0.4 + 1.1 * noise(np.floor(x / 0.03) * 0.37 + part, np.zeros(len(p)))
    elif kind in ("drawers", "doors"):
        high, wide = (0.22, size[0]) if kind == "drawers" else (size[1], 0.5)
        for v, step in ((y, high), (x, wide)):
            w = v / step % 1
            tone -= 0.4 * (np.minimum(w, 1 - w) * step < 0.008)
        knob = (np.abs(x / size[0] * 2 % 1 - 0.5) * size[0] / 2 < 0.03) & (np.abs(y % 0.22 - 0.11) < 0.012)
        tone -= 0.5 * (knob & (z > size[2] - 0.01))
    elif kind == "panel":
        tone -= 0.25 * ((x / 0.1 % 1) < 0.07)
    elif kind == "marble":
        vein = np.abs(noise(x * 0.8 + part, z * 0.8 + y) - 0.5)
        tone += 0.12 * (noise(x * 9, z * 9 + y * 9) - 0.5) - 0.3 * np.clip(1 - vein / 0.025, 0, 1)
    elif kind in ("brick", "stone"):
        tone += masonry(x + z, y, kind == "stone") + 0.3 * (noise(x * 5 + z, y * 5 + z) - 0.5)
    elif kind == "soot":
        edge = np.minimum(np.minimum(x, size[0] - x), size[1] - y)
        tone = 0.5 + 2 * np.exp(-edge / 0.05) + 0.6 * noise(x * 4, y * 4)
    elif kind.startswith("cloth") or kind == "sheer":
        return cloth(x, y, base, kind, noise, part)
    return np.clip(base, 0.015, 0.95)[None] * np.clip(tone, 0.1, 2)[:, None]


def masonry(u: Array, v: Array, stone: bool) -> Array:
    """What joints and single stones add to the tone."""
    wide, high = (0.34, 0.17) if stone else (0.215, 0.075)
    row = np.floor(v / high)
    s = u / wide + row * (0.37 if stone else 0.5)
    tone = np.sin(np.floor(s) * 12.9 + row * 78.2) * 43758.5
    joint = (s % 1 * wide < 0.012) | (v % high < 0.012)
    return (tone - np.floor(tone) - 0.5) * 0.5 - 0.3 * joint


def cloth(x: Array, y: Array, base: Array, kind: str, noise: Any, part: int) -> Array:
    """Albedo of a hanging cloth with folds; its second colour is made of the first."""
    pale = base.mean() > 0.45
    second = np.clip(np.roll(base, 1) * (0.55 if pale else 1.3) + (0.0 if pale else 0.25), 0.02, 0.92)
    bend = x + 0.02 * noise(x * 0.5 + part, y * 0.2)
    wave = np.sin(bend * 60 + part) + 0.4 * np.sin(bend * 23 + 2 * part)
    fold = 0.8 + 0.17 * wave
    s = x + 0.012 * wave
    mix = np.zeros(len(x))
    if kind == "cloth-stripes":
        mix = ((s / 0.11 % 1) < 0.45).astype(float)
    elif kind == "cloth-bands":
        mix = ((y / 0.35 % 1) < 0.4).astype(float)
    elif kind == "cloth-floral":
        mix = (noise(s * 2.3 + part, y * 2.3) > 0.56) * 1.0 - 0.5 * (noise(s * 3 + 5, y * 3 + part) > 0.62)
    elif kind == "cloth-motif":
        mix = (np.cos(s * 30) * np.cos(y * 30) > 0.35).astype(float)
    if kind == "sheer":
        fold = 0.93 + 0.07 * wave
    return np.clip(base + (second - base) * mix[:, None], 0.02, 0.93) * fold[:, None]
