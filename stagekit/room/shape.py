"""From planes over azimuths to a floor polygon with walls, closed behind the camera."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..types import Wall, WallKind
from .planes import Plane

Array = Any

BEHIND_M = 0.5
"""The unseen part of the room ends this far behind and beside the camera, or where the side walls run to."""
BESIDE_M = 0.05
"""So close the room's unseen side passes the camera where it must run along the view's border."""
FARTHEST_M = 14.0


def build_shape(
    planes: list[Plane], yaw_deg: float, camera_height_m: float, ceiling_m: float
) -> tuple[Array, tuple[Wall, ...], list[int]]:
    """(floor (N, 2), walls, index of each plane's wall). Star-shaped about the camera, so it never crosses itself."""
    chain: list[tuple[float, float]] = []
    kinds: list[WallKind] = []
    index: list[int] = []
    for plane in planes:
        start, end = _point(plane, plane.left, camera_height_m), _point(plane, plane.right, camera_height_m)
        if chain and math.dist(chain[-1], start) < 0.03 * max(1.0, math.hypot(*start)):
            pass  # the corner is shared
        elif chain:
            kinds.append("unseen")  # the jump in depth: the side of the nearer wall, edge-on to the camera
            chain.append(start)
        else:
            chain.append(start)
        index.append(len(chain) - 1)
        kinds.append("wall")
        chain.append(end)
    return close_behind(chain, kinds, index, yaw_deg, ceiling_m)


def close_behind(
    chain: list[tuple[float, float]], kinds: list[WallKind], index: list[int], yaw_deg: float, ceiling_m: float
) -> tuple[Array, tuple[Wall, ...], list[int]]:
    """Close an open chain of corners (azimuth rising, left to right) behind the camera, along the room's directions."""
    a = math.radians(yaw_deg)
    axes = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])  # rows: the main directions, in x z
    points = np.array(chain)
    local = points @ axes.T
    low = np.minimum(local.min(0), -BEHIND_M)
    high = np.maximum(local.max(0), BEHIND_M)
    first_end, first_merged = _run_out(local[0], local[1], low, high)
    last_end, last_merged = _run_out(local[-1], local[-2], low, high)
    # Neither side runs on past the point straight behind the camera, or the two would cross
    first_end = axes @ _aside(points[0], _stop_behind(points[0], first_end @ axes, -1.0), -1.0)
    last_end = axes @ _aside(points[-1], _stop_behind(points[-1], last_end @ axes, 1.0), 1.0)
    azimuth_l, azimuth_r = _azimuth(first_end @ axes), _azimuth(last_end @ axes)
    corners = [np.array([x, y]) for x in (low[0], high[0]) for y in (low[1], high[1])]
    behind = []
    gap = (azimuth_l - azimuth_r) % (2 * math.pi)
    for c in corners:
        turn = (_azimuth(c @ axes) - azimuth_r) % (2 * math.pi)
        if 1e-3 < turn < gap - 1e-3:
            behind.append((turn, c))
    behind.sort(key=lambda b: b[0])
    out = [tuple(p) for p in local]
    names: list[WallKind] = list(kinds)
    shift = 0
    if first_merged:
        out[0] = tuple(first_end)
    else:
        out.insert(0, tuple(first_end))
        names.insert(0, "unseen")
        shift = 1
    if last_merged:
        out[-1] = tuple(last_end)
    else:
        out.append(tuple(last_end))
        names.append("unseen")
    for _, c in behind:
        out.append(tuple(c))
        names.append("unseen")
    names.append("unseen")
    polygon = np.array(out) @ axes
    keep = [k for k in range(len(polygon)) if np.hypot(*(polygon[k] - polygon[(k + 1) % len(polygon)])) > 1e-3]
    renamed = {old: new for new, old in enumerate(keep)}
    polygon, names = polygon[keep], [names[k] for k in keep]
    walls = tuple(
        Wall((float(a[0]), float(a[1])), (float(b[0]), float(b[1])), ceiling_m, name)
        for a, b, name in zip(polygon, np.roll(polygon, -1, axis=0), names, strict=True)
    )
    return polygon, walls, [renamed.get(i + shift, -1) for i in index]


def _run_out(end: Array, other: Array, low: Array, high: Array) -> tuple[Array, bool]:
    """Where the room goes from the last seen corner ``end``: on along its wall if that comes nearer to the camera's
    side (a side wall), else square to it, back past the camera. Returns the point and whether the wall goes on."""
    d = end - other
    d = d / max(float(np.hypot(*d)), 1e-9)
    k = int(np.argmax(np.abs(d)))
    approaches = float(end @ d) < -0.05  # the foot of the camera's perpendicular lies further on
    if approaches and abs(d[k]) > 0.9:
        out = end.copy()
        out[k] = high[k] if d[k] > 0 else low[k]
        out = end + d * ((out[k] - end[k]) / d[k])
        return out, True
    # square to the wall, towards the camera's side
    n = np.array([-d[1], d[0]])
    if float(n @ end) > 0:
        n = -n
    k = int(np.argmax(np.abs(n)))
    reach = ((high[k] if n[k] > 0 else low[k]) - end[k]) / n[k]
    return end + n * max(float(reach), 0.0), False


def _stop_behind(start: Array, end: Array, side: float) -> Array:
    """``end`` moved back towards ``start`` so that it stays on its ``side`` (-1 left, 1 right) of the camera."""
    edge = 0.05 * side
    if (end[0] - edge) * side >= 0 or (start[0] - edge) * side <= 0:
        return end
    return start + (end - start) * ((edge - start[0]) / (end[0] - start[0]))


def _aside(start: Array, end: Array, side: float) -> Array:
    """``end``, or where the side of the room that runs there from the last seen corner ``start`` would stand in the view, a
    point behind the camera that it reaches along the view's border. ``side``: -1 left, 1 right."""
    if _azimuth(start) * side < 0:
        return end
    for t in np.linspace(0.1, 1.0, 10):
        turn = _azimuth(start + (end - start) * t) - _azimuth(start)
        if math.remainder(turn, 2 * math.pi) * side < -1e-3:
            a = _azimuth(start)
            away, out = np.array([math.sin(a), -math.cos(a)]), side * np.array([math.cos(a), math.sin(a)])
            return np.asarray(BESIDE_M * (out - away))
    return end


def _azimuth(p: Array) -> float:
    return math.atan2(float(p[0]), float(-p[1]))


def _point(plane: Plane, theta: float, height: float) -> tuple[float, float]:
    level = plane.q * math.cos(theta - plane.azimuth)
    r = min(height / max(level, 1e-3), FARTHEST_M)
    return r * math.sin(theta), -r * math.cos(theta)
