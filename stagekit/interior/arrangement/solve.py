"""Finding the place of the main group: candidates at walls and in the open, hard rules, then what the picture gains."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon

from ...types import Array, Placement
from .groups import FREE_STANDING, GROUPS, Group, Piece
from .space import Space, Span, footprint, yaw_of
from .wardrobe import Wardrobe

KEEP = 14
"""Candidates whose extras are tried; more does not change the result on the photos looked at."""


@dataclass(frozen=True)
class Anchor:
    """Where a group's frame stands: its origin (x, z), where it faces, and the wall at its back, if any."""

    at: Array
    facing: Array
    span: Span | None = None
    along: float = 0.0


@dataclass
class Found:
    """A main group in its place."""

    pieces: list[Placement]
    score: float
    anchor: Anchor
    group: Group


def anchors(space: Space, room: str) -> Iterator[Anchor]:
    """Places at the walls every 0.15 m, and for groups that may stand free a grid of 0.35 m in four directions."""
    for span in space.spans:
        wall = space.layout.walls[span.wall]
        for along in np.arange(span.start, span.end + 1e-6, 0.15):
            yield Anchor(wall.point(float(along))[[0, 2]], wall.normal, span, float(along))
        middle = (span.start + span.end) / 2
        yield Anchor(wall.point(middle)[[0, 2]], wall.normal, span, middle)
    if not FREE_STANDING[room] or space.floor.is_empty:
        return
    x0, z0, x1, z1 = space.floor.intersection(shapely.box(-7, -7.5, 7, 0)).bounds
    step = max(0.35, math.sqrt((x1 - x0) * (z1 - z0) / 160))
    yaw = math.radians(space.layout.yaw_deg)
    for x in np.arange(x0 + 0.2, x1, step):
        for z in np.arange(z0 + 0.2, z1, step):
            for quarter in range(4):
                a = yaw + quarter * math.pi / 2
                yield Anchor(np.array([x, z]), np.array([math.sin(a), math.cos(a)]))


def place(w: Wardrobe, piece: Piece, anchor: Anchor) -> Placement:
    """The piece of a group whose frame stands at the anchor."""
    fx, fz = anchor.facing
    x, z = anchor.at + piece.x * np.array([fz, -fx]) + piece.z * np.array([fx, fz])
    return w.piece(piece.family, piece.size, (x, 0.0, z), yaw_of(anchor.facing) + piece.turn)


def solve(space: Space, w: Wardrobe, room: str, jitter: float = 0.35) -> tuple[Found | None, str]:
    """The best main group, or None and why not."""
    rng = w.rng("solve")
    rough: list[Found] = []
    places = list(anchors(space, room))
    narrow = "no stretch of free floor is large enough"
    for group in GROUPS[room](w, space.area):
        for anchor in places:
            if room == "dining_room" and anchor.span is not None:
                continue
            main = place(w, group.main, anchor)
            if not space.holds(footprint(main)):
                continue
            others = [place(w, p, anchor) for p in group.needed]
            if not all(space.holds(footprint(p)) for p in others):
                narrow = "the chairs around it do not fit"
                continue
            score = group.worth + view_score(space, main, group) + wall_score(space, main, anchor, room)
            rough.append(Found([main, *others], score + float(rng.uniform(0, jitter)), anchor, group))
    rough.sort(key=lambda f: -f.score)
    rough = _spread(rough)
    best: Found | None = None
    for found in rough:
        if not all(space.bare(p) for p in found.pieces):
            continue
        _extend(space, w, found)
        if not space.passable(footprint(p) for p in found.pieces if p.family != "rug"):
            continue
        if best is None or found.score > best.score:
            best = found
    if best is None and rough:
        return None, "it would stand on what is not bare floor, or block the way to a door"
    return best, "" if best else narrow


def _spread(found: list[Found]) -> list[Found]:
    """The best of each neighbourhood, so that the few that are worked out differ."""
    kept: list[Found] = []
    for f in found:
        near = (
            k.group is f.group
            and np.hypot(*(k.anchor.at - f.anchor.at)) < 0.4
            and k.anchor.facing @ f.anchor.facing > 0.9
            for k in kept
        )
        if not any(near):
            kept.append(f)
        if len(kept) >= KEEP * 3:
            break
    return kept


def _extend(space: Space, w: Wardrobe, found: Found) -> None:
    """Add the group's extras that fit, in their order; at most one rug, and not two chairs in one place."""
    taken: list[tuple[Placement, Polygon]] = [(p, footprint(p)) for p in found.pieces]
    sides: dict[str, int] = {}
    limit = {"rug": 1, "coffee_table": 1, "armchair": 2, "floor_lamp": 1, "side_table": 2, "pouf": 1}
    for extra in found.group.extras:
        if sides.get(extra.family, 0) >= limit.get(extra.family, 4):
            continue
        piece = place(w, extra, found.anchor)
        shape = footprint(piece)
        if not space.holds(shape, door=extra.family != "rug") or not space.bare(piece):
            continue
        if extra.family != "rug":
            gap = 0.32 if extra.family in ("armchair", "pouf") else 0.03
            grown = shape.buffer(gap)
            if any(p.family != "rug" and grown.intersects(s) for p, s in taken):
                continue
            inside, share = space.shown(piece)
            if inside < 0.8 or share > 0.16 or _hides(space, piece, found.pieces[0]):
                continue
        taken.append((piece, shape))
        found.pieces.append(piece)
        found.score += extra.bonus
        sides[extra.family] = sides.get(extra.family, 0) + 1


def _hides(space: Space, piece: Placement, main: Placement) -> bool:
    """Whether a piece before the main one covers much of it in the picture."""
    (a0, b0, a1, b1), near = space.box(piece)
    (c0, d0, c1, d1), far = space.box(main)
    if near > far:
        return False
    overlap = max(min(a1, c1) - max(a0, c0), 0) * max(min(b1, d1) - max(b0, d0), 0)
    return overlap > 0.45 * (c1 - c0) * (d1 - d0)


def view_score(space: Space, main: Placement, group: Group) -> float:
    """What the camera sees of the main piece: whole, neither tiny nor huge, from the front, near the middle."""
    inside, share = space.shown(main)
    (u0, _, u1, v1), depth = space.box(main)
    if inside < 0.6 or depth < 1.0:
        return -20.0
    score = -9.0 * (1 - inside)
    size = math.log(max(share, 1e-4))
    score -= 1.5 * max(math.log(0.06) - size, 0) + 1.6 * max(size - math.log(0.2), 0)
    score -= 1.3 * abs((u0 + u1) / 2 - 0.5)
    score -= 1.5 * max(v1 - 0.97, 0)
    a = math.radians(main.yaw_deg)
    to_camera = -np.array([main.position[0], main.position[2]])
    to_camera /= max(float(np.hypot(*to_camera)), 1e-6)
    facing = float(np.array([math.sin(a), math.cos(a)]) @ to_camera)
    if main.family in ("sofa", "sectional", "loveseat", "armchair"):
        score += 1.3 * min(facing, 0.75) if facing > 0 else 3.2 * facing
    elif main.family == "bed":
        score += 0.9 * min(facing, 0.6) if facing > -0.2 else 4.0 * facing
    elif main.family == "desk":
        score += 0.4 * abs(facing)
    return score


def wall_score(space: Space, main: Placement, anchor: Anchor, room: str) -> float:
    """A wall at the back, centred between its ends, no window behind what is tall; in the open, room on all sides."""
    if anchor.span is None:
        margin = float(space.room.exterior.distance(footprint(main))) if room == "dining_room" else 0.0
        return (
            -0.9 + min(margin, 1.2)
            if room == "dining_room"
            else focus_score(space, main) - (1.8 if space.area < 25 else 1.2)
        )
    half = main.size_m[0] / 2
    score = 0.6 + focus_score(space, main)
    middle = (anchor.span.start + anchor.span.end) / 2
    slack = max((anchor.span.end - anchor.span.start) / 2 - half, 0.05)
    score += 0.5 * (1 - min(abs(anchor.along - middle) / max(slack, 0.4), 1))
    behind = space.windows_behind(anchor.span.wall, anchor.along - half, anchor.along + half)
    if any(main.size_m[1] > o.bottom_m + 0.02 for o in behind):
        # A headboard before a window is what designers avoid most; a low sofa before a tall window is common.
        score -= 3.0 if main.family == "bed" else 1.0
        if any(o.bottom_m < 0.3 for o in behind):
            score -= 1.5
    elif behind and main.family == "bed":
        score -= 0.5
    bare = space.wall_share(anchor.span.wall, anchor.along - half, anchor.along + half, 0.15, 1.3)
    score -= 4.0 * max(0.8 - bare, 0) * (1.5 if main.family == "bed" else 1.0)
    return score


def focus_score(space: Space, main: Placement) -> float:
    """Seats face the fireplace, from two to five metres."""
    fire = space.fireplace
    if fire is None or main.family not in ("sofa", "sectional", "loveseat"):
        return 0.0
    to = fire - np.array([main.position[0], main.position[2]])
    distance = float(np.hypot(*to))
    a = math.radians(main.yaw_deg)
    return 1.2 * float(np.array([math.sin(a), math.cos(a)]) @ to) / max(distance, 0.5) if distance < 5.5 else 0.0
