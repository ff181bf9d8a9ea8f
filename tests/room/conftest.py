"""Makes ``drawn_rooms`` importable: pytest's importlib mode does not look beside the test files."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
