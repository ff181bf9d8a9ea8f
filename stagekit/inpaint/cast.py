"""What things cast on the walls behind them goes with them: the glow of lamps, shadows, and the colour of what stands near.

A wall's own light is a parabola through the bulk of what is seen of its paint.
"""

from __future__ import annotations

import numpy as np

from ..room.doorways import belief, wall_planes
from ..room.paint import bulk, parabola
from ..types import Array, Layout, Segments
from .daylight import LUMINANCE
from .light import smooth
from .likely import KEPT
from .regions import OBJECTS, WALL, near_lines, regions, resized

LEAST = 0.0004
"""Share of the picture from which a lamp is one."""
REACH = 0.16
"""Of the longer side: how far from a lamp its glow is followed, and from where on the wall is taken to be without it."""
NEAR, FALLEN = 0.3, 0.7
"""Shares of that: so near to a lamp its glow is strong, and so far it has mostly gone."""
LIT, BRIGHTER = 0.4, 0.12
"""Log light above the wall's own, near a lamp, from which it is lit; and from which the wall is by it."""
WARM, WARMER = 0.3, 0.15
"""The same of the log of red over blue: lamps are warmer than daylight."""
CAST, DARKER, TINTED = 0.08, 0.1, 0.09
"""Of the longer side, how far from the hole shadows are followed; log light by which they are darker than the wall's own,
and log of red over blue by which what a thing colours differs."""
SHARP, AROUND = 0.12, 0.012
"""Log light by which a pixel differs from its surroundings where something hangs, apart from the hole; and how far about
such edges, of the longer side, it is no shade."""
PAINT, BUILT = 0.8, 0.25
"""Probability from which it is wall that is in the shade; and of what is built in, from which it is no wall in a glow: there
the network is less sure of walls, but of doorways hardly."""
STRIP = 0.03
"""Of the longer side: half the width of the strips of wall between things that go with them: they lie in their shade."""
FRAME = 0.008
"""Of the longer side: how far about the labels of things that stay, windows and doors it is no wall."""
BLUR, SOFT = 0.008, 0.006
"""Of the longer side: the wall's texture is no glow, and no shade."""
STEP, SAMPLES, OUTLIER, APART = 4, 60, 0.4, 0.25
"""Pixels from one sample of the wall to the next, how many it takes, and the log light by which one is off the wall: away
from lamps; and where any shadow may lie on it."""


def glow(log: Array, hole: Array, core: Array, segments: Segments, layout: Layout) -> Array:
    """bool (h, w): walls about the lamps in ``core`` (bool (h, w)), as far as these light them and no lamp that stays is
    nearer; it hangs together with the ``hole``. ``log``: float32 (h, w, 3), the photo's light."""
    import cv2

    none = np.zeros(hole.shape, bool)
    if "lamp" not in segments.classes:
        return none
    labels, names, side = resized(segments, hole.shape), segments.classes, max(hole.shape)
    lamps = _pieces(labels == names.index("lamp"))
    goes = [bool((core & m).sum() > 0.5 * m.sum()) for m in lamps]
    if not any(goes):
        return none
    planes, bare, level = _walls(log, hole, segments, layout, BLUR * side)
    away = np.stack([cv2.distanceTransform((~m).astype(np.uint8), cv2.DIST_L2, 5) for m in lamps]) / (REACH * side)
    lit, nearest = none.copy(), away.argmin(0)
    for plane in np.unique(planes[(away.min(0) < NEAR) & bare]):
        wall = bare & (planes == plane)
        own = _own(level, wall & (away.min(0) > 1), wall, OUTLIER)
        if own is not None:
            for lamp in np.flatnonzero(goes):
                lit[wall] |= _lit(level[wall] - own, away[lamp][wall]) & (nearest[wall] == lamp)
    lit &= ~_hung(log, level, bare, hole) & (belief(segments, KEPT, hole.shape[::-1]) < BUILT)
    _, pieces = cv2.connectedComponents((lit | hole).astype(np.uint8))
    gone = core & np.any([m for m, g in zip(lamps, goes, strict=True) if g], axis=0)
    return np.asarray(lit & np.isin(pieces, np.unique(pieces[gone])))


def shade(log: Array, hole: Array, segments: Segments, layout: Layout) -> Array:
    """bool (h, w): walls near the ``hole`` (bool (h, w)) and hanging together with it that are darker than their own light,
    or of another tint; but not where boards and cornices run. ``log``: float32 (h, w, 3), the photo's light."""
    import cv2

    side, odd = max(hole.shape), np.zeros(hole.shape, bool)
    planes, bare, level = _walls(log, hole, segments, layout, SOFT * side)
    bare &= belief(segments, ("wall",), hole.shape[::-1]) > PAINT
    near = cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, 5) < CAST * side
    for plane in np.unique(planes[near & bare]):
        wall = bare & (planes == plane)
        own = _own(level, wall, wall, APART)
        if own is not None:
            excess = level[wall] - own
            odd[wall] = (excess[:, 0] < -DARKER) | (np.abs(excess[:, 1]) > TINTED)
    odd &= near & ~_hung(log, level, bare, hole)
    for region in regions(layout, hole.shape[1], hole.shape[0]):
        if region.surface == WALL:
            at = np.nonzero(odd & region.mask)
            odd[at] = ~near_lines(region, np.stack(at))
    _, pieces = cv2.connectedComponents((odd | hole).astype(np.uint8))
    return np.asarray(odd & np.isin(pieces, np.unique(pieces[hole])))


def strips(log: Array, hole: Array, segments: Segments, layout: Layout) -> Array:
    """bool (h, w): what of walls the ``hole`` (bool (h, w)) nearly encloses: strips between things, and the corners of one.
    ``log``: float32 (h, w, 3), the photo's light."""
    import cv2

    side = max(hole.shape)
    _, bare, level = _walls(log, hole, segments, layout, SOFT * side)
    reach = max(1, round(STRIP * side))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    padded = cv2.morphologyEx(np.pad(hole, 2 * reach).astype(np.uint8), cv2.MORPH_CLOSE, disc)
    closed = padded[2 * reach : -2 * reach, 2 * reach : -2 * reach] > 0
    paint = belief(segments, ("wall",), hole.shape[::-1]) > PAINT
    return np.asarray(closed & bare & paint & ~_hung(log, level, bare, hole))


def hung(log: Array, hole: Array, segments: Segments, layout: Layout) -> Array:
    """bool (h, w): switches, sockets and what else hangs on walls apart from the ``hole`` and has edges, with a margin."""
    _, bare, level = _walls(log, hole, segments, layout, SOFT * max(hole.shape))
    return _hung(log, level, bare, hole)


def _hung(log: Array, level: Array, bare: Array, hole: Array) -> Array:
    """bool (h, w): switches, sockets and what else hangs on ``bare`` walls and has edges, with a margin; nothing that
    touches the ``hole``. ``level`` (h, w, 2) as of `_walls`."""
    import cv2

    sharp = bare & (np.abs(log @ LUMINANCE - level[..., 0]) > SHARP)
    _, parts = cv2.connectedComponents(sharp.astype(np.uint8))
    at_hole = cv2.dilate(hole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    at_hole[[0, -1]] = at_hole[:, [0, -1]] = True  # nothing that the picture's border cuts: shadows have edges too
    sharp &= ~np.isin(parts, np.unique(parts[at_hole]))
    size = 2 * round(AROUND * max(hole.shape)) + 1
    return np.asarray(cv2.dilate(sharp.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)


def _walls(log: Array, hole: Array, segments: Segments, layout: Layout, blur: float) -> tuple[Array, Array, Array]:
    """Numbers of the walls (h, w) as of `wall_planes`; where bare wall is seen (bool (h, w)); and (h, w, 2) its log light
    and warmth, the log of red over blue, over ``blur`` pixels."""
    import cv2

    labels, names = resized(segments, hole.shape), segments.classes
    things = np.isin(labels, [i for i, n in enumerate(names) if n in OBJECTS or n in ("window", "door")])
    size = 2 * round(FRAME * max(hole.shape)) + 1
    framed = cv2.dilate((things & ~hole).astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    planes = wall_planes(layout, hole.shape[::-1])
    bare = (planes >= 8) & ~hole & ~framed & ~things
    soft = smooth(log, bare, blur)
    level = np.stack([soft @ LUMINANCE, soft[..., 0] - soft[..., 2]], -1)
    return planes, bare & np.isfinite(level).all(-1), level


def _lit(excess: Array, far: Array) -> Array:
    """bool (n,): which pixels of a wall a lamp lights; none if it is not lit. ``excess`` (n, 2) of log light and of its
    warmth over the wall's own, ``far`` (n,) the distance from the lamp in units of `REACH`."""
    none = np.zeros(len(far), bool)
    close, ring = far < NEAR, (far > FALLEN) & (far < 1)
    if not close.any():
        return none
    light, warmth = np.percentile(excess[close], 75, axis=0)
    if light < LIT and not (light > 0 and warmth > WARM):
        return none
    if ring.any() and np.median(excess[ring], 0)[int(light < LIT)] > max(light, warmth * (light < LIT)) / 2:
        return none
    brighter = excess[:, 0] > BRIGHTER
    if warmth > WARM:
        brighter |= excess[:, 1] > WARMER
    return np.asarray(brighter & (far < 1))


def _pieces(lamps: Array) -> list[Array]:
    import cv2

    count, pieces, stats, _ = cv2.connectedComponentsWithStats(lamps.astype(np.uint8))
    return [pieces == k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= LEAST * lamps.size]


def _own(level: Array, seen: Array, where: Array, outlier: float) -> Array | None:
    """(n, 2): the wall's own log light and warmth at the pixels ``where``, parabolas through the bulk of what is ``seen``;
    what is ``outlier`` off has no say. None if too little is left."""
    ys, xs = np.nonzero(seen[::STEP, ::STEP])
    if len(ys) < SAMPLES:
        return None
    side, values = max(seen.shape), level[::STEP, ::STEP][ys, xs].astype(np.float64)
    fit = bulk(parabola(ys * STEP / side, xs * STEP / side), values, np.ones(len(ys)), _apart, outlier, SAMPLES)
    if fit is None:
        return None
    low, high = np.percentile(values[fit[1] < outlier], (2, 98), axis=0)
    y, x = np.nonzero(where)
    return np.clip(parabola(y / side, x / side) @ fit[0], low, high)


def _apart(level: Array, other: Array) -> Array:
    return np.asarray(np.abs(level - other).max(-1))
