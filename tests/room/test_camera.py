"""Camera from lines: known cameras must come back, and missing lines must be admitted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stagekit.room.lines import detect_lines
from stagekit.room.vanishing import directions, estimate_views
from stagekit.types import Camera


def segments(camera: Camera, yaw: float, count: int = 60, noise: float = 0.3, seed: int = 0) -> np.ndarray:
    """Edges of random boxes aligned with a room turned by ``yaw``, seen by ``camera``."""
    rng = np.random.default_rng(seed)
    a = math.radians(yaw)
    axes = np.array([[0, 1, 0], [math.cos(a), 0, -math.sin(a)], [math.sin(a), 0, math.cos(a)]])
    out = []
    while len(out) < count:
        start = np.array([rng.uniform(-3, 3), rng.uniform(0, 2.5), rng.uniform(-6, -2)])
        end = start + axes[rng.integers(3)] * rng.uniform(0.4, 1.5)
        uv, depth = camera.project(np.array([start, end]))
        inside = (uv > 0).all() and (uv[:, 0] < camera.width).all() and (uv[:, 1] < camera.height).all()
        if (depth > 0.3).all() and inside and np.hypot(*(uv[1] - uv[0])) > 20:
            out.append((uv + rng.normal(0, noise, uv.shape)).ravel())
    return np.array(out)


@pytest.mark.parametrize(("pitch", "roll", "yaw", "focal"), [(-8, 0.5, 25, 520), (3, -1, 5, 700), (-15, 2, -38, 430)])
def test_known_camera_comes_back(pitch: float, roll: float, yaw: float, focal: float) -> None:
    camera = Camera(focal, 480, 320, 960, 640, pitch, roll)
    view = estimate_views(segments(camera, yaw), 960, 640)[0]
    assert abs(view.camera.pitch_deg - pitch) < 0.6
    assert abs(view.camera.roll_deg - roll) < 0.5
    assert abs(view.camera.focal_px / focal - 1) < 0.05
    assert abs((view.yaw_deg - yaw + 45) % 90 - 45) < 1.0
    assert view.confidence > 0.6


def test_given_focal_is_kept_and_prior_pulls() -> None:
    camera = Camera(600, 480, 320, 960, 640, -5)
    lines = segments(camera, 20)
    assert estimate_views(lines, 960, 640, focal_px=555.0)[0].camera.focal_px == pytest.approx(555.0)
    few = lines[:3]
    assert estimate_views(few, 960, 640, focal_prior_px=820.0)[0].camera.focal_px == pytest.approx(820, rel=0.12)


def test_without_lines_the_prior_answers_with_low_confidence() -> None:
    view = estimate_views(np.zeros((0, 4)), 800, 600)[0]
    assert view.confidence < 0.1
    assert abs(view.camera.pitch_deg) < 5
    assert 0.45 < view.camera.focal_px / 800 < 0.8


def test_directions_are_what_the_camera_says() -> None:
    camera = Camera(500, 320, 240, 640, 480, -9, 3)
    up, first, second = directions(-9, 3, 30)[:3]
    assert np.allclose(camera.rotation @ up, [0, 1, 0])
    a = math.radians(30)
    assert np.allclose(camera.rotation @ first, [math.cos(a), 0, -math.sin(a)])
    assert np.allclose(camera.rotation @ second, [math.sin(a), 0, math.cos(a)])


def test_lines_find_a_drawn_edge_where_it_is() -> None:
    grey = np.full((200, 300), 200, np.uint8)
    grey[:, 150:] = 90
    lines = detect_lines(grey)
    assert len(lines)
    assert np.allclose(lines[0, [0, 2]], 150, atol=1.0)
    assert np.abs(lines[0, 3] - lines[0, 1]) > 150
