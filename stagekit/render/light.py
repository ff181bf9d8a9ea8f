"""How bright the light sources really are: windows clip in a photo, and half of the room is not in it.

Every wall point seen must get the light that explains its own radiance: L = albedo / pi * E(gain, unseen). Rooms' walls and
ceilings are mostly light, so an albedo of about 0.8 (less for strong colours) makes the two unknown brightnesses a small
regularised least-squares problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array, Layout
from .shell import Rect, Shell, build_shell, first_hit, surface_labels

LUMA = np.array([0.2126, 0.7152, 0.0722])
_WALL_ALBEDO = 0.78


@dataclass(frozen=True, eq=False)
class Light:
    """The room's light: ``textures`` as in ``Shell.radiance``; ``white`` (3,) the radiance of white paper (albedo 0.8)
    averaged over the room; ``exposure`` a last factor for furniture; the fitted ``gain`` and ``unseen``."""

    rects: list[Rect]
    textures: list[Array]
    white: Array
    exposure: float
    gain: float
    unseen: float


def light_sources(layout: Layout, light: Array) -> Array:
    """float32 (h, w) 0..1: pixels of ``light`` (linear, clipped at 1) that are windows or lamps.

    Bright is relative to the walls: in white overexposed rooms the wall itself is near clipping.
    """
    import cv2

    h, w = light.shape[:2]
    labels = surface_labels(layout, w, h)
    luma = light @ LUMA
    wall = labels == 2
    usual = float(np.median(luma[wall])) if wall.sum() > 100 else float(np.median(luma))
    threshold = float(np.clip(1.5 * usual, 0.5, 0.97))
    bright = np.clip((luma - threshold) / 0.08 + 0.5, 0, 1)
    window = labels == 4
    # In a known window anything as bright as the wall is sky or sheer curtain.
    in_window = np.clip((luma - min(0.35, 0.9 * usual)) / 0.2, 0, 1)
    source = np.where(window, in_window, np.where((labels == 1) | (labels == 0), 0, bright))
    return cv2.GaussianBlur(source.astype(np.float32), (3, 3), 0)


def estimate_light(layout: Layout, light: Array, *, seed: int = 0) -> Light:
    """Fit the light to the photo in linear light (float32 hxwx3, any size; a few hundred pixels wide are enough)."""
    shell = build_shell(layout, light, light_sources(layout, light))
    rng = np.random.default_rng([seed, 0x11647])
    means = np.stack(
        [
            np.concatenate([s.reshape(-1, 3), f.reshape(-1, 3)]).sum(0)
            for s, f in zip(shell.seen, shell.fill, strict=True)
        ]
    )
    tint = means.sum(0) / max(float(means.sum(0) @ LUMA), 1e-6)
    daylight = 0.7 * np.ones(3) + 0.3 * tint  # a hidden window is whiter than the room that it lights
    basis = [
        [s * (1 - k[..., None]) for s, k in zip(shell.seen, shell.lift, strict=True)],
        [s * k[..., None] for s, k in zip(shell.seen, shell.lift, strict=True)],
        shell.fill,
        [w[..., None] * daylight for w in shell.window],
    ]
    points, normals, observed, albedo, weight = _probes(shell, rng, 160)
    usual = float(np.median(observed)) if len(observed) else 0.4
    if len(points):
        irradiance = _irradiance(shell.rects, basis, points, normals, rng, 192) @ LUMA  # (4, n)
        rho = albedo / np.pi
        # unknowns: gain of sources, level of the fill, radiance of the hidden window; priors 4, 1, 1 x the wall
        # A lift of 1.5 to 12 spans sheers to bright sky; soft priors keep the fit sane when nothing tells them apart.
        prior = np.array([4.0, 1.0, 1.2 * usual])
        spread = np.array([4.0, 0.35, 2.0 * usual])
        a = (irradiance[1:] * rho).T / max(usual, 1e-3) * weight[:, None]
        b = (observed - irradiance[0] * rho) / max(usual, 1e-3) * weight
        noise = 0.15 * np.sqrt(len(b))
        lhs = np.concatenate([a / noise, np.diag(1 / spread)])
        rhs = np.concatenate([b / noise, prior / spread])
        from scipy.optimize import lsq_linear

        fit = lsq_linear(lhs, rhs, bounds=([1.0, 0.6, 0.0], [30.0, 1.6, 30 * usual]))
        gain, unseen, hidden = (float(x) for x in fit.x)
        model = irradiance[0] + irradiance[1] * gain + irradiance[2] * unseen + irradiance[3] * hidden
        exposure = float(np.clip(np.median(observed / np.maximum(rho * model, 1e-6)), 0.7, 1.5))
        total = _irradiance(shell.rects, [shell.radiance(gain, unseen, hidden * daylight)], points, normals, rng, 96)[0]
        white = 0.8 / np.pi * total.mean(0) * exposure
    else:
        gain, unseen, hidden, exposure, white = 4.0, 1.0, usual, 1.0, np.full(3, 0.5)
    return Light(shell.rects, shell.radiance(gain, unseen, hidden * daylight), white, exposure, gain, unseen)


def _probes(shell: Shell, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array, Array, Array]:
    """Points seen on walls and ceiling: position, normal, luminance, guessed albedo, weight."""
    lists: list[list[Array]] = [[], [], [], [], []]
    kept = [np.flatnonzero((s.max(-1) > 0) & (k < 0.05)) for s, k in zip(shell.seen, shell.lift, strict=True)]
    areas = np.array(
        [
            len(k) / s[..., 0].size * r.area_m2 if r.kind != "floor" else 0.0
            for k, s, r in zip(kept, shell.seen, shell.rects, strict=True)
        ]
    )
    if areas.sum() < 0.3:
        empty = np.zeros((0, 3))
        return empty, empty, np.zeros(0), np.zeros(0), np.zeros(0)
    for r, s, k, share in zip(shell.rects, shell.seen, kept, areas / areas.sum(), strict=True):
        m = round(n * share)
        if m == 0 or r.kind == "floor":
            continue
        pick = rng.choice(k, m)
        rows, cols = np.divmod(pick, s.shape[1])
        colour = s[rows, cols]
        lists[0].append(r.points((cols + 0.5) / s.shape[1], (rows + 0.5) / s.shape[0]) + 0.02 * r.normal)
        lists[1].append(np.broadcast_to(r.normal, (m, 3)))
        luma = colour @ LUMA
        lists[2].append(luma)
        lists[3].append(_WALL_ALBEDO * np.clip(luma / np.maximum(colour.max(-1), 1e-4), 0.35, 1))
        lists[4].append(np.full(m, 1.0))
    p, nn, o, a, w = (np.concatenate(x) for x in lists)
    # Dark things on the walls (doors, fireplaces, bookcases) are not white paint: count them little.
    return p, nn, o, a, w * np.where(o < 0.5 * np.median(o), 0.1, 1)


def _irradiance(
    rects: list[Rect], sets: list[list[Array]], points: Array, normals: Array, rng: np.random.Generator, rays: int
) -> Array:
    """(len(sets), n, 3): irradiance at ``points`` from each set of textures, by cosine-weighted rays."""
    n = len(points)
    u, phi = rng.random((n, rays)), 2 * np.pi * rng.random((n, rays))
    r = np.sqrt(u)
    local = np.stack([r * np.cos(phi), r * np.sin(phi), np.sqrt(1 - u)], -1)
    helper = np.where(np.abs(normals[:, :1]) > 0.9, [[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])
    tangent = np.cross(helper, normals)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    frame = np.stack([tangent, np.cross(normals, tangent), normals], 1)  # (n, 3, 3)
    directions = np.einsum("nrk,nkj->nrj", local, frame)
    _, index, s, t = first_hit(rects, points[:, None, :], directions)
    out = np.zeros((len(sets), n, 3))
    for i in range(len(rects)):
        hit = index == i
        if not hit.any():
            continue
        h, w = sets[0][i].shape[:2]
        rows = np.clip((t[hit] * h).astype(int), 0, h - 1)
        cols = np.clip((s[hit] * w).astype(int), 0, w - 1)
        owner = np.nonzero(hit)[0]
        for k, textures in enumerate(sets):
            for c in range(3):
                out[k, :, c] += np.bincount(owner, textures[i][rows, cols, c], n)
    return out * (np.pi / rays)
