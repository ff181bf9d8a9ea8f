"""The stages: verbs that read a scene's fields and write others. Each is thin and calls a backend."""

from .arrange import Arrange
from .furnish import Furnish
from .layout import EstimateLayout
from .lines import DetectLines
from .material import SwapMaterial
from .segment import Segment

__all__ = ["Arrange", "DetectLines", "EstimateLayout", "Furnish", "Segment", "SwapMaterial"]
