"""Weights laid over a UNet: distilled ones, LoRAs in two spellings, an IP-Adapter."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_diffusion as tiny
import torch
from safetensors.torch import save_file

from stagekit.diffusion.adapt import adapt_unet, add_style_picture
from stagekit.diffusion.parts import load_parts
from stagekit.diffusion.sample import sample
from stagekit.diffusion.schedule import Plan
from stagekit.diffusion.text import Prompts
from stagekit.errors import WeightsError

LINEAR = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0"
CONV = "down_blocks.0.resnets.0.conv1"


@pytest.fixture
def parts(zoo):
    return load_parts(zoo["sd15"])


def halves(parts, name, rank=2):
    weight = dict(parts.unet.named_modules())[name].weight
    torch.manual_seed(0)
    tail = (3, 3) if weight.ndim == 4 else ()
    down = torch.randn(rank, weight.shape[1], *tail)
    up = torch.randn(weight.shape[0], rank, *((1, 1) if tail else ()))
    return down, up


def kohya(name, down, up):
    flat = "lora_unet_" + name.replace(".", "_")
    return {f"{flat}.lora_down.weight": down, f"{flat}.lora_up.weight": up, f"{flat}.alpha": torch.tensor(1.0)}


def peft(name, down, up):
    return {
        f"unet.{name}.lora_A.weight": down,
        f"unet.{name}.lora_B.weight": up,
        f"unet.{name}.alpha": torch.tensor(1.0),
    }


@pytest.mark.parametrize("spell", [kohya, peft])
@pytest.mark.parametrize("name", [LINEAR, CONV])
def test_a_lora_is_added_to_the_weights(parts, tmp_path, spell, name):
    """scale x alpha / rank x up x down, whatever its keys are called; for convolutions as the two convolutions do it."""
    down, up = halves(parts, name)
    module = dict(parts.unet.named_modules())[name]
    before = module.weight.detach().clone()
    save_file(
        {**spell(name, down, up), "lora_te_text_model.lora_down.weight": down.clone()}, tmp_path / "l.safetensors"
    )
    adapt_unet(parts.unet, tmp_path / "l.safetensors", scale=0.5)
    change = (module.weight - before).detach()
    x = torch.randn(1, before.shape[1], *((5, 5) if before.ndim == 4 else ()))
    if before.ndim == 4:
        expected = torch.nn.functional.conv2d(torch.nn.functional.conv2d(x, down), up)
        got = torch.nn.functional.conv2d(x, change)
    else:
        expected, got = x @ down.T @ up.T, x @ change.T
    assert torch.allclose(got, expected * 0.5 * 1.0 / 2, atol=1e-4)


def test_distilled_weights_replace(parts, zoo, tmp_path):
    other = {k: v + 0.01 for k, v in parts.unet.state_dict().items()}
    save_file(other, tmp_path / "unet.safetensors")
    adapt_unet(parts.unet, tmp_path)
    assert torch.equal(parts.unet.conv_in.weight, other["conv_in.weight"])


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"lora_unet_nowhere.lora_down.weight": torch.ones(2, 4)}, "no layer"),
        ({"unet.x.lora_magnitude": torch.ones(2)}, "no part of a LoRA"),
        ({"conv_in.weight": torch.ones(2)}, "does not hold this UNet"),
    ],
)
def test_weights_of_something_else_are_refused(parts, tmp_path, tensors, says):
    save_file(tensors, tmp_path / "x.safetensors")
    with pytest.raises(WeightsError, match=says):
        adapt_unet(parts.unet, tmp_path / "x.safetensors")


def test_a_style_picture_steers(zoo, tmp_path):
    """An IP-Adapter's picture changes the result, its scale at zero does not; the embeddings equal diffusers'."""
    adapter, encoder = tiny.ip_adapter(tmp_path, zoo["sd15"])
    red = np.zeros((40, 60, 3), np.uint8) + np.array([200, 30, 30], np.uint8)

    def run(scale, picture):
        parts = load_parts(zoo["sd15"], image_encoder=encoder)
        reference = add_style_picture(parts, adapter, picture, scale)
        words = Prompts(parts)("a room", None)
        made = sample(parts, words, Plan(3, 4.0), tiny.picture(), tiny.hole(), seeds=(1,), reference=reference)
        return made, reference

    (with_red, embeds), (with_blue, _), (off, _) = run(1.0, red), run(1.0, red[..., ::-1].copy()), run(0.0, red)
    assert (with_red - with_blue).abs().max() > 1e-3
    parts = load_parts(zoo["sd15"])
    plain = sample(parts, Prompts(parts)("a room", None), Plan(3, 4.0), tiny.picture(), tiny.hole(), seeds=(1,))
    assert torch.allclose(off, plain, atol=1e-4) and not torch.allclose(with_red, plain, atol=1e-3)
    assert embeds[0].abs().max() == 0 and embeds[1].shape == (1, 1, 16)
