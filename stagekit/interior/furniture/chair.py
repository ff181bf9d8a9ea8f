"""Dining chairs, benches and office chairs. Seats stand 0.45 m high; backs lean 8 to 12 degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import joinery as jn
from ..cabinet_legs import leg
from ..family import Family, Size
from ..mesh import Mesh, Part, box, join
from ..soft import SoftBox, waves
from .chairs_office import OFFICE, build_office
from .chairs_wood import SEAT, backed, pad, windsor, wishbone

DINING = {
    "style": ("wishbone", "windsor", "upholstered", "cane", "metal", "shell", "spindle", "slat", "parsons", "barrel"),
    "seat": ("auto", "pad", "bare"),
}
BENCH = {"style": ("slatted", "upholstered", "trestle", "block"), "legs": ("tapered", "splayed", "metal", "hairpin")}


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
        m for x, z in jn.corners(w - 0.02, d - 0.05, 0.035) for m in leg("tapered", y0 + 0.02, x, z, rng, stout=0.95)
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
    legs = [m for x, z in jn.corners(w * 0.70, d * 0.70, 0.03) for m in leg("tapered", SEAT - 0.08, x, z, rng)]
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
        cover = Part(pad(sw * 0.95, sd * 0.95, 0.04, rng).moved(0, SEAT - 0.012, z0), "fabric")
    elif p["seat"] == "bare":
        cover = Part(box((sw * 0.9, 0.004, sd * 0.9), bevel=0.0015).moved(0, SEAT - 0.001, z0), "metal")
    else:
        cover = Part(
            jn.slab(jn.rounded(sw * 0.96, sd * 0.96, 0.05), 0.016, bevel=0.005, rng=rng, turn=True).moved(
                0, SEAT - 0.012, z0
            ),
            "frame",
        )
    pan = jn.slab(jn.rounded(sw, sd, 0.06, 8), 0.024, bevel=0.008).moved(0, SEAT - 0.034, z0)
    return [*[Part(m, "metal") for m in parts], Part(pan, "metal"), cover]


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
    "wishbone": wishbone,
    "windsor": windsor,
    "upholstered": lambda s, p, r: backed(s, p, r, back="upholstered"),
    "cane": lambda s, p, r: backed(s, p, r, back="cane"),
    "slat": lambda s, p, r: backed(s, p, r, back="slat"),
    "spindle": lambda s, p, r: windsor(s, p, r, straight=True),
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
        legs = [m for x, z in jn.corners(w, d, 0.09) for m in leg(p["legs"], h - 0.03, x, z, rng)]
    elif style == "upholstered":
        parts.append(Part(pad(w - 0.004, d - 0.004, 0.11, rng, crown=0.016).moved(y=h - 0.125), "fabric"))
        parts.append(Part(jn.board((w - 0.03, 0.035, d - 0.03), rng).moved(y=h - 0.15), "frame"))
        legs = [m for x, z in places for m in leg(p["legs"], h - 0.14, x, z, rng)]
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
