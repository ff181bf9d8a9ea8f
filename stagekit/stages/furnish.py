"""``Furnish``: the arranged pieces in the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Brief, Image, Layout, Placement


class Furnish(Stage):
    """Reads ``image``, ``layout``, ``placements`` and the brief; writes ``image``, and ``variants``, further pictures where
    the backend was asked for several.

    Backends: ``trace.v1`` (path tracing, embedded); ``sd15-controlnet``, ``sdxl-controlnet``, ``sdxl-union-controlnet``
    and other diffusion models, which the arranged room steers and which also read the brief's style and prompt. Walls,
    windows and doors keep their pixels: the layout stays true.
    """

    task = "furnish"
    writes = ("image", "variants")
    keeps = ("layout", "room")

    def run(
        self, image: Image, layout: Layout, placements: tuple[Placement, ...], brief: Brief, *, context: Context
    ) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            if not placements and not getattr(backend, "invents", False):
                return {"image": image, "variants": ()}
            told = {"brief": brief, "warn": context.warn} if getattr(backend, "wants_brief", False) else {}
            staged, _, *others = backend(
                image, layout, placements, seed=brief.seed, progress=context.progress, cancel=context.cancel, **told
            )
        return {"image": staged, "variants": tuple(others)}
