"""Furniture of true size, drawn at random, as groups of cuboids. Part of train_roomnet.py's recipe."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from synthetic_pieces import Part, Piece
from synthetic_room import WOODS, pick

Array = NDArray[Any]
FABRICS = (
    (0.5, 0.5, 0.5), (0.25, 0.25, 0.27), (0.7, 0.66, 0.58), (0.45, 0.33, 0.24), (0.12, 0.14, 0.2), (0.15, 0.25, 0.45),
    (0.5, 0.12, 0.1), (0.2, 0.35, 0.25), (0.75, 0.6, 0.25), (0.85, 0.84, 0.8), (0.05, 0.05, 0.05), (0.6, 0.45, 0.5),
)  # fmt: skip
PAINTS = ((0.9, 0.9, 0.88), (0.06, 0.06, 0.06), (0.35, 0.35, 0.36), (0.7, 0.68, 0.62))
BOOKS = ((0.5, 0.1, 0.1), (0.1, 0.15, 0.4), (0.1, 0.3, 0.15), (0.75, 0.7, 0.55), (0.08, 0.08, 0.08), (0.8, 0.5, 0.1),
         (0.85, 0.85, 0.85))  # fmt: skip
BLACK = np.array([0.03, 0.03, 0.035])


class Maker:
    """Draws pieces of true size."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.parts = rng, list[Part]()

    def box(
        self, x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, role: str, c: Array, t: str
    ) -> None:
        self.parts.append((np.array([x0, y0, z0]), np.array([x1, y1, z1]), role, c, t))

    def legs(
        self, w: float, z0: float, z1: float, top: float, thick: float, role: str, c: Array, middle: float = 0.0
    ) -> None:
        """Four, from the floor to ``top``, at the corners of ``w`` about ``middle`` and ``z0`` to ``z1``."""
        for x in (middle - w / 2, middle + w / 2 - thick):
            for z in (z0, z1 - thick):
                self.box(x, x + thick, 0, top, z, z + thick, role, c, "plain")

    def wood(self) -> tuple[Array, str]:
        return (pick(self.rng, *WOODS), "wood") if self.rng.random() < 0.65 else (pick(self.rng, *PAINTS), "plain")

    def fabric(self) -> tuple[Array, str]:
        texture = self.rng.choice(["fabric", "plain", "pattern", "stripes"], p=[0.5, 0.25, 0.15, 0.1])
        return pick(self.rng, *FABRICS, spread=0.15), str(texture)

    def stuff(self, w: float, z0: float, z1: float, y: float, count: int) -> None:
        """Boxes, books, bottles and a lamp on a top."""
        r = self.rng
        for _ in range(count):
            if r.random() < 0.12:
                x, z = r.uniform(-w / 2 + 0.1, w / 2 - 0.1), (z0 + z1) / 2
                self.box(x - 0.02, x + 0.02, y, y + 0.25, z - 0.02, z + 0.02, "lamp", pick(r, *PAINTS), "plain")
                shade, kind = pick(r, (0.9, 0.85, 0.7)), str(r.choice(["plain", "plain round", "glow round"]))
                self.box(x - 0.14, x + 0.14, y + 0.22, y + 0.45, z - 0.14, z + 0.14, "lamp", shade, kind)
                continue
            sx, sy, sz = r.uniform(0.05, 0.32), r.uniform(0.02, 0.28), r.uniform(0.05, 0.25)
            x, z = r.uniform(-w / 2, max(-w / 2 + 0.01, w / 2 - sx)), r.uniform(z0, max(z0 + 0.01, z1 - sz))
            self.box(x, x + sx, y, y + sy, z, z + sz, "clutter", pick(r, *FABRICS, *BOOKS, spread=0.2), "plain")

    def table(self) -> Piece:
        r = self.rng
        w, d, h = r.uniform(0.9, 2.2), r.uniform(0.7, 1.1), r.uniform(0.7, 0.78)
        c, t = self.wood()
        self.box(-w / 2, w / 2, h - r.uniform(0.02, 0.07), h, 0, d, "table", c, t)
        self._stand(w, d, h, c)
        self.stuff(w, 0, d, h, int(r.integers(0, 5)))
        n = int(r.integers(0, 4))
        cc, ct = self.fabric() if r.random() < 0.5 else self.wood()
        for side, z, turn in ((0, -0.35, 1), (1, d - 0.1, -1)):
            for k in range(n if side or r.random() < 0.7 else 0):
                x = -w / 2 + (k + 0.5) * w / n
                self._chair(x, z + r.uniform(-0.1, 0.15), turn, cc, ct)
        return Piece(self.parts)

    def _stand(self, w: float, d: float, h: float, c: Array) -> None:
        r = self.rng
        if r.random() < 0.75:
            self.legs(w - 0.06, 0.03, d - 0.03, h, r.uniform(0.04, 0.1), "table", c)
        else:
            self.box(-0.08, 0.08, 0, h, d / 2 - 0.08, d / 2 + 0.08, "table", c, "plain")
            self.box(-w / 4, w / 4, 0, 0.05, d / 4, d * 3 / 4, "table", c, "plain")

    def _chair(self, x: float, z: float, turn: int, c: Array, t: str) -> None:
        """``turn`` 1: its back at z, the seat towards larger z; -1: the other way."""
        w, d, seat, back = 0.44, 0.44, 0.46, self.rng.uniform(0.8, 1.05)
        z0, z1 = z, z + d
        self.box(x - w / 2, x + w / 2, seat - 0.05, seat, z0, z1, "chair", c, t)
        zb = z0 if turn > 0 else z1 - 0.04
        if self.rng.random() < 0.6:
            self.box(x - w / 2, x + w / 2, seat + 0.08, back, zb, zb + 0.04, "chair", c, t)
        else:
            for xx in np.linspace(x - w / 2, x + w / 2 - 0.05, 4):
                self.box(xx, xx + 0.05, seat, back, zb, zb + 0.03, "chair", c, "plain")
        self.legs(w, z0, z1, seat, 0.04, "chair", c * 0.9, x)

    def low_table(self) -> Piece:
        r = self.rng
        w, d, h = r.uniform(0.6, 1.3), r.uniform(0.45, 0.75), r.uniform(0.32, 0.5)
        c, t = self.wood()
        self.box(-w / 2, w / 2, h - r.uniform(0.02, 0.08), h, 0, d, "table", c, t)
        self._stand(w, d, h, c)
        if r.random() < 0.4:
            self.box(-w / 2 + 0.05, w / 2 - 0.05, 0.12, 0.14, 0.05, d - 0.05, "table", c, t)
        self.stuff(w, 0, d, h, int(r.integers(0, 4)))
        return Piece(self.parts)

    def desk(self) -> Piece:
        r = self.rng
        w, d, h = r.uniform(1.0, 1.8), r.uniform(0.55, 0.8), r.uniform(0.7, 0.76)
        c, t = self.wood()
        self.box(-w / 2, w / 2, h - 0.03, h, 0, d, "table", c, t)
        if r.random() < 0.5:
            self.legs(w, 0, d, h, 0.05, "table", c)
        else:
            self.box(-w / 2, -w / 2 + 0.03, 0, h, 0, d, "table", c, t)
            self.box(w / 2 - 0.42, w / 2, 0.05, h - 0.03, 0.02, d - 0.02, "cabinet", c, "drawers")
        if r.random() < 0.7:
            x = r.uniform(-w / 4, w / 4)
            self.box(x - 0.28, x + 0.28, h + 0.1, h + 0.45, 0.12, 0.16, "television", BLACK, "plain")
            self.box(x - 0.05, x + 0.05, h, h + 0.15, 0.1, 0.18, "television", np.array([0.05, 0.05, 0.05]), "plain")
        self.stuff(w, 0.05, d - 0.05, h, int(r.integers(1, 7)))
        cc, ct = self.fabric()
        self._chair(r.uniform(-w / 4, w / 4), d - 0.1 + r.uniform(-0.1, 0.3), -1, cc, ct)
        return Piece(self.parts)

    def sofa(self) -> Piece:
        r = self.rng
        w = r.choice([0.9, r.uniform(1.4, 2.4)], p=[0.35, 0.65])
        d, seat, back, arm = r.uniform(0.8, 1.0), r.uniform(0.38, 0.46), r.uniform(0.7, 0.95), r.uniform(0.08, 0.25)
        c, t = self.fabric()
        foot = r.uniform(0.0, 0.15)
        self.box(-w / 2, w / 2, foot, seat - 0.12, 0, d - 0.03, "sofa", c * 0.95, t)
        self.box(-w / 2, w / 2, foot, back, 0, 0.22, "sofa", c, t)
        for x in (-w / 2, w / 2 - arm):
            self.box(x, x + arm, foot, seat + r.uniform(0.08, 0.25), 0, d, "sofa", c, t)
        n = max(1, round((w - 2 * arm) / 0.7))
        step = (w - 2 * arm) / n
        for k in range(n):
            x = -w / 2 + arm + k * step
            self.box(x + 0.01, x + step - 0.01, seat - 0.12, seat + 0.02, 0.2, d + 0.01, "sofa", c * 1.03, t)
            if r.random() < 0.5:
                cc, ct = self.fabric()
                self.box(x + 0.1, x + min(0.55, step), seat, seat + 0.4, 0.22, 0.36, "sofa", cc, ct)
        if foot:
            self.legs(w, 0.03, d - 0.03, foot, 0.05, "sofa", pick(r, *WOODS))
        return Piece(self.parts)

    def bed(self) -> Piece:
        r = self.rng
        w, d, h = r.uniform(0.9, 1.9), r.uniform(1.9, 2.1), r.uniform(0.42, 0.65)
        c, t = self.wood() if r.random() < 0.6 else self.fabric()
        self.box(-w / 2 - 0.03, w / 2 + 0.03, 0.08, h - 0.2, 0, d, "bed", c, t)
        self.box(-w / 2 - 0.05, w / 2 + 0.05, 0, r.uniform(0.8, 1.3), 0, 0.07, "bed", c, t)
        sheet, pattern = self.fabric()
        self.box(-w / 2, w / 2, h - 0.2, h, 0.07, d - 0.02, "bed", pick(r, (0.88, 0.88, 0.87)), "fabric")
        self.box(-w / 2 - 0.04, w / 2 + 0.04, r.uniform(0.15, h - 0.1), h + 0.03, 0.65, d, "bed", sheet, pattern)
        for x in (-w / 4, w / 4) if w > 1.3 else (0.0,):
            self.box(x - 0.3, x + 0.3, h, h + 0.14, 0.1, 0.5, "bed", pick(r, (0.9, 0.9, 0.9), *FABRICS), "fabric")
        cc, _ = self.wood()
        for x in (-w / 2 - 0.55, w / 2 + 0.1):
            if r.random() < 0.6:
                self.box(x, x + 0.45, 0, 0.52, 0.02, 0.42, "cabinet", cc, "drawers")
                if r.random() < 0.6:
                    self.box(x + 0.2, x + 0.25, 0.52, 0.75, 0.2, 0.25, "lamp", pick(r, *PAINTS), "plain")
                    shade, kind = (
                        pick(r, (0.9, 0.85, 0.7), *PAINTS),
                        str(r.choice(["plain", "plain round", "glow round"])),
                    )
                    self.box(x + 0.09, x + 0.36, 0.72, 0.95, 0.09, 0.36, "lamp", shade, kind)
        return Piece(self.parts)

    def shelf(self) -> Piece:
        r = self.rng
        w, d, h = r.uniform(0.6, 1.8), r.uniform(0.25, 0.38), r.uniform(0.8, 2.2)
        c, t = self.wood()
        for x in (-w / 2, w / 2 - 0.025):
            self.box(x, x + 0.025, 0, h, 0, d, "shelf", c, t)
        self.box(-w / 2, w / 2, 0, h, 0, 0.01, "shelf", c * 0.8, t)
        n = max(2, round(h / 0.36))
        for k in range(n + 1):
            y = k * (h - 0.025) / n
            self.box(-w / 2, w / 2, y, y + 0.025, 0, d, "shelf", c, t)
            x = -w / 2 + 0.03
            while k < n and x < w / 2 - 0.1:
                wide = r.uniform(0.05, 0.3)
                if r.random() < 0.75:
                    high = r.uniform(0.12, 0.31)
                    kind = "books" if r.random() < 0.7 else "plain"
                    x1 = min(x + wide, w / 2 - 0.03)
                    self.box(x, x1, y + 0.025, y + high, 0.02, d - r.uniform(0.02, 0.1), "shelf", pick(r, *BOOKS), kind)
                x += wide + r.uniform(0.0, 0.05)
        return Piece(self.parts)

    def cabinet(self) -> Piece:
        r = self.rng
        kind = r.choice(["wardrobe", "dresser", "board"], p=[0.3, 0.35, 0.35])
        w = {"wardrobe": r.uniform(0.8, 2.0), "dresser": r.uniform(0.7, 1.5), "board": r.uniform(1.2, 2.2)}[kind]
        h = {"wardrobe": r.uniform(1.7, 2.2), "dresser": r.uniform(0.75, 1.2), "board": r.uniform(0.4, 0.8)}[kind]
        d = r.uniform(0.38, 0.6)
        c, _ = self.wood()
        foot = r.choice([0.0, 0.12])
        self.box(-w / 2, w / 2, foot, h, 0, d, "cabinet", c, "doors" if kind == "wardrobe" else "drawers")
        if foot:
            self.legs(w, 0.02, d - 0.02, foot, 0.05, "cabinet", c * 0.8)
        if kind == "board" and r.random() < 0.6:
            s = r.uniform(0.4, 0.75)
            self.box(-s, s, h + 0.05, h + 0.05 + s * 1.1, d / 2, d / 2 + 0.05, "television", BLACK, "plain")
        elif kind != "wardrobe":
            self.stuff(w, 0, d, h, int(r.integers(0, 4)))
        return Piece(self.parts)

    def plant(self) -> Piece:
        r = self.rng
        pot, h = r.uniform(0.15, 0.4), r.uniform(0.3, 1.4)
        self.box(-pot / 2, pot / 2, 0, pot, 0, pot, "plant", pick(r, *PAINTS, (0.6, 0.3, 0.2)), "plain")
        for _ in range(int(r.integers(10, 26))):
            x, z, y = r.normal(0, 0.12 + 0.1 * h), pot / 2 + r.normal(0, 0.12 + 0.1 * h), r.uniform(pot * 0.9, pot + h)
            a, b, e = r.uniform(0.03, 0.18, 3)
            green = pick(r, (0.12, 0.3, 0.08), (0.2, 0.4, 0.15))
            self.box(x - a, x + a, y - b / 2, y + b, z - e, z + e, "plant", green, "fabric")
        return Piece(self.parts)

    def clutter(self) -> Piece:
        self.stuff(self.rng.uniform(0.4, 1.2), 0, self.rng.uniform(0.3, 0.8), 0, int(self.rng.integers(1, 6)))
        return Piece([(lo, hi * np.array([1, 1.6, 1]), *rest) for lo, hi, *rest in self.parts])  # type: ignore[misc]
