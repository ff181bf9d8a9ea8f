"""Tiny random checkpoints in the official layouts, text encoders and tokenizers included: the code that loads the real
ones loads these."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel

TEXT = 16
"""Width of a tiny text encoder."""
BLOCKS = (32, 64)


def tokenizer(folder: Path) -> None:
    """A CLIP tokenizer as published: vocabulary of bytes, bytes at the end of a word, and a few merges."""
    letters = sorted(ByteLevel.alphabet())
    merges = ["s o", "f a</w>", "so fa</w>", "r o", "o m</w>", "ro om</w>"]
    tokens = [*letters, *(c + "</w>" for c in letters), *(m.replace(" ", "") for m in merges)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    settings = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
    settings |= {"unk_token": "<|endoftext|>", "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def text_encoder(folder: Path, *, projected: bool, seed: int) -> None:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(seed)
    config = CLIPTextConfig(
        vocab_size=520, hidden_size=TEXT, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2,
        projection_dim=TEXT, max_position_embeddings=77, bos_token_id=518, eos_token_id=519, pad_token_id=519,
    )  # fmt: skip
    kind = CLIPTextModelWithProjection if projected else CLIPTextModel
    kind(config).save_pretrained(folder, safe_serialization=True)


def net_config(*, large: bool, channels: int) -> dict:
    """Settings that UNet and ControlNet share."""
    config = {
        "block_out_channels": BLOCKS,
        "layers_per_block": 1,
        "in_channels": channels,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "cross_attention_dim": 2 * TEXT if large else TEXT,
        "attention_head_dim": (2, 4),
        "norm_num_groups": 8,
    }
    if large:
        config |= {
            "use_linear_projection": True,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 8,
            "transformer_layers_per_block": (1, 2),
            "projection_class_embeddings_input_dim": 6 * 8 + TEXT,
        }
    return config


def checkpoint(folder: Path, *, large: bool = False, channels: int = 4, scheduler: str = "DDIMScheduler") -> Path:
    """A pipeline folder: SD1.5's layout, or SDXL's (``large``); ``channels`` 9 is an inpainting UNet."""
    import diffusers

    torch.manual_seed(1)
    diffusers.UNet2DConditionModel(
        **net_config(large=large, channels=channels),
        out_channels=4,
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        sample_size=16,
    ).save_pretrained(folder / "unet")
    torch.manual_seed(2)
    diffusers.AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=4,
        force_upcast=False,
    ).save_pretrained(folder / "vae")
    kind = getattr(diffusers, scheduler)
    betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    kind(**betas, **({"clip_sample": False} if scheduler == "DDIMScheduler" else {})).save_pretrained(
        folder / "scheduler"
    )
    text_encoder(folder / "text_encoder", projected=False, seed=3)
    tokenizer(folder / "tokenizer")
    index = {
        "_class_name": "StableDiffusionXLPipeline" if large else "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "scheduler": ["diffusers", scheduler],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
    }
    if large:
        text_encoder(folder / "text_encoder_2", projected=True, seed=4)
        tokenizer(folder / "tokenizer_2")
        index["text_encoder_2"] = ["transformers", "CLIPTextModelWithProjection"]
        index["tokenizer_2"] = ["transformers", "CLIPTokenizer"]
        index["force_zeros_for_empty_prompt"] = True
    else:
        index |= {"safety_checker": [None, None], "feature_extractor": [None, None]}
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def controlnet(folder: Path, *, large: bool = False, union: bool = False, seed: int = 5) -> Path:
    """A ControlNet whose zero convolutions are not zero, as after training."""
    import diffusers

    torch.manual_seed(seed)
    config = net_config(large=large, channels=4)
    if union:
        net = diffusers.ControlNetUnionModel(
            **config, conditioning_embedding_out_channels=(16, 16, 16, 32), num_control_type=6,
            num_trans_channel=BLOCKS[0], num_trans_head=2, num_proj_channel=BLOCKS[0],
        )  # fmt: skip
    else:
        net = diffusers.ControlNetModel(**config, conditioning_embedding_out_channels=(16, 16, 16, 32))
    for name, parameter in net.named_parameters():
        if name.startswith(("controlnet_down", "controlnet_mid", "spatial")):
            torch.nn.init.normal_(parameter, std=0.2)
        elif name.startswith("controlnet_cond_embedding") and parameter.ndim == 4:
            torch.nn.init.normal_(parameter, std=2.0 / (parameter[0].numel() ** 0.5))
    net.save_pretrained(folder)
    return folder


def previewer(folder: Path) -> Path:
    """A tiny decoder in TAESD's layout."""
    from diffusers import AutoencoderTiny

    torch.manual_seed(6)
    AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8), decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1), num_decoder_blocks=(1, 1, 1, 1),
    ).save_pretrained(folder)  # fmt: skip
    return folder


def ip_adapter(folder: Path, base: Path) -> tuple[Path, Path]:
    """(file, image encoder's folder) of a plain IP-Adapter for the checkpoint ``base``."""
    from diffusers import UNet2DConditionModel
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(8)
    config = CLIPVisionConfig(
        hidden_size=TEXT, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8,
        projection_dim=TEXT,
    )  # fmt: skip
    CLIPVisionModelWithProjection(config).save_pretrained(folder / "image_encoder")
    unet = UNet2DConditionModel.from_pretrained(base / "unet")
    wide = unet.config.cross_attention_dim
    tensors = {
        "image_proj.proj.weight": torch.randn(4 * wide, TEXT),
        "image_proj.proj.bias": torch.zeros(4 * wide),
        "image_proj.norm.weight": torch.ones(wide),
        "image_proj.norm.bias": torch.zeros(wide),
    }
    crossed = [n for n in unet.attn_processors if "attn2" in n]
    for i, name in enumerate(crossed):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        for half in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{2 * i + 1}.{half}.weight"] = torch.randn(attention.inner_dim, wide)
    save_file(tensors, folder / "ip.safetensors")
    return folder / "ip.safetensors", folder / "image_encoder"


def picture(size: int = 64, seed: int = 0) -> torch.Tensor:
    """(1, 3, size, size) in -1..1, smooth."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand((1, 3, 8, 8), generator=generator)
    return torch.nn.functional.interpolate(small, (size, size), mode="bilinear") * 2 - 1


def hole(size: int = 64) -> torch.Tensor:
    """(1, 1, size, size): the middle is to be painted; its edges lie between latents, as diffusers' own need it."""
    mask = torch.zeros(1, 1, size, size)
    mask[..., size // 4 : 3 * size // 4, size // 8 : size // 2] = 1
    return mask
