"""Rays: what the camera sees of the furniture, and how much light the room's surfaces lose and gain by it.

Both passes shoot their own rays through Mitsuba in batches (LLVM variant), only where something can change, and add samples
up pixel by pixel in a fixed order: the same seed gives the same bytes on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..types import Array, Camera
from . import scalar
from .engine import Engine

LANES = 1 << 21
_BRIGHTEST = 12.0
"""Samples are clamped here (white paper is about 0.5 to 1): fireflies cost more than the energy lost."""

Tick = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Seen:
    """Furniture as the camera sees it, for N chosen pixels: ``colour`` (N, 3) linear, not premultiplied, and ``albedo``,
    ``normal`` (N, 3) for the denoiser."""

    colour: Array
    albedo: Array
    normal: Array


def integrator(engine: Engine, depth: int, *, guides: bool) -> Any:
    """A path tracer of ``depth`` segments; with ``guides`` it also gives albedo and shading normal."""
    path = {"type": "path", "max_depth": depth, "rr_depth": 4}
    return engine.mi.load_dict({"type": "aov", "aovs": "albedo:albedo,nn:sh_normal", "image": path} if guides else path)


def _vector(mi: Any, a: Array) -> Any:
    return mi.Vector3f(np.ascontiguousarray(a.T, dtype=np.float32))


def _sampler(mi: Any, seed: int, lanes: int) -> Any:
    """Random numbers whose state is in memory: a literal seed inside the kernel would compile it anew each time."""
    import drjit as dr

    sampler = mi.load_dict({"type": "independent"})
    sampler.seed(dr.opaque(mi.UInt32, seed % (1 << 32)), lanes)
    sampler.schedule_state()
    dr.eval()
    return sampler


def _sums(columns: list[Any], block: int) -> Array:
    """(N, len(columns)) sums of every ``block`` lanes. Evaluated together first: ``block_sum`` alone would trace the
    rays once for each column."""
    import drjit as dr

    dr.eval(columns)
    return np.stack([np.array(dr.block_sum(c, block)) for c in columns], -1)


class _Lens:
    """The camera's numbers in memory, not in the kernel, so that the compiled kernel serves every photo."""

    def __init__(self, mi: Any, camera: Camera) -> None:
        import drjit as dr

        def held(value: float) -> Any:
            return dr.opaque(mi.Float, float(value))

        self.mi = mi
        self.r = [[held(v) for v in row] for row in camera.rotation]
        self.cx, self.cy, self.inverse = held(camera.cx), held(camera.cy), held(1 / camera.focal_px)
        self.origin = mi.Point3f(*(held(c) for c in camera.centre))

    def ray(self, u: Any, v: Any) -> tuple[Any, Any]:
        """Origin and normalised direction of pixel positions; the geometry of ``Camera.rays``."""
        import drjit as dr

        x, y = (u - self.cx) * self.inverse, (self.cy - v) * self.inverse
        return self.origin, dr.normalize(self.mi.Vector3f(*(row[0] * x + row[1] * y - row[2] for row in self.r)))

    def along(self, d: Any) -> Any:
        """Depth along the axis for each metre along direction ``d``."""
        return -(self.r[0][2] * d.x + self.r[1][2] * d.y + self.r[2][2] * d.z)


def coverage(
    engine: Engine, labels: Any, camera: Camera, box: tuple[int, int, int, int], limit: Array, grid: int = 4
) -> tuple[Array, Array, Array]:
    """(alpha float32, depth float32 metres along the axis, label int16 or -1) of the crop ``box`` (x0, y0, x1, y1).

    ``limit``: depth of the bare room at the crop's pixels; what lies behind it is hidden. ``grid`` x ``grid`` samples.
    """
    if not engine.fast:
        return scalar.coverage(engine, labels, camera, box, limit, grid)
    import drjit as dr

    mi = engine.mi
    x0, y0, x1, y1 = box
    h, w = y1 - y0, x1 - x0
    lens = _Lens(mi, camera)
    alpha, depth = np.zeros((h, w), np.float32), np.full((h, w), np.inf, np.float32)
    label = np.full((h, w), -1, np.int16)
    rows = max(1, LANES // max(w, 1))
    for top in range(0, h, rows):
        n = min(rows, h - top)
        index = dr.arange(mi.UInt32, n * w)
        width, left, up = (dr.opaque(t, v) for t, v in ((mi.UInt32, w), (mi.Float, x0), (mi.Float, y0 + top)))
        px, py = mi.Float(index % width) + left, mi.Float(index // width) + up
        far = mi.Float(np.ascontiguousarray(limit[top : top + n], np.float32).ravel())
        hits, near, which = mi.Float(0), mi.Float(np.inf), mi.UInt32(0xFFFFFFFF)
        for j in range(grid * grid):
            # Scrambled so that no row or column of samples lines up with a furniture edge.
            du, dv = (
                (j % grid + 0.5 + 0.4 * ((j // grid) / grid - 0.4)) / grid,
                (j // grid + 0.5 + 0.4 * ((j % grid) / grid - 0.4)) / grid,
            )
            o, d = lens.ray(px + dr.opaque(mi.Float, du), py + dr.opaque(mi.Float, dv))
            hit = labels.ray_intersect_preliminary(mi.Ray3f(o, d), coherent=True)
            along = hit.t * lens.along(d)
            ok = hit.is_valid() & (along < far)
            closer = ok & (along < near)
            hits += dr.select(ok, 1.0, 0.0)
            near = dr.select(closer, along, near)
            which = dr.select(closer, hit.shape_index, which)
            dr.eval(hits, near, which)
        alpha[top : top + n] = np.array(hits).reshape(n, w) / grid**2
        depth[top : top + n] = np.array(near).reshape(n, w)
        ids = np.array(which).reshape(n, w)
        label[top : top + n] = np.where(ids == 0xFFFFFFFF, -1, ids).astype(np.int16)
    return alpha, depth, label


def facing(engine: Engine, labels: Any, camera: Camera, box: tuple[int, int, int, int]) -> Array:
    """float32 (h, w, 3): world normals of the furniture at the centres of the crop's pixels, turned to the camera; zero
    where there is none."""
    import drjit as dr

    mi = engine.mi
    x0, y0, x1, y1 = box
    h, w = y1 - y0, x1 - x0
    lens = _Lens(mi, camera)
    out = np.zeros((h, w, 3), np.float32)
    rows = max(1, LANES // max(w, 1))
    for top in range(0, h, rows):
        n = min(rows, h - top)
        index = dr.arange(mi.UInt32, n * w)
        width, left, up = (dr.opaque(t, v) for t, v in ((mi.UInt32, w), (mi.Float, x0), (mi.Float, y0 + top)))
        o, d = lens.ray(mi.Float(index % width) + left + 0.5, mi.Float(index // width) + up + 0.5)
        hit = labels.ray_intersect(mi.Ray3f(o, d))
        normal = dr.select(dr.dot(hit.sh_frame.n, d) > 0, -hit.sh_frame.n, hit.sh_frame.n)
        normal = dr.select(hit.is_valid(), normal, 0)
        out[top : top + n] = np.array(normal).T.reshape(n, w, 3)
    return out


def _chunks(n: int, lanes: int) -> Iterator[tuple[int, int]]:
    """Starts and counts of even parts of ``n`` points with ``lanes`` rays each."""
    parts = max(1, -(-n * lanes // LANES))
    step = max(1, -(-n // parts))
    for start in range(0, n, step):
        yield start, min(step, n - start)


def look(
    engine: Engine,
    scene: Any,
    labels: Any,
    camera: Camera,
    pixels: Array,
    *,
    samples: int,
    depth: int,
    seed: int,
    tick: Tick,
) -> Seen:
    """Path-trace the furniture at ``pixels`` (N, 2) integer x, y. Rays that miss the furniture do not count."""
    if not engine.fast:
        mean = scalar.look(engine, scene, integrator(engine, depth, guides=True), camera, pixels, samples, seed)
        tick(1.0)
        return Seen(mean[:, 0:3], mean[:, 3:6], mean[:, 6:9])
    import drjit as dr

    mi = engine.mi
    tracer = integrator(engine, depth, guides=True)
    n = len(pixels)
    lens = _Lens(mi, camera)
    total = np.zeros((n, 10), np.float32)
    for k, (start, m) in enumerate(_chunks(n, samples)):
        part = pixels[start : start + m]
        sampler = _sampler(mi, seed * 7919 + k, m * samples)
        pixel = dr.arange(mi.UInt32, m * samples) // dr.opaque(mi.UInt32, samples)
        px = dr.gather(mi.Float, mi.Float(part[:, 0].astype(np.float32)), pixel)
        py = dr.gather(mi.Float, mi.Float(part[:, 1].astype(np.float32)), pixel)
        jitter = sampler.next_2d()
        o, d = lens.ray(px + jitter.x, py + jitter.y)
        first = labels.ray_intersect_preliminary(mi.Ray3f(o, d), coherent=True)
        hit = first.is_valid()
        # Start just before the furniture: a camera outside the guessed room must not stop at the back of a wall.
        ray = mi.RayDifferential3f(o + d * dr.maximum(first.t - 0.005, 0), d)
        colour, _, extra = tracer.sample(scene, sampler, ray, None, hit)
        colour = dr.minimum(dr.select(dr.isfinite(colour), colour, 0), _BRIGHTEST)
        guides = extra[-6:]
        columns = [colour.x, colour.y, colour.z, *guides, mi.Float(1)]
        total[start : start + m] = _sums([dr.select(hit, c, 0) for c in columns], samples)
        tick(min(1.0, (start + m) / n))
    mean = total[:, :9] / np.maximum(total[:, 9:], 1)
    mean[total[:, 9] == 0] = np.nan
    return Seen(mean[:, 0:3], mean[:, 3:6], mean[:, 6:9])


class _Points:
    """Surface points and normals, repeated ``rays`` times, lifted off their surface."""

    def __init__(self, mi: Any, points: Array, normals: Array, rays: int) -> None:
        import drjit as dr

        owner = dr.arange(mi.UInt32, len(points) * rays) // dr.opaque(mi.UInt32, rays)
        p = dr.gather(mi.Vector3f, _vector(mi, points), owner)
        self.n = dr.gather(mi.Vector3f, _vector(mi, normals), owner)
        self.p = mi.Point3f(p + self.n * 2e-3)


def gather(
    engine: Engine,
    shell: Any,
    solid: Any,
    points: Array,
    normals: Array,
    *,
    rays: int,
    seed: int,
    tick: Tick | None = None,
) -> tuple[Array, Array]:
    """float32 (N, 3) twice: irradiance of the bare room at ``points`` with ``normals`` (N, 3), and the share of it that
    furniture lets through.

    ``rays`` light samples, importance-sampled on the shell, each used for both, so the noise of the share comes only
    from what is blocked.
    """
    if not engine.fast:
        return scalar.gather(engine, shell, solid, points, normals, rays, seed)
    import drjit as dr

    mi = engine.mi
    bare, share = np.zeros((len(points), 3), np.float32), np.ones((len(points), 3), np.float32)
    for k, (start, m) in enumerate(_chunks(len(points), rays)):
        at = _Points(mi, points[start : start + m], normals[start : start + m], rays)
        sampler = _sampler(mi, seed * 104729 + k, m * rays)
        place = dr.zeros(mi.Interaction3f, m * rays)
        place.p = at.p
        ds, weight = shell.sample_emitter_direction(place, sampler.next_2d(), False)
        cosine = dr.maximum(dr.dot(at.n, ds.d), 0)
        light = dr.select(dr.isfinite(weight), weight * cosine, 0)
        ray = mi.Ray3f(at.p, ds.d, ds.dist * 0.999, 0.0, [])
        lit = (cosine > 0) & ~shell.ray_test(ray, cosine > 0)
        free = lit & ~solid.ray_test(ray, lit)
        both = _sums([dr.select(w, c, 0) for w in (lit, free) for c in (light.x, light.y, light.z)], rays) / rays
        bare[start : start + m] = both[:, :3]
        share[start : start + m] = both[:, 3:] / np.maximum(both[:, :3], 1e-5)
        if tick is not None:
            tick(min(1.0, (start + m) / len(points)))
    return bare, share


def reflected(
    engine: Engine, shell: Any, solid: Any, full: Any, points: Array, normals: Array, *, rays: int, seed: int,
    tick: Tick | None = None,
) -> Array:  # fmt: skip
    """float32 (N, 3): irradiance at ``points`` with ``normals`` (N, 3) by light that furniture reflects; ``full`` is
    the room with furniture."""
    if not engine.fast:
        tracer = integrator(engine, 3, guides=False)
        return scalar.reflected(engine, shell, solid, full, tracer, points, normals, rays, seed)
    import drjit as dr

    mi = engine.mi
    tracer = integrator(engine, 3, guides=False)
    out = np.zeros((len(points), 3), np.float32)
    for k, (start, m) in enumerate(_chunks(len(points), rays)):
        at = _Points(mi, points[start : start + m], normals[start : start + m], rays)
        sampler = _sampler(mi, seed * 104729 + k + 1_000_003, m * rays)
        direction = mi.Frame3f(at.n).to_world(mi.warp.square_to_cosine_hemisphere(sampler.next_2d()))
        ray = mi.Ray3f(at.p, direction)
        near = solid.ray_intersect_preliminary(ray)
        wall = shell.ray_intersect_preliminary(ray)
        hit = near.is_valid() & (near.t < wall.t)
        colour, _, _ = tracer.sample(full, sampler, mi.RayDifferential3f(ray), None, hit)
        colour = dr.minimum(dr.select(dr.isfinite(colour), colour, 0), _BRIGHTEST)
        lanes = [dr.select(hit, c, 0) for c in (colour.x, colour.y, colour.z)]
        out[start : start + m] = _sums(lanes, rays) * (np.pi / rays)
        if tick is not None:
            tick(min(1.0, (start + m) / len(points)))
    return out
