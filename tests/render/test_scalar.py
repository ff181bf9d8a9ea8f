"""Without LLVM the picture is the same, but for noise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np
import pytest

from stagekit.render import engine
from stagekit.render.furnish import Quality, trace

pytestmark = pytest.mark.skipif(find_spec("mitsuba") is None, reason="mitsuba is not installed")
FEW = Quality(samples=16, shadow_rays=16, bounce_rays=2, depth=3)


@contextmanager
def without_llvm() -> Iterator[None]:
    """The engine that machines without LLVM get."""
    start = engine.start
    try:
        engine.start = lambda threads=None: start(threads=threads, prefer=engine.PLAIN)
        yield
    finally:
        engine.start = start
        start()  # the other tests' variant again


def test_scalar_looks_like_llvm(photo, layout, blocks):
    fast = trace(photo, layout, blocks, seed=3, quality=FEW)
    with without_llvm():
        slow = trace(photo, layout, blocks, seed=3, quality=FEW)
        again = trace(photo, layout, blocks, seed=3, quality=FEW)
    assert np.array_equal(slow.result, again.result)
    assert np.array_equal(slow.result[~slow.changed], photo.array[~slow.changed])
    assert np.abs(slow.alpha - fast.alpha).mean() < 0.003
    assert (slow.label != fast.label).mean() < 0.005
    difference = np.abs(slow.result.astype(int) - fast.result).mean(-1)
    assert difference[fast.alpha > 0.99].mean() < 6
    assert difference[fast.alpha == 0].mean() < 2


def test_a_library_that_does_not_load_is_told(monkeypatch):
    class Broken:
        def variant(self):
            return None

        def set_variant(self, name):
            raise RuntimeError("the LLVM shared library could not be found")

    assert "LLVM is not found" in engine._chosen(Broken())
