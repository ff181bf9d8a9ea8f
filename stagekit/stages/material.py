"""``SwapMaterial``: other paint on the walls, another floor, in the photo's own light."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..core.context import Context
from ..core.scene import digest
from ..core.stage import Stage
from ..types import Brief, Image, Layout, Mask, Segments


class SwapMaterial(Stage):
    """Reads ``image`` and, when there, ``segments`` and ``layout``; writes ``image``.

    ``surfaces``: what each surface is to wear, ``{"wall": "SW 7029", "floor": "oak_herringbone"}``: wall, ``wall[1]``,
    floor, ceiling, trim, doors, cabinets, countertop, backsplash, curtains, sofa, bedding; a paint (code, name,
    ``#rrggbb``, Paint) or a covering (name, Covering). ``mask`` with ``finish``: a surface of the caller's own.
    ``angle``: degrees by which a covering is turned. Backends: ``intrinsic.v1`` (embedded).
    Nothing moves: segments, layout and depth stay true.
    """

    task = "material"
    writes = ("image",)
    keeps = ("segments", "layout", "depth", "room")

    def __init__(
        self,
        backend: str | None = None,
        *,
        surfaces: Mapping[str, Any] | None = None,
        mask: Mask | None = None,
        finish: Any = None,
        angle: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(backend, **options)
        self.surfaces = MappingProxyType(dict(surfaces or {}))
        self.mask, self.finish, self.angle = mask, finish, angle

    @property
    def key(self) -> str:
        pixels = ""
        if self.mask is not None:
            pixels = f"{self.mask.array.shape}{hashlib.sha256(self.mask.array.tobytes()).hexdigest()}"
        return digest(
            self.backend_key, repr(sorted(self.surfaces.items(), key=str)), pixels, repr((self.finish, self.angle))
        )

    def validate(self, brief: Brief) -> None:
        self._wishes()

    def _wishes(self) -> Any:
        from ..surface.wish import wishes

        return wishes(self.surfaces, self.mask, self.finish, self.angle)

    def run(
        self,
        image: Image,
        brief: Brief,
        segments: Segments | None = None,
        layout: Layout | None = None,
        *,
        context: Context,
    ) -> Mapping[str, Any]:
        with context.lease(self) as backend:
            changed, _ = backend(
                image, self._wishes(), segments=segments, layout=layout, seed=brief.seed, progress=context.progress
            )
        return {"image": changed}

    def __repr__(self) -> str:
        shown = [repr(self.backend), *(f"{k}={v!r}" for k, v in self.surfaces.items())]
        shown += [f"{k}={v!r}" for k, v in self.options.items()]
        return f"{self.name}({', '.join(shown)})"
