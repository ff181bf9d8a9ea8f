"""Floor polygons, their drawing, and what the photo shows of them."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_rooms import box_room
from shapely.geometry import Point, Polygon

from stagekit.room.cylinder import _plain, make_cylinder
from stagekit.room.planes import Plane, solve
from stagekit.room.shape import build_shape
from stagekit.types import Camera, Layout, Obstacle, Opening, Wall


@pytest.mark.parametrize("yaw", [-40, -20, 0, 15, 44])
def test_polygon_is_simple_counter_clockwise_and_holds_the_camera(yaw: float) -> None:
    layout = box_room(yaw=yaw)
    polygon = Polygon(layout.floor)
    assert polygon.is_valid
    assert polygon.exterior.is_ccw
    assert polygon.contains(Point(0, 0))
    for wall in layout.walls:
        middle = np.add(wall.start, wall.end) / 2 + wall.normal * 1e-3
        assert polygon.buffer(1e-6).contains(Point(*middle)), "normals point into the room"


@pytest.mark.parametrize("yaw", [0, 20, 44])
def test_drawing_agrees_with_the_camera(yaw: float) -> None:
    layout = box_room(yaw=yaw, roll=1.5)
    surfaces, depth, ids = layout.surfaces(), layout.depth(), layout.wall_ids()
    camera = layout.camera
    rng = np.random.default_rng(0)
    inside = Polygon(layout.floor).buffer(1e-6)
    for _ in range(200):
        x, y = int(rng.integers(camera.width)), int(rng.integers(camera.height))
        uv = np.array([x + 0.5, y + 0.5])
        point = camera.centre + camera.rays(uv) * depth[y, x]
        assert camera.project(point)[1] == pytest.approx(depth[y, x], rel=1e-4)
        if surfaces[y, x] == 1:
            assert abs(point[1]) < 1e-3 and inside.contains(Point(point[0], point[2]))
        elif surfaces[y, x] == 3:
            assert point[1] == pytest.approx(layout.ceiling_height_m, abs=1e-3)
        else:
            wall = layout.walls[ids[y, x]]
            assert abs(wall.normal @ (point[[0, 2]] - wall.start)) < 1e-3
            assert -1e-3 <= point[1] <= layout.ceiling_height_m + 1e-3


def test_nearer_wall_hides_the_one_behind() -> None:
    camera = Camera(300, 200, 150, 400, 300)
    corners = [(-3, 1), (-3, -5), (0, -5), (0, -2), (2, -2), (2, 1)]
    walls = tuple(Wall(corners[k], corners[(k + 1) % 6], 2.5) for k in range(6))
    layout = Layout(camera=camera, floor=np.array(corners, float), walls=walls, ceiling_height_m=2.5)
    assert layout.wall_ids()[150, 300] == 3
    assert layout.depth()[150, 300] == pytest.approx(2.0, rel=1e-3)
    assert layout.wall_ids()[150, 150] == 1
    assert layout.depth()[150, 150] == pytest.approx(5.0, rel=1e-3)


def test_openings_are_drawn_in_their_wall() -> None:
    layout = box_room(yaw=0)
    front = next(k for k, w in enumerate(layout.walls) if w.kind == "wall" and abs(w.direction[1]) < 0.1)
    wall = layout.walls[front]
    layout = replace(layout, openings=(Opening("window", front, 1.0, 2.0, 0.9, 2.0),))
    uv, _ = layout.camera.project(np.array([wall.point(1.5, 1.5), wall.point(1.5, 0.5), wall.point(2.5, 1.5)]))
    seen = [int(layout.surfaces()[int(v), int(u)]) for u, v in uv]
    assert seen == [4, 2, 2]


def test_open_walls_have_no_pixels() -> None:
    layout = box_room(yaw=0)
    walls = tuple(replace(w, kind="open") if w.kind == "wall" else w for w in layout.walls)
    layout = replace(layout, walls=walls)
    row = layout.surfaces()[layout.camera.height // 2 - 30]
    assert (row == 0).all()


def test_visible_floor_is_inside_room_and_picture_without_obstacles() -> None:
    layout = box_room(yaw=10)
    whole = layout.visible_floor()
    assert Polygon(layout.floor).buffer(1e-6).contains(whole)
    assert not whole.contains(Point(0, 0.3)), "behind the camera nothing is seen"
    uv, _ = layout.camera.project(np.array([[x, 0, z] for x, z in whole.representative_point().coords]))
    assert 0 < uv[0, 0] < layout.camera.width and 0 < uv[0, 1] < layout.camera.height
    spot = np.array([[-0.3, -3.3], [0.3, -3.3], [0.3, -2.7], [-0.3, -2.7]])
    thing = Obstacle(spot, 0.5, np.zeros((480, 640), bool))
    rest = replace(layout, obstacles=(thing,)).visible_floor()
    assert rest.area == pytest.approx(whole.area - 0.36, abs=1e-6)


@pytest.mark.parametrize("yaw", [-44.15, 44.15])
def test_the_unseen_sides_of_a_room_stand_outside_the_view(yaw: float) -> None:
    """A corner straight ahead, both walls cut by the picture's borders: what is seen is those two, floor and ceiling."""
    first, second = math.radians(-yaw - 90), math.radians(-yaw)
    if yaw < 0:
        first, second = second - math.pi / 2, second
    edge = math.radians(45.6)
    azimuths = sorted(math.remainder(a, 2 * math.pi) for a in (first, second))
    corner = math.radians(2)
    planes = [Plane(azimuths[0], 0.36, -edge, corner), Plane(azimuths[1], 0.33, corner, edge)]
    floor, walls, _ = build_shape(planes, yaw, 1.2, 2.5)
    camera = Camera(532, 533, 310, 1066, 710, height_m=1.2)
    layout = Layout(camera=camera, floor=floor, walls=walls, ceiling_height_m=2.5, yaw_deg=yaw)
    assert Polygon(floor).is_valid
    seen = {walls[k].kind for k in np.unique(layout.wall_ids()) if k >= 0}
    assert seen == {"wall"}


def test_a_corner_is_dear_where_paint_goes_on_and_not_where_light_changes() -> None:
    """Two walls of other light meet in column 30 of 60; in the second picture they are one; in the third nothing is seen."""
    around = np.full((60, 40, 3), 0.8, np.float32)
    meet = around.copy()
    meet[30:] = 0.7
    bare, weight = np.ones((60, 40), bool), np.ones((60, 40))
    assert _plain(meet, bare, weight)[30] == 0 and _plain(meet, bare, weight)[10] == 1
    assert _plain(around, bare, weight)[30] == 1
    assert not _plain(around, ~bare, weight).any()


def test_the_floor_seen_under_furniture_makes_no_corner_in_plain_paint() -> None:
    """One wall; to the right of column 60 the network takes what is seen under a sofa for floor, higher up. Where light
    changes there it is a corner."""
    layout = box_room(yaw=0.0, pitch=0.0, left=9.0, front=3.0, right=9.0)
    camera = layout.camera.scaled(160, 120)
    surfaces = cv2.resize(layout.surfaces(), (160, 120), interpolation=cv2.INTER_NEAREST)
    surfaces[surfaces == 3] = 2  # no ceiling has a say
    foot = int(np.nonzero(surfaces[:, 80] == 1)[0].min())
    surfaces[foot - 8 : foot, 60:] = 1
    logs = np.log(np.stack([np.where(surfaces == k, 0.9, 0.05) for k in (1, 2, 3)]).astype(np.float32))
    plain = np.full((120, 160, 3), 200, np.uint8)
    lit = plain.copy()
    lit[:, 60:] = 170
    count = [
        len(solve(make_cylinder(camera, picture, logs, np.zeros((0, 4)), np.zeros((5, 0)), 0.0))[0])
        for picture in (plain, lit)
    ]
    assert count[0] < count[1]
