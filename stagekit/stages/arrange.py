"""``Arrange``: which pieces of furniture, and where."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..errors import OptionError
from ..types import ROOM_TYPES, Brief, Image, Layout, Room, Segments

MOVABLE = ("sofa", "chair", "table", "bed")
"""What an empty room does not hold. Cabinets, shelves and lamps may belong to the house."""
OCCUPIED = 0.015
"""Share of the photo from which such furniture is named: below are the network's errors in empty rooms."""


class Arrange(Stage):
    """Reads ``image``, ``layout``, ``brief`` (style, room, seed) and, when there, ``room`` and ``segments``.
    Writes ``placements``, and ``left_out`` with the reasons.

    Warns when the segments show furniture: pieces are arranged on the free floor only, and emptying comes first.
    The room type is the brief's, else the classified one, else a guess from the room's size.
    """

    writes = ("placements", "left_out")

    def validate(self, brief: Brief) -> None:
        from ..interior.style import style

        style(brief.style)
        if brief.room is not None and brief.room not in ROOM_TYPES:
            near = difflib.get_close_matches(brief.room.replace(" ", "_").lower(), ROOM_TYPES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise OptionError(f"room must be one of {', '.join(ROOM_TYPES)}, got {brief.room!r}{hint}")

    def run(
        self,
        image: Image,
        layout: Layout,
        brief: Brief,
        room: Room | None = None,
        segments: Segments | None = None,
        *,
        context: Context,
    ) -> Mapping[str, Any]:
        from ..interior.arrange import arrange, guess_room

        there = furniture(segments) if segments is not None else {}
        if sum(there.values()) > OCCUPIED:
            context.warn(
                f"the room is not empty ({', '.join(there)}: {sum(there.values()):.0%} of the photo), and pieces go on the "
                "free floor only; empty it first: stagekit.erase(photo), or `stagekit erase`"
            )
        kind = brief.room or (room.type if room is not None and room.type in ROOM_TYPES else guess_room(layout))
        found = arrange(layout, room=kind, style=brief.style, seed=brief.seed, segments=segments, image=image)
        if not found.placements:
            context.warn(f"nothing of a {kind} fits on the floor that the photo shows: " + "; ".join(found.left_out))
        return {"placements": tuple(found.placements), "left_out": tuple(found.left_out)}


def furniture(segments: Segments) -> dict[str, float]:
    """Movable furniture that is there, each kind's share of the photo, the largest first."""
    shares = {k: segments.mask(k).fraction for k in MOVABLE if k in segments.classes}
    return dict(sorted(((k, v) for k, v in shares.items() if v > OCCUPIED / 4), key=lambda kv: -kv[1]))
