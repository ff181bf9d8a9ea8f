"""Suite ``ablations``: one row a switch of ``Runtime``, its time beside how far the picture drifts from fp32; the plain
diffusers pipeline and "the same with fewer steps" in the same run."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..diffusion.schedule import Plan
from .architecture import architecture, build
from .arithmetic import picture_tflop, rate_tflops
from .painting import diffusers_pipeline, grey_levels, own
from .result import Row, attempt, missing, speedups
from .timing import measure

FEWER = 0.6
"""Share of the steps of the peer "fewer steps": what the schedule that stops guidance and ControlNet at 60 % must beat."""
OFF = {"guidance_until": FEWER, "control_until": FEWER}


@dataclass(frozen=True)
class Case:
    """A row to measure. ``switches``: those of ``Runtime``; ``plan``: what differs from the model's schedule."""

    name: str
    dtype: str
    switches: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    peer: bool = False

    def needs(self, device: str) -> str:
        """Why it cannot be measured on the device, or "" if it can."""
        if device != "cuda" and (
            self.switches.get("offload") or "graphs" in self.switches.values() or "fp8" in self.switches.values()
        ):
            return "needs a CUDA device"
        if self.switches.get("compile", "off") != "off" and not (shutil.which("g++") or shutil.which("c++")):
            return "torch.compile needs a C++ compiler"
        return ""


def cases(device: str, steps: int) -> list[Case]:
    """The table's rows, the baseline first. Half precision is the GPU's everyday; the CPU's is fp32."""
    peer, base = ("fp16", "bf16") if device == "cuda" else ("fp32", "fp32")
    fewer = {"steps": max(1, round(FEWER * steps))}
    best = {"channels_last": True, "compile": "graphs" if device == "cuda" else "regional"}
    return [
        Case(f"diffusers {peer}", peer, peer=True),
        Case(f"diffusers {peer}, {fewer['steps']} steps", peer, plan=fewer, peer=True),
        Case("own loop fp32", "fp32"),
        Case("bf16", "bf16"),
        Case("fp16", "fp16"),
        Case("channels_last", base, {"channels_last": True}),
        Case("compile=regional", base, {"compile": "regional"}),
        Case("compile=full", base, {"compile": "full"}),
        Case("compile=graphs", base, {"compile": "graphs"}),
        Case("quantize=int8", base, {"quantize": "int8"}),
        Case("quantize=int8, compile=regional", base, {"quantize": "int8", "compile": "regional"}),
        Case("quantize=fp8, compile=regional", base, {"quantize": "fp8", "compile": "regional"}),
        Case("vae_tiling", base, {"vae_tiling": True}),
        Case("offload", base, {"offload": True}),
        Case("offload, vae_tiling", base, {"offload": True, "vae_tiling": True}),
        Case("fast", base, best),
        Case("guidance and ControlNet off for the last 40 %", base, plan=OFF),
        Case("fast, guidance and ControlNet off for the last 40 %", base, best, OFF),
    ]


def ablations(
    model: str,
    device: str,
    *,
    runs: int,
    warm_up: int,
    only: tuple[str, ...] = (),
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """The suite's result without its environment. ``only``: names of rows; the reference is always measured."""
    made = architecture(model)
    plan, size = Plan(made["steps"], made["guidance"]), made["size"]
    rows: list[Row] = []
    every = cases(device, plan.steps)
    # First and once, for every row's drift; its own row times it
    with loaded(model, device, Case("", "fp32")) as parts:
        reference = own(parts, plan, size)().float().cpu()
    for case in every:
        if only and case.name not in only:
            rows.append(missing(case.name, "left out by --only", _quiet))
            continue
        what = {"dtype": case.dtype, **case.switches, **case.plan}
        if reason := case.needs(device):
            rows.append(missing(case.name, reason, tell, switches=what))
            continue

        def work(case: Case = case) -> Row:
            return row(case, model, device, plan, size, reference, runs, warm_up)

        rows.append(attempt(case.name, work, tell, switches=what))
    speedups(rows, every[0].name)
    return {
        "suite": "ablations",
        "model": model,
        "settings": {"size": size, "steps": plan.steps, "guidance": plan.guidance, "runs": runs, "warm_up": warm_up},
        "baseline": every[0].name,
        "rows": rows,
    }


def row(
    case: Case, model: str, device: str, plan: Plan, size: int, reference: Any, runs: int, warm_up: int, count: int = 1
) -> Row:
    """One case measured: times, memory, drift of the first picture, share of the arithmetic limit."""
    its = replace(plan, **case.plan)
    with loaded(model, device, case) as parts:
        work = (diffusers_pipeline if case.peer else own)(parts, its, size, count=count)
        timing, picture = measure(work, device=device, warm_up=warm_up, runs=runs)
        data: Row = {**timing.data(), "weight_bytes": parts.bytes, "pictures": count}
        data["drift"] = grey_levels(picture[:1], reference)
    tflop = picture_tflop(model, its, count)
    limit = tflop / rate_tflops(device, case.dtype)
    data |= {"tflop": float(f"{tflop:.4g}"), "limit_s": float(f"{limit:.4g}")}
    data["share_of_limit"] = float(f"{limit / data['median_s']:.3g}")
    data["pictures_per_s"] = float(f"{count / data['median_s']:.4g}")
    return data


class loaded:
    """The parts of a case, tuned; given back when the ``with`` ends, so that no row pays for another's memory."""

    def __init__(self, model: str, device: str, case: Case) -> None:
        self.model, self.device, self.case = model, device, case

    def __enter__(self) -> Any:
        from types import SimpleNamespace

        from ..diffusion.tune import Switches, tune

        plain = {"channels_last": False, "warm_up": False}
        switches = Switches.of(SimpleNamespace(device=self.device, **{**plain, **self.case.switches}))
        parts = build(self.model, device=self.device, dtype=self.case.dtype, offload=switches.offload)
        tune(parts, switches)
        return parts

    def __exit__(self, *exc: object) -> None:
        import torch

        gc.collect()
        if self.case.switches.get("compile"):
            torch._dynamo.reset()
        if self.device == "cuda":
            torch.cuda.empty_cache()


def _quiet(text: str) -> None:
    pass
