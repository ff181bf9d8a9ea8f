"""The values that stages pass to each other: frozen, checked once when built.

World frame: metres, Y up, origin on the floor under the camera; the camera looks along -Z before pitch, X is right.
Pixels: u to the right, v down, the centre of the top left pixel is (0.5, 0.5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .errors import ImageError, InputError, LayoutError

Array = NDArray[Any]

SURFACES = ("none", "floor", "wall", "ceiling", "window", "door")
"""Meaning of the values in ``Layout.surfaces()``."""

ROOM_TYPES = ("living_room", "bedroom", "dining_room", "office")
"""Room types that stagekit can furnish."""


def frozen(array: Array) -> Array:
    """A read-only view of ``array``; values may be shared between scenes, so nobody may write to them."""
    view = array.view()
    view.flags.writeable = False
    return view


class Picture:
    """What draws itself in a notebook and takes part in ``numpy.asarray``. Subclasses give ``array`` and ``preview``."""

    array: Array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype=dtype, copy=True if copy is None else copy)

    def preview(self) -> Array:
        """uint8 HxWx3 picture for people."""
        raise NotImplementedError

    def _repr_png_(self) -> bytes:
        from .display import png

        return png(self.preview())


@dataclass(frozen=True, eq=False)
class Image(Picture):
    """An sRGB picture: ``array`` uint8 HxWx3. ``exif`` and ``icc`` are the source's own bytes, kept for saving.

    ``focal_35mm`` is the lens's 35 mm equivalent in millimetres when the EXIF states one.
    ``name`` is the file's name, for messages. Read files with ``stagekit.open_image``.
    """

    array: Array
    name: str = "image"
    exif: bytes | None = field(default=None, repr=False)
    focal_35mm: float | None = None
    provenance: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        a = np.asarray(self.array)
        if a.ndim != 3 or a.shape[2] != 3 or a.dtype != np.uint8:
            raise ImageError(
                f"{self.name}: expected a uint8 array of shape (H, W, 3), got {a.dtype} {a.shape}; "
                "read other forms with stagekit.open_image"
            )
        object.__setattr__(self, "array", frozen(np.ascontiguousarray(a)))

    @property
    def height(self) -> int:
        return int(self.array.shape[0])

    @property
    def width(self) -> int:
        return int(self.array.shape[1])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.width, self.height

    def with_array(self, array: Array) -> Image:
        """The same picture's metadata with other pixels."""
        return replace(self, array=array, provenance="")

    def preview(self) -> Array:
        return self.array

    def save(self, path: Any, *, quality: int = 95) -> None:
        """Write to ``path`` (format by suffix), through a temporary file; EXIF is kept, the profile is sRGB."""
        from .imaging.io import save_image

        save_image(self, path, quality=quality)


@dataclass(frozen=True, eq=False)
class Mask(Picture):
    """``array`` bool HxW."""

    array: Array

    def __post_init__(self) -> None:
        a = np.asarray(self.array)
        if a.ndim != 2 or a.dtype != np.bool_:
            raise InputError(f"expected a bool array of shape (H, W), got {a.dtype} {a.shape}; use mask > 0")
        object.__setattr__(self, "array", frozen(np.ascontiguousarray(a)))

    @property
    def fraction(self) -> float:
        """Share of pixels that are set."""
        return float(self.array.mean())

    def preview(self) -> Array:
        return np.repeat(self.array[..., None].astype(np.uint8) * 255, 3, axis=2)


@dataclass(frozen=True, eq=False)
class DepthMap(Picture):
    """``array`` float32 HxW, metres along the camera's axis; 0 where unknown."""

    array: Array

    def preview(self) -> Array:
        from .display import depth_preview

        return depth_preview(self.array)


@dataclass(frozen=True, eq=False)
class Segments(Picture):
    """``labels`` uint8 HxW, index into ``classes``; ``probabilities`` optional float16 CxHxW at the network's size."""

    labels: Array
    classes: tuple[str, ...]
    probabilities: Array | None = field(default=None, repr=False)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def array(self) -> Array:  # type: ignore[override]
        return self.labels

    def mask(self, name: str) -> Mask:
        """Pixels of a class or of a group such as ``"furniture"``. Raises InputError for an unknown name."""
        names = self.groups.get(name, (name,))
        unknown = [n for n in names if n not in self.classes]
        if unknown:
            known = ", ".join((*self.groups, *self.classes))
            raise InputError(f"no segment class {name!r}; known: {known}")
        return Mask(np.isin(self.labels, [self.classes.index(n) for n in names]))

    def preview(self) -> Array:
        from .display import segments_preview

        return segments_preview(self.labels, self.classes)


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
            raise LayoutError(f"focal length must be positive pixels, got {self.focal_px}; give focal_px or leave it out")
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
        from .room.raster import rasterise

        surfaces, depth, walls = rasterise(self)
        return frozen(surfaces), frozen(depth), frozen(walls)

    def visible_floor(self) -> Any:
        """shapely Polygon or MultiPolygon (x, z): the floor inside the picture, obstacles taken out."""
        from .room.raster import visible_floor

        return visible_floor(self)

    def floor_grid(self, image: Image | None = None) -> Array:
        """uint8 HxWx3: the half-metre floor grid, wall edges and openings drawn on ``image``."""
        from .display import floor_grid

        return floor_grid(self, image)

    def preview(self) -> Array:
        return self.floor_grid(None)


def _mapping(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


@dataclass(frozen=True)
class Placement:
    """One piece of furniture as placed.

    ``size_m`` (width x, height y, depth z) are true outer dimensions. ``position`` (x, y, z) is the centre of its base in
    the world; ``yaw_deg`` turns it about Y, counter-clockwise seen from above (0: its front faces +Z, towards the
    camera; 90: its front faces +X). ``materials`` maps slots to material specs such as ``"wood:oak"``.
    """

    family: str
    size_m: tuple[float, float, float]
    position: tuple[float, float, float]
    yaw_deg: float = 0.0
    params: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    label: str = ""

    def __post_init__(self) -> None:
        if min(self.size_m) <= 0:
            raise InputError(f"{self.family}: sizes must be positive metres (width, height, depth), got {self.size_m}")
        object.__setattr__(self, "params", _mapping(self.params))
        object.__setattr__(self, "materials", _mapping(self.materials))

    @property
    def matrix(self) -> Array:
        """4x4, local furniture frame to world."""
        a = math.radians(self.yaw_deg)
        c, s = math.cos(a), math.sin(a)
        m = np.eye(4)
        m[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
        m[:3, 3] = self.position
        return m

    def footprint(self, grow_m: float = 0.0) -> Array:
        """(4, 2) corners x, z of the base rectangle, grown by ``grow_m`` on each side."""
        w, d = self.size_m[0] / 2 + grow_m, self.size_m[2] / 2 + grow_m
        local = np.array([[-w, 0, -d, 1], [w, 0, -d, 1], [w, 0, d, 1], [-w, 0, d, 1]])
        return (local @ self.matrix.T)[:, [0, 2]]


@dataclass(frozen=True)
class Room:
    """The room's type in snake_case, and the probability of each."""

    type: str
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Brief:
    """What the owner wants: every field optional; ``seed`` makes the result repeatable."""

    style: str = "modern"
    room: str | None = None
    seed: int = 0
    prompt: str = ""
    palette: tuple[str, ...] = ()
