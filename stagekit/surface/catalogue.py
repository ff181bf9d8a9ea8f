"""The paints of fifteen makers, by code, by name, by colour.

Names and codes are trademarks of their makers, who have no part in stagekit; the colours approximate the dry paint.
"""

from __future__ import annotations

import difflib
import lzma
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ..errors import OptionError
from ..types import Array, Paint
from .colour import ciede2000, lab

ALIASES = {
    "sw": "Sherwin-Williams", "sherwin": "Sherwin-Williams", "bm": "Benjamin Moore", "f&b": "Farrow & Ball",
    "farrow and ball": "Farrow & Ball", "fb": "Farrow & Ball", "de": "Dunn-Edwards",
}  # fmt: skip
"""Short names of brands that people write before a code."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All paints, and where each key leads: exact codes, codes without blanks and dashes, names."""

    paints: tuple[Paint, ...]
    codes: dict[str, tuple[int, ...]]
    names: dict[str, tuple[int, ...]]
    brands: dict[str, str]
    lab: Array


def paint(text: str | Paint) -> Paint:
    """The paint of a code (``"SW 7029"``), a brand and code (``"Behr 250F-4"``), a name (``"Hale Navy"``), or a colour
    (``"#2F4F4F"``). Case, blanks and dashes do not matter.

    Raises OptionError for what no maker has, with the nearest that there are, and for what several have, with each.
    """
    if isinstance(text, Paint):
        return text
    if not isinstance(text, str) or not text.strip():
        raise OptionError(f"expected a paint's code, name or '#rrggbb', got {text!r}")
    if text.strip().startswith("#"):
        return Paint.of_hex(text)
    data = catalogue()
    brand, rest = _split(text, data)
    for key, table in ((_key(rest), data.codes), (_plain(rest), data.codes), (_plain(rest), data.names)):
        found = [i for i in table.get(key, ()) if brand in (None, data.paints[i].brand)]
        if brand is not None and not found:  # "SW 7029": the brand's short name is part of the code
            whole = _key(text) if table is data.codes and key == _key(rest) else _plain(text)
            found = [i for i in table.get(whole, ())]
        if found:
            return _one(text, [data.paints[i] for i in found])
    if re.fullmatch(r"[0-9A-Fa-f]{6}", text.strip()):
        return Paint.of_hex(text)
    near = suggestions(text)
    raise OptionError(f"no paint {text!r} in the catalogue; did you mean {', '.join(map(str, near))}?")


def _one(text: str, found: Sequence[Paint]) -> Paint:
    if len({p.hex for p in found}) == 1 or len(found) == 1:
        return found[0]
    listed = "; ".join(f"{p} {p.hex}" for p in found[:6])
    more = f" and {len(found) - 6} more" if len(found) > 6 else ""
    raise OptionError(f"{text!r} names {len(found)} paints: {listed}{more}; write the brand before it")


def suggestions(text: str, count: int = 3) -> tuple[Paint, ...]:
    """Paints whose code or name is written most like ``text``; always some."""
    data = catalogue()
    brand, rest = _split(text, data)
    wanted = _plain(text)
    scored: list[tuple[float, int]] = []
    match = difflib.SequenceMatcher(autojunk=False)
    for key in dict.fromkeys((wanted, _plain(rest))):
        match.set_seq2(key)
        for table in (data.codes, data.names):
            for name, at in table.items():
                match.set_seq1(name)
                if match.real_quick_ratio() > 0.6 and match.quick_ratio() > 0.6:
                    scored += [(match.ratio() + 0.2 * (data.paints[i].brand == brand), -i) for i in at]
    best = dict.fromkeys(-i for _, i in sorted(scored, reverse=True))
    return tuple(data.paints[i] for i in list(best)[:count]) or data.paints[:count]


def search_paints(text: str, *, brand: str | None = None, count: int = 20) -> tuple[Paint, ...]:
    """Paints whose code or name holds every word of ``text``, the shortest names first."""
    data, wanted = catalogue(), _brand(brand)
    words = [w for w in (_plain(w) for w in text.split()) if w]
    found = []
    for p in data.paints:
        where = _plain(f"{p.brand} {p.code} {p.name}")
        if wanted in (None, p.brand) and all(w in where for w in words):
            found.append(p)
    return tuple(sorted(found, key=lambda p: (len(p.name), p.brand, p.code))[:count])


def nearest_paints(colour: Any, *, brand: str | None = None, count: int = 5) -> tuple[tuple[Paint, float], ...]:
    """The paints that look most like ``colour`` (a Paint, ``"#rrggbb"``, or three sRGB values 0..255), each with its
    CIEDE2000, nearest first; doubtful ones count like the others."""
    rgb = colour.rgb if isinstance(colour, Paint) else Paint.of_hex(colour).rgb if isinstance(colour, str) else colour
    value = np.asarray(rgb)
    if value.shape != (3,) or value.min() < 0 or value.max() > 255:
        raise OptionError(f"expected a Paint, '#rrggbb' or three values 0 to 255, got {colour!r}")
    data, wanted = catalogue(), _brand(brand)
    difference = ciede2000(lab(value.round().astype(np.uint8)), data.lab)
    if wanted is not None:
        difference = np.where([p.brand == wanted for p in data.paints], difference, np.inf)
    order = np.argsort(difference, kind="stable")[:count]
    return tuple((data.paints[i], float(difference[i])) for i in order if np.isfinite(difference[i]))


def paint_brands() -> tuple[str, ...]:
    """The makers in the catalogue."""
    return tuple(sorted(set(catalogue().brands.values())))


def _brand(name: str | None) -> str | None:
    if name is None:
        return None
    known = catalogue().brands
    if _plain(name) not in known:
        raise OptionError(f"no paint brand {name!r}; known: {', '.join(paint_brands())}")
    return known[_plain(name)]


def _split(text: str, data: Catalogue) -> tuple[str | None, str]:
    """The brand that ``text`` begins with, and the rest; (None, text) when it begins with none."""
    words = text.split()
    for n in range(min(3, len(words) - 1), 0, -1):
        brand = data.brands.get(_plain(" ".join(words[:n])))
        if brand is not None:
            return brand, " ".join(words[n:])
    glued = re.fullmatch(r"([A-Za-z&]+)(\d.*)", text.strip())  # "RAL9010"
    if glued and _plain(glued[1]) in data.brands:
        return data.brands[_plain(glued[1])], glued[2]
    return None, text


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z&]+", "", text.casefold())


@cache
def catalogue() -> Catalogue:
    """The packaged table, read once (0.2 s)."""
    raw = lzma.decompress(files("stagekit.assets").joinpath("paints.tsv.xz").read_bytes()).decode()
    rows = [line.split("\t") for line in raw.splitlines() if line and not line.startswith("#")]
    paints = tuple(Paint(b, c, n, f"#{value}", bool(doubt)) for b, c, n, value, doubt in rows)
    codes: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    for i, p in enumerate(paints):
        for key in dict.fromkeys((_key(p.code), _plain(p.code))):
            codes.setdefault(key, []).append(i)
        names.setdefault(_plain(p.name), []).append(i)
    brands = {_plain(p.brand): p.brand for p in paints} | {_plain(a): b for a, b in ALIASES.items()}
    return Catalogue(
        paints,
        {k: tuple(v) for k, v in codes.items()},
        {k: tuple(v) for k, v in names.items()},
        brands,
        lab(np.array([p.rgb for p in paints], np.uint8)),
    )
