"""Segments taken apart into pieces of one class, and put together again when the pieces were drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..types import Array, Segments
from .nearest import carried_on

SMALLEST_SHARE = 0.001
"""Of the picture: smaller pieces stay as they are."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece: index of its class, ``mask`` bool HxW."""

    label: int
    mask: Array


def pieces(segments: Segments, what: str | Sequence[str]) -> list[Piece]:
    """The connected pieces of the named classes and groups, the largest first. Raises InputError for unknown names."""
    import cv2

    names = [n.strip() for n in what.split(",")] if isinstance(what, str) else list(what)
    if not names:
        raise InputError('an empty list selects nothing; name something, such as "furniture"')
    found: list[tuple[int, Piece]] = []
    wanted = np.zeros(segments.labels.shape, bool)
    for name in names:
        wanted |= segments.mask(name).array
    for label in np.unique(segments.labels[wanted]):
        one = (segments.labels == label).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(one, connectivity=8)
        for c in range(1, count):
            area = int(stats[c, cv2.CC_STAT_AREA])
            if area >= SMALLEST_SHARE * one.size:
                found.append((area, Piece(int(label), labels == c)))
    return [piece for _, piece in sorted(found, key=lambda f: -f[0])]


def redrawn(
    segments: Segments, old: Sequence[Piece], new: Sequence[Array], *, agree: float = 0.5
) -> tuple[Segments, int]:
    """The segments with the pieces' masks exchanged, and how many were not.

    A new mask that agrees with the old one by less than ``agree`` (intersection over union) is not taken: it shows
    something else. Where pieces overlap, the smaller lies on top. Pixels that a piece gives up go to the nearest other
    class. ``probabilities`` are dropped: they belong to the old labels.
    """

    labels = np.array(segments.labels)
    kept = 0
    for piece, mask in zip(old, new, strict=True):
        union = int((piece.mask | mask).sum())
        if union == 0 or int((piece.mask & mask).sum()) < agree * union:
            kept += 1
            continue
        lost = piece.mask & ~mask & (labels == piece.label)
        if lost.any():
            known = ~(lost | piece.mask | mask)
            if known.any():
                labels[lost] = carried_on(labels, known)[lost]
        labels[mask] = piece.label
    return replace(segments, labels=labels, probabilities=None), kept
