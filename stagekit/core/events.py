"""What a run tells while it works: typed events, handed to the caller of that run and to nobody else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .scene import Scene


@dataclass(frozen=True)
class Started:
    """A stage begins; ``index`` counts from 0 of ``total``."""

    stage: str
    backend: str
    index: int
    total: int


@dataclass(frozen=True)
class Progress:
    """A stage is at ``fraction`` (0..1) of its work; ``picture`` (an Image) is a preview where the backend shows one."""

    stage: str
    fraction: float
    text: str = ""
    picture: Any = None


@dataclass(frozen=True)
class Warned:
    """Something the caller should know: low confidence, a slower fallback, a piece that did not fit."""

    stage: str
    text: str


@dataclass(frozen=True)
class Finished:
    """A stage is done; ``scene`` is the scene after it."""

    stage: str
    seconds: float
    cached: bool
    scene: Scene


Event = Started | Progress | Warned | Finished
Listener = Callable[[Event], None]


def interactive() -> bool:
    """Whether somebody watches: stderr is a terminal, or this is a notebook."""
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


class Bars:
    """A listener that shows one tqdm bar a stage. Use it in a ``with``; the bars close with it."""

    def __init__(self, title: str = "") -> None:
        self.title = title
        self._bar: Any = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __call__(self, event: Event) -> None:
        from tqdm.auto import tqdm

        if isinstance(event, Started):
            self._close()
            label = f"{self.title}: {event.stage}" if self.title else event.stage
            self._bar = tqdm(
                total=100, desc=label, bar_format="{desc:<28} {percentage:3.0f}%|{bar:24}| {elapsed} {postfix}"
            )
        elif isinstance(event, Progress) and self._bar is not None:
            self._bar.n = round(100 * event.fraction)
            self._bar.set_postfix_str(event.text)
        elif isinstance(event, Warned):
            tqdm.write(f"{event.stage}: {event.text}", file=sys.stderr)
        elif isinstance(event, Finished) and self._bar is not None:
            self._bar.n = 100
            self._bar.set_postfix_str("from the cache" if event.cached else "")
            self._close()
