"""Suite ``quality``: what the quality benchmarks measured, gathered from their results, with the command that measures
each anew. They need photos and ground truth that are not part of the project."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .result import Row, missing

SCRIPTS = ("layout", "depth", "roomnet", "floor", "planks", "describe", "erase", "material", "staging", "speed")
FIGURES = 16


def quality(folder: Path, *, tell: Callable[[str], None]) -> dict[str, Any]:
    """One row a script of benchmarks/: its result's own figures, or that there is none."""
    rows: list[Row] = []
    for name in SCRIPTS:
        path = folder / f"{name}.json"
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, json.JSONDecodeError):
            rows.append(missing(name, f"no {path.name}; run: python benchmarks/{name}.py", tell))
            continue
        made = found.pop("environment", {})
        every = sorted(numbers(found).items(), key=lambda item: item[0].count("."))  # the broadest first
        figures: dict[str, Any] = dict(every[:FIGURES])
        figures |= {"date": made.get("date"), "commit": made.get("commit")}
        rows.append({"name": name, "status": "measured", "figures": figures, "source": path.name})
        tell(f"{name}: {len(figures) - 2} figures")
    return {"suite": "quality", "settings": {}, "rows": rows}


def numbers(data: Mapping[str, Any], before: str = "", depth: int = 4) -> dict[str, float | bool]:
    """The numbers of a result by their path (``"camera.pitch"``), those of single photos left out."""
    found: dict[str, float | bool] = {}
    for key, value in data.items():
        if isinstance(value, (int, float)):
            found[f"{before}{key}"] = round(value, 4) if isinstance(value, float) else value
        elif isinstance(value, Mapping) and depth > 1 and len(value) <= FIGURES:
            found |= numbers(value, f"{before}{key}.", depth - 1)
    return found
