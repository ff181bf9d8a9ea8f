"""Floors of planks of which little is seen: which way they run, how wide they are and how their joints lie, so that new ones
can be laid over the hole. What is copied from so little repeats, and shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..room.paint import cielab
from ..types import Array
from .light import FLOOR_LEVEL, from_log, to_linear, to_log
from .moves import Plane
from .overhead import overhead
from .regions import Region
from .shifts import agreement

CELL_M, CELLS = 0.008, 620
"""Size of the cells in metres of the floor seen from above, and the most on a side."""
LOCAL_M = 0.12
"""Sigma over which light and stains are taken out."""
NEAR_M, FAR_M = 0.06, 0.31
"""Between these distances a plank agrees with itself along its grain, and not across."""
STEP, ASKEW, OFF = 3, 9, 4.5
"""Degrees between the directions that are tried, by how much the room's own may be off, and by how much at most the planks
are taken to run along it."""
ELSEWHERE = 0.1
"""Correlation by which planks agree better with themselves in another direction if they do not run along the room."""
OVERLAP = 0.05
"""Share of what is seen that must lie on itself for a shift to be believed."""
LEAST = 300
"""Cells of floor that must be seen."""
NARROWEST_M, WIDEST_M, USUAL_M = 0.04, 0.32, 0.09
"""Widths of planks, and the one of most strips."""
STEP_M, ALONG_M = 0.002, 0.04
"""Steps in which the width is measured, and how far along the planks it is averaged."""
RISE, FIRST = 0.05, 0.6
"""Correlation by which a plank's width stands out from what is between; and the share of the highest peak that the first one
has at least: the others are its multiples."""
WEIGHTS, BIAS = np.array([6.682, 0.3663, 1.0878, -0.0001, 0.1466, 0.0458]), -1.1737
"""Of the `signs`, in their order; of 780 stretches of floor of 202 photos that it had not seen, it calls 125 wood, 99 of
them rightly (benchmarks/planks.py)."""
SURE, ONE_WAY = 0.7, 0.05
"""Probability of wood from which planks are laid, and by how much better they agree with themselves along than across."""
MOST_ALIKE = 0.4
"""Correlation beyond which a floor is no more of planks: edges of other things reach it."""
CONTRAST = (0.04, 0.2)
"""Limits of the planks' contrast, log light."""


@dataclass(frozen=True, eq=False)
class Above:
    """What is seen of a floor, from above: log light (h, w) without its slow changes, where it is ``known`` (bool (h, w)),
    the plane metres of its first cell's ``corner``, the contrast, a robust sigma, and the median ``colour``, linear (3,)."""

    values: Array
    known: Array
    corner: Array
    contrast: float
    colour: Array


def from_above(picture: Array, region: Region, plane: Plane) -> Above | None:
    """The floor that the ``plane`` lends, in cells of CELL_M; ``picture`` uint8 HxWx3 and its ``region``. None where too
    little is seen."""
    import cv2

    height, width = region.mask.shape
    lends = cv2.resize(plane.lends.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.9
    if (lends & region.mask).sum() < LEAST:
        return None
    light = cv2.resize(plane.light.mean(2), (width, height), interpolation=cv2.INTER_LINEAR)
    texture = to_log(picture).mean(2) - light
    values, known, corner = overhead(region, texture, lends, cell_m=CELL_M, cells=CELLS, local_m=LOCAL_M, sure=0.95)
    if known.sum() < LEAST:
        return None
    contrast = 1.48 * float(np.median(np.abs(values[known])))
    return Above(
        np.clip(values, -3 * contrast, 3 * contrast).astype(np.float32),
        known,
        corner,
        contrast,
        np.median(to_linear(picture)[lends & region.mask], axis=0),
    )


def alike(above: Above) -> tuple[Array, Array, Array]:
    """Per direction (every STEP degrees from 0 to 180) how well the floor agrees with itself along it, NaN where that is
    not known; and `shifts.agreement`'s two maps."""
    same, overlap = agreement(above.values, above.known, above.known)
    middle = np.array(same.shape) // 2
    lengths = np.arange(NEAR_M / CELL_M, FAR_M / CELL_M)
    out = []
    for degrees in range(0, 180, STEP):
        a = np.radians(degrees)
        x = np.rint(middle[1] + lengths * np.cos(a)).astype(int)
        y = np.rint(middle[0] + lengths * np.sin(a)).astype(int)
        inside = (x >= 0) & (x < same.shape[1]) & (y >= 0) & (y < same.shape[0])
        x, y = x[inside], y[inside]
        believed = overlap[y, x] > OVERLAP
        out.append(same[y, x][believed].mean() if believed.sum() > 4 else np.nan)
    return np.array(out), same, overlap


@dataclass(frozen=True)
class Planks:
    """How a floor's planks lie: ``axis`` along them, a unit vector in plane metres; ``width_m``; ``joint_m``: where a joint
    lies, in metres across; ``contrast``: sigma of their log light."""

    axis: tuple[float, float]
    width_m: float
    joint_m: float
    contrast: float


Lay = Callable[[Array, float, tuple[int, int, int, int], Array], Array]
"""Pixels (u, v, 1) to homogeneous metres along and across the planks, a joint at 0 (3x3); a plank's width in metres; a box
(top, bottom, left, right); which of its pixels are wanted (bool hxw) -> float32 (h, w, 3): wood's log light about its
mean, of sigma 1 where wanted."""


def planks(picture: Array, region: Region, plane: Plane, white: Array) -> Planks | None:
    """How the planks lie that the ``plane`` shows; None where there are none, or nothing is seen of them.

    ``picture``: uint8 HxWx3, of which ``region`` is the floor; ``white`` (3,): linear light of its ceiling or walls."""
    above = from_above(picture, region, plane)
    if above is None:
        return None
    directions, same, overlap = alike(above)
    along, across, degrees = best_axis(region, directions)
    if along - across < ONE_WAY or _highest(directions) > along + ELSEWHERE:
        return None
    if wooden(signs(above, along, across, white)) < SURE:
        return None
    a = np.radians(degrees)
    axis = (float(np.cos(a)), float(np.sin(a)))
    width = _width(same, overlap, axis)
    return Planks(axis, width, _joint(above, axis, width), float(np.clip(above.contrast, *CONTRAST)))


def signs(above: Above, along: float, across: float, white: Array) -> Array:
    """(6,): what tells wood from other floors: how well it agrees with itself along and across, log of its contrast, and
    its colour in CIELAB beside what is ``white``."""
    white = np.maximum(white, 0.05)
    tinted = np.clip(above.colour / white * white.mean(), 0, 1).astype(np.float32)
    lab = cielab(np.rint(from_log(np.log(tinted + FLOOR_LEVEL))).astype(np.uint8)[None, None])[0, 0]
    return np.array([min(along, MOST_ALIKE), across, np.log(above.contrast + 0.01), *lab], float)


def wooden(found: Array) -> float:
    """Probability that a floor with these `signs` is of wood: logistic, trained by benchmarks/planks.py."""
    return float(1 / (1 + np.exp(-(found @ WEIGHTS + BIAS))))


def best_axis(region: Region, directions: Array) -> tuple[float, float, float]:
    """How well the floor agrees with itself along that of the room's axes along which it does so best, and across it; and
    the direction of its planks in degrees: the axis, or where they run clearly askew to it, theirs."""
    found = []
    off = np.arange(-ASKEW // STEP, ASKEW // STEP + 1)
    for a, b in region.axes:
        degrees = float(np.degrees(np.arctan2(b, a)) % 180)
        near = (round(degrees / STEP) + off) % len(directions)
        turned = (near + len(directions) // 2) % len(directions)
        along = _highest(directions[near])
        if np.isfinite(directions[near]).any():
            own = float(STEP * near[int(np.nanargmax(directions[near]))])
            if abs((own - degrees + 90) % 180 - 90) > OFF:
                degrees = own
        found.append((along, _highest(directions[turned]), degrees))
    return max(found)


def _highest(values: Array) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else 0.0


def _width(same: Array, overlap: Array, axis: tuple[float, float]) -> float:
    """Metres after which the floor agrees with itself across the planks, as `alike` tells it; USUAL_M where it does not."""
    import cv2

    middle = np.array(same.shape) // 2
    across = np.arange(0, WIDEST_M, STEP_M)
    total, believed = np.zeros(len(across)), np.zeros(len(across))
    for along in np.arange(-ALONG_M, ALONG_M + CELL_M / 2, CELL_M):
        x = (middle[1] + (along * axis[0] - across * axis[1]) / CELL_M).astype(np.float32)[None]
        y = (middle[0] + (along * axis[1] + across * axis[0]) / CELL_M).astype(np.float32)[None]
        there = cv2.remap(overlap.astype(np.float32), x, y, cv2.INTER_LINEAR)[0] > OVERLAP
        total += np.where(there, cv2.remap(same.astype(np.float32), x, y, cv2.INTER_LINEAR)[0], 0)
        believed += there
    with np.errstate(invalid="ignore", divide="ignore"):
        curve = np.where(believed > 0, total / believed, np.nan)
    peaks = []
    for i in range(1, len(curve) - 1):
        if across[i] < NARROWEST_M or not np.isfinite(curve[: i + 2]).all():
            continue
        if curve[i] >= max(curve[i - 1], curve[i + 1]) and curve[i] > max(curve[:i].min() + RISE, 0):
            peaks.append((float(across[i]), float(curve[i])))
    highest = max((height for _, height in peaks), default=0.0)
    return next((width for width, height in peaks if height > FIRST * highest), USUAL_M)


def _joint(above: Above, axis: tuple[float, float], width: float) -> float:
    """Metres across the planks at which a joint lies: the floor folded to one plank is darkest there."""
    ys, xs = np.nonzero(above.known)
    across = (above.corner[1] + ys * CELL_M) * axis[0] - (above.corner[0] + xs * CELL_M) * axis[1]
    bins = max(4, round(width / CELL_M))
    which = np.floor(across / width * bins).astype(int) % bins
    count = np.bincount(which, minlength=bins)
    mean = np.bincount(which, weights=above.values[ys, xs], minlength=bins) / np.maximum(count, 1)
    return (int(mean.argmin()) + 0.5) / bins * width


def laid_planks(planks: Planks, region: Region, wanted: Array, lay: Lay) -> Array:
    """float32 (N, 3): log light about its mean of wood that lies as the ``planks`` do, in each pixel of ``wanted`` (bool
    HxW) on a floor's ``region``, row by row."""
    ys, xs = np.nonzero(wanted)
    if not len(ys):
        return np.zeros((0, 3), np.float32)
    box = (int(ys.min()), int(ys.max()) + 1, int(xs.min()), int(xs.max()) + 1)
    c, s = planks.axis
    turn = np.array([[c, s, 0.0], [-s, c, -planks.joint_m], [0.0, 0.0, 1.0]])
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    there = wanted[box[0] : box[1], box[2] : box[3]]
    log = lay(turn @ np.linalg.inv(region.to_pixel) @ half, planks.width_m, box, there)
    return np.asarray(planks.contrast * log[there], np.float32)
