"""Segment-anything networks: tiny random checkpoints through the real loading code, prompts, the photo's own pixels."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("transformers", reason="the extra 'models' is not installed")

import tiny

import stagekit as sk
from stagekit.backends import sam
from stagekit.backends.prompts import read_prompts
from stagekit.backends.sam_original import RULES, renamed
from stagekit.errors import InputError, OptionError, WeightsError
from stagekit.runtime import Runtime
from stagekit.types import Image, Mask

PARTS = ("vision_config", "prompt_encoder_config", "mask_decoder_config")
MEMORY = {
    "memory_attention_hidden_size": 32, "memory_attention_num_layers": 1, "memory_attention_feed_forward_hidden_size": 32,
    "memory_encoder_hidden_size": 32, "memory_encoder_output_channels": 16, "mask_downsampler_embed_dim": 32,
    "memory_fuser_num_layers": 1, "memory_fuser_embed_dim": 32, "memory_fuser_intermediate_dim": 32,
    "memory_attention_rope_feat_sizes": [8, 8],
}  # fmt: skip
KINDS = {"sam": (sam.Sam, tiny.sam), "sam2": (sam.Sam2, tiny.sam2), "sam3": (sam.Sam3, tiny.sam3)}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("checkpoints")
    return {name: build(top / name) for name, (_, build) in KINDS.items()}


@pytest.fixture(params=KINDS)
def network(request: pytest.FixtureRequest, folders: dict[str, Path], device: str) -> Any:
    backend = KINDS[request.param][0](weights=folders[request.param]).open(Runtime(device=device, dtype="fp32"))
    yield backend
    backend.close()


def photo(height: int = 90, width: int = 130) -> Image:
    a = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).repeat(-(-height // 5), 0).repeat(-(-width // 7), 1)
    return Image(a[:height, :width].astype(np.uint8))


@pytest.mark.parametrize("size", [(90, 130), (131, 77), (40, 300)])
def test_any_size(network: Any, size: tuple[int, int]) -> None:
    found = network(photo(*size), points=[(20, 30)])
    assert found.labels.shape == size and found.classes == ("rest", "object")
    assert 0 < found.mask("object").fraction < 1
    p = found.probabilities.astype(np.float32)
    np.testing.assert_allclose(p.sum(0), 1, atol=0.01)
    assert abs(p.shape[2] / p.shape[1] / (size[1] / size[0]) - 1) < 0.2 or network.prepare.rule == "exact"


def test_every_prompt_counts(network: Any) -> None:
    image = photo()
    drawn = np.zeros((90, 130), bool)
    drawn[20:60, 30:90] = True
    prompts = [
        {"points": [(20, 30)]},
        {"points": [(110, 70)]},
        {"points": [(20, 30), (110, 70)], "labels": [1, 0]},
        {"boxes": (10, 10, 60, 60)},
        {"boxes": (10, 10, 60, 60), "points": [(20, 30)]},
        {"masks": drawn},
        {"masks": ~drawn},
    ]
    got = [network.logits(image, read_prompts(image.size, **p))[0] for p in prompts]
    for i in range(len(got)):
        for j in range(i):
            assert np.abs(got[i] - got[j]).max() > 1e-4, (prompts[i], prompts[j])


def test_several_objects(network: Any) -> None:
    image = photo()
    both = network(image, boxes=[(5, 5, 60, 60), (70, 30, 125, 85)], names=["sofa", "lamp"])
    assert both.classes == ("rest", "sofa", "lamp") and both.groups["objects"] == ("sofa", "lamp")
    joined = both.mask("objects").array
    each = [network(image, boxes=b).mask("object").array for b in ((5, 5, 60, 60), (70, 30, 125, 85))]
    assert (joined == (each[0] | each[1])).all(), "objects overlap, but no pixel is lost"


def test_the_photo_is_encoded_once(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    encode = network.model.get_image_embeddings
    monkeypatch.setattr(network.model, "get_image_embeddings", lambda x: calls.append(1) or encode(x))
    for x in (10, 50, 90):
        network(photo(), points=[(x, 30)])
    assert len(calls) == 1
    network(photo(91), points=[(10, 30)])
    assert len(calls) == 2


def test_same_prompt_same_bytes(network: Any) -> None:
    a, b = (network(photo(), boxes=(5, 5, 60, 60)).labels.tobytes() for _ in range(2))
    assert a == b


def test_one_point_chooses_among_three(network: Any) -> None:
    image = photo()
    prompt = read_prompts(image.size, points=[(20, 30)])[0]
    assert prompt.ambiguous
    assert not read_prompts(image.size, points=[(20, 30), (25, 30)])[0].ambiguous
    prepared, embedding = network._encode(image)
    import torch

    with torch.inference_mode():
        out = network.model(image_embeddings=embedding, multimask_output=True, **network._inputs(prompt, prepared))
    best = out.pred_masks[0, 0, int(out.iou_scores[0, 0].argmax())].float().cpu().numpy()
    np.testing.assert_allclose(network.logits(image, [prompt])[0], best, atol=1e-4)
    assert out.pred_masks.shape[2] == 3


def test_padding_is_cut_off(folders: dict[str, Path]) -> None:
    """SAM pads to a square: what lies over padding must not be stretched into the photo."""
    network = sam.Sam(weights=folders["sam"]).open()
    image = photo(32, 64)
    network._encode(image)
    logits = np.full((16, 16), -5.0, np.float32)
    logits[:8, 8:] = 5.0  # the right half of the photo, which fills the upper half of the square
    assert (network.enlarged(logits, image)[:, :30] < 0).all() and (network.enlarged(logits, image)[:, 34:] > 0).all()


def test_points_reach_the_network_in_its_pixels(folders: dict[str, Path]) -> None:
    network = sam.Sam2(weights=folders["sam2"]).open()
    image = photo(90, 130)
    inputs = network._inputs(
        read_prompts(image.size, points=[(65, 45)], boxes=(0, 0, 130, 90))[0], network._encode(image)[0]
    )
    np.testing.assert_allclose(inputs["input_points"][0, 0, 0], [64, 64], atol=1e-3)
    np.testing.assert_allclose(inputs["input_boxes"][0, 0], [0, 0, 128, 128], atol=1e-3)


def test_original_layout_gives_the_same_masks(folders: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    back = []
    for pattern, new in RULES:  # the table read backwards, for this test's file
        source = re.sub(r"\\1", r"(?P<a>.+?)", re.escape(new).replace(r"\\1", r"\1").replace(r"\\2", r"\2"))
        source = source.replace(r"\2", r"(?P<b>\d)")
        target = (
            pattern.strip("^$")
            .replace("\\.", ".")
            .replace(r"(?:iou_prediction_head|output_hypernetworks_mlps.\d+)", "X")
        )
        target = target.replace("(mask_decoder.X)", r"\g<a>")
        target = target.replace(r"(\d+)", r"\g<a>").replace(r"(\d)", r"\g<b>")
        back.append(("^" + source, target))
    tensors = load_file(folders["sam"] / "model.safetensors")
    old = {}
    for key, value in tensors.items():
        names = [re.sub(s, t, key) for s, t in back if re.match(s, key)]
        name = next((n for n in names if renamed(n) == key), key)
        old[name] = value.clone()
    assert "image_encoder.blocks.0.norm1.weight" in old and "mask_decoder.iou_prediction_head.layers.2.bias" in old
    assert not any(k.startswith(("vision_encoder", "shared_")) for k in old)
    save_file(
        {k: v for k, v in old.items() if k != "prompt_encoder.shared_embedding.positional_embedding"},
        tmp_path / "sam.safetensors",
    )
    a = sam.Sam(weights=folders["sam"]).open()
    b = sam.Sam(weights=tmp_path / "sam.safetensors").open()
    prompt = read_prompts((130, 90), points=[(20, 30)], boxes=(10, 10, 90, 60))
    np.testing.assert_allclose(a.logits(photo(), prompt), b.logits(photo(), prompt), atol=1e-4)


def test_sam2_is_published_as_a_video_model(folders: dict[str, Path], tmp_path: Path) -> None:
    """facebook/sam2.1-*: config and tensors of Sam2VideoModel, of which the image model takes its part."""
    import torch
    import transformers as hf

    image = hf.Sam2Config.from_pretrained(folders["sam2"])
    config = hf.Sam2VideoConfig(**{k: getattr(image, k).to_dict() for k in PARTS}, **MEMORY, image_size=128)
    model = hf.Sam2VideoModel(config)
    model.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_bytes((folders["sam2"] / "preprocessor_config.json").read_bytes())
    network = sam.Sam2(weights=tmp_path).open()
    whole = model.state_dict()
    assert all(torch.equal(v, whole[k]) for k, v in network.model.state_dict().items())
    assert network(photo(), points=[(20, 30)]).labels.shape == (90, 130)


def test_sam3_is_published_with_its_detector(folders: dict[str, Path], tmp_path: Path) -> None:
    """facebook/sam3: the tracker's tensors have a prefix, its image encoder is the detector's."""
    import torch
    import transformers as hf
    from safetensors.torch import save_file

    image = hf.Sam3TrackerConfig.from_pretrained(folders["sam3"])
    tracker = hf.Sam3TrackerVideoConfig(**{k: getattr(image, k).to_dict() for k in PARTS}, **MEMORY, image_size=112)
    model = hf.Sam3TrackerVideoModel(tracker)
    detector = {"model_type": "sam3", "vision_config": image.vision_config.to_dict()}
    config = {
        "model_type": "sam3_video",
        "tracker_config": json.loads(tracker.to_json_string()),
        "detector_config": detector,
    }
    (tmp_path / "config.json").write_text(json.dumps(config, default=str))
    shared = "tracker_model.vision_encoder.backbone", "detector_model.vision_encoder.backbone"
    tensors = {f"tracker_model.{k}".replace(*shared): v.clone() for k, v in model.state_dict().items()}
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    inside = json.loads((folders["sam3"] / "preprocessor_config.json").read_text())
    (tmp_path / "processor_config.json").write_text(json.dumps({"image_processor": inside}))
    network = sam.Sam3(weights=tmp_path).open()
    assert network.prepare.px == (112, 112)
    whole = model.state_dict()
    assert all(torch.equal(v, whole[k]) for k, v in network.model.state_dict().items() if k in whole)
    assert network(photo(), points=[(20, 30)]).labels.shape == (90, 130)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("image_encoder.pos_embed", "vision_encoder.pos_embed"),
        ("image_encoder.blocks.11.attn.rel_pos_w", "vision_encoder.layers.11.attn.rel_pos_w"),
        ("image_encoder.neck.3.bias", "vision_encoder.neck.layer_norm2.bias"),
        ("prompt_encoder.point_embeddings.3.weight", "prompt_encoder.point_embed.3.weight"),
        ("prompt_encoder.not_a_point_embed.weight", "prompt_encoder.not_a_point_embed.weight"),
        ("mask_decoder.transformer.layers.1.norm4.weight", "mask_decoder.transformer.layers.1.layer_norm4.weight"),
        (
            "mask_decoder.output_hypernetworks_mlps.2.layers.1.weight",
            "mask_decoder.output_hypernetworks_mlps.2.layers.0.weight",
        ),
        ("mask_decoder.output_upscaling.3.weight", "mask_decoder.upscale_conv2.weight"),
    ],
)
def test_names_of_the_package(old: str, new: str) -> None:
    assert renamed(old) == new


def test_other_files_are_no_sam(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(3, np.float32)}, tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match="no weights of SAM"):
        sam.Sam(weights=tmp_path / "a.safetensors").open()
    (tmp_path / "b.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        sam.Sam(weights=tmp_path / "b.safetensors").open()
    with pytest.raises(WeightsError, match="pickled"):
        sam.Sam(weights=tmp_path / "sam_vit_b.pth").open()


def test_prompts_are_checked() -> None:
    size = (130, 90)
    assert len(read_prompts(size, points=[[(1, 1)], [(2, 2), (3, 3)]])) == 2
    assert len(read_prompts(size, points=np.array([[1, 1], [2, 2]]))) == 1
    assert len(read_prompts(size, points=(4, 5))) == 1
    assert len(read_prompts(size, masks=[Mask(np.ones((90, 130), bool))] * 2)) == 2
    for bad, kind in (
        ({}, OptionError),
        ({"points": [(500, 5)]}, InputError),
        ({"points": "here"}, OptionError),
        ({"points": [(5, 5)], "labels": [1, 0]}, OptionError),
        ({"points": [(5, 5)], "labels": [2]}, OptionError),
        ({"labels": [1]}, OptionError),
        ({"boxes": (5, 5, 5, 50)}, InputError),
        ({"boxes": (200, 5, 300, 50)}, InputError),
        ({"boxes": (1, 2, 3)}, OptionError),
        ({"boxes": [(1, 1, 9, 9)], "points": [[(1, 1)], [(2, 2)]]}, OptionError),
        ({"masks": np.zeros((90, 130), bool)}, InputError),
        ({"masks": np.ones((9, 13), bool)}, InputError),
        ({"masks": "sofa"}, OptionError),
        ({"boxes": [(1, 1, 9, 9)] * 2, "names": ["a", "a"]}, OptionError),
    ):
        with pytest.raises(kind):
            read_prompts(size, **bad)


def test_the_stage_takes_clicks_without_loading_again(folders: dict[str, Path]) -> None:
    runtime = Runtime(device="cpu")
    first = sk.Segment("sam2", weights=str(folders["sam2"]), points=[(20, 30)])
    second = sk.Segment("sam2", weights=str(folders["sam2"]), points=[(100, 70)])
    assert first.backend_key == second.backend_key and first.key != second.key
    pipe = sk.Pipeline(first)
    scenes = [
        pipe.replace("Segment", s)(photo(), runtime=runtime, on_event=lambda e: None) for s in (first, second, first)
    ]
    assert [s.record[0].cached for s in scenes] == [False, False, True]
    assert len(runtime._held) == 1
    assert scenes[0].segments.labels.tobytes() == scenes[2].segments.labels.tobytes()
    runtime.close()


def test_the_stage_says_what_is_missing() -> None:
    with pytest.raises(OptionError, match="points"):
        sk.Pipeline(sk.Segment("sam2")).check()
    with pytest.raises(OptionError, match="no option"):
        sk.Pipeline(sk.Segment(points=[(1, 2)])).check()
