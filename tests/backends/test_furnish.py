from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from stagekit.backends.furnish import TraceV1
from stagekit.errors import OptionError
from stagekit.interior.family import family
from stagekit.types import Camera, Image, Layout, Placement, Wall


@pytest.mark.skipif(find_spec("mitsuba") is None, reason="mitsuba is not installed")
def test_contract():
    """Odd sizes, a real family: the input stays, the picture keeps its metadata, the mask tells every change."""
    camera = Camera(110.0, 75.5, 50.5, 151, 101, pitch_deg=-8.0)
    floor = [(-2.0, 1.0), (-2.0, -4.0), (2.0, -4.0), (2.0, 1.0)]
    walls = tuple(Wall(floor[i], floor[(i + 1) % 4], 2.5) for i in range(4))
    layout = Layout(camera, np.array(floor), walls, 2.5)
    assert all(np.allclose(w.normal @ (np.array([0.0, -1.5]) - w.start) > 0, True) for w in walls)
    noise = np.random.default_rng(0).normal(170, 3, (101, 151, 3))
    photo = Image(noise.clip(0, 255).astype(np.uint8), name="odd.jpg", focal_35mm=24.0)
    before = photo.array.copy()
    backend = TraceV1(samples=2, shadow_rays=8, threads=1)
    backend.open()
    chair = Placement("armchair", family("armchair").default_size, (0.0, 0.0, -2.5))
    image, changed = backend(photo, layout, [chair], seed=1)
    assert image.size == photo.size and image.name == "odd.jpg" and image.focal_35mm == 24.0
    assert np.array_equal(photo.array, before)
    assert np.array_equal(image.array[~changed.array], before[~changed.array])
    assert 0.02 < changed.fraction < 0.9
    again, _ = backend(photo, layout, [chair], seed=1)
    assert np.array_equal(again.array, image.array)


@pytest.mark.parametrize("options", [{"samples": 0}, {"max_side": 10}, {"threads": 0}, {"shadow_rays": 1.5}])
def test_bad_options_are_told_at_once(options):
    with pytest.raises(OptionError, match=next(iter(options))):
        TraceV1(**options)
