"""Where a fill meets the photo, and where copies meet: no step of light, no stairs, joints in line."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from stagekit.inpaint import planar
from stagekit.inpaint.lattice import lattice, multiples
from stagekit.inpaint.light import from_log, to_log
from stagekit.inpaint.moves import Plane
from stagekit.inpaint.planar import fill
from stagekit.inpaint.regions import FLOOR, WALL, flat, regions
from stagekit.inpaint.rim import DEEP, flush

SIDE_M, TURNED = 0.3, 25.0
"""Tiles, and degrees by which they lie askew in the room."""


def tiled(room, side: float = SIDE_M, turned: float = TURNED):
    """The room's empty photo with tiles and dark joints on its floor."""
    width, height = room.photo.size
    floor = next(r for r in regions(room.layout, width, height) if r.surface == FLOOR)
    ys, xs = np.nonzero(floor.mask)
    points, _ = floor.metres(np.stack([xs, ys], -1).astype(float))
    a = np.radians(turned)
    local = points @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    joint = (np.abs(local / side - np.round(local / side)) * side < 0.012).any(1)
    pixels = room.empty.array.copy()
    pixels[ys, xs] = np.where(joint[:, None], (60, 52, 46), (176, 168, 158))
    return cv2.GaussianBlur(pixels, (0, 0), 0.5), floor


def wall_behind(room, log):
    """The wall that shows most of itself in the hole, as a plane."""
    planes = planar.seen_planes(log, room.thing, room.layout, room.segments, {}, room.photo.size)
    walls = [p for p in planes if p.region.surface == WALL]
    return max(walls, key=lambda p: (p.region.mask & room.thing).sum())


def test_the_joints_of_tiles_are_measured_exactly(room):
    pixels, floor = tiled(room)
    found = lattice(floor, to_log(pixels).mean(2), floor.mask & ~room.thing)
    assert found is not None
    assert np.hypot(*found.T) == pytest.approx(SIDE_M, rel=0.02)
    turn = np.degrees(np.arctan2(found[:, 1], found[:, 0]))
    assert np.abs((turn - TURNED + 45) % 90 - 45).max() < 1.5
    shifts = multiples(found, 1.0)
    length = np.hypot(*shifts.T)
    assert (np.diff(length) >= 0).all() and length.min() == pytest.approx(SIDE_M, rel=0.02) and length.max() < 1.0


@pytest.mark.parametrize("what", ["noise", "planks"])
def test_floors_without_tiles_have_no_lattice(room, what):
    floor = tiled(room)[1]
    values = np.random.default_rng(0).normal(0, 0.1, floor.mask.shape).astype(np.float32)
    if what == "planks":  # each of its own tone
        ys, xs = np.nonzero(floor.mask)
        points, _ = floor.metres(np.stack([xs, ys], -1).astype(float))
        tones = np.random.default_rng(2).normal(0, 0.2, (200, 200))
        row = np.floor(points[:, 0] / 0.13).astype(int)
        values[ys, xs] = tones[row % 200, np.floor(points[:, 1] / 1.2 + row * 0.37).astype(int) % 200]
    assert lattice(floor, values, floor.mask & ~room.thing) is None


def test_joints_go_on_under_the_thing(room):
    """Of the joints that the thing hides, most are dark again, and the tiles between them are not."""
    truth, floor = tiled(room)
    photo = np.where(room.thing[..., None], room.photo.array, truth)
    filled = fill(photo, room.thing, room.layout, room.segments).astype(float).mean(2)
    hidden = room.thing & floor.mask
    joint = hidden & (truth.mean(2) < 110)
    near = cv2.dilate(joint.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    tile = hidden & ~near & (truth.mean(2) > 150)
    reached = cv2.erode(filled, np.ones((3, 3)))  # a pixel beside it will do
    assert joint.sum() > 60
    assert (reached[joint] < 130).mean() > 0.8
    assert (filled[tile] > 140).mean() > 0.9


def test_light_starts_from_the_rim_and_leaves_it_slowly(room):
    """The plane's light 10 % too bright, as where a thing's shadow lies round it: the photo's at the rim, its own far in."""
    log = to_log(room.photo.array)
    plane = wall_behind(room, log)
    high = replace(plane, light=plane.light + 0.1)
    out = flush(high, room.thing, log, room.segments)
    behind = plane.region.mask & room.thing
    rim = behind & (cv2.dilate((~room.thing).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    known = cv2.dilate((plane.region.mask & ~room.thing).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    deep = cv2.distanceTransform(room.thing.astype(np.uint8), cv2.DIST_L2, 5) > DEEP * max(behind.shape)
    over = (out - plane.light).mean(2)
    assert np.median(np.abs(over[rim & known])) < 0.03
    assert 0.05 < np.median(over[behind & deep]) < 0.1
    assert np.array_equal(out[~behind], high.light[~behind])


def test_a_thing_at_the_rim_lends_no_light(room):
    """Something black beside the hole, called wall by the segmentation, is too far off to be the wall's light."""
    log = to_log(room.photo.array)
    plane = wall_behind(room, log)
    ys, xs = np.nonzero(plane.region.mask & room.thing)
    black = log.copy()
    left = xs.min()
    black[ys.min() : ys.max(), max(0, left - 8) : left] = -5.0
    out = flush(plane, room.thing, black, room.segments)
    assert (out[plane.region.mask & room.thing] - plane.light[plane.region.mask & room.thing]).min() > -0.1


def test_lines_between_planes_have_no_stairs(room):
    """Rows along the floor's edge in the hole change in more than one step."""
    layout = room.layout
    planes = planar.seen_planes(to_log(room.photo.array), room.thing, layout, room.segments, {}, room.photo.size)
    out = np.zeros_like(room.photo.array)
    for k, plane in enumerate(planes):
        if plane.full is not None:
            out[plane.full.mask] = 20 + 60 * k
    hard = out.copy()
    planar._soften(out, room.thing, planes)
    changed = (out != hard).any(2)
    assert changed.any() and not (changed & ~room.thing).any()
    assert set(np.unique(out[changed])) - set(np.unique(hard))


def test_tones_of_two_copies_meet_softly():
    """Two moves that bring tones 0.2 apart: the coarse texture goes from one to the other over many pixels."""
    from stagekit.inpaint.moves import Move
    from stagekit.inpaint.transfer import _mixed, _tone

    region = flat(np.ones((80, 160), bool))
    texture = np.where(np.arange(160)[None, :, None] < 80, -0.1, 0.1) * np.ones((80, 1, 3), np.float32)
    all_of_it = np.ones((80, 160), bool)
    plane = Plane(region, region, all_of_it, np.zeros((80, 160, 3), np.float32), texture, all_of_it, all_of_it)
    labels = np.full((80, 160), -2, np.int16)
    labels[:, 40:80], labels[:, 80:120] = 0, 1
    metre = 160 / 4.0
    moves = [Move(0, (60 / metre, 0.0)), Move(0, (-60 / metre, 0.0))]  # right to left and left to right
    out = _mixed(0, [plane], [_tone(plane)], moves, labels)[40, :, 0]
    assert out[50] == pytest.approx(0.1, abs=0.02) and out[110] == pytest.approx(-0.1, abs=0.02)
    assert np.abs(np.diff(out[45:115])).max() < 0.03


def test_a_strip_of_floor_fills_the_whole_floor(room):
    """All but a corner of the floor is hidden: the boards' tones come back everywhere, ring after ring."""
    surfaces = room.layout.surfaces()
    hole = surfaces == FLOOR
    hole[:, :25] = False
    filled = fill(room.photo.array, hole, room.layout, room.segments)
    far = hole & (np.arange(320)[None] > 200)
    texture = to_log(filled).mean(2) - cv2.GaussianBlur(to_log(filled).mean(2), (0, 0), 8)
    wanted = to_log(room.empty.array).mean(2) - cv2.GaussianBlur(to_log(room.empty.array).mean(2), (0, 0), 8)
    inner = cv2.erode(far.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert texture[inner].std() > 0.85 * wanted[inner].std()  # 0.71 where nothing filled lends
    assert hole.mean() > 0.1


def test_tiles_are_filled_along_their_joints_alone(room):
    photo = np.where(room.thing[..., None], room.photo.array, tiled(room)[0])
    planes = planar.seen_planes(to_log(photo), room.thing, room.layout, room.segments, {}, room.photo.size)
    number = next(k for k, p in enumerate(planes) if p.region.surface == FLOOR)
    floor = planes[number]
    offered, _ = planar._decide(number, planes, room.thing & floor.region.mask)
    pair = lattice(floor.region, floor.texture.mean(2), floor.lends)
    assert pair is not None and len(offered) > 10
    turns = np.array([m.shift for m in offered]) @ np.linalg.inv(pair)
    assert np.abs(turns - np.round(turns)).max() < 1e-6


def test_a_shadow_round_the_thing_leaves_no_outline(room):
    """The wall darkens towards the sofa by a quarter; over its upper edge the fill goes on from there: 0.10 without."""
    away = cv2.distanceTransform((~room.thing).astype(np.uint8), cv2.DIST_L2, 5)
    halo = -0.25 * np.exp(-away / 6)[..., None]
    photo = from_log(to_log(room.photo.array) + halo).clip(0, 255).astype(np.uint8)
    out = to_log(fill(photo, room.thing, room.layout, room.segments)).mean(2)
    ys, xs = np.nonzero(room.thing)
    along = slice(xs.min() + 8, xs.max() - 8)
    step = out[ys.min() : ys.min() + 2, along].mean() - out[ys.min() - 2 : ys.min(), along].mean()
    assert abs(step) < 0.05


def test_filling_mixes_planes_where_they_meet_and_only_there(room, monkeypatch):
    soft = fill(room.photo.array, room.thing, room.layout, room.segments)
    monkeypatch.setattr(planar, "SOFT_EDGE", 0.01)
    hard = fill(room.photo.array, room.thing, room.layout, room.segments)
    differ = (soft != hard).any(2)
    surfaces, walls = room.layout.surfaces(), room.layout.wall_ids()
    number = (10 * surfaces + walls).astype(np.uint8)
    kernel = np.ones((7, 7), np.uint8)
    lines = cv2.dilate(number, kernel) != cv2.erode(number, kernel)
    assert differ.sum() > 50
    assert not (differ & ~(lines & room.thing)).any()


def test_floor_between_dark_joints_lends_and_a_white_leg_does_not():
    good = np.ones((120, 160), bool)
    texture = np.zeros((120, 160, 3), np.float32)
    texture[20:50, 40:42] = texture[20:50, 48:50] = -0.8  # two joints close together
    texture[70:100, 100:104] = 0.6
    region = flat(good)
    lends = planar._lends(replace(region, surface=FLOOR), good, ~good, texture)
    assert lends[22:48, 42:48].all()
    assert not lends[72:98, 100:104].any()
