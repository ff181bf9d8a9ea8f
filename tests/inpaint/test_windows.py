"""What shows in a window behind a hole: copied as it is, sideways first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stagekit.inpaint.planar import fill
from stagekit.inpaint.regions import WINDOW, regions
from stagekit.types import Opening


@pytest.fixture(scope="module")
def view(room):
    """A room with a wide window, its segments, metres of its pixels over the floor, and which they are."""
    wall = max(
        (k for k, w in enumerate(room.layout.walls) if w.kind == "wall"),
        key=lambda k: (room.layout.wall_ids() == k).sum(),
    )
    middle = room.layout.walls[wall].length_m / 2
    layout = replace(room.layout, openings=(Opening("window", wall, middle - 1.4, middle + 1.4, 0.5, 2.3),))
    region = next(r for r in regions(layout, *room.photo.size) if r.surface == WINDOW)
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[layout.surfaces()]
    ys, xs = np.nonzero(region.mask)
    points, _ = region.metres(np.stack([xs, ys], -1).astype(float))
    return layout, replace(room.segments, labels=labels), region, (ys, xs), points


@pytest.mark.parametrize("sky", [0.3, 0.7])
def test_trees_under_a_white_sky_stay_trees(room, view, sky):
    layout, segments, region, (ys, xs), points = view
    rng = np.random.default_rng(0)
    top = np.quantile(points[:, 1], 1 - sky)
    pixels = room.empty.array.copy()
    green = np.clip(np.array((60, 100, 50)) * rng.uniform(0.5, 1.5, (len(ys), 1)), 0, 255)
    pixels[ys, xs] = np.where((points[:, 1] > top)[:, None], 255, green).astype(np.uint8)
    hole = np.zeros(region.mask.shape, bool)
    middle = np.median(points[:, 0])
    under = (points[:, 1] < top - 0.1) & (np.abs(points[:, 0] - middle) < 0.35)
    hole[ys[under], xs[under]] = True
    out = fill(pixels, hole, layout, segments)
    assert under.sum() > 50 and np.abs(out[hole].mean(0) - pixels[hole].mean(0)).max() < 25
    assert np.array_equal(out[~hole], pixels[~hole])


def test_a_railing_goes_on_sideways(room, view):
    """Bands at every height: what is copied keeps its own."""
    layout, segments, region, (ys, xs), points = view
    band = np.floor(points[:, 1] / 0.15).astype(int)
    colours = np.random.default_rng(3).integers(30, 225, (40, 3))
    pixels = room.empty.array.copy()
    pixels[ys, xs] = colours[band % 40]
    hole = np.zeros(region.mask.shape, bool)
    middle = np.median(points[:, 0])
    inside = np.abs(points[:, 0] - middle) < 0.3
    hole[ys[inside], xs[inside]] = True
    out = fill(pixels, hole, layout, segments)
    assert np.abs(out[hole].astype(int) - pixels[hole]).mean() < 15
