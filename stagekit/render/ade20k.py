"""Colours of ADE20K's classes, in which the published segmentation ControlNets read their picture.

Facts of the data set (Zhou et al. 2017, 150 classes): the palette that its authors' colouring code uses.
"""

from __future__ import annotations

COLOURS: dict[str, tuple[int, int, int]] = {
    "wall": (120, 120, 120),
    "floor": (80, 50, 50),
    "ceiling": (120, 120, 80),
    "window": (230, 230, 230),
    "door": (8, 255, 51),
    "bed": (204, 5, 255),
    "cabinet": (224, 5, 255),
    "table": (255, 6, 82),
    "plant": (204, 255, 4),
    "curtain": (255, 51, 7),
    "chair": (204, 70, 3),
    "painting": (255, 6, 51),
    "sofa": (11, 102, 255),
    "mirror": (220, 220, 220),
    "rug": (255, 9, 92),
    "armchair": (8, 255, 214),
    "desk": (10, 255, 71),
    "wardrobe": (7, 255, 255),
    "lamp": (224, 255, 8),
    "cushion": (255, 194, 7),
    "chest of drawers": (6, 51, 255),
    "bookcase": (0, 255, 245),
    "coffee table": (0, 255, 112),
    "book": (255, 163, 0),
    "bench": (194, 255, 0),
    "swivel chair": (10, 0, 255),
    "light": (255, 173, 0),
    "television": (0, 255, 194),
    "ottoman": (255, 153, 0),
    "blanket": (20, 0, 255),
    "vase": (0, 255, 204),
    "tray": (41, 255, 0),
}

SURFACES = ("", "floor", "wall", "ceiling", "window", "door")
"""Class of each value of ``Layout.surfaces()``; the first, nothing, is black."""

FAMILIES = {
    "sofa": "sofa", "sectional": "sofa", "loveseat": "sofa", "armchair": "armchair", "pouf": "ottoman", "bed": "bed",
    "rug": "rug", "curtain": "curtain", "throw_pillow": "cushion", "throw": "blanket", "bench": "bench",
    "dining_chair": "chair", "office_chair": "swivel chair", "coffee_table": "coffee table", "side_table": "table",
    "dining_table": "table", "desk": "desk", "tv_console": "cabinet", "sideboard": "cabinet",
    "dresser": "chest of drawers", "nightstand": "cabinet", "wardrobe": "wardrobe", "television": "television",
    "bookcase": "bookcase", "floor_lamp": "lamp", "table_lamp": "lamp", "pendant": "light", "plant": "plant",
    "art": "painting", "wall_mirror": "mirror", "books": "book", "vase": "vase", "bowl": "vase", "tray": "tray",
    "candle": "vase",
}  # fmt: skip
"""Furniture family -> class; families that are not named count as ``cabinet``."""
