"""``Runtime`` owns every decision about devices and memory, and lends loaded backends, one holder at a time."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..errors import OptionError
from .device import cores, pick_device, pick_dtype

UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}

COMPILE = ("off", "regional", "full", "graphs", "recorded")
QUANTIZE = ("off", "int8", "fp8")
OFFLOAD = (False, True, "blocks")


def parse_bytes(text: str | int) -> int:
    """``"10GB"`` or a number of bytes, as bytes."""
    if isinstance(text, int):
        return text
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]I?B)?\s*", text.upper())
    if match is None:
        raise OptionError(f"expected a memory size such as '10GB' or a number of bytes, got {text!r}")
    return int(float(match[1]) * UNITS[match[2] or ""])


@dataclass
class _Held:
    lock: threading.Lock = field(default_factory=threading.Lock)
    backend: Any = None
    size: int = 0


class Runtime:
    """``device``: auto, cpu, cuda; ``dtype``: auto, fp32, bf16, fp16; ``memory``: budget for loaded backends, such as
    ``"10GB"``, or None; ``threads``: processor threads, or None for all; ``offline``: never download; ``allow``: names
    of models that are not free for commercial use and that you may use all the same, such as ``("segformer",)``.

    Switches of large models, None where the backend is to choose what suits the device: ``offload``: idle models wait in
    main memory, with ``"blocks"`` a ControlNet's blocks too, each comes for its own work;
    ``channels_last``: pictures in memory as tensor cores read them; ``vae_tiling``: decode in tiles;
    ``compile``: ``off``, ``regional`` (repeated blocks), ``full``, ``graphs`` (full, replayed as CUDA graphs), or
    ``recorded`` (repeated blocks, each net's call recorded as a CUDA graph: ready sooner, not yet measured; ``regional``
    on the processor, with offload and in backends of other families than SD1.5 and SDXL);
    ``quantize``: ``off``, ``int8`` or ``fp8`` (needs torchao); ``warm_up``: run a step of each kind when opened;
    ``cudnn_benchmark``: try cuDNN's convolutions once for each size and keep the fastest.

    Backends stay loaded until the runtime is closed or the budget needs their place, least recently used first.
    """

    def __init__(
        self,
        device: str = "auto",
        dtype: str = "auto",
        memory: str | int | None = None,
        threads: int | None = None,
        offline: bool = True,
        allow: Sequence[str] = (),
        offload: bool | str | None = None,
        channels_last: bool | None = None,
        vae_tiling: bool | None = None,
        compile: str | None = None,
        quantize: str | None = None,
        warm_up: bool | None = None,
        cudnn_benchmark: bool | None = None,
    ) -> None:
        self.device = pick_device(device)
        self.dtype = pick_dtype(dtype, self.device)
        self.memory = None if memory is None else parse_bytes(memory)
        if threads is not None and threads < 1:
            raise OptionError(f"threads must be 1 or more, got {threads}")
        self.threads = threads or cores()
        self.offline = offline
        if isinstance(allow, str):
            raise OptionError(f'allow takes a sequence of names, such as ("{allow}",), got {allow!r}')
        self.allow = frozenset(allow)
        options = (("compile", compile, COMPILE), ("quantize", quantize, QUANTIZE), ("offload", offload, OFFLOAD))
        for name, value, known in options:
            if value is not None and value not in known:
                raise OptionError(f"{name} must be one of {', '.join(map(str, known))}, got {value!r}")
        self.offload, self.channels_last, self.vae_tiling, self.compile = offload, channels_last, vae_tiling, compile
        self.quantize, self.warm_up, self.cudnn_benchmark = quantize, warm_up, cudnn_benchmark
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def lease(self, key: str, load: Callable[[Runtime], Any]) -> Iterator[Any]:
        """The backend of ``key``, loaded by ``load(runtime)`` if it is not yet; nobody else holds it meanwhile."""
        with self._lock:
            held = self._held.setdefault(key, _Held())
            self._held.move_to_end(key)
        with held.lock:
            if held.backend is None:
                held.backend = load(self)
                held.size = int(getattr(held.backend, "bytes", 0))
                self._make_room(key)
            yield held.backend

    def _make_room(self, keep: str) -> None:
        if self.memory is None:
            return
        with self._lock:
            for key, held in self._held.items():
                if sum(h.size for h in self._held.values()) <= self.memory:
                    return
                if key == keep or held.backend is None or not held.lock.acquire(blocking=False):
                    continue  # in use just now
                try:
                    _close(held.backend)
                    held.backend, held.size = None, 0  # a waiting thread finds it empty and loads it anew
                finally:
                    held.lock.release()

    def close(self) -> None:
        """Give back every loaded backend; waits for those in use."""
        with self._lock:
            items = list(self._held.values())
            self._held.clear()
        for held in items:
            with held.lock:
                _close(held.backend)
                held.backend = None

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Runtime(device={self.device!r}, dtype={self.dtype!r}, threads={self.threads}, offline={self.offline})"


def _close(backend: Any) -> None:
    close = getattr(backend, "close", None)
    if close is not None:
        close()


@cache
def default_runtime() -> Runtime:
    """The runtime of calls that name none; it lives as long as the process, so that a second picture starts warm."""
    return Runtime()
