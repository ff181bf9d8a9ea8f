"""Floor material from the texture of the rectified floor, and from what such rooms usually have."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ..types import Array
from .ground import NAMES, Ground, features

USUAL = {
    # wood, tile, carpet: shares in 390 listing photos and 83 others, smoothed
    "bathroom": (0.08, 0.88, 0.04),
    "kitchen": (0.38, 0.58, 0.04),
    "bedroom": (0.32, 0.06, 0.62),
    "living_room": (0.60, 0.12, 0.28),
    "dining_room": (0.60, 0.20, 0.20),
}
TRUST = 0.7
"""Power to which the usual shares are taken."""
CAUTION = 0.75
"""A probability of 0.8 is a confidence of 0.6: of floors named at 0.8 about 19 in 20 are right (cross-validated; see
benchmarks/results/describe.json)."""
GREY = 5.0
"""Bare screed and concrete have no colour of their own and are taken for carpet: chroma below which carpet and tile
are believed less."""


@cache
def model() -> dict[str, Any]:
    """Classes, means, spreads and weights of the linear classifier; trained by benchmarks/train_floor.py."""
    data = json.loads(files("stagekit.listing").joinpath("floor_model.json").read_text("utf-8"))
    if data["features"] != list(NAMES):
        raise AssertionError("floor_model.json was trained on other features: run benchmarks/train_floor.py")
    return {k: np.array(v) if k in ("mean", "spread", "weights") else v for k, v in data.items()}


def probabilities(values: Array, areas: Array) -> Array:
    """(3,) probability of each class over a floor's blocks: ``values`` (N, features), ``areas`` (N,)."""
    m = model()
    scores = np.c_[(values - m["mean"]) / m["spread"], np.ones(len(values))] @ m["weights"]
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return (p * areas[:, None]).sum(0) / areas.sum()


def material(ground: Ground, room: str | None = None) -> tuple[str, float, str] | None:
    """``wood`` (real or alike), ``tile`` (stone too) or ``carpet``, with the confidence and its basis; None where no
    stretch of floor is large enough. ``room``: the room's type when it is sure."""
    values, areas = features(ground)
    if not len(areas):
        return None
    p = probabilities(values, areas)
    basis = f"texture of {ground.area_m2:.1f} m2 seen from above"
    if room in USUAL:
        p = p * np.array(USUAL[room]) ** TRUST
        p /= p.sum()
        basis += f", usual in a {room.replace('_', ' ')}"
    best = int(p.argmax())
    name = str(model()["classes"][best])
    sure = CAUTION * float(p[best])
    green_red, blue_yellow = (float(np.median(values[:, NAMES.index(n)])) for n in ("green_red", "blue_yellow"))
    if name != "wood" and (np.hypot(green_red, blue_yellow) < GREY or blue_yellow < -GREY):
        sure *= 0.8
    return name, sure, basis
