"""Where a surface is in the picture: its name to a mask drawn to the photo's edges, and the plane it lies in."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

import numpy as np

from ..errors import InputError, OptionError
from ..imaging.nearest import carried_on
from ..room.paint import cielab, off_colour, thin_things
from ..types import Array, Image, Layout, Mask, Segments
from .belief import PLANE, class_maps, plane_map, settle_planes
from .casing import draw_openings
from .colour import linear
from .regions import Regions, choose, cut_regions, gradient
from .straight import straighten
from .trim import baseboard

WORK = 1100
"""Longer side in pixels at which surfaces are found; their borders are then drawn at the photo's own size."""
ONE_PAINT = 0.45
"""Walls whose tints differ by less than this, in log light of one channel over all three, wear one paint."""
LEAST = 0.0015
"""A surface smaller than this share of the picture is not there: what the network saw is noise."""

CLASSES: dict[str, tuple[str, ...]] = {
    "wall": ("wall",), "floor": ("floor",), "ceiling": ("ceiling",), "doors": ("door",), "cabinets": ("cabinet",),
    "countertop": ("countertop",), "curtains": ("curtain",), "sofa": ("sofa",), "bedding": ("bed",),
    "backsplash": ("wall",), "trim": ("wall", "floor", "ceiling", "door", "window"),
}  # fmt: skip
"""Surface -> the classes of the segmentation that it is looked for in."""
ALIASES = {
    "walls": "wall", "floors": "floor", "door": "doors", "cabinet": "cabinets", "kitchen_cabinets": "cabinets",
    "countertops": "countertop", "curtain": "curtains", "couch": "sofa", "bed": "bedding", "bed_linen": "bedding",
    "linen": "bedding", "baseboard": "trim", "baseboards": "trim", "moulding": "trim",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Place:
    """``mask`` bool (h, w) at the work size. ``plane``: "floor", the index of a wall, or None where none is known;
    ``walls``: the indices of those that it covers, where it does not cover all."""

    name: str
    mask: Array = field(repr=False)
    plane: str | int | None = None
    walls: tuple[int, ...] = ()


def surface_name(text: str) -> tuple[str, int | None]:
    """A surface's own name, and the number in ``wall[1]``. Raises OptionError for an unknown one."""
    match = re.fullmatch(r"\s*([A-Za-z_ ]+?)\s*(?:\[(\d+)\])?\s*", text)
    key = match[1].lower().replace(" ", "_") if match else text
    key = ALIASES.get(key, key)
    if match is None or key not in CLASSES:
        near = difflib.get_close_matches(key, [*CLASSES, *ALIASES], n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(CLASSES)}, wall[0], or a mask"
        raise OptionError(f"no surface {text!r}; {hint}")
    if match[2] is not None and key != "wall":
        raise OptionError(f"only walls are numbered, got {text!r}; write {key!r}")
    return key, None if match[2] is None else int(match[2])


class Finder:
    """Finds the surfaces of one photo; what they share (regions, the network's maps) is made once."""

    def __init__(self, image: Image, segments: Segments | None, layout: Layout | None) -> None:
        import cv2

        self.image, self.segments, self.layout = image, segments, layout
        k = min(1.0, WORK / max(image.size))
        self.size = max(8, round(image.width * k)), max(8, round(image.height * k))
        self.small = cv2.resize(image.array, self.size, interpolation=cv2.INTER_AREA)
        self.planes = None if layout is None else plane_map(layout, self.size)
        self._regions: Regions | None = None
        self._maps: dict[str, Array] | None = None
        self._doors: Array | None = None
        self._baseboard: Array | None = None

    @property
    def regions(self) -> Regions:
        if self._regions is None:
            if self.segments is not None:
                self._maps = self.maps  # draws the doors
            self._regions = cut_regions(self.small, self.planes, self._doors)
        return self._regions

    @property
    def maps(self) -> dict[str, Array]:
        """Probability of each class, float32 at the work size."""
        if self._maps is None:
            if self.segments is None:
                raise InputError("surfaces by name need the scene's segments; run Segment() before, or give a mask")
            self._maps = class_maps(self.segments, self.segments.classes, self.size)
            if self.planes is not None and self.layout is not None and all(n in self._maps for n in PLANE):
                lab = cielab(self.small)
                self._maps = settle_planes(self._maps, self.planes, self.layout.confidence, lab)
                steep = gradient(lab)
                self._maps, self._doors = draw_openings(self._maps, self.layout, self.planes, steep)
        return self._maps

    @property
    def baseboard(self) -> Array:
        """bool at the work size: the band along the floor that keeps its own paint."""
        if self._baseboard is None:
            self._baseboard = np.zeros(self.size[::-1], bool)
            if self.layout is not None and "floor" in self.maps and "wall" in self.maps:
                floor = choose(self.regions, self._belief("floor"))
                self._baseboard = baseboard(self.layout, floor, self.maps["wall"], self.regions.steep)
        return self._baseboard

    def find(self, name: str) -> Place:
        """The surface of a name such as ``"floor"`` or ``"wall[1]"``. Raises OptionError for an unknown name and InputError
        when the photo does not show it."""
        key, number = surface_name(name)
        mask, plane = self._mask(key), self._plane(key, number)
        if number is not None:
            mask = mask & self._wall(number)
        if mask.mean() < LEAST:
            if name in self.shown():
                raise InputError(
                    f"of the {name} in {self.image.name} hardly anything is sure ({mask.mean():.2%} of the picture, "
                    f"{LEAST:.2%} are needed); give a mask of it"
                )
            raise InputError(f"{self.image.name} shows no {name}; shown: {', '.join(self.shown()) or 'nothing known'}")
        return Place(name, mask, plane)

    def paints(self, place: Place, *, each: bool = False) -> list[Place]:
        """The walls of a ``place`` apart by the paints that they wear now, or ``each`` by itself; others as they are."""

        if place.name == "mask" or surface_name(place.name) != ("wall", None) or self.planes is None:
            return [place]
        log = np.log(np.maximum(linear(self.small), 1e-3))
        groups: list[tuple[Array, list[int]]] = []
        walls = {
            int(k) - 8: int(n) for k, n in zip(*np.unique(self.planes[place.mask], return_counts=True), strict=True)
        }
        for k in sorted((k for k in walls if k >= 0), key=lambda k: -walls[k]):
            colour = np.median(log[place.mask & (self.planes == 8 + k)], axis=0)
            tint = colour - colour.mean()
            apart = [float(np.abs(known - tint).max()) for known, _ in groups]
            if apart and ((not each and min(apart) < ONE_PAINT) or walls[k] < LEAST * self.planes.size):
                groups[int(np.argmin(apart))][1].append(k)
            else:
                groups.append((tint, [k]))
        if not groups or (len(groups) < 2 and not each):
            return [place]
        rest = [k for k in range(len(self.layout.walls)) if k not in walls] if self.layout is not None else []
        owner = np.full(self.planes.shape, -1)
        for i, (_, own) in enumerate(groups):
            owner[np.isin(self.planes, [8 + k for k in own])] = i
        owner = carried_on(owner, owner >= 0)
        return [
            Place(place.name, place.mask & (owner == i), own[0] if each else place.plane, (*own, *([] if i else rest)))
            for i, (_, own) in enumerate(groups)
        ]

    def given(self, mask: Mask) -> Place:
        """A surface by the caller's own mask. Raises InputError if it is empty, of another size, or everything."""
        import cv2

        check_mask(mask, self.image)
        small = cv2.resize(mask.array.astype(np.float32), self.size, interpolation=cv2.INTER_AREA) > 0.5
        if not small.any():
            raise InputError(
                f"the mask is too thin: nothing of it is left at {self.size[0]}x{self.size[1]}, where borders are looked "
                "for; draw it wider"
            )
        return Place("mask", small)

    def shown(self) -> tuple[str, ...]:
        """Names of the surfaces of which the photo shows something, by the network's word."""
        if self.segments is None:
            return ()
        simple = [n for n in CLASSES if n not in ("trim", "backsplash")]
        return tuple(n for n in simple if (self._belief(*CLASSES[n]) > 0.5).mean() > 4 * LEAST)

    def _mask(self, key: str) -> Array:
        if key == "backsplash":
            return self._backsplash()
        if key == "trim":
            return self.baseboard
        belief = self._belief(*CLASSES[key])
        off = None
        if key == "wall" and self.planes is not None:
            off = off_colour(cielab(self.small), belief, self.planes)
        mask = choose(self.regions, belief, off=off)
        if off is not None:
            mask &= ~thin_things(off)
        if key in ("wall", "ceiling") and self.layout is not None:
            mask = straighten(mask, self.layout)
        if key == "floor" and self.planes is not None:
            # stairs and cupboards of the floor's own wood: colour alone takes them in only where a floor can be
            import cv2

            reach = 2 * round(0.02 * max(self.size)) + 1
            around = cv2.dilate((self.planes == 1).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
            mask &= around | (belief > 0.3)
        return mask & ~self.baseboard if key == "wall" else mask

    def _belief(self, *names: str) -> Array:
        return np.asarray(sum(self.maps[n] for n in names if n in self.maps), np.float32)

    def _backsplash(self) -> Array:
        """Wall between a worktop and what hangs over it: from the worktop up to 0.75 m, or to the cabinets."""
        top = choose(self.regions, self._belief("countertop"))
        wall = self._belief("wall", "appliance")
        reach = round(0.16 * self.size[1])
        above = np.zeros_like(top)
        for step in range(1, reach):
            above[:-step] |= top[step:]
        return choose(self.regions, np.where(above & ~top, wall, wall * 0.05))

    def _wall(self, number: int) -> Array:
        if self.layout is None or self.planes is None:
            raise InputError(f"wall[{number}] needs the scene's layout; run EstimateLayout() before, or give a mask")
        seen = sorted(int(k) - 8 for k in np.unique(self.planes) if k >= 8)
        if number not in seen:
            raise InputError(
                f"{self.image.name} shows no wall[{number}]; shown: {', '.join(f'wall[{k}]' for k in seen)}"
            )
        return np.asarray(self.planes == 8 + number)

    def _plane(self, key: str, number: int | None) -> str | int | None:
        if self.layout is None:
            return None
        return "floor" if key == "floor" else number


def check_mask(mask: Mask, image: Image) -> None:
    """Raise InputError if ``mask`` cannot be a surface of ``image``."""
    if mask.array.shape != image.array.shape[:2]:
        height, width = mask.array.shape
        raise InputError(
            f"the mask is {width}x{height}, {image.name} is {image.width}x{image.height}; resize the mask to the photo"
        )
    if not mask.array.any():
        raise InputError("the mask is empty; set the pixels of the surface")
    if mask.array.all():
        raise InputError("the mask covers the whole picture; set the pixels of one surface only")
