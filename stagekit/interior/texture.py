"""What procedural materials are painted with: seamless noise, cells, colours. Arrays are (rows, columns), rows along v.

All noise repeats over the array's borders, so that a tile laid beside itself shows no seam. Colours are sRGB float32
0..1; mixing and shading happen in linear light. Everything is drawn from the generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import OptionError
from ..types import Array
from .material import hex_rgb

COLOURS: Mapping[str, str] = {
    "white": "#e6e3dc", "snow": "#e8e8e6", "ivory": "#e4ddcc", "cream": "#ded3bd", "oatmeal": "#cfc4b1",
    "linen": "#d3c9b8", "sand": "#c9b797", "beige": "#c4b299", "taupe": "#958878", "greige": "#aea597",
    "stone": "#a8a29a", "grey": "#8d8c8a", "lightgrey": "#bfbdba", "darkgrey": "#56565a", "charcoal": "#3c3d40",
    "black": "#2b2a2a", "brown": "#5f4331", "chocolate": "#453027", "camel": "#b08b5f", "tan": "#b1875d",
    "cognac": "#93572f", "rust": "#a2553a", "terracotta": "#b56a4c", "ochre": "#b98a3d", "mustard": "#bf932f",
    "sage": "#9aa58d", "olive": "#6e6d4c", "forest": "#3a5142", "green": "#5a7a5c", "teal": "#2f6268",
    "navy": "#2b3a55", "blue": "#5a7ba0", "denim": "#54677f", "sky": "#a9c0d0", "slate": "#6a757d",
    "blush": "#d3b1a2", "pink": "#cf9d96", "burgundy": "#6a2c33", "red": "#9c3a32", "plum": "#5e4456",
}  # fmt: skip
"""Names that every material takes beside ``#rrggbb``; sRGB as they look under white light."""


def colour(name: str, names: Mapping[str, str] | None = None) -> Array:
    """float32 (3,) sRGB 0..1 of ``#rrggbb`` or a name (of ``names`` first, then of ``COLOURS``). Held within what real
    surfaces reflect: linear 0.03 to 0.82. Raises OptionError for an unknown name."""
    key = name.strip().lower()
    table = {**COLOURS, **(names or {})}
    text = table.get(key, key)
    if not text.startswith("#") and not _is_hex(text):
        raise OptionError(f"expected a colour as '#rrggbb' or one of {', '.join(sorted(table))}; got {name!r}")
    rgb = linear(np.array(hex_rgb(text), np.float32) / 255)
    return srgb(_real(rgb))


def _is_hex(text: str) -> bool:
    return len(text) == 6 and all(c in "0123456789abcdef" for c in text)


def _real(rgb: Array) -> Array:
    """Scaled, hue kept, so that the brightest channel is at most 0.82 and the luminance at least 0.03 (linear)."""
    rgb = rgb * min(1.0, 0.82 / max(float(rgb.max()), 1e-6))
    luma = float(rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32))
    return rgb + max(0.0, 0.03 - luma)


def linear(rgb: Array) -> Array:
    """sRGB 0..1 to linear light, float32."""
    s = np.asarray(rgb, np.float32)
    return np.where(s <= 0.04045, s / 12.92, ((np.maximum(s, 0) + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb(light: Array) -> Array:
    """Linear light to sRGB 0..1, clipped, float32."""
    c = np.clip(np.asarray(light, np.float32), 0, 1)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055).astype(np.float32)


def to_uint8(light: Array) -> Array:
    """Linear light HxWx3, clipped to real albedos 0.015..0.85, as uint8 sRGB."""
    return (srgb(np.clip(light, 0.015, 0.85)) * 255 + 0.5).astype(np.uint8)


def tint(base: Array, shade: Array | float = 1.0, *, warm: Array | float = 0.0) -> Array:
    """uint8 HxWx3: the colour ``base`` (sRGB 0..1, (3,) or HxWx3) times ``shade`` (HxW, 1 = as is, in linear light).
    ``warm`` (HxW) shifts red up and blue down by that share: dyes and fibres never vary in lightness alone."""
    s = np.asarray(shade, np.float32)
    w = np.asarray(warm, np.float32)
    shape = np.broadcast_shapes(s.shape, w.shape, np.shape(base)[:-1])
    light = linear(base) * np.broadcast_to(s, shape)[..., None]
    light = light * (1 + np.broadcast_to(w, shape)[..., None] * np.array([1, 0.1, -1], np.float32))
    return to_uint8(light)


def mix(a: Array, b: Array, t: Array | float) -> Array:
    """sRGB float32 HxWx3 between colours ``a`` and ``b`` ((3,) or HxWx3), ``t`` 0..1 (HxW), mixed in linear light."""
    t = np.asarray(t, np.float32)[..., None]
    return srgb(linear(a) * (1 - t) + linear(b) * t)


def grid(shape: tuple[int, int]) -> tuple[Array, Array]:
    """(v, u) float32 HxW, 0..1 at pixel centres."""
    h, w = shape
    v, u = np.meshgrid((np.arange(h) + 0.5) / h, (np.arange(w) + 0.5) / w, indexing="ij")
    return v.astype(np.float32), u.astype(np.float32)


def fbm(
    shape: tuple[int, int],
    rng: np.random.Generator,
    octaves: int = 4,
    *,
    base: tuple[float, float] = (4.0, 4.0),
    gain: float = 0.5,
    periodic: bool = True,
) -> Array:
    """float32 HxW cloud noise, mean 0, standard deviation 1. ``base``: cycles over the array (down, across) of its
    largest shapes; each of ``octaves`` doubles it with ``gain`` times the amplitude. Filtered white noise, so it
    repeats over the borders; ``periodic=False`` cuts it out of a larger piece."""
    h, w = shape
    if not periodic:
        big = fbm((h * 5 // 4, w * 5 // 4), rng, octaves, base=(base[0] * 1.25, base[1] * 1.25), gain=gain)
        return np.ascontiguousarray(big[:h, :w])
    spectrum = np.fft.rfft2(rng.standard_normal((h, w), dtype=np.float32))
    fv = np.abs(np.fft.fftfreq(h) * h)[:, None] / base[0]
    fu = (np.fft.rfftfreq(w) * w)[None, :] / base[1]
    f = np.sqrt(fv**2 + fu**2)
    octave = np.log2(np.maximum(f, 1e-6))
    # One octave has 4 times the frequencies of the one below: amplitude per frequency falls by gain / 2 an octave.
    power = (gain / 2) ** np.maximum(octave, 0) * np.exp(-((np.minimum(octave, 0) * 1.3) ** 2))
    power = power / (1 + np.exp(6 * (octave - octaves)))
    power[0, 0] = 0
    out = np.fft.irfft2(spectrum * power, s=(h, w))
    return (out / max(float(out.std()), 1e-9)).astype(np.float32)


def band(shape: tuple[int, int], rng: np.random.Generator, cycles: tuple[float, float], width: float = 0.25) -> Array:
    """float32 HxW noise of one size only: about ``cycles`` (down, across) waves over the array, spread over ``width``
    octave; mean 0, deviation 1. Seamless."""
    h, w = shape
    spectrum = np.fft.rfft2(rng.standard_normal((h, w), dtype=np.float32))
    f = np.hypot(np.fft.fftfreq(h)[:, None] * h / cycles[0], np.fft.rfftfreq(w)[None] * w / cycles[1])
    out = np.fft.irfft2(spectrum * np.exp(-((np.log2(np.maximum(f, 1e-3)) / width) ** 2)), s=(h, w))
    return (out / max(float(out.std()), 1e-9)).astype(np.float32)


def fibres(shape: tuple[int, int], rng: np.random.Generator, *, along: float = 6, across: float = 180) -> Array:
    """float32 HxW streaks that run along the columns' axis (u), mean 0, deviation 1; ``along`` and ``across`` are
    cycles over the array."""
    return fbm(shape, rng, 2, base=(across, along), gain=0.5)


def blur(values: Array, sigma: float | tuple[float, float]) -> Array:
    """Gaussian blur over the borders; ``sigma`` in pixels (down, across)."""
    from scipy.ndimage import gaussian_filter

    s = (sigma, sigma) if np.isscalar(sigma) else tuple(sigma)  # type: ignore[arg-type]
    return gaussian_filter(np.asarray(values, np.float32), (*s, *(0,) * (np.ndim(values) - 2)), mode="wrap")


def warp(values: Array, du: Array | float, dv: Array | float) -> Array:
    """``values`` (HxW or HxWx3) looked up ``du``, ``dv`` pixels away (right, down), over the borders, bilinear."""
    import cv2

    h, w = values.shape[:2]
    y, x = np.meshgrid(np.arange(h, dtype=np.float32), np.arange(w, dtype=np.float32), indexing="ij")
    x, y = np.mod(x + np.asarray(du, np.float32), w), np.mod(y + np.asarray(dv, np.float32), h)
    padded = np.pad(np.asarray(values, np.float32), ((0, 1), (0, 1), *((0, 0),) * (np.ndim(values) - 2)), mode="wrap")
    return np.asarray(cv2.remap(padded, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR))


def cells(
    shape: tuple[int, int], rng: np.random.Generator, count: int, *, aspect: float = 1.0, jitter: float = 1.0
) -> tuple[Array, Array, Array]:
    """(F1, F2, id) of about ``count`` seamless Voronoi cells: distances to the nearest and next seed in units of a
    cell's width (float32 HxW), and the cell's number (int32). ``aspect`` > 1 makes cells longer along u;
    ``jitter`` 0..1 goes from a staggered lattice to random."""
    from scipy.spatial import cKDTree

    h, w = shape
    width = np.sqrt(h * w / count)
    rows, cols = max(2, round(h / width * np.sqrt(aspect))), max(2, round(w / width / np.sqrt(aspect)))
    i, j = np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij")
    p = np.stack([(i + 0.5) / rows, ((j + 0.5 * (i % 2)) % cols) / cols], -1).reshape(-1, 2)
    p = np.mod(p + rng.uniform(-0.5, 0.5, p.shape) * jitter / np.array([rows, cols]), 1.0) * np.array([rows, cols])
    tree = cKDTree(np.minimum(p, np.array([rows, cols]) * (1 - 1e-9)), boxsize=(rows, cols))
    v, u = grid(shape)
    d, ids = tree.query(np.stack([v.ravel() * rows, u.ravel() * cols], -1), k=2)
    return (
        d[:, 0].reshape(shape).astype(np.float32),
        d[:, 1].reshape(shape).astype(np.float32),
        ids[:, 0].reshape(shape).astype(np.int32),
    )


def unit(values: Array, low: float = 0.0, high: float = 1.0) -> Array:
    """``values`` stretched from their least and greatest to ``low`` and ``high``, float32."""
    v = np.asarray(values, np.float32)
    return low + (v - v.min()) * ((high - low) / max(float(v.max() - v.min()), 1e-9))


def smoothstep(low: float, high: float, x: Array) -> Array:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((np.asarray(x, np.float32) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
