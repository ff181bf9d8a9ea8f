"""How likely each pixel belongs to each kind of surface: the network's opinion, the layout's planes drawn in."""

from __future__ import annotations

import numpy as np

from ..types import Array, Layout, Segments

PLANE = {"floor": 1, "wall": 2, "ceiling": 3}
TRUST = 2.4
"""Log-odds that a sure layout adds to its own plane where the network hesitates between floor, wall and ceiling."""
LINE, BAND = 8.0, 0.035
"""The same at the line where walls meet the ceiling, white on white as often as not, and how far from it the network may
be wrong by its own coarseness, share of the longer side."""
ALIKE, UNLIKE = 8.0, 22.0
"""Distances in CIELAB between walls and ceiling up to which the layout draws the line between them, and from which their
own colours do: white gables rise into a ceiling of wood."""
SOFT = 0.006
"""Width of the layout's doubt at its lines, share of the longer side."""


def class_maps(segments: Segments, names: tuple[str, ...], size: tuple[int, int]) -> dict[str, Array]:
    """float32 (height, width) for each class: probabilities where the segmentation has them, else its labels."""
    import cv2

    width, height = size
    out: dict[str, Array] = {}
    for name in names:
        if name not in segments.classes:
            out[name] = np.zeros((height, width), np.float32)
            continue
        k = segments.classes.index(name)
        if segments.probabilities is not None:
            source = np.asarray(segments.probabilities[k], np.float32)
            out[name] = cv2.resize(source, size, interpolation=cv2.INTER_LINEAR)
        else:
            sure = (segments.labels == k).astype(np.float32)
            out[name] = 0.02 + 0.94 * cv2.resize(sure, size, interpolation=cv2.INTER_AREA)
    return out


def plane_map(layout: Layout, size: tuple[int, int]) -> Array:
    """int32 (height, width): a number for each plane of the layout, openings counted as their wall."""
    import cv2

    surfaces = cv2.resize(layout.surfaces(), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    walls = cv2.resize(layout.wall_ids(), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    surfaces = np.where(surfaces > 3, 2, surfaces)
    return np.where(surfaces == 2, 8 + walls, surfaces)


def settle_planes(maps: dict[str, Array], planes: Array, confidence: float, lab: Array) -> dict[str, Array]:
    """Floor, wall and ceiling weighed anew among themselves by the layout's planes; other classes keep their share.

    ``lab``: the picture in CIELAB, (h, w, 3) as the maps are.
    """
    import cv2

    total = sum(maps[n] for n in PLANE)
    line = _at_ceiling(planes)
    trust = TRUST + (LINE - TRUST) * line
    trust = np.where((planes == PLANE["ceiling"]) | (line > 0), trust * _alike(maps, lab), trust)
    weighed = {}
    for name, code in PLANE.items():
        here = (planes >= 8) if name == "wall" else (planes == code)
        near = cv2.GaussianBlur(here.astype(np.float32), (0, 0), SOFT * max(planes.shape))
        weighed[name] = maps[name] * np.exp(trust * confidence * (near - 0.5))
    scale = total / np.maximum(sum(weighed.values()), 1e-6)
    return {**maps, **{n: m * scale for n, m in weighed.items()}}


def _alike(maps: dict[str, Array], lab: Array) -> float:
    """1 where walls and ceiling have one colour or either is not seen, 0 where their colours tell them apart."""
    sure = [maps[n] > 0.8 for n in ("wall", "ceiling")]
    if min(int(s.sum()) for s in sure) < 200:
        return 1.0
    wall, ceiling = (np.median(lab[s], axis=0) for s in sure)
    return float(np.clip((UNLIKE - np.linalg.norm(wall - ceiling)) / (UNLIKE - ALIKE), 0, 1))


def _at_ceiling(planes: Array) -> Array:
    """float32 (h, w), 1 on the line between walls and ceiling, 0 beyond `BAND`."""
    import cv2

    up = (planes == PLANE["ceiling"]).astype(np.uint8)
    line = (cv2.dilate(up, np.ones((3, 3), np.uint8)) > 0) & (planes >= 8)
    if not line.any():
        return np.zeros(planes.shape, np.float32)
    distance = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5) / (BAND * max(planes.shape))
    return np.asarray(np.clip(1.5 - 1.5 * distance, 0, 1))
