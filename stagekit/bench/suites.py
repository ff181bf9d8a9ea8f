"""The suites by name, and which models each device measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .machine import environment
from .result import VERSION, write

SUITES = ("stages", "pipelines", "ablations", "batch", "cold", "quality")
MODELS = {"cuda": ("sdxl", "sd15-inpaint"), "cpu": ("tiny-sdxl", "tiny-sd15-inpaint")}


def measure_suites(
    names: Sequence[str],
    out: Path,
    *,
    device: str,
    models: Sequence[str] = (),
    runs: int = 5,
    warm_up: int = 2,
    size: int = 1024,
    threads: int | None = None,
    only: Sequence[str] = (),
    tell: Callable[[str], None],
) -> list[Path]:
    """Measure and write each suite: the embedded backends on the processor, the diffusion models on ``device``."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    written = []
    try:
        for name in names:
            for where, work in jobs(
                name, out, device=device, models=models or MODELS[device], runs=runs, warm_up=warm_up, size=size,
                threads=threads, only=tuple(only), tell=tell,
            ):  # fmt: skip
                tell(f"-- {name} on {where}")
                machine = environment(where)  # before the work: the load is that of the others
                keep = partial(_keep, out, machine)
                written.append(keep(work(keep=keep)))
    finally:
        torch.set_num_threads(before)
    return written


def _keep(out: Path, machine: dict[str, Any], result: dict[str, Any]) -> Path:
    return write(out, {"schema": VERSION, "environment": machine, **result})


def jobs(
    name: str, out: Path, *, device: str, models: Sequence[str], size: int, threads: int | None, only: tuple[str, ...],
    **common: Any,
) -> list[tuple[str, Callable[..., dict[str, Any]]]]:  # fmt: skip
    """(device, work) for each result of a suite; long work hands what it has so far to the function that it is given."""
    if name == "quality":
        from .quality import quality

        return [("cpu", lambda keep: quality(out.parent, tell=common["tell"]))]
    if name == "cold":
        from .cold import cold

        return [("cpu", lambda keep: cold(size=size, runs=common["runs"], tell=common["tell"]))]
    if name == "stages":
        from .staging import stages

        return [("cpu", lambda keep: stages(size=size, threads=threads, **common))]
    if name == "pipelines":
        from .photos import photos
        from .staging import pipelines

        return [
            ("cpu", lambda keep: pipelines(size=size, threads=threads, **common)),
            *((device, partial(photos, m, device, **common)) for m in models[:1]),
        ]
    if name == "batch":
        from .batch import batches

        return [(device, partial(batches, m, device, only=only, **common)) for m in models]
    from .ablation import ablations

    return [(device, partial(ablations, m, device, only=only, **common)) for m in models]
