"""What the arranged room looks like to a ControlNet: depth, lines, normals and classes, from the 3D room itself.

The conventions are those with which the published ControlNets were trained:

- ``depth``: inverse depth stretched to 0..255, near is bright (MiDaS, Ranftl et al. 2020).
- ``lines``: white on black, as Canny, M-LSD and line art nets take them.
- ``normals``: camera space, blue faces the viewer, red to the left, green up (ControlNet 1.1 "normalbae").
- ``labels``: ADE20K's palette.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import InputError
from ..room.lines import detect_lines
from ..types import Array, Camera, Image, Layout, Obstacle, Placement
from . import ade20k
from . import engine as engines
from .area import floor_area, furniture_area
from .furnish import behind, crop, room_depth
from .scene import build_pieces, label_scene
from .trace import coverage, facing

KINDS = ("depth", "lines", "normals", "labels")
CREASE = 0.80
"""Cosine between neighbouring normals below which a line is drawn (37 degrees)."""
CROWDED = 0.45
"""Share of line pixels in a neighbourhood above which a pattern (leaves, slats, knots) is left to the outline alone."""
STEP = 0.03
"""Relative jump of depth within one piece at which a line is drawn."""


@dataclass(frozen=True, eq=False)
class ControlMaps:
    """``depth``, ``lines``, ``normals``, ``labels``: uint8 (h, w, 3), the whole view at the size at which it was traced;
    ``alpha`` float32 HxW, how much of a pixel the furniture covers, and ``mask`` bool HxW, what may be painted (``alpha``
    grown for outlines and shadows), at the photo's size."""

    depth: Array
    lines: Array
    normals: Array
    labels: Array
    alpha: Array
    mask: Array


def control_maps(
    image: Image,
    layout: Layout,
    placements: Sequence[Placement],
    *,
    free: bool = False,
    keep: Array | None = None,
    hidden: Array | None = None,
    max_side: int = 1536,
    threads: int | None = None,
) -> ControlMaps:
    """The maps of ``placements`` in ``layout``, seen from the photo's camera.

    ``free``: the furniture is left out and the mask is the whole floor with the space over it, for a model that invents.
    ``keep`` bool, of any size: what stays beside what the layout knows (see ``area.standing``). ``hidden`` likewise: pixels
    whose own lines do not count (what is to go). ``max_side``: longest side in pixels at which rays are shot; larger
    photos are seen smaller. Raises InputError when the layout was measured on another picture.
    """
    import cv2

    h, w = image.array.shape[:2]
    if (layout.camera.width, layout.camera.height) != (w, h):
        raise InputError(
            f"the layout was measured on {layout.camera.width}x{layout.camera.height} pixels, the photo has {w}x{h}; "
            "estimate the layout again"
        )
    small = scaled_layout(layout, max_side)
    size = (small.camera.width, small.camera.height)
    photo = image.array if size == (w, h) else cv2.resize(image.array, size, interpolation=cv2.INTER_AREA)
    seen = _look(small, () if free else placements, threads)
    depth = np.where(seen.label >= 0, seen.depth, small.depth())
    if keep is not None and keep.shape != size[::-1]:
        keep = cv2.resize(keep.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    mask = floor_area(small, keep) if free else furniture_area(small, placements, seen.alpha, keep)
    maps = {
        "depth": np.repeat(inverse_depth(depth)[..., None], 3, axis=2),
        "lines": draw_lines(photo, small, seen, hidden),
        "normals": encode_normals(seen.normals, small.camera),
        "labels": class_colours(small, placements, seen.label),
    }
    alpha = seen.alpha
    if size != (w, h):
        alpha = cv2.resize(alpha, (w, h), interpolation=cv2.INTER_LINEAR)
        mask = cv2.resize(mask.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    return ControlMaps(**maps, alpha=alpha, mask=mask)


def scaled_layout(layout: Layout, max_side: int) -> Layout:
    """The layout for the photo at no more than ``max_side`` pixels."""
    import cv2

    camera = layout.camera
    s = min(1.0, max_side / max(camera.width, camera.height))
    if s == 1:
        return layout
    w, h = max(1, round(camera.width * s)), max(1, round(camera.height * s))

    def shrunk(mask: Any) -> Array:
        return cv2.resize(np.asarray(mask, np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0

    obstacles = tuple(Obstacle(o.footprint, o.height_m, shrunk(o.mask)) for o in layout.obstacles)
    floor = None if layout.floor_mask is None else shrunk(layout.floor_mask)
    return replace(layout, camera=camera.scaled(w, h), obstacles=obstacles, floor_mask=floor)


@dataclass(frozen=True, eq=False)
class _Seen:
    alpha: Array
    depth: Array
    label: Array
    normals: Array
    """World, (h, w, 3), zero where nothing is known."""


def _look(layout: Layout, placements: Sequence[Placement], threads: int | None) -> _Seen:
    """Furniture by rays, the bare room from the layout."""
    camera = layout.camera
    shape = (camera.height, camera.width)
    alpha, depth = np.zeros(shape, np.float32), np.full(shape, np.inf, np.float32)
    label, normals = np.full(shape, -1, np.int16), room_normals(layout)
    pieces = build_pieces(placements)
    box = crop(camera, pieces) if pieces else None
    if box is None:
        return _Seen(alpha, depth, label, normals)
    engine = engines.start(threads=threads)
    scene = label_scene(engine, pieces)
    a, d, found = coverage(engine, scene, camera, box, room_depth(layout, camera, box), 3)
    order = {id(p): i for i, p in enumerate(placements)}
    numbers = np.array([order[id(p.placement)] for p in pieces] + [-1], np.int16)  # pieces without meshes are left out
    hidden = behind(layout, d, box)
    rows, columns = slice(box[1], box[3]), slice(box[0], box[2])
    alpha[rows, columns] = np.where(hidden, 0, a)
    # A pixel belongs to the piece if it covers half of it: thin things stay, outlines do not grow
    covered = (a >= 0.5) & ~hidden
    depth[rows, columns] = np.where(covered, d, np.inf)
    label[rows, columns] = np.where(covered, numbers[found], -1)
    turned = facing(engine, scene, camera, box)
    normals[rows, columns] = np.where(covered[..., None], turned, normals[rows, columns])
    return _Seen(alpha, depth, label, normals)


def room_normals(layout: Layout) -> Array:
    """float32 (h, w, 3): world normals of the bare room; zero where nothing is known."""
    surfaces, ids = layout.surfaces(), layout.wall_ids()
    normals = np.zeros((*surfaces.shape, 3), np.float32)
    normals[surfaces == 1] = (0, 1, 0)
    normals[surfaces == 3] = (0, -1, 0)
    walls = np.array([[w.normal[0], 0, w.normal[1]] for w in layout.walls], np.float32)
    on_wall = ids >= 0
    normals[on_wall] = walls[ids[on_wall]]
    return normals


def inverse_depth(depth: Array) -> Array:
    """uint8 (h, w): 255 at the nearest, 0 at the farthest and where the depth is unknown (0 or infinite)."""
    known = (depth > 0.05) & np.isfinite(depth)
    if not known.any():
        return np.zeros(depth.shape, np.uint8)
    near = np.where(known, 1 / np.where(known, depth, 1), 0)
    low, high = float(near[known].min()), float(near.max())
    return (np.clip((near - low) / max(high - low, 1e-6), 0, 1) * 255 + 0.5).astype(np.uint8)


def encode_normals(normals: Array, camera: Camera) -> Array:
    """uint8 (h, w, 3) of world normals; where they are zero (unknown), as if facing the viewer."""
    local = normals @ camera.rotation.astype(np.float32)  # x right, y up, z towards the viewer
    local[np.abs(normals).max(-1) < 1e-6] = (0, 0, 1)
    return (np.clip(local * (-1, 1, 1) * 0.5 + 0.5, 0, 1) * 255 + 0.5).astype(np.uint8)


def class_colours(layout: Layout, placements: Sequence[Placement], label: Array) -> Array:
    """uint8 (h, w, 3): the room's surfaces and the furniture in ADE20K's colours."""
    table = [(0, 0, 0), *(ade20k.COLOURS[name] for name in ade20k.SURFACES[1:])]
    out = np.array(table, np.uint8)[layout.surfaces()]
    for i, p in enumerate(placements):
        out[label == i] = ade20k.COLOURS[ade20k.FAMILIES.get(p.family, "cabinet")]
    return out


def draw_lines(photo: Array, layout: Layout, seen: _Seen, hidden: Array | None = None) -> Array:
    """uint8 (h, w, 3): outlines and creases of the furniture, edges of the room, and the photo's own straight lines where
    no furniture hides them, nor ``hidden``."""
    import cv2

    h, w = seen.label.shape
    free = seen.label < 0
    parts = layout.surfaces().astype(np.int32) + 8 * (layout.wall_ids().astype(np.int32) + 1)
    room = _steps(parts, lambda a, b: a != b) & free
    depth = np.where(np.isfinite(seen.depth), seen.depth, 0)
    pieces = _steps(seen.label, lambda a, b: a != b)
    with np.errstate(divide="ignore", invalid="ignore"):
        jumps = _steps(depth, lambda a, b: np.abs(a - b) > STEP * np.maximum(a, b)) & ~free
    creases = _steps(seen.normals, lambda a, b: (a * b).sum(-1) < CREASE) & ~free
    fine = jumps | creases
    fine &= cv2.blur(fine.astype(np.float32), (9, 9)) < CROWDED
    page: Array = ((room | pieces | fine) * 255).astype(np.uint8)
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    found = np.zeros((h, w), np.uint8)
    for u0, v0, u1, v1 in detect_lines(grey, limit=200):
        cv2.line(found, (round(u0 - 0.5), round(v0 - 0.5)), (round(u1 - 0.5), round(v1 - 0.5)), 255, 1)
    behind_it = cv2.dilate((seen.alpha > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if hidden is not None:
        behind_it |= cv2.resize(hidden.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    page = np.maximum(page, np.where(behind_it, 0, found))
    thick = max(1, round(max(h, w) / 768))
    page = cv2.dilate(page, np.ones((thick, thick), np.uint8)) if thick > 1 else page
    return np.repeat(page[..., None], 3, axis=2)


def _steps(values: Array, differs: Any) -> Array:
    """bool (h, w): pixels that differ from their right or lower neighbour."""
    out = np.zeros(values.shape[:2], bool)
    out[:, :-1] |= differs(values[:, :-1], values[:, 1:])
    out[:-1] |= differs(values[:-1], values[1:])
    return out
