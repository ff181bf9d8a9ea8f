"""Light exchanged between the surfaces of a room, against what is known in closed form."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from made_room import HEIGHT, WIDTH, Made

from stagekit.surface import radiosity
from stagekit.surface.belief import plane_map
from stagekit.surface.radiosity import CEILING, FLOOR, WALL, Change, _told, patches, relight, shares
from stagekit.types import Array, Camera, Layout, Opening, Wall

CAMERA = Camera(300.0, WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT, pitch_deg=-3.0, height_m=1.4)
BOX = ((2.2, 0.3), (-2.0, 0.3), (-2.0, -4.5), (2.2, -4.5))
ANGLE = ((2.0, 0.5), (-2.0, 0.5), (-2.0, -7.5), (6.0, -7.5), (6.0, -3.5), (2.0, -3.5))
"""A room round a corner: what lies beyond x = 2 is not seen from its near part."""


def room(
    corners: tuple[tuple[float, float], ...] = BOX, high: float = 2.5, openings: tuple[Opening, ...] = ()
) -> Layout:
    n = len(corners)
    walls = tuple(Wall(corners[i], corners[(i + 1) % n], high) for i in range(n))
    return Layout(CAMERA, np.array(corners), walls, high, openings)


def changes(layout: Layout, planes: Array, before: float, after: float, *, walls_only: bool = False) -> list[Change]:
    old, new = np.full(3, before), np.array([after, before, after])
    walls = tuple(WALL + k for k in range(len(layout.walls)))
    every = [(planes >= 8, walls), (planes == 1, (FLOOR,)), (planes == 3, (CEILING,))]
    return [Change(mask, numbers, old, new) for mask, numbers in every[: 1 if walls_only else 3]]


def test_a_cube_sees_its_opposite_face_as_the_tables_say() -> None:
    p = patches(room(((1.0, 0.2), (-1.0, 0.2), (-1.0, -1.8), (1.0, -1.8)), 2.0))
    assert p.received.sum(1) == pytest.approx(np.ones(len(p.surface)), abs=1e-5)
    floor, ceiling = p.surface == FLOOR, p.surface == CEILING
    assert p.received[floor][:, ceiling].sum(1).mean() == pytest.approx(0.1998, abs=0.004)
    assert p.received[floor][:, floor].max() == 0


def test_a_room_of_one_albedo_follows_the_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of albedo a, evenly lit, and then all of b: light changes by (1 - a) / (1 - b) everywhere, by channel."""
    monkeypatch.setattr(radiosity, "BARE", 1.0)
    layout = room()
    planes = plane_map(layout, (WIDTH, HEIGHT))
    light = np.full((HEIGHT, WIDTH, 3), 0.4, np.float32)
    for a, b in ((0.5, 0.2), (0.2, 0.6)):
        factors = relight(layout, planes, light, changes(layout, planes, a, b), {})
        assert factors is not None and len(factors) == 3
        for factor in factors:
            assert factor[..., [0, 2]] == pytest.approx(np.full((HEIGHT, WIDTH, 2), (1 - a) / (1 - b)), rel=0.02)
            assert factor[..., 1] == pytest.approx(np.ones((HEIGHT, WIDTH)), abs=1e-6)


def test_dark_walls_darken_their_corners_most() -> None:
    layout = room()
    planes = plane_map(layout, (WIDTH, HEIGHT))
    light = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    [factor] = relight(layout, planes, light, changes(layout, planes, 0.8, 0.05, walls_only=True), {}) or ()
    edge = (planes < 8) & (cv2.dilate((planes >= 8).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    assert factor[edge][:, 0].max() < 0.9, "what mixes with the wall beside it changes with the wall"
    far = planes == np.bincount(planes[planes >= 8].ravel()).argmax()
    row = factor[HEIGHT // 2, np.flatnonzero(far[HEIGHT // 2]), 0]
    middle, corners = row[len(row) // 2], (row[1], row[-2])
    assert 0.3 < max(corners) < 0.95 * middle < 0.9


def test_no_surface_turns_black(made: Made) -> None:
    """A small room lit from one corner: all else seems to live on the white walls' light. The order stays."""
    planes = plane_map(made.layout, (WIDTH, HEIGHT))
    light = np.full((HEIGHT, WIDTH, 3), 0.03, np.float32)
    light[:, : WIDTH // 4] = 0.9
    walls = tuple(WALL + k for k in range(len(made.layout.walls)))
    change = Change(planes >= 8, walls, np.full(3, 0.85), np.full(3, 0.05))
    [factor] = relight(made.layout, planes, light, [change], {}) or ()
    level = factor[change.mask] @ radiosity.LUMA
    assert np.median(level) == pytest.approx(radiosity.DARKEST, rel=0.05)
    assert np.percentile(level, 95) > np.median(level) + 0.1


def test_windows_give_nothing_back() -> None:
    glazed = room(openings=(Opening("window", 0, 0.1, 4.1, 0.1, 2.4), Opening("window", 1, 0.1, 4.7, 0.1, 2.4)))
    planes = plane_map(glazed, (WIDTH, HEIGHT))
    light = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    [open_], [closed] = (
        relight(x, planes, light, changes(x, planes, 0.8, 0.05, walls_only=True), {}) or () for x in (glazed, room())
    )
    assert open_[planes >= 8][:, 0].mean() > closed[planes >= 8][:, 0].mean() + 0.03


def test_no_light_comes_round_a_corner() -> None:
    layout = room(ANGLE)
    p = patches(layout)
    near = (p.surface == FLOOR) & (p.centre[:, 2] > -1.0) & (p.centre[:, 0] > 0.5)
    up = np.repeat([[0.0, 1.0, 0.0]], near.sum(), 0)
    ceiling = (p.surface == CEILING) & (p.centre[:, 0] > 3.5)
    assert near.any() and ceiling.any()
    got = shares(layout, p.centre[near], up, p.corners, p.normal)
    assert got[:, ceiling].max() == 0 and got.sum(1) == pytest.approx(np.ones(near.sum()), abs=1e-5)
    wide = room(((8.0, 2.0), (-4.0, 2.0), (-4.0, -9.0), (8.0, -9.0)))
    whole = shares(wide, p.centre[near], up, p.corners, p.normal)  # nothing between: the same patches shine on it
    assert whole[:, ceiling].max() > 0


def test_a_wall_that_goes_on_over_the_layout_changes_with_the_rest(made: Made) -> None:
    """A gable: the mask reaches into what the layout takes for ceiling."""
    planes = plane_map(made.layout, (WIDTH, HEIGHT))
    [change] = changes(made.layout, planes, 0.8, 0.05, walls_only=True)
    gable = np.zeros_like(change.mask)
    rows = np.flatnonzero((planes == 3).any(1))
    gable[rows[-1] - 12 : rows[-1] + 1, WIDTH // 2 - 40 : WIDTH // 2 + 40] = True
    gable &= planes == 3
    light = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    wider = Change(change.mask | gable, change.numbers, change.before, change.after)
    [factor] = relight(made.layout, planes, light, [wider], {}) or ()
    assert gable.sum() > 300 and factor[gable][:, 0].max() < 0.9


def test_a_wall_is_not_told_by_the_one_before_it() -> None:
    """Round the corner: what hides a wall is lit in its own way, and tells nothing of it."""
    layout = room(ANGLE)
    planes = plane_map(layout, (WIDTH, HEIGHT))
    light = np.repeat(np.where(planes >= 8, planes, 1)[..., None], 3, 2).astype(np.float32) / 20
    p = patches(layout)
    told = _told(layout, p, np.flatnonzero(p.surface >= WALL).tolist(), light, planes >= 8, planes)
    assert len(told) > 20
    assert all(level[0] == pytest.approx((8 + p.surface[k] - WALL) / 20) for k, level in told.items())


def test_nothing_seen_is_nothing_told(made: Made) -> None:
    planes = plane_map(made.layout, (WIDTH, HEIGHT))
    none = np.zeros(planes.shape, bool)
    change = Change(none, (FLOOR,), np.full(3, 0.2), np.full(3, 0.6))
    assert relight(made.layout, planes, np.full((HEIGHT, WIDTH, 3), 0.5, np.float32), [change], {}) is None
