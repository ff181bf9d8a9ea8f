"""Furnish with newer families, through diffusers' own pipelines: ``z-image-controlnet``, ``qwen-image-edit``,
``flux2-klein``. Crop, mask, paste, guard and prompts are those of the own loop."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from .. import registry
from ..assets.spec import spec
from ..assets.store import model_folder
from ..diffusion.schedule import Plan
from ..errors import BackendError, OptionError, WeightsError
from ..types import Array
from .furnish_model import RoomFurnish

PathLike = str | os.PathLike[str]
OnStep = Callable[[int, int, Array | None], None]
KINDS = ("depth", "lines", "normals", "labels")


class PipeFurnish(RoomFurnish):
    """``model``: a name of the catalogue out of ``models``; ``weights``: its folder, in diffusers' layout. ``controls``: one
    kind of map. ``steps``, ``guidance``, ``size`` None: the model's own. The rest: ``RoomFurnish``."""

    models: ClassVar[tuple[str, ...]]
    pipelines: ClassVar[Mapping[str, str]]
    """Mode -> diffusers' pipeline; they share their parts."""
    defaults: ClassVar[Plan]
    pixels: ClassVar[int] = 1024

    def __init__(
        self,
        *,
        model: str | None = None,
        weights: PathLike | None = None,
        controls: Sequence[str] = ("depth",),
        steps: int | None = None,
        guidance: float | None = None,
        size: int | None = None,
        **options: Any,
    ) -> None:
        self.controls = (controls,) if isinstance(controls, str) else tuple(controls)
        if len(self.controls) > 1 or set(self.controls) - set(KINDS):
            raise OptionError(f"{self.name}: controls is at most one of {', '.join(KINDS)}, got {self.controls}")
        super().__init__(**options)
        self.model = model or self.models[0]
        if self.model not in self.models:
            raise OptionError(f"{self.name}: model must be one of {', '.join(self.models)}, got {model!r}")
        self.weights = weights
        self.size = self.pixels if size is None else size
        if not isinstance(self.size, int) or not 64 <= self.size <= 4096:
            raise OptionError(f"{self.name}: size is a number of pixels, 64 to 4096, got {size!r}")
        self.plan = Plan(
            steps=self.defaults.steps if steps is None else steps,
            guidance=self.defaults.guidance if guidance is None else guidance,
            strength=self.strength,
        )
        self.bytes = 0
        self._pipe: Any = None

    @property
    def licence(self) -> str:
        return spec(self.model).licence

    def open(self, runtime: Any = None) -> Any:
        """Read the weights onto the device. Raises LicenceError, WeightsError, MissingPackageError, BackendError."""
        if self._pipe is None:
            for package in ("torch", "transformers", "diffusers"):
                if find_spec(package) is None:
                    raise registry.need(package, self.name)
            from ..diffusion.parts import stored
            from ..diffusion.tune import Switches, compile_net, quantize
            from ..runtime.memory import check_memory

            folder = self._folder(self.model, self.weights, runtime)
            switches, dtype = Switches.of(runtime), getattr(runtime, "dtype", "fp32")
            check_memory(self.name, [folder], runtime, dtype=dtype, offload=switches.offload, extra=2e9)
            self._pipe = self._load(folder, runtime, dtype)
            device = getattr(runtime, "device", "cpu")
            if switches.offload and device != "cpu":
                self._pipe.enable_model_cpu_offload(device=device)
            else:
                self._pipe.to(device)
            if switches.vae_tiling:
                self._pipe.vae.enable_tiling()
            quantize(self._pipe.transformer, switches.quantize)
            compile_net(self._pipe.transformer, switches.compile)
            self._pipe.set_progress_bar_config(disable=True)
            modules = [m for m in self._pipe.components.values() if hasattr(m, "parameters")]
            self.bytes = sum(stored(p) for m in modules for p in m.parameters())
        self._threads = getattr(runtime, "threads", None)
        self.guard.open(runtime)
        return self

    def close(self) -> None:
        """Give the memory back."""
        self._pipe, self.bytes = None, 0

    def pictures(
        self, job: Any, seeds: Sequence[int], on_step: OnStep, warn: Callable[[str], None] | None
    ) -> list[Array]:
        """One after the other: these models fill the device with one picture."""
        import torch
        from PIL import Image

        from ..diffusion.paste import window

        if self._pipe is None:
            raise BackendError(f"{self.name} is not open; call open() first")
        place = window(job.mask, self.size)
        crop, hole = (Image.fromarray(a) for a in (place.cut(job.base), place.cut(job.mask).astype("uint8") * 255))
        maps = [Image.fromarray(job.map_of(kind, place)) for kind in self.controls]
        made = []
        for k, seed in enumerate(seeds):

            def watch(pipe: Any, i: int, t: Any, values: dict[str, Any], k: int = k) -> dict[str, Any]:
                on_step(k * self.plan.steps + min(i + 1, self.plan.steps - 1), len(seeds) * self.plan.steps, None)
                return {}

            on_step(k * self.plan.steps, len(seeds) * self.plan.steps, None)
            generator = torch.Generator().manual_seed(int(seed))
            pipe = self._pipe_of(self.pipelines[self.mode])
            out = pipe(
                prompt=job.prompt,
                width=place.width,
                height=place.height,
                num_inference_steps=self.plan.steps,
                generator=generator,
                callback_on_step_end=watch,
                **self.arguments(job, crop, hole, maps),
            ).images[0]
            picture = out.convert("RGB").resize((place.width, place.height), Image.Resampling.BICUBIC)
            made.append(job.pasted(_array(picture), place))
        return made

    def arguments(self, job: Any, crop: Any, hole: Any, maps: list[Any]) -> dict[str, Any]:
        """What this family's pipeline takes beside prompt, size, steps and seed. Pictures are PIL's, of one size."""
        raise NotImplementedError

    def _pipe_of(self, kind: str) -> Any:
        """The loaded pipeline as another of its family: the same parts, nothing loaded anew."""
        import diffusers

        cls = getattr(diffusers, kind)
        if type(self._pipe) is cls:
            return self._pipe
        wanted = inspect.signature(cls.__init__).parameters
        pipe = cls(**{k: v for k, v in self._pipe.components.items() if k in wanted})
        pipe.set_progress_bar_config(disable=True)
        return pipe

    def _folder(self, name: str, path: PathLike | None, runtime: Any) -> Path:
        return model_folder(
            name, path, offline=getattr(runtime, "offline", True), allowed=getattr(runtime, "allow", ())
        )

    def _load(self, folder: Path, runtime: Any, dtype: str, **given: Any) -> Any:
        """The pipeline of mode ``guided`` from the folder's parts; ``given`` parts are not read."""
        import diffusers
        import torch

        from ..diffusion.parts import TORCH

        kind = getattr(diffusers, self.pipelines["guided"])
        wanted = set(inspect.signature(kind.__init__).parameters) - {"self"}
        read = read_parts(folder, getattr(torch, TORCH[dtype]), wanted - set(given))
        missing = wanted - set(read) - set(given) - {"is_distilled"}
        if missing:
            raise WeightsError(
                f"{folder} has no {', '.join(sorted(missing))}; expected {self.model} in diffusers' layout"
            )
        return kind(**read, **given)


def read_parts(folder: Path, dtype: Any, wanted: Collection[str]) -> dict[str, Any]:
    """The parts of a pipeline that its model_index.json names, out of ``wanted``: models from safetensors, tokenizers,
    schedulers, and plain values."""
    import diffusers
    import torch
    import transformers

    from ..diffusion.parts import read_json, read_model

    found: dict[str, Any] = {}
    for name, entry in read_json(folder / "model_index.json").items():
        if name not in wanted:
            continue
        if not isinstance(entry, list):
            found[name] = entry
        elif entry[0] is not None:
            cls = getattr({"diffusers": diffusers, "transformers": transformers}[entry[0]], entry[1])
            if issubclass(cls, torch.nn.Module):
                found[name] = read_model(cls, folder / name, dtype).eval().requires_grad_(False)
                continue
            try:
                found[name] = cls.from_pretrained(folder / name, local_files_only=True)
            except (OSError, ValueError) as error:
                raise WeightsError(f"{folder / name} cannot be read as {entry[1]}: {error}") from error
    return found


class ZImageControlNet(PipeFurnish):
    """Z-Image-Turbo with its union ControlNet; ``controlnet``: its folder. In mode ``refine`` its pipeline takes no map."""

    name = "z-image-controlnet"
    models = ("z-image-turbo",)
    pipelines = {
        "guided": "ZImageControlNetInpaintPipeline",
        "free": "ZImageControlNetInpaintPipeline",
        "refine": "ZImageInpaintPipeline",
    }
    defaults = Plan(steps=9, guidance=0.0)

    def __init__(self, *, controlnet: PathLike | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.controlnet = controlnet
        if self.mode == "free" and not self.controls:
            self.controls = ("lines",)  # the pipeline always takes a map

    def _load(self, folder: Path, runtime: Any, dtype: str, **given: Any) -> Any:
        import diffusers
        import torch

        from ..diffusion.parts import TORCH, read_model

        net = self._folder("z-image-controlnet", self.controlnet, runtime)
        control = read_model(diffusers.ZImageControlNetModel, net, getattr(torch, TORCH[dtype]), complete=False)
        return super()._load(folder, runtime, dtype, controlnet=control.eval().requires_grad_(False), **given)

    def arguments(self, job: Any, crop: Any, hole: Any, maps: list[Any]) -> dict[str, Any]:
        values = {"image": crop, "mask_image": hole, "guidance_scale": self.plan.guidance}
        if self.plan.guidance > 0:
            values["negative_prompt"] = job.negative
        if self.mode == "refine":
            return {**values, "strength": self.plan.strength}
        return {**values, "control_image": maps[0], "controlnet_conditioning_scale": self.control_scale}


class QwenImageEdit(PipeFurnish):
    """Qwen-Image-Edit, which reads photo and map as pictures of its instruction; ``refine`` repaints the traced picture."""

    name = "qwen-image-edit"
    models = ("qwen-image-edit",)
    pipelines = {
        "guided": "QwenImageEditPlusPipeline",
        "free": "QwenImageEditPlusPipeline",
        "refine": "QwenImageEditInpaintPipeline",
    }
    defaults = Plan(steps=40, guidance=4.0)

    def arguments(self, job: Any, crop: Any, hole: Any, maps: list[Any]) -> dict[str, Any]:
        values: dict[str, Any] = {"true_cfg_scale": self.plan.guidance, "negative_prompt": job.negative}
        if self.mode == "refine":
            return {**values, "image": crop, "mask_image": hole, "strength": self.plan.strength}
        return {**values, "image": [crop, *maps]}

    def _load(self, folder: Path, runtime: Any, dtype: str, **given: Any) -> Any:
        from .qwen_processor import processor_of

        return super()._load(folder, runtime, dtype, processor=processor_of(folder / "processor"), **given)


class Flux2Klein(PipeFurnish):
    """FLUX.2 klein (4B: Apache; 9B is not free for commercial use and has to be allowed by name). The map goes along as a
    reference picture."""

    name = "flux2-klein"
    models = ("flux2-klein-4b", "flux2-klein-9b")
    pipelines = dict.fromkeys(("guided", "free", "refine"), "Flux2KleinInpaintPipeline")
    defaults = Plan(steps=4, guidance=1.0)

    def arguments(self, job: Any, crop: Any, hole: Any, maps: list[Any]) -> dict[str, Any]:
        return {
            "image": crop,
            "mask_image": hole,
            "image_reference": maps[0] if maps else None,
            "strength": self.plan.strength,
            "guidance_scale": self.plan.guidance,
        }


def _array(picture: Any) -> Array:
    import numpy as np

    return np.array(picture)
