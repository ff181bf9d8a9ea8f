"""How much memory weights will take, told before they are loaded, instead of dying half-way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import BackendError

BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
_FLOATS = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")


def weight_counts(folder: Path) -> dict[str, int]:
    """Number of values of each model under ``folder`` (its subfolders; "" is the folder itself), from the headers of its
    safetensors; nothing else is read. Where fp32 and fp16 lie side by side one is counted."""
    counts: dict[str, int] = {}
    for path in sorted(folder.rglob("*.safetensors")) if folder.is_dir() else [folder]:
        if ".fp16." in path.name and (path.parent / path.name.replace(".fp16", "")).exists():
            continue
        part = "" if not folder.is_dir() else path.parent.relative_to(folder).as_posix().removeprefix(".")
        counts[part] = counts.get(part, 0) + _values(path)
    return counts


def _values(path: Path) -> int:
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    total = 0
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] in _FLOATS:
            size = 1
            for n in entry["shape"]:
                size *= n
            total += size
    return total


def free_memory(device: str) -> int:
    """Bytes that can still be taken on the device; 0 where nobody knows."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def check_memory(
    name: str, folders: Iterable[Path], runtime: Any, *, dtype: str, offload: bool | str = False, extra: float = 0
) -> int:
    """Bytes that the models under ``folders`` and ``extra`` bytes of work will take; with ``offload`` only the largest
    model of the first folder, and what the others hold (ControlNets), are on the device together; not the latter with
    ``"blocks"``. Raises BackendError with the numbers and the remedy if it is more than the runtime's budget or what the
    device has free."""
    counts = [list(weight_counts(folder).values()) for folder in folders]
    together = sum(map(sum, counts))
    apart = max(counts[0], default=0) + sum(map(sum, counts[1:])) if counts else 0
    blocks = max((n for group in counts for n in group), default=0)
    values = blocks if offload == "blocks" else apart if offload else together
    needed = int(values * BYTES[dtype] + extra * BYTES[dtype] / 2)
    device = getattr(runtime, "device", "cpu")
    budget, free = getattr(runtime, "memory", None), free_memory(device)
    for limit, what in ((budget, "the runtime's memory budget is"), (free, f"free on {device} are")):
        if limit and needed > limit:
            remedies = [] if dtype != "fp32" else ["Runtime(dtype='bf16') halves it"]
            for less, size in ((True, apart), ("blocks", blocks)):
                if device == "cuda" and size < (values if less is True else min(values, apart)):
                    remedies.append(f"Runtime(offload={less!r}) needs {_gb(size * BYTES[dtype] + extra)}")
            remedies.append("a smaller size= needs less beside the weights")
            raise BackendError(
                f"{name} needs about {_gb(needed)} ({_gb(values * BYTES[dtype])} of weights as {dtype}), and {what} "
                f"{_gb(limit)}; {', or '.join(remedies)}"
            )
    return needed


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
