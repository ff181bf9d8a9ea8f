"""Qwen2-VL's processor without torchvision: its video half, which needs it, is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import WeightsError


class PictureProcessor:
    """Text with picture marks and pictures to the encoder's inputs: what pipelines ask of Qwen2-VL's processor."""

    def __init__(self, tokenizer: Any, image_processor: Any) -> None:
        self.tokenizer, self.image_processor = tokenizer, image_processor
        self.mark = "<|image_pad|>"

    def __call__(self, *, text: list[str], images: Any = None, padding: bool = True, return_tensors: str = "pt") -> Any:
        """``text``: one or several prompts, each with a mark for every picture, in order; the mark becomes as many tokens
        as the picture has patches after merging."""
        from transformers import BatchFeature

        texts, seen = list(text), {}
        if images is not None:
            seen = dict(self.image_processor(images=images, return_tensors="pt"))
            merged = self.image_processor.merge_size**2
            counts = [int(grid.prod()) // merged for grid in seen["image_grid_thw"]]
            texts = [self._filled(t, counts) for t in texts]
        return BatchFeature({**self.tokenizer(texts, padding=padding, return_tensors=return_tensors), **seen})

    def _filled(self, text: str, counts: list[int]) -> str:
        first, *rest = text.split(self.mark)
        if len(rest) != len(counts):
            raise WeightsError(f"the prompt has {len(rest)} picture marks for {len(counts)} pictures")
        return first + "".join(self.mark * n + part for n, part in zip(counts, rest, strict=True))

    def save_pretrained(self, folder: Any, **options: Any) -> None:
        """As pipelines expect of their parts."""
        self.tokenizer.save_pretrained(folder)
        self.image_processor.save_pretrained(folder)


def processor_of(folder: Path) -> Any:
    """The processor of a checkpoint's ``processor/`` folder. Raises WeightsError."""
    from transformers import AutoTokenizer, Qwen2VLImageProcessor

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        pictures = Qwen2VLImageProcessor.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise WeightsError(f"{folder} cannot be read as Qwen2-VL's processor: {error}") from error
    return PictureProcessor(tokenizer, pictures)
