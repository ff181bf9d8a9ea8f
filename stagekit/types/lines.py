"""Straight lines and edges of a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import InputError
from .pictures import Array, Picture, frozen

UPRIGHT_DEG = 12.0
"""Lines within this of the picture's vertical count as upright; within this of its horizontal as level."""
DIRECTIONS = ("upright", "level", "sloping")


@dataclass(frozen=True, eq=False)
class LineSet(Picture):
    """``segments`` float32 (N, 4): x0, y0, x1, y1 in pixels of a picture of ``size`` (width, height); the centre of the
    top left pixel is (0.5, 0.5). ``scores`` optional float32 (N,), 0 to 1.

    ``edges`` optional uint8 HxW: the detector's own edge map (Canny, HED), white on black. ``control`` is what a
    ControlNet of that detector was trained on: the edge map where there is one, else the segments drawn.
    """

    segments: Array
    size: tuple[int, int]
    scores: Array | None = None
    edges: Array | None = field(default=None, repr=False)
    detector: str = ""

    def __post_init__(self) -> None:
        s = np.asarray(self.segments, dtype=np.float32)
        if s.ndim != 2 or s.shape[1] != 4 or not np.isfinite(s).all():
            raise InputError(f"expected finite segments (N, 4) of x0, y0, x1, y1 in pixels, got shape {s.shape}")
        width, height = self.size
        if width < 1 or height < 1:
            raise InputError(f"expected the picture's size (width, height) in pixels, got {self.size}")
        object.__setattr__(self, "segments", frozen(np.ascontiguousarray(s)))
        if self.scores is not None:
            scores = np.asarray(self.scores, dtype=np.float32)
            if scores.shape != (len(s),):
                raise InputError(f"expected one score for each of the {len(s)} segments, got shape {scores.shape}")
            object.__setattr__(self, "scores", frozen(scores))
        if self.edges is not None:
            e = np.asarray(self.edges)
            if e.dtype != np.uint8 or e.shape != (height, width):
                raise InputError(f"expected edges uint8 {(height, width)}, got {e.dtype} {e.shape}")
            object.__setattr__(self, "edges", frozen(np.ascontiguousarray(e)))

    def __len__(self) -> int:
        return len(self.segments)

    @property
    def array(self) -> Array:  # type: ignore[override]
        return self.segments

    @property
    def lengths(self) -> Array:
        """float32 (N,), pixels."""
        return np.hypot(self.segments[:, 2] - self.segments[:, 0], self.segments[:, 3] - self.segments[:, 1])

    @property
    def directions(self) -> Array:
        """uint8 (N,), index into ``DIRECTIONS``."""
        d = np.abs(self.segments[:, 2:] - self.segments[:, :2])
        slope = np.tan(np.radians(UPRIGHT_DEG))
        return np.where(d[:, 0] <= slope * d[:, 1], 0, np.where(d[:, 1] <= slope * d[:, 0], 1, 2)).astype(np.uint8)

    @cached_property
    def control(self) -> Array:
        """uint8 HxW, white on black, for a ControlNet."""
        if self.edges is not None:
            return self.edges
        from ..display import draw_segments

        return frozen(draw_segments(self.segments, self.size))

    def preview(self, image: Any = None) -> Array:
        """uint8 HxWx3: segments coloured by direction, with a legend; over ``image`` where one is given."""
        from ..display import lines_preview

        return lines_preview(self, image)
