"""The published big-lama checkpoint to safetensors::

    python -m stagekit.models.lama_convert best.ckpt big-lama.safetensors

The published file is a Lightning run's, which may name any Python class. It is read with ``weights_only=True`` and no class
allowed beside tensors and plain containers: a file that asks for anything else is refused, never executed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ..errors import StagekitError, WeightsError

PREFIX = "generator."


def convert(checkpoint: str | os.PathLike[str], out: str | os.PathLike[str]) -> int:
    """Write the generator's weights of ``checkpoint`` to ``out``; returns how many tensors. Raises WeightsError."""
    from safetensors.torch import save_file

    source, target = Path(checkpoint), Path(out)
    if target.suffix != ".safetensors":
        raise WeightsError(f"{target}: the result is a safetensors file; give a name that ends so")
    weights = generator(read(source))
    save_file(weights, target, {"source": source.name, "architecture": "lama"})
    return len(weights)


def read(path: Path) -> dict[str, Any]:
    """The checkpoint's state: ``.safetensors``, or ``.ckpt`` / ``.pth`` read as tensors alone. Raises WeightsError."""
    import torch

    if not path.is_file():
        raise WeightsError(f"{path}: no such file; download big-lama and give its models/best.ckpt")
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises several kinds
        raise WeightsError(
            f"{path}: refused, because reading it would run code that the file names: {str(error).splitlines()[0]} "
            "Open it once where you trust its source (in a sandbox, with weights_only=False), save its "
            "['state_dict'] alone with torch.save, and convert that file"
        ) from error
    state = found.get("state_dict", found) if isinstance(found, dict) else None
    if not isinstance(state, dict):
        raise WeightsError(
            f"{path}: expected a dictionary of tensors or one under 'state_dict', got {type(found).__name__}"
        )
    return state


def generator(state: dict[str, Any]) -> dict[str, Any]:
    """The generator's tensors without their prefix, checked against the network. Raises WeightsError."""
    import torch

    from .lama import LamaGenerator, shape_of

    tensors = {k: v for k, v in state.items() if isinstance(v, torch.Tensor)}
    named = {k.removeprefix(PREFIX): v for k, v in tensors.items() if k.startswith(PREFIX)} or tensors
    with torch.device("meta"):
        expected = LamaGenerator(**shape_of(named)).state_dict()
    needed = {k for k in expected if not k.endswith("num_batches_tracked")}
    wrong = sorted(k for k in needed if k not in named or named[k].shape != expected[k].shape)
    if wrong:
        raise WeightsError(
            f"{len(wrong)} tensors of LaMa's generator are missing or of another shape, such as {wrong[0]}"
        )
    return {k: named[k].float().contiguous() for k in sorted(needed)}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: python -m stagekit.models.lama_convert CHECKPOINT OUT.safetensors", file=sys.stderr)
        return 2
    try:
        print(f"{convert(*arguments)} tensors written to {arguments[1]}")
    except StagekitError as error:
        print(f"stagekit: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
