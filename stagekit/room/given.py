"""A room whose floor the caller outlines in the photo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import LayoutError
from ..types import Image, Layout, WallKind
from .evidence import Evidence
from .scale import camera_height
from .shape import FARTHEST_M, close_behind
from .vanishing import View

Array = Any

BORDER_PX = 0.012
"""Outline edges within this share of the picture's size from its border are the photo's end, not a wall."""


def layout_from_floor(
    image: Image,
    view: View,
    outline: Array,
    evidence: Evidence,
    camera_height_m: float | None,
    ceiling_height_m: float | None,
) -> Layout:
    """Walls over the given outline (N, 2) of the floor in pixels. Raises LayoutError if no floor can lie there."""
    camera = view.camera.scaled(image.width, image.height)
    if outline.ndim != 2 or outline.shape[1] != 2 or len(outline) < 3:
        raise LayoutError(f"floor_px must be at least 3 points (u, v) in pixels, got shape {outline.shape}")
    scale = camera_height(camera_height_m, ceiling_height_m, None, [])
    camera = replace(camera, height_m=scale.camera_height_m)
    points = camera.on_floor(outline)
    if not np.isfinite(points).all():
        k = int(np.argmin(np.isfinite(points).all(1)))
        raise LayoutError(
            f"floor_px point {k} at {tuple(np.round(outline[k], 1))} lies above the horizon of the fitted camera; "
            "floors lie below it: move the point down, or give focal_px"
        )
    chain, kinds = _wall_chain(image, outline, points[:, [0, 2]])
    ceiling = ceiling_height_m or max(2.5, scale.camera_height_m + 0.3)
    floor, walls, _ = close_behind(chain, kinds, [], view.yaw_deg, ceiling)
    notes = (*scale.notes, "floor outline given")
    return Layout(
        camera=camera,
        floor=floor,
        walls=walls,
        ceiling_height_m=ceiling,
        yaw_deg=view.yaw_deg,
        confidence=max(view.confidence, 0.5),
        notes=notes,
    )


def _wall_chain(image: Image, outline: Array, ground: Array) -> tuple[list[tuple[float, float]], list[WallKind]]:
    """Edges of the outline that are walls, from left to right as seen from the camera."""
    margin = BORDER_PX * max(image.size)
    w, h = image.size
    n = len(outline)

    def at_border(k: int) -> bool:
        a, b = outline[k], outline[(k + 1) % n]
        return any((abs(a[i] - edge) < margin and abs(b[i] - edge) < margin) for i, edge in ((0, 0), (0, w), (1, h)))

    azimuth = np.arctan2(ground[:, 0], -ground[:, 1])
    border = [at_border(k) for k in range(n)]
    area = 0.5 * float(np.sum(ground[:, 0] * np.roll(ground[:, 1], -1) - np.roll(ground[:, 0], -1) * ground[:, 1]))
    order = list(range(n)) if area > 0 else list(range(n))[::-1]
    edges = []
    for k, nxt in zip(order, order[1:] + order[:1], strict=True):
        edge = k if area > 0 else nxt
        if not border[edge] and azimuth[nxt] > azimuth[k] + 1e-4:
            edges.append((k, nxt))
    edges.sort(key=lambda e: azimuth[e[0]])
    if not edges:
        raise LayoutError(
            "floor_px has no edge away from the photo's border, so no wall stands on it; give the whole outline"
        )
    chain: list[tuple[float, float]] = []
    kinds: list[WallKind] = []
    for a, b in edges:
        p, q = (tuple(_near(ground[k])) for k in (a, b))
        if chain and np.hypot(chain[-1][0] - p[0], chain[-1][1] - p[1]) > 1e-6:
            kinds.append("unseen")
            chain.append(p)
        elif not chain:
            chain.append(p)
        kinds.append("wall")
        chain.append(q)
    return chain, kinds


def _near(p: Array) -> Array:
    r = float(np.hypot(*p))
    return p * min(1.0, FARTHEST_M / max(r, 1e-9))
