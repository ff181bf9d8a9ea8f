"""Tiny random checkpoints in the official layout: built from a config, saved as transformers saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ADE = 150


def write(folder: Path, model: Any, processor: dict[str, Any] | None) -> Path:
    """config.json, model.safetensors, preprocessor_config.json."""
    model.eval().save_pretrained(folder, safe_serialization=True)
    if processor is not None:
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


def seeded() -> None:
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)


def spread(model: Any, std: float = 0.2) -> Any:
    """Larger weights than transformers starts with, so that outputs differ from pixel to pixel."""
    import torch

    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() > 1 and "norm" not in name:
                p.normal_(0, std)
    return model


def tokenizer(folder: Path, words: str, length: int = 77) -> None:
    """A word-level tokenizer.json, as the fast tokenizers of CLIP and others are saved."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {"<pad>": 0, "<unk>": 1, "<start>": 2, "<end>": 3}
    for word in words.split():
        vocabulary.setdefault(word, len(vocabulary))
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        "<start> $A <end>", special_tokens=[("<start>", 2), ("<end>", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<start>",
        eos_token="<end>",
        model_max_length=length,
    ).save_pretrained(folder)


def segformer(folder: Path) -> Path:
    from transformers import SegformerConfig, SegformerForSemanticSegmentation

    seeded()
    config = SegformerConfig(
        num_labels=ADE, depths=[1, 1, 1, 1], hidden_sizes=[8, 16, 24, 32], num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
    )  # fmt: skip
    config.id2label = {k: f"thing {k}, other name" for k in range(ADE)}
    config.id2label.update({0: "wall", 3: "floor, flooring", 8: "windowpane, window ", 23: "sofa"})
    processor = {
        "do_normalize": True,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "size": {"height": 64, "width": 64},
    }
    return write(folder, SegformerForSemanticSegmentation(config), processor)


def swin() -> Any:
    from transformers import SwinConfig

    return SwinConfig(
        image_size=64, patch_size=4, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=4,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip


def mask2former(folder: Path) -> Path:
    from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation

    seeded()
    config = Mask2FormerConfig(
        backbone_config=swin(), feature_size=32, mask_feature_size=32, hidden_dim=32, encoder_feedforward_dim=32,
        encoder_layers=1, decoder_layers=2, num_attention_heads=2, dim_feedforward=16, num_queries=12,
        num_labels=ADE,
    )  # fmt: skip
    processor = {"size": {"shortest_edge": 64, "longest_edge": 128}, "size_divisor": 32, "do_normalize": True}
    return write(folder, Mask2FormerForUniversalSegmentation(config), processor)


def oneformer(folder: Path) -> Path:
    from transformers import OneFormerConfig, OneFormerForUniversalSegmentation

    seeded()
    config = OneFormerConfig(
        backbone_config=swin(), num_queries=12, text_encoder_width=64, text_encoder_context_length=8,
        text_encoder_num_layers=1, text_encoder_vocab_size=32, hidden_dim=32, encoder_feedforward_dim=32,
        dim_feedforward=32, conv_dim=32, mask_dim=32, encoder_layers=1, decoder_layers=2, num_attention_heads=2,
        task_seq_len=8, max_seq_len=8, num_labels=ADE, is_training=True, dropout=0.3, query_dec_layers=1,
    )  # fmt: skip
    processor = {"size": {"shortest_edge": 64, "longest_edge": 128}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    tokenizer(folder, "the task is semantic")
    return write(folder, OneFormerForUniversalSegmentation(config), processor)


def eomt(folder: Path) -> Path:
    from transformers import EomtConfig, EomtForUniversalSegmentation

    seeded()
    config = EomtConfig(
        hidden_size=16, num_hidden_layers=3, num_attention_heads=2, image_size=64, patch_size=16, num_queries=12,
        num_blocks=1, num_labels=ADE, num_register_tokens=1,
    )  # fmt: skip
    processor = {"size": {"shortest_edge": 64, "longest_edge": None}, "do_split_image": True, "do_pad": False}
    return write(folder, EomtForUniversalSegmentation(config), processor)


def sam(folder: Path) -> Path:
    from transformers import SamConfig, SamMaskDecoderConfig, SamModel, SamPromptEncoderConfig, SamVisionConfig

    seeded()
    config = SamConfig(
        vision_config=SamVisionConfig(
            hidden_size=16, output_channels=16, num_hidden_layers=2, num_attention_heads=2, image_size=64, patch_size=16,
            mlp_dim=32, window_size=2, global_attn_indexes=[1], num_pos_feats=8,
        ).to_dict(),
        prompt_encoder_config=SamPromptEncoderConfig(hidden_size=16, image_size=64, patch_size=16).to_dict(),
        mask_decoder_config=SamMaskDecoderConfig(
            hidden_size=16, mlp_dim=32, num_hidden_layers=1, num_attention_heads=8, iou_head_hidden_dim=16,
        ).to_dict(),
    )  # fmt: skip
    processor = {"size": {"longest_edge": 64}, "do_pad": True, "pad_size": {"height": 64, "width": 64}}
    return write(folder, spread(SamModel(config)), processor)


def sam2(folder: Path) -> Path:
    from transformers import Sam2Config, Sam2HieraDetConfig, Sam2Model, Sam2VisionConfig

    seeded()
    backbone = Sam2HieraDetConfig(
        hidden_size=8, num_attention_heads=1, image_size=[128, 128], blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[8, 16, 32, 64], num_attention_heads_per_stage=[1, 1, 1, 1], global_attention_blocks=[3],
        window_size_per_stage=[4, 4, 4, 4], window_positional_embedding_background_size=[4, 4],
    )  # fmt: skip
    vision = Sam2VisionConfig(
        backbone_config=backbone, backbone_channel_list=[64, 32, 16, 8], fpn_hidden_size=32,
        backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
    )  # fmt: skip
    small = {"hidden_size": 32}
    config = Sam2Config(
        vision_config=vision,
        prompt_encoder_config=small | {"image_size": 128, "patch_size": 16, "mask_input_channels": 16},
        mask_decoder_config=small | {"mlp_dim": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
                                     "iou_head_hidden_dim": 16},
    )  # fmt: skip
    processor = {
        "size": {"height": 128, "width": 128},
        "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225],
    }
    return write(folder, spread(Sam2Model(config)), processor)


def sam3(folder: Path) -> Path:
    from transformers import Sam3TrackerConfig, Sam3TrackerModel, Sam3VisionConfig, Sam3ViTConfig

    seeded()
    backbone = Sam3ViTConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=112, patch_size=14,
        window_size=4, global_attn_indexes=[1], pretrain_image_size=56,
    )  # fmt: skip
    vision = Sam3VisionConfig(
        backbone_config=backbone, fpn_hidden_size=32, backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
    )  # fmt: skip
    small = {"hidden_size": 32}
    config = Sam3TrackerConfig(
        vision_config=vision,
        prompt_encoder_config=small | {"image_size": 112, "patch_size": 14, "mask_input_channels": 16},
        mask_decoder_config=small | {"mlp_dim": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
                                     "iou_head_hidden_dim": 16},
    )  # fmt: skip
    processor = {"size": {"height": 112, "width": 112}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    return write(folder, spread(Sam3TrackerModel(config)), processor)


def depth_anything(folder: Path, metric: bool = False) -> Path:
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

    seeded()
    backbone = Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, image_size=28, patch_size=14, mlp_ratio=2,
        out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False,
    )  # fmt: skip
    config = DepthAnythingConfig(
        backbone_config=backbone, patch_size=14, reassemble_hidden_size=16, neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=8, head_hidden_size=8, depth_estimation_type="metric" if metric else "relative", max_depth=20,
    )  # fmt: skip
    processor = {
        "size": {"height": 70, "width": 70}, "keep_aspect_ratio": True, "ensure_multiple_of": 14, "resample": 3,
        "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
    }  # fmt: skip
    model = spread(DepthAnythingForDepthEstimation(config), 0.1)
    model.head.conv3.bias.data.fill_(0.5)  # nothing lies behind the camera
    return write(folder, model, processor)


def dpt(folder: Path) -> Path:
    from transformers import DPTConfig, DPTForDepthEstimation

    seeded()
    config = DPTConfig(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32, image_size=64, patch_size=16,
        backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 16, 16], fusion_hidden_size=8,
    )  # fmt: skip
    processor = {"size": 64, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    return write(folder, spread(DPTForDepthEstimation(config), 0.3), processor)


WORDS = "a photo real estate of the inside home living room bedroom kitchen dining bathroom garden . : -"


def clip(folder: Path) -> Path:
    from transformers import CLIPConfig, CLIPModel

    seeded()
    shared = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPConfig(
        text_config=shared | {"vocab_size": 64, "max_position_embeddings": 20, "bos_token_id": 2, "eos_token_id": 3},
        vision_config=shared | {"image_size": 32, "patch_size": 16},
        projection_dim=16,
    )
    processor = {"size": 32, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}, "image_mean": [0.5] * 3,
                 "image_std": [0.5] * 3}  # fmt: skip
    tokenizer(folder, WORDS)
    return write(folder, spread(CLIPModel(config), 0.4), processor)


def siglip2(folder: Path) -> Path:
    from transformers import SiglipConfig, SiglipModel

    seeded()
    shared = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = SiglipConfig(
        text_config=shared | {"vocab_size": 64, "max_position_embeddings": 20, "projection_size": 16},
        vision_config=shared | {"image_size": 32, "patch_size": 16},
    )
    processor = {"size": {"height": 32, "width": 32}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    tokenizer(folder, WORDS)
    return write(folder, spread(SiglipModel(config), 0.4), processor)
