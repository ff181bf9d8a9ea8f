"""The rooms with known truth of tests/room, here as photos with something standing in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "room"))

from drawn_rooms import box_room, picture

from stagekit.types import Image, Layout, Segments

CLASSES = ("wall", "floor", "ceiling", "window", "door", "sofa", "clutter", "cabinet", "appliance")


@dataclass(frozen=True)
class Occupied:
    """``photo`` with a sofa over floor, skirting and wall where ``thing`` is; ``empty`` is what lies behind it."""

    empty: Image
    photo: Image
    layout: Layout
    segments: Segments
    thing: np.ndarray


def occupied(width: int = 320, height: int = 240) -> Occupied:
    layout = box_room(width=width, height=height, focal=0.66 * width)
    empty = picture(layout)
    thing = np.zeros((height, width), bool)
    thing[int(0.42 * height) : int(0.72 * height), int(0.40 * width) : int(0.66 * width)] = True
    pixels = empty.array.copy()
    pixels[thing] = (40, 90, 60)
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[layout.surfaces()]
    labels[thing] = CLASSES.index("sofa")
    groups = {"furniture": ("sofa", "cabinet")}
    return Occupied(empty, Image(pixels, name="drawn"), layout, Segments(labels, CLASSES, None, groups), thing)


@pytest.fixture(scope="session")
def room() -> Occupied:
    return occupied()
