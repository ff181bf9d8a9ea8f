"""Turned groups of cuboids, and rugs, as rays meet them. Part of train_roomnet.py's recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Part = tuple[Array, Array, str, Array, str]
"""Lower and upper corner, class, colour, texture."""


@dataclass
class Piece:
    """Cuboids in the piece's own frame, x along its width, z from its back (0) to its front; ``at`` is its back's middle."""

    parts: list[Part]
    at: tuple[float, float] = (0.0, 0.0)
    yaw: float = 0.0
    lo: Array = field(init=False)
    hi: Array = field(init=False)

    def __post_init__(self) -> None:
        self.lo = np.min([p[0] for p in self.parts], 0)
        self.hi = np.max([p[1] for p in self.parts], 0)

    def local(self, p: Array, *, vector: bool = False) -> Array:
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        x, z = (p[:, 0], p[:, 2]) if vector else (p[:, 0] - self.at[0], p[:, 2] - self.at[1])
        return np.stack([c * x - s * z, p[:, 1], s * x + c * z], 1)

    def world(self, v: Array) -> Array:
        """Vectors (N, 3) of the piece's frame in the room's."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return np.stack([c * v[:, 0] + s * v[:, 2], v[:, 1], c * v[:, 2] - s * v[:, 0]], 1)

    def corners(self) -> Array:
        xs, zs = (self.lo[0], self.hi[0]), (self.lo[2], self.hi[2])
        local = np.array([[x, 0, z] for x in xs for z in zs])
        return self.world(local)[:, [0, 2]] + np.array(self.at)


@dataclass
class Rug:
    at: tuple[float, float]
    half: tuple[float, float]
    yaw: float
    round: bool
    colours: Array
    pattern: str
    seed: float

    def place(self, p: Array) -> tuple[Array, Array, Array]:
        """On the rug, and coordinates -1..1 along its sides, of points on the floor."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        x, z = p[:, 0] - self.at[0], p[:, 2] - self.at[1]
        u, v = (c * x - s * z) / self.half[0], (s * x + c * z) / self.half[1]
        inside = u * u + v * v < 1 if self.round else (np.abs(u) < 1) & (np.abs(v) < 1)
        return inside, u, v

    def colour(self, u: Array, v: Array, noise: Any) -> Array:
        a, b, c = self.colours
        x, z = u * self.half[0], v * self.half[1]
        grain = 1 + 0.25 * (noise(x * 17, z * 17) - 0.5)
        if self.pattern == "noise":
            mix = (noise(x * 2 + self.seed, z * 2) > 0.5).astype(float)
        elif self.pattern == "stripes":
            mix = ((x / 0.18 % 1) < 0.5).astype(float)
        elif self.pattern == "motif":
            mix = (np.sin(x * 18) * np.sin(z * 18) + 0.5 * np.sin(x * 7 + z * 7) > 0.1).astype(float)
        else:
            mix = np.zeros(len(u))
        colour = a + (b - a) * mix[:, None]
        if self.pattern in ("border", "motif"):
            edge = np.maximum(np.abs(u), np.abs(v)) if not self.round else np.hypot(u, v)
            colour = np.where(((edge > 0.82) & (edge < 0.93))[:, None], c, colour)
        return colour * grain[:, None]


def meet(piece: Piece, o: Array, d: Array, t: Array) -> tuple[Array, Array, Array]:
    """Rays against a piece: distance (inf where none is nearer than ``t``), number of the part, normal in the room."""
    far, which, normals = np.full(len(d), np.inf), np.full(len(d), -1), np.zeros_like(d)
    lo, ld = piece.local(o), piece.local(d, vector=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        some = np.flatnonzero(_slab(piece.lo, piece.hi, lo, ld)[0] < t)
        if not len(some):
            return far, which, normals
        so, sd, best = lo[some], ld[some], t[some].copy()
        part, axis = np.full(len(some), -1), np.zeros(len(some), int)
        for k, (a, b, *_) in enumerate(piece.parts):
            enter, ax = _slab(a, b, so, sd)
            hit = enter < best
            best, part, axis = np.where(hit, enter, best), np.where(hit, k, part), np.where(hit, ax, axis)
    hit = part >= 0
    normal = -np.sign(sd) * (np.arange(3) == axis[:, None])
    far[some[hit]], which[some[hit]] = best[hit], part[hit]
    normals[some[hit]] = piece.world(normal[hit])
    return far, which, normals


def _slab(lo: Array, hi: Array, o: Array, d: Array) -> tuple[Array, Array]:
    a, b = (lo - o) / d, (hi - o) / d
    near = np.minimum(a, b)
    enter = near.max(1)
    hit = (enter > 1e-4) & (enter < np.maximum(a, b).min(1))
    return np.where(hit, enter, np.inf), near.argmax(1)


def look(piece: Piece, part: int, p: Array, noise: Any) -> Array:
    """Albedo (N, 3) of points (N, 3) of the room on a part."""
    lo, hi, _, base, kind = piece.parts[part]
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
    return np.clip(base, 0.015, 0.95)[None] * np.clip(tone, 0.1, 2)[:, None]
