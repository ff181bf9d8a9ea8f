"""Which pixels a model may paint, so that the building stays: round the furniture, or over the floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..room.raster import CEILING, DOOR, FLOOR, WALL, WINDOW
from ..types import Array, Layout, Placement, Segments

SHADOW_M = 0.30
"""How far a piece's shadow on the floor is taken to reach beyond its footprint."""
RIM = 0.012
"""Share of the longer side by which outlines are grown: hair, fringes, leaves, contact shadows on walls."""
SPECK = 0.001
"""Share of the picture below which a thing that a segmentation sees is left to chance."""
TALL_M = 1.25
"""Height over the floor up to which free furniture may cover a wall."""


def furniture_area(layout: Layout, placements: Sequence[Placement], alpha: Array, keep: Array | None = None) -> Array:
    """bool (h, w): the furniture's outline grown by ``RIM``, and the floor within ``SHADOW_M`` of what stands on it.

    Windows, doors, the ceiling, what stood there before and ``keep`` (bool) are left out but for a seam of two pixels.
    """
    import cv2

    covered = (alpha > 0).astype(np.uint8)
    reach = max(2, round(RIM * max(alpha.shape)))
    grown = cv2.dilate(covered, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)) > 0
    grown |= shadows(layout, placements)
    seam = cv2.dilate(covered, np.ones((5, 5), np.uint8)) > 0
    return seam | (grown & ~protected(layout, keep))


def floor_area(layout: Layout, keep: Array | None = None) -> Array:
    """bool (h, w): the floor, and the walls up to ``TALL_M`` over it; no windows, doors, ceiling, old furniture, nor
    ``keep`` (bool)."""
    camera, surfaces = layout.camera, layout.surfaces()
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    up = camera.height_m + camera.rays(np.stack([u, v], -1))[..., 1] * layout.depth()
    return ((surfaces == FLOOR) | ((surfaces == WALL) & (up < TALL_M))) & ~protected(layout, keep)


def protected(layout: Layout, keep: Array | None = None) -> Array:
    """bool (h, w): windows, doors, the ceiling, what stands in the room already, ``keep``, and where nothing is known."""
    out = np.isin(layout.surfaces(), (0, WINDOW, DOOR, CEILING))
    if keep is not None:
        out |= keep
    for o in layout.obstacles:
        out |= np.asarray(o.mask, bool)
    return out


def standing(segments: Segments) -> Array:
    """bool HxW: what a segmentation of the photo takes for neither wall nor floor: openings, stairs, fireplaces, fitted
    furniture. A layout knows few of them. Specks are left out."""
    import cv2

    bare = [segments.classes.index(n) for n in ("wall", "floor", "rug") if n in segments.classes]
    other = (~np.isin(segments.labels, bare)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(other)
    large = np.zeros(count, bool)
    large[1:] = stats[1:, cv2.CC_STAT_AREA] >= SPECK * other.size
    reach = max(1, round(0.003 * max(other.shape)))
    return cv2.dilate(large[labels].astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0


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
