"""A rug of which the network suspects one corner; and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stagekit.room.rugs import carpets, rugs

CLASSES = ("wall", "floor", "rug", "window", "door", "curtain")
BOARDS, BEIGE = (140, 95, 55), (200, 195, 185)


def scene(rug=BEIGE, suspected: float = 0.4):
    """A wall above a floor on which a rug lies, its left end suspected: picture, labels, belief, the rug."""
    rng = np.random.default_rng(1)
    picture = np.full((240, 320, 3), 225, float)
    picture[90:] = BOARDS
    lies = np.zeros((240, 320), bool)
    lies[140:225, 70:250] = True
    picture[lies] = rug
    picture += rng.normal(0, 4, picture.shape)
    labels = np.zeros((240, 320), np.uint8)
    labels[90:] = 1
    belief = np.zeros((60, 80), np.float32)
    belief[36:56, 18:28] = suspected
    return np.clip(picture, 0, 255).astype(np.uint8), labels, belief, lies


def test_a_suspected_corner_makes_the_whole_a_rug():
    picture, labels, belief, lies = scene()
    found = rugs(picture, labels, belief, CLASSES)
    assert (found & lies).sum() > 0.95 * lies.sum()
    assert (found & ~lies).sum() < 0.05 * lies.sum()


@pytest.mark.parametrize(
    ("rug", "suspected"),
    [(BEIGE, 0.0), ((175, 119, 69), 0.4)],
    ids=["nobody suspects one", "sun on the boards"],
)
def test_other_light_and_other_floors_are_no_rugs(rug, suspected):
    picture, labels, belief, _ = scene(rug, suspected)
    assert not rugs(picture, labels, belief, CLASSES).any()


def test_what_runs_along_the_walls_is_the_floor():
    picture, labels, belief, _ = scene()
    belief[:] = 0
    belief[24:30] = 0.4  # suspected along the wall instead
    assert not rugs(picture, labels, belief, CLASSES).any()


def test_a_room_without_floor_has_none():
    picture, labels, belief, _ = scene()
    assert not rugs(picture, np.zeros_like(labels), belief, CLASSES).any()


def test_floor_between_legs_on_a_rug_is_the_rug_and_between_two_rugs_it_is_not():
    """A chair whose legs shut a gap in, and one whose gap opens to the floor; another rug beside."""
    picture, labels, belief, lies = scene(suspected=0.4)
    classes = (*CLASSES, "chair")
    labels[150:160, 100:140] = labels[160:225, 100:104] = labels[160:225, 136:140] = classes.index("chair")
    picture[150:240, 104:136] = (90, 80, 75)  # in its shadow
    labels[200:225, 260:310] = classes.index("rug")
    found = rugs(picture, labels, belief, classes)
    between = np.zeros_like(lies)
    between[165:220, 106:134] = True
    assert found[between].mean() > 0.9
    assert not found[205:220, 252:258].any()


def carpeted(light, *, weave: float = 5.0, start: int = 88, tint=(1.0, 1.0, 1.0)):
    """A carpet of which one part, from row ``start`` down, lies in another ``light`` and is called a rug."""
    rng = np.random.default_rng(2)
    picture = np.full((240, 320, 3), 225, float)
    picture[90:] = (110, 100, 88)
    part = np.zeros((240, 320), bool)
    part[start:200, 190:290] = True
    part[:90] = False
    grain = cv2.GaussianBlur(rng.normal(0, 1, (240, 320)), (0, 0), 1.0)[..., None]
    grain /= grain.std()
    picture += np.where(part[..., None], weave, 5.0) * grain
    picture[part] *= light * np.array(tint)
    labels = np.zeros((240, 320), np.uint8)
    labels[90:] = 1
    labels[part] = 2
    return np.clip(picture, 0, 255).astype(np.uint8), labels, part


@pytest.mark.parametrize("light", [1.7, 0.7], ids=["in the sun", "in the shade"])
def test_a_carpet_in_another_light_is_no_rug(light):
    picture, labels, part = carpeted(light)
    found = carpets(picture, labels, CLASSES)
    assert (found == part).all()


@pytest.mark.parametrize(
    "other",
    [{"tint": (1.0, 0.85, 0.6)}, {"weave": 25.0}, {"start": 130}],
    ids=["another colour", "a coarser weave", "lighter, and touches no wall"],
)
def test_a_rug_stays_a_rug(other):
    picture, labels, _ = carpeted(1.5, **other)
    assert not carpets(picture, labels, CLASSES).any()


def test_a_carpet_as_light_as_the_floor_is_the_floor_anywhere():
    picture, labels, part = carpeted(1.03, start=130)
    assert (carpets(picture, labels, CLASSES) == part).all()


def test_a_rug_that_hides_the_floor_stays():
    picture, labels, _ = carpeted(1.5)
    labels[labels == 1] = 2
    assert not carpets(picture, labels, CLASSES).any()
