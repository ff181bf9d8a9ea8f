"""Leaves and stems, many at once. A leaf is a curved sheet with a midrib; UVs are 0..1 in a strip of four leaves
(``leaf`` material), so that neighbours differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..types import Array
from .mesh import Mesh

VARIANTS = 4

OUTLINES: dict[str, Callable[[Array], Array]] = {
    # half width along the leaf, 0..1 of its greatest
    "lance": lambda s: np.sin(np.pi * s**0.75) ** 0.9,
    "oval": lambda s: np.sqrt(np.clip(1 - (2 * s - 1) ** 2, 0, 1)) * (1 - 0.12 * s),
    "fiddle": lambda s: (
        np.clip(np.sin(np.pi * np.clip(s, 0, 1) ** 1.25), 0, 1) ** 0.55
        * (0.62 + 0.38 * s**0.8 - 0.12 * np.exp(-(((s - 0.33) / 0.12) ** 2)))
    ),
    "heart": lambda s: (
        np.where(s < 0.22, np.sqrt(np.clip(s / 0.22, 0, 1)), 1.0)
        * np.clip(1 - ((s - 0.22).clip(0) / 0.78) ** 1.9, 0, 1) ** 0.8
    ),
    "sword": lambda s: np.clip(0.62 + 0.9 * s - 0.85 * s**2, 0, 1) * np.clip((1 - s) / 0.22, 0, 1) ** 0.55,
    "blade": lambda s: np.minimum(s / 0.12, 1) ** 0.7 * (1 - s) ** 0.55,
}


def unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def leaves(
    base: Array,
    direction: Array,
    up: Array,
    length: Array,
    width: Array,
    rng: np.random.Generator,
    *,
    outline: str,
    droop: Array | float = 0.6,
    fold: float = 0.25,
    wave: float = 0.05,
    twist: Array | float = 0.0,
    cells: tuple[int, int] = (8, 4),
) -> Mesh:
    """One mesh of L leaves. ``base``, ``direction``, ``up``: (L, 3) where a leaf starts, where it goes, where its face
    looks. ``length``, ``width``: (L,) metres. ``droop``: radians that it bends down over its length; ``fold``: how far
    the halves are raised from the midrib; ``wave``: ripple of the rim; ``cells``: along and across."""
    n = len(base)
    d = unit(np.asarray(direction, float))
    u = unit(up - d * (up * d).sum(-1, keepdims=True))
    side = np.cross(d, u)
    s = np.linspace(0, 1, cells[0] + 1)
    q = np.linspace(-1, 1, cells[1] + 1)
    bend = np.broadcast_to(np.asarray(droop, float), (n,))[:, None] * s[None] ** 1.2
    step = np.stack([np.cos(bend), -np.sin(bend)], -1)
    mid = np.concatenate([np.zeros((n, 1, 2)), np.cumsum((step[:, 1:] + step[:, :-1]) / 2, axis=1)], 1) / cells[0]
    mid = mid * np.asarray(length, float)[:, None, None]
    rib = base[:, None] + mid[..., :1] * d[:, None] + mid[..., 1:] * u[:, None]  # (L, S, 3)
    local_up = np.sin(bend)[..., None] * d[:, None] + np.cos(bend)[..., None] * u[:, None]
    tw = np.broadcast_to(np.asarray(twist, float), (n,))[:, None] * s[None]
    across = np.cos(tw)[..., None] * side[:, None] + np.sin(tw)[..., None] * local_up
    raised = np.cos(tw)[..., None] * local_up - np.sin(tw)[..., None] * side[:, None]
    half = np.maximum(OUTLINES[outline](s), 0.012) * 0.5
    half = half[None] * np.asarray(width, float)[:, None]
    phase = rng.uniform(0, 2 * np.pi, (n, 2))
    ripple = np.sin(s[None, :, None] * 9 + phase[:, None, :1] + (q[None, None] > 0) * phase[:, None, 1:])
    lift = half[..., None] * (fold * np.abs(q) ** 1.4 + wave * 2 * ripple * q**2)
    p = rib[:, :, None] + across[:, :, None] * (half[..., None] * q)[..., None] + raised[:, :, None] * lift[..., None]
    du, dq = np.gradient(p, axis=1), np.gradient(p, axis=2)
    normals = unit(np.cross(dq, du))
    r, c = len(s), len(q)
    i = np.arange(r * c).reshape(r, c)
    a, b, e, f = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, b, e], -1), np.stack([a, e, f], -1)])
    faces = (faces[None] + (np.arange(n) * r * c)[:, None, None]).reshape(-1, 3)
    k = rng.integers(0, VARIANTS, n)
    uu = (k[:, None, None] + 0.01 + 0.98 * s[None, :, None]) / VARIANTS
    uv = np.stack(np.broadcast_arrays(uu, 0.5 + 0.5 * q[None, None]), -1)
    return Mesh(
        p.reshape(-1, 3).astype(np.float32),
        faces.astype(np.int32),
        uv.reshape(-1, 2).astype(np.float32),
        normals.reshape(-1, 3).astype(np.float32),
    )


def stems(
    a: Array, b: Array, d0: Array | float, d1: Array | float, *, sides: int = 6, sag: Array | float = 0.0
) -> Mesh:
    """Round stems from ``a`` to ``b`` (L, 3) with diameters d0, d1 (L,); ``sag`` bows them upwards by that share."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    n = len(a)
    t = np.linspace(0, 1, 5)
    length = np.linalg.norm(b - a, axis=1)
    p = a[:, None] + (b - a)[:, None] * t[None, :, None]
    p[..., 1] += (np.broadcast_to(np.asarray(sag, float), (n,)) * length)[:, None] * (4 * t * (1 - t))[None]
    tangent = unit(np.gradient(p, axis=1))
    helper = np.where(np.abs(tangent[..., 1:2]) > 0.9, [1.0, 0, 0], [0, 1.0, 0])
    x = unit(np.cross(tangent, helper))
    y = np.cross(tangent, x)
    rad = (
        np.broadcast_to(np.asarray(d0, float), (n,))[:, None] * (1 - t)
        + np.broadcast_to(np.asarray(d1, float), (n,))[:, None] * t
    ) / 2
    ang = np.linspace(0, 2 * np.pi, sides + 1)
    normal = np.cos(ang)[:, None] * x[:, :, None] + np.sin(ang)[:, None] * y[:, :, None]
    pts = p[:, :, None] + rad[:, :, None, None] * normal
    r, c = len(t), sides + 1
    i = np.arange(r * c).reshape(r, c)
    q0, q1, q2, q3 = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
    faces = np.concatenate([np.stack([q0, q1, q2], -1), np.stack([q0, q2, q3], -1)])
    faces = (faces[None] + (np.arange(n) * r * c)[:, None, None]).reshape(-1, 3)
    uv = np.stack(np.broadcast_arrays((t[None] * length[:, None])[:, :, None], (ang * 0.01)[None, None]), -1)
    return Mesh(
        pts.reshape(-1, 3).astype(np.float32),
        faces.astype(np.int32),
        uv.reshape(-1, 2).astype(np.float32),
        normal.reshape(-1, 3).astype(np.float32),
    )
