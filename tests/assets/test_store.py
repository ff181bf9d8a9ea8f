"""Weights: found in order, downloaded whole or not at all, refused when wrong, pickled or not free."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub import COMMIT, Hub, serve
from safetensors.numpy import save

from stagekit.assets import spec as specs
from stagekit.assets import store
from stagekit.assets.integrity import MANIFEST
from stagekit.cli import main
from stagekit.errors import LicenceError, OptionError, WeightsError
from stagekit.runtime import Runtime

TENSORS = save({"weight": np.arange(5000, dtype=np.float32)})
FREE = specs.Spec(
    "small", "depth", repo="owner/small", files=specs.HUB_FILES, bytes=20000, licence="MIT", commercial=True
)
CLOSED = specs.Spec(
    "closed", "depth", repo="owner/small", files=specs.HUB_FILES, licence="CC-BY-NC-4.0", commercial=False
)


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A catalogue of two, no weights anywhere, a cache of our own; the cache's folder."""
    table = {"small": FREE, "closed": CLOSED}
    monkeypatch.setattr(specs, "catalog", lambda: table)
    monkeypatch.setattr(store, "catalog", lambda: table)
    monkeypatch.setenv("STAGEKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("STAGEKIT_WEIGHTS", "HF_TOKEN", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    files = {"config.json": b"{}", "model.safetensors": TENSORS, "pytorch_model.bin": b"pickle", "README.md": b"hello"}
    with serve(Hub(files)) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        yield running


def left(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*")) if folder.exists() else []


def put(folder: Path, **files: bytes) -> Path:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def test_pull_takes_what_belongs_to_the_model(hub: Hub, world: Path) -> None:
    seen: list[tuple[int, int]] = []
    place = store.pull("small", progress=lambda done, total: seen.append((done, total)))
    assert place == world / "small"
    assert left(world) == ["small", "small/config.json", "small/model.safetensors", f"small/{MANIFEST}"]
    noted = json.loads((place / MANIFEST).read_text())
    assert noted["revision"] == COMMIT and noted["files"]["model.safetensors"]["bytes"] == len(TENSORS)
    assert seen[-1] == (len(TENSORS) + 2, len(TENSORS) + 2)
    before = len(hub.seen)
    assert store.pull("small") == place and len(hub.seen) == before, "what is here and right is kept"


def test_search_order(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"config__json": b"{}", "model__safetensors": TENSORS}
    commit = "ab" * 20
    models = tmp_path / "hf" / "hub" / "models--owner--small"
    hubs = put(models / "snapshots" / commit, **files)
    put(models / "refs", main=commit.encode())
    assert store.model_folder("small") == hubs
    cached = put(world / "small", **files)
    assert store.model_folder("small") == cached
    named = put(tmp_path / "named" / "small", **files)
    monkeypatch.setenv("STAGEKIT_WEIGHTS", str(tmp_path / "named"))
    assert store.model_folder("small") == named
    own = put(tmp_path / "own", **files)
    assert store.model_folder("small", own) == own
    with pytest.raises(WeightsError, match="holds no weights"):
        store.model_folder("small", tmp_path / "nowhere")


def test_a_pickle_hides_no_safe_weights(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "named" / "small", config__json=b"{}", pytorch_model__bin=b"x")
    monkeypatch.setenv("STAGEKIT_WEIGHTS", str(tmp_path / "named"))
    with pytest.raises(WeightsError, match=r"named.small holds pickled"):
        store.model_folder("small")
    safe = put(world / "small", config__json=b"{}", model__safetensors=TENSORS)
    assert store.model_folder("small") == safe


def test_offline_stops_and_prints_the_command(hub: Hub, world: Path) -> None:
    with pytest.raises(WeightsError, match="stagekit weights pull small"):
        store.model_folder("small", offline=True)
    assert not hub.seen and not left(world)
    assert store.model_folder("small", offline=False) == world / "small"


def test_licence_is_asked_before_anything(hub: Hub, world: Path, tmp_path: Path) -> None:
    own = put(tmp_path / "own", model__safetensors=TENSORS)
    for action in (lambda: store.model_folder("closed", own), lambda: store.pull("closed")):
        with pytest.raises(LicenceError, match=r'Runtime\(allow=\("closed",\)\)'):
            action()
    assert not hub.seen
    assert store.model_folder("closed", own, allowed=("closed",)) == own
    with pytest.raises(LicenceError):
        store.model_folder("closed", own, allowed=("small",))


def test_unchecked_licence_is_not_free() -> None:
    unknown = specs.Spec("new", repo="owner/new")
    with pytest.raises(LicenceError, match="nobody has checked"):
        specs.check_licence(unknown)


def test_runtime_allows_by_name() -> None:
    assert Runtime(device="cpu", allow=("segformer",)).allow == {"segformer"}
    with pytest.raises(OptionError, match="sequence"):
        Runtime(device="cpu", allow="segformer")


def test_a_broken_connection_is_resumed(hub: Hub, world: Path) -> None:
    hub.break_after, hub.breaks = 7000, 2
    place = store.pull("small")
    assert (place / "model.safetensors").read_bytes() == TENSORS
    assert [h.get("Range") for p, h in hub.seen if p.endswith("model.safetensors")] == [
        None,
        "bytes=7000-",
        "bytes=14000-",
    ]


def test_a_server_that_cannot_resume_is_asked_again(hub: Hub) -> None:
    hub.break_after, hub.breaks, hub.resumes = 7000, 1, False
    assert (store.pull("small") / "model.safetensors").read_bytes() == TENSORS


def test_half_a_download_leaves_nothing(hub: Hub, world: Path) -> None:
    hub.break_after = 100
    with pytest.raises(WeightsError, match="incomplete"):
        store.pull("small")
    assert not left(world)


@pytest.mark.parametrize("stated", [TENSORS[:-1] + b"!", TENSORS + b"!"])
def test_other_bytes_than_stated_leave_nothing(hub: Hub, world: Path, stated: bytes) -> None:
    hub.state["model.safetensors"] = stated
    with pytest.raises(WeightsError, match="nothing was kept"):
        store.pull("small")
    assert not left(world)


def test_the_catalogue_knows_better_than_the_hub(hub: Hub, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = specs.Spec(
        "small", repo="owner/small", files=FREE.files, checksums={"model.safetensors": "0" * 64}, commercial=True
    )
    monkeypatch.setattr(specs, "catalog", lambda: {"small": pinned})
    with pytest.raises(WeightsError, match="sha256 0000"):
        store.pull("small")
    assert not left(world)


def test_only_pickles_are_refused(hub: Hub, world: Path, tmp_path: Path) -> None:
    del hub.files["model.safetensors"]
    with pytest.raises(WeightsError, match=r"pickled weights \(pytorch_model\.bin\)"):
        store.pull("small")
    assert not left(world)
    own = put(tmp_path / "own", config__json=b"{}", pytorch_model__bin=b"x")
    with pytest.raises(WeightsError, match="pickled"):
        store.model_folder("small", own)
    with pytest.raises(WeightsError, match="pickled"):
        store.model_folder("small", own / "pytorch_model.bin")


def test_what_is_not_ours_is_left_alone(hub: Hub, world: Path, tmp_path: Path) -> None:
    own = put(world / "small", notes=b"mine")
    with pytest.raises(WeightsError, match="no download of stagekit"):
        store.pull("small")
    assert left(own) == ["notes"]
    (own / "notes").unlink()
    store.pull("small")
    store.pull("small", revision="main")  # an own download is replaced
    assert (world / "small" / "model.safetensors").read_bytes() == TENSORS
    foreign = put(tmp_path / "hf" / "x", config__json=b"{}", model__safetensors=TENSORS)
    from stagekit.assets.integrity import check_folder

    pinned = specs.Spec("small", repo="a/b", checksums={"config.json": hashlib.sha256(b"{}").hexdigest()})
    assert check_folder(foreign, pinned) == {"config.json": True}
    assert left(foreign) == ["config.json", "model.safetensors"]


def test_altered_and_missing_files_are_refused(hub: Hub, world: Path) -> None:
    place = store.pull("small")
    assert store.model_folder("small") == place
    assert store.model_folder("small") == place, "what was right and has not changed is not hashed again"
    (place / "model.safetensors").write_bytes(TENSORS[:-4] + b"abcd")
    with pytest.raises(WeightsError, match="sha256"):
        store.model_folder("small")
    (place / "model.safetensors").write_bytes(TENSORS)
    (place / "config.json").unlink()
    with pytest.raises(WeightsError, match="incomplete"):
        store.model_folder("small")


@pytest.mark.parametrize("name", ["../evil.safetensors", "/evil.safetensors"])
def test_names_that_lead_outside_are_refused(hub: Hub, world: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files[name] = TENSORS
    wide = specs.Spec("small", repo="owner/small", files=("*.safetensors",), commercial=True)
    monkeypatch.setattr(specs, "catalog", lambda: {"small": wide})
    with pytest.raises(WeightsError, match="outside"):
        store.pull("small")
    assert not left(world)


@pytest.mark.parametrize(("repo", "says"), [("owner/gone", "not there"), ("owner/gated", "HF_TOKEN")])
def test_what_the_hub_does_not_serve(hub: Hub, repo: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        specs, "catalog", lambda: {"small": specs.Spec("small", repo=repo, files=("*",), commercial=True)}
    )
    with pytest.raises(WeightsError, match=says):
        store.pull("small")


def test_no_network_is_explained(world: Path) -> None:
    with pytest.raises(WeightsError, match="online"):
        store.pull("small", endpoint="http://127.0.0.1:9")
    assert not left(world)


def test_the_token_goes_to_the_hub_only_as_a_header(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    store.pull("small")
    assert all(h.get("Authorization") == "Bearer secret" for _, h in hub.seen)
    assert not any("secret" in path for path, _ in hub.seen)


def test_unknown_names_are_near_something() -> None:
    with pytest.raises(WeightsError, match="did you mean small"):
        store.model_folder("smal")


def test_command(hub: Hub, world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "path", "small"]) == 2
    assert "stagekit weights pull small" in capsys.readouterr().err
    assert main(["weights", "pull", "small"]) == 0
    assert str(world / "small") in capsys.readouterr().out
    assert main(["weights", "list"]) == 0
    listed = capsys.readouterr().out
    assert "here  small" in listed and "not free for commercial use" in listed
    assert main(["weights", "list", "--json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert [r["path"] is None for r in rows] == [False, True]
    assert main(["weights", "verify"]) == 0
    assert "right, 2 files" in capsys.readouterr().out
    (world / "small" / "model.safetensors").write_bytes(b"other")
    assert main(["weights", "verify", "small"]) == 1
    assert "WRONG small" in capsys.readouterr().err
    assert main(["weights", "pull", "closed"]) == 2
    assert "--allow closed" in capsys.readouterr().err
    assert main(["weights", "pull", "closed", "--allow", "closed"]) == 0
