"""``Stage``: one step of a pipeline. The signature of ``run`` is its contract.

The names of ``run``'s parameters are the scene's fields that it reads; a default makes a field optional. ``writes`` is
what it returns. A stage stores its backend's name and options; the runtime opens the backend when it is first needed
and shares it between pipelines::

    class Darken(Stage):
        writes = ("image",)

        def run(self, image, *, context):
            return {"image": image.with_array(image.array // 2)}
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from .. import registry
from ..errors import OptionError
from ..types import Brief


class Stage:
    """Base of all stages. ``task`` names the row of the registry that lists its backends; None: it needs none.
    ``keeps``: measured fields that stay true although the stage replaces the image (furniture moves no wall).
    ``asks``: options of the call rather than of the backend (a click, a box): other values need no other model."""

    task: ClassVar[str | None] = None
    writes: ClassVar[tuple[str, ...]] = ()
    keeps: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, backend: str | None = None, **options: Any) -> None:
        self.options: Mapping[str, Any] = options
        if self.task is None:
            self.backend = "" if backend is None else registry.reject(type(self).__name__, backend)
        else:
            self.backend = registry.name_of(self.task, backend)

    @property
    def name(self) -> str:
        return type(self).__name__

    @property
    def reads(self) -> dict[str, bool]:
        """Field -> whether it is required."""
        parameters = inspect.signature(self.run).parameters
        return {n: p.default is p.empty for n, p in parameters.items() if n != "context"}

    @property
    def asked(self) -> dict[str, Any]:
        """The options that go to the backend's call."""
        return {k: v for k, v in self.options.items() if k in self.asks}

    @property
    def settings(self) -> dict[str, Any]:
        """The options with which the backend is made."""
        return {k: v for k, v in self.options.items() if k not in self.asks}

    @property
    def backend_key(self) -> str:
        """Backends of one key are one object."""
        return f"{self.task}/{self.backend}:{json.dumps(self.settings, sort_keys=True, default=_identity)}"

    @property
    def key(self) -> str:
        """What the result depends on beside the fields that it reads; stages with requests of their own add them."""
        return f"{self.backend_key}:{json.dumps(self.asked, sort_keys=True, default=_identity)}"

    def validate(self, brief: Brief) -> None:
        """Raise OptionError if the brief asks for what this stage cannot give; called before any stage runs."""

    def check_options(self) -> None:
        """Raise OptionError if the backend does not take this stage's options; loads no weights."""
        if self.task is None:
            return
        made = registry.resolve(self.task, self.backend)
        accepted = set(inspect.signature(made).parameters)
        if self.asks:
            accepted |= set(self.asks) & set(inspect.signature(made.__call__).parameters)
        unknown = set(self.options) - accepted
        if unknown:
            raise OptionError(f"{self!r}: {self.backend} has no option {sorted(unknown)}; it takes {sorted(accepted)}")

    def load(self, runtime: Any) -> Any:
        """Make and open the backend. Called by the runtime, once for each distinct backend and options."""
        if self.task is None:
            raise TypeError(f"{self.name} has no backend")
        backend = registry.resolve(self.task, self.backend)(**self.settings)
        backend.open(runtime)
        return backend

    def run(self, *args: Any, **fields: Any) -> Mapping[str, Any]:
        """Read fields, return fields; every stage takes ``context`` (a ``Context``) by keyword as well."""
        raise NotImplementedError(f"{self.name} must define run(field, ..., *, context)")

    def __repr__(self) -> str:
        shown = [repr(self.backend)] if self.backend else []
        shown += [f"{k}={v!r}" for k, v in self.options.items()]
        return f"{self.name}({', '.join(shown)})"


def _identity(value: Any) -> str:
    """What JSON has no word for: arrays and pictures by their contents, anything else by its repr."""
    if hasattr(value, "__array__"):
        array = np.ascontiguousarray(value)
        return f"array {array.shape} {array.dtype} {hashlib.sha256(array.tobytes()).hexdigest()}"
    return repr(value)
