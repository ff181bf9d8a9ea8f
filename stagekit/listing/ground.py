"""The floor seen from above, and the statistics of its texture from which its material is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..types import Array, Image, Layout, Segments
from .colour import tint

CELL_M = 0.010
"""Side of a cell of the rectified floor: the joint of a tile is half a cell to a cell wide."""
REACH_M = 3.5
"""Depth of the stretch that is looked at, from the nearest floor on: farther away a cell has no pixel of its own."""
COARSEST = 2.8
"""Cells for which a photo's pixel spans more than this many cells are left out: nothing but blur is there."""
WORK = 800
LEAST_M2 = 0.5
"""With less bare floor than this nothing is said."""
BANDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Standard deviations in cells between which contrast is measured: 1.2 to 20 cm."""
BLOCK_M = 1.2
LEAST_BLOCK_M2 = 0.35
FLAT = 24.0
"""Cells over which light is evened out."""
NAMES = (
    "light", "green_red", "blue_yellow", "chroma_spread", "light_spread",
    "contrast1", "contrast2", "contrast4", "contrast8", "one_way", "two_way", "peaked",
    "fine_one_way", "fine_two_way", "wide_one_way", "wide_two_way", "coherent", "sparse", "dark_lines", "gloss",
    "joints_one", "joints_two", "joints_ratio",
)  # fmt: skip
"""Of the features, in order."""


@dataclass(frozen=True, eq=False)
class Ground:
    """``picture`` uint8 HxWx3, a cell of CELL_M a pixel, the room's main directions along its axes; ``seen`` bool HxW:
    bare floor with enough pixels behind it."""

    picture: Array
    seen: Array

    @property
    def area_m2(self) -> float:
        return float(self.seen.sum()) * CELL_M**2


def rectify(image: Image, layout: Layout, segments: Segments | None) -> Ground | None:
    """The nearest bare floor of ``image`` from above; None where there is none to speak of."""
    import cv2

    k = min(1.0, WORK / max(image.size))
    size = max(1, round(image.width * k)), max(1, round(image.height * k))
    small = cv2.resize(image.array, size, interpolation=cv2.INTER_AREA) if k < 1 else image.array
    camera = layout.camera.scaled(*size)
    bare = cv2.resize(bare_floor(layout, segments).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    bare = cv2.erode(bare, np.ones((5, 5), np.uint8))
    v, u = np.nonzero(bare[::4, ::4])
    if len(v) < 50:
        return None
    points = camera.on_floor(np.stack([u, v], -1) * 4 + 0.5)[:, [0, 2]]
    points = points[np.isfinite(points).all(1)]
    if len(points) < 50:
        return None
    nearest = float(np.percentile(np.hypot(*points.T), 2))
    points = points[np.hypot(*points.T) < nearest + REACH_M]
    a = math.radians(layout.yaw_deg)
    axes = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    st = points @ axes.T
    low, high = np.percentile(st, 1, axis=0), np.percentile(st, 99, axis=0)
    high = np.minimum(high, low + 6.0)
    s = np.arange(low[0], high[0], CELL_M)
    t = np.arange(low[1], high[1], CELL_M)
    if len(s) < 24 or len(t) < 24:
        return None
    world = np.zeros((len(t), len(s), 3))
    flat = s[None, :, None] * axes[0] + t[:, None, None] * axes[1]
    world[..., 0], world[..., 2] = flat[..., 0], flat[..., 1]
    uv, depth = camera.project(world)
    du, dv = np.gradient(uv, axis=1), np.gradient(uv, axis=0)
    # pixels that a cell's sides span: the smaller singular value of the map's derivative
    e, f, g = (du**2).sum(-1), (du * dv).sum(-1), (dv**2).sum(-1)
    least = np.sqrt(np.maximum((e + g) / 2 - np.sqrt(((e - g) / 2) ** 2 + f**2), 1e-12))
    x, y = (uv[..., i].astype(np.float32) - 0.5 for i in (0, 1))
    seen = cv2.remap(bare, x, y, cv2.INTER_NEAREST, borderValue=0) > 0
    seen &= (depth > 0.1) & (least > 1 / COARSEST)
    if segments is not None and "ceiling" in segments.classes:
        ceiling = cv2.resize(segments.mask("ceiling").array.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        small = np.clip(small * tint(small, ceiling), 0, 255).astype(np.uint8)
    picture = cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    ground = Ground(picture, seen)
    return ground if ground.area_m2 >= LEAST_M2 else None


def bare_floor(layout: Layout, segments: Segments | None) -> Array:
    """bool HxW: floor by geometry and, where there is a segmentation, by it too: no rug, nothing that stands on it."""
    mask = layout.surfaces() == 1
    if segments is not None and "floor" in segments.classes:
        named = segments.mask("floor").array
        if named.shape != mask.shape:
            import cv2

            named = cv2.resize(named.astype(np.uint8), mask.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        mask = mask & named
    elif layout.floor_mask is not None:
        mask = mask & np.asarray(layout.floor_mask)
    return mask


def features(ground: Ground) -> tuple[Array, Array]:
    """Features of overlapping blocks of BLOCK_M, (N, 23) float64 as in ``NAMES``, and the seen area of each, (N,) m2.

    A block is long enough to hold a joint of large tiles; several of them say whether a floor is of one kind.
    """
    import cv2

    if not ground.seen.any():
        return np.zeros((0, len(NAMES))), np.zeros(0)
    seen = ground.seen.astype(np.float32)
    lab = cv2.cvtColor(ground.picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    light, a, b = (np.ascontiguousarray(lab[..., i]) for i in range(3))

    def smooth(x: Array, sigma: float) -> Array:
        """Gaussian mean over seen cells alone."""
        weight = cv2.GaussianBlur(seen, (0, 0), sigma)
        return cv2.GaussianBlur(x * seen, (0, 0), sigma) / np.maximum(weight, 1e-3)

    even = light - smooth(light, FLAT)
    levels = [even, *(smooth(even, s) for s in BANDS)]
    bands = [p - q for p, q in pairwise(levels[1:])]
    maps = {
        "light": light, "a": a, "b": b, "even": even, "bands": bands, "lines": levels[1] - levels[4],
        "gloss": smooth(light, 8) - smooth(light, 60), "chroma": np.hypot(a - smooth(a, FLAT), b - smooth(b, FLAT)),
    }  # fmt: skip
    core = cv2.erode(seen, np.ones((5, 5), np.uint8)) > 0
    core = core if core.sum() > 400 else ground.seen
    tensors = [_tensor(levels[i] - levels[i + 2], core) for i in (2, 1, 3)]
    grid = _joints(levels[1] - levels[3], core)
    size = round(BLOCK_M / CELL_M)
    rows, areas = [], []
    for top in range(0, max(1, core.shape[0] - size // 2), size // 2):
        for left in range(0, max(1, core.shape[1] - size // 2), size // 2):
            part = np.s_[top : top + size, left : left + size]
            inside = core[part]
            if inside.sum() * CELL_M**2 < LEAST_BLOCK_M2:
                continue
            rows.append(np.concatenate([_statistics(maps, tensors, part, inside), grid]))
            areas.append(float(inside.sum()) * CELL_M**2)
    return np.array(rows).reshape(-1, len(NAMES)), np.array(areas)


def _statistics(maps: dict[str, Any], tensors: list[Tensor], part: Any, inside: Array) -> Array:
    one, two, peak, coherent = _directions(tensors[0], part, inside)
    finer = [v for t in tensors[1:] for v in _directions(t, part, inside)[:2]]
    contrast = [float(np.log1p(np.abs(d[part][inside]).mean())) for d in maps["bands"]]
    d = maps["lines"][part][inside]
    d = d / max(float(d.std()), 0.05)
    return np.array(
        [
            *(float(np.median(maps[n][part][inside])) for n in ("light", "a", "b")),
            float(np.log1p(maps["chroma"][part][inside].mean())), float(np.log1p(maps["even"][part][inside].std())),
            *contrast, one, two, peak, *finer, coherent,
            float(np.log1p((d**4).mean())), float((d < -2).mean() - (d > 2).mean()),
            float(np.log1p(maps["gloss"][part][inside].std())),
        ]
    )  # fmt: skip


def _joints(band: Array, core: Array) -> Array:
    """(3,) how far straight joints stand out when dark ridges are summed along lines: in the best direction, in the
    worse of the two best at right angles (tiles have both, planks one), and the second over the first."""
    import cv2

    height, width = band.shape
    side = int(math.hypot(height, width)) + 2
    dark = np.where(core, np.maximum(-band, 0), 0).astype(np.float32)
    spread = max(float(dark[core].mean()), 1e-3)
    dark = np.minimum(dark, 6 * spread)
    scores = np.zeros(60)
    for k in range(60):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3.0 * k, 1.0)
        turn[:, 2] += (side - width) / 2, (side - height) / 2
        weight = cv2.warpAffine(core.astype(np.float32), turn, (side, side)).sum(0)
        total = cv2.warpAffine(dark, turn, (side, side)).sum(0)
        wide = weight > 0.6 / CELL_M  # columns of at least 60 cm
        if wide.sum() < 40:
            continue
        mean = total[wide] / weight[wide] / spread
        scores[k] = float(np.sort(mean)[-max(3, len(mean) // 40) :].mean() - np.median(mean))
    both = np.minimum(scores[:30], scores[30:])
    return np.array([np.log1p(scores.max()), np.log1p(both.max()), both.max() / max(scores.max(), 1e-6)])


Tensor = tuple[Any, Any]
"""Edge energy that has a direction, and the direction in radians; with the whole energy in the first's second plane."""


def _tensor(band: Array, core: Array) -> Tensor:
    """Structure tensor of a band, smoothed over 5 cm: (2, H, W) directed and whole energy, and the angle."""
    import cv2

    gx, gy = cv2.Sobel(band, cv2.CV_32F, 1, 0), cv2.Sobel(band, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(p * core, (0, 0), 4.0) for p in (gx * gx, gy * gy, gx * gy))
    return np.stack([np.sqrt((xx - yy) ** 2 + 4 * xy**2), xx + yy]), 0.5 * np.arctan2(2 * xy, xx - yy)


def _directions(tensor: Tensor, part: Any, inside: Array) -> tuple[float, float, float, float]:
    """How much edges run one way (0 to 1: planks), two ways at right angles (tiles), the height of the histogram's peak
    over its mean, and how straight the texture is locally."""
    directed, whole = (e[part][inside] for e in tensor[0])
    t = tensor[1][part][inside]
    total = max(float(directed.sum()), 1e-9)
    one = float(np.hypot((directed * np.cos(2 * t)).sum(), (directed * np.sin(2 * t)).sum())) / total
    two = float(np.hypot((directed * np.cos(4 * t)).sum(), (directed * np.sin(4 * t)).sum())) / total
    bins = np.bincount(((t + math.pi / 2) / math.pi * 36).astype(int) % 36, weights=directed, minlength=36)
    coherent = float(directed.sum() / max(float(whole.sum()), 1e-9))
    return one, two, float(np.log(max(bins.max() / max(bins.mean(), 1e-12), 1e-3))), coherent
