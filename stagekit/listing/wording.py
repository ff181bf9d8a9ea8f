"""Whether a text keeps to the law on advertisements for homes: what it may not say, why, and where that is written."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..errors import InputError


@dataclass(frozen=True)
class Finding:
    """``phrase`` as it stands in the text from ``start`` to ``end``; the protected ``group``; ``why``; ``sources``."""

    phrase: str
    start: int
    end: int
    group: str
    why: str
    sources: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.phrase!r} ({self.group}): {self.why}; {'; '.join(self.sources)}"


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    group: str
    why: str
    sources: tuple[str, ...]


def check_wording(text: str) -> list[Finding]:
    """Phrases of ``text`` that housing-advertising law forbids or that steer readers, in order; empty when none.

    US Fair Housing Act with HUD's guidance (24 CFR 100.75), and notes for the UK, the EU, Germany, Spain and France;
    all languages are looked at. The list is in wording.toml. It is a help for writers, not legal advice.
    """
    if not isinstance(text, str):
        raise InputError(f"expected a text, got {type(text).__name__}; join several with newlines")
    found = []
    for rule in rules():
        fine = [m.span() for m in rule.unless.finditer(text)] if rule.unless is not None else []
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            if not any(a <= start and end <= b for a, b in fine):
                found.append(Finding(match[0], start, end, rule.group, rule.why, rule.sources))
    found.sort(key=lambda f: (f.start, f.start - f.end))
    kept: list[Finding] = []
    for f in found:  # the longest of those that overlap
        if not kept or f.start >= kept[-1].end:
            kept.append(f)
    return kept


@cache
def rules() -> tuple[_Rule, ...]:
    """The rules of wording.toml, ready to match."""
    data: dict[str, Any] = tomllib.loads(files("stagekit.listing").joinpath("wording.toml").read_text("utf-8"))
    sources = data["sources"]
    return tuple(
        _Rule(
            _pattern(r["words"]),
            _pattern(r["unless"]) if r.get("unless") else None,
            r["group"],
            r["why"],
            tuple(sources[s] for s in r["source"]),
        )
        for r in data["rule"]
    )


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(_one(w) for w in sorted(words, key=len, reverse=True)), re.IGNORECASE)


def _one(word: str) -> str:
    """``*`` is the rest of a word, ``#`` a number, a blank any white space; whole words only."""
    body = (
        re.escape(word).replace(r"\ ", r"\s+").replace(r"\*", r"\w*").replace(r"\#", r"\d+").replace("'", "['\u2019]")
    )
    return rf"(?<!\w){body}(?!\w)"
