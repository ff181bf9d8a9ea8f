"""``arrange``: which pieces a room takes, and where they stand, by the rules that designers use.

Walkways of 0.75 m, nothing before doors, nothing tall before windows, headboards on walls, seating round a coffee table
with the rug under its front legs, art at eye height; all on the floor that the photo shows, nothing through anything.
Among the places that obey, the one that the camera sees best is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import OptionError
from ..types import ROOM_TYPES, Image, Layout, Placement, Segments
from .arrangement.accents import Accents
from .arrangement.solve import solve
from .arrangement.space import Space
from .arrangement.wardrobe import Wardrobe
from .style import Style


@dataclass(frozen=True)
class Arrangement:
    """``placements``, the main piece first; ``left_out``: what did not fit, each with the reason; ``score`` compares
    arrangements of one room."""

    placements: tuple[Placement, ...]
    left_out: tuple[str, ...] = ()
    score: float = 0.0


def guess_room(layout: Layout) -> str:
    """A sensible use for a room of this size, a guess: small ones become bedrooms, others living rooms."""
    space = Space(layout)
    return "bedroom" if 0 < space.room.area < 13 and space.area < 9 else "living_room"


def arrange(
    layout: Layout,
    *,
    room: str,
    style: str | Style,
    seed: int = 0,
    segments: Segments | None = None,
    image: Image | None = None,
) -> Arrangement:
    """Pieces for a ``room`` (living_room, bedroom, dining_room, office) in a ``style``; the same seed, the same result.
    ``segments`` and ``image`` tell where walls are bare and where there are fireplaces, shelves, views.

    Raises OptionError for an unknown room or style. A room without space gives no placements and says why.
    """
    if room not in ROOM_TYPES:
        raise OptionError(f"room must be one of {', '.join(ROOM_TYPES)}, got {room!r}")
    w = Wardrobe(style, seed)
    space = Space(layout, segments, image)
    main = {"living_room": "sofa", "bedroom": "bed", "dining_room": "dining table", "office": "desk"}[room]
    if space.area < 0.8:
        return Arrangement((), (f"{main}: the photo shows {space.area:.1f} square metres of free floor",))
    found, why = solve(space, w, room)
    if found is None:
        return Arrangement((), (f"{main}: {why}",))
    left_out: list[str] = []
    pieces = found.pieces
    accents = Accents(space, w, pieces, left_out)
    _furnish_walls(accents, room, space.area)
    accents.decorate()
    for name in _expected(room):
        if not any(p.family in name.split(" or ") for p in pieces):
            left_out.append(f"{name.replace('_', ' ')}: no place for it beside the {main}")
    return Arrangement(tuple(pieces), tuple(dict.fromkeys(left_out)), found.score)


def _expected(room: str) -> tuple[str, ...]:
    return {
        "living_room": ("coffee_table", "rug", "armchair"),
        "bedroom": ("nightstand", "rug"),
        "dining_room": ("rug",),
        "office": ("rug",),
    }[room]


def _furnish_walls(accents: Accents, room: str, area: float) -> None:
    """Storage, art, plants and lamps of the room's kind, fewer in small rooms."""
    w, pieces = accents.w, accents.pieces
    main = pieces[0]
    if room == "living_room":
        accents.television(main)
        accents.art(main)
        if area > 9 and w.likes("bookcase"):
            accents.storage("bookcase")
    elif room == "bedroom":
        accents.art(main)
        if area > 7:
            accents.storage("dresser")
        if area > 10:
            accents.corner_piece("armchair", "no free corner")
    elif room == "dining_room":
        accents.pendant(main)
        board = accents.storage("sideboard")
        accents.art(board)
    else:
        if area > 5:
            accents.storage("bookcase")
        accents.art(None if main.yaw_deg else main)
    if area > 3 and w.likes("plant"):
        accents.corner_piece("plant", "no free corner that the photo shows")
    lit = any(p.family == "floor_lamp" for p in pieces)
    if room in ("living_room", "office") and area > 6 and not lit and w.wants("floor_lamp") > 0.5:
        accents.corner_piece("floor_lamp", "no free corner that the photo shows")
