"""One sheet of everything that a scene knows: for looking at, and for putting beside a report of a bug."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core.scene import Scene
from .display import before_after, depth_card, description_card, font, layout_card, lines_preview, segments_preview
from .types import Array, LineSet

CELL = 760
"""Width in pixels of one picture on the sheet."""
GAP = 14
TITLE = 30


def sheet(scene: Scene, *, cell: int | None = None) -> Array:
    """uint8 HxWx3: the photo (beside the current picture when a stage changed it), segments, layout, depth and lines,
    each with its legend, as far as the scene has them, and the facts on a card; two in a row, upright photos three.

    What a stage made stale is marked so. Pictures are drawn at the sheet's size, so that legends can be read.
    """
    columns = 3 if scene.photo.height > 1.1 * scene.photo.width else 2
    cell = cell or (CELL if columns == 2 else 2 * CELL // 3)
    tiles = _pictures(scene, cell)
    whole = columns * cell + (columns - 1) * GAP
    if scene.description is not None:
        room = cell if len(tiles) % columns else whole
        tiles.append((_title("description", scene), description_card(scene.description, room)))
    rows: list[Array] = []
    row: list[tuple[str, Array]] = []
    for tile in tiles:
        if len(row) == columns or (row and tile[1].shape[1] > cell):
            rows.append(_row(row, cell))
            row = []
        row.append(tile)
    rows.append(_row(row, cell))
    page = np.vstack([_wide(r, whole) for r in rows])
    return np.pad(page, ((0, GAP), (GAP, GAP), (0, 0)), constant_values=255)


def _pictures(scene: Scene, cell: int) -> list[tuple[str, Array]]:
    """Titles and pictures of what the scene has, each ``cell`` pixels wide."""
    photo = _small(scene.photo.array, cell)
    size = photo.shape[1], photo.shape[0]
    tiles: list[tuple[str, Array]] = []
    if scene.changed is not None and scene.changed.array.any():
        tiles.append(("photo and picture", _small(before_after(scene.photo.array, scene.image.array), cell)))
    else:
        tiles.append((f"photo: {scene.photo.name}, {scene.photo.width} x {scene.photo.height}", photo))
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
        ratio = size[0] / scene.lines.size[0]
        small = LineSet(scene.lines.segments * ratio, size, detector=scene.lines.detector)
        by = f" ({small.detector})" if small.detector else ""
        tiles.append((_title("lines", scene) + by, lines_preview(small, photo)))
    return tiles


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
