"""Whether what a captioning model says of a photo agrees with the facts that were measured on it.

A model that sees a fireplace where there is none costs its user a complaint. Sentences are taken apart into claims
(materials, colours, rooms, numbers, things); one that contradicts a fact, names what the network surely does not see, or
states what no photo shows (prices, years, addresses), takes its whole clause with it. English only: the models write it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..types import Fact
from .wording import check_wording

FLOORS = {
    "wood": r"hard\s?wood|wood(?:en)?|parquet|oak|laminate|plank(?:s|ed)?|herringbone",
    "tile": r"tiled?s?|marble|travertine|ceramic|stone|slate|terrazzo",
    "carpet": r"carpet(?:ed|ing|s)?",
    "concrete": r"concrete|cement",
}
FLOOR_WORDS = r"(?:floor(?:ing|s|ed)?|floorboards?)"
ROOMS = {
    "bathroom": r"bath\s?room|shower room|powder room",
    "bedroom": r"bed\s?room",
    "dining_room": r"dining (?:room|area)",
    "kitchen": r"kitchen",
    "living_room": r"living (?:room|area)|lounge|sitting room|family room",
    "entrance_hall": r"hall\s?way|entrance hall|foyer|entry(?:way)?",
    "office": r"(?:home )?office|study",
}
OPEN = {frozenset(p) for p in (("kitchen", "dining_room"), ("living_room", "dining_room"), ("kitchen", "living_room"))}
"""Rooms that one photo may show together."""
THINGS = {
    "fireplace": r"fire\s?places?|hearth|mantel(?:piece)?",
    "stairs": r"stair(?:s|case|way|cases)?|steps",
    "sofa": r"sofas?|couch(?:es)?|sectional|loveseat",
    "bed": r"beds?(?!\s?room|side)|headboard|mattress",
    "table": r"(?:coffee |dining |side )?tables?(?!top)",
    "chair": r"chairs?|armchairs?|stools?",
    "television": r"television|tv|flat.screen",
    "bath": r"bath\s?tubs?|tub",
    "toilet": r"toilets?",
    "sink": r"sinks?|wash\s?basins?|vanity",
    "appliance": r"refrigerators?|fridges?|ovens?|stoves?|dishwashers?|appliances?|microwaves?",
    "countertop": r"counter\s?tops?|worktops?|counters",
    "mirror": r"mirrors?",
    "plant": r"plants?|greenery",
    "rug": r"rugs?",
    "curtain": r"curtains?|drapes?|draperies",
    "shelf": r"shel(?:f|ves|ving)|bookcases?|bookshel(?:f|ves)",
    "window": r"windows?",
}
PEOPLE = r"(?:wo)?m[ae]n|persons?|people|girls?|boys?|child(?:ren)?|couples?|famil(?:y|ies)(?! room)"
COLOURS = {
    "white": r"white|off-white|ivory", "grey": r"gr[ae]y(?:ish)?", "black": r"black", "blue": r"blue|navy",
    "green": r"green",
    "red": r"red", "yellow": r"yellow", "orange": r"orange", "pink": r"pink", "purple": r"purple",
    "brown": r"brown", "beige": r"beige|tan|cream|taupe",
}  # fmt: skip
FAMILY = {
    "white": {"white", "off_white", "cream", "light_grey"}, "grey": {"light_grey", "grey", "dark_grey", "white"},
    "black": {"black", "dark_grey"}, "blue": {"blue", "teal", "light_grey"}, "green": {"green", "teal"},
    "red": {"red", "pink"}, "yellow": {"yellow", "cream", "beige"}, "orange": {"orange", "yellow", "pink"},
    "pink": {"pink", "red", "beige", "purple"},
    "purple": {"purple", "pink", "blue"}, "brown": {"brown", "dark_brown", "beige"},
    "beige": {"beige", "cream", "off_white", "brown", "white"},
}  # fmt: skip
"""A claimed colour -> measured names that do not contradict it."""
NUMBERS = {"one": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
UNSEEN = (
    (r"[$€£]\s?\d[\d,.]*|\b\d[\d,.]*\s?(?:dollars|euros|pounds)\b", "a price"),
    (r"\b(?:built|renovated|remodell?ed|updated|constructed)\s+in\s+(?:19|20)\d\d\b|\b(?:19|20)\d\ds?\b", "a year"),
    (r"\b\d[\d,.]*\s?(?:sq(?:uare)?\.?\s?(?:ft|feet|met(?:er|re)s?)|m2|m²|sqm)", "an area"),
    (r"\b(?:located|situated)\s+(?:in|on|near|at)\b", "a place"),
    (r"\b(?:downtown|neighbou?rhood|school district|minutes from)\b", "a place"),
    (r"\b(?:brand.new|newly|recently renovated|move.in ready)\b", "its age or state"),
)  # fmt: skip
PUFFERY = r"\b(?:stunning|breathtaking|luxurious|perfect|best|dream|magnificent|spectacular|unbeatable|gorgeous)\b"


@dataclass(frozen=True)
class Checked:
    """``text``: what may be said; ``dropped``: each clause that may not, with the reason."""

    text: str
    dropped: tuple[str, ...]


def check_claims(text: str, facts: Mapping[str, Fact]) -> Checked:
    """The clauses of ``text`` that agree with ``facts``, and the others with the reason why they were left out."""
    kept, dropped = [], []
    for sentence in sentences(text):
        clauses = re.split(r"(?<=,)\s+|(?<=;)\s+", sentence)
        good = []
        for clause in clauses:
            reason = objection(clause, facts)
            if reason is None:
                good.append(clause)
            else:
                dropped.append(f"{clause.strip(' ,;.')!r}: {reason}")
        # a clause that hung on the one that went has lost its subject
        if good and (len(good) == len(clauses) or (good[0] is clauses[0] and _whole(good))):
            rest = " ".join(good).rstrip(" ,;")
            kept.append(rest if rest.endswith((".", "!", "?")) else rest + ".")
        elif good and len(good) < len(clauses):
            dropped += [f"{g.strip(' ,;.')!r}: part of a sentence that was left out" for g in good]
    return Checked(" ".join(k[:1].upper() + k[1:] for k in kept), tuple(dropped))


def _whole(clauses: list[str]) -> bool:
    """Whether what is left still reads as a sentence: it has not ended in a conjunction."""
    return not re.search(r"\b(?:and|or|with|of|the|a)[\s,;]*$", clauses[-1])


def sentences(text: str) -> list[str]:
    """The text without the marks of chat templates, in sentences."""
    plain = re.sub(r"<[^<>]*>|\*\*|^#+\s*", "", text, flags=re.MULTILINE)
    plain = re.sub(r"\s+", " ", plain).strip()
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+(?=[A-Z])", plain) if s.strip()]


def objection(clause: str, facts: Mapping[str, Fact]) -> str | None:
    """Why a clause may not be said, or None."""
    low = clause.lower()
    wording = check_wording(clause)
    if wording:
        return f"the law on housing advertisements: {wording[0]}"
    if match := re.search(rf"\b(?:{PEOPLE})\b", low):
        return f"people are no part of a home: {match[0]!r}"
    for pattern, what in UNSEEN:
        if re.search(pattern, low):
            return f"{what}: no photo shows it"
    if match := re.search(PUFFERY, low):
        return f"praise that no fact backs: {match[0]!r}"
    sure = {n: f.value for n, f in facts.items() if f.sure}
    return _floor(low, sure) or _room(low, sure) or _walls(low, sure) or _windows(low, sure) or _things(low, facts)


def _floor(low: str, sure: Mapping[str, Any]) -> str | None:
    measured = sure.get("floor_material")
    if measured is None:
        return None
    for kind, words in FLOORS.items():
        said = re.search(
            rf"\b(?:{words})(?:\s+\w+)?\s+{FLOOR_WORDS}\b|\b{FLOOR_WORDS}\s+(?:is|are|of|in)\s+(?:{words})\b", low
        )
        carpet = kind == "carpet" and re.search(r"\bcarpet(?:ed|ing)\b|\bwall.to.wall carpet", low)
        if (said or carpet) and kind != measured:
            return f"a floor of {kind}, and {measured} was measured"
    return None


def _room(low: str, sure: Mapping[str, Any]) -> str | None:
    measured = sure.get("room")
    if measured not in ROOMS:
        return None
    for kind, words in ROOMS.items():
        if kind != measured and re.search(rf"\b(?:{words})\b", low) and frozenset((kind, measured)) not in OPEN:
            return f"a {kind.replace('_', ' ')}, and a {measured.replace('_', ' ')} was measured"
    return None


def _walls(low: str, sure: Mapping[str, Any]) -> str | None:
    measured = sure.get("wall_colour")
    if measured is None:
        return None
    for colour, words in COLOURS.items():
        said = re.search(
            rf"\b(?:{words})(?:[\s-]+(?:painted|coloured|colored))?\s+walls?\b|\bwalls?\s+(?:is|are)\s+(?:{words})\b",
            low,
        )
        if said and measured not in FAMILY[colour]:
            return f"{colour} walls, and {measured.replace('_', ' ')} was measured"
    return None


def _windows(low: str, sure: Mapping[str, Any]) -> str | None:
    measured = sure.get("windows")
    if measured is None:
        return None
    match = re.search(rf"\b({'|'.join(NUMBERS)}|\d)\s+(?:\w+\s+)?windows?\b", low)
    if match:
        said = NUMBERS.get(match[1], int(match[1]) if match[1].isdigit() else 0)
        if said != measured:
            return f"{said} windows, and {measured} were counted"
    return None


def _things(low: str, facts: Mapping[str, Fact]) -> str | None:
    """Things that the network surely does not see. `not_seen` is no fact to tell, but good enough to doubt others."""
    absent = facts.get("not_seen")
    gone = absent.value if absent is not None else ()
    for name, words in THINGS.items():
        if name in gone and re.search(rf"\b(?:{words})\b", low):
            return f"a {name}, and none was seen"
    return None
