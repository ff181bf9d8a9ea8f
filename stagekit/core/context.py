"""What a stage gets beside the fields that it reads: a lease on its backend, a way to tell progress, a way to stop."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ..errors import Cancelled
from .events import Listener, Progress, Warned

if TYPE_CHECKING:
    from ..runtime import Runtime
    from .stage import Stage


class CancelToken:
    """Set it from any thread; the run stops at its next step with ``Cancelled``."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` if the token was set."""
        if self.cancelled:
            raise Cancelled("the run was cancelled by its token")


class Context:
    """Belongs to one stage of one run."""

    def __init__(self, stage: str, runtime: Runtime, emit: Listener, cancel: CancelToken) -> None:
        self.stage = stage
        self.runtime = runtime
        self.cancel = cancel
        self.warnings: list[str] = []
        self._emit = emit

    def lease(self, stage: Stage) -> AbstractContextManager[Any]:
        """The stage's backend, opened, for this run alone until the ``with`` ends."""
        return self.runtime.lease(stage.backend_key, stage.load)

    def progress(self, fraction: float, text: str = "", picture: Any = None) -> None:
        """Tell how far the stage is (0..1), with a preview if there is one; raises ``Cancelled`` when the caller asked to
        stop."""
        self.cancel.check()
        self._emit(Progress(self.stage, min(max(float(fraction), 0.0), 1.0), text, picture))

    def warn(self, text: str) -> None:
        """Tell the caller something that does not stop the run; it is kept in the scene's record."""
        self.warnings.append(text)
        self._emit(Warned(self.stage, text))
