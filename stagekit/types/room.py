"""The camera and the room that it saw, in metres.

World frame: Y up, origin on the floor under the camera; the camera looks along -Z before pitch, X is right.
Pixels: u to the right, v down, the centre of the top left pixel is (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ..errors import LayoutError
from .pictures import Array, Image, Picture, frozen

SURFACES = ("none", "floor", "wall", "ceiling", "window", "door")
"""Meaning of the values in ``Layout.surfaces()``."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with square pixels, ``height_m`` above the floor.

    ``pitch_deg`` up is positive; ``roll_deg`` positive turns the camera counter-clockwise seen from behind it.
    ``cx``, ``cy``, ``focal_px`` are in pixels of a picture of ``width`` x ``height``.
    """

    focal_px: float
    cx: float
    cy: float
    width: int
    height: int
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    height_m: float = 1.4

    def __post_init__(self) -> None:
        if not (math.isfinite(self.focal_px) and self.focal_px > 0):
            raise LayoutError(
                f"focal length must be positive pixels, got {self.focal_px}; give focal_px or leave it out"
            )
        if not 0.2 <= self.height_m <= 10:
            raise LayoutError(f"camera height must be 0.2 to 10 metres above the floor, got {self.height_m}")
        if abs(self.pitch_deg) > 80 or abs(self.roll_deg) > 45:
            raise LayoutError(
                f"pitch within 80 and roll within 45 degrees expected, got {self.pitch_deg:.1f}, {self.roll_deg:.1f}; "
                "turn the photo upright"
            )

    @cached_property
    def rotation(self) -> Array:
        """3x3, camera axes (x right, y up, z backward) to world axes."""
        p, r = math.radians(self.pitch_deg), math.radians(self.roll_deg)
        rx = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
        rz = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
        return rx @ rz

    @property
    def centre(self) -> Array:
        """The camera's position in the world, metres."""
        return np.array([0.0, self.height_m, 0.0])

    def scaled(self, width: int, height: int) -> Camera:
        """The same camera for the picture resized to ``width`` x ``height``."""
        sx, sy = width / self.width, height / self.height
        return replace(
            self, focal_px=self.focal_px * (sx + sy) / 2, cx=self.cx * sx, cy=self.cy * sy, width=width, height=height
        )

    def rays(self, uv: Array) -> Array:
        """World directions (not normalised, one unit deep along the axis) of pixels ``uv`` (..., 2)."""
        uv = np.asarray(uv, dtype=np.float64)
        d = np.stack(
            [(uv[..., 0] - self.cx) / self.focal_px, (self.cy - uv[..., 1]) / self.focal_px, -np.ones(uv.shape[:-1])],
            axis=-1,
        )
        return d @ self.rotation.T

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (..., 2) and depth along the axis (...) of world ``points`` (..., 3); depth <= 0 is behind."""
        p = (np.asarray(points, dtype=np.float64) - self.centre) @ self.rotation
        depth = -p[..., 2]
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        u = self.cx + self.focal_px * p[..., 0] / safe
        v = self.cy - self.focal_px * p[..., 1] / safe
        return np.stack([u, v], axis=-1), depth

    def on_plane(self, uv: Array, normal: Array, offset: float) -> Array:
        """World points (..., 3) where pixels meet the plane ``normal . x = offset``; NaN where they do not."""
        d = self.rays(uv)
        n = np.asarray(normal, dtype=np.float64)
        denominator = d @ n
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (offset - self.centre @ n) / denominator
        t = np.where((t > 0) & np.isfinite(t), t, np.nan)
        return self.centre + d * t[..., None]

    def on_floor(self, uv: Array) -> Array:
        """World points (..., 3) on the floor under pixels ``uv``; NaN above the horizon."""
        return self.on_plane(uv, np.array([0.0, 1.0, 0.0]), 0.0)


WallKind = Literal["wall", "open", "unseen"]
OpeningKind = Literal["window", "door", "opening"]


@dataclass(frozen=True)
class Wall:
    """A vertical plane over one edge of the floor polygon, from ``start`` to ``end`` (x, z), metres.

    ``kind``: ``wall`` is seen; ``open`` has no wall (the room goes on); ``unseen`` lies outside the photo and is a guess.
    ``normal`` points into the room.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    height_m: float
    kind: WallKind = "wall"

    @property
    def length_m(self) -> float:
        return math.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])

    @property
    def direction(self) -> Array:
        """Unit (x, z) from start to end."""
        d = np.subtract(self.end, self.start)
        return d / max(float(np.hypot(*d)), 1e-9)

    @property
    def normal(self) -> Array:
        """Unit (x, z) into the room: to the left of start -> end seen from above with x right and z up."""
        d = self.direction
        return np.array([-d[1], d[0]])

    def point(self, along_m: float, up_m: float = 0.0, out_m: float = 0.0) -> Array:
        """World point ``along_m`` from the start, ``up_m`` over the floor, ``out_m`` into the room."""
        x, z = np.asarray(self.start) + self.direction * along_m + self.normal * out_m
        return np.array([x, up_m, z])


@dataclass(frozen=True)
class Opening:
    """A window, door or passage in wall number ``wall``: metres along it from its start, and metres over the floor."""

    kind: OpeningKind
    wall: int
    left_m: float
    right_m: float
    bottom_m: float
    top_m: float


@dataclass(frozen=True, eq=False)
class Obstacle:
    """Something that already stands in the room: ``footprint`` (N, 2) x, z on the floor, and the pixels it covers."""

    footprint: Array
    height_m: float
    mask: Array = field(repr=False)


@dataclass(frozen=True, eq=False)
class Layout(Picture):
    """The room: camera, floor polygon, walls over its edges, ceiling, openings, what already stands there.

    ``floor`` (N, 2) float64 x, z in metres; wall i stands on the edge from ``floor[i]`` to ``floor[i + 1]``, room on
    the left of that direction with x right and z up (so ``Wall.normal`` points inside).
    ``yaw_deg`` turns the world's axes onto the room's main directions. ``confidence`` is 0 to 1.
    ``notes`` say what was assumed (e.g. "scale from a camera height of 1.4 m").
    """

    camera: Camera
    floor: Array
    walls: tuple[Wall, ...]
    ceiling_height_m: float
    openings: tuple[Opening, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    yaw_deg: float = 0.0
    confidence: float = 1.0
    notes: tuple[str, ...] = ()
    floor_mask: Array | None = field(default=None, repr=False)
    """Optional bool HxW: pixels where bare floor is really seen (finer than the polygon)."""

    def __post_init__(self) -> None:
        f = np.asarray(self.floor, dtype=np.float64)
        if f.ndim != 2 or f.shape[1] != 2 or len(f) < 3:
            raise LayoutError(f"the floor polygon needs at least 3 points (x, z) in metres, got shape {f.shape}")
        if len(self.walls) != len(f):
            raise LayoutError(f"expected one wall for each of the {len(f)} floor edges, got {len(self.walls)}")
        for o in self.openings:
            if not 0 <= o.wall < len(self.walls):
                raise LayoutError(f"opening on wall {o.wall}, but the room has walls 0 to {len(self.walls) - 1}")
        object.__setattr__(self, "floor", frozen(f))

    @property
    def array(self) -> Array:  # type: ignore[override]
        return self.surfaces()

    def surfaces(self) -> Array:
        """uint8 HxW, values as in ``SURFACES``, drawn from the geometry at the photo's size."""
        return self._maps[0]

    def depth(self) -> Array:
        """float32 HxW, metres along the camera's axis to the bare room; 0 where nothing is known."""
        return self._maps[1]

    def wall_ids(self) -> Array:
        """int16 HxW: index of the wall seen at each pixel, -1 elsewhere."""
        return self._maps[2]

    @cached_property
    def _maps(self) -> tuple[Array, Array, Array]:
        from ..room.raster import rasterise

        surfaces, depth, walls = rasterise(self)
        return frozen(surfaces), frozen(depth), frozen(walls)

    def visible_floor(self) -> Any:
        """shapely Polygon or MultiPolygon (x, z): the floor inside the picture, obstacles taken out."""
        from ..room.raster import visible_floor

        return visible_floor(self)

    def floor_grid(self, image: Image | None = None) -> Array:
        """uint8 HxWx3: the half-metre floor grid, wall edges and openings drawn on ``image``."""
        from ..display import floor_grid

        return floor_grid(self, image)

    def preview(self, image: Image | None = None) -> Array:
        """`floor_grid` with a legend of its colours."""
        from ..display import layout_card

        return layout_card(self, image)
