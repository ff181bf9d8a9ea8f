"""Office chairs: a five-star base on casters, a gas lift, a stuffed seat and a task, executive or shell back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..family import Size
from ..mesh import Mesh, Part, box, join
from ..soft import SoftBox, waves

OFFICE = {"style": ("task", "executive", "wood"), "arms": ("loop", "none", "t")}
SEAT = 0.48


def _base(radius: float, top: float) -> tuple[list[Mesh], list[Mesh]]:
    """(metal, plastic): five spokes falling from the hub to casters of 60 mm, and the gas lift up to ``top``."""
    metal: list[Mesh] = [
        jn.turned(
            [(0, 0.085), (0.034, 0.085), (0.038, 0.09), (0.036, 0.135), (0.028, 0.14), (0.028, 0.25), (0, 0.25)],
            segments=20,
        ),
        jn.turned([(0, 0.25), (0.014, 0.25), (0.014, top), (0, top)], segments=16),
    ]
    plastic: list[Mesh] = []
    hub = np.array([0, 0.115, 0])
    for k in range(5):
        a = 2 * np.pi * k / 5 + np.pi / 2
        out = np.array([np.cos(a), 0, np.sin(a)])
        tip = out * (radius - 0.030) + [0, 0.082, 0]
        metal.append(
            jn.sweep(
                jn.curve([hub, hub * 0.4 + tip * 0.6 + [0, 0.012, 0], tip], 7),
                np.linspace(0.052, 0.030, 7),
                np.linspace(0.040, 0.022, 7),
                ref=(0, 1, 0),
                corner=0.7,
            )
        )
        roll = a + 0.7 + k
        axle = np.array([np.cos(roll), 0, np.sin(roll)])
        base = tip * [1, 0, 1]
        for s in (-1, 1):
            c = base + axle * s * 0.013 + [0, 0.03, 0]
            plastic.append(jn.sweep([c - axle * 0.010, c + axle * 0.010], 0.06, arc=4, bevel=0.006))
        plastic.append(jn.rod(base + np.array([0, 0.03, 0]), tip, 0.018))
        plastic.append(jn.sweep([base - axle * 0.006 + [0, 0.04, 0], base + axle * 0.006 + [0, 0.04, 0]], 0.05, arc=3))
    return metal, plastic


def build_office(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """An office chair of ``size``; the seat stands 0.48 m high."""
    p = jn.choose("office_chair", OFFICE, params)
    w, h, d = size
    metal, plastic = _base(min(w, d) / 2, SEAT - 0.09)
    wood: list[Mesh] = []
    lump = waves(rng, 0.2)
    exe = p["style"] == "executive"
    thick = 0.11 if exe else 0.075
    sw, sd = 0.50, 0.48

    def seat(q: np.ndarray, n: np.ndarray, c: np.ndarray) -> np.ndarray:
        fall = np.clip(c[:, 2] - 0.35, 0, 1) ** 2 * 0.06  # waterfall front
        return q + np.outer(0.014 * (1 - c[:, 0] ** 2) - fall, [0, 1, 0]) + n * (0.0015 * lump(q))[:, None]

    zb = -d / 2 + 0.09
    fabric = [SoftBox((sw, thick, sd), thick * 0.45, seat, cell=0.03).mesh().moved(0, SEAT - thick / 2, 0.05)]
    plastic.append(box((sw - 0.06, 0.02, sd - 0.08), bevel=0.008).moved(0, SEAT - thick - 0.012, 0.05))
    plastic.append(box((0.18, 0.05, 0.22), bevel=0.012).moved(0, SEAT - thick - 0.055, 0.02))
    bw, bt = (0.52, 0.11) if exe else (0.46, 0.055)
    lo = SEAT + (0.02 if exe else 0.10)
    ribs = 5

    def back(q: np.ndarray, n: np.ndarray, c: np.ndarray) -> np.ndarray:
        z = 0.035 * c[:, 0] ** 2 + 0.022 * np.cos(1.5 * c[:, 1] + 0.9) - 0.02 * np.clip(c[:, 1], 0, 1) ** 2
        groove: Any = 0.0
        if exe:
            groove = 0.012 * np.abs(np.sin(ribs * np.pi * (c[:, 1] * 0.5 + 0.5))) ** 0.6 * (n[:, 2] > 0.2)
        x = q[:, 0] * (1 - 0.16 * np.clip(c[:, 1], 0, 1) ** 2)
        return np.stack([x, q[:, 1], q[:, 2] + z + groove], -1) + n * (0.001 * lump(q))[:, None]

    bh = h - lo
    cushion = SoftBox((bw, bh, bt), bt * 0.42, back, cell=(0.03, 0.016 if exe else 0.03, 0.03)).mesh().turned(x=-9)
    cushion = cushion.moved(0, (lo + h) / 2, zb + 0.025)
    fabric.append(cushion)
    if p["style"] == "wood":
        t = np.linspace(-1, 1, 13)
        y = np.linspace(lo - 0.02, h - 0.004, 9)
        z = np.interp(y, [lo, h], [zb + 0.035, zb - 0.06])
        pts = np.stack(
            [
                np.broadcast_to(t * bw * 0.53, (9, 13)),
                np.broadcast_to(y[:, None], (9, 13)),
                z[:, None] - 0.012 + 0.042 * t**2,
            ],
            -1,
        )
        from ..mesh import surface

        shell = join([surface(pts[:, ::-1] - [0, 0, 0.012]), surface(pts)])
        wood.append(shell)
    spine = jn.curve(
        [
            (0, SEAT - thick - 0.03, -0.05),
            (0, SEAT - thick - 0.025, zb + 0.02),
            (0, SEAT + 0.05, zb - 0.035),
            (0, (lo + h) / 2, zb - 0.030),
        ],
        14,
    )
    (metal if exe else plastic).append(jn.sweep(spine, 0.06, 0.016, ref=(0, 0.5, 1), corner=0.5))
    if p["arms"] != "none":
        x = w / 2 - 0.03
        for s in (-1, 1):
            if p["arms"] == "loop":
                path = [
                    (s * (sw / 2 - 0.06), SEAT - thick - 0.006, 0.12),
                    (s * (x - 0.02), SEAT - thick + 0.02, 0.14),
                    (s * x, SEAT + 0.10, 0.16),
                    (s * x, SEAT + 0.20, 0.12),
                    (s * x, SEAT + 0.205, -0.06),
                    (s * x, SEAT + 0.12, -0.14),
                    (s * (x - 0.02), SEAT - thick + 0.02, -0.08),
                    (s * (sw / 2 - 0.06), SEAT - thick - 0.006, -0.05),
                ]
                (metal if exe else plastic).append(jn.sweep(jn.curve(path, 30), 0.024, ref=(s, 0, 0)))
            else:
                plastic.append(
                    jn.sweep(
                        jn.curve(
                            [
                                (s * (sw / 2 - 0.08), SEAT - thick - 0.006, 0.02),
                                (s * (x - 0.02), SEAT - thick, 0.02),
                                (s * x, SEAT + 0.02, 0.02),
                                (s * x, SEAT + 0.20, 0.02),
                            ],
                            14,
                        ),
                        0.05,
                        0.022,
                        ref=(s, 0.4, 0),
                        corner=0.5,
                    )
                )
            plastic.append(box((0.055, 0.025, 0.24), bevel=0.010, segments=3).moved(s * x, SEAT + 0.20, 0.02))
    parts = [Part(m, "fabric") for m in fabric] + [Part(m, "metal") for m in metal]
    parts += [Part(m, "shell") for m in plastic] + [Part(jn.grain(m, rng), "frame") for m in wood]
    return jn.fit(parts, size)
