"""The facts of a room, each with its confidence and what it rests on. Text is made of these alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..types import SURE, Brief, Fact, Image, Layout, Placement, Room, Segments
from .colour import nearest_paint, shade, tint, wall_colour, wood_tone
from .contents import Contents, fixtures, furniture, take_stock
from .daylight import Daylight, measure
from .floor import material
from .ground import rectify

SUPPORT: dict[str, tuple[float, tuple[tuple[str, float], ...]]] = {
    "bathroom": (0.85, (("toilet", 0.50), ("bath", 0.70), ("sink", 0.50))),
    "bedroom": (0.97, (("bed", 0.74),)),
    "kitchen": (0.85, (("appliance", 0.60), ("countertop", 0.60), ("cabinet", 0.80))),
    "living_room": (0.55, (("sofa", 0.64),)),
    "dining_room": (0.75, (("table", 0.60),)),
}
"""Least probability before a room is called so, and what must be in the picture, with which certainty: one of each
row. A draped sofa is taken for a bed, so a bedroom must look like one as a whole: 0.95 was such a sofa."""
BARE = ("entrance_hall",)
"""Empty rooms of every kind are taken for these: a classifier's word alone does not count."""
NEUTRALS = ("white", "light_grey", "grey", "dark_grey", "black")
HIGH_M = 3.2
"""Ceilings from here on count as high; the scale of a photo is known to about 12 %, and 2.8 m should not be."""
GIVEN = 0.95
"""Confidence of a layout that its caller drew or measured. Of thirteen measured rooms the estimated ones are right within
30 % in nine; in four they take in floor beyond the room, up to 3.5 times its own. Of an estimate no area is told."""
SCALE = 0.12
"""Typical relative error of lengths, from benchmarks/results/layout.json."""
FAMILIES = {
    "sofa": "sofa", "sectional": "sofa", "loveseat": "sofa", "armchair": "armchair", "dining_chair": "chair",
    "office_chair": "chair", "bench": "chair", "bed": "bed", "coffee_table": "table", "dining_table": "table",
    "desk": "desk", "rug": "rug", "plant": "plant", "bookcase": "shelf", "television": "television",
}  # fmt: skip
"""Families of placed furniture whose names the phrase files have; lamps and art go without saying."""


def find_facts(
    image: Image,
    *,
    segments: Segments | None = None,
    layout: Layout | None = None,
    room: Room | None = None,
    placements: Sequence[Placement] | None = None,
    brief: Brief | None = None,
    contents: Contents | None = None,
) -> dict[str, Fact]:
    """Every fact that can be measured from what is given, by name; see ``Fact.sure`` for what the text may tell."""
    found: list[Fact] = []
    stock = contents or (take_stock(segments, layout) if segments is not None else Contents())
    found += _room(room, stock, brief)
    if layout is not None:
        found += _area(layout)
        found += _height(layout, segments)
    if segments is not None:
        found += _light(measure(image, segments, layout, stock), stock)
        kind = next((str(f.value) for f in found if f.name == "room" and f.sure), None)
        found += _surfaces(image, segments, layout, kind)
        found += _inside(stock, found, bool(placements))
    if placements:
        found += _placed(placements, brief)
    return {f.name: f for f in found}


def _room(room: Room | None, stock: Contents, brief: Brief | None) -> list[Fact]:
    if brief is not None and brief.room:
        return [Fact("room", brief.room, 1.0, "as the owner says")]
    if room is None:
        return []
    p = float(room.probabilities.get(room.type, 0.6))
    rows = SUPPORT.get(room.type)
    if room.type in BARE:
        return [Fact("room", room.type, min(p, 0.5), "the look of the picture alone")]
    if rows is None:
        return [Fact("room", room.type, p, "classified")]
    enough, things = rows
    backed = [n for n, least in things if stock.seen(n).certainty >= least and stock.seen(n).share >= 0.004]
    if not backed or p < enough:
        return [Fact("room", room.type, min(p, 0.55), "classified; nothing that only such rooms have was seen")]
    return [Fact("room", room.type, min(0.97, p + 0.25), f"classified ({p:.2f}), {backed[0]} seen")]


def _area(layout: Layout) -> list[Fact]:
    """Floor in view, furniture's footprints counted: what lies behind the camera is not known."""
    from shapely.geometry import Polygon

    from ..room.raster import frustum_floor

    seen = frustum_floor(layout).intersection(Polygon(layout.floor).buffer(0))
    if seen.is_empty:
        return []
    area = float(seen.area)
    trusted = layout.confidence >= GIVEN
    scale = next((n for n in layout.notes if "scale" in n or "camera height" in n), "")
    guess = sum(w.kind == "unseen" for w in layout.walls) > len(layout.walls) - 2
    confidence = layout.confidence * (0.95 if 4 <= area <= 60 and not guess else 0.6)
    confidence = confidence if trusted else min(confidence, 0.55)
    rounded = round(area, 1) if area < 10 else float(round(area))
    basis = f"floor inside the picture, within {2 * SCALE:.0%}" + (f"; {scale}" if scale else "")
    return [Fact("floor_area", rounded, min(confidence, 0.9), basis, "m2")]


def _height(layout: Layout, segments: Segments | None) -> list[Fact]:
    ceiling = float((layout.surfaces() == 3).mean())
    named = segments.mask("ceiling").fraction if segments is not None and "ceiling" in segments.classes else ceiling
    if min(ceiling, named) < 0.02 or any("assumed" in n and "ceiling" in n for n in layout.notes):
        return []
    height = layout.ceiling_height_m
    # the farther from the line between usual and high, the surer that it is on that side
    sure = layout.confidence * min(1.0, 0.4 + abs(height - HIGH_M) / (2 * SCALE * HIGH_M))
    kind = "high" if height >= HIGH_M else "usual"
    basis = f"about {height:.1f} m, within {SCALE:.0%}"
    return [Fact("ceiling", kind, min(sure, 0.9), basis), Fact("ceiling_height", round(height, 1), 0.5, basis, "m")]


def _light(day: Daylight, stock: Contents) -> list[Fact]:
    found = []
    if stock.seen("window").sure:
        basis = (
            f"windows take {day.window_share:.0%} of the picture, the room's lightness is {day.lightness:.0f} of 100"
        )
        found.append(Fact("daylight", day.level, day.confidence, basis))
        number, sure = stock.windows
        found.append(Fact("windows", number, sure, "pieces seen, agreeing with the room's geometry or not"))
        if day.window_m2:
            found.append(Fact("window_area", round(day.window_m2, 1), 0.55, "openings of the layout", "m2"))
        if day.widest_m >= WIDE_M and day.window_share >= 0.1:
            basis = f"the widest window takes {day.widest_m:.1f} m of its wall"
            found.append(Fact("glazing", "wide", stock.seen("window").certainty, basis))
    if day.sun > 0.01 and day.crisp > 0.1:
        # polished floors show windows as sharply as sun does: of 12 photos 4 were right, so it is never told
        found.append(Fact("sun_patches", round(day.sun, 3), 0.4, "light, crisp patches on the floor"))
    if stock.seen("door").sure:
        found.append(Fact("doors", *stock.doors, "pieces seen"))
    return found


GREYED, SHADED = 0.66, 0.7
"""Certainty of the material from which a floor may be told to be grey; how far a light grey wall, which may be a white one
in the shade, is believed."""
WIDE_M = 2.4
"""Metres from which glazing is called wide: one window, or several side by side."""


def _surfaces(image: Image, segments: Segments, layout: Layout | None, room: str | None) -> list[Fact]:
    found = []
    step = max(1, max(image.size) // 800)
    pixels = np.ascontiguousarray(image.array[::step, ::step])
    small = {n: segments.mask(n).array[::step, ::step] for n in ("wall", "floor", "ceiling") if n in segments.classes}
    gain = tint(pixels, small["ceiling"]) if "ceiling" in small else np.ones(3)
    none = np.zeros(pixels.shape[:2], dtype=bool)
    walls = small.get("wall", none)
    seen_wall = wall_colour(pixels, walls, small.get("ceiling", none)) if walls.mean() > 0.04 else None
    if seen_wall is not None:
        wall, sure = seen_wall
        sure = sure * SHADED if wall.name == "light_grey" else sure
        found.append(Fact("wall_colour", wall.name, sure, f"{wall.share:.0%} of the walls' pixels, as photographed"))
        near = nearest_paint(wall.rgb)
        if near is not None:
            seen = "#{:02X}{:02X}{:02X}".format(*wall.rgb)
            basis = f"nearest to {seen}, CIEDE2000 {near[1]:.1f}; a photo proves no paint"
            found.append(Fact("wall_paint", near[0], 0.5, basis))
    floor = shade(pixels, small["floor"], gain) if "floor" in small and small["floor"].mean() > 0.01 else None
    ground = rectify(image, layout, segments) if layout is not None else None
    told = material(ground, room) if ground is not None else None
    if told is not None:
        found.append(Fact("floor_material", *told))
    if floor is not None:
        name = wood_tone(floor.lab) if told is not None and told[0] == "wood" else floor.name
        # floors without a hue: exposure makes the one of the other; and of what is not known to be floor, nothing
        of, certain = (told[0], told[1]) if told is not None else ("", 0.0)
        least = GREYED if name in NEUTRALS else SURE  # a grey rug on a brown floor makes it grey
        toned = 1.0 if certain >= least and (name not in NEUTRALS or of == "wood") else 0.6
        found.append(Fact("floor_colour", name, min(0.9, floor.share) * toned, "as photographed"))
    return found


def _inside(stock: Contents, known: Sequence[Fact], staged: bool) -> list[Fact]:
    found = []
    room = next((f for f in known if f.name == "room" and f.sure), None)
    names = fixtures(stock)
    if names:
        found.append(Fact("features", tuple(n for n, _ in names), min(c for _, c in names), "segmentation"))
    things = [(n, c) for n, c in furniture(stock) if n != "bed" or (room is not None and room.value == "bedroom")]
    if things and not staged:
        found.append(Fact("furniture", tuple(n for n, _ in things), min(c for _, c in things), "segmentation"))
    gone = [n for n, s in stock.classes.items() if s.absent] if stock.measured else []
    if gone:
        found.append(Fact("not_seen", tuple(gone), 0.5, "the network sees none of these"))
    return found


def _placed(placements: Sequence[Placement], brief: Brief | None) -> list[Fact]:
    counts = Counter(FAMILIES[p.family] for p in placements if p.family in FAMILIES)
    found = [Fact("staged", True, 1.0, "furniture was added to the photo")]
    if counts:
        found.append(Fact("furniture", tuple(counts), 1.0, "as placed"))
    if brief is not None and brief.style:
        found.append(Fact("style", brief.style, 1.0, "as asked for"))
    return found


def plain(facts: dict[str, Fact]) -> dict[str, Any]:
    """Name -> value of the facts that are sure enough to tell."""
    return {n: f.value for n, f in facts.items() if f.sure}
