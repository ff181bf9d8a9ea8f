"""Line backends that need no weights. ``lsd``: straight segments, faint ones too. ``canny``: edges, and their segments."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import OptionError
from ..types import Array, Image, LineSet

WORK = 1440
"""Long side in pixels at which lines are looked for: finer ones are texture, and control images are smaller."""


class Lsd:
    """LSD (von Gioi et al. 2010), twice: as the picture is, and with local contrast evened out.

    ``min_length``: share of the longer side; ``limit``: at most so many, the longest.
    """

    name = "lsd"
    licence = "Apache-2.0"

    def __init__(self, *, min_length: float = 0.02, limit: int = 700) -> None:
        _check(self.name, min_length, limit)
        self.min_length, self.limit = min_length, limit

    def open(self, runtime: Any = None) -> Lsd:
        """Nothing to load."""
        return self

    def __call__(self, image: Image) -> LineSet:
        from ..room.lines import detect_lines, lengths

        grey, k = grey_at(image.array, WORK)
        found = detect_lines(grey, min_length=self.min_length * max(grey.shape), limit=self.limit)
        long = lengths(found)
        scores = long / max(float(long.max(initial=0.0)), 1e-9)
        return LineSet(found / k, image.size, scores, detector=self.name)


class CannyLines:
    """Canny (1986) edges with thresholds from the picture's own contrast; segments are fitted to the edges' chains.

    ``low`` and ``high``: gradient thresholds, 0 to 255; left out, 0.4 and 1 of Otsu's threshold on the gradient.
    ``blur``: sigma in pixels before the gradient. The control image is the edge map, one pixel wide.
    """

    name = "canny"
    licence = "Apache-2.0"

    def __init__(
        self,
        *,
        low: float | None = None,
        high: float | None = None,
        blur: float = 1.0,
        min_length: float = 0.02,
        limit: int = 700,
    ) -> None:
        _check(self.name, min_length, limit)
        if (low is None) != (high is None):
            raise OptionError("canny: give low and high together, or neither")
        if low is not None and high is not None and not 0 <= low <= high <= 1024:
            raise OptionError(f"canny: expected 0 <= low <= high <= 1024, got {low} and {high}; try 100 and 200")
        self.low, self.high, self.blur, self.min_length, self.limit = low, high, blur, min_length, limit

    def open(self, runtime: Any = None) -> CannyLines:
        """Nothing to load."""
        return self

    def __call__(self, image: Image) -> LineSet:
        import cv2

        from ..room.edges import chains_to_segments

        grey, k = grey_at(image.array, WORK)
        soft = cv2.GaussianBlur(grey, (0, 0), self.blur) if self.blur > 0 else grey
        low, high = (self.low, self.high) if self.low is not None and self.high is not None else thresholds(soft)
        edges = cv2.Canny(soft, low, high, L2gradient=True)
        found = chains_to_segments(edges, shortest=self.min_length * max(grey.shape), limit=self.limit)
        return LineSet(found / k, image.size, edges=edge_map(edges, image.size), detector=self.name)


def _check(name: str, min_length: float, limit: int) -> None:
    if not 0 < min_length < 1:
        raise OptionError(f"{name}: min_length is a share of the longer side, 0 to 1, got {min_length}; try 0.02")
    if limit < 1:
        raise OptionError(f"{name}: limit must be at least 1, got {limit}")


def grey_at(array: Array, longest: int) -> tuple[Array, float]:
    """uint8 grey at most ``longest`` pixels long, and its pixels for one of the photo's."""
    import cv2

    k = min(1.0, longest / max(array.shape[:2]))
    size = max(1, round(array.shape[1] * k)), max(1, round(array.shape[0] * k))
    small = cv2.resize(array, size, interpolation=cv2.INTER_AREA) if k < 1 else array
    return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), k


def thresholds(grey: Array) -> tuple[float, float]:
    """Canny's two thresholds: 0.4 and 1 of Otsu's on the gradient, so that dim and hard photos give as many edges."""
    import cv2

    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    gradient = np.hypot(dx, dy)
    scaled = np.clip(gradient, 0, 255).astype(np.uint8)
    otsu = float(cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0])
    high = min(max(otsu, 30.0), 220.0)
    return 0.4 * high, high


def edge_map(edges: Array, size: tuple[int, int]) -> Array:
    """The edge map at the photo's size."""
    import cv2

    if (edges.shape[1], edges.shape[0]) == size:
        return edges
    return cv2.resize(edges, size, interpolation=cv2.INTER_LINEAR)
