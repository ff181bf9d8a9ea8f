"""A point takes what the network overlooked: on a wall or a floor what has another colour."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import stagekit as sk
from stagekit.inpaint.pointed import LARGEST, piece_at
from stagekit.inpaint.wanted import wanted
from stagekit.types import Segments


def bare(room) -> Segments:
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[room.layout.surfaces()]
    return Segments(labels, room.segments.classes, None, room.segments.groups)


def drawn(room, centre, radius, colour=(120, 80, 30)):
    disc = np.zeros(room.segments.labels.shape, np.uint8)
    cv2.circle(disc, centre, radius, 1, cv2.FILLED)
    pixels = room.empty.array.copy()
    pixels[disc > 0] = colour
    return pixels, disc > 0


@pytest.mark.parametrize(("centre", "colour"), [((160, 70), (120, 80, 30)), ((160, 210), (20, 40, 90))])
def test_what_hangs_on_a_wall_or_lies_on_a_floor(room, centre, colour):
    pixels, disc = drawn(room, centre, 6, colour)
    found = piece_at(pixels, centre, bare(room))
    assert found is not None and found[disc].all()
    assert not (found & ~cv2.dilate(disc.astype(np.uint8), np.ones((15, 15))).astype(bool)).any()
    size = (pixels.shape[1], pixels.shape[0])
    taken = wanted(None, None, (), [centre], size, bare(room), room.layout, pixels)
    assert np.array_equal(taken.array, found)


def test_a_ring_goes_with_its_middle(room):
    pixels, disc = drawn(room, (160, 70), 7)
    inner, middle = drawn(room, (160, 70), 4)
    pixels[middle] = room.empty.array[middle]
    assert (inner[middle] != pixels[middle]).any()
    found = piece_at(pixels, (160, 64), bare(room))
    assert found is not None and found[disc].all()


def test_bare_wall_and_what_is_not_near_is_nothing(room):
    pixels, _ = drawn(room, (160, 70), 6)
    assert piece_at(room.empty.array, (160, 70), bare(room)) is None
    assert piece_at(pixels, (185, 70), bare(room)) is None
    with pytest.raises(sk.InputError, match="shows wall, which is not erased"):
        wanted(None, None, (), [(185, 70)], (320, 240), bare(room), room.layout, pixels)


def test_half_a_wall_in_another_light_is_no_thing(room):
    """A winding band, thin everywhere, of more than a thing's size."""
    pixels = room.empty.array.copy()
    band = np.zeros(pixels.shape[:2], np.uint8)
    for k in range(14):
        x = 95 + 9 * k
        cv2.line(band, (x, 50), (x, 140), 1, 3)
        cv2.line(band, (x, 50 if k % 2 else 140), (x + 9, 50 if k % 2 else 140), 1, 3)
    assert band.mean() > LARGEST
    pixels[band > 0] = (120, 80, 30)
    assert piece_at(pixels, (95, 90), bare(room)) is None
