"""A mask of things grown over what belongs to them: blurred edges, thin legs, contact shadows, reflections in the floor.

It stops at the building: openings are never entered beyond the edge's own blur, and nothing farther than ``REACH`` is.
"""

from __future__ import annotations

import numpy as np

from ..types import Array, Layout, Segments
from .cast import glow, hung, shade, strips
from .fixtures import hearths
from .light import smooth, to_log
from .regions import CEILING, DOOR, FLOOR, OBJECTS, WALL, WINDOW, resized
from .remnants import remnants
from .whole import whole

EDGE = 0.007
"""Of the longer side: how far a segmentation's outline may be off, and how far an edge is blurred."""
REACH = {FLOOR: 0.07, WALL: 0.022}
"""Of the longer side: how far shadows, reflections and overlooked legs are followed. Farther off they are light, which
the filling reads from the rim."""
SHADE = 0.09
"""Fall of log light that counts as a shadow at least: 9 %."""
BLACK, FOOT = 0.5, 0.02
"""Fall of log light of a leg's foot at least; and its size at most, of the longer side."""
UNUSUAL = 3.0
"""Spreads (robust sigmas) of a plane's texture beyond which a pixel is no part of it."""
POCKET, SCRAP = 0.003, 0.001
"""Shares of the picture up to which what the hole encloses goes with it, and what only its last pieces enclose."""
SCARCE = 0.004
"""Share of the picture of floor that must show besides: else all of it is needed."""
WORK = 640


def grow(image: Array, mask: Array, segments: Segments | None, layout: Layout | None) -> Array:
    """bool HxW containing ``mask``: uint8 HxWx3 ``image``, bool HxW ``mask``."""
    import cv2

    height, width = mask.shape
    k = min(1.0, WORK / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    side = max(size)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    core = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.25
    edge = _disc(EDGE * side)
    grown = cv2.dilate(core.astype(np.uint8), edge) > 0
    if layout is not None:
        surfaces = cv2.resize(layout.surfaces(), size, interpolation=cv2.INTER_NEAREST)
        log = to_log(small)
        things = np.zeros(core.shape, bool)
        if segments is not None:
            labels = cv2.resize(segments.labels, size, interpolation=cv2.INTER_NEAREST)
            kept = [i for i, n in enumerate(segments.classes) if n in OBJECTS or n in ("window", "door")]
            things = np.isin(labels, kept)
        for surface, reach in REACH.items():
            near = cv2.dilate(core.astype(np.uint8), _disc(reach * side)) > 0
            asked = near & (surfaces == surface) & ~grown & ~things
            plane = (surfaces == surface) & ~near & ~things
            if asked.any() and plane.sum() > 200:
                odd, dark = _odd(log, plane, asked, side, dark_only=surface == WALL)
                grown |= _reached(grown, asked & odd)
                if surface == FLOOR:
                    grown |= _feet(asked & dark, side)
        openings = np.isin(surfaces, (WINDOW, DOOR, CEILING))
        grown &= ~openings | (cv2.dilate(core.astype(np.uint8), edge) > 0)
        if segments is not None:
            grown = whole(small, grown, core, segments, layout)
            grown |= glow(log, grown, core, segments, layout)
            grown |= strips(log, grown, segments, layout)
    grown = cv2.morphologyEx(grown.astype(np.uint8), cv2.MORPH_CLOSE, _disc(0.006 * side)) > 0
    if segments is not None and layout is not None:
        stays = hung(log, grown, segments, layout)
        grown |= _pockets(grown, segments)
        grown |= shade(log, grown, segments, layout)
        grown |= _pockets(grown, segments, stays)
    large = mask | (cv2.resize(grown.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5)
    if layout is not None and segments is not None:
        large |= remnants(image, large, segments, layout)
        grown = cv2.resize(large.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
        stays = hung(log, grown, segments, layout)
        rest = cv2.dilate(_pockets(grown, segments, stays, SCRAP).astype(np.float32), np.ones((3, 3), np.uint8))
        large |= cv2.resize(rest, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
        hearth = hearths(segments)
        if hearth.any():  # what is about a fire is the building's, whatever its colour
            near = cv2.dilate(mask.astype(np.uint8), _disc(EDGE * max(mask.shape))) > 0
            large &= ~hearth | near
    return large


def _pockets(hole: Array, segments: Segments, stays: Array | None = None, most: float = POCKET) -> Array:
    """bool (h, w): small pieces of floor and wall that the ``hole`` encloses, or encloses with the picture's border: between
    legs little is floor alone. None in which something ``stays`` (bool (h, w)) that hangs on the wall."""
    import cv2

    count, parts, stats, _ = cv2.connectedComponentsWithStats((~hole).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < most * hole.size
    small[0] = False
    if stays is not None:
        small &= np.bincount(parts[stays], minlength=count) == 0
    labels = resized(segments, hole.shape)
    named = np.isin(labels, [i for i, n in enumerate(segments.classes) if n in ("floor", "rug", "wall", "ground")])
    bare = np.bincount(parts[named], minlength=count) > 0.5 * stats[:, cv2.CC_STAT_AREA]
    goes = np.asarray((small & bare)[parts])
    floor = np.isin(labels, [i for i, n in enumerate(segments.classes) if n in ("floor", "ground")])
    scarce = (floor & ~hole & ~goes).mean() < SCARCE
    return goes & ~(floor & scarce)


def _feet(dark: Array, side: int) -> Array:
    """Small dark spots by themselves: the feet of legs too thin to be seen."""
    import cv2

    _, pieces, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8))
    small = stats[:, 2:4].max(1) <= FOOT * side
    small[0] = False
    return cv2.dilate(small[pieces].astype(np.uint8), _disc(0.004 * side)) > 0


def _odd(log: Array, plane: Array, asked: Array, side: int, *, dark_only: bool) -> tuple[Array, Array]:
    """Pixels that are darker than the plane around, or of another colour: log light against its wide average; and those
    that are far darker."""
    import cv2

    soft = cv2.GaussianBlur(log, (0, 0), 0.003 * side)
    level = None
    for sigma in (0.06 * side, 0.2 * side, 0.6 * side):
        wide = smooth(soft, plane, sigma)
        level = wide if level is None else np.where(np.isfinite(level), level, wide)
    assert level is not None
    off = soft - level
    usual = off[plane & np.isfinite(level[..., 0])]
    if not len(usual):
        return np.zeros(asked.shape, bool), np.zeros(asked.shape, bool)
    grey = off.mean(-1)
    spread = 1.48 * float(np.median(np.abs(usual.mean(-1))))
    tint = np.abs(off - grey[..., None]).max(-1)
    tints = 1.48 * float(np.median(np.abs(usual - usual.mean(-1, keepdims=True)).max(-1)))
    with np.errstate(invalid="ignore"):
        odd = grey < -max(SHADE, 1.5 * spread)
        if not dark_only:
            odd |= tint > max(0.08, UNUSUAL * tints)
            odd |= grey > max(0.25, UNUSUAL * spread)
        known = np.isfinite(level[..., 0])
        return odd & known, (grey < -max(BLACK, UNUSUAL * spread)) & known


def _reached(start: Array, allowed: Array) -> Array:
    """The connected pieces of ``allowed`` that touch ``start``."""
    import cv2

    _, pieces = cv2.connectedComponents(allowed.astype(np.uint8))
    touched = np.unique(pieces[(cv2.dilate(start.astype(np.uint8), _disc(2)) > 0) & allowed])
    return allowed & np.isin(pieces, touched[touched > 0])


def _disc(radius: float) -> Array:
    import cv2

    r = max(1, round(radius))
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))
