"""Beds, made: frame, headboard, mattress, duvet with its folds, pillows and a throw. The head is at -Z, the foot +Z.

Mattresses have the sizes sold (double 1.37 x 1.90, queen 1.52 x 2.03, king 1.93 x 2.03 m); the duvet's top lies at
0.58 to 0.65 m.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..cloth import Drape
from ..family import Family, Size
from ..legs import legs
from ..mesh import Mesh, Part, box
from ..soft import SoftBox, choose, fit, waves
from ..upholstery import scatter, upholstered
from .headboard import HEADBOARDS, headboard

BED = {
    "headboard": tuple(HEADBOARDS),
    "frame": ("platform", "box", "legs"),
    "duvet": ("plain", "quilted", "coverlet"),
    "fold": ("back", "none"),
    "pillows": ("full", "simple", "hotel"),
    "throw": ("foot", "none", "corner"),
}
MATTRESS_TOP = 0.555


def build_bed(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A bed of outer ``size``; the mattress is what the frame leaves: 0.10 m less in width."""
    p = choose("bed", BED, params)
    w, h, d = size
    parts, thick = headboard(p["headboard"], w, h, rng)
    parts = [Part(q.mesh.moved(z=-d / 2), q.slot) for q in parts]
    head = -d / 2 + thick + 0.005
    mw, end = w - 0.14, d / 2 - 0.075
    parts += _frame(p["frame"], p["headboard"], w, head, d / 2, rng)
    parts.append(Part(_mattress(mw, end - head, rng).moved(z=(end + head) / 2), "sheet"))
    parts += _bedding(p, mw, head, end, rng)
    parts += _pillows(p["pillows"], mw, head, rng)
    return fit(parts, size)


def _frame(style: str, head_style: str, w: float, head: float, foot: float, rng: np.random.Generator) -> list[Part]:
    slot = "metal" if head_style == "spindle" else "wood"
    d = foot - head
    z = (foot + head) / 2
    if style == "box":
        rails = upholstered((w - 0.01, 0.30, d - 0.005), rng, radius=0.022, crown=0.004, cell=0.12)
        feet = legs(
            "block", 0.06, [(x, zz) for x in (-w / 2 + 0.12, w / 2 - 0.12) for zz in (head + 0.1, foot - 0.1)], rng
        )
        return [Part(rails.moved(y=0.05, z=z), "fabric"), Part(feet, "wood")]
    y0, tall = (0.16, 0.16) if style == "platform" else (0.20, 0.13)
    bar = 0.032
    out: list[Mesh] = [
        box((bar, tall, d), bevel=0.005).moved(x, y0, z) for x in (-w / 2 + 0.008 + bar / 2, w / 2 - 0.008 - bar / 2)
    ]
    out.append(box((w - 0.016, tall, bar), bevel=0.005).moved(0, y0, foot - bar / 2 - 0.002))
    out.append(box((w - 0.08, 0.02, d - 0.06), bevel=0.003).moved(0, y0 + tall * 0.6, z))
    inset = 0.10 if style == "platform" else 0.03
    kind = "block" if style == "platform" else "tapered"
    if slot == "metal":
        kind = "block"
    spots = [(x, zz) for x in (-w / 2 + inset, w / 2 - inset) for zz in (head + inset, foot - inset)]
    out.append(legs(kind, y0 + 0.004, spots, rng))
    return [Part(m, slot) for m in out]


def _mattress(w: float, d: float, rng: np.random.Generator) -> Mesh:
    lump = waves(rng, 0.6)
    tall = 0.27

    def shape(p: Any, n: Any, q: Any) -> Any:
        a = np.abs(q)
        out = p + n * (lump(p) * 0.003)[:, None]
        out[:, 1] += 0.012 * (1 - a[:, 0] ** 4) * (1 - a[:, 2] ** 4) * np.clip(q[:, 1], 0, 1) ** 2
        return out

    return SoftBox((w, tall, d), 0.05, shape, cell=0.08).mesh().moved(y=MATTRESS_TOP - tall / 2)


def _bedding(p: Mapping[str, Any], mw: float, head: float, end: float, rng: np.random.Generator) -> list[Part]:
    """Duvet, its turned-back top, and the throw; all over one drape."""
    light = p["duvet"] == "coverlet"
    drape = Drape.make(
        mw / 2 + 0.004, end + 0.004, MATTRESS_TOP + 0.008, rng, radius=0.05 if light else 0.075,
        folds=0.010 if light else 0.017, puff_m=0.004 if light else 0.014, crease_m=0.003 if light else 0.007,
        flare=0.004 if light else 0.010, fold_m=0.22 if light else 0.34,
    )  # fmt: skip
    thick = 0.016 if light else 0.045
    over, foot = mw / 2 + rng.uniform(0.30, 0.34), end + rng.uniform(0.27, 0.31)
    start = head + (0.50 if p["pillows"] != "simple" else 0.42)
    turned = p["fold"] == "back"
    quilt = {"quilted": (0.24, 0.011), "coverlet": (0.11, 0.004)}.get(p["duvet"])
    out = [
        Part(
            drape.sheet((-over, over), (start + (0.03 if turned else 0), foot), rng, thick=thick, cell=0.022, quilt=quilt,
                        wander=0.012),
            "duvet",
        )
    ]  # fmt: skip
    if turned:
        band = 0.30 + rng.uniform(0, 0.06)
        m = drape.sheet(
            (-over * 0.995, over * 0.995), (start, start + band), rng, thick=thick * 0.7, lift=thick * 0.85, cell=0.022,
            head_roll=thick * 0.5, wander=0.012,
        )  # fmt: skip
        out.append(Part(m, "fold"))
    if p["throw"] != "none":
        across = over - 0.05
        if p["throw"] == "foot":
            s, t = (-across, across - rng.uniform(0, 0.06)), (end - 0.66, end - 0.16)
        else:
            s, t = (mw / 2 - 0.42, across), (end - 0.80, foot + 0.02)
        m = drape.sheet(s, t, rng, thick=0.014, lift=thick + 0.002, cell=0.022, wander=0.02)
        out.append(Part(m, "throw"))
    return out


def _pillows(style: str, mw: float, head: float, rng: np.random.Generator) -> list[Part]:
    y = MATTRESS_TOP + 0.004
    n = 1 if mw < 1.15 else 2
    wide = min(0.72, mw / n - 0.05) if mw < 1.7 else 0.86
    xs = [0.0] if n == 1 else [-mw / 4, mw / 4]
    out: list[Part] = []

    def add(slot: str, w: float, h: float, x: float, z: float, lean: float, **kw: Any) -> None:
        m = scatter(
            w,
            h,
            rng,
            (x + rng.normal(0, 0.008), y, head + z),
            yaw=rng.normal(0, 2.5),
            lean=lean,
            roll=rng.normal(0, 1.2),
            **kw,
        )
        out.append(Part(m, slot))

    z = 0.09
    if style != "simple":
        count = {1: 1}.get(n, 3 if mw > 1.7 else 2)
        euro = min(0.62, mw / count - 0.02)
        for i in range(count):
            add("sham", euro, min(0.56, euro), (i - (count - 1) / 2) * (mw / count), z, 15, thick=0.19)
        z += 0.20
    for x in xs:
        add("pillow", wide, 0.46, x, z, 34 if style != "simple" else 42, thick=0.20, piping=0.0)
    if style == "hotel":
        z += 0.16
        for x in xs:
            add("pillow", wide, 0.46, x, z, 46, thick=0.18, piping=0.0)
    if style == "full":
        z += 0.19
        if n == 2:
            for x in (-0.22, 0.22):
                add("accent", 0.44, 0.42, x + rng.normal(0, 0.02), z, 38)
        z += 0.15
        add("lumbar", min(0.66, mw * 0.5), 0.28, rng.normal(0, 0.02), z, 44, thick=0.13)
    return out


FAMILIES: dict[str, Family] = {
    "bed": Family(
        "bed",
        build_bed,
        {
            "queen": (1.66, 1.18, 2.18),
            "king": (2.07, 1.22, 2.18),
            "double": (1.51, 1.14, 2.05),
            "single": (1.06, 1.08, 2.05),
        },
        {
            "wood": "wood:oak", "fabric": "linen:#b9b1a4", "metal": "metal:black", "rattan": "rattan",
            "sheet": "bedding:#e4e2dd", "duvet": "bedding:#e2dfd8", "fold": "bedding:#e4e2dd", "pillow": "bedding:#e4e2dd",
            "sham": "linen:#cdc5b6", "accent": "linen:#7f8c8d", "lumbar": "cotton:#ddd5c5,#6b6f73,stripe",
            "throw": "knit:#b9a78f",
        },
        BED,
    )
}  # fmt: skip
