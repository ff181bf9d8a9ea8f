"""``Furnish``: the arranged pieces in the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Brief, Image, Layout, Placement


class Furnish(Stage):
    """Reads ``image``, ``layout``, ``placements`` and the brief's seed; writes ``image``.

    Backends: ``trace.v1`` (path tracing, embedded). Walls, windows and doors keep their pixels: the layout stays true.
    """

    task = "furnish"
    writes = ("image",)
    keeps = ("layout", "room")

    def run(
        self, image: Image, layout: Layout, placements: tuple[Placement, ...], brief: Brief, *, context: Context
    ) -> Mapping[str, Any]:
        if not placements:
            return {"image": image}
        with context.lease(self) as backend:
            staged, _ = backend(
                image, layout, placements, seed=brief.seed, progress=context.progress, cancel=context.cancel
            )
        return {"image": staged}
