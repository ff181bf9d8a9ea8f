"""Line segments of a photo, faint ones included."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def detect_lines(grey: Array, *, min_length: float | None = None, limit: int = 700) -> Array:
    """Straight segments of a uint8 HxW picture, longest first: float64 (N, 4) u0, v0, u1, v1 in pixels.

    Runs LSD (von Gioi et al. 2010, in OpenCV) on the picture and once more with local contrast evened out, which
    brings up faint skirting and ceiling edges; segments that both runs find are kept once.
    """
    import cv2

    height, width = grey.shape
    shortest = min_length if min_length is not None else max(10.0, 0.018 * max(width, height))
    detector = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD)
    equal = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(6, 6)).apply(grey)
    found = []
    for source in (grey, cv2.GaussianBlur(equal, (0, 0), 1.2)):
        lines = detector.detect(source)[0]
        if lines is not None:
            # LSD counts the centre of the first pixel as 0; here it is 0.5
            found.append(np.asarray(lines, dtype=np.float64).reshape(-1, 4) + 0.5)
    if not found:
        return np.zeros((0, 4))
    first = _longer(found[0], shortest)
    second = _longer(found[1], shortest) if len(found) > 1 else np.zeros((0, 4))
    lines = np.concatenate([first, unlike(second, first)]) if len(second) else first
    lines = _off_border(lines, width, height)
    order = np.argsort(-lengths(lines), kind="stable")
    return lines[order[:limit]]


def lengths(lines: Array) -> Array:
    """Pixels, (N,)."""
    return np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])


def _longer(lines: Array, shortest: float) -> Array:
    return lines[lengths(lines) >= shortest]


def _off_border(lines: Array, width: int, height: int, margin: float = 3.0) -> Array:
    """Without segments that run along the picture's border (frames, resampling edges)."""
    u, v = lines[:, 0::2], lines[:, 1::2]
    on = (u < margin).all(1) | (u > width - margin).all(1) | (v < margin).all(1) | (v > height - margin).all(1)
    return lines[~on]


def unlike(lines: Array, known: Array, distance: float = 3.0, angle_deg: float = 3.0) -> Array:
    """Those of ``lines`` whose middle does not lie on a segment of ``known`` with about the same direction."""
    if not len(known) or not len(lines):
        return lines
    d = known[:, 2:] - known[:, :2]
    long = lengths(known)
    d = d / long[:, None]
    e = lines[:, 2:] - lines[:, :2]
    e = e / lengths(lines)[:, None]
    middle = (lines[:, 2:] + lines[:, :2]) / 2
    rel = middle[:, None] - known[None, :, :2]
    along = (rel * d[None]).sum(-1)
    off = np.abs(rel[..., 0] * d[None, :, 1] - rel[..., 1] * d[None, :, 0])
    turned = np.abs(e[:, None, 0] * d[None, :, 1] - e[:, None, 1] * d[None, :, 0])
    same = (off < distance) & (turned < np.sin(np.radians(angle_deg))) & (along > -distance)
    same &= along < long[None] + distance
    return lines[~same.any(1)]


def distinct(lines: Array, limit: int, distance: float = 2.0, angle_deg: float = 4.0) -> Array:
    """Indices of ``lines`` (N, 4), longest first, at most ``limit``, without those that lie on a longer one."""
    order = np.argsort(-lengths(lines), kind="stable")
    kept: list[int] = []
    for k in order:
        if len(unlike(lines[k : k + 1], lines[kept], distance, angle_deg)):
            kept.append(int(k))
            if len(kept) == limit:
                break
    return np.array(kept, dtype=int)
