"""The room's shape: a sequence of vertical planes over the photo's azimuths, by dynamic programming.

The photo is resampled to a cylinder round the vertical through the camera: one column is one azimuth, rows are the
tangent of the elevation. A vertical plane then meets the floor at row ``-q cos(a)`` and the ceiling at
``ratio q cos(a)``, q being camera height / distance and ``ratio`` the ceiling's height over the camera / the camera's
height over the floor. Costs of all planes in all columns come from cumulative sums; a path through the columns with a
price for each corner gives the walls (Flint et al. 2011, "Manhattan scene understanding", with other costs).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..types import Camera

Array = Any

RATIOS = (0.28, 0.35, 0.42, 0.5, 0.58, 0.66, 0.75, 0.86, 1.0, 1.2, 1.5, 2.0)
CORNER, JUMP, SLANTED = 2.6, 4.0, 5.0
"""Prices of a corner, of a jump in depth and of a wall at 45 degrees; one percent of the photo wrongly named costs
about 4 (nats times percent)."""
UNSEEN = 3.0
"""More for a corner where the photo shows the wall going on without a step: paint on two walls takes the light apart."""
STEP, STEPPED = 0.02, 0.3
"""Change of light (of 1) that is a step, and the share of the wall's height over which a corner shows one."""
SURELY, ENOUGH, REACH = 1.0, 0.25, 2
"""Nats by which wall is likelier than floor and ceiling where a corner would be seen, the share of a column's weight that
must be such wall, and columns to both sides that are compared."""
LINE = 0.06
"""Worth of a wall edge that runs along a line segment, as a share of the cost of naming a whole column wrongly."""

FREE_CEILING = 0.2
"""Price of a ceiling line at another height than the room's (beams, slopes), as a share of a column's weight."""


@dataclass(frozen=True)
class Plane:
    """A vertical plane seen from column ``first`` to ``last``: normal's azimuth (outward), q = height / distance."""

    azimuth: float
    q: float
    left: float
    right: float
    slanted: bool = False

    def level(self, theta: Array) -> Array:
        """q cos(angle): minus the floor line's row value, per azimuth."""
        return self.q * np.cos(theta - self.azimuth)


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
) -> Cylinder:
    """Costs on the cylinder. ``picture`` uint8 (h, w, 3), ``logs`` (3, h, w) log-probabilities of floor, wall, ceiling in
    the camera's pixels, ``lines`` (N, 4) segments and ``fit`` (5, N) how well they point up, along the main directions and
    between."""
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
    value = [cv2.remap(c, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for c in logs]
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
    mean = weight.sum(1, keepdims=True).mean()
    bare = inside & (value[1] - np.maximum(value[0], value[2]) > SURELY)
    soft = cv2.GaussianBlur(picture.astype(np.float32) / 255, (0, 0), 0.8)
    around = cv2.remap(soft, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    plain = _plain(around, bare, weight)
    upright = _upright(camera, lines, fit[0], theta)
    cylinder = Cylinder(theta, rows, weight, floor, ceiling, free, line_maps * mean * LINE * 4.0, upright, plain)
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


def solve(cylinder: Cylinder, ratio: float | None = None) -> tuple[list[Plane], float, float]:
    """Planes from left to right, the ceiling ratio and the cost. ``ratio`` is taken as true if given."""
    if ratio is None:
        thin, q = _every(cylinder, 2), _levels(40)
        thinner = _every(cylinder, 4)
        first = min(RATIOS, key=lambda r: _path(thinner, q, r, slanted=False)[1] + unusual(r))
        # A second start from the floor alone: the ratios above are few, and a sharp ceiling line between two of them
        # would pull the floor off its own line
        alone = _path(thinner, q, None, slanted=False)[0]
        second = best_ratio(thinner, alone, np.geomspace(0.25, 3.0, 60))
        tries = []
        for start in (first, second):
            planes, _ = _path(thin, q, start, slanted=False)
            better = best_ratio(thin, planes, start * np.geomspace(0.85, 1.18, 25))
            tries.append((_path(thin, q, better, slanted=False)[1] + unusual(better), better))
        ratio = min(tries)[1]
    planes, cost = _path(cylinder, _levels(72), ratio, slanted=True)
    return planes, float(ratio), cost


def unusual(ratio: float) -> float:
    """Price of a ceiling ratio far from that of a 2.5 m room seen from 1.4 m."""
    return 1.5 * (math.log(ratio / 0.8) / 0.45) ** 2


def best_ratio(cylinder: Cylinder, planes: list[Plane], ratios: Array) -> float:
    """The ceiling ratio that suits these planes best."""
    cost = np.zeros(len(ratios))
    for plane in planes:
        part = _select(cylinder, (cylinder.theta >= plane.left) & (cylinder.theta <= plane.right))
        level = plane.level(part.theta)
        column = part.weight.sum(1)[:, None]
        which = _direction(cylinder, plane.azimuth)
        j = np.arange(len(part.theta))[:, None]
        high = np.rint(part.row(level[:, None] * ratios[None])).astype(int)
        top = part.ceiling[j, high] - part.lines[which][j, high]
        cost += np.minimum(top, part.ceiling_free[:, None] + FREE_CEILING * column).sum(0)
    return float(ratios[int(cost.argmin())])


def coarse_cost(cylinder: Cylinder, ratio: float | None = None) -> float:
    """Cost of the best room, relative to naming everything wall, on a coarse grid: to compare cameras."""
    ratios = RATIOS[::2] if ratio is None else (ratio,)
    thin, q = _every(cylinder, 3), _levels(32)
    return min(_path(thin, q, r, slanted=False)[1] for r in ratios) + cylinder.base


def _every(c: Cylinder, step: int) -> Cylinder:
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


def _levels(count: int) -> Array:
    """q from far (0.08: 17 m) to near (2.4: 0.6 m), finer where far."""
    return np.sinh(np.linspace(np.arcsinh(0.08 * 3), np.arcsinh(2.4 * 3), count)) / 3


def column_costs(cylinder: Cylinder, azimuth: float, q: Array, ratio: float | None) -> tuple[Array, Array]:
    """(J, Q) cost of planes with this normal, and (J, Q) q cos."""
    angle = np.cos(cylinder.theta - azimuth)
    level = angle[:, None] * q[None]
    j = np.arange(len(cylinder.theta))[:, None]
    low = np.rint(cylinder.row(-level)).astype(int)
    which = _direction(cylinder, azimuth)
    cost = cylinder.floor[j, low] - cylinder.lines[which][j, low]
    free = cylinder.ceiling_free[:, None] + FREE_CEILING * cylinder.weight.sum(1)[:, None]
    if ratio is None:
        cost = cost + free
    else:
        high = np.rint(cylinder.row(ratio * level)).astype(int)
        cost = cost + np.minimum(cylinder.ceiling[j, high] - cylinder.lines[which][j, high], free)
    return np.where(angle[:, None] > 0.03, cost, 1e6), level


def _direction(cylinder: Cylinder, azimuth: float) -> int:
    """Which of the line maps holds the edges of a wall with this normal.

    ``directions[0]`` is the azimuth -yaw: the normal runs along the second main direction, its edges along the first.
    """
    k = int(np.argmin(np.abs(np.angle(np.exp(1j * (cylinder.directions - azimuth))))))
    return (0, 3, 1, 2)[k % 4]


def _path(cylinder: Cylinder, q: Array, ratio: float | None, slanted: bool) -> tuple[list[Plane], float]:
    theta = cylinder.theta
    azimuths, costs, levels, extra = [], [], [], []
    for k, azimuth in enumerate(cylinder.directions):
        if k % 2 and not slanted:
            continue
        offsets = q if k % 2 == 0 else q[::2]
        if np.cos(theta - azimuth).max() < 0.05:
            continue
        cost, level = column_costs(cylinder, azimuth, offsets, ratio)
        azimuths += [(azimuth, v, bool(k % 2)) for v in offsets]
        costs.append(cost)
        levels.append(level)
        extra.append(np.full(len(offsets), SLANTED if k % 2 else 0.0))
    cost, level, enter = np.concatenate(costs, 1), np.concatenate(levels, 1), np.concatenate(extra)
    total = cost[0] + enter
    back = np.zeros(cost.shape, dtype=np.int32)
    own = np.arange(cost.shape[1])
    # Thin slices cost: a corner on an upright line costs half
    for j in range(1, len(theta)):
        ease = 1.0 - 0.55 * max(cylinder.upright[j], cylinder.upright[j - 1])
        ease += UNSEEN * min(cylinder.plain[j], cylinder.plain[j - 1])
        between = (level[j] + level[j - 1]) / 2
        near = np.abs(between[:, None] - between[None]) * (JUMP / 0.22)
        near += total[:, None] + CORNER * ease
        source = near.argmin(0)
        value = near[source, own]
        k = int(total.argmin())
        jump = total[k] + (CORNER + JUMP) * ease
        source = np.where(value <= jump, source, k)
        value = np.minimum(value, jump) + enter
        stay = total <= value
        back[j] = np.where(stay, own, source)
        total = np.where(stay, total, value) + cost[j]
    state = int(total.argmin())
    best = float(total[state])
    path = np.empty(len(theta), dtype=int)
    for j in range(len(theta) - 1, -1, -1):
        path[j] = state
        state = int(back[j, state])
    cuts = np.concatenate([[0], np.nonzero(np.diff(path))[0] + 1, [len(theta)]])
    half = (theta[1] - theta[0]) / 2
    planes = []
    for a, b in itertools.pairwise(cuts):
        azimuth, v, is_slanted = azimuths[path[a]]
        planes.append(Plane(float(azimuth), float(v), float(theta[a] - half), float(theta[b - 1] + half), is_slanted))
    return planes, best


def refine(
    cylinder: Cylinder, planes: list[Plane], ratio: float, *, ratio_fixed: bool = False, rounds: int = 3
) -> tuple[list[Plane], float]:
    """Offsets, corners and the ceiling ratio drawn to the costs and lines between the coarse levels."""
    planes = list(planes)
    for turn in range(rounds):
        span = 0.10 / (turn + 1)
        for k, plane in enumerate(planes):
            inside = (cylinder.theta >= plane.left) & (cylinder.theta <= plane.right)
            part = _select(cylinder, inside)
            q = plane.q * (1.0 + np.linspace(-span, span, 21))
            cost, _ = column_costs(part, plane.azimuth, q, ratio)
            value = cost.sum(0) + 0.02 * np.abs(np.linspace(-1, 1, 21))
            planes[k] = Plane(plane.azimuth, float(q[value.argmin()]), plane.left, plane.right, plane.slanted)
        planes = settle(planes, cylinder)
        if not ratio_fixed:
            ratio = best_ratio(cylinder, planes, ratio * (1.0 + np.linspace(-span, span, 31)))
    return planes, ratio


def _select(c: Cylinder, inside: Array) -> Cylinder:
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


def corner_azimuth(a: Plane, b: Plane) -> float | None:
    """Azimuth at which two planes meet: q_a cos(t - a) = q_b cos(t - b); None if parallel."""
    x = a.q * math.cos(a.azimuth) - b.q * math.cos(b.azimuth)
    y = a.q * math.sin(a.azimuth) - b.q * math.sin(b.azimuth)
    if math.hypot(x, y) < 1e-6 or abs(math.sin(a.azimuth - b.azimuth)) < 0.1:
        return None
    t = math.atan2(-x, y)
    middle = (a.right + b.left) / 2
    return min((t, t + math.pi, t - math.pi), key=lambda v: abs(v - middle))


def settle(planes: list[Plane], cylinder: Cylinder) -> list[Plane]:
    """Corners put where neighbouring planes really meet, if that is near; empty planes dropped."""
    step = cylinder.theta[1] - cylinder.theta[0]
    out = list(planes)
    for k in range(len(out) - 1):
        a, b = out[k], out[k + 1]
        at = corner_azimuth(a, b)
        joint = (a.right + b.left) / 2
        if at is not None and abs(at - joint) < 5 * step and a.left < at < b.right:
            joint = at
        out[k] = Plane(a.azimuth, a.q, a.left, joint, a.slanted)
        out[k + 1] = Plane(b.azimuth, b.q, joint, b.right, b.slanted)
    return [p for p in out if p.right - p.left > 0.5 * step]
