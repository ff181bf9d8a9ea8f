"""The floor behind what stands on it, and jumps of walls that nothing shows."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_rooms import CLASSES, box_room, picture, probabilities
from shapely import contains_xy
from shapely.geometry import MultiPoint

from stagekit.room import estimate
from stagekit.room.cylinder import Cylinder, make_cylinder
from stagekit.room.estimate import estimate_layout
from stagekit.room.hidden import floor_behind, with_floor
from stagekit.room.jumps import without_unseen_jumps
from stagekit.room.planes import Plane
from stagekit.types import Image, Layout

ROWS = np.linspace(-1.0, 0.1, 56)


def behind(*spans: tuple[str, float], deep: float = 0.7, first: int = 0) -> np.ndarray:
    """`floor_behind` in one column of ``spans`` from bottom to top, each with the row's tangent at which it ends."""
    names = np.empty(len(ROWS), object)
    low = -2.0
    for name, high in spans:
        names[(low <= ROWS) & (high > ROWS)] = name
        low = high
    floor, thing = (np.where(names == n, 0.9, 0.05)[None] for n in ("floor", "thing"))
    inside = (np.arange(len(ROWS)) >= first)[None]
    return floor_behind(floor, thing, np.full(floor.shape, deep), inside, ROWS)[0]


def hidden_from(row: float, deep: float = 0.7) -> float:
    """Tangent at which the floor ``deep`` metres behind that seen at ``row`` would be seen, the camera at 1.4 m."""
    return -1 / (1 / -row + deep / 1.4)


def test_the_floor_goes_on_under_a_thing_as_far_as_it_is_deep() -> None:
    p = behind(("floor", -0.6), ("thing", -0.1), ("wall", 1))
    back = hidden_from(-0.6)
    assert (p[(ROWS > -0.59) & (back - 0.06 > ROWS)] > 0.9).all()
    assert (p[back + 0.06 < ROWS] < 0.1).all()


def test_a_deeper_thing_hides_more_floor() -> None:
    shallow, deep = (
        behind(("floor", -0.6), ("thing", -0.1), ("wall", 1), deep=d)[ROWS > -0.59].sum() for d in (0.3, 1.2)
    )
    assert deep > 1.5 * shallow


def test_what_hangs_on_a_wall_hides_no_floor() -> None:
    p = behind(("floor", -0.6), ("wall", -0.5), ("thing", -0.1), ("wall", 1))
    assert p[ROWS > -0.49].max() < 0.05


def test_what_the_picture_cuts_stands_at_its_border() -> None:
    p = behind(("thing", -0.1), ("wall", 1), first=20)
    assert not p[:20].any()
    assert p[20] > 0.9
    assert p[hidden_from(ROWS[20]) + 0.06 < ROWS].max() < 0.1


def test_hidden_floor_is_floor_rather_than_wall() -> None:
    floor, wall, ceiling = with_floor([np.log([0.5, 0.5]), np.log([0.6, 0.6]), np.zeros(2)], np.array([0.0, 1.0]))
    assert floor[0] < wall[0] and floor[1] > wall[1] + 1
    assert not ceiling.any()


def sofa_along(truth: Layout, name: str, step: int = 4) -> tuple[Image, np.ndarray, tuple[str, ...]]:
    """A drawn room, a thing 0.8 m deep and high along its whole front wall, as a network that names it would see it."""
    p = probabilities(truth, step=step)
    x, z = np.meshgrid([-6.0, 6.0], [-4.0, -3.2])
    corners = np.array([[a, y, b] for a, b in zip(x.ravel(), z.ravel(), strict=True) for y in (0.0, 0.8)])
    outline = MultiPoint(truth.camera.project(corners)[0] / step).convex_hull
    rows, columns = np.mgrid[0 : p.shape[1], 0 : p.shape[2]] + 0.5
    inside = contains_xy(outline, columns, rows)
    p[:, inside] = 0.02
    p[CLASSES.index("chair"), inside] = 0.9
    image = picture(truth)
    array = image.array.copy()
    array[np.kron(inside, np.ones((step, step))).astype(bool)[: image.height, : image.width]] = (60, 70, 110)
    return image.with_array(array), p, tuple(name if c == "chair" else c for c in CLASSES)


def share_of_floor(found: Layout, truth: Layout) -> float:
    a, b = found.surfaces() == 1, truth.surfaces() == 1
    return float((a & b).sum() / (a | b).sum())


def test_no_wall_stands_at_the_feet_of_a_sofa() -> None:
    """Fitted things, of which nothing is known, leave the wall where the floor ends."""
    truth = box_room(yaw=20, pitch=-4)
    seen = {}
    for name in ("sofa", "cabinet"):
        image, p, classes = sofa_along(truth, name)
        seen[name] = share_of_floor(estimate_layout(image, probabilities=p, classes=classes), truth)
    assert seen["sofa"] > 0.88
    assert seen["cabinet"] < 0.75


def test_a_line_at_the_feet_of_a_sofa_is_no_wall_edge() -> None:
    truth = box_room(yaw=0, pitch=0)
    camera = truth.camera.scaled(160, 120)
    low = np.array([[[-0.5, 0, -d], [0.5, 0, -d]] for d in (3.2, 2.6)])  # the sofa's feet, the edge of a rug
    lines = camera.project(low)[0].reshape(2, 4)
    foot = float(lines[0, 1])
    rows = np.arange(120)[:, None] + 0.5
    floor, sofa = (np.broadcast_to(m, (120, 160)) for m in (rows > foot, (rows < foot) & (rows > 65)))
    logs = np.log(np.stack([0.05 + 0.9 * floor, 0.5 + 0 * floor, 0.05 + 0 * floor]).astype(np.float32))
    loose = np.stack([floor, sofa, 0.8 * sofa]).astype(np.float32)
    grey = np.full((120, 160, 3), 128, np.uint8)
    without, known = (make_cylinder(camera, grey, logs, lines, np.ones((5, 2)), 0.0, loose=m) for m in (None, loose))
    middle = len(known.theta) // 2
    at = [int(np.rint(known.row(-1.4 / away))) for away in (3.2, 2.6)]
    before, after = (c.lines[0, middle, at] for c in (without, known))
    assert (before > 0).all()
    assert after[0] < 0.1 * before[0] and after[1] == pytest.approx(before[1])


def test_cameras_are_compared_by_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the thing is a sofa or fitted is all the same to the comparison, and not to the room's shape."""
    image, p, classes = sofa_along(box_room(yaw=20, pitch=-4), "sofa")
    compared: list[Cylinder] = []
    solved: list[Cylinder] = []
    coarse, solve = estimate.coarse_cost, estimate.solve
    monkeypatch.setattr(estimate, "coarse_cost", lambda c, r: compared.append(c) or coarse(c, r))
    monkeypatch.setattr(estimate, "solve", lambda c, r: solved.append(c) or solve(c, r))
    for name in ("sofa", "cabinet"):
        estimate_layout(image, probabilities=p, classes=tuple(name if c == "sofa" else c for c in classes))
    half = len(compared) // 2
    assert half > 1
    assert all(np.array_equal(a.floor, b.floor) for a, b in zip(compared[:half], compared[half:], strict=True))
    assert not np.array_equal(solved[0].floor, solved[1].floor)


FAR, NEAR, RATIO = 0.30, 0.36, 0.8


def gable(step: bool, edges: bool) -> Cylinder:
    """A front wall whose ceiling is higher on the right, its foot with a ``step`` there or straight, ceiling ``edges`` seen
    or not."""
    truth = box_room(yaw=0, pitch=0, left=9, right=9, front=1.4 / FAR)
    camera = truth.camera.scaled(160, 120)
    v, u = np.mgrid[0:120, 0:160] + 0.5
    d = camera.rays(np.stack([u, v], -1))
    tangent = d[..., 1] / -d[..., 2]
    right = u > 80
    foot, top = np.where(right & step, NEAR, FAR), RATIO * np.where(right, NEAR, FAR)
    named = np.where(tangent < -foot, 0, np.where(tangent > top, 2, 1))
    logs = np.log(np.stack([np.where(named == k, 0.9, 0.05) for k in range(3)]).astype(np.float32))
    rows = [float(np.abs(tangent[:60, c] - top[0, c]).argmin()) for c in (40, 120)]
    lines = np.array([[0, rows[0], 79, rows[0]], [81, rows[1], 160, rows[1]]]) if edges else np.zeros((0, 4))
    fit = np.ones((5, len(lines)))
    return make_cylinder(camera, np.full((120, 160, 3), 200, np.uint8), logs, lines, fit, 0.0)


@pytest.mark.parametrize(("step", "edges", "walls"), [(False, False, 1), (True, False, 2), (False, True, 2)])
def test_jumps_that_neither_floor_nor_ceiling_shows_are_none(step: bool, edges: bool, walls: int) -> None:
    cylinder = gable(step, edges)
    low, high = cylinder.theta[0] - 0.01, cylinder.theta[-1] + 0.01
    planes = without_unseen_jumps(cylinder, [Plane(0.0, FAR, low, 0.0), Plane(0.0, NEAR, 0.0, high)], RATIO)
    assert len(planes) == walls
    if walls == 1:
        assert planes[0].q == pytest.approx(FAR, rel=0.02) and (planes[0].left, planes[0].right) == (low, high)


def test_walls_that_meet_in_a_corner_stay_two() -> None:
    cylinder = gable(False, False)
    planes = [Plane(0.0, FAR, cylinder.theta[0], 0.2), Plane(np.pi / 2, FAR, 0.2, cylinder.theta[-1])]
    assert without_unseen_jumps(cylinder, planes, RATIO) == planes


def test_a_stovepipe_under_a_gable_is_no_corner() -> None:
    """One wall, its foot straight, its ceiling higher to the right of a pipe."""
    truth = box_room(yaw=0, pitch=0, left=9, right=9, front=1.4 / FAR)
    v, u = np.mgrid[0:480, 0:640] + 0.5
    d = truth.camera.rays(np.stack([u, v], -1))
    tangent = d[..., 1] / -d[..., 2]
    top = RATIO * np.where(u > 320, 0.42, FAR)
    named = np.where(tangent < -FAR, 1, np.where(tangent > top, 2, 0))
    p = np.stack([np.where(named == k, 0.9, 0.02) for k in range(3)]).astype(np.float32)[:, 2::4, 2::4]
    image = picture(truth)
    array = image.array.copy()
    array[named == 0], array[named == 2] = (205, 200, 190), (238, 238, 236)
    array[120:300, 318:324] = 20
    found = estimate_layout(
        image.with_array(array), probabilities=p, classes=("wall", "floor", "ceiling"), focal_px=420.0
    )
    assert [w.kind for w in found.walls].count("wall") == 1
