"""Borders along the building's seams: steps go, what hangs there and what is curved stays."""

from __future__ import annotations

import numpy as np
from made_room import HEIGHT, WIDTH, Made

from stagekit.surface.belief import plane_map
from stagekit.surface.straight import straighten
from stagekit.types import Array, Layout, Opening


def far_wall(layout: Layout) -> tuple[Array, Array, Array]:
    """(all walls bool, columns of the far wall, its uppermost row in each)."""
    planes = plane_map(layout, (WIDTH, HEIGHT))
    far = planes == 8 + 2
    columns = np.flatnonzero(far.any(0))[6:-6]
    return planes >= 8, columns, far[:, columns].argmax(0)


def test_steps_along_the_ceiling_go(made: Made) -> None:
    wall, columns, top = far_wall(made.layout)
    stepped = wall.copy()
    for k, (x, y) in enumerate(zip(columns, top, strict=True)):
        if k // 14 % 3 == 0:
            stepped[y : y + 3, x] = False
    assert (stepped != wall).sum() > 100
    got = straighten(stepped, made.layout)
    assert (got != wall)[:, columns].sum() < 0.3 * (stepped != wall).sum()
    assert np.ptp(got[:, columns].argmax(0) - top) <= 1


def test_a_lamp_at_the_ceiling_stays(made: Made) -> None:
    wall, columns, top = far_wall(made.layout)
    lamp = np.zeros_like(wall)
    middle = len(columns) // 2
    lamp[top[middle] - 2 : top[middle] + 30, columns[middle - 12 : middle + 12]] = True
    got = straighten(wall & ~lamp, made.layout)
    assert got[lamp].mean() < 0.1


def test_a_border_that_is_no_line_is_left_alone(made: Made) -> None:
    """A wall that ends in a curve far from the layout's ceiling, and one without any clear border."""
    wall, columns, top = far_wall(made.layout)
    for depth in (40, 14):
        curved = wall.copy()
        for x, y in zip(columns, top, strict=True):
            curved[y : y + round(depth * np.sin((x - columns[0]) / len(columns) * np.pi)), x] = False
        changed = (straighten(curved, made.layout) != curved)[:, columns]
        assert changed.mean() < 0.004
    noise = wall & (np.random.default_rng(0).random(wall.shape) < 0.5)
    assert np.array_equal(straighten(noise, made.layout), noise)


def test_a_windows_frame_is_drawn_straight(made: Made) -> None:
    window = Opening("window", 2, 1.2, 3.0, 0.9, 2.1)
    layout = Layout(made.layout.camera, made.layout.floor, made.layout.walls, 2.5, (window,))
    glass = layout.surfaces() == 4
    wall = (plane_map(layout, (WIDTH, HEIGHT)) >= 8) & ~glass
    rows = np.flatnonzero(glass.any(1))[4:-4]
    left = glass[rows].argmax(1)
    stepped = wall.copy()
    for k, (y, x) in enumerate(zip(rows, left, strict=True)):
        if k // 9 % 3 == 0:
            stepped[y, x - 3 : x] = False
    got = straighten(stepped, layout)
    assert (stepped != wall).sum() > 50 and (got != wall)[rows].sum() < 0.35 * (stepped != wall).sum()
