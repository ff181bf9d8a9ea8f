"""Frames of windows and doors that the hole cuts: one profile across each edge, learnt where it shows, drawn on behind it.

The texture of a wall and that of a window are filled apart, and neither knows of the casing between them. A casing is the
same all along an edge: its median over the places that show it is its profile, as with skirting boards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..types import Array, Layout, Opening, Segments
from .light import from_log, to_log
from .moves import Plane
from .regions import OBJECTS, WALL, Region, resized
from .skirting import Board, aligned
from .transfer import Scale, sample

OUT, IN, STEP = -0.18, 0.2, 0.004
"""Metres into the opening that are looked at."""
BARE = -0.12
"""Outside of this there is bare wall, the light of which the frame's is compared with."""
COLUMNS, LEAST, SEEN = 240, 12, 0.9
"""Places along an edge, how many of them must show, and share of the depths that makes one shown."""
LEAST_M, SURE = 0.2, 0.25
"""Metres of an edge that must show; and share of the longest edge that shows: less may be anything."""
EDGE, STRONG, RISE = 0.05, 0.1, 6
"""Log light by which a frame differs from the wall where it begins, and so many depths further in."""
SHADE, REACH = 0.2, 25
"""Share of the most by which it differs over so many depths, below which it is the shadow beside a frame."""
UNEVEN, STEEP = 0.09, 0.3
"""Median difference between the places of an edge from which it is the view or a blind and no frame, or share of what the
profile changes by nearby: where it is steep, places differ by how they lie."""
OUTER, SILL, WIDTH = (-0.1, 0.12), -0.12, (0.035, 0.18)
"""Where a frame begins, metres into the opening, at a sill farther out; and how wide it is."""
STRANGE, TINTED = 0.8, 0.45
"""Difference of log light from the wall's median, and between the channels' differences, from which what is beside an edge
is not that wall."""
MOVED, SLOPE = 0.05, 0.03
"""Metres to both sides at which each place's frame is looked for, twice; and the slope against the layout's edge from which
it is no frame that was followed."""
REACHES = 0.5
"""Share of an edge over which its frame must show for a slope to be carried on to the rest."""
HIDDEN = 0.5
"""Share of a window's edge that the hole hides for it to look like the others: what showed of a frame would be read."""
LOW = 0.2
"""Height over the floor up to which a window is a glass door: it has a baseboard beside it and a threshold below."""
SEAM, GROWN = 0.004, 0.006
"""Of the longer side: what of the hole's rim, and of a thing's outline, is told of neither."""
RIM = 0.012
"""Metres at both ends of a frame that still mix with what is beside."""
FADE = 0.008
"""Metres over which a frame's inner end is mixed with what is filled there."""
AT_ONCE = 200_000
"""Pixels drawn at a time: a million take 0.13 GB."""
LENDERS = {"left": ("right",), "right": ("left",), "top": ("left", "right"), "bottom": ("left", "right")}
"""Edges that tell what a window's edge looks like of which too little shows, the best first. Blinds hang above."""
DEPTHS = np.arange(OUT, IN, STEP)


@dataclass(frozen=True, eq=False)
class Frame:
    """``profile`` (n, 3): log light over the wall's at ``DEPTHS`` metres inside the edge, which lies ``offset + slope * t``
    metres inside the layout's at ``t`` metres along it; the frame is between ``outer`` and ``inner``. ``metres``: how much
    of it shows; ``beside`` (3,): log light of the wall next to it there; ``brightest`` (3,): the frame's, which on the mean
    of the channels it does not exceed."""

    profile: Array
    outer: float
    inner: float
    offset: float
    slope: float
    metres: float
    beside: Array
    brightest: Array


@dataclass(frozen=True, eq=False)
class Framed:
    """An ``opening`` and the frames of its ``edges``, by side."""

    opening: Opening
    edges: Mapping[str, Frame]


def seen_frames(photo: Array, layout: Layout, shown: Sequence[Region], segments: Segments, hole: Array) -> list[Framed]:
    """The openings of ``layout`` that have a frame. ``shown``: regions of the ``photo`` uint8 HxWx3; ``hole`` bool HxW."""
    hidden, things = _grown(hole, SEAM), _things(segments, hole.shape)
    walls = {}
    for wall in {o.wall for o in layout.openings}:
        on = [r for r in shown if r.wall == wall]
        if any(r.surface == WALL for r in on):
            other = hidden | things | ~np.logical_or.reduce([r.mask for r in on])
            bare = ~other & np.logical_or.reduce([r.mask for r in on if r.surface == WALL])
            if bare.any():
                walls[wall] = on[0], other.astype(np.float32), np.median(to_log(photo[bare]), 0)
    found = []
    for opening in layout.openings:
        if opening.wall not in walls:
            continue
        region, other, paint = walls[opening.wall]
        seen = {s: _seen(photo, region, other, opening, s, paint) for s in _sides(opening)}
        edges = {s: frame for s, frame in seen.items() if frame is not None}
        sure = {s: f for s, f in edges.items() if f.metres > SURE * np.ptp(_ends(opening, s))}
        for side in _sides(opening) if opening.kind == "window" else ():
            lender = next((sure[s] for s in LENDERS[side] if s in sure), None)
            if side not in edges and lender is not None and _hidden(region, hidden, opening, side) > HIDDEN:
                edges[side] = replace(lender, offset=0.0, slope=0.0, metres=0.0)
        if sure:
            found.append(Framed(opening, edges))
    return found


def draw_frames(
    out: Array,
    hole: Array,
    planes: Sequence[Plane],
    framed: Sequence[Framed],
    boards: Mapping[int, Board],
    scale: Scale,
) -> None:
    """The frames drawn into ``out`` (uint8 HxWx3) where the ``hole`` (bool HxW) hides them, in the light of their walls;
    ``boards`` by number of the plane."""
    for one in framed:
        on = [p.full for p in planes if p.full is not None and p.region.wall == one.opening.wall]
        number = next(
            (k for k, p in enumerate(planes) if p.region.wall == one.opening.wall and p.region.surface == WALL), None
        )
        if number is None or not on:
            continue
        box = _box(one.opening, on[0])
        where = hole[box] & np.logical_or.reduce([r.mask[box] for r in on])
        inside = np.logical_or.reduce([r.mask[box] for r in on if r.surface != WALL] or [np.zeros_like(where)])
        every = np.argwhere(where)
        for start in range(0, len(every), AT_ONCE):
            ys, xs = every[start : start + AT_ONCE].T
            xy = np.stack([xs + (box[1].start or 0), ys + (box[0].start or 0)], -1).astype(np.float64)
            points, _ = on[0].metres(xy)
            lit = sample(planes[number].light, (xy + 0.5) * scale - 0.5, cubic=False)
            lit, share = _across(one, points, inside[ys, xs], lit, boards.get(number))
            here = share > 0
            if here.any():
                ys, xs, share, lit = ys[here], xs[here], share[here, None], lit[here]
                mixed = share * from_log(lit) + (1 - share) * out[box][ys, xs]
                out[box][ys, xs] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _across(framed: Framed, points: Array, inside: Array, wall: Array, board: Board | None) -> tuple[Array, Array]:
    """What the nearest edge's frame shows at plane metres ``points`` (n, 2) in the ``wall``'s light (n, 3), log light
    (n, 3), and its share (n,), 0 off the frame. Of what the layout has ``inside`` (n,) the opening bare wall is left outside
    its frame, with its baseboard."""
    sides = _sides(framed.opening)
    depths = np.full((len(points), len(sides)), np.inf)
    for k, side in enumerate(sides):
        frame = framed.edges.get(side)
        along, depths[:, k] = _coordinates(framed.opening, side, points)
        if frame is not None:
            depths[:, k] -= frame.offset + frame.slope * along
    nearest, depth = depths.argmin(1), depths.min(1)
    lit, share = np.array(wall), np.zeros(len(points), np.float32)
    inside = inside & (np.stack([_coordinates(framed.opening, s, points)[1] for s in sides]) >= 0).all(0)
    for k, side in enumerate(sides):
        frame, here = framed.edges.get(side), nearest == k
        if frame is None:
            continue
        d = depth[here]
        value = np.stack([np.interp(d, DEPTHS, frame.profile[:, c]) for c in range(3)], -1)
        on = np.clip((frame.inner - d) / FADE, 0, 1)
        share[here] = np.where((d > frame.outer - STEP) | inside[here], on, 0)
        bare = d <= frame.outer - STEP
        value[bare] = 0.0 if board is None else board.at(points[here][bare])
        light = (wall[here] - frame.beside).mean(1, keepdims=True)  # of the tint of light behind things little is known
        tinted = frame.beside + light + value
        over = (tinted - np.where(_within(frame.outer, frame.inner, d)[:, None], frame.brightest, np.inf)).mean(1)
        lit[here] = np.where(bare[:, None], wall[here] + value, tinted - np.maximum(over, 0)[:, None])
    return lit, share


def _within(outer: float, inner: float, depth: Array) -> Array:
    """Whether a ``depth`` lies in a frame and not at its rims."""
    return np.asarray(np.abs(depth - (outer + inner) / 2) < (inner - outer) / 2 - RIM)


def _sides(opening: Opening) -> tuple[str, ...]:
    framed_below = opening.kind == "window" and opening.bottom_m > LOW
    return ("left", "right", "top", "bottom") if framed_below else ("left", "right", "top")


def _ends(opening: Opening, side: str) -> tuple[float, float]:
    """Metres between which an edge runs, up the wall or along it."""
    upright = side in ("left", "right")
    return (opening.bottom_m, opening.top_m) if upright else (opening.left_m, opening.right_m)


def _coordinates(opening: Opening, side: str, points: Array) -> tuple[Array, Array]:
    """Metres along an edge and into the opening, (n,) each, of plane ``points`` (n, 2)."""
    a, b = points[:, 0], points[:, 1]
    if side == "left":
        return b, a - opening.left_m
    if side == "right":
        return b, opening.right_m - a
    return (a, opening.top_m - b) if side == "top" else (a, b - opening.bottom_m)


def _points(opening: Opening, side: str, along: Array, depth: Array) -> Array:
    """(..., 2): the inverse of `_coordinates`."""
    if side == "left":
        return np.stack([opening.left_m + depth, along], -1)
    if side == "right":
        return np.stack([opening.right_m - depth, along], -1)
    return np.stack([along, opening.top_m - depth if side == "top" else opening.bottom_m + depth], -1)


def _strip(
    region: Region, shape: tuple[int, ...], opening: Opening, side: str, along: Array, line: Array
) -> tuple[Array, Array]:
    """Array indices (depths, places, 2) across an edge, and which of them lie in the picture (depths, places)."""
    t, d = np.broadcast_arrays(along[None], DEPTHS[:, None] + line[None])
    q = np.concatenate([_points(opening, side, t, d), np.ones((*t.shape, 1))], -1) @ region.to_pixel.T
    ahead = q[..., 2] > 0.05
    xy = q[..., :2] / np.where(ahead, q[..., 2], 1.0)[..., None]
    inside = ahead & (xy > 0).all(-1) & (xy < (shape[1] - 1, shape[0] - 1)).all(-1)
    return np.where(inside[..., None], xy, 0), inside


def _look(picture: Array, xy: Array) -> Array:
    return sample(picture, xy.reshape(-1, 2), cubic=False).reshape(*xy.shape[:2], *picture.shape[2:])


def _seen(photo: Array, region: Region, hidden: Array, opening: Opening, side: str, paint: Array) -> Frame | None:
    """The frame of one edge, or None; ``hidden`` float32 HxW: over a half where nothing is said of it; ``paint`` (3,): log
    light of the wall."""
    ends = _ends(opening, side)
    along, offset, slope = np.linspace(ends[0], ends[1], COLUMNS), 0.0, 0.0
    for turn in range(3):
        xy, inside = _strip(region, hidden.shape, opening, side, along, offset + slope * along)
        known = inside & (_look(hidden, xy) < 0.5)
        whole = (known.mean(0) > SEEN) & (known[DEPTHS < BARE].mean(0) > SEEN)
        metres = float(whole.mean() * np.ptp(ends))
        if whole.sum() < LEAST or metres < LEAST_M:
            return None
        strip = to_log(_look(photo, xy))[:, whole]
        beside = np.median(strip[DEPTHS < BARE], 0)
        lit = strip - beside  # shadows on all of a place do not count
        profile = np.median(lit, 1)
        if turn < 2:
            more = aligned(lit, known[:, whole], profile, along[whole], step=STEP, reach_m=MOVED)
            offset, slope = offset + more[0], slope + more[1]
            if np.ptp(along[whole]) < REACHES * np.ptp(ends):
                offset, slope = offset + slope * float(np.median(along[whole])), 0.0
    least = SILL if side == "bottom" else OUTER[0]
    band = _band(profile, np.median(np.abs(lit - profile[:, None]).mean(2), 1), least)
    if band is None or np.abs(offset + slope * np.array(ends)).max() > 2 * MOVED or abs(slope) > SLOPE:
        return None
    off = np.median(beside, 0) - paint
    if abs(float(off.mean())) > STRANGE or np.ptp(off) > TINTED:
        return None
    brightest = profile[_within(*band, DEPTHS)].max(0) + off + paint
    own = (off + paint).astype(np.float32)
    return Frame(profile.astype(np.float32), *band, float(offset), float(slope), metres, own, brightest)


def _band(profile: Array, spread: Array, least: float) -> tuple[float, float] | None:
    """Where a frame begins and ends, told by its ``profile`` (n, 3) and the ``spread`` (n,) of its places; at ``least``
    there."""
    level = np.abs(profile).max(1)
    within = np.array([level[k : k + REACH].max() for k in range(len(level) - RISE)])
    starts = (level[:-RISE] > np.maximum(EDGE, SHADE * within)) & (level[RISE:] > STRONG)
    first = int(starts.argmax())
    near = np.stack([np.roll(profile.mean(1), k) for k in range(-2, 3)])
    uneven = np.flatnonzero(spread > np.maximum(UNEVEN, STEEP * np.ptp(near, axis=0)))
    if not starts.any() or not least < DEPTHS[first] < OUTER[1] or (uneven <= first).any():
        return None
    last = int(uneven[0]) if len(uneven) else len(DEPTHS) - 1
    most = first + round(WIDTH[1] / STEP)
    if last >= most:  # blind or sky goes on where the frame ends: it is as wide as it has edges
        steep = np.abs(profile[RISE:] - profile[:-RISE]).max(1)[first:most] > EDGE
        last = min(first + int(np.flatnonzero(steep).max()) + RISE, most) if steep.any() else most
    wide = float(DEPTHS[last] - DEPTHS[first])
    return (float(DEPTHS[first]), float(DEPTHS[first]) + wide) if wide > WIDTH[0] else None


def _hidden(region: Region, hidden: Array, opening: Opening, side: str) -> float:
    """The share of an edge that lies in what is ``hidden``; 0 where the picture's border cuts it or the wall beside it."""
    first, last = _ends(opening, side)
    along = np.linspace(first, last, COLUMNS)
    xy, inside = _strip(region, hidden.shape, opening, side, along, np.zeros(COLUMNS))
    middle = len(DEPTHS) // 2
    there = _look(hidden.astype(np.float32), xy[middle : middle + 1])[0] > 0.5
    return float(there.mean()) if inside.all(0).mean() > 0.5 else 0.0


def _box(opening: Opening, region: Region) -> tuple[slice, slice]:
    """Rows and columns of the picture within a frame's width of an opening; all if some of it is behind the camera."""
    corners = [
        region.to_pixel @ (a, b, 1)
        for a in (opening.left_m + 2 * OUT, opening.right_m - 2 * OUT)
        for b in (opening.bottom_m + 2 * OUT, opening.top_m - 2 * OUT)
    ]
    if min(c[2] for c in corners) < 0.05:
        return slice(None), slice(None)
    at = np.array([c[:2] / c[2] for c in corners])
    left, top = np.maximum(np.floor(at.min(0)).astype(int), 0).tolist()
    right, bottom = np.maximum(np.ceil(at.max(0)).astype(int) + 1, 0).tolist()
    return slice(top, bottom), slice(left, right)


def _things(segments: Segments, shape: tuple[int, ...]) -> Array:
    labels = resized(segments, shape)
    return _grown(np.isin(labels, [i for i, n in enumerate(segments.classes) if n in OBJECTS]), GROWN)


def _grown(mask: Array, reach: float) -> Array:
    import cv2

    size = 2 * max(1, round(reach * max(mask.shape))) + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)
