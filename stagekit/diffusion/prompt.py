"""Prompts from what is known: the room's type, the style's words, and the pieces as placed with their materials."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..interior.style import style as find_style
from ..types import Brief, Placement

AVOID = "people, text, watermark, blurry, deformed furniture, floating objects, cartoon, extra windows, extra doors"
NAMED = 6
"""Pieces named in a prompt, the largest first: CLIP reads 77 tokens, and what comes late counts little."""
SHOWN = ("fabric", "rug", "top", "body", "frame", "wood", "duvet", "pot", "print", "shade")
"""Material slots by how much they make a piece's look."""

TONES = {
    "white": "#f4f3ef", "ivory": "#ece4d2", "cream": "#e6dcc6", "beige": "#d2c6b0", "sand": "#c4b08c", "tan": "#a98a63",
    "brown": "#6f5038", "dark brown": "#40302a", "taupe": "#968a7d", "light grey": "#c9c9c7", "grey": "#8f9090",
    "charcoal": "#48494b", "black": "#1d1d1f", "navy": "#2a3650", "blue": "#4d6d94", "pale blue": "#a9bccb",
    "teal": "#37686b", "sage green": "#9aa38a", "green": "#51684a", "olive": "#6f6d45", "mustard": "#c19a3d",
    "terracotta": "#b06a4c", "rust": "#8f4a2c", "red": "#8e3135", "pink": "#d6a8a4",
}  # fmt: skip
"""Names that text encoders know, with the colour that people mean by them."""


def scene_prompt(brief: Brief, placements: Sequence[Placement], room: str | None = None) -> str:
    """What the picture shows, most important first; the brief's own prompt goes before all."""
    made = find_style(brief.style)
    kind = (brief.room or room or _guess(placements)).replace("_", " ")
    pieces = [describe(p) for p in largest(placements)[:NAMED]]
    parts = [
        brief.prompt.strip().rstrip(","),
        f"interior photograph of a {made.title} {kind}",
        ", ".join(dict.fromkeys(pieces)),
        made.prompt.get("words", ""),
        _palette(brief.palette),
        "realistic, natural light, sharp focus",
    ]
    return ", ".join(p for p in parts if p)


def _palette(colours: Sequence[str]) -> str:
    """``"in sage green and ivory"``; colours that are no hexadecimal numbers are taken as words."""
    words = [tone(c) if re.fullmatch(r"#[0-9a-fA-F]{6}", c) else c.replace("_", " ") for c in colours]
    return f"in {' and '.join(dict.fromkeys(words))}" if words else ""


def negative_prompt(brief: Brief, extra: str = "") -> str:
    """What the picture shall not show: the caller's words, the style's, the usual faults."""
    parts = [extra.strip(), find_style(brief.style).prompt.get("avoid", ""), AVOID]
    return ", ".join(p for p in parts if p)


def largest(placements: Sequence[Placement]) -> list[Placement]:
    """By the area that a piece shows, largest first; equal ones in their order."""
    return sorted(placements, key=lambda p: -(p.size_m[0] * max(p.size_m[1], p.size_m[2])))


def describe(placement: Placement) -> str:
    """A piece in words: colour, material, name: ``"beige linen sofa"``."""
    name = placement.family.replace("_", " ").replace("tv console", "TV console")
    slot = next((s for s in SHOWN if s in placement.materials), None)
    if slot is None:
        return name
    kind, _, rest = placement.materials[slot].partition(":")
    first = rest.split(",")[0]
    if first.startswith("#"):
        colour = tone(first)
        plain = kind in ("paint", "shade", "ceramic", "plastic", "bedding", "leaf", "cotton") or kind.startswith("rug")
        words = [colour] if plain else [colour, kind.replace("_", " ")]
    elif kind in ("wood", "leather", "metal", "marble"):
        words = [first.replace("_", " "), kind] if kind in ("leather", "marble") else [first.replace("_", " ")]
    else:
        words = []
    return " ".join([*words, name])


def tone(colour: str) -> str:
    """The name of a hexadecimal colour: the nearest of ``TONES`` as the eye sees it (CIE Lab)."""
    import cv2

    every = np.array([[_rgb(c) for c in (colour, *TONES.values())]], np.float32) / 255
    lab = cv2.cvtColor(every, cv2.COLOR_RGB2LAB)[0]
    return list(TONES)[int(np.linalg.norm((lab[1:] - lab[0]) * (0.6, 1, 1), axis=1).argmin())]


def _rgb(colour: str) -> tuple[int, int, int]:
    value = int(colour.lstrip("#")[:6], 16)
    return value >> 16, value >> 8 & 255, value & 255


def _guess(placements: Sequence[Placement]) -> str:
    families = {p.family for p in placements}
    for family, room in (("bed", "bedroom"), ("dining_table", "dining_room"), ("desk", "office")):
        if family in families and "sofa" not in families:
            return room
    return "living_room"
