"""Furniture families as data: what exists, its true sizes, its slots, and the function that builds it.

A family's build function takes true outer dimensions and style parameters and gives parts:
``build(size_m, params, generator) -> list[Part]``, in the local frame of ``mesh`` (base centre at the origin, front +Z),
filling ``size_m`` (width x, height y, depth z) to within a centimetre.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Literal

import numpy as np

from ..errors import OptionError
from ..types import Placement
from .mesh import Part

Size = tuple[float, float, float]
Build = Callable[[Size, Mapping[str, Any], np.random.Generator], list[Part]]
Stands = Literal["floor", "rug", "wall", "ceiling", "top"]
"""What a piece stands on or hangs from; ``top`` is another piece's top (a lamp on a nightstand)."""


@dataclass(frozen=True)
class Family:
    """``sizes``: named true sizes in metres (width, height, depth), the first is the default.
    ``slots``: material slot -> default spec. ``params``: parameter -> the values that it takes (first is the default)
    or a (low, high) pair of floats with the default between. ``top_m``: height of its usable top, as a share of its
    height, or None."""

    name: str
    build: Build
    sizes: Mapping[str, Size]
    slots: Mapping[str, str]
    params: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    stands: Stands = "floor"
    top: float | None = None

    @property
    def default_size(self) -> Size:
        return next(iter(self.sizes.values()))


MODULES = {
    # family -> module of stagekit.interior.furniture whose FAMILIES table has it
    **dict.fromkeys(("sofa", "sectional", "loveseat", "armchair", "pouf"), "seating"),
    **dict.fromkeys(("bed",), "bed"),
    **dict.fromkeys(("rug",), "rug"),
    **dict.fromkeys(("curtain", "throw_pillow", "throw"), "textile"),
    **dict.fromkeys(("bench", "dining_chair", "office_chair"), "chair"),
    **dict.fromkeys(("coffee_table", "side_table", "dining_table", "desk"), "table"),
    **dict.fromkeys(("tv_console", "sideboard", "dresser", "nightstand", "wardrobe"), "cabinet"),
    **dict.fromkeys(("television",), "television"),
    **dict.fromkeys(("bookcase",), "bookcase"),
    **dict.fromkeys(("floor_lamp", "table_lamp", "pendant"), "lamp"),
    **dict.fromkeys(("plant",), "plant"),
    **dict.fromkeys(("art", "wall_mirror"), "art"),
    **dict.fromkeys(("books", "vase", "bowl", "tray", "candle"), "decor"),
}


@cache
def family(name: str) -> Family:
    """The family of that name. Raises OptionError with the names that exist."""
    if name not in MODULES:
        raise OptionError(f"unknown furniture family {name!r}; known: {', '.join(sorted(MODULES))}")
    return import_module(f"stagekit.interior.furniture.{MODULES[name]}").FAMILIES[name]


def build(placement: Placement) -> list[Part]:
    """The placement's parts in the world frame; slots are the family's, worn materials come from ``slot_specs``."""
    fam = family(placement.family)
    unknown = set(placement.params) - set(fam.params)
    if unknown:
        raise OptionError(f"{fam.name} has no parameter {sorted(unknown)}; it takes {sorted(fam.params)}")
    params = {k: v[0] for k, v in fam.params.items()} | dict(placement.params)
    rng = np.random.default_rng([placement.seed, *fam.name.encode()])
    return [p.transformed(placement.matrix) for p in fam.build(placement.size_m, params, rng)]


def slot_specs(placement: Placement) -> dict[str, str]:
    """Material spec of each slot: the family's defaults, overridden by the placement's."""
    fam = family(placement.family)
    unknown = set(placement.materials) - set(fam.slots)
    if unknown:
        raise OptionError(f"{fam.name} has no material slot {sorted(unknown)}; it has {sorted(fam.slots)}")
    return {**fam.slots, **placement.materials}
