"""Lines: where they are found, what the networks' files must look like, what ControlNet gets."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit.backends.lines import CannyLines, Lsd
from stagekit.backends.lines_networks import Hed, Mlsd, decode
from stagekit.errors import BackendError, InputError, OptionError, WeightsError
from stagekit.types import Image, LineSet

BOX = (60.0, 40.0, 200.0, 130.0)


def boxed(height: int = 180, width: int = 260) -> Image:
    """A dark rectangle with edges at BOX on a light, slightly noisy ground."""
    a = np.full((height, width, 3), 205.0)
    x0, y0, x1, y1 = map(int, BOX)
    a[y0:y1, x0:x1] = 70
    return Image(np.clip(a + np.random.default_rng(0).normal(0, 2, a.shape), 0, 255).astype(np.uint8))


def sides(lines: LineSet) -> dict[str, float]:
    """For each side of BOX how far (px) the nearest segment that covers 70 % of it lies off; infinite when none does."""
    x0, y0, x1, y1 = BOX
    off = {}
    for name, axis, place, low, high in (
        ("left", 0, x0, y0, y1), ("right", 0, x1, y0, y1), ("top", 1, y0, x0, x1), ("bottom", 1, y1, x0, x1),
    ):  # fmt: skip
        off[name] = np.inf
        for s in lines.segments:
            across, along = s[axis::2], s[1 - axis :: 2]
            cover = min(along.max(), high) - max(along.min(), low)
            if cover > 0.7 * (high - low):
                off[name] = min(off[name], float(np.abs(across - place).max()))
    return off


@pytest.mark.parametrize("backend", [Lsd(), CannyLines(), CannyLines(low=60, high=150)])
def test_a_rectangle_has_its_four_sides(backend: Any) -> None:
    image = boxed()
    before = image.array.copy()
    lines = backend.open()(image)
    assert max(sides(lines).values()) < 1.2
    assert lines.size == image.size and lines.control.shape == image.array.shape[:2]
    assert lines.control.dtype == np.uint8 and lines.control.max() > 180 and lines.control.mean() < 40
    assert lines.control[85, 59:62].max() > 100 and lines.control[85, 130] == 0
    assert (image.array == before).all()
    assert backend(image).segments.tobytes() == lines.segments.tobytes()


@pytest.mark.parametrize("backend", [Lsd(), CannyLines()])
def test_large_and_odd_pictures(backend: Any) -> None:
    import cv2

    large = Image(cv2.resize(boxed().array, (2600, 1800), interpolation=cv2.INTER_NEAREST))
    lines = backend.open()(large)
    scaled = LineSet(lines.segments / 10, (260, 180))
    assert max(sides(scaled).values()) < 0.6
    flat = backend(Image(np.full((64, 333, 3), 128, np.uint8)))
    assert len(flat) == 0 and flat.control.shape == (64, 333) and not flat.control.any()


def mlsd_graph(path: Path, side: int = 64, outputs: tuple[int, int] = (1, 4)) -> Path:
    """A small graph in M-LSD's layout: centres where a column of the picture turns dark, displacements up and down.

    The picture's own pixels, the fourth channel of ones and the order of the axes all take part.
    """
    from onnx import TensorProto, helper, numpy_helper, save

    kernel = np.zeros((1, 4, 2, 2), np.float32)
    kernel[0, 0, :, 0], kernel[0, 0, :, 1] = 0.05, -0.05  # red falls to the right
    kernel[0, 3] = -2.0  # ones give minus 8
    moves = np.zeros((outputs[1], 1, 1, 1), np.float32)
    shift = np.array([0.0, -6.0, 0.0, 6.0], np.float32)[: outputs[1]]
    nodes = [
        helper.make_node("Transpose", ["pixels"], ["nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["nchw", "kernel"], ["logits"], strides=[2, 2]),
        helper.make_node("Sigmoid", ["logits"], ["soft"]),
        helper.make_node("Transpose", ["soft"], ["scores"], perm=[0, 2, 3, 1]),
        helper.make_node("Conv", ["logits", "moves", "shift"], ["moved"]),
        helper.make_node("Transpose", ["moved"], ["offsets"], perm=[0, 2, 3, 1]),
    ]
    half = side // 2
    graph = helper.make_graph(
        nodes,
        "mlsd",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, side, side, 4])],
        [
            helper.make_tensor_value_info("offsets", TensorProto.FLOAT, [1, half, half, outputs[1]]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, half, half, outputs[0]]),
        ],
        [numpy_helper.from_array(a, n) for a, n in ((kernel, "kernel"), (moves, "moves"), (shift, "shift"))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    save(model, str(path))
    return path


def test_mlsd_decodes_centres_and_displacements() -> None:
    scores, moves = np.zeros((8, 10), np.float32), np.zeros((8, 10, 4), np.float32)
    scores[3, 5], moves[3, 5] = 0.9, (-2, -1, 3, 1)
    scores[6, 1], moves[6, 1] = 0.4, (0, 0, 4, 0)
    scores[0, 0] = 0.05
    segments, certain = decode(scores, moves, 0.1)
    np.testing.assert_allclose(certain, [0.9, 0.4])
    np.testing.assert_allclose(segments - 0.25, [[3, 2, 8, 4], [1, 6, 5, 6]])


def test_mlsd_through_its_real_loading(tmp_path: Path) -> None:
    file = mlsd_graph(tmp_path / "mlsd_512x512_tiny.onnx")
    a = np.full((96, 160, 3), 230, np.uint8)
    a[:, 87:] = 20  # at the network's 64 px: column 34.8, inside one cell of its stride
    a[60:] = 230
    lines = Mlsd(weights=tmp_path, sha256=hashlib.sha256(file.read_bytes()).hexdigest()).open()(Image(a))
    assert len(lines) >= 1 and lines.scores is not None and (lines.scores > 0.1).all()
    assert np.abs(lines.segments[:, [0, 2]] - 87).max() < 3.0, "upright, where the picture turns dark"
    upright = np.abs(lines.segments[:, 3] - lines.segments[:, 1])
    assert upright.max() == pytest.approx(12 * 2 * 96 / 64, abs=1.0)
    assert lines.control.any()


def test_mlsd_refuses_what_is_not_mlsd(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="expected an M-LSD graph"):
        Mlsd(weights=mlsd_graph(tmp_path / "three.onnx", outputs=(1, 3))).open()
    (tmp_path / "bad.onnx").write_bytes(b"not a graph")
    with pytest.raises(WeightsError, match="not an ONNX graph"):
        Mlsd(weights=tmp_path / "bad.onnx").open()
    with pytest.raises(WeightsError, match="expected sha256 0000"):
        Mlsd(weights=tmp_path / "three.onnx", sha256="0" * 64).open()
    with pytest.raises(WeightsError, match="check weights="):
        Mlsd(weights=tmp_path / "absent.onnx").open()
    with pytest.raises(BackendError, match="open"):
        Mlsd()(boxed())


def caffe_state(widths: tuple[int, ...] = (3, 4, 4, 5, 5)) -> dict[str, Any]:
    """Random weights with the Caffe release's names, blue first."""
    import torch

    from stagekit.models.hed import Hed as Network

    torch.manual_seed(3)
    return {k: v.clone() for k, v in Network(widths).state_dict().items() if k != "mean"}


def annotator_state(caffe: dict[str, Any]) -> dict[str, Any]:
    """The same convolutions as ControlNet's annotator names them, red first."""
    import torch

    from stagekit.models.hed import CAFFE_MEAN, DEPTHS

    made = {"norm": torch.tensor(CAFFE_MEAN).reshape(1, 3, 1, 1)}
    for b, depth in enumerate(DEPTHS, 1):
        for leaf in ("weight", "bias"):
            for c in range(depth):
                made[f"block{b}.convs.{c}.{leaf}"] = caffe[f"conv{b}_{c + 1}.{leaf}"]
            made[f"block{b}.projection.{leaf}"] = caffe[f"score-dsn{b}.{leaf}"]
    made["block1.convs.0.weight"] = made["block1.convs.0.weight"].flip(1)
    return {k: v.contiguous() for k, v in made.items()}


def test_hed_reads_both_official_layouts(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    caffe = caffe_state()
    caffe["new-score-weighting.weight"] = torch.full((1, 5, 1, 1), 0.2)
    caffe["new-score-weighting.bias"] = torch.zeros(1)
    save_file(caffe, tmp_path / "hed.safetensors")
    save_file(annotator_state(caffe), tmp_path / "annotator.safetensors")
    image = Image(np.random.default_rng(1).integers(0, 255, (75, 131, 3)).astype(np.uint8))
    first = Hed(weights=tmp_path, side=96).open()(image)
    second = Hed(weights=tmp_path / "annotator.safetensors", side=96).open()(image)
    assert first.edges is not None and first.edges.shape == (75, 131) and first.control is first.edges
    assert first.edges.std() > 0
    np.testing.assert_array_equal(first.control, second.control)
    red = Image(np.ascontiguousarray(image.array[..., ::-1]))
    assert (Hed(weights=tmp_path, side=96).open()(red).control != first.control).any(), "the order of colours matters"


def test_hed_finds_ridges_where_its_map_has_them(tmp_path: Path) -> None:
    """Weights that make the network's map the picture's brightness: bright lines come back as segments."""
    import torch
    from safetensors.torch import save_file

    state = {k: torch.zeros_like(v) for k, v in caffe_state((1, 1, 1, 1, 1)).items()}
    state["conv1_1.weight"][0, :, 1, 1] = 1.0
    state["conv1_2.weight"][0, 0, 1, 1] = 1.0
    state["score-dsn1.weight"][:] = 0.02
    state["new-score-weighting.weight"][0, 0] = 1.0
    state["new-score-weighting.bias"][:] = -3.0
    save_file(state, tmp_path / "hed.safetensors")
    a = np.zeros((120, 200, 3), np.uint8)
    a[20:100, 79:82] = 255
    a[59:62, 20:180] = 255
    lines = Hed(weights=tmp_path).open()(Image(a))
    upright = [s for s in lines.segments if abs(s[0] - s[2]) < 1.5 and abs(s[1] - s[3]) > 25]
    level = [s for s in lines.segments if abs(s[1] - s[3]) < 1.5 and abs(s[0] - s[2]) > 25]
    assert upright and level
    assert all(abs(s[0] - 80.5) < 1.0 for s in upright) and all(abs(s[1] - 60.5) < 1.0 for s in level)


def test_hed_refuses_other_weights(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({"features.0.weight": torch.zeros(4, 3, 3, 3)}, tmp_path / "vgg.safetensors")
    with pytest.raises(WeightsError, match="conv1_2"):
        Hed(weights=tmp_path / "vgg.safetensors").open()
    (tmp_path / "hed.safetensors").write_bytes(b"\x80\x04junk")
    with pytest.raises(WeightsError, match="safetensors"):
        Hed(weights=tmp_path).open()
    with pytest.raises(WeightsError, match="weights="):
        Hed().open()


@pytest.mark.parametrize(
    "make", [lambda: Lsd(min_length=2), lambda: CannyLines(low=3), lambda: Mlsd(score=0), lambda: Hed(side=3)]
)
def test_impossible_options(make: Any) -> None:
    with pytest.raises(OptionError, match=r"got|together"):
        make()


def test_stage_and_value(tmp_path: Path) -> None:
    scene = sk.Pipeline(sk.DetectLines("canny"))(boxed())
    assert scene.lines is not None and scene.lines.detector == "canny" and len(scene.lines) >= 4
    assert np.asarray(scene.lines).shape == (len(scene.lines), 4)
    assert scene.lines._repr_png_().startswith(b"\x89PNG")
    assert set(scene.lines.directions) <= {0, 1, 2}
    over = scene.lines.preview(scene.photo)
    assert over.shape[1] == 260 and over.shape[0] > 180, "a legend below the picture"
    with pytest.raises(InputError, match="N, 4"):
        LineSet(np.zeros((3, 2)), (10, 10))
    with pytest.raises(InputError, match="score"):
        LineSet(np.zeros((3, 4)), (10, 10), np.zeros(2))
    with pytest.raises(InputError, match="uint8"):
        LineSet(np.zeros((0, 4)), (10, 10), edges=np.zeros((10, 11), np.uint8))


def test_hed_names_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    from stagekit.errors import MissingPackageError

    monkeypatch.setitem(sys.modules, "stagekit.models.hed", None)
    with pytest.raises(MissingPackageError, match="hed needs the package"):
        Hed(weights=tmp_path).open()
