"""The colour that a wall has of itself, light falling off along it: what differs is no part of it, but hangs or stands
there.

A network's mask runs over lamps, plants and towels in front of a wall. Paint is one colour; on each plane of the layout it
changes smoothly with the light.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..types import Array

Distance = Callable[[Array, Array], Array]
"""(n, c) and (n, c) or (c,) -> (n,)."""
STRANGE = 12.0
"""Distance in CIELAB, lightness counted half, from which a colour is hardly the surface's in another light."""
STEP = 4
"""Pixels from one sample to the next."""
LEAST = 150
"""Samples from which a wall's colour is told."""
ROUNDS = 6
REACH = 15.0
"""Distance in CIELAB (lightness counted half) at which a sample has no more say: Tukey's biweight."""
SURE, SPECK = 18.0, 12
"""Distance from which a pixel by itself is not the wall, and how many of them make a thing."""
BLUR = 2
"""Pixels over which an edge is spread."""
SUN, SUNLIT = 1.4, 0.5
"""How much brighter than the wall in all channels a pixel may be the wall in the sun or next to a lamp; the weight of its
colour then."""
JUMP, EDGED = 4, 0.4
"""Pixels within which a thing's colour gives way to the wall's, and the share of its rim where it does."""
MOSTLY = 0.6
"""Share of a wall's samples that its colour must explain; else it has several, such as stone and plaster."""


def cielab(image: Array) -> Array:
    """uint8 HxWx3 sRGB to float32 CIELAB."""
    import cv2

    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB))


def difference(lab: Array, near: Array) -> Array:
    """Distance in CIELAB with lightness counted half: light falls off along a wall, its paint does not."""
    d = (lab - near) * np.array([0.5, 1.0, 1.0])
    return np.sqrt((d**2).sum(-1))


def off_colour(lab: Array, belief: Array, planes: Array) -> Array:
    """float32 (h, w): distance of each pixel from its wall's colour, 0 where there is no wall or its colour is not told, and
    where the difference sets in gradually: a glow, not a thing.

    ``lab`` (h, w, 3) CIELAB; ``belief`` (h, w), the network's probability of wall; ``planes`` (h, w) numbers of planes,
    walls from 8 on.
    """
    import cv2

    out = np.zeros(belief.shape, np.float32)
    for plane in np.unique(planes[planes >= 8]):
        here = planes == plane
        usual = _usual(lab, np.where(here, belief, 0), here)
        if usual is not None:
            out[here] = difference(lab[here], usual) * np.where(_sunlit(lab[here], usual), SUNLIT, 1)
    near = np.ones((2 * JUMP + 1, 2 * JUMP + 1), np.uint8)
    within = cv2.morphologyEx(planes.astype(np.uint8), cv2.MORPH_GRADIENT, near) == 0
    least = cv2.erode(out, near)
    edged = np.zeros(belief.shape, bool)
    for level in (STRANGE, SURE):
        edged |= _edged(out > level, least < level / 2, within)
    return np.where((out < STRANGE) | edged, out, 0).astype(np.float32)


def _edged(mask: Array, jump: Array, within: Array) -> Array:
    """The pieces of ``mask`` along whose rim, where it runs ``within`` a plane, there is mostly a ``jump``."""
    import cv2

    _, parts = cv2.connectedComponents(mask.astype(np.uint8))
    count = int(parts.max()) + 1
    rim = mask & within & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) == 0)
    length = np.bincount(parts[rim], minlength=count)
    held = np.bincount(parts[rim], jump[rim], count) > EDGED * length
    held[0] = False
    return np.asarray(held[parts])


def thin_things(off: Array) -> Array:
    """bool (h, w): what is surely of another colour, with its blurred edge: lamps' legs, leaves, wires that regions miss."""
    import cv2

    _, parts, stats, _ = cv2.connectedComponentsWithStats((off > SURE).astype(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= SPECK
    large[0] = False
    edge = cv2.dilate(large[parts].astype(np.uint8), np.ones((2 * BLUR + 1, 2 * BLUR + 1), np.uint8)) > 0
    return np.asarray(edge & (off > SURE / 2))


def _sunlit(lab: Array, usual: Array) -> Array:
    """bool (n,): where ``lab`` (n, 3) may be ``usual`` (n, 3) in more light: no channel is darker."""
    import cv2

    seen, own = (cv2.cvtColor(c[None].astype(np.float32), cv2.COLOR_LAB2RGB)[0] for c in (lab, usual))
    gain = (np.maximum(seen, 0.02) / np.maximum(own, 0.02)) ** 2.2
    return np.asarray((gain.min(-1) > 1.0) & (gain.mean(-1) > SUN))


def _usual(lab: Array, weight: Array, here: Array) -> Array | None:
    """(n, 3): the wall's colour at the pixels ``here``, a parabola in x and y fitted to the bulk of its samples."""
    small = weight[::STEP, ::STEP]
    ys, xs = np.nonzero(small > 0.6)
    if len(ys) < LEAST:
        return None
    colours, every = lab[::STEP, ::STEP][ys, xs], np.argwhere(here)
    scale = max(here.shape)
    own = small[ys, xs] * 1.0
    fit = bulk(parabola(ys * STEP / scale, xs * STEP / scale), colours, own, difference, REACH, LEAST)
    if fit is None or (own * (fit[1] < REACH)).sum() < MOSTLY * own.sum():
        return None
    found, away = fit
    low, high = np.percentile(colours[away < REACH], (1, 99), axis=0)
    return np.clip(parabola(every[:, 0] / scale, every[:, 1] / scale) @ found, low - 3, high + 3)


def bulk(
    basis: Array, values: Array, own: Array, distance: Distance, reach: float, least: int
) -> tuple[Array, Array] | None:
    """(k, c) coefficients of ``basis`` (n, k) through the bulk of the ``values`` (n, c), weighted by ``own`` (n,), and how
    far each is from them; from ``reach`` on a value has no say (Tukey's biweight). None if fewer than ``least`` have."""
    away, found = distance(values, np.median(values, axis=0)), np.zeros((basis.shape[1], values.shape[1]))
    for _ in range(ROUNDS):
        said = own * np.maximum(1 - (away / reach) ** 2, 0) ** 2
        if (said > 0).sum() < least:
            return None
        root = np.sqrt(said)[:, None]
        found, *_ = np.linalg.lstsq(basis * root, values * root, rcond=1e-4)
        away = distance(values, basis @ found)
    return found, away


def parabola(y: Array, x: Array) -> Array:
    """(n, 6) of ``y`` and ``x`` (n,)."""
    return np.stack([np.ones_like(y), x, y, x * x, x * y, y * y], -1)
