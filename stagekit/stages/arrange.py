"""``Arrange``: which pieces of furniture, and where."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..errors import OptionError
from ..types import ROOM_TYPES, Brief, Image, Layout, Room, Segments


class Arrange(Stage):
    """Reads ``image``, ``layout``, ``brief`` (style, room, seed) and, when there, ``room`` and ``segments``.
    Writes ``placements``, and ``left_out`` with the reasons.

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

        kind = brief.room or (room.type if room is not None and room.type in ROOM_TYPES else guess_room(layout))
        found = arrange(layout, room=kind, style=brief.style, seed=brief.seed, segments=segments, image=image)
        if not found.placements:
            context.warn(f"nothing of a {kind} fits on the floor that the photo shows: " + "; ".join(found.left_out))
        return {"placements": tuple(found.placements), "left_out": tuple(found.left_out)}
