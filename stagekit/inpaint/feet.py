"""Where walls meet the floor in the photo, if the layout's line is a few pixels off: read beside the hole, used in it."""

from __future__ import annotations

import numpy as np

from ..types import Array, Layout, Segments

FLOOR, WALL = 1, 2
REACH = 0.07
"""Of the longer side: a foot is looked for this far above and below the layout's line."""
ENOUGH = 0.015
"""Of the longer side: columns in which a wall's foot must be seen before the line is moved."""
LEAST = 0.006
"""Of the longer side: less is within the segmentation's own error, and the line stays."""
UPRIGHT = frozenset({"wall", "window", "door", "curtain", "fireplace", "column"})
LEVEL = frozenset({"floor", "rug", "ground"})

Feet = dict[int, tuple[float, float]]
"""Wall -> (slope, offset): its foot is slope * x + offset lower than the layout's line, x and the result in 0..1 of the
picture's height and width."""


def observed(layout: Layout, segments: Segments, known: Array) -> Feet:
    """The feet of walls that are seen to lie off the layout's line; ``known`` bool HxW, on the working grid."""
    import cv2

    height, width = known.shape
    side = max(height, width)
    surfaces = cv2.resize(layout.surfaces(), (width, height), interpolation=cv2.INTER_NEAREST)
    walls = cv2.resize(layout.wall_ids(), (width, height), interpolation=cv2.INTER_NEAREST)
    labels = cv2.resize(segments.labels, (width, height), interpolation=cv2.INTER_NEAREST)
    up = np.isin(labels, [i for i, n in enumerate(segments.classes) if n in UPRIGHT])
    level = np.isin(labels, [i for i, n in enumerate(segments.classes) if n in LEVEL])
    reach = max(3, round(REACH * side))
    found: Feet = {}
    for wall in (int(w) for w in np.unique(walls) if w >= 0):
        columns, offsets = [], []
        for x in np.nonzero((walls == wall).any(0))[0]:
            line = int(np.nonzero(walls[:, x] == wall)[0].max()) + 1
            if line >= height or surfaces[line, x] != FLOOR:
                continue
            strip = slice(max(0, line - reach), min(height, line + reach))
            if not (known[strip, x] & (up | level)[strip, x]).all():
                continue
            below = level[strip, x]
            first = int(below.argmax()) if below.any() else 0
            if first == 0 or not below[first:].all():
                continue
            columns.append(x)
            offsets.append(strip.start + first - line)
        if len(columns) < ENOUGH * side:
            continue
        foot = _line(np.array(columns) / width, np.array(offsets) / height)
        middle = abs(float(np.median(offsets)))
        if (
            middle >= LEAST * side
            and np.median(np.abs(np.array(offsets) / height - foot[1] - foot[0] * np.array(columns) / width)) < 0.01
        ):
            found[wall] = foot
    return found


def _line(x: Array, y: Array) -> tuple[float, float]:
    """A line through most points (Theil and Sen); level where they lie close together."""
    if np.ptp(x) < 0.15:
        return 0.0, float(np.median(y))
    pick = np.random.default_rng(0).integers(0, len(x), (400, 2))
    a, b = pick[np.abs(x[pick[:, 0]] - x[pick[:, 1]]) > 0.3 * np.ptp(x)].T
    slope = float(np.median((y[b] - y[a]) / (x[b] - x[a]))) if len(a) else 0.0
    return slope, float(np.median(y - slope * x))


def moved(surfaces: Array, walls: Array, feet: Feet) -> tuple[Array, Array]:
    """Copies of the two maps (HxW, any size) with walls, and the doors in them, ending at their observed feet."""
    before, kinds = walls, surfaces
    surfaces, walls = surfaces.copy(), walls.copy()
    height, width = surfaces.shape
    for wall, (slope, offset) in feet.items():
        for x in np.nonzero((before == wall).any(0))[0]:
            line = int(np.nonzero(before[:, x] == wall)[0].max()) + 1
            if line >= height:  # the wall leaves the picture
                continue
            shift = slope * x / width + offset
            foot = line + round(float(np.clip(shift, -REACH, REACH)) * height)
            if foot > line:
                part = slice(line, min(foot, height))
                surfaces[part, x], walls[part, x] = kinds[line - 1, x], wall
            else:
                part = slice(max(0, foot), line)
                gone = before[part, x] == wall
                surfaces[part, x][gone], walls[part, x][gone] = FLOOR, -1
    return surfaces, walls
