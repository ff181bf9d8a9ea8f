"""What hangs or stands before a wall keeps its colour; the wall in the sun and in a lamp's glow is the wall."""

from __future__ import annotations

import cv2
import numpy as np

from stagekit.room.paint import SURE, cielab, off_colour, thin_things
from stagekit.surface.regions import choose, cut_regions

H, W = 240, 360
TOWEL, LEG, PATCH, GLOW = np.s_[80:150, 60:110], np.s_[40:230, 200:204], np.s_[120:200, 250:330], (40.0, 330.0)


def wall() -> np.ndarray:
    """uint8 HxWx3: beige, darker to the left, with noise."""
    x = np.linspace(0.75, 1.0, W)[None, :, None]
    noise = np.random.default_rng(1).normal(0, 1.5, (H, W, 1))
    return np.clip(np.array([205, 190, 165]) * x + noise, 0, 255).astype(np.uint8)


def planes() -> np.ndarray:
    return np.full((H, W), 8, np.int32)


def test_a_towel_and_a_lamps_leg_are_no_wall():
    picture = wall()
    picture[TOWEL], picture[LEG] = (70, 190, 190), (120, 70, 40)
    sure = np.full((H, W), 0.97, np.float32)
    off = off_colour(cielab(picture), sure, planes())
    regions = cut_regions(picture, planes())
    assert off[TOWEL].min() > SURE > 3 * np.percentile(off[:, 230:], 99)
    mask = choose(regions, sure, off=off)
    assert not mask[TOWEL][5:-5, 5:-5].any() and mask[:, 240:].all()
    assert choose(regions, sure)[TOWEL][5:-5, 5:-5].mean() >= mask[TOWEL][5:-5, 5:-5].mean()
    things = thin_things(off)
    assert things[LEG].all() and things[TOWEL].all() and things[:, 240:].sum() == 0


def test_light_is_no_thing():
    """A patch of sun with sharp borders, and a lamp's warm glow without."""
    picture = wall().astype(np.float32)
    picture[PATCH] = np.minimum(picture[PATCH] * 1.25, 255)
    v, u = np.mgrid[:H, :W]
    glow = np.exp(-((v - GLOW[0]) ** 2 + (u - GLOW[1]) ** 2) / 800)[..., None]
    picture = np.minimum(picture + glow * np.array([60, 40, 5]), 255).astype(np.uint8)
    off = off_colour(cielab(picture), np.ones((H, W), np.float32), planes())
    assert off.max() < SURE and not thin_things(off).any()
    cast = wall().astype(np.float32) + glow * np.array([-10, 20, 70])  # as a window's daylight on a lamp-lit wall
    lab = cielab(np.clip(cast, 0, 255).astype(np.uint8))
    assert off_colour(lab, np.ones((H, W), np.float32), planes()).max() < SURE < 40


def test_a_wall_of_two_colours_has_none_to_tell_by():
    """Stone, and a third of plaster; and a plane that the network takes for something else."""
    picture = wall()
    picture[:, : 2 * W // 3] = cv2.resize(
        np.random.default_rng(2).integers(40, 160, (24, 18, 3), dtype=np.uint8), (2 * W // 3, H)
    )
    assert not off_colour(cielab(picture), np.ones((H, W), np.float32), planes()).any()
    assert not off_colour(cielab(wall()), np.zeros((H, W), np.float32), planes()).any()
    assert not off_colour(cielab(wall()), np.ones((H, W), np.float32), planes() * 0 + 1).any(), "floors have patterns"
