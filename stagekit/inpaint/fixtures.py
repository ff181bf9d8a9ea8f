"""What is built in and stays when furniture goes: kitchens, fireplaces, doors, and what stands on them."""

from __future__ import annotations

import numpy as np

from ..types import Array, Segments

FITTED = ("countertop", "appliance", "sink", "bath", "toilet")
"""What makes a cabinet a fitted kitchen or a vanity."""
KITCHEN = 0.06
"""Share of fitted cabinets in the picture that makes the room a kitchen, whose wall cabinets touch nothing."""
DOORLIKE = 0.12
"""Mean probability of door in a cabinet that is a door or is built in: 0.18 to 0.34 on two photos; furniture on eight has
less than 0.03."""
WORKTOP = 0.105
"""Mean probability of countertop in a table that is a worktop: 0.11 to 0.21 in six kitchens with islands or bars, 0.09 and
0.1 in two more; 0.1 or less in eight with tables."""
ON_TOP = ("clutter", "table", "plant", "lamp")
"""What may stand on them."""
UNDERSIDE, RESTS = 3, 0.5
"""Pixels (longer side 512) under a thing that tell what it stands on, and the share of them that must be fitted."""
HEARTH = (0.35, 1.0, 0.2)
"""How far a fireplace's surround and mantel reach beyond the fire: to the sides, up and down, of its width and height."""
PEDESTAL, BASIN = 2.0, 0.002
"""How far down from a sink, of its width, its pedestal or vanity may reach, and the least share of the picture of a sink."""
BEFORE = ("sofa", "chair", "table", "bed", "plant", "rug", "person")
"""What stands in front of a fireplace and is no part of it."""


def fixtures(segments: Segments, kitchen: Array) -> Array:
    """bool HxW: all of it. ``kitchen``: what `fitted` found."""
    fixed = kitchen | hearths(segments) | doorlike(segments) | pedestals(segments) | worktops(segments, kitchen)
    return np.asarray(fixed | resting(segments, fixed))


def hearths(segments: Segments) -> Array:
    """bool HxW: fireplaces with their surrounds, which are the building's, without what stands before them."""
    import cv2

    names = segments.classes
    out = np.zeros(segments.labels.shape, bool)
    if "fireplace" not in names:
        return out
    fires = (segments.labels == names.index("fireplace")).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(fires)
    for left, top, wide, high, area in stats[1:count].tolist():
        if area > 0.002 * out.size:
            side, up, down = round(HEARTH[0] * wide), round(HEARTH[1] * high), round(HEARTH[2] * high)
            out[max(0, top - up) : top + high + down, max(0, left - side) : left + wide + side] = True
    return out & ~np.isin(segments.labels, [names.index(n) for n in BEFORE if n in names])


def pedestals(segments: Segments) -> Array:
    """bool HxW: sinks and what is under them, whatever it is taken for; without furniture that stands before it."""
    import cv2

    names = segments.classes
    out = np.zeros(segments.labels.shape, bool)
    if "sink" not in names:
        return out
    count, _, stats, _ = cv2.connectedComponentsWithStats((segments.labels == names.index("sink")).astype(np.uint8))
    for left, top, wide, high, area in stats[1:count].tolist():
        if area > BASIN * out.size:
            out[top : top + high + round(PEDESTAL * wide), left : left + wide] = True
    return out & ~np.isin(segments.labels, [names.index(n) for n in BEFORE if n in names])


def worktops(segments: Segments, kitchen: Array) -> Array:
    """bool HxW: tables that may as well be countertops, where there is a ``kitchen`` (bool HxW): islands and bars."""
    import cv2

    names = segments.classes
    out = np.zeros(segments.labels.shape, bool)
    if segments.probabilities is None or not {"table", "countertop"} <= set(names) or kitchen.mean() <= KITCHEN:
        return out
    likely = np.asarray(segments.probabilities[names.index("countertop")], np.float32)
    worktop = np.asarray(cv2.resize(likely, out.shape[::-1], interpolation=cv2.INTER_LINEAR))
    _, pieces = cv2.connectedComponents((segments.labels == names.index("table")).astype(np.uint8))
    mean = np.bincount(pieces.ravel(), worktop.ravel()) / np.bincount(pieces.ravel())
    mean[0] = 0
    return np.asarray(mean[pieces] >= WORKTOP)


def doorlike(segments: Segments) -> Array:
    """bool HxW: cabinets that may as well be doors: a front door seen through the hall, a wall of wardrobes."""
    import cv2

    names = segments.classes
    height, width = segments.labels.shape
    if segments.probabilities is None or "cabinet" not in names or "door" not in names:
        return np.zeros((height, width), bool)
    door = np.asarray(segments.probabilities[names.index("door")], np.float32)
    cells = cv2.resize(segments.labels, door.shape[::-1], interpolation=cv2.INTER_NEAREST) == names.index("cabinet")
    _, pieces = cv2.connectedComponents(cells.astype(np.uint8))
    mean = np.bincount(pieces.ravel(), door.ravel()) / np.maximum(np.bincount(pieces.ravel()), 1)
    doors = cells & (mean[pieces] >= DOORLIKE)
    large = cv2.resize(doors.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    _, pieces = cv2.connectedComponents((segments.labels == names.index("cabinet")).astype(np.uint8))
    whole = np.bincount(pieces.ravel(), large.ravel()) > 0.5 * np.bincount(pieces.ravel())
    whole[0] = False
    reach = max(3, round(0.02 * max(height, width))) | 1  # their frames
    return cv2.dilate(whole[pieces].astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0


def resting(segments: Segments, fixed: Array) -> Array:
    """bool HxW: what stands on ``fixed`` cabinets, countertops and appliances, and on that: it stays as they do, and so do
    islands' worktops, which are taken for tables."""
    import cv2

    names = segments.classes
    height, width = fixed.shape
    k = min(1.0, 512 / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    labels = cv2.resize(segments.labels, size, interpolation=cv2.INTER_NEAREST)
    under = cv2.resize(fixed.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    under |= np.isin(labels, [names.index(n) for n in FITTED if n in names])
    kept = np.zeros(under.shape, bool)
    if not fixed.any():
        return np.zeros(fixed.shape, bool)
    pieces = [piece for name in ON_TOP if name in names for piece in _pieces(labels == names.index(name))]
    down = np.zeros((2 * UNDERSIDE + 1, 1), np.uint8)
    down[:UNDERSIDE] = 1  # a pixel looks up
    for _ in range(3):
        for piece in pieces:
            edge = (cv2.dilate(piece.astype(np.uint8), down) > 0) & ~piece
            if not kept[piece].any() and (edge & (under | kept)).sum() > RESTS * edge.sum():
                kept |= piece
    return cv2.resize(kept.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0


def _pieces(mask: Array) -> list[Array]:
    """Its connected pieces, specks left out."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return [labels == k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] > 0.0003 * mask.size]


def fitted(segments: Segments) -> Array:
    """bool HxW: cabinets that touch a countertop, an appliance or a sink, and in a kitchen all: they are the building's."""
    import cv2

    names = segments.classes
    if "cabinet" not in names:
        return np.zeros(segments.labels.shape, bool)
    cabinets = segments.labels == names.index("cabinet")
    fixed = np.isin(segments.labels, [names.index(n) for n in FITTED if n in names])
    reach = max(3, round(0.02 * max(fixed.shape))) | 1
    near = cv2.dilate(fixed.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    _, pieces = cv2.connectedComponents(cabinets.astype(np.uint8))
    touching = np.unique(pieces[near & cabinets])
    found: Array = cabinets & np.isin(pieces, touching[touching > 0])
    return cabinets if found.mean() > KITCHEN else found
