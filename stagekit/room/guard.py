"""Did the building stay? Openings and edges of a room before and after somebody painted into its photo.

Only what lies inside the painted mask can have changed, and what new furniture covers is no loss: both are taken out
before anything is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..types import Array, Layout, Segments

SIDE = 640
"""Longest side in pixels at which pictures are compared."""
LEAST = 0.004
"""Share of the picture below which a new or lost opening is taken for a slip of the segmentation."""
DIFFERS = 14
"""Grey levels by which a pixel of an opening that came or went differs at least; soft shadows stay below."""
KINDS = ("window", "door")

Change = Literal["added", "moved", "lost"]


@dataclass(frozen=True)
class Finding:
    """``what`` (window, door, wall edge ...) was ``change`` at ``box`` (x0, y0, x1, y1), in pixels of the photo."""

    change: Change
    what: str
    box: tuple[int, int, int, int]

    def __str__(self) -> str:
        x0, y0, x1, y1 = self.box
        return f"{self.what} {self.change} at x {x0}-{x1}, y {y0}-{y1}"


def compare(
    photo: Array, picture: Array, before: Segments, after: Segments, layout: Layout, mask: Array, furniture: Array
) -> list[Finding]:
    """What changed of the building between ``photo`` and ``picture`` (uint8 HxWx3).

    ``before``, ``after``: their segmentations, of any size. ``mask`` bool HxW: what was painted. ``furniture`` bool HxW:
    where new furniture was to be; what ``after`` takes for furniture counts as well.
    """
    import cv2

    h, w = mask.shape
    k = min(1.0, SIDE / max(h, w))
    size = (max(1, round(w * k)), max(1, round(h * k)))

    def small(m: Array) -> Array:
        return cv2.resize(m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0

    seen = small(furniture) | (small(_furniture(after)) & ~small(_furniture(before)))
    covered = cv2.dilate(seen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    first, second = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (photo, picture))
    # What a segmentation says of pixels that did not change shifts with the rest of the picture: that is no change
    differs = np.abs(first.astype(np.int16) - second).max(-1) > DIFFERS
    differs = cv2.dilate(differs.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    painted = small(mask) & ~covered & differs
    found: list[Finding] = []
    for kind in KINDS:
        was, now = small(_labelled(before, kind)), small(_labelled(after, kind))
        found += _openings(kind, was & ~covered, now & ~covered, painted)
    told = [f.box for f in found]
    found += [e for e in _edges(first, second, layout, painted) if not any(_within(e.box, box) for box in told)]
    return [Finding(f.change, f.what, tuple(round(v / k) for v in f.box)) for f in found]  # type: ignore[arg-type]


def _within(inner: tuple[int, ...], outer: tuple[int, ...], slack: int = 12) -> bool:
    """Whether a frame belongs to an opening that is told of already."""
    low = all(i >= o - slack for i, o in zip(inner[:2], outer[:2], strict=True))
    return low and all(i <= o + slack for i, o in zip(inner[2:], outer[2:], strict=True))


def _labelled(segments: Segments, name: str) -> Array:
    if name not in segments.classes:
        return np.zeros(segments.labels.shape, bool)
    return np.asarray(segments.labels == segments.classes.index(name))


def _furniture(segments: Segments) -> Array:
    if "furniture" not in segments.groups:
        return np.zeros(segments.labels.shape, bool)
    return segments.mask("furniture").array


def _openings(kind: str, was: Array, now: Array, painted: Array) -> list[Finding]:
    """Openings of one kind that came, went or shifted where something was painted."""
    import cv2

    least = LEAST * was.size
    reach = max(3, round(0.015 * max(was.shape)))
    near = cv2.dilate(was.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    fresh = [c for c in _components(now & ~near & painted) if c.sum() >= least]
    found: list[Finding] = []
    for c in _components(was):
        if c.sum() < least or not (c & painted).any():
            continue
        gone = c & painted & ~now
        if gone.sum() < max(least, 0.4 * c.sum()):
            continue
        middle, span = _middle(c), np.sqrt(c.sum())
        moved = next((f for f in fresh if np.hypot(*(_middle(f) - middle)) < 2.5 * span), None)
        if moved is None:
            found.append(Finding("lost", kind, _box(c)))
        else:
            fresh = [f for f in fresh if f is not moved]
            found.append(Finding("moved", kind, _box(c | moved)))
    return found + [Finding("added", kind, _box(f)) for f in fresh]


def _components(mask: Array) -> list[Array]:
    import cv2

    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return [labels == i for i in range(1, count)]


def _middle(mask: Array) -> Array:
    return np.argwhere(mask).mean(0)


def _box(mask: Array) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def _edges(photo: Array, picture: Array, layout: Layout, painted: Array) -> list[Finding]:
    """The room's own edges that the photo showed and the picture does not, and edges that shifted."""
    import cv2

    h, w = painted.shape
    camera = layout.camera.scaled(w, h)
    fields = [_gradient(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)) for p in (photo, picture)]
    found = []
    for name, ends in room_edges(layout):
        points = np.linspace(*ends, 400)
        uv, depth = camera.project(points)
        ok = (depth > 0.05) & (uv > 2).all(-1) & (uv[:, 0] < w - 2) & (uv[:, 1] < h - 2)
        if ok.sum() < 20:
            continue
        uv = uv[ok]
        along = uv[-1] - uv[0]
        length = float(np.hypot(*along))
        if length < 0.04 * max(h, w):
            continue
        normal = np.array([-along[1], along[0]]) / length
        steps = np.arange(-8, 9)
        where = uv[:, None] + steps[None, :, None] * normal  # (points, offsets, 2)
        inside = _at(painted.astype(np.float32), where[:, 6:11]).min(1) > 0.5
        strength = [np.abs(_at(gx, where) * normal[0] + _at(gy, where) * normal[1]) for gx, gy in fields]
        shown = inside & (strength[0][:, 6:11].max(1) > SHOWN)
        if shown.sum() / len(uv) * length < 0.04 * max(h, w):
            continue
        kept = strength[1][shown, 5:12].max(1) > 0.4 * strength[0][shown, 6:11].max(1)
        if kept.mean() >= 0.5:
            continue
        elsewhere = np.delete(strength[1][shown], np.s_[5:12], axis=1).max(1) > strength[0][shown, 6:11].max(1)
        low, high = uv[shown].min(0), uv[shown].max(0) + 1
        change: Change = "moved" if elsewhere.mean() > 0.6 else "lost"
        found.append(Finding(change, name, (int(low[0]), int(low[1]), int(high[0]), int(high[1]))))
    return found


SHOWN = 8.0
"""Slope in grey levels a pixel from which an edge counts as seen."""


def room_edges(layout: Layout) -> list[tuple[str, tuple[Any, Any]]]:
    """(name, (start, end) in world metres) of walls' feet, heads and corners, and of the frames of openings."""
    edges: list[tuple[str, tuple[Any, Any]]] = []
    for wall in layout.walls:
        if wall.kind != "wall":
            continue
        top = float(layout.ceiling_height_m)
        edges.append(("floor edge", (wall.point(0.0), wall.point(wall.length_m))))
        edges.append(("ceiling edge", (wall.point(0.0, top), wall.point(wall.length_m, top))))
        edges.append(("corner", (wall.point(0.0), wall.point(0.0, top))))
    for o in layout.openings:
        wall = layout.walls[o.wall]
        corners = [
            wall.point(a, u)
            for a, u in ((o.left_m, o.bottom_m), (o.right_m, o.bottom_m), (o.right_m, o.top_m), (o.left_m, o.top_m))
        ]
        edges += [(f"{o.kind} frame", (corners[i], corners[(i + 1) % 4])) for i in range(4)]
    return edges


def _gradient(grey: Array) -> tuple[Array, Array]:
    import cv2

    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
    return cv2.Scharr(soft, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(soft, cv2.CV_32F, 0, 1) / 32


def _at(field: Array, uv: Array) -> Array:
    """``field`` (h, w) at pixels ``uv`` (..., 2), nearest; outside the border's value."""
    h, w = field.shape
    x = np.clip(uv[..., 0].astype(int), 0, w - 1)
    y = np.clip(uv[..., 1].astype(int), 0, h - 1)
    return field[y, x]
