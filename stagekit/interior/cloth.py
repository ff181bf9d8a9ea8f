"""Cloth: knife-edge pillows, and sheets that hang over the sides of a box in folds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..types import Array
from .mesh import Mesh, join
from .soft import cord, creases, grid_mesh, waves, welded_normals


def pillow(
    width: float,
    height: float,
    thick: float,
    rng: np.random.Generator,
    *,
    cells: int = 22,
    chop: float = 0.0,
    limp: float = 0.0,
    piping: float = 0.0,
    flange: float = 0.0,
) -> Mesh:
    """A pillow of two sheets sewn at the rim, in the x-y plane, centred, front +Z, metres.

    Its corners stand out, its sides draw in, the seam puckers, and the filling lies a little low. ``chop``: depth of
    the dent that stylists strike into the top edge. ``limp`` 0..1: how flat and creased (sleeping pillows).
    ``piping``: radius of a cord in the seam. ``flange``: width of a flat border round the seam (shams).
    """
    n = (
        max(8, int(cells * (width / max(height, width)) + 0.5)),
        max(8, int(cells * (height / max(height, width)) + 0.5)),
    )
    # denser towards the rim, where the curvature is
    lines = [np.sin(np.linspace(-1, 1, k + 1) * math.pi / 2 * 0.86) / math.sin(math.pi / 2 * 0.86) for k in n]
    b, a = np.meshgrid(lines[1], lines[0], indexing="ij")
    draw = 0.055 + 0.02 * limp
    x = a * (1 - draw * (1 - b**2) ** 1.0 * np.abs(a) ** 3)
    y = b * (1 - draw * (1 - a**2) ** 1.0 * np.abs(b) ** 3)
    if chop:
        y = y - chop / height * 2 * np.exp(-((a / 0.32) ** 2)) * np.clip(b, 0, 1) ** 2 * (
            1 - 0.35 * np.clip(b, 0, 1) ** 8
        )
    px, py = x * width / 2, y * height / 2
    low = rng.uniform(0.06, 0.14)
    bs = b + low * (1 - b**2)  # the filling slides down
    puff = ((1 - a**2) * (1 - bs**2)).clip(0) ** (0.46 + 0.12 * limp)
    lump = waves(rng, max(width, height) * 0.5, 8)
    fold = creases(rng, 0.10, (1.0, 2.2, 1.0))
    flat = np.stack([px, py, np.zeros_like(px)], -1)
    rim_d = np.minimum((1 - np.abs(a)) * width / 2, (1 - np.abs(b)) * height / 2)
    pucker_wave = [waves(rng, 0.075, 6) for _ in range(2)]
    sheets, welds = [], []
    r, c = a.shape
    i = np.arange(r * c).reshape(r, c)
    rim = np.zeros((r, c), bool)
    rim[0] = rim[-1] = True
    rim[:, 0] = rim[:, -1] = True
    corner = np.clip(np.abs(a) * np.abs(b), 0, 1) ** 2
    skew = waves(rng, max(width, height) * 0.9, 6)(flat)
    for k, sign in enumerate((1.0, -1.0)):
        z = thick / 2 * puff * (1 + 0.10 * lump(flat + [0, 0, k * 3.0]))
        if chop:
            z = z * (1 - 0.35 * np.exp(-((a / 0.22) ** 2)) * np.clip(b * 1.2, 0, 1) ** 2)
        pucker = pucker_wave[k](flat * [1.0, 1.0, 0]) * np.exp(-rim_d / 0.035) * np.minimum(rim_d / 0.012, 1)
        z = z + pucker * 0.0035 * (1 + limp)
        z = z - fold(flat + [0, 0, k * 5.0]) * (0.004 + 0.010 * limp) * np.minimum(puff * 2, 1)
        z = np.maximum(z, 0) * sign + corner * 0.012 * skew + 0.010 * skew * (1 - puff)
        sheets.append(np.stack([px, py, z], -1))
        welds.append(np.where(rim, i, i + k * r * c))
    f = _grid_faces(r, c)
    points = np.concatenate([s.reshape(-1, 3) for s in sheets])
    faces = np.concatenate([f, f[:, ::-1] + r * c]).astype(np.int32)
    shift = rng.uniform(0, 1, 2)
    uv = np.concatenate([np.stack([px, py], -1).reshape(-1, 2) + shift, np.stack([-px, py], -1).reshape(-1, 2) + shift])
    mesh = Mesh(
        points.astype(np.float32),
        faces,
        uv.astype(np.float32),
        welded_normals(points, faces, np.concatenate([w.ravel() for w in welds])),
    )
    if not (piping or flange):
        return mesh
    s = sheets[0]
    loop = np.concatenate([s[0, :-1], s[:-1, -1], s[-1, :0:-1], s[:0:-1, 0], s[:1, 0]])
    out = loop / np.maximum(np.linalg.norm(loop, axis=1, keepdims=True), 1e-9)
    if piping:
        return join([mesh, cord(loop, out, piping)])
    return join([mesh, _flange(loop, width, height, flange, rng)])


def _flange(loop: Array, width: float, height: float, wide: float, rng: np.random.Generator) -> Mesh:
    """The flat double border of a sham, round the seam ``loop``, slightly wavy."""
    grow = np.array([1 + 2 * wide / width, 1 + 2 * wide / height, 1.0])
    wave = waves(rng, 0.16, 8)(loop)[:, None] * np.array([0, 0, 0.006])
    t = 0.0015
    rows = [
        loop * [1, 1, 1] + [0, 0, t],
        loop * grow + wave + [0, 0, t],
        loop * grow + wave - [0, 0, t],
        loop - [0, 0, t],
    ]
    points = np.stack(rows)
    uv = points[..., :2]
    return (
        grid_mesh(points, uv, closed=True, normals=None)
        if _turns_left(loop)
        else grid_mesh(points[:, ::-1], uv[:, ::-1])
    )


def _turns_left(loop: Array) -> bool:
    x, y = loop[:, 0], loop[:, 1]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) > 0


def _grid_faces(r: int, c: int) -> Array:
    i = np.arange(r * c).reshape(r, c)
    a, b, d, e = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, d], -1), np.stack([a, d, e], -1)]).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Drape:
    """How cloth lies over a block of half width ``half`` (x) that ends at z = ``end`` (the foot) and whose top is at
    ``top``; the edges are rounded by ``radius``. ``folds``: depth of the folds at the hem, metres.

    Cloth coordinates: s across (0 in the middle), t towards the foot in z. What hangs over goes down, and round the
    foot's corners. All layers of one bed share one ``Drape``, so that a throw follows the duvet's folds.
    """

    half: float
    end: float
    top: float
    radius: float
    folds: float
    wave: Callable[[Array], Array]
    puff: Callable[[Array], Array]
    crease: Callable[[Array], Array]
    puff_m: float = 0.012
    crease_m: float = 0.006
    flare: float = 0.03

    @staticmethod
    def make(
        half: float, end: float, top: float, rng: np.random.Generator, *, radius: float = 0.06, folds: float = 0.03,
        puff_m: float = 0.012, crease_m: float = 0.006, flare: float = 0.03, fold_m: float = 0.26,
    ) -> Drape:  # fmt: skip
        return Drape(
            half, end, top, radius, folds, waves(rng, fold_m, 5), waves(rng, 0.42, 9), creases(rng, 0.17, (2.2, 1, 1)),
            puff_m, crease_m, flare,
        )  # fmt: skip

    def at(self, s: Array, t: Array, lift: Array | float = 0.0) -> Array:
        """Points (..., 3) of the cloth at ``s``, ``t``, ``lift`` metres off the lowest layer."""
        sign = np.where(s < 0, -1.0, 1.0)
        over_s, over_t = np.maximum(np.abs(s) - self.half, 0), np.maximum(t - self.end, 0)
        over = (over_s**4 + over_t**4) ** 0.25
        side = np.arctan2(over_t, over_s)
        side = np.where(over > 1e-9, side, 0.0)
        out_x, out_z = np.where(over_s > 0, np.cos(side), 0), np.where(over_t > 0, np.sin(side), 0)
        # a quarter circle over the edge, then straight down
        r, arc = self.radius, self.radius * math.pi / 2
        angle = np.clip(over / r, 0, math.pi / 2)
        drop = np.where(over < arc, r * (1 - np.cos(angle)), r + (over - arc))
        reach = r * np.sin(angle)
        # place along the hem: metres, continuous round the corner
        hem = np.where(over_t > over_s, self.end + self.half - np.abs(s), np.minimum(t, self.end)) + side * 0.22
        hang = np.clip((drop - r * 0.5) / 0.30, 0, 1.3)
        q = np.stack([hem * 1.0, drop * 0.16, sign * (3.0 + 0 * hem)], -1)
        w = self.wave(q)
        fold = self.folds * hang * (np.tanh(1.5 * w) + 0.35) + self.flare * hang
        flat_x = sign * np.minimum(np.abs(s), self.half)
        flat_z = np.minimum(t, self.end)
        base = np.stack([flat_x, np.zeros_like(flat_x), flat_z], -1)
        on_top = 1 - np.clip(over / (2 * r), 0, 1)
        raised = (self.puff(base) * self.puff_m + self.crease(base + [0, 0, 0.0]) * self.crease_m) * (
            0.3 + 0.7 * on_top
        )
        normal_y, normal_o = np.cos(angle), np.sin(angle)
        lift = np.asarray(lift) + raised
        x = flat_x + sign * out_x * (reach + fold + lift * normal_o)
        z = flat_z + out_z * (reach + fold + lift * normal_o)
        y = self.top - drop + lift * normal_y
        return np.stack([x, y, z], -1)

    def sheet(
        self, s: tuple[float, float], t: tuple[float, float], rng: np.random.Generator, *, thick: float = 0.03,
        lift: float = 0.0, cell: float = 0.025, head_roll: float | None = None, wander: float = 0.01,
        quilt: tuple[float, float] | None = None,
    ) -> Mesh:  # fmt: skip
        """The cloth between ``s`` and ``t`` (least, greatest), ``thick`` metres, its borders rolled round. ``head_roll``:
        radius of the roll at the head end (a turned-back duvet). ``wander``: how far its hems wander, metres.
        ``quilt``: pitch and depth of stitched squares, metres."""
        ns = max(8, int((s[1] - s[0]) / cell))
        nt = max(6, int((t[1] - t[0]) / cell))
        us, ut = np.linspace(0, 1, ns + 1), np.linspace(0, 1, nt + 1)
        tt, ss = np.meshgrid(ut, us, indexing="ij")
        drift = [waves(rng, 0.7, 5) for _ in range(4)]
        line = np.stack([ss * (s[1] - s[0]), tt * (t[1] - t[0]), 0 * ss], -1)
        lo_s = s[0] + drift[0](line * [0, 1, 0]) * wander
        hi_s = s[1] + drift[1](line * [0, 1, 0]) * wander
        lo_t = t[0] + drift[2](line * [1, 0, 0]) * wander
        hi_t = t[1] + drift[3](line * [1, 0, 0]) * wander
        cs, ct = lo_s + (hi_s - lo_s) * ss, lo_t + (hi_t - lo_t) * tt
        edge = np.minimum(np.minimum(cs - lo_s, hi_s - cs), np.minimum(ct - lo_t, hi_t - ct))
        round_off = np.sqrt(np.clip(1 - (1 - np.clip(edge / (thick * 1.2), 0, 1)) ** 2, 0, 1))
        body = thick * (0.25 + 0.75 * round_off)
        if quilt:
            pads = np.abs(np.sin(math.pi * cs / quilt[0]) * np.sin(math.pi * ct / quilt[0])) ** 0.35
            body = body + quilt[1] * (pads - 1)
        top = self.at(cs, ct, lift + body)
        # the border goes down round the thickness and a little way back underneath
        grid, uv = _rolled(top, np.stack([cs, ct], -1), self, thick, lift, head_roll)
        return grid_mesh(grid, uv)


def _rolled(
    top: Array, st: Array, drape: Drape, thick: float, lift: float, head_roll: float | None
) -> tuple[Array, Array]:
    """``top`` with two more rows and columns on each border that tuck under by the thickness."""
    pad_st = np.pad(st, ((2, 2), (2, 2), (0, 0)), mode="edge")
    r, c = pad_st.shape[0], pad_st.shape[1]
    depth = np.minimum.reduce(
        [
            np.broadcast_to(np.arange(r)[:, None], (r, c)),
            np.broadcast_to(np.arange(r)[::-1][:, None], (r, c)),
            np.broadcast_to(np.arange(c)[None], (r, c)),
            np.broadcast_to(np.arange(c)[::-1][None], (r, c)),
        ]
    )
    mid = st.reshape(-1, 2).mean(0)
    inward = np.sign(mid - pad_st)
    on_row = (np.arange(r) < 2) | (np.arange(r) >= r - 2)
    on_col = (np.arange(c) < 2) | (np.arange(c) >= c - 2)
    tuck = np.where(depth == 0, 0.02, 0.0)
    pad_st[..., 0] += inward[..., 0] * tuck * on_col[None, :]
    pad_st[..., 1] += inward[..., 1] * tuck * on_row[:, None]
    out = np.pad(top, ((2, 2), (2, 2), (0, 0)), mode="edge")
    level = np.where(depth == 0, -0.004, 0.004)
    under = drape.at(pad_st[..., 0], pad_st[..., 1], lift + level)
    border = depth < 2
    out[border] = under[border]
    if head_roll:
        # the first rows bulge towards the head: a soft half round instead of an edge
        n = 7
        a = np.linspace(0, math.pi, n)[1:-1]
        first_top, first_low = out[2], out[1]
        mid_p = (first_top + first_low) / 2
        half = (first_top - first_low) / 2
        back = np.array([0, 0, -1.0]) * head_roll
        ring = mid_p + half * np.cos(a)[:, None, None] + back * np.sin(a)[:, None, None]
        out = np.concatenate([out[:2], ring[::-1], out[2:]])
        step = np.linspace(0, head_roll * math.pi, n)[1:-1]
        uv_ring = pad_st[2][None] - np.stack([0 * step, step], -1)[:, None]
        pad_st = np.concatenate([pad_st[:2] - [0, head_roll * math.pi], uv_ring[::-1], pad_st[2:]])
    return out[::-1], pad_st[::-1]
