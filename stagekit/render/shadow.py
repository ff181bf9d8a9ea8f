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
from .trace import Tick, gather

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
    ratio = gather(engine, shell, solid, np.concatenate(points), np.concatenate(normals), rays=rays, seed=seed)
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
    cell = 8
    cw, ch = -(-w // cell), -(-h // cell)
    centre = np.stack(np.meshgrid((np.arange(cw) + 0.5) * cell, (np.arange(ch) + 0.5) * cell), -1).reshape(-1, 2)
    p, n, index = surface_points(light.rects, camera, np.minimum(centre, [w - 0.5, h - 0.5]))
    coarse = np.ones((ch * cw, 3), np.float32)
    on = index >= 0
    if on.any():
        coarse[on] = gather(engine, shell, solid, p[on], n[on], rays=64, seed=seed + 1)
    near = (np.abs(coarse - 1).max(-1) > QUIET).reshape(ch, cw).astype(np.uint8)
    near = cv2.dilate(near, np.ones((3, 3), np.uint8))
    tick(0.1)
    mask = np.repeat(np.repeat(near, cell, 0), cell, 1)[:h, :w] > 0
    ratio = np.ones((h, w, 3), np.float32)
    if not mask.any():
        return ratio
    ys, xs = np.nonzero(mask)
    p, n, index = surface_points(light.rects, camera, np.stack([xs + 0.5, ys + 0.5], -1))
    on = index >= 0
    values = np.ones((len(xs), 3), np.float32)
    values[on] = gather(
        engine,
        shell,
        solid,
        p[on],
        n[on],
        rays=rays,
        seed=seed + 2,
        full=full,
        bounce=bounce,
        tick=lambda f: tick(0.1 + 0.8 * f),
    )
    ratio[ys, xs] = np.clip(values, 0, 2)
    normal = np.zeros((h, w, 3), np.float32)
    normal[ys, xs] = n
    guide = np.where(mask[..., None], np.float32(0.5), 0).repeat(3, -1).astype(np.float32)
    smooth = denoise(ratio, guide, normal)
    tick(1.0)
    return settle(np.where(mask[..., None], smooth, 1))
