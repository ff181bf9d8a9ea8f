"""RoomNet: one description, read by torch and by the ONNX builder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stagekit.errors import WeightsError
from stagekit.models import roomnet_arch as arch
from stagekit.models.graph import roomnet as build


def random_weights(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    out = {}
    for layer in arch.weighted():
        shape = layer.shape
        out[f"{layer.name}.weight"] = rng.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape).astype(np.float32)
        out[f"{layer.name}.bias"] = rng.normal(0, 0.1, shape[0]).astype(np.float32)
    return out


def run(weights: dict[str, Any], pixels: Any) -> tuple[Any, Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(build(weights), providers=["CPUExecutionProvider"])
    return tuple(session.run(["probabilities", "room"], {"pixels": pixels}))


def test_groups_name_classes() -> None:
    assert len(set(arch.CLASSES)) == len(arch.CLASSES) == 32
    for members in arch.GROUPS.values():
        assert set(members) <= set(arch.CLASSES)


@pytest.mark.parametrize(("height", "width"), [(64, 96), (32, 32)])
def test_graph_gives_a_softmax_at_stride_4(height: int, width: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    p, room = run(random_weights(), pixels)
    assert p.shape == (2, 32, height // 4, width // 4) and room.shape == (2, 6)
    np.testing.assert_allclose(p.sum(1), 1, atol=1e-4)
    np.testing.assert_allclose(room.sum(1), 1, atol=1e-4)


def test_missing_and_misshapen_weights_are_named() -> None:
    weights = random_weights()
    with pytest.raises(WeightsError, match=r"segments\.weight"):
        build({**weights, "segments.weight": np.zeros((3, 3), np.float32)})
    del weights["stem.bias"]
    with pytest.raises(WeightsError, match=r"stem\.bias"):
        build(weights)


def test_torch_and_onnx_agree() -> None:
    torch = pytest.importorskip("torch", reason="torch is only needed for training")
    from stagekit.models.network import RoomNet

    torch.manual_seed(0)
    net = RoomNet()
    for part in net.modules():  # batch norms that do something, so that folding is tested
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.2)
            part.running_var.uniform_(0.5, 2.0)
            torch.nn.init.uniform_(part.weight, 0.7, 1.3)
            torch.nn.init.normal_(part.bias, 0, 0.2)
    net.eval()
    pixels = np.random.default_rng(2).integers(0, 256, (1, 96, 64, 3), dtype=np.uint8)
    image = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() * (2 / 255) - 1
    with torch.no_grad():
        segments, rooms = net(image)
        again, _ = RoomNet(folded=True).load_folded(net.folded()).eval()(image)
    p, room = run({k: v.numpy() for k, v in net.folded().items()}, pixels)
    np.testing.assert_allclose(p, segments.softmax(1).numpy(), atol=1e-4)
    np.testing.assert_allclose(room, rooms.softmax(1).numpy(), atol=1e-4)
    np.testing.assert_allclose(again.numpy(), segments.numpy(), atol=1e-3)
    assert segments.std() > 1e-3
