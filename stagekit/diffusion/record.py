"""Nets recorded as CUDA graphs: the thousand kernels of a step are launched as one, and the processor no longer counts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any

Recorder = Callable[[Callable[[], Any]], tuple[Callable[[], object], Any]]
"""Given a call without arguments: what replays it, and its outputs, which each replay fills anew."""

WARM_UP = 2
"""Runs before one is recorded: in the first, blocks are compiled and kernels chosen, which must not happen in the record."""
KEPT = 16
"""Kinds of calls that a net keeps records of."""


class Recorded:
    """In place of a net's ``forward``. The first call of a kind (shapes, dtypes, all that is no tensor) is recorded; the
    others copy their tensors to where the record reads them, replay it, and hand out copies of what it wrote.

    The net's weights must stay where they are, and nothing in it may depend on numbers that the host has to read.
    """

    def __init__(self, forward: Callable[..., Any], record: Recorder) -> None:
        self.forward, self.record = forward, record
        self.kept: dict[Hashable, tuple[list[Any], Callable[[], object], Any]] = {}

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        given: list[Any] = []
        kind = taken_apart((inputs, options), given)
        if kind not in self.kept:
            own = [tensor.clone() for tensor in given]
            same_inputs, same_options = put_together((inputs, options), iter(own))
            replay, outputs = self.record(partial(self.forward, *same_inputs, **same_options))
            while len(self.kept) >= KEPT:
                del self.kept[next(iter(self.kept))]
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

    pool = torch.cuda.graph_pool_handle()

    def record(run: Callable[[], Any]) -> tuple[Callable[[], object], Any]:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                run()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
            outputs = run()
        return graph.replay, outputs

    return record
