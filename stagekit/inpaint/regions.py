"""The planes behind a hole, as regions of the picture with a homography to metres each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..types import Array, Camera, Layout, Segments
from .feet import Feet, moved
from .fixtures import hearths

FLOOR, WALL, CEILING, WINDOW, DOOR = 1, 2, 3, 4, 5
INVERSE = 16 | 1
"""cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR: a warp's matrix leads from the result to the picture."""
OBJECTS = frozenset({
    "rug", "sofa", "chair", "table", "bed", "cabinet", "countertop", "shelf", "lamp", "picture", "mirror", "plant",
    "television", "appliance", "sink", "toilet", "bath", "person", "clutter", "stairs", "fireplace", "column", "curtain",
})  # fmt: skip
"""Segment classes that are no part of a bare plane: never a source of its texture."""
BAND_M = 0.24
"""Height over the floor, and depth under the ceiling, that skirting boards and cornices may reach."""
SEAM = 0.012
"""Of the longer side: how wide the segmentation's borders may be wrong. Walls lend beyond it (skirting boards belong to
them), floors stay behind it."""
BELONGS = {
    FLOOR: frozenset({"floor", "ground"}),
    WALL: frozenset({"wall", "building"}),
    CEILING: frozenset({"ceiling", "sky"}),
    WINDOW: frozenset({"window", "sky", "building", "vegetation", "ground", "door"}),
    DOOR: frozenset({"door", "wall", "window"}),
}
"""Surface of the layout -> segment classes that confirm it."""


@dataclass(frozen=True, eq=False)
class Line:
    """Where a plane meets another: points x with ``normal . x = offset`` in the plane's metres, the plane on the positive
    side. Within ``band_m`` of it texture moves only along it, so that skirting boards and cornices go on straight."""

    normal: tuple[float, float]
    offset: float
    band_m: float

    def distance(self, points: Array) -> Array:
        """Metres from the line of plane ``points`` (..., 2)."""
        return np.abs(points @ np.asarray(self.normal) - self.offset)


@dataclass(frozen=True, eq=False)
class Region:
    """One plane as the picture shows it. ``mask`` bool HxW; ``to_pixel`` 3x3 takes plane metres (a, b, 1) to homogeneous
    array indices (x, y, w) with w the depth along the axis (positive before the camera)."""

    name: str
    surface: int
    mask: Array
    to_pixel: Array
    lines: tuple[Line, ...] = ()
    axes: tuple[tuple[float, float], ...] = ((1.0, 0.0), (0.0, 1.0))
    upright: bool = False
    """Walls: paint, light that changes with height, lines along which boards run."""
    wall: int = -1
    """Index in the layout of the wall that it is, or that it is an opening of: there texture prefers to move sideways,
    because light, mouldings and what a window shows change with height."""

    def metres(self, xy: Array) -> tuple[Array, Array]:
        """Plane coordinates (..., 2) and depth (...) of array indices ``xy`` (..., 2)."""
        inverse = np.linalg.inv(self.to_pixel)
        h = np.concatenate([xy, np.ones((*xy.shape[:-1], 1))], -1) @ inverse.T
        return h[..., :2] / h[..., 2:], 1.0 / h[..., 2]

    def onto(self, other: Region, shift: Sequence[float]) -> Array:
        """3x3 that takes array indices on this plane to those on the ``other``, ``shift`` (2,) metres further."""
        further = np.eye(3)
        further[:2, 2] = shift
        return np.asarray(other.to_pixel @ further @ np.linalg.inv(self.to_pixel))


def regions(layout: Layout | None, width: int, height: int, feet: Feet | None = None) -> list[Region]:
    """The layout's planes at ``width`` x ``height``, those that show; without a layout the picture itself, flat.
    ``feet``: where walls really end, see `feet.observed`."""
    if layout is None:
        return [flat(np.ones((height, width), bool))]
    import cv2

    size = (width, height)
    surfaces = cv2.resize(layout.surfaces(), size, interpolation=cv2.INTER_NEAREST)
    walls = cv2.resize(layout.wall_ids(), size, interpolation=cv2.INTER_NEAREST)
    if feet:
        surfaces, walls = moved(surfaces, walls, feet)
    camera = layout.camera.scaled(width, height)
    found = []
    y, z = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    x = np.array([1.0, 0.0, 0.0])
    a, b = map(float, max(layout.walls, key=lambda w: w.length_m).direction)
    axes = ((a, b), (-b, a))
    for surface, up in ((FLOOR, 0.0), (CEILING, layout.ceiling_height_m)):
        mask = surfaces == surface
        if mask.any():
            lines = tuple(_edge(w.normal, w.start, 0.15) for w in layout.walls if w.kind == "wall")
            matrix = plane_matrix(camera, x, z, up * y)
            found.append(Region("floor" if surface == FLOOR else "ceiling", surface, mask, matrix, lines, axes))
    for index, wall in enumerate(layout.walls):
        on = walls == index
        if not on.any():
            continue
        along = np.array([wall.direction[0], 0.0, wall.direction[1]])
        matrix = plane_matrix(camera, along, y, wall.point(0.0))
        lines = (
            Line((0.0, 1.0), 0.0, 0.30),
            Line((0.0, -1.0), -layout.ceiling_height_m, 0.25),
            Line((1.0, 0.0), 0.0, 0.06),
            Line((-1.0, 0.0), -wall.length_m, 0.06),
        )
        for surface, label in ((WALL, "wall"), (WINDOW, "window"), (DOOR, "door")):
            mask = on & (surfaces == surface)
            if mask.any():
                kept = lines if surface == WALL else ()
                found.append(
                    Region(f"{label} {index}", surface, mask, matrix, kept, upright=surface == WALL, wall=index)
                )
    rest = surfaces == 0
    if rest.any():
        found.append(flat(rest))
    return found


def near_lines(region: Region, yx: Array) -> Array:
    """Whether array indices ``yx`` (2, ...) of an upright plane lie where skirting boards and cornices run."""
    points, _ = region.metres(np.stack([yx[1], yx[0]], -1).astype(np.float64))
    near = np.zeros(yx.shape[1:], bool)
    if region.upright:
        for line in region.lines:
            if line.normal[0] == 0:
                near |= line.distance(points) < BAND_M
    return near


def flat(mask: Array) -> Region:
    """A region of which no plane is known: its texture moves in the picture, 4 metres across the longer side."""
    height, width = mask.shape
    scale = max(height, width) / 4.0
    matrix = np.array([[scale, 0, 0], [0, -scale, height - 1.0], [0, 0, 1.0]])
    return Region("unknown", 0, mask, matrix)


def plane_matrix(camera: Camera, first: Array, second: Array, origin: Array) -> Array:
    """3x3 of the plane ``origin + a first + b second``: metres (a, b, 1) to (x w, y w, w), array indices."""
    k = np.array([[camera.focal_px, 0, -camera.cx], [0, -camera.focal_px, -camera.cy], [0, 0, -1.0]])
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    return half @ k @ camera.rotation.T @ np.stack([first, second, origin - camera.centre], 1)


def sources(region: Region, known: Array, segments: Segments | None) -> Array:
    """bool HxW: pixels whose texture may be copied on ``region``: known, on the plane, and no object by the segmentation.

    Where the segmentation sees another surface nothing is lent: a line of the layout that is off would bring teeth of floor
    into the wall, or of skirting into the floor.
    """
    import cv2

    good = known & region.mask
    if segments is None:
        return good
    labels, names = resized(segments, known.shape), segments.classes
    belongs = BELONGS.get(region.surface, frozenset())
    others = _others(region, labels, segments)
    if region.surface == FLOOR and "rug" in names:
        rug = labels == names.index("rug")
        if (rug & known).sum() > 0.5 * rug.sum():  # the rug stays: what stood on it is filled with rug
            belongs |= {"rug"}
            others &= ~rug
    if region.surface == FLOOR:
        others |= cv2.resize(hearths(segments).astype(np.uint8), known.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    good &= ~_grown(others)
    if belongs:
        agrees = np.isin(labels, [i for i, n in enumerate(names) if n in belongs])
        seam = max(3, round(SEAM * max(known.shape))) | 1
        change = cv2.erode if region.surface in (FLOOR, DOOR) else cv2.dilate
        good &= change(agrees.astype(np.uint8), np.ones((seam, seam), np.uint8)) > 0
    return good


def foot(region: Region, segments: Segments | None) -> Array:
    """bool HxW: pixels on a wall or just below it that no object hides, in a hole or not, whichever surface the segmentation
    takes them for: of a skirting board it is of two minds."""
    import cv2

    reach = max(3, round(SEAM * max(region.mask.shape)))
    up = np.zeros((2 * reach + 1, 1), np.uint8)
    up[: reach + 1] = 1
    shown = cv2.dilate(region.mask.astype(np.uint8), up) > 0
    return shown if segments is None else shown & ~objects(region, segments)


def objects(region: Region, segments: Segments) -> Array:
    """bool HxW of the region's size: what stands or hangs before it, grown by what outlines may be off; before a wall
    windows and doors too."""
    return _grown(_others(region, resized(segments, region.mask.shape), segments))


def resized(segments: Segments, shape: tuple[int, ...]) -> Array:
    """The segments' labels at another ``shape`` (height, width)."""
    import cv2

    return cv2.resize(segments.labels, shape[::-1], interpolation=cv2.INTER_NEAREST)


def _others(region: Region, labels: Array, segments: Segments) -> Array:
    others = OBJECTS | {"window", "door"} if region.surface == WALL else OBJECTS
    return np.isin(labels, [i for i, n in enumerate(segments.classes) if n in others])


def _grown(mask: Array) -> Array:
    import cv2

    size = max(3, round(0.012 * max(mask.shape))) | 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)


def _edge(normal: Array, start: tuple[float, float], band: float) -> Line:
    n = (float(normal[0]), float(normal[1]))
    return Line(n, float(normal @ np.asarray(start)), band)
