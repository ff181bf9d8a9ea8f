"""Metric scale: how high the camera stood, from habits of photographers and builders."""

from __future__ import annotations

import math
from dataclasses import dataclass

CAMERA = (1.4, 0.14)
"""Log-prior of the camera's height in metres, and its spread."""
CEILING = (2.5, 0.10)
"""The same of a room's ceiling: homes have 2.3 to 3 m."""
DOOR = (2.03, 0.10)
LOWEST, HIGHEST = 0.6, 2.6


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
    witnesses = [(math.log(CAMERA[0]), CAMERA[1])]
    said = [f"a camera height near {CAMERA[0]} m"]
    if ratio is not None:
        witnesses.append((math.log(CEILING[0] / (1.0 + ratio)), CEILING[1]))
        said.append("the ceiling")
    usable = [d for d in doors if 1.05 < d < 3.2]
    if usable:
        witnesses.append((math.log(DOOR[0] / sorted(usable)[len(usable) // 2]), DOOR[1]))
        said.append("a door")
    height = _mean(witnesses)
    return Scale(height, (f"scale from {' and '.join(said)}: camera at {height:.2f} m",))


def _mean(witnesses: list[tuple[float, float]], freedom: float = 4.0) -> float:
    """Posterior mean of the camera's height. Student's t lets one witness be outvoted by two (halls, crouching
    photographers); the mean, unlike the mode, does not jump from one to the other."""
    steps = [math.log(LOWEST) + (math.log(HIGHEST) - math.log(LOWEST)) * k / 400 for k in range(401)]
    logs = [sum(-(freedom + 1) / 2 * math.log1p(((x - m) / s) ** 2 / freedom) for m, s in witnesses) for x in steps]
    top = max(logs)
    weights = [math.exp(v - top) for v in logs]
    return math.exp(sum(w * x for w, x in zip(weights, steps, strict=True)) / sum(weights))
