"""What is known of a room in words: facts with their certainty, and the text made of them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..errors import InputError
from .pictures import Array

SURE = 0.6
"""Facts of at least this confidence are told in the text; the others are kept, and left out of it."""


@dataclass(frozen=True)
class Fact:
    """One thing that was measured. ``value`` is plain data (text, number, or a list of either); ``basis`` says on what
    it rests; ``confidence`` 0 to 1; ``unit`` such as "m2" for numbers."""

    name: str
    value: Any
    confidence: float
    basis: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise InputError(f"fact {self.name!r}: confidence must be 0 to 1, got {self.confidence}")
        if isinstance(self.value, list):
            object.__setattr__(self, "value", tuple(self.value))

    @property
    def sure(self) -> bool:
        """Whether the text may tell it."""
        return self.confidence >= SURE

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)
        return f"{shown.replace('_', ' ')} {self.unit}".strip()


@dataclass(frozen=True)
class Description:
    """``facts`` by name, and the text in one ``language`` and ``tone``: ``caption`` (one line), ``short`` (two or three
    sentences), ``full`` (a listing's paragraph), ``bullets``, ``keywords``. ``dropped``: claims of a captioning model
    that the facts contradict, or that no advertisement may make, each with the reason. ``written_by``: the backend."""

    facts: Mapping[str, Fact]
    caption: str = ""
    short: str = ""
    full: str = ""
    bullets: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    language: str = "en"
    tone: str = "neutral"
    dropped: tuple[str, ...] = ()
    written_by: str = ""
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name, fact in self.facts.items():
            if not isinstance(fact, Fact) or fact.name != name:
                raise InputError(f"expected facts as {{name: Fact(name, ...)}}, got {name!r}: {fact!r}")
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))
        for name in ("bullets", "keywords", "dropped", "notes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a fact that is sure enough to tell, else ``default``."""
        fact = self.facts.get(name)
        return fact.value if fact is not None and fact.sure else default

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text, for a check of its wording."""
        return (self.caption, self.short, self.full, *self.bullets, *self.keywords)

    def data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        facts = {
            f.name: {
                "value": list(f.value) if isinstance(f.value, tuple) else f.value,
                "unit": f.unit,
                "confidence": round(f.confidence, 3),
                "told": f.sure,
                "basis": f.basis,
            }
            for f in self.facts.values()
        }
        texts = {k: getattr(self, k) for k in ("caption", "short", "full", "language", "tone", "written_by")}
        lists = {k: list(getattr(self, k)) for k in ("bullets", "keywords", "dropped", "notes")}
        return {"facts": facts, **texts, **lists}

    def preview(self, width: int = 900) -> Array:
        """uint8 HxWx3: caption, facts with their confidence, and the text, on a white card ``width`` pixels wide."""
        from ..display import description_card

        return description_card(self, width)

    def _repr_html_(self) -> str:
        def row(f: Fact) -> str:
            cells = (f.name.replace("_", " "), str(f), f"{f.confidence:.2f}", f.basis)
            style = "" if f.sure else ' style="opacity:.5"'
            return f"<tr{style}>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>"

        head = "<tr><th>fact</th><th>value</th><th>confidence</th><th>basis</th></tr>"
        bullets = "".join(f"<li>{html.escape(b)}</li>" for b in self.bullets)
        return (
            f"<b>{html.escape(self.caption)}</b><p>{html.escape(self.full)}</p><ul>{bullets}</ul>"
            f"<table>{head}{''.join(map(row, self.facts.values()))}</table>"
        )

    def __str__(self) -> str:
        return self.full or self.caption
