"""What holds for every backend that sees: segment, refine, room, depth."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stagekit import registry
from stagekit.assets.spec import catalog
from stagekit.backends.hub import Checkpoint
from stagekit.backends.prepare import FILTERS, RULES, preparation
from stagekit.errors import UnknownBackendError
from stagekit.runtime import Runtime
from stagekit.types import Image

TASKS = ("segment", "refine", "room", "depth")
EVERY = [(task, name) for task in TASKS for name in registry.BACKENDS[task]]
HERE = Path(__file__).parent


@pytest.mark.parametrize(("task", "name"), EVERY)
def test_names_licences_and_calls(task: str, name: str) -> None:
    kind = registry.resolve(task, name)
    assert kind.name == name
    assert callable(kind.open) and callable(kind.__call__)
    assert all(p.kind is p.KEYWORD_ONLY for n, p in inspect.signature(kind).parameters.items())
    assert isinstance(kind().licence if issubclass(kind, Checkpoint) else getattr(kind, "licence", ""), str)


@pytest.mark.parametrize("name", sorted({n for _, n in EVERY if n in catalog() and not catalog()[n].single}))
def test_networks_say_how_photos_are_prepared(name: str) -> None:
    entry = catalog()[name]
    found = preparation(entry)
    assert found.rule in RULES and found.filter in FILTERS and len(found.mean) == len(found.std) == 3
    assert entry.task in TASKS


def test_every_network_is_run_on_a_tiny_checkpoint() -> None:
    """The kinds that the tests beside this one build are all there are."""
    texts = "".join((HERE / f"test_{n}.py").read_text() for n in ("segment_hub", "sam", "refine", "room", "depth"))
    for task, name in EVERY:
        kind = registry.resolve(task, name)
        if issubclass(kind, Checkpoint):
            assert f".{kind.__name__}" in texts or f'"{name}"' in texts, (task, name)


@pytest.mark.parametrize(
    ("task", "name"), [(t, n) for t, n in EVERY if t != "refine" and n in catalog() and "." not in n]
)
def test_half_precision_runs(task: str, name: str, tmp_path: Path, device: str) -> None:
    """The number type that CUDA takes by default."""
    pytest.importorskip("transformers", reason="the extra 'models' is not installed")
    import tiny

    builder = getattr(tiny, "depth_anything" if name.startswith("depth-anything") else name)
    backend = registry.resolve(task, name)(weights=builder(tmp_path / name))
    backend.open(Runtime(device=device, dtype="bf16", allow=(name,)))
    assert backend.dtype == "bf16" and next(backend.model.parameters()).element_size() == 2
    image = Image(np.random.default_rng(0).integers(0, 256, (90, 130, 3), dtype=np.uint8))
    if task == "room":
        assert sum(backend(image).probabilities.values()) == pytest.approx(1)
    elif task == "depth":
        assert np.isfinite(backend.inverse([image])[0]).all()
    else:
        prompts = {"points": [(20, 30)], "boxes": (5, 5, 60, 60)} if getattr(backend, "needs_prompts", False) else {}
        found = backend(image, **prompts)
        assert found.labels.shape == (90, 130) and np.isfinite(np.asarray(found.probabilities, np.float32)).all()


def test_looking_at_backends_imports_no_engine() -> None:
    code = (
        "import sys; from stagekit import registry\n"
        f"for task in {TASKS!r}:\n    for name in registry.BACKENDS[task]: registry.resolve(task, name)\n"
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'cv2', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_package_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    code = (
        "import sys; sys.modules['transformers'] = None\n"
        "from stagekit.backends.depth import Dpt\n"
        f"try: Dpt(weights={str(tmp_path)!r}).open()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "MissingPackageError" in done.stdout and "stagekit[models]" in done.stdout


def test_a_backend_is_given_by_name():
    with pytest.raises(UnknownBackendError, match=r"given by its name, such as 'roomnet.v1'.*got <object"):
        registry.resolve("segment", object())  # type: ignore[arg-type]
    with pytest.raises(UnknownBackendError, match="did you mean 'segformer'"):
        registry.resolve("segment", "segforner")
