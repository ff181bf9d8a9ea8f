"""What of a plane is copied, and what is not: legs, sun, watermarks, mantels, things that no light explains."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from stagekit.inpaint import labels, planar
from stagekit.inpaint.feet import observed
from stagekit.inpaint.light import to_log
from stagekit.inpaint.moves import moves
from stagekit.inpaint.planar import fill


def seen(room):
    """The planes of the room with its sofa."""
    feet = observed(room.layout, room.segments, ~room.thing)
    return planar.seen_planes(to_log(room.photo.array), room.thing, room.layout, room.segments, feet, room.photo.size)


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
    planes = seen(room)
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
    planes = seen(room)
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
    planes = seen(room)
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
