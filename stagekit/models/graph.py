"""RoomNet and RoomFill as ONNX graphs built in memory from folded weights, for onnxruntime: no torch needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import WeightsError
from . import roomfill_arch, roomnet_arch
from .layers import Layer, weighted

OPSET = 17

Weights = Mapping[str, NDArray[Any]]


def roomnet(weights: Weights) -> bytes:
    """A serialised ONNX model. Input ``pixels`` uint8 (N, H, W, 3) sRGB, H and W multiples of 32.

    Outputs: ``probabilities`` float32 (N, 32, H/4, W/4), softmax over axis 1, and ``room`` float32 (N, 6) softmax.
    Raises WeightsError if a weight is missing or has another shape than the architecture's.
    """
    from onnx import TensorProto, helper

    first = [
        helper.make_node("Cast", ["pixels"], ["pixels.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["pixels.float", "gain"], ["pixels.scaled"]),
        helper.make_node("Sub", ["pixels.scaled", "one"], ["pixels.centred"]),
        helper.make_node("Transpose", ["pixels.centred"], ["image"], perm=[0, 3, 1, 2]),
    ]
    last = [
        helper.make_node("Softmax", ["segments"], ["probabilities"], axis=1),
        helper.make_node("Softmax", ["rooms"], ["room"], axis=1),
    ]
    given = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "h", "w", 3])
    told = [
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", None, None, None]),
        helper.make_tensor_value_info("room", TensorProto.FLOAT, ["n", None]),
    ]
    return _model("RoomNet", roomnet_arch.layers(), weights, first, last, given, told)


def roomfill(weights: Weights) -> bytes:
    """A serialised ONNX model. Input ``image`` float32 (N, 7, 256, 256), see ``roomfill_arch``; output ``light`` float32
    (N, 3, 128, 128), to be added to the smooth fill. Raises WeightsError as `roomnet` does."""
    from onnx import TensorProto, helper

    side, cells = roomfill_arch.SIDE, roomfill_arch.SIDE // roomfill_arch.STRIDE
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", roomfill_arch.INPUTS, side, side])
    told = [helper.make_tensor_value_info("light", TensorProto.FLOAT, ["n", 3, cells, cells])]
    return _model("RoomFill", roomfill_arch.layers(), weights, [], [], given, told)


def _model(
    name: str,
    layers: tuple[Layer, ...],
    weights: Weights,
    first: list[Any],
    last: list[Any],
    given: Any,
    told: list[Any],
) -> bytes:
    """``layers`` between the nodes ``first`` and ``last``."""
    from onnx import helper, numpy_helper

    constants: dict[str, NDArray[Any]] = {
        "scales": np.array([1, 1, 2, 2], np.float32),
        "gain": np.array(2 / 255, np.float32),
        "one": np.array(1, np.float32),
        "zero": np.array(0, np.float32),
        "six": np.array(6, np.float32),
    }
    for layer in weighted(layers):
        for key, shape in ((f"{layer.name}.weight", layer.shape), (f"{layer.name}.bias", (layer.channels[1],))):
            if key not in weights or tuple(weights[key].shape) != shape:
                got = tuple(weights[key].shape) if key in weights else "nothing"
                raise WeightsError(f"{name}'s weight {key!r} should have shape {shape}, got {got}; fetch the file anew")
            constants[key] = np.asarray(weights[key], np.float32)
    nodes = [*first, *(node for layer in layers for node in _nodes(layer)), *last]
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        name.lower(),
        [given],
        told,
        [numpy_helper.from_array(value, key) for key, value in constants.items() if key in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    return model.SerializeToString()


def _nodes(layer: Layer) -> list[Any]:
    from onnx import helper

    name, inputs = layer.name, list(layer.inputs)
    if layer.op == "add":
        return [helper.make_node("Add", inputs, [name])]
    if layer.op == "pool":
        return [helper.make_node("GlobalAveragePool", inputs, [name])]
    if layer.op == "up":
        resize = helper.make_node(
            "Resize", [*inputs, "", "scales"], [name], mode="linear", coordinate_transformation_mode="half_pixel"
        )
        return [resize]
    parameters = [f"{name}.weight", f"{name}.bias"]
    if layer.op == "linear":
        return [
            helper.make_node("Flatten", inputs, [f"{name}.flat"]),
            helper.make_node("Gemm", [f"{name}.flat", *parameters], [name], transB=1),
        ]
    before, after = layer.padding
    raw = f"{name}.raw" if layer.relu6 else name
    conv = helper.make_node(
        "Conv",
        [*inputs, *parameters],
        [raw],
        kernel_shape=[layer.kernel] * 2,
        strides=[layer.stride] * 2,
        pads=[before, before, after, after],
        group=layer.groups,
    )
    return [conv, helper.make_node("Clip", [raw, "zero", "six"], [name])] if layer.relu6 else [conv]
