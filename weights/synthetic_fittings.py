"""Mirrors, curtains, fireplaces, kitchen islands, lamps and racks as cuboids. Part of train_roomnet.py's recipe."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from synthetic_furniture import BLACK, FABRICS, PAINTS, Maker
from synthetic_pieces import Piece
from synthetic_room import TILES, WOODS, pick

GLASS = np.array([0.93, 0.95, 0.94])
METALS = ((0.05, 0.05, 0.05), (0.6, 0.45, 0.2), (0.5, 0.5, 0.5), (0.85, 0.85, 0.85))
SHADES = ((0.9, 0.88, 0.82), (0.93, 0.93, 0.92), (0.9, 0.82, 0.66), (0.8, 0.76, 0.68))
CLOTHS = (*FABRICS, (0.75, 0.08, 0.1), (0.05, 0.3, 0.55), (0.85, 0.55, 0.05), (0.1, 0.45, 0.35), (0.65, 0.25, 0.5),
          (0.85, 0.83, 0.76), (0.7, 0.68, 0.6), (0.9, 0.9, 0.88))  # fmt: skip


class Fitter(Maker):
    """Draws what hangs on walls, stands before them or in the middle of a floor."""

    def glass(self, x0: float, x1: float, y0: float, y1: float, z: float) -> None:
        """A mirror's back, frame and glass from ``z`` on."""
        r = self.rng
        c = pick(r, *PAINTS, *WOODS, *METALS)
        f = float(r.choice([0.012, r.uniform(0.02, 0.04), r.uniform(0.05, 0.12)], p=[0.4, 0.35, 0.25]))
        deep = r.uniform(0.015, 0.04)
        self.box(x0, x1, y0, y1, z, z + 0.008, "mirror", c, "plain")
        self.box(x0 + f, x1 - f, y0 + f, y1 - f, z + 0.008, z + 0.012, "mirror", GLASS, "mirror")
        for a, b, e, g in ((x0, x0 + f, y0, y1), (x1 - f, x1, y0, y1), (x0, x1, y0, y0 + f), (x0, x1, y1 - f, y1)):
            self.box(a, b, e, g, z, z + deep, "mirror", c, "plain")

    def round_glass(self, x: float, y: float, a: float, b: float, z: float) -> None:
        """An elliptic mirror of half sizes ``a`` and ``b``."""
        c = pick(self.rng, *PAINTS, *WOODS, *METALS)
        f = self.rng.choice([0.01, self.rng.uniform(0.02, 0.08)])
        self.box(x - a, x + a, y - b, y + b, z, z + 0.02, "mirror", c, "plain disc")
        a, b = a - f, b - f
        self.box(x - a, x + a, y - b, y + b, z + 0.02, z + 0.022, "mirror", GLASS, "mirror disc")

    def standing_mirror(self) -> Piece:
        """Leans by up to 12 degrees; ``at`` leaves its top room to the wall."""
        r = self.rng
        w, h = r.uniform(0.4, 1.1), r.uniform(1.4, 2.1)
        self.glass(-w / 2, w / 2, 0, h, 0)
        lean = math.radians(r.uniform(2, 12)) if r.random() < 0.7 else 0.0
        return Piece(self.parts, lean=lean)

    def wall_mirror(self, low: float | None = None) -> Piece:
        """``low``: where its lower edge is to be."""
        r = self.rng
        if r.random() < 0.3:
            a = r.uniform(0.22, 0.5)
            b = a if r.random() < 0.7 else a * r.uniform(1.2, 1.6)
            self.round_glass(0, (low or r.uniform(0.9, 1.2)) + b, a, b, 0)
        else:
            w, h = r.uniform(0.4, 1.6), r.uniform(0.5, 1.1)
            y = low or r.uniform(0.4, 1.3)
            self.glass(-w / 2, w / 2, y, y + h, 0)
        return Piece(self.parts)

    def curtains(self, x0: float, x1: float, rod: float, hi: float, lo: float) -> Piece:
        """Two panels beside ``x0`` to ``x1`` or cloth all over it, under a rod; not beyond ``lo`` and ``hi``."""
        r = self.rng
        c = pick(r, *CLOTHS, spread=0.15)
        kind = str(r.choice(["cloth", "cloth-stripes", "cloth-bands", "cloth-floral", "cloth-motif"],
                            p=[0.36, 0.18, 0.1, 0.24, 0.12]))  # fmt: skip
        hem = r.uniform(0.0, 0.04)
        left, right = max(lo, x0 - r.uniform(0.15, 0.4)), min(hi, x1 + r.uniform(0.15, 0.4))
        rod_colour = pick(r, *METALS, *WOODS)
        self.box(left - 0.03, right + 0.03, rod, rod + 0.025, 0.06, 0.085, "curtain", rod_colour, "plain")
        if r.random() < 0.35:
            sheer = pick(r, (0.9, 0.9, 0.89), (0.85, 0.82, 0.76), spread=0.03)
            self.box(left, right, hem, rod, 0.025, 0.035, "curtain", sheer, "sheer")
            if r.random() < 0.35:
                return Piece(self.parts)
        wide = (x1 - x0) * r.uniform(0.08, 0.32)
        for a, b in ((left, x0 + wide), (x1 - wide * r.uniform(0.7, 1.2), right)):
            if r.random() < 0.93:
                self.box(a, b, hem, rod + 0.03, 0.05, 0.1, "curtain", c, kind)
        return Piece(self.parts)

    def fireplace(self, wall: NDArray[np.float32], trim: NDArray[np.float32], height: float) -> Piece:
        """A surround with mantel shelf, opening and hearth, at times on a chimney breast with a mirror above."""
        r = self.rng
        w, h, leg = r.uniform(1.1, 1.8), r.uniform(0.95, 1.3), r.uniform(0.15, 0.32)
        kind = str(r.choice(["plain", "brick", "stone", "marble"], p=[0.45, 0.25, 0.15, 0.15]))
        tint = {"plain": (trim, wall, pick(r, *PAINTS)), "brick": (pick(r, (0.5, 0.26, 0.2), (0.85, 0.84, 0.8)),),
                "stone": (pick(r, (0.5, 0.47, 0.42), (0.35, 0.35, 0.36)),), "marble": (pick(r, *TILES),)}[kind]  # fmt: skip
        c = np.asarray(tint[r.integers(len(tint))], float)
        z0 = 0.0
        if r.random() < 0.5:
            z0, wide = r.uniform(0.2, 0.4), w + r.uniform(0.1, 0.6)
            same = kind in ("brick", "stone") and r.random() < 0.5
            breast = ("fireplace", c, kind) if same else ("wall", wall, "plain")
            self.box(-wide / 2, wide / 2, 0, height, 0, z0, *breast)
        z1 = z0 + r.uniform(0.06, 0.2)
        opening = r.uniform(0.6, 0.75) * h
        half = w / 2 - leg
        for a, b in ((-w / 2, -half), (half, w / 2)):
            self.box(a, b, 0, h, z0, z1, "fireplace", c, kind)
        self.box(-half, half, opening, h, z0, z1 - 0.01, "fireplace", c, kind)
        self.box(-half, half, 0, opening, z0, z0 + 0.01, "fireplace", BLACK * r.uniform(0.7, 2), "soot")
        if r.random() < 0.4:
            tile = pick(r, *TILES, (0.1, 0.1, 0.1))
            for a, b in ((-half, -half + 0.12), (half - 0.12, half)):
                self.box(a, b, 0, opening, z0, z0 + 0.03, "fireplace", tile, "plain")
        if r.random() < 0.35:
            for k in range(4):
                y = 0.06 + 0.07 * (k // 2)
                self.box(
                    -half * 0.6, half * 0.6, y, y + 0.06, z0 + 0.02, z1 - 0.01, "fireplace", pick(r, *WOODS), "wood"
                )
            if r.random() < 0.5:
                self.box(
                    -half / 2, half / 2, 0.1, 0.35, z0 + 0.015, z0 + 0.02, "fireplace", np.array([1, 0.4, 0.1]), "fire"
                )
        over = r.uniform(0.03, 0.12)
        shelf = c if kind == "plain" or r.random() < 0.4 else pick(r, *WOODS, (0.9, 0.9, 0.88))
        deep = z1 + r.uniform(0.04, 0.15)
        top = h + r.uniform(0.04, 0.14)
        self.box(-w / 2 - over, w / 2 + over, h, top, z0, deep, "fireplace", shelf, "plain")
        slab, front = r.uniform(0.015, 0.12), z1 + r.uniform(0.25, 0.5)
        stone = pick(r, *TILES, (0.15, 0.15, 0.15), (0.5, 0.26, 0.2))
        self.box(-w / 2 - over, w / 2 + over, 0, slab, z0, front, "fireplace", stone, "marble")
        if r.random() < 0.35 and height > top + 0.6:
            s = r.uniform(0.25, 0.45) * w
            if r.random() < 0.7:
                self.glass(-s, s, top + 0.03, min(height - 0.1, top + r.uniform(0.6, 1.1)), z0)
            else:
                a = min(s, (height - top) / 2)
                self.round_glass(0, top + a, a - 0.02, a - 0.02, z0)
        self.stuff(w, z0 + 0.05, deep, top, int(r.integers(0, 4)))
        return Piece(self.parts)

    def island(self) -> Piece:
        """Cabinets under an overhanging countertop; stools at the front."""
        r = self.rng
        w, d, h, over = r.uniform(1.2, 2.6), r.uniform(0.6, 0.95), r.uniform(0.86, 0.92), r.uniform(0.05, 0.35)
        c = pick(r, (0.85, 0.85, 0.83), *PAINTS, *WOODS, (0.15, 0.2, 0.28), (0.3, 0.38, 0.33))
        self.box(
            -w / 2 + 0.03, w / 2 - 0.03, 0.08, h, 0.03, d, "cabinet", c, str(r.choice(["doors", "drawers", "panel"]))
        )
        self.box(-w / 2 + 0.06, w / 2 - 0.06, 0, 0.08, 0.08, d - 0.05, "cabinet", c * 0.4, "plain")
        top, kind = (pick(r, *WOODS), "wood") if r.random() < 0.25 else (pick(r, *TILES, (0.9, 0.9, 0.9)), "marble")
        plate = h + r.uniform(0.025, 0.06)
        self.box(-w / 2, w / 2, h, plate, 0, d + over, "countertop", top, kind)
        count = int(r.integers(1, 5))
        cc, ct = self.fabric() if r.random() < 0.4 else self.wood()
        high, wide, back = r.uniform(0.62, 0.72), r.uniform(0.32, 0.42), r.random() < 0.5
        shape = " round" if r.random() < 0.4 else ""
        legs = pick(r, *METALS, *WOODS)
        for k in range(min(count, int(w / 0.45))):
            x = -w / 2 + (k + 0.5) * w / count + r.normal(0, 0.03)
            z0 = d + over - 0.1 + r.uniform(0, 0.25)
            self.box(x - wide / 2, x + wide / 2, high - 0.04, high, z0, z0 + wide, "chair", cc, ct + shape)
            self.legs(wide * 0.9, z0 + 0.02, z0 + wide - 0.02, high - 0.04, 0.025, "chair", legs, x)
            for z in (z0 + 0.03, z0 + wide - 0.05):
                self.box(x - wide * 0.42, x + wide * 0.42, 0.25, 0.27, z, z + 0.02, "chair", legs, "plain")
            if back:
                self.box(
                    x - wide / 2, x + wide / 2, high + 0.1, high + 0.32, z0 + wide - 0.03, z0 + wide, "chair", cc, ct
                )
        self.stuff(w, 0.05, d, plate, int(r.integers(0, 4)))
        return Piece(self.parts)

    def vanity(self) -> Piece:
        """A basin in a cupboard with a mirror over it."""
        r = self.rng
        w, d, h = r.uniform(0.6, 1.4), r.uniform(0.42, 0.55), r.uniform(0.78, 0.88)
        c, _ = self.wood()
        foot = r.choice([0.0, 0.25])
        self.box(-w / 2, w / 2, foot, h, 0, d, "cabinet", c, str(r.choice(["doors", "drawers"])))
        self.box(
            -w / 2 - 0.01,
            w / 2 + 0.01,
            h,
            h + 0.03,
            0,
            d + 0.01,
            "countertop",
            pick(r, *TILES, (0.9, 0.9, 0.9)),
            "marble",
        )
        white, metal = pick(r, (0.9, 0.9, 0.9), spread=0.02), pick(r, *METALS)
        self.box(-0.22, 0.22, h + 0.03, h + 0.14, 0.1, d - 0.04, "sink", white, "plain round")
        self.box(-0.19, 0.19, h + 0.14, h + 0.142, 0.13, d - 0.07, "sink", white * 0.7, "plain round")
        self.box(-0.015, 0.015, h + 0.03, h + 0.3, 0.05, 0.08, "sink", metal, "plain")
        self.box(-0.015, 0.015, h + 0.27, h + 0.3, 0.05, 0.2, "sink", metal, "plain")
        if r.random() < 0.3:
            s = r.uniform(0.25, 0.38)
            self.round_glass(0, h + 0.4 + s, s, s, 0)
        else:
            self.glass(
                -w / 2 * r.uniform(0.6, 1), w / 2 * r.uniform(0.6, 1), h + r.uniform(0.15, 0.35), r.uniform(1.7, 2), 0
            )
        return Piece(self.parts)

    def shade(self, x: float, y: float, z: float, s: float, high: float) -> None:
        """A lamp's shade over ``y``; half of them glow."""
        r = self.rng
        kind = ("glow" if r.random() < 0.5 else "plain") + (" round" if r.random() < 0.8 else "")
        c = pick(r, *SHADES) if r.random() < 0.85 or kind.startswith("glow") else pick(r, *PAINTS, *FABRICS)
        self.box(x - s, x + s, y, y + high, z - s, z + s, "lamp", c, kind)

    def rod(self, path: NDArray[np.float64], thick: float, c: NDArray[np.float32]) -> None:
        """A bent or slanting rod through points (N, 3)."""
        for a, b in pairwise(path):
            lo, hi = np.minimum(a, b) - thick / 2, np.maximum(a, b) + thick / 2
            lo[1] = max(lo[1], 0)
            self.parts.append((lo, hi, "lamp", c, "plain"))

    def floor_lamp(self) -> Piece:
        r = self.rng
        c, h, s = pick(r, *METALS, *WOODS), r.uniform(1.3, 1.75), r.uniform(0.13, 0.25)
        thin, high = r.uniform(0.012, 0.03), r.uniform(0.2, 0.4)
        kind = r.choice(["straight", "tripod", "arc"], p=[0.6, 0.22, 0.18])
        if kind == "tripod":
            for k in range(3):
                a = 2.1 * k + 0.5
                foot = np.array([0.3 * math.cos(a), 0, 0.3 + 0.3 * math.sin(a)])
                self.rod(np.linspace(foot, [0, h - high, 0.3], 24), max(0.02, thin), c)
            self.shade(0, h - high, 0.3, s, high)
        elif kind == "arc":
            bow = np.linspace(0, 2.4, 26)
            path = np.stack([0.55 - 0.55 * np.cos(bow), h - 0.3 + 0.5 * np.sin(bow), np.full(26, 0.3)], 1)
            self.rod(np.concatenate([[[0, 0, 0.3]], path]), thin, c)
            self.box(-0.15, 0.15, 0, 0.04, 0.15, 0.45, "lamp", c, "plain round")
            self.shade(path[-1, 0], path[-1, 1] - 0.2, 0.3, s, 0.2)
        else:
            self.box(-0.14, 0.14, 0, 0.02, 0.16, 0.44, "lamp", c, "plain round")
            self.box(-thin / 2, thin / 2, 0, h - 0.02, 0.3 - thin / 2, 0.3 + thin / 2, "lamp", c, "plain")
            self.shade(0, h - high, 0.3, s, high)
        return Piece(self.parts)

    def side_lamp(self) -> Piece:
        """A small table with a lamp on it."""
        r = self.rng
        s, h = r.uniform(0.18, 0.3), r.uniform(0.45, 0.65)
        c, t = self.wood()
        if r.random() < 0.4:
            self.box(-s, s, h - 0.025, h, 0, 2 * s, "table", c, t + " round")
            self.box(-0.02, 0.02, 0, h, s - 0.02, s + 0.02, "table", c, "plain")
            self.box(-s * 0.6, s * 0.6, 0, 0.02, s * 0.4, s * 1.6, "table", c, "plain round")
        else:
            self.box(-s, s, h - 0.03, h, 0, 2 * s, "table", c, t)
            self.legs(2 * s, 0, 2 * s, h, 0.03, "table", c)
        base = r.uniform(0.02, 0.09)
        stem = r.uniform(0.18, 0.35)
        self.box(
            -base, base, h, h + stem, s - base, s + base, "lamp", pick(r, *PAINTS, *METALS, *FABRICS), "plain round"
        )
        self.shade(0, h + stem - 0.02, s, r.uniform(0.11, 0.2), r.uniform(0.16, 0.28))
        return Piece(self.parts)

    def rack(self) -> Piece:
        """A clothes rail or a coat rack, with what hangs there."""
        r = self.rng
        c, h = pick(r, *METALS, *WOODS), r.uniform(1.4, 1.8)
        if r.random() < 0.6:
            w = r.uniform(0.7, 1.4)
            for x in (-w / 2, w / 2 - 0.03):
                self.box(x, x + 0.03, 0, h, 0.2, 0.23, "clutter", c, "plain")
                self.box(x, x + 0.03, 0, 0.03, 0, 0.45, "clutter", c, "plain")
            self.box(-w / 2, w / 2, h - 0.03, h, 0.2, 0.23, "clutter", c, "plain")
            x = -w / 2 + r.uniform(0.05, 0.3)
            while x < w / 2 - 0.12:
                thick = r.uniform(0.03, 0.1)
                low, (cc, ct) = h - r.uniform(0.6, 1.1), self.fabric()
                self.box(x, x + thick, low, h - 0.06, 0.02, 0.42, "clutter", cc, ct)
                x += thick + r.choice([0.01, r.uniform(0.02, 0.2)])
        else:
            self.box(-0.02, 0.02, 0, h, 0.28, 0.32, "clutter", c, "plain round")
            self.box(-0.2, 0.2, 0, 0.03, 0.1, 0.5, "clutter", c, "plain round")
            for k in range(int(r.integers(2, 5))):
                a, (cc, ct) = 1.6 * k + r.uniform(0, 0.5), self.fabric()
                x, z = 0.13 * math.cos(a), 0.3 + 0.13 * math.sin(a)
                self.box(x - 0.1, x + 0.1, h - r.uniform(0.6, 1.0), h - 0.12, z - 0.1, z + 0.1, "clutter", cc, ct)
        return Piece(self.parts)

    def wall_shelf(self) -> Piece:
        """One to three boards with books and things."""
        r = self.rng
        w, d, (c, t) = r.uniform(0.5, 1.3), r.uniform(0.15, 0.28), self.wood()
        for k in range(int(r.integers(1, 4))):
            y = 1.1 + 0.35 * k
            self.box(-w / 2, w / 2, y, y + 0.025, 0, d, "shelf", c, t)
            x = -w / 2 + r.uniform(0, 0.2)
            while x < w / 2 - 0.12:
                wide = r.uniform(0.05, 0.22)
                kind = "books" if r.random() < 0.6 else "plain"
                top = y + r.uniform(0.1, 0.28)
                self.box(x, min(x + wide, w / 2), y + 0.025, top, 0.02, d - 0.03, "shelf", pick(r, *CLOTHS), kind)
                x += wide + r.uniform(0, 0.25)
        return Piece(self.parts)
