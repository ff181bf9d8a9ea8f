"""How far a hole grows over what belongs to things, and where it stops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stagekit.inpaint import grow as module
from stagekit.inpaint.grow import _pockets, grow
from stagekit.inpaint.regions import regions, sources


def test_a_mask_grows_over_its_shadow_and_overlooked_legs_and_not_much_farther(room):
    """A contact shadow under the sofa and a dark leg beside it are taken; clean floor and the far wall are not."""
    pixels = room.photo.array.copy()
    ys, xs = np.nonzero(room.thing)
    bottom, left, right = ys.max() + 1, xs.min(), xs.max() + 1
    pixels[bottom : bottom + 8, left + 5 : right - 5] = (
        pixels[bottom : bottom + 8, left + 5 : right - 5] * 0.6
    ).astype(np.uint8)
    pixels[bottom : bottom + 14, left + 10 : left + 14] = 10
    grown = grow(pixels, room.thing, room.segments, room.layout)
    assert grown[room.thing].all()
    assert grown[bottom : bottom + 8, left + 8 : right - 8].mean() > 0.95
    assert grown[bottom : bottom + 14, left + 11 : left + 13].all()
    assert grown.mean() < room.thing.mean() + 0.06
    assert not grown[:60].any() and not grown[:, :60].any()


def test_no_hole_grows_over_a_fireplace_and_no_hearth_lends_floor(room):
    """Beside a thing there is a dark strip: shade on bare wall, a surround where a fire is near."""
    wall, floor = (room.layout.surfaces() == s for s in (2, 1))
    ys, xs = np.nonzero(wall & ~room.thing)
    y, x = int(np.median(ys)), int(np.percentile(xs, 20))
    mask = np.zeros_like(wall)
    mask[y - 14 : y + 14, x - 14 : x] = True
    pixels = room.empty.array.copy()
    pixels[y - 14 : y + 14, x : x + 6] //= 2
    strip = np.zeros_like(wall)
    strip[y - 8 : y + 8, x + 4 : x + 6] = True
    assert grow(pixels, mask, room.segments, room.layout)[strip].mean() > 0.9
    names = (*room.segments.classes, "fireplace")
    labels = room.segments.labels.copy()
    labels[y - 12 : y + 12, x + 8 : x + 40] = names.index("fireplace")
    assert not grow(pixels, mask, replace(room.segments, labels=labels, classes=names), room.layout)[strip].any()

    region = next(r for r in regions(room.layout, *room.photo.size) if r.surface == 1)
    rows, columns = np.nonzero(floor)
    y, x = int(np.percentile(rows, 50)), int(np.percentile(columns, 30))
    labels = room.segments.labels.copy()
    labels[y - 44 : y - 4, x - 20 : x + 20] = names.index("fireplace")
    hearth = np.s_[y : y + 3, x - 10 : x + 10]
    known = np.ones_like(wall)
    assert floor[hearth].all() and sources(region, known, room.segments)[hearth].all()
    assert not sources(region, known, replace(room.segments, labels=labels, classes=names))[hearth].any()


def test_feet_of_legs_too_thin_to_be_seen_go(room):
    """A black spot on the floor a little off the sofa, and a long black joint, which stays."""
    pixels = room.photo.array.copy()
    bottom, left = np.nonzero(room.thing)[0].max(), np.nonzero(room.thing)[1].min()
    pixels[bottom + 10 : bottom + 13, left + 30 : left + 33] = 5
    pixels[bottom + 17 : bottom + 19, 20:300] = 5
    grown = grow(pixels, room.thing, room.segments, room.layout)
    assert grown[bottom + 10 : bottom + 13, left + 30 : left + 33].all()
    assert grown[bottom + 17 : bottom + 19, 20:300].mean() < 0.2


def test_what_little_floor_a_hole_encloses_goes_with_it(room):
    """Between legs, and at the picture's border; a wide piece stays, and so does a window."""
    rows, columns = np.mgrid[:240, :320]
    ring = (abs(rows - 205) < 18) & (abs(columns - 160) < 18)
    pocket = (abs(rows - 205) < 6) & (abs(columns - 160) < 6)
    corner = (rows > 215) & (columns < 50)
    shut_in = (rows > 228) & (columns < 12)
    mask = (ring & ~pocket) | (corner & ~shut_in)
    assert (room.layout.surfaces()[mask | pocket | shut_in] == 1).all()
    pixels = room.empty.array
    found = grow(pixels, mask, room.segments, room.layout)
    assert found[pocket].all() and found[shut_in].all()
    labels = room.segments.labels.copy()
    labels[pocket] = room.segments.classes.index("window")
    inner = (abs(rows - 205) < 2) & (abs(columns - 160) < 2)
    assert not grow(pixels, mask, replace(room.segments, labels=labels), room.layout)[inner].any()
    labels = np.where(pocket | shut_in, room.segments.labels, room.segments.classes.index("cabinet")).astype(np.uint8)
    assert not grow(pixels, mask, replace(room.segments, labels=labels), room.layout)[inner].any(), "scarce floor"
    for high, goes in ((12, False), (20, True)):  # 0.3 % and 0.5 % of the picture are floor elsewhere
        labels[180 : 180 + high, 250:270] = room.segments.classes.index("floor")
        assert _pockets(mask, replace(room.segments, labels=labels))[inner].all() == goes
    wide = (abs(rows - 205) < 12) & (abs(columns - 160) < 12)
    assert not grow(pixels, ring & ~wide, room.segments, room.layout)[pocket].any()
    switch = (abs(rows - 205) < 2) & (abs(columns - 160) < 2)
    assert _pockets(mask, room.segments, switch & False)[pocket].all()
    kept = _pockets(mask, room.segments, switch)
    assert not kept[pocket].any() and kept[shut_in].all()


def test_what_remnants_shut_in_goes_too(room, monkeypatch):
    """A ring on the floor is open until a remnant closes it."""
    rows, columns = np.mgrid[:240, :320]
    ring = (abs(rows - 205) < 22) & (abs(columns - 160) < 22)
    pocket = (abs(rows - 205) < 7) & (abs(columns - 160) < 5)
    door = (abs(rows - 205) < 7) & (columns >= 164) & (columns < 182)
    mask = ring & ~pocket & ~door

    def found(rest):
        monkeypatch.setattr(module, "remnants", lambda image, hole, segments, layout: rest & ~hole)
        return grow(room.empty.array, mask, room.segments, room.layout)

    inner = (abs(rows - 205) < 2) & (abs(columns - 160) < 2)
    assert not found(door & False)[inner].any()
    assert found(door)[inner].all()
