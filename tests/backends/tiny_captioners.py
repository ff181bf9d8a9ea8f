"""Tiny random captioning checkpoints in the official layout."""

from __future__ import annotations

from pathlib import Path

from tiny import seeded, spread, write

WORDS = (
    "a the photo of bedroom room with white walls and carpet floor tile tiled hardwood window bed fireplace . , : - "
    "user assistant User Assistant Describe this for property listing in two or three plain sentences tone neutral These "
    "facts were measured do not contradict them Say only what shows No prices sizes places years praise nothing about who "
    "should live there The image is shown paragraph"
)
SPECIAL = (
    "<pad>", "<unk>", "<s>", "</s>", "<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>",
    "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>",
    *(f"<row_{r}_col_{c}>" for r in range(1, 5) for c in range(1, 5)),
)  # fmt: skip


def vocabulary() -> dict[str, int]:
    table = {token: k for k, token in enumerate(SPECIAL)}
    for word in WORDS.split():
        table.setdefault(word, len(table))
    return table


def tokenizer(folder: Path, *, wrap: bool = False) -> None:
    """Words and special tokens; ``wrap``: with <s> and </s> round a text, as BERT's have [CLS] and [SEP]."""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    table = vocabulary()
    core = Tokenizer(models.WordLevel(table, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.add_special_tokens([AddedToken(t, special=True) for t in SPECIAL])
    if wrap:
        core.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)])
    PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    ).save_pretrained(folder)


def blip(folder: Path, word: str | None = None) -> Path:
    from transformers import BlipConfig, BlipForConditionalGeneration

    seeded()
    size = len(vocabulary())
    config = BlipConfig(
        text_config={
            "vocab_size": size, "hidden_size": 16, "encoder_hidden_size": 16, "intermediate_size": 32,
            "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 64, "bos_token_id": 2,
            "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0,
        },
        vision_config={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "image_size": 32, "patch_size": 16,
        },
        projection_dim=16,
    )  # fmt: skip
    model = spread(BlipForConditionalGeneration(config))
    if word:
        import torch

        with torch.no_grad():
            model.text_decoder.cls.predictions.bias[vocabulary()[word]] = 1e3
    tokenizer(folder, wrap=True)
    return write(folder, model, {"size": {"height": 32, "width": 32}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})


def florence2(folder: Path) -> Path:
    from transformers import Florence2Config, Florence2ForConditionalGeneration

    seeded()
    size = len(vocabulary())
    config = Florence2Config(
        text_config={
            "model_type": "bart", "vocab_size": size, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1,
            "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32,
            "max_position_embeddings": 128, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3,
            "decoder_start_token_id": 3, "forced_eos_token_id": None,
        },
        vision_config={
            "depths": [1, 1], "embed_dim": [8, 16], "num_heads": [2, 2], "num_groups": [2, 2], "patch_size": [7, 3],
            "patch_stride": [4, 2], "patch_padding": [3, 1], "patch_prenorm": [False, True], "window_size": 4,
            "projection_dim": 16, "max_position_embeddings": 16,
        },
        image_token_id=vocabulary()["<image>"],
    )  # fmt: skip
    model = spread(Florence2ForConditionalGeneration(config))
    tokenizer(folder)
    return write(folder, model, {"size": {"height": 64, "width": 64}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})


def smolvlm2(folder: Path) -> Path:
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration

    seeded()
    table = vocabulary()
    config = SmolVLMConfig(
        text_config={
            "model_type": "llama", "vocab_size": len(table), "hidden_size": 16, "intermediate_size": 32,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 1024,
            "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3,
        },
        vision_config={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "image_size": 32, "patch_size": 8,
        },
        image_token_id=table["<image>"], scale_factor=2, pad_token_id=0,
    )  # fmt: skip
    processor = {
        "image_processor_type": "SmolVLMImageProcessor", "size": {"longest_edge": 64},
        "max_image_size": {"longest_edge": 32}, "do_image_splitting": True, "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3, "do_pad": True,
    }  # fmt: skip
    tokenizer(folder)
    return write(folder, spread(SmolVLMForConditionalGeneration(config)), processor)


def qwen3vl(folder: Path) -> Path:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    seeded()
    table = vocabulary()
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": len(table), "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 1024,
            "rope_parameters": {"rope_type": "default", "mrope_section": [3, 3, 2], "mrope_interleaved": True,
                                "rope_theta": 10000.0},
            "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3,
        },
        vision_config={
            "depth": 2, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "patch_size": 8, "out_hidden_size": 32,
            "spatial_merge_size": 2, "temporal_patch_size": 2, "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=table["<|image_pad|>"], video_token_id=table["<|video_pad|>"],
        vision_start_token_id=table["<|vision_start|>"], vision_end_token_id=table["<|vision_end|>"],
    )  # fmt: skip
    processor = {
        "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 8, "merge_size": 2, "temporal_patch_size": 2,
        "size": {"shortest_edge": 32 * 32, "longest_edge": 96 * 96}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
    }  # fmt: skip
    tokenizer(folder)
    return write(folder, spread(Qwen3VLForConditionalGeneration(config)), processor)
