"""A small room with a window and an armchair, for backends that need a layout."""

from __future__ import annotations

import numpy as np

from stagekit.interior.family import family
from stagekit.types import Camera, Image, Layout, Opening, Placement, Wall

W, H = 211, 149


def layout() -> Layout:
    floor = [(-2.0, 1.0), (-2.0, -4.0), (2.0, -4.0), (2.0, 1.0)]
    walls = tuple(Wall(floor[i], floor[(i + 1) % 4], 2.5) for i in range(4))
    far = next(i for i, w in enumerate(walls) if w.start[1] == w.end[1] == -4.0)
    camera = Camera(150.0, W / 2, H / 2, W, H, pitch_deg=-8.0)
    return Layout(camera, np.array(floor), walls, 2.5, (Opening("window", far, 0.5, 1.5, 0.9, 2.1),))


def photo() -> Image:
    """The room's surfaces in flat colours with a little noise."""
    table = np.array([[90, 90, 90], [150, 120, 95], [200, 198, 192], [215, 215, 212], [250, 252, 255], [120, 80, 60]])
    noise = np.random.default_rng(0).normal(0, 1.5, (H, W, 1))
    return Image(np.clip(table[layout().surfaces()] + noise, 0, 255).astype(np.uint8), name="odd.jpg", focal_35mm=24.0)


def armchair() -> Placement:
    return Placement("armchair", family("armchair").default_size, (0.3, 0.0, -2.6), yaw_deg=20)
