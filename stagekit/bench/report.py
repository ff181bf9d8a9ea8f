"""Results as one Markdown page: targets, then a table for each suite; what was not measured says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from .result import Row, read

EXPECTED = (
    "stages-cpu", "pipelines-cpu", "cold-cpu", "quality-cpu", "ablations-tiny-sdxl-cpu", "ablations-tiny-sd15-inpaint-cpu",
    "batch-tiny-sdxl-cpu", "pipelines-tiny-sdxl-cpu", "ablations-sdxl-cuda", "ablations-sd15-inpaint-cuda",
    "batch-sdxl-cuda", "batch-sd15-inpaint-cuda", "pipelines-sdxl-cuda",
)  # fmt: skip
NOT = "not measured"
COLUMNS = {
    "median_s": "median", "spread": "spread", "cpu_s": "CPU time", "first_s": "first call", "peak_bytes": "peak memory",
    "reserved_bytes": "reserved", "speedup": "speed-up", "pictures_per_s": "pictures/s", "share_of_limit": "of the limit",
    "drift": "drift from fp32",
}  # fmt: skip


def load(folder: Path) -> dict[str, dict[str, Any]]:
    """Every result in the folder by its name. Raises InputError for one that breaks the schema."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.json"))} if folder.is_dir() else {}


def report(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `stagekit bench --report`; the numbers are in the JSON files beside it.",
        "",
    ]
    lines += ["## Targets on a GPU", "", *_table(("what", "at least", "measured"), target_rows(results)), ""]
    for name in dict.fromkeys((*EXPECTED, *results)):
        lines += [f"## {name}", "", *(_section(results[name]) if name in results else [f"{NOT.capitalize()}."]), ""]
    return "\n".join(lines)


def target_rows(results: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """(what, bound, measured) of ``targets.toml``."""
    made = []
    for target in tomllib.loads(files(__package__).joinpath("targets.toml").read_text("utf-8"))["target"]:
        rows = {r["name"]: r for r in results.get(target["result"], {}).get("rows", ())}
        value = rows.get(target["row"], {}).get(target["metric"])
        if value is not None and "over" in target:
            other = rows.get(target["over"], {}).get(target["metric"])
            value = None if other is None else value - other
        least, most = target.get("at_least"), target.get("at_most")
        bound = (
            f"at least {cell(target['metric'], least)}" if most is None else f"at most {cell(target['metric'], most)}"
        )
        said = NOT
        if value is not None:
            met = value >= least if most is None else value <= most
            said = f"{cell(target['metric'], value)}, {'met' if met else 'missed'}"
        made.append((target["what"], bound, said))
    return made


def _section(result: Mapping[str, Any]) -> list[str]:
    machine, rows = result["environment"], result["rows"]
    where = machine["card"]["name"] if "card" in machine else f"{machine['processor']}, {machine['cores']} cores"
    lines = [f"{where}; {machine['date']}, commit {machine.get('commit') or 'unknown'}."]
    if (machine.get("load") or 0) > 1:
        lines += [f"Provisional: the machine was shared (load {machine['load']} a core); compare CPU times."]
    lines += (
        [f"{', '.join(f'{k} {v}' for k, v in result['settings'].items())}.".capitalize()] if result["settings"] else []
    )
    if "baseline" in result:
        lines += [f"Speed-up: over {result['baseline']} in the same run. Drift: grey levels of 255, mean / largest."]
    if any(r.get("figures") for r in rows) and not any("median_s" in r for r in rows):
        return [*lines, "", *_table(("benchmark", "figures"), [(r["name"], _figures(r)) for r in rows])]
    shown = [key for key in COLUMNS if any(key in r for r in rows)]
    body = [(r["name"], *_cells(r, shown)) for r in rows]
    return [*lines, "", *_table(("", *(COLUMNS[k] for k in shown)), body)]


def _cells(row: Row, shown: Sequence[str]) -> list[str]:
    if row["status"] == NOT:
        return [f"{NOT}: {row['reason']}", *[""] * (len(shown) - 1)]
    return [cell(key, row[key]) if key in row else "" for key in shown]


def _figures(row: Row) -> str:
    if row["status"] == NOT:
        return f"{NOT}: {row['reason']}"
    return ", ".join(f"{k} {v}" for k, v in row["figures"].items() if v is not None)


def cell(key: str, value: Any) -> str:
    """A field as people read it."""
    if key == "drift":
        return "not finite" if value is None else f"{value['mean']:.2f} / {value['max']:.0f}"
    if key.endswith("_s") and key != "pictures_per_s":
        return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"
    if key.endswith("_bytes"):
        return f"{value / 1e9:.2f} GB"
    if key in ("spread", "share_of_limit"):
        return f"{100 * value:.0f} %"
    return f"{value:.2f}" + ("x" if key == "speedup" else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"

    return [line(head), "|" + "---|" * len(head), *map(line, rows)]
