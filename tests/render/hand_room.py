"""A small room with a window and a photo of it, made by hand."""

from __future__ import annotations

import numpy as np

from stagekit.types import Camera, Image, Layout, Opening, Wall

W, H = 192, 128


def make_layout(**camera) -> Layout:
    values = {"focal_px": 130.0, "cx": W / 2, "cy": H / 2, "width": W, "height": H, "pitch_deg": -6.0, "height_m": 1.4}
    cam = Camera(**{**values, **camera})
    floor = np.array([[-2.0, 1.0], [-2.0, -4.0], [2.0, -4.0], [2.0, 1.0]])[::-1]
    area = np.sum(floor[:, 0] * np.roll(floor[:, 1], -1) - np.roll(floor[:, 0], -1) * floor[:, 1])
    floor = floor if area > 0 else floor[::-1]
    walls = tuple(Wall(tuple(floor[i]), tuple(floor[(i + 1) % 4]), 2.5) for i in range(4))
    right = next(i for i, w in enumerate(walls) if w.normal[0] < -0.9)
    return Layout(cam, floor, walls, 2.5, (Opening("window", right, 1.0, 2.6, 0.9, 2.1),))


def make_photo(layout: Layout, seed: int = 0) -> Image:
    """Flat colours for each surface, a white window, a little grain."""
    from stagekit.render.shell import surface_labels

    labels = surface_labels(layout, W, H)
    table = np.array([[90, 90, 90], [150, 120, 95], [200, 198, 192], [215, 215, 212], [255, 255, 255], [120, 80, 60]])
    noise = np.random.default_rng(seed).normal(0, 1.5, (H, W, 1))
    return Image(np.clip(table[labels] + noise, 0, 255).astype(np.uint8))
