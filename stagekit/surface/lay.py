"""A covering laid on a plane of the room: metric coordinates of each pixel, filtered lookups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array, Layout
from .colour import linear
from .pieces import Sheet

LEVELS = 6
TAPS = 5
"""Lookups along the direction in which a pixel's footprint is long: at a room's far end it is five times longer."""


@dataclass(frozen=True, eq=False)
class Plane:
    """``matrix`` (3, 3): pixels (u, v, 1) of the photo to homogeneous metres (along, across) on the plane."""

    matrix: Array


def floor_plane(layout: Layout, size: tuple[int, int], angle_deg: float = 0.0) -> Plane:
    """The floor; ``along`` runs with the room's longest side, turned by ``angle_deg`` counter-clockwise seen from above."""
    camera = layout.camera.scaled(*size)
    r, f = camera.rotation, camera.focal_px
    # ray = R K^-1 pixel; it meets the floor at t = -height / ray_y
    inverse = np.array([[1 / f, 0, -camera.cx / f], [0, -1 / f, camera.cy / f], [0, 0, -1.0]])
    ray = r @ inverse
    a = np.radians(main_axis(layout) + angle_deg)
    along = np.array([np.cos(a), 0, -np.sin(a)])
    across = np.array([np.sin(a), 0, np.cos(a)])
    matrix = np.stack([camera.height_m * (along @ ray), camera.height_m * (across @ ray), -ray[1]])
    return Plane(matrix)


def wall_plane(layout: Layout, index: int, size: tuple[int, int]) -> Plane:
    """Wall ``index``: along it from its start, and metres down from its upper edge."""
    camera = layout.camera.scaled(*size)
    wall = layout.walls[index]
    f = camera.focal_px
    inverse = np.array([[1 / f, 0, -camera.cx / f], [0, -1 / f, camera.cy / f], [0, 0, -1.0]])
    ray = camera.rotation @ inverse
    n = np.array([wall.normal[0], 0, wall.normal[1]])
    start = np.array([wall.start[0], 0, wall.start[1]])
    distance = (start - camera.centre) @ n
    d = np.array([wall.direction[0], 0, wall.direction[1]])
    low = camera.centre - np.array([0, wall.height_m, 0])
    along = distance * (d @ ray) + ((camera.centre - start) @ d) * (n @ ray)
    down = -(distance * ray[1] + low[1] * (n @ ray))
    return Plane(-np.stack([along, down, n @ ray]))  # the sign makes what lies ahead positive


def main_axis(layout: Layout) -> float:
    """Degrees from world +X of the room's longest direction."""
    low = np.asarray(layout.floor)
    best, where = -1.0, layout.yaw_deg
    for turn in (0.0, 90.0):
        a = np.radians(layout.yaw_deg + turn)
        spread = low @ np.array([np.cos(a), -np.sin(a)])
        if np.ptp(spread) > best:
            best, where = float(np.ptp(spread)), layout.yaw_deg + turn
    return where


def pyramid(sheet: Sheet) -> list[Array]:
    """The sheet in linear light, halved again and again; each level wraps."""
    import cv2

    levels = [linear(sheet.albedo)]
    while len(levels) < LEVELS and min(levels[-1].shape[:2]) >= 16:
        a = levels[-1]
        levels.append(cv2.resize(a, (max(1, a.shape[1] // 2), max(1, a.shape[0] // 2)), interpolation=cv2.INTER_AREA))
    return levels


def laid(sheet: Sheet, plane: Plane, box: tuple[int, int, int, int], wanted: Array) -> Array:
    """float32 (h, w, 3) linear albedo of the covering in ``box`` (top, bottom, left, right); ``wanted`` bool (h, w), other
    pixels may hold anything. Trilinear lookups, several along the footprint's long side."""
    import cv2

    top, bottom, left, right = box
    out = np.zeros((bottom - top, right - left, 3), np.float32)
    levels = pyramid(sheet)
    padded = [cv2.copyMakeBorder(a, 0, 1, 0, 1, cv2.BORDER_WRAP) for a in levels]
    for start in range(0, bottom - top, 256):
        rows = slice(start, min(start + 256, bottom - top))
        if not wanted[rows].any():
            continue
        v = (np.arange(top + rows.start, top + rows.stop) + 0.5)[:, None]
        u = (np.arange(left, right) + 0.5)[None]
        x, y, long_x, long_y, level, far = _footprint(plane.matrix, u, v, sheet.texel_m)
        total = np.zeros((*x.shape, 3), np.float32)
        low, high = int(level.min()), min(int(np.ceil(level.max())), len(levels) - 1)
        for k in range(min(low, len(levels) - 1), high + 1):
            share = np.clip(1 - np.abs(level - k), 0, 1)
            if k == len(levels) - 1:
                share = np.where(level > k, 1, share)
            if not share.any():
                continue
            h, w = levels[k].shape[:2]
            mean = np.zeros_like(total)
            for tap in range(TAPS):
                t = (tap + 0.5) / TAPS - 0.5
                px = np.mod((x + t * long_x) / 2**k - 0.5, w).astype(np.float32)
                py = np.mod((y + t * long_y) / 2**k - 0.5, h).astype(np.float32)
                mean += cv2.remap(padded[k], px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            total += mean * (share / TAPS)[..., None]
        plain = levels[-1].mean((0, 1))
        out[rows] = np.where(far[..., None], plain, total)
    return out


def _footprint(matrix: Array, u: Array, v: Array, texel: tuple[float, float]) -> tuple[Array, ...]:
    """Texel coordinates of pixels, the long side of each one's footprint, the mip level of its short side, and whether it
    lies beyond the horizon."""
    with np.errstate(divide="ignore", invalid="ignore"):
        n = (matrix[:, 0, None, None] * u + matrix[:, 1, None, None] * v + matrix[:, 2, None, None]).astype(np.float32)
        far = n[2] <= 1e-4
        w = np.where(far, 1.0, n[2])
        x, y = n[0] / w / texel[0], n[1] / w / texel[1]
        xu = (matrix[0, 0] - x * texel[0] * matrix[2, 0]) / w / texel[0]
        xv = (matrix[0, 1] - x * texel[0] * matrix[2, 1]) / w / texel[0]
        yu = (matrix[1, 0] - y * texel[1] * matrix[2, 0]) / w / texel[1]
        yv = (matrix[1, 1] - y * texel[1] * matrix[2, 1]) / w / texel[1]
    across, down = np.hypot(xu, yu), np.hypot(xv, yv)
    longer = down > across
    long_x, long_y = np.where(longer, xv, xu), np.where(longer, yv, yu)
    short = np.maximum(np.minimum(across, down), np.maximum(across, down) / TAPS)
    level = np.log2(np.maximum(short, 1.0)).astype(np.float32)
    return x, y, long_x, long_y, level, far
