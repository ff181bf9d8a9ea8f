"""A transformers checkpoint in its official layout, loaded offline from safetensors onto the runtime's device."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from .. import registry
from ..assets.spec import spec
from ..assets.store import model_folder
from ..errors import BackendError, WeightsError
from ..types import Array
from .prepare import Preparation, preparation

TORCH_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


class Checkpoint:
    """Base of backends that run one transformers model.

    ``weights``: a folder with config.json and model.safetensors; left out, the catalogue's entry ``name`` is looked for
    (and downloaded, if the runtime is not offline). The device and number type are the runtime's; a type that the entry
    does not list becomes fp32.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    """transformers' class."""
    spare: ClassVar[tuple[str, ...]] = ()
    """Patterns of tensors that inference never reads, and that published weights may lack."""

    config: ClassVar[Mapping[str, Any]] = {}
    """Entries of config.json that are set otherwise here."""

    def __init__(self, *, weights: str | os.PathLike[str] | None = None) -> None:
        self.weights = weights
        self.device, self.dtype = "cpu", "fp32"
        self.bytes = 0
        self._model: Any = None
        self._folder = Path()
        self._prepare: Preparation | None = None

    @property
    def licence(self) -> str:
        return spec(self.name).licence

    def open(self, runtime: Any = None) -> Any:
        """Read the weights. Raises LicenceError, WeightsError, MissingPackageError."""
        if self._model is None:
            entry = spec(self.name)
            self._folder = model_folder(
                self.name,
                self.weights,
                offline=getattr(runtime, "offline", True),
                allowed=getattr(runtime, "allow", ()),
            )
            self.device = getattr(runtime, "device", "cpu")
            wanted = getattr(runtime, "dtype", "fp32")
            self.dtype = wanted if wanted in entry.dtypes else "fp32"
            self._prepare = preparation(entry, self._folder)
            self._model = load(
                self.kind, self._folder, self.device, self.dtype, self.name, spare=self.spare, **self.config
            )
            self.bytes = sum(p.numel() * p.element_size() for p in self._model.parameters())
            self.opened()
        return self

    def opened(self) -> None:
        """Whatever a model needs beside its weights (a tokenizer); called once, at the end of ``open``."""

    def close(self) -> None:
        """Give the memory back."""
        self._model, self.bytes = None, 0
        if self.device == "cuda":
            import torch

            torch.cuda.empty_cache()

    @property
    def model(self) -> Any:
        if self._model is None:
            raise BackendError(f"{self.name} is not open; call open() first")
        return self._model

    @property
    def prepare(self) -> Preparation:
        if self._prepare is None:
            raise BackendError(f"{self.name} is not open; call open() first")
        return self._prepare

    def tensor(self, array: Array) -> Any:
        """A float tensor of the model's type on its device."""
        import torch

        return torch.from_numpy(array).to(self.device, getattr(torch, TORCH_DTYPES[self.dtype]))


def load(
    kind: str, folder: Path, device: str, dtype: str, name: str, *, spare: Sequence[str] = (), **options: Any
) -> Any:
    """A model of transformers' class ``kind``, in evaluation mode, without gradients.

    Raises WeightsError when the files are no such model or tensors are missing (but for those that fit a pattern of
    ``spare``): transformers would make these up.
    """
    try:
        torch = import_module("torch")
        transformers = import_module("transformers")
    except ImportError as error:
        raise registry.need(error.name or "transformers", name) from error
    try:
        with quiet(transformers):
            model, report = getattr(transformers, kind).from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype=getattr(torch, TORCH_DTYPES[dtype]),
                output_loading_info=True,
                **options,
            )
    except ImportError as error:
        raise registry.need(error.name or "torchvision", name) from error
    except Exception as error:  # transformers and safetensors raise many kinds for what cannot be read
        raise WeightsError(
            f"{folder} cannot be read as {name}: {error}; restore it: stagekit weights pull {name}"
        ) from error
    missing = [*report.get("missing_keys", ()), *(str(k) for k in report.get("mismatched_keys", ()))]
    missing = [key for key in missing if not any(re.search(pattern, key) for pattern in spare)]
    if missing:
        raise WeightsError(
            f"{folder} is not a complete {name}: {len(missing)} tensors are missing or of another shape, such as "
            f"{sorted(missing)[0]}; give the folder of a {kind}"
        )
    return model.to(device).eval().requires_grad_(False)


@contextmanager
def quiet(transformers: Any) -> Iterator[None]:
    """transformers without its own progress bars, which are global; afterwards they are as before."""
    logging = transformers.utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
