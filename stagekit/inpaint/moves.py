"""What a hole on one plane may be filled from: that plane moved, or another wall at the same height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array
from .regions import BAND_M, WALL, Region
from .shifts import vocabulary

LEAST = 30
"""Pixels of the working grid: with fewer nothing can be told of a plane."""
OTHERS = 5
"""Places of each other wall that are offered for skirting boards and cornices."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A region on the working grid (``region``) and at the photo's size (``full``, None if it is not seen there), with
    what is seen of it (``good`` bool HxW), its ``light`` and the ``texture`` without it (float32 HxWx3, log), and what of it
    is copied (``lends`` bool HxW). ``foot`` bool HxW: what shows of a wall, the foot whole, see `regions.foot`."""

    region: Region
    full: Region | None
    good: Array
    light: Array
    texture: Array
    lends: Array
    foot: Array


@dataclass(frozen=True)
class Move:
    """Fill a target at plane metres (a, b) from (a, b) + ``shift`` on plane number ``source``."""

    source: int
    shift: tuple[float, float]


def moves(number: int, planes: list[Plane], target: Array, tiles: Array | None = None) -> list[Move]:
    """The moves that may fill ``target`` (bool HxW) on plane ``number``; ``tiles`` as `shifts.vocabulary` takes them."""
    plane = planes[number]
    found: list[Move] = []
    if plane.good.sum() >= LEAST:
        grey = plane.texture.mean(2)
        found = [
            Move(number, (float(a), float(b))) for a, b in vocabulary(plane.region, grey, plane.lends, target, tiles)
        ]
    if plane.region.surface == WALL:
        ys, xs = np.nonzero(target)
        along, _ = plane.region.metres(np.stack([xs, ys], -1).astype(float))
        first, last = np.percentile(along[:, 0], (2, 98))
        for other, lender in enumerate(planes):
            if other == number or lender.region.surface != WALL:
                continue
            ys, xs = np.nonzero(lender.lends)
            if len(ys) < LEAST:
                continue
            points, _ = lender.region.metres(np.stack([xs, ys], -1).astype(float))
            low = points[points[:, 1] < BAND_M, 0]
            if len(low) < LEAST:
                continue
            start, end = np.percentile(low, (2, 98))
            for a in np.linspace(start - last, end - first, OTHERS + 2)[1:-1]:
                found.append(Move(other, (float(a), 0.0)))
    return found
