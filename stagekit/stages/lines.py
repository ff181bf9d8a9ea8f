"""``DetectLines``: straight lines and edges, as geometry and as a control image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Image


class DetectLines(Stage):
    """Reads ``image``, writes ``lines``: a LineSet with ``segments`` and, for ControlNet, ``control``.

    Backends: ``lsd`` (embedded), ``canny`` (embedded), ``mlsd`` and ``hed`` (networks; give ``weights=``).
    """

    task = "lines"
    writes = ("lines",)

    def run(self, image: Image, *, context: Context) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            return {"lines": backend(image)}
