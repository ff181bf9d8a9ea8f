"""What things cast on walls is part of the hole: a lamp's glow, shadows, bounced colour; bright walls are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stagekit.inpaint.cast import CAST, REACH, glow, shade, strips
from stagekit.inpaint.grow import grow
from stagekit.inpaint.light import from_log, to_log
from stagekit.types import Segments

LAMP = np.s_[80:112, 150:166]


@pytest.fixture
def scene(room):
    """Log light of the empty room, a lamp's mask before its far wall, segments that name it, and the distance from it."""
    classes = (*room.segments.classes, "lamp")
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[room.layout.surfaces()]
    lamp = np.zeros(labels.shape, bool)
    lamp[LAMP] = True
    labels[lamp] = classes.index("lamp")
    ys, xs = np.mgrid[: labels.shape[0], : labels.shape[1]]
    far = np.hypot(np.maximum(abs(ys - 95.5) - 16, 0), np.maximum(abs(xs - 157.5) - 8, 0))
    return to_log(room.empty.array), lamp, Segments(labels, classes, None, room.segments.groups), far


def lit(log, far, strength=1.0, tint=(0.0, 0.0, 0.0), wide=14.0):
    return log + np.exp(-((far / wide) ** 2))[..., None] * (strength + np.asarray(tint)).astype(np.float32)


def walls(room):
    return room.layout.surfaces() == 2


def test_the_glow_of_a_lamp_goes_with_it(room, scene):
    log, lamp, segments, far = scene
    found = glow(lit(log, far), lamp, lamp, segments, room.layout)
    near = walls(room) & ~lamp & (far > 4) & (far < 15)
    assert found[near].mean() > 0.9
    assert not found[far > REACH * 320].any() and not found[~walls(room)].any()
    pixels = np.clip(from_log(lit(log, far)), 0, 255).astype(np.uint8)
    assert grow(pixels, lamp, segments, room.layout)[near].mean() > 0.9


def test_a_warm_glow_is_one_though_hardly_brighter(room, scene):
    log, lamp, segments, far = scene
    near = walls(room) & ~lamp & (far > 4) & (far < 12)
    warm = lit(log, far, 0.08, (0.3, 0.0, -0.3))
    assert glow(warm, lamp, lamp, segments, room.layout)[near].mean() > 0.9
    assert not glow(lit(log, far, 0.08), lamp, lamp, segments, room.layout).any()
    assert not glow(lit(log, far, 0.25), lamp, lamp, segments, room.layout).any(), "white paint by a white lamp"
    for tint in (0.06, 0.15):
        hint = lit(log, far, 0.08, (tint, 0.0, -tint))
        assert not glow(hint, lamp, lamp, segments, room.layout).any()


def test_a_lamp_that_is_off_or_stays_changes_nothing(room, scene):
    log, lamp, segments, far = scene
    assert not glow(log, lamp, lamp, segments, room.layout).any()
    other = np.roll(lamp, -60, axis=1)
    assert not glow(lit(log, far), other, other, segments, room.layout).any()
    both = replace(segments, labels=np.where(other, segments.classes.index("lamp"), segments.labels).astype(np.uint8))
    assert not glow(lit(log, far), other | lamp, other, both, room.layout).any(), "the lit one is not asked for"
    nameless = replace(segments, classes=tuple("clutter" if n == "lamp" else n for n in segments.classes))
    assert not glow(lit(log, far), lamp, lamp, nameless, room.layout).any()


def test_light_that_does_not_fall_off_from_the_lamp_is_the_walls(room, scene):
    """A sun patch as wide as the wall behind the lamp, and one of its own beside it."""
    log, lamp, segments, far = scene
    sunny = log + np.where(far < 0.9 * REACH * 320, 0.8, 0.0)[..., None].astype(np.float32)
    assert not glow(sunny, lamp, lamp, segments, room.layout).any()
    apart = lit(log, far)
    patch = np.s_[60:70, 196:204]
    apart[patch] += 0.8
    found = glow(apart, lamp, lamp, segments, room.layout)
    assert found.any() and not found[patch].any()


def test_windows_and_pictures_stay_in_the_glow(room, scene):
    log, lamp, segments, far = scene
    labels = segments.labels.copy()
    pane = np.s_[84:100, 172:186]
    labels[pane] = segments.classes.index("window")
    found = glow(lit(log, far), lamp, lamp, replace(segments, labels=labels), room.layout)
    assert found.any() and not found[pane].any()
    p = np.zeros((len(segments.classes), *segments.labels.shape), np.float16)
    p[0], p[segments.classes.index("door")] = 0.95, 0.05
    p[0][pane], p[segments.classes.index("door")][pane] = 0.6, 0.4
    found = glow(lit(log, far), lamp, lamp, replace(segments, probabilities=p), room.layout)
    assert found.any() and not found[pane].any(), "a doorway, though it is rather wall"


@pytest.mark.parametrize("cast", [(-0.25, -0.25, -0.25), (0.08, 0.0, -0.12)])
def test_shadows_and_bounced_colour_beside_a_thing_go_with_it(room, scene, cast):
    log, thing, segments, far = scene
    shaded = lit(log, far, 0.0, cast, wide=9.0)
    near = walls(room) & ~thing & (far > 2) & (far < 5)
    found = shade(shaded, thing, segments, room.layout)
    assert found[near].mean() > 0.9
    assert not found[far > CAST * 320].any() and not found[~walls(room)].any()
    pixels = np.clip(from_log(shaded), 0, 255).astype(np.uint8)
    assert grow(pixels, thing, segments, room.layout)[near].mean() > 0.9


def test_a_wall_in_its_own_light_is_in_no_shade(room, scene):
    log, thing, segments, _ = scene
    assert not shade(log, thing, segments, room.layout).any()
    xs = np.mgrid[: log.shape[0], : log.shape[1]][1]
    faint = log - 0.06 * (np.hypot(xs - 158, xs * 0) < 16)[..., None].astype(np.float32)
    assert not shade(faint, thing, segments, room.layout).any()
    falling = log - ((xs - 160) / 320.0)[..., None].astype(np.float32) * 0.5
    assert not shade(falling, thing, segments, room.layout).any()


def test_shadows_that_touch_the_hole_nowhere_stay_and_so_does_what_may_be_no_wall(room, scene):
    log, thing, segments, far = scene
    apart = log.copy()
    apart[84:100, 176:186] -= 0.4
    assert not shade(apart, thing, segments, room.layout).any()
    shaded = lit(log, far, 0.0, (-0.25, -0.25, -0.25), wide=9.0)
    names = segments.classes
    p = np.zeros((len(names), *segments.labels.shape), np.float16)
    p[names.index("wall")], p[names.index("cabinet")] = 0.6, 0.4
    unsure = replace(segments, probabilities=p)
    assert not shade(shaded, thing, unsure, room.layout).any()


def test_skirting_boards_are_no_shade(room, scene):
    """They differ from the wall, and tell what goes on behind the hole."""
    log, thing, segments, _ = scene
    surfaces = room.layout.surfaces()
    floor = surfaces == 1
    low = walls(room) & (np.roll(floor, -4, 0) | np.roll(floor, -2, 0) | np.roll(floor, -6, 0))
    standing = np.zeros_like(thing)
    standing[80:180, 150:166] = True
    dark = log.copy()
    dark[low] -= 0.6
    assert not shade(dark, standing, segments, room.layout)[low].any()


def test_a_lamp_that_stays_keeps_its_glow_beside_one_that_goes(room, scene):
    log, lamp, segments, far = scene
    other = np.roll(lamp, -50, axis=1)
    ys, xs = np.mgrid[: log.shape[0], : log.shape[1]]
    apart = np.hypot(np.maximum(abs(ys - 95.5) - 16, 0), np.maximum(abs(xs - 107.5) - 8, 0))
    both = lit(lit(log, far), apart)
    names = replace(segments, labels=np.where(other, segments.classes.index("lamp"), segments.labels).astype(np.uint8))
    found = glow(both, lamp, lamp, names, room.layout)
    assert found[walls(room) & ~lamp & (far > 4) & (far < 12)].mean() > 0.9
    assert not found[apart < far].any()


def test_glow_reaches_no_farther_than_it_is_brighter(room, scene):
    log, lamp, segments, far = scene
    bright = lit(log, far, 1.0, wide=18.0)
    found = glow(bright, lamp, lamp, segments, room.layout)
    excess = np.exp(-((far / 18.0) ** 2))
    clear, faint = (walls(room) & ~lamp & (excess > a) & (excess < b) for a, b in ((0.16, 0.24), (0.05, 0.09)))
    assert found[clear].mean() > 0.6 and found[faint].mean() < 0.1
    assert found[walls(room) & (excess < 0.08)].mean() < 0.02
    everywhere = log + (0.5 * walls(room))[..., None].astype(np.float32)
    assert not glow(everywhere, lamp, lamp, segments, room.layout).any()


@pytest.mark.parametrize("rule", [glow, shade, strips])
def test_a_switch_stays(room, scene, rule):
    """In the glow of a lamp, in the shade of a thing, and between two things."""
    log, lamp, segments, far = scene
    switch = np.zeros_like(lamp)
    switch[92:100, 172:177] = True
    if rule is strips:
        hole = lamp | np.roll(lamp, 32, axis=1)
        light = log.copy()
        args = (hole, segments, room.layout)
    elif rule is glow:
        light, args = lit(log, far), (lamp, lamp, segments, room.layout)
    else:
        light, args = lit(log, far, 0.0, (-0.3, -0.3, -0.3)), (lamp, segments, room.layout)
    assert rule(light, *args)[switch].mean() > 0.5
    light[switch] += -0.5 if rule is shade else 0.5
    assert not rule(light, *args)[switch].any()


def test_strips_between_things_go_and_wide_ones_stay(room, scene):
    log, lamp, segments, _ = scene
    between = np.zeros_like(lamp)
    between[86:106, 168:178] = True
    assert strips(log, lamp | np.roll(lamp, 30, axis=1), segments, room.layout)[between].all()
    assert not strips(log, lamp | np.roll(lamp, 40, axis=1), segments, room.layout)[between].any()
    unsure = np.full((len(segments.classes), *segments.labels.shape), 0.0, np.float16)
    unsure[0], unsure[segments.classes.index("cabinet")] = 0.7, 0.3
    may_be = replace(segments, probabilities=unsure)
    assert not strips(log, lamp | np.roll(lamp, 30, axis=1), may_be, room.layout).any()
    pictures = replace(
        segments, labels=np.where(between, segments.classes.index("window"), segments.labels).astype(np.uint8)
    )
    assert not strips(log, lamp | np.roll(lamp, 30, axis=1), pictures, room.layout)[between].any()


def upright(room, first, last):
    """bool HxW: a tall thing before the wall at the picture's left, between two columns."""
    hole = np.zeros(room.segments.labels.shape, bool)
    hole[60:150, first:last] = True
    return hole


def test_the_pictures_border_is_no_thing(room, scene):
    log, _, segments, _ = scene
    assert not strips(log, upright(room, 8, 20), segments, room.layout)[70:140, :4].any()


def test_a_long_shadow_is_followed_a_hands_breadth(room, scene):
    log, thing, segments, far = scene
    rows = np.mgrid[: log.shape[0], : log.shape[1]][0]
    band = walls(room) & (abs(rows - 96) < 8)
    found = shade(log - 0.2 * band[..., None].astype(np.float32), thing, segments, room.layout)
    assert found[band & (far > 2) & (far < 20)].mean() > 0.8
    assert not found[far > 30].any()


def test_a_shadow_that_the_border_cuts_is_no_thing(room, scene):
    """Soft beside the thing, darker with sharp edges at the border, apart from it: nothing hangs there. Away from the border
    something does."""
    log, _, segments, _ = scene
    hole = upright(room, 24, 42)
    soft = log.copy()
    soft[80:130, :24] -= 0.2
    for columns, found in ((np.s_[:6], True), (np.s_[8:14], False)):
        dark = soft.copy()
        dark[92:118, columns] -= 0.4
        shaded = shade(dark, hole, segments, room.layout)[97:113, columns]
        assert (shaded.mean() > 0.6) == found
