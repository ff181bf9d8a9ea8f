"""Pickled weights: converted when they are tensors of the right checksum, refused when they are anything else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from stagekit.assets.convert import convert
from stagekit.cli import main
from stagekit.errors import WeightsError

torch = pytest.importorskip("torch", reason="the extra 'models' is not installed")


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("owned",)


def saved(path: Path, value: Any) -> str:
    torch.save(value, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("inside", [None, "state_dict", "model"])
def test_tensors_come_through(tmp_path: Path, inside: str | None) -> None:
    one = torch.arange(6.0).reshape(2, 3)
    state = {"a": one, "b": one, "c": one.T}  # one memory under three names
    found = saved(tmp_path / "m.bin", state if inside is None else {inside: state, "epoch": 3})
    assert convert(tmp_path / "m.bin", tmp_path, sha256=found) == 3
    tensors = load_file(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(tensors["c"], one.T.numpy())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.bin", "model.safetensors"]


def test_wrong_checksum(tmp_path: Path) -> None:
    saved(tmp_path / "m.bin", {"a": torch.zeros(2)})
    with pytest.raises(WeightsError, match="sha256"):
        convert(tmp_path / "m.bin", tmp_path, sha256="0" * 64)
    assert not (tmp_path / "model.safetensors").exists()


def test_code_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = saved(tmp_path / "m.bin", {"a": torch.zeros(2), "b": Evil()})
    with pytest.raises(WeightsError, match="refused"):
        convert(tmp_path / "m.bin", tmp_path / "o.safetensors", sha256=found)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.bin"]


def test_other_contents_and_names(tmp_path: Path) -> None:
    found = saved(tmp_path / "m.bin", [1, 2])
    with pytest.raises(WeightsError, match="no dictionary"):
        convert(tmp_path / "m.bin", tmp_path, sha256=found)
    with pytest.raises(WeightsError, match="ends so"):
        convert(tmp_path / "m.bin", tmp_path / "o.bin", sha256=found)
    with pytest.raises(WeightsError, match="no such file"):
        convert(tmp_path / "x.bin", tmp_path, sha256=found)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = saved(tmp_path / "m.pth", {"a": torch.zeros(2)})
    assert (
        main(["weights", "convert", str(tmp_path / "m.pth"), str(tmp_path / "o.safetensors"), "--sha256", found]) == 0
    )
    assert "1 tensors written" in capsys.readouterr().out
