"""How the light in a room changes, place by place, when a surface takes another albedo.

A white wall lights what is round it, its own corners above all; a dark one does not. The layout's planes are cut into
patches that exchange light (radiosity: Goral et al. 1984). Only what a repainted patch throws back changes, so that nothing
need be known of windows and lamps: the photo tells what falls on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..imaging.nearest import carried_on
from ..types import Array, Layout
from .belief import PLANE
from .colour import LUMA
from .shade import fallen, spread

PATCH_M, PATCHES = 0.5, 12
"""Side of a patch, and how many of them at most along a wall: those of large rooms are larger."""
SAMPLES = 6
"""Places along a patch's side at which the photo is asked what falls on it; and how many of them must be seen."""
LEAST = 4
BESIDE = 0.15
"""Metres from its ends within which a way crosses no wall: a pixel of the floor may lie a little beyond it."""
BLOCK = 256
"""Points at once for which shares are reckoned: the room's patches have four corners for each."""
NODES = 72
"""Places along the picture's longer side at which the changed light is gathered."""
SOFT = 0.012
"""Reach of the mean that tells what falls on a place, share of the picture's longer side."""
FAINTEST, BRIGHTEST = 0.25, 4.0
"""Least and largest factor: what a photo does not tell is not made up."""
DARKEST = 0.6
"""Half of what changes keeps as much of its light as this: rooms measured too dark or too small would turn black."""
WHITE = np.ones(3)
"""Light without a tint."""
FLOOR, CEILING, WALL = 0, 1, 2
"""Numbers of the surfaces; wall k of the layout is ``WALL + k``."""
USUAL = {FLOOR: 0.35, CEILING: 0.8, WALL: 0.6}
"""Albedos of what nobody measured."""
GLASS = 0.1
"""Albedo of a window or passage, seen from inside."""
BARE = 0.85
"""Share of floor and walls that is not furniture, which gives back little."""


@dataclass(frozen=True, eq=False)
class Change:
    """A surface of the picture that takes another albedo: ``mask`` bool (h, w), ``numbers`` of what it is on, ``before`` and
    ``after`` linear albedo (3,)."""

    mask: Array
    numbers: tuple[int, ...]
    before: Array
    after: Array


@dataclass(frozen=True, eq=False)
class Patches:
    """``corners`` (n, 4, 3) metres, ``normal`` (n, 3) into the room, ``surface`` (n,) numbers, ``glass`` (n,) share that is
    window, ``received`` (n, n): share of the light on patch i that comes from patch j, were all as bright."""

    corners: Array
    normal: Array
    surface: Array
    glass: Array
    received: Array

    @property
    def centre(self) -> Array:
        return np.asarray(self.corners.mean(1))


def relight(
    layout: Layout, planes: Array, light: Array, changes: Sequence[Change], known: Mapping[int, Array],
    white: Array = WHITE,
) -> list[Array] | None:  # fmt: skip
    """float32 (h, w, 3) for each change: the factor by which the light on its places grows, carried on beyond its mask; None
    where the photo does not tell what falls on any.

    ``planes`` int (h, w) as `belief.plane_map` makes them; ``light`` float32 (h, w, 3), linear; ``known``: albedo (3,) of
    surfaces that stay as they are, by number, ``WALL`` for all walls; ``white`` (3,): what a white shows in its light.
    """
    room = patches(layout)
    count = len(room.surface)
    old = np.array([known.get(s, known.get(min(s, WALL), np.full(3, USUAL[min(s, WALL)]))) for s in room.surface])
    new, falls, seen = old.copy(), np.zeros((count, 3)), np.zeros(count, bool)
    changed = np.zeros(count, bool)
    for c in changes:
        on = np.isin(room.surface, c.numbers)
        old[on], new[on], changed = c.before, c.after, changed | on
        for k, level in _told(layout, room, np.flatnonzero(on).tolist(), light, c.mask, planes).items():
            falls[k], seen[k] = fallen(level, c.before, white), True
    if not seen.any():
        return None
    for i in np.flatnonzero(changed & ~seen):  # behind the camera, behind furniture
        near = 1 / (((room.centre[seen] - room.centre[i]) ** 2).sum(1) + PATCH_M**2)
        falls[i] = near @ falls[seen] / near.sum()
    share, glass = np.where(room.surface == CEILING, 1.0, BARE)[:, None], room.glass[:, None]
    old, new = (share * (albedo * (1 - glass) + GLASS * glass) for albedo in (old, new))
    more = np.stack([
        np.linalg.solve(np.eye(count) - room.received * new[:, k], room.received @ ((new - old) * falls)[:, k])
        for k in range(3)
    ], -1)  # fmt: skip
    thrown = new * (falls + more) - old * falls
    return [_gathered(layout, planes, light, white, c, room, thrown) for c in changes]


def patches(layout: Layout) -> Patches:
    """The floor, the ceiling and the walls of a layout in patches of about ``PATCH_M``."""
    parts: list[tuple[Array, Array, int, Array]] = []
    floor, high = np.asarray(layout.floor, float), layout.ceiling_height_m
    side = max(PATCH_M, float(np.ptp(floor, axis=0).max()) / PATCHES)
    flat = _cells(floor, layout.yaw_deg, side)
    for surface, up in ((FLOOR, 0.0), (CEILING, high)):
        quads = np.insert(flat, 1, up, axis=-1)
        parts.append((quads, np.array([0.0, 1.0 - 2 * surface, 0.0]), surface, np.zeros(len(quads))))
    for k, wall in enumerate(layout.walls):
        a = np.linspace(0, wall.length_m, max(1, round(wall.length_m / side)) + 1)
        b = np.linspace(0, high, max(1, round(high / side)) + 1)
        boxes = np.array([(*u, *v) for u in pairwise(a) for v in pairwise(b)])
        ground = np.asarray(wall.start) + boxes[:, [0, 1, 1, 0], None] * wall.direction
        quads = np.stack([ground[..., 0], boxes[:, [2, 2, 3, 3]], ground[..., 1]], -1)
        glass = np.ones(len(boxes)) if wall.kind == "open" else _glass(layout, k, boxes)
        parts.append((quads, np.insert(wall.normal, 1, 0.0), WALL + k, glass))
    corners, glass = (np.concatenate([p[i] for p in parts]) for i in (0, 3))
    normal = np.concatenate([np.repeat(p[1][None], len(p[0]), 0) for p in parts])
    numbers = np.concatenate([np.full(len(p[0]), p[2]) for p in parts])
    return Patches(corners, normal, numbers, glass, shares(layout, corners.mean(1), normal, corners, normal))


def shares(layout: Layout, points: Array, normals: Array, corners: Array, facing: Array) -> Array:
    """float32 (m, n): the share of the light on each of the ``points`` (m, 3) that comes from each patch (n, 4, 3), were all
    as bright; ``normals`` (m, 3) and ``facing`` (n, 3) point into the room. A room is closed: each point's shares make 1.

    Lambert's formula for the light of a polygon on a point. A patch beside or behind the point's own plane gives nothing,
    nor does one behind a wall.
    """
    if len(points) > BLOCK:
        cut = range(BLOCK, len(points), BLOCK)
        parts = zip(np.split(points, cut), np.split(normals, cut), strict=True)
        return np.concatenate([shares(layout, p, n, corners, facing) for p, n in parts])
    rays = np.asarray(corners, np.float32)[None] - np.asarray(points, np.float32)[:, None, None]  # m n 4 3
    rays /= np.maximum(np.linalg.norm(rays, axis=-1, keepdims=True), 1e-9)
    after = np.roll(rays, -1, axis=2)
    across = np.cross(rays, after)
    sine = np.linalg.norm(across, axis=-1)
    angle = np.arctan2(sine, (rays * after).sum(-1)) / np.maximum(sine, 1e-9)
    share = np.abs(np.einsum("mnkc,mnk,mc->mn", across, angle, normals.astype(np.float32), optimize=True))
    way = corners.mean(1)[None] - points[:, None]
    share *= np.einsum("mnc,mc->mn", way, normals) > 1e-4
    share *= np.einsum("mnc,nc->mn", way, facing) < -1e-6
    if len(layout.walls) > 3:
        share *= ~_hidden(layout, points[:, [0, 2]], corners.mean(1)[:, [0, 2]])
    return np.asarray(share / np.maximum(share.sum(1, keepdims=True), 1e-6))


def _cells(polygon: Array, yaw_deg: float, side: float) -> Array:
    """(n, 4, 2): rectangles along the room's main directions, of those that cover the polygon the ones whose centre it
    holds."""
    import cv2

    a = np.radians(yaw_deg)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    turned = polygon @ turn.T
    low, high = turned.min(0), turned.max(0)
    x, z = (np.linspace(low[i], high[i], max(2, round((high - low)[i] / side)) + 1) for i in (0, 1))
    quads = np.array([
        [(a, c), (b, c), (b, d), (a, d)]
        for a, b in pairwise(x) for c, d in pairwise(z)
    ])  # fmt: skip
    ring = turned.astype(np.float32)[:, None]
    inside = [cv2.pointPolygonTest(ring, tuple(map(float, quad.mean(0))), False) >= 0 for quad in quads]
    return np.asarray(quads[inside] @ turn)


def _glass(layout: Layout, wall: int, boxes: Array) -> Array:
    """(n,): how much of each box (left, right, bottom, top) of a wall is window or passage."""
    area, share = (boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2]), np.zeros(len(boxes))
    for o in layout.openings:
        if o.wall == wall and o.kind != "door":
            wide = np.minimum(boxes[:, 1], o.right_m) - np.maximum(boxes[:, 0], o.left_m)
            high = np.minimum(boxes[:, 3], o.top_m) - np.maximum(boxes[:, 2], o.bottom_m)
            share += np.maximum(wide, 0) * np.maximum(high, 0) / area
    return np.minimum(share, 1)


def _hidden(layout: Layout, a: Array, b: Array) -> Array:
    """bool (m, n): whether the way from each of ``a`` (m, 2) to each of ``b`` (n, 2), seen from above, crosses a wall."""
    out = np.zeros((len(a), len(b)), bool)
    a, b = a[:, None], b[None]

    def side(u: Array, v: Array, x: Array) -> Array:
        return np.asarray(
            (v[..., 0] - u[..., 0]) * (x[..., 1] - u[..., 1]) - (v[..., 1] - u[..., 1]) * (x[..., 0] - u[..., 0])
        )

    for wall in layout.walls:
        p, q = np.asarray(wall.start), np.asarray(wall.end)
        near, far = side(p, q, a), side(p, q, b)
        crosses = (near * far < 0) & (side(a, b, p) * side(a, b, q) < 0)
        at = near / np.where(crosses, near - far, 1) * np.linalg.norm(b - a, axis=-1)
        out |= crosses & (at > BESIDE) & (at < np.linalg.norm(b - a, axis=-1) - BESIDE)
    return out


def _told(
    layout: Layout, room: Patches, numbers: Iterable[int], light: Array, mask: Array, planes: Array
) -> dict[int, Array]:
    """The median of ``light`` (3,) on each of those patches of which enough lies in ``mask`` and on its own plane."""
    h, w = mask.shape
    camera = layout.camera.scaled(w, h)
    t = (np.arange(SAMPLES) + 0.5) / SAMPLES
    a, b = (g.ravel()[:, None] for g in np.meshgrid(t, t))
    out = {}
    for i in numbers:
        p, q, r, s = room.corners[i]
        uv, depth = camera.project((1 - a) * (1 - b) * p + a * (1 - b) * q + a * b * r + (1 - a) * b * s)
        x, y = np.floor(uv).astype(int).T
        good = (depth > 0) & (x >= 0) & (x < w) & (y >= 0) & (y < h)
        x, y = x[good], y[good]
        inside = mask[y, x] & (planes[y, x] == _code(int(room.surface[i])))
        if inside.sum() >= LEAST:
            out[i] = np.median(light[y[inside], x[inside]], axis=0)
    return out


def _code(surface: int) -> int:
    """The number that `belief.plane_map` gives a surface."""
    return {FLOOR: PLANE["floor"], CEILING: PLANE["ceiling"]}.get(surface, 8 + surface - WALL)


def _gathered(
    layout: Layout, planes: Array, light: Array, white: Array, change: Change, room: Patches, thrown: Array
) -> Array:
    """float32 (h, w, 3): what falls inside the change's mask with ``thrown`` (n, 3), over what fell; elsewhere as nearby."""
    import cv2

    h, w = planes.shape
    camera, step = layout.camera.scaled(w, h), max(h, w) / NODES
    x, y = np.meshgrid(*((np.arange(round(n / step)) + 0.5) * n / round(n / step) for n in (w, h)))
    falls = fallen(spread(light, change.mask.astype(np.float32), SOFT * max(h, w)), change.before, white)
    reach = np.ones((2 * round(step) + 1, 2 * round(step) + 1), np.uint8)
    out, told = np.ones((h, w, 3), np.float32), np.zeros((h, w), bool)
    for number in change.numbers:
        here, own = planes == _code(number), np.flatnonzero(room.surface == number)
        near = (cv2.dilate((here & change.mask).astype(np.uint8), reach) > 0) & here
        on = near[y.astype(int), x.astype(int)]
        if not on.any():
            continue
        normal = room.normal[own[0]]
        points = camera.on_plane(np.stack([x[on], y[on]], -1), normal, float(room.corners[own[0], 0] @ normal))
        good = np.isfinite(points).all(1)
        on[on] = good
        values, known = np.zeros((*x.shape, 3), np.float32), on.astype(np.float32)
        every = np.repeat(normal[None], int(good.sum()), 0)
        values[on] = shares(layout, points[good], every, room.corners, room.normal) @ thrown
        total, amount = (cv2.resize(a, (w, h), interpolation=cv2.INTER_LINEAR) for a in (values, known))
        at = here & change.mask & (amount > 1e-3)
        factor = 1 + total[at] / amount[at][:, None] / np.maximum(falls[at], 1e-3)
        out[at], told[at] = np.clip(factor, FAINTEST, BRIGHTEST), True
    # a gable over the layout's ceiling, a wall over its corner, and the pixels that mix with what is beside
    if not told.any():
        return out
    usual = float(np.median(out[told] @ LUMA))
    if usual < DARKEST:
        out[told] **= np.log(DARKEST) / np.log(usual)
    return carried_on(out, told)
