"""Doors drawn from the layout: white on white, their casings' edges all but lost in noise."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from made_room import Made

from stagekit.models.roomnet_arch import CLASSES
from stagekit.room.paint import cielab
from stagekit.surface.belief import class_maps, plane_map
from stagekit.surface.casing import draw_openings
from stagekit.surface.places import Finder
from stagekit.surface.regions import gradient
from stagekit.types import Array, Image, Layout, Opening, Segments

FAR = 2
DOOR = Opening("door", FAR, 1.6, 2.5, 0.0, 2.03)
CASING = 0.15
WALL, DOORS = CLASSES.index("wall"), CLASSES.index("door")


def on_wall(layout: Layout) -> tuple[Array, Array]:
    """Metres along the far wall and over the floor at each pixel; NaN off it."""
    camera = layout.camera
    v, u = np.mgrid[: camera.height, : camera.width] + 0.5
    points = camera.rays(np.stack([u, v], -1)) * layout.depth()[..., None]
    wall = layout.walls[FAR]
    along = (points[..., [0, 2]] - np.asarray(wall.start)) @ np.asarray(wall.direction)
    own = layout.wall_ids() == FAR
    return np.where(own, along, np.nan), np.where(own, points[..., 1] + camera.height_m, np.nan)


def framed(along: Array, up: Array, more: float) -> Array:
    """bool HxW: the door and ``more`` metres round it."""
    return (along > DOOR.left_m - more) & (along < DOOR.right_m + more) & (up < DOOR.top_m + more)


def photo(made: Made) -> tuple[Image, Segments, Layout, Array]:
    """The room with a white wall and door, the network's door a blob; and bool HxW: door and casing."""
    layout = replace(made.layout, openings=(DOOR,), confidence=0.9)
    along, up = on_wall(layout)
    outer, inner = framed(along, up, CASING), framed(along, up, 0.0)
    pixels = made.image.array.astype(np.float32)
    pixels[layout.wall_ids() == FAR] = 225.0
    kernel = np.ones((3, 3), np.uint8)
    for part, drop in ((outer, 8.0), (inner, 12.0)):
        pixels[(cv2.dilate(part.astype(np.uint8), kernel) > 0) & ~part & np.isfinite(along)] -= drop
    pixels += np.random.default_rng(3).normal(0, 1.2, pixels.shape)
    labels = made.segments.labels.copy()
    soft = cv2.GaussianBlur(framed(along, up, 0.03).astype(np.float32), (0, 0), 5)
    wave = 0.35 * np.sin(np.mgrid[: len(labels), : labels.shape[1]].sum(0) / 9)
    labels[(soft > 0.5 + wave) & (soft > 0.1) & (labels == WALL)] = DOORS
    return Image(np.clip(pixels, 0, 255).astype(np.uint8), name="door.png"), Segments(labels, CLASSES), layout, outer


def test_paint_stops_at_the_casing(made: Made):
    image, segments, layout, outer = photo(made)
    wall = Finder(image, segments, layout).find("wall").mask
    along, up = on_wall(layout)
    near = framed(along, up, CASING + 0.15) & (up > 0.3)
    by_network = ((segments.labels == WALL) == outer)[near].mean()
    wrong = (wall == outer)[near].mean()
    assert by_network > 0.15, "the casing is wall to the network, and the door's border waves"
    assert wrong < 0.25 * by_network


def test_only_what_the_network_sees_as_well(made: Made):
    """A door that only the layout knows is not drawn, and round a window nothing is taken for wall."""
    image, segments, layout, outer = photo(made)
    size = layout.camera.width, layout.camera.height
    planes, steep = plane_map(layout, size), gradient(cielab(image.array))

    def drawn(labels: Array, kind: str) -> tuple[dict[str, Array], dict[str, Array], Array]:
        maps = class_maps(Segments(labels, CLASSES), CLASSES, size)
        shown = replace(layout, openings=(replace(DOOR, kind=kind),))
        return maps, *draw_openings(maps, shown, planes, steep)

    before, after, doors = drawn(np.where(segments.labels == DOORS, WALL, segments.labels), "door")
    assert not doors.any() and all((after[n] == before[n]).all() for n in CLASSES)
    before, after, doors = drawn(segments.labels, "door")
    assert (doors == outer)[np.isfinite(on_wall(layout)[0])].mean() > 0.985
    assert after["wall"][outer].mean() < 0.15 < before["wall"][outer].mean()
    before, after, doors = drawn(segments.labels, "window")
    beyond = np.isfinite(on_wall(layout)[0]) & ~outer & (before["door"] > 0.5)
    assert not doors.any() and (after["door"] == before["door"])[beyond].all()


def test_a_doubtful_second_door_is_panelling_a_sure_one_is_not(made: Made):
    """On a wall that has a door the network half sees another: wall, unless it is sure of it somewhere."""
    image, segments, layout, _ = photo(made)
    size = layout.camera.width, layout.camera.height
    planes, steep = plane_map(layout, size), gradient(cielab(image.array))
    along, up = on_wall(layout)
    panel = (along > DOOR.left_m - 1.4) & (along < DOOR.left_m - 0.6) & (up < 0.8)
    assert panel.sum() > 200
    for most, is_wall in ((0.55, True), (0.85, False)):
        maps = class_maps(segments, CLASSES, size)
        maps["door"][panel], maps["wall"][panel] = 0.4, 0.6
        middle = np.argwhere(panel)[panel.sum() // 2]
        maps["door"][tuple(middle)] = most
        after, _ = draw_openings(maps, layout, planes, steep)
        assert (after["wall"][panel].mean() > 0.9) == is_wall
        assert (after["door"][panel].mean() < 0.1) == is_wall
