"""Room backends: ``roomnet.v1`` (embedded, 6 types); ``clip``, ``siglip2`` (31 types, or yours, from words)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import OptionError
from ..types import ROOM_KINDS, Array, Image, Room
from .hub import Checkpoint
from .segment import RoomNetV1

TEMPLATES = ("a photo of {}.", "a real estate photo of {}.", "a photo of the inside of a home: {}.")
"""Their embeddings are averaged (Radford et al. 2021, section 3.1.4)."""


class RoomNetRoom:
    """The second head of RoomNet. ``weights``, ``threads``: as for ``Segment``; ``temperature``: see `calibrated`."""

    name = "roomnet.v1"
    licence = "Apache-2.0"

    def __init__(
        self,
        *,
        weights: str | os.PathLike[str] | None = None,
        threads: int | None = None,
        temperature: float = 1.0,
    ) -> None:
        self.temperature = _positive(self.name, temperature)
        self.network = RoomNetV1(weights=weights, threads=threads)

    def open(self, runtime: Any = None) -> RoomNetRoom:
        """Read the weights. Raises WeightsError."""
        self.network.open(runtime)
        return self

    def __call__(self, image: Image) -> Room:
        rooms = self.network.rooms(image.array)
        logits = np.log(np.maximum(np.array(list(rooms.values())), 1e-9))
        return as_room(tuple(rooms), calibrated(logits, self.temperature))


class ZeroShot(Checkpoint):
    """A network that knows pictures and words: each type's words against the photo.

    ``types``: names of ``ROOM_KINDS``, or your own with their words, ``{"yoga_studio": "a yoga studio"}``; left out, all
    31. ``temperature``: see `calibrated`; 1 is the network's own. Words are encoded once, when the network is opened.
    """

    def __init__(
        self,
        *,
        weights: str | os.PathLike[str] | None = None,
        types: Sequence[str] | Mapping[str, str] | None = None,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(weights=weights)
        self.temperature = _positive(self.name, temperature)
        self.types = _types(self.name, types)
        self._words: Any = None

    def opened(self) -> None:
        import torch

        with torch.inference_mode():
            each = [self._texts([t.format(words) for words in self.types.values()]) for t in TEMPLATES]
            mean = torch.stack(each).mean(0)
            self._words = mean / mean.norm(dim=-1, keepdim=True)

    def close(self) -> None:
        self._words = None
        super().close()

    def __call__(self, image: Image) -> Room:
        return self.many([image])[0]

    def many(self, images: Sequence[Image]) -> list[Room]:
        """Several photos in one pass."""
        return [as_room(tuple(self.types), calibrated(row, self.temperature)) for row in self.logits(images)]

    def logits(self, images: Sequence[Image]) -> Array:
        """float32 (photos, types): the network's own scale times the cosine of picture and words."""
        import torch

        model = self.model
        pixels = np.concatenate([self.prepare(image.array).pixels for image in images])
        with torch.inference_mode():
            pictures = _vectors(model.get_image_features(pixel_values=self.tensor(pixels)))
            scores = model.logit_scale.float().exp() * (pictures @ self._words.T)
        return scores.float().cpu().numpy()

    def _texts(self, sentences: list[str]) -> Any:
        from .tokens import tokenizer

        length = int(self.model.config.text_config.max_position_embeddings)
        encoded = tokenizer(self._folder, self.name)(
            sentences, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        inputs = {k: v.to(self.device) for k, v in encoded.items() if k in self.inputs}
        return _vectors(self.model.get_text_features(**inputs))

    inputs: tuple[str, ...] = ("input_ids", "attention_mask")


class Clip(ZeroShot):
    """CLIP (Radford et al. 2021), ViT-L/14 by default."""

    name = "clip"
    kind = "CLIPModel"


class SigLip2(ZeroShot):
    """SigLIP 2 (Tschannen et al. 2025), ViT-B/16 at 224 px by default. Trained without a mask over the padding; its
    bias is the same for every type, so a softmax over types does not need it."""

    name = "siglip2"
    kind = "AutoModel"
    inputs = ("input_ids",)


def calibrated(logits: Array, temperature: float) -> Array:
    """Softmax of ``logits`` (types,) divided by ``temperature`` (Guo et al. 2017): above 1 is less sure of itself."""
    z = np.asarray(logits, dtype=np.float64) / temperature
    e = np.exp(z - z.max())
    return e / e.sum()


def fit_temperature(logits: Array, truth: Sequence[int]) -> float:
    """The temperature at which photos (n, types) with known types are the most likely: what to pass to the backend.

    Searched from 0.05 to 20; a few hundred photos make it good to some per cent.
    """
    z, t = np.asarray(logits, dtype=np.float64), np.asarray(truth)
    tries = np.geomspace(0.05, 20, 400)
    rows = np.arange(len(t))
    losses = []
    for temperature in tries:
        s = z / temperature
        s = s - s.max(1, keepdims=True)
        losses.append(float((np.log(np.exp(s).sum(1)) - s[rows, t]).mean()))
    return float(tries[int(np.argmin(losses))])


def as_room(types: Sequence[str], probabilities: Array) -> Room:
    """The most likely type, and all with their probabilities, the likeliest first."""
    order = np.argsort(-probabilities, kind="stable")
    return Room(types[int(order[0])], {types[int(k)]: float(probabilities[k]) for k in order})


def _vectors(answer: Any) -> Any:
    """Unit vectors (n, channels), float32; transformers 5 gives them inside an output."""
    values = getattr(answer, "pooler_output", answer).float()
    return values / values.norm(dim=-1, keepdim=True)


def _types(name: str, types: Sequence[str] | Mapping[str, str] | None) -> dict[str, str]:
    if types is None:
        return dict(ROOM_KINDS)
    if isinstance(types, Mapping):
        found = {str(k): str(v) for k, v in types.items()}
    else:
        unknown = [t for t in types if t not in ROOM_KINDS]
        if unknown or isinstance(types, str):
            raise OptionError(
                f"{name}: unknown room types {unknown or types!r}; give names of {', '.join(ROOM_KINDS)}, or your own with "
                'their words: types={"yoga_studio": "a yoga studio"}'
            )
        found = {t: ROOM_KINDS[t] for t in types}
    if len(found) < 2:
        raise OptionError(f"{name}: expected at least two room types to choose from, got {list(found)}")
    return found


def _positive(name: str, temperature: float) -> float:
    if not 0 < temperature < 100:
        raise OptionError(f"{name}: temperature must be a positive number, got {temperature}; 1 is the network's own")
    return float(temperature)
