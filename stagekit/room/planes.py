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
from dataclasses import dataclass
from typing import Any

import numpy as np

from .cylinder import Cylinder, every, select

Array = Any

RATIOS = (0.28, 0.35, 0.42, 0.5, 0.58, 0.66, 0.75, 0.86, 1.0, 1.2, 1.5, 2.0)
CORNER, JUMP, SLANTED = 2.6, 4.0, 5.0
"""Prices of a corner, of a jump in depth and of a wall at 45 degrees; one percent of the photo wrongly named costs
about 4 (nats times percent)."""
UNSEEN = 3.0
"""More for a corner where the photo shows the wall going on without a step: paint on two walls takes the light apart."""
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


def solve(cylinder: Cylinder, ratio: float | None = None) -> tuple[list[Plane], float, float]:
    """Planes from left to right, the ceiling ratio and the cost. ``ratio`` is taken as true if given."""
    if ratio is None:
        thin, q = every(cylinder, 2), _levels(40)
        thinner = every(cylinder, 4)
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
        part = select(cylinder, (cylinder.theta >= plane.left) & (cylinder.theta <= plane.right))
        level = plane.level(part.theta)
        column = part.weight.sum(1)[:, None]
        which = direction(cylinder, plane.azimuth)
        j = np.arange(len(part.theta))[:, None]
        high = np.rint(part.row(level[:, None] * ratios[None])).astype(int)
        top = part.ceiling[j, high] - part.lines[which][j, high]
        cost += np.minimum(top, part.ceiling_free[:, None] + FREE_CEILING * column).sum(0)
    return float(ratios[int(cost.argmin())])


def coarse_cost(cylinder: Cylinder, ratio: float | None = None) -> float:
    """Cost of the best room, relative to naming everything wall, on a coarse grid: to compare cameras."""
    ratios = RATIOS[::2] if ratio is None else (ratio,)
    thin, q = every(cylinder, 3), _levels(32)
    return min(_path(thin, q, r, slanted=False)[1] for r in ratios) + cylinder.base


def _levels(count: int) -> Array:
    """q from far (0.08: 17 m) to near (2.4: 0.6 m), finer where far."""
    return np.sinh(np.linspace(np.arcsinh(0.08 * 3), np.arcsinh(2.4 * 3), count)) / 3


def column_costs(cylinder: Cylinder, azimuth: float, q: Array, ratio: float | None) -> tuple[Array, Array]:
    """(J, Q) cost of planes with this normal, and (J, Q) q cos."""
    angle = np.cos(cylinder.theta - azimuth)
    level = angle[:, None] * q[None]
    j = np.arange(len(cylinder.theta))[:, None]
    low = np.rint(cylinder.row(-level)).astype(int)
    which = direction(cylinder, azimuth)
    cost = cylinder.floor[j, low] - cylinder.lines[which][j, low]
    free = cylinder.ceiling_free[:, None] + FREE_CEILING * cylinder.weight.sum(1)[:, None]
    if ratio is None:
        cost = cost + free
    else:
        high = np.rint(cylinder.row(ratio * level)).astype(int)
        cost = cost + np.minimum(cylinder.ceiling[j, high] - cylinder.lines[which][j, high], free)
    return np.where(angle[:, None] > 0.03, cost, 1e6), level


def direction(cylinder: Cylinder, azimuth: float) -> int:
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
            part = select(cylinder, inside)
            q = plane.q * (1.0 + np.linspace(-span, span, 21))
            cost, _ = column_costs(part, plane.azimuth, q, ratio)
            value = cost.sum(0) + 0.02 * np.abs(np.linspace(-1, 1, 21))
            planes[k] = Plane(plane.azimuth, float(q[value.argmin()]), plane.left, plane.right, plane.slanted)
        planes = settle(planes, cylinder)
        if not ratio_fixed:
            ratio = best_ratio(cylinder, planes, ratio * (1.0 + np.linspace(-span, span, 31)))
    return planes, ratio


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
