"""SAM's weights under the names of the package ``segment-anything``, for transformers' SamModel.

The package needs torchvision to be imported at all; its weights do not. Sizes are read from the tensors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import registry
from ..assets.spec import check_licence, spec
from ..errors import WeightsError
from .hub import TORCH_DTYPES
from .prepare import preparation

Shapes = Mapping[str, tuple[int, ...]]

RULES: tuple[tuple[str, str], ...] = (
    (r"^image_encoder\.patch_embed\.proj\.", "vision_encoder.patch_embed.projection."),
    (r"^image_encoder\.blocks\.(\d+)\.norm(\d)\.", r"vision_encoder.layers.\1.layer_norm\2."),
    (r"^image_encoder\.blocks\.", "vision_encoder.layers."),
    (r"^image_encoder\.neck\.0\.", "vision_encoder.neck.conv1."),
    (r"^image_encoder\.neck\.1\.", "vision_encoder.neck.layer_norm1."),
    (r"^image_encoder\.neck\.2\.", "vision_encoder.neck.conv2."),
    (r"^image_encoder\.neck\.3\.", "vision_encoder.neck.layer_norm2."),
    (r"^image_encoder\.", "vision_encoder."),
    (r"^prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$", "shared_image_embedding.positional_embedding"),
    (r"^prompt_encoder\.point_embeddings\.", "prompt_encoder.point_embed."),
    (r"^prompt_encoder\.mask_downscaling\.0\.", "prompt_encoder.mask_embed.conv1."),
    (r"^prompt_encoder\.mask_downscaling\.1\.", "prompt_encoder.mask_embed.layer_norm1."),
    (r"^prompt_encoder\.mask_downscaling\.3\.", "prompt_encoder.mask_embed.conv2."),
    (r"^prompt_encoder\.mask_downscaling\.4\.", "prompt_encoder.mask_embed.layer_norm2."),
    (r"^prompt_encoder\.mask_downscaling\.6\.", "prompt_encoder.mask_embed.conv3."),
    (r"^mask_decoder\.output_upscaling\.0\.", "mask_decoder.upscale_conv1."),
    (r"^mask_decoder\.output_upscaling\.1\.", "mask_decoder.upscale_layer_norm."),
    (r"^mask_decoder\.output_upscaling\.3\.", "mask_decoder.upscale_conv2."),
    (r"^mask_decoder\.transformer\.norm_final_attn\.", "mask_decoder.transformer.layer_norm_final_attn."),
    (r"^mask_decoder\.transformer\.layers\.(\d+)\.norm(\d)\.", r"mask_decoder.transformer.layers.\1.layer_norm\2."),
    (r"^(mask_decoder\.(?:iou_prediction_head|output_hypernetworks_mlps\.\d+))\.layers\.0\.", r"\1.proj_in."),
    (r"^(mask_decoder\.(?:iou_prediction_head|output_hypernetworks_mlps\.\d+))\.layers\.1\.", r"\1.layers.0."),
    (r"^(mask_decoder\.(?:iou_prediction_head|output_hypernetworks_mlps\.\d+))\.layers\.2\.", r"\1.proj_out."),
)
"""The first that fits gives the name in transformers; other names stay."""


def renamed(key: str) -> str:
    """A tensor's name in transformers' SamModel."""
    for pattern, replacement in RULES:
        new, count = re.subn(pattern, replacement, key)
        if count:
            return new
    return key


def config_of(shapes: Shapes) -> dict[str, Any]:
    """The sizes of SamVisionConfig and SamMaskDecoderConfig, from the tensors' shapes. Raises WeightsError."""
    try:
        width, _, patch, _ = shapes["image_encoder.patch_embed.proj.weight"]
        rows = shapes["image_encoder.pos_embed"][1]
        depth = 1 + max(int(k.split(".")[2]) for k in shapes if k.startswith("image_encoder.blocks."))
        relative = {
            k: shapes[f"image_encoder.blocks.{k}.attn.rel_pos_h"] for k in range(depth)
        }  # (2 window - 1, channels of a head)
        head = relative[0][1]
        globally = [k for k, shape in relative.items() if shape[0] == 2 * rows - 1]
        local = [(shape[0] + 1) // 2 for k, shape in relative.items() if k not in globally]
        mlp = shapes["image_encoder.blocks.0.mlp.lin1.weight"][0]
        out = shapes["image_encoder.neck.0.weight"][0]
        mask_channels = shapes["prompt_encoder.mask_downscaling.3.weight"][0]
        decoder = "mask_decoder.transformer.layers.0"
        vision = {
            "hidden_size": width, "num_hidden_layers": depth, "num_attention_heads": width // head, "mlp_dim": mlp,
            "image_size": rows * patch, "patch_size": patch, "output_channels": out, "window_size": local[0] if local else 0,
            "global_attn_indexes": globally, "num_pos_feats": out // 2, "qkv_bias": True,
        }  # fmt: skip
        prompt = {
            "hidden_size": out,
            "image_size": rows * patch,
            "patch_size": patch,
            "mask_input_channels": mask_channels,
        }
        mask = {
            "hidden_size": out,
            "num_hidden_layers": 1 + max(int(k.split(".")[3]) for k in shapes if k.startswith(decoder[:-1])),
            "mlp_dim": shapes[f"{decoder}.mlp.lin1.weight"][0],
            "iou_head_hidden_dim": shapes["mask_decoder.iou_prediction_head.layers.0.weight"][0],
            "attention_downsample_rate": out // shapes[f"{decoder}.cross_attn_token_to_image.q_proj.weight"][0],
        }
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsError(
            f"these are no weights of SAM in the layout of segment-anything: {error} is missing"
        ) from error
    return {"vision_config": vision, "prompt_encoder_config": prompt, "mask_decoder_config": mask}


def open_original(backend: Any, path: Path, runtime: Any) -> Any:
    """Open ``backend`` (a `Sam`) from one safetensors file. Raises WeightsError."""
    try:
        torch, transformers = import_module("torch"), import_module("transformers")
        load_file = import_module("safetensors.torch").load_file
    except ImportError as error:
        raise registry.need(error.name or "transformers", backend.name) from error
    entry = spec(backend.name)
    check_licence(entry, getattr(runtime, "allow", ()))
    try:
        tensors = load_file(path)
    except Exception as error:  # safetensors raises its own kind
        raise WeightsError(f"{path} is not a safetensors file ({error}); get it again") from error
    sizes = config_of({k: tuple(v.shape) for k, v in tensors.items()})
    config = transformers.SamConfig(**{k: dict(v) for k, v in sizes.items()})
    with torch.device("meta"):
        model = transformers.SamModel(config)
    state = {renamed(k): v for k, v in tensors.items()}
    state["prompt_encoder.shared_embedding.positional_embedding"] = state["shared_image_embedding.positional_embedding"]
    report = model.load_state_dict(state, strict=False, assign=True)
    if report.missing_keys or report.unexpected_keys:
        odd = [*report.missing_keys, *report.unexpected_keys]
        raise WeightsError(f"{path} is not a SAM that is understood: {len(odd)} tensors do not fit, such as {odd[0]}")
    backend.device = getattr(runtime, "device", "cpu")
    wanted = getattr(runtime, "dtype", "fp32")
    backend.dtype = wanted if wanted in entry.dtypes else "fp32"
    side = sizes["vision_config"]["image_size"]
    backend._folder, backend._prepare = path.parent, replace(preparation(entry), px=(side, side))
    backend._model = model.to(backend.device, getattr(torch, TORCH_DTYPES[backend.dtype])).eval().requires_grad_(False)
    backend.bytes = sum(p.numel() * p.element_size() for p in backend._model.parameters())
    backend.opened()
    return backend
