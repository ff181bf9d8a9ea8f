"""Curtains on a rod, throw pillows and throws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..cloth import Drape
from ..family import Family, Size
from ..mesh import Mesh, Part, join, lathe, tube
from ..soft import choose, fit, grid_mesh, waves
from ..upholstery import scatter

CURTAIN = {
    "open": ("open", "half", "closed"),
    "heading": ("pinch", "ring", "wave"),
    "sheer": ("none", "behind", "only"),
    "rod": ("round", "none"),
}
PILLOW = {"pose": ("leaning", "upright", "flat")}
THROW = {"form": ("folded", "draped")}


def build_curtain(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A pair of panels down to the floor; ``size`` covers the rod, its back is on the wall at -depth/2."""
    p = choose("curtain", CURTAIN, params)
    w, h, d = size
    rod_r = 0.0125
    y_rod = h - 0.025
    knob = 0.05
    rail = w - 2 * knob
    share = {"open": 0.20, "half": 0.32, "closed": 0.495}[p["open"]]
    top = y_rod - (0.045 if p["heading"] == "ring" else 0.012)
    if p["rod"] == "none":
        rail, top = w, h
    panel = max(0.22, min(rail * share, rail / 2 - 0.005))
    depth = min(d * 0.42, 0.055)
    parts: list[Part] = []
    z = d / 2 - depth - 0.006
    layers = []
    if p["sheer"] != "only":
        layers.append(("fabric", panel, depth, z))
    if p["sheer"] != "none":
        layers.append(
            ("sheer", rail / 2 - 0.005, depth * 0.5, z if p["sheer"] == "only" else -d / 2 + depth * 0.5 + 0.008)
        )
    for slot, wide, deep, at in layers:
        for side in (-1.0, 1.0):
            m = _panel(wide, top, deep, p["heading"], rng, soft=slot == "sheer")
            m = m.moved(x=-rail / 2 + wide / 2, z=at)
            parts.append(Part(m if side < 0 else m.transformed(np.diag([-1.0, 1.0, 1.0])), slot))
    if p["rod"] == "round":
        parts += _rod(w, rail, y_rod, rod_r, z, d, panel, p, rng)
    return fit(parts, size)


def _panel(w: float, h: float, depth: float, heading: str, rng: np.random.Generator, *, soft: bool) -> Mesh:
    """One gathered panel, centred in x, hem at y = 0.012."""
    pitch = 0.085 if soft else 0.115
    n = max(3, round(w / pitch))
    cols, rows = n * 12 + 1, 26
    u = np.linspace(0, 1, cols)
    y = 0.012 + (h - 0.012) * np.linspace(0, 1, rows) ** 0.85
    yy, uu = np.meshgrid(y, u, indexing="ij")
    up = yy / h
    # folds keep their number from top to hem; their widths and depths wander on the way down
    wander = waves(rng, 0.5, 6)
    place = np.stack([uu * w * 2.2, up * 0.55, 0 * uu], -1)
    phase = 2 * math.pi * n * uu + 1.1 * wander(place) * (1 - up) ** 0.5 * np.sin(math.pi * uu)
    strength = 0.75 + 0.35 * waves(rng, 0.28, 6)(np.stack([uu * w, up * 0.3, 0 * uu], -1))
    s = np.sin(phase)
    if heading == "pinch":
        sharp = np.clip((up - 0.93) / 0.07, 0, 1)
        s = s * (1 - sharp) + sharp * (np.sign(s) * np.abs(s) ** 3) * 0.8
    gather = 1 - 0.25 * np.clip((up - 0.85) / 0.15, 0, 1) * (heading != "wave")
    fold = np.tanh(1.4 * s) / np.tanh(1.4)
    z = depth * 0.92 * fold * strength * gather
    x = (uu - 0.5) * w + 0.22 * w / n * np.sin(2 * phase) * (0.6 + 0.4 * (1 - up))
    x = x + (uu - 0.5) * w * 0.03 * (1 - up) + 0.006 * wander(place + 3.0) * (1 - up)
    p = np.stack([x, yy + 0 * x, z], -1)
    step = np.linalg.norm(np.diff(p[rows // 2], axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(step)])
    uv = np.stack([np.broadcast_to(along, uu.shape) + rng.uniform(), yy], -1)
    return grid_mesh(p, uv)


def _rod(
    w: float,
    rail: float,
    y: float,
    r: float,
    z: float,
    d: float,
    panel: float,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> list[Part]:
    out = [tube(np.array([[-rail / 2 - 0.01, y, z], [rail / 2 + 0.01, y, z]]), r, segments=14)]
    a = np.linspace(-math.pi / 2, math.pi / 2, 9)
    ball = np.stack([0.022 * np.cos(a), 0.022 * np.sin(a)], -1)
    ball[[0, -1], 0] = 0
    knob = lathe(ball, segments=18)
    reach = w / 2 - 0.022
    for s in (-1.0, 1.0):
        out.append(knob.moved(s * reach, y, z))
        out.append(
            tube(
                np.array([[s * (rail / 2 - 0.06), y - r, z], [s * (rail / 2 - 0.06), y - r, -d / 2]]), 0.007, segments=8
            )
        )
    if p["heading"] == "ring" and p["sheer"] != "only":
        n = max(3, round(panel / 0.115))
        t = np.linspace(0, 2 * math.pi, 17)
        for s in (-1.0, 1.0):
            for i in range(n + 1):
                x = s * (rail / 2 - panel * i / n)
                ring = np.stack([0 * t + x, y - 0.008 + 0.024 * np.cos(t), z + 0.024 * np.sin(t)], -1)
                out.append(tube(ring, 0.0022, segments=6, caps=False))
    return [Part(join(out), "rod")]


def build_throw_pillow(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """One cushion; ``leaning`` leans back as if on a sofa's back."""
    pose = choose("throw_pillow", PILLOW, params)["pose"]
    w, h, d = size
    lean = {"leaning": 20.0, "upright": 3.0, "flat": 88.0}[pose]
    tall = h / math.cos(math.radians(lean)) * 0.93 if pose != "flat" else d
    m = scatter(w, tall, rng, (0, 0, 0), yaw=0, lean=lean, roll=float(rng.normal(0, 1.0)))
    return fit([Part(m, "fabric")], size)


def build_throw(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A blanket: a folded stack, or hanging over something that is ``width`` wide and ``height`` high."""
    form = choose("throw", THROW, params)["form"]
    w, h, d = size
    if form == "draped":
        drape = Drape.make(
            w / 2 - 0.035, 9.0, h, rng, radius=0.04, folds=0.016, puff_m=0.004, crease_m=0.005, flare=0.01
        )
        m = drape.sheet(
            (-w / 2 - h * 0.9, w / 2 + h * 0.75), (-d / 2, d / 2), rng, thick=0.012, wander=0.025, cell=0.02
        )
        return fit([Part(m, "fabric")], size)
    layers = max(2, round(h / 0.03))
    t = h / layers
    out = []
    for i in range(layers):
        k = 1 - 0.03 * rng.random()
        out.append(_fold_layer(w * k, d * (1 - 0.03 * rng.random()), t, rng).moved(rng.normal(0, 0.004), i * t, 0))
    return fit([Part(m, "fabric") for m in out], size)


def _fold_layer(w: float, d: float, t: float, rng: np.random.Generator) -> Mesh:
    """One fold of a stack: a flat roll with a round front and back."""
    from ..soft import SoftBox

    lump = waves(rng, 0.2)

    def shape(p: Any, n: Any, q: Any) -> Any:
        out = p + n * (lump(p) * 0.002)[:, None]
        out[:, 1] += 0.0025 * lump(p * [1, 0, 1]) * (1 - q[:, 0] ** 4)
        return out

    return SoftBox((w, t * 1.06, d), t * 0.5, shape, cell=(0.03, 0.02, 0.03)).mesh().moved(y=t / 2)


FAMILIES: dict[str, Family] = {
    "curtain": Family(
        "curtain",
        build_curtain,
        {
            "standard": (2.20, 2.40, 0.13),
            "wide": (3.20, 2.40, 0.13),
            "narrow": (1.50, 2.40, 0.13),
            "tall": (2.20, 2.70, 0.13),
        },
        {"fabric": "linen:#ddd6c8", "sheer": "sheer:#eceae4", "rod": "metal:black"},
        CURTAIN,
        stands="wall",
    ),
    "throw_pillow": Family(
        "throw_pillow",
        build_throw_pillow,
        {"square": (0.46, 0.43, 0.25), "lumbar": (0.58, 0.34, 0.22), "small": (0.40, 0.37, 0.22)},
        {"fabric": "linen:#8d9aa0"},
        PILLOW,
        stands="top",
    ),
    "throw": Family(
        "throw",
        build_throw,
        {"folded": (0.46, 0.10, 0.34), "large": (0.60, 0.14, 0.40)},
        {"fabric": "knit:#d9d0c0"},
        THROW,
        stands="top",
    ),
}
