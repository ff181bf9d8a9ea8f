"""What this machine offers, found without importing torch unless it is there and asked for."""

from __future__ import annotations

import os
from importlib.util import find_spec

from ..errors import BackendError, OptionError

DEVICES = ("auto", "cpu", "cuda")
DTYPES = ("auto", "fp32", "bf16", "fp16")


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pick_device(wanted: str) -> str:
    """``cpu`` or ``cuda``. Raises BackendError when cuda is asked for and torch does not see it."""
    if wanted not in DEVICES:
        raise OptionError(f"device must be one of {', '.join(DEVICES)}, got {wanted!r}")
    if wanted == "cpu":
        return "cpu"
    seen = False
    if find_spec("torch") is not None:
        if wanted == "auto" and not os.path.exists("/dev/nvidiactl"):  # importing torch takes seconds: look first
            return "cpu"
        import torch

        seen = torch.cuda.is_available()
    if wanted == "cuda" and not seen:
        raise BackendError(
            "device 'cuda' was asked for, but torch sees no CUDA device (is a CUDA build of torch installed?); "
            "use device='cpu' or 'auto'"
        )
    return "cuda" if seen else "cpu"


def pick_dtype(wanted: str, device: str) -> str:
    """``fp32`` on the CPU, ``bf16`` on CUDA, unless one is asked for."""
    if wanted not in DTYPES:
        raise OptionError(f"dtype must be one of {', '.join(DTYPES)}, got {wanted!r}")
    if wanted != "auto":
        return wanted
    return "bf16" if device == "cuda" else "fp32"
