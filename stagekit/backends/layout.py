"""Layout backends. ``manhattan.v1``: geometry from lines, and surfaces from a segmentation where there is one."""

from __future__ import annotations

from typing import Any

from ..types import Image, Layout, Segments


class ManhattanV1:
    """Camera from vanishing points, walls by dynamic programming; no weights of its own.

    Options are those of `stagekit.room.estimate.estimate_layout`: ``focal_px``, ``camera_height_m``, ``floor_px``,
    ``ceiling_height_m``; each is taken as true where given.
    """

    name = "manhattan.v1"

    def __init__(
        self,
        *,
        focal_px: float | None = None,
        camera_height_m: float | None = None,
        floor_px: Any = None,
        ceiling_height_m: float | None = None,
    ) -> None:
        self.options = {
            "focal_px": focal_px,
            "camera_height_m": camera_height_m,
            "floor_px": floor_px,
            "ceiling_height_m": ceiling_height_m,
        }

    def open(self, runtime: Any = None) -> ManhattanV1:
        """Nothing to load; imports the numerical packages now rather than in the first photo."""
        import cv2  # noqa: F401
        import scipy.optimize  # noqa: F401
        import shapely  # noqa: F401

        return self

    def __call__(self, image: Image, segments: Segments | None = None) -> Layout:
        """The room in ``image``; ``segments`` with probabilities make it surer. Raises LayoutError."""
        from ..room.doorways import with_doorways
        from ..room.estimate import estimate_layout

        if segments is None:
            return estimate_layout(image, **self.options)
        probabilities, classes = _probabilities(segments)
        layout = estimate_layout(image, probabilities=probabilities, classes=classes, **self.options)
        return with_doorways(layout, image, segments)


def _probabilities(segments: Segments) -> tuple[Any, tuple[str, ...]]:
    """A segmentation's probabilities; labels alone count as fairly sure."""
    import numpy as np

    if segments.probabilities is not None:
        return np.asarray(segments.probabilities, dtype=np.float32), segments.classes
    step = max(1, max(segments.labels.shape) // 256)
    labels = segments.labels[::step, ::step]
    count = len(segments.classes)
    sure = (np.arange(count)[:, None, None] == labels[None]).astype(np.float32)
    return 0.9 * sure + 0.1 / count, segments.classes
