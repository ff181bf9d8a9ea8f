"""RoomNet and RoomFill in torch: for training. Inference needs no torch, see ``graph``; both read lists of layers."""

from __future__ import annotations

from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import roomfill_arch, roomnet_arch
from .layers import BN_EPS, Layer, weighted


class Network(nn.Module):
    """``layers`` with weights. ``folded``: batch norms are inside weights and biases, as in the shipped files."""

    def __init__(self, layers: tuple[Layer, ...], *, folded: bool = False) -> None:
        super().__init__()
        self.is_folded = folded
        self.steps = layers
        self.weighted = weighted(layers)
        self.parts = nn.ModuleDict({layer.name.replace(".", "/"): _module(layer, folded) for layer in self.weighted})

    def run(self, image: Tensor) -> dict[str, Tensor]:
        """Every layer's output by name."""
        values = {"image": image}
        for layer in self.steps:
            given = [values[name] for name in layer.inputs]
            values[layer.name] = self._step(layer, given)
        return values

    def _step(self, layer: Layer, given: list[Tensor]) -> Tensor:
        if layer.op == "add":
            return given[0] + given[1]
        if layer.op == "up":
            return F.interpolate(given[0], scale_factor=2, mode="bilinear", align_corners=False)
        if layer.op == "pool":
            return given[0].mean((2, 3), keepdim=True)
        part: Any = self.parts[layer.name.replace(".", "/")]
        if layer.op == "linear":
            return part(given[0].flatten(1))
        before, after = layer.padding
        x = given[0] if before == after else F.pad(given[0], (before, after, before, after))
        out = part(x)
        return F.relu6(out) if layer.relu6 else out

    def folded(self) -> dict[str, Tensor]:
        """The shipped weights: ``NAME.weight`` and ``NAME.bias`` with the batch norms' running statistics inside."""
        out: dict[str, Tensor] = {}
        for layer in self.weighted:
            part: Any = self.parts[layer.name.replace(".", "/")]
            conv: Any = part[0] if layer.norm and not self.is_folded else part
            norm: Any = part[1] if layer.norm and not self.is_folded else None
            weight, bias = conv.weight.detach(), None if conv.bias is None else conv.bias.detach()
            if norm is not None:
                gain = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
                weight = weight * gain[:, None, None, None]
                bias = norm.bias.detach() - norm.running_mean * gain
            assert bias is not None
            out[f"{layer.name}.weight"], out[f"{layer.name}.bias"] = weight, bias
        return out

    def load_folded(self, weights: dict[str, Tensor]) -> Self:
        """Take weights as `folded` gives them; only for a network built with ``folded=True``."""
        state = {}
        for key, value in weights.items():
            name, _, kind = key.rpartition(".")
            state[f"{name.replace('.', '/')}.{kind}"] = value.float()
        self.parts.load_state_dict(state)
        return self


class RoomNet(Network):
    """float32 (N, 3, H, W) in -1..1, H and W multiples of 32 -> (N, 32, H/4, W/4) logits and (N, 6) room logits."""

    def __init__(self, *, folded: bool = False) -> None:
        super().__init__(roomnet_arch.layers(), folded=folded)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        values = self.run(image)
        return values["segments"], values["rooms"]


class RoomFill(Network):
    """float32 (N, 7, 256, 256), see ``roomfill_arch`` -> (N, 3, 128, 128): what is added to the smooth fill."""

    def __init__(self, *, folded: bool = False) -> None:
        super().__init__(roomfill_arch.layers(), folded=folded)

    def forward(self, image: Tensor) -> Tensor:
        return self.run(image)["light"]


def _module(layer: Layer, folded: bool) -> nn.Module:
    inside, out = layer.channels
    if layer.op == "linear":
        return nn.Linear(inside, out)
    before, after = layer.padding
    normed = layer.norm and not folded
    conv = nn.Conv2d(
        inside, out, layer.kernel, layer.stride, before if before == after else 0, groups=layer.groups, bias=not normed
    )
    return nn.Sequential(conv, nn.BatchNorm2d(out, eps=BN_EPS)) if normed else conv
