"""The values: geometry that must be exact, and the messages of impossible ones."""

from __future__ import annotations

import numpy as np
import pytest

import stagekit as sk
from stagekit.types import Camera, Layout, Placement, Wall

CAMERA = Camera(700.0, 470.0, 370.0, 960, 720, pitch_deg=-7.0, roll_deg=3.0, height_m=1.55)


def test_projecting_and_casting_back_agree() -> None:
    uv = np.array([[100.0, 600.0], [850.0, 500.0], [480.0, 719.0]])
    on_floor = CAMERA.on_floor(uv)
    assert np.allclose(on_floor[:, 1], 0, atol=1e-9)
    back, depth = CAMERA.project(on_floor)
    assert np.allclose(back, uv) and (depth > 0).all()
    assert np.isnan(CAMERA.on_floor(np.array([480.0, 10.0]))).all(), "above the horizon there is no floor"


def test_angles_have_the_signs_that_the_docstring_gives() -> None:
    level = Camera(700.0, 480.0, 360.0, 960, 720)
    ahead = np.array([0.0, level.height_m, -5.0])
    up = Camera(700.0, 480.0, 360.0, 960, 720, pitch_deg=10)
    assert up.project(ahead)[0][1] > 360, "a camera that looks up sees what is ahead lower in the picture"
    turned = Camera(700.0, 480.0, 360.0, 960, 720, roll_deg=10)
    right = turned.project(np.array([1.0, level.height_m, -5.0]))[0]
    assert right[1] > 360, "turned counter-clockwise, the right side of the world sinks in the picture"


def test_a_scaled_camera_sees_the_same() -> None:
    half = CAMERA.scaled(480, 360)
    point = np.array([0.4, 0.2, -3.0])
    assert np.allclose(half.project(point)[0] * 2, CAMERA.project(point)[0])


def test_impossible_values_say_what_to_do() -> None:
    with pytest.raises(sk.LayoutError, match="give focal_px"):
        Camera(0.0, 1, 1, 2, 2)
    with pytest.raises(sk.LayoutError, match="upright"):
        Camera(700.0, 1, 1, 2, 2, roll_deg=90)
    with pytest.raises(sk.ImageError, match="uint8 array of shape"):
        sk.Image(np.zeros((4, 4)))
    with pytest.raises(sk.InputError, match="mask > 0"):
        sk.Mask(np.zeros((4, 4), np.uint8))
    with pytest.raises(sk.InputError, match="positive metres"):
        Placement("sofa", (1, 0, 1), (0, 0, 0))
    wall = Wall((0, 0), (1, 0), 2.5)
    with pytest.raises(sk.LayoutError, match="one wall for each"):
        Layout(CAMERA, np.zeros((4, 2)), (wall,), 2.5)
    with pytest.raises(sk.LayoutError, match="opening on wall 7"):
        Layout(CAMERA, np.eye(3)[:, :2], (wall,) * 3, 2.5, (sk.Opening("door", 7, 0, 1, 0, 2),))


def test_values_are_read_only_and_join_numpy() -> None:
    image = sk.Image(np.zeros((70, 90, 3), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        image.array[0, 0] = 1
    assert np.asarray(image).shape == (70, 90, 3) and image.size == (90, 70)
    assert np.asarray(sk.Mask(np.ones((2, 3), bool))).mean() == 1


def test_segments_find_classes_and_groups() -> None:
    segments = sk.Segments(
        np.array([[0, 1], [2, 2]], np.uint8), ("wall", "sofa", "bed"), groups={"soft": ("sofa", "bed")}
    )
    assert segments.mask("soft").array.tolist() == [[False, True], [True, True]]
    with pytest.raises(sk.InputError, match="no segment class 'chair'; known: soft, wall"):
        segments.mask("chair")


def test_footprints_turn_counter_clockwise_from_above() -> None:
    piece = Placement("sofa", (2.0, 0.8, 1.0), (1.0, 0.0, -3.0), yaw_deg=90)
    corners = piece.footprint()
    assert np.allclose(corners.min(0), [0.5, -4.0]) and np.allclose(corners.max(0), [1.5, -2.0])
    front = piece.matrix[:3, :3] @ np.array([0, 0, 1.0])
    assert np.allclose(front, [1, 0, 0]), "at 90 degrees the front faces +X"


def test_a_walls_normal_points_into_the_room() -> None:
    corners = [(-2.0, 1.0), (-2.0, -4.0), (2.0, -4.0), (2.0, 1.0)]
    for i in range(4):
        wall = Wall(corners[i], corners[(i + 1) % 4], 2.5)
        inside = np.array([0.0, -1.5]) - (np.array(wall.start) + np.array(wall.end)) / 2
        assert wall.normal @ inside > 0
