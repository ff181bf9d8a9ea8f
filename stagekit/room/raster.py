"""A layout drawn into the photo: which surface, how deep, which wall; and the floor that the photo shows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..types import Layout

Array = Any

BAND = 1 << 18
"""Pixels a band: bounds the memory at 12 megapixels."""
FLOOR, WALL, CEILING, WINDOW, DOOR = 1, 2, 3, 4, 5


def rasterise(layout: Layout) -> tuple[Array, Array, Array]:
    """(surfaces uint8, depth float32 metres along the axis, wall ids int16 or -1), each HxW of the camera's picture."""
    camera = layout.camera
    height, width = camera.height, camera.width
    surfaces = np.zeros((height, width), np.uint8)
    depth = np.zeros((height, width), np.float32)
    ids = np.full((height, width), -1, np.int16)
    breaks, owner, normal, offset = _sectors(layout)
    is_open = np.array([w.kind == "open" for w in layout.walls])
    r = camera.rotation
    u = ((np.arange(width) + 0.5 - camera.cx) / camera.focal_px).astype(np.float32)
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        v = ((camera.cy - np.arange(top, min(top + rows, height)) - 0.5) / camera.focal_px).astype(np.float32)[:, None]
        dx, dy, dz = (np.float32(r[i, 0]) * u + (np.float32(r[i, 1]) * v - np.float32(r[i, 2])) for i in range(3))
        sector = np.searchsorted(breaks, np.arctan2(dx, -dz).ravel(), side="right").reshape(dx.shape) % len(owner)
        wall = owner[sector]
        with np.errstate(divide="ignore", invalid="ignore"):
            to_wall = offset[wall] / (normal[wall, 0] * dx + normal[wall, 1] * dz)
            level = np.where(dy < 0, -camera.height_m, layout.ceiling_height_m - camera.height_m) / dy
        to_wall = np.where((to_wall > 0) & (wall >= 0), to_wall, np.float32(np.inf))
        level = np.where(level > 0, level, np.float32(np.inf))
        on_wall = to_wall <= level
        band = slice(top, top + dx.shape[0])
        t = np.where(on_wall, to_wall, level)
        s = np.where(on_wall, WALL, np.where(dy < 0, FLOOR, CEILING)).astype(np.uint8)
        nothing = ~np.isfinite(t) | (on_wall & is_open[wall])
        s[nothing], t[nothing] = 0, 0
        surfaces[band], depth[band] = s, t
        ids[band] = np.where(on_wall & ~nothing, wall, -1)
        _draw_openings(layout, surfaces[band], ids[band], depth[band], dx, dy, dz)
    return surfaces, depth, ids


def _draw_openings(layout: Layout, surfaces: Array, ids: Array, depth: Array, dx: Array, dy: Array, dz: Array) -> None:
    for opening in layout.openings:
        code = {"window": WINDOW, "door": DOOR}.get(opening.kind)
        if code is None:
            continue
        wall = layout.walls[opening.wall]
        k = np.nonzero(ids == opening.wall)
        if not len(k[0]):
            continue
        t, d = depth[k], wall.direction
        along = (t * dx[k] - wall.start[0]) * d[0] + (t * dz[k] - wall.start[1]) * d[1]
        up = layout.camera.height_m + t * dy[k]
        inside = (along >= opening.left_m) & (along <= opening.right_m)
        inside &= (up >= opening.bottom_m) & (up <= opening.top_m)
        surfaces[k[0][inside], k[1][inside]] = code


def _sectors(layout: Layout) -> tuple[Array, Array, Array, Array]:
    """Azimuth intervals between corners, and the nearest wall in each; walls' normals (outward) and distances.

    Between two corners' azimuths the nearest wall does not change, because walls do not cross each other.
    """
    start = np.array([w.start for w in layout.walls], dtype=np.float64)
    end = np.array([w.end for w in layout.walls], dtype=np.float64)
    breaks = np.unique(np.arctan2(layout.floor[:, 0], -layout.floor[:, 1]))
    following = np.roll(breaks, -1).copy()
    following[-1] += 2 * math.pi
    middle = (breaks + following) / 2
    d = np.stack([np.sin(middle), -np.cos(middle)], -1)
    e = end - start
    # ray t d = start + s e
    cross = d[:, None, 0] * e[None, :, 1] - d[:, None, 1] * e[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (start[:, 0] * e[:, 1] - start[:, 1] * e[:, 0])[None] / cross
        s = (start[None, :, 0] * d[:, None, 1] - start[None, :, 1] * d[:, None, 0]) / cross
    t = np.where((t > 0) & (s >= -1e-9) & (s <= 1 + 1e-9) & np.isfinite(t), t, np.inf)
    owner = np.where(np.isfinite(t).any(1), t.argmin(1), -1)
    # searchsorted gives 0 before the first break: that sector is the last one
    owner = np.roll(owner, 1).astype(np.int16)
    normal = np.stack([e[:, 1], -e[:, 0]], -1) / np.maximum(np.hypot(e[:, 0], e[:, 1]), 1e-9)[:, None]
    offset = (normal * start).sum(1)
    flip = np.where(offset < 0, -1.0, 1.0)
    return breaks, owner, (normal * flip[:, None]).astype(np.float32), (offset * flip).astype(np.float32)


def frustum_floor(layout: Layout, limit_m: float = 12.0) -> Any:
    """shapely Polygon: the part of the ground that the picture covers, up to ``limit_m`` away."""
    from shapely.geometry import Polygon, box

    camera = layout.camera
    reach = 4.0 * limit_m
    # The picture's pyramid cut by the ground: clip the border's rays just under the horizon
    n = 24
    w, h = camera.width, camera.height
    uv = np.concatenate(
        [
            np.stack([np.linspace(0, w, n), np.zeros(n)], 1),
            np.stack([np.full(n, w), np.linspace(0, h, n)], 1),
            np.stack([np.linspace(w, 0, n), np.full(n, h)], 1),
            np.stack([np.zeros(n), np.linspace(h, 0, n)], 1),
        ]
    )
    d = camera.rays(uv)
    points = []
    lowest = -camera.height_m / reach
    for a, b in zip(d, np.roll(d, -1, axis=0), strict=True):
        sa, sb = a[1] - lowest * math.hypot(a[0], a[2]), b[1] - lowest * math.hypot(b[0], b[2])
        if sa < 0:
            points.append(a)
        if (sa < 0) != (sb < 0):
            points.append(a + (b - a) * (sa / (sa - sb)))
    if len(points) < 3:
        return Polygon()
    p = np.array(points)
    ground = p[:, [0, 2]] * (-camera.height_m / np.minimum(p[:, 1], -1e-9))[:, None]
    return Polygon(ground).buffer(0).intersection(box(-limit_m, -limit_m, limit_m, limit_m))


def visible_floor(layout: Layout, limit_m: float = 12.0) -> Any:
    """shapely Polygon or MultiPolygon (x, z): floor inside the picture and the room, without what stands on it."""
    from shapely.geometry import Polygon
    from shapely.ops import unary_union

    area = frustum_floor(layout, limit_m).intersection(Polygon(layout.floor).buffer(0))
    standing = [Polygon(o.footprint).buffer(0) for o in layout.obstacles if len(o.footprint) >= 3]
    return area.difference(unary_union(standing)) if standing else area
