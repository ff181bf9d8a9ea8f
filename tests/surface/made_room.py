"""A room made of numbers: exact layout, labels, light and albedo, and its photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stagekit.models.roomnet_arch import CLASSES
from stagekit.surface.colour import encode
from stagekit.types import Array, Camera, Image, Layout, Segments, Wall

WIDTH, HEIGHT = 480, 320
ALBEDO = {
    "wall": (0.62, 0.55, 0.46),
    "floor": (0.30, 0.22, 0.15),
    "ceiling": (0.82, 0.82, 0.82),
    "trim": (0.80, 0.80, 0.80),
}
ROW = {"floor": 1, "wall": 2, "ceiling": 3}


@dataclass(frozen=True, eq=False)
class Made:
    """``light`` (H, W, 3): what a white of albedo 1 would show; ``trim`` bool (H, W)."""

    image: Image
    layout: Layout
    segments: Segments
    light: Array
    trim: Array

    def shows(self, surface: str) -> Array:
        mask = self.layout.surfaces() == ROW[surface]
        return mask & ~self.trim if surface == "wall" else mask


def make(albedo: dict[str, tuple[float, float, float]] | None = None, *, noise: float = 0.004) -> Made:
    """The room with other albedos; its light falls off to the right and turns warmer there."""
    floor = np.array([(2.2, 0.3), (-2.0, 0.3), (-2.0, -4.5), (2.2, -4.5)])
    walls = tuple(Wall(tuple(map(float, floor[i])), tuple(map(float, floor[(i + 1) % 4])), 2.5) for i in range(4))
    camera = Camera(300.0, WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT, pitch_deg=-3.0, height_m=1.4)
    layout = Layout(camera, floor, walls, 2.5)
    surfaces, depth = layout.surfaces(), layout.depth()
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    up = camera.height_m + (camera.rays(np.stack([u, v], -1)) * depth[..., None])[..., 1]
    trim = (surfaces == 2) & (up < 0.12)
    colours = {**ALBEDO, **(albedo or {})}
    picture = np.zeros((HEIGHT, WIDTH, 3))
    for name, code in ROW.items():
        picture[surfaces == code] = colours[name]
    picture[trim] = colours["trim"]
    fall = np.linspace(1.0, 0.72, WIDTH)[None, :, None]
    warm = 1 + np.linspace(-0.02, 0.10, WIDTH)[None, :, None] * np.array([1.0, 0.0, -1.0])
    light = np.broadcast_to(0.9 * fall * warm, picture.shape)
    grain = 1 + noise * np.random.default_rng(5).standard_normal(picture.shape)
    labels = np.full(surfaces.shape, CLASSES.index("wall"), np.uint8)
    for name, code in ROW.items():
        labels[surfaces == code] = CLASSES.index(name)
    image = Image(encode((picture * light * grain).astype(np.float32)), name="made.png")
    return Made(image, layout, Segments(labels, CLASSES), light, trim)
