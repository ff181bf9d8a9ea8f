"""The room as an arranger sees it: free floor, door swings, wall spans, and what the camera sees of a piece."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely import Polygon
from shapely.ops import unary_union

from ...types import Array, Image, Layout, Opening, Placement, Segments

DOOR_CLEAR_M = 0.9
WALKWAY_M = 0.75
NEAREST_M = 1.25
"""Nothing stands closer to the camera: it would cover the picture."""


BARE = ("wall", "floor", "ceiling", "clutter")
"""Classes that may lie where a wall is; the last because sockets and vents are taken for it."""


@dataclass(frozen=True)
class Span:
    """A stretch of wall number ``wall`` whose foot is seen and free, metres along it."""

    wall: int
    start: float
    end: float


class Space:
    """Measures of one layout, made once for an arrangement."""

    def __init__(self, layout: Layout, segments: Segments | None = None, image: Image | None = None) -> None:
        self.layout = layout
        self._image = image
        self.segments = segments if segments is not None and "wall" in segments.classes else None
        self.camera = layout.camera
        seen = shapely.make_valid(layout.visible_floor())
        near = shapely.Point(0, 0).buffer(NEAREST_M)
        self.floor = max(_polygons(seen.difference(near)), key=lambda p: p.area, default=Polygon())
        self.room = shapely.make_valid(Polygon(layout.floor))
        self.doors = unary_union([self._before(o, DOOR_CLEAR_M) for o in layout.openings if o.kind != "window"])
        self.allowed = self.floor.simplify(0.01).buffer(0.02)
        shapely.prepare(self.allowed)
        shapely.prepare(self.doors)

    @property
    def area(self) -> float:
        """Square metres of floor that may be used."""
        return float(self.floor.area)

    def _before(self, opening: Opening, depth: float) -> Polygon:
        wall = self.layout.walls[opening.wall]
        corners = [
            wall.point(opening.left_m, 0, -0.05), wall.point(opening.right_m, 0, -0.05),
            wall.point(opening.right_m, 0, depth), wall.point(opening.left_m, 0, depth),
        ]  # fmt: skip
        return Polygon([(p[0], p[2]) for p in corners])

    @cached_property
    def spans(self) -> list[Span]:
        """Free stretches of at least 0.4 m along the seen walls, doors left out, longest first."""
        found = []
        for i, wall in enumerate(self.layout.walls):
            if wall.kind != "wall" or wall.length_m < 0.4:
                continue
            foot = shapely.LineString([wall.point(0, 0, 0.06)[[0, 2]], wall.point(wall.length_m, 0, 0.06)[[0, 2]]])
            free = foot.intersection(self.floor.buffer(0.05))
            if not self.doors.is_empty:
                free = free.difference(self.doors)
            for line in _lines(free):
                along = [float((np.array(c) - wall.start) @ wall.direction) for c in line.coords]
                if max(along) - min(along) >= 0.4:
                    found.append(Span(i, max(min(along), 0.0), min(max(along), wall.length_m)))
        return sorted(found, key=lambda s: s.start - s.end)

    def windows_behind(self, wall: int, start: float, end: float) -> list[Opening]:
        """Windows of a wall that overlap the stretch."""
        return [
            o for o in self.layout.openings
            if o.wall == wall and o.kind == "window" and min(o.right_m, end) - max(o.left_m, start) > 0.05
        ]  # fmt: skip

    def openings_behind(self, wall: int, start: float, end: float, bottom: float, top: float) -> bool:
        """Whether any opening overlaps the rectangle on the wall."""
        return any(
            o.wall == wall
            and min(o.right_m, end) - max(o.left_m, start) > 0
            and min(o.top_m, top) - max(o.bottom_m, bottom) > 0
            for o in self.layout.openings
        )

    @cached_property
    def _busy(self) -> tuple[Array, float] | None:
        """(bool hxw: pixels with strong edges, at 480 pixels on the long side; that size over the photo's)."""
        if self._image is None:
            return None
        import cv2

        a = self._image.array
        scale = 480 / max(a.shape[:2])
        small = cv2.resize(a, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else a
        light = small.astype(np.float32).mean(axis=2)
        dy, dx = np.gradient(light)
        return np.hypot(dx, dy) > 7.0, min(scale, 1.0)

    def wall_share(self, wall: int, start: float, end: float, bottom: float, top: float) -> float:
        """Which share of a rectangle on a wall is bare (0..1): wall by the segments, and plain in the photo.

        What is neither may be a fireplace, shelves, a view, a window that the layout missed: nothing to stand before or
        hang on. 1 where nothing is known; 0 where too little of it is in the picture.
        """
        plane = self.layout.walls[wall]
        along, up = np.meshgrid(np.linspace(start, end, 25), np.linspace(bottom, top, 17))
        base = np.asarray(plane.start) + along[..., None] * plane.direction
        points = np.stack([base[..., 0], up, base[..., 1]], axis=-1).reshape(-1, 3)
        uv, depth = self.camera.project(points)
        px, py = np.floor(uv).astype(int).T
        inside = (depth > 0.1) & (px >= 0) & (py >= 0) & (px < self.camera.width) & (py < self.camera.height)
        if inside.mean() < 0.15:
            return 0.0
        share = 1.0
        if self.segments is not None:
            bare = [self.segments.classes.index(c) for c in BARE if c in self.segments.classes]
            share = float(np.isin(self.segments.labels[py[inside], px[inside]], bare).mean())
        if self._busy is not None:
            edges, scale = self._busy
            y = np.minimum((py[inside] * scale).astype(int), edges.shape[0] - 1)
            x = np.minimum((px[inside] * scale).astype(int), edges.shape[1] - 1)
            share -= 2.5 * max(float(edges[y, x].mean()) - 0.04, 0.0)
        return max(share, 0.0)

    @cached_property
    def fireplace(self) -> Array | None:
        """(x, z) of the foot of a fireplace that the segments show, or None."""
        if self.segments is None or "fireplace" not in self.segments.classes:
            return None
        mask = self.segments.mask("fireplace").array
        if mask.mean() < 0.004:
            return None
        rows, columns = np.nonzero(mask)
        foot = self.camera.on_floor(np.array([np.median(columns), np.percentile(rows, 97)]))
        return None if np.isnan(foot).any() else foot[[0, 2]]

    def holds(self, shape: Polygon, *, door: bool = True) -> bool:
        """Whether a footprint lies on the usable floor, and (``door``) before no door."""
        return bool(self.allowed.contains(shape)) and not (door and self.doors.intersects(shape))

    def bare(self, piece: Placement) -> bool:
        """Whether the pixels under a piece's footprint really show bare floor, where that is known."""
        mask = self.layout.floor_mask
        if mask is None:
            return True
        grid = np.linspace(0.05, 0.95, 6)
        a, b, _, d = piece.footprint()
        points = a + grid[:, None, None] * (b - a) + grid[None, :, None] * (d - a)
        flat = points.reshape(-1, 2)
        uv, depth = self.camera.project(np.column_stack([flat[:, 0], np.zeros(len(flat)), flat[:, 1]]))
        x, y = np.floor(uv).astype(int).T
        inside = (depth > 0.1) & (x >= 0) & (y >= 0) & (x < self.camera.width) & (y < self.camera.height)
        if not inside.any():
            return False
        return float(mask[y[inside], x[inside]].mean()) > 0.72

    def box(self, piece: Placement) -> tuple[Array, float]:
        """(u0, v0, u1, v1) of the piece's bounding box as shares of the picture, and its nearest depth in metres."""
        low = piece.footprint()
        corners = np.array(
            [[x, y, z] for x, z in low for y in (piece.position[1], piece.position[1] + piece.size_m[1])]
        )
        uv, depth = self.camera.project(corners)
        if depth.min() < 0.3:
            return np.array([-1.0, -1.0, 2.0, 2.0]), float(depth.min())
        uv = uv / [self.camera.width, self.camera.height]
        return np.concatenate([uv.min(0), uv.max(0)]), float(depth.min())

    def shown(self, piece: Placement) -> tuple[float, float]:
        """(share of its box inside the picture, share of the picture that the inside covers)."""
        (u0, v0, u1, v1), _ = self.box(piece)
        inside = max(min(u1, 1) - max(u0, 0), 0) * max(min(v1, 1) - max(v0, 0), 0)
        return inside / max((u1 - u0) * (v1 - v0), 1e-9), inside

    def passable(self, shapes: Iterable[Polygon]) -> bool:
        """Whether a person (0.75 m wide) can walk from the camera to every seen door."""
        doors = [o for o in self.layout.openings if o.kind != "window"]
        if not doors:
            return True
        half = WALKWAY_M / 2
        free = self.room.buffer(-half * 0.8).difference(unary_union([s.buffer(half) for s in shapes]))
        parts = _polygons(free)
        if not parts:
            return False
        start = min(parts, key=lambda p: p.distance(shapely.Point(0, 0)))
        for door in doors:
            wall = self.layout.walls[door.wall]
            x, _, z = wall.point((door.left_m + door.right_m) / 2, 0, half + 0.1)
            if start.distance(shapely.Point(x, z)) > 0.35:
                return False
        return True


RUN_DEPTH_M, RETURN_WIDTH_M = 0.97, 0.97


def footprint(piece: Placement, grow_m: float = 0.0) -> Polygon:
    """The piece's base as a polygon (x, z): a rectangle, and an L for a sectional, whose inner corner takes a table."""
    if piece.family != "sectional":
        return Polygon(piece.footprint(grow_m))
    w, d = piece.size_m[0] / 2, piece.size_m[2] / 2
    run = min(RUN_DEPTH_M, 2 * d) - d
    arm = min(RETURN_WIDTH_M, 0.37 * 2 * w) - w
    side = 1.0 if str(piece.params.get("shape", "chaise_left")).endswith("left") else -1.0
    local = [(-w, -d), (w, -d), (w, run), (arm, run), (arm, d), (-w, d)]
    points = np.array([[side * x, 0, z, 1] for x, z in local]) @ piece.matrix.T
    return Polygon(points[:, [0, 2]]).buffer(grow_m, join_style="mitre")


def yaw_of(direction: Sequence[float] | Array) -> float:
    """Degrees of ``Placement.yaw_deg`` whose front faces the (x, z) direction."""
    return math.degrees(math.atan2(direction[0], direction[1]))


def _polygons(shape: Any) -> list[Polygon]:
    return [p for p in getattr(shape, "geoms", [shape]) if isinstance(p, Polygon) and not p.is_empty]


def _lines(shape: Any) -> list[Any]:
    return [g for g in getattr(shape, "geoms", [shape]) if g.geom_type == "LineString" and not g.is_empty]
