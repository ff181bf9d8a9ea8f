"""Which pieces and rugs stand where in a rendered room. Part of train_roomnet.py's recipe.

What the photos lack: tables, desks, shelves and floors seen between their legs, rugs that furniture stands on.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from synthetic_furniture import FABRICS, Maker
from synthetic_pieces import Rug
from synthetic_room import CARPETS, Room, pick

Array = NDArray[Any]
KINDS = (("table", 0.17, False), ("low_table", 0.1, False), ("desk", 0.14, True), ("sofa", 0.16, True), ("bed", 0.08, True),
         ("shelf", 0.11, True), ("cabinet", 0.12, True), ("lamp", 0.04, True), ("plant", 0.03, True),
         ("clutter", 0.04, False))  # fmt: skip
"""Name, share, whether it stands against a wall."""


def furnish(room: Room, rng: np.random.Generator) -> None:
    """Fill ``room.pieces`` and ``room.rugs``: about 60 % of the rooms get 1 to 10 pieces, some of the others a rug."""
    full = rng.random() < 0.6
    if rng.random() < (0.65 if full else 0.12):
        for _ in range(int(rng.choice([1, 2], p=[0.85, 0.15]))):
            half = (rng.uniform(0.5, 1.6), rng.uniform(0.5, 1.3))
            at = (rng.uniform(0.2, 0.8) * room.w, rng.uniform(0.35, 0.85) * room.d)
            near = rng.random() < 0.2  # hardly apart from the floor
            first = (
                room.faces[0].colour * np.exp(rng.choice([-1, 1]) * rng.uniform(0.15, 0.5))
                if near
                else pick(rng, *FABRICS, *CARPETS, spread=0.2)
            )
            colours = np.clip(
                np.stack([first, pick(rng, *FABRICS, spread=0.2), pick(rng, *FABRICS, spread=0.2)]), 0.02, 0.95
            )
            pattern = str(rng.choice(["plain", "noise", "stripes", "border", "motif"], p=[0.3, 0.2, 0.1, 0.15, 0.25]))
            yaw = rng.normal(0, 0.06) if rng.random() < 0.85 else rng.uniform(0, 3)
            room.rugs.append(Rug(at, half, yaw, rng.random() < 0.15, colours, pattern, rng.random() * 50))
    if not full:
        return
    shares = np.array([k[1] for k in KINDS])
    taken: list[Array] = [np.stack([lo[[0, 2]], hi[[0, 2]]]) for lo, hi, _, _ in room.boxes if lo[1] < 1]
    eye = room.eye[[0, 2]]
    for _ in range(int(rng.integers(2, 14))):
        name, _, walled = KINDS[rng.choice(len(KINDS), p=shares / shares.sum())]
        piece = getattr(Maker(rng), name)()
        for _ in range(6):
            side = int(rng.integers(4))
            piece.yaw = side * math.pi / 2 + (rng.normal(0, 0.03) if rng.random() < 0.85 else rng.uniform(-0.6, 0.6))
            if walled and (name in ("shelf", "cabinet") or rng.random() < 0.85):
                gap = rng.uniform(0.02, 0.1)
                x, z = rng.uniform(0.3, room.w - 0.3), rng.uniform(0.3, room.d - 0.3)
                piece.at = ((x, gap), (gap, z), (x, room.d - gap), (room.w - gap, z))[side]
            else:
                piece.at = (rng.uniform(0.15, 0.85) * room.w, rng.uniform(0.25, 0.9) * room.d)
            corners = piece.corners()
            lo, hi = corners.min(0), corners.max(0)
            inside = (lo > -0.01).all() and hi[0] < room.w + 0.01 and hi[1] < room.d + 0.01
            clear = not ((eye > lo - 0.45) & (eye < hi + 0.45)).all()
            free = all(((lo > t[1] - 0.03) | (hi < t[0] + 0.03)).any() for t in taken)
            inside = inside and all(
                (corners @ f.normal[[0, 2]] < f.offset - 1.2 * f.normal[1] + 0.01).all() for f in room.faces[6:]
            )
            if inside and clear and free:
                taken.append(np.stack([lo, hi]))
                room.pieces.append(piece)
                break
