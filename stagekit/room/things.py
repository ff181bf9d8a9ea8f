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

from ..types import SURFACES, Camera, Layout, Segments

Array = Any

WORK = 640
"""Longer side in pixels at which things are found."""
SMALLEST_SHARE = 0.0004
"""Of the photo: smaller pieces take the depth of what they are on."""
NEAREST_M = 0.25
STANDS = 0.25
"""Share of a small thing's lower edge that must meet floor, rug or the picture's border for it to stand on the floor;
of furniture, whose foot is often hidden, a `HEAVY_STANDS` is enough."""
HEAVY_STANDS = 0.06
BEHIND_M = 0.2
"""Furniture whose foot is hidden all along stands at least so far behind what hides it."""


@dataclass(frozen=True)
class Profile:
    """Usual measures of a kind, metres: ``top`` the height of its level part (None: upright all the way), ``deep`` how
    far that reaches; ``hangs``: how far before the wall it lies when it touches no floor. ``heavy``: furniture, which
    stands on nothing but the floor."""

    top: float | None = None
    deep: float = 0.3
    hangs: float = 0.08
    heavy: bool = False


# Usual sizes of furniture (Neufert, Architects' Data): seat 0.43, table 0.74, mattress 0.5, worktop 0.91.
PROFILES: dict[str, Profile] = {
    "sofa": Profile(0.45, 0.75, heavy=True),
    "chair": Profile(0.46, 0.45, heavy=True),
    "table": Profile(0.62, 0.9, heavy=True),
    "bed": Profile(0.52, 1.9, heavy=True),
    "cabinet": Profile(None, 0.5, 0.35, heavy=True),
    "countertop": Profile(0.91, 0.6, 0.6, heavy=True),
    "shelf": Profile(None, 0.3, 0.2),
    "lamp": Profile(None, 0.2, 0.15),
    "plant": Profile(None, 0.3, 0.2),
    "television": Profile(None, 0.1, 0.1),
    "appliance": Profile(None, 0.6, 0.5, heavy=True),
    "sink": Profile(0.85, 0.45, 0.4),
    "toilet": Profile(0.42, 0.5, 0.5, heavy=True),
    "bath": Profile(0.56, 0.7, 0.6, heavy=True),
    "stairs": Profile(None, 1.0, heavy=True),
    "fireplace": Profile(None, 0.3, 0.2, heavy=True),
    "column": Profile(None, 0.3, 0.1, heavy=True),
    "person": Profile(None, 0.3, 0.3),
    "clutter": Profile(None, 0.2, 0.15),
    "curtain": Profile(None, 0.1, 0.1),
    "picture": Profile(None, 0.03, 0.03),
    "mirror": Profile(None, 0.04, 0.04),
}
ON_WALLS = frozenset({"curtain", "picture", "mirror"})


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece of one kind at the working size: its columns, and its lowest row in each (just under it)."""

    kind: str
    mask: Array
    columns: Array
    lowest: Array


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
        found = _depth_of(piece, camera, rays, depth, kinds)
        found = np.where((small > 0) & (found > small), small, found)
        depth[piece.mask] = found[piece.mask]
        named |= piece.mask
    if not named.any():
        return bare
    thing = cv2.resize(named.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    large = cv2.resize(_grown(depth, named), (width, height), interpolation=cv2.INTER_LINEAR)
    large = np.where(bare > 0, np.minimum(large, bare), large)
    return np.where(thing, large, bare).astype(np.float32)


def known_things(layout: Layout) -> Segments:
    """The layout's own surfaces and obstacles as segments, for photos that nothing else has taken apart."""
    labels = np.array(layout.surfaces())
    for thing in layout.obstacles:
        labels[thing.mask] = len(SURFACES)
    return Segments(labels, (*SURFACES, "clutter"))


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
            found.append((-float(lowest.max()), len(found), Piece(kind, one, columns, lowest)))
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


def _depth_of(piece: Piece, camera: Camera, rays: Array, depth: Array, kinds: dict[str, Array]) -> Array:
    """float32 (h, w): the piece's depth along the axis; meaningful inside its mask."""
    profile = PROFILES[piece.kind]
    foot = Foot.of(piece, kinds)
    share = float(foot.floor.mean()) if len(foot.floor) else 0.0
    if piece.kind in ON_WALLS or share < (HEAVY_STANDS if profile.heavy else STANDS):
        return _carried(piece, profile, depth, foot, camera.focal_px)
    meets = foot.columns[foot.floor]
    rows = np.interp(piece.columns, meets, lower_hull(meets, foot.rows[foot.floor]))
    ground = camera.on_floor(np.stack([piece.columns + 0.5, rows], -1))
    far = np.hypot(ground[:, 0], ground[:, 2])
    known = np.isfinite(far)
    if not known.any():
        return _carried(piece, profile, depth, foot, camera.focal_px)
    front = np.zeros(piece.mask.shape[1])
    front[piece.columns] = np.interp(piece.columns, piece.columns[known], far[known])
    reach = np.hypot(rays[..., 0], rays[..., 2])  # over the floor, of a ray one unit deep
    t_front = front[None] / reach
    if profile.top is None:
        return t_front.astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        t_top = (profile.top - camera.height_m) / rays[..., 1]
    t_top = np.where((rays[..., 1] < 0) & (t_top > 0), t_top, np.inf)
    if camera.height_m <= profile.top:  # seen from below its top: only the front
        return t_front.astype(np.float32)
    return np.clip(t_top, t_front, (front[None] + profile.deep) / reach).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Foot:
    """The lower edge of a piece where it is the piece's own, not seen between its legs: ``columns``, the ``rows`` of the
    edge and ``below`` of what is under it; and under which columns there is ``floor`` (or the picture ends), or
    another ``thing``."""

    columns: Array
    rows: Array
    below: Array
    floor: Array
    thing: Array

    @classmethod
    def of(cls, piece: Piece, kinds: dict[str, Array]) -> Foot:
        height = piece.mask.shape[0]
        hull = lower_hull(piece.columns, piece.lowest)
        own = hull - piece.lowest < 0.05 * height
        columns, rows = piece.columns[own], piece.lowest[own]
        below = np.clip(rows + max(2, round(0.012 * height)), 0, height - 1)
        floor = (rows >= height - 1) | kinds["floor"][below, columns]
        thing = np.zeros(len(columns), bool)
        for kind in PROFILES:
            if kind in kinds and kind not in ON_WALLS:
                thing |= kinds[kind][below, columns]
        return cls(columns, rows, below, floor, thing & ~floor)


def _carried(piece: Piece, profile: Profile, depth: Array, foot: Foot, focal_px: float) -> Array:
    """What meets no floor: on a thing (as far as that, where they meet), behind it (furniture whose foot it hides), or
    on a wall (a little before it)."""
    if piece.kind not in ON_WALLS and len(foot.thing) and foot.thing.mean() > 0.5:
        support = depth[foot.below[foot.thing], foot.columns[foot.thing]]
        if profile.heavy:
            return np.full(piece.mask.shape, float(support.max()) + BEHIND_M, np.float32)
        return np.full(piece.mask.shape, float(np.median(support)), np.float32)
    # no deeper than it is large: a switch is no cupboard
    columns = float(np.ptp(piece.columns)) + 1
    metres = float(np.median(depth[piece.mask])) / focal_px * min(columns, float(piece.mask.sum()) / columns)
    out = min(profile.hangs, metres)
    return np.where(depth > out + NEAREST_M, depth - out, depth).astype(np.float32)


def _grown(depth: Array, inside: Array) -> Array:
    """The depth of things drawn a few pixels over their borders, so that enlarging mixes no wall into them."""
    import cv2

    k = np.ones((5, 5), np.uint8)
    far = np.where(inside, depth, np.float32(1e6))
    spread = cv2.erode(far.astype(np.float32), k)
    return np.where(inside, depth, np.where(spread < 1e5, spread, depth)).astype(np.float32)
