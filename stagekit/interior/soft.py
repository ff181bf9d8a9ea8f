"""Upholstery: boxes and pillows that look stuffed, piping, and the closed shells that frames are made of.

A soft box is a rounded box whose faces are crowned, dented and wrinkled by a few smooth functions of position, so mesh
and piping come from the same function. Everything is vectorised over vertices; topology is cached by its counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import OptionError
from ..types import Array
from .mesh import Mesh, Part, Vec3

Shape = Callable[[Array, Array, Array], Array]
"""(points, normals, q) -> points; q is the position in the box, -1..1 on each axis."""


def choose(family: str, allowed: Mapping[str, tuple[Any, ...]], params: Mapping[str, Any]) -> dict[str, Any]:
    """``params`` with defaults (the first allowed value). Raises OptionError for an unknown name or value."""
    unknown = set(params) - set(allowed)
    if unknown:
        raise OptionError(f"{family} has no parameter {sorted(unknown)}; it takes {sorted(allowed)}")
    for name, value in params.items():
        if value not in allowed[name]:
            raise OptionError(f"{family}: {name} must be one of {list(allowed[name])}, got {value!r}")
    return {k: v[0] for k, v in allowed.items()} | dict(params)


def fit(parts: Sequence[Part], size: Vec3) -> list[Part]:
    """The parts scaled (a few per cent at most, if the family is built well) and moved to fill ``size`` exactly,
    standing on y = 0 and centred in x and z."""
    bounds = np.stack([p.mesh.bounds for p in parts]).astype(float)
    low, high = bounds[:, 0].min(0), bounds[:, 1].max(0)
    scale = np.asarray(size, float) / np.maximum(high - low, 1e-6)
    matrix = np.eye(4)
    matrix[:3, :3] = np.diag(scale)
    matrix[:3, 3] = -scale * np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    return [p.transformed(matrix) for p in parts]


def waves(rng: np.random.Generator, length_m: float, count: int = 10) -> Callable[[Array], Array]:
    """Smooth noise of points (..., 3) -> (...), about -1..1, shapes of about ``length_m`` metres."""
    k = rng.normal(size=(count, 3))
    k *= (2 * math.pi / length_m) * rng.uniform(0.6, 1.5, (count, 1)) / np.linalg.norm(k, axis=1, keepdims=True)
    phase = rng.uniform(0, 2 * math.pi, count)
    return lambda p: np.sin(p @ k.T + phase).sum(-1) * (0.9 / math.sqrt(count))


def creases(rng: np.random.Generator, spacing_m: float, stretch: Vec3 = (1, 1, 1)) -> Callable[[Array], Array]:
    """Sparse wrinkles of points (..., 3) -> 0..1, 1 on a wrinkle. ``stretch`` > 1 on an axis lengthens them on it."""
    a, b = waves(rng, spacing_m * 2.2, 7), waves(rng, spacing_m * 3.1, 7)
    inverse = 1 / np.asarray(stretch, float)

    def value(p: Array) -> Array:
        p = p * inverse
        ridge = np.exp(-((a(p) / 0.16) ** 2))
        return ridge * np.clip(b(p) * 1.6, 0, 1)

    return value


def welded_normals(points: Array, faces: Array, weld: Array) -> Array:
    """float32 Nx3 area-weighted normals; vertices of equal ``weld`` number share one."""
    tri = points[faces]
    n = np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0])
    ids = weld[faces]
    total = np.stack(
        [np.bincount(ids.ravel(), np.repeat(n[:, c], 3), minlength=int(weld.max()) + 1) for c in range(3)], -1
    )[weld]
    return (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)


@lru_cache(maxsize=256)
def _topology(nx: int, ny: int, nz: int) -> tuple[Array, Array, Array, Array]:
    """Of a box surface with that many grid lines an axis: (index triples Nx3, faces, weld numbers, side of vertex)."""
    count = (nx, ny, nz)
    triples, faces, sides, offset = [], [], [], 0
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for sign in (0, 1):
            iu, iv = np.meshgrid(np.arange(count[u]), np.arange(count[v]))
            t = np.zeros((iu.size, 3), np.int64)
            t[:, u], t[:, v], t[:, axis] = iu.ravel(), iv.ravel(), sign * (count[axis] - 1)
            i = np.arange(iu.size).reshape(iu.shape) + offset
            a, b, c, d = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
            f = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
            faces.append(f if sign else f[:, ::-1])
            triples.append(t)
            sides.append(np.full(iu.size, axis * 2 + sign))
            offset += iu.size
    index = np.concatenate(triples)
    _, weld = np.unique(index @ np.array([1, nx, nx * ny]), return_inverse=True)
    return index, np.concatenate(faces).astype(np.int32), weld.reshape(-1), np.concatenate(sides)


@dataclass(frozen=True, eq=False)
class SoftBox:
    """A rounded box of ``size`` metres centred at the origin, passed through ``shape``. ``cell``: mesh size, metres
    (one number, or one for each axis)."""

    size: Vec3
    radius: float
    shape: Shape | None = None
    cell: float | Vec3 = 0.03
    segments: int = 3
    uv_shift: tuple[float, float] = (0.0, 0.0)

    def _half(self) -> tuple[Array, float]:
        half = np.asarray(self.size, float) / 2
        return half, float(min(self.radius, half.min() * 0.98))

    def at(self, cube: Array) -> tuple[Array, Array]:
        """Points and outward directions of places ``cube`` (N, 3) on the sharp box's surface, metres."""
        half, r = self._half()
        core = np.clip(cube, -(half - r), half - r)
        d = cube - core
        n = d / np.maximum(np.linalg.norm(d, axis=-1, keepdims=True), 1e-9)
        p = core + n * r
        return (self.shape(p, n, cube / half) if self.shape else p), n

    def mesh(self) -> Mesh:
        half, r = self._half()
        rim = r * (1 - np.tan(np.linspace(math.pi / 4, 0, self.segments + 1)))
        cell = np.broadcast_to(np.asarray(self.cell, float), 3)
        lines = []
        for h, c in zip(half, cell, strict=True):
            inner = np.linspace(-(h - r), h - r, max(2, math.ceil(2 * (h - r) / c) + 1))
            lines.append(np.concatenate([-(h - rim)[:-1], inner, (h - rim)[:-1][::-1]]))
        index, faces, weld, side = _topology(*(len(x) for x in lines))
        cube = np.stack([lines[a][index[:, a]] for a in range(3)], -1)
        p, _ = self.at(cube)
        # u runs across (x, or z on the ends), v up (y, or z on top): a weave keeps its direction round the corners.
        axis = side // 2
        u = np.where(axis == 0, cube[:, 2], cube[:, 0]) + self.uv_shift[0] + side * 0.173
        v = np.where(axis == 1, cube[:, 2], cube[:, 1]) + self.uv_shift[1] + side * 0.091
        return Mesh(
            p.astype(np.float32), faces, np.stack([u, v], -1).astype(np.float32), welded_normals(p, faces, weld)
        )

    def welt(self, axis: int, sign: float, thick: float = 0.004, step: float = 0.025) -> Mesh:
        """Piping round the face on ``axis`` (0 x, 1 y, 2 z) at ``sign`` (-1, 1), ``thick`` metres in radius."""
        half, r = self._half()
        u, v = (axis + 1) % 3, (axis + 2) % 3
        k = 0.35 * r  # the cord cuts the corner in a small arc
        corner = []
        for su, sv, a0 in ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270)):
            a = np.radians(np.linspace(a0, a0 + 90, 4))
            corner.append(np.stack([su * (half[u] - k) + k * np.cos(a), sv * (half[v] - k) + k * np.sin(a)], -1))
        loop = np.concatenate(corner + [corner[0][:1]])
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(loop, axis=0), axis=1))])
        s = np.linspace(0, length[-1], max(24, int(length[-1] / step)))
        s = np.unique(np.concatenate([s, length]))
        flat = np.stack([np.interp(s, length, loop[:, 0]), np.interp(s, length, loop[:, 1])], -1)
        flat = np.clip(flat, [-half[u], -half[v]], [half[u], half[v]])
        cube = np.zeros((len(s), 3))
        cube[:, u], cube[:, v], cube[:, axis] = flat[:, 0], flat[:, 1], sign * half[axis]
        p, n = self.at(cube)
        return cord(p + n * thick * 0.35, n, thick)


def cord(path: Array, outward: Array, radius: float, segments: int = 5) -> Mesh:
    """A cord along ``path`` (N, 3); ``outward`` (N, 3) is any direction off the path (gives the frame without twist)."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    side = np.cross(tangent, outward)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(side, tangent)
    a = np.linspace(0, 2 * math.pi, segments + 1)
    ring = np.cos(a)[:, None] * up[:, None, :] + np.sin(a)[:, None] * side[:, None, :]
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    points = path[:, None] + radius * ring
    uv = np.stack(np.broadcast_arrays(along[:, None], a[None] * radius), -1)
    return grid_mesh(points, uv, normals=ring)


def grid_mesh(points: Array, uv: Array, *, closed: bool = False, normals: Array | None = None) -> Mesh:
    """A grid (R, C, 3) as a mesh; outside is where (next column) x (next row) points. ``closed``: the first and last
    column coincide (share normals)."""
    r, c = points.shape[:2]
    i = np.arange(r * c).reshape(r, c)
    a, b, d, e = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, b, d], -1), np.stack([a, d, e], -1)]).astype(np.int32)
    flat = points.reshape(-1, 3)
    if normals is None:
        weld = i.copy()
        if closed:
            weld[:, -1] = weld[:, 0]
        n = welded_normals(flat, faces, weld.ravel())
    else:
        n = normals.reshape(-1, 3)
        n = n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    return Mesh(
        flat.astype(np.float32), faces, uv.reshape(-1, 2).astype(np.float32).copy(), n.astype(np.float32).copy()
    )


def shell(rings: Array, *, around: Array | None = None) -> Mesh:
    """A closed body of ``rings`` (R, N, 3), each counter-clockwise seen from the end that the rings run towards; both
    ends are closed by a point. UVs in metres: u along the rings' middle line, v round."""
    ends = [np.repeat(rings[k].mean(0)[None, None], rings.shape[1], 1) for k in (0, -1)]
    p = np.concatenate([ends[0], rings, ends[1]])
    p = np.concatenate([p, p[:, :1]], 1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=2).mean(1))])
    big = p[len(p) // 2]
    round_ = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(big, axis=0), axis=1))])
    uv = np.stack(np.broadcast_arrays(along[:, None], round_[None]), -1)
    r, c = p.shape[:2]
    i = np.arange(r * c).reshape(r, c)
    a, b, d, e = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, b, d], -1), np.stack([a, d, e], -1)])
    flat = p.reshape(-1, 3)
    weld = i.copy()
    weld[:, -1] = weld[:, 0]
    weld[0], weld[-1] = weld[0, 0], weld[-1, 0]
    tri = weld.ravel()[faces]
    keep = (tri[:, 0] != tri[:, 1]) & (tri[:, 1] != tri[:, 2]) & (tri[:, 0] != tri[:, 2])
    faces = faces[keep].astype(np.int32)
    return Mesh(
        flat.astype(np.float32), faces, uv.reshape(-1, 2).astype(np.float32), welded_normals(flat, faces, weld.ravel())
    )


def pad(outline: Array, depth: float, *, radius: float = 0.02, puff: float = 0.004, centre: Vec3 | None = None) -> Mesh:
    """A closed outline (N, 2) x, y counter-clockwise, stuffed: swept along z over ``depth`` (centred), front and back
    edges rounded by ``radius``, faces bulged by ``puff``. The outline must be seen whole from ``centre``."""
    o = np.asarray(outline, float)
    c = o.mean(0) if centre is None else np.asarray(centre, float)
    tangent = np.roll(o, -1, 0) - np.roll(o, 1, 0)
    n = np.stack([tangent[:, 1], -tangent[:, 0]], -1)
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)
    a = np.linspace(0, math.pi / 2, 5)
    r = min(radius, depth * 0.49)
    half: list[tuple[Array, float]] = []
    inner = o - n * r
    for t in (0.25, 0.5, 0.75):  # rings of the flat end, bulged
        half.append((c + (inner - c) * t, depth / 2 + puff * (1 - t * t)))
    for x in a:
        half.append((inner + n * r * math.sin(x), depth / 2 - r + r * math.cos(x)))
    steps = max(2, int((depth - 2 * r) / 0.06))
    middle = np.linspace(depth / 2 - r, -(depth / 2 - r), steps + 1)[1:-1]
    rings = [(ring, z) for ring, z in half] + [(o, z) for z in middle] + [(ring, -z) for ring, z in half[::-1]]
    points = np.stack([np.concatenate([ring, np.full((len(o), 1), z)], 1) for ring, z in rings])
    return shell(points[::-1])


def rounded_outline(width: float, height: float, radius: float | Sequence[float], n: int = 6) -> Array:
    """(N, 2) counter-clockwise rectangle from (-w/2, 0) to (w/2, h), corners (bottom right, top right, top left, bottom
    left) rounded; straight sides carry a few points of their own."""
    radii = [radius] * 4 if np.isscalar(radius) else list(radius)  # type: ignore[arg-type]
    corners = ((width / 2, 0, -90), (width / 2, height, 0), (-width / 2, height, 90), (-width / 2, 0, 180))
    out = []
    for (x, y, a0), r in zip(corners, radii, strict=True):
        r = max(float(r), 1e-3)  # type: ignore[arg-type]
        a = np.radians(np.linspace(a0, a0 + 90, n))
        cx, cy = x - math.copysign(r, x), y - r if y > 0 else y + r
        out.append(np.stack([cx + r * np.cos(a), cy + r * np.sin(a)], -1))
    o = np.concatenate(out)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(np.vstack([o, o[:1]]), axis=0), axis=1))])
    extra = np.linspace(0, length[-1], 40, endpoint=False)
    s = np.unique(np.concatenate([length[:-1], extra]).round(5))
    closed = np.vstack([o, o[:1]])
    return np.stack([np.interp(s, length, closed[:, 0]), np.interp(s, length, closed[:, 1])], -1)


def shifted_uv(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    """The mesh with its texture moved by a random amount, so that no two cushions show the same threads."""
    return replace(mesh, uvs=(mesh.uvs + rng.uniform(0, 1, 2)).astype(np.float32))
