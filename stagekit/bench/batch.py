"""Suite ``batch``: pictures a second when several seeds are painted in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .ablation import BEST, Case, begun, row
from .result import Row, attempt, missing, speedups

COUNTS = {"cuda": (1, 4), "cpu": (1, 2, 4)}


def batches(
    model: str,
    device: str,
    *,
    runs: int,
    warm_up: int,
    only: tuple[str, ...] = (),
    tell: Callable[[str], None],
    keep: Callable[[dict[str, Any]], object],
) -> dict[str, Any]:
    """The suite's result without its environment, given to ``keep`` after each row; the baseline is one picture by plain
    diffusers. ``only``: names of rows."""
    plan, size, result = begun("batch", model, runs, warm_up)
    peer, base = ("fp16", "bf16") if device == "cuda" else ("fp32", "fp32")
    switches = BEST[device] if device == "cuda" else {}
    baseline = f"diffusers {peer}, batch of 1"
    rows, result["baseline"] = result["rows"], baseline
    for who, case in (("own loop", Case("", base, switches)), ("diffusers", Case("", peer, peer=True))):
        for count in COUNTS[device]:

            def work(case: Case = case, count: int = count) -> Row:
                return row(case, model, device, plan, size, runs, warm_up, count)

            name, what = f"{who} {case.dtype}, batch of {count}", {"dtype": case.dtype, **case.switches}
            if only and name not in only:
                rows.append(missing(name, "left out by --only", tell))
                continue
            rows.append(attempt(name, work, tell, switches=what))
            speedups(rows, baseline)
            keep(result)
    return result
