"""Two blocks for furniture, in a room made by hand: no family or material module is needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stagekit.interior.material import Material
from stagekit.interior.mesh import Part, box
from stagekit.types import Image, Layout, Placement

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not look beside the test files
from hand_room import make_layout, make_photo


@pytest.fixture
def layout() -> Layout:
    return make_layout()


@pytest.fixture
def photo(layout: Layout) -> Image:
    return make_photo(layout)


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[Placement]:
    """Two placements whose family is a box of their size, in plain cloth."""
    from stagekit.render import scene

    monkeypatch.setattr(scene, "build", lambda p: [Part(box(p.size_m, bevel=0.02), "body").transformed(p.matrix)])
    monkeypatch.setattr(scene, "slot_specs", lambda p: {"body": "cloth"})
    monkeypatch.setattr(scene, "material", lambda spec, seed=0: Material((0.5, 0.45, 0.4), roughness=0.9))
    return [
        Placement("sofa", (0.9, 0.7, 0.6), (-0.3, 0.0, -2.6)),
        Placement("pouf", (0.4, 0.4, 0.4), (0.6, 0.0, -2.0), yaw_deg=20),
    ]
