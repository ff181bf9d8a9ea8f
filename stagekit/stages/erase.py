"""``Erase``: what stands in the room goes, and what is behind it is filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.context import Context
from ..core.scene import digest
from ..core.stage import Stage
from ..errors import OptionError
from ..types import SURFACES, Array, Image, Layout, Mask, Segments
from .segment import Segment


class Erase(Stage):
    """Reads ``image`` and, when there, ``segments`` and ``layout``; writes ``image`` and the ``layout`` without what went.

    ``what``: a name (``"furniture"``, ``"clutter"``, a class, several with commas). Instead of it ``mask`` (drawn),
    ``boxes`` (left, top, right, bottom) or ``points`` (x, y), in pixels; a point on a wall or floor takes what has another
    colour than it there, such as was overlooked. ``grow``: also take blurred edges, shadows, the glow of lamps and
    reflections; None does so unless a mask was drawn. ``guard``: segment the result and warn of things that were not
    there. Backends: ``roomfill.v1`` and ``planar.v1`` (embedded), ``lama``.
    """

    task = "erase"
    writes = ("image", "layout")
    keeps = ("room",)

    def __init__(
        self,
        backend: str | None = None,
        *,
        what: Any = "furniture",
        mask: Any = None,
        boxes: Sequence[Sequence[float]] = (),
        points: Sequence[Sequence[float]] = (),
        grow: bool | None = None,
        guard: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(backend, **options)
        if sum((mask is not None, bool(boxes), bool(points))) > 1:
            raise OptionError("give one of mask, boxes and points; join several into one mask")
        self.what, self.mask, self.boxes, self.points = what, mask, tuple(boxes), tuple(points)
        self.grow, self.guard = grow, guard

    @property
    def key(self) -> str:
        asked = (self.what, self.boxes, self.points, self.grow, self.guard)
        return digest(super().key, *map(_named, asked), _named(self.mask))

    def run(
        self, image: Image, segments: Segments | None = None, layout: Layout | None = None, *, context: Context
    ) -> Mapping[str, Any]:
        from ..inpaint.bars import bars
        from ..inpaint.grow import grow
        from ..inpaint.wanted import MOST, wanted

        core = wanted(self.what, self.mask, self.boxes, self.points, image.size, segments, layout, image.array)
        growing = self.mask is None if self.grow is None else self.grow
        grown = grow(image.array, core.array, segments, layout) & ~bars(image.array) if growing else core.array
        hole = core if grown.mean() > MOST else Mask(grown)
        with context.lease(self) as backend:
            filled = backend(image, hole, segments=segments, layout=layout, progress=context.progress)
        if self.guard:
            self._look(filled, hole.array, context)
        return {"image": filled, "layout": None if layout is None else cleared(layout, hole.array)}

    def _look(self, filled: Image, hole: Array, context: Context) -> None:
        from ..inpaint.guard import hallucinated

        segment = Segment()
        with context.runtime.lease(segment.backend_key, segment.load) as backend:
            for text in hallucinated(backend(filled), hole):
                context.warn(text)

    def __repr__(self) -> str:
        meant = next(
            (
                f"{n}={'...' if n == 'mask' else getattr(self, n)!r}"
                for n in ("mask", "boxes", "points")
                if _there(self, n)
            ),
            f"what={self.what!r}",
        )
        shown = [repr(self.backend), meant, *(f"{k}={v!r}" for k, v in self.options.items())]
        return f"{self.name}({', '.join(shown)})"


def cleared(layout: Layout, hole: Array) -> Layout:
    """The layout without the obstacles that lie in ``hole`` (bool HxW), whose floor is now seen."""
    stay = tuple(o for o in layout.obstacles if (o.mask & ~hole).sum() > 0.5 * o.mask.sum())
    seen = layout.floor_mask
    if seen is not None:
        seen = seen | (hole & (layout.surfaces() == SURFACES.index("floor")))
    return replace(layout, obstacles=stay, floor_mask=seen)


def _there(stage: Erase, name: str) -> bool:
    value = getattr(stage, name)
    return value is not None and not (isinstance(value, tuple) and not value)


def _named(value: Any) -> str:
    """Arrays and pictures by their contents, anything else by its repr."""
    if isinstance(value, Mask):
        value = value.array
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype} {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_named, value)) + "]"
    return repr(value)
