"""Arrangements drawn for people: from above, and as boxes in the photo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..types import Array, Image, Layout, Placement


def draw_plan(layout: Layout, placements: Sequence[Placement], *, width: int = 640) -> Array:
    """uint8 HxWx3: the room from above, camera at the bottom looking up; walls, openings, pieces with their fronts."""
    import cv2

    seen = layout.visible_floor()
    x0, z0, x1, z1 = seen.bounds if not seen.is_empty else (-2, -4, 2, 0)
    x0, x1, z0, z1 = min(x0, -1) - 0.5, max(x1, 1) + 0.5, z0 - 0.5, 0.6
    scale = width / (x1 - x0)
    page = np.full((int((z1 - z0) * scale), width, 3), 255, np.uint8)

    def at(points: Any) -> Any:
        return np.round((np.asarray(points) - [x0, z0]) * scale).astype(np.int32)

    for part in getattr(seen, "geoms", [seen]):
        if not part.is_empty:
            cv2.fillPoly(page, [at(np.array(part.exterior.coords))], (232, 226, 214))
    for wall in layout.walls:
        colour = {"wall": (60, 60, 60), "open": (190, 150, 90), "unseen": (210, 210, 210)}[wall.kind]
        cv2.line(page, tuple(at(wall.start)), tuple(at(wall.end)), colour, 2, cv2.LINE_AA)
    for o in layout.openings:
        wall = layout.walls[o.wall]
        left, right = (tuple(at(wall.point(m)[[0, 2]])) for m in (o.left_m, o.right_m))
        cv2.line(page, left, right, (60, 130, 220) if o.kind == "window" else (200, 90, 40), 5, cv2.LINE_AA)
    for p in placements:
        corners = at(p.footprint())
        cv2.polylines(page, [corners], True, (120, 120, 120) if p.family == "rug" else (20, 90, 40), 2, cv2.LINE_AA)
        front = tuple(((corners[2] + corners[3]) // 2).tolist())
        cv2.circle(page, front, 3, (200, 40, 40), -1, cv2.LINE_AA)
        middle = corners.mean(0).astype(int)
        cv2.putText(page, p.family, (int(middle[0]) - 24, int(middle[1])), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1)
    cv2.circle(page, tuple(at([0.0, 0.0])), 6, (200, 0, 0), -1)
    return page


def draw_boxes(image: Image | Array, layout: Layout, placements: Sequence[Placement]) -> Array:
    """uint8 HxWx3: each piece's bounding box in the photo, its front face drawn thicker."""
    import cv2

    page = np.array(image.array if isinstance(image, Image) else image)
    thick = max(1, page.shape[1] // 900)
    for p in placements:
        low = np.column_stack([p.footprint()[:, 0], np.full(4, p.position[1]), p.footprint()[:, 1]])
        high = low + [0, p.size_m[1], 0]
        uv, depth = layout.camera.project(np.concatenate([low, high]))
        if depth.min() < 0.1:
            continue
        q = np.round(uv).astype(int)
        hue = np.frombuffer(p.family.encode().ljust(3), np.uint8)[:3] % 7 * 36
        colour = tuple(int(v) for v in 255 - hue)
        edges = [(i, (i + 1) % 4) for i in range(4)] + [(i + 4, (i + 1) % 4 + 4) for i in range(4)]
        for a, b in [*edges, *((i, i + 4) for i in range(4))]:
            front = {a, b} <= {2, 3, 6, 7}
            cv2.line(page, tuple(q[a].tolist()), tuple(q[b].tolist()), colour, thick * (2 if front else 1), cv2.LINE_AA)
        cv2.putText(page, p.family, tuple(q[6].tolist()), cv2.FONT_HERSHEY_SIMPLEX, 0.5 * thick, colour, thick)
    return page
