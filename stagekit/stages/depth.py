"""``EstimateDepth``: metres along the camera's axis, for every pixel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Image, Layout, Segments


class EstimateDepth(Stage):
    """Reads ``image``, ``layout`` and, when there, ``segments``; writes ``depth``.

    Backends: ``planes.v1`` (embedded: the layout's planes, and things standing on its floor);
    ``depth-anything-v2-small``, ``dpt``, and where your use allows it ``depth-anything-v2-base`` and ``-large``: networks
    that see every shape, brought to metres by the layout.
    """

    task = "depth"
    writes = ("depth",)

    def run(
        self, image: Image, layout: Layout, segments: Segments | None = None, *, context: Context
    ) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            depth = backend(image, layout, segments)
            notes = tuple(getattr(backend, "notes", ()))
        for note in notes:
            context.warn(note)
        return {"depth": depth}
