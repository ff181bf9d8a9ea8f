"""White walls under white ceilings: the picture shows no line between them, the layout knows it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "room"))

from drawn_rooms import box_room, picture

from stagekit.surface.belief import PLANE, settle_planes
from stagekit.surface.places import Finder
from stagekit.types import Image, Segments

CLASSES = ("wall", "floor", "ceiling", "window", "door")


def test_the_layout_draws_the_line_that_nobody_sees():
    layout = replace(box_room(), confidence=0.8)
    surfaces = layout.surfaces()
    pixels = picture(layout).array.copy()
    noise = np.random.default_rng(0).normal(0, 1.5, pixels.shape)
    white = (surfaces == 2) | (surfaces == 3)
    pixels[white] = np.clip(236 + noise[white], 0, 255)
    # the network's line waves by 2 % of the picture
    height, width = surfaces.shape
    shift = np.round(0.02 * width * np.sin(np.arange(width) / 17)).astype(int)
    rows = np.clip(np.arange(height)[:, None] + shift[None], 0, height - 1)
    waved = np.where(np.isin(surfaces, (0, 1)), surfaces, surfaces[rows, np.arange(width)[None]])
    waved = np.where((waved == 1) & (surfaces != 1), 2, waved)
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[waved]
    found = Finder(Image(pixels, name="white"), Segments(labels, CLASSES), layout).find("wall").mask
    near = (np.abs(np.gradient((surfaces == 3).astype(float), axis=0)) > 0).any(0)
    above = np.arange(height)[:, None] < height * 0.5
    truth = surfaces == 2
    by_network = ((labels == 0) != truth)[:, near][above[:, 0]].sum()
    wrong = (found != truth)[:, near][above[:, 0]].sum()
    assert by_network > 1000
    assert wrong < 0.35 * by_network


def test_a_gable_is_wall_by_its_colour_and_ceiling_where_colours_are_alike() -> None:
    """The network says wall inside the layout's ceiling: believed under wood, not where white meets white."""
    planes = np.full((120, 160), 8)
    planes[:50], planes[90:] = PLANE["ceiling"], PLANE["floor"]
    maps = {n: np.full(planes.shape, 0.02, np.float32) for n in PLANE}
    maps["ceiling"][:50], maps["wall"][50:90], maps["floor"][90:] = 0.96, 0.96, 0.96
    gable = np.s_[20:45, 60:100]
    maps["ceiling"][gable], maps["wall"][gable] = 0.28, 0.7
    white = np.full((*planes.shape, 3), (90.0, 0.0, 2.0), np.float32)
    wood = white.copy()
    wood[:50] = (60.0, 20.0, 45.0)
    for lab, wall in ((white, False), (wood, True)):
        settled = settle_planes(maps, planes, 1.0, lab)
        assert (settled["wall"][25:40, 65:95] > 0.5).all() == wall
        assert (settled["ceiling"][5:15] > 0.8).all() and (settled["wall"][60:80] > 0.8).all()
