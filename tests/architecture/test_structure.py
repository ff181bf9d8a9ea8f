"""The house plan, checked: layers, light imports, file sizes, and the README's own lines."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "stagekit"
HEAVY = ("torch", "mitsuba", "drjit", "cv2", "scipy", "shapely", "onnx", "onnxruntime", "pyoidn", "PIL", "numpy")

# What each part may import of stagekit; parts not listed may import everything.
LOW = {"errors", "types"}
ALLOWED = {
    "errors": set(),
    "types": {"errors", "display", "imaging", "room"},
    "imaging": LOW,
    "assets": LOW,
    "registry": LOW,
    "runtime": LOW,
    "core": LOW | {"imaging", "registry", "runtime", "display", "stages"},
    "room": LOW | {"imaging", "display"},
    "interior": LOW | {"imaging", "display"},
    "render": LOW | {"imaging", "registry", "room", "interior"},
    "surface": LOW | {"imaging", "room", "interior", "render"},
    "inpaint": LOW | {"imaging", "room"},
    "listing": LOW | {"imaging", "display", "room", "surface"},
    "models": LOW | {"assets"},
    "diffusion": LOW | {"imaging", "registry", "runtime", "assets", "interior"},
    "backends": LOW
    | {"registry", "imaging", "assets", "models", "diffusion", "room", "interior", "render", "surface", "inpaint"}
    | {"listing", "runtime"},
    "stages": LOW | {"core", "listing", "interior", "surface", "inpaint", "registry", "imaging"},
}


def imports(path: Path) -> set[str]:
    """The top-level parts of stagekit that a module imports."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names = [a.name for a in node.names]
            if node.level:
                base = parts[: len(parts) - node.level]
                target = (*base, *(node.module or "").split("."))
            elif (node.module or "").split(".")[0] == "stagekit":
                target = tuple((node.module or "").split(".")[1:])
            else:
                continue
            target = tuple(t for t in target if t)
            found |= {target[0]} if target else set(names)
    return found


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_layers(part: str) -> None:
    place = PACKAGE / part
    files = sorted(place.rglob("*.py")) if place.is_dir() else [PACKAGE / f"{part}.py"]
    wrong = {str(f.relative_to(PACKAGE)): extra for f in files if (extra := imports(f) - ALLOWED[part] - {part})}
    assert not wrong


def test_importing_stagekit_loads_nothing_heavy() -> None:
    code = f"import sys, stagekit; dir(stagekit); print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_describing_a_pipeline_loads_no_engine() -> None:
    code = (
        "import sys, stagekit as sk; print(sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Arrange(), sk.Furnish()));"
        "print([m for m in ('torch', 'mitsuba', 'onnxruntime', 'pyoidn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_public_names_exist() -> None:
    import stagekit

    assert all(getattr(stagekit, name) is not None for name in stagekit.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = stagekit.nothing


def test_files_stay_small() -> None:
    long = {
        str(f.relative_to(PACKAGE)): n for f in PACKAGE.rglob("*.py") if (n := len(f.read_text().splitlines())) > 400
    }
    assert not long


def test_no_unpickling() -> None:
    wrong = [
        str(f)
        for f in PACKAGE.rglob("*.py")
        if re.search(r"\bpickle\b|allow_pickle=True|torch\.load\((?!.*weights_only=True)", f.read_text())
    ]
    assert not wrong


def test_readme_names_what_exists(root: Path) -> None:
    text = (root / "README.md").read_text()
    for snippet in re.findall(r"```python\n(.*?)```", text, re.S):
        tree = ast.parse(snippet)
        import stagekit as sk

        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sk":
                assert hasattr(sk, node.attr), node.attr
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if not link.startswith("http"):
            assert (root / link).exists(), link
    assert len(re.findall(r"```sh\n", text)) == 2, "exactly two commands"
    listed = re.search(r"Styles: (.*?)\.", text)
    assert listed and sorted(listed[1].replace("\n", " ").split(", ")) == sorted(sk.styles())
