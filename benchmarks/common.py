"""What the benchmarks share: where the photos lie, what machine this is, how results and sheets are written.

Sheets show photos that may not be redistributed: they go to benchmarks/sheets/, which is not committed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
SHEETS = ROOT / "benchmarks" / "sheets"


def shared() -> Path:
    """The folder of photos and ground truth: STAGEKIT_SHARED, or ../shared. Exits with the reason when it is absent."""
    path = Path(os.environ.get("STAGEKIT_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        raise SystemExit(f"{path} is not there; set STAGEKIT_SHARED to the folder with photos/ and groundtruth/")
    return path


def environment() -> dict[str, Any]:
    """Processor, cores, versions, commit."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("numpy", "mitsuba", "pyoidn", "onnxruntime")},
        "commit": commit.stdout.strip(),
    }


def write(name: str, result: dict[str, Any]) -> Path:
    """benchmarks/results/NAME.json with the environment."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"environment": environment(), **result}, indent=1) + "\n")
    return path


def sheet(name: str, pictures: Sequence[tuple[str, np.ndarray]], *, columns: int = 4, width: int = 480) -> Path:
    """benchmarks/sheets/NAME.jpg: labelled thumbnails in rows."""
    from PIL import Image, ImageDraw

    tiles = []
    for label, array in pictures:
        picture = Image.fromarray(array)
        picture.thumbnail((width, width))
        tiles.append((label, picture))
    height = max(t.height for _, t in tiles)
    rows = -(-len(tiles) // columns)
    page = Image.new("RGB", (columns * (width + 6), rows * (height + 6)), "white")
    for i, (label, picture) in enumerate(tiles):
        at = ((i % columns) * (width + 6), (i // columns) * (height + 6))
        page.paste(picture, at)
        ImageDraw.Draw(page).text((at[0] + 6, at[1] + 4), label, fill="red")
    SHEETS.mkdir(parents=True, exist_ok=True)
    path = SHEETS / f"{name}.jpg"
    page.save(path, quality=90)
    return path
