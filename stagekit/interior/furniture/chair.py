"""Dining chairs, benches and office chairs. Seats stand 0.45 m high; backs lean 8 to 12 degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Mesh, Part, box, join
from ..soft import SoftBox, waves
from .chairs_office import OFFICE, build_office

SEAT = 0.45
DINING = {
    "style": ("wishbone", "windsor", "upholstered", "cane", "metal", "shell", "spindle", "slat", "parsons", "barrel"),
    "seat": ("auto", "pad", "bare"),
}
BENCH = {"style": ("slatted", "upholstered", "trestle", "block"), "legs": ("tapered", "splayed", "metal", "hairpin")}


def pad(width: float, depth: float, thick: float, rng: np.random.Generator, *, crown: float = 0.012) -> Mesh:
    """A stuffed seat pad standing on y = 0."""
    lump = waves(rng, 0.22)

    def shape(p: np.ndarray, n: np.ndarray, q: np.ndarray) -> np.ndarray:
        bulge = crown * (1 - q[:, 0] ** 2) * (1 - q[:, 2] ** 2) * (q[:, 1] > 0)
        return p + np.outer(bulge, [0, 1, 0]) + n * (0.0015 * lump(p))[:, None]

    return SoftBox((width, thick, depth), thick * 0.42, shape, cell=0.03).mesh().moved(y=thick / 2)


def _lean(y: float, z0: float, degrees: float) -> float:
    """z of a back leaning by ``degrees`` at height ``y``, z0 at the seat."""
    return z0 - np.tan(np.radians(degrees)) * (y - SEAT)


def _saddle(width: float, depth: float, rng: np.random.Generator, *, thick: float = 0.032, back: float = 0.86) -> Mesh:
    """A solid wooden seat, narrower at the back, hollowed; its top at SEAT."""
    o = jn.rounded(width, depth, 0.07, 8)
    o[:, 0] *= back + (1 - back) * (o[:, 1] / depth + 0.5)
    return jn.slab(o, thick, bevel=0.009, under=0.018, dish=0.012, rng=rng, turn=True).moved(y=SEAT - thick)


def _frame(
    w: float, d: float, rng: np.random.Generator, *, taper: float = 0.88
) -> tuple[list[Mesh], float, float, float]:
    """Four-legged frame with aprons: (meshes, half width at the front, half width at the back, z of the back legs)."""
    xf, xb = w / 2 - 0.022, w / 2 * taper - 0.022
    zf, zb = d / 2 - 0.03, -d / 2 + 0.075
    out: list[Mesh] = []
    for s in (-1, 1):
        out.append(
            jn.sweep(
                [(s * xf, 0, zf), (s * xf, 0.25, zf), (s * xf, SEAT - 0.02, zf)],
                np.array([0.024, 0.032, 0.036]),
                corner=0.5,
                ref=(0, 0, 1),
            )
        )
        out.append(jn.bar((s * xf, SEAT - 0.055, zf), (s * xb, SEAT - 0.055, zb), 0.02, 0.05, ref=(0, 1, 0)))
    for z, x in ((zf, xf), (zb, xb)):
        out.append(jn.bar((-x, SEAT - 0.055, z), (x, SEAT - 0.055, z), 0.02, 0.05, ref=(0, 1, 0)))
    return [jn.grain(m, rng) for m in out], xf, xb, zb


def _back_posts(
    xb: float, zb: float, h: float, d: float, rng: np.random.Generator, *, top: float = 0.030
) -> list[Mesh]:
    """Back legs that run on as posts: splayed back at the foot, leaning above the seat."""
    out = []
    for s in (-1, 1):
        line = jn.curve(
            [
                (s * xb, 0, -d / 2 + 0.016),
                (s * xb, 0.22, zb - 0.012),
                (s * xb, SEAT, zb),
                (s * xb, (SEAT + h) / 2, _lean((SEAT + h) / 2, zb, 6)),
                (s * xb, h - 0.012, -d / 2 + 0.03),
            ],
            14,
        )
        wd = np.interp(line[:, 1], [0, SEAT, h], [0.024, 0.036, top])
        out.append(jn.grain(jn.sweep(line, wd, corner=0.6, ref=(0, 0, 1)), rng))
    return out


def _seat_parts(
    p: Mapping[str, Any], w: float, d: float, rng: np.random.Generator, default: str, *, z: float = 0.0
) -> list[Part]:
    """A pad or a wooden seat over a frame; top near SEAT."""
    kind = default if p["seat"] == "auto" else p["seat"]
    if kind == "pad":
        return [
            Part(jn.board((w - 0.01, 0.012, d - 0.01), rng, bevel=0.004).moved(0, SEAT - 0.032, z), "frame"),
            Part(pad(w, d, 0.045, rng).moved(0, SEAT - 0.020, z), "fabric"),
        ]
    return [Part(_saddle(w, d, rng, back=0.9).moved(z=z), "frame")]


def _wishbone(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """Steam-bent arm rail on four legs, a Y splat, a woven seat."""
    w, h, d = size
    wood: list[Mesh] = []
    xf, zf = w / 2 - 0.055, d / 2 - 0.05
    xb, zb = w / 2 - 0.12, -d / 2 + 0.085
    rail_y = h - 0.035
    # arm rail: a half ring, higher and wider at the back
    a = np.linspace(-0.06, np.pi + 0.06, 30)
    rx, rz = w / 2 - 0.012, d * 0.48
    rail = np.stack(
        [
            rx * np.cos(a),
            rail_y - 0.030 * np.abs(np.cos(a)) ** 2.0,
            -d * 0.006 - rz * np.sin(np.clip(a, 0.0, np.pi)) + 0.02 * (np.abs(a - np.pi / 2) > np.pi / 2),
        ],
        -1,
    )
    k = np.sin(np.clip(a, 0, np.pi))
    wood.append(jn.sweep(rail, 0.020 + 0.018 * k**2, 0.024 + 0.004 * k, ref=(0, 1, 0), bevel=0.006))
    for s in (-1, 1):
        wood.append(
            jn.sweep(
                jn.curve(
                    [
                        (s * (xf + 0.012), 0, zf + 0.012),
                        (s * xf, 0.3, zf),
                        (s * (xf - 0.004), SEAT + 0.012, zf - 0.004),
                    ],
                    8,
                ),
                np.linspace(0.023, 0.034, 8),
                bevel=0.006,
            )
        )
        # back legs sweep in and forward to the rail
        j = np.argmin(np.abs(rail[:, 0] - s * rx * 0.86) + (rail[:, 2] > 0))
        top = rail[j] - [0, 0.008, 0]
        wood.append(
            jn.sweep(
                jn.curve(
                    [
                        (s * (xb + 0.03), 0, -d / 2 + 0.015),
                        (s * xb, 0.26, zb),
                        (s * (xb + 0.008), SEAT, zb + 0.012),
                        (s * (xb + 0.06), 0.60, zb + 0.055),
                        top,
                    ],
                    18,
                ),
                np.interp(np.linspace(0, 1, 18), [0, 0.5, 1], [0.022, 0.034, 0.022]),
            )
        )
        for y in (0.19, 0.27):
            wood.append(jn.rod((s * (xf - 0.002), y, zf), (s * (xb + 0.008), y, zb - 0.01), 0.017))
        wood.append(jn.rod((s * xf, SEAT - 0.015, zf), (s * xb, SEAT - 0.015, zb), 0.026))
    wood.append(jn.rod((-xf, 0.23, zf), (xf, 0.23, zf), 0.018))
    wood.append(jn.rod((-xb, 0.32, zb), (xb, 0.32, zb), 0.017))
    wood += [jn.rod((-x, SEAT - 0.015, z), (x, SEAT - 0.015, z), 0.026) for x, z in ((xf, zf), (xb, zb))]
    # the Y: one board up from the seat rail that forks
    mid = rail[len(rail) // 2]
    foot, fork = np.array([0, SEAT - 0.01, zb]), np.array([0, SEAT + 0.13, zb - 0.030])
    wood.append(
        jn.sweep(
            jn.curve([foot, (foot + fork) / 2, fork], 6),
            np.array([0.062, 0.058, 0.056, 0.058, 0.064, 0.074]),
            0.013,
            ref=(0, 0, 1),
            corner=0.5,
        )
    )
    for s in (-1, 1):
        end = np.array([s * 0.088, mid[1] - 0.006, mid[2] + 0.012])
        wood.append(
            jn.sweep(
                jn.curve(
                    [
                        fork - [-s * 0.016, 0.03, 0],
                        fork + np.array([s * 0.032, 0.05, -0.012]),
                        (fork + end) / 2 + [s * 0.022, 0.02, -0.012],
                        end,
                    ],
                    10,
                ),
                np.linspace(0.040, 0.030, 10),
                0.012,
                ref=(0, 0, 1),
                corner=0.5,
            )
        )
    parts = [Part(jn.grain(m, rng), "frame") for m in wood]
    if p["seat"] == "pad":
        return [*parts, Part(pad(xf + xb, zf - zb + 0.03, 0.035, rng).moved(0, SEAT - 0.022, (zf + zb) / 2), "fabric")]
    # paper cord: four triangles falling to the middle
    from ..mesh import surface

    woven: list[Mesh] = []
    r, t = np.linspace(0, 1, 11)[:, None], np.linspace(-1, 1, 15)[None]
    for k in range(4):
        c, s_ = ((1, 0), (0, 1), (-1, 0), (0, -1))[k]
        gu, gv = c * r + s_ * r * t, s_ * r - c * r * t
        sag = 0.018 * (1 - r**1.5) + 0.012 * r**14 + 0 * t
        wide = np.interp(gv, [-1, 1], [xb + 0.012, xf + 0.012])
        top = np.stack([gu * wide, SEAT - 0.001 - sag, np.interp(gv, [-1, 1], [zb - 0.012, zf + 0.012])], -1)
        along, across = (2, 0) if c else (0, 2)  # cords lie along the edge of their own triangle
        uv = np.stack([top[..., along], top[..., across]], -1)
        one = surface(top, uv)
        if one.normals[len(one.normals) // 2, 1] < 0:
            one = surface(top[:, ::-1], uv[:, ::-1])
            top, uv = top[:, ::-1], uv[:, ::-1]
        woven += [one, surface(top[:, ::-1] - [0, 0.026, 0], uv[:, ::-1])]
    return [*parts, Part(join(woven), "weave")]


def _windsor(size: Size, p: Mapping[str, Any], rng: np.random.Generator, *, straight: bool = False) -> list[Part]:
    """A hollowed seat, splayed turned legs with an H stretcher, spindles to a bent bow (``straight``: to a top rail)."""
    w, h, d = size
    sw, sd = w - 0.03, d - 0.095
    z0 = 0.035
    wood = [_saddle(sw, sd, rng, thick=0.036, back=0.84).moved(z=z0)]
    lx, lz = sw / 2 - 0.075, sd / 2 - 0.075
    feet: dict[tuple[int, int], np.ndarray] = {}
    for sx in (-1, 1):
        for sz in (-1, 1):
            top = np.array([sx * lx * (1 if sz > 0 else 0.86), SEAT - 0.022, z0 + sz * lz])
            foot = np.array([sx * (w / 2 - 0.014), 0, d / 2 - 0.02 if sz > 0 else -d / 2 + 0.04])
            t = np.linspace(0, 1, 7)
            dia = np.array([0.020, 0.025, 0.031, 0.034, 0.031, 0.026, 0.022])
            wood.append(jn.sweep(foot + (top - foot) * t[:, None], dia, bevel=0.003))
            feet[sx, sz] = foot + (top - foot) * 0.42
    mids = []
    for sx in (-1, 1):
        a, b = feet[sx, -1], feet[sx, 1]
        t = np.linspace(0, 1, 5)
        wood.append(jn.sweep(a + (b - a) * t[:, None], np.array([0.014, 0.018, 0.023, 0.018, 0.014])))
        mids.append((a + b) / 2)
    wood.append(
        jn.sweep(
            mids[0] + (mids[1] - mids[0]) * np.linspace(0, 1, 5)[:, None], np.array([0.014, 0.018, 0.022, 0.018, 0.014])
        )
    )
    zs = z0 - sd / 2 + 0.035
    zt = -d / 2 + 0.016
    half = sw / 2 * 0.84 - 0.03
    n = 9 if not straight else 8
    if straight:
        a = np.linspace(-1, 1, 13)
        rail = np.stack([a * (w / 2 - 0.05), np.full(13, h - 0.036), zt + 0.004 + 0.03 * a**2], -1)
        wood.append(jn.sweep(rail, 0.022, 0.068, ref=(0, 1, 0), corner=0.6, bevel=0.006))
        ends = [
            (x, np.array([x * 1.12, h - 0.06, zt + 0.004 + 0.03 * (x * 1.12 / (w / 2 - 0.05)) ** 2]))
            for x in np.linspace(-half, half, n)
        ]
        dia = np.full(n, 0.013)
        dia[[0, -1]] = 0.022
    else:
        a = np.linspace(0, np.pi, 26)
        k = 0.62
        bx = (half + 0.012) * np.sign(np.cos(a)) * np.abs(np.cos(a)) ** k
        by = SEAT - 0.01 + (h - SEAT - 0.001) * np.sin(a) ** 0.72
        bz = zs + (zt - zs) * np.sin(a) ** 0.72
        bow = np.stack([bx, by, bz], -1)
        wood.append(jn.sweep(bow, 0.021, 0.018, ref=(0, 0, 1)))
        xs = np.linspace(-half * 0.80, half * 0.80, n)
        ends = []
        for x in xs:
            xt = x * 1.04
            y = np.interp(xt, bx[::-1], by[::-1])
            ends.append((x, np.array([xt, y - 0.004, np.interp(xt, bx[::-1], bz[::-1])])))
        dia = np.full(n, 0.0125)
    for (x, top), dd in zip(ends, dia, strict=True):
        foot = np.array([x, SEAT - 0.012, zs + 0.012 * (x / half) ** 2])
        t = np.linspace(0, 1, 5)[:, None]
        wood.append(jn.sweep(foot + (top - foot) * t, dd * np.array([0.85, 1.1, 1.15, 0.95, 0.75]), arc=2))
    parts = [Part(jn.grain(m, rng), "frame") for m in wood]
    if p["seat"] == "pad":
        parts.append(Part(pad(sw * 0.84, sd * 0.86, 0.035, rng).moved(0, SEAT - 0.012, z0 + 0.01), "fabric"))
    return parts


def _backed(size: Size, p: Mapping[str, Any], rng: np.random.Generator, *, back: str) -> list[Part]:
    """Frame chair; ``back``: upholstered, cane (a framed web) or slat (three bent boards)."""
    w, h, d = size
    wood, _xf, xb, zb = _frame(w, d, rng)
    wood += _back_posts(xb, zb, h, d, rng)
    parts: list[Part] = []

    def line(y: float, x: float, bend: float, n: int = 9) -> np.ndarray:
        t = np.linspace(-1, 1, n)
        z = np.interp(y, [SEAT, h], [zb, -d / 2 + 0.028])
        return np.stack([t * x, np.full(n, y), z - bend * (1 - t**2)], -1)

    if back == "upholstered":
        lo, hi = SEAT + 0.13, h
        tilt = np.degrees(np.arctan2(zb - (-d / 2 + 0.03), h - SEAT))
        lump = waves(rng, 0.2)
        cushion = SoftBox(
            (2 * xb + 0.05, hi - lo, 0.052),
            0.022,
            lambda q, n, c: q + np.outer(0.008 * (1 - c[:, 0] ** 2), [0, 0, -1]) + n * (0.001 * lump(q))[:, None],
            cell=0.03,
        ).mesh()
        zc = np.interp((lo + hi) / 2, [SEAT, h], [zb, -d / 2 + 0.03])
        parts.append(Part(cushion.turned(x=-tilt).moved(0, (lo + hi) / 2, zc + 0.004), "fabric"))
    elif back == "cane":
        top, low = line(h - 0.03, xb, 0.022), line(SEAT + 0.12, xb, 0.016)
        for rail, wd in ((top, 0.055), (low, 0.042)):
            wood.append(jn.sweep(rail, 0.022, wd, ref=(0, 1, 0), corner=0.5))
        t = np.linspace(0, 1, 7)[:, None, None]
        web = low[None] * (1 - t) + top[None] * t
        from ..mesh import surface

        parts.append(Part(join([surface(web + np.array([0, 0, 0.001])), surface(web[:, ::-1] - [0, 0, 0.001])]), "web"))
    else:
        for y, wd in ((h - 0.045, 0.075), (h - 0.165, 0.055), (h - 0.27, 0.05)):
            wood.append(jn.sweep(line(y, xb, 0.020), 0.016, wd, ref=(0, 1, 0), corner=0.5))
    parts += [Part(jn.grain(m, rng), "frame") for m in wood]
    seat = _seat_parts(p, w - 0.01, d - 0.09, rng, "bare" if back == "slat" else "pad", z=0.042)
    return parts + seat


def _parsons(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """Fully covered: a stuffed back down to the seat, four short square legs showing."""
    w, h, d = size
    lump = waves(rng, 0.25)
    y0 = 0.33

    def soft(q: np.ndarray, n: np.ndarray, c: np.ndarray) -> np.ndarray:
        return q + n * (0.002 * lump(q) + 0.006 * (1 - c[:, 0] ** 2) * (1 - c[:, 1] ** 2))[:, None]

    seat = (
        SoftBox((w - 0.005, SEAT + 0.025 - y0, d - 0.10), 0.03, soft, cell=0.03)
        .mesh()
        .moved(0, (y0 + SEAT + 0.025) / 2, 0.045)
    )
    back = SoftBox((w - 0.012, h - y0 - 0.004, 0.075), 0.032, soft, cell=0.03).mesh()
    back = jn.deform(back.turned(x=-7).moved(0, (y0 + h) / 2, -d / 2 + 0.085), lambda q: q)
    legs = [
        m for x, z in jn.corners(w - 0.02, d - 0.05, 0.035) for m in jn.leg("tapered", y0 + 0.02, x, z, rng, stout=0.95)
    ]
    return [Part(seat, "fabric"), Part(back, "fabric"), *[Part(m.mesh, "frame") for m in legs]]


def _barrel(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A low curved back that wraps the seat, on tapered legs."""
    w, h, d = size
    t = 0.07
    a = np.linspace(-0.42, np.pi + 0.42, 40)
    rx, rz = w / 2 - t / 2, d / 2 - t / 2
    mid = np.stack([rx * np.cos(a), -rz * np.sin(a)], -1)
    n2 = np.stack([np.cos(a) / rx, -np.sin(a) / rz], -1)
    n2 /= np.linalg.norm(n2, axis=1, keepdims=True)
    end = np.minimum(np.arange(40), 39 - np.arange(40)) / 5.0
    thin = np.sqrt(np.clip(1 - (1 - np.clip(end, 0, 1)) ** 2, 0.0004, 1))
    y0 = SEAT - 0.06
    top = h - 0.05 * (1 - np.clip(np.sin(a), 0, 1)) - (1 - thin) * 0.05
    b = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    k = 0.45
    sx, sy = np.sign(np.cos(b)) * np.abs(np.cos(b)) ** k * t / 2, np.sign(np.sin(b)) * np.abs(np.sin(b)) ** k / 2 + 0.5
    lump = waves(rng, 0.2)
    ringp = np.stack(
        [
            mid[:, None, 0] + n2[:, None, 0] * sx * thin[:, None],
            y0 + sy[None] * (top - y0)[:, None],
            mid[:, None, 1] + n2[:, None, 1] * sx * thin[:, None],
        ],
        -1,
    )
    ringp += 0.0015 * lump(ringp)[..., None]
    from ..soft import shell

    body = shell(ringp)
    o = jn.ellipse(w - 1.2 * t, d - 0.8 * t, 48, 2.4)
    o[:, 1] -= 0.02  # pad works in x, y; y becomes -z when it is laid down
    from ..soft import pad as stuffed

    seat = stuffed(o, 0.13, radius=0.045, puff=0.018).turned(x=-90)
    legs = [m for x, z in jn.corners(w * 0.78, d * 0.78, 0.03) for m in jn.leg("tapered", SEAT - 0.08, x, z, rng)]
    ring = jn.slab(jn.ellipse(w - 0.14, d - 0.14, 40, 2.4), 0.03, rng=rng).moved(y=SEAT - 0.105)
    return [
        Part(body, "fabric"),
        Part(seat.moved(y=SEAT - 0.035), "fabric"),
        Part(ring, "frame"),
        *[Part(m.mesh, "frame") for m in legs],
    ]


def _metal(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """Stamped steel bistro chair: splayed legs of folded sheet, a bent hoop, one broad splat."""
    w, h, d = size
    parts: list[Mesh] = []
    sw, sd = w - 0.09, d - 0.13
    z0 = 0.02
    for sx in (-1, 1):
        for sz in (-1, 1):
            foot = (sx * (w / 2 - 0.02), 0, sz * (d / 2 - 0.018))
            top = (sx * (sw / 2 - 0.035), SEAT - 0.01, z0 + sz * (sd / 2 - 0.035))
            parts.append(
                jn.sweep(
                    [foot, top], np.array([0.022, 0.046]), np.array([0.018, 0.036]), ref=(0, 0, 1), corner=0.35, arc=2
                )
            )
    hoop_w = sw / 2 - 0.012
    zs, zt = z0 - sd / 2 + 0.03, -d / 2 + 0.03
    a = np.linspace(0, np.pi, 30)
    cx = np.sign(np.cos(a)) * np.abs(np.cos(a)) ** 0.45
    cy = np.sin(a) ** 0.55
    hoop = np.stack([hoop_w * cx, SEAT - 0.02 + (h - SEAT + 0.007) * cy, zs + (zt - zs) * cy], -1)
    parts.append(jn.sweep(hoop, 0.025, ref=(0, 0, 1), arc=2))
    y = np.linspace(SEAT + 0.005, h - 0.02, 9)
    z = np.interp(y, [SEAT, h], [zs, zt])
    parts.append(
        jn.sweep(np.stack([0 * y, y, z], -1), np.interp(y, [SEAT, h], [0.085, 0.115]), 0.006, ref=(0, 0, 1), corner=0.4)
    )
    yb = SEAT + 0.11
    zb = np.interp(yb, [SEAT, h], [zs, zt])
    t = np.linspace(-1, 1, 9)
    parts.append(
        jn.sweep(np.stack([t * hoop_w, np.full(9, yb), zb - 0.01 * (1 - t**2)], -1), 0.018, 0.018, ref=(0, 1, 0), arc=2)
    )
    brace = 0.2
    for sa, sb in (((-1, -1), (1, 1)), ((-1, 1), (1, -1))):
        k = brace / SEAT
        pa, pb = (
            (
                s[0] * np.interp(k, [0, 1], [w / 2 - 0.02, sw / 2 - 0.035]),
                brace + 0.06,
                s[1] * np.interp(k, [0, 1], [d / 2 - 0.018, sd / 2 - 0.035]),
            )
            for s in (sa, sb)
        )
        parts.append(jn.bar(pa, pb, 0.016, 0.006, ref=(0, 1, 0)))
    if p["seat"] == "pad":
        top = Part(pad(sw * 0.95, sd * 0.95, 0.04, rng).moved(0, SEAT - 0.012, z0), "fabric")
    elif p["seat"] == "bare":
        top = Part(box((sw * 0.9, 0.004, sd * 0.9), bevel=0.0015).moved(0, SEAT - 0.001, z0), "metal")
    else:
        top = Part(
            jn.slab(jn.rounded(sw * 0.96, sd * 0.96, 0.05), 0.016, bevel=0.005, rng=rng, turn=True).moved(
                0, SEAT - 0.012, z0
            ),
            "frame",
        )
    pan = jn.slab(jn.rounded(sw, sd, 0.06, 8), 0.024, bevel=0.008).moved(0, SEAT - 0.034, z0)
    return [*[Part(m, "metal") for m in parts], Part(pan, "metal"), top]


def _shell(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A moulded shell (seat running up into the back, sides rolled up) on a dowel base with wire braces."""
    w, h, d = size
    n, m = 36, 21
    s, q = np.linspace(0, 1, n), np.linspace(-1, 1, m)
    key = [
        (0, SEAT - 0.035, d / 2),
        (0, SEAT - 0.005, d / 2 - 0.045),
        (0, SEAT - 0.018, 0.02),
        (0, SEAT - 0.015, -d / 2 + 0.17),
        (0, SEAT + 0.08, -d / 2 + 0.085),
        (0, SEAT + 0.22, -d / 2 + 0.045),
        (0, h, -d / 2 + 0.006),
    ]
    line = jn.curve(key, n)
    half = w / 2 * np.interp(s, [0, 0.12, 0.45, 0.62, 0.85, 0.96, 1], [0.72, 0.93, 1.0, 1.0, 0.90, 0.74, 0.50])
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    up = np.cross(tangent, [1.0, 0, 0])
    up *= np.sign(up[n // 3, 1])
    rise = np.interp(s, [0, 0.15, 0.5, 0.62, 0.8, 1], [0.0, 0.018, 0.085, 0.095, 0.045, 0.02])
    inner = (
        line[:, None]
        + np.stack([half[:, None] * q, 0 * half[:, None] * q, 0 * half[:, None] * q], -1)
        + up[:, None] * (rise[:, None] * np.abs(q) ** 2.6)[..., None]
    )
    from ..mesh import smooth_normals, surface

    front = surface(inner[:, ::-1])
    if front.normals[len(front.normals) // 3, 1] < 0:
        front = surface(inner)
        grid = inner
    else:
        grid = inner[:, ::-1]
    nn = smooth_normals(front.vertices, front.faces).reshape(n, m, 3)
    outer = grid - nn * 0.007
    loop_in = np.concatenate([grid[0], grid[1:, -1], grid[-1, ::-1][1:], grid[::-1][1:, 0]])
    loop_out = np.concatenate([outer[0], outer[1:, -1], outer[-1, ::-1][1:], outer[::-1][1:, 0]])
    middle = (loop_in[:-1] + loop_out[:-1]) / 2
    rim = jn.sweep(middle, 0.0075, ref=(0.02, 1, 0.3), arc=1, closed=True)
    parts = [Part(join([front, surface(outer[:, ::-1]), rim]), "shell")]
    hub = SEAT - 0.075
    for sx in (-1, 1):
        for sz in (-1, 1):
            foot = np.array([sx * (w / 2 - 0.03), 0, sz * (d / 2 - 0.045)])
            top = np.array([sx * 0.115, SEAT - 0.045, sz * 0.115])
            parts.append(
                Part(
                    jn.grain(
                        jn.sweep(
                            foot + (top - foot) * np.linspace(0, 1, 4)[:, None], np.array([0.020, 0.026, 0.03, 0.03])
                        ),
                        rng,
                    ),
                    "frame",
                )
            )
            other = np.array([-sx * 0.14, hub - 0.12, sz * 0.15])
            parts.append(Part(jn.rod(foot + (top - foot) * 0.88, other, 0.006, arc=1), "metal"))
    parts.append(Part(box((0.30, 0.012, 0.30), bevel=0.003).moved(0, SEAT - 0.05, 0), "metal"))
    if p["seat"] == "pad":
        parts.append(Part(pad(w * 0.74, d * 0.6, 0.03, rng).moved(0, SEAT - 0.02, 0.04), "fabric"))
    return parts


_DINING = {
    "wishbone": _wishbone,
    "windsor": _windsor,
    "upholstered": lambda s, p, r: _backed(s, p, r, back="upholstered"),
    "cane": lambda s, p, r: _backed(s, p, r, back="cane"),
    "slat": lambda s, p, r: _backed(s, p, r, back="slat"),
    "spindle": lambda s, p, r: _windsor(s, p, r, straight=True),
    "metal": _metal,
    "shell": _shell,
    "parsons": _parsons,
    "barrel": _barrel,
}


def build_dining(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A dining chair; its seat is 0.45 m high whatever its height."""
    p = jn.choose("dining_chair", DINING, params)
    return jn.fit(_DINING[p["style"]](size, p, rng), size)


def build_bench(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A bench of slats, cushioned, on a trestle, or of one thick plank folded down."""
    p = jn.choose("bench", BENCH, params)
    w, h, d = size
    parts: list[Part] = []
    style = p["style"]
    slot = "metal" if p["legs"] in ("metal", "hairpin") else "frame"
    places = jn.corners(w, d, 0.07)
    if style == "slatted":
        n = max(4, round(d / 0.065))
        each = (d - (n - 1) * 0.012) / n
        for i in range(n):
            parts.append(
                Part(
                    jn.board((w, 0.028, each), rng, bevel=0.004, segments=2).moved(
                        0, h - 0.028, -d / 2 + each / 2 + i * (each + 0.012)
                    ),
                    "frame",
                )
            )
        for x in (-w / 2 + 0.14, w / 2 - 0.14):
            parts.append(Part(jn.board((0.05, 0.03, d - 0.04), rng).moved(x, h - 0.058, 0), "frame"))
        legs = [m for x, z in jn.corners(w, d, 0.09) for m in jn.leg(p["legs"], h - 0.03, x, z, rng)]
    elif style == "upholstered":
        parts.append(Part(pad(w - 0.004, d - 0.004, 0.11, rng, crown=0.016).moved(y=h - 0.125), "fabric"))
        parts.append(Part(jn.board((w - 0.03, 0.035, d - 0.03), rng).moved(y=h - 0.15), "frame"))
        legs = [m for x, z in places for m in jn.leg(p["legs"], h - 0.14, x, z, rng)]
    elif style == "trestle":
        parts.append(Part(jn.board((w, 0.038, d), rng, bevel=0.005, segments=2).moved(y=h - 0.038), "frame"))
        legs = []
        for s in (-1, 1):
            x = s * (w / 2 - 0.22)
            parts.append(Part(jn.board((0.055, 0.05, d - 0.03), rng, bevel=0.006).moved(x, 0, 0), "frame"))
            parts.append(Part(jn.board((0.055, 0.05, d - 0.05), rng, bevel=0.006).moved(x, h - 0.088, 0), "frame"))
            parts.append(Part(jn.board((0.05, h - 0.12, 0.10), rng, bevel=0.005).moved(x, 0.045, 0), "frame"))
        parts.append(Part(jn.board((w - 0.46, 0.07, 0.03), rng).moved(0, 0.16, 0), "frame"))
    else:
        t = 0.05
        parts.append(Part(jn.board((w, t, d), rng, bevel=0.004, segments=2).moved(y=h - t), "frame"))
        parts += [
            Part(jn.board((t, h - t, d), rng, bevel=0.004, segments=2).moved(s * (w / 2 - t / 2), 0, 0), "frame")
            for s in (-1, 1)
        ]
        legs = []
    parts += [Part(m.mesh, slot) for m in legs]
    return jn.fit(parts, size)


_CHAIR_SLOTS = {
    "frame": "wood:oak",
    "fabric": "linen:#d8d0c2",
    "weave": "jute:#c9b58f",
    "web": "cane",
    "metal": "metal:black",
    "shell": "plastic:#dfddd8",
}
FAMILIES = {
    "dining_chair": Family(
        "dining_chair",
        build_dining,
        {"standard": (0.50, 0.80, 0.53), "tall": (0.48, 0.95, 0.56), "arm": (0.56, 0.78, 0.55)},
        _CHAIR_SLOTS,
        DINING,
    ),
    "bench": Family(
        "bench",
        build_bench,
        {
            "standard": (1.20, 0.46, 0.36),
            "long": (1.60, 0.46, 0.38),
            "bed_end": (1.35, 0.46, 0.42),
            "short": (0.95, 0.46, 0.36),
        },
        {"frame": "wood:oak", "fabric": "linen:#cfc6b8", "metal": "metal:black"},
        BENCH,
    ),
    "office_chair": Family(
        "office_chair",
        build_office,
        {"task": (0.64, 0.98, 0.64), "executive": (0.68, 1.14, 0.70)},
        {"fabric": "wool:#4a4d52", "shell": "plastic:#2c2b2b", "metal": "metal:chrome", "frame": "wood:walnut"},
        OFFICE,
    ),
}
