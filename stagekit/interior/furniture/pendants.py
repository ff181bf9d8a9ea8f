"""Pendants: domes, globes, drums, woven shades, bars, discs, clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..family import Size
from ..mesh import Part, box
from .shades import bowl_sheet, shade, sphere

PENDANT = {"style": ("dome", "globe", "drum", "rattan", "linear", "cone", "cluster", "disc")}


def build_pendant(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A pendant: its lowest point at y = 0, its ceiling rose at the top of ``size``; the cord takes what is left."""
    style = jn.choose("pendant", PENDANT, params)["style"]
    w, h, d = size
    r = min(w, d) / 2
    parts: list[Part] = []
    top = 0.0

    def cord(x: float, y: float, z: float = 0.0) -> None:
        parts.append(Part(jn.rod((x, y, z), (x, h - 0.02, z), 0.006, arc=1), "cord"))

    def rose(x: float = 0.0, rr: float = 0.055, z: float = 0.0) -> None:
        rr = min(rr, r)
        parts.append(
            Part(
                jn.turned([(0, h - 0.028), (rr * 0.9, h - 0.028), (rr, h - 0.022), (rr, h), (0, h)], segments=32).moved(
                    x, 0, z
                ),
                "metal",
            )
        )

    if style in ("dome", "cone"):
        hb = min(w * (0.62 if style == "dome" else 0.5), h * 0.6)
        if style == "dome":
            a = np.linspace(0, np.pi / 2 - 0.12, 16)
            prof = np.stack([r * np.cos(a) ** 0.9, hb * 0.9 * np.sin(a)], -1)
        else:
            prof = np.stack([np.linspace(r, 0.04, 6), np.linspace(0, hb * 0.9, 6)], -1)
        parts += [
            Part(m, "metal" if k != 1 else "lining") for k, m in enumerate(bowl_sheet(prof + np.array([0, 0.0025])))
        ]
        top = hb
        parts.append(
            Part(
                jn.turned([(0, hb * 0.84), (0.05, hb * 0.84), (0.03, hb * 0.94), (0.02, hb), (0, hb)], segments=24),
                "cap",
            )
        )
        parts.append(Part(sphere(0.045, 10, 18).moved(y=hb * 0.26), "bulb"))
    elif style == "globe":
        parts.append(Part(sphere(r, 24, 48), "globe"))
        top = 2 * r + 0.03
        parts.append(
            Part(
                jn.turned(
                    [
                        (0, 2 * r - 0.012),
                        (0.05, 2 * r - 0.012),
                        (0.045, 2 * r + 0.012),
                        (0.015, 2 * r + 0.03),
                        (0, 2 * r + 0.03),
                    ],
                    segments=24,
                ),
                "cap",
            )
        )
    elif style == "drum":
        hb = min(w * 0.42, h * 0.5)
        parts += shade(r * 0.995, r * 0.995, hb, 0.0025)
        parts.append(Part(jn.slab(jn.ellipse(w * 0.97, w * 0.97, 56), 0.003, bevel=0.001).moved(y=0.012), "shade"))
        top = hb * 0.82
    elif style == "rattan":
        hb = min(w * 0.68, h * 0.6)
        a = np.linspace(0.0, np.pi / 2 - 0.10, 22)
        rr, yy = r * np.cos(a) ** 0.55, hb * (0.02 + 0.96 * np.sin(a) ** 1.15)
        rr *= 1 - 0.10 * np.exp(-((a / 0.18) ** 2))
        for k in range(0, len(a), 1):
            parts.append(Part(jn.ring(float(rr[k]), 0.006 if k else 0.011, n=30, y=float(yy[k])), "weave"))
        for b in np.linspace(0, 2 * np.pi, 30, endpoint=False):
            path = np.stack([rr * np.cos(b), yy, rr * np.sin(b)], -1) * [0.994, 1, 0.994]
            parts.append(Part(jn.sweep(path, 0.006, ref=(-np.sin(b), 0, np.cos(b)), arc=1), "weave"))
        top = hb
        parts.append(Part(jn.turned([(0, hb * 0.93), (0.035, hb * 0.93), (0.03, hb), (0, hb)], segments=20), "cap"))
        parts.append(Part(sphere(0.05, 10, 18).moved(y=hb * 0.42), "bulb"))
        parts.append(Part(jn.rod((0, hb * 0.56, 0), (0, hb, 0), 0.03), "cap"))
    elif style == "linear":
        t = 0.055
        parts.append(Part(box((w, t, d), bevel=0.004).moved(y=0.004), "metal"))
        parts.append(Part(box((w - 0.02, 0.006, d - 0.015), bevel=0.002), "bulb"))
        for x in (-w * 0.36, w * 0.36):
            cord(x, t)
        parts.append(Part(box((w * 0.80, 0.026, min(d, 0.06)), bevel=0.003).moved(y=h - 0.026), "metal"))
        return jn.fit(parts, size)
    elif style == "disc":
        parts.append(
            Part(
                jn.turned(
                    [
                        (0, 0.012),
                        (r - 0.02, 0.0),
                        (r - 0.004, 0.004),
                        (r, 0.016),
                        (r - 0.006, 0.03),
                        (0.03, 0.07),
                        (0, 0.075),
                    ],
                    segments=64,
                ),
                "shade",
            )
        )
        top = 0.07
    else:  # cluster: five globes round a stem
        ball = r * 0.30
        for j in range(5):
            turn = 2 * np.pi * j / 5 + 0.3
            c, s = float((r - ball) * np.cos(turn)), float((r - ball) * np.sin(turn))
            y = 0.0 if j % 2 == 0 else 0.10
            parts.append(Part(sphere(ball, 14, 26).moved(c, y, s), "globe"))
            parts.append(
                Part(
                    jn.sweep(
                        jn.curve(
                            [
                                (c, y + 2 * ball, s),
                                (c, y + 2 * ball + 0.03, s),
                                (c * 0.5, y * 0.3 + 2 * ball + 0.13, s * 0.5),
                                (0, 2 * ball + 0.16, 0),
                            ],
                            10,
                        ),
                        0.010,
                        arc=2,
                    ),
                    "metal",
                )
            )
        parts.append(Part(sphere(0.03, 9, 16).moved(y=2 * ball + 0.13), "metal"))
        top = 2 * ball + 0.18
    cord(0.0, top - 0.005)
    rose()
    return jn.fit(parts, size)
