"""Groups of pieces that belong together, in a frame of their own: x to the right, z out of the back (a wall, often).

Distances are those that designers use: 0.42 m from sofa to coffee table, rug under the front legs, 0.6 m of table for a
diner, nightstands 6 cm from the bed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin

from ..family import Size, family
from .space import RETURN_WIDTH_M
from .wardrobe import Wardrobe

TABLE_GAP_M = 0.42
WALL_GAP_M = 0.05


@dataclass(frozen=True)
class Piece:
    """A piece in the group's frame: ``x``, ``z`` of its centre, ``turn`` degrees against the group. ``bonus``: what the
    picture gains by it; pieces without one are needed."""

    family: str
    size: Size
    x: float
    z: float
    turn: float = 0.0
    bonus: float = 0.0


@dataclass(frozen=True)
class Group:
    """``main`` is what the picture is about; ``needed`` come with it or not at all, ``extras`` if they fit."""

    main: Piece
    needed: tuple[Piece, ...]
    extras: tuple[Piece, ...]
    worth: float = 0.0


def living(w: Wardrobe, area: float) -> Iterator[Group]:
    """Seating groups, from large to small: sofa or sectional, coffee table, rug, chairs, side tables, lamp."""
    kinds = ["sofa"]
    if area > 11 and w.likes("sectional"):
        kinds.insert(0, "sectional")
    if area < 10:
        kinds.append("loveseat")
    for kind in kinds:
        for size in sorted(w.sizes(kind), reverse=True)[:3]:
            yield _seating(w, kind, size)
    # A tiny room still takes a chair with a table and a lamp.
    yield _corner(w, -2.5)


def _corner(w: Wardrobe, worth: float) -> Group:
    chair = min(w.sizes("armchair"))
    side = min(w.sizes("side_table"))
    main = Piece("armchair", chair, 0, WALL_GAP_M + 0.15 + chair[2] / 2)
    table = Piece("side_table", side, chair[0] / 2 + 0.1 + side[0] / 2, 0.15 + chair[2] / 2, bonus=0.3)
    return Group(main, (), (table,), worth=worth)


def _seating(w: Wardrobe, kind: str, size: Size) -> Group:
    width, _, depth = size
    seat = depth if kind != "sectional" else min(depth, 0.98)  # a sectional's chaise reaches further out
    main = Piece(kind, size, 0, WALL_GAP_M + depth / 2)
    front = WALL_GAP_M + seat
    tables = [s for s in w.sizes("coffee_table") if s[0] <= 0.72 * width]
    table_size = max(tables) if tables else min(w.sizes("coffee_table"))
    shift = 0.0
    if kind == "sectional":  # the table stands before the open side
        side = 1 if str(w.worn("sectional")[0].get("shape", "chaise_left")).endswith("left") else -1
        wide = min(RETURN_WIDTH_M, 0.37 * width)
        shift = side * (wide - 0.15) / 2
        fitting = [s for s in w.sizes("coffee_table") if s[0] <= width - wide - 0.7]
        table_size = max(fitting) if fitting else min(w.sizes("coffee_table"))
    table = Piece("coffee_table", table_size, shift, front + TABLE_GAP_M + table_size[2] / 2, bonus=0.8)
    extras = [table]
    rugs = [s for s in w.sizes("rug") if s[0] >= s[2] and s[0] >= width * 0.95]
    for rug in sorted(rugs)[:2]:
        # Under the front legs: from a quarter metre behind the sofa's front edge.
        extras.append(Piece("rug", rug, shift / 2, front - 0.28 + rug[2] / 2, bonus=0.9))
    for round_rug in (s for s in w.sizes("rug") if s[0] == s[2] and s[0] > 1.9):
        extras.append(Piece("rug", round_rug, shift, front - 0.3 + round_rug[2] / 2, bonus=0.7))
    chair = w.sizes("armchair")[0]
    reach = width / 2 + chair[0] / 2
    across = front + 2 * TABLE_GAP_M + table_size[2] + chair[2] / 2
    for side in w.rng("chair side").permutation([-1, 1]):
        if kind != "sectional":
            extras.append(Piece("armchair", chair, side * (reach + 0.12), front + 0.62, side * -78.0, bonus=0.75))
    for side in (-1, 1):
        extras.append(Piece("armchair", chair, side * 0.52 + shift, across, 180.0 + side * 14.0, bonus=0.35))
    st = w.sizes("side_table")[0]
    for side in w.rng("table side").permutation([-1, 1]):
        extras.append(Piece("side_table", st, side * (width / 2 + 0.07 + st[0] / 2), 0.1 + st[2] / 2, bonus=0.3))
    if w.wants("floor_lamp") > 0:
        lamp = w.sizes("floor_lamp")[0]
        for side in w.rng("lamp side").permutation([-1, 1]):
            beyond = width / 2 + 0.12 + lamp[0] / 2
            extras.append(Piece("floor_lamp", lamp, side * beyond, 0.08 + lamp[2] / 2, bonus=0.35))
    if w.likes("pouf"):
        pouf = min(w.sizes("pouf"))
        extras.append(Piece("pouf", pouf, shift + table_size[0] * 0.3, across - 0.2, bonus=0.25))
    return Group(main, (), tuple(extras), worth=0.35 * width + (0.3 if kind == "sectional" else 0.0))


def bedroom(w: Wardrobe, area: float) -> Iterator[Group]:
    """Bed with nightstands, rug under its lower part, bench at its foot."""
    sizes = sorted(w.sizes("bed"), reverse=True)
    if area < 9:
        sizes = [s for s in sizes if s[0] < 1.7] or sizes
    for size in sizes:
        width, _, length = size
        main = Piece("bed", size, 0, 0.03 + length / 2)
        extras: list[Piece] = []
        rugs = [s for s in w.sizes("rug") if s[0] >= width + 0.5 and s[0] >= s[2]]
        for rug in sorted(rugs, reverse=True):
            end = length + 0.55 if rug[2] < 2.2 else length + 0.7
            extras.append(Piece("rug", rug, 0, end - rug[2] / 2, bonus=0.7))
        stands = w.sizes("nightstand")
        for stand in dict.fromkeys((stands[0], min(stands), min(family("nightstand").sizes.values()))):
            for side in (-1, 1):
                beside = width / 2 + 0.05 + stand[0] / 2
                extras.append(Piece("nightstand", stand, side * beside, 0.03 + stand[2] / 2, bonus=0.85))
        if w.likes("bench"):
            benches = [s for s in w.sizes("bench") if s[0] <= width]
            if benches:
                bench = max(benches)
                extras.append(Piece("bench", bench, 0, length + 0.1 + bench[2] / 2, bonus=0.3))
        yield Group(main, (), tuple(extras), worth=0.9 * width)
    # Where no bed fits, a place to sit and read.
    yield _corner(w, -4.0)


def dining(w: Wardrobe, area: float) -> Iterator[Group]:
    """Table with chairs all round, rug beneath. The frame's origin is the table's centre."""
    chair = w.sizes("dining_chair")[0]
    for size in sorted(w.sizes("dining_table"), reverse=True):
        width, _, depth = size
        main = Piece("dining_table", size, 0, 0)
        seats: list[Piece] = []
        out = depth / 2 + chair[2] / 2 - 0.18  # pushed in by 0.18 m
        count = max(int((width - 0.25) // 0.58), 1)
        if abs(width - depth) < 0.02:
            across = width / 2 + chair[2] / 2 - 0.18
            for k in range(4 if width < 1.3 else 6):
                a = 2 * pi * k / (4 if width < 1.3 else 6) + (pi / 4 if width < 1.3 else pi / 6)
                seats.append(Piece("dining_chair", chair, across * sin(a), across * cos(a), a * 180 / pi + 180))
        else:
            pitch = (width - 0.2) / count
            for side in (-1, 1):
                for k in range(count):
                    x = (k - (count - 1) / 2) * pitch
                    seats.append(Piece("dining_chair", chair, x, side * out, 0.0 if side < 0 else 180.0))
        heads = []
        if width > 1.7 and abs(width - depth) > 0.02:
            head = width / 2 + chair[2] / 2 - 0.12
            heads = [Piece("dining_chair", chair, s * head, 0, -90.0 * s, bonus=0.25) for s in (-1, 1)]
        rugs = [s for s in w.sizes("rug") if s[0] >= width + 0.8 and s[2] >= depth + 1.0]
        under = [Piece("rug", s, 0, 0, bonus=0.6) for s in sorted(rugs)]
        yield Group(main, tuple(seats), (*under, *heads), worth=0.9 * width)


def office(w: Wardrobe, area: float) -> Iterator[Group]:
    """Desk with its chair; first facing into the room with the chair behind, then against the wall."""
    chair = w.sizes("office_chair")[0]
    for size in sorted(w.sizes("desk"), reverse=True):
        width, _, depth = size
        z = 0.75 + chair[2] * 0.55
        sitting = Piece("office_chair", chair, 0, z - chair[2] * 0.32, 0.0)
        facing = Piece("desk", size, 0, z + depth / 2, 180.0)
        rugs = [s for s in w.sizes("rug") if s[0] >= width + 0.4 and s[0] >= s[2]]
        under = [Piece("rug", s, 0, z + depth / 2, bonus=0.5) for s in sorted(rugs)]
        visitor = w.sizes("armchair")[0]
        guest = Piece("armchair", visitor, width * 0.42, z + depth + 0.95, 205.0, bonus=0.35)
        if area > 9:
            yield Group(facing, (sitting,), (*under, guest), worth=0.5 * width + 0.5)
        wall = Piece("desk", size, 0, WALL_GAP_M + depth / 2, 0.0)
        pulled = Piece("office_chair", chair, 0.08, WALL_GAP_M + depth + chair[2] * 0.28, 180.0 + 24.0)
        beneath = [Piece("rug", s, 0, depth * 0.8 + s[2] / 2, bonus=0.4) for s in sorted(rugs)[:2]]
        yield Group(wall, (pulled,), tuple(beneath), worth=0.5 * width)


GROUPS = {"living_room": living, "bedroom": bedroom, "dining_room": dining, "office": office}
FREE_STANDING = {"living_room": True, "bedroom": False, "dining_room": True, "office": False}
"""Whether the main group may stand away from walls."""
