"""Backends of ``SwapMaterial``. ``intrinsic.v1``: albedo exchanged in the photo's own light, with nothing to download.

A backend for other models (intrinsic decomposition, prompt-driven diffusion) is a class with `MaterialBackend`'s two
methods, registered under ``material/NAME``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ..types import Image, Layout, Mask, Segments


class MaterialBackend(Protocol):
    """What ``SwapMaterial`` calls. Pixels outside the surfaces must come back as they were."""

    def open(self, runtime: Any = None) -> Any:
        """Load what is needed. Raises BackendError."""

    def __call__(
        self,
        image: Image,
        wishes: Sequence[Any],
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        seed: int = 0,
        progress: Callable[[float, str], None] | None = None,
    ) -> tuple[Image, Mask]:
        """The picture with every wish (`stagekit.surface.wish.Wish`) fulfilled, and the mask of the surfaces. Raises
        InputError for a surface that the photo does not show."""


class IntrinsicV1:
    """Masks by minimum cut and colour lines, albedo from the room's whites, coverings in metric floor coordinates.

    ``bounce`` 0..1: how much of the change comes in the light that repainted walls, floor and ceiling throw back, onto each
    other and themselves (1: all of it, as in a real room; 0: the paint keeps the photo's level).
    """

    name = "intrinsic.v1"
    licence = "Apache-2.0"

    def __init__(self, *, bounce: float = 1.0) -> None:
        from ..errors import OptionError

        if not isinstance(bounce, (int, float)) or not 0 <= bounce <= 1:
            raise OptionError(f"intrinsic.v1: bounce must be 0 to 1, got {bounce!r}")
        self.bounce = float(bounce)

    def open(self, runtime: Any = None) -> IntrinsicV1:
        """Nothing to load; imports the numerical packages now rather than in the first photo."""
        import cv2  # noqa: F401
        import scipy.sparse.csgraph  # noqa: F401

        return self

    def close(self) -> None:
        """Nothing is held between calls."""

    def __call__(
        self,
        image: Image,
        wishes: Sequence[Any],
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        seed: int = 0,
        progress: Callable[[float, str], None] | None = None,
    ) -> tuple[Image, Mask]:
        """The changed picture and the mask of the surfaces, soft edges included."""
        from ..surface.swap import swap

        array, changed = swap(
            image, wishes, segments=segments, layout=layout, seed=seed, bounce=self.bounce, progress=progress
        )
        return image.with_array(array), Mask(changed)
