"""A hole in the photo of a room filled plane by plane: texture from elsewhere on the plane, light interpolated."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np

from ..room.doorways import belief
from ..room.openings import look_again
from ..types import Array, Image, Layout, Segments
from .curtains import hang
from .daylight import OUTLIER, floor_light
from .feet import Feet, observed
from .footing import on_the_floor, seen_boards
from .foresight import Foresee, foreseen
from .frames import Framed, draw_frames, seen_frames
from .grain import regrain
from .labels import choose, joined, moved_texture, painted
from .lattice import along_joints
from .light import Expected, from_log, light, smooth, to_log
from .moves import LEAST, Move, Plane, moves
from .passages import with_passages
from .planks import Lay, Planks, laid_planks, planks
from .regions import BAND_M, CEILING, FLOOR, WALL, WINDOW, Region, foot, near_lines, regions, sources
from .rim import flush
from .skirting import FADE_M, Board, boards
from .transfer import Pyramid, Scale, sample, transfer
from .wall_light import wall_light

WORK = 512
"""Longest side in pixels of the working grid, on which shifts are chosen; texture is copied at the photo's size."""
BOARDS = 1440
"""Longest side in pixels at which baseboards are looked for: of more pixels they are no clearer."""
LIGHT_SIGMA = {False: 0.03, True: 0.012}
"""Blur that separates light from texture, of the working grid's longer side; less on upright planes: paint has light
only, floors have planks and tiles whose tones differ."""
SCARCE, RIM, KEPT = 0.08, 0.01, 0.4
"""A floor of which less than the first share of the picture is seen lends nothing nearer to the hole than the second, of the
longer side, if the third share of it is left: there rims of rugs and baskets count. Large ones need their rims: lines of
tiles go on from there."""
SURELY = 0.9
"""Probability from which what no light explains is floor nevertheless: dark wood beside the windows' glare."""
SELDOM = 0.3
"""A wooden floor of which less than this share of what is hidden is seen is laid anew."""
THIN, LEG, FEW, DARKER = 9, 0.3, 0.03, 6.0
"""Pixels of the working grid that a leg is thinner than; log light by which it is brighter than the floor beside it; and the
share of such pixels in the floor from which they are the floor's own, as white joints are. Times a scarce floor's usual
relief by which a dark leg stands out of it."""
SUN, SUN_SIGMA, TONES, BAND = 0.3, 0.01, 3.0, 0.35
"""Log light by which patches of sun are brighter than the floor, after a blur (of the longer side) that joints do not
survive. Times the usual distance from the median beyond which a floor is of another tone. Share of the floor up to which
such pixels are left out."""
HUNG = 0.2
"""Share of a wall that is not painted up to which what is of another tint hangs on it."""
TINT_SIGMA, TINT, TINTS = 0.004, 0.25, 6.0
"""Blur, of the longer side, after which a floor's tint is looked at; log light by which it differs at least where something
lies on it; and how many times the usual difference."""
MARK_HIGH, MARK_WIDE, MARKED, DENSE, DENSER = 0.15, 0.35, 0.8, 0.15, 5.0
"""A watermark lies within these shares of the picture's height and width from a lower corner. It is one if it holds the
third share of what is odd about a floor, and that so dense, and so many times as dense as the rest has it."""
SOFT_EDGE = 0.6
"""Sigma in the photo's pixels over which two planes are mixed along the line where they meet."""

RINGS = 8
"""How often what is filled may lend to what is still open: a strip of floor beside a rug fills a room so."""
ABREAST = 2
"""Planes that are decided at a time: two instead of one took 0.12 GB more in `benchmarks/erase.py --speed`."""

Progress = Callable[[float, str], None]


def fill(
    photo: Array,
    hole: Array,
    layout: Layout | None,
    segments: Segments | None,
    *,
    work: int = WORK,
    foresee: Foresee | None = None,
    lay: Lay | None = None,
    progress: Progress | None = None,
) -> Array:
    """uint8 HxWx3: ``photo`` with ``hole`` (bool HxW) replaced by what the layout says is behind it.

    ``layout``: planes; None takes the picture as one flat thing. ``segments``: keeps other objects from being copied.
    ``foresee``: tells of the light behind the hole; asked where layout and segments are there. ``lay``: boards for a wooden
    floor of which too little is seen to be copied. Nothing outside ``hole`` changes.
    """
    import cv2

    tell = progress or (lambda fraction, text: None)
    height, width = hole.shape
    k = min(1.0, work / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    scale = (size[0] / width, size[1] / height)
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    gap = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    tell(0.0, "light")
    if layout is not None and segments is not None:
        layout = with_passages(look_again(layout, Image(photo), segments), photo, hole, segments)
    log = to_log(small)
    seen: dict[int, Board] = {}
    framed: list[Framed] = []
    feet: Feet = {}
    walls: list[Region] = []
    smaller = _shrunk(photo, BOARDS)
    if layout is not None and segments is not None:
        walls = regions(layout, smaller.shape[1], smaller.shape[0])
        hidden = cv2.resize(hole.astype(np.uint8), smaller.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
        seen = seen_boards(smaller, walls, segments, hidden)
        framed = seen_frames(smaller, layout, walls, segments, hidden)
        feet = on_the_floor(seen, walls, observed(layout, segments, ~gap))
    planes = seen_planes(log, gap, layout, segments, feet, (width, height))
    if foresee is not None and layout is not None and segments is not None:
        told = to_log(cv2.resize(foresee(photo, hole, layout, segments), size, interpolation=cv2.INTER_CUBIC))
        planes = [replace(p, light=foreseen(p, gap, told)) for p in planes]
    planes = [replace(p, light=flush(p, gap, log, segments)) for p in planes]
    out = photo.copy()
    pyramid = Pyramid(photo)
    found = boards(photo, planes, scale, gap, seen)
    wooden = {} if lay is None else _scarce(smaller, walls, planes, gap, log)
    touched = [k for k, p in enumerate(planes) if p.full is not None and (hole & p.full.mask).any()]
    with closing(_decisions(touched, planes, gap, wooden)) as decisions:
        for number, (offered, labels) in decisions:
            plane = planes[number]
            tell((1 + number) / (1 + len(planes)), plane.region.name)
            assert plane.full is not None
            here = hole & plane.full.mask
            (ys, xs), filled, served = transfer(pyramid, number, planes, offered, labels, here, scale)
            if lay is not None and number in wooden:
                filled += laid_planks(wooden[number], plane.full, here, lay)
            if number in found:
                _skirt(plane, found[number], (ys, xs), filled, served, scale)
            out[ys, xs] = np.clip(from_log(filled) + 0.5, 0, 255).astype(np.uint8)
            bare = np.zeros_like(hole)
            bare[ys[~served], xs[~served]] = number not in wooden
            _regrain(out, here, plane.full.mask & ~hole, bare)
    _soften(out, hole, planes)
    draw_frames(out, hole, planes, framed, found, scale)
    if segments is not None:
        hang(out, photo, hole, planes, segments)
    tell(1.0, "")
    return out


def _shrunk(photo: Array, longest: int) -> Array:
    import cv2

    height, width = photo.shape[:2]
    k = longest / max(height, width)
    if k >= 1:
        return photo
    size = (max(1, round(width * k)), max(1, round(height * k)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA))


def seen_planes(
    log: Array, gap: Array, layout: Layout | None, segments: Segments | None, feet: Feet, size: tuple[int, int]
) -> list[Plane]:
    """Every plane that shows, its light and texture apart. ``log`` (h, w, 3) and ``gap`` (h, w) on the working grid,
    ``feet`` where walls end, ``size`` (width, height) the photo's."""
    height, width = gap.shape
    fine = {r.name: r for r in regions(layout, *size, feet)}
    found, everywhere = [], None
    sure = np.zeros(gap.shape, bool)
    if segments is not None and segments.probabilities is not None:
        sure = belief(segments, ("floor", "ground"), (width, height)) > SURELY
    for region in regions(layout, width, height, feet):
        good = sources(region, ~gap, segments)
        expected: Expected | None = None
        if good.sum() >= LEAST:
            plain = good & ~near_lines(region, np.mgrid[:height, :width])  # white skirting is texture, not light
            if region.surface == FLOOR and layout is not None:
                expected = partial(floor_light, layout, log, gap, sure)
            elif region.surface == WALL:
                expected = wall_light
            seen = plain if plain.sum() >= LEAST else good
            if region.surface == WINDOW:  # what shows in it has light of its own: it is copied as it is
                lit = np.broadcast_to(np.median(log[seen], axis=0), log.shape).astype(np.float32)
            else:
                lit = light(log, seen, LIGHT_SIGMA[region.upright] * max(gap.shape), expected)
        else:  # nothing of this plane is seen: light alone, from all that is
            if everywhere is None:
                everywhere = light(log, ~gap, LIGHT_SIGMA[False] * max(gap.shape))
            lit = everywhere
        texture = np.where((good | gap)[..., None], log - lit, 0).astype(np.float32)
        if region.surface == FLOOR and expected is not None:  # what no light explains is no floor
            explained = smooth(texture, good, LIGHT_SIGMA[False] * max(gap.shape)).mean(2) > -OUTLIER
            good = good & (explained | sure)
        lends = _lends(region, good, gap, texture)
        found.append(Plane(region, fine.get(region.name), good, lit, texture, lends, foot(region, segments)))
    return found


def _lends(region: Region, good: Array, gap: Array, texture: Array) -> Array:
    """What of ``good`` is copied: of floors no few thin bright lines, which are legs, nor what is tinted otherwise, nor sun,
    and of scarce ones not what lies next to the ``gap``; all of it where that would leave little. Of walls of brick or
    panels no mantel, which is of another tint."""
    import cv2

    if region.surface == WALL and good.any() and not painted(region, good, texture):
        tinted = good & _tinted(texture, good)
        return (
            good & (cv2.dilate(tinted.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
            if tinted.sum() < HUNG * good.sum()
            else good
        )
    if region.surface != FLOOR:
        return good
    inner = good
    if good.mean() < SCARCE:
        size = 2 * round(RIM * max(gap.shape)) + 1
        inner = good & (cv2.dilate(gap.astype(np.uint8), np.ones((size, size), np.uint8)) == 0)
    grey = np.where(good, texture.mean(2), 0).astype(np.float32)
    thin = good & (grey - cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((THIN, THIN), np.uint8)) > LEG)
    thin &= grey > LEG / 2  # between dark joints the floor itself is such a line
    dark = np.zeros_like(good)
    if good.any() and good.mean() < SCARCE:
        depth = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((THIN, THIN), np.uint8)) - grey
        dark = good & (depth > max(LEG, DARKER * float(np.median(depth[good])))) & (grey < -LEG / 2)
    tinted = good & _tinted(texture, good)
    mark = _watermark(thin, good) | _watermark(tinted, good)
    good, inner, thin, dark, tinted = (part & ~mark for part in (good, inner, thin, dark, tinted))
    for odd in (thin, dark, tinted):
        if odd.sum() < FEW * good.sum():
            inner = inner & (cv2.dilate(odd.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    if good.any():
        other = good & _toned(grey, good)
        if other.sum() < BAND * good.sum():
            inner = inner & (cv2.dilate(other.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    return inner if inner.sum() > max(KEPT * good.sum(), LEAST) else good


def _watermark(odd: Array, good: Array) -> Array:
    """bool HxW: the box about the text that is written over a lower corner of the picture, told by ``odd``, thin bright
    lines and other tints of a floor that is ``good``."""
    height, width = odd.shape
    box, count = np.zeros_like(odd), int(odd.sum())
    top, wide = round((1 - MARK_HIGH) * height), round(MARK_WIDE * width)
    for columns in (slice(0, wide), slice(width - wide, width)):
        ys, xs = np.nonzero(odd[top:, columns])
        if len(ys) < max(LEAST, MARKED * count):
            continue
        (y0, y1), (x0, x1) = (np.percentile(v, (4, 96)).astype(int) for v in (ys, xs))
        margin = max(3, (y1 - y0) // 2)
        tight = np.zeros_like(odd)
        tight[top + max(0, y0 - margin) : top + y1 + margin + 1, columns][:, max(0, x0 - margin) : x1 + margin + 1] = (
            True
        )
        inside, rest = good & tight, good & ~tight
        dense, loose = (float((odd & part).sum() / max(part.sum(), 1)) for part in (inside, rest))
        if rest.sum() >= max(LEAST, inside.sum()) and dense > max(DENSE, DENSER * loose):
            box = tight
    return box


def _toned(grey: Array, good: Array) -> Array:
    """bool HxW: where a floor's light, ``grey`` (h, w), is not that of most that is ``good``: patches of sun, glare, and on
    scarce floors what is darker too, or a bright board beside them."""
    scarce = good.mean() < SCARCE
    sigma = (TINT_SIGMA if scarce else SUN_SIGMA) * max(good.shape)
    level = smooth(grey[..., None].repeat(3, 2), good, sigma)[..., 0]
    off = level - np.median(level[good])
    usual = TONES * float(np.median(np.abs(off[good])))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(off) > max(TINT, usual) if scarce else off > max(SUN, usual))


def _tinted(texture: Array, good: Array) -> Array:
    """bool HxW: where a floor's ``texture`` (h, w, 3) is of another tint than the rest of what is ``good``: a thing that the
    segmentation has overlooked."""
    if not good.any():
        return good
    tint = smooth(texture - texture.mean(2, keepdims=True), good, TINT_SIGMA * max(good.shape))
    middle = np.median(tint[good], 0)
    off = np.linalg.norm(tint - middle, axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray(off > max(TINT, TINTS * float(np.median(off[good]))))


def _scarce(picture: Array, walls: list[Region], planes: list[Plane], gap: Array, log: Array) -> dict[int, Planks]:
    """The floors of planks of which so little is seen that copies of it would show, by their number in ``planes``.
    ``picture`` with its ``walls``, all regions of it."""
    region = next((r for r in walls if r.surface == FLOOR), None)
    if region is None:
        return {}
    found, white = {}, white_of(log, planes)
    for number, plane in enumerate(planes):
        hidden = int((gap & plane.region.mask).sum())
        if plane.region.surface == FLOOR and 0 < plane.lends.sum() < SELDOM * hidden:
            lie = planks(picture, region, plane, white)
            if lie is not None:
                found[number] = lie
    return found


def white_of(log: Array, planes: list[Plane]) -> Array:
    """(3,): linear light of the ceiling, or of the walls where none is seen; 1 where they are not either."""
    for surface in (CEILING, WALL):
        seen = np.any(
            [p.good for p in planes if p.region.surface == surface] or [np.zeros(log.shape[:2], bool)], axis=0
        )
        if seen.sum() >= LEAST:
            return np.asarray(np.exp(log[seen]).mean(0))
    return np.ones(3)


def _decisions(
    numbers: list[int], planes: list[Plane], gap: Array, wooden: dict[int, Planks]
) -> Generator[tuple[int, tuple[list[Move], Array]]]:
    """Each plane's number, moves and labels, in order; those to come are worked out meanwhile. ``wooden`` ones take light
    alone."""
    pool = ThreadPoolExecutor(ABREAST)
    try:
        work = [pool.submit(_decide, k, planes, gap & planes[k].region.mask, k in wooden) for k in numbers]
        for number, future in zip(numbers, work, strict=True):
            yield number, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _decide(number: int, planes: list[Plane], target: Array, bare: bool = False) -> tuple[list[Move], Array]:
    """Moves and labels for ``target``. What the plane's lines leave unserved is tried again without them, and then from what
    was filled before, ring after ring. ``bare``: it takes light alone."""
    if bare or not target.any():
        return [], np.where(target, -1, -2).astype(np.int16)
    plane = planes[number]
    tiles = None
    if plane.region.surface == FLOOR:
        tiles = along_joints(plane.region, plane.texture.mean(2), plane.lends)
    offered = moves(number, planes, target, tiles)
    labels = choose(number, planes, offered, target)
    for turn in range(1 + RINGS):
        left = target & (labels == -2)
        if left.sum() < 0.002 * target.size:
            break
        known = planes if turn == 0 else _with_filled(number, planes, offered, labels)
        more = [m for m in moves(number, known, left, tiles) if m.source == number]
        second = choose(number, known, more, left, lines=False)
        if not (second >= 0).any():
            if turn == 0:
                continue
            break
        offered, labels = joined(plane.region, offered, labels, more, second)
    return offered, labels


def _with_filled(number: int, planes: list[Plane], offered: list[Move], labels: Array) -> list[Plane]:
    """``planes`` with what the ``labels`` fill on plane ``number`` as if it were seen."""
    plane, served = planes[number], labels >= 0
    if not served.any():
        return planes
    texture = np.where(served[..., None], moved_texture(number, planes, offered, labels), plane.texture)
    wider = replace(plane, texture=texture, good=plane.good | served, lends=plane.lends | served)
    return [wider if k == number else p for k, p in enumerate(planes)]


def _skirt(plane: Plane, board: Board, at: tuple[Array, Array], filled: Array, served: Array, scale: Scale) -> None:
    """The board drawn into ``filled`` (N, 3), the pixels ``at`` of a wall, where its foot is; these count as not served."""
    assert plane.full is not None
    xy = np.stack([at[1], at[0]], -1).astype(np.float64)
    points, _ = plane.full.metres(xy)
    low = np.nonzero(points[:, 1] < BAND_M + FADE_M + board.line(points))[0]
    if not len(low):
        return
    own = sample(plane.light, (xy[low] + 0.5) * scale - 0.5, cubic=False)
    filled[low] = own + board.at(points[low])
    served[low] = False


def _soften(out: Array, hole: Array, planes: list[Plane]) -> None:
    """The lines where planes meet in ``hole`` without stairs: pixels on both sides are mixed."""
    import cv2

    number = np.zeros(hole.shape, np.uint8)
    for k, plane in enumerate(planes):
        if plane.full is not None:
            number[plane.full.mask] = k + 1
    kernel = np.ones((3, 3), np.uint8)
    edge = hole & (cv2.dilate(number, kernel) != cv2.erode(number, kernel))
    ys, xs = np.nonzero(edge)
    if len(ys):
        box = np.s_[max(0, ys.min() - 3) : ys.max() + 4, max(0, xs.min() - 3) : xs.max() + 4]
        soft = cv2.GaussianBlur(out[box], (0, 0), SOFT_EDGE)
        out[box][edge[box]] = soft[edge[box]]


def _regrain(out: Array, filled: Array, known: Array, bare: Array) -> None:
    """Grain on the part of the picture that holds the fill, with some of the known around it."""
    ys, xs = np.nonzero(filled)
    margin = 64
    box = np.s_[max(0, ys.min() - margin) : ys.max() + margin, max(0, xs.min() - margin) : xs.max() + margin]
    regrain(out[box], filled[box], known[box], bare[box])
