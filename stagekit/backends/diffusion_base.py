"""What Furnish, Erase and SwapMaterial backends of the SD1.5 and SDXL families share: options, weights, a painter."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from .. import registry
from ..assets.spec import spec
from ..assets.store import model_folder
from ..diffusion.families import Family
from ..diffusion.schedule import Plan, check_sampler, few_steps
from ..errors import BackendError, OptionError
from ..types import Array
from .options import Optioned

PathLike = str | os.PathLike[str]


class LoopBackend(Optioned):
    """Base of backends that run the own loop. Options that are None take the family's value.

    ``weights``: the checkpoint's folder instead of the catalogue's. ``controls``: kinds of ControlNet to load, and
    ``controlnets`` their folders. ``steps``, ``guidance``, ``sampler``, ``size`` as usual; ``guidance_until`` and
    ``control_until``: shares of the steps after which guidance and ControlNets stop. ``few_steps``: lightning, lcm or
    turbo, with its weights from the catalogue or from ``few_weights`` (a UNet or a LoRA). ``style_image`` (a path)
    with ``style_scale``: an IP-Adapter, from the catalogue or from ``ip_adapter`` and ``image_encoder``. ``preview``:
    True, or the folder of a tiny decoder.
    """

    name: ClassVar[str]
    family: ClassVar[Family]
    checkpoint: ClassVar[str] = ""
    """Catalogue name, where it is not the family's."""

    def __init__(
        self,
        *,
        weights: PathLike | None = None,
        controls: Sequence[str] = (),
        controlnets: Mapping[str, PathLike] | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        guidance_until: float = 1.0,
        control_until: float = 1.0,
        sampler: str | None = None,
        size: int | None = None,
        few_steps: str | None = None,
        few_weights: PathLike | None = None,
        style_image: PathLike | None = None,
        style_scale: float = 0.6,
        ip_adapter: PathLike | None = None,
        image_encoder: PathLike | None = None,
        preview: bool | PathLike = False,
    ) -> None:
        self.weights, self.few_steps, self.few_weights = weights, few_steps, few_weights
        self.controlnets = dict(controlnets or {})
        self.controls = (controls,) if isinstance(controls, str) else tuple(controls)
        unknown = (set(self.controls) | set(self.controlnets)) - set(self.family.nets)
        if unknown:
            raise OptionError(f"{self.name}: controls are {sorted(self.family.nets)}, got {sorted(unknown)}")
        self.size = self.family.size if size is None else size
        if not isinstance(self.size, int) or not 64 <= self.size <= 4096:
            raise OptionError(f"{self.name}: size is a number of pixels, 64 to 4096, got {size!r}")
        self._few = None if few_steps is None else _preset(self.name, few_steps)
        if self._few is not None and few_weights is None and few_steps not in self.family.few:
            raise OptionError(
                f"{self.name}: no published weights for few_steps={few_steps!r}; it has {sorted(self.family.few)}, "
                "or give few_weights=PATH"
            )
        self.sampler = check_sampler(sampler or (self._few.sampler if self._few else self.family.sampler))
        self.plan = Plan(
            steps=steps if steps is not None else self._few.steps if self._few else self.family.steps,
            guidance=guidance if guidance is not None else self._few.guidance if self._few else self.family.guidance,
            guidance_until=guidance_until,
            control_until=control_until,
        )
        if not 0 <= style_scale <= 2:
            raise OptionError(f"{self.name}: style_scale must be 0 to 2, got {style_scale!r}")
        if style_image is not None and not isinstance(style_image, (str, os.PathLike)):
            # Options name a loaded backend, and two pictures may look alike when written out
            raise OptionError(f"{self.name}: style_image is a path, got {type(style_image).__name__}; save it first")
        self.style_image, self.style_scale = style_image, style_scale
        self.ip_adapter, self.image_encoder, self.preview = ip_adapter, image_encoder, preview
        self.bytes = 0
        self._painter: Any = None

    @property
    def licence(self) -> str:
        return spec(self.checkpoint or self.family.checkpoint).licence

    def open(self, runtime: Any = None) -> Any:
        """Read the weights onto the device. Raises LicenceError, WeightsError, MissingPackageError, and BackendError with
        the numbers when the memory does not hold them."""
        if self._painter is None:
            for package in ("torch", "transformers", "diffusers"):
                if find_spec(package) is None:
                    raise registry.need(package, self.name)
            from ..diffusion.adapt import adapt_unet, add_style_picture
            from ..diffusion.painter import Painter
            from ..diffusion.parts import load_parts
            from ..diffusion.tune import Switches, tune
            from ..runtime.memory import check_memory

            find = self._finder(runtime)
            folder = find(self.checkpoint or self.family.checkpoint, self.weights)
            nets = {kind: find(self.family.nets[kind], self.controlnets.get(kind)) for kind in self.controls}
            styled = self.style_image is not None
            adapter = find(self.family.adapter, self.ip_adapter) if styled else None
            encoder = None
            if adapter is not None:
                encoder = Path(self.image_encoder) if self.image_encoder else adapter / self.family.encoder
            previewer = None
            if self.preview is not False:
                previewer = find(self.family.previewer, None if self.preview is True else self.preview)
            switches = Switches.of(runtime)
            dtype = getattr(runtime, "dtype", "fp32")
            check_memory(
                self.name, [folder, *{*nets.values()}], runtime, dtype=dtype, offload=switches.offload,
                extra=self.family.activation * (self.size / self.family.size) ** 2,
            )  # fmt: skip
            parts = load_parts(
                folder,
                controls=nets,
                previewer=previewer,
                image_encoder=encoder,
                device=getattr(runtime, "device", "cpu"),
                dtype=dtype,
                offload=bool(switches.offload),
            )
            if self.few_steps is not None:
                adapt_unet(parts.unet, find(self.family.few.get(self.few_steps, ""), self.few_weights))
            reference = None
            if adapter is not None:
                file = adapter if adapter.is_file() else adapter / self.family.adapter_file
                reference = add_style_picture(parts, file, self._style(), self.style_scale)
            tune(parts, switches)
            self._painter = Painter(
                parts, size=self.size, sampler=self.sampler, unions=self.family.unions, reference=reference
            )
            if switches.warm_up:
                self._painter.warm_up(self.plan)
            self.bytes = parts.bytes
        return self

    def close(self) -> None:
        """Give the memory back."""
        self._painter, self.bytes = None, 0
        if find_spec("torch") is not None:
            import torch

            gc.collect()  # compiled and recorded nets refer to themselves
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    @property
    def painter(self) -> Any:
        if self._painter is None:
            raise BackendError(f"{self.name} is not open; call open() first")
        return self._painter

    def _finder(self, runtime: Any) -> Callable[[str, PathLike | None], Path]:
        def find(name: str, path: PathLike | None) -> Path:
            if path is not None and (Path(path).is_file() or not name):
                return Path(path)
            return model_folder(
                name, path, offline=getattr(runtime, "offline", True), allowed=getattr(runtime, "allow", ())
            )

        return find

    def _style(self) -> Array:
        from ..imaging.io import open_image

        return open_image(self.style_image).array


def _preset(name: str, preset: str) -> Any:
    try:
        return few_steps(preset)
    except OptionError as error:
        raise OptionError(f"{name}: {error}") from None
