"""House plants: fiddle-leaf fig, olive tree, snake plant, monstera, palm, rubber plant, a small bushy pot plant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...types import Array
from .. import joinery as jn
from ..family import Family, Size
from ..foliage import leaves, stems, unit
from ..mesh import Mesh, Part, join
from .pots import pot

PARAMS = {
    "kind": ("fiddle", "olive", "snake", "monstera", "palm", "rubber", "bushy"),
    "pot": ("cylinder", "tapered", "terracotta", "basket", "stand", "bowl"),
}
POT = {
    "fiddle": (0.34, 0.30),
    "olive": (0.34, 0.32),
    "snake": (0.24, 0.24),
    "monstera": (0.32, 0.28),
    "palm": (0.33, 0.30),
    "rubber": (0.30, 0.28),
    "bushy": (0.15, 0.14),
}
UP = np.array([0.0, 1.0, 0.0])


def _around(n: int, rng: np.random.Generator, jitter: float = 0.3) -> Array:
    """Golden-angle turns with a little disorder."""
    return np.arange(n) * 2.39996 + rng.uniform(0, 2 * np.pi) + rng.normal(0, jitter, n)


def _tree(
    h: float,
    spread: float,
    soil: float,
    rng: np.random.Generator,
    *,
    size_m: float,
    broad: float,
    count: int,
    outline: str,
) -> tuple[list[Mesh], list[Mesh]]:
    """A few leaning woody stems with big leaves in spirals over their upper two thirds."""
    wood: list[Mesh] = []
    foliage: list[Mesh] = []
    n = 3
    for k in range(n):
        a = 2 * np.pi * k / n + rng.uniform(-0.5, 0.5)
        out = np.array([np.cos(a), 0, np.sin(a)])
        tall = h * (1.0, 0.84, 0.70)[k] - soil
        lean = spread * (0.05, 0.20, 0.24)[k]
        path = jn.curve(
            [
                out * 0.02 + UP * (soil - 0.03),
                out * (0.02 + lean * 0.35) + UP * (soil + tall * 0.4) + rng.normal(0, 0.012, 3),
                out * (0.02 + lean * 0.8) + UP * (soil + tall * 0.78),
                out * (0.03 + lean) + UP * (soil + tall * 0.95),
            ],
            16,
        )
        wood.append(jn.sweep(path, np.linspace(0.022, 0.007, 16), arc=1))
        m = int(count * (0.42, 0.32, 0.26)[k])
        t = np.linspace(0.30, 1.0, m) ** 0.9
        at = np.stack([np.interp(t, np.linspace(0, 1, 16), path[:, j]) for j in range(3)], -1)
        turn = _around(m, rng, 0.25)
        rise = np.interp(t, [0.3, 0.7, 1.0], [0.10, 0.45, 1.25]) + rng.normal(0, 0.16, m)
        way = np.stack([np.cos(turn) * np.cos(rise), np.sin(rise), np.sin(turn) * np.cos(rise)], -1)
        length = size_m * np.interp(t, [0.3, 0.6, 0.9, 1.0], [0.85, 1.05, 0.92, 0.55]) * rng.uniform(0.8, 1.12, m)
        petiole = 0.10 + 0.05 * rng.random(m)
        start = at + way * (length * petiole)[:, None]
        wood.append(stems(at, start, 0.007, 0.005))
        foliage.append(
            leaves(
                start,
                way,
                unit(UP + 0.35 * way * [1, 0, 1] + rng.normal(0, 0.18, (m, 3))),
                length,
                length * broad,
                rng,
                outline=outline,
                droop=rng.uniform(0.35, 1.0, m),
                fold=0.30,
                wave=0.07,
                cells=(10, 6),
            )
        )
    return wood, foliage


def _olive(h: float, spread: float, soil: float, rng: np.random.Generator) -> tuple[list[Mesh], list[Mesh]]:
    wood: list[Mesh] = []
    foliage: list[Mesh] = []
    fork = soil + (h - soil) * 0.42
    trunk = jn.curve(
        [UP * (soil - 0.03), np.array([0.015, soil + (fork - soil) * 0.5, -0.01]), np.array([-0.005, fork, 0.008])], 12
    )
    wood.append(jn.sweep(trunk, np.linspace(0.034, 0.022, 12), arc=2))
    m = 15
    turn = _around(m, rng, 0.3)
    start_t = rng.uniform(0.80, 1.0, m)
    a = np.stack([np.interp(start_t, np.linspace(0, 1, 12), trunk[:, j]) for j in range(3)], -1)
    rise = rng.uniform(0.5, 1.35, m)
    reach = (h - fork) * rng.uniform(0.55, 0.92, m)
    b = a + np.stack(
        [np.cos(turn) * np.cos(rise) * reach, np.sin(rise) * reach, np.sin(turn) * np.cos(rise) * reach], -1
    )
    wood.append(stems(a, b, 0.013, 0.005, sag=0.05))
    # twigs off the branches
    k = 11
    t = np.tile(np.linspace(0.25, 1.0, k), m) + rng.normal(0, 0.04, m * k)
    who = np.repeat(np.arange(m), k)
    ta = a[who] + (b - a)[who] * t[:, None] + UP * (0.05 * reach[who] * 4 * t * (1 - t))[:, None]
    way = unit(unit((b - a)[who]) * 0.8 + rng.normal(0, 0.75, (m * k, 3)) + UP * 0.25)
    tl = rng.uniform(0.10, 0.22, m * k) * (h / 1.6)
    tb = ta + way * tl[:, None]
    wood.append(stems(ta, tb, 0.005, 0.0022, sides=4, sag=0.04))
    each = 13
    t2 = np.tile(np.linspace(0.12, 1.0, each), m * k)
    who2 = np.repeat(np.arange(m * k), each)
    la = ta[who2] + (tb - ta)[who2] * t2[:, None] + UP * (0.04 * tl[who2] * 4 * t2 * (1 - t2))[:, None]
    side = unit(np.cross(way[who2], rng.normal(0, 1, (len(who2), 3))))
    lw = unit(way[who2] * 0.75 + side * 0.8)
    ln = rng.uniform(0.048, 0.076, len(who2))
    foliage.append(
        leaves(
            la,
            lw,
            unit(UP + rng.normal(0, 0.6, (len(who2), 3))),
            ln,
            ln * 0.23,
            rng,
            outline="lance",
            droop=0.3,
            fold=0.2,
            wave=0.0,
            cells=(3, 2),
        )
    )
    return wood, foliage


def _snake(h: float, spread: float, soil: float, rng: np.random.Generator) -> tuple[list[Mesh], list[Mesh]]:
    m = 15
    turn = _around(m, rng, 0.2)
    r = 0.085 * np.sqrt(np.linspace(0.02, 1, m))
    base = np.stack([r * np.cos(turn), np.full(m, soil - 0.015), r * np.sin(turn)], -1)
    lean = 0.05 + 0.24 * r / 0.085
    way = np.stack([np.cos(turn) * np.sin(lean), np.cos(lean), np.sin(turn) * np.sin(lean)], -1)
    length = (h - soil) * np.interp(r / 0.085, [0, 1], [1.03, 0.58]) * rng.uniform(0.82, 1.02, m)
    face = np.stack([-np.cos(turn), 0.1 * np.ones(m), -np.sin(turn)], -1) + rng.normal(0, 0.3, (m, 3))
    width = np.clip(length * 0.105, 0.045, 0.085)
    return [], [
        leaves(
            base,
            way,
            face,
            length,
            width,
            rng,
            outline="sword",
            droop=rng.normal(-0.10, 0.07, m),
            fold=0.35,
            wave=0.10,
            twist=rng.normal(0, 0.8, m),
            cells=(18, 4),
        )
    ]


def _monstera(h: float, spread: float, soil: float, rng: np.random.Generator) -> tuple[list[Mesh], list[Mesh]]:
    m = 17
    turn = _around(m, rng, 0.2)
    k = np.linspace(0, 1, m)  # old outer leaves first
    base = np.stack([0.03 * np.cos(turn), np.full(m, soil - 0.02), 0.03 * np.sin(turn)], -1)
    top = soil + (h - soil) * np.interp(k, [0, 1], [0.34, 0.95]) * rng.uniform(0.88, 1.05, m)
    out = spread * np.interp(k, [0, 1], [0.36, 0.12]) * rng.uniform(0.8, 1.15, m)
    tip = np.stack([np.cos(turn) * out, top, np.sin(turn) * out], -1)
    wood = [stems(base, tip, 0.011, 0.006, sag=0.10)]
    length = (h * 0.27) * np.interp(k, [0, 0.6, 1], [1.0, 1.0, 0.75]) * rng.uniform(0.82, 1.1, m)
    fall = rng.uniform(-0.75, -0.2, m)
    way = np.stack([np.cos(turn) * np.cos(fall), np.sin(fall), np.sin(turn) * np.cos(fall)], -1)
    back = tip - way * (length * 0.20)[:, None]
    return wood, [
        leaves(
            back,
            way,
            UP + 0.25 * way * [1, 0, 1] + rng.normal(0, 0.15, (m, 3)),
            length,
            length * 0.92,
            rng,
            outline="heart",
            droop=rng.uniform(0.3, 0.7, m),
            fold=0.18,
            wave=0.05,
            cells=(16, 10),
        )
    ]


def _palm(h: float, spread: float, soil: float, rng: np.random.Generator) -> tuple[list[Mesh], list[Mesh]]:
    wood: list[Mesh] = []
    foliage: list[Mesh] = []
    m = 16
    turn = _around(m, rng, 0.2)
    for j in range(m):
        k = j / (m - 1)
        out = np.array([np.cos(turn[j]), 0, np.sin(turn[j])])
        reach, tall = (
            spread * np.interp(k, [0, 1], [0.50, 0.16]) * rng.uniform(0.85, 1.08),
            (h - soil) * np.interp(k, [0, 1], [0.58, 1.0]),
        )
        path = jn.curve(
            [
                out * 0.03 + UP * (soil - 0.02),
                out * reach * 0.12 + UP * (soil + tall * 0.52),
                out * reach * 0.48 + UP * (soil + tall * 0.88),
                out * reach * 0.86 + UP * (soil + tall * (0.93 - 0.05 * (1 - k))),
                out * reach * 1.04 + UP * (soil + tall * (0.88 - 0.14 * (1 - k))),
            ],
            24,
        )
        wood.append(jn.sweep(path, np.linspace(0.011, 0.003, 24), arc=1))
        n = 26
        t = np.linspace(0.36, 1.0, n)
        at = np.stack([np.interp(t, np.linspace(0, 1, 24), path[:, c]) for c in range(3)], -1)
        along = unit(
            np.stack([np.interp(t, np.linspace(0, 1, 24), np.gradient(path, axis=0)[:, c]) for c in range(3)], -1)
        )
        across = unit(np.cross(along, UP))
        up = np.cross(across, along)
        length = 0.30 * (h / 1.7) * np.sin(np.pi * np.interp(t, [0.36, 1], [0.22, 0.93])) ** 0.7
        for s in (-1, 1):
            way = unit(
                across * s * 0.82
                + along * np.interp(t, [0.36, 1], [0.45, 1.1])[:, None]
                + up * 0.30
                + rng.normal(0, 0.07, (n, 3))
            )
            foliage.append(
                leaves(
                    at,
                    way,
                    up + rng.normal(0, 0.1, (n, 3)),
                    length * rng.uniform(0.9, 1.1, n),
                    np.full(n, 0.022 * h / 1.7),
                    rng,
                    outline="blade",
                    droop=rng.uniform(0.5, 1.1, n),
                    fold=0.25,
                    wave=0.0,
                    cells=(6, 2),
                )
            )
    return wood, foliage


def _bushy(h: float, spread: float, soil: float, rng: np.random.Generator) -> tuple[list[Mesh], list[Mesh]]:
    m = 54
    turn = _around(m, rng, 0.3)
    k = np.linspace(0, 1, m)
    rise = np.interp(k, [0, 1], [0.22, 1.4]) + rng.normal(0, 0.12, m)
    reach = (h - soil) * rng.uniform(0.60, 0.92, m)
    way = np.stack([np.cos(turn) * np.cos(rise), np.sin(rise), np.sin(turn) * np.cos(rise)], -1)
    base = np.stack([0.02 * np.cos(turn), np.full(m, soil - 0.01), 0.02 * np.sin(turn)], -1)
    tip = base + way * reach[:, None] * [spread / (2 * (h - soil)) * 0.9, 1, spread / (2 * (h - soil)) * 0.9]
    wood = [stems(base, tip, 0.004, 0.0025, sides=5, sag=0.12)]
    length = rng.uniform(0.05, 0.085, m) * h / 0.38
    lw = unit(way * [1, 0.2, 1] + [0, -0.25, 0] + rng.normal(0, 0.2, (m, 3)))
    return wood, [
        leaves(
            tip,
            lw,
            UP + rng.normal(0, 0.35, (m, 3)) + 0.4 * way,
            length,
            length * 0.72,
            rng,
            outline="oval",
            droop=0.6,
            fold=0.22,
            wave=0.04,
            cells=(7, 4),
        )
    ]


def _fill(meshes: list[Mesh], size: Size, soil: float, inside: float) -> list[Mesh]:
    """Foliage stretched over the soil to ``size``, each side by its own factor so that the stem stays in the pot."""
    v = np.concatenate([m.vertices for m in meshes]).astype(float)
    w, h, d = size
    low, high = v.min(0), v.max(0)

    def change(p: Array) -> Array:
        out = np.hypot(p[:, 0], p[:, 2])
        grow = np.clip(np.maximum((p[:, 1] - soil) / 0.10, (out - inside) / 0.02), 0, 1)  # nothing moves inside the pot
        kx = np.where(p[:, 0] > 0, (w / 2) / high[0], (w / 2) / -low[0])
        kz = np.where(p[:, 2] > 0, (d / 2) / high[2], (d / 2) / -low[2])
        y = np.where(p[:, 1] > soil, soil + (p[:, 1] - soil) * (h - soil) / (high[1] - soil), p[:, 1])
        hang = min(1.0, (soil - 0.02) / max(soil - low[1], 1e-6))  # leaves that hang stay off the floor
        y = np.where((p[:, 1] < soil) & (out > inside), soil - (soil - y) * hang, y)
        return np.stack([p[:, 0] * (1 + (kx - 1) * grow), y, p[:, 2] * (1 + (kz - 1) * grow)], -1)

    return [Mesh(change(m.vertices.astype(float)).astype(np.float32), m.faces, m.uvs, m.normals) for m in meshes]


def build(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A plant in its pot, filling ``size``."""
    p = jn.choose("plant", PARAMS, params)
    w, h, d = size
    kind = p["kind"]
    pw, ph = POT[kind]
    k = float(np.clip(h / {"bushy": 0.38, "snake": 0.85, "monstera": 1.1}.get(kind, 1.6), 0.4, 1.25))
    pw, ph = min(pw * k, min(w, d) * 0.86), ph * k
    parts, soil = pot(p["pot"], pw, ph, rng)
    spread = min(w, d)
    if kind == "fiddle":
        wood, green = _tree(h, spread, soil, rng, size_m=0.24 * h / 1.6, broad=0.70, count=84, outline="fiddle")
    elif kind == "rubber":
        wood, green = _tree(h, spread, soil, rng, size_m=0.21 * h / 1.5, broad=0.50, count=78, outline="oval")
    else:
        grow = {"olive": _olive, "snake": _snake, "monstera": _monstera, "palm": _palm, "bushy": _bushy}[kind]
        wood, green = grow(h, spread, soil, rng)
    both = _fill([*wood, *green], size, soil, pw / 2)
    if wood:
        stem = "trunk" if kind in ("fiddle", "olive", "rubber") else "stem"
        parts.append(Part(join(both[: len(wood)]), stem))
    slot = {"fiddle": "fiddle", "rubber": "rubber"}.get(kind, kind)
    parts.append(Part(join(both[len(wood) :]), f"leaf_{slot}"))
    return parts


FAMILIES = {
    "plant": Family(
        "plant",
        build,
        {
            "tall": (0.80, 1.65, 0.80),
            "medium": (0.65, 1.10, 0.65),
            "small": (0.30, 0.38, 0.30),
            "slim": (0.42, 0.90, 0.42),
            "large": (1.00, 1.95, 1.00),
        },
        {
            "pot": "ceramic:#d9d4c9,matt",
            "terracotta": "terracotta",
            "basket": "rattan",
            "stand": "wood:walnut",
            "soil": "soil",
            "trunk": "wood:#86745e",
            "stem": "leaf:stem",
            **{f"leaf_{k}": f"leaf:{k}" for k in PARAMS["kind"]},
        },
        PARAMS,
    )
}
