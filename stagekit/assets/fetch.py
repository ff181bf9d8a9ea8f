"""Download of a model's files from a hub over plain https: whole and right, or nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from ..errors import WeightsError
from .integrity import MANIFEST, write_manifest
from .spec import PICKLES, UNPINNED, Spec

ENDPOINT = "https://huggingface.co"
BLOCK = 1 << 20
ATTEMPTS = 4
TIMEOUT_S = 30

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all (0 where the hub does not say)."""


@dataclass(frozen=True)
class Remote:
    """A file of a repository; ``sha256`` is what the hub states for large files, else empty."""

    path: str
    size: int
    sha256: str = ""


def download(
    entry: Spec,
    target: Path,
    *,
    revision: str = UNPINNED,
    endpoint: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fetch the files of ``entry`` into the folder ``target``, all or none, and note commit and checksums beside them.

    ``endpoint``: the hub's address (default ``HF_ENDPOINT`` or huggingface.co); ``HF_TOKEN`` is sent to it for models
    behind a licence click, and to nobody that it redirects to. A broken connection is resumed where it stopped.
    Raises WeightsError: no such repository or file, only pickles, a wrong size or checksum, a connection that keeps
    breaking.
    """
    base = (endpoint or os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")
    commit, listed = listing(base, entry, "main" if revision == UNPINNED else revision)
    wanted = [f for f in listed if entry.wants(f.path)]
    if not any(f.path.endswith(".safetensors") for f in wanted):
        raise WeightsError(_nothing_safe(entry, listed, commit))
    if target.exists() and not (target / MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise WeightsError(
            f"{target} is there already and no download of stagekit; move it away, or choose another folder"
        )
    total, done = sum(f.size for f in wanted), 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise WeightsError(
            f"{target.parent} cannot be written to ({error}); set STAGEKIT_CACHE to a folder that can"
        ) from error
    try:
        rows: dict[str, dict[str, Any]] = {}
        for f in wanted:
            url = f"{base}/{entry.repo}/resolve/{quote(commit, safe='')}/{quote(f.path)}"
            expected = entry.checksums.get(f.path) or f.sha256
            report = None if progress is None else _shifted(progress, done, total)
            got, size = fetch(url, _inside(part, f.path), size=f.size, sha256=expected, progress=report)
            rows[f.path] = {"sha256": got, "bytes": size}
            done += size
        write_manifest(part, entry.repo, commit, rows)
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    except OSError as error:
        raise WeightsError(f"{entry.name} was not downloaded: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def listing(base: str, entry: Spec, revision: str) -> tuple[str, list[Remote]]:
    """The commit behind ``revision``, and the repository's files. Raises WeightsError."""
    url = f"{base}/api/models/{entry.repo}/revision/{quote(revision, safe='')}?blobs=true"
    try:
        with urllib.request.urlopen(_request(url), timeout=TIMEOUT_S) as answer:
            data = json.load(answer)
        files = [
            Remote(s["rfilename"], int(s.get("size") or 0), (s.get("lfs") or {}).get("sha256", ""))
            for s in data["siblings"]
        ]
        return str(data["sha"]), files
    except urllib.error.HTTPError as error:
        why = {401: "not public, or its licence must be accepted on its page first (then set HF_TOKEN)"}
        why |= {403: why[401], 404: f"not there at revision {revision!r}"}
        raise WeightsError(f"{entry.repo} is {why.get(error.code, f'not served: {error}')}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{base} cannot be asked for {entry.repo}: {error}; is this machine online?") from error


def fetch(
    url: str, path: Path, *, size: int = 0, sha256: str = "", progress: Progress | None = None
) -> tuple[str, int]:
    """One file to ``path``; (sha256, bytes). Raises WeightsError, and then removes what it wrote.

    A connection that breaks is taken up where it stopped; one that breaks ``ATTEMPTS`` times is given up.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, done, problem = hashlib.sha256(), 0, ""
    try:
        with path.open("wb") as file:
            for _ in range(ATTEMPTS):
                try:
                    request = _request(url)
                    if done:
                        request.add_header("Range", f"bytes={done}-")
                    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                        if done and answer.status != 206:  # no resuming here: from the start
                            file.seek(0)
                            file.truncate()
                            digest, done = hashlib.sha256(), 0
                        size = size or done + int(answer.headers.get("Content-Length") or 0)
                        while block := answer.read(BLOCK):
                            file.write(block)
                            digest.update(block)
                            done += len(block)
                            if progress is not None:
                                progress(done, size)
                    if done >= size:
                        break
                    problem = f"the connection closed after {done} of {size} bytes"
                except urllib.error.HTTPError as error:
                    raise WeightsError(f"{url} is not served: {error}") from error
                except OSError as error:
                    problem = str(error)
        if size and done != size:
            raise WeightsError(
                f"{url} is incomplete: {done} of {size} bytes came ({problem}); nothing was kept, try again"
            )
        if sha256 and digest.hexdigest() != sha256:
            raise WeightsError(
                f"{url} is not what was published: expected sha256 {sha256[:16]}..., got {digest.hexdigest()[:16]}...; "
                "nothing was kept"
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return digest.hexdigest(), done


def _request(url: str) -> urllib.request.Request:
    request = urllib.request.Request(url, headers={"User-Agent": "stagekit"})
    token = os.environ.get("HF_TOKEN")
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    return request


def _inside(folder: Path, path: str) -> Path:
    """``path`` of a repository in a folder of ours; a name that leads out of it is refused."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path:
        raise WeightsError(f"the repository names a file {path!r} outside its folder; nothing was kept")
    return folder.joinpath(*parts.parts)


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


def _nothing_safe(entry: Spec, listed: list[Remote], commit: str) -> str:
    pickles = [f.path for f in listed if f.path.lower().endswith(PICKLES)]
    if pickles:
        return (
            f"{entry.repo} at {commit[:12]} publishes only pickled weights ({', '.join(pickles[:3])}), which can run code "
            f"when they are read; nothing was kept. Give a revision with *.safetensors: stagekit weights pull "
            f"{entry.name} --revision refs/pr/N; or convert the file (stagekit weights convert) and pass weights=FOLDER"
        )
    return f"{entry.repo} at {commit[:12]} has no *.safetensors; nothing was kept"
