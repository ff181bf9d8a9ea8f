"""The photo on a cylinder round the vertical through the camera, and what its cells say of floor, wall and ceiling.

One column is one azimuth, rows are the tangent of the elevation: vertical planes meet floor and ceiling in simple curves
there (see `planes`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..types import Camera
from .hidden import feet, floor_behind, with_floor

Array = Any

STEP, STEPPED = 0.02, 0.3
"""Change of light (of 1) that is a step, and the share of the wall's height over which a corner shows one."""
SURELY, ENOUGH, REACH = 1.0, 0.25, 2
"""Nats by which wall is likelier than floor and ceiling where a corner would be seen, the share of a column's weight that
must be such wall, and columns to both sides that are compared."""
LINE = 0.24
"""Worth of a wall edge that runs along a line segment, as a share of the cost of naming a whole column wrongly."""


@dataclass
class Cylinder:
    """The photo on a cylinder: ``theta`` (J,), ``rows`` (I,) tangents from bottom to top; costs per cell."""

    theta: Array
    rows: Array
    weight: Array
    floor: Array
    ceiling: Array
    ceiling_free: Array
    lines: Array
    upright: Array
    plain: Array
    base: float = 0.0
    directions: Array = field(default_factory=lambda: np.zeros(0))

    def row(self, tangent: Array) -> Array:
        return np.clip((tangent - self.rows[0]) / (self.rows[1] - self.rows[0]), 0, len(self.rows) - 1)


def make_cylinder(
    camera: Camera,
    picture: Array,
    logs: Array,
    lines: Array,
    fit: Array,
    yaw_deg: float,
    columns: int = 200,
    levels: int = 260,
    *,
    loose: Array | None = None,
) -> Cylinder:
    """Costs on the cylinder. ``picture`` uint8 (h, w, 3), ``logs`` (3, h, w) log-probabilities of floor, wall, ceiling in
    the camera's pixels, ``lines`` (N, 4) segments and ``fit`` (5, N) how well they point up, along the main directions and
    between. ``loose`` (3, h, w): bare floor, what stands on it, and that times its depth in metres (`Evidence.standing`)."""
    import cv2

    h, w = camera.height, camera.width
    border = np.concatenate(
        [
            np.stack([np.linspace(0, w, 40), np.zeros(40)], 1),
            np.stack([np.linspace(0, w, 40), np.full(40, h)], 1),
            np.stack([np.zeros(40), np.linspace(0, h, 40)], 1),
            np.stack([np.full(40, w), np.linspace(0, h, 40)], 1),
        ]
    )
    d = camera.rays(border)
    azimuth, tangent = np.arctan2(d[:, 0], -d[:, 2]), d[:, 1] / np.maximum(np.hypot(d[:, 0], d[:, 2]), 1e-6)
    flat = np.abs(tangent) < 1.3
    theta = np.linspace(max(azimuth[flat].min(), -1.4), min(azimuth[flat].max(), 1.4), columns)
    rows = np.linspace(max(tangent.min(), -2.6), min(max(tangent.max(), 0.2), 2.2), levels)
    grid = np.stack(np.broadcast_arrays(np.sin(theta)[:, None], rows[None], -np.cos(theta)[:, None]), -1)
    uv, depth = camera.project(grid + camera.centre)
    inside = (depth > 0.05) & (uv[..., 0] >= 0) & (uv[..., 0] <= w) & (uv[..., 1] >= 0) & (uv[..., 1] <= h)
    map_u, map_v = (uv[..., 0] - 0.5).astype(np.float32), (uv[..., 1] - 0.5).astype(np.float32)
    map_u, map_v = np.clip(map_u, -1e4, 1e4), np.clip(map_v, -1e4, 1e4)

    def rolled(m: Array) -> Array:
        return cv2.remap(m, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    value = [rolled(c) for c in logs]
    hides = None
    if loose is not None:
        floor_seen, thing, metres = (rolled(c) for c in loose)
        behind = floor_behind(floor_seen, thing, metres / np.maximum(thing, 0.05), inside, rows)
        hides = behind * thing
        value = with_floor(value, hides)
    # Every cell counts with the photo's area that it covers, so that costs are shares of the photo
    du, dv = np.gradient(uv[..., 0], axis=0), np.gradient(uv[..., 1], axis=1)
    area = np.abs(du * dv) * inside
    weight = area / max(area.sum(), 1e-9) * 100.0
    lf, lw, lc = (v * weight for v in value)
    zero = np.zeros((columns, 1))
    below = np.concatenate([zero, np.cumsum(lf - lw, 1)], 1)
    above = np.concatenate([zero, np.cumsum(lc - lw, 1)], 1)
    floor, ceiling = -below, -(above[:, -1:] - above)
    band = rows > 0.02
    first = int(np.argmax(band)) if band.any() else levels
    free = ceiling[:, first:].min(1)
    line_maps = np.stack([_line_map(camera, lines, fit[k], theta, rows) for k in (1, 2, 3, 4)])
    if hides is not None:
        line_maps = line_maps * (1.0 - feet(hides))
    mean = weight.sum(1, keepdims=True).mean()
    bare = inside & (value[1] - np.maximum(value[0], value[2]) > SURELY)
    soft = cv2.GaussianBlur(picture.astype(np.float32) / 255, (0, 0), 0.8)
    plain = _plain(rolled(soft), bare, weight)
    upright = _upright(camera, lines, fit[0], theta)
    cylinder = Cylinder(theta, rows, weight, floor, ceiling, free, line_maps * mean * LINE, upright, plain)
    cylinder.base = -float(lw.sum())
    normals = np.radians(-yaw_deg + np.arange(0, 360, 45))
    cylinder.directions = (normals + np.pi) % (2 * np.pi) - np.pi
    return cylinder


def _line_map(camera: Camera, lines: Array, fit: Array, theta: Array, rows: Array) -> Array:
    """(J, I) 0..1: where segments along one direction run."""
    import cv2

    out = np.zeros((len(theta), len(rows)), np.float32)
    step_t, step_r = theta[1] - theta[0], rows[1] - rows[0]
    for line, strength in zip(lines, fit, strict=True):
        if strength < 0.25:
            continue
        n = max(2, int(np.hypot(line[2] - line[0], line[3] - line[1]) / 1.5))
        t = np.linspace(0, 1, n)[:, None]
        d = camera.rays(line[:2] * (1 - t) + line[2:] * t)
        j = np.round((np.arctan2(d[:, 0], -d[:, 2]) - theta[0]) / step_t).astype(int)
        i = np.round((d[:, 1] / np.maximum(np.hypot(d[:, 0], d[:, 2]), 1e-6) - rows[0]) / step_r).astype(int)
        ok = (j >= 0) & (j < len(theta)) & (i >= 0) & (i < len(rows))
        out[j[ok], i[ok]] = np.maximum(out[j[ok], i[ok]], strength)
    blurred = cv2.GaussianBlur(out, (0, 0), sigmaX=1.6, sigmaY=0.8)
    return np.minimum(blurred / 0.25, 1.0)


def _plain(around: Array, bare: Array, weight: Array) -> Array:
    """(J,) 0..1: azimuths at which ``bare`` wall is seen on both sides and goes on without a step. ``around`` (J, I, 3):
    the photo on the cylinder."""
    both = bare & np.roll(bare, REACH, 0) & np.roll(bare, -REACH, 0)
    step = np.abs(np.roll(around, REACH, 0) - np.roll(around, -REACH, 0)).max(-1)
    both[:REACH] = both[-REACH:] = False
    area = (weight * both).sum(1)
    stepped = (weight * (both & (step > STEP))).sum(1) / np.maximum(area, 1e-9)
    seen = np.clip(area / np.maximum(weight.sum(1), 1e-9) / ENOUGH, 0, 1)
    return np.asarray(seen * np.clip(1 - stepped / STEPPED, 0, 1))


def _upright(camera: Camera, lines: Array, fit: Array, theta: Array) -> Array:
    """(J,) 0..1: upright segments at each azimuth, by the share of the picture's height that they cover."""
    import cv2

    out = np.zeros(len(theta), np.float32)
    for line, strength in zip(lines, fit, strict=True):
        if strength < 0.3:
            continue
        d = camera.rays((line[:2] + line[2:]) / 2)
        j = round(float((np.arctan2(d[0], -d[2]) - theta[0]) / (theta[1] - theta[0])))
        if 0 <= j < len(theta):
            out[j] += strength * abs(line[3] - line[1]) / camera.height
    out = cv2.GaussianBlur(out[None], (0, 0), sigmaX=1.0, sigmaY=0.1)[0] * 2.5
    return np.clip(out / 0.35, 0, 1)


def every(c: Cylinder, step: int) -> Cylinder:
    s = slice(step // 2, None, step)
    return Cylinder(
        c.theta[s],
        c.rows,
        c.weight[s] * step,
        c.floor[s] * step,
        c.ceiling[s] * step,
        c.ceiling_free[s] * step,
        c.lines[:, s] * step,
        c.upright[s],
        c.plain[s],
        c.base,
        c.directions,
    )


def select(c: Cylinder, inside: Array) -> Cylinder:
    return Cylinder(
        c.theta[inside],
        c.rows,
        c.weight[inside],
        c.floor[inside],
        c.ceiling[inside],
        c.ceiling_free[inside],
        c.lines[:, inside],
        c.upright[inside],
        c.plain[inside],
        c.base,
        c.directions,
    )
