"""Suite ``cold``: whole processes, from nothing to the result; and a model's way from its files to its first picture."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import BackendError
from .result import Row, attempt
from .staging import photo
from .timing import Timing

PROCESSES = {
    "python alone": ["-c", "pass"],
    "import stagekit": ["-c", "import stagekit"],
    "import stagekit, all its names": ["-c", "import stagekit; [getattr(stagekit, n) for n in stagekit.__all__]"],
    "stagekit layout": ["-m", "stagekit.cli", "layout", "{photo}", "-o", "{out}/layout.png"],
    "stagekit stage": ["-m", "stagekit.cli", "stage", "{photo}", "-o", "{out}/staged.png", "--room", "living_room"],
}


def cold(*, size: int, runs: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Each process ``runs`` times after one that fills the file cache: what is measured is the start, not the disk."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "photo.jpg"
        photo(size).save(picture)
        for name, command in PROCESSES.items():
            filled = [part.format(photo=picture, out=folder) for part in command]
            rows.append(attempt(name, lambda filled=filled: processes(filled, runs), tell))  # type: ignore[misc]
    return {"suite": "cold", "settings": {"size": size, "runs": runs}, "rows": rows}


def processes(arguments: list[str], runs: int) -> Row:
    """Wall and processor seconds and the largest resident memory of python processes with these arguments."""
    first, *rest = (process(arguments) for _ in range(runs + 1))
    wall, busy, peaks = zip(*rest, strict=True)
    return Timing(wall, busy, first[0], max(peaks), "resident memory").data()


def process(arguments: list[str]) -> tuple[float, float, int]:
    """(wall seconds, processor seconds, peak resident bytes). Raises BackendError with what it printed if it failed."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen([sys.executable, *arguments], stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise BackendError(f"exit status {child.returncode}: {said.read().strip()[-300:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit
