"""The stages: verbs that read a scene's fields and write others. Each is thin and calls a backend."""

from .arrange import Arrange
from .depth import EstimateDepth
from .describe import Describe
from .erase import Erase
from .furnish import Furnish
from .layout import EstimateLayout
from .lines import DetectLines
from .material import SwapMaterial
from .refine import Refine
from .room import ClassifyRoom
from .segment import Segment

__all__ = [
    "Arrange",
    "ClassifyRoom",
    "Describe",
    "DetectLines",
    "Erase",
    "EstimateDepth",
    "EstimateLayout",
    "Furnish",
    "Refine",
    "Segment",
    "SwapMaterial",
]
