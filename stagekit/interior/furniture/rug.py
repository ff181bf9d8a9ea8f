"""Rugs. Their UVs are 0..1 once over the rug (v along the longer side), for the ``rug_*`` and ``jute`` materials, whose
figures are drawn once for a nominal 2 x 3 m; all other kinds tile in metres and do not suit a rug."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...types import Array
from ..family import Family, Size
from ..mesh import Mesh, Part, join
from ..soft import choose, fit, grid_mesh, waves, welded_normals

RUG = {"shape": ("rectangle", "round"), "fringe": ("none", "ends"), "pile": ("flat", "shag")}


def build_rug(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A rug that lies flat, its outline a little out of true as woven ones are."""
    p = choose("rug", RUG, params)
    w, h, d = size
    long_z = d >= w
    width, length = (w, d) if long_z else (d, w)  # built with its length along z, turned at the end
    fringe = 0.07 if p["fringe"] == "ends" and p["shape"] == "rectangle" else 0.0
    body_l = length - 2 * fringe
    round_ = p["shape"] == "round"
    top = _disc(width, length, h, p["pile"], rng) if round_ else _sheet(width, body_l, h, p["pile"], rng)
    parts = [Part(top, "rug")]
    if fringe:
        parts.append(Part(_fringe(width, body_l, fringe, h, rng), "fringe"))
    if not long_z:
        parts = [Part(q.mesh.turned(y=90), q.slot) for q in parts]
    return fit(parts, size)


def _relief(pile: str, h: float, rng: np.random.Generator) -> Any:
    slow, fast = waves(rng, 0.9), waves(rng, 0.06, 14)
    deep = 0.25 if pile == "shag" else 0.05
    return lambda p: h * (1 - deep + deep * (0.5 * slow(p) + (0.5 if pile == "shag" else 0.1) * fast(p)).clip(-1, 1))


def _sheet(w: float, d: float, h: float, pile: str, rng: np.random.Generator) -> Mesh:
    cell = 0.03 if pile == "shag" else 0.06
    nx, nz = math.ceil(w / cell), math.ceil(d / cell)
    e = 0.25 * h / np.array([w, d])  # the rim rounds down within a few millimetres
    xs = np.concatenate([[0, e[0] * 0.3, e[0]], np.linspace(0, 1, nx + 1)[1:-1], [1 - e[0], 1 - e[0] * 0.3, 1]])
    zs = np.concatenate([[0, e[1] * 0.3, e[1]], np.linspace(0, 1, nz + 1)[1:-1], [1 - e[1], 1 - e[1] * 0.3, 1]])
    v, u = np.meshgrid(zs, xs, indexing="ij")
    edge = [waves(rng, 0.8, 6) for _ in range(2)]
    flat = np.stack([(u - 0.5) * w, 0 * u, (v - 0.5) * d], -1)
    x = flat[..., 0] + (u - 0.5) * 2 * 0.003 * edge[0](flat * [0, 1, 1])
    z = flat[..., 2] + (v - 0.5) * 2 * 0.003 * edge[1](flat * [1, 1, 0])
    y = _relief(pile, h, rng)(flat)
    rim = np.minimum(np.minimum(u, 1 - u) * w, np.minimum(v, 1 - v) * d)
    y = y * (0.55 + 0.45 * np.clip(rim / (0.25 * h), 0, 1))
    top = np.stack([x, y, z], -1)
    points = np.pad(top, ((1, 1), (1, 1), (0, 0)), mode="edge")
    points[[0, -1], :, 1] = 0
    points[:, [0, -1], 1] = 0
    uv = np.pad(np.stack([u, 1 - v], -1), ((1, 1), (1, 1), (0, 0)), mode="edge")
    return grid_mesh(points[::-1], uv[::-1])


def _disc(w: float, d: float, h: float, pile: str, rng: np.random.Generator) -> Mesh:
    a = np.linspace(0, 2 * math.pi, 97)
    r = np.concatenate([np.linspace(0, 1, 24)[:-1], [0.996, 0.999, 1.0, 1.0]])
    rr, aa = np.meshgrid(r, a, indexing="ij")
    wob = 1 + 0.003 * waves(rng, 1.2, 6)(np.stack([np.cos(aa), 0 * aa, np.sin(aa)], -1)) * rr**4
    x, z = rr * np.cos(aa) * w / 2 * wob, -rr * np.sin(aa) * d / 2 * wob
    y = _relief(pile, h, rng)(np.stack([x, 0 * x, z], -1))
    y[-4:-1] *= np.array([1.0, 0.85, 0.55])[:, None]
    y[-1] = 0
    uv = np.stack([0.5 + 0.5 * rr * np.cos(aa), 0.5 + 0.5 * rr * np.sin(aa)], -1)
    p = np.stack([x, y, z], -1)
    p[0] = p[0, 0]
    m = grid_mesh(p[:, ::-1], uv[:, ::-1], closed=True)
    i = np.arange(p.shape[0] * p.shape[1]).reshape(p.shape[:2])
    weld = i.copy()
    weld[:, -1], weld[0] = weld[:, 0], weld[0, 0]
    tri = m.vertices[m.faces].astype(float)
    area = np.linalg.norm(np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0]), axis=1)
    faces = m.faces[area > 1e-12]
    return Mesh(m.vertices, faces, m.uvs, welded_normals(m.vertices.astype(float), faces, weld.ravel()))


def _fringe(width: float, length: float, long: float, h: float, rng: np.random.Generator) -> Mesh:
    """Knotted strands at both ends: narrow ribbons that lie on the floor, gathered in small bundles."""
    ends = []
    for sign in (-1.0, 1.0):
        n = int(width / 0.007)
        x0 = (np.arange(n) + 0.5) / n * width - width / 2
        bundle = np.round(x0 / 0.028) * 0.028
        tip = x0 + (bundle - x0) * 0.35 + rng.normal(0, 0.004, n)
        reach = long * rng.uniform(0.82, 1.0, n)
        reach[rng.integers(n)] = long
        t = np.array([0.0, 0.25, 0.6, 1.0])
        pinch = np.array([0.0, 0.75, 0.5, 0.35])
        x = x0[:, None] + (bundle - x0)[:, None] * pinch + (tip - bundle)[:, None] * t**2
        z = sign * (length / 2 - 0.004 + (reach[:, None] + 0.004) * t)
        y = np.array([0.7 * h, 0.45 * h, 0.003, 0.002]) + rng.uniform(0, 0.0015, (n, 1))
        half = np.array([0.0026, 0.0022, 0.0024, 0.0016])
        strands = np.stack([np.stack([x + s * half, y + 0 * x, z + 0 * x], -1) for s in (-1, 1)], 2)  # n, 4, 2, 3
        ends.append(_ribbons(strands if sign < 0 else strands[:, :, ::-1]))
    return join(ends)


def _ribbons(p: Array) -> Mesh:
    n, r = p.shape[:2]
    i = np.arange(n * r * 2).reshape(n, r, 2)
    a, b, c, d = i[:, :-1, 0].ravel(), i[:, :-1, 1].ravel(), i[:, 1:, 1].ravel(), i[:, 1:, 0].ravel()
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).astype(np.int32)
    flat = p.reshape(-1, 3)
    normals = np.tile([0.0, 1.0, 0.0], (len(flat), 1))
    return Mesh(flat.astype(np.float32), faces, flat[:, [0, 2]].astype(np.float32), normals.astype(np.float32))


FAMILIES: dict[str, Family] = {
    "rug": Family(
        "rug",
        build_rug,
        {
            "medium": (2.40, 0.012, 1.70), "large": (3.00, 0.012, 2.00), "xlarge": (3.60, 0.014, 2.70),
            "small": (1.80, 0.010, 1.20), "runner": (0.80, 0.010, 2.40), "square": (2.40, 0.012, 2.40),
        },
        {"rug": "rug_persian:#7c3a34,#2f3d55,#cdbb98,#8c7452", "fringe": "cotton:#d8cdb8"},
        RUG,
        stands="floor",
        top=1.0,
    )
}  # fmt: skip
