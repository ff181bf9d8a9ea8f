"""Facts to text: a caption, a short and a full description, bullets and keywords. Only what is sure is said.

The words are in phrases_LANGUAGE.toml: a new language is a new file. Sentences hold the grammar, so that no rule here
needs to know a language, but for how a list is joined and an article meets a vowel.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..errors import OptionError
from ..types import Description, Fact
from .wording import check_wording

LANGUAGES = ("en", "de", "es", "fr")
TONES = ("neutral", "warm", "luxury")
SQUARE_FEET = 10.7639
MANY = 5
"""Things named in one sentence; the rest would be an inventory."""
CASES = ("nom", "with", "acc")
QUIET = ("picture", "curtain", "lamp", "mirror", "plant")
"""Named only beside furniture: nobody looks for a home by them."""


@dataclass(frozen=True)
class Text:
    caption: str
    short: str
    full: str
    bullets: tuple[str, ...]
    keywords: tuple[str, ...]


def check_choice(tone: str, language: str) -> None:
    """Raise OptionError for a tone or a language that there is none of."""
    if tone not in TONES:
        raise OptionError(f"tone must be one of {', '.join(TONES)}, got {tone!r}")
    if language not in LANGUAGES:
        raise OptionError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")


@cache
def phrases(language: str) -> dict[str, Any]:
    """The phrase file of a language."""
    return tomllib.loads(files("stagekit.listing").joinpath(f"phrases_{language}.toml").read_text("utf-8"))


def describe(
    facts: Mapping[str, Fact], *, tone: str = "neutral", language: str = "en", seed: int = 0, by: str = ""
) -> Description:
    """The facts with their text. Raises OptionError for an unknown tone or language."""
    text = write(facts, tone=tone, language=language, seed=seed)
    return Description(
        facts, text.caption, text.short, text.full, text.bullets, text.keywords, language, tone, written_by=by
    )


def write(facts: Mapping[str, Fact], *, tone: str = "neutral", language: str = "en", seed: int = 0) -> Text:
    """The text of ``facts``; the same seed gives the same words."""
    check_choice(tone, language)
    book = phrases(language)
    known = {n: f.value for n, f in facts.items() if f.sure}
    fill = _fillings(known, book)
    draw = random.Random(f"{seed} {language} {tone}")

    def say(key: str) -> str:
        rows = book[key]
        return _sentence(draw.choice(rows.get(tone) or rows["all"]), fill, language)

    light = f"light_{known.get('daylight')}"
    opening = say("open_area" if "area" in fill else "open_plain")
    parts = {
        "opening": opening,
        "light": say(light) if light in book and "windows" in fill else "",
        "surfaces": say("surfaces") if "surfaces_nom" in fill else "",
        "ceiling": say("ceiling_high") if known.get("ceiling") == "high" else "",
        "features": say("features") if "features_nom" in fill else "",
        "furniture": say("furniture") if "furniture_nom" in fill else "",
        "style": say("style") if "style" in fill and known.get("staged") else "",
        "staged": say("staged") if known.get("staged") else "",
    }
    kept = [p for p in parts.values() if p]
    caption_key = tone if "surfaces_nom" in fill else "plain"
    caption = _sentence(draw.choice(book["captions"][caption_key]), fill, language)
    short = [parts[k] for k in ("light", "surfaces", "staged") if parts[k]] or [opening]
    if "area" in fill and len(short) < 2:
        short.insert(0, opening)
    text = Text(caption, " ".join(short), " ".join(kept), _bullets(known, fill, book, language), _keywords(known, book))
    forbidden = check_wording("\n".join((text.caption, text.full, text.short, *text.bullets, *text.keywords)))
    if forbidden:  # the phrase files are checked in tests: this is a mistake in one of them
        raise AssertionError(f"phrases_{language}.toml: {forbidden[0]}")
    return text


def _fillings(known: Mapping[str, Any], book: Mapping[str, Any]) -> dict[str, str]:
    """Placeholder -> words, for the facts that are sure."""
    room = book["rooms"].get(known.get("room", "room"), book["rooms"]["room"])
    fill = {"room": room["nom"], "this_room": room["this"], "the_room": room["the"], "in_room": room["in"]}
    if "floor_area" in known:
        fill["area"] = area_text(float(known["floor_area"]), book)
    if "daylight" in known:
        number = str(known.get("windows", ""))
        rows = book["windows"]
        fill["windows"] = rows[number] if number in rows else rows["wide" if "glazing" in known else "some"]
    surfaces = [s for s in (_floor(known, book), _walls(known, book)) if s]
    features = [book["things"][n] for n in _features(known) if n in book["things"]]
    names = [n for n in known.get("furniture", ()) if n in book["things"]]
    names = [n for n in names if n not in QUIET] + [n for n in names if n in QUIET] if set(names) - set(QUIET) else []
    furniture = [book["things"][n] for n in names[:MANY]]
    for key, rows in (("surfaces", surfaces), ("features", features[:MANY]), ("furniture", furniture)):
        if rows:
            for case in CASES:
                fill[f"{key}_{case}"] = joined([r[case] for r in rows], book["and"])
    if known.get("style") in book["styles"]:
        fill["style"] = book["styles"][known["style"]]
    return fill


def _features(known: Mapping[str, Any]) -> list[str]:
    """What stays; a kitchen's sink goes without saying, and is no washbasin."""
    return [n for n in known.get("features", ()) if n != "sink" or known.get("room") != "kitchen"]


def _floor(known: Mapping[str, Any], book: Mapping[str, Any]) -> dict[str, str] | None:
    kind = known.get("floor_material")
    if kind not in book["floors"]:
        return None
    tone = known.get("floor_colour")
    if tone not in book["tones"]:
        return dict(book["bare_floors"][kind])
    return _toned(book["floors"][kind], book["tones"][tone])


def _walls(known: Mapping[str, Any], book: Mapping[str, Any]) -> dict[str, str] | None:
    tone = known.get("wall_colour")
    return _toned(book["walls"]["walls"], book["tones"][tone]) if tone in book["tones"] else None


def _toned(row: Mapping[str, str], tone: Any) -> dict[str, str]:
    forms = {"tone": tone} if isinstance(tone, str) else {f"tone_{k}": v for k, v in tone.items()}
    return {case: row[case].format(**forms) for case in CASES}


def area_text(m2: float, book: Mapping[str, Any]) -> str:
    """ "about 18 m² (194 sq ft)": no more digits than a photo allows."""
    rounded = round(m2 * 2) / 2 if m2 < 10 else round(m2)
    number = f"{rounded:g}".replace(".", book["decimal"])
    feet = rounded * SQUARE_FEET
    return str(book["area"]).format(m2=number, ft2=f"{round(feet / 5) * 5 if feet < 500 else round(feet, -1):.0f}")


def joined(words: Sequence[str], and_: str) -> str:
    """ "a, b and c"; Spanish "y" becomes "e" before an i."""
    if len(words) < 2:
        return "".join(words)
    last = words[-1]
    if and_ == "y" and re.match(r"(i|hi(?!e))", last, re.IGNORECASE):
        and_ = "e"
    return f"{', '.join(words[:-1])} {and_} {last}"


def _sentence(template: str, fill: Mapping[str, str], language: str) -> str:
    text = template.format(**fill)
    if language == "en":
        text = re.sub(r"\b([Aa]) (?=[aeio]|u(?!n[ai]))", r"\1n ", text)
    return text[:1].upper() + text[1:]


def _bullets(
    known: Mapping[str, Any], fill: Mapping[str, str], book: Mapping[str, Any], language: str
) -> tuple[str, ...]:
    rows = book["bullets"]
    light = f"light_{known.get('daylight')}"
    chosen = [rows["area"]] if "area" in fill else []
    chosen += [rows[light]] if light in rows and "windows" in fill else []
    for surface in (_floor(known, book), _walls(known, book)):
        chosen += [surface["nom"]] if surface else []
    chosen += [rows["ceiling_high"]] if known.get("ceiling") == "high" else []
    chosen += [book["things"][n]["nom"] for n in _features(known) if n in book["things"]]
    chosen += [rows["furniture"]] if "furniture_nom" in fill else []
    chosen += [rows["style"]] if "style" in fill and known.get("staged") else []
    chosen += [rows["staged"]] if known.get("staged") else []
    return tuple(_sentence(row, fill, language) for row in chosen)


def _keywords(known: Mapping[str, Any], book: Mapping[str, Any]) -> tuple[str, ...]:
    rows = book["keywords"]
    found = [book["rooms"][known["room"]]["nom"]] if known.get("room") in book["rooms"] else []
    found += [s["nom"] for s in (_floor(known, book), _walls(known, book)) if s]
    found += [rows["light_bright"]] if known.get("daylight") == "bright" else []
    found += [rows["ceiling_high"]] if known.get("ceiling") == "high" else []
    found += [book["things"][n]["nom"] for n in _features(known) if n in book["things"]]
    if known.get("staged"):
        found.append(rows["staged"])
        found += (
            [rows["style"].format(style=book["styles"][known["style"]])] if known.get("style") in book["styles"] else []
        )
    return tuple(dict.fromkeys(found))
