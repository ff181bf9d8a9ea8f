"""Camera from line segments: focal length, pitch, roll and the room's main directions, from one photo.

Every segment of a building mostly runs along one of three orthogonal directions. All cameras of a grid over focal
length, pitch and roll are scored by how much segment length points to the zenith or shares a pair of orthogonal
horizontal directions; priors (upright camera, usual lenses, EXIF) settle what the lines leave open. The best few are
then refined. The grid replaces the random triplets of RANSAC: no draw to be unlucky with, identical results every time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..types import Camera
from .lines import lengths

Array = Any

FOV_DEG = (46.0, 112.0)
"""Fields of view over the longer side that are tried; estate agents use 65 to 100 degrees."""
LOG_FOCAL = (math.log(0.60), 0.17)
"""Prior of log(focal / longer side): 80 degrees, one sigma from 70 to 90."""
EXIF_SIGMA = 0.05
FAR_WORSE = 45.0
"""Cameras this much less likely than the best are dropped; the room's shape chooses among the others."""
PITCH_PRIOR = (-2.0, 8.0)
ROLL_SIGMA = 1.2
DIAGONAL = 0.6
"""Worth of a segment at 45 degrees to the main directions: diagonal tiles, herringbone, bay windows."""
SHIFT_SIGMA = 0.035
"""Prior of a principal point moved up or down, of the height: prints of upright-corrected or cropped photos."""


@dataclass(frozen=True)
class View:
    """What the lines say of the camera. ``confidence`` 0 to 1; ``focal_sigma`` is the relative doubt of the focal."""

    camera: Camera
    yaw_deg: float
    confidence: float
    focal_sigma: float
    explained: float
    """Share of segment length that points to one of the vanishing points."""
    score: float = 0.0
    """Log-posterior, up to a constant of the photo."""


def estimate_views(
    lines: Array,
    width: int,
    height: int,
    *,
    focal_px: float | None = None,
    focal_prior_px: float | None = None,
    camera_height_m: float = 1.4,
    trust: Array | None = None,
    keep: int = 5,
) -> list[View]:
    """Cameras and yaws that suit the segments (N, 4), the likeliest first, unlike each other.

    ``focal_px`` is taken as true; ``focal_prior_px`` (EXIF) as within about 5 %. ``trust`` (N,) in 0..1 says how much
    each segment tells of the building; cameras are sought with and without it, since patterns that run with the walls
    are the best lines of many a bare room. The principal point may move vertically where the lines ask for it.
    Without usable lines the priors answer, with confidence near 0.
    """
    problems = [_Problem(lines, width, height, focal_px, focal_prior_px)]
    if trust is not None and len(lines):
        problems.append(_Problem(lines, width, height, focal_px, focal_prior_px, trust))

    def value(x: Array) -> float:
        return sum(p.score(x) for p in problems) / len(problems)

    found = [_refine(p, s, False)[1] for p in problems for s in _grid(p)]
    found = _distinct(sorted(found, key=lambda x: -value(x)))[: keep - 1]
    for problem in problems:
        shifted = _refine(problem, found[0], True)[1]
        if value(shifted) > value(found[0]) + 2.0:
            found.insert(0, shifted)
    for x in found[:2]:
        turned = x.copy()
        turned[3] += 45.0
        found.append(_refine(problems[0], turned, False)[1])
    found = _distinct(sorted(found, key=lambda x: -value(x)))
    best = value(found[0])
    views: list[View] = []
    for x in found[: keep + 1]:
        if value(x) < best - FAR_WORSE and views:
            break
        focal, pitch, roll, yaw, off = _unpack(x)
        confidence, sigma, explained = _doubt(problems[-1], x, problems[-1].score(x))
        camera = Camera(
            focal_px=focal * problems[0].size,
            cx=width / 2,
            cy=height / 2 + off * height,
            width=width,
            height=height,
            pitch_deg=float(np.clip(pitch, -60, 60)),
            roll_deg=float(np.clip(roll, -30, 30)),
            height_m=camera_height_m,
        )
        views.append(View(camera, (yaw + 45.0) % 90.0 - 45.0, confidence, sigma, explained, value(x)))
    return views


def _distinct(found: list[Array]) -> list[Array]:
    """Without parameters that nearly repeat an earlier entry."""
    out: list[Array] = []
    for x in found:
        near = (
            abs(x[0] - y[0]) < 0.04
            and abs(x[1] - y[1]) < 0.8
            and abs((x[3] - y[3] + 45) % 90 - 45) < 2
            and abs(x[4] - y[4]) < 0.01
            for y in out
        )
        if not any(near):
            out.append(x)
    return out


class _Problem:
    """Segments in units of the longer side, relative to the picture's centre, and the priors."""

    def __init__(
        self,
        lines: Array,
        width: int,
        height: int,
        focal: float | None,
        prior: float | None,
        trust: Array | None = None,
    ) -> None:
        self.size = float(max(width, height))
        self.tall = height / self.size
        scale = 1.0 / self.size
        centre = np.array([width / 2, height / 2, width / 2, height / 2])
        s = (np.asarray(lines, dtype=np.float64).reshape(-1, 4) - centre) * scale
        long = lengths(s) if len(s) else np.zeros(0)
        self.segments = s
        self.middle = (s[:, :2] + s[:, 2:]) / 2
        self.unit = (s[:, 2:] - s[:, :2]) / np.maximum(long, 1e-9)[:, None]
        # Long segments say more, but one window frame must not outvote a room.
        self.weight = np.minimum(long, 0.35) * (1.0 if trust is None else np.asarray(trust))
        self.weight = self.weight * alone(self.middle, self.unit)
        # Half a pixel of doubt at each end, and half a degree of lens distortion and crooked building
        self.sigma = np.hypot(math.radians(0.45), 0.6 * scale / np.maximum(long, 1e-9) * 1.0)
        total = float(self.weight.sum())
        # Evidence grows with the amount of line, but blinds and planks repeat each other
        self.gain = 140.0 * total / (total + 4.0) / max(total, 1e-9)
        if focal is not None:
            self.focal_mean, self.focal_sigma = math.log(focal / self.size), 1e-4
        elif prior is not None:
            self.focal_mean, self.focal_sigma = math.log(prior / self.size), EXIF_SIGMA
        else:
            self.focal_mean, self.focal_sigma = LOG_FOCAL
        self.focal_fixed = focal is not None

    def log_prior(self, focal: float, pitch: float, roll: float, off: float) -> float:
        z = ((math.log(focal) - self.focal_mean) / self.focal_sigma) ** 2 if not self.focal_fixed else 0.0
        z += ((pitch - PITCH_PRIOR[0]) / PITCH_PRIOR[1]) ** 2 + min((roll / ROLL_SIGMA) ** 2, 14.0)
        z += (off / SHIFT_SIGMA) ** 2
        return -0.5 * z

    def score(self, x: Array, wide: float = 1.0) -> float:
        """Log-posterior of parameters ``x`` (log focal, pitch, roll, yaw, shift); ``wide`` loosens the tolerance."""
        focal, pitch, roll, _, off = _unpack(x)
        if not 0.25 < focal < 3.0 or abs(pitch) > 50 or abs(roll) > 25 or abs(off) > 0.25:
            return -1e6
        fit = self.fit(x, wide)
        best = np.maximum(fit[:3].max(0), DIAGONAL * fit[3:].max(0))
        return self.gain * float((self.weight * best).sum()) + self.log_prior(focal, pitch, roll, off)

    def fit(self, x: Array, wide: float = 1.0) -> Array:
        """(5, N) in 0..1: how well each segment points to the zenith, the two main directions and the two between."""
        focal, pitch, roll, yaw, off = _unpack(x)
        d = directions(pitch, roll, yaw)
        m0, m1 = self.middle[:, 0], self.middle[:, 1] - off * self.tall
        t0 = focal * d[:, :1] + m0 * d[:, 2:]
        t1 = -focal * d[:, 1:2] + m1 * d[:, 2:]
        cross = self.unit[:, 0] * t1 - self.unit[:, 1] * t0
        sine2 = cross**2 / np.maximum(t0**2 + t1**2, 1e-12)
        q = sine2 / (self.sigma * wide) ** 2
        return 1.0 / (1.0 + 0.5 * q) ** 1.5


def alone(middle: Array, unit: Array, near: float = 0.06, power: float = 0.35) -> Array:
    """(N,) 0..1: less for segments among many like them, so that a blind or planks count as one thing, not fifty."""
    if not len(middle):
        return np.zeros(0)
    close = np.abs(middle[:, None] - middle[None]).max(-1) < near
    alike = np.abs(unit[:, None, 0] * unit[None, :, 1] - unit[:, None, 1] * unit[None, :, 0]) < math.sin(
        math.radians(4)
    )
    return (close & alike).sum(1) ** -power


def _unpack(x: Array) -> tuple[float, float, float, float, float]:
    return math.exp(x[0]), float(x[1]), float(x[2]), float(x[3]), float(x[4])


def directions(pitch_deg: float, roll_deg: float, yaw_deg: float) -> Array:
    """(5, 3): up, the room's two main horizontal directions and the two between them, in camera axes
    (x right, y up, z backward)."""
    rotation = _rotation(np.array([pitch_deg]), np.array([roll_deg]))[0]
    world = [[0.0, 1.0, 0.0]]
    for a in (math.radians(yaw_deg), math.radians(yaw_deg + 45)):
        world += [[math.cos(a), 0, -math.sin(a)], [math.sin(a), 0, math.cos(a)]]
    return np.array(world) @ rotation


def _rotation(pitch_deg: Array, roll_deg: Array) -> Array:
    """(K, 3, 3) camera to world, as Camera.rotation."""
    p, r = np.radians(pitch_deg), np.radians(roll_deg)
    cp, sp, cr, sr, o, i = np.cos(p), np.sin(p), np.cos(r), np.sin(r), np.zeros_like(p), np.ones_like(p)
    rx = np.stack([i, o, o, o, cp, -sp, o, sp, cp], -1).reshape(-1, 3, 3)
    rz = np.stack([cr, -sr, o, sr, cr, o, o, o, i], -1).reshape(-1, 3, 3)
    return rx @ rz


def _grid(problem: _Problem, keep: int = 5, bins: int = 60) -> list[Array]:
    """Starting points for the refinement: the best cameras of a coarse grid, unlike each other."""
    top = np.argsort(-problem.weight, kind="stable")[:350]
    low, high = (0.5 / math.tan(math.radians(a) / 2) for a in reversed(FOV_DEG))
    if problem.focal_fixed:
        focals = np.array([math.exp(problem.focal_mean)])
    else:
        focals = np.exp(np.linspace(math.log(low), math.log(high), 12))
    pitches, rolls = np.arange(-26.0, 22.1, 2.0), np.arange(-6.0, 6.1, 1.5)
    f, p, r = (a.ravel() for a in np.meshgrid(focals, pitches, rolls, indexing="ij"))
    prior = np.array([problem.log_prior(*v, 0.0) for v in zip(f, p, r, strict=True)])
    if not len(problem.segments):
        k = int(np.argmax(prior))
        return [np.array([math.log(f[k]), p[k], r[k], 0.0, 0.0])]
    m, unit, w = problem.middle[top], problem.unit[top], problem.weight[top]
    s = problem.segments[top]
    rotation = _rotation(p, r)
    up = rotation[:, 1, :]  # the world's up in camera axes
    t0 = f[:, None] * up[:, :1] + m[:, 0] * up[:, 2:]
    t1 = -f[:, None] * up[:, 1:2] + m[:, 1] * up[:, 2:]
    wide = np.hypot(problem.sigma[top], math.radians(1.2))
    q = (unit[:, 0] * t1 - unit[:, 1] * t0) ** 2 / np.maximum(t0**2 + t1**2, 1e-12) / wide**2
    upright = 1.0 / (1.0 + 0.5 * q) ** 1.5
    # The normal of a segment's plane through the camera is fixed up to the focal length: n = (a f, b f, c) scaled
    a, b = s[:, 1] - s[:, 3], s[:, 0] - s[:, 2]
    c = s[:, 0] * s[:, 3] - s[:, 2] * s[:, 1]
    # rays (u, -v, -f): n = r0 x r1
    n = np.stack([np.multiply.outer(f, a), np.multiply.outer(f, b), np.broadcast_to(-c, (len(f), len(c)))], -1)
    world = np.einsum("kij,knj->kni", rotation, n)
    flat = np.hypot(world[..., 0], world[..., 2])
    # the horizontal direction in the plane is n x up = (-nz, 0, nx); yaw as in Layout: (cos, 0, -sin)
    yaw = np.degrees(np.arctan2(-world[..., 0], -world[..., 2])) % 90.0
    sure = np.minimum(1.0, flat / np.maximum(np.linalg.norm(world, axis=-1), 1e-12) / 0.25)
    votes = w * (1.0 - upright) * sure
    index = (yaw / 90.0 * bins).astype(int) % bins + np.arange(len(f))[:, None] * bins
    histogram = np.bincount(index.ravel(), votes.ravel(), len(f) * bins).reshape(-1, bins)
    smooth = histogram + 0.6 * (np.roll(histogram, 1, 1) + np.roll(histogram, -1, 1))
    smooth = smooth + DIAGONAL * np.roll(smooth, bins // 2, 1)
    total = problem.gain * ((upright * w).sum(1) + smooth.max(1)) + prior
    starts: list[Array] = []
    peak = (smooth.argmax(1) + 0.5) * 90.0 / bins
    candidates = []
    for k in np.argsort(-total, kind="stable")[:160]:
        x = np.array([math.log(f[k]), p[k], r[k], peak[k], 0.0])
        candidates.append((problem.score(x, 3.0), x))
    candidates.sort(key=lambda c: -c[0])
    for _, x in candidates:
        if all(
            abs(x[0] - y[0]) > 0.15 or abs(x[1] - y[1]) > 3 or abs((x[3] - y[3] + 45) % 90 - 45) > 8 for y in starts
        ):
            starts.append(x)
        if len(starts) == keep:
            break
    return starts


def _refine(problem: _Problem, x: Array, shift: bool) -> tuple[float, Array]:
    """Nelder-Mead from ``x``, with the tolerance drawn in; returns score and parameters."""
    from scipy.optimize import minimize

    free = [1, 2, 3] if problem.focal_fixed else [0, 1, 2, 3]
    free = [*free, 4] if shift else free
    step = np.array([0.08, 1.5, 0.7, 2.0, 0.03])
    for wide in (2.5, 1.0):

        def cost(v: Array, wide: float = wide, base: Array = x, step: Array = step) -> float:
            y = base.copy()
            y[free] = base[free] + v * step[free]
            return -problem.score(y, wide)

        simplex = np.concatenate([np.zeros((1, len(free))), np.eye(len(free))])
        found = minimize(
            cost,
            np.zeros(len(free)),
            method="Nelder-Mead",
            options={"initial_simplex": simplex, "maxfev": 160 if wide > 1 else 220, "xatol": 0.004, "fatol": 0.01},
        )
        x = x.copy()
        x[free] = x[free] + found.x * step[free]
        step = step * 0.5
    return problem.score(x), x


def _doubt(problem: _Problem, x: Array, value: float) -> tuple[float, float, float]:
    """(confidence, relative doubt of the focal length, explained share of line length)."""
    if not len(problem.segments):
        return 0.05, LOG_FOCAL[1], 0.0
    fit = problem.fit(x)
    fit = np.maximum(fit[:3].max(0), DIAGONAL * fit[3:].max(0))
    explained = float((problem.weight * fit).sum() / problem.weight.sum())
    sigma = problem.focal_sigma
    if not problem.focal_fixed:
        falls = []
        for step in (-0.12, 0.12):
            y = x.copy()
            y[0] += step
            # the pitch follows the focal length so that the horizon stays where it is
            f0, f1 = math.exp(x[0]), math.exp(y[0])
            y[1] = math.degrees(math.atan(math.tan(math.radians(x[1])) * f0 / f1))
            falls.append(max(value - problem.score(y), 0.05))
        sigma = float(np.clip(0.12 / math.sqrt(2.0 * min(falls)), 0.005, LOG_FOCAL[1]))
    enough = 1.0 - math.exp(-float(problem.weight.sum()) / 2.5)
    confidence = float(np.clip(enough * min(1.0, explained / 0.6) * (1.0 - 0.5 * sigma / LOG_FOCAL[1]), 0.02, 0.99))
    return confidence, sigma, explained
