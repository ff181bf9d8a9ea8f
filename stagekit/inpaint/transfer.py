"""Copying texture along the chosen shifts at the photo's own size, under the light of where it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..types import Array
from .light import smooth, to_log
from .moves import Move, Plane
from .regions import INVERSE

Scale = tuple[float, float]
CHUNK = 1024
"""cv2.remap takes maps of fewer than 32768 rows: lists of points are folded to this width."""
SOFT, WIDE, COARSE = 1.0, 6.0, 4.0
"""Sigma in working pixels over which two shifts that meet are mixed: lines sharply, and widely what is coarser than the
third, or patches of other tone would show where they end."""


class Pyramid:
    """The photo and its halves, made when needed: shrinking needs averaging, or fine texture turns to noise."""

    def __init__(self, photo: Array, levels: int = 3) -> None:
        self.photo = photo
        self.levels = levels
        self._made = {0: photo}

    def sample(self, xy: Array, shrink: Array) -> Array:
        """uint8 (N, 3) at array indices ``xy`` (N, 2); ``shrink``: pixels of the photo a pixel of the target."""
        level = np.clip(np.round(np.log2(np.maximum(shrink, 1e-6)) - 0.25), 0, self.levels - 1).astype(int)
        out = np.empty((len(xy), 3), np.uint8)
        for one in np.unique(level):
            at = np.nonzero(level == one)[0]
            out[at] = sample(self._level(int(one)), (xy[at] + 0.5) / 2.0**one - 0.5)
        return out

    def _level(self, one: int) -> Array:
        import cv2

        if one not in self._made:
            above = self._level(one - 1)
            size = (max(1, above.shape[1] // 2), max(1, above.shape[0] // 2))
            self._made[one] = cv2.resize(above, size, interpolation=cv2.INTER_AREA)
        return self._made[one]


def sample(picture: Array, xy: Array, *, cubic: bool = True) -> Array:
    """Values of ``picture`` (H, W[, C]) at array indices ``xy`` (N, 2)."""
    import cv2

    n = len(xy)
    rows = -(-n // CHUNK)
    maps: Array = np.zeros((2, rows * CHUNK), np.float32)
    maps[:, :n] = xy.T
    maps = maps.reshape(2, rows, CHUNK)
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    if rows >= 32767:
        raise ValueError(f"too many points for one call: {n}")
    got = cv2.remap(picture, maps[0], maps[1], how, borderMode=cv2.BORDER_REPLICATE)
    return got.reshape(rows * CHUNK, *picture.shape[2:])[:n]


def transfer(
    pyramid: Pyramid, number: int, planes: list[Plane], moves: list[Move], labels: Array, target: Array, scale: Scale
) -> tuple[tuple[Array, Array], Array, Array]:
    """Pixels (rows, columns) of ``target`` (bool, the photo's size), their log light (N, 3) and whether a move served
    them (N,).

    ``planes`` and ``labels`` (see `labels.choose`) are on the working grid, which is ``scale`` (x, y) of the photo's.
    """
    import cv2

    plane = planes[number]
    assert plane.full is not None
    ys, xs = np.nonzero(target)
    xy = np.stack([xs, ys], -1).astype(np.float64)
    small = (xy + 0.5) * scale - 0.5
    own = sample(plane.light, small, cubic=False)
    tones = [_tone(p) for p in planes]
    own += sample(_mixed(number, planes, tones, moves, labels), small, cubic=False)
    total = np.zeros((len(ys), 3), np.float32)
    weight = np.zeros(len(ys), np.float32)
    served = np.zeros(len(ys), np.float32)
    points, depth = plane.full.metres(xy)
    for k, box in _boxes(labels, round(3 * SOFT) + 1):
        share = cv2.GaussianBlur((box.labels == k).astype(np.float32), (0, 0), SOFT)
        at = box.inside(small, ys, scale)
        if not len(at):
            continue
        w = sample(share, small[at] - box.corner, cubic=False)
        at, w = at[w > 0.05], w[w > 0.05]
        if k == -1:
            weight[at] += w
            continue
        move = moves[k]
        lender = planes[move.source]
        if lender.full is None or not len(at):
            continue
        there = np.concatenate([points[at] + move.shift, np.ones((len(at), 1))], -1) @ lender.full.to_pixel.T
        from_xy = there[:, :2] / there[:, 2:]
        inside = (there[:, 2] > 0.05) & (from_xy > -0.5).all(1)
        inside &= (from_xy < (target.shape[1] - 0.5, target.shape[0] - 0.5)).all(1)
        from_small = (from_xy + 0.5) * scale - 0.5
        if inside.any():
            lends: Array = lender.lends.astype(np.float32)
            inside[inside] = sample(lends, from_small[inside], cubic=False) > 0.7
        at, w, from_xy, from_small, there = at[inside], w[inside], from_xy[inside], from_small[inside], there[inside]
        if not len(at):
            continue
        shrink = (depth[at] / there[:, 2]) ** 1.5  # areas on a plane go with the cube of depth
        log = to_log(pyramid.sample(from_xy, shrink))
        lent = sample(lender.light, from_small, cubic=False)
        lent = lent + sample(tones[move.source], from_small, cubic=False)
        total[at] += w[:, None] * (log - lent)
        weight[at] += w
        served[at] += w
    some = weight > 0.02
    own[some] += total[some] / weight[some, None]
    return (ys, xs), own, served > 0.5 * np.maximum(weight, 0.02)


def _tone(plane: Plane) -> Array:
    """float32 (h, w, 3): the coarse part of the plane's texture, 0 where nothing of it is seen."""
    coarse = smooth(plane.texture, plane.good, COARSE)
    return np.asarray(np.where(np.isfinite(coarse), coarse, 0), np.float32)


def _mixed(number: int, planes: list[Plane], tones: list[Array], moves: list[Move], labels: Array) -> Array:
    """float32 (h, w, 3): the coarse texture that the ``labels`` bring to plane ``number``, mixed widely where they meet."""
    import cv2

    total = np.zeros((*labels.shape, 3), np.float32)
    weight = np.full(labels.shape, 1e-6, np.float32)
    for k, box in _boxes(labels, round(2.5 * WIDE)):
        share = cv2.GaussianBlur((box.labels == k).astype(np.float32), (0, 0), WIDE)
        if k >= 0:
            move = moves[k]
            lender = planes[move.source]
            corner = np.array([[1, 0, box.corner[0]], [0, 1, box.corner[1]], [0, 0, 1.0]])
            matrix = planes[number].region.onto(lender.region, move.shift) @ corner
            size = share.shape[::-1]
            share = share * (cv2.warpPerspective(lender.lends.astype(np.float32), matrix, size, flags=INVERSE) > 0.7)
            brought = cv2.warpPerspective(tones[move.source], matrix, size, flags=INVERSE)
            total[box.slices] += share[..., None] * brought
        weight[box.slices] += share
    return total / weight[..., None]


@dataclass(frozen=True, eq=False)
class Box:
    """A part of the working grid: its ``slices``, its ``labels``, and its first pixel's ``corner`` (x, y)."""

    slices: tuple[slice, slice]
    labels: Array

    @property
    def corner(self) -> Array:
        return np.array([self.slices[1].start, self.slices[0].start])

    def inside(self, small: Array, rows: Array, scale: Scale) -> Array:
        """Which of the points ``small`` (N, 2, on the grid) lie in it; ``rows`` (N,): theirs in the photo, rising."""
        top, bottom = self.slices[0].start, self.slices[0].stop
        first, last = np.searchsorted(rows, (np.floor((top - 1) / scale[1]), np.ceil((bottom + 1) / scale[1])))
        x = small[first:last, 0]
        return np.asarray(first + np.nonzero((x >= self.slices[1].start - 1) & (x <= self.slices[1].stop))[0])


def _boxes(labels: Array, margin: int) -> Iterator[tuple[int, Box]]:
    """Each label from -1 on, with the part of the grid that holds it, ``margin`` pixels added; labels are continued a little
    outwards."""
    import cv2
    from scipy.ndimage import find_objects

    near = cv2.dilate((labels >= -1).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    spread = np.where(near, _spread(labels), -2)
    height, width = labels.shape
    for number, found in enumerate(find_objects(spread.astype(np.int32) + 2)):
        if found is not None:
            ys, xs = found
            part = np.s_[
                max(0, ys.start - margin) : min(height, ys.stop + margin),
                max(0, xs.start - margin) : min(width, xs.stop + margin),
            ]
            yield number - 1, Box(part, spread[part])


def _spread(labels: Array) -> Array:
    """Labels continued outwards to the nearest labelled pixel, everywhere."""
    from scipy.ndimage import distance_transform_edt

    if not (labels >= -1).any():
        return labels
    index = distance_transform_edt(labels < -1, return_distances=False, return_indices=True)
    return labels[tuple(index)]
