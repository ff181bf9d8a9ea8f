"""Curtains behind furniture: they hang on to their end, along their folds, and no others do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stagekit.inpaint import planar
from stagekit.inpaint.curtains import HEM_M, curtains
from stagekit.inpaint.light import to_log
from stagekit.inpaint.planar import fill
from stagekit.types import Segments


def striped(room, *, ends: float | None = None):
    """The room with a red and blue striped curtain over the sofa's left half; its hole hides the foot. ``ends``: the row,
    as a share of the height, at which the curtain ends; None lets it hang to the floor."""
    ys, xs = np.nonzero(room.thing)
    left, right, top = int(xs.min()), int(xs.mean()), int(ys.min())
    surfaces = room.layout.surfaces()
    height = surfaces.shape[0]
    area = np.zeros_like(room.thing)
    area[top // 3 :, left + 2 : right] = True
    area &= np.isin(surfaces, (2, 4))
    if ends is not None:
        area[int(ends * height) :] = False
    stripes = np.where((np.arange(area.shape[1]) // 6 % 2 == 0)[:, None], (190, 60, 60), (60, 60, 190)).astype(np.uint8)
    truth, photo = room.empty.array.copy(), room.photo.array.copy()
    truth[area] = np.broadcast_to(stripes, truth.shape)[area]
    photo[area & ~room.thing] = truth[area & ~room.thing]
    labels = room.segments.labels.copy()
    labels[area & ~room.thing] = len(room.segments.classes)
    return truth, photo, area, Segments(labels, (*room.segments.classes, "curtain"))


def followed(room, photo, segments):
    planes = planar.seen_planes(to_log(photo), room.thing, room.layout, segments, {}, photo.shape[1::-1])
    return list(curtains(room.thing, planes, segments))


def test_a_curtain_hangs_on_to_the_floor_with_its_folds(room):
    truth, photo, area, segments = striped(room)
    filled = fill(photo, room.thing, room.layout, segments).astype(float)
    hidden = area & room.thing
    inner = hidden & np.roll(hidden, 4, 1) & np.roll(hidden, -4, 1) & np.roll(hidden, -6, 0)
    assert inner.sum() > 200
    assert np.abs(filled - truth)[inner].mean() < 15
    wall = fill(photo, room.thing, room.layout, replace(segments, labels=np.minimum(segments.labels, 8)))
    assert np.abs(wall.astype(float) - truth)[inner].mean() > 40  # without being told of curtains


def test_it_ends_at_the_floor_or_where_its_seen_part_ends(room):
    _, photo, _, segments = striped(room)
    ((curtain, goes_on),) = followed(room, photo, segments)
    assert curtain.end == HEM_M
    points, _ = curtain.region.metres(np.argwhere(goes_on)[:, ::-1].astype(float))
    assert points[:, 1].min() < 0.1
    ys, xs = np.nonzero(room.thing)
    beside = np.zeros_like(room.thing)  # a wider curtain, whose other half ends over the sofa's seat
    beside[ys.min() // 3 : ys.min() + 30, xs.min() - 40 : xs.min() + 2] = True
    both = replace(segments, labels=np.where(beside & ~room.thing, len(room.segments.classes), segments.labels))
    ((curtain, _),) = followed(room, photo, both)
    seen, _ = curtain.region.metres(np.array([[xs.min() - 20.0, ys.min() + 30.0]]))
    assert curtain.end == pytest.approx(seen[0, 1], abs=0.08)


def test_a_curtain_that_ends_over_the_furniture_stays_short(room):
    ys, _ = np.nonzero(room.thing)
    _, photo, _, segments = striped(room, ends=(ys.min() - 14) / room.thing.shape[0])
    assert followed(room, photo, segments) == []


def test_no_curtain_no_work(room):
    assert followed(room, room.photo.array, room.segments) == []


def test_it_is_as_light_behind_the_hole_as_over_it(room):
    """Lit from behind over the sill, dark under it: the dark part goes on, not the mirrored bright one."""
    _, photo, area, segments = striped(room)
    ys, _ = np.nonzero(room.thing)
    shown = area & ~room.thing
    dark = shown & (np.arange(len(area))[:, None] > ys.min() - 16)
    photo[shown & ~dark] = np.clip(photo[shown & ~dark].astype(int) * 1.3, 0, 255)
    photo[dark] //= 2
    filled = fill(photo, room.thing, room.layout, segments).astype(float)
    hidden = area & room.thing
    inner = hidden & np.roll(hidden, 4, 1) & np.roll(hidden, -4, 1) & np.roll(hidden, -6, 0)
    assert filled[inner].mean() == pytest.approx(photo[dark].mean(), rel=0.2)


def test_no_wall_shows_at_the_cut(room):
    _, photo, area, segments = striped(room)
    filled = fill(photo, room.thing, room.layout, segments).astype(float)
    ys, _ = np.nonzero(room.thing)
    columns = np.nonzero((area & room.thing).any(0))[0][4:-4]
    first, above = filled[ys.min(), columns], photo[ys.min() - 4, columns].astype(float)
    assert np.abs(first - above).mean() < 12


def test_what_bites_into_a_curtain_is_healed(room):
    """A lamp before its edge: curtain over and under it."""
    truth, _, area, segments = striped(room)
    ys, xs = np.nonzero(area)
    bite = np.zeros_like(area)
    middle = int(ys.min()) + 45
    bite[middle : middle + 14, int(xs.min()) - 12 : int(np.median(xs))] = True
    photo = truth.copy()
    photo[bite] = (30, 120, 40)
    labels = room.segments.labels.copy()
    labels[room.thing] = 0
    labels[area] = len(room.segments.classes)
    whole = replace(segments, labels=labels)
    filled = fill(photo, bite, room.layout, whole).astype(float)
    inner = bite & area & np.roll(area, 4, 1) & np.roll(area, -4, 1)
    assert inner.sum() > 100
    assert np.abs(filled - truth)[inner].mean() < 15
    beside = bite & ~area
    assert np.abs(filled - truth)[beside].mean() < 15
