"""A stand-in network: it fills with the mean of what is known, plus fine stripes, and records what it was asked."""

from __future__ import annotations

import numpy as np
import pytest

from stagekit.inpaint.pyramid import fill_by_network


class Mean:
    def __init__(self):
        self.sizes = []

    def __call__(self, picture, gap):
        assert picture.shape[0] % 8 == 0 and picture.shape[1] % 8 == 0 and picture.dtype == np.float32
        assert set(np.unique(gap)) <= {0.0, 1.0}
        self.sizes.append(gap.shape)
        mean = picture[gap == 0].mean(0) if (gap == 0).any() else np.full(3, 0.5)
        stripes = 0.04 * ((np.arange(gap.shape[1]) % 2) * 2 - 1)[None, :, None]
        return np.where(gap[..., None] > 0, mean + stripes, picture).astype(np.float32)


@pytest.mark.parametrize("size", [(150, 201), (700, 901)])
def test_small_and_large_holes_are_filled_and_nothing_else(size):
    photo = np.full((*size, 3), 120, np.uint8)
    photo[:, : size[1] // 8] = 90
    hole = np.zeros(size, bool)
    hole[size[0] // 4 : -size[0] // 4, size[1] // 3 : -size[1] // 4] = True
    network = Mean()
    filled = fill_by_network(np.where(hole[..., None], 255, photo).astype(np.uint8), hole, network, base=256, tile=256)
    assert np.array_equal(filled[~hole], photo[~hole])
    assert np.abs(filled[hole].mean() - 118) < 6
    assert max(max(s) for s in network.sizes) <= 264
    # the finest scale's own detail is there, in the photo's pixels
    fine = np.abs(np.diff(filled[size[0] // 2, size[1] // 2 : size[1] // 2 + 40, 0].astype(int)))
    assert np.median(fine) > 8


def test_an_empty_hole_asks_nothing():
    network = Mean()
    photo = np.full((80, 80, 3), 7, np.uint8)
    assert np.array_equal(fill_by_network(photo, np.zeros((80, 80), bool), network), photo) and not network.sizes
