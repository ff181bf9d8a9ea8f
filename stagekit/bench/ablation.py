"""Suite ``ablations``: one row a switch of ``Runtime``, its time beside how far the picture drifts from fp32; the plain
diffusers pipeline and "the same with fewer steps" in the same run."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from ..diffusion.schedule import Plan
from .architecture import architecture, build
from .arithmetic import picture_tflop, rate_tflops
from .painting import diffusers_pipeline, grey_levels, own
from .result import Row, attempt, missing, speedups
from .timing import measure

FEWER = 0.6
"""Share of the steps of the peer "fewer steps": what the schedule that stops guidance and ControlNet at 60 % must beat."""
BEST: Mapping[str, Mapping[str, Any]] = {
    "cuda": {"channels_last": True, "compile": "graphs", "cudnn_benchmark": True},
    "cpu": {"channels_last": True, "compile": "regional"},
}
"""Device -> the switches of the rows called "fast": all that leave schedule and numbers as they are and pay."""
GPU_ONLY = {"offload", "blocks", "cudnn_benchmark", "graphs", "recorded", "fp8"}
"""Switches, and values of switches, that the processor knows nothing of."""
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
        if device != "cuda" and GPU_ONLY & {*self.switches, *self.switches.values()}:
            return "needs a CUDA device"
        if self.switches.get("compile", "off") != "off" and not (shutil.which("g++") or shutil.which("c++")):
            return "torch.compile needs a C++ compiler"
        return ""


def cases(device: str, steps: int) -> list[Case]:
    """The table's rows, the baseline first, then what the targets ask for: a lent GPU may be gone before the end. Half
    precision is the GPU's everyday; the CPU's is fp32."""
    peer, base = ("fp16", "bf16") if device == "cuda" else ("fp32", "fp32")
    fewer = {"steps": max(1, round(FEWER * steps))}
    best = BEST[device]
    return [
        Case(f"diffusers {peer}", peer, peer=True),
        Case(f"diffusers {peer}, {fewer['steps']} steps", peer, plan=fewer, peer=True),
        Case("bf16", "bf16"),
        Case("fast", base, best),
        Case("fast, guidance and ControlNet off for the last 40 %", base, best, OFF),
        Case("guidance and ControlNet off for the last 40 %", base, plan=OFF),
        Case("channels_last", base, {"channels_last": True}),
        Case("cudnn_benchmark", base, {"channels_last": True, "cudnn_benchmark": True}),
        Case("compile=regional", base, {"compile": "regional"}),
        Case("compile=full", base, {"compile": "full"}),
        Case("compile=graphs", base, {"compile": "graphs"}),
        Case("compile=recorded", base, {"compile": "recorded"}),
        Case("quantize=int8", base, {"quantize": "int8"}),
        Case("quantize=int8, compile=regional", base, {"quantize": "int8", "compile": "regional"}),
        Case("quantize=fp8, compile=regional", base, {"quantize": "fp8", "compile": "regional"}),
        Case("vae_tiling", base, {"vae_tiling": True}),
        Case("offload", base, {"offload": True}),
        Case("offload, vae_tiling", base, {"offload": True, "vae_tiling": True}),
        Case("offload=blocks, vae_tiling", base, {"offload": "blocks", "vae_tiling": True}),
        *(
            [Case(f"fast, compile={how}", base, {**best, "compile": how}) for how in ("regional", "recorded")]
            if device == "cuda"
            else []
        ),
        Case("fast, quantize=fp8", base, {**best, "quantize": "fp8"}),
        Case("fast, quantize=fp8, guidance and ControlNet off", base, {**best, "quantize": "fp8"}, OFF),
        Case("fp16", "fp16"),
        Case("own loop fp32", "fp32"),
    ]


def ablations(
    model: str,
    device: str,
    *,
    runs: int,
    warm_up: int,
    only: tuple[str, ...] = (),
    tell: Callable[[str], None],
    keep: Callable[[dict[str, Any]], object],
) -> dict[str, Any]:
    """The suite's result without its environment, given to ``keep`` after each row. ``only``: names of rows."""
    plan, size, result = begun("ablations", model, runs, warm_up)
    rows, every = result["rows"], cases(device, plan.steps)
    result["baseline"] = every[0].name
    for case in every:
        if only and case.name not in only:
            rows.append(missing(case.name, "left out by --only", _quiet))
            continue
        what = {"dtype": case.dtype, **case.switches, **case.plan}
        if reason := case.needs(device):
            rows.append(missing(case.name, reason, tell, switches=what))
            continue

        def work(case: Case = case) -> Row:
            return row(case, model, device, plan, size, runs, warm_up)

        rows.append(attempt(case.name, work, tell, switches=what))
        speedups(rows, every[0].name)
        keep(result)
    return result


def begun(suite: str, model: str, runs: int, warm_up: int) -> tuple[Plan, int, dict[str, Any]]:
    """The model's schedule and size, and the suite's result as yet without rows."""
    made = architecture(model)
    plan, size = Plan(made["steps"], made["guidance"]), int(made["size"])
    settings = {"size": size, "steps": plan.steps, "guidance": plan.guidance, "runs": runs, "warm_up": warm_up}
    return plan, size, {"suite": suite, "model": model, "settings": settings, "rows": []}


@cache
def reference(model: str, device: str, plan: Plan, size: int) -> Any:
    """The picture in fp32, multiplied as fp32 too (not as TF32): what drift is measured from."""
    import torch

    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        with loaded(model, device, Case("", "fp32")) as parts:
            return own(parts, plan, size)().float().cpu()
    finally:
        torch.backends.cudnn.allow_tf32 = before


def row(case: Case, model: str, device: str, plan: Plan, size: int, runs: int, warm_up: int, count: int = 1) -> Row:
    """One case measured: times, memory, drift of the first picture, share of the arithmetic limit."""
    its, exact = replace(plan, **case.plan), reference(model, device, plan, size)
    with loaded(model, device, case) as parts:
        work = (diffusers_pipeline if case.peer else own)(parts, its, size, count=count)
        timing, picture = measure(work, device=device, warm_up=warm_up, runs=runs)
        data: Row = {**timing.data(), "weight_bytes": parts.bytes, "pictures": count}
        data["drift"] = grey_levels(picture[:1], exact)
    tflop = picture_tflop(model, its, count)
    limit = tflop / rate_tflops(device, case.dtype)
    data |= {"tflop": float(f"{tflop:.4g}"), "limit_s": float(f"{limit:.4g}")}
    data["share_of_limit"] = float(f"{limit / data['median_s']:.3g}")
    data["pictures_per_s"] = float(f"{count / data['median_s']:.4g}")
    return data


class loaded:
    """The parts of a case, tuned, in memory that no row before still holds."""

    def __init__(self, model: str, device: str, case: Case) -> None:
        self.model, self.device, self.case = model, device, case

    def __enter__(self) -> Any:
        from types import SimpleNamespace

        from ..diffusion.tune import Switches, tune

        self._sweep()
        plain = {"channels_last": False, "warm_up": False}
        switches = Switches.of(SimpleNamespace(device=self.device, **{**plain, **self.case.switches}))
        parts = build(self.model, device=self.device, dtype=self.case.dtype, offload=switches.offload)
        tune(parts, switches)
        return parts

    def __exit__(self, *exc: object) -> None:
        import torch

        if self.case.switches.get("compile"):
            torch._dynamo.reset()

    def _sweep(self) -> None:
        """Free what the row before held: its frame, and with it the last name of its parts, is gone only now."""
        import torch

        gc.collect()
        if self.device == "cuda":
            torch.cuda.empty_cache()


def _quiet(text: str) -> None:
    pass
