"""Dressing pieces: one set of parameters and materials for each family in a scene, so that pieces belong together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...types import Placement
from ..family import Size, family
from ..style import Style, style

ROUND = {"coffee_table": "style", "dining_table": "shape", "rug": "shape", "pouf": "shape"}
"""Families whose parameter of that name can be ``round`` and then needs a size as deep as wide."""


VARIED = ("plant", "art", "books", "vase", "bowl", "tray", "candle")


class Wardrobe:
    """The scene's style, fixed by its seed."""

    def __init__(self, name: str | Style, seed: int) -> None:
        self.outfit = style(name).outfit(seed)
        self.seed = seed
        self._worn: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        self._count = 0

    def rng(self, what: str) -> np.random.Generator:
        """A generator for one purpose, independent of the order of calls."""
        return np.random.default_rng([self.seed, *what.encode()])

    def wants(self, name: str) -> float:
        """How much the style likes an optional piece: 0 to 2."""
        return float(self.outfit.wants.get(name, 1.0))

    def likes(self, name: str) -> bool:
        """A seeded yes or no: always from 1.5 on, never at 0."""
        return bool(self.rng(f"likes {name}").uniform() < self.wants(name) / 1.5 + 1e-9)

    def worn(self, name: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Parameters and materials of a family in this scene: chairs of a room are alike."""
        if name not in self._worn:
            self._worn[name] = self.outfit.dress(name, self.rng(f"dress {name}"))
        return self._worn[name]

    def sizes(self, name: str) -> list[Size]:
        """The family's true sizes that suit the style and its shape here, in a seeded order of liking."""
        fam = family(name)
        allowed = [fam.sizes[s] for s in self.outfit.sizes(name) if s in fam.sizes] or list(fam.sizes.values())
        if name in ROUND:
            is_round = self.worn(name)[0].get(ROUND[name], fam.params[ROUND[name]][0]) == "round"
            fitting = [s for s in fam.sizes.values() if (abs(s[0] - s[2]) < 0.011) == is_round]
            allowed = [s for s in allowed if s in fitting] or allowed
        order = self.rng(f"sizes {name}").permutation(len(allowed))
        return [allowed[i] for i in order]

    def piece(
        self, name: str, size: Size, position: tuple[float, float, float], yaw_deg: float, **params: Any
    ) -> Placement:
        """A placement that wears the scene's style."""
        self._count += 1
        own, materials = self.worn(name)
        if name in VARIED:  # no two vases alike
            own, materials = self.outfit.dress(name, self.rng(f"dress {name} {position}"))
        return Placement(
            name,
            tuple(float(v) for v in size),  # type: ignore[arg-type]
            tuple(float(v) for v in position),  # type: ignore[arg-type]
            float(yaw_deg),
            {**own, **params},
            materials,
            seed=self.seed * 1000 + self._count,
            label=name.replace("_", " "),
        )
