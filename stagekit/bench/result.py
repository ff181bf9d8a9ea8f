"""Results as files: one JSON a suite, model and device, all of one schema (``schema.json``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from .. import registry
from ..errors import InputError, StagekitError

VERSION = 1
Row = dict[str, Any]


def schema() -> dict[str, Any]:
    """The JSON schema of a result."""
    return json.loads(files(__package__).joinpath("schema.json").read_text("utf-8"))


def check(result: Any, name: str) -> dict[str, Any]:
    """``result`` if it keeps the schema. Raises InputError with the place and what is wrong there."""
    try:
        import jsonschema
    except ImportError as error:
        raise registry.need("jsonschema", "stagekit bench") from error
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema()).iter_errors(result))
    if wrong is not None:
        place = "/".join(map(str, wrong.absolute_path)) or "the top"
        raise InputError(f"{name} is no benchmark result of version {VERSION}: at {place}: {wrong.message}")
    return result


def write(folder: Path, result: dict[str, Any]) -> Path:
    """FOLDER/SUITE[-MODEL]-DEVICE.json, checked before it is written."""
    path = folder / f"{file_stem(result['suite'], result.get('model'), result['environment']['device'])}.json"
    check(result, path.name)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return path


def read(path: Path) -> dict[str, Any]:
    """A result, checked. Raises InputError."""
    try:
        return check(json.loads(path.read_text("utf-8")), path.name)
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{path} cannot be read as a benchmark result: {error}; measure it again") from error


def file_stem(suite: str, model: str | None, device: str) -> str:
    return "-".join(part for part in (suite, model, device) if part)


def attempt(name: str, work: Callable[[], Row], tell: Callable[[str], None], **fixed: Any) -> Row:
    """The row that ``work`` measures, or one that says why there is none: a harness that dies at its third row has
    measured two."""
    try:
        row = {"name": name, "status": "measured", **fixed, **work()}
        tell(f"{name}: {row['median_s']:.4g} s" if "median_s" in row else name)
        return row
    except (StagekitError, RuntimeError, ImportError) as error:  # torch's out-of-memory error is a RuntimeError
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return missing(name, reason, tell, **fixed)


def missing(name: str, reason: str, tell: Callable[[str], None], **fixed: Any) -> Row:
    """A row that was not measured, and why."""
    tell(f"{name}: not measured: {reason}")
    return {"name": name, "status": "not measured", "reason": reason, **fixed}


def speedups(rows: Sequence[Row], baseline: str) -> None:
    """Add ``speedup`` over the row called ``baseline``, where both were measured in this run."""
    base = next((r["median_s"] for r in rows if r["name"] == baseline and "median_s" in r), None)
    for row in rows:
        if base is not None and "median_s" in row:
            row["speedup"] = round(base * row.get("pictures", 1) / row["median_s"], 3)
