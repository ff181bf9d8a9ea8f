"""HED (Xie and Tu, "Holistically-Nested Edge Detection", ICCV 2015) as a plain module; torch only.

VGG16's thirteen convolutions in five blocks; a 1x1 score of each block's last features, brought to the picture's size;
a weighted sum of the five. Layers carry the names of the Caffe release (``conv1_1`` ... ``score-dsn5``,
``new-score-weighting``). ControlNet's annotator has the same convolutions under other names, takes red first, and
averages its scores: `build` reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..errors import WeightsError

DEPTHS = (2, 2, 3, 3, 3)
"""Convolutions a block."""
CAFFE_MEAN = (122.67892, 116.66877, 104.00699)
"""Red, green, blue: what the Caffe release takes off."""
FUSE = "new-score-weighting"


class Hed(nn.Module):
    """``widths``: channels of the five blocks (64, 128, 256, 512, 512 in the releases)."""

    mean: torch.Tensor

    def __init__(self, widths: tuple[int, ...] = (64, 128, 256, 512, 512)) -> None:
        super().__init__()
        before = 3
        for b, (depth, width) in enumerate(zip(DEPTHS, widths, strict=True), 1):
            for c in range(1, depth + 1):
                self.add_module(f"conv{b}_{c}", nn.Conv2d(before, width, 3, padding=1))
                before = width
            self.add_module(f"score-dsn{b}", nn.Conv2d(width, 1, 1))
        self.add_module(FUSE, nn.Conv2d(len(DEPTHS), 1, 1))
        self.register_buffer("mean", torch.tensor(CAFFE_MEAN).reshape(1, 3, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """float (B, 3, H, W) of red, green, blue 0 to 255 -> logits (B, 1, H, W) of an edge."""
        x = pixels - self.mean
        scores = []
        for b, depth in enumerate(DEPTHS, 1):
            if b > 1:
                x = F.max_pool2d(x, 2, ceil_mode=True)
            for c in range(1, depth + 1):
                x = F.relu(self.get_submodule(f"conv{b}_{c}")(x))
            score = self.get_submodule(f"score-dsn{b}")(x)
            scores.append(F.interpolate(score, pixels.shape[2:], mode="bilinear", align_corners=False))
        return self.get_submodule(FUSE)(torch.cat(scores, 1))


def build(state: Mapping[str, Any]) -> Hed:
    """The network of a state dict in either layout, its sizes read from it, in evaluation mode. Raises WeightsError."""
    named = from_annotator(state) if "block1.convs.0.weight" in state else from_caffe(state)
    last = [f"conv{b}_{depth}.weight" for b, depth in enumerate(DEPTHS, 1)]
    absent = [n for n in last if n not in named]
    if absent:
        raise WeightsError(
            f"no HED weights: {absent[0]!r} is missing; expected the names of the Caffe release (conv1_1.weight) or of "
            f"ControlNet's annotator (block1.convs.0.weight), got {', '.join(list(state)[:4])} ..."
        )
    network = Hed(tuple(named[n].shape[0] for n in last))
    try:
        network.load_state_dict(dict(named))
    except RuntimeError as error:
        raise WeightsError(f"HED's weights do not fit the network: {error}") from error
    return network.eval()


def from_caffe(state: Mapping[str, Any]) -> dict[str, Any]:
    """The Caffe release takes blue first: its first convolution is turned round, so that the network takes red first."""
    named = {k: v.float() for k, v in state.items()}
    if "conv1_1.weight" in named:
        named["conv1_1.weight"] = named["conv1_1.weight"].flip(1)
    named.setdefault("mean", torch.tensor(CAFFE_MEAN).reshape(1, 3, 1, 1))
    return named


def from_annotator(state: Mapping[str, Any]) -> dict[str, Any]:
    """Names of ControlNet's annotator: ``norm``, ``blockB.convs.C.weight``, ``blockB.projection.weight``."""
    named: dict[str, Any] = {"mean": state["norm"].float().reshape(1, 3, 1, 1)}
    for key, value in state.items():
        block, _, rest = key.partition(".")
        part, _, leaf = rest.rpartition(".")
        if part.startswith("convs."):
            named[f"conv{block[5:]}_{int(part[6:]) + 1}.{leaf}"] = value.float()
        elif part == "projection":
            named[f"score-dsn{block[5:]}.{leaf}"] = value.float()
    named[f"{FUSE}.weight"] = torch.full((1, len(DEPTHS), 1, 1), 1 / len(DEPTHS))
    named[f"{FUSE}.bias"] = torch.zeros(1)
    return named
