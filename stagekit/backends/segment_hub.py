"""Segmentation networks of transformers, trained on ADE20K: ``segformer``, ``oneformer``, ``mask2former``, ``eomt``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ..errors import WeightsError
from ..types import Array, Image, Segments
from .ade20k import class_groups, class_names
from .hub import Checkpoint
from .prepare import Prepared
from .segment import enlarge

BATCH = 4
"""Photos a forward pass in ``many``: at 512 px about 2 GB of activations for the largest of these networks."""


class Network(Checkpoint):
    """Photo to Segments with the checkpoint's own class names, and groups that every backend shares.

    ``weights``: see `Checkpoint`. ``refine``: draw labels to the photo's edges. ``probabilities`` of the result are
    float16 on the network's grid (a quarter of its input).
    """

    def __init__(self, *, weights: str | os.PathLike[str] | None = None, refine: bool = True) -> None:
        super().__init__(weights=weights)
        self.refine = refine
        self.classes: tuple[str, ...] = ()

    def opened(self) -> None:
        self.classes = class_names({int(k): str(v) for k, v in self.model.config.id2label.items()})
        if self.prepare.rule == "crop":  # every pixel counts here
            self._prepare = replace(self.prepare, rule="exact")
        if len(self.classes) < 2 or len(self.classes) > 256:
            raise WeightsError(f"{self.name}: {self._folder} names {len(self.classes)} classes; expected 2 to 256")

    def __call__(self, image: Image) -> Segments:
        """Labels at the photo's size."""
        return self.many([image])[0]

    def many(self, images: Sequence[Image]) -> list[Segments]:
        """Several photos, those of one network size in one pass."""
        prepared = [self.prepare(image.array) for image in images]
        out: list[Segments | None] = [None] * len(images)
        shapes: dict[tuple[int, ...], list[int]] = {}
        for k, p in enumerate(prepared):
            shapes.setdefault(p.pixels.shape, []).append(k)
        for same in shapes.values():
            for first in range(0, len(same), BATCH):
                part = same[first : first + BATCH]
                for k, maps in zip(part, self._forward([prepared[k] for k in part]), strict=True):
                    out[k] = self._segments(maps, images[k])
        return [s for s in out if s is not None]

    def probabilities(self, image: Array) -> tuple[Array, tuple[str, ...]]:
        """uint8 HxWx3 sRGB -> float32 (C, h, w) summing to 1, and the class names."""
        return self._forward([self.prepare(image)])[0], self.classes

    def _segments(self, p: Array, image: Image) -> Segments:
        labels = enlarge(p, image.array, refine=self.refine)
        return Segments(labels, self.classes, p.astype(np.float16), class_groups(self.classes))

    def _forward(self, batch: Sequence[Prepared]) -> list[Array]:
        """Probabilities float32 (C, h, w) of each photo; windows are laid side by side again."""
        import torch

        with torch.inference_mode():
            scores = self._scores(self.tensor(np.concatenate([p.pixels for p in batch])))
            p = (scores / scores.sum(1, keepdim=True).clamp_min(1e-9)).float().cpu().numpy()
        each = np.split(p, len(batch))
        return [stitched(parts, prepared) for parts, prepared in zip(each, batch, strict=True)]

    def _scores(self, pixels: Any) -> Any:
        """(N, 3, H, W) -> (N, C, h, w) of at least 0, in proportion to the classes' probabilities."""
        raise NotImplementedError


class SegFormer(Network):
    """SegFormer (Xie et al. 2021), B0 by default. Not free for commercial use."""

    name = "segformer"
    kind = "SegformerForSemanticSegmentation"

    def _scores(self, pixels: Any) -> Any:
        return self.model(pixel_values=pixels).logits.float().softmax(1)


class MaskClassifier(Network):
    """Networks that give masks and a class for each: a pixel's class is the sum over the masks that cover it
    (Cheng et al. 2021, semantic inference)."""

    spare = (r"^criterion\.",)  # the training loss

    def _inputs(self, pixels: Any) -> dict[str, Any]:
        return {"pixel_values": pixels}

    def _scores(self, pixels: Any) -> Any:
        import torch

        out = self.model(**self._inputs(pixels))
        classes = out.class_queries_logits.float().softmax(-1)[..., :-1]  # the last is "no object"
        masks = out.masks_queries_logits.float().sigmoid()
        return torch.einsum("nqc,nqhw->nchw", classes, masks)


class Mask2Former(MaskClassifier):
    """Mask2Former (Cheng et al. 2022), Swin-L by default. Not free for commercial use."""

    name = "mask2former"
    kind = "Mask2FormerForUniversalSegmentation"


class EoMT(MaskClassifier):
    """Encoder-only mask transformer (Kerssies et al. 2025), ViT-L by default; sees squares along the photo."""

    name = "eomt"
    kind = "EomtForUniversalSegmentation"


class OneFormer(MaskClassifier):
    """OneFormer (Jain et al. 2023), Swin-T by default, asked for the semantic task."""

    name = "oneformer"
    kind = "OneFormerForUniversalSegmentation"
    config = {"is_training": False}  # else it wants texts for its loss, and drops activations
    task: ClassVar[str] = "the task is semantic"

    def opened(self) -> None:
        """The task is told in words: its tokens, made once."""
        super().opened()
        from .tokens import tokenizer

        length = int(self.model.config.task_seq_len)
        encoded = tokenizer(self._folder, self.name)(
            [self.task], padding="max_length", max_length=length, truncation=True
        )
        self._task = np.asarray(encoded["input_ids"]) * np.asarray(encoded["attention_mask"])

    def _inputs(self, pixels: Any) -> dict[str, Any]:
        # the network feeds the tokens to a linear layer, as numbers
        task = self.tensor(np.repeat(self._task, len(pixels), axis=0).astype(np.float32))
        return {"pixel_values": pixels, "task_inputs": task}


def stitched(parts: Array, prepared: Prepared) -> Array:
    """Windows' maps (N, C, h, w) as one (C, H, W) that covers the whole photo: the mean where they overlap, what lies
    over padding cut off."""
    height, width = prepared.resized
    side = prepared.pixels.shape[2:]
    steps = side[0] / parts.shape[2], side[1] / parts.shape[3]
    whole = max(1, round(height / steps[0])), max(1, round(width / steps[1]))
    if len(parts) == 1 and (height, width) == tuple(side):
        return parts[0]
    if len(parts) == 1 and prepared.starts == ((0, 0),):
        return np.ascontiguousarray(parts[0][:, : whole[0], : whole[1]])
    total = np.zeros((parts.shape[1], *whole), np.float32)
    count = np.zeros(whole, np.float32)
    for part, (top, left) in zip(parts, prepared.starts, strict=True):
        t, s = round(top / steps[0]), round(left / steps[1])
        t, s = min(t, whole[0] - 1), min(s, whole[1] - 1)
        h, w = min(part.shape[1], whole[0] - t), min(part.shape[2], whole[1] - s)
        total[:, t : t + h, s : s + w] += part[:, :h, :w]
        count[t : t + h, s : s + w] += 1
    return total / np.maximum(count, 1)
