"""The law on advertisements: what is found, what is not, and that nothing which stagekit writes is forbidden."""

from __future__ import annotations

import itertools

import pytest

import stagekit as sk
from stagekit.errors import InputError
from stagekit.listing.compose import LANGUAGES, phrases
from stagekit.listing.wording import rules

FORBIDDEN = {
    "Adults only building, no children please.": "familial status",
    "Perfect for a young couple or empty nesters.": "familial status",
    "Ideal for families with kids": "familial status",
    "A 55+ community": "familial status",
    "In a white\n neighborhood near good schools": "race, colour, national origin",
    "English speakers preferred": "race, colour, national origin",
    "A safe neighborhood and an exclusive community": "steering",
    "Christian home, steps from the church": "religion",
    "Male preferred; a true man cave": "sex",
    "No wheelchairs; must be able to climb stairs": "disability",
    "No Section 8, no DSS": "source of income",
    "Nur für berufstätige? Keine Haustiere, keine Kinder": "de: AGG",
    "Wir vermieten nur an Deutsche": "de: AGG",
    "Solo españoles, sin niños": "es: igualdad de trato",
    "Pas d\u2019étrangers, idéal pour un couple": "fr: refus discriminatoire",
}

ALLOWED = (
    # HUD's memorandum of 1995 names these as lawful
    "master bedroom", "rare find", "desirable neighborhood", "mother-in-law suite", "bachelor apartment",
    "apartment complex with chapel", "great view", "fourth-floor walk-up", "walk-in closets", "jogging trails",
    "walk to bus-stop", "wheelchair ramp", "two bedroom", "cozy", "family room", "no bicycles allowed", "quiet streets",
    # words that hold forbidden ones, and things of a home
    "white walls and black window frames", "an oriental rug", "a converted church with high ceilings",
    "Adultshop", "salon familial aux murs blancs", "Familienzimmer mit Kamin", "aire acondicionado en el salón",
)  # fmt: skip


@pytest.mark.parametrize(("text", "group"), FORBIDDEN.items())
def test_forbidden_phrases_are_found_with_reason_and_source(text: str, group: str) -> None:
    found = sk.check_wording(text)
    assert group in {f.group for f in found}
    for f in found:
        assert text[f.start : f.end] == f.phrase
        assert f.why and f.sources and all(len(s) > 10 for s in f.sources)
        assert f.group in str(f) and f.why in str(f)


@pytest.mark.parametrize("text", ALLOWED)
def test_lawful_phrases_are_left_alone(text: str) -> None:
    assert sk.check_wording(text) == []


def test_case_and_overlaps() -> None:
    found = sk.check_wording("NO CHILDREN, for a Young Couple; perfect for a couple")
    assert [f.phrase for f in found] == ["NO CHILDREN", "Young Couple", "perfect for a couple"]
    spans = [(f.start, f.end) for f in sk.check_wording("no section 8 and no children and no kids")]
    assert spans == sorted(spans) and all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    with pytest.raises(InputError, match="text"):
        sk.check_wording(["no children"])  # type: ignore[arg-type]


def test_every_rule_is_sourced_and_every_phrase_matches_itself() -> None:
    assert {r.group for r in rules()} >= {"familial status", "religion", "sex", "disability", "source of income"}
    for rule in rules():
        assert rule.sources and rule.why and len(rule.group) > 2


def walk(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for v in values for text in walk(v)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrase_files_hold_nothing_forbidden(language: str) -> None:
    assert [str(f) for text in walk(phrases(language)) for f in sk.check_wording(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_praise_without_a_fact(language: str) -> None:
    puffery = ("stunning", "perfect", "dream", "best ", "traumhaft", "perfekt", "einmalig", "espectacular", "perfecto",
               "único", "exceptionnel", "parfait", "rêve")  # fmt: skip
    for text in walk(phrases(language)):
        assert not [p for p in puffery if p in text.lower()], text
