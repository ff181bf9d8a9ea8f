"""The models of one SD1.5 or SDXL checkpoint, read from a folder in diffusers' layout.

Only safetensors are read, and nothing is fetched: a folder without them is refused with what it holds instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import WeightsError

TORCH = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


@dataclass(eq=False)
class Parts:
    """``encoders``: (tokenizer, text encoder) pairs, one for SD1.5, two for SDXL. ``controls``: kind -> ControlNet (the
    same net under several kinds where it is a union). ``shipped``: the checkpoint's own scheduler, never stepped itself.
    ``offload``: keep modules in main memory while they are not used."""

    unet: Any
    vae: Any
    encoders: tuple[tuple[Any, Any], ...]
    shipped: Any
    controls: Mapping[str, Any] = field(default_factory=dict)
    previewer: Any = None
    image_encoder: Any = None
    zero_negative: bool = False
    """SDXL's base model was trained with zeros for an empty negative prompt."""
    device: str = "cpu"
    dtype: Any = None
    offload: bool = False
    cudnn_benchmark: bool = False
    turns: dict[int, Any] = field(default_factory=dict)
    """Blocks, by id, that come to the device for their own work only (`take_turns`)."""

    @property
    def large(self) -> bool:
        """Whether this is SDXL's family: two text encoders, picture sizes as a condition."""
        return self.unet.config.addition_embed_type == "text_time"

    @property
    def modules(self) -> list[Any]:
        """Every module once."""
        found = [self.unet, self.vae, *(e for _, e in self.encoders), *self.controls.values()]
        found += [m for m in (self.previewer, self.image_encoder) if m is not None]
        return list({id(m): m for m in found}.values())

    @property
    def bytes(self) -> int:
        """Memory of all parameters."""
        return sum(stored(p) for m in self.modules for p in m.parameters())

    @contextmanager
    def using(self, *modules: Any) -> Iterator[None]:
        """The modules on the device while the ``with`` lasts; afterwards back in main memory where that was asked for. The
        weights stay there all the time: going back is to forget the copies."""
        homes: list[tuple[Any, Any]] = []
        try:
            if self.offload:
                apart = {id(t) for t in weights(*(b for b in self.turns.values() if b not in modules))}
                for tensor in weights(*modules):
                    if id(tensor) in apart:
                        continue
                    homes.append((tensor, tensor.data))
                    tensor.data = tensor.data.to(self.device, non_blocking=True)
            yield
        finally:
            for tensor, home in homes:
                tensor.data = home

    def take_turns(self, *blocks: Any) -> None:
        """From now on each block is on the device only while it works itself, not while the model around it is used."""
        for block in blocks:
            if not self.offload or id(block) in self.turns:
                continue
            self.turns[id(block)] = block
            stay = ExitStack()
            block.register_forward_pre_hook(partial(_come, self, stay))
            block.register_forward_hook(partial(_go, stay), always_call=True)


def _come(parts: Parts, stay: ExitStack, block: Any, inputs: Any) -> None:
    stay.enter_context(parts.using(block))


def _go(stay: ExitStack, block: Any, inputs: Any, output: Any) -> None:
    stay.close()


def weights(*modules: Any) -> Iterator[Any]:
    """Parameters and buffers of the modules, each once."""
    yield from {id(t): t for m in modules for t in (*m.parameters(), *m.buffers())}.values()


def pin(module: Any) -> None:
    """Move the weights to page-locked memory, from which a GPU copies at several times the speed."""
    for tensor in weights(module):
        tensor.data = tensor.data.pin_memory()


def stored(tensor: Any) -> int:
    """Bytes of a tensor; of a quantised one, which calls itself as wide as it was, those of its parts."""
    inner = getattr(tensor, "__tensor_flatten__", None)
    return int(tensor.nbytes) if inner is None else sum(int(getattr(tensor, name).nbytes) for name in inner()[0])


def load_parts(
    folder: Path,
    *,
    controls: Mapping[str, Path] | None = None,
    unet: Path | None = None,
    previewer: Path | None = None,
    image_encoder: Path | None = None,
    device: str = "cpu",
    dtype: str = "fp32",
    offload: bool = False,
) -> Parts:
    """The checkpoint in ``folder``, with ControlNets by kind, and optionally another ``unet`` (a folder), a tiny decoder
    for previews (AutoencoderTiny) and the image encoder of an IP-Adapter. Raises WeightsError for what is not there."""
    import diffusers
    import torch
    import transformers

    kind = getattr(torch, TORCH[dtype])
    index = read_json(folder / "model_index.json")
    encoders = []
    for end in ("", "_2"):
        if index.get(f"text_encoder{end}", [None])[-1] is not None:
            name = index[f"text_encoder{end}"][-1]
            encoder = read_model(getattr(transformers, name), folder / f"text_encoder{end}", kind)
            tokenizer = transformers.CLIPTokenizer.from_pretrained(folder / f"tokenizer{end}", local_files_only=True)
            encoders.append((tokenizer, encoder))
    vae = read_model(diffusers.AutoencoderKL, folder / "vae", kind)
    if kind == torch.float16 and vae.config.force_upcast:
        vae = vae.to(torch.float32)  # in fp16 SDXL's decoder overflows to black
    nets: dict[Path, Any] = {}
    for path in (controls or {}).values():
        name = read_json(path / "config.json").get("_class_name", "ControlNetModel")
        if name not in ("ControlNetModel", "ControlNetUnionModel"):
            raise WeightsError(f"{path} holds a {name}; expected a ControlNetModel or ControlNetUnionModel")
        if path not in nets:
            nets[path] = read_model(getattr(diffusers, name), path, kind)
    parts = Parts(
        unet=read_model(diffusers.UNet2DConditionModel, unet or folder / "unet", kind),
        vae=vae,
        encoders=tuple(encoders),
        shipped=getattr(diffusers, index["scheduler"][-1]).from_pretrained(folder / "scheduler", local_files_only=True),
        controls={name: nets[path] for name, path in (controls or {}).items()},
        previewer=None if previewer is None else read_model(diffusers.AutoencoderTiny, previewer, kind),
        image_encoder=None
        if image_encoder is None
        else read_model(transformers.CLIPVisionModelWithProjection, image_encoder, kind),
        zero_negative=bool(index.get("force_zeros_for_empty_prompt", False)),
        device=device,
        dtype=kind,
        offload=offload and device != "cpu",
    )
    if parts.unet.config.time_cond_proj_dim is not None:
        raise WeightsError(
            f"{unet or folder} takes its guidance as an input (a full LCM); use few_steps='lcm', its LoRA"
        )
    for module in parts.modules:
        module.requires_grad_(False).eval()
        if not parts.offload:
            module.to(device)
    return parts


def read_json(path: Path) -> dict[str, Any]:
    """A configuration file of a checkpoint. Raises WeightsError when it is absent or no JSON object."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WeightsError(
            f"{path} is not there; expected a checkpoint folder in diffusers' layout (model_index.json, unet/, vae/, "
            "text_encoder/, tokenizer/, scheduler/; a ControlNet has config.json); give its path as an option"
        ) from None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read: {error}; copy the checkpoint anew") from error
    if not isinstance(data, dict):
        raise WeightsError(f"{path} holds no JSON object; copy the checkpoint anew")
    return data


def read_model(kind: Any, folder: Path, dtype: Any, *, complete: bool = True) -> Any:
    """One model of diffusers or transformers from its folder, safetensors only. Raises WeightsError, also for missing
    tensors unless ``complete`` is False (a net that borrows layers of another)."""
    if not (folder / "config.json").is_file():
        raise WeightsError(f"{folder}/config.json is not there; expected the folder of a {kind.__name__}")
    files = sorted(f.name for f in folder.glob("*.safetensors"))
    if not files:
        others = sorted(f.name for f in folder.iterdir() if f.suffix in (".bin", ".ckpt", ".pt", ".pth"))
        raise WeightsError(
            f"{folder} has no .safetensors of {kind.__name__}"
            + (f"; {', '.join(others)} can run code when read and is refused: convert it" if others else "")
        )
    plain = any(".fp16." not in name for name in files)
    options: dict[str, Any] = {"use_safetensors": True, "local_files_only": True}
    if not plain:
        options["variant"] = "fp16"
    options["torch_dtype" if kind.__module__.startswith("diffusers") else "dtype"] = dtype
    try:
        model, report = kind.from_pretrained(folder, output_loading_info=True, **options)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise WeightsError(f"{folder} cannot be read as {kind.__name__}: {error}") from error
    missing = sorted(report.get("missing_keys", ()))
    if missing and complete:  # the libraries would make them up at random
        raise WeightsError(
            f"{folder} is not a complete {kind.__name__}: {len(missing)} tensors are missing, such as {missing[0]}"
        )
    return model
