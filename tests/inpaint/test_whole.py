"""Things on a wall that the hole holds most of go whole, those at its rim stay whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stagekit.inpaint.whole import whole
from stagekit.types import Segments


def on_the_far_wall(room) -> tuple[np.ndarray, np.ndarray]:
    """bool HxW twice: two things of 16 x 16 pixels on the wall with the most room."""
    ids = np.where(room.layout.surfaces() == 2, room.layout.wall_ids(), -1)
    height, width = ids.shape
    first, second = np.zeros(ids.shape, bool), np.zeros(ids.shape, bool)
    row = int(0.30 * height)
    first[row : row + 16, int(0.36 * width) : int(0.36 * width) + 16] = True
    second[row : row + 16, int(0.56 * width) : int(0.56 * width) + 16] = True
    assert len(np.unique(ids[first | second])) == 1 and ids[first].min() >= 0
    return first, second


def test_most_of_a_thing_and_little_of_another(room):
    first, second = on_the_far_wall(room)
    pixels = room.empty.array.copy()
    pixels[first], pixels[second] = (150, 40, 30), (40, 60, 150)
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[room.layout.surfaces()]
    segments = Segments(labels, room.segments.classes)
    row, column = np.mgrid[: len(labels), : labels.shape[1]]
    core = first & (row < row[first].min() + 13)
    rim = second & (column < column[second].min() + 3)
    found = whole(pixels, core | rim, core, segments, room.layout)
    assert found[first].all() and not found[second].any()
    asked = whole(pixels, core | rim, core | rim, segments, room.layout)
    assert asked[rim].all(), "what was asked for goes, however little of it"

    sure = np.zeros((len(segments.classes), *labels.shape), np.float32)
    sure[segments.classes.index("window")][first] = 1
    sure[0][~first] = 1
    named = replace(segments, probabilities=sure)
    kept = whole(pixels, core | rim, core, named, room.layout)
    assert (kept[first] == core[first]).all(), "what the segmentation is sure of is not dragged along"


def test_a_picture_behind_a_thing_that_goes_goes_with_its_frame_and_its_neighbour_stays(room):
    first, _ = on_the_far_wall(room)
    second = np.roll(first, 19, axis=1)  # 3 pixels between them
    classes = (*room.segments.classes, "picture")
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[room.layout.surfaces()]
    row, column = np.mgrid[: len(labels), : labels.shape[1]]
    core = first & (row >= row[first].max() - 6) & (column >= column[first].max() - 6)  # a corner of it
    labels[(first & ~core) | second] = classes.index("picture")
    pixels = room.empty.array.copy()
    found = whole(pixels, core, core, Segments(labels, classes), room.layout)
    assert found[first].all() and not found[second].any()
    assert found.sum() > first.sum(), "the frame reaches beyond its labels"
    bare = first & (row >= row[first].max() + 1)
    kept = whole(pixels, core | bare, bare, Segments(labels, classes), room.layout)
    assert not kept[first & ~core].any()


def test_a_windows_casing_is_not_dragged_along(room):
    """A brown chest under a window in a brown frame: to their colour they are one thing, of which most goes."""
    first, _ = on_the_far_wall(room)
    rows, columns = (slice(v.min(), v.max() + 1) for v in np.nonzero(first))
    glass, frame, chest = np.zeros_like(first), np.zeros_like(first), np.zeros_like(first)
    glass[rows, columns] = True
    frame[rows.start - 3 : rows.stop + 3, columns.start - 3 : columns.stop + 3] = True
    frame &= ~glass
    chest[rows.stop + 3 : rows.stop + 40, columns.start - 12 : columns.stop + 12] = True
    pixels = room.empty.array.copy()
    pixels[glass], pixels[frame | chest] = (220, 235, 250), (120, 70, 30)
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[room.layout.surfaces()]
    labels[glass], labels[chest] = room.segments.classes.index("window"), room.segments.classes.index("sofa")
    found = whole(pixels, chest, chest, Segments(labels, room.segments.classes), room.layout)
    assert found[chest].all() and not found[frame].any()
    labels[glass] = 0
    assert whole(pixels, chest, chest, Segments(labels, room.segments.classes), room.layout)[frame].mean() > 0.9


def test_a_pictures_frame_is_not_dragged_along_nor_worn_down(room):
    """A brown chest under a picture in a brown frame; and a hole that has grown into the frame's lower edge."""
    first, _ = on_the_far_wall(room)
    rows, columns = (slice(v.min(), v.max() + 1) for v in np.nonzero(first))
    frame, chest = np.zeros_like(first), np.zeros_like(first)
    frame[rows.start - 2 : rows.stop + 2, columns.start - 2 : columns.stop + 2] = True
    frame &= ~first
    chest[rows.stop + 2 : rows.stop + 40, columns.start - 12 : columns.stop + 12] = True
    pixels = room.empty.array.copy()
    pixels[first], pixels[frame | chest] = (220, 235, 250), (120, 70, 30)
    classes = (*room.segments.classes, "picture")
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[room.layout.surfaces()]
    labels[first], labels[chest] = classes.index("picture"), classes.index("sofa")
    grown = chest.copy()
    grown[rows.stop : rows.stop + 2, columns] = True
    found = whole(pixels, grown, chest, Segments(labels, classes), room.layout)
    assert found[chest].all() and not found[frame | first].any()
