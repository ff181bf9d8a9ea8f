"""Depth backends: ``planes.v1`` (embedded); ``depth-anything-v2-*``, ``dpt``: networks, brought to metres by the layout.

Networks see relative depth: an unknown multiple of 1 / depth and an unknown offset (Ranftl et al. 2022). Both are fitted
to the layout's floor, walls and ceiling, where nothing stands before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..types import Array, DepthMap, Image, Layout, Segments
from .hub import Checkpoint

FIT_SIDE = 320
"""Longer side in pixels of the maps on which scale and offset are fitted."""
NEAREST_M = 0.1
DOUBTFUL, CONTRADICTS = 0.15, 0.5
"""Median relative error on bare surfaces above which the caller is told, and above which no offset is fitted."""
TRIES, SAMPLE, ROUNDS = 300, 2000, 10
OUTLIER = 0.15
"""Relative error of depth beyond which a point belongs to something else than the room."""
FARTHEST = 3.0
"""Times the farthest wall: windows and glass doors show what lies outside."""


class PlanesV1:
    """The layout's planes, and before them what the segments name, or else the layout's obstacles. Metres, no weights."""

    name = "planes.v1"
    licence = "Apache-2.0"
    notes: tuple[str, ...] = ()

    def open(self, runtime: Any = None) -> PlanesV1:
        """Nothing to load."""
        import cv2  # noqa: F401

        return self

    def __call__(self, image: Image, layout: Layout, segments: Segments | None = None) -> DepthMap:
        """float32 metres along the axis; 0 where the layout knows nothing."""
        from ..room.things import furnished_depth, known_things

        _check(image, layout, segments)
        if segments is None and not layout.obstacles:
            return DepthMap(layout.depth())
        return DepthMap(furnished_depth(layout, known_things(layout) if segments is None else segments))


class RelativeDepth(Checkpoint):
    """A depth network of transformers, aligned to the layout. ``notes`` say what was doubtful in the last photo."""

    kind = "AutoModelForDepthEstimation"
    spare = (
        r"\.fusion_stage\.layers\.0\.residual_layer1\.",
    )  # the first layer has nothing to add; Intel/dpt-large lacks it
    notes: tuple[str, ...] = ()

    def __call__(self, image: Image, layout: Layout, segments: Segments | None = None) -> DepthMap:
        """float32 metres along the axis, everywhere known."""
        _check(image, layout, segments)
        return self._metric(self.inverse([image])[0], image, layout, segments)

    def inverse(self, images: Sequence[Image]) -> list[Array]:
        """float32 (h, w) at the network's size for each photo: larger is nearer. Photos of one size go in one pass."""
        import torch

        metric = getattr(self.model.config, "depth_estimation_type", "relative") == "metric"
        prepared = [self.prepare(image.array) for image in images]
        out: list[Array | None] = [None] * len(images)
        shapes: dict[tuple[int, ...], list[int]] = {}
        for k, p in enumerate(prepared):
            shapes.setdefault(p.pixels.shape, []).append(k)
        for same in shapes.values():
            pixels = np.concatenate([prepared[k].pixels for k in same])
            with torch.inference_mode():
                depth = self.model(pixel_values=self.tensor(pixels)).predicted_depth.float().cpu().numpy()
            for k, d in zip(same, depth, strict=True):
                out[k] = 1.0 / np.maximum(d, 1e-3) if metric else d
        return [d for d in out if d is not None]

    def _metric(self, inverse: Array, image: Image, layout: Layout, segments: Segments | None) -> DepthMap:
        import cv2

        scale, offset, self.notes = align(inverse, layout, segments)
        large = cv2.resize(inverse, image.size, interpolation=cv2.INTER_LINEAR)
        farthest = FARTHEST * float(layout.depth().max())
        inverse = np.clip(scale * large + offset, 1.0 / max(farthest, 1.0), 1.0 / NEAREST_M)
        return DepthMap((1.0 / inverse).astype(np.float32))


class DepthAnythingV2Small(RelativeDepth):
    """Depth Anything V2 (Yang et al. 2024), ViT-S: the one of the family that is free for commercial use."""

    name = "depth-anything-v2-small"


class DepthAnythingV2Base(RelativeDepth):
    """Depth Anything V2, ViT-B. Not free for commercial use."""

    name = "depth-anything-v2-base"


class DepthAnythingV2Large(RelativeDepth):
    """Depth Anything V2, ViT-L. Not free for commercial use."""

    name = "depth-anything-v2-large"


class Dpt(RelativeDepth):
    """DPT-Large (Ranftl et al. 2021), trained as MiDaS 3."""

    name = "dpt"


def align(inverse: Array, layout: Layout, segments: Segments | None = None) -> tuple[float, float, tuple[str, ...]]:
    """(scale, offset, notes) with ``scale * inverse + offset`` about 1 / metres on the bare surfaces of the layout.

    ``inverse`` float (h, w), larger is nearer. Furniture that no segment names, and walls that the layout has wrong, do
    not count: see `robust_line`.
    """
    import cv2

    k = min(1.0, FIT_SIDE / max(layout.depth().shape))
    size = max(2, round(layout.depth().shape[1] * k)), max(2, round(layout.depth().shape[0] * k))
    metres = cv2.resize(layout.depth(), size, interpolation=cv2.INTER_NEAREST)
    seen = cv2.resize(np.asarray(inverse, np.float32), size, interpolation=cv2.INTER_AREA)
    trusted = (
        (metres > 0.2)
        & np.isfinite(seen)
        & cv2.resize(bare_surfaces(layout, segments).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(
            bool
        )
    )
    if trusted.sum() < 50:
        trusted = (metres > 0.2) & np.isfinite(seen)
    if trusted.sum() < 50:
        raise InputError("the layout shows no floor or wall to which depth could be brought to metres")
    x, z = seen[trusted].astype(np.float64), metres[trusted].astype(np.float64)
    scale, offset = robust_line(x, z)
    error = float(np.median(np.abs(z * (scale * x + offset) - 1)))
    if scale > 0 and error < CONTRADICTS:
        notes = (f"network and layout differ by {error:.0%} on bare surfaces",) if error > DOUBTFUL else ()
        return scale, offset, notes
    middle = float(np.median(np.abs(x))) or 1.0
    note = "the network's depth contradicts the layout; only its scale was fitted, so check scene.layout"
    return float(np.median(1 / z)) / middle, 0.0, (note,)


def robust_line(x: Array, z: Array) -> tuple[float, float]:
    """(a, b) for which z (a x + b) is nearest to 1: relative errors of depth, those beyond ``OUTLIER`` not counted.

    The best of ``TRIES`` lines through two points (drawn with a fixed seed), then least squares on what agrees with it.
    Up to some 40 % of the points may be wrong together, as unnamed furniture is: least squares alone would follow it.
    """
    rng = np.random.default_rng(0)
    some = rng.permutation(len(x))[:SAMPLE]
    i, j = rng.integers(0, len(some), (2, TRIES))
    x1, x2, y1, y2 = x[some[i]], x[some[j]], 1 / z[some[i]], 1 / z[some[j]]
    apart = np.abs(x1 - x2) > 1e-6 * (np.abs(x).max() + 1e-12)
    if not apart.any():
        return 0.0, float(np.median(1 / z))
    slope = (y1 - y2)[apart] / (x1 - x2)[apart]
    start = y1[apart] - slope * x1[apart]
    xs, zs = x[some], z[some]
    costs = [
        float(np.minimum(np.abs(zs * (a * xs + b) - 1), OUTLIER).mean()) for a, b in zip(slope, start, strict=True)
    ]
    a, b = float(slope[int(np.argmin(costs))]), float(start[int(np.argmin(costs))])
    rows = np.stack([z * x, z], -1)
    for _ in range(ROUNDS):
        agrees = np.abs(rows @ [a, b] - 1) < OUTLIER
        if agrees.sum() < 10:
            break
        last = a, b
        a, b = (float(v) for v in np.linalg.lstsq(rows[agrees], np.ones(int(agrees.sum())), rcond=None)[0])
        if (a, b) == last:
            break
    return a, b


def bare_surfaces(layout: Layout, segments: Segments | None) -> Array:
    """bool HxW: floor, wall or ceiling by the layout, and by the segments too where there are any."""
    drawn = layout.surfaces()
    if segments is None:
        bare: Array = (drawn >= 1) & (drawn <= 3)
        for thing in layout.obstacles:
            bare = bare & ~thing.mask
        return bare
    same = np.zeros(drawn.shape, bool)
    for code, name in ((1, "floor"), (2, "wall"), (3, "ceiling")):
        if name in segments.classes or name in segments.groups:
            same |= (drawn == code) & segments.mask(name).array
    return same


def _check(image: Image, layout: Layout, segments: Segments | None) -> None:
    """Raise InputError unless all were measured on pictures of one size."""
    camera = layout.camera
    if (camera.width, camera.height) != image.size:
        raise InputError(
            f"the layout is of {camera.width}x{camera.height}, the picture {image.width}x{image.height}; "
            "run EstimateLayout() on this picture"
        )
    if segments is not None and segments.labels.shape != (image.height, image.width):
        raise InputError(
            f"the segments are of {segments.labels.shape[1]}x{segments.labels.shape[0]}, the picture {image.width}x"
            f"{image.height}; run Segment() on this picture"
        )
