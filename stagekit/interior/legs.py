"""Legs of upholstered pieces, standing on y = 0 under a frame whose underside is at ``height``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from ..types import Array
from .mesh import Mesh, box, join, lathe, rotation, tube

LEGS = ("tapered", "block", "hairpin", "sled", "bun", "skirt")
"""Leg styles; ``skirt`` is cloth down to the floor and has no legs of its own."""


def legs(style: str, height: float, places: Sequence[tuple[float, float]], rng: np.random.Generator) -> Mesh:
    """Legs of ``style`` at ``places`` (x, z); they splay away from the origin where the style does."""
    del rng
    return join([_ONE[style](height, x, z) for x, z in places])


def _turn(mesh: Mesh, x: float, z: float, degrees: float, height: float) -> Mesh:
    """Tilted so that its foot goes outwards in x and z, the top staying at ``height``."""
    sx, sz = math.copysign(1, x), math.copysign(1, z)
    m = mesh.moved(y=-height).transformed(rotation(-sz * degrees, 0, sx * degrees))
    return m.moved(x, height, z)


def _tapered(height: float, x: float, z: float) -> Mesh:
    # the foot's rim is rounded; the top runs into the frame
    r0, r1 = 0.013, 0.023
    profile = np.array(
        [[0, 0], [r0 - 0.003, 0], [r0, 0.003], [r0 + (r1 - r0) * 0.6, height * 0.6], [r1, height], [0, height]]
    )
    m = lathe(profile, segments=20)
    return _turn(m, x, z, 9, height) if height > 0.08 else m.moved(x, 0, z)


def _block(height: float, x: float, z: float) -> Mesh:
    m = box((0.062, height, 0.062), bevel=0.003)
    v = m.vertices.astype(float)
    k = 0.72 + 0.28 * v[:, 1:2] / height
    v[:, [0, 2]] *= k
    return Mesh(v.astype(np.float32), m.faces, m.uvs, m.normals).moved(x, 0, z)


def _hairpin(height: float, x: float, z: float) -> Mesh:
    sx, sz = math.copysign(1, x), math.copysign(1, z)
    foot = np.array([x + sx * 0.012, 0.006, z + sz * 0.012])
    bars = []
    for dx, dz in ((0.045, 0.0), (0.0, 0.045)):
        top = np.array([x - sx * dx, height, z - sz * dz])
        bars.append(tube(np.linspace(top, foot, 3), 0.005, segments=8))
    plate = box((0.07, 0.005, 0.07), bevel=0.001).moved(x - sx * 0.02, height - 0.005, z - sz * 0.02)
    return join([*bars, plate])


def _bun(height: float, x: float, z: float) -> Mesh:
    a = np.linspace(-0.42 * math.pi, 0.38 * math.pi, 12)
    r = 0.045 * np.cos(a)
    y = (np.sin(a) - np.sin(a[0])) / (np.sin(a[-1]) - np.sin(a[0])) * height
    return lathe(np.vstack([[0, 0], np.stack([r, y], -1), [0, height]]), segments=24).moved(x, 0, z)


_ONE = {"tapered": _tapered, "block": _block, "hairpin": _hairpin, "bun": _bun}


def sled(width: float, depth: float, height: float, bar: float = 0.022) -> Mesh:
    """Two flat steel loops (left and right) joined by a rail at the top: a sled base over width x depth."""
    parts: list[Mesh] = []
    for x in (-width / 2 + bar / 2, width / 2 - bar / 2):
        parts.append(box((bar, bar, depth), bevel=0.002).moved(x, 0, 0))
        parts.append(box((bar, bar, depth), bevel=0.002).moved(x, height - bar, 0))
        parts += [
            box((bar, height, bar), bevel=0.002).moved(x, 0, z) for z in (-depth / 2 + bar / 2, depth / 2 - bar / 2)
        ]
    parts += [
        box((width, bar, bar), bevel=0.002).moved(0, height - bar, z)
        for z in (-depth / 2 + bar / 2, depth / 2 - bar / 2)
    ]
    return join(parts)


def corners(width: float, depth: float, inset: float = 0.06) -> list[tuple[float, float]]:
    """The four places of legs under a frame of width x depth."""
    x, z = width / 2 - inset, depth / 2 - inset
    return [(x, z), (-x, z), (x, -z), (-x, -z)]


def skirt(width: float, depth: float, height: float, *, y0: float = 0.012) -> Mesh:
    """Tailored cloth round a frame down to just over the floor, a box pleat at each corner and in the middles."""
    loop = _skirt_loop(width / 2, depth / 2)
    rows = []
    for k in np.linspace(0, 1, 5):
        out = 1 + 0.0
        p = np.concatenate([loop * out, np.zeros((len(loop), 1))], 1)[:, [0, 2, 1]]
        p[:, 1] = y0 + k * (height - y0)
        n = _outward(loop)
        p[:, [0, 2]] += n * (0.006 * (1 - k))
        rows.append(p)
    points = np.stack(rows)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(loop, axis=0), axis=1))])
    uv = np.stack(np.broadcast_arrays(along[None], (points[:, :1, 1])), -1)
    from .soft import grid_mesh

    return grid_mesh(points[:, ::-1], uv[:, ::-1])


def _outward(loop: Array) -> Array:
    t = np.gradient(loop, axis=0)
    n = np.stack([t[:, 1], -t[:, 0]], -1)
    return n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)


def _skirt_loop(hx: float, hz: float) -> Array:
    """Closed loop (x, z), counter-clockwise with z up the page, dipping inwards at the pleats."""
    corners_ = [(hx, -hz), (hx, hz), (-hx, hz), (-hx, -hz), (hx, -hz)]
    out = []
    for (x0, z0), (x1, z1) in itertools.pairwise(corners_):
        d = np.array([x1 - x0, z1 - z0])
        length = float(np.linalg.norm(d))
        d /= length
        inward = np.array([-d[1], d[0]])
        s = np.unique(np.concatenate([np.linspace(0, length, 20), [0.006, 0.02, length - 0.006, length - 0.02]]))
        dip = 0.02 * (np.exp(-((s / 0.008) ** 2)) + np.exp(-(((length - s) / 0.008) ** 2)))
        out.append(np.array([x0, z0]) + d * s[:, None] + inward * dip[:, None])
    return np.concatenate(out)
