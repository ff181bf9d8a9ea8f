"""What every Furnish backend of a diffusion model does: maps of the arranged room, prompts, modes, variants, the guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from ..errors import OptionError
from ..types import Array, Brief, Image, Layout, Mask, Placement
from .guarded import Guarded
from .options import Optioned

MODES = {"guided": 1.0, "refine": 0.45, "free": 1.0}
"""Mode -> strength: the share of the steps that is taken, from noise (1) or from a picture."""


class RoomFurnish(Optioned):
    """Furniture by a diffusion model, where the arrangement put it.

    ``mode``: ``guided`` paints into the photo along the maps of the arranged room; ``refine`` starts from the path-traced
    picture (``strength`` 0.3 to 0.6), a photograph of the same furniture; ``free`` lets the model invent within the floor
    area. ``controls``: kinds of maps (depth, lines, normals, labels), ``control_scale`` how much they count.
    ``negative``: what the picture shall not show, beside the style's. ``variants``: pictures, each with its own seed.
    ``guard``: report, retry or raise when windows, doors or walls changed; see ``Guarded``.

    Subclasses give ``pictures``, and take ``controls`` and what their model needs.
    """

    wants_brief: ClassVar[bool] = True
    name: ClassVar[str]
    controls: tuple[str, ...]

    def __init__(
        self,
        *,
        mode: str = "guided",
        control_scale: float = 0.8,
        strength: float | None = None,
        negative: str = "",
        variants: int = 1,
        guard: str = "report",
        retries: int = 2,
        traced_samples: int = 16,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if mode not in MODES:
            raise OptionError(f"{self.name}: mode must be one of {', '.join(MODES)}, got {mode!r}")
        if not isinstance(variants, int) or not 1 <= variants <= 16:
            raise OptionError(f"{self.name}: variants must be 1 to 16, got {variants!r}")
        if not 0 <= control_scale <= 2:
            raise OptionError(f"{self.name}: control_scale must be 0 to 2, got {control_scale!r}")
        if mode == "free":
            # A map of the empty room would keep it empty; its lines hold walls and openings in place.
            self.controls = tuple(k for k in self.controls if k == "lines")
        self.mode, self.negative, self.variants, self.traced_samples = mode, negative, variants, traced_samples
        self.control_scale = float(control_scale)
        self.strength = MODES[mode] if strength is None else strength
        self.guard = Guarded(self.name, guard, retries)
        self._threads: int | None = None

    @property
    def invents(self) -> bool:
        """Whether it furnishes a room for which nothing was arranged."""
        return self.mode == "free"

    def open(self, runtime: Any = None) -> Any:
        self._threads = getattr(runtime, "threads", None)
        self.guard.open(runtime)
        return super().open(runtime)  # type: ignore[misc]

    def pictures(
        self,
        job: Any,
        seeds: Sequence[int],
        on_step: Callable[[int, int, Array | None], None],
        warn: Callable[[str], None] | None,
    ) -> list[Array]:
        """``job`` (``diffusion.painter.Job``) painted once for each seed: uint8 HxWx3."""
        raise NotImplementedError

    def __call__(
        self,
        image: Image,
        layout: Layout,
        placements: Sequence[Placement],
        *,
        brief: Brief | None = None,
        seed: int = 0,
        progress: Callable[..., None] | None = None,
        warn: Callable[[str], None] | None = None,
        cancel: Any = None,
    ) -> tuple[Any, ...]:
        """(picture, mask of every pixel that differs from ``image``, further variants ...)."""
        from ..diffusion.painter import Job
        from ..diffusion.prompt import negative_prompt, scene_prompt
        from ..render.area import standing
        from ..render.control import control_maps

        def tell(fraction: float, text: str, picture: Array | None = None) -> None:
            if cancel is not None:
                cancel.check()
            if progress is not None:
                shown = {} if picture is None else {"picture": image.with_array(picture)}
                progress(fraction, text, **shown)

        wish = brief or Brief()
        tell(0.0, "maps of the room")
        before = self.guard.look(image)
        maps = control_maps(
            image, layout, placements, free=self.mode == "free", keep=standing(before), threads=self._threads
        )
        if not maps.mask.any():
            return image, Mask(np.zeros(image.array.shape[:2], bool))
        base, begin = image.array, 0.05
        if self.mode == "refine":
            base, begin = self._traced(image, layout, placements, seed, tell), 0.4
        job = Job(
            base,
            maps.mask,
            scene_prompt(wish, () if self.mode == "free" else placements),
            negative_prompt(wish, self.negative),
            {kind: getattr(maps, kind) for kind in self.controls},
            dict.fromkeys(self.controls, self.control_scale),
            maps.alpha,
        )

        def paint(seeds: Sequence[int]) -> list[Array]:
            def on_step(i: int, n: int, picture: Array | None) -> None:
                tell(begin + (0.95 - begin) * i / n, f"step {i + 1} of {n}", picture)

            return self.pictures(job, seeds, on_step, warn)

        pictures = self.guard.run(paint, image, layout, maps, seed, self.variants, before=before, warn=warn)
        tell(1.0, "done")
        made = [image.with_array(p) for p in pictures]
        return made[0], Mask((pictures[0] != image.array).any(-1)), *made[1:]

    def _traced(
        self, image: Image, layout: Layout, placements: Sequence[Placement], seed: int, tell: Callable[..., None]
    ) -> Array:
        """The path tracer's picture, with shadows: what ``refine`` starts from, and keeps off the furniture's mask."""
        from ..render.furnish import furnish

        traced, _ = furnish(
            image, layout, placements, seed=seed, samples=self.traced_samples, threads=self._threads,
            progress=lambda f, text: tell(0.05 + 0.35 * f, text),
        )  # fmt: skip
        return traced
