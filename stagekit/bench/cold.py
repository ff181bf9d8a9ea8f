"""Suite ``cold``: whole processes, from nothing to the result; and a model's way from its files to its first picture."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
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

LAUNCHER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, usage = os.wait4(child.pid, 0)
seconds, busy = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
print(json.dumps([seconds, busy, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""
"""A small process between: Linux counts to a child's peak what its parent held when it was forked."""


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
    whole = [sys.executable, "-c", LAUNCHER, sys.executable, *arguments]
    done = subprocess.run(whole, capture_output=True, text=True)
    seconds, busy, peak, code = json.loads(done.stdout)
    if code:
        raise BackendError(f"exit status {code}: {done.stderr.strip()[-300:]}")
    return seconds, busy, peak * (1 if sys.platform == "darwin" else 1024)
