"""What a person points at: points, boxes and masks, one set for each object."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError, OptionError
from ..imaging.masks import find_mask
from ..types import Array, Mask

Size = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Prompt:
    """One object: ``points`` (N, 2) x, y and ``labels`` (N,) 1 on it or 0 off it, ``box`` (4,) x0, y0, x1, y1, all in
    pixels of the photo; ``mask`` bool HxW, a first guess."""

    name: str
    points: Array | None = None
    labels: Array | None = None
    box: Array | None = None
    mask: Array | None = None

    @property
    def bounds(self) -> Array | None:
        """The box, or the mask's."""
        if self.box is not None or self.mask is None:
            return self.box
        rows, columns = np.nonzero(self.mask.any(1))[0], np.nonzero(self.mask.any(0))[0]
        return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)

    @property
    def ambiguous(self) -> bool:
        """One point alone may mean a cushion, the sofa, or the whole group."""
        return self.points is not None and len(self.points) == 1 and self.bounds is None


def read_prompts(
    size: Size, points: Any = None, labels: Any = None, boxes: Any = None, masks: Any = None, names: Any = None
) -> list[Prompt]:
    """Prompts for a photo of ``size`` (width, height).

    ``points``: (x, y), a list of them (one object), or a list of such lists (several objects). ``labels``: the same
    nesting, 1 on the object (the default) and 0 off it. ``boxes``: (x0, y0, x1, y1) or a list. ``masks``: a Mask, an
    array, a path, or a list. ``names``: a name or a list. Given together, they must speak of equally many objects.
    Raises OptionError or InputError.
    """
    given = {
        "points": _points(points, size),
        "boxes": _boxes(boxes, size),
        "masks": _masks(masks, size),
    }
    counts = {k: len(v) for k, v in given.items() if v is not None}
    if not counts:
        raise OptionError("say what you mean: points=[(x, y)], boxes=[(x0, y0, x1, y1)] or masks=...")
    if len(set(counts.values())) > 1:
        raise OptionError(f"points, boxes and masks must speak of equally many objects, got {counts}")
    n = next(iter(counts.values()))
    called = [names] if isinstance(names, str) else list(names) if names is not None else None
    called = called or (["object"] if n == 1 else [f"object_{k}" for k in range(n)])
    if len(called) != n or len(set(called)) != n:
        raise OptionError(f"expected {n} different names, got {called}")
    marks = _labels(labels, given["points"])
    return [
        Prompt(
            called[k], *(None if v is None else v[k] for v in (given["points"], marks, given["boxes"], given["masks"]))
        )
        for k in range(n)
    ]


def _points(points: Any, size: Size) -> list[Array] | None:
    if points is None:
        return None
    try:
        nested = points if np.ndim(points[0]) == 2 or _is_list(points[0]) else [points]
        sets = [np.asarray(p, dtype=np.float32).reshape(-1, 2) for p in nested]
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise OptionError(f"points are (x, y) in pixels, or lists of them; got {points!r}") from error
    for p in sets:
        if not len(p) or not np.isfinite(p).all() or (p < 0).any() or (p > size).any():
            raise InputError(f"points must lie inside the picture of {size[0]}x{size[1]}, got {p.tolist()}")
    return sets


def _is_list(value: Any) -> bool:
    """Whether an entry of ``points`` is itself a list of points."""
    return isinstance(value, Sequence) and bool(value) and np.ndim(value[0]) == 1


def _labels(labels: Any, points: list[Array] | None) -> list[Array] | None:
    if labels is None:
        return None if points is None else [np.ones(len(p), np.int64) for p in points]
    if points is None:
        raise OptionError("labels belong to points; give points as well")
    nested = labels if np.ndim(labels) == 2 or (np.ndim(labels) == 1 and _is_list([labels[0]])) else [labels]
    sets = [np.atleast_1d(np.asarray(v, dtype=np.int64)) for v in nested]
    if [len(v) for v in sets] != [len(p) for p in points] or any(((v != 0) & (v != 1)).any() for v in sets):
        raise OptionError(
            f"one label a point, 1 on the object and 0 off it; got {labels!r} for {sum(map(len, points))} points"
        )
    return sets


def _boxes(boxes: Any, size: Size) -> list[Array] | None:
    if boxes is None:
        return None
    try:
        sets = np.asarray(boxes, dtype=np.float32).reshape(-1, 4)
    except (TypeError, ValueError) as error:
        raise OptionError(f"boxes are (x0, y0, x1, y1) in pixels, or a list of them; got {boxes!r}") from error
    clipped = np.clip(sets, 0, [*size, *size])
    bad = (clipped[:, 2] - clipped[:, 0] < 1) | (clipped[:, 3] - clipped[:, 1] < 1)
    if bad.any() or not len(sets):
        raise InputError(f"boxes must cover part of the picture of {size[0]}x{size[1]}, got {sets[bad].tolist()}")
    return list(clipped.astype(np.float32))


def _masks(masks: Any, size: Size) -> list[Array] | None:
    if masks is None:
        return None
    several = isinstance(masks, (list, tuple)) or (
        isinstance(masks, np.ndarray) and masks.ndim == 3 and masks.shape[2] > 4
    )
    each = list(masks) if several else [masks]
    if any(isinstance(m, str) for m in each):
        raise OptionError("masks are drawn ones here; to sharpen a named class, use Refine(what=...)")
    out = [find_mask(m if isinstance(m, (Mask, os.PathLike)) else np.asarray(m), size).array for m in each]
    if any(not m.any() for m in out) or not out:
        raise InputError("an empty mask points at nothing")
    return out
