"""Wooden dining chairs: wishbone, windsor and spindle, and frames with an upholstered, caned or slatted back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..family import Size
from ..mesh import Mesh, Part, join
from ..soft import SoftBox, waves

SEAT = 0.45


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


def wishbone(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
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
    for c, s_ in ((1, 0), (0, 1), (-1, 0), (0, -1)):
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


def windsor(size: Size, p: Mapping[str, Any], rng: np.random.Generator, *, straight: bool = False) -> list[Part]:
    """A hollowed seat, splayed turned legs with an H stretcher, spindles to a bow (``straight``: to a top rail)."""
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


def backed(size: Size, p: Mapping[str, Any], rng: np.random.Generator, *, back: str) -> list[Part]:
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
