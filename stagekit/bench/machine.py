"""What a measurement was made on: processor, card, versions, commit, and how busy the machine was."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .. import __version__
from ..runtime.device import cores

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "torchao", "numpy", "mitsuba", "pyoidn", "onnxruntime")


def environment(device: str) -> dict[str, Any]:
    """The record that every result carries. ``load``: processes that wanted the processor in the last minute, per core;
    above 1 others were at work and wall times say little."""
    found: dict[str, Any] = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "stagekit": __version__,
        "commit": commit(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "processor": processor(),
        "cores": cores(),
        "load": round(os.getloadavg()[0] / cores(), 2) if hasattr(os, "getloadavg") else None,
        "packages": {name: got for name in PACKAGES if (got := installed(name)) is not None},
        "device": device,
    }
    if device == "cuda":
        import torch

        card = torch.cuda.get_device_properties(0)
        found["card"] = {
            "name": card.name,
            "bytes": card.total_memory,
            "capability": f"{card.major}.{card.minor}",
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
        }
    return found


def installed(package: str) -> str | None:
    """The package's version, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def commit() -> str | None:
    """The checkout's commit, with ``+`` where files differ from it; None outside a checkout."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", *arguments], cwd=here, capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    head = git("rev-parse", "--short", "HEAD")
    if head is None:
        return None
    return head + ("+" if git("status", "--porcelain", "--untracked-files=no", "--", str(here.parent)) else "")
