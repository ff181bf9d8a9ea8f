"""Per-pixel evidence of floor, wall and ceiling: from a segmentation network's probabilities, or from colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import LayoutError
from .hidden import DEPTH_M

Array = Any

CHANNELS = ("floor", "wall", "ceiling", "window", "door", "object")

# Where the classes of a network belong. "object" says nothing of the surface behind it, beyond SHARE below.
GROUPS: dict[str, tuple[str, ...]] = {
    "floor": (
        "floor",
        "flooring",
        "rug",
        "carpet",
        "mat",
        "road",
        "sidewalk",
        "path",
        "earth",
        "ground",
        "field",
        "runway",
        "dirt",
        "sand",
    ),
    "wall": (
        "wall",
        "painting",
        "picture",
        "mirror",
        "curtain",
        "poster",
        "fireplace",
        "column",
        "blind",
        "building",
        "board",
        "house",
        "art",
        "wall_art",
        "tv",
        "television",
        "crt",
        "screen",
        "door_frame",
        "bulletin_board",
        "skyscraper",
        "pillar",
        "shelf",
        "bookcase",
        "wardrobe",
        "radiator",
        "fence",
        "railing",
        "stairs",
        "stairway",
        "staircase",
        "bannister",
        "hood",
    ),
    "ceiling": ("ceiling",),
    "window": (
        "window",
        "windowpane",
        "sky",
        "tree",
        "sea",
        "mountain",
        "glass",
        "plant_outside",
        "outside",
        "grass",
        "outdoor",
    ),
    "door": ("door", "screen_door"),
}
SOFT_WALL = frozenset(
    {
        "shelf",
        "bookcase",
        "wardrobe",
        "stairs",
        "stairway",
        "staircase",
        "bannister",
        "railing",
        "fence",
        "fireplace",
    }
)
"""Stand before walls: half evidence of wall, half of an object. Not cabinets: the room goes on to the wall behind."""
SHARE = {"floor": 0.5, "wall": 0.6, "ceiling": 0.05}
"""What lies behind an object's pixel, of 1."""

TEXTURE = (0.6, 0.5, 0.5)
"""Trust that segments lose inside floors, windows and things."""

TEMPER = 0.12
"""Colour is a poor witness: white walls meet white ceilings. Its certainty is cut, and lines decide more."""


@dataclass(frozen=True)
class Evidence:
    """``probabilities`` float32 (6, h, w) over ``CHANNELS``, summing to 1. ``source`` is ``network`` or ``colour``.
    ``loose`` float32 (2, h, w): how surely a pixel shows what stands loose in the room, and that times its depth in metres.
    """

    probabilities: Array
    source: str
    loose: Array | None = None

    def channel(self, name: str) -> Array:
        return self.probabilities[CHANNELS.index(name)]

    def standing(self) -> Array | None:
        """float32 (3, h, w): bare floor, then ``loose``; None if nothing is known of things."""
        return None if self.loose is None else np.concatenate([self.probabilities[:1], self.loose])

    def log_surfaces(self, floor: float = 0.02) -> Array:
        """float32 (3, h, w): log-probability of floor, wall (windows and doors included) and ceiling being there."""
        p = self.probabilities
        thing = p[5]
        surface = np.stack([p[0], p[1] + p[3] + p[4], p[2]])
        share = np.array(list(SHARE.values()), dtype=np.float32)[:, None, None]
        return np.log((surface + thing * share + floor) / (1.0 + 3 * floor))


def network_evidence(probabilities: Array, classes: Sequence[str], image: Array) -> Evidence:
    """Evidence at ``image``'s size (uint8 HxWx3) from a softmax (C, h, w) and its class names.

    The coarse map is drawn to the photo's edges with a guided filter. Raises LayoutError if there is no floor class.
    """
    import cv2

    p = np.asarray(probabilities, dtype=np.float32)
    names = [c.lower().split(",")[0].split(";")[0].strip().replace(" ", "_") for c in classes]
    if p.ndim != 3 or len(names) != p.shape[0]:
        raise LayoutError(f"expected probabilities (classes, h, w) with {len(names)} classes, got shape {p.shape}")
    if not set(names) & set(GROUPS["floor"]) or "wall" not in names:
        raise LayoutError(f"the segmentation needs classes 'floor' and 'wall', got {', '.join(names[:12])} ...")
    grouped = np.zeros((len(CHANNELS), *p.shape[1:]), np.float32)
    for k, name in enumerate(names):
        channel = next((c for c, members in GROUPS.items() if name in members), "object")
        if name in SOFT_WALL:
            grouped[1] += 0.5 * p[k]
            grouped[5] += 0.5 * p[k]
        else:
            grouped[CHANNELS.index(channel)] += p[k]
    height, width = image.shape[:2]
    up = np.stack([cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR) for c in grouped])
    radius = max(2, round(0.012 * max(width, height)))
    up = guided_filter(image, up, radius, 2e-3)
    up = np.clip(up, 0.0, 1.0)
    deep = np.array([DEPTH_M.get(n, 0.0) for n in names], np.float32)
    loose = np.stack([p[deep > 0].sum(0), np.tensordot(deep, p, 1)])
    loose = np.stack([cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR) for c in loose])
    loose = np.maximum(guided_filter(image, loose, radius, 2e-3), 0.0)
    return Evidence((up / np.maximum(up.sum(0), 1e-6)).astype(np.float32), "network", loose)


def guided_filter(guide: Array, maps: Array, radius: int, epsilon: float) -> Array:
    """Colour guided filter (He et al. 2013): ``maps`` (C, H, W) drawn to the edges of ``guide`` uint8 HxWx3."""
    import cv2

    size = (2 * radius + 1, 2 * radius + 1)

    def mean(a: Array) -> Array:
        return cv2.blur(a, size, borderType=cv2.BORDER_REFLECT)

    g = guide.astype(np.float32) / 255.0
    centre = mean(g)
    cov = np.empty((*g.shape[:2], 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            cov[..., i, j] = cov[..., j, i] = mean(g[..., i] * g[..., j]) - centre[..., i] * centre[..., j]
    cov += epsilon * np.eye(3, dtype=np.float32)
    inverse = _inverse3(cov)
    out = np.empty_like(maps, dtype=np.float32)
    for k, p in enumerate(maps):
        average = mean(p)
        cross = mean(g * p[..., None]) - centre * average[..., None]
        a = np.einsum("hwij,hwj->hwi", inverse, cross)
        b = average - (a * centre).sum(-1)
        out[k] = (mean(a) * g).sum(-1) + mean(b)
    return out


def line_trust(lines: Array, evidence: Evidence, width: int) -> Array:
    """(N,) how much segments (in a picture ``width`` wide) say of the building: those inside the floor may be a
    pattern at any angle, those inside windows the world outside, those inside things anything."""
    if not len(lines):
        return np.zeros(0)
    p = evidence.probabilities
    h, w = p.shape[1:]
    s = w / width
    middle, d = (lines[:, :2] + lines[:, 2:]) / 2 * s, lines[:, 2:] - lines[:, :2]
    side = (
        np.stack([-d[:, 1], d[:, 0]], -1) / np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)[:, None] * (0.012 * max(w, h))
    )
    looks = []
    for at in (middle + side, middle - side):
        u, v = np.clip(at[:, 0].astype(int), 0, w - 1), np.clip(at[:, 1].astype(int), 0, h - 1)
        looks.append(p[:, v, u])
    both = np.minimum(*looks)
    return 1.0 - TEXTURE[0] * both[0] - TEXTURE[1] * both[3] - TEXTURE[2] * both[5]


def _inverse3(m: Array) -> Array:
    """Inverse of symmetric 3x3 matrices (..., 3, 3), by cofactors: np.linalg.inv is ten times slower here."""
    a, b, c, d, e, f = m[..., 0, 0], m[..., 0, 1], m[..., 0, 2], m[..., 1, 1], m[..., 1, 2], m[..., 2, 2]
    k0, k1, k2 = d * f - e * e, c * e - b * f, b * e - c * d
    k3, k4, k5 = a * f - c * c, b * c - a * e, a * d - b * b
    determinant = a * k0 + b * k1 + c * k2
    rows = np.stack([k0, k1, k2, k1, k3, k4, k2, k4, k5], -1) / determinant[..., None]
    return rows.reshape(*m.shape)


def colour_evidence(image: Array, horizon: Array, *, clusters: int = 24, rounds: int = 4) -> Evidence:
    """Evidence from colour and place alone, for when no network is at hand.

    ``horizon`` (H, W): height of each pixel's ray over the horizon (tangent of its elevation). Pixels are grouped by
    colour and texture; each group learns how likely it is floor, wall or ceiling from where its pixels lie.
    """
    import cv2

    height, width = image.shape[:2]
    small_w = 240 if width >= height else max(16, round(240 * width / height))
    small_h = max(16, round(small_w * height / width))
    small = cv2.resize(image, (small_w, small_h), interpolation=cv2.INTER_AREA)
    tangent = cv2.resize(horizon.astype(np.float32), (small_w, small_h))
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    light = lab[..., 0]
    texture = np.sqrt(np.maximum(cv2.blur(light**2, (5, 5)) - cv2.blur(light, (5, 5)) ** 2, 0))
    soft = cv2.bilateralFilter(lab, 5, 12.0, 5.0)
    u = np.broadcast_to(np.linspace(-1, 1, small_w, dtype=np.float32), tangent.shape)
    features = (
        np.stack([soft[..., 0] * 0.5, soft[..., 1] * 1.3, soft[..., 2] * 1.3, np.minimum(texture, 12) * 1.2], -1)
        .reshape(-1, 4)
        .astype(np.float32)
    )
    cv2.setRNGSeed(0)  # k-means draws its first centres: the same every time
    start = np.zeros((len(features), 1), np.int32)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, centres = cv2.kmeans(features, clusters, start, criteria, 1, cv2.KMEANS_PP_CENTERS)
    # Where floor, wall and ceiling lie before anything is seen: floor is low and in the middle, ceiling high
    low, high = (
        1 / (1 + np.exp((tangent + 0.36 + 0.16 * u**2) / 0.10)),
        1 / (1 + np.exp((0.42 + 0.2 * u**2 - tangent) / 0.10)),
    )
    prior = np.stack([low, np.clip(1.0 - low - high, 0.02, 1), high]).reshape(3, -1)
    prior = np.clip(prior, 0.01, None)
    prior[0, tangent.ravel() > 0.0] = 1e-3
    prior[2, tangent.ravel() < 0.02] = 1e-3
    prior /= prior.sum(0)
    posterior = prior
    distance = ((features[:, None] - centres[None]) ** 2).sum(-1)
    member = np.exp(-0.5 * (distance - distance.min(1, keepdims=True)) / 6.0**2)
    member /= member.sum(1, keepdims=True)
    for _ in range(rounds):
        of_class = posterior @ member + 0.5
        of_class /= of_class.sum(1, keepdims=True)
        likelihood = of_class @ member.T
        posterior = prior * likelihood**1.6
        posterior /= posterior.sum(0)
        maps = posterior.reshape(3, small_h, small_w).astype(np.float32)
        maps = np.stack([cv2.GaussianBlur(m, (0, 0), 1.5) for m in maps])
        posterior = np.clip(maps.reshape(3, -1), 1e-4, None)
        posterior /= posterior.sum(0)
    maps = maps**TEMPER
    maps /= maps.sum(0)
    up = np.stack([cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR) for c in maps])
    up = np.clip(guided_filter(image, up, max(2, round(0.01 * max(width, height))), 2e-3), 0.0, 1.0)
    full = np.zeros((len(CHANNELS), height, width), np.float32)
    full[:3] = up / np.maximum(up.sum(0), 1e-6) * 0.85
    full[5] = 0.15
    return Evidence(full, "colour")
