"""Options of a backend that has bases with options of their own."""

from __future__ import annotations

import inspect
from typing import Any


class Optioned:
    """Base of such backends. ``inspect.signature`` of each subclass lists all keyword options, its bases' included: a stage
    asks for them before a backend is made, so that an unknown one is told before anything loads."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        found: dict[str, inspect.Parameter] = {}
        for base in reversed(cls.__mro__):
            if "__init__" in vars(base) and base is not object:
                for p in inspect.signature(vars(base)["__init__"]).parameters.values():
                    if p.kind is p.KEYWORD_ONLY:
                        found[p.name] = p
        cls.__signature__ = inspect.Signature(list(found.values()))  # type: ignore[attr-defined]
