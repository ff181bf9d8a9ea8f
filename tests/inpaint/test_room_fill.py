"""What the room tells the filling: where skirting boards run, and how daylight falls on the floor."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_rooms import box_room

from stagekit.inpaint import labels, planar
from stagekit.inpaint.daylight import bases, floor_light
from stagekit.inpaint.feet import moved, observed
from stagekit.inpaint.footing import on_the_floor, seen_boards
from stagekit.inpaint.light import light, to_log
from stagekit.inpaint.moves import moves
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


def test_what_no_light_explains_lends_no_texture(room):
    """A black thing that the segmentation and the layout take for floor is not copied into the hole; but dark wood of which
    the network is sure is, however bright the rest."""
    pixels = room.photo.array.copy()
    surfaces = room.layout.surfaces()
    thing = np.zeros(surfaces.shape, bool)
    ys, xs = np.nonzero((surfaces == 1) & ~room.thing)
    at = int(np.argmin(np.abs(ys - np.percentile(ys, 70)) + np.abs(xs - np.percentile(xs, 20))))
    thing[ys[at] - 14 : ys[at] + 14, xs[at] - 14 : xs[at] + 14] = True
    thing &= surfaces == 1
    pixels[thing] = 2
    size = (room.photo.width, room.photo.height)
    planes = planar.seen_planes(to_log(pixels), room.thing, room.layout, room.segments, {}, size)
    good = next(p.good for p in planes if p.region.surface == 1)
    core = cv2.erode(thing.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert core.sum() > 100 and not good[core].any()
    assert good[(surfaces == 1) & ~room.thing & ~thing].mean() > 0.5
    filled = fill(pixels, room.thing, room.layout, room.segments)
    assert (filled[room.thing & (surfaces == 1)].max(1) < 60).mean() < 0.01
    for belief, kept in ((0.95, True), (0.85, False)):
        p = np.zeros((len(room.segments.classes), *surfaces.shape), np.float16)
        np.put_along_axis(p, room.segments.labels[None].astype(int), np.float16(belief), 0)
        segments = replace(room.segments, probabilities=p)
        planes = planar.seen_planes(to_log(pixels), room.thing, room.layout, segments, {}, size)
        assert next(p.good for p in planes if p.region.surface == 1)[core].all() == kept


def test_paint_gets_no_copies_at_its_foot_and_bricks_do(room):
    """A wall is paint though a picture hangs on it; one with joints all over is not. On paint, what lies about a wall's foot
    is not copied along: the board is drawn there instead."""
    planes, _ = learnt(room, room.layout)
    number = max((k for k, p in enumerate(planes) if p.region.upright), key=lambda k: planes[k].good.sum())
    plane = planes[number]

    def painted(texture):
        return labels.painted(plane.region, plane.good, texture.astype(np.float32))

    assert painted(plane.texture)
    hung = plane.texture.copy()
    ys, xs = np.nonzero(plane.good)
    hung[ys[: len(ys) // 3], xs[: len(ys) // 3]] += np.random.default_rng(0).normal(0, 0.4, (len(ys) // 3, 3))
    assert painted(hung)
    bricks = plane.texture + np.where((np.arange(plane.good.shape[1]) // 4 % 2)[:, None], 0.25, 0)
    assert not painted(bricks)
    mantel = np.zeros_like(plane.good)
    mantel[ys[0] + 8 : ys[0] + 20, int(np.median(xs)) : int(np.median(xs)) + 30] = True
    mantel &= plane.good
    of_wood = bricks.astype(np.float32)
    of_wood[mantel] += (0.5, 0, -0.8)
    none = np.zeros_like(plane.good)
    lends = planar._lends(plane.region, plane.good, none, of_wood)
    assert mantel.sum() > 100 and not lends[mantel].any() and lends.sum() > 0.8 * plane.good.sum()
    assert np.array_equal(
        planar._lends(plane.region, plane.good, none, plane.texture + mantel[..., None] * of_wood), plane.good
    )
    band = labels.near_lines(plane.region, np.mgrid[: plane.good.shape[0], : plane.good.shape[1]])
    rest, foot = labels._without_foot(plane.region, band, np.mgrid[: plane.good.shape[0], : plane.good.shape[1]])
    assert foot.any() and rest.any() and np.array_equal(rest | foot, band)
    assert np.nonzero(rest)[0].max() < np.nonzero(foot)[0].min()
    target = room.thing & plane.region.mask
    offered = moves(number, planes, target)
    chosen = labels.choose(number, planes, offered, target)
    assert (chosen[target & foot] == -1).all() and (target & foot).any()


def test_a_scarce_floor_lends_nothing_next_to_the_hole_and_none_lends_legs(room):
    planes, _ = learnt(room, room.layout)
    floor = next(p for p in planes if p.region.name == "floor")
    near = cv2.dilate(room.thing.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    flat = np.zeros_like(floor.texture)
    assert floor.good.mean() > planar.SCARCE
    assert np.array_equal(planar._lends(floor.region, floor.good, room.thing, flat), floor.good)
    ys, xs = np.nonzero(room.thing)
    scarce = floor.good & (np.abs(np.arange(320) - xs.mean()) < 40) & (np.arange(240)[:, None] < ys.max() + 25)
    lends = planar._lends(floor.region, scarce, room.thing, flat)
    assert (scarce & near).any() and not (lends & near).any() and lends.sum() > 0.4 * scarce.sum()
    far = np.nonzero(lends)
    leg = np.zeros_like(scarce)
    leg[far[0][len(far[0]) // 2], :] = leg[:, far[1][len(far[1]) // 2]] = True
    leg &= lends & (np.random.default_rng(2).random(leg.shape) < 0.5)
    dark = flat - np.float32(0.8) * leg[..., None]
    assert leg.sum() > 5 and not (planar._lends(floor.region, scarce, room.thing, dark) & leg).any()
    assert (planar._lends(floor.region, floor.good, room.thing, dark) & leg).sum() == leg.sum(), (
        "all joints of much floor"
    )
    rough = np.random.default_rng(1).normal(0, 0.25, (*leg.shape, 1)).astype(np.float32) + dark / 2
    assert (planar._lends(floor.region, scarce, room.thing, rough) & leg).any(), "not darker than it is anyway"
    board = lends & (np.arange(leg.shape[0])[:, None] < np.percentile(far[0], 20))
    light = flat + np.float32(0.5) * board[..., None]
    assert board.any() and not (planar._lends(floor.region, scarce, room.thing, light) & board).any()
    half = lends & (np.arange(leg.shape[0])[:, None] < np.percentile(far[0], 50))
    light = flat + np.float32(0.5) * half[..., None]
    assert (planar._lends(floor.region, scarce, room.thing, light) & half).any(), "of two tones"
    rows, columns = np.nonzero(floor.good)
    patch = floor.good & (np.abs(np.arange(240)[:, None] - np.median(rows)) < 8)
    patch &= np.abs(np.arange(320) - np.percentile(columns, 80)) < 20
    for light, lent in ((0.6, False), (-0.6, True), (0.2, True)):
        lends = planar._lends(floor.region, floor.good, room.thing, flat + np.float32(light) * patch[..., None])
        assert patch.sum() > 100 and lends[patch].all() == lent and lends[patch].any() == lent, "sun is not copied"
    leg = flat.copy()
    leg[190:215, 100:103] = 0.6
    lends = planar._lends(floor.region, floor.good, room.thing, leg)
    assert not lends[190:215, 100:103].any() and lends.sum() > 0.95 * floor.good.sum()
    joints = np.where((np.arange(320) % 16 < 3)[:, None], 0.6, flat)
    assert np.array_equal(planar._lends(floor.region, floor.good, room.thing, joints), floor.good)


def test_a_watermark_is_not_copied(room):
    """Thin bright lines crowded into a lower corner of the picture are written over it; spread over the floor they are its
    own, as they are where they are loose or where nothing else of the floor is seen."""
    planes, _ = learnt(room, room.layout)
    floor = next(p for p in planes if p.region.surface == 1)
    height, width = floor.good.shape
    rows, columns = np.mgrid[:height, :width]
    whole = rows > 0.7 * height
    strokes = (rows % 6 < 2) | (columns % 6 < 2)
    corner = (rows > 0.92 * height) & (rows < 0.98 * height) & (columns > 0.8 * width) & (columns < 0.95 * width)

    def left(odd, good=whole):
        texture = np.where(odd[..., None], np.float32(0.6), np.float32(0)).repeat(3, 2)
        return planar._lends(floor.region, good, np.zeros_like(good), texture)

    text = left(strokes & corner)
    assert not (text & corner).any() and text.sum() > 0.9 * whole.sum()
    assert np.array_equal(left(strokes & whole), whole)
    leg = (np.abs(rows - 0.8 * height) < 8) & (np.abs(columns - 0.3 * width) < 2)
    both = left((strokes & corner) | leg)
    assert not (both & (corner | leg)).any() and both.sum() > 0.9 * whole.sum()

    def written(odd, good=whole):
        return planar._watermark(odd & good, good).any()

    assert written(strokes & corner) and written(np.fliplr(strokes & corner))
    assert not written((rows % 11 == 0) & (columns % 11 == 0) & corner)
    assert not written(strokes & np.roll(corner, -width // 3, axis=1)) and not written(strokes & corner, good=corner)
    scrap = (rows > 0.9 * height) & (columns < 0.04 * width)
    assert scrap.sum() > 30 and not written(strokes & corner, good=corner | scrap), "most of the floor"
    assert not written(strokes & (corner | np.fliplr(corner)))
