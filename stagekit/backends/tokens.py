"""Tokenizers of checkpoints, read offline."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from .. import registry
from ..errors import WeightsError

FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "spiece.model", "tokenizer.model")


def tokenizer(folder: Path, name: str) -> Any:
    """The checkpoint's own tokenizer. Raises WeightsError when its files are not there: for some kinds transformers would
    make up an empty one."""
    if not any((folder / file).is_file() for file in FILES):
        raise WeightsError(f"{folder} has no tokenizer of {name}; restore it: stagekit weights pull {name}")
    try:
        transformers = import_module("transformers")
        return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except ImportError as error:
        raise registry.need(error.name or "transformers", name) from error
    except Exception as error:  # transformers raises many kinds for files that are absent or broken
        raise WeightsError(
            f"{folder} has no tokenizer of {name} ({error}); restore it: stagekit weights pull {name}"
        ) from error
