"""Legs of tables, cabinets and benches, standing on y = 0. Metres."""

from __future__ import annotations

import math

import numpy as np

from ..errors import OptionError
from .joinery import bulged, grain, sweep, turned
from .mesh import Part, box, join

LEGS = ("tapered", "square", "splayed", "turned", "block", "hairpin", "metal", "cylinder")


def leg(style: str, height: float, x: float, z: float, rng: np.random.Generator, *, stout: float = 1.0) -> list[Part]:
    """One leg from the floor up to ``height`` under (x, z); feet go outwards where the style splays. Slots ``legs``."""
    sx, sz = math.copysign(1, x), math.copysign(1, z)
    k = stout
    if style == "tapered":  # square, tapering on the inner sides only
        t = np.linspace(0, 1, 3)
        w = k * (0.026 + 0.02 * np.clip(t * 1.25, 0, 1))
        path = np.stack([x + sx * (k * 0.046 - w) / 2, t * height, z + sz * (k * 0.046 - w) / 2], -1)
        m = sweep(path, w, w, ref=(0, 0, 1), corner=0.2, arc=2)
    elif style == "splayed":
        out = 0.13 * height
        m = sweep(
            [
                (x + sx * out, 0, z + sz * out * 0.6),
                (x + sx * out * 0.4, 0.6 * height, z + sz * out * 0.24),
                (x, height, z),
            ],
            k * np.array([0.021, 0.034, 0.038]),
            ref=(0, 0, 1),
        )
    elif style == "cylinder":
        m = turned([(0, 0), (k * 0.027, 0), (k * 0.03, 0.004), (k * 0.03, height), (0, height)], segments=24).moved(
            x, 0, z
        )
    elif style == "turned":
        h = height
        b = k * 0.03
        prof = [
            (b * 0.55, 0),
            (b * 0.75, 0.02 * h),
            (b * 0.78, 0.06 * h),
            (b * 0.5, 0.1 * h),
            (b * 0.62, 0.14 * h),
            (b * 0.95, 0.5 * h),
            (b * 1.05, 0.66 * h),
            (b * 0.7, 0.72 * h),
            (b * 1.05, 0.755 * h),
            (b * 0.85, 0.79 * h),
        ]
        m = join(
            [
                turned([(0, 0), *bulged(prof, 40), (0, prof[-1][1])], segments=24),
                box((b * 2.1, h * 0.22, b * 2.1), bevel=0.003, segments=1).moved(0, 0.78 * h, 0),
            ]
        ).moved(x, 0, z)
    elif style == "block":
        m = box((k * 0.07, height, k * 0.07), bevel=0.004).moved(x, 0, z)
    elif style == "square":
        m = box((k * 0.045, height, k * 0.045), bevel=0.003).moved(x, 0, z)
    elif style == "metal":
        m = box((k * 0.025, height, k * 0.025), bevel=0.002).moved(x, 0, z)
    elif style == "hairpin":
        foot = np.array([x + sx * 0.02, 0.0, z + sz * 0.02])
        tops = [np.array([x - sx * 0.06, height, z]), np.array([x, height, z - sz * 0.06])]
        bend = [foot + (t - foot) * 0.03 + [0, 0.004, 0] for t in tops]
        path = np.array([tops[0], bend[0], foot + np.array([0, 0.005, 0]), bend[1], tops[1]])
        m = sweep(path, 0.011, arc=2)
    else:
        raise OptionError(f"unknown leg style {style!r}; known: {', '.join(LEGS)}")
    return [Part(grain(m, rng), "legs")]
