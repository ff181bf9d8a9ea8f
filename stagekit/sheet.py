"""One sheet of everything that a scene knows: for looking at, and for putting beside a report of a bug."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core.scene import Scene
from .display import before_after, depth_card, description_card, font, layout_card, lines_preview, segments_preview
from .types import Array

CELL = 760
"""Width in pixels of one picture on the sheet."""
GAP = 14
TITLE = 30


def sheet(scene: Scene, *, cell: int = CELL) -> Array:
    """uint8 HxWx3: the photo (beside the current picture when a stage changed it), segments, layout, depth and lines,
    each with its legend, as far as the scene has them, two in a row, and the facts on a card below.

    What a stage made stale is marked so. Pictures are drawn at the sheet's size, so that legends can be read.
    """
    tiles: list[tuple[str, Array]] = []
    photo = _small(scene.photo.array, cell)
    if scene.changed is not None and scene.changed.array.any():
        tiles.append(("photo and picture", _small(before_after(scene.photo.array, scene.image.array), cell)))
    else:
        tiles.append((f"photo: {scene.photo.name}, {scene.photo.width} x {scene.photo.height}", photo))
    size = photo.shape[1], photo.shape[0]
    if scene.segments is not None:
        labels = _nearest(scene.segments.labels, size)
        tiles.append((_title("segments", scene), segments_preview(labels, scene.segments.classes, photo)))
    if scene.layout is not None:
        tiles.append((_title("layout", scene), layout_card(scene.layout, scene.photo.with_array(photo))))
    if scene.depth is not None:
        tiles.append((_title("depth", scene), depth_card(_nearest(scene.depth.array, size))))
    elif scene.layout is not None:
        tiles.append(("depth of the bare room, from the layout", depth_card(_nearest(scene.layout.depth(), size))))
    if scene.lines is not None:
        small = type(scene.lines)(
            scene.lines.segments * (size[0] / scene.lines.size[0]), size, detector=scene.lines.detector
        )
        title = f"{_title('lines', scene)} ({scene.lines.detector})" if scene.lines.detector else _title("lines", scene)
        tiles.append((title, lines_preview(small, photo)))
    if scene.description is not None and len(tiles) % 2:
        tiles.append((_title("description", scene), description_card(scene.description, cell)))
    rows = [_row(tiles[k : k + 2], cell) for k in range(0, len(tiles), 2)]
    if scene.description is not None and tiles[-1][0] != _title("description", scene):
        width = 2 * cell + GAP
        rows.append(_row([(_title("description", scene), description_card(scene.description, width))], width))
    return np.pad(
        np.vstack([_wide(r, 2 * cell + GAP) for r in rows]), ((0, GAP), (GAP, GAP), (0, 0)), constant_values=255
    )


def _title(name: str, scene: Scene) -> str:
    by = scene.stale.get(name)
    return f"{name}, measured before {by} changed the picture" if by else name


def _small(array: Array, width: int) -> Array:
    import cv2

    height = max(1, round(array.shape[0] * width / array.shape[1]))
    shrinks = width < array.shape[1]
    return cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def _nearest(array: Array, size: tuple[int, int]) -> Array:
    import cv2

    return cv2.resize(np.ascontiguousarray(array), size, interpolation=cv2.INTER_NEAREST)


def _row(tiles: list[tuple[str, Array]], cell: int) -> Array:
    """Tiles with their titles, side by side, brought to one height with white."""
    from PIL import Image as Pil
    from PIL import ImageDraw

    titled: list[Any] = []
    for text, array in tiles:
        head = Pil.new("RGB", (array.shape[1], TITLE), "white")
        ImageDraw.Draw(head).text((0, TITLE - 4), text, fill=(60, 60, 60), font=font(17), anchor="ls")
        titled.append(np.vstack([np.asarray(head), array]))
    height = max(t.shape[0] for t in titled) + GAP
    return np.hstack(
        [_tall(_wide(t, cell + (GAP if n < len(titled) - 1 else 0)), height) for n, t in enumerate(titled)]
    )


def _wide(array: Array, width: int) -> Array:
    return np.pad(array, ((0, 0), (0, max(0, width - array.shape[1])), (0, 0)), constant_values=255)


def _tall(array: Array, height: int) -> Array:
    return np.pad(array, ((0, height - array.shape[0]), (0, 0), (0, 0)), constant_values=255)
