"""``ClassifyRoom``: what kind of room it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Image

UNSURE = 0.4
"""Below this probability the caller is told."""


class ClassifyRoom(Stage):
    """Reads ``image``, writes ``room``: ``scene.room.type`` and ``.probabilities``, which sum to 1.

    Backends: ``roomnet.v1`` (embedded, 6 types); ``clip``, ``siglip2``: all 31 of ``stagekit.types.ROOM_KINDS``, or
    those of ``types=``.
    """

    task = "room"
    writes = ("room",)

    def run(self, image: Image, *, context: Context) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            room = backend(image)
        likely = list(room.probabilities.items())[:2]
        if likely[0][1] < UNSURE:
            context.warn(
                "the kind of room is uncertain: " + ", ".join(f"{name} {p:.0%}" for name, p in likely) + "; give room="
            )
        return {"room": room}
