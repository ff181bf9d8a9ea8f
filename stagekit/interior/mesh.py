"""Triangle meshes for furniture, and the few shapes that all families are made of.

Lengths are metres. UVs are metres along the surface (not 0..1), so a material tiles at its true size on every part;
on wood, u runs along the grain. Local frame of a piece: origin at the centre of its base, X right, Y up, front +Z.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..types import Array

Vec3 = Sequence[float] | Array


@dataclass(frozen=True, eq=False)
class Mesh:
    """``vertices`` float32 Nx3, ``faces`` int32 Mx3 (counter-clockwise seen from outside), ``uvs`` float32 Nx2 in
    metres, ``normals`` float32 Nx3 of unit length."""

    vertices: Array
    faces: Array
    uvs: Array
    normals: Array

    def transformed(self, matrix: Array) -> Mesh:
        """The mesh moved by a 4x4 (or turned by a 3x3) matrix."""
        m = np.asarray(matrix, dtype=np.float64)
        linear = m[:3, :3]
        v = self.vertices @ linear.T + (m[:3, 3] if m.shape[1] == 4 else 0)
        n = self.normals @ np.linalg.inv(linear)
        n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
        faces = self.faces if np.linalg.det(linear) > 0 else self.faces[:, ::-1]
        return Mesh(v.astype(np.float32), np.ascontiguousarray(faces), self.uvs, n.astype(np.float32))

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        return replace(self, vertices=(self.vertices + np.array([x, y, z], np.float32)).astype(np.float32))

    def turned(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """Turned about the axes X, then Y, then Z, degrees."""
        return self.transformed(rotation(x, y, z))

    def uv_turned(self) -> Mesh:
        """u and v exchanged: the grain runs the other way."""
        return replace(self, uvs=np.ascontiguousarray(self.uvs[:, ::-1]))

    @property
    def bounds(self) -> Array:
        """2x3: least and greatest corner, metres."""
        return np.stack([self.vertices.min(0), self.vertices.max(0)])


@dataclass(frozen=True, eq=False)
class Part:
    """A mesh and the name of the material slot that it wears."""

    mesh: Mesh
    slot: str

    def transformed(self, matrix: Array) -> Part:
        return Part(self.mesh.transformed(matrix), self.slot)


def rotation(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Array:
    """3x3 turning about X, then Y, then Z, degrees."""
    (cx, sx), (cy, sy), (cz, sz) = ((math.cos(math.radians(a)), math.sin(math.radians(a))) for a in (x, y, z))
    rx = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rz = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return rz @ ry @ rx


def join(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of several."""
    items = list(meshes)
    offsets = np.cumsum([0] + [len(m.vertices) for m in items[:-1]])
    return Mesh(
        np.concatenate([m.vertices for m in items]),
        np.concatenate([m.faces + o for m, o in zip(items, offsets, strict=True)]).astype(np.int32),
        np.concatenate([m.uvs for m in items]),
        np.concatenate([m.normals for m in items]),
    )


def smooth_normals(vertices: Array, faces: Array, weld_m: float = 1e-6) -> Array:
    """float32 Nx3 area-weighted vertex normals; vertices at the same place (within ``weld_m``) share one normal."""
    tri = vertices[faces].astype(np.float64)
    face_normals = np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0])
    _, same = np.unique(np.round(vertices / weld_m).astype(np.int64), axis=0, return_inverse=True)
    same = same.reshape(-1)
    total = np.zeros((same.max() + 1, 3))
    for k in range(3):
        np.add.at(total, same[faces[:, k]], face_normals)
    n = total[same]
    return (n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def surface(points: Array, uvs: Array | None = None, *, closed_u: bool = False, closed_v: bool = False) -> Mesh:
    """A grid of points (R, C, 3) as a mesh; outside is where (next row) x (next column) points. Rows run along v,
    columns along u. ``uvs`` (R, C, 2) in metres; by default arc lengths. Closed directions are stitched with a seam of
    doubled vertices, so that textures do not wrap back."""
    p = np.asarray(points, dtype=np.float64)
    if closed_u:
        p = np.concatenate([p, p[:, :1]], axis=1)
    if closed_v:
        p = np.concatenate([p, p[:1]], axis=0)
    r, c = p.shape[:2]
    if uvs is None:
        du = np.concatenate([np.zeros((r, 1)), np.cumsum(np.linalg.norm(np.diff(p, axis=1), axis=2), axis=1)], axis=1)
        dv = np.concatenate([np.zeros((1, c)), np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=2), axis=0)], axis=0)
        middle = du.mean(axis=0, keepdims=True)
        uvs = np.stack([np.broadcast_to(middle, (r, c)), np.broadcast_to(dv.mean(axis=1, keepdims=True), (r, c))], -1)
    i = np.arange(r * c).reshape(r, c)
    a, b, d, e = i[:-1, :-1], i[:-1, 1:], i[1:, 1:], i[1:, :-1]
    faces = np.concatenate([np.stack([a, d, b], -1).reshape(-1, 3), np.stack([a, e, d], -1).reshape(-1, 3)])
    flat = p.reshape(-1, 3)
    tri = flat[faces]
    area = np.linalg.norm(np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0]), axis=1)
    faces = faces[area > 1e-14].astype(np.int32)
    return Mesh(
        flat.astype(np.float32),
        faces,
        np.asarray(uvs, np.float32).reshape(-1, 2).copy(),
        smooth_normals(flat, faces),
    )


def box(size: Vec3, *, bevel: float = 0.003, segments: int = 2) -> Mesh:
    """A box of ``size`` (x, y, z) metres standing on y = 0, its edges rounded by ``bevel`` metres.

    UVs are projected from each side in metres, with u along the longest axis of the box (the grain).
    """
    size_ = np.asarray(size, dtype=np.float64)
    b = float(min(bevel, size_.min() * 0.499))
    n = max(1, int(segments))
    # Each axis is cut at the flat part's ends and within the rounded rims; corners are pushed onto the rounding.
    rim = 1 - np.tan(np.linspace(math.pi / 4, 0, n + 1))  # 0 at the edge, 1 where the flat part begins
    parts: list[Mesh] = []
    long_axis = int(np.argmax(size_))
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u_axis, v_axis = (a for a in range(3) if a != axis)
            if long_axis == v_axis:
                u_axis, v_axis = v_axis, u_axis

            outer_u, outer_v = size_[u_axis] / 2 - b * rim, size_[v_axis] / 2 - b * rim
            cu = np.concatenate([-outer_u, outer_u[::-1]])
            cv = np.concatenate([-outer_v, outer_v[::-1]])
            gu, gv = np.meshgrid(cu, cv)
            p = np.zeros((*gu.shape, 3))
            p[..., u_axis], p[..., v_axis], p[..., axis] = gu, gv, sign * size_[axis] / 2
            inner = size_ / 2 - b
            core = np.clip(p, -inner, inner)
            d = p - core
            length = np.linalg.norm(d, axis=-1, keepdims=True)
            normal = d / np.maximum(length, 1e-12)
            p = core + normal * b
            r, c = gu.shape
            i = np.arange(r * c).reshape(r, c)
            q0, q1, q2, q3 = i[:-1, :-1], i[:-1, 1:], i[1:, 1:], i[1:, :-1]
            faces = np.concatenate(
                [np.stack([q0, q1, q2], -1).reshape(-1, 3), np.stack([q0, q2, q3], -1).reshape(-1, 3)]
            )
            handed = np.cross(np.eye(3)[u_axis], np.eye(3)[v_axis])[axis] * sign
            if handed < 0:
                faces = faces[:, ::-1]
            uv = np.stack([gu + size_[u_axis] / 2, gv + size_[v_axis] / 2 + 0.37 * axis + 0.11 * sign], -1)
            parts.append(
                Mesh(
                    p.reshape(-1, 3).astype(np.float32),
                    np.ascontiguousarray(faces, dtype=np.int32),
                    uv.reshape(-1, 2).astype(np.float32),
                    normal.reshape(-1, 3).astype(np.float32),
                )
            )
    return join(parts).moved(y=float(size_[1]) / 2)


def lathe(profile: Array, *, segments: int = 48) -> Mesh:
    """A profile (N, 2) of (radius, height) metres, from bottom to top, turned about Y. Close it with radius 0."""
    prof = np.asarray(profile, dtype=np.float64)
    a = np.linspace(0, 2 * math.pi, segments + 1)
    p = np.stack(
        [
            prof[:, None, 0] * np.sin(a),
            np.broadcast_to(prof[:, 1:2], (len(prof), len(a))),
            prof[:, None, 0] * np.cos(a),
        ],
        -1,
    )
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(prof, axis=0), axis=1))])
    uv = np.stack(np.meshgrid(a * max(prof[:, 0].max(), 1e-3), along), -1)
    return surface(p[:, ::-1], uv[:, ::-1])


def tube(path: Array, radius: float | Array, *, segments: int = 16, caps: bool = True) -> Mesh:
    """A round bar along ``path`` (N, 3), with one radius or one for each point, metres; u runs along it."""
    p = np.asarray(path, dtype=np.float64)
    rad = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(p),)).copy()
    tangent = np.gradient(p, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    start = np.eye(3)[int(np.argmin(np.abs(tangent[0])))]
    normal = np.zeros_like(p)
    normal[0] = start - tangent[0] * (start @ tangent[0])
    normal[0] /= np.linalg.norm(normal[0])
    for i in range(1, len(p)):  # parallel transport: no twist
        v = normal[i - 1] - tangent[i] * (normal[i - 1] @ tangent[i])
        normal[i] = v / max(float(np.linalg.norm(v)), 1e-12)
    binormal = np.cross(tangent, normal)
    if caps:
        p = np.concatenate([p[:1], p, p[-1:]])
        rad = np.concatenate([[0.0], rad, [0.0]])
        normal = np.concatenate([normal[:1], normal, normal[-1:]])
        binormal = np.concatenate([binormal[:1], binormal, binormal[-1:]])
    a = np.linspace(0, 2 * math.pi, segments + 1)
    ring = np.cos(a)[:, None, None] * normal + np.sin(a)[:, None, None] * binormal
    points = p + rad[:, None] * ring  # (segments + 1, N, 3)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    uv = np.stack(np.meshgrid(along, a * float(rad.max())), -1)
    return surface(points, uv)


def extrude(outline: Array, depth: float) -> Mesh:
    """A simple polygon (N, 2) of x, y (counter-clockwise) swept along Z, centred on z = 0, with flat caps."""
    from shapely import Polygon, constrained_delaunay_triangles

    o = np.asarray(outline, dtype=np.float64)
    n = len(o)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(np.vstack([o, o[:1]]), axis=0), axis=1))])
    parts: list[Mesh] = []
    for i in range(n):
        a, b = o[i], o[(i + 1) % n]
        p = np.array([[[*a, depth / 2], [*b, depth / 2]], [[*a, -depth / 2], [*b, -depth / 2]]])
        uv = np.array([[[length[i], 0], [length[i + 1], 0]], [[length[i], depth], [length[i + 1], depth]]])
        parts.append(surface(p, uv))
    tri = np.array([g.exterior.coords[:3] for g in constrained_delaunay_triangles(Polygon(o)).geoms])
    flip = np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0]) < 0
    tri[flip] = tri[flip][:, ::-1]
    for sign in (1.0, -1.0):
        t = tri if sign > 0 else tri[:, ::-1]
        v = np.concatenate([t.reshape(-1, 2), np.full((len(t) * 3, 1), sign * depth / 2)], axis=1)
        normals = np.broadcast_to([0.0, 0.0, sign], v.shape).astype(np.float32)
        faces = np.arange(len(v), dtype=np.int32).reshape(-1, 3)
        parts.append(Mesh(v.astype(np.float32), faces, v[:, :2].astype(np.float32), normals))
    return join(parts)


def bent(mesh: Mesh, change: Callable[[Array], Array]) -> Mesh:
    """The mesh with its vertices (N, 3) passed through ``change``, normals made anew."""
    v = np.asarray(change(mesh.vertices.astype(np.float64)), dtype=np.float64)
    return Mesh(v.astype(np.float32), mesh.faces, mesh.uvs, smooth_normals(v, mesh.faces))
