"""Regions of a picture, and the surface chosen among them, on pictures whose borders are known."""

from __future__ import annotations

import cv2
import numpy as np

from stagekit.surface.regions import choose, cut_regions
from stagekit.surface.trim import _peak
from stagekit.types import Array

HEIGHT, WIDTH = 240, 360


def shaded() -> tuple[Array, Array]:
    """(picture, bool thing): a cushion shaded so steeply that no pixel of it is flat, on an even wall, without noise."""
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    thing = (np.abs(u - 180) < 70) & (np.abs(v - 130) < 50)
    wall = np.float32([196, 186, 170]) * (1 - 0.1 * u / WIDTH)[..., None]
    cushion = np.float32([120, 140, 110]) * (0.45 + 0.55 * (v - 80) / 100)[..., None]
    picture = np.where(thing[..., None], cushion, wall).clip(0, 255).astype(np.uint8)
    return cv2.GaussianBlur(picture, (0, 0), 0.7), thing


def test_regions_end_at_edges() -> None:
    picture, thing = shaded()
    regions = cut_regions(picture)
    share = regions.mean(thing.astype(np.float32))
    mixed = np.minimum(share, 1 - share) * regions.size
    assert mixed.sum() < 0.02 * thing.sum()
    assert (share > 0.9).sum() > 20  # a thing without a flat patch is cut up too


def test_a_surface_ends_at_the_thing_before_it_though_the_network_blurs() -> None:
    picture, thing = shaded()
    wall = 1 - cv2.GaussianBlur(thing.astype(np.float32), (0, 0), 8)
    mask = choose(cut_regions(picture), wall)
    assert (mask == ~thing).mean() > 0.99


def test_wall_between_boards_is_wall() -> None:
    """A shelf before a wall: gaps smaller than regions keep the network's sure word, in the wall's colour."""
    picture, wall = np.full((HEIGHT, WIDTH, 3), (196, 186, 170), np.uint8), np.ones((HEIGHT, WIDTH), bool)
    for at in range(100, 160, 9):
        wall[at : at + 5, 120:220] = False
    wall[96:164, 118:124] = wall[96:164, 216:222] = False
    picture[~wall] = (150, 100, 60)
    picture = (picture + np.random.default_rng(0).normal(0, 2, picture.shape)).clip(0, 255).astype(np.uint8)
    mask = choose(cut_regions(picture), np.where(wall, 0.97, 0.03).astype(np.float32))
    gaps = wall[100:160, 126:214]
    assert mask[100:160, 126:214][gaps].mean() > 0.95
    assert mask[~wall].mean() < 0.05


def test_a_band_of_baseboards_is_told_from_the_blur_of_the_floors_edge() -> None:
    heights = np.arange(0.02, 0.30, 0.005)
    foot = 8 * np.exp(-(((heights - 0.02) / 0.025) ** 2))
    band = np.exp(-(((heights - 0.12) / 0.01) ** 2))
    assert _peak(0.3 + foot + 2.5 * band, heights) == heights[20]  # 0.12 m
    assert _peak(0.3 + foot, heights) is None
    broad = 0.3 + 8 * np.exp(-(((heights - 0.02) / 0.04) ** 2)) + 3 * np.exp(-(((heights - 0.125) / 0.045) ** 2))
    assert _peak(broad, heights) is not None  # a small picture: everything is blurred, only the wall over it is not
    bump = 0.55 * np.exp(-(((heights - 0.07) / 0.005) ** 2))
    assert _peak(0.3 + 8 * np.exp(-heights / 0.03) + bump, heights) is None  # the tail hardly rises again
    assert _peak(0.3 + foot + 0.2 * band, heights) is None
