"""``Segment``: what each pixel belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..types import Image


class Segment(Stage):
    """Reads ``image``, writes ``segments``. Backends: ``roomnet.v1`` (embedded)."""

    task = "segment"
    writes = ("segments",)

    def run(self, image: Image, *, context: Context) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            return {"segments": backend(image)}
