"""Pickled weights to safetensors, once and on purpose: for models whose authors publish nothing else.

The file must be the one whose checksum you name, and it is read as tensors alone: one that asks for any class beside
tensors and plain containers is refused, never executed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..errors import WeightsError
from .integrity import same

INSIDE = ("state_dict", "model", "module")
"""Names under which training runs keep the tensors."""


def convert(source: str | os.PathLike[str], target: str | os.PathLike[str], *, sha256: str) -> int:
    """Write the tensors of the pickled file ``source`` to ``target`` (a folder: to its model.safetensors); their number.

    ``sha256``: of the source, from where it is published. Raises WeightsError; nothing half written is left behind.
    """
    from safetensors.torch import save_file

    path, out = Path(source), Path(target)
    out = out / "model.safetensors" if out.is_dir() else out
    if out.suffix != ".safetensors":
        raise WeightsError(
            f"{out}: the result is a safetensors file; give a name that ends so, or a folder that exists"
        )
    if not path.is_file():
        raise WeightsError(f"{path}: no such file")
    same(path, path.name, sha256.strip().lower())
    tensors = _tensors(path)
    part = out.with_name(f".{out.name}.part")
    try:
        save_file(tensors, part, {"format": "pt", "source": path.name})
        part.replace(out)
    except OSError as error:
        raise WeightsError(f"{out} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return len(tensors)


def _tensors(path: Path) -> dict[str, Any]:
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises several kinds
        raise WeightsError(
            f"{path}: refused, because reading it would run code that it names: {str(error).splitlines()[0]}"
        ) from error
    for key in INSIDE:
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
            break
    tensors = {k: v for k, v in found.items() if isinstance(v, torch.Tensor)} if isinstance(found, dict) else {}
    if not tensors:
        raise WeightsError(f"{path} holds no dictionary of tensors, but {type(found).__name__}")
    # safetensors writes no two names for one memory
    return {k: v.detach().clone().contiguous() for k, v in tensors.items()}
