"""The picture cut into small flat regions along its edges, and a surface chosen among them by a minimum cut.

A network's mask is off by a cell or two; the edge of a wall is where the picture says. Regions are catchment basins of the
gradient (Vincent & Soille 1991); which of them belong to the surface is decided with the network's probability, local
colour, and the strength of the edges between them (Boykov & Jolly 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.nearest import carried_on
from ..room.paint import STRANGE, cielab, difference
from ..types import Array
from .belief import PLANE

SURE, ALIKE = 0.9, 10.0
"""Pixels by themselves, where a region is too coarse, as between the boards of a shelf: probability from which the network's
word counts, and distance in CIELAB up to which a colour is the surface's."""
SPREAD = 0.05
"""Reach of local colour models, share of the longer side."""


@dataclass(frozen=True, eq=False)
class Regions:
    """``labels`` int32 HxW, 0..n-1; ``pixels`` float32 HxWx3 the picture in CIELAB; ``steep`` float32
    HxW, the gradient; ``lab`` (n, 3) mean CIELAB; ``size`` (n,) pixels;
    ``pairs`` (m, 2) neighbours, with ``border`` (m,) pixels in common and ``edge`` (m,) the mean gradient there, 1 where it
    stands out of the picture's noise, which is at a gradient of ``sharp``."""

    labels: Array
    pixels: Array
    steep: Array
    lab: Array
    size: Array
    pairs: Array
    border: Array
    edge: Array
    sharp: float

    def mean(self, values: Array) -> Array:
        """(n,) mean of float HxW over each region."""
        return np.bincount(self.labels.ravel(), values.ravel(), len(self.size)) / self.size


def gradient(lab: Array) -> Array:
    """float32 HxW: change of CIELAB a pixel, the noise of the picture taken off."""
    import cv2

    best = np.zeros(lab.shape[:2], np.float32)
    # fine for what is sharp; coarse for the faint long edges where white walls meet white ceilings, which noise hides
    for sigma, gain in ((0.8, 1.0), (2.0, 2.0)):
        soft = cv2.GaussianBlur(lab, (0, 0), sigma)
        dx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=0.125 * gain)
        dy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=0.125 * gain)
        np.maximum(best, np.sqrt((dx**2 + dy**2).sum(-1)), out=best)
    return best


def cut_regions(image: Array, planes: Array | None = None, doors: Array | None = None) -> Regions:
    """``image`` uint8 HxWx3, best about one megapixel. ``planes``: integer HxW, where the layout says that one plane ends
    and another begins, regions end too; and at the borders of ``doors``, bool HxW."""
    import cv2

    lab = cielab(image)
    steep = gradient(lab)
    noise = float(np.percentile(steep, 15))
    flat = (steep < max(0.2, 1.6 * noise)).astype(np.uint8)
    # a cell in the middle of every flat patch; large patches get several, so that a leak costs one cell only
    distance = cv2.distanceTransform(flat, cv2.DIST_L2, 3)
    tile = max(12, round(max(image.shape[:2]) / 60))
    v, u = np.mgrid[0 : image.shape[0], 0 : image.shape[1]]
    cell = (v // tile) * (image.shape[1] // tile + 1) + u // tile
    if planes is not None:
        cell = cell + (int(cell.max()) + 1) * planes.astype(np.int64)
    core = _seeded(distance > 0.5, steep, cell)
    _, parts = cv2.connectedComponents(core.astype(np.uint8), connectivity=4)
    seeds = np.where(core, parts.astype(np.int64) * (int(cell.max()) + 1) + cell + 1, 0)
    _, markers = np.unique(seeds, return_inverse=True)
    markers = markers.reshape(seeds.shape).astype(np.int32)
    # OpenCV floods along small differences between neighbours: of the picture, then, not of its gradient
    soft = cv2.GaussianBlur(lab, (0, 0), 0.8)
    cv2.watershed(np.clip(soft * 2.5 + np.array([0, 128, 128], np.float32), 0, 255).astype(np.uint8), markers)
    labels = _filled(markers)
    # where nothing is seen of the line between wall and ceiling, or of a white casing, basins run over it
    for part in (None if planes is None else planes == PLANE["ceiling"], doors):
        if part is not None:
            _, dense = np.unique(labels.astype(np.int64) * 2 + part, return_inverse=True)
            labels = dense.reshape(labels.shape).astype(np.int32)
    return _measured(labels, lab, steep, float(np.clip(4 * noise, 0.35, 1.6)))


def _seeded(core: Array, steep: Array, cell: Array) -> Array:
    """``core`` with the calmest pixel of each cell that has none: shaded things in a clean picture have no flat patch."""
    _, number = np.unique(cell.ravel(), return_inverse=True)
    order = np.lexsort((steep.ravel(), number))
    first = order[np.unique(number[order], return_index=True)[1]]
    bare = np.bincount(number, core.ravel()) == 0
    out = core.copy()
    out.ravel()[first[bare[number[first]]]] = True
    return out


def _filled(markers: Array) -> Array:
    """Watershed's lines (-1) given to a neighbour, numbers made dense."""
    _, dense = np.unique(carried_on(markers, markers > 0), return_inverse=True)
    return dense.reshape(markers.shape).astype(np.int32)


def _measured(labels: Array, lab: Array, steep: Array, sharp: float) -> Regions:
    n = int(labels.max()) + 1
    flat = labels.ravel()
    size = np.bincount(flat, minlength=n).astype(np.float64)
    mean = np.stack([np.bincount(flat, lab[..., k].ravel(), n) / size for k in range(3)], -1)
    firsts, seconds, edges = [], [], []
    for a, b, g, h in (
        (labels[:, :-1], labels[:, 1:], steep[:, :-1], steep[:, 1:]),
        (labels[:-1], labels[1:], steep[:-1], steep[1:]),
    ):
        on = a != b
        firsts.append(np.minimum(a[on], b[on]))
        seconds.append(np.maximum(a[on], b[on]))
        edges.append(np.maximum(g[on], h[on]))
    key = np.concatenate(firsts).astype(np.int64) * n + np.concatenate(seconds)
    unique, where, count = np.unique(key, return_inverse=True, return_counts=True)
    edge = np.bincount(where, np.concatenate(edges)) / count
    return Regions(
        labels,
        lab,
        steep,
        mean,
        size,
        np.stack([unique // n, unique % n], -1),
        count.astype(np.float64),
        edge / sharp,
        sharp,
    )


def choose(
    regions: Regions,
    probability: Array,
    *,
    off: Array | None = None,
    rounds: int = 2,
    smooth: float = 2.2,
    colour: float = 1.6,
) -> Array:
    """bool HxW: the surface. ``probability`` float HxW, the network's, at the regions' size; ``off`` float HxW: how far
    each pixel's colour is from the surface's own, see `room.paint.off_colour`.

    Colour is compared with what is near and surely inside or outside, so that a wall may darken along its length.
    """
    strange = np.zeros(len(regions.size)) if off is None else np.clip((regions.mean(off) - STRANGE) / 4, 0, 7)
    p = np.clip(regions.mean(probability), 0.02, 0.98)
    base = np.log(p / (1 - p))
    inside = p
    for _ in range(rounds):
        near_in, sure_in = _local(regions, inside > 0.5, np.maximum(inside - 0.5, 0))
        near_out, sure_out = _local(regions, inside < 0.5, np.maximum(0.5 - inside, 0))
        d_in, d_out = difference(regions.lab, near_in), difference(regions.lab, near_out)
        hint = np.clip((np.minimum(d_out, 20) - np.minimum(d_in, 20)) / 6, -colour, colour)
        unary = base + hint * np.minimum(1, 4 * np.minimum(sure_in, sure_out))
        # what looks like nothing of the surface that is near is no part of it, whatever the network says
        unary -= np.maximum(np.clip((d_in - STRANGE) / 4, 0, 7) * np.minimum(1, 4 * sure_in), strange)
        chosen = _minimum_cut(regions, unary, smooth)
        inside = np.where(chosen, np.maximum(p, 0.75), np.minimum(p, 0.25))
    mask = _rounded(_mended(chosen, regions, near_in, p)[regions.labels], regions)
    away = difference(regions.pixels, near_in.astype(np.float32)[regions.labels])
    if off is not None:
        away = np.maximum(away, off)
    mask |= (probability > SURE) & (away < ALIKE)
    return mask & ~((probability < 1 - SURE) & (away > STRANGE))


def _rounded(mask: Array, regions: Regions) -> Array:
    """The border drawn smoothly where the picture has no edge to follow: there it runs along the regions' grid, in steps."""
    import cv2

    tile = max(12, round(max(mask.shape) / 60))
    edge = (regions.steep > regions.sharp).astype(np.float32)
    followed = cv2.blur(edge, (7, 7)) > 0.15
    smooth = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.6 * tile) > 0.5
    return np.where(followed, mask, smooth)


def _mended(chosen: Array, regions: Regions, near: Array, p: Array) -> Array:
    """Small islands go, and small holes of the surface's own colour close: specks that a brush would not leave."""
    import cv2

    h, w = regions.labels.shape
    alike = difference(regions.lab, near) < 5
    for value, allowed in ((False, alike & (p > 0.12) | (p > 0.6)), (True, (p < 0.5) | ~alike & (p < 0.9))):
        mask = (chosen == value)[regions.labels]
        _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
        small = stats[:, cv2.CC_STAT_AREA] < 0.004 * h * w
        small[0] = False
        part = np.zeros(len(chosen), np.int64)
        part[regions.labels.ravel()] = parts.ravel()
        flip = small[part] & allowed & (chosen == value)
        chosen = np.where(flip, not value, chosen)
    return chosen


def _local(regions: Regions, members: Array, weight: Array) -> tuple[Array, Array]:
    """Mean colour of ``members`` round each region (n, 3), and how much of them there is (n,), 0..1."""
    import cv2

    h, w = regions.labels.shape
    k = max(1, round(max(h, w) / 256))
    small = regions.labels[::k, ::k]
    weights = (weight * members).astype(np.float32)[small]
    sigma = SPREAD * max(h, w) / k
    amount = cv2.GaussianBlur(weights, (0, 0), sigma)
    colour = cv2.GaussianBlur(regions.lab.astype(np.float32)[small] * weights[..., None], (0, 0), sigma)
    colour = np.asarray(colour) / np.maximum(amount, 1e-6)[..., None]
    count = np.maximum(np.bincount(small.ravel(), minlength=len(regions.size)), 1e-9)
    near = np.stack(
        [np.bincount(small.ravel(), colour[..., c].ravel(), len(regions.size)) / count for c in range(3)], -1
    )
    sure = np.bincount(small.ravel(), amount.ravel(), len(regions.size)) / count
    missed = np.bincount(small.ravel(), minlength=len(regions.size)) == 0  # regions smaller than the step: no opinion
    near[missed] = regions.lab[missed]
    sure[missed] = 0
    return near, sure


def _minimum_cut(regions: Regions, unary: Array, smooth: float) -> Array:
    """bool (n,): the labelling of least energy, by maximum flow."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n = len(unary)
    scale = 1000.0
    # a region's say grows with its size, but a huge one must not outvote every edge around it
    weight = np.sqrt(regions.size)
    want = np.round(unary * weight * scale / 4).astype(np.int64)
    between = np.round(smooth * regions.border * np.exp(-regions.edge) * scale / 4).astype(np.int64) + 1
    i, j = regions.pairs.T
    source, sink = n, n + 1
    nodes = np.arange(n)
    yes, no = want > 0, want < 0
    rows = np.concatenate([i, j, np.full(yes.sum(), source), nodes[no]])
    columns = np.concatenate([j, i, nodes[yes], np.full(no.sum(), sink)])
    data = np.concatenate([between, between, want[yes], -want[no]])
    graph = coo_matrix((np.minimum(data, 2**30).astype(np.int32), (rows, columns)), shape=(n + 2, n + 2)).tocsr()
    flow = maximum_flow(graph, source, sink).flow
    residual = graph - flow
    residual.data = np.where(residual.data > 0, residual.data, 0)
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, directed=True, return_predecessors=False)
    out = np.zeros(n + 2, bool)
    out[reached] = True
    return out[:n]
