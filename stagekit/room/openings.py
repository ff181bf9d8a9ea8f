"""Windows, doors and passages: where a wall's pixels say so, as rectangles in the wall's own metres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..types import Camera, Image, Layout, Opening, OpeningKind, Segments, Wall
from .behind import CELL_M, behind_things, between, hidden_below, level_sills
from .evidence import Evidence, network_evidence
from .lines import detect_lines

Array = Any

SNAP_M = 0.16
"""An edge moves to a line segment of the photo within this."""
SMALLEST = {"window": (0.35, 0.35), "door": (0.5, 1.5), "opening": (0.55, 0.0)}
"""Least width and height in metres."""
USUAL_WIDTH_M = {"window": 0.9, "door": 0.85}
DOOR_TOP_M = 2.03
WIDEST_PASSAGE_M = 2.4
HIDDEN = 0.5
"""Probability of a thing from which a cell of a wall is not seen."""

AGAIN = (960, 640)
"""Longer sides, pixels, at which lines and openings are looked for again."""


def find_openings(layout: Layout, camera: Camera, evidence: Evidence, lines: Array) -> tuple[Opening, ...]:
    """Openings of the walls that are seen. ``camera`` is that of the evidence maps, ``lines`` (N, 4) in its pixels."""
    if evidence.source != "network":
        return ()
    found: list[tuple[Opening, bool]] = []
    for k, wall in enumerate(layout.walls):
        if wall.kind == "wall" and wall.length_m > 0.4:
            found += _on_wall(k, wall, camera, evidence, lines, layout.wall_ids())
    return level_sills(found)


def look_again(layout: Layout, image: Image, segments: Segments) -> Layout:
    """``layout`` with its windows drawn anew from the labels of ``segments``, finer than those it was made from; what they
    do not show stays. Segments without floor and wall change nothing."""
    import cv2

    if not {"floor", "wall"} <= set(segments.classes):
        return layout

    def resized(longest: int) -> Array:
        k = min(1.0, longest / max(image.size))
        size = (max(8, round(image.width * k)), max(8, round(image.height * k)))
        return cv2.resize(image.array, size, interpolation=cv2.INTER_AREA)

    work, small = resized(AGAIN[0]), resized(AGAIN[1])
    labels = cv2.resize(segments.labels, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    sure = (np.arange(len(segments.classes))[:, None, None] == labels).astype(np.float32)
    evidence = network_evidence(sure, segments.classes, small)
    lines = detect_lines(cv2.cvtColor(work, cv2.COLOR_RGB2GRAY)) * (small.shape[1] / work.shape[1])
    camera = layout.camera.scaled(small.shape[1], small.shape[0])
    found = tuple(o for o in find_openings(layout, camera, evidence, lines) if o.kind == "window")
    kept = tuple(o for o in layout.openings if not any(_overlap(o, f) for f in found))
    return replace(layout, openings=kept + found)


def _overlap(a: Opening, b: Opening) -> bool:
    return (
        a.wall == b.wall
        and min(a.right_m, b.right_m) > max(a.left_m, b.left_m)
        and min(a.top_m, b.top_m) > max(a.bottom_m, b.bottom_m)
    )


def _on_wall(
    number: int, wall: Wall, camera: Camera, evidence: Evidence, lines: Array, ids: Array
) -> list[tuple[Opening, bool]]:
    """The openings of one wall, and of each whether things hide what is under it."""
    import cv2

    along = np.arange(CELL_M / 2, min(wall.length_m, 20.0), CELL_M)
    up = np.arange(CELL_M / 2, wall.height_m, CELL_M)
    if len(along) < 4 or len(up) < 4:
        return []
    grid = np.empty((len(up), len(along), 3))
    d = wall.direction
    grid[..., 0], grid[..., 2] = wall.start[0] + along * d[0], wall.start[1] + along * d[1]
    grid[..., 1] = up[:, None]
    uv, depth = camera.project(grid)
    h, w = evidence.probabilities.shape[1:]
    seen = (depth > 0.1) & (uv[..., 0] >= 0) & (uv[..., 0] < w) & (uv[..., 1] >= 0) & (uv[..., 1] < h)
    iu = np.clip(uv[..., 0] / w * ids.shape[1], 0, ids.shape[1] - 1).astype(int)
    iv = np.clip(uv[..., 1] / h * ids.shape[0], 0, ids.shape[0] - 1).astype(int)
    seen &= ids[iv, iu] == number
    if seen.sum() < 50:
        return []
    # cells of a wall seen almost edge-on share pixels: nothing can be measured there
    step = np.hypot(*np.moveaxis(np.gradient(uv, axis=1), -1, 0))
    if float(np.median(step[seen])) < 0.25:
        return []
    u, v = (np.clip(uv[..., i] - 0.5, -1, 1e4).astype(np.float32) for i in (0, 1))
    maps = {
        name: cv2.remap(evidence.channel(channel), u, v, cv2.INTER_LINEAR) * seen
        for name, channel in (("window", "window"), ("door", "door"), ("opening", "floor"))
    }
    hidden = cv2.remap(evidence.channel("object"), u, v, cv2.INTER_LINEAR) > HIDDEN
    shown = seen & ~hidden
    marks = _wall_lines(wall, camera, lines)
    found: list[tuple[Opening, bool]] = []
    taken = np.zeros(seen.shape, bool)
    for kind in ("door", "window", "opening"):
        p = maps[kind].copy()
        if kind != "opening":
            other = maps["window" if kind == "door" else "door"]
            p = np.where(p >= other, p + other, 0.0)  # a glazed door is both: one component, named by the larger
        mask = (p > 0.5) & ~taken
        if kind == "opening":
            # floor seen above the wall's foot, on from the foot itself: the wall has a gap there
            mask &= np.cumsum(~mask, axis=0) == 0
            tall = (mask * np.abs(np.gradient(uv[..., 1], axis=0))).sum(0)
            mask &= ((mask.sum(0) * CELL_M > 0.15) & (tall > 0.012 * h))[None]
            if mask.any(0).sum() > 0.45 * seen.any(0).sum():
                break  # the whole wall stands too near, it has no gap
        else:
            mask |= between(mask, hidden & seen)
        mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for c in range(1, count):
            one = labels == c
            rectangle = behind_things(_rectangle(one, stats[c], along, up), one, shown, along, up)
            rectangle = _beyond_the_picture(kind, rectangle, along[seen.any(0)], wall)
            opening = _finish(kind, number, wall, rectangle, marks)
            box = shown[stats[c, 1] :, stats[c, 0] :][: stats[c, 3], : stats[c, 2]]
            if opening is None or (kind != "opening" and one.sum() < 0.45 * max(box.sum(), 0.3 * box.size)):
                continue
            found.append((opening, hidden_below(opening, seen, hidden, along, up)))
            taken |= ((along >= opening.left_m) & (along <= opening.right_m))[None] & (up <= opening.top_m)[:, None]
    return found


def _rectangle(one: Array, stats: Array, along: Array, up: Array) -> tuple[float, float, float, float]:
    """(left, right, bottom, top): where half of the component's usual extent is reached, not its outermost cell."""
    columns, rows = one.sum(0), one.sum(1)
    c = np.nonzero(columns > 0.4 * np.percentile(columns[columns > 0], 75))[0]
    r = np.nonzero(rows > 0.4 * np.percentile(rows[rows > 0], 75))[0]
    half = CELL_M / 2
    return along[c[0]] - half, along[c[-1]] + half, up[r[0]] - half, up[r[-1]] + half


def _beyond_the_picture(
    kind: OpeningKind, rectangle: tuple[float, float, float, float], shown: Array, wall: Wall
) -> tuple[float, float, float, float]:
    """What the picture's border cuts goes on behind it: at least to the usual width."""
    left, right, bottom, top = rectangle
    if kind == "opening":
        return rectangle
    near = 2.5 * CELL_M
    if left < shown[0] + near and shown[0] > near:
        left = max(0.0, min(left, right - USUAL_WIDTH_M[kind]))
    if right > shown[-1] - near and shown[-1] < wall.length_m - near:
        right = min(wall.length_m, max(right, left + USUAL_WIDTH_M[kind]))
    return left, right, bottom, top


def _finish(
    kind: OpeningKind, number: int, wall: Wall, rectangle: tuple[float, float, float, float], marks: tuple[Array, Array]
) -> Opening | None:
    left, right, bottom, top = rectangle
    upright, level = marks
    left, right = _snap(left, upright), _snap(right, upright)
    if kind == "opening":
        bottom, top = 0.0, _snap(min(DOOR_TOP_M, wall.height_m), level)
    else:
        bottom, top = _snap(bottom, level), _snap(top, level)
        # a door as tall as one reaches the floor, also where its foot is not recognised
        if bottom < ((0.9 if top > 1.7 else 0.4) if kind == "door" else 0.12):
            bottom = 0.0
    least = SMALLEST[kind]
    left, right = max(left, 0.0), min(right, wall.length_m)
    bottom, top = max(bottom, 0.0), min(top, wall.height_m)
    if kind == "opening" and right - left > WIDEST_PASSAGE_M:
        return None
    if right - left < least[0] or top - bottom < least[1] or (kind == "door" and bottom > 0.5):
        return None
    return Opening(kind, number, float(left), float(right), float(bottom), float(top))


def _wall_lines(wall: Wall, camera: Camera, lines: Array) -> tuple[Array, Array]:
    """Segments as seen on the wall's plane: (along, weight) of upright ones, (up, weight) of level ones."""
    if not len(lines):
        return np.zeros((0, 2)), np.zeros((0, 2))
    n = wall.normal
    normal = np.array([n[0], 0.0, n[1]])
    offset = float(n @ np.asarray(wall.start))
    p, q = (camera.on_plane(lines[:, i : i + 2], normal, offset) for i in (0, 2))
    start, d = np.asarray(wall.start), wall.direction
    a0, a1 = ((x[:, [0, 2]] - start) @ d for x in (p, q))
    h0, h1 = p[:, 1], q[:, 1]
    ok = np.isfinite(a0) & np.isfinite(a1) & (np.minimum(a0, a1) > -0.3) & (np.maximum(a0, a1) < wall.length_m + 0.3)
    long = np.hypot(a1 - a0, h1 - h0)
    ok &= long > 0.15
    upright = ok & (np.abs(a1 - a0) < 0.05 * long + 0.01)
    level = ok & (np.abs(h1 - h0) < 0.05 * long + 0.01)
    return (np.stack([(a0 + a1) / 2, long], 1)[upright], np.stack([(h0 + h1) / 2, long], 1)[level])


def _snap(value: float, marks: Array) -> float:
    if not len(marks):
        return value
    near = marks[np.abs(marks[:, 0] - value) < SNAP_M]
    if not len(near):
        return value
    score = near[:, 1] * (1.0 - np.abs(near[:, 0] - value) / SNAP_M)
    return float(near[int(score.argmax()), 0])
