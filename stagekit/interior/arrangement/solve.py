"""Finding the place of the main group: candidates at walls and in the open, hard rules, then what the picture gains."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point, Polygon

from ...types import Array, Placement
from .compose import group_score, in_the_way
from .groups import FREE_STANDING, GROUPS, Group, Piece
from .space import WALKWAY_M, Space, Span, footprint, yaw_of
from .wardrobe import Wardrobe

RUG_MARGIN_M = 0.12
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
    places = [a for a in anchors(space, room) if a.span is None or room != "dining_room"]
    narrow = "no stretch of free floor is large enough"
    for group in GROUPS[room](w, space.area):
        for anchor in _standing(space, group.main, places):
            main = place(w, group.main, anchor)
            others = [place(w, p, anchor) for p in group.needed]
            if not all(space.holds(footprint(p)) for p in others):
                narrow = "the chairs around it do not fit"
                continue
            score = group.worth + view_score(space, main, group) + wall_score(space, main, anchor, room)
            if room == "living_room":  # a sectional that fills a small room is what small rooms suffer from
                score -= 7.0 * max(main.size_m[0] * main.size_m[2] / space.area - 0.2, 0)
            rough.append(Found([main, *others], score + float(rng.uniform(0, jitter)), anchor, group))
    rough.sort(key=lambda f: -f.score)
    rough = _spread(rough)
    best: Found | None = None
    for found in rough:
        if not all(space.bare(p) for p in found.pieces):
            continue
        _extend(space, w, found)
        if not _make_way(space, found):
            continue
        found.score += group_score(space, found.pieces)
        if best is None or found.score > best.score:
            best = found
    if best is None and rough:
        return None, "it would stand on what is not bare floor, or block the way to a door"
    return best, "" if best else narrow


def _standing(space: Space, piece: Piece, places: list[Anchor]) -> list[Anchor]:
    """The anchors at which a piece stands on free floor; all at once, because there are thousands."""
    if not places:
        return []
    at, facing = np.array([a.at for a in places]), np.array([a.facing for a in places])
    right = np.stack([facing[:, 1], -facing[:, 0]], axis=-1)
    turn = math.radians(piece.turn)
    local = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [piece.size[0] / 2, piece.size[2] / 2]
    spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    x, z = (local @ spin + [piece.x, piece.z]).T
    corners = at[:, None] + x[None, :, None] * right[:, None] + z[None, :, None] * facing[:, None]
    shapes = shapely.polygons(corners)
    ok = shapely.contains(space.allowed, shapes) & ~shapely.intersects(space.doors, shapes)
    return [a for a, fits in zip(places, ok, strict=True) if fits]


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
    # A rug shows floor all round it, or it looks like a cut of carpet. A seating group needs one: there any that fits.
    needs = found.pieces[0].family in ("sofa", "sectional", "loveseat")
    rugs = [e for e in found.group.extras if e.family == "rug"] if needs else []
    for extra, margin in (*((e, RUG_MARGIN_M) for e in found.group.extras), *((e, 0.0) for e in rugs)):
        if sides.get(extra.family, 0) >= limit.get(extra.family, 4):
            continue
        piece = place(w, extra, found.anchor)
        shape = footprint(piece)
        rug = extra.family == "rug"
        if not space.holds(shape.buffer(margin) if rug else shape, door=not rug) or not space.bare(piece):
            continue
        if extra.family != "rug":
            gap = 0.32 if extra.family in ("armchair", "pouf") else 0.03
            grown = shape.buffer(gap)
            if any(p.family != "rug" and grown.intersects(s) for p, s in taken):
                continue
            inside, share = space.shown(piece)
            if inside < 0.8 or share > 0.16 or in_the_way(space, piece, found.pieces[0]):
                continue
        taken.append((piece, shape))
        found.pieces.append(piece)
        found.score += extra.bonus
        sides[extra.family] = sides.get(extra.family, 0) + 1


def _make_way(space: Space, found: Found) -> bool:
    """Take extras away, the last first, until every seen door can be reached; False where even that does not help."""
    needed = 1 + len(found.group.needed)
    while not space.passable(footprint(p) for p in found.pieces if p.family != "rug"):
        spare = [p for p in found.pieces[needed:] if p.family != "rug"]
        if not spare:
            return False
        found.pieces.remove(spare[-1])
        found.score -= next((e.bonus for e in found.group.extras if e.family == spare[-1].family), 0.0)
    return True


def view_score(space: Space, main: Placement, group: Group) -> float:
    """What the camera sees of the main piece: whole, neither tiny nor huge, from the front, near the middle."""
    inside, share = space.shown(main)
    (u0, _, u1, v1), depth = space.box(main)
    if inside < 0.6 or depth < 1.0:
        return -20.0
    score = -9.0 * (1 - inside)
    size = math.log(max(share, 1e-4))
    small = max(math.log(0.05) - size, 0)
    score -= 1.1 * small + 0.8 * small**2 + 1.6 * max(size - math.log(0.2), 0)
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
        if room == "dining_room":
            return -0.9 + min(margin, 1.2)
        return focus_score(space, main) + _open_score(space, main) - (1.8 if space.area < 25 else 1.2)
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
    faces = float(np.array([math.sin(a), math.cos(a)]) @ to) / max(distance, 0.5)
    if distance > 5.5:
        return 0.0
    if distance < 1.5:
        return -2.5  # nothing that large close before a fire
    return 1.2 * faces if faces > 0.5 else 0.6 if faces > -0.3 else 3.0 * faces


def _open_score(space: Space, main: Placement) -> float:
    """A piece that stands free: a way behind it, and in large rooms near the middle of the floor."""
    a = math.radians(main.yaw_deg)
    back = np.array([main.position[0], main.position[2]]) - np.array([math.sin(a), math.cos(a)]) * main.size_m[2] / 2
    behind = float(space.room.exterior.distance(Point(back)))
    score = -2.5 * max(WALKWAY_M - behind, 0) / WALKWAY_M
    if space.area > 22:
        middle = space.floor.centroid
        away = math.hypot(main.position[0] - middle.x, main.position[2] - middle.y)
        score += 0.9 - 0.25 * min(away, 4.0)
    return score
