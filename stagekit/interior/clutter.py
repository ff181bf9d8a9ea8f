"""Small things: books, vases, bowls, candles, and the stems that stand in vases. Metres, base centre at the origin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..types import Array
from . import joinery as jn
from .foliage import leaves, stems, unit
from .mesh import Mesh, Part, join

SPINES = 12


def _cloth(mesh: Mesh, k: int, size: Array, *, up: int = 1, across: int = 0) -> Mesh:
    """UVs of strip ``k`` of the ``book`` material: u over axis ``across``, v up axis ``up``."""
    v = mesh.vertices.astype(float)
    low = v.min(0)
    u = np.clip((v[:, across] - low[across]) / size[across], 0.02, 0.98)
    return replace(
        mesh, uvs=np.stack([(k + 0.06 + 0.88 * u) / SPINES, (v[:, up] - low[up]) / size[up]], -1).astype(np.float32)
    )


def book(thick: float, height: float, deep: float, k: int) -> list[Part]:
    """A book standing on y = 0, its spine towards +Z (at z = deep / 2): two boards, a rounded spine, pages."""
    c = 0.0028
    size = np.array([thick, height, deep])
    a = np.linspace(-np.pi / 2, np.pi / 2, 6)
    r = min(thick * 0.28, 0.006)
    line = np.stack([np.sin(a) * (thick / 2), 0 * a, deep / 2 - r + r * np.cos(a)], -1)
    rows = np.stack([line + np.array([0, y, 0]) for y in (0.0, height)])
    n = np.stack([np.sin(a), 0 * a, np.cos(a) * 0.9 + 0.1], -1)
    spine = jn.grid(rows[::-1], np.broadcast_to(n, rows.shape), np.zeros((2, 6, 2)))
    inner = jn.grid(rows - [0, 0, 0.002], -np.broadcast_to(n, rows.shape), np.zeros((2, 6, 2)))
    boards = [jn.brick((c, height, deep - r), 0.0008).moved(s * (thick - c) / 2, 0, -r / 2) for s in (-1, 1)]
    u = np.clip(spine.vertices[:, 0] / thick + 0.5, 0.02, 0.98)
    uv = np.stack([(k + 0.06 + 0.88 * u) / SPINES, spine.vertices[:, 1] / height], -1).astype(np.float32)
    cover = [replace(spine, uvs=uv), *(_cloth(m, k, size) for m in (*boards, inner))]
    pages = jn.brick((thick - 2 * c, height - 0.007, deep - r - 0.005), 0.0005).moved(0, 0.0035, -r / 2 + 0.0005)
    # leaves run upright on the fore edge and along the top: u along the book's height or depth
    return [Part(join(cover), "book"), Part(pages, "paper")]


def spine_only(thick: float, height: float, deep: float, k: int) -> list[Part]:
    """A cheap book for shelves: one box and the pages on its top."""
    size = np.array([thick, height, deep])
    body = _cloth(jn.brick(size, min(0.0022, thick * 0.2)), k, size)
    top = jn.brick((thick - 0.006, 0.0012, deep - 0.012), 0.0003).moved(0, height - 0.0004, -0.002)
    return [Part(body, "book"), Part(top, "paper")]


def moved(parts: list[Part], x: float = 0.0, y: float = 0.0, z: float = 0.0, *, turn: float = 0.0) -> list[Part]:
    return [Part((p.mesh.turned(y=turn) if turn else p.mesh).moved(x, y, z), p.slot) for p in parts]


def pile(rng: np.random.Generator, count: int, width: float, deep: float, *, height: float | None = None) -> list[Part]:
    """Books lying on one another, spines towards +Z, each a little turned and smaller than the one below."""
    out: list[Part] = []
    thick = rng.uniform(0.020, 0.038, count)
    if height is not None:
        thick *= height / thick.sum()
    y = 0.0
    ks = rng.permutation(SPINES)
    for i, t in enumerate(thick):
        f = 1 - 0.07 * i - rng.uniform(0, 0.04)
        one = book(float(t), width * f, deep * f, int(ks[i % SPINES]))
        lying = [Part(p.mesh.turned(z=90), p.slot) for p in one]  # the spine's foot goes to the right
        b = np.stack([p.mesh.bounds for p in lying])
        mid = (b[:, 0].min(0) + b[:, 1].max(0)) / 2
        low = float(b[:, 0].min(0)[1])
        turn = rng.normal(0, 4) if i else 0.0
        for p in lying:
            m = p.mesh.moved(-mid[0], -low, -mid[2]).turned(y=turn).moved(rng.normal(0, 0.002), y, rng.normal(0, 0.002))
            out.append(Part(m, p.slot))
        y += float(t)
    return out


VASES = {
    "bottle": [
        (0.30, 0.0),
        (0.42, 0.02),
        (0.50, 0.28),
        (0.44, 0.52),
        (0.16, 0.76),
        (0.13, 0.90),
        (0.17, 0.99),
        (0.17, 1.0),
    ],
    "round": [(0.26, 0.0), (0.36, 0.02), (0.50, 0.42), (0.40, 0.76), (0.24, 0.90), (0.25, 0.99), (0.25, 1.0)],
    "cylinder": [(0.44, 0.0), (0.48, 0.01), (0.50, 0.3), (0.50, 0.7), (0.49, 0.98), (0.48, 1.0)],
    "amphora": [
        (0.22, 0.0),
        (0.24, 0.03),
        (0.38, 0.30),
        (0.50, 0.58),
        (0.40, 0.80),
        (0.22, 0.90),
        (0.27, 0.99),
        (0.27, 1.0),
    ],
}


def vase(style: str, width: float, height: float, *, fine: bool = True) -> tuple[Mesh, float]:
    """(a hollow vase, radius of its mouth)."""
    prof = jn.curve(np.array([(r * width, y * height, 0) for r, y in VASES[style]]), 34 if fine else 16)[:, :2]
    mouth = float(prof[-1, 0])
    inside = [
        (mouth - 0.003, height),
        (mouth - 0.006, height - 0.003),
        (mouth - 0.007, height * 0.80),
        (0, height * 0.78),
    ]
    return jn.turned(np.concatenate([[[0, 0]], prof, inside]), segments=44 if fine else 26), mouth


def bunch(kind: str, foot: float, top: float, spread: float, mouth: float, rng: np.random.Generator) -> list[Part]:
    """Stems that come out of a mouth at height ``foot`` and end below ``top``: eucalyptus, branches, dry, olive."""
    n = {"eucalyptus": 7, "branches": 5, "dry": 16, "olive": 6}[kind]
    turn = np.arange(n) * 2.4 + rng.uniform(0, 6.3)
    lean = rng.uniform(0.12, 0.55, n) if kind != "dry" else rng.uniform(0.02, 0.32, n)
    a = np.stack([mouth * 0.5 * np.cos(turn), np.full(n, foot - 0.02), mouth * 0.5 * np.sin(turn)], -1)
    reach = (top - foot) * rng.uniform(0.72, 1.0, n)
    b = a + np.stack([np.cos(turn) * np.sin(lean), np.cos(lean), np.sin(turn) * np.sin(lean)], -1) * reach[:, None]
    parts = [Part(stems(a, b, 0.0042 if kind != "dry" else 0.0026, 0.0018, sides=5, sag=0.06), "stem")]
    if kind == "branches":
        k = 5
        who = np.repeat(np.arange(n), k)
        t = np.tile(np.linspace(0.25, 0.9, k), n)
        ta = a[who] + (b - a)[who] * t[:, None]
        way = unit(unit(b - a)[who] + rng.normal(0, 0.5, (n * k, 3)))
        tb = ta + way * (reach[who] * 0.30 * rng.uniform(0.6, 1.2, n * k))[:, None]
        parts.append(Part(stems(ta, tb, 0.0026, 0.0012, sides=4, sag=0.05), "stem"))
        a, b, n, reach = (
            np.concatenate([a, ta]),
            np.concatenate([b, tb]),
            n + n * k,
            np.concatenate([reach, reach[who] * 0.3]),
        )
    each = {"eucalyptus": 18, "branches": 5, "dry": 26, "olive": 22}[kind]
    who = np.repeat(np.arange(n), each)
    t = np.tile(np.linspace(0.22 if kind != "dry" else 0.62, 1.0, each), n)
    at = a[who] + (b - a)[who] * t[:, None]
    at[:, 1] += 0.06 * reach[who] * 4 * t * (1 - t)
    along = unit(b - a)[who]
    around = np.tile(np.arange(each) * np.pi + 0.4, n) + rng.normal(0, 0.5, len(who)) + who
    helper = unit(np.cross(along, [0.3, 0.2, 1.0]))
    side = np.cos(around)[:, None] * helper + np.sin(around)[:, None] * np.cross(along, helper)
    if kind == "eucalyptus":
        ln = rng.uniform(0.030, 0.044, len(who)) * np.interp(t, [0.2, 1], [1.15, 0.6]) * (spread / 0.4) ** 0.5
        m = leaves(
            at,
            unit(side + 0.35 * along),
            along + rng.normal(0, 0.3, at.shape),
            ln,
            ln * 0.95,
            rng,
            outline="oval",
            droop=0.3,
            cells=(4, 2),
        )
        parts.append(Part(m, "leaf"))
    elif kind == "olive":
        ln = rng.uniform(0.040, 0.060, len(who))
        m = leaves(
            at,
            unit(side * 0.8 + along),
            np.array([0, 1.0, 0]) + rng.normal(0, 0.5, at.shape),
            ln,
            ln * 0.26,
            rng,
            outline="lance",
            droop=0.3,
            cells=(4, 2),
        )
        parts.append(Part(m, "leaf"))
    elif kind == "dry":
        ln = rng.uniform(0.030, 0.055, len(who)) * np.interp(t, [0.6, 1], [1.0, 0.7])
        m = leaves(
            at,
            unit(side * 0.45 + along + [0, -0.1, 0]),
            side,
            ln,
            ln * 0.10,
            rng,
            outline="lance",
            droop=0.7,
            wave=0.0,
            cells=(3, 2),
        )
        parts.append(Part(m, "dry"))
    else:
        ln = rng.uniform(0.016, 0.030, len(who))
        keep = rng.random(len(who)) < 0.65
        m = leaves(
            at[keep],
            unit(side + 0.5 * along)[keep],
            along[keep],
            ln[keep],
            ln[keep] * 0.62,
            rng,
            outline="lance",
            droop=0.4,
            cells=(4, 2),
        )
        parts.append(Part(m, "leaf"))
    return parts
