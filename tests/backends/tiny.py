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
        backbone_config=swin(), num_queries=12, text_encoder_width=16, text_encoder_context_length=8,
        text_encoder_num_layers=1, text_encoder_vocab_size=32, hidden_dim=32, encoder_feedforward_dim=32,
        dim_feedforward=32, conv_dim=32, mask_dim=32, encoder_layers=1, decoder_layers=2, num_attention_heads=2,
        task_seq_len=8, max_seq_len=8, num_labels=ADE, is_training=False, query_dec_layers=1,
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
