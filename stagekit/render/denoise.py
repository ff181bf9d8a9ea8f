"""Open Image Denoise on linear pictures."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import numpy as np

from ..registry import need
from ..types import Array


def denoise(colour: Array, albedo: Array | None = None, normal: Array | None = None, *, quality: str = "high") -> Array:
    """float32 HxWx3 of linear ``colour``, cleaned; ``albedo`` (0..1) and ``normal`` (-1..1) guide its edges.

    Raises MissingPackageError without pyoidn.
    """
    try:
        pyoidn = _pyoidn()
    except ImportError as error:
        raise need("pyoidn", "denoising") from error

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


def _pyoidn() -> Any:
    """pyoidn, imported without torch: it looks for it although arrays need none, which costs seconds and 200 MB."""
    if "torch" in sys.modules or "pyoidn" in sys.modules:
        return import_module("pyoidn")
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        return import_module("pyoidn")
    finally:
        del sys.modules["torch"]
