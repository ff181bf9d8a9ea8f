"""What hard furniture is put together from: swept bars, slabs, legs, doors and drawers, handles. Metres; front is +Z.

Normals are analytic (no welding pass), so a chair of thirty bars is built in milliseconds. u runs along the grain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import OptionError
from ..types import Array
from .mesh import Mesh, Vec3, box
from .soft import choose as _choose
from .soft import fit

__all__ = ["bar", "board", "choose", "curve", "fit", "grain", "grid", "ring", "rod", "slab", "sweep", "turned"]


def choose(family: str, allowed: Mapping[str, tuple[Any, ...]], params: Mapping[str, Any]) -> dict[str, Any]:
    """``params`` with defaults. A parameter whose listed values are all floats takes any number between them.
    Raises OptionError for an unknown name or value."""
    listed = {}
    for name, value in params.items():
        values = allowed.get(name, ())
        if values and all(isinstance(v, float) for v in values):
            if not isinstance(value, int | float) or not min(values) <= value <= max(values):
                raise OptionError(f"{family}: {name} must be {min(values)} to {max(values)}, got {value!r}")
        else:
            listed[name] = value
    return {**_choose(family, allowed, listed), **params}


def grain(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    """The mesh with its texture moved by a random amount: no two boards are alike."""
    return replace(mesh, uvs=(mesh.uvs + rng.uniform(0, 4, 2)).astype(np.float32))


def grid(points: Array, normals: Array, uvs: Array) -> Mesh:
    """A grid (R, C, 3) with given normals; outside is where (next row) x (next column) points. Empty triangles go."""
    r, c = points.shape[:2]
    i = np.arange(r * c).reshape(r, c)
    a, b, d, e = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, 1:].ravel(), i[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, d, b], -1), np.stack([a, e, d], -1)])
    flat = np.asarray(points, np.float64).reshape(-1, 3)
    tri = flat[faces]
    area = np.linalg.norm(np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0]), axis=1)
    n = np.asarray(normals, np.float64).reshape(-1, 3)
    n = n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    return Mesh(
        flat.astype(np.float32),
        np.ascontiguousarray(faces[area > 1e-12], dtype=np.int32),
        np.ascontiguousarray(np.broadcast_to(uvs, (r, c, 2)).reshape(-1, 2), dtype=np.float32),
        n.astype(np.float32),
    )


def _brick_plan() -> tuple[Array, Array, Array]:
    """Of a chamfered box: (corner signs 24x3, face axis of each vertex 24, faces 44x3). Each side has its own four
    vertices with flat normals; the chamfers between them are smooth, so they shade like rounded edges."""
    signs, axes = [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for s in (-1, 1):
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                c = [0, 0, 0]
                c[axis], c[u], c[v] = s, a, b
                signs.append(c)
                axes.append(axis)
    sign, axis_of = np.array(signs), np.array(axes)
    at = {(tuple(c), a): i for i, (c, a) in enumerate(zip(signs, axes, strict=True))}
    faces: list[tuple[int, int, int]] = []
    for k in range(6):
        q = [4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3]
        faces += [(q[0], q[1], q[2]), (q[0], q[2], q[3])]
    for e in range(3):  # edges along axis e, between the sides on the two others
        a, b = (e + 1) % 3, (e + 2) % 3
        for sa in (-1, 1):
            for sb in (-1, 1):
                lo, hi = [0, 0, 0], [0, 0, 0]
                lo[a] = hi[a] = sa
                lo[b] = hi[b] = sb
                lo[e], hi[e] = -1, 1
                q = [at[tuple(lo), a], at[tuple(hi), a], at[tuple(hi), b], at[tuple(lo), b]]
                faces += [(q[0], q[1], q[2]), (q[0], q[2], q[3])]
    for tip in {tuple(s) for s in signs}:
        faces.append((at[tip, 0], at[tip, 1], at[tip, 2]))
    f = np.array(faces)
    # turn every triangle outwards (measured on a unit box with a chamfer of a tenth)
    p = sign * np.where(np.arange(3)[None] == axis_of[:, None], 1.0, 0.9)
    tri = p[f]
    inside = (np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0]) * tri.mean(1)).sum(1) < 0
    f[inside] = f[inside][:, ::-1]
    return sign, axis_of, f[np.lexsort(f.T)].astype(np.int32)


_SIGN, _AXIS, _BRICK = _brick_plan()


def brick(size: Vec3, bevel: float = 0.003) -> Mesh:
    """A box with small chamfers that shade like rounded edges, in 44 triangles; stands on y = 0, u along its longest
    axis. For the many boards and books whose edges are a few pixels at most."""
    s = np.asarray(size, float)
    b = min(bevel, float(s.min()) * 0.45)
    flat = np.arange(3)[None] == _AXIS[:, None]
    p = _SIGN * (s / 2 - np.where(flat, 0.0, b))
    n = np.where(flat, _SIGN, 0).astype(np.float32)
    longest = int(np.argmax(s))
    u_axis = np.where(longest == _AXIS, (_AXIS + 1) % 3, longest)
    v_axis = 3 - _AXIS - u_axis
    i = np.arange(24)
    side = _SIGN[i, _AXIS]
    uv = np.stack([p[i, u_axis] + s[u_axis] / 2, p[i, v_axis] + s[v_axis] / 2 + 0.37 * _AXIS + 0.11 * side], -1)
    p[:, 1] += s[1] / 2
    return Mesh(p.astype(np.float32), _BRICK, uv.astype(np.float32), n)


def board(size: Vec3, rng: np.random.Generator, *, bevel: float = 0.003, segments: int = 1) -> Mesh:
    """A board standing on y = 0 with its own piece of grain; ``segments`` above 1 rounds its edges truly."""
    return grain(brick(size, bevel) if segments < 2 else box(size, bevel=bevel, segments=segments), rng)


def curve(points: Sequence[Vec3] | Array, n: int = 16) -> Array:
    """(n, 3): a smooth line through a few points (Catmull-Rom, centripetal), evenly stepped in its parameter."""
    p = np.asarray(points, float)
    t = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1) ** 0.5)])
    slope = np.gradient(p, t, axis=0)
    s = np.linspace(0, t[-1], n)
    k = np.clip(np.searchsorted(t, s, side="right") - 1, 0, len(t) - 2)
    h = (t[k + 1] - t[k])[:, None]
    x = ((s - t[k])[:, None]) / h
    return (
        (2 * x**3 - 3 * x**2 + 1) * p[k]
        + (x**3 - 2 * x**2 + x) * h * slope[k]
        + (3 * x**2 - 2 * x**3) * p[k + 1]
        + (x**3 - x**2) * h * slope[k + 1]
    )


def sweep(
    path: Sequence[Vec3] | Array,
    width: float | Array,
    thick: float | Array | None = None,
    *,
    ref: Vec3 | None = None,
    corner: float = 1.0,
    arc: int = 3,
    bevel: float = 0.002,
    closed: bool = False,
) -> Mesh:
    """A bar along ``path`` (N, 3). Its section is ``width`` across and ``thick`` along ``ref`` (numbers or one for
    each point); ``corner`` 1 rounds it to an ellipse, near 0 leaves it square. Ends are flat with a bevelled rim;
    ``closed`` joins the last point to the first instead."""
    p = np.asarray(path, float)
    if closed:
        p = np.concatenate([p, p[:1]])
    tangent = np.gradient(p, axis=0)
    if closed:
        tangent[0] = tangent[-1] = p[1] - p[-2]
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    if ref is None:
        _, s, vt = np.linalg.svd(p - p.mean(0), full_matrices=True)
        bend = len(s) > 1 and s[1] > 1e-6
        r = vt[2] if bend else np.eye(3)[int(np.argmin(np.abs(tangent.mean(0))))]
    else:
        r = np.asarray(ref, float)
    side = np.cross(tangent, r)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(side, tangent)
    n = len(p)
    w = np.broadcast_to(np.asarray(width, float), (len(path),)).copy()
    t = w.copy() if thick is None else np.broadcast_to(np.asarray(thick, float), (len(path),)).copy()
    if closed:
        w, t = np.append(w, w[0]), np.append(t, t[0])
    seg = np.linalg.norm(np.diff(p, axis=0), axis=1)
    s_along = np.concatenate([[0], np.cumsum(seg)])
    shrink, place, tilt = np.zeros(n), np.zeros(n), np.zeros(n)  # inset of the rim, move along, normal's lean
    index = np.arange(n)
    if not closed:
        b = float(min(bevel, w[[0, -1]].min() * 0.45, t[[0, -1]].min() * 0.45, s_along[-1] * 0.4))
        # end rings: centre, rim of the flat end, then the rounding; mirrored at the other end
        ang = np.linspace(math.pi / 2, 0, 3)
        head_shrink = np.concatenate([[np.inf], b * (1 - np.cos(ang))[:1] + 0, b * (1 - np.cos(ang))])
        head_tilt = np.concatenate([[math.pi / 2], [math.pi / 2], ang])
        head_place = np.concatenate([[0.0, 0.0], b * (1 - np.sin(ang))])
        index = np.concatenate([np.zeros(5, int), np.arange(1, n - 1), np.full(5, n - 1)])
        shrink = np.concatenate([head_shrink, np.zeros(n - 2), head_shrink[::-1]])
        tilt = np.concatenate([-head_tilt, np.zeros(n - 2), head_tilt[::-1]])
        place = np.concatenate([head_place, np.zeros(n - 2), -head_place[::-1]])
    half_w, half_t = w[index] / 2, t[index] / 2
    rad = corner * np.minimum(half_w, half_t)
    if corner >= 0.999:  # an ellipse
        a = np.linspace(0, 2 * math.pi, 4 * (arc + 1) + 1)
        cx, cy = np.outer(half_w, np.cos(a)), np.outer(half_t, np.sin(a))
        nx, ny = np.outer(half_t, np.cos(a)), np.outer(half_w, np.sin(a))
        length = np.sqrt(nx**2 + ny**2)
        nx, ny = nx / np.maximum(length, 1e-12), ny / np.maximum(length, 1e-12)
    else:
        a = np.concatenate([np.linspace(q * math.pi / 2, (q + 1) * math.pi / 2, arc + 1) for q in range(4)])
        sx, sy = np.sign(np.cos(a) + np.repeat([1, -1, -1, 1], arc + 1) * 1e-6), np.repeat([1, 1, -1, -1], arc + 1)
        a, sx, sy = np.append(a, a[0]), np.append(sx, sx[0]), np.append(sy, sy[0])
        cx = np.outer(half_w - rad, sx) + np.outer(rad, np.cos(a))
        cy = np.outer(half_t - rad, sy) + np.outer(rad, np.sin(a))
        nx, ny = np.broadcast_to(np.cos(a), cx.shape), np.broadcast_to(np.sin(a), cy.shape)
    gone = np.isinf(shrink)
    inset = np.where(gone, 0, shrink)[:, None]
    cx, cy = cx - nx * inset, cy - ny * inset
    cx[gone], cy[gone] = 0, 0
    flat_n = nx[..., None] * side[index][:, None] + ny[..., None] * up[index][:, None]
    normals = flat_n * np.cos(tilt)[:, None, None] + tangent[index][:, None] * np.sin(tilt)[:, None, None]
    centre = p[index] + tangent[index] * place[:, None]
    points = centre[:, None] + cx[..., None] * side[index][:, None] + cy[..., None] * up[index][:, None]
    big = int(np.argmax(np.where(shrink > 0, 0, half_w * half_t)))
    around = np.concatenate([[0], np.cumsum(np.hypot(np.diff(cx[big]), np.diff(cy[big])))])
    along = s_along[index] + place + np.where(gone, np.sign(tilt) * half_w, 0)
    uv = np.stack(np.broadcast_arrays(along[:, None], around[None]), -1)
    return grid(points, normals, uv)


def rod(a: Vec3, b: Vec3, d0: float, d1: float | None = None, *, arc: int = 3, bevel: float = 0.002) -> Mesh:
    """A round bar from ``a`` to ``b``, diameters ``d0`` at a and ``d1`` at b."""
    return sweep(np.array([a, b], float), np.array([d0, d0 if d1 is None else d1]), arc=arc, bevel=bevel)


def bar(
    a: Vec3,
    b: Vec3,
    width: float,
    thick: float | None = None,
    *,
    ref: Vec3 | None = None,
    corner: float = 0.25,
    end: float | None = None,
) -> Mesh:
    """A square-edged bar from ``a`` to ``b``; ``end`` scales its section at b."""
    k = np.array([1.0, 1.0 if end is None else end])
    t = width if thick is None else thick
    return sweep(np.array([a, b], float), width * k, t * k, ref=ref, corner=corner, arc=2)


def ring(radius: float, diameter: float, *, n: int = 40, y: float = 0.0, rz: float | None = None) -> Mesh:
    """A round bar bent to a circle (or ellipse) about Y at height ``y``."""
    a = np.linspace(0, 2 * math.pi, n, endpoint=False)
    p = np.stack([radius * np.cos(a), np.full(n, y), (rz or radius) * np.sin(a)], -1)
    return sweep(p, diameter, ref=(0, 1, 0), arc=2, closed=True)


def turned(profile: Sequence[tuple[float, float]] | Array, *, segments: int = 32, smooth: bool = False) -> Mesh:
    """A profile of (radius, height) from bottom to top turned about Y; corners sharper than 40 degrees get an edge of
    their own unless ``smooth``. It is closed where the profile starts and ends at radius 0."""
    prof = np.asarray(profile, float)
    d = np.diff(prof, axis=0)
    length = np.linalg.norm(d, axis=1)
    keep = length > 1e-9
    d, length = d[keep] / length[keep, None], length[keep]
    a_, b_ = prof[:-1][keep], prof[1:][keep]
    fn = np.stack([d[:, 1], -d[:, 0]], -1)  # outward of each band
    vn = fn[:-1] * length[:-1, None] + fn[1:] * length[1:, None]  # long bands stay flat, bevels give way
    vn /= np.maximum(np.linalg.norm(vn, axis=1, keepdims=True), 1e-9)
    sharp = (fn[:-1] * fn[1:]).sum(1) < math.cos(math.radians(40))
    use = ~sharp | smooth
    n0, n1 = fn.copy(), fn.copy()
    n0[1:][use], n1[:-1][use] = vn[use], vn[use]
    s = np.concatenate([[0], np.cumsum(length)])
    rows = np.stack([a_, b_], 1).reshape(-1, 2)
    norm = np.stack([n0, n1], 1).reshape(-1, 2)
    v = np.stack([s[:-1], s[1:]], 1).reshape(-1)
    t = np.linspace(0, 2 * math.pi, segments + 1)
    points = np.stack(np.broadcast_arrays(rows[:, :1] * np.sin(t), rows[:, 1:], rows[:, :1] * np.cos(t)), -1)
    normals = np.stack(np.broadcast_arrays(norm[:, :1] * np.sin(t), norm[:, 1:], norm[:, :1] * np.cos(t)), -1)
    uv = np.stack(np.broadcast_arrays(t[None] * max(float(prof[:, 0].max()), 1e-3), v[:, None]), -1)
    return grid(points[:, ::-1], normals[:, ::-1], uv[:, ::-1])


def bulged(profile: Sequence[tuple[float, float]], n: int) -> Array:
    """(n, 2): a smooth profile through a few (radius, height), never below the floor."""
    p = np.asarray(profile, float)
    return np.maximum(curve(np.column_stack([p, np.zeros(len(p))]), n)[:, :2], 0)


def rounded(width: float, depth: float, radius: float, n: int = 6) -> Array:
    """(N, 2) x, z outline of a rectangle with rounded corners, centred; counter-clockwise with z up the page."""
    r = min(radius, width / 2 - 1e-4, depth / 2 - 1e-4)
    out = []
    for x, z, a0 in ((1, -1, -90), (1, 1, 0), (-1, 1, 90), (-1, -1, 180)):
        a = np.radians(np.linspace(a0, a0 + 90, n))
        out.append(np.stack([x * (width / 2 - r) + r * np.cos(a), z * (depth / 2 - r) + r * np.sin(a)], -1))
    return np.concatenate(out)


def ellipse(width: float, depth: float, n: int = 56, power: float = 2.0) -> Array:
    """(N, 2) outline of an ellipse; ``power`` above 2 squares it off (a superellipse)."""
    a = np.linspace(0, 2 * math.pi, n, endpoint=False)
    c, s = np.cos(a), np.sin(a)
    k = 2 / power
    return np.stack([np.sign(c) * np.abs(c) ** k * width / 2, np.sign(s) * np.abs(s) ** k * depth / 2], -1)


def slab(
    outline: Array,
    thick: float,
    *,
    bevel: float = 0.003,
    under: float = 0.0,
    rng: np.random.Generator | None = None,
    turn: bool = False,
    dish: float = 0.0,
) -> Mesh:
    """A flat top of ``outline`` (N, 2) x, z (counter-clockwise with z up the page, seen whole from its middle) standing
    on y = 0. ``under``: its lower edge is chamfered by that much (a knife edge). ``dish``: the top is hollowed by that
    much. Grain along x (``turn``: along z)."""
    o = np.asarray(outline, float)
    t = np.roll(o, -1, 0) - np.roll(o, 1, 0)
    n = np.stack([t[:, 1], -t[:, 0]], -1)
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    b = min(bevel, thick * 0.45)
    c = o.mean(0)
    ang = np.linspace(math.pi / 2, 0, 4)
    rows: list[tuple[Array, Array | float, Array]] = []  # plan, height, normal as (horizontal, vertical)
    inner = o - n * b
    for f in (0.0, 0.4, 0.8) if dish else (0.0,):
        rows.append((c + (inner - c) * f, thick - dish * (1 - f**2) ** 2, np.array([0.0, 1.0])))
    rows.append((inner, thick, np.array([0.0, 1.0])))
    for a in ang:
        rows.append((inner + n * b * math.cos(a), thick - b + b * math.sin(a), np.array([math.cos(a), math.sin(a)])))
    low = o - n * under
    y_edge = b + (thick - 2 * b) * (0.45 if under else 0.0)
    rows.append((o, y_edge, np.array([1.0, 0.0])))
    if under:
        k = np.array([thick, -under]) / math.hypot(thick, under)
        rows += [(o, y_edge, k), (low, 0.0, k)]
        bottom = low
    else:
        for a in ang[::-1]:
            rows.append((inner + n * b * math.cos(a), b - b * math.sin(a), np.array([math.cos(a), -math.sin(a)])))
        bottom = inner
    rows += [(bottom, 0.0, np.array([0.0, -1.0])), (np.broadcast_to(c, o.shape), 0.0, np.array([0.0, -1.0]))]
    m = len(o)
    points = np.zeros((len(rows), m, 3))
    normals = np.zeros((len(rows), m, 3))
    for i, (plan, y, k) in enumerate(rows):
        points[i, :, 0], points[i, :, 1], points[i, :, 2] = plan[:, 0], y, plan[:, 1]
        normals[i, :, 0], normals[i, :, 1], normals[i, :, 2] = n[:, 0] * k[0], k[1], n[:, 1] * k[0]
    points = np.concatenate([points, points[:, :1]], 1)
    normals = np.concatenate([normals, normals[:, :1]], 1)
    uv = points[..., [0, 2]].copy()
    uv[..., 1] += (points[..., 1] - thick) * 0.6  # the edge is not one smeared line
    if turn:
        uv = uv[..., ::-1]
    mesh = grid(points[:, ::-1], normals[:, ::-1], uv[:, ::-1])
    if dish:
        mesh = surface_normals(mesh)
    return grain(mesh, rng) if rng is not None else mesh


def surface_normals(mesh: Mesh, crease_deg: float = 45) -> Mesh:
    """Normals from the faces where they lie near the given ones; sharp edges keep theirs."""
    from .mesh import smooth_normals

    n = smooth_normals(mesh.vertices, mesh.faces)
    near = (n * mesh.normals).sum(1) > math.cos(math.radians(crease_deg))
    return replace(mesh, normals=np.where(near[:, None], n, mesh.normals).astype(np.float32))


def deform(mesh: Mesh, change: Callable[[Array], Array], eps: float = 1e-4) -> Mesh:
    """Vertices moved by a smooth ``change`` of points (N, 3); normals follow by its numerical derivative."""
    v = mesh.vertices.astype(float)
    q = np.asarray(change(v), float)
    jac = np.stack([(change(v + eps * e) - q) / eps for e in np.eye(3)], -1)  # (N, 3, 3), column per axis
    n = np.linalg.solve(np.swapaxes(jac, 1, 2), mesh.normals.astype(float)[..., None])[..., 0]
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    return replace(mesh, vertices=q.astype(np.float32), normals=n.astype(np.float32))


def corners(width: float, depth: float, inset: float) -> list[tuple[float, float]]:
    """Places of four legs under a top of width x depth."""
    x, z = width / 2 - inset, depth / 2 - inset
    return [(x, z), (-x, z), (x, -z), (-x, -z)]
