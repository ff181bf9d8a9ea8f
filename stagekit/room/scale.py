"""Metric scale: how high the camera stood, from habits of photographers and builders."""

from __future__ import annotations

import math
from dataclasses import dataclass

CAMERA = (1.4, 0.14)
"""Log-prior of the camera's height in metres, and its spread."""
CEILING = (2.5, 0.10)
"""The same of a room's ceiling: homes have 2.3 to 3 m."""
DOOR = (2.03, 0.035)


@dataclass(frozen=True)
class Scale:
    camera_height_m: float
    notes: tuple[str, ...]


def camera_height(given_m: float | None, ceiling_m: float | None, ratio: float | None, doors: list[float]) -> Scale:
    """The camera's height over the floor.

    ``ratio`` is (ceiling over camera) / (camera over floor) where the ceiling is seen, ``ceiling_m`` a ceiling height
    that the caller knows, ``doors`` heights of seen doors as multiples of the camera's height.
    """
    if given_m is not None:
        return Scale(given_m, (f"scale from the given camera height of {given_m:.2f} m",))
    if ceiling_m is not None and ratio is not None:
        return Scale(ceiling_m / (1.0 + ratio), (f"scale from the given ceiling height of {ceiling_m:.2f} m",))
    weight, total = 1.0 / CAMERA[1] ** 2, math.log(CAMERA[0]) / CAMERA[1] ** 2
    said = [f"a camera height near {CAMERA[0]} m"]
    if ratio is not None:
        # a hall's ceiling is no evidence: the pull of an implausible one is capped by a heavier tail
        guess = math.log(CEILING[0] / (1.0 + ratio))
        sigma = max(CEILING[1], 0.35 * abs(guess - math.log(CAMERA[0])))
        weight, total = weight + 1 / sigma**2, total + guess / sigma**2
        said.append("the ceiling")
    for door in doors[:2]:
        if 1.1 < door < 2.2:
            guess = math.log(DOOR[0] / door)
            sigma = max(0.08, 0.5 * abs(guess - math.log(CAMERA[0])))
            weight, total = weight + 1 / sigma**2, total + guess / sigma**2
            if "a door" not in said:
                said.append("a door")
    height = min(max(math.exp(total / weight), 0.6), 2.6)
    return Scale(height, (f"scale from {' and '.join(said)}: camera at {height:.2f} m",))
