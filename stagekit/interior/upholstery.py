"""Cushions, arms, backs and frames that sofas, chairs and headboards are put together from. Metres; front is +Z."""

from __future__ import annotations

import math

import numpy as np

from ..types import Array
from .cloth import pillow
from .mesh import Mesh, Vec3, join, lathe, rotation
from .soft import Shape, SoftBox, creases, pad, shifted_uv, waves

TUFTS = ("tufted", "biscuit", "channel")
"""Patterns of a quilted back: diamonds with buttons, squares with buttons, upright channels."""


def seat_cushion(
    size: Vec3, rng: np.random.Generator, *, crown: float = 0.028, seats: int = 1, welt: bool = True
) -> Mesh:
    """A boxed seat cushion standing on y = 0: crowned, its front bulging, dented where people sit (``seats`` times)."""
    w, h, _ = size
    lump, fold = waves(rng, 0.34), creases(rng, 0.15, (1.5, 1, 1))
    dents = [
        ((i + 0.5) / seats * w - w / 2 + rng.normal(0, 0.03), rng.normal(-0.02, 0.03), rng.uniform(0.008, 0.016))
        for i in range(seats)
    ]
    lean = rng.normal(0, 0.004)

    def shape(p: Array, n: Array, q: Array) -> Array:
        a = np.abs(q)
        up = np.clip(q[:, 1], 0, 1) ** 2
        top = (1 - a[:, 0] ** (3.0 * seats)) * (1 - a[:, 2] ** 3.2)
        rise = crown * top
        for x, z, deep in dents:
            rise = rise - deep * np.exp(-(((p[:, 0] - x) / 0.19) ** 2) - ((p[:, 2] - z) / 0.17) ** 2)
        out = p + n * (lump(p) * 0.003 - fold(p) * 0.004 * up)[:, None]
        out[:, 1] += rise * up + lean * q[:, 0] * up
        out[:, 1] -= 0.006 * np.clip(q[:, 2], 0, 1) ** 3 * up * (1 - a[:, 0] ** 4)
        bulge = (1 - a[:, 1] ** 2.0) * (1 - a[:, 0] ** (4 * seats))
        out[:, 2] += 0.016 * bulge * np.clip(q[:, 2], 0, 1) ** 2 - 0.004 * bulge * np.clip(-q[:, 2], 0, 1) ** 2
        out[:, 0] += 0.004 * (1 - a[:, 1] ** 2) * (1 - a[:, 2] ** 4) * q[:, 0] ** 3
        corner = (a[:, 0] ** 8) * (a[:, 2] ** 8)
        out[:, [0, 2]] -= np.sign(q[:, [0, 2]]) * (corner * 0.012)[:, None]
        out[:, 1] -= 0.010 * corner * up
        return out

    soft = SoftBox(size, 0.028, shape, cell=(0.035, 0.045, 0.035), segments=3)
    parts = [soft.mesh()]
    if welt:
        parts += [soft.welt(1, s, 0.0042) for s in (1.0, -1.0)]
    return shifted_uv(join(parts), rng).moved(y=h / 2)


def back_cushion(size: Vec3, rng: np.random.Generator, *, full: float = 1.0, welt: bool = True) -> Mesh:
    """A loose back cushion standing on y = 0, thicker below than at its top, its belly to the front."""
    _, h, t = size
    lump, fold = waves(rng, 0.30), creases(rng, 0.13, (1.2, 1.8, 1))
    droop, slump, side = rng.uniform(0.008, 0.024), rng.uniform(0.04, 0.14), rng.normal(0, 0.008)

    def shape(p: Array, n: Array, q: Array) -> Array:
        a = np.abs(q)
        qb = np.abs(q[:, 1] + slump * (1 - q[:, 1] ** 2))
        belly = (1 - a[:, 0] ** 2.6) * (1 - qb**2.4)
        out = p + n * (lump(p) * 0.006 - fold(p) * 0.008 * np.minimum(belly * 3, 1))[:, None]
        thin = 1 - 0.30 * ((q[:, 1] + 1) / 2) ** 1.6
        out[:, 2] *= thin * (1 - 0.10 * a[:, 0] ** 4)
        out[:, 2] += full * 0.052 * belly * np.clip(q[:, 2], 0, 1) ** 1.5
        out[:, 2] -= 0.012 * belly * np.clip(-q[:, 2], 0, 1) ** 1.5
        high = np.clip(q[:, 1], 0, 1) ** 2
        out[:, 1] += -droop * (1 - q[:, 0] ** 2) * high + side * q[:, 0] * high + 0.006 * a[:, 0] ** 6 * high
        out[:, 0] += 0.010 * (1 - q[:, 1] ** 2) * q[:, 0] ** 3
        corner = a[:, 0] ** 8 * a[:, 1] ** 8
        out[:, :2] -= np.sign(q[:, :2]) * (corner * 0.016)[:, None]
        return out

    soft = SoftBox(size, min(0.05, t * 0.4), shape, cell=(0.034, 0.034, 0.05), segments=3)
    parts = [soft.mesh()]
    if welt:
        parts += [soft.welt(2, s, 0.0042) for s in (1.0, -1.0)]
    return shifted_uv(join(parts), rng).moved(y=h / 2)


def tuft(x: Array, y: Array, style: str, pitch: tuple[float, float]) -> Array:
    """0 on seams and buttons to 1 in the middle of each pad, for a quilted face; the origin is a button."""
    if style == "channel":
        return np.abs(np.sin(math.pi * x / pitch[0])) ** 0.55
    if style == "biscuit":
        a, b = x / pitch[0], y / pitch[1]
    else:
        a, b = (x / pitch[0] + y / pitch[1]) / 2, (x / pitch[0] - y / pitch[1]) / 2
    return (np.abs(np.sin(math.pi * a)) * np.abs(np.sin(math.pi * b))) ** 0.42


def upholstered(
    size: Vec3,
    rng: np.random.Generator,
    *,
    radius: float = 0.025,
    crown: float = 0.008,
    lean: float = 0.0,
    bow: float = 0.0,
    style: str = "plain",
    pitch: tuple[float, float] = (0.2, 0.2),
    depth: float = 0.03,
    welts: tuple[tuple[int, float], ...] = (),
    cell: float = 0.05,
) -> Mesh:
    """A tight padded panel standing on y = 0. ``lean``: how far its top lies behind its foot; ``bow``: how much its top
    edge rises in the middle; ``style``: plain or one of ``TUFTS`` on the front; ``welts``: (axis, sign) of piped faces."""
    w, h, _ = size
    lump = waves(rng, 0.5)
    tufted = style in TUFTS
    # an even number of pads fits the width; buttons start half a pitch from the border
    count = (max(2, round(w / pitch[0])), max(1, round(h / pitch[1])))
    step = (w / count[0], h / count[1])

    def shape(p: Array, n: Array, q: Array) -> Array:
        a = np.abs(q)
        face = (1 - a[:, 0] ** 6) * (1 - a[:, 1] ** 6)
        out = p + n * (lump(p) * 0.0015)[:, None]
        out[:, 2] += crown * face * np.sign(q[:, 2]) * np.abs(q[:, 2]) ** 2
        out[:, 1] += crown * 0.5 * (1 - a[:, 0] ** 6) * (1 - a[:, 2] ** 3) * np.clip(q[:, 1], 0, 1) ** 2
        if tufted:
            pads = tuft(p[:, 0] + (w / 2 if style != "tufted" else 0), p[:, 1] + h / 2, style, step)
            border = np.minimum(1, np.minimum((1 - a[:, 0]) * w, (1 - a[:, 1]) * h) / 0.06)
            border = np.minimum(1, (1 - a[:, 1]) * h / 0.05) if style == "channel" else border
            out[:, 2] += depth * (pads * border - border * 0.55) * np.clip(q[:, 2], 0, 1) ** 2
        up = (q[:, 1] + 1) / 2
        out[:, 1] += bow * (1 - q[:, 0] ** 2) * up**2
        out[:, 2] -= lean * up
        return out

    c = 0.018 if tufted else cell
    soft = SoftBox(size, radius, shape, cell=(c, c, 0.08), segments=3)
    parts = [soft.mesh(), *(soft.welt(axis, sign, 0.0042, 0.04) for axis, sign in welts)]
    if style in ("tufted", "biscuit"):
        parts.append(_buttons(w, h, step, style, soft))
    return shifted_uv(join(parts), rng).moved(y=h / 2)


def _buttons(w: float, h: float, step: tuple[float, float], style: str, soft: SoftBox) -> Mesh:
    """Covered buttons on the seams' crossings of the front face."""
    xs = np.arange(-round(w / step[0]), round(w / step[0]) + 1)
    spots = []
    for j in range(1, round(h / step[1])):
        y = j * step[1] - h / 2
        for i in xs:
            x = i * step[0] + (w / 2 if (style != "tufted" and round(w / step[0]) % 2) else 0)
            if style == "tufted" and (i + j) % 2:
                continue
            if abs(x) < w / 2 - 0.05 and abs(y) < h / 2 - 0.04:
                spots.append((x, y, float(np.asarray(soft.size, float)[2]) / 2))
    if not spots:
        return _button().moved(y=0, z=0)
    p, _ = soft.at(np.array(spots))
    one = _button()
    return join([one.moved(*q) for q in p])


def _button() -> Mesh:
    a = np.linspace(0, math.pi / 2, 4)
    profile = np.stack([0.011 * np.cos(a), 0.006 * np.sin(a)], -1)
    return lathe(np.vstack([[0, -0.004], [0.011, -0.004], profile]), segments=10).turned(x=90)


def arm(style: str, width: float, height: float, length: float, rng: np.random.Generator, *, side: float) -> Mesh:
    """An arm standing on y = 0, ``side`` -1 (left, x < 0) or 1, centred in z."""
    if style == "rolled":
        r = min(0.085, width * 0.48)
        body = width * 0.72
        x0, x1 = (
            -body / 2 - (width - body) / 2,
            body / 2 - (width - body) / 2,
        )  # inside is flush, the roll goes outwards
        a = np.radians(np.linspace(-58, 200, 18))
        cx, cy = width / 2 - r, height - r
        roll = np.stack([cx + r * np.cos(a), cy + r * np.sin(a)], -1)
        sides = np.linspace(0, 1, 7)[:, None]
        right = np.array([x1, 0]) * (1 - sides) + np.array([x1 + 0.004, roll[0, 1] - 0.03]) * sides
        left = np.array([x0, roll[-1, 1] - 0.02]) * (1 - sides) + np.array([x0, 0]) * sides
        bottom = np.linspace([x0, 0], [x1, 0], 6)[1:-1]
        outline = np.concatenate([right, roll, left, bottom])
        m = pad(_mirror(outline, side), length, radius=0.016, puff=0.006, centre=(side * -0.01, height * 0.72))
        return shifted_uv(m, rng)
    if style == "english":
        o = _oval(width, height)
        m = pad(o, length * 0.95, radius=0.045, puff=0.012).moved(z=-length * 0.025)
        v = m.vertices.astype(float)
        high = np.clip(v[:, 1] / height, 0, 1) ** 2
        v[:, 1] -= 0.05 * high * (v[:, 2] / length + 0.5)
        return shifted_uv(Mesh(v.astype(np.float32), m.faces, m.uvs, m.normals), rng)
    slope = {"slope": 0.10}.get(style, 0.0)
    flare = {"slope": 0.03}.get(style, 0.0)
    lump = waves(rng, 0.4)

    def shape(p: Array, n: Array, q: Array) -> Array:
        up = (q[:, 1] + 1) / 2
        a = np.abs(q)
        out = p + n * (lump(p) * 0.002 + 0.005 * (1 - a[:, 1] ** 4) * (1 - a[:, 2] ** 4))[:, None]
        out[:, 1] += 0.008 * np.clip(q[:, 1], 0, 1) ** 2 * (1 - a[:, 0] ** 2) * (1 - a[:, 2] ** 6)
        out[:, 1] -= slope * up * np.clip((q[:, 2] + 0.55) / 1.55, 0, 1) ** 1.4
        out[:, 0] += side * flare * up * (q[:, 2] + 1) / 2
        return out

    soft = SoftBox((width, height, length), 0.05 if style == "slope" else 0.026, shape, cell=(0.05, 0.07, 0.06))
    parts = [soft.mesh()]
    if style == "track":
        parts += [soft.welt(2, 1.0, 0.0042, 0.04)]
    return shifted_uv(join(parts), rng).moved(y=height / 2)


def _oval(width: float, height: float) -> Array:
    """A low arm's section: straight sides, a full round on top a little wider than the body."""
    a = np.radians(np.linspace(-20, 200, 16))
    r = width / 2
    top = np.stack([r * np.cos(a), height - r + r * np.sin(a)], -1)
    k = np.linspace(0, 1, 6)[:, None]
    b = r * 0.86
    right = np.array([b, 0]) * (1 - k) + np.array([b, top[0, 1] - 0.02]) * k
    left = np.array([-b, top[-1, 1] - 0.02]) * (1 - k) + np.array([-b, 0]) * k
    return np.concatenate([right, top, left, np.linspace([-b, 0], [b, 0], 5)[1:-1]])


def _mirror(outline: Array, side: float) -> Array:
    return outline if side > 0 else (outline * [-1, 1])[::-1]


def scatter(
    width: float, height: float, rng: np.random.Generator, at: Vec3, *, yaw: float, lean: float = 22, roll: float = 0.0,
    thick: float | None = None, piping: float = 0.003,
) -> Mesh:  # fmt: skip
    """A throw pillow standing on ``at`` (its lowest middle), leaning back by ``lean`` degrees, turned by ``yaw``."""
    t = thick if thick is not None else min(width, height) * rng.uniform(0.30, 0.38)
    m = pillow(width, height, t, rng, chop=float(rng.uniform(0.0, 0.05)), piping=piping, cells=20)
    m = m.moved(y=height / 2).transformed(rotation(0, 0, roll)).transformed(rotation(-lean, 0, 0))
    m = m.transformed(rotation(0, yaw, 0))
    low = float(m.vertices[:, 1].min())
    return m.moved(float(at[0]), float(at[1]) - low - 0.008, float(at[2]))


__all__ = ["TUFTS", "Shape", "arm", "back_cushion", "scatter", "seat_cushion", "tuft", "upholstered"]
