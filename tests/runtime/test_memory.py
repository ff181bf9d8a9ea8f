"""The estimate before loading: read from headers, refused with the numbers."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save_file

from stagekit.errors import BackendError
from stagekit.runtime import Runtime, memory
from stagekit.runtime.memory import check_memory, free_memory, weight_counts


@pytest.fixture
def folder(tmp_path):
    for part, n in (("unet", 1000), ("vae", 200)):
        (tmp_path / part).mkdir()
        tensors = {"w": np.zeros((n // 10, 10), np.float32), "index": np.zeros(7, np.int64)}
        save_file(tensors, tmp_path / part / "diffusion_pytorch_model.safetensors")
    half = {"w": np.zeros((100, 10), np.float16)}
    save_file(half, tmp_path / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    return tmp_path


def test_values_are_counted_once_and_only_weights(folder):
    assert weight_counts(folder) == {"unet": 1000, "vae": 200}
    assert weight_counts(folder / "vae" / "diffusion_pytorch_model.safetensors") == {"": 200}


def test_types_and_offload(folder):
    runtime = Runtime(device="cpu")
    assert check_memory("m", [folder], runtime, dtype="fp32") == 4800
    assert check_memory("m", [folder], runtime, dtype="bf16") == 2400
    assert check_memory("m", [folder], runtime, dtype="bf16", offload=True) == 2000
    both = [folder, folder / "vae"]
    assert check_memory("m", both, runtime, dtype="bf16", offload=True) == 2400, "a ControlNet stays beside the UNet"
    assert check_memory("m", both, runtime, dtype="bf16", offload="blocks") == 2000
    assert check_memory("m", [folder], runtime, dtype="bf16", extra=500) == 2900
    assert free_memory("cpu") > 0


def test_offloading_is_offered_where_it_helps(folder, monkeypatch):
    """With what each kind of it would need, and only what is less than what was tried."""
    monkeypatch.setattr(memory, "free_memory", lambda device: 0)
    small = SimpleNamespace(device="cuda", memory=100)
    both = [folder, folder / "vae"]
    for tried, offered in ((False, [True, "blocks"]), (True, ["blocks"]), ("blocks", [])):
        with pytest.raises(BackendError) as refused:
            check_memory("m", both, small, dtype="bf16", offload=tried)
        assert re.findall(r"offload=(\S+)\)", str(refused.value)) == [repr(how) for how in offered]


def test_too_much_is_refused_with_numbers_and_remedy(folder):
    with pytest.raises(BackendError, match=r"m needs about 100\.0 GB .*budget is 50\.0 GB.*smaller size"):
        check_memory("m", [folder], Runtime(device="cpu", memory="50GB"), dtype="bf16", extra=1e11)
    with pytest.raises(BackendError, match=r"free on cpu are .* GB; Runtime\(dtype='bf16'\) halves it"):
        check_memory("m", [folder], Runtime(device="cpu"), dtype="fp32", extra=1e14)
