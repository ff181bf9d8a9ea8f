"""The embedded segmentation: shapes, meaning, determinism, and what happens without weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stagekit.assets import store
from stagekit.backends.segment import RoomNetV1, enlarge, input_size, rugs_raised, segment_probabilities, swap_rugs
from stagekit.errors import BackendError, ImageError, OptionError, WeightsError
from stagekit.models.roomnet_arch import CLASSES
from stagekit.types import Image


@pytest.fixture(scope="module")
def network() -> RoomNetV1:
    return RoomNetV1().open()


def room(height: int = 240, width: int = 320) -> Any:
    """A drawn room: white ceiling, beige walls, brown floor, a bright window."""
    import cv2

    a = np.full((height, width, 3), (205, 195, 175), np.uint8)
    h, w = height, width
    x0, x1, y0, y1 = int(0.3 * w), int(0.7 * w), int(0.3 * h), int(0.6 * h)
    cv2.fillPoly(a, [np.array([[0, 0], [w, 0], [x1, y0], [x0, y0]])], (240, 240, 238))
    cv2.fillPoly(a, [np.array([[0, h], [w, h], [x1, y1], [x0, y1]])], (130, 90, 55))
    cv2.rectangle(a, (x0, y0), (x1, y1), (190, 180, 160), -1)
    noise = np.random.default_rng(0).normal(0, 3, a.shape)
    return np.clip(cv2.GaussianBlur(a, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)


def test_a_drawn_room_has_its_surfaces(network: RoomNetV1) -> None:
    segments = network(Image(room()))
    assert segments.labels.shape == (240, 320) and segments.labels.dtype == np.uint8
    for name, (v, u) in {"ceiling": (0.08, 0.5), "wall": (0.45, 0.5)}.items():
        assert segments.classes[segments.labels[int(v * 240), int(u * 320)]] == name
    assert segments.probabilities is not None and segments.probabilities.dtype == np.float16
    surfaces = segments.mask("surfaces").array
    assert surfaces.mean() > 0.8 and not (surfaces & segments.mask("sofa").array).any()


@pytest.mark.parametrize("size", [(100, 333), (333, 100), (64, 64), (70, 1100)])
def test_any_aspect(network: RoomNetV1, size: tuple[int, int]) -> None:
    image = room(*size)
    before = image.copy()
    p, classes = segment_probabilities(image, network=network)
    assert p.dtype == np.float32 and len(classes) == p.shape[0] == 32
    np.testing.assert_allclose(p.sum(0), 1, atol=1e-3)
    assert network(Image(image)).labels.shape == size
    assert (image == before).all()


def test_same_picture_same_bytes(network: RoomNetV1) -> None:
    assert network(Image(room())).labels.tobytes() == RoomNetV1().open()(Image(room())).labels.tobytes()


def test_mirror_averaging_is_symmetric(network: RoomNetV1) -> None:
    image = room()
    a, _ = network.probabilities(image)
    b, _ = network.probabilities(np.ascontiguousarray(image[:, ::-1]))
    np.testing.assert_allclose(a, b[..., ::-1], atol=1e-3)


def test_room_types(network: RoomNetV1) -> None:
    rooms = network.rooms(room())
    assert len(rooms) == 6 and "living_room" in rooms
    assert sum(rooms.values()) == pytest.approx(1, abs=1e-4)


def test_enlarging_follows_the_photo() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[:, 157:] = 255
    p = np.zeros((3, 5, 8), np.float32)
    p[0, :, :4] = p[2, :, 4:] = 1.0  # the coarse border lies at pixel 150
    labels = enlarge(p, image)
    assert set(np.unique(labels)) == {0, 2}
    assert abs(int((labels[100] == 0).sum()) - 157) <= 2
    assert abs(int((enlarge(p, image, refine=False)[100] == 0).sum()) - 150) <= 1


def test_input_sizes_are_multiples_of_32() -> None:
    assert input_size(3000, 4000, 512) == (384, 512)
    assert input_size(683, 1024, 512) == (352, 512)
    assert input_size(10, 4000, 512) == (32, 512)


def test_wrong_use_is_explained() -> None:
    with pytest.raises(BackendError, match="open"):
        RoomNetV1()(Image(room()))
    with pytest.raises(OptionError, match="scales"):
        RoomNetV1(scales=(8,))
    with pytest.raises(ImageError, match="uint8"):
        RoomNetV1().open().probabilities(np.zeros((50, 50), np.uint8))


def test_weights_absent_or_altered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WeightsError, match="STAGEKIT_WEIGHTS"):
        RoomNetV1(weights=tmp_path / "no.safetensors").open()
    (tmp_path / "roomnet.safetensors").write_bytes(b"not weights")
    with pytest.raises(WeightsError, match="safetensors"):
        RoomNetV1(weights=tmp_path).open()
    monkeypatch.setenv("STAGEKIT_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match="sha256"):
        RoomNetV1().open()


def test_catalogue_matches_the_embedded_file() -> None:
    entry = store.catalog()["roomnet.v1"]
    assert len(store.verified("roomnet.v1")) == entry.bytes <= 12e6
    assert entry.commercial


def test_runs_without_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import numpy as np; from stagekit.backends.segment import segment_probabilities as s\n"
        "print(s(np.zeros((64, 96, 3), np.uint8))[0].shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(32, 88, 128)"


def test_rugs_are_told_from_floors_and_carpets():
    """A softly seen rug on a plain floor leads; a carpet that looks a little like a rug all over, and a speck, do not."""
    floor, rug = CLASSES.index("floor"), CLASSES.index("rug")

    def raised(share: np.ndarray) -> np.ndarray:
        p = np.zeros((len(CLASSES), *share.shape), np.float32)
        p[0, :16], p[floor, 16:], p[rug, 16:] = 1, (1 - share)[16:], share[16:]
        before = p.copy()
        out = rugs_raised(p, before)
        assert np.allclose(out.sum(0), 1, atol=1e-5)
        assert np.allclose(out[floor] + out[rug], before[floor] + before[rug], atol=1e-5)
        return out.argmax(0) == rug

    soft = np.full((48, 64), 0.01, np.float32)
    soft[24:40, 20:44] = 0.25
    seen = raised(soft)
    assert seen[26:38, 22:42].all() and not seen[:, :16].any()
    assert not raised(np.full((48, 64), 0.2, np.float32)).any()
    speck = np.full((96, 128), 0.01, np.float32)
    speck[60:63, 60:63] = 0.9
    assert not raised(speck).any()


def test_rugs_that_were_found_are_in_the_labels_and_in_the_probabilities() -> None:
    """Half of the floor is found to be a rug: its cells' floor and rug change places, and no others."""
    floor, rug = CLASSES.index("floor"), CLASSES.index("rug")
    p = np.full((len(CLASSES), 8, 12), 0.1 / (len(CLASSES) - 2), np.float32)
    p[floor], p[rug] = 0.7, 0.2
    labels = np.full((80, 120), floor, np.uint8)
    found = np.zeros((80, 120), bool)
    found[:, :60] = True
    swap_rugs(labels, p, found, to="rug")
    assert (labels[found] == rug).all() and (labels[~found] == floor).all()
    assert np.allclose(p[rug, :, :6], 0.7) and np.allclose(p[floor, :, :6], 0.2)
    assert np.allclose(p[floor, :, 6:], 0.7) and np.allclose(p.sum(0), 1.0)
    swap_rugs(labels, p, found, to="rug")
    assert np.allclose(p[rug, :, :6], 0.7), "twice is as once"
    swap_rugs(labels, p, found, to="floor")
    assert (labels == floor).all() and np.allclose(p[floor], 0.7) and np.allclose(p[rug], 0.2), "and back"
