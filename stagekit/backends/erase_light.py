"""``roomfill.v1``: ``planar.v1`` told by a small embedded network how light goes on behind the hole; in onnxruntime."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..assets.store import tensors
from ..errors import BackendError
from ..inpaint.foresight import Foresee
from ..inpaint.regions import CEILING, DOOR, FLOOR, WALL, WINDOW
from ..models.roomfill_arch import GUIDES, SIDE, STRIDE, filled
from ..types import Array, Image, Layout, Mask, Segments
from .erase import PlanarV1
from .onnx import session

BEHIND = ((FLOOR,), (WALL, WINDOW, DOOR), (CEILING,))
"""The layout's surfaces that are, behind the hole, each of the network's (``roomfill_arch.GUIDES``)."""

BRIGHTER = 1.07
"""Factor on the answer behind the hole (sRGB values). Photos do not tell the network that what stands in a room takes its
light: in the closed loop (27 rooms) it answers too dark by a median 0.13 of log light; 24 rooms come nearer with this, and
both halves of them gain."""


class RoomFillV1(PlanarV1):
    """Texture copied along each plane of the layout, under light that a network foresees and the hole's rim corrects.

    ``work``: as of ``planar.v1``. ``weights``: a file or folder instead of the embedded ones. ``threads``: onnxruntime's.
    """

    name = "roomfill.v1"

    def __init__(
        self, *, work: int = 512, weights: str | os.PathLike[str] | None = None, threads: int | None = None
    ) -> None:
        super().__init__(work=work)
        self.weights, self.threads = weights, threads
        self._session: Any = None

    def open(self, runtime: Any = None) -> RoomFillV1:
        """Read the weights and build the session (0.1 s). Raises WeightsError."""
        super().open(runtime)
        if self._session is None:
            from ..models.graph import roomfill

            self._session = session(roomfill(tensors(self.name, self.weights)), self.threads)
        return self

    def close(self) -> None:
        self._session = None

    def __call__(self, image: Image, hole: Mask, **known: Any) -> Image:
        """The picture with ``hole`` filled; without a layout or segments as ``planar.v1`` does it."""
        if self._session is None:
            raise BackendError(f"{self.name} is not open; call open() first")
        return super().__call__(image, hole, **known)

    def _foresight(self) -> Foresee:
        return self.foresee

    def foresee(self, photo: Array, hole: Array, layout: Layout, segments: Segments) -> Array:
        """uint8 (128, 128, 3) sRGB, cells over the whole photo (uint8 HxWx3): the room without what is in the ``hole``
        (bool HxW), blurred. The mean of the network's looks at the photo and at its mirror image."""
        given, fill = network_input(photo, hole, layout, segments)
        plain, mirrored = (
            self._session.run(None, {"image": np.ascontiguousarray(x)})[0] for x in (given, given[..., ::-1])
        )
        base, gap = (
            maps.reshape(1, -1, SIDE // STRIDE, STRIDE, SIDE // STRIDE, STRIDE).mean((3, 5))
            for maps in (fill, given[:, 3])
        )
        told = ((base + (plain + mirrored[..., ::-1]) / 2) * (1 + (BRIGHTER - 1) * gap))[0].transpose(1, 2, 0)
        return (np.clip(told, 0, 1) * 255 + 0.5).astype(np.uint8)


def network_input(photo: Array, hole: Array, layout: Layout, segments: Segments) -> tuple[Array, Array]:
    """float32 (1, 7, 256, 256) as ``roomfill_arch.INPUTS`` has it, and the smooth fill in it (1, 3, 256, 256), sRGB 0..1.

    What surfaces are seen the segments tell; what is hidden, the layout.
    """
    import cv2

    def cells(a: Array) -> Array:
        return np.asarray(cv2.resize(a.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA))

    def share(classes: tuple[str, ...]) -> Array:
        wanted = [k for k, c in enumerate(segments.classes) if c in classes]
        if segments.probabilities is None:
            return cells(np.isin(segments.labels, wanted))
        return np.asarray(cv2.resize(segments.probabilities[wanted].astype(np.float32).sum(0), (SIDE, SIDE)))

    picture = cv2.resize(photo, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32).transpose(2, 0, 1) / 255
    gap = (cells(hole) > 0).astype(np.float32)
    surfaces = cv2.resize(layout.surfaces(), (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_NEAREST)
    told = [
        np.where(gap > 0, cells(np.isin(surfaces, behind)), share(classes))
        for behind, classes in zip(BEHIND, GUIDES, strict=True)
    ]
    fill = filled(picture[None], 1 - gap[None, None])
    return np.concatenate([fill * 2 - 1, gap[None, None], np.stack(told)[None]], 1).astype(np.float32), fill
