"""``Segment``: what each pixel belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import registry
from ..core.context import Context
from ..core.stage import Stage
from ..errors import OptionError
from ..types import Image


class Segment(Stage):
    """Reads ``image``, writes ``segments``.

    Every pixel by name: ``roomnet.v1`` (embedded); ``eomt``, ``oneformer``, and where your use allows it
    ``mask2former``, ``segformer``. ``scene.segments.mask("furniture")`` means the same for all of them.

    What you point at: ``sam``, ``sam2``, ``sam3`` with ``points=[(x, y)]`` and ``labels``, ``boxes=[(x0, y0, x1, y1)]``,
    ``masks`` to sharpen, and ``names`` for the objects. Another click loads and encodes nothing anew.
    """

    task = "segment"
    writes = ("segments",)
    asks = ("points", "labels", "boxes", "masks", "names")

    def check_options(self) -> None:
        super().check_options()
        needs = getattr(registry.resolve(self.task, self.backend), "needs_prompts", False)
        if needs and not set(self.asked) & {"points", "boxes", "masks"}:
            raise OptionError(
                f"{self!r}: {self.backend} segments what you point at; give points=[(x, y)], boxes=[(x0, y0, x1, y1)] or "
                "masks=..., or use Segment() for the whole room"
            )

    def run(self, image: Image, *, context: Context) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            return {"segments": backend(image, **self.asked)}
