"""Segment-anything networks: ``sam`` (Kirillov et al. 2023), ``sam2`` (Ravi et al. 2024), ``sam3`` (2025).

The photo is encoded once and kept until another comes; prompts then take milliseconds.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import WeightsError
from ..types import Array, Image, Segments
from .hub import Checkpoint
from .prepare import Prepared
from .prompts import Prompt, read_prompts

GUESS = 10.0
"""Logits of a mask that is given as a first guess: the network was trained on its own, which reach about so far."""
REST = "rest"


class Sam(Checkpoint):
    """SAM from transformers, or from a safetensors file with the names of the package ``segment-anything``.

    ``weights``: a folder in transformers' layout, or such a file (the published .pth are pickled: convert them). One
    point means several things: of three masks the one the network trusts most is taken.
    """

    name = "sam"
    kind = "SamModel"
    needs_prompts = True

    def __init__(self, *, weights: str | os.PathLike[str] | None = None) -> None:
        super().__init__(weights=weights)
        self._seen: tuple[str, Prepared, Any] | None = None

    def open(self, runtime: Any = None) -> Any:
        path = None if self.weights is None else Path(self.weights)
        if self._model is None and path is not None and path.is_file() and path.suffix == ".safetensors":
            from .sam_original import open_original

            return open_original(self, path, runtime)
        return super().open(runtime)

    def close(self) -> None:
        self._seen = None
        super().close()

    def __call__(
        self,
        image: Image,
        *,
        points: Any = None,
        labels: Any = None,
        boxes: Any = None,
        masks: Any = None,
        names: Any = None,
    ) -> Segments:
        """Segments with the classes "rest" and one for each object; see `prompts.read_prompts` for the forms.

        Where objects overlap, the surer one has the pixel. ``probabilities`` float16 on the network's grid.
        """
        prompts = read_prompts(image.size, points, labels, boxes, masks, names)
        logits = self.logits(image, prompts)
        best = np.zeros((image.height, image.width), np.float32)
        found = np.zeros((image.height, image.width), np.uint8)
        for k, m in enumerate(logits):
            large = self.enlarged(m, image)
            wins = large > best
            found[wins] = k + 1
            np.maximum(best, large, out=best)
        p = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        p = np.concatenate([1 - p.max(0, keepdims=True), p])
        p = p / p.sum(0, keepdims=True)
        called = tuple(q.name for q in prompts)
        return Segments(found, (REST, *called), self._content(p).astype(np.float16), {"objects": called})

    def logits(self, image: Image, prompts: list[Prompt]) -> Array:
        """float32 (N, h, w) on the network's grid, padding included; above 0 is the object."""
        import torch

        prepared, embedding = self._encode(image)
        out = []
        with torch.inference_mode():
            for prompt in prompts:
                answer = self.model(
                    image_embeddings=embedding,
                    multimask_output=prompt.ambiguous,
                    **self._inputs(prompt, prepared),
                )
                scores = answer.iou_scores[0, 0].float()
                out.append(answer.pred_masks[0, 0, int(scores.argmax())].float().cpu().numpy())
        return np.stack(out)

    def enlarged(self, logits: Array, image: Image) -> Array:
        """(h, w) of one object -> float32 HxW of the photo."""
        import cv2

        return cv2.resize(self._content(logits[None])[0], image.size, interpolation=cv2.INTER_LINEAR)

    def _encode(self, image: Image) -> tuple[Prepared, Any]:
        import torch

        key = hashlib.sha256(image.array.tobytes()).hexdigest()
        if self._seen is None or self._seen[0] != key:
            self._seen = None  # free the old one first
            prepared = self.prepare(image.array)
            with torch.inference_mode():
                self._seen = key, prepared, self.model.get_image_embeddings(self.tensor(prepared.pixels))
        return self._seen[1], self._seen[2]

    def _inputs(self, prompt: Prompt, prepared: Prepared) -> dict[str, Any]:
        """The prompt in the network's pixels: points (1, 1, N, 2), a box (1, 1, 4), a mask (1, 1, h, w) of logits."""
        import torch

        inputs: dict[str, Any] = {}
        if prompt.points is not None:
            inputs["input_points"] = torch.from_numpy(prepared.scaled(prompt.points))[None, None].to(self.device)
            inputs["input_labels"] = torch.from_numpy(np.asarray(prompt.labels))[None, None].to(self.device)
        if prompt.bounds is not None:
            corners = prepared.scaled(prompt.bounds.reshape(2, 2)).reshape(1, 1, 4)
            inputs["input_boxes"] = torch.from_numpy(corners).to(self.device)
        if prompt.mask is not None:
            inputs["input_masks"] = self.tensor(self._guess(prompt.mask, prepared))
        return inputs

    def _guess(self, mask: Array, prepared: Prepared) -> Array:
        """A mask as the logits (1, 1, h, w) that the network gives itself, a quarter of its input in size."""
        import cv2

        side = prepared.pixels.shape[2] // 4, prepared.pixels.shape[3] // 4
        h, w = max(1, prepared.resized[0] // 4), max(1, prepared.resized[1] // 4)
        small = cv2.resize(mask.astype(np.float32), (w, h), interpolation=cv2.INTER_AREA)
        full = np.zeros(side, np.float32)
        full[:h, :w] = small
        return (full[None, None] * 2 - 1) * np.float32(GUESS)

    def _content(self, maps: Array) -> Array:
        """(N, h, w) without what lies over padding."""
        assert self._seen is not None
        prepared = self._seen[1]
        side = prepared.pixels.shape[2:]
        h = max(1, round(maps.shape[1] * prepared.resized[0] / side[0]))
        w = max(1, round(maps.shape[2] * prepared.resized[1] / side[1]))
        return np.ascontiguousarray(maps[:, :h, :w])


class Sam2(Sam):
    """SAM 2.1 from transformers, Hiera-L by default: sharper and four times as fast as SAM."""

    name = "sam2"
    kind = "Sam2Model"


class Sam3(Sam):
    """SAM 3's tracker from transformers: points and boxes on one image (its text prompts are not used here)."""

    name = "sam3"
    kind = "Sam3TrackerModel"

    def opened(self) -> None:
        if not hasattr(self.model, "get_image_embeddings"):
            raise WeightsError(f"{self._folder} is no SAM 3 for points and boxes; give the folder of facebook/sam3")
