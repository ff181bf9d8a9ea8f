"""Headboards: wood, cloth, metal and rattan. Each stands on y = 0 with its back at z = 0 and its front towards +Z."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..mesh import Mesh, Part, box, join, tube
from ..soft import pad, rounded_outline, shifted_uv
from ..upholstery import upholstered

Made = tuple[list[Part], float]


def headboard(style: str, width: float, height: float, rng: np.random.Generator) -> Made:
    """Parts of a headboard and its thickness in metres."""
    return HEADBOARDS[style](width, height, rng)


def _panel(w: float, h: float, rng: np.random.Generator) -> Made:
    post, t = 0.065, 0.045
    out: list[Mesh] = [
        box((post, h - 0.02, t), bevel=0.004).moved(x, 0, t / 2) for x in (-w / 2 + post / 2, w / 2 - post / 2)
    ]
    out.append(box((w, 0.028, t + 0.012), bevel=0.005).moved(0, h - 0.028, t / 2 + 0.004))
    inner = w - 2 * post
    out.append(box((inner, 0.075, t - 0.008), bevel=0.003).moved(0, h - 0.103, t / 2))
    out.append(box((inner, 0.075, t - 0.008), bevel=0.003).moved(0, 0.30, t / 2))
    n = 3 if w > 1.3 else 2
    stile = 0.06
    for i in range(1, n):
        x = -inner / 2 + i * inner / n
        out.append(box((stile, h - 0.40, t - 0.008), bevel=0.003).moved(x, 0.33, t / 2))
    out.append(box((inner, h - 0.38, 0.012), bevel=0.001).moved(0, 0.32, t / 2 - 0.006))
    return [Part(join(out), "wood")], t + 0.012


def _slatted(w: float, h: float, rng: np.random.Generator) -> Made:
    t, post = 0.035, 0.05
    out: list[Mesh] = [
        box((post, h, t + 0.01), bevel=0.005).moved(x, 0, t / 2) for x in (-w / 2 + post / 2, w / 2 - post / 2)
    ]
    rails = [0.34, h - 0.06]
    out += [box((w - 2 * post, 0.055, t), bevel=0.005).moved(0, y, t / 2) for y in rails]
    n = max(6, round((w - 2 * post) / 0.085))
    xs = (np.arange(n) + 0.5) / n * (w - 2 * post) - (w - 2 * post) / 2
    out += [
        box((0.032, rails[1] - rails[0], 0.018), bevel=0.003, segments=1).moved(x, rails[0] + 0.02, t / 2) for x in xs
    ]
    return [Part(join(out), "wood")], t + 0.012


def _upholstered(w: float, h: float, rng: np.random.Generator, style: str = "plain") -> Made:
    pitch = {"tufted": (0.17, 0.15), "channel": (0.14, 1.0), "biscuit": (0.26, 0.22)}.get(style, (0.2, 0.2))
    t = 0.085
    m = upholstered(
        (w, h - 0.06, t), rng, radius=0.03, crown=0.006, style=style, pitch=pitch, depth=0.028, cell=0.06,
        welts=() if style == "channel" else ((2, 1.0),),
    )  # fmt: skip
    feet = join([box((0.05, 0.10, 0.03), bevel=0.003).moved(x, 0, 0.03) for x in (-w / 2 + 0.1, w / 2 - 0.1)])
    return [Part(m.moved(0, 0.06, t / 2), "fabric"), Part(feet, "wood")], t + 0.012


def _winged(w: float, h: float, rng: np.random.Generator) -> Made:
    parts, t = _upholstered(w - 0.10, h, rng, "biscuit")
    for x in (-w / 2 + 0.03, w / 2 - 0.03):
        wing = upholstered((0.06, h - 0.06, 0.20), rng, radius=0.024, crown=0.004, cell=0.08, welts=())
        parts.append(Part(wing.moved(x, 0.06, 0.10), "fabric"))
    return parts, t


def _arched(w: float, h: float, rng: np.random.Generator) -> Made:
    t = 0.085
    m = pad(
        rounded_outline(w, h - 0.06, [0.02, min(0.42, w * 0.3), min(0.42, w * 0.3), 0.02], 14),
        t,
        radius=0.028,
        puff=0.012,
    )
    return [Part(shifted_uv(m, rng).moved(0, 0.06, t / 2), "fabric")], t + 0.012


def _spindle(w: float, h: float, rng: np.random.Generator) -> Made:
    r = 0.013
    k = 0.16
    a = np.linspace(math.pi, 0, 25)
    arch = np.stack(
        [np.sign(np.cos(a)) * (w / 2 - r - k + k * np.abs(np.cos(a)) ** 0.7), h - r - k + k * np.sin(a) ** 0.7], -1
    )
    path = np.concatenate([[[-w / 2 + r, 0.0]], arch, [[w / 2 - r, 0.0]]])
    full = np.concatenate([path, np.full((len(path), 1), 0.02)], 1)
    out = [tube(full, r, segments=12)]
    for y in (0.38, h - 0.20):
        out.append(tube(np.array([[-w / 2 + r, y, 0.02], [w / 2 - r, y, 0.02]]), 0.009, segments=10))
    n = max(6, round(w / 0.11))
    for x in (np.arange(n) + 0.5) / n * (w - 0.06) - (w - 0.06) / 2:
        out.append(tube(np.array([[x, 0.38, 0.02], [x, h - 0.20, 0.02]]), 0.006, segments=8))
    return [Part(join(out), "metal")], 0.045


def _rattan(w: float, h: float, rng: np.random.Generator) -> Made:
    t, bar = 0.035, 0.045
    out: list[Mesh] = [
        box((bar, h, t), bevel=0.010, segments=3).moved(x, 0, t / 2) for x in (-w / 2 + bar / 2, w / 2 - bar / 2)
    ]
    inner = w - 2 * bar
    out += [box((inner, bar, t), bevel=0.010, segments=3).moved(0, y, t / 2) for y in (0.36, h - bar - 0.012)]
    out += [box((0.028, h - 0.44, t - 0.006), bevel=0.008).moved(x, 0.38, t / 2) for x in (-inner / 6, inner / 6)]
    web = box((inner, h - 0.40, 0.006), bevel=0.001).moved(0, 0.37, t / 2 - 0.003)
    return [Part(join(out), "wood"), Part(web, "rattan")], t + 0.012


HEADBOARDS: dict[str, Callable[[float, float, np.random.Generator], Made]] = {
    "upholstered": _upholstered,
    "panel": _panel,
    "tufted": lambda w, h, rng: _upholstered(w, h, rng, "tufted"),
    "channel": lambda w, h, rng: _upholstered(w, h, rng, "channel"),
    "slatted": _slatted,
    "winged": _winged,
    "arched": _arched,
    "spindle": _spindle,
    "rattan": _rattan,
}
