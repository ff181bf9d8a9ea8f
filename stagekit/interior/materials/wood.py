"""Wood with grain along u, and the woven stems of rattan and cane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import OptionError
from ...types import Array
from ..material import Material
from ..texture import blur, colour, fbm, fibres, grid, linear, smoothstep, tint, to_uint8

TILE_M = (1.2, 0.4)
SHAPE = (400, 960)


@dataclass(frozen=True)
class Species:
    """``light`` and ``dark``: early and late wood, sRGB. ``figure``: contrast of the growth rings 0..1. ``ring_m``:
    their spacing on a flat-sawn face. ``pores``: depth and darkness of the open grain 0..1. ``flecks``: rays (oak)."""

    light: str
    dark: str
    figure: float = 0.5
    ring_m: float = 0.012
    pores: float = 0.4
    flecks: float = 0.0
    rough: float = 0.42
    streaks: float = 0.10


SPECIES = {
    "oak": Species("#b59b78", "#927551", 0.50, 0.012, 0.60, 0.25),
    "white_oak": Species("#cab394", "#ae946f", 0.38, 0.012, 0.50, 0.25, 0.46),
    "walnut": Species("#6c5039", "#442f20", 0.60, 0.015, 0.45, 0.0, 0.38, 0.20),
    "ash": Species("#d0b894", "#ac8d63", 0.60, 0.013, 0.55, 0.0, 0.44),
    "teak": Species("#a0764a", "#775231", 0.50, 0.014, 0.40, 0.0, 0.42, 0.16),
    "birch": Species("#d9c29d", "#c6a97d", 0.22, 0.016, 0.12, 0.0, 0.42, 0.05),
    "maple": Species("#d6bb93", "#c3a377", 0.20, 0.017, 0.08, 0.0, 0.38, 0.06),
    "cherry": Species("#99623f", "#7c4a2e", 0.35, 0.015, 0.15, 0.0, 0.36, 0.10),
    "pine": Species("#d1b081", "#b08650", 0.55, 0.020, 0.05, 0.0, 0.48, 0.06),
    "mango": Species("#a27a4e", "#6f4c2e", 0.50, 0.020, 0.35, 0.0, 0.45, 0.22),
    "black": Species("#34312e", "#2a2726", 0.35, 0.012, 0.55, 0.0, 0.46),
    "dark": Species("#4c3527", "#332219", 0.45, 0.013, 0.40, 0.0, 0.40),
    "grey_washed": Species("#a89f93", "#857a6d", 0.50, 0.013, 0.50, 0.0, 0.58, 0.12),
    "weathered": Species("#937d66", "#675341", 0.65, 0.014, 0.80, 0.0, 0.66, 0.22),
    "white_washed": Species("#d6cdbf", "#bdb09d", 0.40, 0.012, 0.45, 0.0, 0.54),
}
FINISHES = {"oiled": 0.0, "matt": 0.14, "satin": -0.06, "gloss": -0.16}


def _species(name: str) -> Species:
    if name in SPECIES:
        return SPECIES[name]
    try:
        light = colour(name)
    except OptionError:
        raise OptionError(
            f"unknown wood {name!r}; known: {', '.join(sorted(SPECIES))}, or a colour as '#rrggbb'"
        ) from None
    dark = light * 0.78
    return Species(_hex(light), _hex(dark), 0.4)


def _hex(rgb: Array) -> str:
    return "#" + "".join(f"{round(float(c) * 255):02x}" for c in np.clip(rgb, 0, 1))


def wood(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``wood:species[,finish]``: a species, or ``#rrggbb`` stained; finish oiled, matt, satin or gloss. Three boards of
    13 cm lie side by side in the tile: flat sawn (arches), rift (lines), or between."""
    s = _species(args[0] if args else "oak")
    finish = args[1] if len(args) > 1 else "oiled"
    if finish not in FINISHES:
        raise OptionError(f"unknown finish {finish!r} of wood; known: {', '.join(FINISHES)}")
    h = SHAPE[0]
    v, u = grid(SHAPE)
    boards = 3
    rings = np.zeros(SHAPE, np.float32)
    tone = np.zeros(SHAPE, np.float32)
    wobble = fbm(SHAPE, rng, 3, base=(5, 3)) * 0.35 + fbm(SHAPE, rng, 2, base=(26, 5)) * 0.10
    for k in range(boards):
        rows = slice(k * h // boards, (k + 1) * h // boards)
        y = (v[rows] * boards - k - 0.5) * TILE_M[1] / boards  # metres across the board, from its middle
        phase = rng.uniform(0, 2 * np.pi, 3)
        wave = np.sin(2 * np.pi * u[rows] + phase[0]) + 0.45 * np.sin(4 * np.pi * u[rows] + phase[1])
        if k == int(rng.integers(boards)) or k == 0:  # flat sawn: the cut runs near the heart, rings open into arches
            centre = rng.uniform(-0.025, 0.025) + 0.006 * np.sin(2 * np.pi * u[rows] + phase[2])
            depth = 0.045 + 0.030 * wave
            r = np.sqrt(((y - centre) * 1.35) ** 2 + np.maximum(depth, 0.004) ** 2)
        else:  # rift: nearly straight lines
            r = y * rng.uniform(0.7, 1.2) + 0.004 * wave + 0.2
        rings[rows] = r / s.ring_m * 1.35
        tone[rows] = rng.normal(0, 0.035)
    phase_map = rings + wobble
    f = phase_map - np.floor(phase_map)
    late = smoothstep(0.25, 0.92, f) * (1 - smoothstep(0.93, 1.0, f))  # slow darkening, sharp end
    late = blur(late, (0.7, 0.7)) * (0.75 + 0.25 * np.clip(fbm(SHAPE, rng, 2, base=(6, 3)), -1, 1))
    fine = fibres(SHAPE, rng, along=9, across=170)
    hair = fibres(SHAPE, rng, along=30, across=190)
    # pores are short dashes, denser in early wood of ring-porous species
    dashes = fibres(SHAPE, rng, along=44, across=185)
    pore = smoothstep(1.05, 2.1, dashes - 0.5 * late)
    broad = fbm(SHAPE, rng, 2, base=(7, 1.2))
    shade = 1 + tone + 0.030 * fine + 0.02 * hair + s.streaks * 0.45 * np.tanh(broad) - 0.30 * s.pores * pore
    if s.flecks:
        fleck = smoothstep(1.3, 2.3, fbm(SHAPE, rng, 2, base=(40, 26)))
        shade = shade + 0.10 * s.flecks * fleck
    light, dark = linear(colour(s.light)), linear(colour(s.dark))
    t = np.clip(s.figure * late + 0.10 * np.tanh(broad), 0, 1)[..., None]
    body = light * (1 - t) + dark * t
    warm = 0.03 * np.tanh(broad) + 0.02 * tone
    body = body * shade[..., None] * (1 + warm[..., None] * np.array([1, 0.1, -1], np.float32))
    rough = s.rough + FINISHES[finish] + 0.05 * np.tanh(fine) + 0.10 * s.pores * pore - 0.03 * late
    bump = -4e-5 * s.pores * pore + 8e-6 * fine - 1.2e-5 * late * s.figure
    if args and args[0] == "weathered":
        bump = bump - 1.5e-4 * smoothstep(0.9, 2.2, fine) - 6e-5 * late
        body = body * (1 - 0.35 * smoothstep(1.2, 2.4, fine)[..., None])
    return Material(
        to_uint8(np.maximum(body, 0.026)),
        roughness=np.clip(rough, 0.16, 0.9).astype(np.float32),
        tile_m=TILE_M,
        bump=bump.astype(np.float32),
        ior=1.45,
        coat=0.25 if finish == "gloss" else 0.0,
    )


def rattan(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``rattan[:colour]``: round stems woven over and under, 9 mm apart."""
    base = colour(args[0] if args else "#b98f5c")
    n, px = 12, 384
    v, u = grid((px, px))
    wob = fbm((px, px), rng, 2, base=(3, 3)) * 0.05
    y = (v * n + wob) % n
    row = np.floor(y).astype(int)
    inside = y - row
    stake = (u * n / 2) % (n / 2)
    over = np.cos(np.pi * (stake * 2 + row)) * 0.5 + 0.5  # strands pass before and behind stakes by turns
    round_ = np.sqrt(np.clip(1 - (2 * inside - 1) ** 2, 0, 1))
    height = round_ * (0.45 + 0.55 * over)
    shade = 0.35 + 0.72 * height + 0.05 * fibres((px, px), rng, along=14, across=150)
    tone = rng.normal(0, 0.09, (n, n))[row % n, np.floor(u * n).astype(int) % n]
    shade = shade * (1 + blur(tone, (0.8, 6)))
    return Material(
        tint(base, np.clip(shade, 0.12, 1.15), warm=0.05 * tone),
        roughness=(0.52 - 0.1 * height).astype(np.float32),
        tile_m=(n * 0.009, n * 0.009),
        bump=(height * 0.0022).astype(np.float32),
    )


def cane(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``cane[:colour][,solid]``: the six-way web of chair seats, eight-sided holes 13 mm apart, cut out (``solid``:
    dark behind instead)."""
    solid = "solid" in args
    names = [a for a in args if a != "solid"]
    base = colour(names[0] if names else "#cdae7c")
    n, px = 4, 256
    v, u = grid((px, px))
    x, y = u * n, v * n

    def line(t: Array, half: float) -> Array:
        return np.clip((half - np.abs(t - np.round(t))) / half, -1, 1)

    pairs = np.maximum.reduce([line(t + o, 0.055) for t in (x, y) for o in (-0.07, 0.07)])
    diag = np.maximum(line(x + y - 0.5, 0.07), line(x - y - 0.5, 0.07))
    strand = np.maximum(pairs, diag)
    height = np.sqrt(np.clip(1 - (1 - np.clip(strand, 0, 1)) ** 2, 0, 1))
    height = height * np.where(diag > pairs, 0.8, 1.0)
    cover = smoothstep(-0.02, 0.12, strand)
    shade = (0.55 + 0.45 * height) * (1 + 0.06 * fbm((px, px), rng, 3, base=(6, 6)))
    if solid:
        shade = shade * (0.22 + 0.78 * cover)
    return Material(
        tint(base, shade),
        roughness=0.45,
        tile_m=(n * 0.013, n * 0.013),
        bump=(height * 0.0008).astype(np.float32),
        opacity=None if solid else cover.astype(np.float32),
    )
