"""Wooden boards for a floor that shows too little of its own: their light and shade alone, in the floor's own tone."""

from __future__ import annotations

import numpy as np

from ..types import Array
from .colour import linear
from .finish import Covering
from .lay import Plane, laid
from .pieces import sheet

WOOD = "wood:oak,matt"
LONG = 10
"""A board's length over its width; none is shorter than SHORTEST_M."""
SHORTEST_M = 0.9
COARSE = 5
"""Texels of a board's sheet on a side over which its spread is taken: about 8 mm."""
MOST = 3.0
"""Sigmas that the darkest joint lies off the mean at most."""
DARK = 0.004
"""Added before the logarithm, as the picture's own light has it."""


def boards(matrix: Array, width_m: float, box: tuple[int, int, int, int], wanted: Array) -> Array:
    """float32 (h, w, 3): log light of boards of oak about its mean, of a robust sigma of 1 over a whole floor,
    where ``wanted`` (bool (h, w)).

    ``matrix`` (3, 3): pixels (u, v, 1) to homogeneous metres along and across the boards, a joint at 0; ``box`` (top,
    bottom, left, right) in pixels.
    """
    import cv2

    covering = Covering("boards", WOOD, "planks", (max(SHORTEST_M, LONG * width_m), width_m), 0.002, "#2b211a", 0.10)
    flat = sheet(covering)
    size = (max(1, flat.albedo.shape[1] // COARSE), max(1, flat.albedo.shape[0] // COARSE))
    whole = np.log(cv2.resize(linear(flat.albedo), size, interpolation=cv2.INTER_AREA) + DARK)
    grey = whole.mean(2)
    sigma = 1.48 * float(np.median(np.abs(grey - np.median(grey))))
    log = np.log(laid(flat, Plane(matrix), box, wanted) + DARK)
    return np.asarray(np.clip((log - whole.mean((0, 1))) / max(sigma, 1e-3), -MOST, MOST), np.float32)
