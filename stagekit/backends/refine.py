"""Refine backends: a rough mask in, a sharp one out. ``grabcut.v1`` (embedded); ``sam``, ``sam2``, ``sam3``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import OptionError
from ..types import Array, Image
from .prompts import Prompt
from .sam import Sam, Sam2, Sam3

Told = Callable[[float, str], None]


class GrabCutV1:
    """GrabCut (Rother et al. 2004) in a band about each mask's border: colours inside and outside decide the pixels
    between. ``side``: longer side in pixels at which it works; ``band``: half the band's width, as a share of that;
    ``rounds`` of the algorithm."""

    name = "grabcut.v1"
    licence = "Apache-2.0"

    def __init__(self, *, side: int = 560, band: float = 0.02, rounds: int = 2) -> None:
        if not 64 <= side <= 4096 or not 0.001 <= band <= 0.1 or not 1 <= rounds <= 20:
            raise OptionError(
                f"grabcut.v1: expected side 64 to 4096, band 0.001 to 0.1, rounds 1 to 20, got {side}, {band}, {rounds}"
            )
        self.side, self.band, self.rounds = side, band, rounds

    def open(self, runtime: Any = None) -> GrabCutV1:
        """Nothing to load."""
        import cv2  # noqa: F401

        return self

    def __call__(self, image: Image, masks: Sequence[Array], progress: Told | None = None) -> list[Array]:
        """bool HxW for each of ``masks`` (bool HxW)."""
        import cv2

        k = min(1.0, self.side / max(image.size))
        size = max(8, round(image.width * k)), max(8, round(image.height * k))
        small = cv2.resize(image.array, size, interpolation=cv2.INTER_AREA) if k < 1 else np.array(image.array)
        out = []
        for index, mask in enumerate(masks):
            if progress is not None:
                progress(index / len(masks), f"outline {index + 1} of {len(masks)}")
            rough = cv2.resize(mask.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_AREA) > 0
            sharp = self._cut(small, rough)
            if k < 1:
                large = cv2.resize(sharp.astype(np.float32), image.size, interpolation=cv2.INTER_CUBIC)
                sharp = large > 0.5
            out.append(sharp)
        return out

    def _cut(self, image: Array, mask: Array) -> Array:
        """bool (h, w): inside the band the cut decides, elsewhere the rough mask stays."""
        import cv2

        reach = max(2, round(self.band * max(mask.shape)))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
        m = mask.astype(np.uint8)
        grown = cv2.dilate(m, kernel)
        # things end where the picture ends: its border is no border of theirs
        sure = cv2.erode(m, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)
        window = cv2.dilate(m, kernel, iterations=4) > 0
        if not sure.any() or not (window & (grown == 0)).any():
            return mask
        rows, columns = np.nonzero(window.any(1))[0], np.nonzero(window.any(0))[0]
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        state = np.full(mask.shape, cv2.GC_BGD, np.uint8)
        state[grown > 0] = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD)[grown > 0]
        state[sure > 0] = cv2.GC_FGD
        cut = np.ascontiguousarray(state[part])
        cv2.setRNGSeed(0)  # the colour models start from a random k-means
        cv2.grabCut(
            np.ascontiguousarray(image[part]), cut, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), self.rounds,
            cv2.GC_INIT_WITH_MASK,
        )  # fmt: skip
        out = mask.copy()
        out[part] = (cut == cv2.GC_FGD) | (cut == cv2.GC_PR_FGD)
        return out


class _WithSam(Sam):
    """A segment-anything network given each mask, and its box, as a first guess."""

    needs_prompts = False

    def __call__(  # type: ignore[override]
        self, image: Image, masks: Sequence[Array], progress: Told | None = None
    ) -> list[Array]:
        """bool HxW for each of ``masks`` (bool HxW)."""
        out = []
        for index, mask in enumerate(masks):
            if progress is not None:
                progress(index / len(masks), f"outline {index + 1} of {len(masks)}")
            logits = self.logits(image, [Prompt("object", mask=mask)])[0]
            out.append(self.enlarged(logits, image) > 0)
        return out


class RefineSam(_WithSam):
    """See `sam.Sam`."""


class RefineSam2(_WithSam, Sam2):
    """See `sam.Sam2`."""


class RefineSam3(_WithSam, Sam3):
    """See `sam.Sam3`."""
