"""Armchairs (club, tub, wing, wooden lounge, slipper) and poufs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from ...types import Array
from ..family import Size
from ..legs import corners, legs
from ..mesh import Mesh, Part, bent, box, join, tube
from ..soft import choose, creases, fit, pad, rounded_outline, shell, shifted_uv, waves
from ..upholstery import arm, back_cushion, scatter, seat_cushion, upholstered

ARMCHAIRS = {
    "type": ("club", "tub", "wing", "lounge", "slipper"),
    "legs": ("tapered", "block", "bun", "hairpin"),
    "back": ("loose", "tight", "tufted", "channel"),
    "pillow": (0, 1),
}
POUFS = {"shape": ("round", "cube", "gores", "drum")}
SEAT = 0.425


def build_armchair(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """An armchair of ``size``; ``type`` decides which slots are used (``frame`` only by the lounge chair)."""
    p = choose("armchair", ARMCHAIRS, params)
    parts, z = _TYPES[p["type"]](size, p, rng)
    if p["pillow"]:
        m = scatter(0.44, 0.30, rng, (rng.normal(0, 0.02), SEAT + 0.018, z), yaw=rng.normal(0, 4), lean=20)
        parts.append(Part(m, "pillow"))
    return fit(parts, size)


def _quilt(back: str) -> dict[str, Any]:
    pitch = {"tufted": (0.13, 0.12), "channel": (0.09, 1.0)}.get(back, (0.2, 0.2))
    return {"style": back if back in ("tufted", "channel") else "plain", "pitch": pitch, "depth": 0.026}


def _back(
    w: float, h: float, z0: float, y0: float, p: Mapping[str, Any], rng: np.random.Generator
) -> tuple[list[Mesh], float]:
    """Back frame from ``y0`` to ``h`` with its rear at ``z0``, loose cushion if wanted; and where its front is."""
    thick, lean = 0.13, 0.07
    loose = p["back"] == "loose"
    top = h - (0.05 if loose else 0)
    frame = upholstered(
        (w, top - y0, thick), rng, radius=0.045, crown=0.012, lean=lean, bow=0.0, cell=0.05, **_quilt(p["back"])
    )
    out = [frame.moved(0, y0, z0 + lean + thick / 2)]
    front = z0 + lean + thick - 0.02
    if loose:
        c = back_cushion((w - 0.01, h - SEAT - 0.01, 0.15), rng).turned(x=-11)
        out.append(c.moved(0, SEAT + 0.005, front + 0.10))
        front += 0.16
    return out, front


def _club(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> tuple[list[Part], float]:
    w, h, d = size
    y0, aw, ah = 0.14, 0.125, 0.59
    inner = w - 2 * aw
    fabric, z = _back(inner, h, -d / 2, y0, p, rng)
    deck = upholstered((inner, 0.135, d - 0.1), rng, radius=0.016, crown=0.002, cell=0.08)
    fabric.append(deck.moved(0, y0, 0.035))
    z0 = -d / 2 + 0.17
    fabric.append(
        seat_cushion((inner - 0.004, 0.15, d / 2 - 0.01 - z0), rng).moved(0, y0 + 0.132, (d / 2 - 0.01 + z0) / 2)
    )
    for side in (-1.0, 1.0):
        a = arm("track", aw, ah - y0, d - 0.03, rng, side=side)
        fabric.append(a.moved(side * (w - aw) / 2, y0, 0.008))
    parts = [Part(m, "fabric") for m in fabric]
    parts.append(Part(legs(p["legs"], y0 + 0.004, corners(w, d, 0.07), rng), "legs"))
    return parts, z + 0.06


def _slipper(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> tuple[list[Part], float]:
    w, h, d = size
    y0 = 0.16
    fabric, z = _back(w, h, -d / 2, y0, p, rng)
    deck = upholstered((w - 0.004, 0.12, d - 0.08), rng, radius=0.02, crown=0.002, cell=0.08)
    fabric.append(deck.moved(0, y0, 0.03))
    z0 = -d / 2 + 0.17
    fabric.append(seat_cushion((w, 0.16, d / 2 - z0), rng).moved(0, y0 + 0.115, (d / 2 + z0) / 2))
    parts = [Part(m, "fabric") for m in fabric]
    parts.append(Part(legs(p["legs"], y0 + 0.004, corners(w, d, 0.07), rng), "legs"))
    return parts, z + 0.06


def _wing(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> tuple[list[Part], float]:
    w, h, d = size
    y0, aw, ah = 0.17, 0.12, 0.60
    inner = w - 2 * aw
    h = max(h, 0.95)
    back = upholstered(
        (inner + 0.04, h - y0 - 0.03, 0.12), rng, radius=0.05, crown=0.02, lean=0.10, bow=0.03, cell=0.04,
        **_quilt("plain" if p["back"] == "loose" else p["back"]),
    )  # fmt: skip
    fabric = [back.moved(0, y0, -d / 2 + 0.16)]
    deck = upholstered((inner, 0.12, d - 0.10), rng, radius=0.016, crown=0.002, cell=0.08).moved(0, y0, 0.03)
    z0 = -d / 2 + 0.17
    seat = seat_cushion((inner - 0.004, 0.15, d / 2 - 0.02 - z0), rng).moved(0, y0 + 0.115, (d / 2 - 0.02 + z0) / 2)
    fabric += [deck, seat]
    side_profile = _wing_outline(d, h, y0, ah)
    for side in (-1.0, 1.0):
        panel = pad(side_profile, 0.075, radius=0.03, puff=0.012, centre=(-d / 2 + 0.17, h * 0.72)).turned(y=-90)
        panel = bent(panel, partial(_winged, side=side))
        fabric.append(shifted_uv(panel, rng).moved(side * (inner / 2 + 0.03), 0, 0))
        a = arm("rolled", aw + 0.02, ah - y0, d - 0.16, rng, side=side)
        fabric.append(a.moved(side * (w / 2 - aw / 2 - 0.01), y0, 0.06))
    parts = [Part(m, "fabric") for m in fabric]
    parts.append(Part(legs(p["legs"], y0 + 0.004, corners(w - 0.04, d - 0.04, 0.07), rng), "legs"))
    return parts, -d / 2 + 0.34


def _winged(q: Array, side: float) -> Array:
    """A wing's panel, its top flared outwards by 3 cm."""
    return q + np.outer(0.03 * np.clip((q[:, 1] - 0.6) / 0.4, 0, 1), [side, 0, 0])


def _wing_outline(d: float, h: float, y0: float, ah: float) -> Array:
    """(z, y) of a wing: down the back, along the arm, up the ear; counter-clockwise, smoothed."""
    key = np.array(
        [
            [-d / 2 + 0.10, ah - 0.12], [-d / 2 + 0.36, ah - 0.10], [-d / 2 + 0.37, ah + 0.02], [-d / 2 + 0.30, ah + 0.13],
            [-d / 2 + 0.29, ah + 0.24], [-d / 2 + 0.25, h - 0.06], [-d / 2 + 0.14, h - 0.02], [-d / 2 + 0.05, h - 0.04],
            [-d / 2 + 0.045, ah + 0.15],
        ]
    )  # fmt: skip
    for _ in range(3):  # Chaikin's corner cutting
        nxt = np.roll(key, -1, 0)
        key = np.stack([0.75 * key + 0.25 * nxt, 0.25 * key + 0.75 * nxt], 1).reshape(-1, 2)
    return key


def _tub(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> tuple[list[Part], float]:
    w, h, d = size
    t = 0.125
    y0 = 0.06 if p["legs"] in ("block", "bun") else 0.14
    ah = min(0.62, h - 0.08)
    a = (w - t) / 2
    front = d / 2 - 0.03
    zc = -d / 2 + t / 2 + a
    straight = max(front - zc, 0.05)
    length = 2 * straight + math.pi * a
    s = np.concatenate(
        [
            np.linspace(0, t / 2, 6)[:-1],
            np.linspace(t / 2, length - t / 2, 60),
            np.linspace(length - t / 2, length, 6)[1:],
        ]
    )
    x, z, nx, nz = np.zeros((4, len(s)))
    left, right = s < straight, s > length - straight
    mid = ~(left | right)
    ang = np.pi * (s[mid] - straight) / (math.pi * a)
    x[left], z[left], nx[left] = -a, front - s[left], -1
    x[right], z[right], nx[right] = a, front - (length - s[right]), 1
    x[mid], z[mid] = -a * np.cos(ang), zc - a * np.sin(ang)
    nx[mid], nz[mid] = -np.cos(ang), -np.sin(ang)
    rise = np.clip((np.sin(np.pi * s / length) - 0.35) / 0.65, 0, 1)
    top = ah + (h - ah) * rise * rise * (3 - 2 * rise)
    section = rounded_outline(t, 1.0, [0.03, t * 0.49, t * 0.49, 0.03], 8)
    end = np.minimum(s, length - s)
    thin = np.sqrt(np.clip(1 - (1 - np.clip(end / (t / 2), 0, 1)) ** 2, 0, 1)) * 0.98 + 0.02
    lump = waves(rng, 0.4)
    off = section[None, :, 0] * thin[:, None]
    shrink = (1 - thin) * t * 0.45
    # the section keeps its rounded foot and head; only the straight middle stretches with the height
    k = np.clip((section[None, :, 1] - 0.25) / 0.5, 0, 1)
    low, high = y0 + section[None, :, 1], top[:, None] - shrink[:, None] - (1 - section[None, :, 1])
    yy = (1 - k) * low + k * high
    lean = np.clip((yy - SEAT) / 0.4, 0, 1) * 0.05
    out = off + lean * (0.3 + 0.7 * rise[:, None])
    ring = np.stack([x[:, None] + nx[:, None] * out, yy, z[:, None] + nz[:, None] * out], -1)
    ring += (lump(ring) * 0.003)[..., None] * np.stack([nx, 0 * nx, nz], -1)[:, None]
    fabric = [shifted_uv(shell(ring), rng)]
    fabric += _round_seat(a - t / 2 + 0.006, zc, d / 2 - 0.005, y0, rng)
    parts = [Part(m, "fabric") for m in fabric]
    spots = [(x_ * 0.9, z_ * 0.9 + 0.02) for x_, z_ in corners(w, d, 0.13)]
    parts.append(Part(legs(p["legs"], y0 + 0.01, spots, rng), "legs"))
    return parts, zc - a + t + 0.15


def _round_seat(r: float, zc: float, front: float, y0: float, rng: np.random.Generator) -> list[Mesh]:
    """A seat cushion and its deck with a straight front and a round back of radius ``r`` about (0, ``zc``)."""
    ang = np.linspace(0, math.pi, 28)
    back = np.stack([r * np.cos(ang), zc - r * np.sin(ang)], -1)  # from +x round the back to -x
    k = 0.06
    c = np.linspace(0, math.pi / 2, 5)
    fl = np.stack([-r + k - k * np.cos(c), front - k + k * np.sin(c)], -1)
    fr = np.stack([r - k + k * np.sin(c), front - k + k * np.cos(c)], -1)
    n = np.linspace(0, 1, 8)[1:-1, None]
    loop = np.concatenate(
        [back, back[-1] * (1 - n) + fl[0] * n, fl, fl[-1] * (1 - n) + fr[0] * n, fr, fr[-1] * (1 - n) + back[0] * n]
    )
    plan = loop * [1, -1]  # pad works in x, y; y becomes -z when turned down
    lump = waves(rng, 0.3)
    deck_h = SEAT - 0.16 - y0
    deck = pad(plan[::1] * 0.985, deck_h, radius=0.02, puff=0.0).turned(x=-90).moved(y=y0 + deck_h / 2)
    seat = pad(plan, 0.15, radius=0.045, puff=0.025).turned(x=-90)
    seat = bent(seat, lambda q: q + np.outer(lump(q) * 0.004, [0, 1, 0.3])).moved(y=SEAT - 0.16 + 0.07)
    return [deck, shifted_uv(seat, rng)]


def _lounge(size: Size, p: Mapping[str, Any], rng: np.random.Generator) -> tuple[list[Part], float]:
    """Two wooden side frames with flat arms, rails between, a seat and a back cushion."""
    w, h, d = size
    x = w / 2 - 0.032
    zf, zb = d / 2 - 0.07, -d / 2 + 0.17
    ah = 0.57
    wood: list[Mesh] = []
    for sx in (-x, x):
        foot_f, top_f = np.array([sx, 0.0, zf + 0.05]), np.array([sx, ah - 0.01, zf - 0.02])
        foot_b, top_b = np.array([sx, 0.0, zb - 0.12]), np.array([sx, ah - 0.035, zb + 0.02])
        taper = np.array([0.012, 0.016, 0.019, 0.017])
        for f, tp in ((foot_f, top_f), (foot_b, top_b)):
            wood.append(tube(f + (tp - f) * np.linspace(0, 1, 4)[:, None], taper, segments=14))
        rest = box((d - 0.16, 0.024, 0.06), bevel=0.009, segments=3).turned(y=90)
        rest = bent(rest, lambda q: q + np.outer(-0.012 * np.cos(q[:, 2] / d * 3.0), [0, 1, 0]))
        wood.append(rest.turned(x=-3.0).moved(sx, ah - 0.006, 0.0))
        side = np.array([[sx, 0.30, zf + 0.01], [sx, 0.235, zb - 0.03]])
        wood.append(tube(side, 0.015, segments=12))
    for y, z in ((0.30, zf - 0.02), (0.245, zb + 0.02)):
        wood.append(box((2 * x, 0.05, 0.024), bevel=0.006).moved(0, y - 0.035, z))
    # back frame: two leaning stiles and slats
    tilt = math.radians(20)
    lean = np.array([0.0, math.cos(tilt), -math.sin(tilt)])
    start = np.array([0, 0.26, zb + 0.06])
    tall = (h - 0.27) / math.cos(tilt)
    for sx in (-(x - 0.05), x - 0.05):
        o = start + [sx, 0, 0]
        wood.append(tube(np.stack([o, o + lean * tall * 0.97]), 0.014, segments=12))
    for k in (0.35, 0.62, 0.93):
        o = start + lean * tall * k
        wood.append(box((2 * x - 0.10, 0.045, 0.016), bevel=0.005).moved(y=-0.02).turned(x=-20).moved(*o))
    inner = 2 * x - 0.06
    seat_d = zf + 0.06 - (zb + 0.02)
    seat = seat_cushion((inner, 0.12, seat_d), rng, crown=0.022).turned(x=-5).moved(0, 0.295, (zf + zb) / 2 + 0.045)
    back = back_cushion((inner, h - 0.40, 0.13), rng, full=0.7).turned(x=-20)
    back = back.moved(0, 0.40, zb + 0.155)
    parts = [Part(join(wood), "frame"), Part(seat, "fabric"), Part(back, "fabric")]
    return parts, zb + 0.27


_TYPES = {"club": _club, "tub": _tub, "wing": _wing, "lounge": _lounge, "slipper": _slipper}


def build_pouf(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A pouf: round and soft, a cube, leather gores, or a drum on short legs."""
    shape = choose("pouf", POUFS, params)["shape"]
    w, h, d = size
    if shape == "cube":
        return fit([Part(seat_cushion((w, h, d), rng, crown=0.03), "fabric")], size)
    y0 = 0.06 if shape == "drum" else 0.0
    squash = {"round": 0.55, "gores": 0.62, "drum": 0.22}[shape]
    t = np.linspace(-math.pi / 2, math.pi / 2, 30)
    t = np.sign(t) * (np.abs(t) / (math.pi / 2)) ** 0.9 * math.pi / 2
    r = np.cos(t) ** squash
    y = 0.5 + 0.5 * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (0.75 if shape != "drum" else 0.9)
    a = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    gore = 1 - 0.05 * (1 - np.abs(np.sin(6 * a)) ** 0.6) if shape == "gores" else np.ones_like(a)
    rr = r[1:-1, None] * (1 + (gore[None] - 1) * np.sin(np.linspace(0.15, math.pi - 0.15, len(r) - 2))[:, None])
    p = np.stack([rr * np.cos(a) * w / 2, y[1:-1, None] * (h - y0) + 0 * rr, -rr * np.sin(a) * d / 2], -1)
    lump, fold = waves(rng, 0.25), creases(rng, 0.10, (1, 1.6, 1))
    sag = 0.03 * np.exp(-((np.linalg.norm(p[..., [0, 2]], axis=-1) / (0.26 * w)) ** 2)) * (p[..., 1] > h * 0.6)
    outward = p - [0, h / 2, 0]
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    p = p + outward * (0.006 * lump(p) - 0.006 * fold(p))[..., None]
    p[..., 1] -= sag * (0.6 if shape != "drum" else 0.2)
    parts = [Part(shell(p).moved(y=y0), "fabric")]
    if y0:
        parts.append(Part(legs("block", y0 + 0.02, corners(w * 0.75, d * 0.75, 0.05), rng), "legs"))
    return fit(parts, size)
