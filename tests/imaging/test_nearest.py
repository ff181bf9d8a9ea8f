"""Values carried on."""

from __future__ import annotations

import numpy as np

from stagekit.imaging.nearest import carried_on


def test_the_nearest_known_value_is_taken() -> None:
    known = np.zeros((5, 9), bool)
    known[2, 1] = known[2, 7] = True
    values = np.where(known, np.arange(9), -1).astype(np.int32)
    got = carried_on(values, known)
    assert got.dtype == np.int32 and (got[:, :4] == 1).all() and (got[:, 5:] == 7).all()
    colours = np.stack([values, 2 * values, 3 * values], -1).astype(np.float32)
    assert np.array_equal(carried_on(colours, known)[2], np.stack([got[2], 2 * got[2], 3 * got[2]], -1))
    assert np.array_equal(carried_on(values, np.ones_like(known)), values)
