"""Segmentation networks of transformers: real loading of tiny random checkpoints, shapes, ranges, meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("transformers", reason="the extra 'models' is not installed")

import tiny

from stagekit.backends import segment_hub as hub
from stagekit.backends.ade20k import NAMES, class_groups, class_names
from stagekit.backends.prepare import windows
from stagekit.errors import BackendError, LicenceError, WeightsError
from stagekit.runtime import Runtime
from stagekit.types import Image

KINDS = {
    "segformer": (hub.SegFormer, tiny.segformer),
    "mask2former": (hub.Mask2Former, tiny.mask2former),
    "oneformer": (hub.OneFormer, tiny.oneformer),
    "eomt": (hub.EoMT, tiny.eomt),
}
ALLOWED = ("segformer", "mask2former")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("checkpoints")
    return {name: build(top / name) for name, (_, build) in KINDS.items()}


@pytest.fixture(params=KINDS)
def network(request: pytest.FixtureRequest, folders: dict[str, Path], device: str) -> Any:
    kind = KINDS[request.param][0]
    backend = kind(weights=folders[request.param]).open(Runtime(device=device, dtype="fp32", allow=ALLOWED))
    yield backend
    backend.close()


def photo(height: int = 90, width: int = 130, seed: int = 0) -> Image:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 256, (4, 5, 3)).repeat(-(-height // 4), 0).repeat(-(-width // 5), 1)[:height, :width]
    return Image(a.astype(np.uint8))


@pytest.mark.parametrize("size", [(90, 130), (130, 90), (37, 151), (64, 64)])
def test_any_size_gives_labels_of_that_size(network: Any, size: tuple[int, int]) -> None:
    image = photo(*size)
    before = image.array.copy()
    segments = network(image)
    assert segments.labels.shape == size and segments.labels.dtype == np.uint8
    assert segments.labels.max() < len(segments.classes) == 150
    p = segments.probabilities
    assert p.dtype == np.float16 and p.shape[0] == 150
    np.testing.assert_allclose(p.astype(np.float32).sum(0), 1, atol=0.02)
    aspect = p.shape[2] / p.shape[1]
    if network.prepare.rule != "exact":
        assert abs(aspect / (size[1] / size[0]) - 1) < 0.25, "the grid covers the photo, padding cut off"
    assert (image.array == before).all()


def test_masks_mean_the_same_for_every_network(network: Any) -> None:
    segments = network(photo())
    for name in ("wall", "window", "furniture", "sofa", "openings", "outdoors"):
        assert segments.mask(name).array.shape == (90, 130)
    labels = np.array(segments.labels)
    index = NAMES.index("windowpane")
    assert (segments.mask("window").array == (labels == index)).all()
    sofa = [NAMES.index(n) for n in ("sofa", "ottoman", "cushion")]
    assert (segments.mask("sofa").array == np.isin(labels, sofa)).all()


def test_labels_follow_the_probabilities(network: Any) -> None:
    import cv2

    network.refine = False
    image = photo()
    segments = network(image)
    p, classes = network.probabilities(image.array)
    assert classes == segments.classes
    large = np.stack([cv2.resize(m, (130, 90)) for m in p])
    assert (large.argmax(0) == segments.labels).mean() > 0.999


def test_many_equals_one_by_one(network: Any) -> None:
    images = [photo(seed=1), photo(130, 90, seed=2), photo(seed=3)]
    together = network.many(images)
    for image, segments in zip(images, together, strict=True):
        alone = network(image)
        np.testing.assert_allclose(
            segments.probabilities.astype(np.float32), alone.probabilities.astype(np.float32), atol=2e-3
        )
        assert (segments.labels == alone.labels).mean() > 0.99


def test_same_picture_same_result(network: Any) -> None:
    assert network(photo()).labels.tobytes() == network(photo()).labels.tobytes()


def test_close_gives_back(network: Any) -> None:
    assert network.bytes > 1000
    network.close()
    assert network.bytes == 0
    with pytest.raises(BackendError, match="open"):
        network(photo())


def test_half_precision_agrees(folders: dict[str, Path]) -> None:
    full = hub.SegFormer(weights=folders["segformer"]).open(Runtime(device="cpu", allow=ALLOWED))
    half = hub.SegFormer(weights=folders["segformer"]).open(Runtime(device="cpu", dtype="bf16", allow=ALLOWED))
    assert half.bytes * 2 == full.bytes
    a, b = (n.probabilities(photo().array)[0] for n in (full, half))
    np.testing.assert_allclose(a, b, atol=5e-3)


def test_windows_are_laid_side_by_side(folders: dict[str, Path]) -> None:
    network = hub.EoMT(weights=folders["eomt"]).open(Runtime(device="cpu"))
    prepared = network.prepare(photo(64, 152).array)
    assert prepared.pixels.shape == (3, 3, 64, 64) and prepared.starts == ((0, 0), (0, 44), (0, 88))
    position = np.zeros((3, 1, 16, 16), np.float32)
    for k, (_, left) in enumerate(prepared.starts):
        position[k] = left / 4 + np.arange(16)
    whole = hub.stitched(position, prepared)
    assert whole.shape == (1, 16, 38)
    assert np.abs(whole[0] - np.arange(38)).max() <= 1


def test_windows_cover_everything() -> None:
    for long in range(64, 400, 4):
        covered = np.zeros(long, bool)
        for top, left in windows(long, 64, 64):
            assert left == 0 and 0 <= top <= long - 64
            covered[top : top + 64] = True
        assert covered.all()


def test_class_names_of_any_spelling() -> None:
    assert class_names({0: "Wall", 1: "bed ", 2: "road, route", 3: "bed"}) == ("wall", "bed", "road", "bed_3")
    assert class_names({k: f"LABEL_{k}" for k in range(150)}) == NAMES
    groups = class_groups(("floor", "sofa", "zebra"))
    assert groups["furniture"] == ("sofa",) and groups["clutter"] == ("zebra",) and "bed" not in groups


def test_licence_and_absence_are_told(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("STAGEKIT_CACHE", "HF_HOME", "STAGEKIT_WEIGHTS"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(LicenceError, match="segformer"):
        hub.SegFormer(weights=folders["segformer"]).open(Runtime(device="cpu"))
    with pytest.raises(WeightsError, match="stagekit weights pull eomt"):
        hub.EoMT().open(Runtime(device="cpu"))


def test_missing_tensors_are_not_made_up(folders: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    for file in folders["eomt"].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    tensors = load_file(tmp_path / "model.safetensors")
    tensors.pop("class_predictor.weight")
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="class_predictor"):
        hub.EoMT(weights=tmp_path).open()
    (tmp_path / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(WeightsError, match="cannot be read"):
        hub.EoMT(weights=tmp_path).open()
