"""Published architectures with random weights: what a GPU takes for SDXL can be measured where no SDXL lies."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..diffusion.parts import TORCH, Parts
from ..errors import OptionError

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SEED = 20_240


@cache
def architectures() -> Mapping[str, dict[str, Any]]:
    """Name -> the configurations of its parts, size in pixels, steps, guidance."""
    return tomllib.loads(files(__package__).joinpath("architectures.toml").read_text("utf-8"))


def architecture(name: str) -> dict[str, Any]:
    """One of them. Raises OptionError for an unknown name."""
    if name not in architectures():
        raise OptionError(f"no architecture {name!r}; known: {', '.join(architectures())}")
    return architectures()[name]


def skeletons(name: str) -> dict[str, Any]:
    """unet, controlnet, vae, text_0 (and text_1) on torch's meta device: shapes without memory."""
    import diffusers
    import torch
    import transformers

    made = architecture(name)
    with torch.device("meta"):
        found: dict[str, Any] = {
            "unet": diffusers.UNet2DConditionModel(**made["net"], **made["unet"]),
            "controlnet": diffusers.ControlNetModel(**made["net"], **made["controlnet"]),
        }
        levels = len(made["vae"]["block_out_channels"])
        found["vae"] = diffusers.AutoencoderKL(
            **made["vae"],
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
        )
        for i, text in enumerate(made["text"]):
            end = text["vocab_size"] - 1
            config = transformers.CLIPTextConfig(
                **text, max_position_embeddings=77, bos_token_id=end - 1, eos_token_id=end, pad_token_id=end
            )
            kind = transformers.CLIPTextModelWithProjection if i else transformers.CLIPTextModel
            found[f"text_{i}"] = kind(config)
    return found


def build(name: str, *, device: str, dtype: str, offload: bool | str = False) -> Parts:
    """All parts on the device (with ``offload`` in main memory), as ``load_parts`` would hand them out; the same numbers
    for every dtype up to rounding, and no more memory on the way than the parts themselves take."""
    import diffusers
    import torch

    kind = getattr(torch, TORCH[dtype])
    offload = bool(offload) and device != "cpu"
    models = skeletons(name)
    for i, (part, model) in enumerate(models.items()):
        # In fp16 SDXL's decoder overflows to black: both diffusers and ``load_parts`` run it in fp32
        upcast = part == "vae" and kind == torch.float16 and model.config.force_upcast
        fill(model, "cpu" if offload else device, torch.float32 if upcast else kind, SEED + i)
    large = "text_1" in models
    scheduler: Any = diffusers.EulerDiscreteScheduler if large else diffusers.DDIMScheduler
    plain = {} if large else {"clip_sample": False, "set_alpha_to_one": False}
    tokenizer = byte_tokenizer(architecture(name)["text"][0]["vocab_size"])
    return Parts(
        unet=models["unet"],
        vae=models["vae"],
        encoders=tuple((tokenizer, models[k]) for k in ("text_0", "text_1") if k in models),
        shipped=scheduler(**BETAS, steps_offset=1, timestep_spacing="leading", **plain),
        controls={"depth": models["controlnet"]},
        zero_negative=large,
        device=device,
        dtype=kind,
        offload=offload,
    )


def fill(model: Any, device: str, dtype: Any, seed: int) -> None:
    """Give a model of the meta device memory on ``device`` and weights drawn as PyTorch draws them for a layer (standard
    deviation 1 / sqrt(3 inputs)), norms at 1 and 0. ControlNets' last layers, zero before training, are drawn too."""
    import torch

    torch.nn.Module.to(model, dtype).to_empty(device=device)  # not diffusers' own, which warns of casts
    generator = torch.Generator(device).manual_seed(seed)
    norms = {
        id(p)
        for m in model.modules()
        if isinstance(m, (torch.nn.GroupNorm, torch.nn.LayerNorm))
        for p in m.parameters(recurse=False)
    }
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim < 2:
                parameter.fill_(1.0 if id(parameter) in norms and name.endswith("weight") else 0.0)
                continue
            drawn = torch.randn(parameter.shape, generator=generator, device=device)
            parameter.copy_(drawn.mul_((3 * parameter[0].numel()) ** -0.5))
        for name, buffer in model.named_buffers():
            if not name.endswith("position_ids"):
                raise RuntimeError(f"{type(model).__name__} has a buffer {name} that nobody knows how to fill")
            buffer.copy_(torch.arange(buffer.shape[-1], device=device).expand(buffer.shape))
    model.requires_grad_(False).eval()


@cache
def byte_tokenizer(vocabulary: int) -> Any:
    """A CLIP tokenizer of single bytes with the end token last, as CLIP has it: the published vocabulary lies with the
    weights, and encoding takes the same time."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    letters = sorted(ByteLevel.alphabet())
    tokens = [*letters, *(c + "</w>" for c in letters)]
    tokens += [f"<|unused{i}|>" for i in range(vocabulary - 2 - len(tokens))]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    settings = {"bos_token": tokens[-2], "eos_token": tokens[-1], "pad_token": tokens[-1], "unk_token": tokens[-1]}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
        (Path(folder) / "merges.txt").write_text("#version: 0.2\n")
        whole = {**settings, "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(whole))
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
