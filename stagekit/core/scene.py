"""``Scene``: everything known about one photo, as a value. Stages take one and give the next."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..errors import PipelineError
from ..types import (
    Array,
    Brief,
    DepthMap,
    Description,
    Image,
    Layout,
    LineSet,
    Mask,
    Picture,
    Placement,
    Room,
    Segments,
)

MEASURED = ("room", "segments", "layout", "depth", "lines", "description")
"""Fields that are measured on ``image`` and go stale when a stage replaces it."""


@dataclass(frozen=True)
class Step:
    """What one stage did: kept in ``Scene.record``."""

    stage: str
    backend: str
    seconds: float
    cached: bool
    seed: int
    options: Mapping[str, Any] = field(default_factory=dict)
    weights: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Scene(Picture):
    """``photo`` is the picture as taken, ``image`` the current one, ``changed`` every pixel where they differ."""

    photo: Image
    image: Image
    brief: Brief = field(default_factory=Brief)
    room: Room | None = None
    segments: Segments | None = None
    layout: Layout | None = None
    depth: DepthMap | None = None
    lines: LineSet | None = None
    placements: tuple[Placement, ...] | None = None
    left_out: tuple[str, ...] = ()
    variants: tuple[Image, ...] = ()
    """Further pictures of the last stage that makes several, ``image`` being its first."""
    changed: Mask | None = None
    description: Description | None = None
    record: tuple[Step, ...] = ()
    stale: Mapping[str, str] = field(default_factory=dict)
    """Field -> name of the stage that replaced the picture on which it was measured."""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Field -> hash of where it came from: photo, stage, options, weights, and the keys that it was made of."""

    @classmethod
    def of(cls, photo: Image, brief: Brief | None = None) -> Scene:
        """A scene that holds the photo and the brief, nothing measured yet."""
        brief = brief or Brief()
        key = photo.provenance or hashlib.sha256(photo.array.tobytes()).hexdigest()
        keys = {"photo": key, "image": key, "brief": digest("brief", repr(brief))}
        empty = Mask(np.zeros(photo.array.shape[:2], dtype=bool))
        return cls(photo=photo, image=photo, brief=brief, changed=empty, keys=MappingProxyType(keys))

    @property
    def array(self) -> Array:  # type: ignore[override]
        return self.image.array

    def preview(self) -> Array:
        """The photo and the picture side by side; the photo alone while no stage has changed it."""
        from ..display import before_after

        if self.changed is None or not self.changed.array.any():
            return self.photo.array
        return before_after(self.photo.array, self.image.array)

    def given(self, **values: Any) -> Scene:
        """The scene with fields supplied by the caller (a layout, placements ...), as if a stage had given them.

        Supplying a field clears its staleness. Raises PipelineError for a name that a scene does not have.
        """
        unknown = set(values) - WRITABLE
        if unknown:
            raise PipelineError(f"a scene has no field {sorted(unknown)} to give; it takes {sorted(WRITABLE)}")
        keys = {name: digest("given", name, _identity(value)) for name, value in values.items()}
        return self._with(values, keys, by="the caller", keeps=())

    def _with(self, values: Mapping[str, Any], keys: Mapping[str, str], *, by: str, keeps: tuple[str, ...]) -> Scene:
        stale = {name: who for name, who in self.stale.items() if name not in values}
        changes = dict(values)
        if "image" in values:
            image: Image = values["image"]
            if image.size != self.photo.size:
                raise PipelineError(f"{by} gave a picture of {image.size}, the photo has {self.photo.size}")
            changes["changed"] = Mask((image.array != self.photo.array).any(axis=2))
            for name in MEASURED:
                if name not in values and name not in keeps and getattr(self, name) is not None:
                    stale.setdefault(name, by)
        return replace(self, **changes, stale=MappingProxyType(stale), keys=MappingProxyType({**self.keys, **keys}))

    def save(self, path: Any) -> None:
        """Write the current picture; see ``Image.save``."""
        self.image.save(path)


_tokens: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
_count = itertools.count()


def _identity(value: Any) -> str:
    """A name for an object that the caller gave: the same object, the same name; never one used before."""
    if isinstance(value, (str, int, float, bool, type(None))):
        return repr(value)
    try:
        return _tokens.setdefault(value, f"object {next(_count)}")
    except TypeError:  # tuples take no weak references
        return f"object {next(_count)}"


WRITABLE = frozenset(f.name for f in fields(Scene)) - {"photo", "brief", "record", "stale", "keys", "changed"}


def digest(*parts: str) -> str:
    """sha256 over the parts, each with its length, so that no two lists of parts collide."""
    h = hashlib.sha256()
    for part in parts:
        data = part.encode()
        h.update(len(data).to_bytes(8, "little") + data)
    return h.hexdigest()
