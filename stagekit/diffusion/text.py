"""Prompts as the UNet reads them: encoded once, used for every picture."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from .parts import Parts

KEPT = 32
"""Prompts whose embeddings are kept; one of SDXL has 0.6 MB."""


@dataclass(frozen=True, eq=False)
class Words:
    """``context``, ``negative`` (1, tokens, channels); ``pooled``, ``negative_pooled`` (1, channels) for SDXL, else None.
    ``cut``: what of the prompt did not fit into the encoder's 77 tokens."""

    context: Any
    negative: Any
    pooled: Any = None
    negative_pooled: Any = None
    cut: str = ""

    def batch(self, count: int, guided: bool) -> tuple[Any, Any]:
        """(context, pooled) for ``count`` pictures; with guidance the negative half comes first."""
        import torch

        def stack(negative: Any, positive: Any) -> Any:
            if positive is None:
                return None
            halves = (negative, positive) if guided else (positive,)
            return torch.cat([h.expand(count, *h.shape[1:]) for h in halves])

        return stack(self.negative, self.context), stack(self.negative_pooled, self.pooled)


class Prompts:
    """Encodes with the checkpoint's text encoders and remembers the last ``KEPT`` prompts."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.encoded = 0
        """How often the encoders really ran; a second picture with the same prompt does not add to it."""
        self._known: OrderedDict[tuple[str, str | None], Words] = OrderedDict()

    def __call__(self, prompt: str, negative: str | None) -> Words:
        key = (prompt, negative)
        if key not in self._known:
            self._known[key] = encode(self.parts, prompt, negative)
            self.encoded += 1
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[key]


def encode(parts: Parts, prompt: str, negative: str | None) -> Words:
    """SD1.5: the encoder's last layer. SDXL: the last but one of both encoders side by side, and the second's pooled
    vector. ``negative=None`` is an empty prompt, or zeros where the checkpoint was trained so."""
    import torch

    with torch.inference_mode(), parts.using(*(e for _, e in parts.encoders)):
        context, pooled, cut = _encode(parts, prompt)
        if negative is None and parts.zero_negative:
            return Words(
                context, torch.zeros_like(context), pooled, None if pooled is None else torch.zeros_like(pooled), cut
            )
        other, other_pooled, _ = _encode(parts, negative or "")
    return Words(context, other, pooled, other_pooled, cut)


def _encode(parts: Parts, text: str) -> tuple[Any, Any, str]:
    import torch

    states, pooled, cut = [], None, ""
    for tokenizer, encoder in parts.encoders:
        long = tokenizer.model_max_length
        ids = tokenizer(text, padding="max_length", max_length=long, truncation=True, return_tensors="pt").input_ids
        whole = tokenizer(text, padding="longest", return_tensors="pt").input_ids
        if whole.shape[-1] > long:
            cut = tokenizer.decode(whole[0, long - 1 : -1])
        if not parts.large:
            return encoder(ids.to(parts.device))[0].to(parts.dtype), None, cut
        out = encoder(ids.to(parts.device), output_hidden_states=True)
        states.append(out.hidden_states[-2])
        pooled = out[0] if out[0].ndim == 2 else pooled
    return torch.cat(states, dim=-1).to(parts.dtype), None if pooled is None else pooled.to(parts.dtype), cut
