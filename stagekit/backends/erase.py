"""Backends of ``Erase``. ``planar.v1``: the layout's planes continued, no weights (``roomfill.v1`` in erase_light.py adds a
network that foresees the light). ``lama``: a network, weights of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import BackendError, OptionError
from ..types import Image, Layout, Mask, Segments

if TYPE_CHECKING:
    from ..inpaint.foresight import Foresee

Progress = Callable[[float, str], None]


class EraseBackend(Protocol):
    """What ``Erase`` calls. Pixels outside the hole must come back as they were."""

    def open(self, runtime: Any = None) -> Any:
        """Load what is needed. Raises BackendError."""

    def __call__(
        self,
        image: Image,
        hole: Mask,
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        progress: Progress | None = None,
    ) -> Image:
        """The picture with ``hole`` filled by what may be behind it."""


class PlanarV1:
    """Texture copied along each plane of the layout, under light interpolated across the hole; no weights.

    ``work``: longest side in pixels of the grid on which is decided what goes where; the copy is at the photo's size.
    """

    name = "planar.v1"
    licence = "Apache-2.0"

    def __init__(self, *, work: int = 512) -> None:
        if not isinstance(work, int) or not 128 <= work <= 2048:
            raise OptionError(f"{self.name}: work must be 128 to 2048 pixels, got {work!r}")
        self.work = work

    def open(self, runtime: Any = None) -> PlanarV1:
        """Nothing to load; imports the numerical packages now rather than in the first photo."""
        import cv2  # noqa: F401
        import scipy.sparse.linalg  # noqa: F401

        return self

    def close(self) -> None:
        """Nothing is held between calls."""

    def __call__(
        self,
        image: Image,
        hole: Mask,
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        progress: Progress | None = None,
    ) -> Image:
        """The picture with ``hole`` filled; without a layout the picture is taken as one flat plane."""
        from ..inpaint.planar import fill
        from ..surface.boards import boards

        filled = fill(
            image.array,
            hole.array,
            layout,
            segments,
            work=self.work,
            foresee=self._foresight(),
            lay=boards,
            progress=progress,
        )
        return image.with_array(filled)

    def _foresight(self) -> Foresee | None:
        """Who tells of the light behind the hole; here nobody."""
        return None


class Lama:
    """LaMa (Suvorov et al. 2022) in torch, coarse to fine by tiles. Needs its weights converted to safetensors once:
    ``python -m stagekit.models.lama_convert best.ckpt big-lama.safetensors``.

    ``weights``: that file. ``base``: longest side in pixels at which the whole hole is seen; ``tile``: side of the tiles at
    finer scales.
    """

    name = "lama"
    licence = "Apache-2.0"

    def __init__(self, *, weights: str | os.PathLike[str] | None = None, base: int = 768, tile: int = 768) -> None:
        for key, value in (("base", base), ("tile", tile)):
            if not isinstance(value, int) or not 128 <= value <= 2048 or value % 8:
                raise OptionError(f"lama: {key} must be a multiple of 8 from 128 to 2048 pixels, got {value!r}")
        self.weights, self.base, self.tile = weights, base, tile
        self._network: Any = None
        self._device = "cpu"

    def open(self, runtime: Any = None) -> Lama:
        """Read the weights. Raises MissingPackageError without torch, WeightsError without a proper file."""
        if self._network is None:
            from ..registry import need

            try:
                import torch
            except ImportError as error:
                raise need("torch", "erase/lama") from error
            from ..models.lama import load

            self._device = getattr(runtime, "device", "cpu")
            self._network = load(self.weights).to(torch.device(self._device)).eval()
        return self

    def close(self) -> None:
        self._network = None

    def __call__(
        self,
        image: Image,
        hole: Mask,
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        progress: Progress | None = None,
    ) -> Image:
        """The picture with ``hole`` filled; segments and layout are not asked."""
        if self._network is None:
            raise BackendError("lama is not open; call open() first")
        import torch

        from ..inpaint.pyramid import fill_by_network

        def run(pixels: Any, gaps: Any) -> Any:
            with torch.inference_mode():
                x = torch.from_numpy(pixels).permute(2, 0, 1)[None].to(self._device)
                m = torch.from_numpy(gaps)[None, None].to(self._device)
                return self._network.fill(x, m)[0].permute(1, 2, 0).float().cpu().numpy()

        filled = fill_by_network(image.array, hole.array, run, base=self.base, tile=self.tile, progress=progress)
        return image.with_array(filled)
