"""What a surface's colour is called, and which paint comes nearest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..surface.colour import LUMA, linear
from ..surface.colour import lab as to_lab
from ..types import Array

ROUND = 9.0
"""CIELAB a, b within which pixels count as one colour."""
NEUTRAL = 5.5
"""Chroma below which people say white, grey or black."""


FAINT = 9.0
"""The same for hues that paints for walls and floors seldom have."""


@dataclass(frozen=True)
class Shade:
    """``name`` as in the phrase files; ``rgb`` sRGB as photographed, light's tint taken out; ``share`` of the surface's
    pixels that have it, 0 to 1."""

    name: str
    rgb: tuple[int, int, int]
    lab: tuple[float, float, float]
    share: float


def tint(image: Array, ceiling: Array) -> Array:
    """(3,) what to multiply sRGB with so that the ceiling is neutral; ones where no pale ceiling is seen.

    Ceilings are white in nearly every home, so what colour they show is the lamp's or the white balance's.
    """
    if ceiling.sum() < 0.02 * ceiling.size:
        return np.ones(3)
    rgb = np.median(image[ceiling], axis=0).astype(np.float64)
    lightness, a, b = to_lab(np.clip(rgb, 0, 255).astype(np.uint8))
    if lightness < 45 or np.hypot(a, b) > 16:
        return np.ones(3)  # in the dark, or painted
    return (rgb.max() / np.maximum(rgb, 1)) ** 0.8


def shade(image: Array, mask: Array, gain: Array, *, limit: int = 40000) -> Shade | None:
    """The commonest colour of ``image`` (uint8 HxWx3) inside ``mask``; None where it has under 200 pixels."""
    pixels = image[mask]
    if len(pixels) < 200:
        return None
    pixels = pixels[:: max(1, len(pixels) // limit)]
    lab = to_lab(np.clip(pixels * gain, 0, 255).astype(np.uint8))
    # the fullest neighbourhood of a and b, of the colours themselves; light and shade differ in lightness alone
    grid = np.round(lab[:, 1:] / 3).astype(int)
    cells, counts = np.unique(grid, axis=0, return_counts=True)
    around = [(counts * (np.abs(cells - c).max(1) <= 2)).sum() for c in cells]
    centre = cells[int(np.argmax(around))] * 3.0
    near = np.hypot(lab[:, 1] - centre[0], lab[:, 2] - centre[1]) < ROUND
    value = np.array([np.percentile(lab[near, 0], 60), *np.median(lab[near, 1:], axis=0)])
    like = near & (np.abs(lab[:, 0] - value[0]) < 5)
    rgb = np.median(np.clip(pixels * gain, 0, 255)[like if like.any() else near], axis=0)
    spread = float(np.mean(np.abs(lab[near, 0] - value[0]) < 22))
    r, g, b = (round(float(v)) for v in rgb)
    return Shade(name_of(value), (r, g, b), tuple(map(float, value)), float(near.mean()) * spread)  # type: ignore[arg-type]


def wall_colour(image: Array, wall: Array, ceiling: Array) -> tuple[Shade, float] | None:
    """The walls' colour and how sure its name is; masks bool HxW.

    A photo's exposure makes white walls grey, its lamps make them cream. So a name must be the same with and without
    the light's tint; white and grey are told apart by the ceiling, which is white; and dim colours are not believed.
    """
    gain = tint(image, ceiling)
    raw, corrected = shade(image, wall, np.ones(3)), shade(image, wall, gain)
    if raw is None or corrected is None:
        return None
    names = [PAINTED.get(s.name, s.name) for s in (raw, corrected)]
    sure = min(0.92, corrected.share) * (1.0 if names[0] == names[1] else 0.6)
    if names[1] not in ("white", "grey"):
        return corrected, sure * (1.0 if corrected.lab[0] >= DIM else 0.6)
    if ceiling.sum() < 0.02 * ceiling.size:
        return corrected, sure * (1.0 if corrected.lab[0] >= 82 else 0.6)
    ratio = float(np.median(_luminance(image[wall])) / max(np.median(_luminance(image[ceiling])), 1e-4))
    if ratio >= 0.82:
        if raw.name == "off_white" and ceiling.mean() < GLIMPSED:
            return corrected, sure * 0.6
        white = replace(corrected, name="white") if corrected.name != "off_white" else corrected
        return white, sure * (1.0 if corrected.lab[0] >= 74 else 0.6)
    if ratio <= 0.68:
        grey = corrected.name if corrected.name in ("light_grey", "grey", "dark_grey", "black") else "light_grey"
        return replace(corrected, name=grey), sure
    return corrected, sure * 0.6


PAINTED = {"off_white": "white", "light_grey": "grey", "dark_grey": "grey", "black": "grey"}
"""Names that light alone may turn into each other."""
GLIMPSED = 0.05
"""Share of the picture under which a ceiling does not prove a creamy wall to be white."""
DIM = 58.0
"""Lightness under which a wall's colour is mostly the lamp's."""


def _luminance(pixels: Array) -> Array:
    return linear(pixels) @ LUMA


def name_of(lab: Array) -> str:
    """The everyday name of a CIELAB colour."""
    lightness, a, b = (float(v) for v in lab)
    chroma, hue = float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a))) % 360
    if chroma < NEUTRAL or (chroma < FAINT and not 40 <= hue < 108):
        steps = ((81, "white"), (66, "light_grey"), (42, "grey"), (22, "dark_grey"))
        return next((n for least, n in steps if lightness >= least), "black")
    if 40 <= hue < 108 and chroma < 34:
        if chroma < 12 and lightness >= 84:
            return "off_white"
        if chroma < 18 and lightness >= 78:
            return "cream"
        if hue >= 84 and chroma >= 20 and lightness >= 60:
            return "yellow"
        if hue < 74 and chroma >= 22 and lightness >= 55:
            return "orange" if hue < 66 else "beige"
        if chroma < 10 and lightness < 70:
            return "grey" if lightness > 40 else "dark_grey"
        return "beige" if lightness >= 62 else "brown" if lightness >= 28 else "dark_brown"
    names = ((18, "pink"), (40, "red"), (72, "orange"), (105, "yellow"), (170, "green"), (215, "teal"), (290, "blue"),
             (330, "purple"), (361, "pink"))  # fmt: skip
    found = next(n for top, n in names if hue < top)
    if found in ("red", "orange") and lightness < 48:
        return "brown"
    if found == "red" and lightness > 65:
        return "pink"
    return found


def wood_tone(lab: tuple[float, float, float]) -> str:
    """``light``, ``honey``, ``brown``, ``reddish``, ``dark`` or ``grey``: what sellers call a wood floor's colour."""
    lightness, a, b = lab
    if np.hypot(a, b) < 10:
        return "dark" if lightness < 35 else "grey" if lightness < 72 else "light"
    if lightness < 36:
        return "dark"
    if a > 16 and a > 0.62 * b:
        return "reddish"
    if lightness >= 66 and np.hypot(a, b) < 30:
        return "light"
    return "honey" if lightness >= 52 and b > 22 else "brown"


def nearest_paint(rgb: tuple[int, int, int]) -> tuple[str, float] | None:
    """Maker, code and name of the paint that looks most like ``rgb``, and its CIEDE2000; only paints whose colour is
    the maker's own word."""
    from ..surface.catalogue import nearest_paints

    for paint, difference in nearest_paints(rgb, count=40):
        if not paint.doubtful and paint.name:
            return str(paint), difference
    return None
