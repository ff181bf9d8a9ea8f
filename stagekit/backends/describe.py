"""Backends of ``Describe``. ``facts.v1``: facts and text with nothing to download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..types import Brief, Description, Image, Layout, Placement, Room, Segments


class FactsV1:
    """Facts measured on the photo, text from phrase files. The same seed gives the same words."""

    name = "facts.v1"
    licence = "Apache-2.0"

    def open(self, runtime: Any = None) -> FactsV1:
        """Nothing to load."""
        return self

    def close(self) -> None:
        """Nothing is held between calls."""

    def __call__(
        self,
        image: Image,
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        room: Room | None = None,
        placements: Sequence[Placement] | None = None,
        brief: Brief | None = None,
        seed: int = 0,
        tone: str = "neutral",
        language: str = "en",
    ) -> Description:
        """The description. Raises OptionError for an unknown tone or language."""
        from ..listing.compose import describe
        from ..listing.facts import find_facts

        facts = find_facts(image, segments=segments, layout=layout, room=room, placements=placements, brief=brief)
        return describe(facts, tone=tone, language=language, seed=seed, by=self.name)
