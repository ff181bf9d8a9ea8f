"""The structure guard: openings and edges that came, went or moved, on drawn rooms and on the sample photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stagekit.room.guard import compare
from stagekit.types import Camera, Image, Layout, Opening, Segments, Wall

H, W = 480, 640
CLASSES = ("wall", "floor", "ceiling", "window", "door", "sofa")
COLOURS = np.array([[205, 200, 192], [140, 110, 85], [225, 224, 220], [250, 252, 255], [110, 80, 60], [90, 60, 120]])


def room() -> Layout:
    floor = [(-2.0, 1.0), (-2.0, -4.0), (2.0, -4.0), (2.0, 1.0)]
    walls = tuple(Wall(floor[i], floor[(i + 1) % 4], 2.5) for i in range(4))
    far = next(i for i, w in enumerate(walls) if w.start[1] == w.end[1] == -4.0)
    camera = Camera(430.0, W / 2, H / 2, W, H, pitch_deg=-5.0)
    return Layout(camera, np.array(floor), walls, 2.5, (Opening("window", far, 0.4, 1.6, 0.9, 2.1),))


def labels_of(layout: Layout) -> np.ndarray:
    return np.array([0, 1, 0, 2, 3, 4], np.uint8)[layout.surfaces()]


def drawn(labels: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 1.5, (H, W, 1))
    return np.clip(COLOURS[labels] + noise, 0, 255).astype(np.uint8)


def check(labels: np.ndarray, *, mask: np.ndarray | None = None, furniture: np.ndarray | None = None) -> list[str]:
    """Findings between the empty room and a picture with these labels, as ``"change what"``."""
    layout = room()
    before = labels_of(layout)
    groups = {"furniture": ("sofa",)}
    found = compare(
        drawn(before), drawn(labels), Segments(before, CLASSES, groups=groups), Segments(labels, CLASSES, groups=groups),
        layout, np.ones((H, W), bool) if mask is None else mask,
        np.zeros((H, W), bool) if furniture is None else furniture,
    )  # fmt: skip
    return [f"{f.change} {f.what}" for f in found]


def window_box(labels: np.ndarray) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(labels == 3)
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


def test_nothing_changed():
    assert check(labels_of(room())) == []


def test_new_furniture_is_no_change():
    """A sofa before the window and over the floor's edge, where it was to be and a little beside."""
    labels = labels_of(room())
    x0, _, x1, y1 = window_box(labels)
    labels[y1 - 40 : y1 + 90, x0 - 60 : x1 + 20] = 5
    wanted = np.zeros((H, W), bool)
    wanted[y1 - 40 : y1 + 90, x0 - 50 : x1 + 10] = True
    assert check(labels, furniture=wanted) == []


def test_added_lost_and_moved_openings():
    empty = labels_of(room())
    x0, y0, x1, y1 = window_box(empty)
    added = empty.copy()
    added[y0:y1, 430:480] = 3
    assert check(added) == ["added window"]
    lost = empty.copy()
    lost[y0:y1, x0:x1] = 0
    assert "lost window" in check(lost)
    moved = lost.copy()
    moved[y0:y1, x0 + 110 : x1 + 110] = 3
    assert check(moved)[0] == "moved window"
    door = empty.copy()
    door[y0:y1, x0:x1] = 4
    assert {"lost window", "added door"} & set(check(door))


def test_only_what_was_painted_counts():
    lost = labels_of(room())
    x0, y0, x1, y1 = window_box(lost)
    lost[y0:y1, x0:x1] = 0
    elsewhere = np.zeros((H, W), bool)
    elsewhere[:, : x0 - 60] = True
    assert check(lost, mask=elsewhere) == []


def test_a_wall_edge_that_went():
    """The floor runs up the far wall: its edge is gone where it was."""
    labels = labels_of(room())
    rows = np.nonzero(labels[:, W // 2] == 1)[0]
    labels[rows[0] - 70 : rows[0], 100:540] = 1
    assert {"moved floor edge", "lost floor edge"} & set(check(labels))


def test_on_the_sample_photo(sample):
    """With the embedded segmentation: a window pasted onto a wall is seen, a bright rug is none."""
    from stagekit.backends.segment import RoomNetV1
    from stagekit.imaging.io import open_image

    photo = open_image(sample)
    net = RoomNetV1().open()
    seen = net(photo)
    h, w = photo.array.shape[:2]
    floor = [(-2.0, 1.0), (-2.0, -4.0), (2.0, -4.0), (2.0, 1.0)]
    layout = Layout(
        Camera(700.0, w / 2, h / 2, w, h),
        np.array(floor),
        tuple(Wall(floor[i], floor[(i + 1) % 4], 2.5, "unseen") for i in range(4)),
        2.5,
    )
    count, _, stats, _ = cv2.connectedComponentsWithStats(seen.mask("window").array.astype(np.uint8))
    x, y, ww, hh, _ = stats[1 + int(np.argmax(stats[1:, 4]))]
    fake = photo.array.copy()
    fake[210 : 210 + hh, 620 : 620 + ww] = photo.array[y : y + hh, x : x + ww]
    everything, nothing = np.ones((h, w), bool), np.zeros((h, w), bool)

    def found(array: np.ndarray) -> list[str]:
        after = net(Image(array))
        return [str(f) for f in compare(photo.array, array, seen, after, layout, everything, nothing)]

    assert count > 1 and [f.split(" at ")[0] for f in found(fake)] == ["window added"]
    rug = photo.array.copy()
    cv2.fillPoly(rug, [np.array([[300, 640], [760, 640], [880, 760], [240, 760]])], (225, 220, 205))
    assert found(rug) == []


@pytest.mark.parametrize("share", [0.5, 2.0])
def test_boxes_are_in_pixels_of_the_photo(share):
    """At other sizes than the one that is compared at, and with segmentations of half the photo's size."""
    layout = room()
    size = (int(W * share), int(H * share))
    from dataclasses import replace

    layout = replace(layout, camera=layout.camera.scaled(*size))
    before = labels_of(layout)
    after = before.copy()
    after[size[1] // 3 : size[1] // 2, size[0] // 2 : int(size[0] * 0.62)] = 3
    noise = np.random.default_rng(0).normal(0, 1.5, (size[1], size[0], 1))
    pictures = [np.clip(COLOURS[x] + noise, 0, 255).astype(np.uint8) for x in (before, after)]
    found = compare(
        *pictures, Segments(before[::2, ::2], CLASSES), Segments(after[::2, ::2], CLASSES), layout,
        np.ones(before.shape, bool), np.zeros(before.shape, bool),
    )  # fmt: skip
    added = next(f for f in found if f.change == "added")
    assert np.allclose(added.box, (size[0] / 2, size[1] / 3, size[0] * 0.62, size[1] / 2), atol=0.03 * size[0])
