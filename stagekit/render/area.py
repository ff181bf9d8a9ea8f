"""Which pixels a model may paint, so that the building stays: round the furniture, or over the floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..room.raster import CEILING, DOOR, FLOOR, WALL, WINDOW
from ..types import Array, Layout, Placement

SHADOW_M = 0.30
"""How far a piece's shadow on the floor is taken to reach beyond its footprint."""
RIM = 0.012
"""Share of the longer side by which outlines are grown: hair, fringes, leaves, contact shadows on walls."""
TALL_M = 1.25
"""Height over the floor up to which free furniture may cover a wall."""


def furniture_area(layout: Layout, placements: Sequence[Placement], alpha: Array) -> Array:
    """bool (h, w): the furniture's outline grown by ``RIM``, and the floor within ``SHADOW_M`` of what stands on it.

    Windows, doors, the ceiling and what stood there before are left out but for a seam of two pixels.
    """
    import cv2

    covered = (alpha > 0).astype(np.uint8)
    reach = max(2, round(RIM * max(alpha.shape)))
    grown = cv2.dilate(covered, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)) > 0
    grown |= shadows(layout, placements)
    seam = cv2.dilate(covered, np.ones((5, 5), np.uint8)) > 0
    return seam | (grown & ~protected(layout))


def floor_area(layout: Layout) -> Array:
    """bool (h, w): the floor, and the walls up to ``TALL_M`` over it; no windows, doors, ceiling or old furniture."""
    camera, surfaces = layout.camera, layout.surfaces()
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    up = camera.height_m + camera.rays(np.stack([u, v], -1))[..., 1] * layout.depth()
    return ((surfaces == FLOOR) | ((surfaces == WALL) & (up < TALL_M))) & ~protected(layout)


def protected(layout: Layout) -> Array:
    """bool (h, w): windows, doors, the ceiling, what stands in the room already, and where nothing is known."""
    out = np.isin(layout.surfaces(), (0, WINDOW, DOOR, CEILING))
    for o in layout.obstacles:
        out |= np.asarray(o.mask, bool)
    return out


def shadows(layout: Layout, placements: Sequence[Placement]) -> Array:
    """bool (h, w): floor within ``SHADOW_M`` of a footprint of something that stands on it."""
    floor = layout.surfaces() == FLOOR
    out = np.zeros(floor.shape, bool)
    ys, xs = np.nonzero(floor)
    if not len(xs):
        return out
    camera = layout.camera
    points = (camera.rays(np.stack([xs, ys], -1) + 0.5) * layout.depth()[ys, xs][:, None])[:, [0, 2]]
    near = np.zeros(len(xs), bool)
    for p in placements:
        if p.position[1] > 0.3:  # stands or hangs on something else
            continue
        local = (points - np.array([p.position[0], p.position[2]])) @ p.matrix[np.ix_((0, 2), (0, 2))]
        near |= (np.abs(local) < np.array([p.size_m[0], p.size_m[2]]) / 2 + SHADOW_M).all(-1)
    out[ys[near], xs[near]] = True
    return out
