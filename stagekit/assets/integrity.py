"""Checksums: the catalogue's, and those noted when a model was downloaded.

A downloaded folder has ``stagekit.json``: repository, commit, and each file's bytes and sha256. Hashing gigabytes takes
seconds, so what was found right is noted there in ``.verified.json`` with its size and time of change, and hashed again
when either changes, or when ``stagekit weights verify`` asks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from ..errors import WeightsError
from .spec import Spec

MANIFEST = "stagekit.json"
STAMP = ".verified.json"


def sha256_of(path: Path) -> str:
    """sha256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same(path: Path, name: str, sha256: str, size: int = 0) -> None:
    """Raise WeightsError unless the file has this checksum (and size, where given)."""
    got = sha256_of(path)
    if got != sha256 or (size and path.stat().st_size != size):
        raise WeightsError(
            f"{path} is not {name}: expected {f'{size} bytes with ' if size else ''}sha256 {sha256[:16]}..., "
            f"got {path.stat().st_size} with {got[:16]}...; restore the file, or give its path if it is meant to differ"
        )


def manifest(folder: Path) -> dict[str, Any]:
    """What was noted at the download: repo, revision, files {path: {sha256, bytes}}; empty where nothing was."""
    return _read(folder / MANIFEST)


def write_manifest(folder: Path, repo: str, revision: str, files: dict[str, dict[str, Any]]) -> None:
    text = json.dumps({"repo": repo, "revision": revision, "files": files}, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def known_checksums(folder: Path, entry: Spec) -> dict[str, str]:
    """File -> sha256 that it must have: those of the first download, the catalogue's before them."""
    noted = {path: row["sha256"] for path, row in manifest(folder).get("files", {}).items()}
    return {**noted, **entry.checksums}


def check_folder(folder: Path, entry: Spec, *, every: bool = False) -> dict[str, bool]:
    """File -> True where its checksum is known and right. Raises WeightsError for a wrong or missing file.

    ``every``: hash although a file was found right before and has not changed since.
    """
    stamp = {} if every else _read(folder / STAMP)
    checked: dict[str, bool] = {}
    for path, sha256 in known_checksums(folder, entry).items():
        file = folder / path
        if not file.is_file():
            raise WeightsError(f"{folder} is incomplete: {path} is missing; run: stagekit weights pull {entry.name}")
        state = [file.stat().st_size, file.stat().st_mtime_ns, sha256]
        if stamp.get(path) != state:
            try:
                same(file, entry.name, sha256)
            except WeightsError as error:
                raise WeightsError(
                    f"{error}; or delete the folder and run: stagekit weights pull {entry.name}"
                ) from None
            stamp[path] = state
        checked[path] = True
    if checked and (folder / MANIFEST).is_file():  # other programs' caches are left as they are
        with contextlib.suppress(OSError):  # a folder that may only be read is hashed each time
            (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    return checked


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
