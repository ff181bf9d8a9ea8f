"""Which backends exist, as data: ``task -> name -> "module:Class"``. Listing them imports nothing.

Third parties add theirs through the entry-point group ``stagekit.backends``, named ``task/name``.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, NoReturn

from .errors import BackendError, MissingPackageError, OptionError, UnknownBackendError

# The first of a task is its default: embedded, no download.
BACKENDS: dict[str, dict[str, str]] = {
    "segment": {
        "roomnet.v1": "stagekit.backends.segment:RoomNetV1",
        "segformer": "stagekit.backends.segment_hub:SegFormer",
        "mask2former": "stagekit.backends.segment_hub:Mask2Former",
        "oneformer": "stagekit.backends.segment_hub:OneFormer",
        "eomt": "stagekit.backends.segment_hub:EoMT",
        "sam": "stagekit.backends.sam:Sam",
        "sam2": "stagekit.backends.sam:Sam2",
        "sam3": "stagekit.backends.sam:Sam3",
    },
    "refine": {
        "grabcut.v1": "stagekit.backends.refine:GrabCutV1",
        "sam": "stagekit.backends.refine:RefineSam",
        "sam2": "stagekit.backends.refine:RefineSam2",
        "sam3": "stagekit.backends.refine:RefineSam3",
    },
    "room": {
        "roomnet.v1": "stagekit.backends.room:RoomNetRoom",
        "clip": "stagekit.backends.room:Clip",
        "siglip2": "stagekit.backends.room:SigLip2",
    },
    "depth": {
        "planes.v1": "stagekit.backends.depth:PlanesV1",
        "depth-anything-v2-small": "stagekit.backends.depth:DepthAnythingV2Small",
        "depth-anything-v2-base": "stagekit.backends.depth:DepthAnythingV2Base",
        "depth-anything-v2-large": "stagekit.backends.depth:DepthAnythingV2Large",
        "dpt": "stagekit.backends.depth:Dpt",
    },
    "layout": {"manhattan.v1": "stagekit.backends.layout:ManhattanV1"},
    "describe": {
        "facts.v1": "stagekit.backends.describe:FactsV1",
        "blip": "stagekit.backends.describe_hub:Blip",
        "florence-2": "stagekit.backends.describe_hub:Florence2",
        "smolvlm2": "stagekit.backends.describe_hub:SmolVlm2",
        "qwen3-vl": "stagekit.backends.describe_hub:Qwen3Vl",
    },
    "lines": {
        "lsd": "stagekit.backends.lines:Lsd",
        "canny": "stagekit.backends.lines:CannyLines",
        "mlsd": "stagekit.backends.lines_networks:Mlsd",
        "hed": "stagekit.backends.lines_networks:Hed",
    },
    "erase": {
        "roomfill.v1": "stagekit.backends.erase_light:RoomFillV1",
        "planar.v1": "stagekit.backends.erase:PlanarV1",
        "lama": "stagekit.backends.erase:Lama",
        "sd15-inpaint": "stagekit.backends.diffusion_inpaint:SD15Inpaint",
        "sdxl-inpaint": "stagekit.backends.diffusion_inpaint:SDXLInpaint",
    },
    "material": {
        "intrinsic.v1": "stagekit.backends.material:IntrinsicV1",
        "sd15-inpaint": "stagekit.backends.diffusion_inpaint:SD15Material",
        "sdxl-inpaint": "stagekit.backends.diffusion_inpaint:SDXLMaterial",
    },
    "furnish": {
        "trace.v1": "stagekit.backends.furnish:TraceV1",
        "sd15-controlnet": "stagekit.backends.diffusion:SD15ControlNet",
        "sdxl-controlnet": "stagekit.backends.diffusion:SDXLControlNet",
        "sdxl-union-controlnet": "stagekit.backends.diffusion:SDXLUnionControlNet",
        "z-image-controlnet": "stagekit.backends.diffusion_pipes:ZImageControlNet",
        "qwen-image-edit": "stagekit.backends.diffusion_pipes:QwenImageEdit",
        "flux2-klein": "stagekit.backends.diffusion_pipes:Flux2Klein",
    },
}

EXTRAS = {
    "torch": "models",
    "transformers": "models",
    "diffusers": "diffusion",
    "accelerate": "diffusion",
    "torchao": "quantize",
    "jsonschema": "bench",
    "efficientnet_lite_pytorch": "train",
}
"""Package -> the extra of stagekit that installs it; packages not listed come with stagekit itself."""


@cache
def table() -> dict[str, dict[str, str]]:
    """Every backend, the built-in ones first. Raises BackendError if an entry point takes a name that exists."""
    found = {task: dict(names) for task, names in BACKENDS.items()}
    for point in entry_points(group="stagekit.backends"):
        task, _, name = point.name.partition("/")
        if name in found.setdefault(task, {}):
            raise BackendError(f"backend {point.name!r} is registered twice: {found[task][name]} and {point.value}")
        found[task][name] = point.value
    return found


def name_of(task: str, name: str | None) -> str:
    """The backend's name, or the default one's. Raises UnknownBackendError with what is near."""
    names = table()[task]
    if name is None:
        return next(iter(names))
    if not isinstance(name, str):
        raise UnknownBackendError(
            f"a backend of {task} is given by its name, such as {next(iter(names))!r}, and its options beside it; "
            f"got {name!r} (your own is registered as an entry point of the group stagekit.backends)"
        )
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
        raise UnknownBackendError(f"no backend {name!r} for {task}; {hint}")
    return name


def resolve(task: str, name: str) -> Any:
    """The backend's class, imported now. Raises MissingPackageError naming what to install."""
    module, _, attribute = table()[task][name_of(task, name)].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ImportError as error:
        raise need(error.name or module, f"{task}/{name}") from error


def need(package: str, what: str) -> MissingPackageError:
    """The error for a package that is not there."""
    extra = EXTRAS.get(package.partition(".")[0])
    install = f'pip install "stagekit[{extra}]"' if extra else f"pip install {package}"
    return MissingPackageError(f"{what} needs the package {package!r}, which is not installed; run: {install}")


def reject(stage: str, backend: str) -> NoReturn:
    raise OptionError(f"{stage} takes no backend, got {backend!r}")
