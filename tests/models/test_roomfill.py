"""RoomFill: one description, read by torch and by the ONNX builder; its smooth fill, the same from arrays and tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stagekit.errors import WeightsError
from stagekit.models import roomfill_arch as arch
from stagekit.models.graph import roomfill as build
from stagekit.models.layers import weighted


def random_weights(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    out = {}
    for layer in weighted(arch.layers()):
        out[f"{layer.name}.weight"] = rng.normal(0, (1 / np.prod(layer.shape[1:])) ** 0.5, layer.shape)
        out[f"{layer.name}.bias"] = rng.normal(0, 0.1, layer.shape[0])
    return {k: v.astype(np.float32) for k, v in out.items()}


def test_the_fill_keeps_what_is_known_and_carries_it_into_the_hole() -> None:
    rng = np.random.default_rng(0)
    picture, known = rng.uniform(0.2, 0.4, (1, 3, 64, 64)), np.ones((1, 1, 64, 64))
    picture[..., 32:] += 0.5
    known[..., 16:48, 8:56] = 0
    filled = arch.filled(picture, known)
    np.testing.assert_allclose(filled[..., :16, :], picture[..., :16, :], atol=1e-4)
    assert filled.min() > 0.19 and filled.max() < 0.91  # no light that is nowhere seen
    assert filled[..., 16:48, 8:16].mean() < 0.45 < 0.65 < filled[..., 16:48, 48:56].mean()


def test_what_the_hole_hides_does_not_count() -> None:
    rng = np.random.default_rng(1)
    picture, known = rng.uniform(0, 1, (1, 3, 32, 32)), (rng.random((1, 1, 32, 32)) > 0.3).astype(float)
    other = np.where(known > 0, picture, 1 - picture)
    np.testing.assert_allclose(arch.filled(other, known), arch.filled(picture, known))


def test_tensors_give_the_same_as_arrays() -> None:
    torch = pytest.importorskip("torch", reason="torch is only needed for training")
    rng = np.random.default_rng(2)
    picture, known = rng.uniform(0, 1, (2, 3, 32, 32)), (rng.random((2, 1, 32, 32)) > 0.5).astype(float)
    tensor = arch.filled(torch.from_numpy(picture), torch.from_numpy(known))
    np.testing.assert_allclose(tensor.numpy(), arch.filled(picture, known), atol=1e-9)


def test_torch_and_onnx_agree() -> None:
    torch = pytest.importorskip("torch", reason="torch is only needed for training")
    import onnxruntime

    from stagekit.models.network import RoomFill

    weights = random_weights()
    given = np.random.default_rng(1).normal(0, 0.5, (1, arch.INPUTS, arch.SIDE, arch.SIDE)).astype(np.float32)
    session = onnxruntime.InferenceSession(build(weights), providers=["CPUExecutionProvider"])
    net = RoomFill(folded=True).load_folded({k: torch.from_numpy(v) for k, v in weights.items()}).eval()
    with torch.no_grad():
        light = net(torch.from_numpy(given)).numpy()
    assert light.shape == (1, 3, arch.SIDE // arch.STRIDE, arch.SIDE // arch.STRIDE)
    np.testing.assert_allclose(session.run(["light"], {"image": given})[0], light, atol=1e-4)
    assert light.std() > 1e-3


def test_misshapen_weights_are_named() -> None:
    weights = random_weights()
    with pytest.raises(WeightsError, match=r"RoomFill.*light\.weight"):
        build({**weights, "light.weight": np.zeros((3, 3), np.float32)})
