"""Leases are exclusive, memory budgets hold, and impossible devices are refused with a remedy."""

from __future__ import annotations

import threading
import time

import pytest

import stagekit as sk
from stagekit.runtime.runtime import parse_bytes


class Backend:
    def __init__(self, size: int = 0) -> None:
        self.bytes = size
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_a_backend_loads_once_and_has_one_holder() -> None:
    runtime = sk.Runtime()
    loads, inside, most = [], 0, 0

    def load(_: sk.Runtime) -> Backend:
        loads.append(1)
        return Backend()

    def work() -> None:
        nonlocal inside, most
        with runtime.lease("a", load):
            inside += 1
            most = max(most, inside)
            time.sleep(0.01)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(loads) == 1 and most == 1


def test_the_budget_closes_the_least_recently_used() -> None:
    runtime = sk.Runtime(memory="1KB")
    made = {name: Backend(600) for name in "ab"}
    for name in "ab":
        with runtime.lease(name, lambda _, n=name: made[n]):
            pass
    assert made["a"].closed and not made["b"].closed
    fresh = Backend(100)
    with runtime.lease("a", lambda _: fresh) as held:
        assert held is fresh
    runtime.close()
    assert made["b"].closed and fresh.closed


def test_a_failed_load_leaves_nothing_behind() -> None:
    runtime = sk.Runtime()

    def broken(_: sk.Runtime) -> Backend:
        raise sk.WeightsError("gone")

    with pytest.raises(sk.WeightsError), runtime.lease("a", broken):
        pass
    with runtime.lease("a", lambda _: Backend()) as held:
        assert isinstance(held, Backend)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(sk.OptionError, match="device must be one of"):
        sk.Runtime(device="tpu")
    with pytest.raises(sk.OptionError, match="dtype must be one of"):
        sk.Runtime(dtype="int4")
    with pytest.raises(sk.OptionError, match="memory size"):
        sk.Runtime(memory="lots")
    with pytest.raises(sk.OptionError, match="threads"):
        sk.Runtime(threads=0)
    assert parse_bytes("1.5 GiB") == 3 * 2**29
