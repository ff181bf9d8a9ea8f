"""What a surface looks like: a ``Material`` value, made from a short spec such as ``"wood:oak"``.

A spec is ``kind:argument,argument``; colours are names of the kind's own or ``#rrggbb``. The kinds live in
``stagekit.interior.materials``, each a function ``(arguments, generator) -> Material``; textures are in metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module

import numpy as np

from ..errors import OptionError
from ..types import Array


@dataclass(frozen=True, eq=False)
class Material:
    """A surface for the tracer.

    ``albedo``: uint8 HxWx3 sRGB texture, or three linear floats. ``tile_m``: metres (along u, along v) that the texture
    covers before it repeats; all textures are seamless unless ``tile_m`` is None, which maps 0..1 of UV once
    (printed art). ``roughness``: 0..1, a float or float32 HxW. ``bump``: float32 HxW heights in metres, or None.
    ``metallic`` 0..1, ``sheen`` 0..1 (cloth's soft rim), ``coat`` 0..1 (lacquer), ``ior``;
    ``transmission`` 0..1 (glass), ``translucency`` 0..1 (thin: leaves, lampshades, sheers);
    ``opacity``: float32 HxW cut-out or None; ``glow``: linear RGB emitted relative to white paper in the room's light.
    """

    albedo: Array | tuple[float, float, float]
    roughness: float | Array = 0.6
    tile_m: tuple[float, float] | None = (1.0, 1.0)
    bump: Array | None = field(default=None, repr=False)
    metallic: float = 0.0
    sheen: float = 0.0
    coat: float = 0.0
    ior: float = 1.5
    transmission: float = 0.0
    translucency: float = 0.0
    opacity: Array | None = field(default=None, repr=False)
    glow: tuple[float, float, float] | None = None
    two_sided: bool = True


Maker = Callable[[tuple[str, ...], np.random.Generator], Material]

KINDS: dict[str, str] = {
    # kind -> module of stagekit.interior.materials that has a function of that name
    **dict.fromkeys(("linen", "cotton", "boucle", "velvet", "wool", "leather", "knit", "bedding", "sheer"), "fabric"),
    **dict.fromkeys(("rug_plain", "rug_woven", "rug_border", "rug_kilim", "rug_persian", "rug_lines", "jute"), "rug"),
    **dict.fromkeys(("wood", "rattan", "cane"), "wood"),
    **dict.fromkeys(("marble", "stone", "concrete", "ceramic", "terracotta"), "stone"),
    **dict.fromkeys(("metal", "paint", "glass", "mirror", "screen", "plastic", "shade", "bulb"), "hard"),
    **dict.fromkeys(("leaf", "soil", "paper", "book", "art"), "decor"),
}


def hex_rgb(colour: str) -> tuple[int, int, int]:
    """``"#rrggbb"`` as three ints 0..255. Raises OptionError for anything else."""
    text = colour.strip().lstrip("#")
    try:
        if len(text) != 6:
            raise ValueError
        return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)
    except ValueError:
        raise OptionError(f"expected a colour as '#rrggbb', got {colour!r}") from None


@lru_cache(maxsize=256)
def material(spec: str, seed: int = 0) -> Material:
    """The material of a spec such as ``"linen:#d8cfc0"``; the same spec and seed give the same bytes.

    Raises OptionError for an unknown kind, with the kinds that exist.
    """
    kind, _, rest = spec.partition(":")
    if kind not in KINDS:
        raise OptionError(f"unknown material {kind!r} in {spec!r}; known: {', '.join(sorted(KINDS))}")
    maker: Maker = getattr(import_module(f"stagekit.interior.materials.{KINDS[kind]}"), kind)
    arguments = tuple(a.strip() for a in rest.split(",") if a.strip())
    return maker(arguments, np.random.default_rng([seed, *spec.encode()]))
