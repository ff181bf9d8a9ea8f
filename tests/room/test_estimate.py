"""Drawn rooms must come back from their pictures; impossible requests must say what to supply."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_rooms import CLASSES, box_room, picture, probabilities

from stagekit.errors import LayoutError
from stagekit.room.estimate import estimate_layout
from stagekit.room.scale import camera_height
from stagekit.types import Image, Layout


def share_wrong(a: Layout, b: Layout) -> float:
    merge = [np.where(x.surfaces() > 3, 2, x.surfaces()) for x in (a, b)]
    return float((merge[0] != merge[1]).mean())


@pytest.mark.parametrize(("yaw", "pitch"), [(20, -6), (-35, -2), (0, -10)])
def test_drawn_room_comes_back(yaw: float, pitch: float) -> None:
    truth = box_room(yaw=yaw, pitch=pitch)
    found = estimate_layout(picture(truth), probabilities=probabilities(truth), classes=CLASSES)
    assert abs(found.camera.pitch_deg - pitch) < 1.0
    if yaw:  # one vanishing point leaves the focal length to the prior
        assert abs(found.camera.focal_px / truth.camera.focal_px - 1) < 0.06
    assert share_wrong(found, truth) < 0.03
    assert found.confidence > 0.4


def test_drawn_room_comes_back_without_a_network() -> None:
    truth = box_room()
    found = estimate_layout(picture(truth))
    assert share_wrong(found, truth) < 0.12
    assert any("no segmentation" in note for note in found.notes)


def test_given_parts_are_taken_as_true() -> None:
    truth = box_room()
    extra = {"probabilities": probabilities(truth), "classes": CLASSES}
    found = estimate_layout(picture(truth), focal_px=420.0, camera_height_m=1.1, **extra)
    assert found.camera.focal_px == pytest.approx(420.0)
    assert found.camera.height_m == pytest.approx(1.1)
    assert found.ceiling_height_m == pytest.approx(1.1 / 1.4 * 2.5, rel=0.04)
    tall = estimate_layout(picture(truth), ceiling_height_m=3.0, **extra)
    assert tall.ceiling_height_m == 3.0
    assert tall.camera.height_m == pytest.approx(3.0 / 2.5 * 1.4, rel=0.04)


def test_given_floor_outline_makes_the_walls() -> None:
    truth = box_room(yaw=0, pitch=-8)
    visible = truth.visible_floor()
    xz = np.array(visible.exterior.coords)[:-1]
    outline = truth.camera.project(np.column_stack([xz[:, 0], np.zeros(len(xz)), xz[:, 1]]))[0]
    found = estimate_layout(picture(truth), floor_px=outline, focal_px=420.0, camera_height_m=1.4)
    floor = (found.surfaces() == 1, truth.surfaces() == 1)
    assert (floor[0] & floor[1]).sum() / (floor[0] | floor[1]).sum() > 0.93


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"focal_px": -5.0}, "focal"),
        ({"focal_px": float("nan")}, "focal"),
        ({"camera_height_m": 40.0}, "camera height"),
        ({"ceiling_height_m": 1.0}, "ceiling"),
        ({"floor_px": [(10, 10), (50, 10)]}, "3 points"),
        ({"floor_px": [(10, 5), (500, 5), (300, 470)]}, "horizon"),
        ({"probabilities": np.ones((2, 4, 4))}, "together"),
        ({"probabilities": np.ones((2, 4, 4)), "classes": ("sky", "sea")}, "floor"),
    ],
)
def test_impossible_input_says_what_to_supply(options: dict, says: str) -> None:
    with pytest.raises(LayoutError, match=says):
        estimate_layout(picture(box_room()), **options)


@pytest.mark.parametrize("size", [(64, 64), (65, 400), (301, 77)])
def test_blank_and_odd_pictures_give_a_layout_of_low_confidence(size: tuple[int, int]) -> None:
    blank = Image(np.full((*size, 3), 127, np.uint8))
    found = estimate_layout(blank)
    assert found.surfaces().shape == size
    assert found.confidence < 0.3


def test_same_picture_same_layout_and_input_unchanged() -> None:
    truth = box_room()
    image, p = picture(truth), probabilities(truth)
    before = image.array.copy(), p.copy()
    a, b = (estimate_layout(image, probabilities=p, classes=CLASSES, seed=s) for s in (0, 1))
    assert np.array_equal(a.floor, b.floor) and a.camera == b.camera
    assert np.array_equal(a.floor_mask, b.floor_mask)
    assert np.array_equal(image.array, before[0]) and np.array_equal(p, before[1])


def test_size_of_the_picture_does_not_change_the_room() -> None:
    truth = box_room(width=960, height=720, focal=630)
    image = picture(truth)
    large = Image(np.repeat(np.repeat(image.array, 2, 0), 2, 1))
    p = probabilities(truth)
    a = estimate_layout(image, probabilities=p, classes=CLASSES)
    b = estimate_layout(large, probabilities=p, classes=CLASSES)
    assert b.camera.focal_px == pytest.approx(2 * a.camera.focal_px, rel=0.04)
    assert b.floor_mask is not None and b.floor_mask.shape == (1440, 1920)


def test_scale_weighs_camera_ceiling_and_doors() -> None:
    assert camera_height(1.7, None, 0.8, []).camera_height_m == 1.7
    assert camera_height(None, 2.7, 0.8, []).camera_height_m == pytest.approx(1.5)
    alone = camera_height(None, None, None, []).camera_height_m
    assert alone == pytest.approx(1.4, abs=0.03)
    low = camera_height(None, None, 2.0, []).camera_height_m
    assert 0.85 < low < 1.3, "a ceiling three camera heights up means a low camera, or a high room: between the two"
    assert camera_height(None, None, 2.0, [2.6]).camera_height_m < low - 0.1, "the door agrees with the ceiling"
