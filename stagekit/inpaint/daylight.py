"""How bright the floor would be by the room's geometry: daylight of each wall's windows, the walls that the photo does not
show, and the mirror image of what is bright. A hole's rim alone cannot tell that it is lighter in the middle.

The shares of these are fitted to the floor that is seen, in luminance: a floor of two materials would lend each channel
other shares, and the hole a rainbow. `light.light` then continues only what is left of it, colours too.
"""

from __future__ import annotations

import numpy as np

from ..room.mirror import fresnel, reflection
from ..types import Array, Layout, Wall
from .light import SOLVED

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Shares of red, green and blue (Rec. 709), here of their logarithms."""
ROUGHNESS = (0.15, 0.5)
"""Finishes between which floors lie, as `room.mirror.reflection` takes them."""
RIDGE = 0.03
"""Pull of every share to 0, of the fit's own error: two windows side by side must not fight."""
LEAST = 60
"""Points of seen floor from which the fit is made."""
OUTLIER = 0.5
"""Log light under the prediction that is no floor in any shade, but a dark thing that the layout took for it. What is
brighter may be the sun, or a window in the polish."""
BEYOND = 1.15
"""Factor by which the prediction may leave the range that it has where floor is seen."""


def floor_light(layout: Layout, log: Array, gap: Array, sure: Array, lit: Array) -> tuple[Array, Array] | None:
    """float32 (h, w, 1): log light on the floor predicted at every pixel; bool (h, w): where ``lit`` agrees with it or is
    not known. None when too little is seen.

    ``log`` (h, w, 3): the picture's log of linear light; ``gap`` (h, w): the hole; ``sure`` (h, w): what is
    floor however dark; ``lit`` (h, w, 3): ``log`` blurred over the floor that is seen, NaN elsewhere.
    """
    import cv2

    height, width = gap.shape
    k = min(1.0, SOLVED / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    seen = np.isfinite(lit[..., 0])
    share = cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(seen[..., None], lit, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known = share > 0.5
    if known.sum() < LEAST:
        return None
    level = np.exp((total / np.maximum(share, 1e-6)[..., None]) @ LUMINANCE)
    picture = cv2.resize(log @ LUMINANCE, size, interpolation=cv2.INTER_AREA)
    hidden = cv2.resize(gap.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    parts = bases(layout, picture, hidden)
    surely = cv2.resize(sure.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    trusted = known
    for _ in range(2):
        out = _fitted(parts, level, trusted)
        off = np.log(level) - out
        off = off - np.median(off[trusted])
        trusted = known & (surely | (off > -max(OUTLIER, 3 * float(np.median(np.abs(off[known]))))))
        if trusted.sum() < LEAST:
            return None
    out = cv2.resize(out.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    far = cv2.resize((known & ~trusted).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(out)[..., None], far < 0.25


def _fitted(parts: list[Array], level: Array, known: Array) -> Array:
    """(h, w): log of the mixture of ``parts`` that comes nearest to ``level`` where ``known``; no share is negative."""
    from scipy.optimize import nnls

    columns = np.stack(parts, -1)
    columns = columns / np.maximum(columns[known].mean(0), 1e-9)
    rows = columns[known] / level[known][:, None]  # relative errors count
    pull = RIDGE * np.sqrt(len(rows)) * np.eye(rows.shape[1])
    pull[0] = 0
    found, _ = nnls(np.concatenate([rows, pull]), np.concatenate([np.ones(len(rows)), np.zeros(len(pull))]))
    value = columns @ found
    low, high = np.percentile(value[known], (2, 98))
    return np.log(np.clip(value, max(low, 1e-4) / BEYOND, max(high, 1e-4) * BEYOND))


def bases(layout: Layout, picture: Array, hidden: Array) -> list[Array]:
    """What may light the floor, (h, w) each: even light first, then windows, unseen walls and reflections.

    ``picture`` (h, w): log of linear light; what is ``hidden`` (h, w) reflects as its surroundings do.
    """
    import cv2

    h, w = hidden.shape
    camera = layout.camera.scaled(w, h)
    v, u = np.mgrid[:h, :w] + 0.5
    points = camera.on_floor(np.stack([u, v], -1))
    points = np.where(np.isfinite(points), np.clip(points, -30, 30), 30.0)
    even = [np.ones((h, w))]
    for wall in {o.wall for o in layout.openings if o.kind == "window"}:
        panes = [o for o in layout.openings if o.kind == "window" and o.wall == wall]
        even.append(
            np.sum([_received(points, layout.walls[wall], o.left_m, o.right_m, o.bottom_m, o.top_m) for o in panes], 0)
        )
    for one in layout.walls:
        if one.kind == "unseen" and one.length_m > 0.8:
            even.append(_received(points, one, 0.0, one.length_m, 0.3, one.height_m))
    shown = np.clip((np.exp(picture) * 255), 0, 255).astype(np.uint8)
    filled = cv2.inpaint(shown, hidden.astype(np.uint8), 3, cv2.INPAINT_TELEA).astype(np.float32) / 255
    gloss = fresnel(layout, (w, h), np.arange(h) + 0.5)[:, None]
    return even + [reflection(filled, layout, r) * gloss for r in ROUGHNESS]


def _received(points: Array, wall: Wall, left: float, right: float, bottom: float, top: float) -> Array:
    """(h, w): irradiance on level floor ``points`` (h, w, 3) from a bright rectangle of ``wall`` (Lambertian)."""
    total = np.zeros(points.shape[:2])
    normal = np.array([wall.normal[0], 0.0, wall.normal[1]])
    for a in np.linspace(left, right, 5)[:-1] + (right - left) / 8:
        foot = np.asarray(wall.start) + np.asarray(wall.direction) * a
        for b in np.linspace(bottom, top, 4)[:-1] + (top - bottom) / 6:
            to = np.array([foot[0], b, foot[1]]) - points
            square = np.maximum((to**2).sum(-1), 0.15)
            total += np.maximum(to[..., 1], 0) * np.abs(to @ normal) / square**2
    return total * (right - left) * (top - bottom)
