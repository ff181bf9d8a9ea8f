"""The room made of numbers, for every test of surfaces."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # test files are imported by path; made_room.py lies beside them

from made_room import Made, make


@pytest.fixture(scope="session")
def made() -> Made:
    return make()
