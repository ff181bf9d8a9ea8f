"""The photo's grain, brought back where copying between pixels has averaged it, and where light alone was filled in."""

from __future__ import annotations

import numpy as np

from ..types import Array

MOST = 8.0
"""Levels of sRGB (0..255): stronger is texture, which is not imitated by noise."""
KEPT = 0.87
"""Share of white noise's sigma that is left after a Gaussian of sigma 1 was taken from it."""
QUIET, DEVIATES = 25, 0.319
"""Percentile of the detail that grain is told from, structure being in what is stronger; and of a standard normal
variable's size. Judged by the walls that holes hide: from the 40th on, compressed photos get too much."""


def grain(picture: Array, where: Array) -> float:
    """Sigma of the grain in levels, from the finest detail of the quieter part of ``where`` (bool HxW), pixels that are
    clipped left out; 0 if unknown."""
    unclipped = (picture.max(2) < 255) & (picture.min(2) > 0)
    if (where & unclipped).sum() < 64:
        return 0.0
    detail = _fine(picture)[where & unclipped]
    return min(float(np.percentile(detail, QUIET)) / DEVIATES / KEPT, MOST)


def _fine(picture: Array) -> Array:
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.0))


def regrain(picture: Array, filled: Array, known: Array, bare: Array) -> None:
    """Add to ``filled`` (bool HxW of uint8 ``picture``, in place) the grain that ``known`` has more than it.

    ``bare``: pixels of ``filled`` without texture, which take the whole grain. The noise is the same at every call.
    """
    target = grain(picture, known)
    have = grain(picture, filled & ~bare)
    lack = np.sqrt(max(target**2 - have**2, 0.0))
    ys, xs = np.nonzero(filled)
    sigma = np.where(bare[ys, xs], target, lack)
    if not sigma.any():
        return
    noise = np.random.default_rng(0).normal(0, 1, (len(ys), 1)).astype(np.float32)
    colours = np.random.default_rng(1).normal(0, 0.35, (len(ys), 3)).astype(np.float32)
    noisy = picture[ys, xs] + (noise + colours) * sigma[:, None]
    picture[ys, xs] = np.clip(noisy + 0.5, 0, 255).astype(np.uint8)
