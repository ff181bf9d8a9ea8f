"""What is to go: names, drawn masks, boxes and points, as one mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..imaging.masks import find_mask
from ..types import Array, Layout, Mask, Segments
from .fixtures import fitted, fixtures
from .likely import before_windows, doubtful, likely
from .pointed import piece_at

BUILDING = ("wall", "floor", "ceiling", "window", "door", "stairs", "column", "sky", "building", "vegetation", "ground")
"""Segment classes that no box and no point removes."""
LAMP = 0.7
"""Share of lamp in a piece that makes it a lamp."""
HUNG, UNDER = 0.02, 0.05
"""Share of the picture up to which a piece hangs on the wall that touches no floor and no border of the picture, and how
far under it, of the picture's height, a thing may be on which it stands instead."""
FLAT = ("picture", "mirror", "window", "door", "curtain", "cabinet", "countertop", "appliance")
RATHER = 0.15
"""What such a piece may be instead, or belong to, and the probability of these together from which it stays: a hood over a
range, a toaster on a counter."""
MOST = 0.97
"""Share of the picture that may be erased at most: something must be left to tell what the room looks like."""


def wanted(
    what: Any,
    mask: Any,
    boxes: Sequence[Sequence[float]],
    points: Sequence[Sequence[float]],
    size: tuple[int, int],
    segments: Segments | None,
    layout: Layout | None,
    image: Array | None = None,
) -> Mask:
    """The pixels that are to go on a picture of ``size`` (width, height).

    A drawn ``mask`` is taken alone; ``boxes`` (left, top, right, bottom) and ``points`` (x, y), in pixels, take what stands
    there, and points on a wall or floor what has another colour than it in ``image`` (uint8 HxWx3); else ``what`` names it.
    "furniture" means what lies on it and about as well, and leaves fitted cabinets.
    Raises InputError when that is nothing, everything, or of another size.
    """
    if mask is not None:
        found = find_mask(mask, size).array
        if not found.any():
            raise InputError("the mask is empty: no pixel is set; draw what is to go in white")
    elif boxes or points:
        found = np.zeros((size[1], size[0]), bool)
        for box in boxes:
            found |= _in_box(box, size, segments)
        for point in points:
            found |= _at_point(point, size, segments, image)
    else:
        found = _named(what, size, segments, layout)
        if not found.any():
            raise InputError(
                f"the photo shows no {what!r} as far as the segmentation sees; name a class, or give a mask"
            )
    if found.mean() > MOST:
        raise InputError(
            f"{found.mean():.0%} of the picture is to be erased, which leaves nothing to fill it from; "
            f"leave at least {1 - MOST:.0%} of the room"
        )
    return Mask(found)


def _named(what: Any, size: tuple[int, int], segments: Segments | None, layout: Layout | None) -> Array:
    names = [w.strip() for w in what.split(",")] if isinstance(what, str) else what
    if isinstance(names, Sequence) and "furniture" in names and segments is not None and "clutter" in segments.classes:
        found = find_mask([*names, "clutter"], size, segments=segments, layout=layout).array
        classes = [*segments.groups.get("furniture", ()), *names, "clutter"]
        kitchen = fitted(segments)
        if kitchen.any() and not (segments.mask("cabinet").array & ~kitchen).any():
            classes = [c for c in classes if c != "cabinet"]  # doubtful cabinets are fitted ones as well
        fixed = fixtures(segments, kitchen)
        sure = loose(likely(found & ~fixed, classes, segments) & ~fixed, segments)
        return (
            sure
            | doubtful(sure, fixed, [c for c in classes if c != "rug"], segments)
            | before_windows(sure, fixed, classes, segments)
        )
    found = find_mask(what, size, segments=segments, layout=layout).array
    if segments is None or not isinstance(names, Sequence) or not all(isinstance(n, str) for n in names):
        return found
    classes = [c for n in names for c in segments.groups.get(n, (n,))]
    return likely(found, classes, segments) if any(c in segments.classes for c in classes) else found


def loose(found: Array, segments: Segments) -> Array:
    """``found`` without what hangs: pieces that are nearly all lamp, lie in the ceiling, or are small and may be pictures,
    and touch no floor. What the network sees in a mirror is such a piece."""
    import cv2

    names = segments.classes
    lamp = np.isin(segments.labels, [i for i, n in enumerate(names) if n == "lamp"])
    named = [names.index(n) for n in ("floor", "rug") if n in names]
    floor, ceiling = np.isin(segments.labels, named), np.zeros_like(found)
    if "ceiling" in names:
        ceiling = segments.labels == names.index("ceiling")
    reach = max(3, round(0.02 * max(found.shape))) | 1
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    out = found.copy()
    for piece in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[piece])
        box = np.s_[max(0, top - reach) : top + high + reach, max(0, left - reach) : left + wide + reach]
        here = pieces[box] == piece
        around = (cv2.dilate(here.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0) & ~here
        if (around & floor[box]).any():
            continue
        lamps = (here & lamp[box]).sum() > LAMP * (here & (lamp | _things(segments))[box]).sum() > 0
        above = (around & ceiling[box]).sum() > 0.6 * around.sum()
        if lamps or above or area < 16 or _hangs(found, pieces, piece, stats[piece], segments):
            out[box][here] = False
    return out


def _hangs(found: Array, pieces: Array, piece: int, box: Array, segments: Segments) -> bool:
    """Whether a piece (its ``box`` as left, top, width, height, area) is small, not cut by the picture's border, stands on
    no other piece, and may be a picture, a mirror or a kitchen's."""
    import cv2

    left, top, wide, high, area = (int(v) for v in box)
    height, width = found.shape
    if area > HUNG * found.size or left == 0 or top == 0 or left + wide == width or top + high == height:
        return False
    under = np.s_[top + high : top + high + round(UNDER * height), left : left + wide]
    if segments.probabilities is None or (found[under] & (pieces[under] != piece)).any():
        return False
    flat = [segments.classes.index(n) for n in FLAT if n in segments.classes]
    belief = np.asarray(segments.probabilities[flat], np.float32).sum(0)
    share = cv2.resize((pieces == piece).astype(np.float32), belief.shape[::-1], interpolation=cv2.INTER_AREA)
    return float((belief * share).sum()) > RATHER * float(share.sum())


def _things(segments: Segments) -> Array:
    return ~np.isin(segments.labels, [i for i, n in enumerate(segments.classes) if n in BUILDING])


def _in_box(box: Sequence[float], size: tuple[int, int], segments: Segments | None) -> Array:
    """What stands in the box; the whole box where the segmentation sees nothing in it."""
    width, height = size
    try:
        left, top, right, bottom = (round(float(v)) for v in box)
    except (TypeError, ValueError):
        raise InputError(f"a box is left, top, right, bottom in pixels, got {box!r}") from None
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise InputError(f"the box {left}, {top}, {right}, {bottom} does not lie in the picture of {width}x{height}")
    found = np.zeros((height, width), bool)
    found[top:bottom, left:right] = True
    if segments is not None:
        inside = found & _things(segments)
        if inside.sum() > 0.1 * found.sum():
            return inside
    return found


def _at_point(point: Sequence[float], size: tuple[int, int], segments: Segments | None, image: Array | None) -> Array:
    """The connected piece of one class under the point; on the building what has another colour than it, by ``image``."""
    import cv2

    width, height = size
    try:
        x, y = (int(float(v)) for v in point)
    except (TypeError, ValueError):
        raise InputError(f"a point is x, y in pixels, got {point!r}") from None
    if not (0 <= x < width and 0 <= y < height):
        raise InputError(f"the point {x}, {y} does not lie in the picture of {width}x{height}")
    if segments is None:
        raise InputError("points need segments: run Segment() first, or give a mask")
    label = int(segments.labels[y, x])
    if segments.classes[label] in BUILDING:
        overlooked = None if image is None else piece_at(image, (x, y), segments)
        if overlooked is not None:
            return overlooked
        raise InputError(
            f"at {x}, {y} the photo shows {segments.classes[label]}, which is not erased; point at a thing, or give a mask"
        )
    _, pieces = cv2.connectedComponents((segments.labels == label).astype(np.uint8))
    piece: Array = pieces == pieces[y, x]
    return piece
