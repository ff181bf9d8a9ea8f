"""Tiny random checkpoints of the flow-matching families: Z-Image, Qwen-Image-Edit, FLUX.2 klein."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel

CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"]
WIDTH = 16


def tokenizer(folder: Path) -> dict[str, int]:
    """A Qwen tokenizer of single bytes, with the marks of its chat template; returns the marks' numbers."""
    letters = sorted(ByteLevel.alphabet())
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(letters)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    numbers = {mark: len(letters) + i for i, mark in enumerate(MARKS)}
    added = {str(i): {"content": m, "special": True, "normalized": False, "lstrip": False, "rstrip": False,
                      "single_word": False} for m, i in numbers.items()}  # fmt: skip
    settings = {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": added, "chat_template": CHAT}
    settings |= {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "model_max_length": 4096}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return numbers


def qwen3(folder: Path, *, head: bool, layers: int) -> None:
    from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3Model

    torch.manual_seed(3)
    config = Qwen3Config(
        vocab_size=300, hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=4096,
    )  # fmt: skip
    (Qwen3ForCausalLM if head else Qwen3Model)(config).save_pretrained(folder)


def scheduler(folder: Path) -> None:
    from diffusers import FlowMatchEulerDiscreteScheduler

    FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True).save_pretrained(folder)


def index(folder: Path, name: str, **parts: object) -> Path:
    entries = {"_class_name": name, "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"], **parts}
    (folder / "model_index.json").write_text(json.dumps(entries))
    return folder


def z_image(folder: Path) -> Path:
    from diffusers import AutoencoderKL, ZImageTransformer2DModel

    tokenizer(folder / "tokenizer")
    qwen3(folder / "text_encoder", head=False, layers=2)
    scheduler(folder / "scheduler")
    torch.manual_seed(1)
    ZImageTransformer2DModel(
        in_channels=4, dim=24, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=WIDTH,
        axes_dims=[4, 4, 4], axes_lens=[1024, 64, 64],
    ).save_pretrained(folder / "transformer")  # fmt: skip
    AutoencoderKL(
        block_out_channels=(8, 8, 16, 16), down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, norm_num_groups=4, shift_factor=0.1,
        scaling_factor=0.4,
    ).save_pretrained(folder / "vae")  # fmt: skip
    return index(
        folder, "ZImagePipeline", transformer=["diffusers", "ZImageTransformer2DModel"],
        vae=["diffusers", "AutoencoderKL"], text_encoder=["transformers", "Qwen3Model"],
        tokenizer=["transformers", "Qwen2Tokenizer"],
    )  # fmt: skip


def z_image_controlnet(folder: Path) -> Path:
    from diffusers import ZImageControlNetModel

    torch.manual_seed(2)
    net = ZImageControlNetModel(
        control_layers_places=[0], control_refiner_layers_places=[0], control_in_dim=9,
        add_control_noise_refiner="control_noise_refiner", dim=24, n_refiner_layers=1, n_heads=2, n_kv_heads=2,
    )  # fmt: skip
    for name, p in net.named_parameters():
        if "after_proj" in name or "before_proj" in name:
            torch.nn.init.normal_(p, std=0.5)
    net.save_pretrained(folder)
    return folder


def flux2(folder: Path) -> Path:
    from diffusers import AutoencoderKLFlux2, Flux2Transformer2DModel

    tokenizer(folder / "tokenizer")
    qwen3(folder / "text_encoder", head=True, layers=28)
    scheduler(folder / "scheduler")
    torch.manual_seed(1)
    Flux2Transformer2DModel(
        in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=8, num_attention_heads=2,
        joint_attention_dim=3 * WIDTH, axes_dims_rope=(2, 2, 2, 2), guidance_embeds=False,
        timestep_guidance_channels=16,
    ).save_pretrained(folder / "transformer")  # fmt: skip
    AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 16), layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=64,
    ).save_pretrained(folder / "vae")  # fmt: skip
    return index(
        folder, "Flux2KleinPipeline", transformer=["diffusers", "Flux2Transformer2DModel"],
        vae=["diffusers", "AutoencoderKLFlux2"], text_encoder=["transformers", "Qwen3ForCausalLM"],
        tokenizer=["transformers", "Qwen2Tokenizer"], is_distilled=True,
    )  # fmt: skip


def qwen_edit(folder: Path) -> Path:
    from diffusers import AutoencoderKLQwenImage, QwenImageTransformer2DModel
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    marks = tokenizer(folder / "tokenizer")
    tokenizer(folder / "processor")
    pictures = {"image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2,
                "temporal_patch_size": 2, "min_pixels": 784, "max_pixels": 3136}  # fmt: skip
    (folder / "processor" / "preprocessor_config.json").write_text(json.dumps(pictures))
    scheduler(folder / "scheduler")
    torch.manual_seed(1)
    config = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": 300, "hidden_size": WIDTH, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 4096,
            "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": [1, 1, 2]},
        },
        vision_config={
            "depth": 2, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": WIDTH,
            "fullatt_block_indexes": [0],
        },
        image_token_id=marks["<|image_pad|>"], vision_start_token_id=marks["<|vision_start|>"],
        vision_end_token_id=marks["<|vision_end|>"], video_token_id=299,
    )  # fmt: skip
    Qwen2_5_VLForConditionalGeneration(config).save_pretrained(folder / "text_encoder")
    QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, guidance_embeds=False, axes_dims_rope=(4, 4, 8),
    ).save_pretrained(folder / "transformer")  # fmt: skip
    AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    ).save_pretrained(folder / "vae")  # fmt: skip
    return index(
        folder, "QwenImageEditPlusPipeline", transformer=["diffusers", "QwenImageTransformer2DModel"],
        vae=["diffusers", "AutoencoderKLQwenImage"],
        text_encoder=["transformers", "Qwen2_5_VLForConditionalGeneration"],
        tokenizer=["transformers", "Qwen2Tokenizer"], processor=["transformers", "Qwen2VLProcessor"],
    )  # fmt: skip
