"""Backends of ``Furnish``: furniture into the photo. ``trace.v1`` path-traces it on the CPU, with nothing to download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import OptionError
from ..types import Image, Layout, Mask, Placement


class TraceV1:
    """Mitsuba 3 path tracing in the photo's own light, Open Image Denoise, differential compositing.

    ``samples`` a pixel of furniture; ``shadow_rays`` a point of the room; ``max_side``: longest side in pixels at which
    furniture is traced (outlines are always at the photo's size); ``threads``: None takes the runtime's.
    """

    name = "trace.v1"
    licence = "Apache-2.0"

    def __init__(
        self, *, samples: int = 24, shadow_rays: int = 48, max_side: int = 1600, threads: int | None = None
    ) -> None:
        for key, value, low in (("samples", samples, 1), ("shadow_rays", shadow_rays, 1), ("max_side", max_side, 64)):
            if not isinstance(value, int) or value < low:
                raise OptionError(f"trace.v1: {key} must be a whole number of at least {low}, got {value!r}")
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            raise OptionError(f"trace.v1: threads must be None or at least 1, got {threads!r}")
        self.samples, self.shadow_rays, self.max_side, self.threads = samples, shadow_rays, max_side, threads
        self._threads = threads

    def open(self, runtime: Any = None) -> TraceV1:
        """Start the path tracer, so that a missing package is told before any work is done."""
        from ..render.engine import start

        self._threads = self.threads or getattr(runtime, "threads", None)
        start(threads=self._threads)
        return self

    def close(self) -> None:
        """Nothing is held between calls."""

    def __call__(
        self,
        image: Image,
        layout: Layout,
        placements: Sequence[Placement],
        *,
        seed: int = 0,
        progress: Callable[[float, str], None] | None = None,
        cancel: Any = None,
    ) -> tuple[Image, Mask]:
        """The furnished picture and the mask of every pixel that differs from ``image``."""
        from ..render.furnish import Quality, furnish

        quality = Quality(samples=self.samples, shadow_rays=self.shadow_rays, max_side=self.max_side)
        result, changed = furnish(
            image,
            layout,
            placements,
            seed=seed,
            quality=quality,
            threads=self._threads,
            progress=progress,
            cancel=cancel,
        )
        return image.with_array(result), Mask(changed)
