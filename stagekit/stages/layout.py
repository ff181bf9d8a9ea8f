"""``EstimateLayout``: camera, floor, walls, ceiling and openings, in metres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Image, Segments

UNSURE = 0.4
"""Below this confidence the caller is told; see benchmarks/results/layout.json for what it means in error."""


class EstimateLayout(Stage):
    """Reads ``image`` (and ``segments`` when they are there), writes ``layout``.

    Options of ``manhattan.v1``: ``focal_px``, ``camera_height_m``, ``floor_px``, ``ceiling_height_m``: what you know of
    the photo; the rest is fitted to it.
    """

    task = "layout"
    writes = ("layout",)

    def run(self, image: Image, segments: Segments | None = None, *, context: Context) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            layout = backend(image, segments)
        if layout.confidence < UNSURE:
            context.warn(
                f"the room's geometry is uncertain (confidence {layout.confidence:.2f}); look at "
                "scene.layout.floor_grid(), and give focal_px, camera_height_m or floor_px if it is wrong"
            )
        return {"layout": layout}
