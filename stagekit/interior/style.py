"""Styles as data: one file each under ``styles/``, read into a ``Style``; an ``Outfit`` is one made up for a scene.

A file has a title, palettes, wants and one section a family::

    title = "Japandi"
    about = "One line for people."

    [[palette]]                      # several; an outfit draws one, and of every list in it one entry
    wood = "white_oak"               # the keys are free, but all palettes of a file have the same
    sofa = ["linen:#d5cab8", "boucle:#ddd5c6"]

    [wants]                          # optional pieces, 0 (never) to 2 (loves); 1 where nothing is said
    curtain = 1.4

    [prompt]                         # for models that are steered by text
    words = "pale oak, linen"        # what such a room is made of and feels like
    avoid = "chrome"                 # what does not belong into it

    [sofa]
    sizes = ["three_seat", "grand"]  # those that suit; all where nothing is said
    arms = "track"                   # a parameter of the family, or a list to draw from
    wear.fabric = "{sofa}"           # a material slot; {names} are the palette's; or a list to draw from

    [[sofa.looks]]                   # several: an outfit draws one, laid over what the section says, and keeps to it
    legs = "sled"

    [loveseat]
    like = "sofa"                    # takes over what loveseats have in common with sofas, and the same draws

Lists are drawn from once a scene, so that pairs match; with ``varies = true`` once a piece (cushions, books, plants).
``weight`` (default 1) makes one of several looks likelier. Adding a style is adding a file.
"""

from __future__ import annotations

import difflib
import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import OptionError
from .family import MODULES, Family, family

ORDER = (
    "modern", "scandinavian", "farmhouse", "industrial", "mid_century_modern", "japandi", "coastal", "traditional",
)  # fmt: skip
"""As people list them; a file that is not named here comes after, by its name."""

RESERVED = ("like", "looks", "sizes", "weight", "wear", "varies")


@dataclass(frozen=True)
class Look:
    """One way that a family looks: what to draw from, once a scene, or once a piece where it ``varies``."""

    params: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    wear: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    weight: float = 1.0
    varies: bool = False


@dataclass(frozen=True, eq=False)
class Style:
    """``palettes``: name -> texts to draw one from. ``looks``: family -> its looks. ``leads``: family -> the family
    whose choice of look it shares. ``wants``: every family -> 0..2."""

    name: str
    title: str
    about: str
    palettes: tuple[Mapping[str, tuple[str, ...]], ...]
    looks: Mapping[str, tuple[Look, ...]]
    leads: Mapping[str, str]
    wants: Mapping[str, float]
    prompt: Mapping[str, str] = field(default_factory=dict)
    """``words`` and ``avoid``, for models that are steered by text; empty texts where the file says nothing."""

    def outfit(self, seed: int) -> Outfit:
        """The style made up for one scene: one palette and one look a family. The same seed gives the same outfit."""
        rng = np.random.default_rng([int(seed) % 2**63, *self.name.encode()])
        palette = self.palettes[int(rng.integers(len(self.palettes)))]
        tones = {key: options[int(rng.integers(len(options)))] for key, options in palette.items()}
        looks: dict[str, Look] = {}
        for name, options in self.looks.items():
            lead = self.leads[name]
            ends = np.cumsum([look.weight for look in options])
            at = _share(seed, f"{self.name} {lead}") * ends[-1]
            looks[name] = options[min(int(np.searchsorted(ends, at, side="right")), len(options) - 1)]
        return Outfit(self, int(seed), MappingProxyType(tones), MappingProxyType(looks))


@dataclass(frozen=True, eq=False)
class Outfit:
    """``tones``: the palette's names -> the text drawn for this scene. ``looks``: family -> the look drawn for it."""

    style: Style
    seed: int
    tones: Mapping[str, str]
    looks: Mapping[str, Look]

    @property
    def wants(self) -> Mapping[str, float]:
        """Every family -> how much the style likes one more of it: 0 never, 1 as usual, 2 loves it."""
        return self.style.wants

    def sizes(self, family_name: str) -> tuple[str, ...]:
        """Named sizes of the family that suit the look, in the family's order; all where the style does not say.

        Raises OptionError for an unknown family.
        """
        look = self.looks.get(family_name)
        known = tuple(family(family_name).sizes)
        return tuple(s for s in known if s in look.sizes) if look and look.sizes else known

    def dress(self, family_name: str, rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, str]]:
        """(parameters, material specs by slot) of one piece. Most families are dressed once a scene: all dining chairs
        alike, whatever ``rng``; small things vary by it. Empty dicts where the style says nothing.

        Raises OptionError for an unknown family.
        """
        if family_name not in MODULES:
            family(family_name)  # raises, with the names that exist
        look = self.looks.get(family_name, Look())
        lead = self.style.leads.get(family_name, family_name)

        def draw(kind: str, key: str, options: tuple[Any, ...]) -> Any:
            share = rng.random() if look.varies else _share(self.seed, f"{self.style.name} {lead} {kind} {key}")
            return options[int(share * len(options))]

        params = {key: draw("param", key, options) for key, options in look.params.items()}
        wear = {slot: draw("wear", slot, options) for slot, options in look.wear.items()}
        return params, {slot: spec.format_map(self.tones) for slot, spec in wear.items()}


def _share(seed: int, name: str) -> float:
    """0..1 of a generator of its own, so that a line added to a file leaves the other draws as they were."""
    return float(np.random.default_rng([int(seed) % 2**63, *name.encode()]).random())


def styles() -> list[str]:
    """Names of the styles that exist, in a fixed order."""
    names = {f.name[:-5] for f in resources.files(__package__).joinpath("styles").iterdir() if f.name.endswith(".toml")}
    return [n for n in ORDER if n in names] + sorted(names - set(ORDER))


def style(name: str | Style) -> Style:
    """The style of that name (``Mid-Century Modern`` and ``mid_century_modern`` are the same); a Style passes through.

    Raises OptionError for an unknown name, with near ones, and for a file with unknown keys or values.
    """
    if isinstance(name, Style):
        return name
    key = "_".join(str(name).lower().replace("-", " ").replace("_", " ").split())
    if key not in styles():
        near = difflib.get_close_matches(key, styles(), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "choose one of those"
        raise OptionError(f"unknown style {name!r}; known: {', '.join(styles())}; {hint}")
    return _load(key)


@cache
def _load(name: str) -> Style:
    text = resources.files(__package__).joinpath("styles", f"{name}.toml").read_text("utf-8")
    return parse(name, text)


def parse(name: str, text: str) -> Style:
    """The style of a file's ``text``. Raises OptionError naming file and key for whatever does not belong."""
    where = f"styles/{name}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise OptionError(f"{where}: not valid TOML: {e}") from None
    palettes = _palettes(data.pop("palette", None), where)
    title, about = (str(data.pop(k, v)) for k, v in (("title", name.replace("_", " ")), ("about", "")))
    wants = _wants(data.pop("wants", {}), where)
    prompt = _prompt(data.pop("prompt", {}), where)
    for key, value in data.items():
        if key not in MODULES:
            raise _unknown(where, key, ["title", "about", "palette", "wants", "prompt", *MODULES])
        if not isinstance(value, dict):
            raise OptionError(f"{where}: {key} must be a section [{key}], got {value!r}")
    looks: dict[str, tuple[Look, ...]] = {}
    leads: dict[str, str] = {}
    for key in data:
        looks[key], leads[key] = _looks(key, data, set(palettes[0]), where, ())
    named = (("looks", looks), ("leads", leads), ("wants", wants), ("prompt", prompt))
    frozen: dict[str, Any] = {k: MappingProxyType(v) for k, v in named}  # type: ignore[arg-type]
    return Style(name, title, about, palettes, **frozen)


def _palettes(value: Any, where: str) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    if not isinstance(value, list) or not value:
        raise OptionError(f"{where}: expected at least one [[palette]], got {value!r}")
    out = tuple(MappingProxyType({k: tuple(map(str, _list(v))) for k, v in p.items()}) for p in value)
    for i, p in enumerate(out):
        odd = set(p) ^ set(out[0])
        if odd or not all(p.values()):
            raise OptionError(
                f"{where}: palette {i + 1} must have the keys of the first, with values; differs in {sorted(odd)}"
            )
    return out


def _wants(value: Mapping[str, Any], where: str) -> dict[str, float]:
    for key, v in value.items():
        if key not in MODULES:
            raise _unknown(where, f"wants.{key}", MODULES)
        if not isinstance(v, (int, float)) or not 0 <= v <= 2:
            raise OptionError(f"{where}: wants.{key} must be 0 to 2, got {v!r}")
    return {name: float(value.get(name, 1.0)) for name in MODULES}


def _prompt(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) - {"words", "avoid"}:
        raise OptionError(f"{where}: [prompt] takes words and avoid, got {value!r}")
    return {key: str(value.get(key, "")) for key in ("words", "avoid")}


def _looks(
    name: str, sections: Mapping[str, Any], tones: set[str], where: str, seen: tuple[str, ...]
) -> tuple[tuple[Look, ...], str]:
    """(looks of the section, the family whose choice it shares)."""
    fam, section = family(name), sections[name]
    common = {k: v for k, v in section.items() if k not in ("looks", "like")}
    parts = section.get("looks", [{}])
    own = []
    for i, part in enumerate(parts):
        at = f"{where}: {name}.looks[{i}]" if "looks" in section else f"{where}: {name}"
        if not set(part).isdisjoint(("looks", "like")):
            raise OptionError(f"{at}: 'looks' and 'like' belong to the section [{name}]")
        entry = {**common, **part, "wear": {**common.get("wear", {}), **part.get("wear", {})}}
        own.append(_look(fam, entry, tones, at))
    if "like" not in section:
        return tuple(own), name
    like = section["like"]
    if like not in sections or like in (name, *seen) or "looks" in section:
        raise OptionError(f"{where}: {name}.like must name another section, and goes without looks; got {like!r}")
    base, lead = _looks(like, sections, tones, where, (*seen, name))
    return tuple(_shared(fam, look, own[0]) for look in base), lead


def _look(fam: Family, entry: Mapping[str, Any], tones: set[str], where: str) -> Look:
    params: dict[str, tuple[Any, ...]] = {}
    for key, value in entry.items():
        if key in RESERVED:
            continue
        if key not in fam.params:
            raise _unknown(where, key, [*RESERVED, *fam.params])
        params[key] = tuple(_list(value))
        for v in params[key]:
            if not allowed(fam, key, v):
                raise OptionError(f"{where}.{key}: expected one of {fam.params[key]}, got {v!r}")
    wear: dict[str, tuple[str, ...]] = {}
    for slot, value in entry.get("wear", {}).items():
        if slot not in fam.slots:
            raise _unknown(where, f"wear.{slot}", fam.slots)
        wear[slot] = tuple(map(str, _list(value)))
        used = {n for spec in wear[slot] for _, n, _, _ in string.Formatter().parse(spec) if n is not None}
        if used - tones:
            raise _unknown(f"{where}.wear.{slot}", f"{{{sorted(used - tones)[0]}}}", tones)
    sizes = tuple(map(str, _list(entry.get("sizes", []))))
    for size in sizes:
        if size not in fam.sizes:
            raise _unknown(f"{where}.sizes", size, fam.sizes)
    empty = [k for k, v in (*params.items(), *wear.items()) if not v]
    if empty:
        raise OptionError(f"{where}.{empty[0]}: expected a value or a list of values, got an empty list")
    return Look(params, wear, sizes, float(entry.get("weight", 1.0)), bool(entry.get("varies", False)))


def _shared(fam: Family, base: Look, own: Look) -> Look:
    """``base`` as far as ``fam`` can wear it, with ``own`` on top."""
    fits = {k: tuple(v for v in vs if k in fam.params and allowed(fam, k, v)) for k, vs in base.params.items()}
    params = {k: v for k, v in fits.items() if v} | dict(own.params)
    wear = {k: v for k, v in base.wear.items() if k in fam.slots} | dict(own.wear)
    return Look(params, wear, own.sizes, base.weight, own.varies)


def allowed(fam: Family, key: str, value: Any) -> bool:
    """Whether the family's parameter takes the value: one of its table's, or within its (low, high) pair of floats."""
    options = fam.params[key]
    if len(options) == 2 and all(isinstance(o, float) for o in options):
        return isinstance(value, (int, float)) and options[0] <= value <= options[1]
    return any(value == o and isinstance(value, bool) == isinstance(o, bool) for o in options)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _unknown(where: str, key: str, known: Iterable[str]) -> OptionError:
    near = difflib.get_close_matches(key.rpartition(".")[2], list(known), n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else "remove it or correct it"
    return OptionError(f"{where}: unknown {key!r}; known: {', '.join(sorted(known))}; {hint}")
