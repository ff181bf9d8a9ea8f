"""Erase and SwapMaterial with Stable Diffusion's inpainting checkpoints: ``sd15-inpaint``, ``sdxl-inpaint``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ..diffusion.families import SD15, SDXL
from ..errors import OptionError
from ..types import Array, Image, Layout, Mask, Segments
from .diffusion_base import LoopBackend

EMPTY = "empty room, bare walls, bare floor, clean, unfurnished, realistic interior photograph"
THINGS = "furniture, objects, decoration, people, clutter, carpet, text, watermark, blurry"
"""What a model likes to put back into a hole."""


class LoopErase(LoopBackend):
    """The hole filled by a diffusion model that is told of an empty room.

    ``prompt``, ``negative``: instead of those words. ``seed``. ``strength`` None: the checkpoint's own. With ``controls``
    (depth, lines) and a layout the empty room's own geometry steers it. The rest: ``LoopBackend``.
    """

    full: ClassVar[float] = 1.0
    """Strength at which the checkpoint fills a hole whole."""

    def __init__(
        self,
        *,
        prompt: str = EMPTY,
        negative: str = THINGS,
        seed: int = 0,
        strength: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.plan = replace(self.plan, strength=self.full if strength is None else strength)
        self.prompt, self.negative, self.seed = prompt, negative, int(seed)
        self._threads: int | None = None

    def open(self, runtime: Any = None) -> Any:
        self._threads = getattr(runtime, "threads", None)
        return super().open(runtime)

    def __call__(
        self,
        image: Image,
        hole: Mask,
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        progress: Callable[[float, str], None] | None = None,
    ) -> Image:
        """The picture with ``hole`` filled; pixels off the hole keep their bytes."""
        from ..diffusion.painter import Job

        if not hole.array.any():
            return image
        painter = self.painter
        maps: dict[str, Array] = {}
        if self.controls and layout is not None:
            from ..render.control import control_maps

            empty = control_maps(image, replace(layout, obstacles=()), (), hidden=hole.array, threads=self._threads)
            maps = {kind: getattr(empty, kind) for kind in self.controls}
        job = Job(image.array, hole.array, self.prompt, self.negative, maps)
        return image.with_array(painter.paint(job, self.plan, [self.seed], on_step=stepper(progress))[0])


class SD15Inpaint(LoopErase):
    """SD1.5's inpainting checkpoint."""

    name = "sd15-inpaint"
    family = SD15
    checkpoint = "sd15-inpaint"


class SDXLInpaint(LoopErase):
    """SDXL's inpainting checkpoint, which was not trained to start from pure noise (its card: strength below 1)."""

    name = "sdxl-inpaint"
    family = SDXL
    checkpoint = "sdxl-inpaint"
    full = 0.99


class LoopMaterial(LoopBackend):
    """Another finish by a diffusion model: the embedded method's picture made anew within the surfaces.

    ``strength`` (0.2 keeps colour and pattern, 1 keeps only the surface), ``prompt`` instead of the finishes' names.
    """

    negative: ClassVar[str] = "furniture, objects, people, text, watermark, blurry, stains"

    def __init__(self, *, strength: float = 0.4, prompt: str = "", **options: Any) -> None:
        super().__init__(**options)
        if self.controls:
            raise OptionError(f"{self.name}: a new finish takes no controls, got {self.controls}")
        self.prompt, self.plan = prompt, replace(self.plan, strength=strength)

    def __call__(
        self,
        image: Image,
        wishes: Sequence[Any],
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        seed: int = 0,
        progress: Callable[[float, str], None] | None = None,
    ) -> tuple[Image, Mask]:
        """The changed picture and the mask of the surfaces. Raises InputError for a surface that the photo does not
        show."""
        from ..diffusion.painter import Job
        from ..surface.swap import swap

        painter = self.painter
        base, surfaces = swap(image, wishes, segments=segments, layout=layout, seed=seed)
        if not surfaces.any():
            return image, Mask(surfaces)
        prompt = self.prompt or ", ".join(said(w) for w in wishes) + ", realistic interior photograph, natural light"
        job = Job(base, surfaces, prompt, self.negative)
        picture = painter.paint(job, self.plan, [seed], on_step=stepper(progress))[0]
        return image.with_array(picture), Mask(surfaces)


class SD15Material(LoopMaterial):
    """SD1.5's inpainting checkpoint on a surface."""

    name = "sd15-inpaint"
    family = SD15
    checkpoint = "sd15-inpaint"


class SDXLMaterial(LoopMaterial):
    """SDXL's inpainting checkpoint on a surface."""

    name = "sdxl-inpaint"
    family = SDXL
    checkpoint = "sdxl-inpaint"


def said(wish: Any) -> str:
    """A wish as words of a prompt: ``"oak herringbone floor"``, ``"sea salt painted wall"``."""
    from ..diffusion.prompt import tone

    where = "surface" if isinstance(wish.surface, Mask) else str(wish.surface).partition("[")[0]
    finish = wish.finish
    if hasattr(finish, "hex"):
        return f"{tone(finish.hex)} painted {where}"
    return f"{finish.name.replace('_', ' ')} {where}"


def stepper(progress: Callable[[float, str], None] | None) -> Callable[[int, int, Any], None] | None:
    """Steps of the sampler as a stage's progress."""
    if progress is None:
        return None
    return lambda i, n, picture: progress(i / n, f"step {i + 1} of {n}")
