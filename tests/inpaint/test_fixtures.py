"""What is built in and stays when furniture goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stagekit.inpaint.fixtures import fitted
from stagekit.inpaint.wanted import wanted

SIZE = (320, 240)


def test_a_fireplace_stays_with_its_surround_and_the_sofa_before_it_goes(room):
    classes = (*room.segments.classes, "fireplace")
    labels = room.segments.labels.copy()
    labels[110:170, 20:60] = classes.index("cabinet")  # the surround, taken for one
    labels[125:168, 28:52] = classes.index("fireplace")
    labels[150:185, 24:34] = classes.index("sofa")
    segments = replace(room.segments, labels=labels, classes=classes)
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert not found[112:148, 22:58].any()
    assert found[150:185, 24:34].all() and found[room.thing].all()


def test_what_stands_on_fitted_things_stays_and_on_tables_goes(room):
    """A worktop taken for a table on cabinets beside an appliance, and clutter on it; the same on the floor goes."""
    labels = room.segments.labels.copy()
    names = (*room.segments.classes, "table")
    labels[150:200, 20:80] = names.index("cabinet")
    labels[150:200, 80:95] = names.index("appliance")
    labels[142:150, 18:82] = names.index("table")
    labels[130:142, 40:60] = names.index("clutter")
    labels[200:220, 240:280] = names.index("table")
    labels[188:200, 250:270] = names.index("clutter")
    segments = replace(room.segments, labels=labels, classes=names, groups={"furniture": ("sofa", "cabinet", "table")})
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert not found[130:200, 18:95].any()
    assert found[201:219, 241:279].all() and found[189:199, 251:269].all()
    assert found[room.thing & (labels == names.index("sofa"))].all()


@pytest.mark.parametrize("beside", ["bath", "toilet", "table"])
def test_cabinets_beside_a_bath_are_its_surround(room, beside):
    labels = room.segments.labels.copy()
    names = (*room.segments.classes, beside)
    labels[150:200, 20:60] = names.index("cabinet")
    labels[150:200, 60:95] = names.index(beside)
    found = fitted(replace(room.segments, labels=labels, classes=names))
    assert found[150:200, 20:60].all() == (beside != "table")


def test_a_sink_keeps_its_pedestal(room):
    """What is under a sink is taken for clutter; the same beside it and under a speck goes, and a chair before it."""
    names = (*room.segments.classes, "sink", "chair")
    labels = room.segments.labels.copy()
    labels[120:135, 20:60] = names.index("sink")
    labels[135:190, 34:46] = labels[135:190, 70:82] = names.index("clutter")
    labels[130:135, 74:78] = names.index("sink")
    labels[160:200, 22:32] = names.index("chair")
    groups = {"furniture": ("sofa", "chair")}
    segments = replace(room.segments, labels=labels, classes=names, groups=groups)
    found = wanted("furniture", None, (), (), SIZE, segments, room.layout).array
    assert not found[120:190, 34:60].any() and found[162:198, 24:30].all()
    assert found[137:188, 72:80].all()


def test_islands_worktops_stay_though_they_look_like_tables(room):
    """In a kitchen; elsewhere, and where the network hardly thinks of a countertop, they are tables."""
    names = (*room.segments.classes, "table", "countertop")
    labels = room.segments.labels.copy()
    labels[60:150, 0:90] = names.index("cabinet")
    labels[60:90, 90:110] = names.index("appliance")
    labels[170:182, 120:200] = names.index("table")
    groups = {"furniture": ("sofa", "cabinet", "table")}

    def found(countertop, labels=labels):
        p = np.zeros((len(names), *labels.shape), np.float16)
        np.put_along_axis(p, labels[None].astype(int), np.float16(0.6), 0)
        p[names.index("countertop"), 170:182, 120:200] = countertop
        segments = replace(room.segments, labels=labels, classes=names, groups=groups, probabilities=p)
        return wanted("furniture", None, (), (), SIZE, segments, room.layout).array[171:181, 121:199]

    assert not found(0.15).any()
    assert found(0.05).all()
    bare = np.where((labels == names.index("cabinet")) | (labels == names.index("appliance")), 0, labels).astype(
        np.uint8
    )
    assert found(0.15, bare).all()
