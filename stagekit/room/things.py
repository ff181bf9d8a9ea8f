"""How far the things in a room are: each stands where it touches the floor.

A thing's outline on the floor is taken as the lower hull of its pixels (legs are joined, what is seen between them is
not). Its front is a vertical sheet over that line up to the usual height of its kind, then a level top (seat, mattress,
table top) as deep as its kind usually is, then a vertical sheet again (back, headboard). What hangs on a wall lies a
little before it, what stands on another thing stands on that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..types import Layout, Segments

Array = Any

WORK = 640
"""Longer side in pixels at which things are found."""
SMALLEST_SHARE = 0.0004
"""Of the photo: smaller pieces take the depth of what they are on."""
NEAREST_M = 0.25
STANDS = 0.25
"""Share of a thing's lower edge that must meet floor, rug or the picture's border for it to stand on the floor."""


@dataclass(frozen=True)
class Profile:
    """Usual measures of a kind, metres: ``top`` the height of its level part (None: upright all the way), ``deep`` how
    far that reaches; ``hangs``: how far before the wall it lies when it touches no floor."""

    top: float | None = None
    deep: float = 0.3
    hangs: float = 0.08


# Usual sizes of furniture (Neufert, Architects' Data): seat 0.43, table 0.74, mattress 0.5, worktop 0.91.
PROFILES: dict[str, Profile] = {
    "sofa": Profile(0.45, 0.75),
    "chair": Profile(0.46, 0.45),
    "table": Profile(0.62, 0.9),
    "bed": Profile(0.52, 1.9),
    "cabinet": Profile(None, 0.5, 0.35),
    "countertop": Profile(0.91, 0.6, 0.6),
    "shelf": Profile(None, 0.3, 0.2),
    "lamp": Profile(None, 0.2, 0.15),
    "plant": Profile(None, 0.3, 0.2),
    "television": Profile(None, 0.1, 0.1),
    "appliance": Profile(None, 0.6, 0.5),
    "sink": Profile(0.85, 0.45, 0.4),
    "toilet": Profile(0.42, 0.5, 0.5),
    "bath": Profile(0.56, 0.7, 0.6),
    "stairs": Profile(None, 1.0),
    "fireplace": Profile(None, 0.3, 0.2),
    "column": Profile(None, 0.3, 0.1),
    "person": Profile(None, 0.3, 0.3),
    "clutter": Profile(None, 0.2, 0.15),
    "curtain": Profile(None, 0.1, 0.1),
    "picture": Profile(None, 0.03, 0.03),
    "mirror": Profile(None, 0.04, 0.04),
}
ON_WALLS = frozenset({"curtain", "picture", "mirror"})


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece of one kind at the working size, with its lower hull."""

    kind: str
    mask: Array
    columns: Array
    contact: Array
    """Row, in pixels, at which the hull passes under each column."""


def furnished_depth(layout: Layout, segments: Segments) -> Array:
    """float32 HxW, metres along the axis: the layout's depth, and before it that of the things that the segments name.

    Things are never farther than the bare room. 0 stays where the layout knows nothing and no thing stands.
    """
    import cv2

    bare = layout.depth()
    height, width = bare.shape
    k = min(1.0, WORK / max(height, width))
    h, w = max(2, round(height * k)), max(2, round(width * k))
    kinds = _kinds(segments, (w, h))
    small = cv2.resize(bare, (w, h), interpolation=cv2.INTER_NEAREST)
    camera = layout.camera.scaled(w, h)
    v, u = np.mgrid[0:h, 0:w] + 0.5
    rays = camera.rays(np.stack([u, v], -1))
    depth = small.copy()
    named = np.zeros((h, w), bool)
    for piece in _pieces(kinds):
        found = _depth_of(piece, camera.height_m, camera, rays, depth, kinds)
        found = np.where((small > 0) & (found > small), small, found)
        depth[piece.mask] = found[piece.mask]
        named |= piece.mask
    if not named.any():
        return bare
    thing = cv2.resize(named.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    large = cv2.resize(_grown(depth, named), (width, height), interpolation=cv2.INTER_LINEAR)
    large = np.where(bare > 0, np.minimum(large, bare), large)
    return np.where(thing, large, bare).astype(np.float32)


def _kinds(segments: Segments, size: tuple[int, int]) -> dict[str, Array]:
    """Kind -> bool mask at the working size, of whatever names the segmentation uses; "floor" is bare floor and rugs."""
    import cv2

    labels = cv2.resize(np.asarray(segments.labels), size, interpolation=cv2.INTER_NEAREST)
    masks: dict[str, Array] = {}
    for kind in (*PROFILES, "floor", "rug", "wall", "window", "door", "ceiling"):
        names = segments.groups.get(kind, (kind,) if kind in segments.classes else ())
        if names:
            masks[kind] = np.isin(labels, [segments.classes.index(n) for n in names])
    empty = np.zeros(labels.shape, bool)
    masks["floor"] = masks.get("floor", empty) | masks.pop("rug", empty)
    return masks


def _pieces(kinds: dict[str, Array]) -> list[Piece]:
    """Connected pieces, those that reach lowest (the nearest) first, so that what they carry finds them done."""
    import cv2

    found: list[tuple[float, int, Piece]] = []
    for kind, mask in kinds.items():
        if kind not in PROFILES or not mask.any():
            continue
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        for c in range(1, count):
            if stats[c, cv2.CC_STAT_AREA] < SMALLEST_SHARE * mask.size:
                continue
            one = labels == c
            columns = np.nonzero(one.any(0))[0]
            lowest = one.shape[0] - np.argmax(one[::-1, columns], 0)
            found.append((-float(lowest.max()), len(found), Piece(kind, one, columns, lower_hull(columns, lowest))))
    return [piece for _, _, piece in sorted(found, key=lambda f: f[:2])]


def lower_hull(columns: Array, rows: Array) -> Array:
    """Rows of the convex hull's side with the larger rows (lower in the picture), at each of the rising ``columns``."""
    hull: list[int] = []
    for k in range(len(columns)):
        while len(hull) >= 2:
            a, b = hull[-2], hull[-1]
            cross = (columns[b] - columns[a]) * (rows[k] - rows[a]) - (rows[b] - rows[a]) * (columns[k] - columns[a])
            if cross < 0:
                break
            hull.pop()
        hull.append(k)
    return np.interp(columns, columns[hull], rows[hull])


def _depth_of(piece: Piece, eye_m: float, camera: Any, rays: Array, depth: Array, kinds: dict[str, Array]) -> Array:
    """float32 (h, w): the piece's depth along the axis; meaningful inside its mask."""
    profile = PROFILES[piece.kind]
    reach = np.hypot(rays[..., 0], rays[..., 2])  # of a ray one unit deep, over the floor
    below, at_border, on_floor = _under(piece, kinds["floor"])
    if on_floor < STANDS or piece.kind in ON_WALLS:
        return _carried(piece, profile, depth, below, kinds)
    ground = camera.on_floor(np.stack([piece.columns + 0.5, piece.contact], -1))
    far = np.hypot(ground[:, 0], ground[:, 2])
    known = np.isfinite(far)
    if not known.any():
        return _carried(piece, profile, depth, below, kinds)
    far = np.interp(piece.columns, piece.columns[known], far[known])
    front = np.zeros(piece.mask.shape[1])
    front[piece.columns] = far
    cut = np.zeros(piece.mask.shape[1], bool)
    cut[piece.columns] = at_border
    t_front = front[None] / reach
    if profile.top is None:
        return t_front.astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        t_top = np.where(rays[..., 1] < 0, (profile.top - eye_m) / rays[..., 1], np.inf)
    t_top = np.where(t_top > 0, t_top, np.inf)  # the camera is lower than the top: only the front is seen
    t_back = (front[None] + profile.deep) / reach
    # a thing that the picture's lower border cuts starts nearer than is seen: its top is
    t_start = np.where(cut[None], NEAREST_M, t_front)
    return np.clip(t_top, t_start, t_back).astype(np.float32)


def _under(piece: Piece, floor: Array) -> tuple[Array, Array, float]:
    """Rows just under the hull at each column, which of them leave the picture, and the share that meets the floor."""
    height = piece.mask.shape[0]
    at_border = piece.contact >= height - 1.5
    step = max(2, round(0.012 * height))
    rows = np.clip(np.round(piece.contact + step).astype(int), 0, height - 1)
    lowest = np.array([height - 1 - int(np.argmax(piece.mask[::-1, c])) for c in piece.columns])
    touches = piece.contact - lowest < 0.05 * height  # where the hull spans a gap, nothing stands
    meets = at_border | floor[rows, piece.columns]
    share = float(meets[touches].mean()) if touches.any() else 0.0
    return rows, at_border, share


def _carried(piece: Piece, profile: Profile, depth: Array, below: Array, kinds: dict[str, Array]) -> Array:
    """What touches no floor: on a thing (then as far as that, where they meet) or on a wall (a little before it)."""
    support = depth[below, piece.columns]
    building = np.zeros(piece.mask.shape, bool)
    for name in ("wall", "window", "door", "ceiling", "floor"):
        building |= kinds.get(name, building)
    on_thing = ~building[below, piece.columns] & (support > 0)
    if piece.kind not in ON_WALLS and on_thing.mean() > 0.5:
        return np.full(piece.mask.shape, float(np.median(support[on_thing])), np.float32)
    return np.where(depth > profile.hangs + NEAREST_M, depth - profile.hangs, depth).astype(np.float32)


def _grown(depth: Array, inside: Array) -> Array:
    """The depth of things drawn a few pixels over their borders, so that enlarging mixes no wall into them."""
    import cv2

    k = np.ones((5, 5), np.uint8)
    far = np.where(inside, depth, np.float32(1e6))
    spread = cv2.erode(far.astype(np.float32), k)
    return np.where(inside, depth, np.where(spread < 1e5, spread, depth)).astype(np.float32)
