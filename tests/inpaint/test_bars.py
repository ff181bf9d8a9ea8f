"""Bars around a photo are found, bright floors and dark ceilings are none."""

from __future__ import annotations

import numpy as np
import pytest

from stagekit.inpaint.bars import bars


def framed(top=0, bottom=0, left=0, right=0, colour=255):
    photo = np.random.default_rng(0).integers(40, 210, (90, 120, 3)).astype(np.uint8)
    return np.pad(photo, ((top, bottom), (left, right), (0, 0)), constant_values=colour)


@pytest.mark.parametrize("sides", [{"top": 9}, {"bottom": 14}, {"top": 9, "bottom": 9}, {"left": 20, "right": 12}])
@pytest.mark.parametrize("colour", [0, 255])
def test_bars_are_found_whole_and_nothing_else(sides, colour):
    image = framed(**sides, colour=colour)
    found = bars(image)
    truth = np.ones(image.shape[:2], bool)
    truth[sides.get("top", 0) : 90 + sides.get("top", 0), sides.get("left", 0) : 120 + sides.get("left", 0)] = False
    assert np.array_equal(found, truth)


def test_a_watermark_and_compression_lie_over_a_bar():
    image = framed(bottom=12)
    image[94:98, 70:96] = 120
    image[95, ::3] -= 4
    assert bars(image)[90:].all() and not bars(image)[:90].any()


def test_thin_edges_and_pictures_of_one_colour_are_no_bars():
    assert not bars(framed()).any()
    assert not bars(np.full((90, 120, 3), 255, np.uint8)).any()
    assert not bars(np.full((1, 1, 3), 7, np.uint8)).any()
    assert not bars(framed(top=60)).any(), "most of the picture"
    assert not bars(framed(bottom=12, colour=140)).any(), "a grey floor"
    large = np.random.default_rng(1).integers(0, 255, (400, 400, 3)).astype(np.uint8)
    large[:2] = 255
    assert not bars(large).any()


def test_a_gradient_is_no_bar():
    image = framed()
    image[:30] = np.linspace(60, 240, 120)[None, :, None].astype(np.uint8)
    assert not bars(image).any()
