"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of photos and ground truth; tests that need it are skipped where it is absent."""
    path = Path(os.environ.get("STAGEKIT_SHARED", ROOT.parent / "shared"))
    if not (path / "photos").is_dir():
        pytest.skip("the photos and ground truth (../shared or STAGEKIT_SHARED) are not here")
    return path


@pytest.fixture(scope="session")
def sample() -> Path:
    """The empty room that the package ships."""
    return ROOT / "stagekit" / "samples" / "empty_room.jpg"


@pytest.fixture
def gradient() -> np.ndarray:
    """uint8 80x120x3: red grows to the right, green downwards, one blue corner."""
    picture = np.zeros((80, 120, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 250, 120)[None, :]
    picture[..., 1] = np.linspace(0, 250, 80)[:, None]
    picture[:20, :30] = (10, 20, 240)
    return picture
