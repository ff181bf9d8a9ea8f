"""A hole in the photo of a room filled plane by plane: texture from elsewhere on the plane, light interpolated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..types import Array, Layout, Segments
from .grain import regrain
from .labels import Choice, choose
from .light import from_log, light, to_log
from .regions import Region, regions, sources
from .shifts import vocabulary
from .transfer import Pyramid, transfer

WORK = 512
"""Longest side in pixels of the working grid, on which shifts are chosen; texture is copied at the photo's size."""
LIGHT_SIGMA = 0.03
"""Blur that separates light from texture, of the working grid's longer side."""

Progress = Callable[[float, str], None]


def fill(
    photo: Array,
    hole: Array,
    layout: Layout | None,
    segments: Segments | None,
    *,
    work: int = WORK,
    progress: Progress | None = None,
) -> Array:
    """uint8 HxWx3: ``photo`` with ``hole`` (bool HxW) replaced by what the layout says is behind it.

    ``layout``: planes; None takes the picture as one flat thing. ``segments``: keeps other objects from being copied.
    Nothing outside ``hole`` changes.
    """
    import cv2

    tell = progress or (lambda fraction, text: None)
    height, width = hole.shape
    k = min(1.0, work / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    scale = (size[0] / width, size[1] / height)
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    gap = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    log = to_log(small)
    coarse = regions(layout, *size)
    fine = {r.name: r for r in regions(layout, width, height)}
    out = photo.copy()
    pyramid = Pyramid(photo)
    everywhere = None
    for number, region in enumerate(coarse):
        tell(number / len(coarse), region.name)
        full = fine.get(region.name)
        target = gap & region.mask
        if full is None or not (hole & full.mask).any():
            continue
        good = sources(region, ~gap, segments)
        if good.sum() < 30:  # nothing of this plane is seen: light alone, from all that is
            if everywhere is None:
                everywhere = light(log, ~gap, LIGHT_SIGMA * max(size))
            lit = everywhere
        else:
            lit = light(log, good, LIGHT_SIGMA * max(size))
        texture = np.where((good | gap)[..., None], log - lit, 0).astype(np.float32)
        choice = _choice(region, texture, good, target)
        (ys, xs), filled, served = transfer(pyramid, full, choice, lit, good, hole & full.mask, scale)
        out[ys, xs] = np.clip(from_log(filled) + 0.5, 0, 255).astype(np.uint8)
        bare = np.zeros_like(hole)
        bare[ys[~served], xs[~served]] = True
        _regrain(out, hole & full.mask, full.mask & ~hole, bare)
    tell(1.0, "")
    return out


def _regrain(out: Array, filled: Array, known: Array, bare: Array) -> None:
    """Grain on the part of the picture that holds the fill, with some of the known around it."""
    ys, xs = np.nonzero(filled)
    margin = 64
    box = np.s_[max(0, ys.min() - margin) : ys.max() + margin, max(0, xs.min() - margin) : xs.max() + margin]
    regrain(out[box], filled[box], known[box], bare[box])


def _choice(region: Region, texture: Array, good: Array, target: Array) -> Choice:
    """Shifts for ``target``; what the plane's lines leave unserved is tried again without them."""
    if good.sum() < 30 or not target.any():
        return Choice(np.full(target.shape, -1, np.int16), np.zeros((0, 2)))
    grey = texture.mean(2)
    first = choose(region, texture, good, target, vocabulary(region, grey, good, target))
    left = target & (first.labels < 0)
    if left.sum() < 0.002 * target.size or not region.lines:
        return first
    free = replace(region, lines=())
    second = choose(free, texture, good, left, vocabulary(free, grey, good, left))
    labels = np.where(second.labels >= 0, second.labels + len(first.shifts), first.labels).astype(np.int16)
    return Choice(labels, np.concatenate([first.shifts, second.shifts]))
