"""``Describe``: the room in facts and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Brief, Image, Layout, Placement, Room, Segments


class Describe(Stage):
    """Reads ``image``, ``brief`` and what is there of ``segments``, ``layout``, ``room`` and ``placements``; writes
    ``description``: facts with their confidence, then a caption, a short and a full text, bullets and keywords.

    ``tone``: neutral, warm, luxury; ``language``: en, de, es, fr. Backends: ``facts.v1`` (embedded, writes from the
    facts alone); ``blip``, ``florence-2``, ``smolvlm2``, ``qwen3-vl`` look at the photo too, and what they claim against
    the facts, or against the law on housing advertisements, is dropped and reported.
    """

    task = "describe"
    writes = ("description",)
    asks = ("tone", "language")

    def check_options(self) -> None:
        """Also a tone or language that there is none of: said before anything is measured."""
        from ..listing.compose import check_choice

        super().check_options()
        check_choice(self.asked.get("tone", "neutral"), self.asked.get("language", "en"))

    def run(
        self,
        image: Image,
        brief: Brief,
        segments: Segments | None = None,
        layout: Layout | None = None,
        room: Room | None = None,
        placements: tuple[Placement, ...] | None = None,
        *,
        context: Context,
    ) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            found = backend(
                image,
                segments=segments,
                layout=layout,
                room=room,
                placements=placements,
                brief=brief,
                seed=brief.seed,
                **self.asked,
            )
        for text in found.dropped:
            context.warn(f"left out: {text}")
        return {"description": found}
