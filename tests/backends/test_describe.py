"""Captioning models: real loading of tiny random checkpoints; facts in, checked words out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("transformers", reason="the extra 'models' is not installed")

import tiny_captioners as tiny

import stagekit as sk
from stagekit.backends import describe_hub as hub
from stagekit.backends.describe import FactsV1
from stagekit.errors import BackendError, OptionError, WeightsError
from stagekit.listing.compose import describe
from stagekit.runtime import Runtime
from stagekit.types import Brief, Fact, Image

KINDS = {
    "blip": (hub.Blip, tiny.blip),
    "florence-2": (hub.Florence2, tiny.florence2),
    "smolvlm2": (hub.SmolVlm2, tiny.smolvlm2),
    "qwen3-vl": (hub.Qwen3Vl, tiny.qwen3vl),
}
FACTS = {
    "room": Fact("room", "bedroom", 0.9),
    "floor_material": Fact("floor_material", "carpet", 0.9),
    "wall_colour": Fact("wall_colour", "white", 0.9),
    "daylight": Fact("daylight", "bright", 0.3),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("captioners")
    return {name: build(top / name) for name, (_, build) in KINDS.items()}


@pytest.fixture(params=KINDS)
def captioner(request: pytest.FixtureRequest, folders: dict[str, Path], device: str) -> Any:
    backend = KINDS[request.param][0](weights=folders[request.param], words=12)
    yield backend.open(Runtime(device=device, dtype="fp32"))
    backend.close()


def photo(height: int = 90, width: int = 130) -> Image:
    return Image(np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8))


@pytest.mark.parametrize("size", [(90, 130), (131, 64), (64, 64), (301, 77)])
def test_words_of_the_vocabulary_come_back(captioner: Any, size: tuple[int, int]) -> None:
    image = photo(*size)
    said = captioner.say(image, FACTS, "neutral")
    known = {w for w in tiny.vocabulary() if not w.startswith("<")}
    assert isinstance(said, str) and said and set(said.replace(".", " . ").replace(",", " , ").split()) <= known
    assert captioner.say(image, FACTS, "neutral") == said


def test_pixels_take_part(captioner: Any) -> None:
    """The prompt is the same; another photo gives other logits for the first word."""
    first, second = photo(), Image(np.full((90, 130, 3), 255, np.uint8))
    seen = []
    captioner._generate = lambda **inputs: seen.append(inputs) or type(captioner)._generate(captioner, **inputs)
    for image in (first, second):
        captioner.say(image, FACTS, "neutral")
    assert (seen[0]["pixel_values"] != seen[1]["pixel_values"]).any()
    assert (seen[0]["input_ids"] == seen[1]["input_ids"]).all()


@pytest.mark.parametrize("name", ["blip", "smolvlm2", "qwen3-vl"])
def test_facts_are_in_the_prompt(name: str, folders: dict[str, Path]) -> None:
    backend: Any = KINDS[name][0](weights=folders[name], words=8)
    backend.open(Runtime(device="cpu", dtype="fp32"))
    prompts = []
    backend._generate = lambda **inputs: (
        prompts.append(inputs["input_ids"][0]) or type(backend)._generate(backend, **inputs)
    )
    backend.say(photo(), FACTS, "neutral")
    text = backend._tokens.decode(prompts[0])
    assert "carpet" in text and "bedroom" in text and "white" in text, text
    assert "bright" not in text, "unsure facts are not passed on"
    count = int((prompts[0] == getattr(backend.model.config, "image_token_id", -1)).sum())
    assert name == "blip" or count > 0


def test_a_description_with_the_facts_of_the_photo(captioner: Any) -> None:
    found = captioner(photo(), brief=Brief(room="bedroom"))
    assert found.written_by == captioner.name and found.get("room") == "bedroom"
    assert found.caption and found.full and not sk.check_wording(found.full)
    with pytest.raises(OptionError, match="English"):
        captioner(photo(), language="de")


def test_a_model_that_contradicts_is_reported(tmp_path: Path) -> None:
    backend = hub.Blip(weights=tiny.blip(tmp_path / "blip", word="hardwood"), words=8)
    backend.open(Runtime(device="cpu", dtype="fp32"))
    said = backend.say(photo(), FACTS, "neutral")
    assert said.count("hardwood") >= 4, "the model's own head decides"
    base = describe(FACTS)
    finished = hub.finish(base, "The bedroom has white walls and soft light over the bed. It has hardwood floors.")
    assert finished.full == "The bedroom has white walls and soft light over the bed."
    assert len(finished.dropped) == 1 and "carpet was measured" in finished.dropped[0]
    short = hub.finish(base, "It has hardwood floors.")
    assert short.full == base.full and short.dropped and "too little" in short.notes[0]


def test_staged_furniture_is_disclosed_after_a_models_text() -> None:
    base = describe({**FACTS, "staged": Fact("staged", True, 1.0)})
    finished = hub.finish(base, "A bedroom with white walls, and a bed under the window.")
    assert finished.full.endswith("The furniture was added to the photo digitally.")


def test_what_is_missing_is_said(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="open"):
        hub.Blip(weights=folders["blip"]).say(photo(), FACTS, "neutral")
    with pytest.raises(WeightsError, match="stagekit weights pull qwen3-vl"):
        hub.Qwen3Vl().open(Runtime(device="cpu"))
    with pytest.raises(WeightsError):
        hub.SmolVlm2(weights=folders["blip"]).open(Runtime(device="cpu"))
    with pytest.raises(OptionError, match="tokens"):
        hub.Blip(words=2)
    backend = hub.SmolVlm2(weights=folders["smolvlm2"], words=8).open(Runtime(device="cpu", dtype="fp32"))
    with pytest.raises(WeightsError, match="row_9"):
        backend._id("<row_9_col_9>")


def test_the_stage_reports_what_was_left_out(folders: dict[str, Path]) -> None:
    scene = sk.Pipeline(sk.Describe("blip", weights=str(folders["blip"]), words=8, tone="warm"))(
        photo(), room="bedroom"
    )
    assert scene.description is not None and scene.description.tone == "warm"
    assert len(scene.record[-1].warnings) == len(scene.description.dropped)


def test_facts_v1_is_the_default() -> None:
    scene = sk.Pipeline(sk.Describe(language="es"))(photo(), room="kitchen")
    assert scene.description is not None and scene.description.caption == "Cocina"
    assert FactsV1().open()(photo()).full == "The photo shows the room."
