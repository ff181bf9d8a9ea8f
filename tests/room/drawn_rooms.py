"""Rooms whose truth is known: drawn from a layout, so that every estimate can be checked against it."""

from __future__ import annotations

import math

import numpy as np

from stagekit.room.planes import Plane
from stagekit.room.shape import build_shape
from stagekit.types import Camera, Image, Layout

CLASSES = ("wall", "floor", "ceiling", "window", "door", "chair")
CODES = {"wall": 2, "floor": 1, "ceiling": 3, "window": 4, "door": 5}


def box_room(
    yaw: float = 20.0,
    pitch: float = -6.0,
    focal: float = 420.0,
    width: int = 640,
    height: int = 480,
    cam: float = 1.4,
    ceiling: float = 2.5,
    left: float = 2.0,
    front: float = 4.0,
    right: float = 2.5,
    roll: float = 0.0,
) -> Layout:
    """Three walls at the given distances from the camera."""
    camera = Camera(
        focal_px=focal,
        cx=width / 2,
        cy=height / 2,
        width=width,
        height=height,
        pitch_deg=pitch,
        roll_deg=roll,
        height_m=cam,
    )
    a = math.radians(-yaw)
    planes = [(a - math.pi / 2, left), (a, front), (a + math.pi / 2, right)]
    edge = math.atan2(width / 2, focal) * 1.05
    corner_l = a - math.atan2(left, front)
    corner_r = a + math.atan2(right, front)
    spans = [(-edge, corner_l), (corner_l, corner_r), (corner_r, edge)]
    seen = [
        Plane(azimuth, cam / d, max(lo, -edge), min(hi, edge))
        for (azimuth, d), (lo, hi) in zip(planes, spans, strict=True)
        if min(hi, edge) > max(lo, -edge) + 0.02
    ]
    floor, walls, _ = build_shape(seen, yaw, cam, ceiling)
    return Layout(camera=camera, floor=floor, walls=walls, ceiling_height_m=ceiling, yaw_deg=yaw)


def picture(layout: Layout, seed: int = 0, planks: bool = True) -> Image:
    """A plain drawing: shaded walls, a skirting, floor boards along the room, a little noise."""
    surfaces, depth, ids = layout.surfaces(), layout.depth(), layout.wall_ids()
    camera = layout.camera
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    points = camera.centre + camera.rays(np.stack([u, v], -1)) * depth[..., None]
    out = np.zeros((camera.height, camera.width, 3))
    out[surfaces == 3] = (238, 238, 236)
    wall = np.array([(205, 200, 190), (188, 184, 176), (214, 210, 202), (196, 190, 182)])
    on = ids >= 0
    out[on] = wall[ids[on] % 4]
    out[on & (points[..., 1] < 0.1)] = (245, 245, 245)
    a = math.radians(layout.yaw_deg)
    across = points[..., 0] * math.sin(a) + points[..., 2] * math.cos(a)
    tone = np.where((np.floor(across / 0.15) % 2 == 0) & planks, 18, 0)[..., None]
    out = np.where((surfaces == 1)[..., None], np.array([142, 98, 62]) + tone, out)
    out[surfaces == 4], out[surfaces == 5] = (150, 190, 230), (120, 90, 70)
    out += np.random.default_rng(seed).normal(0, 2, out.shape)
    return Image(np.clip(out, 0, 255).astype(np.uint8), name="drawn room")


def probabilities(layout: Layout, step: int = 6, sure: float = 0.9) -> np.ndarray:
    """What a good but coarse network would say of the drawing: (C, h, w)."""
    surfaces = layout.surfaces()[step // 2 :: step, step // 2 :: step]
    out = np.full((len(CLASSES), *surfaces.shape), (1 - sure) / (len(CLASSES) - 1), np.float32)
    for k, name in enumerate(CLASSES):
        if name in CODES:
            out[k][surfaces == CODES[name]] = sure
    return out / out.sum(0)
