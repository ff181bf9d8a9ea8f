"""Furnish through diffusers' pipelines of newer families, end to end on tiny checkpoints."""

from __future__ import annotations

import numpy as np
import pytest
import rooms

import stagekit as sk
from stagekit.backends.diffusion_pipes import Flux2Klein, QwenImageEdit, ZImageControlNet
from stagekit.core.context import CancelToken
from stagekit.errors import Cancelled, LicenceError, OptionError, WeightsError
from stagekit.render.control import control_maps

LAYOUT, PHOTO, CHAIR = rooms.layout(), rooms.photo(), rooms.armchair()
KINDS = (ZImageControlNet, QwenImageEdit, Flux2Klein)


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    """Qwen's pipelines bring what they read to a megapixel, which is their pictures' size and not the tests'."""
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_inpaint as inpaint
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as plus

    for module in (inpaint, plus):
        real = module.calculate_dimensions
        monkeypatch.setattr(module, "calculate_dimensions", lambda area, ratio, real=real: real(128 * 128, ratio))


def opened(zoo, kind, **more):
    base = {"weights": zoo[kind.name], "steps": 2, "size": 128, "guard": "off", **more}
    if kind is ZImageControlNet:
        base["controlnet"] = zoo["z-image-net"]
    return kind(**base).open(sk.Runtime(device="cpu", threads=1))


@pytest.mark.parametrize("kind", KINDS)
def test_contract(zoo, kind):
    backend = opened(zoo, kind)
    image, changed = backend(PHOTO, LAYOUT, [CHAIR], seed=1)
    allowed = control_maps(PHOTO, LAYOUT, [CHAIR]).mask
    assert image.size == PHOTO.size and image.name == "odd.jpg"
    assert np.array_equal(image.array[~changed.array], PHOTO.array[~changed.array])
    assert not (changed.array & ~allowed).any() and changed.fraction > 0.02
    again, _ = backend(PHOTO, LAYOUT, [CHAIR], seed=1)
    other, _ = backend(PHOTO, LAYOUT, [CHAIR], seed=2)
    assert np.array_equal(again.array, image.array) and not np.array_equal(other.array, image.array)
    assert backend.bytes > 10_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_map_steers(zoo, kind, monkeypatch):
    """A blank map instead of the room's gives another picture."""
    from dataclasses import replace

    from stagekit.render import control

    backend = opened(zoo, kind)
    real = control.control_maps
    first, _ = backend(PHOTO, LAYOUT, [CHAIR], seed=1)

    def blank(*args, **options):
        maps = real(*args, **options)
        return replace(maps, depth=np.zeros_like(maps.depth))

    monkeypatch.setattr(control, "control_maps", blank)
    second, _ = backend(PHOTO, LAYOUT, [CHAIR], seed=1)
    assert not np.array_equal(first.array, second.array)


@pytest.mark.parametrize("kind", KINDS)
def test_refine_and_cancel(zoo, kind):
    """The other pipeline of the family runs on the same parts; cancelling stops it between two steps."""
    backend = opened(zoo, kind, mode="refine", strength=0.5, steps=4, traced_samples=1)
    image, changed = backend(PHOTO, LAYOUT, [CHAIR], seed=1)
    assert 0.02 < changed.fraction < 1 and image.size == PHOTO.size
    token = CancelToken()

    def progress(fraction, text):
        if text.startswith("step"):
            token.cancel()

    with pytest.raises(Cancelled):
        backend(PHOTO, LAYOUT, [CHAIR], seed=1, progress=progress, cancel=token)


def test_licences():
    """FLUX.2 klein 4B is free; 9B has to be allowed by name, before anything is read."""
    with pytest.raises(LicenceError, match=r"flux2-klein-9b.*Runtime\(allow="):
        Flux2Klein(model="flux2-klein-9b").open(sk.Runtime(device="cpu"))
    with pytest.raises(WeightsError, match="not on this machine"):
        Flux2Klein(model="flux2-klein-9b").open(sk.Runtime(device="cpu", allow=("flux2-klein-9b",)))
    with pytest.raises(WeightsError, match="weights pull flux2-klein-4b"):
        Flux2Klein().open(sk.Runtime(device="cpu"))
    with pytest.raises(OptionError, match="flux2-klein-4b, flux2-klein-9b"):
        Flux2Klein(model="flux1-dev")


def test_bad_options():
    with pytest.raises(OptionError, match="at most one"):
        QwenImageEdit(controls=("depth", "lines"))
    with pytest.raises(OptionError, match=r"no option \['few_steps'\]"):
        sk.Pipeline(sk.Furnish("qwen-image-edit", few_steps="lcm")).check(given=("layout", "placements"))
