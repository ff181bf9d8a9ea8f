"""Room types: the embedded network, and zero-shot networks as tiny random checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("transformers", reason="the extra 'models' is not installed")

import tiny

import stagekit as sk
from stagekit.assets.spec import spec
from stagekit.backends import room
from stagekit.backends.prepare import preparation
from stagekit.errors import BackendError, OptionError, WeightsError
from stagekit.runtime import Runtime
from stagekit.types import ROOM_KINDS, ROOM_TYPES, Image

KINDS = {"clip": (room.Clip, tiny.clip), "siglip2": (room.SigLip2, tiny.siglip2)}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("checkpoints")
    return {name: build(top / name) for name, (_, build) in KINDS.items()}


@pytest.fixture(params=KINDS)
def network(request: pytest.FixtureRequest, folders: dict[str, Path], device: str) -> Any:
    backend = KINDS[request.param][0](weights=folders[request.param]).open(Runtime(device=device, dtype="fp32"))
    yield backend
    backend.close()


def photo(height: int = 40, width: int = 60, seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_there_are_31_kinds_and_the_furnishable_are_among_them() -> None:
    assert len(ROOM_KINDS) == 31 and set(ROOM_TYPES) <= set(ROOM_KINDS)
    from stagekit.models.roomnet_arch import ROOMS

    assert set(ROOMS) <= set(ROOM_KINDS)


@pytest.mark.parametrize("size", [(40, 60), (33, 201), (32, 32)])
def test_probabilities_over_all_kinds(network: Any, size: tuple[int, int]) -> None:
    found = network(photo(*size))
    assert set(found.probabilities) == set(ROOM_KINDS)
    values = list(found.probabilities.values())
    assert sum(values) == pytest.approx(1) and values == sorted(values, reverse=True)
    assert found.type == next(iter(found.probabilities))


def test_words_and_pictures_count(network: Any) -> None:
    a, b = network.logits([photo(seed=1), photo(seed=2)])
    assert np.abs(a - b).max() > 1e-3 and a.std() > 1e-3


def test_scores_are_the_networks_own(network: Any, folders: dict[str, Path]) -> None:
    """With one template the logits are those that transformers gives for the same inputs."""
    import torch
    import transformers

    kind = type(network)
    words = {"a": "a kitchen", "b": "a garden"}
    one = kind(weights=folders[network.name], types=words)
    old, room.TEMPLATES = room.TEMPLATES, ("a photo of {}.",)
    try:
        one.open(Runtime(device="cpu"))
    finally:
        room.TEMPLATES = old
    model = getattr(transformers, kind.kind).from_pretrained(folders[network.name]).eval()
    token = transformers.AutoTokenizer.from_pretrained(folders[network.name])
    encoded = token(
        ["a photo of a kitchen.", "a photo of a garden."], padding="max_length", max_length=20, return_tensors="pt"
    )
    inputs = {k: v for k, v in encoded.items() if k in kind.inputs}
    with torch.inference_mode():
        out = model(pixel_values=torch.from_numpy(one.prepare(photo().array).pixels), **inputs)
    expected = out.logits_per_image - (getattr(model, "logit_bias", None) if hasattr(model, "logit_bias") else 0)
    np.testing.assert_allclose(one.logits([photo()]), expected.detach().numpy(), atol=1e-3)


def test_many_equals_one_by_one(network: Any) -> None:
    photos = [photo(seed=k) for k in range(3)]
    for image, found in zip(photos, network.many(photos), strict=True):
        alone = network(image).probabilities
        assert found.probabilities == pytest.approx(dict(alone), abs=1e-5)


def test_own_types(network: Any, folders: dict[str, Path]) -> None:
    kind = type(network)
    few = kind(weights=folders[network.name], types=("kitchen", "garden")).open()
    assert set(few(photo()).probabilities) == {"kitchen", "garden"}
    own = kind(weights=folders[network.name], types={"dining": "a dining room", "bath": "a bathroom"}).open()
    assert set(own(photo()).probabilities) == {"dining", "bath"}


def test_wrong_use_is_explained(network: Any, folders: dict[str, Path], tmp_path: Path) -> None:
    kind = type(network)
    for bad in (("kitchen",), ("kitchen", "throne_room"), "kitchen"):
        with pytest.raises(OptionError, match=r"room types"):
            kind(types=bad)
    with pytest.raises(OptionError, match="temperature"):
        kind(temperature=0)
    with pytest.raises(BackendError, match="open"):
        kind()(photo())
    for name in ("config.json", "model.safetensors", "preprocessor_config.json"):
        (tmp_path / name).write_bytes((folders[network.name] / name).read_bytes())
    with pytest.raises(WeightsError, match="tokenizer"):
        kind(weights=tmp_path).open()
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsError, match="tokenizer"):
        kind(weights=tmp_path).open()


def test_embedded(sample: Path) -> None:
    scene = sk.Pipeline(sk.ClassifyRoom())(sample, on_event=lambda event: None)
    assert set(scene.room.probabilities) == {
        "bathroom",
        "bedroom",
        "dining_room",
        "entrance_hall",
        "kitchen",
        "living_room",
    }
    assert sum(scene.room.probabilities.values()) == pytest.approx(1)
    cooler = room.RoomNetRoom(temperature=4).open()(sk.open_image(sample))
    assert cooler.type == scene.room.type
    assert cooler.probabilities[cooler.type] < scene.room.probabilities[scene.room.type]


def test_an_uncertain_room_is_told(folders: dict[str, Path]) -> None:
    stage = sk.ClassifyRoom("clip", weights=str(folders["clip"]), temperature=50)
    scene = sk.Pipeline(stage)(photo(), runtime=Runtime(device="cpu"), on_event=lambda event: None)
    assert "uncertain" in scene.record[0].warnings[0]


def test_temperature_is_found_again() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 6))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = [rng.choice(6, p=row) for row in p]
    assert room.fit_temperature(logits * 3, truth) == pytest.approx(3, rel=0.08)
    np.testing.assert_allclose(room.calibrated(logits[0] * 3, 3), p[0], atol=1e-9)


def test_clip_sees_the_middle_of_the_photo(folders: dict[str, Path]) -> None:
    prepare = preparation(spec("clip"), folders["clip"])
    a = np.zeros((40, 120, 3), np.uint8)
    a[:, 40:80] = 255
    prepared = prepare(a)
    assert prepare.rule == "crop" and prepared.pixels.shape == (1, 3, 32, 32)
    assert prepared.pixels.mean() > 0.9
