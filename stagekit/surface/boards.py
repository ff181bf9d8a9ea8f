"""Wooden boards for a floor that shows too little of its own: their light and shade alone, in the floor's own tone."""

from __future__ import annotations

import numpy as np

from ..types import Array
from .finish import Covering
from .lay import Plane, laid
from .pieces import sheet

WOOD = "wood:oak,matt"
LONG = 10
"""A board's length over its width; none is shorter than SHORTEST_M."""
SHORTEST_M = 0.9
DARK = 0.004
"""Added before the logarithm, as the picture's own light has it."""


def boards(matrix: Array, width_m: float, box: tuple[int, int, int, int], wanted: Array) -> Array:
    """float32 (h, w, 3): log light of boards of oak about its mean, of a robust sigma of 1 where ``wanted`` (bool (h, w)).

    ``matrix`` (3, 3): pixels (u, v, 1) to homogeneous metres along and across the boards, a joint at 0; ``box`` (top,
    bottom, left, right) in pixels.
    """
    covering = Covering("boards", WOOD, "planks", (max(SHORTEST_M, LONG * width_m), width_m), 0.002, "#2b211a", 0.10)
    log = np.log(laid(sheet(covering), Plane(matrix), box, wanted) + DARK)
    if not wanted.any():
        return log
    seen = log[wanted]
    grey = seen.mean(1)
    sigma = 1.48 * float(np.median(np.abs(grey - np.median(grey))))
    return np.asarray((log - seen.mean(0)) / max(sigma, 1e-3), np.float32)
