"""Which pieces, fittings and rugs stand where in a rendered room. Part of train_roomnet.py's recipe.

What the photos lack: tables, desks, shelves and floors seen between their legs, rugs that furniture stands on and that
hardly differ from the floor, mirrors, fireplaces, kitchen islands, patterned curtains.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from synthetic_fittings import Fitter
from synthetic_furniture import FABRICS, Maker
from synthetic_pieces import Piece, Rug
from synthetic_room import CARPETS, Face, Room, pick

Array = NDArray[Any]
KINDS = (("table", 0.2, False), ("low_table", 0.1, False), ("desk", 0.14, True), ("sofa", 0.16, True), ("bed", 0.08, True),
         ("shelf", 0.11, True), ("cabinet", 0.12, True), ("floor_lamp", 0.04, True), ("plant", 0.03, True),
         ("clutter", 0.04, False), ("side_lamp", 0.03, True))  # fmt: skip
"""Name, share, whether it stands against a wall."""
FITTINGS = (("fireplace", 0.28, 0.08), ("standing_mirror", 0.26, 0.04), ("wall_mirror", 0.26, 0.05), ("vanity", 0.06, 0.0),
            ("rack", 0.08, 0.0), ("wall_shelf", 0.08, 0.0), ("floor_lamp", 0.22, 0.0), ("side_lamp", 0.16, 0.0))  # fmt: skip
"""Name, share of the furnished and of the empty rooms that get one on or before a wall."""


class Space:
    """What of a room is taken; adds pieces where they fit."""

    def __init__(self, room: Room, rng: np.random.Generator) -> None:
        self.room, self.rng = room, rng
        self.taken: list[tuple[Array, Array]] = [(lo, hi) for lo, hi, _, _ in room.boxes]

    def add(self, piece: Piece) -> bool:
        room = self.room
        corners = piece.corners()
        lo, hi = corners.min(0), corners.max(0)
        size, eye = np.array([room.w, room.h, room.d]), room.eye[[0, 2]]
        inside = (lo > -0.01).all() and (hi < size + 0.01).all()
        inside = inside and all((corners @ f.normal < f.offset + 0.01).all() for f in room.faces[6:])
        clear = not ((eye > lo[[0, 2]] - 0.45) & (eye < hi[[0, 2]] + 0.45)).all()
        if not (inside and clear and all(((lo >= b) | (hi <= a)).any() for a, b in self.taken)):
            return False
        self.taken.append((lo, hi))
        room.pieces.append(piece)
        for a, b, _, _, kind in piece.parts:
            if kind.startswith("glow"):
                middle = piece.world((a + b)[None] / 2)[0]
                room.glows.append(middle + np.array([piece.at[0], 0, piece.at[1]]))
        return True

    def wall(self) -> Face:
        """One of the four, most often one that the camera sees."""
        return self.room.faces[2 + int(self.rng.choice(4, p=[0.27, 0.27, 0.06, 0.4]))]

    def span(self, face: Face) -> tuple[float, float]:
        ends = np.array([[0.0, 0, 0], [self.room.w, 0, self.room.d]])
        lo, hi = sorted(face.uv(ends)[0])
        return float(lo), float(hi)

    def mount(self, piece: Piece, face: Face, u: float, gap: float = 0.003) -> bool:
        """Its back's middle at ``u`` of the wall, ``gap`` before it."""
        n = face.normal
        at = np.array([n[2], 0, -n[0]]) * u + n * (face.offset - gap)
        piece.at, piece.yaw = (float(at[0]), float(at[2])), math.atan2(-n[0], -n[2])
        return self.add(piece)

    def fit(self, name: str) -> bool:
        """A fitting on a wall, not over its openings; lamps may stand before them."""
        rng, room = self.rng, self.room
        maker = Fitter(rng)
        face = self.wall()
        if name == "fireplace":
            piece = maker.fireplace(room.faces[2].colour, room.trim, room.h - 0.002)
        else:
            piece = getattr(maker, name)()
        lo, hi = self.span(face)
        gap = 0.003 if name in ("fireplace", "wall_mirror", "wall_shelf", "vanity") else rng.uniform(0.02, 0.15)
        if piece.lean:
            gap = piece.hi[1] * math.sin(piece.lean) + rng.uniform(0.002, 0.05)
        before = name in ("floor_lamp", "side_lamp", "standing_mirror")
        for _ in range(10):
            u = rng.uniform(lo, hi)
            if name.endswith("lamp") and face.patches and rng.random() < 0.5:
                patch = face.patches[rng.integers(len(face.patches))]
                u = rng.uniform(patch.u0 - 0.1, patch.u1 + 0.1)
            a, b = u - piece.hi[0] - 0.12, u - piece.lo[0] + 0.12
            open_ = any(a < c.u1 and b > c.u0 and piece.lo[1] < c.v1 and piece.hi[1] > c.v0 for c in face.patches)
            if open_ and not (before and (name != "standing_mirror" or rng.random() < 0.1)):
                continue
            if self.mount(piece, face, u, gap):
                return True
        return False

    def hang(self, share: float) -> None:
        """Curtains before windows and glass doors."""
        rng = self.rng
        for face in self.room.faces[2:6]:
            for c in face.patches:
                if c.kind not in ("window", "glassdoor") or rng.random() > share:
                    continue
                lo, hi = self.span(face)
                top = self.room.h - 0.06
                rod = min(top, c.v1 + 0.05 + rng.uniform(0, 0.25)) if rng.random() < 0.5 else top - rng.uniform(0, 0.1)
                middle = (c.u0 + c.u1) / 2
                piece = Fitter(rng).curtains(c.u0 - middle, c.u1 - middle, rod, hi - 0.04 - middle, lo + 0.04 - middle)
                if self.mount(_turned(piece), face, middle):
                    c.style["curtain"] = 0.0

    def lay(self, at: tuple[float, float], half: tuple[float, float], yaw: float) -> bool:
        """A rug, as large as the walls and what stands there allow."""
        room = self.room
        for scale in (1.0, 0.85, 0.7, 0.55):
            ends = np.array([half[0], 0.01, half[1]]) * scale
            corners = Piece([(ends * [-1, 0, -1], ends, "rug", ends, "plain")], at, yaw).corners()
            lo, hi = corners.min(0), corners.max(0)
            inside = min(lo[0], lo[2], room.w - hi[0], room.d - hi[2]) > 0.02
            inside = inside and all((corners @ f.normal < f.offset - 0.02).all() for f in room.faces[6:])
            if inside and all(((lo >= b) | (hi <= a)).any() for a, b, _, _ in room.boxes):
                room.rugs.append(self.rug(at, (half[0] * scale, half[1] * scale), yaw))
                return True
        return False

    def rug(self, at: tuple[float, float], half: tuple[float, float], yaw: float) -> Rug:
        """Nearly half of them hardly apart from the floor, which may turn pale for the first one."""
        rng, room = self.rng, self.room
        round_ = rng.random() < 0.15
        near = rng.random() < 0.45
        floor = room.faces[0]
        if near:
            if rng.random() < 0.4 and not room.rugs:
                pale = pick(rng, (0.8, 0.77, 0.7), (0.7, 0.64, 0.55), (0.78, 0.78, 0.76), (0.66, 0.6, 0.5))
                for face in (floor, room.beyond[0]) if room.beyond[0].colour is floor.colour else (floor,):
                    face.colour = pale
            tint = np.exp(rng.choice([-1, 1], p=[0.4, 0.6]) * rng.uniform(0.03, 0.35) + rng.normal(0, 0.03, 3))
            first = floor.colour * tint
            pattern = str(rng.choice(["plain", "shaggy", "rim", "border", "noise"], p=[0.35, 0.3, 0.2, 0.1, 0.05]))
            others = [first * rng.uniform(0.8, 1.1), first * rng.uniform(0.7, 0.92)]
        else:
            first = pick(rng, *FABRICS, *CARPETS, spread=0.2)
            pattern = str(rng.choice(["plain", "shaggy", "noise", "stripes", "border", "motif"],
                                     p=[0.2, 0.1, 0.2, 0.1, 0.15, 0.25]))  # fmt: skip
            others = [pick(rng, *FABRICS, spread=0.2), pick(rng, *FABRICS, spread=0.2)]
        colours = np.clip(np.stack([first, *others]), 0.02, 0.95)
        shadow = rng.uniform(0.1, 0.5) if rng.random() < 0.7 else 0.0
        return Rug(at, half, yaw, round_, colours, pattern, rng.random() * 50, shadow)

    def living(self) -> None:
        """A sofa, a low table and perhaps armchairs on a rug."""
        rng = self.rng
        for _ in range(8):
            sofa, side = Maker(rng).sofa(), self.wall()
            if sofa.hi[0] < 0.6:
                continue
            gap = rng.uniform(0.03, 0.12) if rng.random() < 0.5 else rng.uniform(0.3, 1.8)
            if not self.mount(sofa, side, rng.uniform(*self.span(side)), gap):
                continue
            deep = float(sofa.hi[2])

            def place(x: float, z: float, sofa: Piece = sofa) -> tuple[float, float]:
                v = sofa.world(np.array([[x, 0, z]]))[0]
                return sofa.at[0] + float(v[0]), sofa.at[1] + float(v[2])

            table = Maker(rng).low_table()
            z = deep + rng.uniform(0.25, 0.5)
            table.at, table.yaw = place(rng.uniform(-0.15, 0.15), z), sofa.yaw
            self.add(table)
            middle = z + float(table.hi[2]) / 2
            half = (rng.uniform(0.95, 1.5) * float(sofa.hi[0]), rng.uniform(0.75, 1.35))
            self.lay(place(0, middle), half, sofa.yaw + rng.normal(0, 0.02))
            for way in (-1, 1):
                if rng.random() < 0.35:
                    chair = Maker(rng).sofa()
                    chair.at = place(
                        way * (float(sofa.hi[0]) + float(chair.hi[2]) * rng.uniform(0.6, 1.2)), middle + 0.3
                    )
                    chair.yaw = sofa.yaw - way * math.pi / 2 + rng.normal(0, 0.1)
                    if chair.hi[0] < 0.6:
                        self.add(chair)
            return

    def island(self) -> bool:
        """A kitchen island, away from the camera, its stools to any side."""
        rng, room = self.rng, self.room
        piece = Fitter(rng).island()
        for _ in range(8):
            piece.yaw = int(rng.integers(4)) * math.pi / 2 + rng.normal(0, 0.02)
            middle = piece.world(np.array([[0, 0, (piece.lo[2] + piece.hi[2]) / 2]]))[0]
            x, z = rng.uniform(0.25, 0.75) * room.w, rng.uniform(0.4, 0.8) * room.d
            piece.at = (x - float(middle[0]), z - float(middle[2]))
            if self.add(piece):
                return True
        return False

    def stand(self, piece: Piece, walled: bool, straight: bool) -> None:
        """Somewhere on the floor, ``walled`` with its back to a wall."""
        rng, room = self.rng, self.room
        for _ in range(6):
            side = int(rng.integers(4))
            piece.yaw = side * math.pi / 2 + (rng.normal(0, 0.03) if rng.random() < 0.85 else rng.uniform(-0.6, 0.6))
            if walled and (straight or rng.random() < 0.85):
                gap = rng.uniform(0.02, 0.16)
                x, z = rng.uniform(0.3, room.w - 0.3), rng.uniform(0.3, room.d - 0.3)
                piece.at = ((x, gap), (gap, z), (x, room.d - gap), (room.w - gap, z))[side]
            else:
                piece.at = (rng.uniform(0.15, 0.85) * room.w, rng.uniform(0.25, 0.9) * room.d)
            if self.add(piece):
                return


def _turned(piece: Piece) -> Piece:
    """The other way round along its width: a wall's coordinate runs against a piece's."""
    flip = np.array([-1.0, 1, 1])
    return Piece(
        [(np.minimum(a * flip, b * flip), np.maximum(a * flip, b * flip), *rest) for a, b, *rest in piece.parts]
    )  # type: ignore[misc]


def furnish(room: Room, rng: np.random.Generator) -> None:
    """Fill ``room.pieces`` and ``room.rugs``: about 60 % of the rooms get up to 20 pieces, some of the others a rug."""
    full = rng.random() < 0.6
    space = Space(room, rng)
    space.hang(0.4 if full else 0.12)
    for name, often, seldom in FITTINGS:
        if rng.random() < (often if full else seldom):
            _ = any(space.fit(name) for _ in range(4))
    if full and rng.random() < 0.2:
        _ = any(space.island() for _ in range(3))
    group = full and rng.random() < 0.3
    if group:
        space.living()
    if rng.random() < ((0.5 if group else 0.9) if full else 0.2):
        for _ in range(int(rng.choice([1, 2], p=[0.75, 0.25]))):
            half = (rng.uniform(0.6, 1.8), rng.uniform(0.55, 1.4))
            for _ in range(6):
                at = (rng.uniform(0.2, 0.8) * room.w, rng.uniform(0.35, 0.8) * room.d)
                if space.lay(at, half, rng.normal(0, 0.06) if rng.random() < 0.85 else rng.uniform(0, 3)):
                    break
    if not full:
        return
    shares = np.array([k[1] for k in KINDS])
    for _ in range(int(rng.integers(3, 16))):
        name, _, walled = KINDS[rng.choice(len(KINDS), p=shares / shares.sum())]
        maker = Fitter(rng) if name.endswith("lamp") else Maker(rng)
        space.stand(getattr(maker, name)(), walled, name in ("shelf", "cabinet"))
