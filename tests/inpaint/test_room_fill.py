"""What the room tells the filling: where skirting boards run, and how daylight falls on the floor."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_rooms import box_room

from stagekit.inpaint import planar
from stagekit.inpaint.daylight import bases, floor_light
from stagekit.inpaint.feet import moved, observed
from stagekit.inpaint.footing import on_the_floor, seen_boards
from stagekit.inpaint.light import light, to_log
from stagekit.inpaint.planar import fill
from stagekit.inpaint.regions import regions
from stagekit.inpaint.skirting import HEIGHTS, Board, _borrowed, _level, _start, boards
from stagekit.types import Opening

HEIGHT_M = 0.10
"""Of the skirting in the drawn rooms."""


def learnt(room, layout):
    log = to_log(room.photo.array)
    size = (room.photo.width, room.photo.height)
    planes = planar.seen_planes(
        log, room.thing, layout, room.segments, observed(layout, room.segments, ~room.thing), size
    )
    return planes, boards(room.photo.array, planes, (1.0, 1.0), room.thing)


def top(board: Board, along: float) -> float:
    """Height over the layout's line at which the board ends and the wall begins."""
    level = board.profile.mean(1)
    edge = HEIGHTS[:-1][np.diff(level).argmin()]
    return float(edge + board.offset + board.slope * along)


def test_the_profile_ends_where_the_board_does(room):
    planes, found = learnt(room, room.layout)
    assert len(found) >= 2
    for number, board in found.items():
        points, _ = planes[number].region.metres(np.argwhere(planes[number].good)[:, ::-1].astype(float))
        assert top(board, float(np.median(points[:, 0]))) == pytest.approx(HEIGHT_M, abs=0.02)


def test_a_layout_that_is_off_is_corrected_by_where_the_board_is_seen(room):
    """Rolled by a degree, the layout's line crosses the board: its slope is found, and the board goes on straight."""
    layout = replace(room.layout, camera=replace(room.layout.camera, roll_deg=1.0))
    right, wrong = learnt(room, room.layout)[1], learnt(room, layout)[1]
    assert max(abs(b.slope) for b in right.values()) < 0.005
    assert max(abs(b.slope) for b in wrong.values()) > 0.01
    filled = fill(room.photo.array, room.thing, layout, room.segments).astype(float).mean(2)
    board = room.thing & (room.empty.array.min(2) > 225)
    assert (filled[board] > 215).mean() > 0.85  # 0.81 where short pieces are copied instead


def test_a_wall_without_a_board_of_its_own_takes_the_one_that_is_seen_most(room):
    planes, own = learnt(room, room.layout)
    number = min(own)
    planes[number] = replace(planes[number], foot=np.zeros_like(room.thing))
    found = boards(room.photo.array, planes, (1.0, 1.0), room.thing)
    longest = max((b for k, b in own.items() if k != number), key=lambda b: b.metres)
    assert found[number].metres == 0 < longest.metres
    assert np.array_equal(found[number].profile, _level(longest.profile))
    assert found[number].line(np.zeros((1, 2))) == 0
    blind = [replace(p, foot=np.zeros_like(room.thing)) for p in planes]
    assert not boards(room.photo.array, blind, (1.0, 1.0), room.thing)


def test_a_lent_board_stands_on_the_floor_and_brings_none_of_it(room):
    """The wall that lends shows 18 mm of dark floor over its line: the board's foot is laid at 0 on the other wall."""
    floor = HEIGHTS < 0.018
    board = (HEIGHTS >= 0.018) & (HEIGHTS < 0.018 + HEIGHT_M)
    profile = np.where(floor, -1.2, np.where(board, 0.3, 0.0))[:, None].repeat(3, 1)
    level = _level(profile)[:, 0]
    assert level.min() >= 0
    assert level[np.abs(HEIGHTS - HEIGHT_M + 0.01).argmin()] == 0.3
    assert level[np.abs(HEIGHTS - HEIGHT_M - 0.01).argmin()] == 0.0


@pytest.mark.parametrize("lift", [0.0, 0.06])
def test_a_board_is_seen_in_the_hole_too_and_the_wall_goes_on_to_its_foot(room, lift):
    """Every second column is darker. The layout's floor lies ``lift`` metres too high: boards were taken for floor."""
    photo = room.photo.array.copy()
    photo[:, ::2] = (photo[:, ::2] * 0.9).astype(np.uint8)
    height, width = room.thing.shape
    layout = box_room(width=width, height=height, focal=0.66 * width, cam=1.4 - lift, ceiling=2.5 - lift)
    walls = regions(layout, width, height)
    found = seen_boards(photo, walls, room.segments, room.thing)
    assert len(found) >= 2
    for board in found.values():
        assert board.profile[HEIGHTS < 0].min() > 0  # none of the dark floor under it
        assert board.offset == pytest.approx(-lift, abs=0.015)
        assert top(board, 0.0) == pytest.approx(HEIGHT_M - lift, abs=0.02)
    surfaces, ids = moved(layout.surfaces(), layout.wall_ids(), on_the_floor(found, walls, {}))
    assert ((surfaces == 1) != (room.layout.surfaces() == 1)).mean() < 0.006
    assert (ids != room.layout.wall_ids()).mean() < 0.02


def test_a_wall_whose_foot_is_hidden_goes_on_as_far_as_the_others(room):
    height, width = room.thing.shape
    layout = box_room(width=width, height=height, focal=0.66 * width, cam=1.34, ceiling=2.44)
    walls = regions(layout, width, height)
    behind = min(r.wall for r in walls if r.surface == 2)
    labels = room.segments.labels.copy()
    labels[layout.wall_ids() == behind] = room.segments.classes.index("sofa")
    found = seen_boards(room.photo.array, walls, replace(room.segments, labels=labels), room.thing)
    assert behind not in found and found
    surfaces, _ = moved(layout.surfaces(), layout.wall_ids(), on_the_floor(found, walls, {}))
    assert ((surfaces == 1) != (room.layout.surfaces() == 1)).mean() < 0.006


@pytest.mark.parametrize(("boards_go", "low", "high", "tone"), [(True, -0.05, -0.03, 0.97), (False, 0.26, 0.28, 0.8)])
def test_the_last_plank_is_no_board_nor_is_what_has_no_bare_wall_over_it(room, boards_go, low, high, tone):
    """Walls without boards, planks and a faint joint before them; and walls with a rail closely over their boards."""
    photo = room.empty.array.astype(float)
    if boards_go:
        photo[room.layout.surfaces() == 2] = 190
    walls = [r for r in regions(room.layout, *room.photo.size) if r.surface == 2]
    for region in walls:
        height, _ = region.metres(np.stack(np.meshgrid(*map(np.arange, room.photo.size)), -1).astype(float))
        photo[(height[..., 1] > low) & (height[..., 1] < high)] *= tone
    assert not seen_boards(photo.astype(np.uint8), walls, room.segments, np.zeros_like(room.thing))


def test_what_nobody_named_is_not_painted_back(room):
    """A dark thing along a wall's foot, wall to the segmentation, with a drawn hole over it."""
    photo = room.empty.array.copy()
    labels = np.where(room.segments.labels == room.segments.classes.index("sofa"), 0, room.segments.labels)
    region = max((r for r in regions(room.layout, *room.photo.size) if r.surface == 2), key=lambda r: r.mask.sum())
    points, _ = region.metres(np.stack(np.meshgrid(*map(np.arange, room.photo.size)), -1).astype(float))
    low = region.mask & (points[..., 1] < 0.2)
    first, last = np.percentile(points[low][:, 0], (20, 80))
    thing = low & (points[..., 1] < 0.15) & (points[..., 0] > first) & (points[..., 0] < last)
    photo[thing] = (60, 60, 70)
    hole = cv2.dilate(thing.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    filled = fill(photo, hole, room.layout, replace(room.segments, labels=labels.astype(np.uint8)))
    assert np.median(filled[thing]) > 150


def test_the_segmentations_word_on_a_foot_far_from_the_boards_counts(room):
    walls = [r for r in regions(room.layout, *room.photo.size) if r.surface == 2]
    hidden, *others = sorted({r.wall for r in walls})
    found = {k: b for k, b in seen_boards(room.photo.array, walls, room.segments, room.thing).items() if k in others}
    assert found
    near, far = (0.0, 0.01), (0.0, 0.12)
    assert on_the_floor(found, walls, {hidden: far})[hidden] == far
    assert on_the_floor(found, walls, {hidden: near})[hidden] != near
    assert all(on_the_floor(found, walls, {k: far})[k] != far for k in found)


def test_a_low_board_is_lent_as_it_is_and_hardly_any_is_none(room):
    planes, _ = learnt(room, room.layout)
    profile = np.where(HEIGHTS < 0.045, 0.4, 0.0)[:, None].repeat(3, 1)
    numbers = [k for k, p in enumerate(planes) if p.region.surface == 2]
    blind = [replace(p, foot=np.zeros_like(room.thing)) for p in planes]
    seen = {planes[numbers[0]].region.wall: Board(profile, 0.0, 0.0, 1.0)}
    found = boards(room.photo.array, blind, (1.0, 1.0), room.thing, seen)
    assert np.array_equal(found[numbers[1]].profile, profile)
    walls = [r for r in regions(room.layout, *room.photo.size) if r.surface == 2]
    labels = np.full_like(room.segments.labels, room.segments.classes.index("sofa"))
    for first, last, some in ((20, 36, False), (20, 50, True)):
        labels[:, first:last] = 0
        shown = replace(room.segments, labels=labels)
        assert bool(seen_boards(room.empty.array, walls, shown, room.thing)) == some


def test_a_board_lent_to_a_wall_of_another_paint_keeps_its_own(room):
    """A white board is much brighter than a red wall, in blue above all: on a white wall beside it, it is no cyan."""
    planes, _ = learnt(room, room.layout)
    numbers = [k for k, p in enumerate(planes) if p.region.surface == 2]
    lender, other = numbers[:2]
    profile = np.where((HEIGHTS < 0.1)[:, None], (0.2, 1.6, 1.8), 0.0)

    def lent(tint, profile=profile):
        seen = {planes[lender].region.wall: Board(profile, 0.0, 0.0, 1.0)}
        blind = [replace(p, foot=np.zeros_like(room.thing), light=np.zeros_like(p.light)) for p in planes]
        blind[lender] = replace(blind[lender], light=blind[lender].light + np.float32(tint))
        return boards(room.photo.array, blind, (1.0, 1.0), room.thing, seen)[other].profile

    board = HEIGHTS < 0.09
    white = lent((0.0, -1.4, -1.6))
    assert white[board] == pytest.approx(0.2, abs=1e-5) and (white[HEIGHTS > 0.11] == 0).all()
    assert np.array_equal(lent((-0.3, -0.2, -0.1)), profile)  # the same paint, in other light
    none = 0.05 * np.sin(HEIGHTS * 90)[:, None].repeat(3, 1)
    assert np.array_equal(lent((0.0, -1.4, -1.6), none), none)  # a wall without a board lends no paint


def test_a_slope_is_carried_on_only_where_enough_of_the_board_is_seen(room):
    """The layout is rolled by a degree: over the whole wall its line slopes against the board's; a third does not tell."""
    layout = replace(room.layout, camera=replace(room.layout.camera, roll_deg=1.0))
    walls = [r for r in regions(layout, *room.photo.size) if r.surface == 2]
    whole = seen_boards(room.empty.array, walls, empty_of(room), room.thing)
    wall = max(whole, key=lambda k: abs(whole[k].slope))
    columns = np.flatnonzero((layout.wall_ids() == wall).any(0))
    labels = empty_of(room).labels.copy()
    labels[:, columns[len(columns) // 3] : columns[-1] + 1] = room.segments.classes.index("sofa")
    part = seen_boards(room.empty.array, walls, replace(room.segments, labels=labels), room.thing)
    assert abs(whole[wall].slope) > 0.01 and part[wall].slope == 0


def empty_of(room):
    """The segments with floor and wall where the sofa is."""
    surfaces = room.layout.surfaces()
    return replace(room.segments, labels=np.array([0, 1, 0, 2, 3, 4], np.uint8)[surfaces])


def test_plain_walls_have_no_board(room):
    walls = regions(room.layout, room.photo.width, room.photo.height)
    plain = np.array([0, 60, 180, 240, 90, 90], np.uint8)[room.layout.surfaces()][..., None].repeat(3, 2)
    assert not seen_boards(plain, walls, room.segments, room.thing)
    assert on_the_floor({}, walls, {0: (0.0, 0.01)}) == {0: (0.0, 0.01)}


def test_the_gap_under_a_thing_before_the_wall_is_no_board(room):
    """A dark line between bright ones all along the foot, as of a chest or a mirror that hangs low."""
    photo = room.photo.array.copy()
    planes, found = learnt(room, room.layout)
    for number in found:
        region = planes[number].region
        ys, xs = np.nonzero(region.mask)
        height = region.metres(np.stack([xs, ys], -1).astype(float))[0][:, 1]
        line = (height > 0.13) & (height < 0.19)
        photo[ys[line], xs[line]] = 40
    assert not boards(photo, planes, (1.0, 1.0), room.thing)


def test_a_glimpse_of_a_wall_tells_where_another_walls_board_lies(room):
    """Only 0.4 m of one wall's foot is seen; the layout is rolled, so that its line is off there. What is lent is the board
    of a wall of the same paint: its own, as it was learnt from all of it."""
    layout = replace(room.layout, camera=replace(room.layout.camera, roll_deg=1.0))
    planes, found = learnt(room, layout)
    number = max(found, key=lambda k: abs(found[k].slope))
    plane = planes[number]
    ys, xs = np.nonzero(plane.good)
    along = plane.region.metres(np.stack([xs, ys], -1).astype(float))[0][:, 0]
    few = np.zeros_like(plane.good)
    middle = float(np.percentile(along, 10))
    part = np.abs(along - middle) < 0.2
    few[ys[part], xs[part]] = True
    glimpsed = _borrowed(room.photo.array, plane, (1.0, 1.0), found[number], few)
    assert abs(found[number].offset + found[number].slope * middle) > 0.01
    assert top(glimpsed, middle) == pytest.approx(top(found[number], middle), abs=0.01)
    nothing = _borrowed(room.photo.array, plane, (1.0, 1.0), found[number], np.zeros_like(few))
    assert nothing.line(np.full((1, 2), middle)) == _start(plane)


def test_daylight_is_found_again_under_the_hole(room):
    """A floor lit by a window through its own form factor; the part under the window is hidden. The rim alone makes it too
    dark; geometry knows better, and is kept near what is seen anywhere."""
    wall = next(k for k, w in enumerate(room.layout.walls) if w.kind == "wall" and w.length_m > 2)
    middle = room.layout.walls[wall].length_m / 2
    layout = replace(room.layout, openings=(Opening("window", wall, middle - 0.9, middle + 0.9, 0.3, 2.2),))
    floor = layout.surfaces() == 1
    none = np.zeros_like(floor)
    log = to_log(room.empty.array)
    even = bases(layout, log.mean(2), none)
    truth = np.log(0.05 * even[0] + 0.25 * even[1] / even[1][floor].max())[..., None].repeat(3, 2).astype(np.float32)
    bright = truth[..., 0] > np.percentile(truth[..., 0][floor], 60)
    hole = cv2.dilate((floor & bright).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    seen = floor & ~hole

    def expected(lit):
        return floor_light(layout, log, hole, hole & False, lit)

    def error(lit):
        return np.abs(lit - truth)[floor & hole].mean()

    assert error(light(truth, seen, 4.0, expected)) < 0.55 * error(light(truth, seen, 4.0))
    told, _ = floor_light(layout, log, hole, hole & False, np.where(seen[..., None], truth, np.nan))
    assert told.shape == (*floor.shape, 1), "one light for all channels: colour is left to what is seen"
    xs = np.nonzero(seen)[1]
    dark = seen & (np.arange(seen.shape[1]) < np.percentile(xs, 15))
    lit = np.where(seen[..., None], truth - 1.5 * dark[..., None], np.nan).astype(np.float32)
    core = cv2.erode(dark.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    for sure in (False, True):
        found = floor_light(layout, log, hole, seen & sure, lit)
        assert core.any() and found is not None and found[1][core].all() == sure
    assert floor_light(layout, log, hole, hole & False, np.full(truth.shape, np.nan, np.float32)) is None
