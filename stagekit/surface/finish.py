"""What a surface can wear: a paint, or a covering laid in pieces of true size.

A covering is written ``material_pattern``: ``oak_herringbone``, ``walnut_planks``, ``marble_tiles``, ``white_subway``,
``grey_carpet``, ``concrete``. The material alone takes its usual pattern. Sizes in metres.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import Literal

from ..errors import OptionError
from ..types import Paint

Pattern = Literal["planks", "herringbone", "chevron", "tiles", "running", "plain"]


@dataclass(frozen=True)
class Covering:
    """``material``: a spec of `stagekit.interior.material`. ``piece_m``: (length, width) of a plank or tile; ``joint_m`` and
    ``joint``: width and colour of the gap between them; ``tone``: how much pieces differ in lightness (deviation);
    ``gloss`` 0..1: share of a polished surface's reflection; ``turn``: whether pieces may lie turned by 90 degrees."""

    name: str
    material: str
    pattern: Pattern
    piece_m: tuple[float, float] = (1.0, 1.0)
    joint_m: float = 0.0
    joint: str = "#3a3029"
    tone: float = 0.0
    gloss: float = 0.0
    turn: bool = False

    def __post_init__(self) -> None:
        length, width = self.piece_m
        if not 0.01 <= width <= length <= 10:
            raise OptionError(f"{self.name}: a piece is (length, width) in metres, 0.01 to 10, got {self.piece_m}")
        if not 0 <= self.joint_m <= width / 4:
            raise OptionError(f"{self.name}: joints of 0 to a quarter of the piece's width, got {self.joint_m} m")


WOODS = ("oak", "white_oak", "walnut", "ash", "maple", "birch", "cherry", "teak", "pine", "grey_washed", "white_washed",
         "weathered", "dark", "black")  # fmt: skip
STONES = {
    # name: (material, gloss, joint colour, tone)
    "marble": ("marble:white", 0.55, "#bdbab4", 0.02),
    "calacatta": ("marble:calacatta", 0.55, "#c6c0b4", 0.02),
    "black_marble": ("marble:black", 0.6, "#2a2a2a", 0.02),
    "green_marble": ("marble:green", 0.6, "#28352d", 0.02),
    "travertine": ("marble:travertine", 0.2, "#b7a78c", 0.03),
    "slate": ("stone:#54575a", 0.12, "#3c3d3e", 0.07),
    "limestone": ("stone:#c9bfad", 0.15, "#b0a795", 0.03),
    "granite": ("stone:#77726c", 0.5, "#55514c", 0.02),
    "stone": ("stone", 0.15, "#87807a", 0.04),
    "terracotta": ("terracotta", 0.12, "#a08c78", 0.06),
    "porcelain": ("ceramic:#d9d5cc,glazed", 0.45, "#b7b3ab", 0.012),
    "concrete": ("concrete", 0.12, "#86837e", 0.03),
}
CARPETS = {"carpet": "#b4a797", "sisal": "#b59c74"}
COLOURS = {
    "white": "#e4e2dd", "cream": "#ded3bd", "beige": "#c4b299", "sand": "#c9b797", "greige": "#aea597", "grey": "#8d8c8a",
    "light_grey": "#bfbdba", "dark_grey": "#56565a", "charcoal": "#3c3d40", "black": "#2b2a2a", "brown": "#5f4331",
    "taupe": "#958878", "sage": "#9aa58d", "green": "#4c6b57", "navy": "#2b3a55", "blue": "#5a7ba0", "blush": "#d3b1a2",
}  # fmt: skip
PATTERNS: dict[str, tuple[Pattern, tuple[float, float]]] = {
    "planks": ("planks", (2.2, 0.19)),
    "strips": ("planks", (0.9, 0.07)),
    "herringbone": ("herringbone", (0.6, 0.10)),
    "chevron": ("chevron", (0.6, 0.10)),
    "tiles": ("tiles", (0.6, 0.6)),
    "large_tiles": ("tiles", (1.2, 0.6)),
    "small_tiles": ("tiles", (0.1, 0.1)),
    "subway": ("running", (0.15, 0.075)),
    "brick": ("running", (0.6, 0.3)),
    "slab": ("plain", (3.0, 3.0)),
}
"""Pattern as written -> how it is laid, and the usual piece."""


def coverings() -> tuple[str, ...]:
    """Every covering by name, colours apart: carpets and tiles take any colour before them too."""
    wood = [f"{w}_{p}" for w in WOODS for p in ("planks", "strips", "herringbone", "chevron")]
    stone = [f"{s}_{p}" for s in STONES for p in ("tiles", "large_tiles", "brick", "slab")]
    return (
        *wood,
        *stone,
        *CARPETS,
        *(f"{c}_{p}" for c in COLOURS for p in ("carpet", "tiles", "subway", "small_tiles")),
    )


def covering(name: str | Covering) -> Covering:
    """The covering of a name; ``#rrggbb_tiles`` and ``#rrggbb_carpet`` take any colour. Raises OptionError with what is
    near."""
    if isinstance(name, Covering):
        return name
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    material, pattern = _parts(key)
    made = _wood(key, material, pattern) or _carpet(key, material, pattern) or _hard(key, material, pattern)
    if made is None:
        near = difflib.get_close_matches(key, coverings(), n=3, cutoff=0.4) or (
            "oak_planks",
            "porcelain_tiles",
            "carpet",
        )
        raise OptionError(f"no covering {name!r}; did you mean {', '.join(near)}?")
    return made


def is_covering(name: object) -> bool:
    """Whether ``name`` is written like a covering: it ends in a pattern, or is a material that needs none."""
    if isinstance(name, Covering):
        return True
    if not isinstance(name, str):
        return False
    try:
        covering(name)
    except OptionError:
        return False
    return True


def finish(value: object) -> Paint | Covering:
    """A paint or a covering from what people write. Raises OptionError with suggestions from both."""
    from .catalogue import paint

    if isinstance(value, (Paint, Covering)):
        return value
    if not isinstance(value, str):
        raise OptionError(f"expected a paint or a covering by name, got {value!r}")
    if is_covering(value):
        return covering(value)
    key = value.strip().lower().replace(" ", "_")
    if _parts(key)[1] is not None or any(w in key for w in (*WOODS, *STONES, *CARPETS) if len(w) > 3 and "_" in key):
        return covering(value)  # raises, with coverings that are near
    return paint(value)


def _parts(key: str) -> tuple[str, str | None]:
    for pattern in sorted(PATTERNS, key=len, reverse=True):
        if key.endswith("_" + pattern):
            return key[: -len(pattern) - 1], pattern
    return key, None


def _wood(key: str, material: str, pattern: str | None) -> Covering | None:
    if material not in WOODS:
        return None
    laid, piece = PATTERNS[pattern or "planks"]
    if laid not in ("planks", "herringbone", "chevron"):
        return None
    tone = 0.10 if material in ("walnut", "weathered", "oak") else 0.07
    return Covering(key, f"wood:{material},matt", laid, piece, 0.002, "#2b211a", tone, gloss=0.6)


def _carpet(key: str, material: str, pattern: str | None) -> Covering | None:
    for kind, usual in CARPETS.items():
        if pattern is None and (material == kind or material.endswith("_" + kind)):
            word = material.removesuffix(kind).strip("_")
            value = COLOURS.get(word, word) if word else usual
            if word and not _is_hex(value):
                return None
            spec = f"jute:{value}" if kind == "sisal" else f"wool:{value}"
            return Covering(key, spec, "plain", (2.0, 2.0))
    return None


def _hard(key: str, material: str, pattern: str | None) -> Covering | None:
    laid, piece = PATTERNS[pattern or ("slab" if material == "concrete" else "tiles")]
    if laid not in ("tiles", "running", "plain"):
        return None
    if material in STONES:
        spec, gloss, joint, tone = STONES[material]
        made = Covering(
            key, spec, laid, piece, 0.003, joint, tone, gloss, turn=laid == "tiles" and piece[0] == piece[1]
        )
    elif pattern is not None and _is_hex(COLOURS.get(material, material)):
        spec = f"ceramic:{COLOURS.get(material, material)},glazed"
        made = Covering(key, spec, laid, piece, 0.003, "#b9b6af", 0.012, 0.45)
    else:
        return None
    return replace(made, joint_m=0.0, tone=0.0) if laid == "plain" else made


def _is_hex(text: str) -> bool:
    return len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdef" for c in text[1:])
