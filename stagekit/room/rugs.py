"""Rugs that the network only suspects, told from the floor by their colour, and rugs that are the floor itself.

A network trained on few rugs names a corner of one and leaves the rest to the floor. The colours of what lies on the floor
fall into a few kinds; one that hardly meets a wall, that is another colour than the kind along the walls, and in which the
network suspects a rug more than elsewhere, is a rug all over. And of a carpet in the sun it says that it is a rug.
"""

from __future__ import annotations

import numpy as np

from ..types import Array
from .evidence import guided_filter
from .paint import cielab

WORK, EDGES = 320, 768
"""Longer side in pixels at which colours are told apart, and at which the rug's edge is drawn."""
KINDS = 4
BLUR = 3.0
"""Sigma in pixels at WORK: wider than planks, joints and weaves."""
WEIGHTS = (0.3, 1.0, 1.0, 0.5)
"""Of CIELAB's L, a and b and of the spread of L: light falls off along a floor, its colour does not."""
SUSPECTED, HIGHEST = 0.04, 0.15
"""Probability of rug that the kind has on the mean and, in its likeliest 3 %, at least."""
MORE, LIKE = 2.5, 0.3
"""Its mean, of the floor's and the less likely kinds' at least, and of the likeliest kind's."""
MEETS = 0.8
"""Share of the walls' foot that it may hold, of its share in the floor."""
APART = 12.0
"""Distance of a and b from the floor's, each of a white in the same light: below it is shade, or sun on the same floor."""
LEAST = 0.006
"""Share of the picture that a rug has at least."""
STANDS, OPEN = ("chair", "table"), 0.1
"""What stands on rugs and shows them between its legs; and the share of such a gap's rim that may be bare floor."""
FOOT = 6
"""Pixels at WORK from what is upright within which a floor meets it."""
AROUND = (3, 16)
"""Pixels at WORK from a rug between which the floor is looked at that it may be part of."""
WOVEN = 0.9
"""Natural logarithm of how much coarser a rug's texture may be than the floor's, or finer, to be the floor."""
WALLED, EVEN = 0.02, 6.0
"""Share of a rug's rim along what is upright from which it may be the floor in other light; and difference of lightness up
to which it may be the floor anywhere."""
SAMPLES = 60
"""Pixels at WORK of such a floor at least."""
UPRIGHT = ("wall", "window", "door", "curtain")


def rugs(image: Array, labels: Array, rug: Array, classes: tuple[str, ...]) -> Array:
    """bool HxW: where what ``labels`` (HxW) call floor is rather a rug. ``image``: uint8 HxWx3 sRGB; ``rug``: the network's
    probability of it (h, w) on any grid."""
    import cv2

    height, width = labels.shape
    none = np.zeros(labels.shape, bool)
    k = min(1.0, WORK / max(height, width))
    size = (max(8, round(width * k)), max(8, round(height * k)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    few = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    belief = cv2.resize(np.ascontiguousarray(rug, np.float32), size, interpolation=cv2.INTER_LINEAR)
    level = np.isin(few, [classes.index(c) for c in ("floor", "rug")]).astype(np.uint8)
    inner = cv2.erode(level, np.ones((3, 3), np.uint8)) > 0
    if inner.mean() < 4 * LEAST or np.quantile(belief[inner], 0.99) < HIGHEST:
        return none
    kind = _kinds(small, level, inner)
    up = np.isin(few, [classes.index(c) for c in UPRIGHT]).astype(np.uint8)
    foot = inner & (cv2.dilate(up, np.ones((2 * FOOT + 1, 2 * FOOT + 1), np.uint8)) > 0)
    found = np.isin(kind[0], _rugs(*kind, belief, foot)).astype(np.uint8)
    opened = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(opened)
    large = stats[:, cv2.CC_STAT_AREA] >= LEAST * found.size
    large[0] = False
    over = np.isin(few, [classes.index(c) for c in STANDS if c in classes])
    rug_too = large[pieces] | (few == classes.index("rug"))
    soft = (large[pieces] | _between(rug_too, level > 0, over)).astype(np.float32)
    if not soft.any():
        return none
    k = min(1.0, EDGES / max(height, width))
    guide = cv2.resize(image, (round(width * k), round(height * k)), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(soft, guide.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    edge = guided_filter(guide, soft[None], round(6 * max(guide.shape) / WORK), 1e-3)[0]
    drawn = cv2.resize(edge, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    return np.asarray(drawn & (labels == classes.index("floor")))


def carpets(image: Array, labels: Array, classes: tuple[str, ...]) -> Array:
    """bool HxW: what ``labels`` (HxW) call rug and is the floor's own carpet, in the sun or out of it: of the tint and the
    texture of the floor beside, up to the walls or as light as that. ``image``: uint8 HxWx3 sRGB."""
    import cv2

    k = min(1.0, WORK / max(labels.shape))
    size = (max(8, round(labels.shape[1] * k)), max(8, round(labels.shape[0] * k)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    few = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    rug, floor = few == classes.index("rug"), few == classes.index("floor")
    lab = cielab(small)
    tint = lab[..., 1:] * 116 / (lab[..., :1] + 16)
    weave = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 2)) / np.maximum(lab[..., 0], 5)
    up = np.isin(few, [classes.index(c) for c in UPRIGHT if c in classes])
    _, parts, stats, _ = cv2.connectedComponentsWithStats(cv2.erode(rug.astype(np.uint8), np.ones((3, 3), np.uint8)))
    own = [0]
    for part in range(1, len(stats)):
        here = (parts == part).astype(np.uint8)
        near, far = (cv2.dilate(here, np.ones((2 * n + 1, 2 * n + 1), np.uint8)) > 0 for n in AROUND)
        beside, here = far & ~near & floor, here > 0
        rim = (cv2.dilate(here.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0) & ~here
        if stats[part, cv2.CC_STAT_AREA] < LEAST * rug.size or beside.sum() < SAMPLES:
            continue
        apart = np.hypot(*(np.median(tint[here], 0) - np.median(tint[beside], 0)))
        woven = np.log(max(np.median(weave[here]), 1e-4) / max(np.median(weave[beside]), 1e-4))
        even = abs(np.median(lab[here][:, 0]) - np.median(lab[beside][:, 0])) < EVEN
        if apart < APART and abs(woven) < WOVEN and (even or up[rim].mean() > WALLED):
            own.append(part)
    if len(own) == 1:
        return np.zeros(labels.shape, bool)
    pieces = cv2.dilate(np.where(np.isin(parts, own[1:]), 1, 0).astype(np.uint8), np.ones((5, 5), np.uint8))
    large = cv2.resize(pieces, labels.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(large & (labels == classes.index("rug")))


def _between(rug: Array, level: Array, over: Array) -> Array:
    """bool (h, w): what of the ``level`` floor shows between the legs of what stands ``over`` a rug: within its convex
    hull, and shut off from the floor around."""
    import cv2

    out = np.zeros(rug.shape, bool)
    ring = np.ones((5, 5), np.uint8)
    near = cv2.dilate(rug.astype(np.uint8), ring) > 0
    _, parts = cv2.connectedComponents((near | over).astype(np.uint8))
    for part in np.unique(parts[rug]):
        ys, xs = np.nonzero(rug & (parts == part))
        if len(ys) < LEAST * rug.size:
            continue
        hull = np.zeros(rug.shape, np.uint8)
        cv2.fillConvexPoly(hull, cv2.convexHull(np.stack([xs, ys], -1).astype(np.int32)), 1)
        count, gaps = cv2.connectedComponents(((hull > 0) & level & ~rug).astype(np.uint8))
        for gap in (gaps == g for g in range(1, count)):
            around = (cv2.dilate(gap.astype(np.uint8), ring) > 0) & ~gap
            if (around & level & ~rug).sum() < OPEN * around.sum():
                out |= gap
    return out


def _kinds(small: Array, level: Array, inner: Array) -> tuple[Array, Array]:
    """int (h, w): the kind of colour of each ``inner`` pixel, -1 elsewhere; (KINDS, 4) their weighted colours."""
    import cv2

    weight = cv2.GaussianBlur(level.astype(np.float32), (0, 0), BLUR)
    lab = cielab(small)

    def mean(values: Array) -> Array:
        shown = values * (level if values.ndim == 2 else level[..., None])
        return np.asarray(
            cv2.GaussianBlur(shown.astype(np.float32), (0, 0), BLUR)
            / np.maximum(weight, 1e-3)[(...,) + (None,) * (values.ndim - 2)]
        )

    spread = np.sqrt(np.maximum(mean(lab[..., 0] ** 2) - mean(lab[..., 0]) ** 2, 0))
    samples = (np.dstack([mean(lab), spread]) * np.array(WEIGHTS, np.float32))[inner].astype(np.float32)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 40, 0.1)
    of: Array = np.zeros((len(samples), 1), np.int32)
    _, labelled, middles = cv2.kmeans(samples, KINDS, of, stop, 3, cv2.KMEANS_PP_CENTERS)
    kind = np.full(level.shape, -1)
    kind[inner] = np.asarray(labelled)[:, 0]
    return kind, np.asarray(middles)


def _rugs(kind: Array, middles: Array, belief: Array, foot: Array) -> Array:
    """Which kinds are rugs; ``foot``: where the floor meets walls."""
    share = np.array([(kind == k).sum() for k in range(KINDS)]) / max(1, (kind >= 0).sum())
    mean = np.array([belief[kind == k].mean() if share[k] else 0 for k in range(KINDS)])
    highest = np.array([np.quantile(belief[kind == k], 0.97) if share[k] else 0 for k in range(KINDS)])
    held = np.array([(foot & (kind == k)).sum() for k in range(KINDS)]) / max(1, foot.sum())
    floor = int(np.argmax(held * (1 - mean) ** 4))
    tint = middles[:, 1:3] * 116 / (middles[:, :1] / WEIGHTS[0] + 16)  # more light scales a and b as it does L + 16
    apart = np.hypot(*(tint - tint[floor]).T)
    others = np.array([(share * mean)[mean < m].sum() / max(share[mean < m].sum(), 1e-6) for m in mean])
    return np.nonzero(
        (mean >= max(SUSPECTED, MORE * mean[floor], LIKE * mean.max()))
        & (mean >= MORE * others)
        & (highest >= HIGHEST)
        & (held < MEETS * share)
        & (apart > APART)
    )[0]
