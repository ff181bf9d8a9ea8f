"""Where the room itself changes: shadows and light that furniture throws on floor, walls and ceiling."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Array, Camera
from .composite import QUIET, settle
from .denoise import denoise
from .engine import Engine
from .light import Light
from .shell import Rect, first_hit
from .trace import Tick, gather, reflected

_GRID_M = {"floor": 0.08, "wall": 0.2, "ceiling": 0.4}


def shaded_textures(engine: Engine, shell: Any, solid: Any, light: Light, *, rays: int, seed: int) -> list[Array]:
    """The shell's light with the furniture's shadow on it: what shines back onto the furniture from below and behind."""
    import cv2

    grids, points, normals = [], [], []
    for r in light.rects:
        cols, rows = (max(2, round(m / _GRID_M[r.kind])) for m in r.size_m)
        s, t = np.meshgrid((np.arange(cols) + 0.5) / cols, (np.arange(rows) + 0.5) / rows)
        p = r.points(s, t).reshape(-1, 3)
        grids.append((rows, cols))
        points.append(p)
        normals.append(np.broadcast_to(r.normal, p.shape))
    _, ratio = gather(engine, shell, solid, np.concatenate(points), np.concatenate(normals), rays=rays, seed=seed)
    shaded, at = [], 0
    for (rows, cols), texture in zip(grids, light.textures, strict=True):
        part = np.clip(ratio[at : at + rows * cols].reshape(rows, cols, 3), 0, 1)
        at += rows * cols
        shaded.append(texture * cv2.resize(part, (texture.shape[1], texture.shape[0]), interpolation=cv2.INTER_LINEAR))
    return shaded


def surface_points(rects: list[Rect], camera: Camera, uv: Array) -> tuple[Array, Array, Array]:
    """World point, normal and rectangle index (-1: none) seen at pixels ``uv`` (N, 2) of the bare room."""
    directions = camera.rays(uv)
    t, index, _, _ = first_hit(rects, camera.centre, directions)
    table = np.stack([r.normal for r in rects] + [np.array([0.0, 1.0, 0.0])])
    return camera.centre + directions * np.where(np.isfinite(t), t, 1)[..., None], table[index], index


def shadow_ratio(
    engine: Engine,
    shell: Any,
    solid: Any,
    full: Any,
    light: Light,
    camera: Camera,
    *,
    rays: int,
    bounce: int,
    seed: int,
    tick: Tick,
) -> Array:
    """float32 HxWx3 at ``camera``'s size: light on the bare surfaces with furniture over without; 1 where nothing
    changes. A coarse pass finds where; only there a fine pass is traced."""
    import cv2

    w, h = camera.width, camera.height
    p, n, on = _at(camera, light.rects, 8)
    near = np.zeros(on.shape, np.uint8)
    _, share = gather(engine, shell, solid, p[on], n[on], rays=64, seed=seed + 1)
    near[on] = np.abs(share - 1).max(-1) > QUIET
    mask = cv2.dilate(near, np.ones((3, 3), np.uint8)).repeat(8, 0).repeat(8, 1)[:h, :w] > 0
    tick(0.1)
    ratio, normal = np.ones((h, w, 3), np.float32), np.zeros((h, w, 3), np.float32)
    if not mask.any():
        return ratio
    p, n, on = _at(camera, light.rects, 1)
    on &= mask
    bare = np.zeros((h, w, 3), np.float32)
    bare[on], ratio[on] = gather(
        engine, shell, solid, p[on], n[on], rays=rays, seed=seed + 2, tick=lambda f: tick(0.1 + 0.4 * f)
    )
    if bounce:
        ratio += _bounce(
            engine, shell, solid, full, light, camera, bare, bounce, seed + 3, lambda f: tick(0.5 + 0.4 * f)
        )
    normal[on] = n[on]
    guide = np.where(mask[..., None], np.float32(0.5), 0).repeat(3, -1).astype(np.float32)
    smooth = denoise(ratio, guide, normal)
    tick(1.0)
    return settle(np.where(mask[..., None], smooth, 1))


def _at(camera: Camera, rects: list[Rect], cell: int) -> tuple[Array, Array, Array]:
    """World point, normal (h, w, 3) and whether there is one (h, w), for the centre of each cell of the picture."""
    w, h = camera.width, camera.height
    u = np.minimum((np.arange(-(-w // cell)) + 0.5) * cell, w - 0.5)
    v = np.minimum((np.arange(-(-h // cell)) + 0.5) * cell, h - 0.5)
    p, n, index = surface_points(rects, camera, np.stack(np.meshgrid(u, v), -1))
    return p, n, index >= 0


def _bounce(
    engine: Engine, shell: Any, solid: Any, full: Any, light: Light, camera: Camera, bare: Array, rays: int, seed: int,
    tick: Tick,
) -> Array:  # fmt: skip
    """float32 HxWx3: light that furniture throws back on the room, as a share of ``bare`` (the bare room's irradiance,
    0 where it is not wanted). It changes slowly: a quarter of the points will do, with more rays each."""
    import cv2

    p, n, on = _at(camera, light.rects, 2)
    around = cv2.resize(bare, on.shape[::-1], interpolation=cv2.INTER_AREA)
    on &= around.min(-1) > 1e-5
    back = reflected(engine, shell, solid, full, p[on], n[on], rays=rays, seed=seed, tick=tick)
    added = np.zeros(p.shape, np.float32)
    added[on] = np.minimum(back / around[on], 1)
    # Denoised before it is enlarged: afterwards its noise would be blotches, which look like shading.
    normal = np.where(on[..., None], n, 0).astype(np.float32)
    added = denoise(added, np.where(on[..., None], np.float32(0.5), 0).repeat(3, -1).astype(np.float32), normal)
    return np.asarray(cv2.resize(added, (camera.width, camera.height), interpolation=cv2.INTER_LINEAR))
