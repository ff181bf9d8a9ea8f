"""What stands on the floor already, and where bare floor is really seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Camera, Layout, Obstacle
from .evidence import Evidence
from .raster import FLOOR

Array = Any

SMALLEST_SHARE = 0.0012
"""Of the photo: smaller things (sockets, vents, a shoe) do not matter."""
THICKEST_SLIVER = 0.010
"""Of the longer side: thinner stretches of not-floor along a wall are skirting or a wall a little off."""
SURELY = 0.8
"""Probability of a thing from which a long strip is no wall whose foot lies a little off, but a sofa along it."""
MOST = 8


def find_obstacles(layout: Layout, camera: Camera, evidence: Evidence, image: Array) -> tuple[Obstacle, ...]:
    """Things that hide the floor. ``camera`` is that of the evidence maps, ``image`` the full photo (H, W, 3).

    The footprint is the floor that the thing hides: what lies behind it is not known to be free.
    """
    import cv2
    from shapely.geometry import MultiPolygon, Polygon, box

    if evidence.source != "network":
        return ()
    p = evidence.probabilities
    height, width = p.shape[1:]
    on_floor = cv2.resize(layout.surfaces(), (width, height), interpolation=cv2.INTER_NEAREST) == FLOOR
    other = 1.0 - p[0]
    mask = (on_floor & (other > 0.72)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    floor = Polygon(layout.floor).buffer(0).intersection(box(-15, -15, 15, 15))
    things: list[tuple[int, Obstacle]] = []
    whole = None
    order = sorted(range(1, count), key=lambda c: -int(stats[c, cv2.CC_STAT_AREA]))
    for c in order[:MOST]:
        one = (labels == c).astype(np.uint8)
        thick = float(cv2.distanceTransform(np.pad(one, 1), cv2.DIST_L2, 3).max())
        # a component at the picture's edge goes on outside: half its thickness is seen
        length = max(int(stats[c, cv2.CC_STAT_WIDTH]), int(stats[c, cv2.CC_STAT_HEIGHT]))
        if one.sum() < SMALLEST_SHARE * one.size or thick < THICKEST_SLIVER * max(height, width):
            continue
        around = cv2.dilate(np.pad(one, 2), np.ones((5, 5), np.uint8)) > 0
        island = not (around & ~np.pad(on_floor, 2)).any()
        if island and float(p[5][one > 0].mean()) < 0.4:
            continue  # in the midst of the floor, and no object: a reflection or a patch of sun
        if thick < 0.10 * length and float(p[5][one > 0].mean()) < SURELY:  # the wall's foot lies a little off
            continue
        contours, _ = cv2.findContours(one, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = cv2.approxPolyDP(max(contours, key=cv2.contourArea), 1.2, True).reshape(-1, 2) + 0.5
        ground = camera.on_floor(outline)[:, [0, 2]]
        if len(ground) < 3 or not np.isfinite(ground).all():
            continue
        shape = Polygon(ground).buffer(0).intersection(floor)
        if isinstance(shape, MultiPolygon) or not isinstance(shape, Polygon):
            parts = [g for g in getattr(shape, "geoms", []) if isinstance(g, Polygon)]
            if not parts:
                continue
            shape = max(parts, key=lambda g: g.area)
        if shape.area < 0.02:
            continue
        if whole is None:
            whole = sharpen(image, evidence.probabilities[[0, 5]])
        footprint = np.array(shape.exterior.coords)[:-1]
        things.append((c, Obstacle(footprint, _height(camera, one, p), _mask(one, whole, image.shape[:2]))))
    return tuple(t for _, t in things)


def _height(camera: Camera, one: Array, p: Array) -> float:
    """Metres from the floor to the top of the thing, from its lowest pixel's depth and the top of its object pixels."""
    rows, columns = np.nonzero(one)
    bottom = int(rows.max())
    column = int(np.median(columns[rows >= bottom - 1]))
    foot = camera.on_floor(np.array([column + 0.5, bottom + 1.0]))
    thing = p[5, :, max(0, column - 2) : column + 3].max(1) > 0.4
    top = int(rows[columns == column].min())
    while top > 0 and thing[top - 1]:
        top -= 1
    ray = camera.rays(np.array([column + 0.5, top + 0.0]))
    reach = float(np.hypot(foot[0], foot[2]))
    return float(np.clip(camera.height_m + ray[1] / max(np.hypot(ray[0], ray[2]), 1e-6) * reach, 0.1, 3.0))


def _mask(one: Array, sharp: Array, size: tuple[int, int]) -> Array:
    """The thing's pixels at the photo's size: the component, and what is connected to it and surely an object."""
    import cv2

    grown = cv2.dilate(one, np.ones((5, 5), np.uint8))
    near = cv2.resize(grown, (size[1], size[0]), interpolation=cv2.INTER_NEAREST) > 0
    core = cv2.resize(one, (size[1], size[0]), interpolation=cv2.INTER_NEAREST) > 0
    not_floor = sharp[0] < 0.4
    return (core | near) & not_floor


def find_floor(layout: Layout, evidence: Evidence, image: Array) -> Array:
    """bool HxW of the photo: bare floor seen, drawn to the photo's edges; the whole polygon if only colour speaks."""
    floor = layout.surfaces() == FLOOR
    if evidence.source == "network":
        floor = floor & (sharpen(image, evidence.probabilities[:1])[0] > 0.45)
    for thing in layout.obstacles:
        floor &= ~thing.mask
    return floor


def sharpen(image: Array, maps: Array, radius_share: float = 0.01, epsilon: float = 1e-3) -> Array:
    """Maps (C, h, w) at the photo's size, drawn to its edges: a guided filter whose coefficients are found on the
    small picture and applied to the large one (He and Sun 2015), a channel of grey as the guide."""
    import cv2

    h, w = maps.shape[1:]
    size = (image.shape[1], image.shape[0])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255.0
    guide = cv2.resize(grey, (w, h), interpolation=cv2.INTER_AREA)
    k = (2 * max(2, round(radius_share * max(h, w))) + 1,) * 2
    mean = cv2.blur(guide, k)
    variance = cv2.blur(guide * guide, k) - mean * mean
    out = np.empty((len(maps), image.shape[0], image.shape[1]), np.float32)
    for i, m in enumerate(maps):
        average = cv2.blur(m, k)
        a = (cv2.blur(guide * m, k) - mean * average) / (variance + epsilon)
        b = average - a * mean
        a, b = cv2.blur(a, k), cv2.blur(b, k)
        out[i] = cv2.resize(a, size, interpolation=cv2.INTER_LINEAR) * grey
        out[i] += cv2.resize(b, size, interpolation=cv2.INTER_LINEAR)
    return out
