"""Erase and SwapMaterial by inpainting checkpoints, end to end on tiny ones."""

from __future__ import annotations

import numpy as np
import pytest
import rooms

import stagekit as sk
from stagekit.backends.diffusion_inpaint import SD15Inpaint, SD15Material, SDXLInpaint, said
from stagekit.core.context import CancelToken
from stagekit.errors import Cancelled, OptionError
from stagekit.surface.wish import wishes
from stagekit.types import Mask

PHOTO, LAYOUT = rooms.photo(), rooms.layout()


def options(zoo, name, **more):
    return {"weights": zoo[name], "steps": 2, "size": 128, **more}


@pytest.fixture
def hole() -> Mask:
    mask = np.zeros((rooms.H, rooms.W), bool)
    mask[80:120, 90:150] = True
    return Mask(mask)


@pytest.mark.parametrize("kind", [SD15Inpaint, SDXLInpaint])
def test_erase_contract(zoo, kind, hole):
    backend = kind(**options(zoo, kind.name)).open(sk.Runtime(device="cpu", threads=1))
    filled = backend(PHOTO, hole)
    assert filled.name == "odd.jpg" and np.array_equal(filled.array[~hole.array], PHOTO.array[~hole.array])
    assert (filled.array != PHOTO.array).any(-1)[hole.array].mean() > 0.5
    assert np.array_equal(backend(PHOTO, hole).array, filled.array), "the same seed, the same bytes"
    nothing = Mask(np.zeros_like(hole.array))
    assert backend(PHOTO, nothing) is PHOTO
    other = kind(**options(zoo, kind.name, seed=1)).open(sk.Runtime(device="cpu"))
    assert not np.array_equal(other(PHOTO, hole).array, filled.array)


def test_the_empty_rooms_geometry_steers(zoo, hole):
    """With a ControlNet and a layout the result differs; without a layout the net is not asked."""
    nets = {"controls": ("depth", "lines"), "controlnets": {"depth": zoo["depth"], "lines": zoo["lines"]}}
    backend = SD15Inpaint(**options(zoo, "sd15-inpaint", **nets)).open(sk.Runtime(device="cpu", threads=1))
    calls = []
    backend.painter.parts.controls["depth"].register_forward_pre_hook(lambda m, a: calls.append(1))
    plain, steered = backend(PHOTO, hole), backend(PHOTO, hole, layout=LAYOUT)
    assert len(calls) == 2 and not np.array_equal(plain.array, steered.array)


def test_erase_in_a_pipeline(zoo, hole):
    """Progress, and cancelling mid-way through it."""
    stage = sk.Erase("sd15-inpaint", mask=hole.array, guard=False, **options(zoo, "sd15-inpaint"))
    runtime = sk.Runtime(device="cpu", threads=1)
    events = []
    scene = sk.Pipeline(stage)(PHOTO, runtime=runtime, on_event=events.append)
    assert not (scene.changed.array & ~hole.array).any()
    assert [e.text for e in events if isinstance(e, sk.Progress)] == ["step 1 of 2", "step 2 of 2"]
    token = CancelToken()

    def stop(event):
        if isinstance(event, sk.Progress):
            token.cancel()

    with pytest.raises(Cancelled):
        sk.Pipeline(stage)(PHOTO, runtime=runtime, cancel=token, on_event=stop)


def test_material_on_a_mask(zoo, hole):
    backend = SD15Material(**options(zoo, "sd15-inpaint", strength=0.5)).open(sk.Runtime(device="cpu", threads=1))
    wish = wishes({}, hole, "#7a8f80", 0.0)
    changed, surfaces = backend(PHOTO, wish, seed=3)
    again, _ = backend(PHOTO, wish, seed=3)
    assert np.array_equal(changed.array, again.array)
    assert np.array_equal(changed.array[~surfaces.array], PHOTO.array[~surfaces.array])
    assert (surfaces.array & hole.array).sum() > 0.9 * hole.array.sum()
    from stagekit.surface.swap import swap

    base, _ = swap(PHOTO, wish, segments=None, layout=None)
    assert not np.array_equal(base, changed.array)


def test_finishes_in_words():
    assert said(wishes({"wall[1]": "#F4F3EF"}, None, None, 0.0)[0]) == "white painted wall"
    assert said(wishes({"floor": "oak_herringbone"}, None, None, 0.0)[0]) == "oak herringbone floor"


def test_bad_options(zoo):
    with pytest.raises(OptionError, match="takes no controls"):
        SD15Material(controls=("depth",))
    with pytest.raises(OptionError, match="strength"):
        SD15Material(strength=0.0)
