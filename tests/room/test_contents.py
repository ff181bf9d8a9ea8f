"""Openings, things on the floor, bare floor; and the pictures for people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_rooms import CLASSES, box_room, picture, probabilities
from shapely.geometry import Point, Polygon

from stagekit.backends.layout import ManhattanV1
from stagekit.display import before_after, depth_preview, floor_grid, png, segments_preview
from stagekit.room.estimate import estimate_layout
from stagekit.room.evidence import CHANNELS, Evidence
from stagekit.room.standing import find_obstacles
from stagekit.types import Opening, Segments


@pytest.fixture(scope="module")
def furnished():
    """A room with a window and a door in its front wall, and a block on the floor; the truth and the estimate."""
    truth = box_room(yaw=12, pitch=-8, left=2.4, right=2.8)
    front = max((k for k, w in enumerate(truth.walls) if w.kind == "wall"), key=lambda k: truth.walls[k].length_m)
    front = next(k for k, w in enumerate(truth.walls) if w.kind == "wall" and abs(w.normal @ [0, 1]) > 0.9)
    truth = replace(
        truth, openings=(Opening("window", front, 0.8, 2.2, 0.9, 2.0), Opening("door", front, 3.2, 4.1, 0.0, 2.03))
    )
    p = probabilities(truth, step=4)
    block = np.array([[-0.4, -2.8], [0.4, -2.8], [0.4, -2.2], [-0.4, -2.2]])
    uv = truth.camera.project(np.column_stack([block[:, 0], np.zeros(4), block[:, 1]]))[0] / 4
    rows, columns = np.mgrid[0 : p.shape[1], 0 : p.shape[2]]
    shape = Polygon(uv)
    inside = np.array(
        [shape.contains(Point(x + 0.5, y + 0.5)) for x, y in zip(columns.ravel(), rows.ravel(), strict=True)]
    )
    inside = inside.reshape(rows.shape)
    p[:, inside] = 0.02
    p[CLASSES.index("chair"), inside] = 0.9
    image = picture(truth)
    pixels = np.repeat(np.repeat(inside, 4, 0), 4, 1)[: image.height, : image.width]
    array = image.array.copy()
    array[pixels] = (40, 60, 130)
    image = image.with_array(array)
    return truth, image, estimate_layout(image, probabilities=p, classes=CLASSES), pixels, p


def test_openings_are_found_in_metres(furnished) -> None:
    truth, _, found, _, _ = furnished
    scale = found.camera.height_m / truth.camera.height_m
    for kind in ("window", "door"):
        wanted = next(o for o in truth.openings if o.kind == kind)
        got = [o for o in found.openings if o.kind == kind]
        assert len(got) == 1
        assert got[0].right_m - got[0].left_m == pytest.approx((wanted.right_m - wanted.left_m) * scale, abs=0.2)
        assert got[0].top_m == pytest.approx(wanted.top_m * scale, abs=0.15)
        assert got[0].bottom_m == pytest.approx(wanted.bottom_m * scale, abs=0.15)


def test_things_on_the_floor_are_obstacles_and_no_bare_floor(furnished) -> None:
    _, _, found, pixels, _ = furnished
    assert len(found.obstacles) == 1
    thing = found.obstacles[0]
    assert (thing.mask & pixels).sum() / (thing.mask | pixels).sum() > 0.75
    assert not (found.floor_mask & thing.mask).any()
    assert (found.floor_mask & pixels).sum() < 0.1 * pixels.sum()
    assert not found.visible_floor().contains(Polygon(thing.footprint).representative_point())


@pytest.mark.parametrize(("sure", "things"), [(0.95, 1), (0.6, 0)])
def test_a_strip_along_a_wall_is_a_thing_only_where_it_surely_is_one(sure: float, things: int) -> None:
    """A sofa along the whole wall, or a wall whose foot lies a little off."""
    truth = box_room(yaw=0, pitch=-4, left=9, right=9)
    image = picture(truth)
    p = np.zeros((len(CHANNELS), 96, 128), np.float32)
    surfaces = truth.surfaces()[2::5, 2::5]
    for k, code in enumerate((1, 2, 3)):
        p[k] = surfaces == code
    foot = int(np.nonzero(surfaces[:, 64] == 1)[0].min())
    p[:, foot : foot + 6] = 0.0
    p[5, foot : foot + 6], p[1, foot : foot + 6] = sure, 1 - sure
    found = find_obstacles(truth, truth.camera.scaled(128, 96), Evidence(p, "network"), image.array)
    assert len(found) == things


def test_bare_floor_is_most_of_the_floor(furnished) -> None:
    _, _, found, pixels, _ = furnished
    bare = (found.surfaces() == 1) & ~pixels
    assert (found.floor_mask & bare).sum() > 0.95 * bare.sum()


def test_backend_takes_segments_with_and_without_probabilities(furnished) -> None:
    truth, image, found, _, p = furnished
    labels = np.repeat(np.repeat(p.argmax(0), 4, 0), 4, 1)[: image.height, : image.width].astype(np.uint8)
    backend = ManhattanV1().open(None)
    full = backend(image, Segments(labels, CLASSES, p.astype(np.float16)))
    assert np.allclose(full.floor, found.floor, atol=0.05)
    assert len(backend(image, Segments(labels, CLASSES)).floor) >= 4
    assert backend(image).camera.width == image.width
    assert ManhattanV1(camera_height_m=1.2)(image, None).camera.height_m == 1.2
    assert truth.camera.width == image.width


def test_pictures_for_people(furnished) -> None:
    _, image, found, _, p = furnished
    grid = floor_grid(found, image)
    assert grid.shape == image.array.shape and grid.dtype == np.uint8
    changed = (grid != image.array).any(-1)
    assert changed[found.surfaces() == 1].mean() > 0.03
    assert found.floor_grid(None).shape == image.array.shape
    assert png(grid).startswith(b"\x89PNG")
    assert depth_preview(found.depth()).shape == image.array.shape
    assert (depth_preview(np.zeros((4, 5))) == 0).all()
    labels = p.argmax(0).astype(np.uint8)
    shown = segments_preview(labels, CLASSES)
    assert shown.shape[1] == labels.shape[1] and shown.shape[0] > labels.shape[0]
    pair = before_after(image, grid[::2, ::2])
    assert pair.shape[0] == image.height and pair.shape[1] > 1.9 * image.width


def test_what_the_picture_cuts_goes_on_behind_its_border():
    from stagekit.room.openings import USUAL_WIDTH_M, _beyond_the_picture

    wall = box_room(left=2.4, right=2.8).walls[0]
    shown = np.arange(0.5, 1.5, 0.04)  # metres along the wall that the picture shows
    left, right, *_ = _beyond_the_picture("window", (0.5, 0.8, 0.9, 2.0), shown, wall)
    assert right == 0.8 and left == 0.0, "no further than the wall"
    left, right, *_ = _beyond_the_picture("door", (1.1, 1.5, 0.0, 2.0), shown, wall)
    assert left == 1.1 and np.isclose(right - left, USUAL_WIDTH_M["door"])
    whole = (0.7, 1.2, 0.9, 2.0)
    assert _beyond_the_picture("window", whole, shown, wall) == whole
    assert _beyond_the_picture("opening", (0.5, 0.8, 0.0, 2.0), shown, wall) == (0.5, 0.8, 0.0, 2.0)


@pytest.mark.parametrize("kept", [None, "left", "sides"])
def test_a_window_goes_on_behind_what_stands_before_it(kept) -> None:
    """A cabinet hides a window's lower part, all across or but for a column at its sides, or a lamp its middle: the finer
    segments give back the whole window where any column shows how low it reaches, or else another window does."""
    from stagekit.room.openings import look_again

    truth = box_room(yaw=12, pitch=-8, left=2.4, right=2.8)
    front = next(k for k, w in enumerate(truth.walls) if w.kind == "wall" and abs(w.normal @ [0, 1]) > 0.9)
    window = Opening("window", front, 0.6, 2.0, 0.9, 2.0)
    other = Opening("window", front, 3.2, 4.2, 0.9, 2.0)
    drawn = replace(truth, openings=(window, other) if kept is None else (window,))
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[drawn.surfaces()]
    wall = truth.walls[front]

    def pixels(left: float, right: float, bottom: float, top: float) -> np.ndarray:
        hidden = replace(truth, openings=(Opening("window", front, left, right, bottom, top),))
        return (hidden.surfaces() == 4) & (truth.wall_ids() == front)

    first = 0.9 if kept == "left" else 0.5
    thing = pixels(1.1, 1.4, 0.1, 2.2) if kept == "sides" else pixels(first, 2.2, 0.05, 1.35)
    labels[thing] = CLASSES.index("chair")
    classes = ("wall", "floor", "ceiling", "window", "door", "chair")
    found = look_again(truth, picture(drawn), Segments(labels, classes))
    got = next(o for o in found.openings if o.left_m < 2.0)
    assert (got.left_m, got.right_m) == pytest.approx((window.left_m, window.right_m), abs=0.12)
    assert (got.bottom_m, got.top_m) == pytest.approx((window.bottom_m, window.top_m), abs=0.12)
    assert len(found.openings) == (2 if kept is None else 1) and wall.kind == "wall"


def test_segments_that_know_no_walls_leave_the_openings_alone(furnished) -> None:
    from stagekit.room.openings import look_again

    _, image, found, _, _ = furnished
    labels = np.zeros((image.height, image.width), np.uint8)
    assert look_again(found, image, Segments(labels, ("sofa", "window"))) == found
