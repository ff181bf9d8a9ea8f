"""Marble, stone, concrete, ceramic and terracotta."""

from __future__ import annotations

import numpy as np

from ...errors import OptionError
from ...types import Array
from ..material import Material
from ..texture import cells, colour, fbm, grid, linear, mix, smoothstep, tint, to_uint8, warp

MARBLES = {
    # body, cloud, vein, share of veins, roughness
    "white": ("#e3e1dc", "#c9c8c6", "#85868a", 1.0, 0.12),
    "calacatta": ("#e6e2da", "#d3cdc2", "#8d7c62", 0.8, 0.12),
    "grey": ("#a9a8a6", "#8f8f90", "#e0dedb", 0.8, 0.16),
    "black": ("#302f30", "#343434", "#c9c5bd", 0.6, 0.10),
    "green": ("#33463c", "#283a32", "#93a899", 0.9, 0.12),
    "brown": ("#5e4433", "#4a3527", "#b9a184", 0.9, 0.12),
}


def _ridge(noise: Array, width: float) -> Array:
    """Thin lines where ``noise`` crosses zero, 0..1."""
    return np.exp(-((noise / width) ** 2))


def marble(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``marble:white|calacatta|grey|black|green|brown|travertine[,honed]``."""
    name = args[0] if args else "white"
    if name == "travertine":
        return _travertine(rng)
    if name not in MARBLES:
        raise OptionError(f"unknown marble {name!r}; known: {', '.join(sorted([*MARBLES, 'travertine']))}")
    body, cloud, vein, amount, rough = MARBLES[name]
    shape = (640, 640)
    v, u = grid(shape)
    bend = fbm(shape, rng, 5, base=(1.5, 1.5), gain=0.36)
    du, dv = bend * 26, np.roll(bend, 217, 1) * 26
    # veins run at a slant: noise stretched along it, on whole cycles so that the tile closes
    slant = warp(np.sin(2 * np.pi * (2 * u + v) + 1.5 * fbm(shape, rng, 2, base=(1.5, 1.5))), du, dv)
    main = _ridge(slant, 0.05) * smoothstep(-0.3, 1.2, fbm(shape, rng, 2, base=(2, 2)))
    slant2 = warp(np.sin(2 * np.pi * (3 * u + v) + 2.2 * fbm(shape, rng, 2, base=(2, 2))), dv, du)
    second = _ridge(slant2, 0.06) * smoothstep(0.0, 1.5, fbm(shape, rng, 2, base=(3, 3)))
    hair = _ridge(warp(fbm(shape, rng, 2, base=(5, 5)), du * 0.6, dv * 0.6), 0.03) * smoothstep(
        0.3, 1.6, fbm(shape, rng, 2, base=(4, 4))
    )
    halo = _ridge(slant, 0.25) * smoothstep(-0.3, 1.2, fbm(shape, rng, 2, base=(2, 2)))
    veins = np.clip(0.75 * main + 0.5 * second + 0.4 * hair, 0, 1) * amount
    clouds = np.clip(0.35 + 0.25 * warp(fbm(shape, rng, 5, base=(3, 3), gain=0.55), du, dv) + 0.3 * halo, 0, 1)
    rgb = mix(mix(colour(body), colour(cloud), clouds), colour(vein), veins)
    honed = len(args) > 1 and args[1] == "honed"
    return Material(
        tint(rgb, 1 + 0.008 * fbm(shape, rng, 3, base=(60, 60))),
        roughness=0.38 if honed else rough,
        tile_m=(1.5, 1.5),
        ior=1.5,
        coat=0.0 if honed else 0.15,
    )


def _travertine(rng: np.random.Generator) -> Material:
    shape = (512, 512)
    _v, _ = grid(shape)
    bands = fbm(shape, rng, 4, base=(16, 1.5), gain=0.6)
    fine = fbm(shape, rng, 3, base=(60, 6))
    bands = warp(bands, 0, fbm(shape, rng, 2, base=(2, 2)) * 5)
    holes = smoothstep(1.9, 2.5, warp(fbm(shape, rng, 3, base=(42, 14)), 0, bands * 3) + 0.35 * bands)
    rgb = mix(colour("#d8c8ae"), colour("#b89f7d"), np.clip(0.35 + 0.28 * bands + 0.08 * fine, 0, 1))
    return Material(
        tint(rgb, (1 - 0.45 * holes) * (1 + 0.02 * fine)),
        roughness=np.clip(0.40 + 0.3 * holes + 0.03 * bands, 0.2, 0.9).astype(np.float32),
        tile_m=(0.9, 0.9),
        bump=(-0.0012 * holes).astype(np.float32),
    )


def stone(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``stone[:colour]``: fine-grained, honed, speckled."""
    base = colour(args[0] if args else "#a59c90")
    shape = (384, 384)
    grain = fbm(shape, rng, 3, base=(70, 70))
    cloud = fbm(shape, rng, 4, base=(3, 3))
    specks = smoothstep(2.2, 3.0, np.abs(fbm(shape, rng, 2, base=(50, 50))))
    return Material(
        tint(base, 1 + 0.05 * grain + 0.06 * np.tanh(cloud) - 0.22 * specks, warm=0.02 * np.tanh(cloud)),
        roughness=np.clip(0.62 + 0.05 * grain, 0.4, 0.9).astype(np.float32),
        tile_m=(0.6, 0.6),
        bump=(5e-5 * grain).astype(np.float32),
    )


def concrete(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``concrete[:colour]``: clouded, trowelled, with pinholes."""
    base = colour(args[0] if args else "#9a9690")
    shape = (512, 512)
    cloud = fbm(shape, rng, 5, base=(2.5, 2.5), gain=0.6)
    fine = fbm(shape, rng, 3, base=(60, 60))
    f1, _, ids = cells(shape, rng, 900)
    size = rng.uniform(0, 1, int(ids.max()) + 1)[ids]
    holes = smoothstep(0.0, 0.06, 0.16 * (size - 0.75) * 4 - f1)
    return Material(
        tint(base, (1 + 0.09 * np.tanh(cloud) + 0.025 * fine) * (1 - 0.4 * holes), warm=0.015 * np.tanh(-cloud)),
        roughness=np.clip(0.68 + 0.06 * np.tanh(cloud) + 0.04 * fine, 0.4, 0.95).astype(np.float32),
        tile_m=(0.8, 0.8),
        bump=(2e-5 * fine - 6e-4 * holes).astype(np.float32),
    )


def ceramic(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``ceramic[:colour][,glazed|matt|speckled|reactive|ribbed]``; ribs run round a pot (along u)."""
    base = colour(args[0] if args else "#dcd6cb")
    finish = args[1] if len(args) > 1 else "matt"
    if finish not in ("glazed", "matt", "speckled", "reactive", "ribbed"):
        raise OptionError(f"unknown ceramic finish {finish!r}; known: glazed, matt, speckled, reactive, ribbed")
    shape = (256, 256)
    v, _ = grid(shape)
    cloud, fine = fbm(shape, rng, 3, base=(3, 3)), fbm(shape, rng, 3, base=(40, 40))
    shade = 1 + 0.025 * np.tanh(cloud) + 0.012 * fine
    rough: float | Array = 0.5 + 0.04 * fine
    bump = 3e-5 * fine + 6e-5 * cloud
    coat = 0.0
    if finish == "glazed":
        rough, coat, bump = 0.12, 0.4, 8e-5 * cloud
    elif finish == "speckled":
        f1, _, ids = cells(shape, rng, 700)
        size = rng.uniform(0, 1, int(ids.max()) + 1)[ids]
        shade = shade * (1 - 0.6 * smoothstep(0.0, 0.05, 0.5 * (size - 0.7) - f1))
        rough = 0.36 + 0.03 * fine
    elif finish == "reactive":
        streak = fbm(shape, rng, 4, base=(3, 10))
        shade = shade * (1 + 0.22 * np.tanh(streak))
        rough, coat = 0.18, 0.3
    elif finish == "ribbed":
        ribs = np.abs(np.sin(np.pi * v * 24)) ** 0.7
        shade, bump = shade * (0.78 + 0.22 * ribs), 1.6e-3 * ribs
    return Material(
        tint(base, shade, warm=0.012 * np.tanh(cloud)),
        roughness=np.clip(rough, 0.08, 0.8).astype(np.float32) if isinstance(rough, np.ndarray) else rough,
        tile_m=(0.24, 0.24),
        bump=bump.astype(np.float32),
        coat=coat,
    )


def terracotta(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``terracotta[:colour]``: unglazed clay with pale bloom."""
    base = colour(args[0] if args else "#ad6c50")
    shape = (256, 256)
    cloud, fine = fbm(shape, rng, 5, base=(3, 3)), fbm(shape, rng, 3, base=(40, 40))
    bloom = smoothstep(-0.8, 2.6, cloud)
    rgb = mix(base, colour("#d8c3b2"), 0.16 * bloom)
    light = linear(rgb) * (1 + 0.05 * fine + 0.03 * np.tanh(fbm(shape, rng, 3, base=(16, 2))))[..., None]
    return Material(
        to_uint8(light),
        roughness=np.clip(0.78 + 0.05 * fine, 0.5, 0.95).astype(np.float32),
        tile_m=(0.3, 0.3),
        bump=(6e-5 * fine).astype(np.float32),
    )
