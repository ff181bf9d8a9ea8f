"""The drawn, occupied room of tests/inpaint."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "room"))

_path = Path(__file__).resolve().parents[1] / "inpaint" / "conftest.py"
_spec = importlib.util.spec_from_file_location("occupied_rooms", _path)
assert _spec and _spec.loader
_module = importlib.util.module_from_spec(_spec)
sys.modules["occupied_rooms"] = _module
_spec.loader.exec_module(_module)
room = _module.room
