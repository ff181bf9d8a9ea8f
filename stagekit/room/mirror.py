"""What a polished floor mirrors: the room over it, where the photo shows it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Layout

Array = Any


def mirrored(layout: Layout, size: tuple[int, int]) -> Array:
    """(3, 3): pixels (u, v, 1) of the floor, at ``size`` (width, height), to the homogeneous pixels that they reflect."""
    camera = layout.camera.scaled(*size)
    r, f = camera.rotation, camera.focal_px
    inverse = np.array([[1 / f, 0, -camera.cx / f], [0, -1 / f, camera.cy / f], [0, 0, -1.0]])
    # a point under the floor as deep as the thing is high: reflect the ray's vertical part
    flip = r.T @ np.diag([1.0, -1.0, 1.0]) @ r @ inverse
    project = np.array([[f, 0, -camera.cx], [0, -f, -camera.cy], [0, 0, -1.0]])
    return project @ flip


def reflection(light: Array, layout: Layout, roughness: float) -> Array:
    """float32 hxwx3: what a polished floor would mirror at each pixel of ``light`` (linear, hxwx3), blurred as the finish is
    rough. What the photo does not show is taken from its own mirror image."""
    import cv2

    h, w = light.shape[:2]
    u, v = np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5)
    p = np.einsum("ij,jhw->ihw", mirrored(layout, (w, h)), np.stack([u, v, np.ones_like(u)]))
    ahead = p[2] > 1e-6
    z = np.where(ahead, p[2], 1)
    x, y = (p[0] / z - 0.5).astype(np.float32), (p[1] / z - 0.5).astype(np.float32)
    x = np.where(ahead, x, -10).astype(np.float32)
    found = cv2.remap(light, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    sigma = max(0.5, roughness * 0.05 * max(h, w))
    # rough floors smear reflections towards the eye more than sideways
    return np.asarray(cv2.GaussianBlur(found, (0, 0), sigma, sigmaY=2 * sigma))


def fresnel(layout: Layout, size: tuple[int, int], rows: Array, roughness: float = 0.0) -> Array:
    """(n,): share of the light from round the mirrored ray that a floor of ``roughness`` 0..1 and F0 0.04 reflects towards
    the camera for picture ``rows``. Smooth: Schlick 1994; rough floors shine less at a glance: the fit of Karis 2014.
    """
    camera = layout.camera.scaled(*size)
    uv = np.stack([np.full(len(rows), camera.cx), rows], -1)
    d = camera.rays(uv)
    cosine = np.clip(-d[:, 1] / np.linalg.norm(d, axis=1), 0, 1)
    if roughness <= 0:
        return np.asarray((0.04 + 0.96 * (1 - cosine) ** 5).astype(np.float32))
    a, b, c, e = roughness * np.array([-1, -0.0275, -0.572, 0.022]) + np.array([1, 0.0425, 1.04, -0.04])
    fall = np.minimum(a * a, 2 ** (-9.28 * cosine)) * a + b
    return np.asarray((0.04 * (c - 1.04 * fall) + 1.04 * fall + e).astype(np.float32))
