"""What a photographer would say: how much of the picture pieces cover, what they hide, what stands too near."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely import MultiPoint, Polygon
from shapely.ops import unary_union

from ...types import Placement
from .space import Space

FRAME = shapely.box(0, 0, 1, 1)
COVER = (0.11, 0.40)
"""Share of the picture that the main group should cover."""
SEATS = ("sofa", "sectional", "loveseat", "armchair", "pouf", "bench")


def outline(space: Space, piece: Placement) -> Polygon:
    """Convex outline of the piece's box in the picture, in shares of its width and height, cut at its borders."""
    w, h, d = piece.size_m[0] / 2, piece.size_m[1], piece.size_m[2] / 2
    local = np.array([[x, y, z, 1.0] for x in (-w, w) for y in (0, h) for z in (-d, d)])
    uv, depth = space.camera.project((local @ piece.matrix.T)[:, :3])
    if depth.min() < 0.3:
        return FRAME
    hull = MultiPoint(uv / [space.camera.width, space.camera.height]).convex_hull
    return hull.intersection(FRAME)


def cover(space: Space, pieces: Iterable[Placement]) -> float:
    """Share of the picture that the pieces cover together, rugs included at a third."""
    solid = [outline(space, p) for p in pieces if p.family != "rug"]
    rugs = [outline(space, p) for p in pieces if p.family == "rug"]
    flat = unary_union(rugs).difference(unary_union(solid)).area if rugs else 0.0
    return float(unary_union(solid).area + flat / 3)


def group_score(space: Space, pieces: Sequence[Placement]) -> float:
    """0 where the group covers a good share of the picture, less where it is lost in it or fills it."""
    share = max(cover(space, pieces), 1e-4)
    few = max(math.log(COVER[0] / share), 0.0)
    much = max(math.log(share / COVER[1]), 0.0)
    return -1.2 * few - 0.8 * few**2 - 3.0 * much


def hides(space: Space, piece: Placement, other: Placement) -> float:
    """Share of ``other``'s outline that ``piece`` covers when it stands nearer."""
    if _distance(piece) >= _distance(other):
        return 0.0
    back = outline(space, other)
    return float(outline(space, piece).intersection(back).area / max(back.area, 1e-9))


def in_the_way(space: Space, piece: Placement, main: Placement) -> bool:
    """Whether a piece spoils the picture: it covers the main piece, shows a large back, or towers in the foreground."""
    share = outline(space, piece).area
    tall = piece.size_m[1] > 1.1
    low = piece.size_m[1] < 0.55
    if piece.family != "coffee_table" and hides(space, piece, main) > (0.12 if tall else 0.50 if low else 0.24):
        return True
    nearer = _distance(piece) < _distance(main)
    if tall and share > (0.045 if nearer else 0.09):
        return True
    if piece.family in ("armchair", "office_chair") and nearer:
        a = math.radians(piece.yaw_deg)
        x, _, z = piece.position
        towards = (math.sin(a) * -x + math.cos(a) * -z) / max(math.hypot(x, z), 1e-6)
        if towards < -0.2:  # its back: little of it, and nothing of what it faces
            return share > 0.035 or hides(space, piece, main) > 0.08
        return share > 0.065
    return False


def covers_window(space: Space, piece: Placement, most: float = 0.25) -> bool:
    """Whether a tall piece stands, in the picture, before a window, covering more than ``most`` of it or of itself."""
    if piece.size_m[1] < 1.1:
        return False
    shape = outline(space, piece)
    for o in space.layout.openings:
        if o.kind != "window":
            continue
        wall = space.layout.walls[o.wall]
        corners = [wall.point(a, u) for a in (o.left_m, o.right_m) for u in (o.bottom_m, o.top_m)]
        uv, depth = space.camera.project(np.array(corners))
        if depth.min() < 0.2:
            continue
        pane = MultiPoint(uv / [space.camera.width, space.camera.height]).convex_hull.intersection(FRAME)
        shared = shape.intersection(pane).area
        if pane.area > 1e-4 and shared > most * min(pane.area, shape.area):
            return True
    return False


def _distance(piece: Placement) -> float:
    return math.hypot(piece.position[0], piece.position[2])
