"""Where weights lie, and whether they are the right ones.

Search order: an explicit path, the folder in ``STAGEKIT_WEIGHTS``, the checkout's ``weights/``, the installed
package's.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import WeightsError

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Weights:
    """One entry of catalog.toml."""

    name: str
    file: str
    sha256: str
    bytes: int
    licence: str
    commercial: bool
    source: str


@cache
def catalog() -> dict[str, Weights]:
    """Every entry of catalog.toml by name."""
    table: dict[str, Any] = tomllib.loads((Path(__file__).parent / "catalog.toml").read_text("utf-8"))
    return {name: Weights(name, **entry) for name, entry in table.items()}


def folders() -> list[Path]:
    """Where a weights file is looked for when no path is given, first to last."""
    named = os.environ.get("STAGEKIT_WEIGHTS")
    return [*([Path(named)] if named else []), PACKAGE.parent / "weights", PACKAGE / "_weights"]


def find(name: str, path: str | os.PathLike[str] | None = None) -> Path:
    """The file of weights ``name``. Raises WeightsError saying where it was looked for.

    ``path`` may be the file or its folder; it is then the only place. The checksum is `verified`'s work.
    """
    entry = catalog()[name]
    places = folders() if path is None else [Path(path)]
    tried = []
    for place in places:
        file = place / entry.file if place.is_dir() else place
        if file.is_file():
            return file
        tried.append(str(file))
    raise WeightsError(
        f"the weights of {name} ({entry.file}, {entry.bytes / 1e6:.1f} MB) are not at {' or '.join(tried)}; "
        "put the file there, or name its folder in STAGEKIT_WEIGHTS"
    )


def verified(name: str, path: str | os.PathLike[str] | None = None) -> bytes:
    """The file's bytes, size and checksum compared with the catalogue. Raises WeightsError.

    A file named by ``path`` is the caller's own choice (weights trained anew): it is read without the comparison.
    """
    file, entry = find(name, path), catalog()[name]
    data = file.read_bytes()
    if path is None:
        got = hashlib.sha256(data).hexdigest()
        if got != entry.sha256:
            raise WeightsError(
                f"{file} is not {name}: expected {entry.bytes} bytes with sha256 {entry.sha256[:16]}..., "
                f"got {len(data)} with {got[:16]}...; restore the file, or give its path if it is meant to differ"
            )
    return data
