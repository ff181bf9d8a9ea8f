"""Which pixels are meant: a name such as ``"furniture"`` or ``"wall[1]"``, a drawn mask, or several of them.

Names: a class or group of the segments (``"sofa"``, ``"furniture"``), a surface of the layout (``"floor"``, ``"wall"``,
``"ceiling"``, ``"window"``, ``"door"``), one of several by number. ``"wall[1]"`` is wall 1 of the layout, ``"window[0]"``
its first window; of anything else (``"chair[0]"``) the largest connected piece is number 0. Commas join names.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError, StaleFieldError
from ..types import SURFACES, Array, Layout, Mask, Segments

Selection = Any
"""A name, a Mask, a bool or uint8 array (H, W), a path to a mask's picture, or a list of these."""

THRESHOLD = 128
"""Of grey mask pictures: anti-aliased edges belong to whichever side they are nearer to."""


def select(scene: Any, what: Selection) -> Mask:
    """The pixels of a scene's picture that ``what`` means; what stands in front of a surface is not part of it.

    Raises InputError for an unknown name (with what is near), a wrong size or number, StaleFieldError when the
    segments or the layout were measured on an older picture.
    """
    fields = {}
    for name in ("segments", "layout"):
        value = getattr(scene, name)
        if value is not None and name in scene.stale:
            if _names(what):
                raise StaleFieldError(
                    f"{what!r} would be read from {name!r}, measured before {scene.stale[name]} changed the image; "
                    "measure it again, or give a mask"
                )
            value = None
        fields[name] = value
    return find_mask(what, scene.image.size, **fields)


def find_mask(
    what: Selection, size: tuple[int, int], *, segments: Segments | None = None, layout: Layout | None = None
) -> Mask:
    """The mask that ``what`` means on a picture of ``size`` (width, height); see `select`."""
    if isinstance(what, Mask):
        return _drawn(what.array, size)
    if isinstance(what, str):
        parts = [part.strip() for part in what.split(",")]
        if len(parts) == 1:
            return Mask(_named(parts[0], size, segments, layout))
        return find_mask(parts, size, segments=segments, layout=layout)
    if isinstance(what, os.PathLike):
        return _drawn(_read(what), size)
    if isinstance(what, Sequence) and all(isinstance(w, (str, Mask, os.PathLike, np.ndarray)) for w in what):
        if not what:
            raise InputError('an empty list selects nothing; name something, such as "furniture"')
        joined = np.zeros((size[1], size[0]), dtype=bool)
        for part in what:
            joined |= find_mask(part, size, segments=segments, layout=layout).array
        return Mask(joined)
    return _drawn(np.asarray(what), size)


def _names(what: Selection) -> bool:
    if isinstance(what, str):
        return True
    return isinstance(what, (list, tuple)) and any(isinstance(w, str) for w in what)


def _drawn(array: Array, size: tuple[int, int]) -> Mask:
    """A mask that the caller drew, checked."""
    if array.ndim == 3 and array.shape[2] in (1, 3, 4):
        array = array[..., :3].max(axis=2)
    if array.dtype == np.uint8:  # 0 and 1, or 0 to 255
        array = array >= (1 if array.size and array.max() <= 1 else THRESHOLD)
    if array.ndim != 2 or array.dtype != np.bool_:
        raise InputError(
            f"expected a name, a Mask, or a bool or uint8 array of shape (H, W), got {array.dtype} {array.shape}; "
            "use mask > 0"
        )
    if array.shape != (size[1], size[0]):
        raise InputError(
            f"the mask is {array.shape[1]}x{array.shape[0]}, the picture {size[0]}x{size[1]} (width x height); "
            "draw it on this picture, upright as its EXIF says"
        )
    return Mask(array)


def _read(path: os.PathLike[str]) -> Array:
    from .io import open_image

    return open_image(path).array


def _named(name: str, size: tuple[int, int], segments: Segments | None, layout: Layout | None) -> Array:
    match = re.fullmatch(r"(.*?)\s*\[\s*(\d+)\s*\]", name)
    base, number = (match[1], int(match[2])) if match else (name, None)
    base = base.lower().replace(" ", "_").replace("-", "_")
    if segments is None and layout is None:
        raise InputError(f"{name!r} needs to know the room: run Segment() or EstimateLayout() first, or give a mask")
    for known, value in (("segments", segments), ("layout", layout)):
        got = None if value is None else value.array.shape
        if got is not None and got != (size[1], size[0]):
            raise InputError(
                f"the {known} are of {got[1]}x{got[0]}, the picture {size[0]}x{size[1]}; measure them anew"
            )
    if number is not None and base == "wall":
        return _one_wall(name, number, segments, layout)
    if number is not None and base in ("window", "door") and layout is not None:
        return _one_opening(name, base, number, layout)
    found = _whole(name, base, segments, layout)
    return found if number is None else _piece(name, number, found)


def _whole(name: str, base: str, segments: Segments | None, layout: Layout | None) -> Array:
    """A class, a group, or a surface. The segments come first: they see what stands in front."""
    if segments is not None and (base in segments.groups or base in segments.classes):
        return segments.mask(base).array
    if layout is not None and base in SURFACES[1:]:
        if base == "floor" and layout.floor_mask is not None:
            return layout.floor_mask
        found: Array = layout.surfaces() == SURFACES.index(base)
        return found & ~_standing(layout)
    known = sorted({*(segments.groups if segments else ()), *(segments.classes if segments else ())})
    known += [s for s in SURFACES[1:] if layout is not None and s not in known]
    near = difflib.get_close_matches(base, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known: {', '.join(known)}"
    raise InputError(f"nothing is called {name!r}; {hint}")


def _standing(layout: Layout) -> Array:
    hidden = np.zeros(layout.surfaces().shape, dtype=bool)
    for thing in layout.obstacles:
        hidden |= thing.mask
    return hidden


def _one_wall(name: str, number: int, segments: Segments | None, layout: Layout | None) -> Array:
    if layout is None:
        raise InputError(f"{name!r} is a wall of the layout, and none was measured; run EstimateLayout() first")
    seen = sorted(int(k) for k in np.unique(layout.wall_ids()) if k >= 0)
    if number not in seen:
        raise InputError(f"{name!r} is not in the picture; it shows the walls {', '.join(map(str, seen)) or 'none'}")
    plane: Array = layout.wall_ids() == number
    if segments is not None and "wall" in segments.classes:
        return plane & segments.mask("wall").array
    return plane & (layout.surfaces() == SURFACES.index("wall")) & ~_standing(layout)


def _one_opening(name: str, kind: str, number: int, layout: Layout) -> Array:
    found = [o for o in layout.openings if o.kind == kind]
    if number >= len(found):
        raise InputError(f"{name!r} does not exist; the layout has {len(found)} of kind {kind!r}, counted from 0")
    opening, camera = found[number], layout.camera
    wall = layout.walls[opening.wall]
    v, u = np.nonzero((layout.wall_ids() == opening.wall) & (layout.surfaces() == SURFACES.index(kind)))
    depth = layout.depth()[v, u][:, None]
    points = camera.centre + camera.rays(np.stack([u + 0.5, v + 0.5], -1)) * depth
    along = (points[:, [0, 2]] - np.asarray(wall.start)) @ wall.direction
    edge = 1e-3
    inside = (along >= opening.left_m - edge) & (along <= opening.right_m + edge)
    inside &= (points[:, 1] >= opening.bottom_m - edge) & (points[:, 1] <= opening.top_m + edge)
    mask = np.zeros((camera.height, camera.width), dtype=bool)
    mask[v[inside], u[inside]] = True
    return mask


def _piece(name: str, number: int, mask: Array) -> Array:
    """Connected piece ``number``, the largest first."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    order = sorted(range(1, count), key=lambda c: -int(stats[c, cv2.CC_STAT_AREA]))
    if number >= len(order):
        raise InputError(f"{name!r} does not exist; {len(order)} separate pieces are seen, counted from 0")
    piece: Array = labels == order[number]
    return piece
