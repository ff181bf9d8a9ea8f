"""Cloth and leather. Arguments are colours (names or ``#rrggbb``, the first is the main one) and pattern names.

Every tile is seamless and true to scale: 0.5 to 0.6 m across for weaves. Albedos vary on two scales, thread and
hand's breadth, because cloth that varies on one looks printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import OptionError
from ...types import Array
from ..material import Material
from ..texture import band, blur, cells, colour, fbm, grid, mix, smoothstep, tint, warp

LEATHERS = {"cognac": "#7d4b2e", "tan": "#9b7048", "black": "#2c2a29", "brown": "#54382a", "chocolate": "#3e2b23",
            "white": "#dbd6cb", "cream": "#d2c6b0", "grey": "#77746f", "oxblood": "#5a2426", "camel": "#a67c50"}  # fmt: skip


def _args(kind: str, args: Sequence[str], default: str, patterns: Sequence[str] = ()) -> tuple[list[Array], str | None]:
    """Colours and at most one pattern of ``args``. Raises OptionError for anything else."""
    names = [a for a in args if a in patterns]
    if len(names) > 1:
        raise OptionError(f"{kind} takes one pattern of {list(patterns)}, got {names}")
    try:
        colours = [colour(a) for a in args if a not in patterns]
    except OptionError as e:
        extra = f"; {kind} has the patterns {list(patterns)}" if patterns else ""
        raise OptionError(f"{e}{extra}") from None
    return colours or [colour(default)], names[0] if names else None


def _weave(size: int, threads: int, rng: np.random.Generator, *, slub: float) -> tuple[Array, Array]:
    """(height 0..1, which 0..1: 1 where the warp lies on top) of a plain weave with ``threads`` threads each way."""
    v, u = grid((size, size))
    wobble = fbm((size, size), rng, 3, base=(6, 6)) * 0.25
    a, b = u * threads + wobble, v * threads + np.roll(wobble, size // 3, 0)
    over = np.sin(math.pi * a) * np.sin(math.pi * b)  # sign: which thread is on top
    warp_h, weft_h = np.abs(np.sin(math.pi * a)), np.abs(np.sin(math.pi * b))
    on_top = smoothstep(-0.35, 0.35, over)
    thick_u = 1 + slub * rng.standard_normal((1, size)).astype(np.float32)
    thick_v = 1 + slub * rng.standard_normal((size, 1)).astype(np.float32)
    height = on_top * warp_h * thick_u + (1 - on_top) * weft_h * thick_v
    return height.astype(np.float32), on_top


def linen(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Plain weave with slubs, 1.5 mm pitch: ``linen:main[,second thread]``."""
    colours, _ = _args("linen", args, "linen")
    n, tile, threads = 640, 0.56, 372
    height, on_top = _weave(n, threads, rng, slub=0.10)
    slubs = fbm((n, n), rng, 2, base=(170, 9)) + np.roll(fbm((n, n), rng, 2, base=(9, 170)), 17, 0)
    cloud = fbm((n, n), rng, 3, base=(3, 3))
    base = colours[0]
    other = colours[1] if len(colours) > 1 else mix(base, np.ones(3, np.float32) * 0.93, 0.16)
    melange = np.clip(0.5 * on_top + 0.16 * slubs, 0, 1)
    shade = 0.93 + 0.09 * (height - 0.5) + 0.055 * slubs + 0.022 * cloud
    return Material(
        tint(mix(base, other, melange * 0.7), shade, warm=0.012 * cloud + 0.008 * slubs),
        roughness=0.9,
        tile_m=(tile, tile),
        bump=(height * 0.00028 + blur(slubs, 1.0) * 0.00016).astype(np.float32),
        sheen=0.25,
    )


def _pattern(name: str, size: int) -> Array:
    """0..1 (1 = second colour) of a woven or printed figure on a 0.4 m tile."""
    v, u = grid((size, size))
    cell_u, cell_v = u % 0.25 / 0.25 - 0.5, v % 0.25 / 0.25 - 0.5
    aa = 2.5 / size / 0.25
    if name == "stripe":
        return smoothstep(-aa, aa, 0.16 - np.abs(cell_u)) + 0.0 * v
    if name == "ticking":
        line = np.minimum(np.abs(cell_u + 0.12), np.minimum(np.abs(cell_u), np.abs(cell_u - 0.12)))
        return smoothstep(-aa, aa, 0.022 - line)
    if name == "check":
        return 0.5 * (smoothstep(-aa, aa, 0.25 - np.abs(cell_u)) + smoothstep(-aa, aa, 0.25 - np.abs(cell_v)))
    if name == "plaid":
        lines = [
            smoothstep(-aa, aa, w - np.abs(c - o)) for c in (cell_u, cell_v) for o, w in ((0.0, 0.2), (0.36, 0.02))
        ]
        return np.clip(0.4 * (lines[0] + lines[2]) + 0.5 * np.maximum(lines[1], lines[3]), 0, 1)
    if name == "dots":
        far = np.stack([np.hypot(cell_u, cell_v), np.hypot(0.5 - np.abs(cell_u), 0.5 - np.abs(cell_v))]).min(0)
        return smoothstep(-aa, aa, 0.12 - far)
    if name == "lattice":
        d = np.abs(((cell_u + cell_v) * 2) % 1 - 0.5), np.abs(((cell_u - cell_v) * 2) % 1 - 0.5)
        return smoothstep(-2 * aa, 2 * aa, 0.07 - np.minimum(*d))
    # "chevron"
    zig = (v * 8 + np.abs((u * 8) % 2 - 1)) % 1
    return smoothstep(-0.04, 0.04, 0.25 - np.abs(zig - 0.5))


PATTERNS = ("stripe", "ticking", "check", "plaid", "dots", "lattice", "chevron", "brush")


def cotton(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Smooth cotton, 0.9 mm pitch: ``cotton:main[,second,pattern]``."""
    colours, pattern = _args("cotton", args, "cream", PATTERNS)
    n, tile = 640, 0.4
    height, _ = _weave(n, 320, rng, slub=0.04)
    cloud, fine = fbm((n, n), rng, 3, base=(3, 3)), fbm((n, n), rng, 2, base=(150, 150))
    base: Array = colours[0]
    if pattern or len(colours) > 1:
        second = colours[1] if len(colours) > 1 else mix(colours[0], np.zeros(3, np.float32), 0.7)
        if pattern == "brush":  # wet strokes, dry at their ends
            stroke = band((n, n), rng, (3.0, 1.2)) + 0.35 * fbm((n, n), rng, 3, base=(60, 6))
            figure = smoothstep(0.55, 0.9, stroke)
        else:
            shift = fbm((n, n), rng, 2, base=(4, 4)) * 1.1
            figure = warp(_pattern(pattern or "stripe", n), shift, np.roll(shift, n // 2, 1))
        worn = 1 - 0.07 * smoothstep(0.3, 2.0, fine)
        base = mix(colours[0], second, np.clip(figure * worn, 0, 1))
    shade = 0.96 + 0.06 * (height - 0.5) + 0.018 * cloud + 0.02 * fine
    return Material(
        tint(base, shade, warm=0.008 * cloud), 0.85, (tile, tile), (height * 0.00016).astype(np.float32), sheen=0.15
    )


def boucle(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Curly loops 6 to 10 mm wide: ``boucle:main[,second yarn]``."""
    colours, _ = _args("boucle", args, "ivory")
    n, tile = 512, 0.45
    per_m = 1 / 0.008
    curl = [1 - np.clip(np.abs(band((n, n), rng, (tile * per_m * k,) * 2)) * 1.15, 0, 1) for k in (0.55, 0.8)]
    loop = np.maximum(curl[0], curl[1] * 0.92)
    loop = blur(loop**1.5, 0.8)
    knobs = fbm((n, n), rng, 2, base=(14, 14))
    cloud = fbm((n, n), rng, 3, base=(2, 2))
    base: Array = colours[0]
    if len(colours) > 1:
        base = mix(colours[0], colours[1], smoothstep(0.2, 1.2, band((n, n), rng, (26, 26))))
    height = loop * 0.0019 + 0.0007 * np.tanh(knobs)
    shade = 0.70 + 0.36 * loop + 0.05 * np.tanh(knobs) + 0.02 * cloud
    return Material(
        tint(base, shade, warm=0.02 * (0.6 - loop)), 0.95, (tile, tile), height.astype(np.float32), sheen=0.35
    )


def velvet(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Short pile whose lie changes: soft lighter and darker patches, a strong rim."""
    colours, _ = _args("velvet", args, "forest")
    n, tile = 512, 0.8
    _, u = grid((n, n))
    lie = np.tanh(0.7 * warp(fbm((n, n), rng, 3, base=(1.6, 2.4)), 6 * fbm((n, n), rng, 2, base=(4, 4)), 0))
    pile = fbm((n, n), rng, 2, base=(150, 120))
    ribs = np.sin(2 * math.pi * 320 * u) * 0.3
    shade = 0.92 + 0.07 * lie + 0.05 * pile + 0.02 * ribs
    return Material(
        tint(colours[0], shade, warm=0.02 * lie),
        roughness=(0.80 - 0.08 * lie).astype(np.float32),
        tile_m=(tile, tile),
        bump=(0.00025 * pile).astype(np.float32),
        sheen=1.0,
        ior=1.3,
    )


def wool(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Felted, heathered wool: ``wool:main[,second][,herringbone|plaid|twill]``."""
    colours, pattern = _args("wool", args, "grey", ("herringbone", "plaid", "twill"))
    n, tile = 512, 0.4
    v, u = grid((n, n))
    fuzz = fbm((n, n), rng, 3, base=(60, 60), gain=0.8)
    heather = fbm((n, n), rng, 2, base=(28, 90))
    cloud = fbm((n, n), rng, 3, base=(3, 3))
    second = colours[1] if len(colours) > 1 else mix(colours[0], np.ones(3, np.float32) * 0.85, 0.22)
    t = 0.35 + 0.22 * heather
    rib = np.zeros_like(u)
    if pattern in ("herringbone", "twill"):
        zig = np.abs((u * 16) % 2 - 1) if pattern == "herringbone" else u * 16
        rib = np.sin(2 * math.pi * (v * 80 + zig * 3.0 * (1 if pattern == "herringbone" else 5)))
        t = 0.5 + 0.42 * rib + 0.12 * heather
    elif pattern == "plaid":
        t = 0.85 * _pattern("plaid", n) + 0.10 * heather + 0.1
    shade = 0.92 + 0.07 * fuzz + 0.02 * cloud
    return Material(
        tint(mix(colours[0], second, np.clip(t, 0, 1)), shade, warm=0.01 * heather),
        0.95,
        (tile, tile),
        (0.0003 * fuzz + 0.0003 * rib).astype(np.float32),
        sheen=0.45,
    )


def leather(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Full grain, semi aniline: ``leather:cognac`` (names: see ``LEATHERS``) or any colour."""
    base = colour(args[0], LEATHERS) if args else colour("cognac", LEATHERS)
    if len(args) > 1:
        raise OptionError(f"leather takes one colour, got {list(args)}")
    n, tile = 512, 0.5
    f1, f2, _ = cells((n, n), rng, int((tile / 0.0032) ** 2), jitter=0.95)
    pebble = smoothstep(0.02, 0.35, f2 - f1)
    cloud = fbm((n, n), rng, 4, base=(2.5, 2.5))
    veins = np.exp(-((warp(band((n, n), rng, (5, 4)), 6 * fbm((n, n), rng, 2, base=(9, 9)), 0) / 0.05) ** 2))
    veins = veins * smoothstep(0.2, 1.0, fbm((n, n), rng, 2, base=(3, 3)))
    worn = smoothstep(0.4, 2.0, cloud)
    shade = 0.95 + 0.035 * cloud + 0.07 * (pebble - 0.6) - 0.05 * veins + 0.03 * worn
    return Material(
        tint(base, shade, warm=0.02 * cloud),
        roughness=np.clip(0.46 - 0.04 * cloud + 0.10 * (1 - pebble), 0.3, 0.75).astype(np.float32),
        tile_m=(tile, tile),
        bump=(0.00016 * pebble + 0.0006 * cloud * 0.3 - 0.00025 * veins).astype(np.float32),
        sheen=0.0,
    )


def knit(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Chunky stocking stitch, 10 mm wide, or ``cable``: ``knit:main[,second][,cable|chunky]``."""
    colours, pattern = _args("knit", args, "oatmeal", ("cable", "chunky"))
    n = 512
    across, up = (16, 22) if pattern == "chunky" else (24, 32)
    tile = (0.40, 0.40) if pattern == "chunky" else (0.26, 0.26)
    v, u = grid((n, n))
    wob = fbm((n, n), rng, 2, base=(5, 5)) * 0.004
    col = (u + wob) * across
    side = col % 1 - 0.5
    slant = np.abs(side) * 1.1
    if pattern == "cable":
        twist = np.sin(2 * math.pi * v * 4 + 2.0 * np.sin(2 * math.pi * u * 6))
        slant = slant + 0.25 * twist
    yarn = np.abs(np.sin(math.pi * (v * up + slant)))
    leg = np.sin(math.pi * np.clip(np.abs(side) * 2, 0, 1)).clip(0)
    height = blur((yarn**0.7) * (0.25 + 0.75 * leg**0.6), 0.8)
    if pattern == "cable":
        height = height * (0.7 + 0.3 * np.cos(2 * math.pi * u * 6))
    ply = fbm((n, n), rng, 2, base=(90, 40))
    cloud = fbm((n, n), rng, 3, base=(2, 2))
    base: Array = colours[0]
    if len(colours) > 1:
        base = mix(colours[0], colours[1], np.clip(0.5 + 0.3 * ply, 0, 1))
    shade = 0.62 + 0.42 * height + 0.05 * ply + 0.02 * cloud
    deep = 0.0028 if pattern == "chunky" else 0.0017
    return Material(
        tint(base, shade, warm=0.02 * (0.6 - height)), 0.95, tile, (deep * height).astype(np.float32), sheen=0.35
    )


def bedding(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Washed percale or linen sheets: fine creases. ``bedding:main[,second,stripe|check|quilt|...]``."""
    patterns = (*PATTERNS, "quilt", "crisp")
    colours, pattern = _args("bedding", args, "snow", patterns)
    n, tile = 640, 0.9
    cloud = fbm((n, n), rng, 3, base=(3, 3))
    fine = fbm((n, n), rng, 2, base=(150, 150))
    ridge: Array = np.zeros((n, n), np.float32)
    for k, amount in ((7, 1.0), (14, 0.6)):
        line = warp(
            band((n, n), rng, (k, k * 0.7)), 14 * fbm((n, n), rng, 2, base=(5, 5)), 9 * fbm((n, n), rng, 2, base=(5, 5))
        )
        ridge += amount * np.exp(-((line / 0.20) ** 2)) * smoothstep(-0.2, 1.4, fbm((n, n), rng, 2, base=(4, 4)))
    ridge = blur(ridge, 1.2) * (0.35 if pattern == "crisp" else 1.0)
    base: Array = colours[0]
    height: Any = 0.0011 * ridge + 0.0010 * cloud
    if pattern == "quilt":
        v, u = grid((n, n))
        pads = np.abs(np.sin(math.pi * (u + v) * 8) * np.sin(math.pi * (u - v) * 8)) ** 0.4
        height = height * 0.5 + 0.004 * pads
    elif pattern and pattern not in ("crisp", "brush"):
        second = colours[1] if len(colours) > 1 else mix(colours[0], np.ones(3, np.float32) * 0.4, 0.5)
        base = mix(colours[0], second, np.clip(_pattern(pattern, n), 0, 1))
    shade = 0.97 + 0.015 * cloud + 0.02 * ridge + 0.012 * fine
    return Material(tint(base, shade, warm=0.006 * cloud), 0.88, (tile, tile), height.astype(np.float32), sheen=0.12)


def sheer(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Voile for curtains: light shines through, what stands behind shows a little."""
    colours, _ = _args("sheer", args, "snow")
    n, tile = 384, 0.4
    slubs = fbm((n, n), rng, 2, base=(120, 5)) + fbm((n, n), rng, 2, base=(4, 120))
    cloud = fbm((n, n), rng, 2, base=(3, 3))
    opacity = np.clip(0.80 + 0.06 * slubs + 0.02 * cloud, 0.55, 0.97)
    return Material(
        tint(colours[0], 0.97 + 0.03 * slubs), 0.9, (tile, tile), translucency=0.55, opacity=opacity.astype(np.float32)
    )


MAKERS: dict[str, Callable[[tuple[str, ...], np.random.Generator], Material]] = {
    "linen": linen, "cotton": cotton, "boucle": boucle, "velvet": velvet, "wool": wool, "leather": leather,
    "knit": knit, "bedding": bedding, "sheer": sheer,
}  # fmt: skip
