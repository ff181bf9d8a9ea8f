"""``Refine``: sharper outlines for what the segments name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.context import Context
from ..core.stage import Stage
from ..imaging.pieces import pieces, redrawn
from ..types import Image, Segments


class Refine(Stage):
    """Reads ``image`` and ``segments``, writes ``segments``: every piece of ``what`` is drawn anew.

    ``what``: a class, a group, or several (``"furniture"``, ``"window, door"``). ``agree``: a new outline that shares
    less than this with the old one (intersection over union) is not taken. Backends: ``grabcut.v1`` (embedded);
    ``sam``, ``sam2``, ``sam3``.
    """

    task = "refine"
    writes = ("segments",)

    def __init__(
        self, backend: str | None = None, *, what: str | Sequence[str] = "furniture", agree: float = 0.5, **options: Any
    ) -> None:
        super().__init__(backend, **options)
        self.what, self.agree = what, agree

    @property
    def key(self) -> str:
        return f"{super().key}:{self.what!r}:{self.agree}"

    def run(self, image: Image, segments: Segments, *, context: Context) -> Mapping[str, Any]:
        found = pieces(segments, self.what)
        if not found:
            return {"segments": segments}
        with context.lease(self) as backend:
            masks = backend(image, [piece.mask for piece in found], progress=context.progress)
        result, kept = redrawn(segments, found, masks, agree=self.agree)
        if kept:
            context.warn(
                f"{kept} of {len(found)} outlines of {self.what!r} were not taken: the new ones show something else"
            )
        return {"segments": result}

    def __repr__(self) -> str:
        return super().__repr__()[:-1] + f", what={self.what!r})"
