"""What hangs together with what is sure: a network's doubts about the edges and legs of things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..room.doorways import belief
from ..types import Array, Segments

KEPT = frozenset({
    "window", "door", "stairs", "fireplace", "column", "curtain", "picture", "mirror", "cabinet", "countertop", "appliance",
    "sink", "bath", "toilet",
})  # fmt: skip
"""Segment classes whose pixels are not doubtful furniture where they are the likelier ones."""
WORK = 1024
POSSIBLE = 0.25
"""Probability of the wanted classes together from which a pixel may belong to a thing whose middle is sure."""
HARDLY, LEVEL = 0.2, 0.3
"""The same before walls, of which the network is surer (0.98 where nothing stands, 0.75 where a white lamp does): there from
this on, if floor and ceiling together have less than the second."""

BEFORE = ("lamp", "chair", "sofa", "bed", "television", "person")
"""What stands before windows. Views are full of what may be plants, tables and clutter."""
ALSO, NEARBY = (*BEFORE, "clutter", "table", "shelf"), 0.025
"""What these may be taken for in part, and how far from what is surer, of the longer side."""
SEEN, TIMES, MOSTLY = 0.12, 4.0, 0.5
"""Probability of these together before a window's glass, at least and in times of its median, from which something stands
there; and the share of the glass from which it is the view."""
BARE = frozenset({"window", "wall", "sky", "building", "vegetation", "ground"})
"""What the neck of a lamp is seen before; all else stays if it is not asked for."""
PANE, SPECK, STANDS, NECK = 0.0008, 0.0003, 0.1, 0.4
"""Share of the picture from which a window is looked at, and of what stands before it; how far under that, of the longer
side, what it stands on may begin; and how wide, of its width, what is between them is: the neck of a lamp."""
SHADE = 0.06
"""The same where the network is sure of a shade, which may be a pendant's: so near over a table none hangs."""


def likely(found: Array, names: Sequence[str], segments: Segments) -> Array:
    """``found`` and what hangs together with it where the classes ``names`` are at least `POSSIBLE` in sum: the most
    likely class of a bed's white frame may be wall, and yet it is rather bed, chair or cabinet than nothing."""
    import cv2

    picked = [segments.classes.index(n) for n in dict.fromkeys(names) if n in segments.classes]
    if segments.probabilities is None or not picked or not found.any():
        return found
    size = _size(found)
    mine = belief(segments, names, size)
    kept = [i for i, n in enumerate(segments.classes) if n in KEPT and i not in picked]
    if kept:
        rival = cv2.resize(segments.probabilities[kept].astype(np.float32).max(0), size, interpolation=cv2.INTER_LINEAR)
        mine[mine < rival] = 0
    return _hanging(mine > POSSIBLE, found) | found


def doubtful(found: Array, fixed: Array, names: Sequence[str], segments: Segments) -> Array:
    """bool HxW: what hangs together with ``found`` before walls and is as likely as `HARDLY` one of ``names``: a white lamp
    on a table, the legs of one. Not what is ``fixed``. The network is surer of walls than of anything."""
    import cv2

    if segments.probabilities is None or not found.any():
        return found
    size = _size(found)
    things, level = belief(segments, names, size), belief(segments, ("floor", "rug", "ceiling", "ground"), size)
    stays = cv2.resize(fixed.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    maybe = ~stays & (things > HARDLY) & (things > belief(segments, KEPT - set(names), size)) & (level < LEVEL)
    return _hanging(maybe, found)


def before_windows(found: Array, fixed: Array, names: Sequence[str], segments: Segments) -> Array:
    """bool HxW: lamps, backs of chairs and the like, of the classes ``names``, that rise over ``found`` before a window, of
    which the network is surer than of them. Not what is ``fixed``, nor what touches a thing that stays: a pendant's rim."""
    import cv2

    if segments.probabilities is None or "window" not in segments.classes or not found.any():
        return np.zeros_like(found)
    size = _size(found)
    surer, things = (belief(segments, [n for n in kinds if n in names], size) for kinds in (BEFORE, ALSO))
    reach = 2 * round(NEARBY * max(size)) + 1
    labels = cv2.resize(segments.labels, size, interpolation=cv2.INTER_NEAREST)
    core = cv2.resize(found.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    maybe = np.zeros(labels.shape, np.uint8)
    count, panes, stats, _ = cv2.connectedComponentsWithStats(
        (labels == segments.classes.index("window")).astype(np.uint8)
    )
    for pane in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[pane])
        if area < PANE * labels.size:
            continue
        box = np.s_[top : top + high, left : left + wide]
        mine = panes[box] == pane
        near, seen = (mine & (b[box] > max(SEEN, TIMES * float(np.median(b[box][mine])))) for b in (surer, things))
        seen &= cv2.dilate(near.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
        if seen.sum() < MOSTLY * area:
            maybe[box] |= seen
    lamps = ~core & np.isin(labels, [i for i, n in enumerate(segments.classes) if n == "lamp" and n in names])
    stays = np.isin(labels, [i for i, n in enumerate(segments.classes) if n not in BARE]) & ~core & ~lamps
    taken = _standing(maybe, lamps, core, stays)
    large = cv2.resize(taken.astype(np.float32), found.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return np.asarray(large & ~fixed)


def _standing(maybe: Array, lamps: Array, core: Array, stays: Array) -> Array:
    """bool like ``maybe`` (uint8): its pieces, with the ``lamps`` in them, that stand on the ``core`` or begin not far over
    it, and their necks; none that touch what ``stays``."""
    import cv2

    count, pieces, stats, _ = cv2.connectedComponentsWithStats((maybe | lamps).astype(np.uint8))
    taken = np.zeros(core.shape, bool)
    for piece in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[piece])
        box = np.s_[max(0, top - 1) : top + high + 1, max(0, left - 1) : left + wide + 1]
        mine = pieces[box] == piece
        rim = cv2.dilate(mine.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        if area < SPECK * core.size or (rim & stays[box]).any() or not maybe[box][mine].any():
            continue
        touches, middle = (rim & core[box]).any(), left + wide / 2
        reach = round((SHADE if lamps[box][mine].any() else STANDS) * max(core.shape))
        neck = slice(int(middle - NECK * wide / 2), int(np.ceil(middle + NECK * wide / 2)))
        under = np.flatnonzero(core[top : top + high + reach, neck].any(1))
        if touches or len(under):
            taken[box] |= mine
        if len(under) and not touches:
            between = np.s_[top + high // 2 : top + int(under[0]), neck]
            taken[between] |= ~stays[between]
    return taken


def _size(found: Array) -> tuple[int, int]:
    """Width and height of ``found`` at which it is worked on."""
    height, width = found.shape
    k = min(1.0, WORK / max(height, width))
    return max(8, round(width * k)), max(8, round(height * k))


def _hanging(maybe: Array, found: Array) -> Array:
    """bool like ``found``: the pieces of it and ``maybe``, at `_size`, that hold some of it."""
    import cv2

    core = cv2.resize(found.astype(np.float32), maybe.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    _, pieces = cv2.connectedComponents((maybe | core).astype(np.uint8))
    grown = np.isin(pieces, np.unique(pieces[core])).astype(np.float32)
    return cv2.resize(grown, found.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
