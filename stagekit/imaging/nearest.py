"""Values carried on from where they are known to where they are not."""

from __future__ import annotations

import numpy as np

from ..types import Array


def carried_on(values: Array, known: Array) -> Array:
    """``values`` (h, w[, c]); those not ``known``, bool (h, w) of which some are, are taken from the nearest that is."""
    import cv2

    unknown = (~known).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(unknown, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    table = np.zeros((int(nearest.max()) + 1, *values.shape[2:]), values.dtype)
    table[nearest[known]] = values[known]
    return np.asarray(table[nearest])
