"""Edges between two colours: told by colour where they differ, and not by either side's own unevenness."""

from __future__ import annotations

import numpy as np
import pytest

from stagekit.surface.matte import soft_matte


def two_sides(upper: float, lower: float, noise: float, above: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """(uint8 HxWx3, bool HxW): a ceiling over a wall, sRGB levels with noise, ``above`` times that on the ceiling; the mask
    is the wall."""
    rng = np.random.default_rng(3)
    level = np.full((120, 200, 1), upper) + np.zeros(3)
    level[60:] = lower
    level[60] = (upper + lower) / 2  # the lens mixes one row
    mask = np.zeros((120, 200), bool)
    mask[60:] = True
    grain = rng.normal(0, noise, (120, 200, 1))
    grain[:60] *= above
    return np.clip(level + grain, 0, 255).astype(np.uint8), mask


@pytest.mark.parametrize(
    ("upper", "lower", "noise", "above"),
    [(200, 222, 2.5, 1.0), (222, 200, 2.5, 1.0), (60, 220, 2.0, 1.0), (200, 222, 2.5, 0.0)],
)
def test_noise_leaves_no_specks_in_the_wall_and_none_in_the_ceiling(
    upper: float, lower: float, noise: float, above: float
) -> None:
    """Also where one side alone is noisy: the more uneven one counts."""
    photo, mask = two_sides(upper, lower, noise, above)
    matte = soft_matte(photo, photo, mask)
    alpha = np.zeros(mask.shape, np.float32)
    alpha[matte.window] = matte.alpha
    assert alpha[61:64].mean() > 0.995 and alpha[56:60].mean() < 0.005
    assert alpha[60].mean() == pytest.approx(0.5, abs=0.2)
