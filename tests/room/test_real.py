"""Real photos where the data folder is present: loose bounds, to notice when something breaks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

from stagekit.room.estimate import estimate_layout
from stagekit.types import Image

SHARED = Path(os.environ.get("STAGEKIT_SHARED", Path(__file__).resolve().parents[3] / "shared"))
TRUTH = SHARED / "groundtruth" / "layout"
pytestmark = pytest.mark.skipif(not TRUTH.is_dir(), reason="no ground truth: set STAGEKIT_SHARED")


@pytest.mark.parametrize("name", ["room_02", "room_06", "room_09"])
def test_camera_of_a_real_room(name: str) -> None:
    truth = json.loads((TRUTH / f"{name}.json").read_text())
    found = estimate_layout(Image(np.asarray(Pil.open(TRUTH / f"{name}.jpg").convert("RGB"))))
    assert abs(found.camera.pitch_deg - truth["pitch_deg"]) < 1.5
    assert abs(found.camera.focal_px / truth["fx"] - 1) < 0.12
