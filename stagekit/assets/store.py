"""Where weights lie, and whether they are the right ones.

Search order: an explicit path, the folder in ``STAGEKIT_WEIGHTS``, the checkout's ``weights/``, the installed package's,
the user's cache, the hub's own cache; then a download, if the runtime is not offline. Embedded weights are one file;
models of the hub are a folder of their name, in the layout in which they were published.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from ..errors import WeightsError
from ..types import Array
from .integrity import check_folder, same
from .spec import PICKLES, UNPINNED, Spec, catalog, check_licence, spec

__all__ = ["cache_folder", "catalog", "find", "find_folder", "folders", "model_folder", "pull", "tensors", "verified"]

PACKAGE = Path(__file__).resolve().parents[1]

PathLike = str | os.PathLike[str]


def cache_folder() -> Path:
    """Where downloads go: ``STAGEKIT_CACHE``, else ``stagekit`` in ``XDG_CACHE_HOME`` or ``~/.cache``."""
    named = os.environ.get("STAGEKIT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stagekit"


def folders() -> list[Path]:
    """Where weights are looked for when no path is given, first to last."""
    named = os.environ.get("STAGEKIT_WEIGHTS")
    return [*([Path(named)] if named else []), PACKAGE.parent / "weights", PACKAGE / "_weights", cache_folder()]


def find(name: str, path: PathLike | None = None) -> Path:
    """The file of embedded weights ``name``. Raises WeightsError saying where it was looked for.

    ``path`` may be the file or its folder; it is then the only place. The checksum is `verified`'s work.
    """
    entry = spec(name)
    places = folders() if path is None else [Path(path)]
    tried = []
    for place in places:
        file = place / entry.file if place.is_dir() else place
        if file.is_file():
            return file
        tried.append(str(file))
    raise WeightsError(
        f"the weights of {name} ({entry.file}, {entry.bytes / 1e6:.1f} MB; {entry.source}) are not at "
        f"{' or '.join(tried)}; put the file there, or name its folder in STAGEKIT_WEIGHTS"
    )


def verified(name: str, path: PathLike | None = None) -> bytes:
    """The embedded file's bytes, size and checksum compared with the catalogue. Raises WeightsError.

    A file named by ``path`` is the caller's own choice (weights trained anew): it is read without the comparison.
    """
    file, entry = find(name, path), spec(name)
    if path is None:
        same(file, name, entry.sha256, entry.bytes)
    return file.read_bytes()


def tensors(name: str, path: PathLike | None = None) -> dict[str, Array]:
    """The embedded weights ``name`` as arrays by name, checked as `verified` does it. Raises WeightsError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = verified(name, path)
    try:
        return load(data)
    except (SafetensorError, ValueError) as error:
        raise WeightsError(f"the weights of {name} are not a safetensors file ({error}); restore the file") from error


def find_folder(name: str, path: PathLike | None = None) -> Path | None:
    """The first folder with safetensors of the hub's model ``name``, or None; nothing in it is checked. ``path`` is then
    the only place."""
    return next((place for place in _candidates(name, path) if _holds(place, (".safetensors",))), None)


def model_folder(
    name: str, path: PathLike | None = None, *, offline: bool = True, allowed: Collection[str] = ()
) -> Path:
    """The folder of the hub's model ``name``, checked, downloaded first if it is nowhere and ``offline`` is False.

    Raises LicenceError before anything is read; WeightsError for weights that are absent, pickled, incomplete, or not
    those of the catalogue or of their first download. A folder named by ``path`` is the caller's own choice: only its
    format is checked.
    """
    entry = spec(name)
    check_licence(entry, allowed)
    if path is not None and Path(path).suffix.lower() in PICKLES:
        raise WeightsError(_pickled(name, Path(path)))
    found = find_folder(name, path)
    if found is None:
        pickled = next((place for place in _candidates(name, path) if _holds(place, PICKLES)), None)
        if pickled is not None and (offline or path is not None):
            raise WeightsError(_pickled(name, pickled))
        if path is not None:
            raise WeightsError(
                f"{path} holds no weights of {name}: expected a folder with config.json and *.safetensors"
            )
        if offline:
            raise WeightsError(
                f"the weights of {name} ({entry.says()}) are not on this machine, and the runtime is offline; "
                f"run: stagekit weights pull {name}"
            )
        return pull(name, allowed=allowed)
    if path is None:
        check_folder(found, entry)
    return found


def pull(
    name: str,
    *,
    to: PathLike | None = None,
    revision: str | None = None,
    allowed: Collection[str] = (),
    **options: object,
) -> Path:
    """Download ``name`` into the user's cache (or the folder ``to``/NAME) and return its folder.

    ``revision``: a commit or branch other than the catalogue's. ``options`` are those of ``fetch.download`` (endpoint,
    progress). What is there already and right is kept.
    """
    from .fetch import download

    entry = spec(name)
    if entry.single:
        return find(name)
    check_licence(entry, allowed)
    target = Path(to if to is not None else cache_folder()) / name
    if revision is None and _holds(target, (".safetensors",)):
        check_folder(target, entry, every=True)
        return target
    return download(entry, target, revision=revision or entry.revision, **options)  # type: ignore[arg-type]


def _places(entry: Spec) -> Iterator[Path]:
    yield from (place / entry.name for place in folders())
    hub = os.environ.get("HF_HUB_CACHE") or Path(os.environ.get("HF_HOME", Path.home() / ".cache/huggingface")) / "hub"
    snapshots = Path(hub) / f"models--{entry.repo.replace('/', '--')}" / "snapshots"
    if entry.revision != UNPINNED:
        yield snapshots / entry.revision
    else:
        main = snapshots.parent / "refs" / "main"
        if main.is_file():
            yield snapshots / main.read_text("utf-8").strip()


def _candidates(name: str, path: PathLike | None) -> Iterator[Path]:
    entry = spec(name)
    return _places(entry) if path is None else iter([Path(path)])


def _holds(place: Path, suffixes: tuple[str, ...]) -> bool:
    """Whether a folder, or one inside it (pipelines of several parts), has files of these kinds."""
    return place.is_dir() and any(p.suffix.lower() in suffixes for p in place.rglob("*"))


def _pickled(name: str, place: Path) -> str:
    return (
        f"{place} holds pickled weights, which can run code when they are read, and no *.safetensors; "
        f"stagekit weights pull {name} fetches safe ones where they are published; "
        "stagekit weights convert makes them of a file whose checksum you know"
    )
