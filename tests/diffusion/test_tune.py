"""The runtime's switches: what they choose by themselves, and what they do to the picture."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import tiny_diffusion as tiny
import torch

from stagekit.diffusion.adapt import add_style_picture
from stagekit.diffusion.painter import Painter
from stagekit.diffusion.parts import load_parts, weights
from stagekit.diffusion.record import Recorded
from stagekit.diffusion.sample import Steer, sample
from stagekit.diffusion.schedule import Plan
from stagekit.diffusion.text import Prompts
from stagekit.diffusion.tune import SHAPES, Switches, join_projections, kernels, tune
from stagekit.errors import BackendError, OptionError
from stagekit.runtime import Runtime


def test_automatic_choices():
    assert Switches.of(Runtime(device="cpu")) == Switches()
    assert Switches.of(None) == Switches()
    assert Switches.of(SimpleNamespace(device="cuda")) == Switches(channels_last=True, warm_up=True)
    chosen = Runtime(device="cpu", offload=True, channels_last=True, vae_tiling=True, compile="regional")
    assert Switches.of(chosen) == Switches(True, "regional", True, True, warm_up=True)
    with pytest.raises(OptionError, match="off, regional, full"):
        Runtime(device="cpu", compile="fast")
    with pytest.raises(OptionError, match="offload must be one of False, True, blocks"):
        Runtime(device="cpu", offload="all")


def test_memory_format_and_slices_keep_the_picture(zoo):
    """Slices: one picture of a batch after the other. A picture of one tile is the same tiled."""

    def run(switches: Switches) -> torch.Tensor:
        parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
        tune(parts, switches)
        assert parts.vae.use_tiling == parts.vae.use_slicing == switches.vae_tiling
        steers = [Steer(parts.controls["depth"], (tiny.picture(32, seed=9) / 2 + 0.5,))]
        words = Prompts(parts)("a room", None)
        return sample(parts, words, Plan(2, 4.0), tiny.picture(32), tiny.hole(32), seeds=(1, 2), steers=steers)

    plain = run(Switches())
    assert torch.allclose(run(Switches(channels_last=True)), plain, atol=1e-4)
    assert torch.allclose(run(Switches(vae_tiling=True)), plain, atol=1e-4)


def test_regional_compiling_takes_the_repeated_blocks(zoo):
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    tune(parts, Switches(compile="regional"))
    for net in (parts.unet, parts.controls["depth"]):
        marked = {type(m).__name__ for m in net.modules() if m._compiled_call_impl is not None}
        assert marked == {"BasicTransformerBlock", "ResnetBlock2D"}


def test_cudnn_is_told_only_while_models_work(zoo):
    parts = load_parts(zoo["sd15"])
    assert not Switches.of(Runtime(device="cpu")).cudnn_benchmark
    tune(parts, Switches.of(Runtime(device="cpu", cudnn_benchmark=True)))
    before = torch.backends.cudnn.benchmark
    with pytest.raises(KeyError), kernels(parts):
        assert torch.backends.cudnn.benchmark
        raise KeyError
    assert torch.backends.cudnn.benchmark == before


def test_every_shape_of_a_block_may_be_compiled(zoo):
    """SDXL has more shapes of ResnetBlock2D than PyTorch compiles unasked; the VAE's halves are what is called."""
    parts = load_parts(zoo["sd15"])
    with torch._dynamo.config.patch(recompile_limit=8):
        tune(parts, Switches(compile="full"))
        assert torch._dynamo.config.recompile_limit == SHAPES > 15
    assert all(m._compiled_call_impl is not None for m in (parts.unet, parts.vae.encoder, parts.vae.decoder))
    assert parts.vae._compiled_call_impl is None


def test_offload_moves_modules_only_while_they_work(zoo):
    """Another dtype stands for the device: a move that one sees without a GPU."""
    parts = load_parts(zoo["sd15"])
    parts.offload, parts.device = True, torch.float64  # type: ignore[assignment]
    before = {id(t): t.data_ptr() for t in weights(parts.unet)}
    with torch.inference_mode(), pytest.raises(KeyError), parts.using(parts.unet):
        assert {t.dtype for t in weights(parts.unet)} == {torch.float64}
        assert {t.dtype for t in weights(parts.vae)} == {torch.float32}
        raise KeyError
    assert {id(t): t.data_ptr() for t in weights(parts.unet)} == before, "home again, not copied, whatever happened"
    assert not load_parts(zoo["sd15"], device="cpu", offload=True).offload, "on the CPU there is nowhere to go"


def test_blocks_take_turns(zoo, monkeypatch):
    """Another dtype stands for the device again: each block of the ControlNet comes for its own work, and goes."""
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    net = parts.controls["depth"]
    parts.offload, parts.device = True, torch.float64  # type: ignore[assignment]
    blocks = [*net.down_blocks, net.mid_block]
    seen: list[set[torch.dtype]] = []
    for block in blocks:

        def forward(*inputs: object, block: torch.nn.Module = block, **options: object) -> None:
            seen.append({t.dtype for t in weights(block)})
            if block is net.mid_block:
                raise KeyError

        monkeypatch.setattr(block, "forward", forward)
    tune(parts, Switches(offload="blocks"))
    with torch.inference_mode(), parts.using(net):
        assert {t.dtype for t in net.conv_in.parameters()} == {torch.float64}
        assert {t.dtype for t in weights(*blocks)} == {torch.float32}
        for block in net.down_blocks:
            block()
        with pytest.raises(KeyError):
            net.mid_block()
        assert {t.dtype for t in weights(*blocks)} == {torch.float32}
    assert seen == [{torch.float64}] * len(blocks)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("how", [True, "blocks"])
def test_a_picture_is_the_same_offloaded(zoo, how):
    def run(offload: bool | str) -> torch.Tensor:
        parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]}, device="cuda", offload=bool(offload))
        tune(parts, Switches(offload=offload))
        words = Prompts(parts)("a room", None)
        steers = [Steer(parts.controls["depth"], (tiny.picture(32, seed=9).cuda() / 2 + 0.5,))]
        made = sample(
            parts, words, Plan(2, 4.0), tiny.picture(32).cuda(), tiny.hole(32).cuda(), seeds=(1,), steers=steers
        )
        assert {t.device.type for m in parts.modules for t in weights(m)} == {"cpu" if offload else "cuda"}
        return made

    assert torch.allclose(run(how), run(False), atol=1e-5)


def test_joined_projections_keep_the_picture(zoo):
    """Query, key and value as one matrix give the same picture; nothing is kept twice. An IP-Adapter keeps its own."""

    def run(joined: bool) -> tuple[torch.Tensor, int]:
        parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
        for net in (parts.unet, parts.controls["depth"]) if joined else ():
            join_projections(net)
            names = {name.rsplit(".", 2)[-2] for name, _ in net.named_parameters()}
            assert {"to_qkv", "to_kv", "to_q"} <= names and not {"to_k", "to_v"} & names
        steers = [Steer(parts.controls["depth"], (tiny.picture(32, seed=9) / 2 + 0.5,))]
        words = Prompts(parts)("a room", None)
        made = sample(parts, words, Plan(2, 4.0), tiny.picture(32), tiny.hole(32), seeds=(1,), steers=steers)
        return made, parts.bytes

    (plain, before), (joined, after) = run(False), run(True)
    assert torch.allclose(joined, plain, atol=1e-5) and before == after


def test_projections_are_joined_where_nets_are_compiled(zoo, tmp_path):
    def joined(switches: Switches, *, adapter: bool = False) -> set[str]:
        parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]}, image_encoder=encoder if adapter else None)
        if adapter:
            add_style_picture(parts, file, np.zeros((8, 8, 3), np.uint8), 0.5)
        tune(parts, switches)
        assert not any(p.requires_grad for net in (parts.unet, parts.controls["depth"]) for p in net.parameters())
        names = {name.split(".")[-2] for name, _ in parts.unet.named_parameters()}
        return names & {"to_q", "to_k", "to_qkv", "to_kv"}

    file, encoder = tiny.ip_adapter(tmp_path, zoo["sd15"])
    assert joined(Switches()) == {"to_q", "to_k"}
    for how in ("regional", "full", "graphs", "recorded"):
        assert joined(Switches(compile=how)) == {"to_q", "to_qkv", "to_kv"}
    assert joined(Switches(compile="regional"), adapter=True) == {"to_q", "to_k", "to_qkv"}, "its own attentions stay"


def test_graphs_hand_out_copies(zoo, monkeypatch):
    """UNet and ControlNet go through ``torch.compile`` with graphs; what the UNet gives is never its own buffer."""
    modes: list[object] = []
    monkeypatch.setattr(torch, "compile", lambda f, mode=None, dynamic=None: modes.append(mode) or f)
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    buffer = torch.zeros(1, 4, 8, 8)
    parts.unet.forward = lambda *inputs, **options: (buffer,)
    tune(parts, Switches(compile="graphs"))
    out = parts.unet(buffer, 1)[0]
    assert modes == ["reduce-overhead"] * 2 + [None] * 2, "the VAE's halves run once a picture: plain compiling"
    assert torch.equal(out, buffer) and out.data_ptr() != buffer.data_ptr()


def test_unet_and_controlnet_are_recorded(zoo, monkeypatch):
    """On CUDA only, and not where weights move to and fro; the blocks are compiled in any case."""
    monkeypatch.setattr("stagekit.diffusion.tune.cuda_recorder", lambda: "recorder")

    def recorded(device: str, offload: bool = False) -> list[bool]:
        parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
        parts.device, parts.offload = device, offload
        tune(parts, Switches(compile="recorded"))
        nets = (parts.unet, parts.controls["depth"])
        for net in (*nets, parts.vae.decoder):
            assert any(m._compiled_call_impl is not None for m in net.modules())
        return [isinstance(net.forward, Recorded) for net in nets]

    assert recorded("cuda") == [True, True]
    assert recorded("cpu") == recorded("cuda", offload=True) == [False, False]


def test_int8_is_smaller_and_near(zoo):
    pytest.importorskip("torchao")

    def run(switches: Switches) -> tuple[torch.Tensor, int]:
        parts = load_parts(zoo["sd15"])
        tune(parts, switches)
        words = Prompts(parts)("a room", None)
        return sample(parts, words, Plan(2, 4.0), tiny.picture(32), tiny.hole(32), seeds=(1,)), parts.bytes

    plain, large = run(Switches())
    small_numbers, small = run(Switches(quantize="int8"))
    assert small < 0.95 * large
    assert 0 < (small_numbers - plain).abs().mean() < 0.02
    if not torch.cuda.is_available():
        with pytest.raises(BackendError, match="compute capability"):
            run(Switches(quantize="fp8"))


def test_warm_up_takes_each_kind_of_step(zoo):
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    batches: list[tuple[str, int]] = []
    for name, net in (("unet", parts.unet), ("net", parts.controls["depth"])):
        net.register_forward_pre_hook(lambda m, inputs, name=name: batches.append((name, len(inputs[0]))))
    Painter(parts, size=64).warm_up(Plan(10, 5.0, guidance_until=0.6, control_until=0.8))
    assert batches == [("unet", 1)] * 2 + [("net", 1), ("unet", 1)] * 2 + [("net", 2), ("unet", 2)] * 2
