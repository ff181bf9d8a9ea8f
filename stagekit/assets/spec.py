"""What stagekit knows of each model: ``catalog.toml`` as values, and whether its licence lets it be used."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import LicenceError, WeightsError

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
"""Suffixes of weights that run code when they are read; never loaded, never downloaded."""

HUB_FILES = (
    "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "chat_template.*",
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    "vocab.txt", "spiece.model", "tokenizer.model", "model.safetensors", "model-*.safetensors",
    "model.safetensors.index.json",
)  # fmt: skip
"""What a model in transformers' layout consists of; entries of other layouts name their files."""

UNPINNED = "unknown"


@dataclass(frozen=True)
class Spec:
    """One entry of catalog.toml.

    Weights of one ``file`` have its ``sha256``. Models of the hub have ``repo``, ``revision`` (a commit, or "unknown":
    the download then notes commit and checksums beside the files), ``files`` (names or patterns) and ``checksums`` of
    those that are known. ``bytes`` is the size of the weights, 0 where unknown. ``commercial`` None means that nobody
    looked: treated as not free. ``resize``, ``mean``, ``std``: how a photo is prepared, see ``backends.prepare``; a
    checkpoint's own preprocessor_config.json goes before them.
    """

    name: str
    task: str = ""
    file: str = ""
    sha256: str = ""
    repo: str = ""
    revision: str = UNPINNED
    files: tuple[str, ...] = ()
    checksums: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 0
    licence: str = "unknown"
    commercial: bool | None = None
    source: str = ""
    dtypes: tuple[str, ...] = ("fp32", "bf16", "fp16")
    resize: Mapping[str, Any] = field(default_factory=dict)
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    note: str = ""

    @property
    def single(self) -> bool:
        """Whether the weights are one file that lies in a folder of weights, and not a model of the hub."""
        return bool(self.file)

    def wants(self, path: str) -> bool:
        """Whether the file ``path`` of the repository belongs to the model; pickled ones never do."""
        return not path.lower().endswith(PICKLES) and any(fnmatch(path, pattern) for pattern in self.files)

    def says(self) -> str:
        """Size and licence, for messages."""
        size = f"{self.bytes / 1e6:.0f} MB, " if self.bytes else ""
        return f"{size}licence {self.licence}"


def _parse(name: str, entry: Mapping[str, Any]) -> Spec:
    values = dict(entry)
    for key in ("files", "dtypes", "mean", "std"):
        if key in values:
            values[key] = tuple(values[key])
    for key in ("checksums", "resize"):
        values[key] = MappingProxyType(dict(values.get(key, {})))
    if values.get("commercial") == "unknown":
        values["commercial"] = None
    if not values.get("file"):
        values.setdefault("files", HUB_FILES)
    unknown = set(values) - set(Spec.__dataclass_fields__)
    if unknown:
        raise WeightsError(f"catalog.toml: {name} has unknown keys {sorted(unknown)}")
    if bool(values.get("file")) == bool(values.get("repo")):
        raise WeightsError(f"catalog.toml: {name} must have either file (embedded) or repo (of the hub)")
    return Spec(name, **values)


@cache
def catalog() -> dict[str, Spec]:
    """Every entry of catalog.toml by name."""
    table: dict[str, Any] = tomllib.loads((Path(__file__).parent / "catalog.toml").read_text("utf-8"))
    return {name: _parse(name, entry) for name, entry in table.items()}


def spec(name: str) -> Spec:
    """The entry ``name``. Raises WeightsError with what is near."""
    known = catalog()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
        raise WeightsError(f"no weights are called {name!r}; {hint}")
    return known[name]


def check_licence(entry: Spec, allowed: Collection[str] = ()) -> None:
    """Raise LicenceError unless the weights are free for commercial use or ``allowed`` by name."""
    if entry.commercial or entry.name in allowed:
        return
    state = "whose licence nobody has checked" if entry.commercial is None else "not free for commercial use"
    raise LicenceError(
        f"the weights of {entry.name} are {state} ({entry.licence}, {entry.repo}); if your use is allowed, say so by "
        f'name: Runtime(allow=("{entry.name}",)), or stagekit weights pull {entry.name} --allow {entry.name}'
    )
