"""The notebooks run from top to bottom, and are kept without their outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def test_all_are_there():
    assert [n.stem for n in NOTEBOOKS] == ["profile_a_pipeline", "quickstart", "swap_a_backend", "write_a_stage"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_kept_small_and_without_outputs(path):
    book = json.loads(path.read_text("utf-8"))
    assert path.stat().st_size < 20_000
    assert book["cells"][0]["cell_type"] == "markdown" and book["cells"][0]["source"][0].startswith("# ")
    for cell in book["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_runs(path, tmp_path, monkeypatch):
    """A cell that raises fails the test with its traceback; every cell that ends in a value shows it."""
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    import nbformat

    monkeypatch.setitem(os.environ, "IPYTHONDIR", str(tmp_path))
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [o for c in book.cells if c.cell_type == "code" for o in c.outputs]
    pictures = [o for o in shown if "image/png" in o.get("data", {})]
    assert pictures and any(o.output_type in ("stream", "execute_result") for o in shown)
