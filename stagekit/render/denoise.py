"""Open Image Denoise on linear pictures."""

from __future__ import annotations

import numpy as np

from ..errors import MissingPackageError
from ..types import Array


def denoise(colour: Array, albedo: Array | None = None, normal: Array | None = None, *, quality: str = "high") -> Array:
    """float32 HxWx3 of linear ``colour``, cleaned; ``albedo`` (0..1) and ``normal`` (-1..1) guide its edges.

    Raises MissingPackageError without pyoidn.
    """
    try:
        import pyoidn
    except ImportError as error:
        raise MissingPackageError('denoising needs pyoidn; install it with: pip install "stagekit[render]"') from error

    def clean(a: Array, low: float, high: float) -> Array:
        return np.ascontiguousarray(np.clip(np.nan_to_num(a, nan=0.0, posinf=high, neginf=low), low, high), np.float32)

    return np.asarray(
        pyoidn.denoise(
            clean(colour, 0, 1e4),
            None if albedo is None else clean(albedo, 0, 1),
            None if normal is None else clean(normal, -1, 1),
            hdr=True,
            quality=quality,
        )
    )
