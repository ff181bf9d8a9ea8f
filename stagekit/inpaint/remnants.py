"""What sticks out of the hole on painted walls: legs, leaves, corners of lampshades that the segmentation does not see.

Paint changes slowly; against the median around it such a piece is of another colour, and it touches the hole. What runs
level or plumb along the wall is left: ledges, cables in ducts, casings, panels, boards.
"""

from __future__ import annotations

import numpy as np

from ..room.doorways import belief, wall_planes
from ..room.paint import cielab
from ..types import Array, Layout, Segments
from .light import smooth
from .regions import WALL, Region, near_lines, regions, resized

WORK = 1024
"""Longest side in pixels at which they are looked for: fronds are thin."""
FRAMED = (
    "window", "door", "curtain", "picture", "mirror", "fireplace", "column", "stairs", "cabinet", "countertop", "appliance",
)  # fmt: skip
STAYS = (*FRAMED, "sink", "toilet", "bath", "floor", "rug", "ceiling")
BUILT, MARGIN = 0.3, 0.012
"""Probability of these together from which a pixel is no wall; and how far about the labels of the
first, of the longer side, frames and rods reach."""
AROUND = 0.025
"""Radius, of the longer side, of the median: what is thicker than that is no piece that sticks out."""
WIDE = (0.013, 0.05, 0.2, 0.6)
"""Sigmas, of the longer side, of the averages that stand in for what is hidden, the nearest that there is."""
LIGHTNESS = 0.7
"""Weight of lightness beside the tints in a distance in CIELAB: shadows and light pass over a wall, other paint does not."""
ODD, USUAL = (3.0, 4.5), (3.0, 4.5)
"""Distance from the median from which a pixel goes with a piece, and from which it makes one; the same in times of the
wall's own median distance."""
PATTERNED = 0.02
"""Share of a wall that is odd and hangs together with no hole from which the wall is patterned."""
TOUCH = 2.5
"""Pixels from the hole within which a piece touches it."""
SPECK, LARGEST = 6, 0.005
"""Pixels of a piece at least, and share of the picture at most."""
FARTHEST = 0.15
"""Of the longer side: a piece that reaches farther from the hole is something by itself."""
ATTACHED = 0.1
"""Share of a piece's rim that lies in such things from which it is a part of them, or stands on them."""
TAPS = 0.04
"""Of the longer side: so far about a sink are its taps."""
LEVEL_M, PLUMB_M, LINE_M, MOSTLY = 0.25, 0.35, 0.05, 0.75
"""Lengths from which a level and a plumb line are the building's, how wide they are, and the share of a piece in them."""
SLOPES = (-0.1, -0.05, 0.0, 0.05, 0.1)
"""Slopes at which they are looked for: the layout's walls may be off by some degrees."""
UPRIGHT, HIGH = 0.35, 0.06
"""Width by height in the picture up to which a piece is upright, and the height, of the longer side, from which such
a one is the building's, whatever the layout says."""


def remnants(image: Array, hole: Array, segments: Segments, layout: Layout) -> Array:
    """bool (h, w): pieces of things on walls that touch ``hole`` (bool (h, w)) and are not in it. ``image``: uint8
    (h, w, 3)."""
    import cv2

    height, width = hole.shape
    k = min(1.0, WORK / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    gap = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.25
    out = np.zeros(gap.shape, bool)
    planes = wall_planes(layout, size)
    if not gap.any() or not (planes >= 8).any():
        return np.zeros(hole.shape, bool)
    lab = cielab(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    built = _built(segments, gap)
    bare = (planes >= 8) & ~built
    off = off_median(lab, bare & ~gap)
    away = cv2.distanceTransform((~gap).astype(np.uint8), cv2.DIST_L2, 5)
    for region in regions(layout, *size):
        if region.surface == WALL:
            seen = bare & ~gap & region.mask
            at = np.nonzero(seen)
            seen[at] = ~near_lines(region, np.stack(at))
            out |= _pieces(off, seen, away, built, region)
    out = (cv2.dilate(out.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & bare & ~gap
    return cv2.resize(out.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.3


def _built(segments: Segments, gap: Array) -> Array:
    """bool (h, w): what is no bare wall, and things that are not in the ``gap``, with a margin for their frames."""
    import cv2

    built = belief(segments, STAYS, gap.shape[::-1]) > BUILT
    labels, names = resized(segments, gap.shape), list(enumerate(segments.classes))
    framed = np.isin(labels, [i for i, n in names if n in FRAMED])
    for thing in (i for i, n in names if n not in STAYS and n != "wall"):
        framed |= _kept(labels == thing, gap)
    sinks = np.isin(labels, [i for i, n in names if n == "sink"])
    for part, share in ((framed, MARGIN), (sinks, TAPS)):
        reach = 2 * max(1, round(share * max(gap.shape))) + 1
        built = built | (cv2.dilate(part.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
    return built


def _kept(things: Array, gap: Array) -> Array:
    """bool (h, w): the pieces of ``things`` of which less than half lies in the ``gap``."""
    import cv2

    count, pieces, stats, _ = cv2.connectedComponentsWithStats(things.astype(np.uint8))
    inside = np.bincount(pieces[gap], minlength=count)
    stay = inside < 0.5 * stats[:, cv2.CC_STAT_AREA]
    stay[0] = False
    return np.asarray(stay[pieces])


def off_median(lab: Array, seen: Array) -> Array:
    """float32 (h, w): distance of each pixel of ``lab`` from the median around it of what is ``seen``."""
    import cv2

    side = max(seen.shape)
    level: Array | None = None
    for sigma in WIDE:
        wide = smooth(lab, seen, sigma * side)
        level = wide if level is None else np.where(np.isfinite(level), level, wide)
    assert level is not None
    known = np.where(seen[..., None] | ~np.isfinite(level), lab, level)
    coded = np.clip(known * (2.55, 1, 1) + (0.5, 128.5, 128.5), 0, 255).astype(np.uint8)
    radius = max(2, round(AROUND * side))
    middle = np.stack([cv2.medianBlur(np.ascontiguousarray(c), 2 * radius + 1) for c in np.moveaxis(coded, 2, 0)], -1)
    away = lab - (middle.astype(np.float32) - (0, 128, 128)) / (2.55, 1, 1)
    return np.sqrt((away**2 * (LIGHTNESS**2, 1, 1)).sum(-1)).astype(np.float32)


def _pieces(off: Array, seen: Array, away: Array, built: Array, region: Region) -> Array:
    """bool (h, w): the odd pieces of a wall that touch the hole, ``away`` the distance from it in pixels, and not much of
    what is ``built``."""
    import cv2

    none = np.zeros(seen.shape, bool)
    if not seen.any():
        return none
    usual, side = float(np.median(off[seen])), max(seen.shape)
    odd, sure = (seen & (off > max(low, times * usual)) for low, times in zip(ODD, USUAL, strict=True))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(odd.astype(np.uint8))
    touches = np.bincount(pieces[odd & (away < TOUCH)], minlength=count) > 0
    made = np.bincount(pieces[sure], minlength=count) > 0
    area = stats[:, cv2.CC_STAT_AREA]
    taken = touches & made & (area >= SPECK)
    taken[0] = False
    if (area[1:] * ~touches[1:])[made[1:]].sum() > PATTERNED * seen.sum():
        return none
    for piece in np.flatnonzero(taken):
        left, top, wide, high, many = (int(v) for v in stats[piece])
        box = np.s_[max(0, top - 1) : top + high + 1, max(0, left - 1) : left + wide + 1]
        mine = pieces[box] == piece
        goes = away[box][mine].max() <= FARTHEST * side and many <= LARGEST * seen.size
        post = wide < UPRIGHT * high and high > HIGH * side
        rim = cv2.dilate(mine.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        goes &= bool((rim & built[box]).sum() <= ATTACHED * (rim & ~mine & (away[box] > 0)).sum())
        taken[piece] = goes and not post and not _runs(mine, (box[1].start, box[0].start), region)
    return taken[pieces]


def _runs(piece: Array, corner: tuple[int, int], region: Region) -> bool:
    """Whether most of a piece lies in one level and one plumb line of its wall, long enough to be the building's."""
    ys, xs = np.nonzero(piece)
    points, _ = region.metres(np.stack([xs + corner[0], ys + corner[1]], -1).astype(np.float64))
    held = np.zeros(len(points), bool)
    for axis, least in ((1, LEVEL_M), (0, PLUMB_M)):
        if np.ptp(points[:, 1 - axis]) > least:
            lines = [_densest(points[:, axis] - slope * points[:, 1 - axis]) for slope in SLOPES]
            held |= max(lines, key=lambda line: int(line.sum()))
    return bool(held.mean() > MOSTLY)


def _densest(values: Array) -> Array:
    """bool (n,): the ``values`` within the `LINE_M` that hold most of them."""
    order = np.sort(values)
    held = np.searchsorted(order, order + LINE_M, side="right") - np.arange(len(order))
    start = order[int(held.argmax())]
    return np.asarray((values >= start) & (values <= start + LINE_M))
