"""The teacher in torch, read out of its ONNX file: the same numbers on a GPU, many pictures at once.

Part of the recipe in train_roomnet.py. Only the operators that DeepLabV3-MobileNetV2 is made of.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 513
"""Pixels of the square that the teacher sees; smaller pictures lie at its top left, the rest is grey."""
CELLS = 65
"""Cells of its answer a side, corners on corners."""


class TorchTeacher(nn.Module):
    """float32 (N, 3, 513, 513) in -1..1, 0 beyond the picture -> logits (N, 150, 65, 65)."""

    def __init__(self, path: Path) -> None:
        import onnx
        from onnx import numpy_helper

        super().__init__()
        graph = onnx.load(str(path)).graph
        values = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
        for node in graph.node:  # half-precision weights, cast at load
            if node.op_type == "Cast" and node.input[0] in values:
                values[node.output[0]] = values[node.input[0]].float()
        first = next(n for n in graph.node if n.op_type == "Conv").input[0]
        self.first, self.last, self.steps = first, "", []
        known, self.weights = {first}, nn.ParameterList()
        for node in graph.node:
            inputs = [name for name in node.input if name in known]
            if not inputs or node.op_type in ("Shape", "Slice", "Transpose"):
                continue
            a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
            start = len(self.weights)
            if node.op_type == "Conv":
                self.weights.extend(nn.Parameter(values[n], requires_grad=False) for n in node.input[1:3])
                a["pads"] = a.get("pads") or _same(a)
            if node.op_type == "Clip":
                a |= {"low": float(values[node.input[1]]), "high": float(values[node.input[2]])}
            self.steps.append((node.op_type, inputs, node.output[0], a, start))
            known.add(node.output[0])
            self.last = node.output[0]

    def forward(self, image: Tensor) -> Tensor:
        values = {self.first: image}
        for kind, inputs, name, a, start in self.steps:
            values[name] = self._step(kind, [values[i] for i in inputs], a, start)
        return values[self.last]

    def _step(self, kind: str, given: list[Tensor], a: dict[str, Any], start: int) -> Tensor:
        x = given[0]
        if kind == "Conv":
            top, left, bottom, right = a["pads"]
            weight, bias = (w.to(x.dtype) for w in self.weights[start : start + 2])
            padded = F.pad(x, (left, right, top, bottom)) if any(a["pads"]) else x
            return F.conv2d(padded, weight, bias, a["strides"], 0, a["dilations"], a["group"])
        if kind == "Clip":
            return x.clamp(a["low"], a["high"])
        if kind == "Relu":
            return x.relu()
        if kind == "Add":
            return x + given[1]
        if kind == "AveragePool":
            return x.mean((2, 3), keepdim=True)
        if kind == "Resize":
            return x.expand(-1, -1, CELLS, CELLS)
        if kind == "Concat":
            return torch.cat(given, 1)
        raise NotImplementedError(
            f"the teacher's {kind} is none of the operators known here; use the file of the recipe"
        )


def _same(a: dict[str, Any]) -> list[int]:
    """TF "same" padding of odd input sizes: all of the teacher's grids are 2^k n + 1."""
    pads = [d * (k - 1) // 2 for k, d in zip(a["kernel_shape"], a["dilations"], strict=True)]
    return [*pads, *pads]
