"""Depth: the layout's planes, things on its floor, and networks brought to metres by the layout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit.backends import depth
from stagekit.errors import InputError, LicenceError, WeightsError
from stagekit.runtime import Runtime
from stagekit.types import Camera, Image, Layout, Obstacle, Segments, Wall

W, H = 160, 120
CLASSES = ("none", "floor", "wall", "ceiling", "window", "door", "bed", "lamp", "picture")
ALLOWED = ("depth-anything-v2-base",)


@pytest.fixture(scope="module")
def layout() -> Layout:
    """A box room 4 m wide and 4 m deep before the camera, which stands 1.5 m high and looks a little down."""
    floor = np.array([[-2.0, 1.0], [2.0, 1.0], [2.0, -4.0], [-2.0, -4.0]])
    walls = tuple(
        Wall(tuple(a), tuple(b), 2.5) for a, b in zip(floor.tolist(), np.roll(floor, -1, 0).tolist(), strict=True)
    )
    return Layout(Camera(110.0, W / 2, H / 2, W, H, pitch_deg=-8, height_m=1.5), floor, walls, 2.5)


def box(layout: Layout, x: tuple[float, float], z: tuple[float, float], height: float) -> tuple[Any, Any]:
    """Mask and true depth of a box standing on the floor, by casting a ray for every pixel."""
    v, u = np.mgrid[0:H, 0:W] + 0.5
    d = layout.camera.rays(np.stack([u, v], -1))
    origin = layout.camera.centre
    low, high = np.array([x[0], 0.0, z[0]]), np.array([x[1], height, z[1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (low - origin) / d, (high - origin) / d
    near, far = np.nanmax(np.minimum(a, b), -1), np.nanmin(np.maximum(a, b), -1)
    hit = (near < far) & (near > 0)
    return hit, np.where(hit, near, 0)


def photo() -> Image:
    return Image(np.random.default_rng(0).integers(0, 256, (H, W, 3), dtype=np.uint8))


def segmented(layout: Layout, **masks: Any) -> Segments:
    labels = layout.surfaces().copy()
    for name, mask in masks.items():
        labels[mask] = CLASSES.index(name)
    return Segments(labels, CLASSES)


def test_a_bare_room_is_its_planes(layout: Layout) -> None:
    backend = depth.PlanesV1().open()
    bare = layout.depth()
    assert (backend(photo(), layout).array == bare).all()
    np.testing.assert_allclose(backend(photo(), layout, segmented(layout)).array, bare)


def test_a_bed_has_a_front_and_a_top(layout: Layout) -> None:
    mask, truth = box(layout, (-1.0, 0.6), (-3.7, -2.4), 0.52)
    found = depth.PlanesV1()(photo(), layout, segmented(layout, bed=mask)).array
    error = np.abs(found[mask] / truth[mask] - 1)
    assert np.median(error) < 0.02 and error.mean() < 0.05
    bare = np.abs(layout.depth()[mask] / truth[mask] - 1)
    assert error.mean() < 0.5 * bare.mean()
    assert (found <= layout.depth() + 1e-5).all() and (found[~mask] == layout.depth()[~mask]).all()


def test_the_layouts_obstacles_count_without_segments(layout: Layout) -> None:
    mask, truth = box(layout, (-1.0, 0.6), (-3.2, -2.6), 0.9)
    known = replace(layout, obstacles=(Obstacle(np.zeros((3, 2)), 0.9, mask),))
    found = depth.PlanesV1()(photo(), known).array
    assert np.median(np.abs(found[mask] / truth[mask] - 1)) < 0.1
    assert (found[~mask] == layout.depth()[~mask]).all()


def test_what_stands_on_a_thing_is_as_far_as_it(layout: Layout) -> None:
    bed, truth = box(layout, (-1.0, 0.6), (-3.7, -2.4), 0.52)
    rows = np.nonzero(bed.any(1))[0]
    lamp = np.zeros((H, W), bool)
    lamp[rows[0] - 14 : rows[0] + 1, 60:70] = True
    found = depth.PlanesV1()(photo(), layout, segmented(layout, bed=bed, lamp=lamp)).array
    support = truth[rows[0] + 2, 60:70].mean()
    assert found[lamp].mean() == pytest.approx(support, rel=0.1)


def test_pictures_hang_on_the_wall(layout: Layout) -> None:
    mask = np.zeros((H, W), bool)
    mask[25:40, 70:90] = True
    found = depth.PlanesV1()(photo(), layout, segmented(layout, picture=mask)).array
    off = layout.depth()[mask] - found[mask]
    assert (off > 0.005).all() and (off < 0.05).all()


def test_gaps_between_legs_are_no_contact() -> None:
    from stagekit.room.things import lower_hull

    columns = np.arange(10, 21)
    rows = np.where((columns == 10) | (columns == 20), 90.0, 60.0)
    np.testing.assert_allclose(lower_hull(columns, rows), 90)


def test_sizes_must_agree(layout: Layout) -> None:
    with pytest.raises(InputError, match="EstimateLayout"):
        depth.PlanesV1()(Image(np.zeros((50, 50, 3), np.uint8)), layout)
    with pytest.raises(InputError, match=r"Segment\(\)"):
        depth.PlanesV1()(photo(), layout, Segments(np.zeros((9, 9), np.uint8), CLASSES))


def test_alignment_finds_scale_and_offset(layout: Layout) -> None:
    """Relative depth with furniture that no segment names, and noise: metres come back."""
    mask, truth = box(layout, (-1.0, 0.6), (-3.6, -1.5), 0.9)
    metres = np.where(mask, truth, layout.depth())
    rng = np.random.default_rng(0)
    seen = (1 / metres - 0.07) / 0.031 * rng.normal(1, 0.01, metres.shape)
    scale, offset, notes = depth.align(seen, layout)
    assert scale == pytest.approx(0.031, rel=0.05) and offset == pytest.approx(0.07, abs=0.01)
    assert not notes
    back = 1 / (scale * seen + offset)
    assert np.median(np.abs(back / metres - 1)) < 0.02


def test_a_contradicting_network_is_told(layout: Layout) -> None:
    _, _, notes = depth.align(layout.depth(), layout)  # upside down: far is large
    assert "contradicts" in notes[0]


class TestNetworks:
    """Tiny random checkpoints through the real loading code."""

    @pytest.fixture(scope="class")
    @classmethod
    def folders(cls, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
        pytest.importorskip("transformers", reason="the extra 'models' is not installed")
        import tiny

        top = tmp_path_factory.mktemp("checkpoints")
        return {
            "dpt": tiny.dpt(top / "dpt"),
            "any": tiny.depth_anything(top / "any"),
            "metric": tiny.depth_anything(top / "metric", metric=True),
        }

    @pytest.fixture(params=["dpt", "any", "base", "large", "metric"])
    def network(self, request: pytest.FixtureRequest, folders: dict[str, Path], device: str) -> Any:
        kinds = {"dpt": depth.Dpt, "base": depth.DepthAnythingV2Base, "large": depth.DepthAnythingV2Large}
        folder = folders.get(request.param, folders["any"])
        allowed = ("depth-anything-v2-base", "depth-anything-v2-large")
        runtime = Runtime(device=device, dtype="fp32", allow=allowed)
        backend = kinds.get(request.param, depth.DepthAnythingV2Small)(weights=folder).open(runtime)
        yield backend
        backend.close()

    def test_metres_everywhere(self, network: Any, layout: Layout) -> None:
        image = photo()
        before = image.array.copy()
        found = network(image, layout, segmented(layout))
        assert found.array.shape == (H, W) and found.array.dtype == np.float32
        assert np.isfinite(found.array).all() and (found.array > 0).all()
        assert found.array.max() <= 3 * layout.depth().max() + 1e-3
        # whatever the network sees, its scale is the room's
        assert 0.4 < np.median(found.array / layout.depth()) < 2.5
        assert found.array.std() > 0
        assert (image.array == before).all()

    def test_many_sizes_in_one_call(self, network: Any) -> None:
        rng = np.random.default_rng(1)
        images = [Image(rng.integers(0, 256, (*s, 3), dtype=np.uint8)) for s in ((90, 130), (131, 77), (90, 130))]
        together = network.inverse(images)
        for image, seen in zip(images, together, strict=True):
            # A GPU takes other convolutions for other batches, in TF32
            np.testing.assert_allclose(seen, network.inverse([image])[0], rtol=1e-2, atol=0.02 * seen.max())
        if network.name != "dpt":
            for image, seen in zip(images, together, strict=True):
                h, w = seen.shape
                assert h % 14 == w % 14 == 0 and abs(w / h / (image.width / image.height) - 1) < 0.25

    def test_the_stage_reads_the_layout(self, folders: dict[str, Path], layout: Layout) -> None:
        stage = sk.EstimateDepth("dpt", weights=str(folders["dpt"]))
        scene = sk.Pipeline(stage)(photo(), layout=layout, runtime=Runtime(device="cpu"), on_event=lambda event: None)
        assert scene.depth.array.shape == (H, W)

    def test_tensors_that_are_never_read_may_be_missing(self, folders: dict[str, Path], tmp_path: Path) -> None:
        """The published DPT-Large lacks one unit of its first fusion layer, which has nothing to add."""
        from safetensors.numpy import load_file, save_file

        for file in folders["dpt"].iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        tensors = load_file(tmp_path / "model.safetensors")
        spare = [k for k in tensors if "fusion_stage.layers.0.residual_layer1" in k]
        assert len(spare) >= 4
        fewer = {k: v for k, v in tensors.items() if k not in spare}
        save_file(fewer, tmp_path / "model.safetensors", metadata={"format": "pt"})
        a, b = (depth.Dpt(weights=f).open().inverse([photo()])[0] for f in (folders["dpt"], tmp_path))
        np.testing.assert_array_equal(a, b)
        fewer.pop("head.head.0.weight")
        save_file(fewer, tmp_path / "model.safetensors", metadata={"format": "pt"})
        with pytest.raises(WeightsError, match=r"head\.head\.0\.weight"):
            depth.Dpt(weights=tmp_path).open()

    def test_licence(self, folders: dict[str, Path]) -> None:
        with pytest.raises(LicenceError, match="depth-anything-v2-large"):
            depth.DepthAnythingV2Large(weights=folders["any"]).open(Runtime(device="cpu", allow=ALLOWED))


def test_the_default_pipeline_gives_metres(sample: Path) -> None:
    stages = (sk.Segment(), sk.EstimateLayout(), sk.EstimateDepth())
    scene = sk.Pipeline(*stages)(sample, on_event=lambda event: None)
    known = scene.depth.array[scene.depth.array > 0]
    assert 1 < np.median(known) < 12
    with pytest.raises(sk.MissingFieldError, match="EstimateLayout"):
        sk.Pipeline(sk.EstimateDepth()).check()
