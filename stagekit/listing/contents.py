"""What a room holds, from its segmentation: what is surely there, what is surely not, windows and doors by number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..types import Array, Layout, OpeningKind, Segments

GRID = 256
"""Long side in cells on which parts are counted."""
GLIMPSE = 0.06
"""Small windows must be surer: glass partitions look like them."""
SINGLE_M = 1.7
"""Windows side by side look like one opening that is wider."""
COUNTED = 0.76
"""Windows and doors less certain than this are not counted."""
MOST_WINDOWS = 1
"""More are not counted: white pictures in frames are among them, and panes are among the pictures."""
LABELS_ALONE = 0.7
"""Certainty of a class in a segmentation that gives no probabilities."""
RELIABLE = ("bed", "sofa", "toilet", "bath", "stairs", "window")
"""Classes that the embedded network does not overlook: on 74 photos it missed one sofa, in the far background. It is
blind to fireplaces, shelves and rugs, and overlooks mirrors: of these nothing is concluded."""
ABSENT = 0.12
"""A class whose probability stays under this everywhere is not in the picture."""


@dataclass(frozen=True)
class Seen:
    """One class: ``share`` of the picture; ``certainty``, the mean probability of the surest fifth of its pixels (edges
    are never sure); largest probability anywhere ``peak``; number of separate ``parts`` large enough to count."""

    name: str
    share: float
    certainty: float
    peak: float
    parts: int

    @property
    def sure(self) -> bool:
        """Large and certain enough to be told of."""
        rule = RULES.get(self.name)
        if rule is None or self.share < rule[0]:
            return False
        return self.certainty >= rule[1] + (GLIMPSE if self.share < 3 * rule[0] and self.name == "window" else 0.0)

    @property
    def absent(self) -> bool:
        """Surely not in the picture."""
        return self.name in RELIABLE and self.peak < ABSENT


RULES = {
    "fireplace": (0.006, 0.64), "stairs": (0.015, 0.66), "sofa": (0.012, 0.64), "bed": (0.020, 0.74),
    "bath": (0.020, 0.70), "toilet": (0.008, 0.58), "sink": (0.004, 0.58), "television": (0.004, 0.62),
    "lamp": (0.008, 0.64), "plant": (0.005, 0.68), "picture": (0.010, 0.68), "mirror": (0.010, 0.70),
    "table": (0.015, 0.62), "chair": (0.015, 0.58), "cabinet": (0.030, 0.78), "shelf": (0.015, 0.68),
    "countertop": (0.010, 0.62), "appliance": (0.020, 0.62), "curtain": (0.010, 0.78),
    "window": (0.010, 0.70), "door": (0.012, 0.64),
}  # fmt: skip
"""Class -> least share of the picture, least certainty. Rugs are not told of: a floor of small dark tiles looks like
one. Set so that on 74 photos nothing was named that is not there; benchmarks/describe.py counts it."""


@dataclass(frozen=True)
class Contents:
    """Every class by name; ``windows`` and ``doors`` as (number, confidence that it is exactly that)."""

    classes: dict[str, Seen] = field(default_factory=dict)
    windows: tuple[int, float] = (0, 0.0)
    doors: tuple[int, float] = (0, 0.0)
    measured: bool = False
    """Whether probabilities were there: labels alone cannot say that something is absent."""

    def seen(self, name: str) -> Seen:
        return self.classes.get(name, Seen(name, 0.0, 0.0, 0.0, 0))


def take_stock(segments: Segments, layout: Layout | None) -> Contents:
    """Count what ``segments`` shows; openings of a trusted ``layout`` must agree before a number is believed."""
    import cv2

    height, width = segments.labels.shape
    k = GRID / max(height, width)
    size = max(1, round(width * k)), max(1, round(height * k))
    labels = cv2.resize(segments.labels, size, interpolation=cv2.INTER_NEAREST)
    p = None if segments.probabilities is None else np.asarray(segments.probabilities, np.float32)
    leads = None if p is None else p.argmax(0)
    found = {}
    for index, name in enumerate(segments.classes):
        mask = labels == index
        share = float(mask.mean())
        if p is None or leads is None:
            certainty, peak = (LABELS_ALONE, 1.0) if share else (0.0, 0.0)
        else:
            inside = np.sort(p[index][leads == index])
            certainty = float(inside[int(0.8 * len(inside)) :].mean()) if len(inside) else 0.0
            peak = float(np.sort(p[index], axis=None)[-20:].min())  # a network may flare up in a few cells
        found[name] = Seen(name, share, certainty, peak, _parts(mask, 0.4 * RULES.get(name, (0.01, 0))[0]))
    return Contents(
        found,
        _openings(labels, segments, layout, "window", found.get("window")),
        _openings(labels, segments, layout, "door", found.get("door")),
        p is not None,
    )


def _parts(mask: Array, least: float) -> int:
    """Connected pieces of at least ``least`` of the picture, gaps of two cells closed."""
    import cv2

    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    return int((stats[1:count, cv2.CC_STAT_AREA] >= least * mask.size).sum())


def _openings(
    labels: Array, segments: Segments, layout: Layout | None, kind: OpeningKind, seen: Seen | None
) -> tuple[int, float]:
    """The number of windows or doors, and how sure it is: pieces of the segmentation, the pieces left when gaps are
    closed, and the layout's openings must agree. Wide ones may be several side by side: their number stays unsure."""
    import cv2

    if seen is None or not seen.sure:
        return 0, 0.0
    mask = (labels == segments.classes.index(kind)).astype(np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    least = 0.4 * RULES[kind][0]
    openings = [o for o in layout.openings if o.kind == kind] if layout is not None else []
    number = max(seen.parts, 1)
    narrow = all(o.right_m - o.left_m <= SINGLE_M for o in openings)
    agree = number == _parts(joined > 0, least) == _parts(mask > 0, 0.0006) == len(openings)
    cut = bool(mask[:, :2].any() or mask[:, -2:].any())  # goes on outside the picture
    if not agree or not narrow or cut or number > MOST_WINDOWS or seen.certainty < COUNTED:
        return number, 0.4
    return number, min(0.9, seen.certainty)


MOVABLE = ("bed", "sofa", "table", "chair", "lamp", "plant", "television", "curtain", "picture", "mirror")
FIXED = ("fireplace", "stairs", "shelf", "bath", "toilet", "sink", "countertop", "appliance")


def furniture(contents: Contents) -> list[tuple[str, float]]:
    """Movable things that are surely there, with certainty, the largest first."""
    seen = sorted((s for n in MOVABLE if (s := contents.seen(n)).sure), key=lambda s: -s.share)
    return [(s.name, s.certainty) for s in seen]


def fixtures(contents: Contents) -> list[tuple[str, float]]:
    """What stays when the owner moves out, and is surely there."""
    return [(s.name, s.certainty) for n in FIXED if (s := contents.seen(n)).sure]


def data(contents: Contents) -> dict[str, Any]:
    """Plain data, for looking at: shares and certainties of what is there."""
    return {n: [round(s.share, 4), round(s.certainty, 2), s.parts] for n, s in contents.classes.items() if s.share > 0}
