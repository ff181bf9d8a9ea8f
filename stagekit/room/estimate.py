"""One photo to a `Layout`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import LayoutError
from ..types import Camera, Image, Layout
from .cylinder import Cylinder, make_cylinder
from .evidence import Evidence, colour_evidence, line_trust, network_evidence
from .jumps import without_unseen_jumps
from .lines import detect_lines
from .openings import find_openings
from .planes import Plane, coarse_cost, refine, solve
from .scale import Scale, camera_height
from .shape import build_shape
from .standing import find_floor, find_obstacles
from .vanishing import View, _Problem, estimate_views

Array = Any

WORK = 960
"""Longer side, pixels, at which lines are found and the room is fitted."""
EVIDENCE = 400
"""Longer side of the evidence maps; a network's own map is coarser still."""
DIAGONAL_35MM = 43.27
HIGH_RATIO = 0.8
"""Ceiling over camera / camera over floor of a usual room: 2.5 m over a camera at 1.4 m."""
LINES_WORTH = 3.0
"""Weight of the lines' log-posterior against the cost of the room's shape when cameras are compared."""


def estimate_layout(
    image: Image,
    *,
    probabilities: Array | None = None,
    classes: Sequence[str] | None = None,
    focal_px: float | None = None,
    camera_height_m: float | None = None,
    floor_px: Any = None,
    ceiling_height_m: float | None = None,
    seed: int = 0,
) -> Layout:
    """The room in ``image``.

    ``probabilities`` (C, h, w) with ``classes`` come from a segmentation network; without them colour and lines must
    do. ``focal_px``, ``camera_height_m``, ``ceiling_height_m`` and ``floor_px`` (the floor's outline in pixels, (N, 2))
    are taken as true where given, and the rest is fitted to them. The result does not depend on ``seed``: nothing is
    drawn at random. Raises LayoutError for impossible input.
    """
    _check(image, probabilities, classes, focal_px, camera_height_m, ceiling_height_m)
    work = _resized(image.array, WORK)
    scale = work.shape[1] / image.width
    small = _resized(work, EVIDENCE)
    evidence = None
    if probabilities is not None and classes is not None:
        evidence = network_evidence(probabilities, classes, small)
    views, lines = _views(image, work, scale, focal_px, camera_height_m, evidence)
    if evidence is None:
        evidence = _colours(small, views[0].camera)
    if floor_px is not None:
        from .given import layout_from_floor

        return layout_from_floor(
            image, views[0], np.asarray(floor_px, dtype=np.float64), evidence, camera_height_m, ceiling_height_m
        )
    ratio_given = None
    if ceiling_height_m is not None and camera_height_m is not None:
        ratio_given = ceiling_height_m / camera_height_m - 1.0
    view, cylinder = _choose(views, lines, evidence, small, work.shape[1], ratio_given)
    planes, ratio, _ = solve(cylinder, ratio_given)
    planes, ratio = refine(cylinder, planes, ratio, ratio_fixed=ratio_given is not None)
    planes = without_unseen_jumps(cylinder, planes, ratio)
    segments = lines * (small.shape[1] / work.shape[1])
    return _assemble(image, view, planes, ratio, evidence, segments, camera_height_m, ceiling_height_m)


def _check(
    image: Image,
    probabilities: Any,
    classes: Any,
    focal_px: float | None,
    camera_height_m: float | None,
    ceiling_height_m: float | None,
) -> None:
    if (probabilities is None) != (classes is None):
        raise LayoutError("give probabilities and classes together, or neither")
    if focal_px is not None:
        longest = max(image.size)
        if not (math.isfinite(focal_px) and 0.2 * longest < focal_px < 6 * longest):
            raise LayoutError(
                f"{image.name}: a focal length of {focal_px} pixels is impossible for a picture of {image.width}x"
                f"{image.height}; expected {0.4 * longest:.0f} to {1.5 * longest:.0f}, or leave focal_px out"
            )
    if camera_height_m is not None and not 0.3 <= camera_height_m <= 6:
        raise LayoutError(
            f"camera height must be 0.3 to 6 metres over the floor, got {camera_height_m}; leave it out for 1.4"
        )
    if ceiling_height_m is not None:
        lowest = max(1.8, (camera_height_m or 0) + 0.1)
        if not lowest <= ceiling_height_m <= 20:
            raise LayoutError(
                f"ceiling height must be {lowest:.1f} to 20 metres and over the camera, got {ceiling_height_m}; "
                "leave it out to have it estimated"
            )


def _resized(array: Array, longest: int) -> Array:
    import cv2

    h, w = array.shape[:2]
    s = longest / max(h, w)
    if s >= 1:
        return np.ascontiguousarray(array)
    return cv2.resize(array, (max(2, round(w * s)), max(2, round(h * s))), interpolation=cv2.INTER_AREA)


def _views(
    image: Image, work: Array, scale: float, focal_px: float | None, height_m: float | None, evidence: Evidence | None
) -> tuple[list[View], Array]:
    import cv2

    lines = detect_lines(cv2.cvtColor(work, cv2.COLOR_RGB2GRAY))
    prior = None
    if image.focal_35mm and image.focal_35mm > 5:
        prior = image.focal_35mm / DIAGONAL_35MM * math.hypot(work.shape[0], work.shape[1])
    views = estimate_views(
        lines,
        work.shape[1],
        work.shape[0],
        focal_px=None if focal_px is None else focal_px * scale,
        focal_prior_px=prior,
        camera_height_m=height_m or 1.4,
        trust=None if evidence is None else line_trust(lines, evidence, work.shape[1]),
    )
    return views, lines


def _choose(
    views: list[View], lines: Array, evidence: Evidence, small: Array, width: int, ratio: float | None
) -> tuple[View, Cylinder]:
    """The view whose room agrees best with the evidence, and its cylinder.

    Lines alone leave doubts (tiles laid diagonally, one vanishing point): the room's shape has the last word.
    """
    logs = evidence.log_surfaces()

    def cylinder(view: View, loose: Array | None = None) -> Cylinder:
        camera, scaled = view.camera.scaled(small.shape[1], small.shape[0]), lines * (small.shape[1] / width)
        return make_cylinder(camera, small, logs, scaled, _fit(view, lines), view.yaw_deg, loose=loose)

    # Cameras are compared by what is seen: how deep things are is a guess
    costs = [coarse_cost(cylinder(view), ratio) if len(views) > 1 else 0.0 for view in views]
    best = min(range(len(views)), key=lambda k: costs[k] - LINES_WORTH * views[k].score)
    return views[best], cylinder(views[best], evidence.standing())


def _fit(view: View, lines: Array) -> Array:
    """(5, N): how well each segment points up, along the room's two directions and between them."""
    c = view.camera
    problem = _Problem(lines, c.width, c.height, None, None)
    x = np.array([math.log(c.focal_px / problem.size), c.pitch_deg, c.roll_deg, view.yaw_deg, c.cy / c.height - 0.5])
    return problem.fit(x, 2.0) if len(lines) else np.zeros((5, 0))


def _colours(small: Array, camera: Camera) -> Evidence:
    c = camera.scaled(small.shape[1], small.shape[0])
    v, u = np.mgrid[0 : small.shape[0], 0 : small.shape[1]] + 0.5
    d = c.rays(np.stack([u, v], -1))
    return colour_evidence(small, d[..., 1] / np.maximum(np.hypot(d[..., 0], d[..., 2]), 1e-6))


def _assemble(
    image: Image,
    view: View,
    planes: list[Plane],
    ratio: float,
    evidence: Evidence,
    segments: Array,
    camera_height_m: float | None,
    ceiling_height_m: float | None,
) -> Layout:
    """Metres put in: the scale, the polygon, then openings and what stands on the floor."""
    ceiling_seen = _ceiling_drawn(view, planes, ratio) > 0.005 and float(evidence.channel("ceiling").mean()) > 0.01
    if not ceiling_seen and ratio < HIGH_RATIO:
        ratio = HIGH_RATIO  # nothing is known but that the ceiling lies above the picture
        seen_ratio = None
    else:
        seen_ratio = ratio

    def build(scale: Scale) -> Layout:
        height = scale.camera_height_m
        ceiling = ceiling_height_m or (height * (1 + ratio) if seen_ratio else max(2.5, height * (1 + ratio)))
        camera = replace(view.camera.scaled(image.width, image.height), height_m=height)
        floor, walls, _ = build_shape(planes, view.yaw_deg, height, float(ceiling))
        return Layout(
            camera=camera,
            floor=floor,
            walls=walls,
            ceiling_height_m=float(ceiling),
            yaw_deg=view.yaw_deg,
            confidence=view.confidence,
            notes=scale.notes,
        )

    size = evidence.probabilities.shape[2], evidence.probabilities.shape[1]
    layout = build(camera_height(camera_height_m, ceiling_height_m, seen_ratio, []))
    openings = find_openings(layout, layout.camera.scaled(*size), evidence, segments)
    doors = [o.top_m / layout.camera.height_m for o in openings if o.kind == "door" and o.bottom_m == 0.0]
    if doors and camera_height_m is None and ceiling_height_m is None:
        # doors have a standard height: the scale once more, and the openings with it
        layout = build(camera_height(None, None, seen_ratio, doors))
        openings = find_openings(layout, layout.camera.scaled(*size), evidence, segments)
    layout = replace(layout, openings=openings)
    layout = replace(layout, obstacles=find_obstacles(layout, layout.camera.scaled(*size), evidence, image.array))
    agreement = _agreement(layout, evidence)
    notes = list(layout.notes)
    confidence = view.confidence * (0.4 + 0.6 * agreement)
    if evidence.source == "colour":
        notes.append("surfaces from colour and lines, no segmentation network")
        confidence *= 0.7
    if not ceiling_seen and ceiling_height_m is None:
        notes.append(f"no ceiling seen, {layout.ceiling_height_m:.1f} m assumed")
    if view.focal_sigma > 0.12:
        notes.append(
            f"focal length uncertain by {100 * view.focal_sigma:.0f} %: few lines recede; give focal_px if known"
        )
    return replace(
        layout,
        confidence=float(round(confidence, 3)),
        notes=tuple(notes),
        floor_mask=find_floor(layout, evidence, image.array),
    )


def _ceiling_drawn(view: View, planes: list[Plane], ratio: float) -> float:
    """Share of the picture that the room's ceiling would take."""
    floor, walls, _ = build_shape(planes, view.yaw_deg, 1.0, 1.0 + ratio)
    camera = replace(view.camera.scaled(64, max(2, round(64 * view.camera.height / view.camera.width))), height_m=1.0)
    small = Layout(camera=camera, floor=floor, walls=walls, ceiling_height_m=1.0 + ratio)
    return float((small.surfaces() == 3).mean())


def _agreement(layout: Layout, evidence: Evidence) -> float:
    """0 to 1: how well the drawn surfaces agree with the evidence, 0 at 35 % of pixels named otherwise."""
    import cv2

    size = evidence.probabilities.shape[2], evidence.probabilities.shape[1]
    surfaces = cv2.resize(layout.surfaces(), size, interpolation=cv2.INTER_NEAREST)
    surfaces = np.where(surfaces > 3, 2, surfaces)
    logs = evidence.log_surfaces()
    named = logs.argmax(0) + 1
    sure = evidence.channel("object") < 0.5
    wrong = float((named != surfaces)[sure].mean()) if sure.any() else 1.0
    return float(np.clip(1.0 - wrong / 0.35, 0.0, 1.0))
