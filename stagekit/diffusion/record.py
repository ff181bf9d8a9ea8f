"""Nets recorded as CUDA graphs: the thousand kernels of a step are launched as one, and the processor no longer counts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

Recorder = Callable[[Callable[[], Any]], tuple[Callable[[], object], Any]]
"""Given a call without arguments: what replays it, and its outputs, which each replay fills anew."""

WARM_UP = 2
"""Runs before one is recorded: in the first, blocks are compiled and kernels chosen, which must not happen in the record."""
KEPT = 8
"""Kinds of calls that a net keeps records of, those used last: SDXL's inputs and outputs take 0.1 GB a kind."""


class Recorded:
    """In place of a net's ``forward``. The first call of a kind (shapes, dtypes, all that is no tensor) is recorded; the
    others copy their tensors to where the record reads them, replay it, and hand out copies of what it wrote.

    The net's weights must stay where they are, and nothing in it may depend on numbers that the host has to read.
    """

    def __init__(self, forward: Callable[..., Any], record: Recorder) -> None:
        self.forward, self.record = forward, record
        self.kept: dict[Hashable, tuple[list[Any], Callable[[], object], Any]] = {}

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        import torch

        given: list[Any] = []
        kind = (torch.is_inference_mode_enabled(), taken_apart((inputs, options), given))
        if kind in self.kept:
            self.kept[kind] = self.kept.pop(kind)
        else:
            while len(self.kept) >= KEPT:
                del self.kept[next(iter(self.kept))]
            own = [tensor.clone() for tensor in given]
            same_inputs, same_options = put_together((inputs, options), iter(own))
            replay, outputs = self.record(partial(self.forward, *same_inputs, **same_options))
            self.kept[kind] = own, replay, outputs
        own, replay, outputs = self.kept[kind]
        for tensor, value in zip(own, given, strict=True):
            tensor.copy_(value)
        replay()
        written: list[Any] = []
        taken_apart(outputs, written)
        return put_together(outputs, iter([tensor.clone() for tensor in written]))


def taken_apart(value: Any, tensors: list[Any]) -> Hashable:
    """The kind of ``value``, equal for two that differ in their tensors' numbers alone; its tensors join the list."""
    import torch

    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return ("tensor", tuple(value.shape), value.stride(), value.dtype)
    if isinstance(value, (list, tuple)):
        return (type(value), *(taken_apart(v, tensors) for v in value))
    if isinstance(value, dict):
        return (dict, *((k, taken_apart(v, tensors)) for k, v in value.items()))
    return (type(value), value)


def put_together(value: Any, tensors: Iterator[Any]) -> Any:
    """``value`` with other tensors in the order of `taken_apart`; tuples and lists as plain ones."""
    import torch

    if isinstance(value, torch.Tensor):
        return next(tensors)
    if isinstance(value, (list, tuple)):
        made = [put_together(v, tensors) for v in value]
        return made if isinstance(value, list) else tuple(made)
    if isinstance(value, dict):
        return {k: put_together(v, tensors) for k, v in value.items()}
    return value


def cuda_recorder() -> Recorder:
    """Records of one model, which share their memory: they are replayed one after the other, never at once."""
    import torch

    pool, aside = torch.cuda.graph_pool_handle(), torch.cuda.Stream()

    def record(run: Callable[[], Any]) -> tuple[Callable[[], object], Any]:
        here = torch.cuda.current_stream()
        aside.wait_stream(here)
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                run()
        here.wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        try:
            with (
                forgotten_workspaces(),
                torch.cuda.graph(graph, pool=pool, stream=aside, capture_error_mode="thread_local"),
            ):
                outputs = run()
        finally:
            torch.cuda.set_stream(here)  # a capture that fails leaves the thread on its own stream
        return graph.replay, outputs

    return record


@contextmanager
def forgotten_workspaces() -> Iterator[None]:
    """cuBLAS's scratch memory of each stream let go before and after: what is recorded then lies in the records' memory, and
    no later call is given it. As PyTorch's own graphs do it."""
    import torch

    torch._C._cuda_clearCublasWorkspaces()
    try:
        yield
    finally:
        torch._C._cuda_clearCublasWorkspaces()
