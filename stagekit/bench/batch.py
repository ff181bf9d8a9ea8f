"""Suite ``batch``: pictures a second when several seeds are painted in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..diffusion.schedule import Plan
from .ablation import Case, loaded, row
from .architecture import architecture
from .painting import own
from .result import Row, attempt, speedups

COUNTS = {"cuda": (1, 2, 4, 8), "cpu": (1, 2, 4)}


def batches(model: str, device: str, *, runs: int, warm_up: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """The suite's result without its environment; the baseline is one picture by plain diffusers."""
    made = architecture(model)
    plan, size = Plan(made["steps"], made["guidance"]), made["size"]
    peer, base = ("fp16", "bf16") if device == "cuda" else ("fp32", "fp32")
    switches = {"channels_last": True, "compile": "graphs"} if device == "cuda" else {}
    with loaded(model, device, Case("", "fp32")) as parts:
        reference = own(parts, plan, size)().float().cpu()
    rows: list[Row] = []
    for who, case in (("diffusers", Case("", peer, peer=True)), ("own loop", Case("", base, switches))):
        for count in COUNTS[device]:

            def work(case: Case = case, count: int = count) -> Row:
                return row(case, model, device, plan, size, reference, runs, warm_up, count)

            what = {"dtype": case.dtype, **case.switches}
            rows.append(attempt(f"{who} {case.dtype}, batch of {count}", work, tell, switches=what))
    baseline = f"diffusers {peer}, batch of 1"
    speedups(rows, baseline)
    return {
        "suite": "batch",
        "model": model,
        "settings": {"size": size, "steps": plan.steps, "guidance": plan.guidance, "runs": runs, "warm_up": warm_up},
        "baseline": baseline,
        "rows": rows,
    }
