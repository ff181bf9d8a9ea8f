"""How much daylight a photo shows: window area, how bright the room is, patches of sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..surface.colour import lab as to_lab
from ..types import Array, Image, Layout, Segments
from .contents import Contents

SIDE = 480
"""Long side in pixels at which light is measured."""
BRIGHT, GOOD = 70.0, 56.0
"""Median CIELAB lightness of walls, floor and ceiling."""
DAY = 62.0
"""Lightness of the upper quarter of the windows' pixels: less is dusk, whatever lamps do inside."""
SUN = 22.0
"""A patch of sun is lighter than the floor round it by this much lightness, and warmer or as warm."""


@dataclass(frozen=True)
class Daylight:
    """``level``: bright, good, soft, or none (no window seen, or night outside); ``window_share`` of the picture;
    ``window_m2`` and ``widest_m`` where the layout has openings; ``lightness`` of the room, 0 to 100; ``sun`` share of the
    floor in the sun, ``crisp`` how sharp the patches' edges are, 0 to 1."""

    level: str
    confidence: float
    window_share: float
    window_m2: float | None
    widest_m: float
    lightness: float
    sun: float
    crisp: float


def measure(image: Image, segments: Segments, layout: Layout | None, contents: Contents) -> Daylight:
    import cv2

    k = min(1.0, SIDE / max(image.size))
    size = max(1, round(image.width * k)), max(1, round(image.height * k))
    small = cv2.resize(image.array, size, interpolation=cv2.INTER_AREA)
    labels = cv2.resize(segments.labels, size, interpolation=cv2.INTER_NEAREST)

    def named(*names: str) -> Array:
        return np.isin(labels, [segments.classes.index(n) for n in names if n in segments.classes])

    lightness = to_lab(small)[..., 0]
    room = named("wall", "ceiling", "floor")
    value = float(np.median(lightness[room])) if room.sum() > 100 else float(np.median(lightness))
    window = contents.seen("window")
    panes = [o for o in layout.openings if o.kind == "window"] if layout is not None else []
    area = sum((o.right_m - o.left_m) * (o.top_m - o.bottom_m) for o in panes) if panes else None
    sun, crisp = _sun(small, lightness, named("floor"))
    panes_of = named("window")
    outside = float(np.percentile(lightness[panes_of], 75)) if panes_of.any() else 0.0
    if window.sure and outside < DAY:
        level, confidence = "none", 0.3
    elif window.sure:
        level = "bright" if value >= BRIGHT else "good" if value >= GOOD else "soft"
        edge = min(abs(value - BRIGHT), abs(value - GOOD)) / 10
        confidence = min(0.95, window.certainty * (0.85 + 0.15 * min(edge, 1.0)))
    else:
        level, confidence = "none", 0.7 if contents.measured and window.absent else 0.3
    widest = max([o.right_m - o.left_m for o in panes], default=0.0)
    return Daylight(level, confidence, window.share, area, widest, value, sun, crisp)


def _sun(picture: Array, lightness: Array, floor: Array) -> tuple[float, float]:
    """Share of the floor that the sun reaches, and the sharpness of the patches' edges.

    Reflections of windows on a polished floor are pale and fade out; sunlight keeps the floor's hue and ends in a line.
    """
    import cv2

    if floor.sum() < 0.03 * floor.size:
        return 0.0, 0.0
    inside = cv2.erode(floor.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if inside.sum() < 200:
        return 0.0, 0.0
    base = float(np.median(lightness[inside]))
    ab = to_lab(picture)[..., 1:]
    chroma = np.hypot(ab[..., 0], ab[..., 1])
    usual = float(np.median(chroma[inside & (lightness < base + 10)]))
    lit = inside & (lightness > base + SUN) & (chroma > 0.55 * usual)
    lit = cv2.morphologyEx(lit.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    share = float(lit.sum() / inside.sum())
    if share < 0.004:
        return share, 0.0
    rim = lit ^ (cv2.erode(lit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    rim &= cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if rim.sum() < 20:
        return share, 0.0
    steep = np.hypot(cv2.Sobel(lightness, cv2.CV_64F, 1, 0), cv2.Sobel(lightness, cv2.CV_64F, 0, 1)) / 8
    return share, float(np.clip(np.median(steep[rim]) / 12.0, 0, 1))
