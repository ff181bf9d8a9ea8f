"""Changes to a loaded UNet: the weights of a distilled one, a LoRA fused in, an IP-Adapter for a style picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import WeightsError
from .parts import Parts

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def read_tensors(path: Path) -> dict[str, Any]:
    """The tensors of a safetensors file, or of the only one in a folder or its ``unet/``. Raises WeightsError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = path / "unet" if (path / "unet").is_dir() else path
    if path.is_dir():
        files = sorted(path.glob("*.safetensors"))
        if len(files) != 1:
            raise WeightsError(f"{path} has {len(files)} .safetensors; expected one, or name the file")
        path = files[0]
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path} is not a safetensors file that can be read: {error}") from error


def adapt_unet(unet: Any, path: Path, scale: float = 1.0) -> None:
    """Give ``unet`` the weights of ``path``: a LoRA is added to its own, anything else replaces them.

    Raises WeightsError when they belong to another architecture.
    """
    tensors = read_tensors(path)
    if any("lora" in name for name in tensors):
        fuse_lora(unet, tensors, scale, str(path))
        return
    try:
        unet.load_state_dict(tensors)
    except RuntimeError as error:
        raise WeightsError(f"{path} does not hold this UNet's weights: {str(error).splitlines()[0]}") from error


def fuse_lora(unet: Any, tensors: dict[str, Any], scale: float, where: str) -> int:
    """Add ``scale`` x up x down (times alpha / rank) to each weight that the LoRA (Hu et al. 2021) names; returns how many.

    Reads the names of kohya's scripts (``lora_unet_down_blocks_0_..._lora_down``), of diffusers and of peft. Text
    encoders' parts are passed over. Raises WeightsError if a name or a shape does not fit the UNet.
    """
    import torch

    modules = dict(unet.named_modules())
    flat = {name.replace(".", "_"): name for name in modules}
    pattern = re.compile(r"^(?P<name>.+?)[._]lora[._]?(linear_layer\.)?(?P<end>down|up|A|B)(\.default)?\.weight$")
    halves: dict[str, dict[str, Any]] = {}
    alphas: dict[str, float] = {}
    for key, value in tensors.items():
        if key.startswith(("lora_te", "text_encoder")):
            continue
        if key.endswith(".alpha"):
            alphas[_module(key[: -len(".alpha")], flat)] = float(value)
            continue
        found = pattern.match(key)
        if found is None:
            raise WeightsError(f"{where}: {key!r} is no part of a LoRA that stagekit reads; fuse it elsewhere")
        half = {"A": "down", "B": "up"}.get(found["end"], found["end"])
        halves.setdefault(_module(found["name"], flat), {})[half] = value
    for name, pair in halves.items():
        if name not in modules or set(pair) != {"down", "up"}:
            raise WeightsError(f"{where}: the UNet has no layer {name!r}, or half of its LoRA is missing")
        weight = modules[name].weight
        down, up = pair["down"].float(), pair["up"].float()
        strength = scale * alphas.get(name, down.shape[0]) / down.shape[0]
        if down.ndim == 4 and down.shape[2:] != (1, 1):  # a 3x3 convolution, then a 1x1
            change = torch.einsum("or,rikl->oikl", up.flatten(1), down)
        else:
            change = up.flatten(1) @ down.flatten(1)
        if change.numel() != weight.numel():
            raise WeightsError(f"{where}: {name} has {tuple(weight.shape)}, the LoRA's is {tuple(change.shape)}")
        weight.data += (strength * change.reshape(weight.shape)).to(weight.dtype)
    return len(halves)


def _module(name: str, flat: dict[str, str]) -> str:
    """A LoRA's name for a layer as the UNet's own."""
    for prefix in ("lora_unet_", "unet.", "base_model.model.", "diffusion_model."):
        name = name.removeprefix(prefix)
    name = name.replace(".processor", "").replace("to_out_lora", "to_out.0.lora")
    return flat.get(name.replace(".", "_"), name)


def add_style_picture(parts: Parts, adapter: Path, picture: Any, scale: float) -> tuple[Any, Any]:
    """Fit an IP-Adapter (Ye et al. 2023) into the UNet and encode ``picture`` (uint8 HxWx3): (negative, positive)
    embeddings for ``sample(reference=...)``."""
    import cv2
    import torch

    tensors = read_tensors(adapter)
    groups: dict[str, dict[str, Any]] = {"image_proj": {}, "ip_adapter": {}}
    for key, value in tensors.items():
        group, _, rest = key.partition(".")
        if group not in groups:
            raise WeightsError(f"{adapter} is no IP-Adapter: expected image_proj.* and ip_adapter.*, got {key!r}")
        groups[group][rest] = value
    if "proj.weight" not in groups["image_proj"]:
        raise WeightsError(f"{adapter}: only plain IP-Adapters (one picture embedding) are read, not 'plus' ones")
    if parts.image_encoder is None:
        raise WeightsError("an IP-Adapter needs its image encoder; give image_encoder=FOLDER")
    parts.unet._load_ip_adapter_weights([groups])
    for processor in parts.unet.attn_processors.values():
        if hasattr(processor, "scale"):
            processor.scale = [scale]
    side = int(parts.image_encoder.config.image_size)
    h, w = picture.shape[:2]
    edge = min(h, w)
    square = picture[(h - edge) // 2 : (h + edge) // 2, (w - edge) // 2 : (w + edge) // 2]
    small = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA if edge > side else cv2.INTER_CUBIC)
    pixels = (torch.from_numpy(small).float() / 255 - torch.tensor(CLIP_MEAN)) / torch.tensor(CLIP_STD)
    with torch.inference_mode(), parts.using(parts.image_encoder):
        batch = pixels.permute(2, 0, 1)[None].to(parts.device, parts.dtype)
        positive = parts.image_encoder(batch).image_embeds[None]
    return torch.zeros_like(positive), positive
