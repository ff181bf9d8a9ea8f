"""The passes of ``trace`` for machines without LLVM, in Mitsuba's scalar variant.

What the camera sees goes through ``mi.render``, whose loops are compiled; light at points is gathered ray by ray from
Python, so few points and rays must do (``Quality.plain``). Pixels at an outline hold a little of the room behind them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..types import Array, Camera
from .engine import Engine

Box = tuple[int, int, int, int]


def _sensor(mi: Any, camera: Camera, box: Box, factor: int = 1) -> Any:
    """A pinhole camera that sees the crop ``box`` (x0, y0, x1, y1), ``factor`` pixels for each of the photo's."""
    x0, y0, x1, y1 = (int(v) * factor for v in box)
    world = np.eye(4)
    right, up, back = camera.rotation.T
    world[:3, :3] = np.stack([-right, up, -back], 1)  # Mitsuba's camera looks along +z, its x to the left
    world[:3, 3] = camera.centre
    w, h = camera.width, camera.height
    film = {
        "type": "hdrfilm", "width": w * factor, "height": h * factor, "rfilter": {"type": "box"},
        "crop_offset_x": x0, "crop_offset_y": y0, "crop_width": x1 - x0, "crop_height": y1 - y0,
    }  # fmt: skip
    return mi.load_dict(
        {
            "type": "perspective",
            "fov": math.degrees(2 * math.atan(w / 2 / camera.focal_px)),
            "fov_axis": "x",
            "near_clip": 0.01,
            "principal_point_offset_x": 0.5 - camera.cx / w,
            "principal_point_offset_y": 0.5 - camera.cy / h,
            "to_world": mi.ScalarTransform4f(world),
            "film": film,
            "sampler": {"type": "independent"},
        }
    )


def coverage(
    engine: Engine, labels: Any, camera: Camera, box: Box, limit: Array, grid: int
) -> tuple[Array, Array, Array]:
    """As ``trace.coverage``."""
    mi = engine.mi
    x0, y0, x1, y1 = box
    h, w = y1 - y0, x1 - x0
    seen = mi.load_dict({"type": "aov", "aovs": "t:depth,which:shape_index"})
    alpha, depth = np.zeros((h, w), np.float32), np.full((h, w), np.inf, np.float32)
    label = np.full((h, w), -1, np.int16)
    for top in range(0, h, 128):
        n = min(128, h - top)
        part = (x0, y0 + top, x1, y0 + top + n)
        out = np.array(mi.render(labels, sensor=_sensor(mi, camera, part, grid), integrator=seen, spp=1, seed=top))
        t, which = out[..., -2], out[..., -1]
        u = x0 + (np.arange(w * grid) + 0.5) / grid
        v = y0 + top + (np.arange(n * grid) + 0.5) / grid
        along = t / np.linalg.norm(camera.rays(np.stack(np.meshgrid(u, v), -1)), axis=-1)
        hit = (t > 0) & (along < limit[top : top + n].repeat(grid, 0).repeat(grid, 1))

        def cells(a: Array, n: int = n) -> Array:
            """(n, w, grid x grid): the samples of each pixel."""
            return a.reshape(n, grid, w, grid).swapaxes(1, 2).reshape(n, w, grid * grid)

        far = cells(np.where(hit, along, np.inf))
        nearest = far.argmin(-1)[..., None]
        alpha[top : top + n] = cells(hit).mean(-1)
        depth[top : top + n] = np.take_along_axis(far, nearest, -1)[..., 0]
        ids = np.take_along_axis(cells(which), nearest, -1)[..., 0]
        label[top : top + n] = np.where(np.isfinite(depth[top : top + n]), np.round(ids) - 1, -1)  # from 1
    return alpha, depth, label


def look(engine: Engine, scene: Any, tracer: Any, camera: Camera, pixels: Array, samples: int, seed: int) -> Array:
    """float32 (N, 9): colour, albedo and normal at ``pixels`` (N, 2), of all that is seen there."""
    x0, y0 = pixels.min(0)
    x1, y1 = pixels.max(0) + 1
    sensor = _sensor(engine.mi, camera, (x0, y0, x1, y1))
    out = np.array(engine.mi.render(scene, sensor=sensor, integrator=tracer, spp=samples, seed=seed))
    mean = np.concatenate([out[..., :3], out[..., -6:]], -1)[pixels[:, 1] - y0, pixels[:, 0] - x0]
    return np.asarray(np.where(np.isfinite(mean), mean, 0), np.float32)


def gather(
    engine: Engine, shell: Any, solid: Any, points: Array, normals: Array, rays: int, seed: int
) -> tuple[Array, Array]:
    """As ``trace.gather``."""
    mi = engine.mi
    both = np.zeros((len(points), 2, 3), np.float32)
    sampler = mi.load_dict({"type": "independent"})
    sampler.seed(seed % (1 << 32))
    place = mi.Interaction3f()
    for i, (p, n) in enumerate(zip(points + 2e-3 * normals, normals, strict=True)):
        place.p = mi.Point3f(p.tolist())
        for _ in range(rays):
            ds, weight = shell.sample_emitter_direction(place, sampler.next_2d(), False)
            d = np.array(ds.d).ravel()
            cosine, light = float(n @ d), np.array(weight).ravel()
            if cosine <= 0 or not np.isfinite(light).all():
                continue
            ray = mi.Ray3f(place.p, ds.d, ds.dist * 0.999, 0.0, [])
            if shell.ray_test(ray):
                continue
            both[i, 0] += light * cosine
            if not solid.ray_test(ray):
                both[i, 1] += light * cosine
    both /= rays
    return both[:, 0], both[:, 1] / np.maximum(both[:, 0], 1e-5)


def reflected(
    engine: Engine, shell: Any, solid: Any, full: Any, tracer: Any, points: Array, normals: Array, rays: int, seed: int
) -> Array:
    """As ``trace.reflected``."""
    mi = engine.mi
    out = np.zeros((len(points), 3), np.float32)
    sampler = mi.load_dict({"type": "independent"})
    sampler.seed(seed % (1 << 32))
    for i, (p, n) in enumerate(zip(points + 2e-3 * normals, normals, strict=True)):
        frame = mi.Frame3f(n.tolist())
        for _ in range(rays):
            d = frame.to_world(mi.warp.square_to_cosine_hemisphere(sampler.next_2d()))
            ray = mi.RayDifferential3f(mi.Point3f(p.tolist()), d)
            near = solid.ray_intersect_preliminary(ray)
            if not near.is_valid() or near.t >= shell.ray_intersect_preliminary(ray).t:
                continue
            colour, _, _ = tracer.sample(full, sampler, ray)
            colour = np.array(colour).ravel()
            out[i] += np.where(np.isfinite(colour), np.minimum(colour, 12.0), 0)
    return out * np.float32(math.pi / rays)
