"""What is to go, how far that grows, and what a careless caller reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stagekit.errors import InputError
from stagekit.inpaint.fixtures import fitted
from stagekit.inpaint.guard import hallucinated
from stagekit.inpaint.wanted import wanted
from stagekit.types import Mask

SIZE = (320, 240)


def want(room, what="furniture", mask=None, boxes=(), points=(), segments=True):
    return wanted(what, mask, boxes, points, SIZE, room.segments if segments else None, room.layout).array


def test_names_boxes_points_and_masks_mean_the_same_thing(room):
    ys, xs = np.nonzero(room.thing)
    box = (xs.min() - 5, ys.min() - 5, xs.max() + 6, ys.max() + 6)
    assert np.array_equal(want(room), room.thing)
    assert np.array_equal(want(room, "sofa"), room.thing)
    assert np.array_equal(want(room, boxes=[box]), room.thing)
    assert np.array_equal(want(room, points=[(xs.mean(), ys.mean())]), room.thing)
    assert np.array_equal(want(room, mask=Mask(room.thing)), room.thing)
    assert np.array_equal(want(room, mask=room.thing.astype(np.uint8) * 255), room.thing)


def test_a_box_without_segments_is_taken_whole(room):
    assert want(room, boxes=[(10, 20, 40, 60)], segments=False).sum() == 30 * 40


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"mask": np.zeros((240, 320), bool)}, "mask is empty"),
        ({"mask": np.ones((120, 320), bool)}, "320x120, the picture 320x240"),
        ({"mask": np.ones((240, 320), bool)}, "leaves nothing to fill it from"),
        ({"what": "cabinet"}, "shows no 'cabinet'"),
        ({"what": "sofaa"}, "did you mean 'sofa'"),
        ({"boxes": [(10, 10, 400, 50)]}, "does not lie in the picture"),
        ({"boxes": [(10, 10, 40)]}, "left, top, right, bottom"),
        ({"points": [(5, 400)]}, "does not lie in the picture"),
        ({"points": [(160, 230)]}, "shows floor, which is not erased"),
        ({"points": [(160, 230)], "segments": False}, r"run Segment\(\) first"),
    ],
)
def test_what_cannot_be_meant_is_explained(room, options, says):
    with pytest.raises(InputError, match=says):
        want(room, **options)


def test_clutter_goes_with_the_furniture_and_fitted_cabinets_stay(room):
    labels = room.segments.labels.copy()
    names = room.segments.classes
    labels[100:110, 20:40] = names.index("clutter")
    labels[120:180, 250:280] = names.index("cabinet")
    labels[120:180, 280:310] = names.index("appliance")
    labels[120:180, 10:30] = names.index("cabinet")
    segments = replace(room.segments, labels=labels)
    assert fitted(segments)[150, 260] and not fitted(segments)[150, 20]
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert found[105, 30] and found[150, 20] and not found[150, 260] and not found[150, 290]


def test_a_thing_in_the_filled_area_is_reported(room):
    assert hallucinated(room.segments, room.thing) and "sofa" in hallucinated(room.segments, room.thing)[0]
    labels = np.where(room.thing, 1, room.segments.labels).astype(np.uint8)
    assert hallucinated(replace(room.segments, labels=labels), room.thing) == []
    doubtful = with_beliefs(room, [(slice(20, 50), slice(30, 55), {"wall": 0.45, "sofa": 0.5, "clutter": 0.05})])
    assert hallucinated(doubtful, room.thing) == []
    beside = np.roll(room.thing, -int(0.2 * 320), axis=1)  # reaches into the hole, but stood there before
    assert hallucinated(room.segments, beside) == []


def with_beliefs(room, changes):
    """The room's segments with probabilities on a grid of 4 pixels, changed in places: [(rows, columns, {class: p})]."""
    names = room.segments.classes
    labels = room.segments.labels[2::4, 2::4]
    p = np.where(np.arange(len(names))[:, None, None] == labels, 0.9, 0.1 / (len(names) - 1)).astype(np.float16)
    for rows, columns, values in changes:
        p[:, rows, columns] = 0
        for name, value in values.items():
            p[names.index(name), rows, columns] = value
    return replace(room.segments, probabilities=p)


def test_a_frame_that_is_rather_wall_than_any_one_piece_goes_with_its_bed(room):
    """Beside the sofa: wall is likeliest (0.6), sofa 0.3; the same far away, and a window that is likelier, stay."""
    doubtful = {"wall": 0.6, "sofa": 0.35, "clutter": 0.05}
    segments = with_beliefs(
        room,
        [
            (slice(30, 40), slice(53, 62), doubtful),
            (slice(30, 40), slice(5, 15), doubtful),
            (slice(20, 25), slice(34, 50), {"window": 0.5, "sofa": 0.4, "wall": 0.1}),
        ],
    )
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert found[125:155, 220:240].all()
    assert not found[125:155, 24:56].any()
    assert not found[82:90, 150:190].any()


def test_a_pale_lamp_on_a_thing_goes_with_it_before_walls(room):
    """A fifth is enough above the sofa; the same by itself, on the floor, or rather a window stays."""
    lamp = {"wall": 0.76, "clutter": 0.24}
    spots = [
        (slice(18, 25), slice(36, 42), lamp),
        (slice(18, 25), slice(8, 14), lamp),
        (slice(43, 50), slice(36, 42), {"floor": 0.76, "clutter": 0.24}),
        (slice(18, 25), slice(46, 51), {"wall": 0.4, "window": 0.36, "clutter": 0.24}),
    ]
    found = wanted("furniture", None, (), (), SIZE, with_beliefs(room, spots), room.layout).array
    assert found[76:98, 148:164].all() and found[room.thing].all()
    assert not found[76:98, 34:54].any()
    assert not found[178:196, 148:164].any()
    assert not found[76:96, 188:200].any()


def test_doubts_do_not_run_into_fitted_cabinets(room):
    """A kitchen that the network is sure of begins where the sofa ends; cabinets are asked for, one stands by itself."""
    labels = room.segments.labels.copy()
    names = room.segments.classes
    labels[150:190, 8:40] = names.index("cabinet")
    labels[120:172, 211:250] = names.index("cabinet")
    labels[120:172, 250:280] = names.index("appliance")
    changed = replace(room, segments=replace(room.segments, labels=labels))
    found = wanted("furniture", None, (), (), SIZE, with_beliefs(changed, []), room.layout).array
    assert found[122:170, 140:205].all() and not found[122:170, 220:280].any()
    assert found[154:186, 12:36].all()


def test_hanging_lamps_stay_and_standing_ones_go(room):
    classes = (*room.segments.classes, "lamp")
    labels = room.segments.labels.copy()
    labels[20:40, 150:170] = classes.index("lamp")  # in the ceiling or high on the wall
    labels[110:190, 20:30] = classes.index("lamp")  # down to the floor
    segments = replace(room.segments, labels=labels, classes=classes, groups={"furniture": ("sofa", "lamp")})
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert not found[20:40, 150:170].any()
    assert found[110:190, 20:30].all() and found[room.thing].all()


def test_small_things_on_a_wall_stay_whole_if_they_may_be_mirrors_and_stand_on_nothing(room):
    """What the network sees in a mirror is a piece on the wall; a shade over a cabinet is another, and so is a hoop."""
    names = room.segments.classes
    labels = room.segments.labels.copy()
    piece = (slice(80, 92), slice(20, 40))
    labels[piece] = names.index("clutter")

    def found(labels, values):
        known = replace(room, segments=replace(room.segments, labels=labels))
        segments = with_beliefs(known, [(slice(20, 23), slice(5, 10), values)])
        return wanted("furniture", None, (), (), SIZE, segments, room.layout).array

    mirror, hoop = {"clutter": 0.6, "window": 0.3, "wall": 0.1}, {"clutter": 0.6, "wall": 0.4}
    assert not found(labels, mirror)[piece].any() and found(labels, mirror)[room.thing].all()
    assert found(labels, hoop)[piece].all()
    labels[98:180, 15:45] = names.index("cabinet")
    assert found(labels, mirror)[piece].all()


def test_a_lamp_before_a_window_goes_though_the_network_is_surer_of_the_window(room):
    """Over the sofa, and not far from it; a view as likely everywhere to be a chair is a view, what floats higher too."""
    names = (*room.segments.classes, "lamp")
    labels = room.segments.labels.copy()
    labels[40:100, 140:200] = labels[40:100, 20:80] = names.index("window")
    glass = {"window": 0.9, "wall": 0.08, "lamp": 0.01}
    groups = {"furniture": ("sofa", "cabinet", "lamp")}
    base = replace(room, segments=replace(room.segments, labels=labels, classes=names, groups=groups))
    pane, other = (slice(10, 25), slice(35, 50)), (slice(10, 25), slice(5, 20))

    def lamps(row, glass=glass, lamp=0.25):
        spots = [(*pane, glass), (*other, glass)]
        both = {"window": 0.9 - lamp, "lamp": lamp, "wall": 0.05}
        spots += [(slice(row, row + 4), slice(40, 44), both), (slice(row, row + 4), slice(10, 14), both)]
        return wanted("furniture", None, (), (), SIZE, with_beliefs(base, spots), room.layout).array

    found = lamps(20)
    assert found[83:93, 163:173].all()
    assert lamps(17)[70:99, 166:170].all(), "the neck of the lamp, between it and the sofa, need not be seen"
    assert not lamps(17)[88:96, 155:160].any()
    assert not found[83:93, 43:53].any(), "nothing stands under the other one"
    assert not lamps(12)[48:64, 160:176].any(), "too high over the sofa"
    doubtful = {"window": 0.8, "wall": 0.08, "lamp": 0.1}
    assert not lamps(20, doubtful)[83:93, 163:173].any(), "the whole pane is as doubtful"
    assert not lamps(20, lamp=0.1)[83:93, 163:173].any(), "too doubtful"
    sofas = replace(base.segments, groups={"furniture": ("sofa", "cabinet")})
    base = replace(base, segments=sofas)
    assert not lamps(20)[83:93, 163:173].any(), "lamps were not asked for"


def test_a_pendant_before_a_window_stays_whole(room):
    """Its shade is surely a lamp and hangs; of its rim the network thinks it may be one."""
    names = (*room.segments.classes, "lamp")
    labels = room.segments.labels.copy()
    labels[40:100, 120:220] = names.index("window")
    labels[56:76, 150:170] = names.index("lamp")
    base = replace(
        room, segments=replace(room.segments, labels=labels, classes=names, groups={"furniture": ("sofa", "lamp")})
    )
    rim, shade = {"window": 0.75, "lamp": 0.25}, {"lamp": 0.95, "window": 0.05}
    spots = [(slice(10, 25), slice(30, 55), {"window": 0.98, "lamp": 0.02}), (slice(13, 20), slice(36, 44), rim)]
    segments = with_beliefs(base, [*spots, (slice(14, 19), slice(38, 42), shade)])
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert found[room.thing].all() and not found[44:98, 120:220].any()


def test_a_speck_before_a_window_is_no_lamp(room):
    names = (*room.segments.classes, "lamp")
    labels = room.segments.labels.copy()
    labels[40:90, 120:220] = names.index("window")
    base = replace(
        room, segments=replace(room.segments, labels=labels, classes=names, groups={"furniture": ("sofa", "lamp")})
    )
    spots = [
        (slice(10, 22), slice(30, 55), {"window": 0.98, "lamp": 0.02}),
        (slice(18, 19), slice(40, 41), {"window": 0.8, "lamp": 0.2}),
    ]
    found = wanted("furniture", None, (), (), SIZE, with_beliefs(base, spots), room.layout).array
    assert not found[60:98, 120:220].any()


def test_what_a_chair_before_a_window_is_taken_for_in_part_goes_with_it(room):
    """Clutter next to what is surely a chair; clutter farther off is the view."""
    names = (*room.segments.classes, "chair")
    labels = room.segments.labels.copy()
    labels[40:100, 100:240] = names.index("window")
    groups = {"furniture": ("sofa", "cabinet", "chair")}
    base = replace(room, segments=replace(room.segments, labels=labels, classes=names, groups=groups))
    glass = {"window": 0.95, "wall": 0.05}
    spots = [
        (slice(10, 25), slice(25, 60), glass),
        (slice(19, 23), slice(40, 44), {"window": 0.6, "chair": 0.3, "clutter": 0.1}),
        (slice(19, 23), slice(44, 52), {"window": 0.7, "clutter": 0.3}),
    ]
    found = wanted("furniture", None, (), (), SIZE, with_beliefs(base, spots), room.layout).array
    assert found[79:88, 163:180].all()
    assert not found[79:88, 196:206].any()


def test_cabinets_that_may_be_doors_stay(room):
    """Two cabinets on the floor; of one the network says that it may be a door."""
    labels = room.segments.labels.copy()
    names = room.segments.classes
    labels[150:200, 8:32] = labels[150:200, 280:304] = names.index("cabinet")
    changed = replace(room, segments=replace(room.segments, labels=labels))
    spots = [
        (slice(37, 50), slice(2, 8), {"cabinet": 0.5, "door": 0.25, "wall": 0.25}),
        (slice(37, 50), slice(70, 76), {"cabinet": 0.5, "door": 0.02, "wall": 0.48}),
    ]
    found = wanted("furniture", None, (), (), SIZE, with_beliefs(changed, spots), room.layout).array
    assert not found[152:198, 10:30].any()
    assert found[152:198, 282:302].all()
