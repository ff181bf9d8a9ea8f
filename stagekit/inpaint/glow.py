"""The light that a lamp throws on the wall behind it goes with the lamp: a glow without one looks like a fault."""

from __future__ import annotations

import numpy as np

from ..room.doorways import wall_planes
from ..room.paint import bulk, parabola
from ..types import Array, Layout, Segments
from .daylight import LUMINANCE
from .light import smooth
from .regions import OBJECTS, resized

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
BLUR = 0.008
"""Of the longer side: the wall's texture is no glow."""
STEP, SAMPLES, OUTLIER = 4, 60, 0.4
"""Pixels from one sample of the wall to the next, how many it takes, and the log light by which one is off the wall."""


def glow(log: Array, hole: Array, core: Array, segments: Segments, layout: Layout) -> Array:
    """bool (h, w): walls about the lamps in ``core`` (bool (h, w)), as far as these light them; it hangs together with the
    ``hole``. ``log``: float32 (h, w, 3), the photo's light."""
    import cv2

    none = np.zeros(hole.shape, bool)
    if "lamp" not in segments.classes:
        return none
    labels, names, side = resized(segments, hole.shape), segments.classes, max(hole.shape)
    lamps = _pieces(core & (labels == names.index("lamp")))
    if not lamps:
        return none
    things = np.isin(labels, [i for i, n in enumerate(names) if n in OBJECTS or n in ("window", "door")])
    frames = cv2.dilate((things & ~hole).astype(np.uint8), np.ones((2 * round(BLUR * side) + 1,) * 2, np.uint8)) > 0
    planes = wall_planes(layout, hole.shape[::-1])
    bare = (planes >= 8) & ~hole & ~frames & ~things
    soft = smooth(log, bare, BLUR * side)
    level = np.stack([soft @ LUMINANCE, soft[..., 0] - soft[..., 2]], -1)
    distances = [cv2.distanceTransform((~m).astype(np.uint8), cv2.DIST_L2, 5) / (REACH * side) for m in lamps]
    away, lit = np.min(distances, 0), none.copy()
    for far in distances:
        for plane in np.unique(planes[(far < NEAR) & bare]):
            wall = bare & (planes == plane) & np.isfinite(soft[..., 0])
            own = _own(level, wall & (away > 1), wall)
            if own is not None:
                lit[wall] |= _lit(level[wall] - own, far[wall])
    _, pieces = cv2.connectedComponents((lit | hole).astype(np.uint8))
    return np.asarray(lit & np.isin(pieces, np.unique(pieces[core & np.any(lamps, 0)])))


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


def _own(level: Array, seen: Array, where: Array) -> Array | None:
    """(n, 2): the wall's own log light and warmth at the pixels ``where``, parabolas through what is ``seen`` away from
    lamps."""
    ys, xs = np.nonzero(seen[::STEP, ::STEP])
    if len(ys) < SAMPLES:
        return None
    side, values = max(seen.shape), level[::STEP, ::STEP][ys, xs].astype(np.float64)
    fit = bulk(parabola(ys * STEP / side, xs * STEP / side), values, np.ones(len(ys)), _apart, OUTLIER, SAMPLES)
    if fit is None:
        return None
    low, high = np.percentile(values[fit[1] < OUTLIER], (2, 98), axis=0)
    y, x = np.nonzero(where)
    return np.clip(parabola(y / side, x / side) @ fit[0], low, high)


def _apart(level: Array, other: Array) -> Array:
    return np.asarray(np.abs(level - other).max(-1))
