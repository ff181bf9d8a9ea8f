"""Networks as data: every one of them can be computed in its order."""

from __future__ import annotations

from types import ModuleType

import pytest

from stagekit.models import roomfill_arch, roomnet_arch


@pytest.mark.parametrize(("arch", "told"), [(roomnet_arch, {"segments", "rooms"}), (roomfill_arch, {"light"})])
def test_every_input_is_computed_before_it_is_read(arch: ModuleType, told: set[str]) -> None:
    known = {"image"}
    for layer in arch.layers():
        assert set(layer.inputs) <= known, layer
        assert layer.name not in known
        known.add(layer.name)
    assert told <= known
