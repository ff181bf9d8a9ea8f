"""Sofas, loveseats, sectionals, armchairs and poufs.

Heights follow what makers publish: seat 0.42 to 0.45 m, seat depth 0.55 to 0.60 m, arms 0.55 to 0.65 m.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..cloth import Drape
from ..family import Family, Size
from ..legs import corners, legs, skirt, sled
from ..mesh import Mesh, Part
from ..soft import choose, fit
from ..upholstery import TUFTS, arm, back_cushion, scatter, seat_cushion, upholstered
from .chairs_soft import ARMCHAIRS, POUFS, build_armchair, build_pouf

LEG_HEIGHT = {"tapered": 0.15, "block": 0.09, "hairpin": 0.16, "sled": 0.14, "bun": 0.08, "skirt": 0.17}
ARM_WIDTH = {"track": 0.15, "rolled": 0.20, "slope": 0.13, "english": 0.15, "none": 0.0}
ARM_HEIGHT = {"track": 0.61, "rolled": 0.64, "slope": 0.62, "english": 0.58, "none": 0.0}
SEAT = 0.435

SOFA = {
    "arms": ("track", "rolled", "slope", "english"),
    "back": ("loose", "pillow", "tight", *TUFTS),
    "legs": ("tapered", "block", "hairpin", "sled", "bun", "skirt"),
    "cushions": ("auto", 1, 2, 3, 4),
    "pillows": (2, 0, 1, 3, 4),
    "throw": ("none", "arm"),
}
SLOTS = {
    "fabric": "linen:#cfc6b8",
    "pillow": "linen:#8d9aa0",
    "accent": "cotton:#e0dacd,#4a4d52,stripe",
    "throw": "knit:#d9d0c0",
    "legs": "wood:walnut",
}


@dataclass(frozen=True)
class Run:
    """One straight run of seats from ``x0`` to ``x1``, its back at ``z0``, its front at ``z1``; metres."""

    x0: float
    x1: float
    z0: float
    z1: float
    height: float
    y0: float
    seats: int
    back: str


BACK_THICK, LEAN = 0.15, 0.06


def run_parts(run: Run, rng: np.random.Generator, *, front: float | None = None) -> list[Mesh]:
    """Deck, back, seat and back cushions of a run. ``front``: where the deck ends, if not under the cushions' front."""
    w, x = run.x1 - run.x0, (run.x0 + run.x1) / 2
    thick = 0.165
    deck_top = SEAT - thick - 0.012
    z_front = run.z1 if front is None else front
    z_back = run.z0 + BACK_THICK * 0.6
    out = [
        upholstered((w, deck_top - run.y0, z_front - 0.012 - z_back), rng, radius=0.016, crown=0.003, cell=0.08).moved(
            x, run.y0, (z_front - 0.012 + z_back) / 2
        )
    ]
    loose = run.back in ("loose", "pillow")
    top = run.height - (0.07 if loose else 0.0)
    style = run.back if run.back in TUFTS else "plain"
    seat_z0 = run.z0 + LEAN + BACK_THICK - 0.02
    each = w / run.seats
    if loose or style != "plain":
        pitch = {"tufted": (0.15, 0.13), "biscuit": (0.22, 0.2), "channel": (0.11, 1.0)}.get(style, (0.2, 0.2))
        frame = upholstered(
            (w, top - run.y0, BACK_THICK), rng, radius=0.04 if loose else 0.06, crown=0.006, lean=LEAN, style=style,
            pitch=pitch, depth=0.035, cell=0.08,
        )  # fmt: skip
        out.append(frame.moved(x, run.y0, run.z0 + LEAN + BACK_THICK / 2))
    else:  # a tight back: one padded panel for each seat on a thin frame
        frame = upholstered((w, top - run.y0, 0.08), rng, radius=0.025, crown=0.004, lean=LEAN, cell=0.1)
        out.append(frame.moved(x, run.y0, run.z0 + LEAN + 0.04))
        for i in range(run.seats):
            panel = upholstered(
                (each - 0.004, top - SEAT + 0.075, 0.115), rng, radius=0.04, crown=0.022, lean=LEAN * 0.62, cell=0.04,
                welts=((2, 1.0),),
            )  # fmt: skip
            xi = run.x0 + (i + 0.5) * each
            out.append(panel.moved(xi, SEAT - 0.07, run.z0 + LEAN * 0.55 + 0.115))
    for i in range(run.seats):
        xi = run.x0 + (i + 0.5) * each
        depth = run.z1 - seat_z0
        bench = max(1, round(each / 0.8))
        seat = seat_cushion((each - 0.004, thick, depth), rng, seats=bench)
        out.append(seat.moved(xi + rng.normal(0, 0.002), deck_top, (run.z1 + seat_z0) / 2 + rng.normal(0, 0.003)))
    if loose:
        n = run.seats if run.seats > 1 else max(1, round(w / 0.75))
        each = w / n
        for i in range(n):
            xi = run.x0 + (i + 0.5) * each
            t = 0.17
            tall = run.height - SEAT - 0.005
            if run.back == "pillow":
                out.append(
                    scatter(
                        each + 0.03,
                        tall + 0.05,
                        rng,
                        (xi, SEAT + 0.004, seat_z0 + 0.10),
                        yaw=rng.normal(0, 1.5),
                        lean=13,
                        thick=0.27,
                        piping=0.0,
                    )
                )
                continue
            c = back_cushion((each - 0.006, tall, t), rng).turned(x=-9 - rng.uniform(0, 3), z=rng.normal(0, 0.5))
            out.append(c.moved(xi, SEAT + 0.008, seat_z0 + t / 2 + 0.035))
    return out


def _base(style: str, w: float, d: float, y0: float, rng: np.random.Generator) -> Part:
    if style == "skirt":
        return Part(skirt(w - 0.01, d - 0.02, y0 + 0.01), "fabric")
    if style == "sled":
        return Part(sled(w - 0.16, d - 0.10, y0), "legs")
    places = corners(w, d, 0.075)
    if w > 2.3 and style in ("tapered", "block"):
        places += [(0.0, d / 2 - 0.1), (0.0, -d / 2 + 0.1)]
    return Part(legs(style, y0 + 0.004, places, rng), "legs")


def arm_throw(width: float, height: float, length: float, rng: np.random.Generator) -> Mesh:
    """A blanket over an arm that is centred on x = 0 and z = 0, its long end outside (+x)."""
    drape = Drape.make(
        width / 2 - 0.005,
        9.0,
        height,
        rng,
        radius=0.035,
        folds=0.022,
        puff_m=0.006,
        crease_m=0.005,
        flare=0.010,
        fold_m=0.15,
    )
    wide = length * rng.uniform(0.52, 0.62)
    z = length * rng.uniform(-0.02, 0.06)
    return drape.sheet(
        (-width / 2 - 0.15, width / 2 + 0.38), (z - wide / 2, z + wide / 2), rng, thick=0.014, lift=0.004, wander=0.035,
        cell=0.018,
    )  # fmt: skip


def build_sofa(size: Size, params: Mapping[str, Any], rng: np.random.Generator, name: str = "sofa") -> list[Part]:
    """A sofa of ``size``; see ``SOFA`` for its parameters."""
    p = choose(name, SOFA, params)
    w, h, d = size
    y0 = LEG_HEIGHT[p["legs"]]
    aw = ARM_WIDTH[p["arms"]] * (1 if w > 1.2 else 0.85)
    ah = ARM_HEIGHT[p["arms"]]
    inner = w - 2 * aw
    seats = p["cushions"] if p["cushions"] != "auto" else max(1, min(4, round(inner / 0.66)))
    run = Run(-inner / 2, inner / 2, -d / 2, d / 2 - 0.012, h, y0, seats, p["back"])
    fabric = run_parts(run, rng)
    along = d - 0.07
    for side in (-1.0, 1.0):
        a = arm(p["arms"], aw, ah - y0, along, rng, side=side)
        fabric.append(a.moved(side * (w / 2 - aw / 2), y0, d / 2 - along / 2 - 0.008))
    if p["back"] in ("loose", "pillow", "tight"):  # the frame's back closes behind the arms
        back_w = w - (0.016 if p["arms"] != "rolled" else aw * 0.6)
        outer = upholstered(
            (back_w, min(h - 0.1, ah + 0.02) - y0, 0.07), rng, radius=0.02, crown=0.0, lean=0.02, cell=0.15
        )
        fabric.append(outer.moved(0, y0, -d / 2 + 0.06))
    if p["arms"] == "english" or p["legs"] == "skirt":  # the base runs under the arms to the front
        base = upholstered((w - 0.014, SEAT - 0.177 - y0, d - 0.05), rng, radius=0.014, crown=0.002, cell=0.12)
        fabric.append(base.moved(0, y0, 0.012))
    parts = [Part(m, "fabric") for m in fabric]
    parts.append(_base(p["legs"], w, d, y0, rng))
    parts += sofa_pillows(
        p["pillows"], inner / 2, -d / 2 + LEAN + BACK_THICK + (0.17 if p["back"] in ("loose", "pillow") else 0.02), rng
    )
    if p["throw"] == "arm":
        side = -1.0 if rng.random() < 0.5 else 1.0
        m = arm_throw(aw if p["arms"] != "rolled" else aw * 0.9, ah, along, rng)
        m = m.transformed(np.diag([side, 1, 1]).astype(float)) if side < 0 else m
        parts.append(Part(m.moved(side * (w / 2 - aw / 2 - 0.0), 0, 0.06), "throw"))
    return fit(parts, size)


def sofa_pillows(count: int, half: float, z: float, rng: np.random.Generator) -> list[Part]:
    """``count`` throw pillows in the corners of a seat of half width ``half`` whose back cushions end at ``z``."""
    out: list[Part] = []
    first = -1.0 if rng.random() < 0.5 else 1.0
    # (side, distance from the arm, slot, size): corners fill first, a second one leans on the first
    plan = [
        (first, 0.20, "pillow", 0.43),
        (-first, 0.20, "pillow", 0.43),
        (first, 0.42, "accent", 0.41),
        (-first, 0.41, "accent", 0.40),
    ]
    if count == 1:
        plan[0] = (first, 0.22, "accent", 0.44)
    for side, inset, slot, s in plan[:count]:
        in_front = 0.07 if inset > 0.3 else 0.0
        lumbar = slot == "accent" and rng.random() < 0.3
        a, b = (s * 1.35, s * 0.78) if lumbar else (s, s)
        m = scatter(
            a, b, rng, (side * (half - inset), SEAT + 0.016, z + 0.115 + in_front), yaw=-side * rng.uniform(10, 24),
            lean=rng.uniform(22, 28), roll=rng.normal(0, 2.5),
        )  # fmt: skip
        out.append(Part(m, slot))
    return out


SECTIONAL = {
    "shape": ("chaise_left", "chaise_right", "corner_left", "corner_right"),
    "arms": ("track", "slope", "rolled"),
    "back": ("loose", "pillow", "tight"),
    "legs": ("block", "tapered", "sled"),
    "pillows": (3, 0, 1, 2, 4),
    "throw": ("none", "chaise"),
}


def build_sectional(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """An L: a run along the back and, at its left or right (seen from the front), a chaise or a second run."""
    p = choose("sectional", SECTIONAL, params)
    kind, hand = p["shape"].split("_")
    w, h, d = size
    y0 = LEG_HEIGHT[p["legs"]]
    aw, ah = ARM_WIDTH[p["arms"]], ARM_HEIGHT[p["arms"]]
    run_d = min(0.95, d - 0.35)
    wide = min(0.95, w * 0.36)  # of the return, arm or back included
    z_back, z_run = -d / 2, -d / 2 + run_d
    fabric: list[Mesh] = []
    # built with the return at the left (x < 0), mirrored at the end
    inner0, inner1 = -w / 2 + wide, w / 2 - aw
    seats = max(1, round((inner1 - inner0) / 0.72))
    fabric += run_parts(Run(inner0, inner1, z_back, z_run, h, y0, seats, p["back"]), rng)
    along = run_d - 0.06
    fabric.append(
        arm(p["arms"], aw, ah - y0, along, rng, side=1.0).moved(w / 2 - aw / 2, y0, z_run - along / 2 - 0.004)
    )
    if kind == "chaise":
        fabric += run_parts(Run(-w / 2 + aw, inner0 - 0.004, z_back, d / 2 - 0.012, h, y0, 1, p["back"]), rng)
        fabric.append(
            arm(p["arms"], aw, ah - y0, along, rng, side=-1.0).moved(-w / 2 + aw / 2, y0, z_run - along / 2 - 0.004)
        )
    else:  # the return runs along z with its back at x = -w/2; its corner seat closes the L
        reach = d - run_d
        n = max(1, round(reach / 0.75))
        side = run_parts(Run(-reach / 2, reach / 2, -wide / 2, wide / 2, h, y0, n, p["back"]), rng)
        turn = [m.turned(y=90).moved(-w / 2 + wide / 2, 0, z_run + reach / 2) for m in side]
        fabric += turn
        corner = run_parts(Run(-w / 2 + BACK_THICK, inner0, z_back, z_run, h, y0, 1, p["back"]), rng)
        fabric += corner
        wall = upholstered(
            (run_d - 0.02, h - 0.07 - y0, BACK_THICK), rng, radius=0.04, crown=0.006, lean=LEAN * 0.5, cell=0.08
        )
        fabric.append(wall.turned(y=90).moved(-w / 2 + BACK_THICK / 2 + 0.03, y0, z_back + run_d / 2))
    if p["back"] != "tufted":
        outer = upholstered((w - 0.016, ah + 0.02 - y0, 0.07), rng, radius=0.02, crown=0.0, lean=0.02, cell=0.15)
        fabric.append(outer.moved(0, y0, z_back + 0.06))
    parts = [Part(m, "fabric") for m in fabric]
    i = 0.08
    spots = [
        (w / 2 - i, z_back + i),
        (-w / 2 + i, z_back + i),
        (w / 2 - i, z_run - i),
        (-w / 2 + i + (aw if kind == "chaise" else 0), d / 2 - i),
        (inner0 - i, d / 2 - i),
    ]
    style = "block" if p["legs"] == "sled" else p["legs"]
    parts.append(Part(legs(style, y0 + 0.004, spots, rng), "legs"))
    z = z_back + LEAN + BACK_THICK + (0.17 if p["back"] != "tight" else 0.03)
    parts += sofa_pillows(p["pillows"], w / 2 - aw, z, rng)
    if p["throw"] == "chaise":
        cw = wide - aw
        drape = Drape.make(
            cw / 2 + 0.004,
            run_d / 2,
            SEAT + 0.022,
            rng,
            radius=0.03,
            folds=0.010,
            puff_m=0.006,
            crease_m=0.006,
            flare=0.006,
        )
        m = drape.sheet(
            (-cw * 0.36, cw * 0.30), (run_d / 2 - 0.55, run_d / 2 + 0.24), rng, thick=0.010, lift=0.006, wander=0.03
        )
        parts.append(Part(m.moved(-w / 2 + aw + cw / 2, 0, d / 2 - run_d / 2), "throw"))
    if hand == "right":
        parts = [q.transformed(np.diag([-1.0, 1.0, 1.0])) for q in parts]
    return fit(parts, size)


def _loveseat(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    return build_sofa(size, params, rng, "loveseat")


FAMILIES: dict[str, Family] = {
    "sofa": Family(
        "sofa",
        build_sofa,
        {
            "three_seat": (2.20, 0.84, 0.94),
            "two_seat": (1.72, 0.84, 0.92),
            "compact": (1.95, 0.80, 0.86),
            "grand": (2.50, 0.86, 1.00),
        },
        SLOTS,
        SOFA,
    ),
    "loveseat": Family(
        "loveseat", _loveseat, {"standard": (1.52, 0.84, 0.90), "small": (1.35, 0.80, 0.84)}, SLOTS, SOFA
    ),
    "sectional": Family(
        "sectional",
        build_sectional,
        {
            "standard": (2.70, 0.84, 1.65),
            "large": (3.15, 0.86, 1.75),
            "small": (2.35, 0.82, 1.55),
            "corner": (2.75, 0.84, 2.20),
        },
        SLOTS,
        SECTIONAL,
    ),
    "armchair": Family(
        "armchair",
        build_armchair,
        {
            "standard": (0.80, 0.82, 0.84),
            "small": (0.70, 0.78, 0.74),
            "wide": (0.95, 0.84, 0.92),
            "high": (0.78, 1.04, 0.84),
        },
        {"fabric": "boucle:#e0d9cc", "pillow": "linen:#8d9aa0", "frame": "wood:oak", "legs": "wood:walnut"},
        ARMCHAIRS,
    ),
    "pouf": Family(
        "pouf",
        build_pouf,
        {"round": (0.52, 0.38, 0.52), "small": (0.42, 0.42, 0.42), "large": (0.80, 0.38, 0.80)},
        {"fabric": "knit:#cbbfae", "legs": "wood:oak"},
        POUFS,
    ),
}  # fmt: skip
