"""Doors and windows with the casings round them, drawn from the layout and moved to the picture's own edges.

The layout knows an opening as a rectangle in metres. A casing is up to `WIDEST` wider, white on white as often as not:
single pixels hardly show where it ends, a whole side does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..types import Array, Camera, Layout, Opening, Wall

WIDEST, INTO = 0.18, 0.08
"""Metres outward and inward of the layout's line within which a casing's outer edge is looked for."""
STEP = 0.005
TILTS = (-0.03, -0.015, 0.0, 0.015, 0.03)
"""Metres by which one end of a side may lie farther out than the other: the layout's lines are not exactly parallel."""
STANDS_OUT, NEARLY = 1.6, 0.3
"""An edge is this many times stronger than usual; the outermost one counts that has this share of the strongest."""
SAMPLES = 60
BELIEVED = 0.4
"""Mean probability of door, window and curtain in a rectangle from which it is one."""
AROUND_M = 0.2
"""Metres round a door's casing in which what the network still calls door is wall. Of a window the layout may have drawn
but a part."""
SURELY, HARDLY = 0.7, 0.1
"""Probability of door that a second door reaches somewhere on a wall that has one, and at which a piece of belief ends."""
SPILL = 0.1
"""Share of its probability that a class keeps on the wrong side of a casing's edge."""


def draw_openings(
    maps: dict[str, Array], layout: Layout, planes: Array, steep: Array
) -> tuple[dict[str, Array], Array]:
    """The maps with openings and casings no wall, and the wall round doors no door; and bool (h, w): the doors.

    ``maps``: class -> probability (h, w); ``planes``: `belief.plane_map`; ``steep``: the picture's gradient.
    """
    import cv2

    h, w = planes.shape
    camera = layout.camera.scaled(w, h)
    out = {n: m.copy() if n in ("wall", "door", "window") else m for n, m in maps.items()}
    inside, doors, rings, walls = (np.zeros((h, w), bool) for _ in range(4))
    shown = np.zeros((h, w), np.float32)
    for name in ("door", "window", "curtain"):
        shown += maps.get(name, 0)
    for opening in layout.openings:
        wall = layout.walls[opening.wall]
        own = planes == 8 + opening.wall
        rectangle = _filled(camera, wall, _corners(opening), (h, w)) & own
        if rectangle.sum() < 50 or shown[rectangle].mean() < BELIEVED:
            continue
        corners = _moved(opening, wall, camera, np.where(own, steep, np.nan))
        frame = _filled(camera, wall, corners, (h, w)) & own
        inside |= frame
        if opening.kind in out:
            out[opening.kind][frame] += (1 - SPILL) * out["wall"][frame]
        out["wall"][frame] *= SPILL
        if opening.kind == "door":
            doors |= frame
            walls |= own
            wide = corners + AROUND_M * np.array([[-1, 1], [1, 1], [1, 0], [-1, 0]])
            rings |= _filled(camera, wall, wide, (h, w)) & own
    rings &= ~inside
    if "door" in out:
        rings |= _doubtful(out["door"], walls & ~inside)
        out["wall"][rings] += (1 - SPILL) * out["door"][rings]
        out["door"][rings] *= SPILL
    closed = cv2.morphologyEx(doors.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return out, closed > 0


def _doubtful(door: Array, walls: Array) -> Array:
    """bool (h, w): pieces on ``walls`` that show a door elsewhere and that nowhere are `SURELY` one: panelling."""
    import cv2

    pieces: Array = cv2.connectedComponents((walls & (door > HARDLY)).astype(np.uint8))[1]
    most = np.zeros(int(pieces.max()) + 1, np.float32)
    np.maximum.at(most, pieces.ravel(), door.ravel())
    return np.asarray((pieces > 0) & (most < SURELY)[pieces])


def _corners(o: Opening) -> Array:
    """(4, 2): metres along the wall and over the floor: upper left, upper right, lower right, lower left."""
    return np.array([[o.left_m, o.top_m], [o.right_m, o.top_m], [o.right_m, o.bottom_m], [o.left_m, o.bottom_m]])


def _moved(o: Opening, wall: Wall, camera: Camera, steep: Array) -> Array:
    """(4, 2): the corners with each side at the outer edge of its casing. ``steep``: NaN off the wall."""
    corners = _corners(o)
    new = corners.copy()
    for (a, b), out in _sides(o):
        start, end = corners[a], corners[b]
        first, second = _edge(start, end, np.array(out), wall, camera, steep)
        axis = int(out[0] == 0)
        new[a, axis] += first * out[axis]
        new[b, axis] += second * out[axis]
    new[:, 0] = np.clip(new[:, 0], 0, wall.length_m)
    new[:, 1] = np.clip(new[:, 1], 0, wall.height_m)
    return new


def _sides(o: Opening) -> Iterator[tuple[tuple[int, int], tuple[float, float]]]:
    """((corner, corner), outward direction) of each side that has a casing: a door stands on the floor."""
    yield (3, 0), (-1.0, 0.0)
    yield (2, 1), (1.0, 0.0)
    yield (0, 1), (0.0, 1.0)
    if o.bottom_m > 0.1:
        yield (3, 2), (0.0, -1.0)


def _edge(start: Array, end: Array, out: Array, wall: Wall, camera: Camera, steep: Array) -> tuple[float, float]:
    """Metres outward at which the casing's edge lies, at ``start`` and at ``end``; (0, 0) where none stands out."""
    offsets = np.arange(-INTO, WIDEST + STEP / 2, STEP)
    share = np.linspace(0.04, 0.96, SAMPLES)
    along = start + (end - start) * share[:, None]
    best, tilt = np.full(len(offsets), -1.0), np.zeros(len(offsets))
    h, w = steep.shape
    for lean in TILTS:
        away = offsets[:, None] + lean * (share - 0.5)[None]  # (offsets, samples)
        uv, depth = _seen(along[None] + away[..., None] * out, wall, camera)
        x, y = uv[..., 0].round().astype(int), uv[..., 1].round().astype(int)
        good = (depth > 0.1) & (x >= 0) & (x < w) & (y >= 0) & (y < h)
        values = np.where(good, steep[y.clip(0, h - 1), x.clip(0, w - 1)], np.nan)
        known = np.isfinite(values).sum(1) > SAMPLES / 3
        if not known.any():
            continue
        values = np.minimum(values, 4 * np.nanmedian(values) + 0.5)  # handles and hinges must not outvote the side
        mean = np.where(known, np.nansum(values, 1) / np.maximum(np.isfinite(values).sum(1), 1), -1)
        better = mean > best
        best, tilt = np.where(better, mean, best), np.where(better, lean, tilt)
    found = _outermost(best)
    if found is None:
        return 0.0, 0.0
    return float(offsets[found] - 0.5 * tilt[found]), float(offsets[found] + 0.5 * tilt[found])


def _outermost(strength: Array) -> int | None:
    """Index of the outermost edge that stands out and is no mere shadow of a stronger one."""
    known = strength > 0
    if known.sum() < 8:
        return None
    usual = float(np.percentile(strength[known], 30))  # edges are some pixels wide, in far walls half the range
    peaks = [
        k
        for k in range(1, len(strength) - 1)
        if strength[k] >= strength[k - 1] and strength[k] >= strength[k + 1] and strength[k] > STANDS_OUT * usual
    ]
    if not peaks:
        return None
    most = max(strength[k] for k in peaks)
    return max(k for k in peaks if strength[k] > NEARLY * most)


def _seen(points: Array, wall: Wall, camera: Camera) -> tuple[Array, Array]:
    """Pixels (..., 2) and depth (...) of points (..., 2) on the wall, metres along it and over the floor."""
    foot = np.asarray(wall.start) + points[..., :1] * np.asarray(wall.direction)
    return camera.project(np.stack([foot[..., 0], points[..., 1], foot[..., 1]], -1))


def _filled(camera: Camera, wall: Wall, corners: Array, shape: tuple[int, int]) -> Array:
    """bool (h, w): the quadrilateral on the wall; nothing where a corner is behind the camera."""
    import cv2

    out = np.zeros(shape, np.uint8)
    uv, depth = _seen(corners, wall, camera)
    if (depth > 0.1).all() and np.isfinite(uv).all():
        cv2.fillPoly(out, [np.round(np.clip(uv, -30000, 30000)).astype(np.int32)], 1)
    return out > 0
