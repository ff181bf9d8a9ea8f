"""Straight segments of an edge map: chains of edge pixels, cut where they bend, each piece fitted by least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from .lines import distinct, lengths

Array = Any

BEND_PX = 1.6
"""A chain is cut where it leaves its chord by more (Douglas and Peucker 1973)."""
TIDY_AT = 1500
"""Pieces among which doubles are looked for, longest first: every chain is walked on both of its sides."""


def thin(strength: Array, least: float) -> Array:
    """bool HxW: ridges of a soft edge map (float or uint8 HxW) that reach ``least``, one pixel wide.

    Non-maximum suppression across the ridge, its direction from the smoothed map's second derivatives.
    """
    import cv2

    s = cv2.GaussianBlur(strength.astype(np.float32), (0, 0), 1.0)
    xx, yy = cv2.Sobel(s, cv2.CV_32F, 2, 0), cv2.Sobel(s, cv2.CV_32F, 0, 2)
    xy = cv2.Sobel(s, cv2.CV_32F, 1, 1)
    across = 0.5 * np.arctan2(2 * xy, xx - yy)  # eigenvector of the Hessian's larger eigenvalue
    steepest = (xx + yy) / 2 < 0
    across = np.where(steepest, across + np.pi / 2, across)
    dx, dy = np.cos(across), np.sin(across)
    v, u = np.mgrid[0 : s.shape[0], 0 : s.shape[1]].astype(np.float32)
    a = cv2.remap(s, u + dx.astype(np.float32), v + dy.astype(np.float32), cv2.INTER_LINEAR)
    b = cv2.remap(s, u - dx.astype(np.float32), v - dy.astype(np.float32), cv2.INTER_LINEAR)
    return (s >= a) & (s > b) & (strength >= least)


def chains_to_segments(edges: Array, *, shortest: float, limit: int = 700) -> Array:
    """float64 (N, 4) u0, v0, u1, v1 of a thin edge map (bool or uint8 HxW), longest first, doubles taken out.

    ``shortest`` in pixels. Pixel centres lie at .5.
    """
    import cv2

    contours, _ = cv2.findContours((edges > 0).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        points = contour.reshape(-1, 2)
        if len(points) < shortest:
            continue
        corners = cv2.approxPolyDP(contour, BEND_PX, False).reshape(-1, 2)
        if len(corners) < 2:
            continue
        found += [s for s in _pieces(points, corners) if np.hypot(s[2] - s[0], s[3] - s[1]) >= shortest]
    if not found:
        return np.zeros((0, 4))
    lines = np.array(found)
    lines = lines[np.argsort(-lengths(lines), kind="stable")][:TIDY_AT]
    return lines[distinct(lines, limit)]


def _pieces(points: Array, corners: Array) -> list[Array]:
    """Least-squares segments between the corners of a walk; corners come in the order of the points."""
    made, start = [], 0
    for x, y in corners[1:]:
        hits = np.nonzero((points[start + 1 :, 0] == x) & (points[start + 1 :, 1] == y))[0]
        if not len(hits):
            break
        end = start + 1 + int(hits[0])
        if end - start >= 2:
            p = points[start : end + 1] + 0.5
            centre = p.mean(0)
            axis = np.linalg.eigh((p - centre).T @ (p - centre))[1][:, 1]
            t = (p - centre) @ axis
            made.append(np.concatenate([centre + axis * t.min(), centre + axis * t.max()]))
        start = end
    return made
