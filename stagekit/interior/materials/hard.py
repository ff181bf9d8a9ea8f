"""Metal, paint, glass, mirror, screen, plastic, lampshade and bulb."""

from __future__ import annotations

import numpy as np

from ...errors import OptionError
from ...types import Array
from ..material import Material
from ..texture import colour, fbm, fibres, grid, linear, smoothstep, tint

METALS = {
    # linear reflectance at right angles, roughness, brushed
    "brass": ((0.80, 0.60, 0.29), 0.22, False),
    "brushed_brass": ((0.76, 0.57, 0.29), 0.34, True),
    "gold": ((0.86, 0.62, 0.27), 0.20, False),
    "bronze": ((0.26, 0.17, 0.10), 0.38, False),
    "copper": ((0.84, 0.50, 0.36), 0.22, False),
    "chrome": ((0.60, 0.61, 0.62), 0.06, False),
    "steel": ((0.54, 0.53, 0.51), 0.30, True),
    "nickel": ((0.60, 0.56, 0.50), 0.22, True),
    "iron": ((0.10, 0.095, 0.09), 0.52, False),
}
COATED = {"black": "#2c2b2b", "white": "#dfddd8", "grey": "#77767a"}
SHEEN = {"matt": 0.62, "satin": 0.38, "gloss": 0.14}


def metal(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``metal:name`` (brass, brushed_brass, gold, bronze, copper, chrome, steel, nickel, iron), or powder-coated:
    black, white, grey, ``#rrggbb``. Brushing is faked by streaks along u in roughness and bump."""
    name = args[0] if args else "black"
    shape = (256, 256)
    if name not in METALS:
        try:
            base = colour(COATED.get(name, name))
        except OptionError:
            known = ", ".join(sorted([*METALS, *COATED]))
            raise OptionError(f"unknown metal {name!r}; known: {known}, or a colour as '#rrggbb'") from None
        grain = fbm(shape, rng, 2, base=(60, 60))
        return Material(
            tint(base, 1 + 0.02 * grain),
            roughness=(0.46 + 0.02 * grain).astype(np.float32),
            tile_m=(0.10, 0.10),
            bump=(6e-6 * grain).astype(np.float32),
        )
    rgb, rough, brushed = METALS[name]
    if brushed:
        streaks = fibres(shape, rng, along=2, across=100)
        return Material(
            rgb,
            roughness=np.clip(rough + 0.06 * streaks, 0.12, 0.7).astype(np.float32),
            tile_m=(0.12, 0.06),
            bump=(2.5e-6 * streaks).astype(np.float32),
            metallic=1.0,
        )
    cloud = fbm(shape, rng, 4, base=(3, 3))
    worn = 0.10 if name in ("iron", "bronze") else 0.02
    return Material(
        _metal_tint(rgb, 1 + worn * np.tanh(cloud)) if worn > 0.05 else rgb,
        roughness=np.clip(rough + 0.25 * worn * cloud + 0.01 * cloud, 0.04, 0.8).astype(np.float32),
        tile_m=(0.4, 0.4),
        bump=(4e-5 * fbm(shape, rng, 4, base=(30, 30))).astype(np.float32) if name == "iron" else None,
        metallic=0.7 if name == "iron" else 1.0,
    )


def _metal_tint(rgb: tuple[float, float, float], shade: Array) -> Array:
    from ..texture import to_uint8

    return to_uint8(np.asarray(rgb, np.float32) * shade[..., None])


def paint(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``paint:colour[,matt|satin|gloss]``: lacquer with a faint orange peel."""
    base = colour(args[0] if args else "#e6e3dc")
    sheen = args[1] if len(args) > 1 else "satin"
    if sheen not in SHEEN:
        raise OptionError(f"unknown sheen {sheen!r} of paint; known: {', '.join(SHEEN)}")
    shape = (192, 192)
    peel = fbm(shape, rng, 2, base=(50, 50))
    cloud = fbm(shape, rng, 3, base=(2, 2))
    return Material(
        tint(base, 1 + 0.008 * peel + 0.010 * np.tanh(cloud)),
        roughness=np.clip(SHEEN[sheen] + 0.03 * np.tanh(cloud) + 0.01 * peel, 0.08, 0.8).astype(np.float32),
        tile_m=(0.3, 0.3),
        bump=(4e-6 * peel).astype(np.float32),
        coat=0.3 if sheen == "gloss" else 0.0,
    )


def glass(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``glass[:clear|smoked|amber|green|#rrggbb]``: a thin pane."""
    del rng
    name = args[0] if args else "clear"
    known = {"clear": "#f7faf8", "smoked": "#6b6762", "amber": "#c58f4c", "green": "#8fae9a"}
    if name in known:
        from ..material import hex_rgb

        rgb = linear(np.array(hex_rgb(known[name]), np.float32) / 255)
    else:
        rgb = linear(colour(name))
    return Material((float(rgb[0]), float(rgb[1]), float(rgb[2])), roughness=0.02, transmission=1.0, ior=1.5)


def mirror(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``mirror[:clear|bronze]``: silvered glass."""
    del rng
    name = args[0] if args else "clear"
    rgb = {"clear": (0.86, 0.87, 0.87), "bronze": (0.62, 0.52, 0.42)}
    if name not in rgb:
        raise OptionError(f"unknown mirror {name!r}; known: {', '.join(rgb)}")
    return Material(rgb[name], roughness=0.03, metallic=1.0)


def screen(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``screen``: a television that is off: near black, faintly blue, glossy with an
    anti-reflection coat (panels reflect about 2 %, less than any painted black)."""
    del args, rng
    return Material((0.012, 0.0125, 0.014), roughness=0.12, ior=1.38)


def plastic(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``plastic:colour[,matt|satin|gloss]``: moulded, with a fine texture."""
    base = colour(args[0] if args else "#2c2b2b")
    sheen = args[1] if len(args) > 1 else "satin"
    if sheen not in SHEEN:
        raise OptionError(f"unknown sheen {sheen!r} of plastic; known: {', '.join(SHEEN)}")
    grain = fbm((128, 128), rng, 2, base=(40, 40))
    return Material(
        tint(base, 1 + 0.01 * grain),
        roughness=np.clip(SHEEN[sheen] + 0.06 + 0.02 * grain, 0.1, 0.8).astype(np.float32),
        tile_m=(0.08, 0.08),
        bump=(1e-5 * grain).astype(np.float32),
    )


def shade(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``shade[:colour][,on][,pleated|glass]``: a lampshade's cloth, letting light through; ``on`` glows warmly;
    ``pleated`` has folds across u; ``glass`` is opal glass."""
    flags = {"on", "pleated", "glass"}
    names = [a for a in args if a not in flags]
    base = colour(names[0] if names else "#e2dac9")
    px = (256, 256)
    _v, u = grid(px)
    glow = (0.40, 0.33, 0.24) if "on" in args else None
    if "glass" in args:
        return Material(tuple(float(c) for c in linear(base)), roughness=0.12, translucency=0.4, glow=glow)  # type: ignore[arg-type]
    weave = fibres(px, rng, along=5, across=90) + fibres(px, rng, along=5, across=90).T
    slub = smoothstep(1.2, 2.4, fibres(px, rng, along=4, across=40))
    tone = 1 + 0.035 * weave - 0.05 * slub
    if "pleated" in args:
        fold = np.abs(np.sin(np.pi * u * 16))
        tone = tone * (0.72 + 0.28 * fold)
    return Material(
        tint(base, tone),
        roughness=0.85,
        tile_m=(0.16, 0.16),
        translucency=0.35,
        glow=glow,
    )


def bulb(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``bulb[:warm|neutral|off]``: glows relative to white paper in the room's light."""
    del rng
    name = args[0] if args else "warm"
    glows = {"warm": (5.0, 4.0, 2.7), "neutral": (5.0, 4.7, 4.2), "off": None}
    if name not in glows:
        raise OptionError(f"unknown bulb {name!r}; known: {', '.join(glows)}")
    return Material((0.8, 0.79, 0.76), roughness=0.3, glow=glows[name])
