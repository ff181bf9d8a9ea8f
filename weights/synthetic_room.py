"""What is random about a rendered room: its shape, openings, colours, light and camera. Drawn by synthetic_rooms.py."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from synthetic_pieces import Piece, Rug

Array = NDArray[Any]


@dataclass
class Patch:
    """A rectangle on a wall, in metres along the wall and over the floor."""

    kind: str
    u0: float
    u1: float
    v0: float
    v1: float
    colour: Array
    style: dict[str, float] = field(default_factory=dict)


@dataclass
class Face:
    """A plane ``normal . p = offset`` seen from inside (normal points out of the room)."""

    normal: Array
    offset: float
    role: str
    colour: Array
    texture: str = "plain"
    patches: list[Patch] = field(default_factory=list)

    def uv(self, p: Array) -> tuple[Array, Array]:
        if self.role in ("floor", "ceiling"):
            return p[:, 0], p[:, 2]
        n = self.normal
        if abs(n[1]) > 0.99:
            return p[:, 0], p[:, 2]
        along = np.array([n[2], 0.0, -n[0]]) / math.hypot(n[0], n[2])
        return p @ along, p[:, 1]


class Noise:
    """Tiling fractal noise in 0..1, looked up by position."""

    def __init__(self, rng: np.random.Generator) -> None:
        n, total = 256, np.zeros((256, 256), np.float32)
        for k in (4, 8, 16, 32, 64, 128):
            lattice = rng.random((k, k), dtype=np.float32)
            i = np.arange(n) * k / n
            f = (i % 1).astype(np.float32)
            f, a, b = f * f * (3 - 2 * f), i.astype(int), (i.astype(int) + 1) % k
            rows = lattice[a] * (1 - f)[:, None] + lattice[b] * f[:, None]
            total += (rows[:, a] * (1 - f) + rows[:, b] * f) / k**0.7
        self.table = (total - total.min()) / (total.max() - total.min())

    def __call__(self, u: Array, v: Array) -> Array:
        return self.table[(u * 64).astype(int) % 256, (v * 64).astype(int) % 256]


def pick(rng: np.random.Generator, *colours: tuple[float, float, float], spread: float = 0.05) -> Array:
    c = np.array(colours[rng.integers(len(colours))], np.float32)
    return np.clip(c * np.exp(rng.normal(0, spread)) + rng.normal(0, spread / 4, 3), 0.02, 0.95).astype(np.float32)


WALLS = ((0.85, 0.85, 0.83), (0.8, 0.79, 0.75), (0.9, 0.9, 0.9), (0.72, 0.68, 0.6), (0.6, 0.6, 0.6), (0.75, 0.7, 0.58),
         (0.5, 0.56, 0.6), (0.55, 0.6, 0.5), (0.3, 0.34, 0.4), (0.75, 0.55, 0.4), (0.85, 0.8, 0.65))  # fmt: skip
WOODS = ((0.42, 0.26, 0.14), (0.55, 0.38, 0.22), (0.3, 0.17, 0.09), (0.62, 0.5, 0.36), (0.5, 0.45, 0.4),
         (0.7, 0.58, 0.42),
         (0.2, 0.12, 0.08), (0.45, 0.42, 0.4))  # fmt: skip
CARPETS = (
    (0.6, 0.55, 0.47),
    (0.7, 0.67, 0.62),
    (0.45, 0.45, 0.45),
    (0.5, 0.4, 0.32),
    (0.8, 0.78, 0.74),
    (0.35, 0.38, 0.42),
)
TILES = ((0.75, 0.72, 0.66), (0.6, 0.55, 0.48), (0.85, 0.85, 0.84), (0.35, 0.35, 0.36), (0.55, 0.42, 0.33))


class Room:
    """Everything random about one room."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.noise = rng, Noise(rng)
        self.w, self.d = rng.uniform(2.4, 7.0), rng.uniform(2.6, 8.0)
        self.h = rng.uniform(2.25, 2.8) if rng.random() < 0.75 else rng.uniform(2.8, 3.8)
        wall = pick(rng, *WALLS)
        ceiling = (
            pick(rng, (0.88, 0.88, 0.88), (0.85, 0.84, 0.8)) if rng.random() < 0.8 else wall * rng.uniform(0.9, 1.05)
        )
        kind = rng.choice(["wood", "carpet", "tile", "concrete"], p=[0.5, 0.25, 0.18, 0.07])
        floor = {"wood": WOODS, "carpet": CARPETS, "tile": TILES, "concrete": ((0.5, 0.5, 0.48), (0.6, 0.58, 0.55))}[
            kind
        ]
        self.gloss = {"wood": rng.uniform(0.0, 0.9), "tile": rng.uniform(0, 1), "concrete": rng.uniform(0, 0.5)}.get(
            kind, 0.0
        )
        self.trim = pick(rng, (0.9, 0.9, 0.88)) if rng.random() < 0.75 else pick(rng, *WOODS)
        self.base = rng.uniform(0.06, 0.18) if rng.random() < 0.85 else 0.0
        self.crown = rng.uniform(0.04, 0.14) if rng.random() < 0.25 else 0.0
        self.plank = (rng.uniform(0.06, 0.2), rng.uniform(0.6, 2.0), rng.uniform(0.2, 0.8), int(rng.integers(3)))
        axes = (((-1, 0, 0), 0.0), ((1, 0, 0), self.w), ((0, 0, -1), 0.0), ((0, 0, 1), self.d))
        self.faces = [
            Face(np.array([0.0, -1, 0]), 0.0, "floor", pick(rng, *floor), str(kind)),
            Face(np.array([0.0, 1, 0]), self.h, "ceiling", ceiling, "popcorn" if rng.random() < 0.2 else "plain"),
        ]
        accent = rng.integers(4) if rng.random() < 0.25 else -1
        for i, (n, o) in enumerate(axes):
            colour = pick(rng, *WALLS) if i == accent else wall
            texture = rng.choice(["plain", "brick", "walltile", "panel"], p=[0.9, 0.03, 0.03, 0.04])
            self.faces.append(Face(np.array(n, float), o, "wall", colour, str(texture)))
        self._extras(wall, ceiling)
        self.boxes: list[tuple[Array, Array, str, Array]] = []
        self.pieces: list[Piece] = []
        self.rugs: list[Rug] = []
        self._boxes(wall)
        for face in self.faces[2:6]:
            self._patches(face)
        outer = [(self.h if rng.random() < 0.6 else self.h + rng.uniform(-0.2, 0.6)), rng.uniform(1.5, 5)]
        other = pick(rng, *WALLS)
        same = rng.random() < 0.7
        fl = self.faces[0]
        self.beyond = [
            Face(
                np.array([0.0, -1, 0]),
                0.0,
                "floor",
                fl.colour if same else pick(rng, *WOODS),
                fl.texture if same else "carpet",
            ),
            Face(np.array([0.0, 1, 0]), outer[0], "ceiling", ceiling),
        ]
        for n, o in axes:
            self.beyond.append(Face(np.array(n, float), o + outer[1], "wall", other))
        self._light()
        self._camera()

    def _extras(self, wall: Array, ceiling: Array) -> None:
        rng = self.rng
        if rng.random() < 0.12:  # a cut corner
            n = np.array([rng.choice([-1, 1]), 0, rng.choice([-1, 1])], float) / math.sqrt(2)
            corner = np.array([self.w if n[0] > 0 else 0, 0, self.d if n[2] > 0 else 0])
            self.faces.append(Face(n, float(n @ corner) - rng.uniform(0.4, 1.0), "wall", wall))
        if rng.random() < 0.15:  # a sloped ceiling
            a, side = math.radians(rng.uniform(20, 45)), rng.choice([-1, 1])
            n = np.array([side * math.sin(a), math.cos(a), 0.0])
            at = np.array([self.w if side > 0 else 0.0, rng.uniform(0.9, self.h - 0.4), 0.0])
            self.faces.append(Face(n, float(n @ at), "ceiling", ceiling if rng.random() < 0.7 else wall))

    def _boxes(self, wall: Array) -> None:
        rng, w, d, h = self.rng, self.w, self.d, self.h
        for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.5, 0.27, 0.15, 0.08]))):
            sx, sz = rng.uniform(0.3, 0.4 * w), rng.uniform(0.3, 0.4 * d)
            x = 0.0 if rng.random() < 0.5 else w - sx
            z = rng.choice([0.0, d - sz, rng.uniform(0, d - sz)])
            top = h if rng.random() < 0.85 else rng.uniform(0.9, 1.3)
            self.boxes.append((np.array([x, 0, z]), np.array([x + sx, top, z + sz]), "wall", wall))
        if rng.random() < 0.14:  # a dropped beam
            z = rng.uniform(0.2 * d, 0.7 * d)
            lo = np.array([0, h - rng.uniform(0.15, 0.4), z])
            self.boxes.append((lo, np.array([w, h, z + rng.uniform(0.15, 0.5)]), "wall", wall))
        if rng.random() < 0.14:  # a kitchen line
            x0 = 0.0 if rng.random() < 0.5 else w - 0.6
            z0 = rng.uniform(0, d * 0.6)
            z1 = rng.uniform(z0 + 1, d)
            c = pick(rng, (0.85, 0.85, 0.83), *WOODS)
            self.boxes.append((np.array([x0, 0, z0]), np.array([x0 + 0.6, 0.87, z1]), "cabinet", c))
            top = pick(rng, *TILES)
            self.boxes.append((np.array([x0, 0.87, z0]), np.array([x0 + 0.62, 0.91, z1]), "countertop", top))
            xu = 0.0 if x0 == 0 else w - 0.35
            self.boxes.append((np.array([xu, 1.4, z0]), np.array([xu + 0.35, min(h, 2.15), z1]), "cabinet", c))

    def _patches(self, face: Face) -> None:
        rng = self.rng
        lo, hi = sorted(
            (float(face.uv(np.array([[0.0, 0, 0]]))[0][0]), float(face.uv(np.array([[self.w, 0, self.d]]))[0][0]))
        )
        cursor = lo + rng.uniform(0.1, 0.8)
        while cursor < hi - 0.9:
            kind = rng.choice(["window", "door", "passage", "closet", "glassdoor", "picture", "none"],
                              p=[0.27, 0.16, 0.08, 0.06, 0.07, 0.03, 0.33])  # fmt: skip
            width = {"window": rng.uniform(0.6, 2.2), "door": rng.uniform(0.7, 0.95), "passage": rng.uniform(0.8, 2.2),
                     "closet": rng.uniform(1.2, 2.2), "glassdoor": rng.uniform(1.2, 2.6),
                     "picture": rng.uniform(0.3, 1.0),
                     "none": rng.uniform(0.4, 2.0)}[kind]  # fmt: skip
            u0, u1 = cursor, min(cursor + width, hi - 0.05)
            cursor = u1 + rng.uniform(0.1, 1.2)
            if kind == "none" or u1 - u0 < 0.4:
                continue
            v0, v1 = 0.0, min(self.h - 0.06, rng.uniform(1.98, 2.15))
            if kind == "window":
                v0, v1 = rng.uniform(0.3, 1.1), min(self.h - 0.1, rng.uniform(1.8, 2.4))
            if kind == "picture":
                v0 = rng.uniform(1.2, 1.5)
                v1 = v0 + rng.uniform(0.3, 0.8)
            colour = self.trim if rng.random() < 0.75 else pick(rng, *WOODS, (0.9, 0.9, 0.9), (0.05, 0.05, 0.05))
            style = {"frame": rng.uniform(0.03, 0.1), "nx": rng.integers(1, 4), "ny": rng.integers(1, 4),
                     "blind": float(rng.random() < 0.18), "curtain": float(rng.random() < 0.18),
                     "knob": rng.integers(2),
                     "panels": rng.integers(0, 4), "seed": rng.random() * 100, "drape": rng.random()}  # fmt: skip
            face.patches.append(Patch(str(kind), u0, u1, v0, v1, colour, style))

    def _light(self) -> None:
        rng = self.rng
        self.ambient = rng.uniform(0.25, 0.9)
        self.sky = rng.uniform(1.0, 5.0)
        self.windows: list[tuple[Array, Array, float]] = []
        for face in self.faces[2:6]:
            n = face.normal
            along = np.array([n[2], 0.0, -n[0]])
            for p in face.patches:
                if p.kind in ("window", "glassdoor"):
                    for fu in (0.25, 0.75):
                        for fv in (0.3, 0.75):
                            at = along * (p.u0 + fu * (p.u1 - p.u0)) + np.array([0, p.v0 + fv * (p.v1 - p.v0), 0])
                            self.windows.append((at + n * face.offset, n, (p.u1 - p.u0) * (p.v1 - p.v0) / 4))
        count = int(rng.choice([0, 1, 2, 4, 6], p=[0.4, 0.3, 0.1, 0.1, 0.1]))
        self.lamps = [
            np.array([rng.uniform(0.5, self.w - 0.5), self.h, rng.uniform(0.5, self.d - 0.5)]) for _ in range(count)
        ]
        self.lamp_radius = rng.uniform(0.06, 0.22)
        self.lamp_power = rng.uniform(0.2, 1.2)
        self.glows: list[Array] = []
        self.glow = rng.uniform(1.0, 3.0) * (self.ambient + 0.1 * self.sky * bool(self.windows))
        self.warm = np.array([1.0, rng.uniform(0.78, 1.0), rng.uniform(0.55, 1.0)], np.float32)
        a, e = rng.uniform(0, 2 * math.pi), math.radians(rng.uniform(20, 60))
        self.sun = np.array([math.cos(a) * math.cos(e), math.sin(e), math.sin(a) * math.cos(e)])
        self.sun_power = rng.uniform(1.0, 4.0) if rng.random() < 0.45 else 0.0
        self.occlusion, self.reach = rng.uniform(0.1, 0.5), rng.uniform(0.08, 0.4)

    def _camera(self) -> None:
        rng = self.rng
        self.aspect = rng.choice([4 / 3, 3 / 2, 3 / 4, 1.0], p=[0.45, 0.4, 0.08, 0.07])
        for _ in range(50):
            eye = np.array([rng.uniform(0.25, self.w - 0.25), rng.uniform(0.95, 1.7), rng.uniform(0.2, 0.35 * self.d)])
            inside = all(f.normal @ eye < f.offset - 0.15 for f in self.faces)
            if inside and not any((eye > lo - 0.3).all() and (eye < hi + 0.3).all() for lo, hi, _, _ in self.boxes):
                break
        self.eye = eye
        to = np.array([rng.uniform(0.1, 0.9) * self.w, 0, rng.uniform(0.7, 1.0) * self.d]) - eye
        yaw, pitch = math.atan2(to[0], to[2]), math.radians(rng.normal(-2.5, 4.5))
        roll = math.radians(rng.normal(0, 0.7))
        forward = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])
        right = np.array([math.cos(yaw), 0, -math.sin(yaw)])
        up = np.cross(forward, right)
        up = up if up[1] > 0 else -up
        right, up = right * math.cos(roll) + up * math.sin(roll), up * math.cos(roll) - right * math.sin(roll)
        self.frame, self.tan = (right, up, forward), math.tan(math.radians(rng.uniform(52, 98)) / 2)
