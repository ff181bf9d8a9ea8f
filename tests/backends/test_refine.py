"""Refining: sharper outlines for rough masks, pixels handed over to their neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit.backends.refine import GrabCutV1
from stagekit.errors import InputError, OptionError
from stagekit.imaging.pieces import Piece, pieces, redrawn
from stagekit.runtime import Runtime
from stagekit.types import Image, Segments

H, W = 180, 260
CLASSES = ("wall", "floor", "sofa", "lamp")


def scene() -> tuple[Image, Any, Any]:
    """A red sofa with round corners before a grey wall and a brown floor; its true mask; a rough one."""
    import cv2

    rng = np.random.default_rng(0)
    a = np.full((H, W, 3), (190, 188, 182), np.uint8)
    a[120:] = (120, 85, 60)
    true = np.zeros((H, W), np.uint8)
    cv2.ellipse(true, (130, 110), (80, 42), 0, 0, 360, 1, -1)
    a[true > 0] = (170, 40, 45)
    a = np.clip(a + rng.normal(0, 6, a.shape), 0, 255).astype(np.uint8)
    rough = cv2.resize(
        cv2.resize(true, (26, 18), interpolation=cv2.INTER_NEAREST), (W, H), interpolation=cv2.INTER_NEAREST
    )
    return Image(a), true > 0, rough > 0


def iou(a: Any, b: Any) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_a_rough_outline_becomes_sharp() -> None:
    image, true, rough = scene()
    assert iou(rough, true) < 0.93
    sharp = GrabCutV1(band=0.04).open()(image, [rough])[0]
    assert sharp.dtype == np.bool_ and iou(sharp, true) > 0.985


def test_large_photos_are_worked_on_small() -> None:
    import cv2

    image, true, rough = scene()
    big = Image(cv2.resize(image.array, (3 * W, 3 * H), interpolation=cv2.INTER_CUBIC))
    large_rough = cv2.resize(rough.astype(np.uint8), (3 * W, 3 * H), interpolation=cv2.INTER_NEAREST) > 0
    large_true = cv2.resize(true.astype(np.uint8), (3 * W, 3 * H)) > 0
    sharp = GrabCutV1(side=260, band=0.04)(big, [large_rough])[0]
    assert sharp.shape == (3 * H, 3 * W) and iou(sharp, large_true) > 0.97


def test_same_seed_same_mask() -> None:
    image, _, rough = scene()
    assert (GrabCutV1()(image, [rough])[0] == GrabCutV1()(image, [rough])[0]).all()


def test_impossible_masks_stay() -> None:
    image, _, _ = scene()
    tiny, everything = np.zeros((H, W), bool), np.ones((H, W), bool)
    tiny[3, 3] = True
    a, b = GrabCutV1()(image, [tiny, everything])
    assert (a == tiny).all() and b.all()
    with pytest.raises(OptionError, match="side"):
        GrabCutV1(side=5)


def test_the_stage_redraws_what_is_named() -> None:
    image, true, rough = scene()
    labels = np.zeros((H, W), np.uint8)
    labels[120:] = 1
    labels[rough] = 2
    before = Segments(labels, CLASSES, groups={"furniture": ("sofa", "lamp")})
    pipe = sk.Pipeline(sk.Refine(what="furniture", band=0.04))
    after = pipe(image, segments=before, on_event=lambda event: None).segments
    assert iou(after.mask("sofa").array, true) > 0.985
    outside = ~(true | rough)
    assert (after.labels[outside] == labels[outside]).all()
    given_up = rough & ~true & (after.labels != 2)
    rows = np.nonzero(given_up)[0]
    assert set(np.unique(after.labels[given_up])) <= {0, 1}
    wrong = (after.labels[given_up] == 1) & (rows < 110)
    assert not wrong.any(), "the wall's pixels go to the wall, not to the floor"
    with pytest.raises(InputError, match="no segment class"):
        sk.Pipeline(sk.Refine(what="zebra"))(image, segments=before, on_event=lambda event: None)


def test_masks_of_something_else_are_not_taken() -> None:
    labels = np.zeros((H, W), np.uint8)
    labels[50:100, 50:100] = 2
    segments = Segments(labels, CLASSES)
    found = pieces(segments, "sofa")
    elsewhere = np.zeros((H, W), bool)
    elsewhere[100:150, 150:220] = True
    after, kept = redrawn(segments, found, [elsewhere])
    assert kept == 1 and (after.labels == labels).all()


def test_small_pieces_lie_on_top() -> None:
    labels = np.zeros((H, W), np.uint8)
    labels[60:140, 40:220] = 2
    labels[80:110, 100:130] = 3
    segments = Segments(labels, CLASSES)
    found = pieces(segments, ["sofa", "lamp"])
    assert [p.label for p in found] == [2, 3]
    whole = np.zeros((H, W), bool)
    whole[60:140, 40:220] = True
    after, kept = redrawn(segments, found, [whole, found[1].mask])
    assert kept == 0 and (after.labels == labels).all()
    assert isinstance(found[0], Piece)


@pytest.mark.parametrize("name", ["sam", "sam2", "sam3"])
def test_networks(name: str, tmp_path: Path, device: str) -> None:
    pytest.importorskip("transformers", reason="the extra 'models' is not installed")
    import tiny

    folder = getattr(tiny, name)(tmp_path / name)
    image, _, rough = scene()
    labels = np.where(rough, 2, 0).astype(np.uint8)
    stage = sk.Refine(name, what="sofa", agree=0.0, weights=str(folder))
    runtime = Runtime(device=device, dtype="fp32")
    done = sk.Pipeline(stage)(image, segments=Segments(labels, CLASSES), runtime=runtime, on_event=lambda event: None)
    assert done.segments.labels.shape == (H, W) and set(np.unique(done.segments.labels)) <= {0, 2}
    other = np.where(np.roll(rough, 60, 1), 2, 0).astype(np.uint8)
    with runtime.lease(stage.backend_key, stage.load) as backend:
        a, b = backend(image, [labels > 0, other > 0])
    assert (a != b).any(), "the guess counts"
    runtime.close()
