"""One measurement: warm-up, synchronised runs, median and spread, peak memory."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SLACK = 16 << 20  # bytes: a peak no further above what is resident now was reset just before


@dataclass(frozen=True)
class Timing:
    """``seconds``: wall time of each run, ``cpu_seconds``: processor time of the whole process in each; ``first_s``: the
    first call, which the warm-up swallows. ``peak_bytes``: on CUDA what was allocated at most, else resident memory.
    ``reserved_bytes``: what CUDA's allocator held at most, the memory of recorded graphs among it; None elsewhere."""

    seconds: tuple[float, ...]
    cpu_seconds: tuple[float, ...]
    first_s: float
    peak_bytes: int
    peak_of: str
    reserved_bytes: int | None = None

    def data(self) -> dict[str, Any]:
        """As a row's fields. ``spread`` is the range of the middle half (of all, below four runs) over the median: 0.05
        says that the median is good to a few per cent."""
        median = statistics.median(self.seconds)
        if len(self.seconds) >= 4:
            low, _, high = statistics.quantiles(self.seconds, n=4)
        else:
            low, high = min(self.seconds), max(self.seconds)
        return {
            "runs": len(self.seconds),
            "median_s": _digits(median),
            "min_s": _digits(min(self.seconds)),
            "max_s": _digits(max(self.seconds)),
            "spread": round((high - low) / median, 3),
            "cpu_s": _digits(statistics.median(self.cpu_seconds)),
            "first_s": _digits(self.first_s),
            "peak_bytes": self.peak_bytes,
            "peak_of": self.peak_of,
            **({} if self.reserved_bytes is None else {"reserved_bytes": self.reserved_bytes}),
        }


def measure(work: Callable[[], Any], *, device: str = "cpu", warm_up: int = 1, runs: int = 5) -> tuple[Timing, Any]:
    """Call ``work`` ``warm_up`` (at least one) and ``runs`` times; the timing, and what the last call returned.

    On CUDA the queue is drained before each clock is read: without that one measures how fast work is queued.
    """
    first = 0.0
    for i in range(max(warm_up, 1)):
        started = time.perf_counter()
        work()
        synchronise(device)
        first = first if i else time.perf_counter() - started
    reset = reset_peak(device)
    seconds, cpu, result = [], [], None
    for _ in range(runs):
        result = None  # the last picture is not part of the next one's memory
        synchronise(device)
        started, busy = time.perf_counter(), time.process_time()
        result = work()
        synchronise(device)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - busy)
    peak, kind = read_peak(device, reset=reset)
    return Timing(tuple(seconds), tuple(cpu), first, peak, kind, read_reserved(device)), result


def synchronise(device: str) -> None:
    """Wait until the device has done all that it was given."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()


def reset_peak(device: str) -> bool:
    """Forget the peak so far; whether that was possible: a container may refuse it, or take it and do nothing."""
    if device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()
        return True
    try:
        Path("/proc/self/clear_refs").write_text("5")  # Linux: resets VmHWM of this process
    except OSError:
        return False
    memory = _memory()
    return "VmHWM" in memory and memory["VmHWM"] - memory.get("VmRSS", 0) < SLACK


def read_peak(device: str, *, reset: bool) -> tuple[int, str]:
    """(bytes, of what) since a ``reset_peak`` that said ``reset``; without one, since the process began."""
    if device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated()), "CUDA memory allocated"
    kind = "resident memory" if reset else "resident memory since start"
    peak = _memory().get("VmHWM")
    if peak is None:
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return peak, kind


def read_reserved(device: str) -> int | None:
    """Bytes that CUDA's allocator held at most since ``reset_peak``: what the next model cannot have."""
    if device != "cuda":
        return None
    import torch

    return int(torch.cuda.max_memory_reserved())


def _memory() -> dict[str, int]:
    """This process's resident memory now (VmRSS) and at most (VmHWM) in bytes, as Linux tells; else nothing."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS:", "VmHWM:"))}


def _digits(value: float) -> float:
    """Four significant digits: more are noise."""
    return float(f"{value:.4g}")
