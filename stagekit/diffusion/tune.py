"""The runtime's switches, applied to loaded models: how fast, in how much memory. Tiles and small numbers change the
picture (a tile's normalisation sees that tile alone); all others only by rounding. Attention is PyTorch's fused one in any
case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .. import registry
from ..errors import BackendError
from .parts import Parts, pin
from .record import Recorded, cuda_recorder

REPEATED = ("BasicTransformerBlock", "ResnetBlock2D")
"""Blocks that occur dozens of times in UNets and ControlNets: compiled once a size, not once an occurrence."""
SHAPES = 64
"""Shapes of one block that may be compiled: SDXL has 15 kinds of ResnetBlock2D, and after PyTorch's own limit of 8 the rest
would run uncompiled."""
FP8_SINCE = (8, 9)
"""CUDA compute capability (Ada, Hopper) that multiplies fp8."""


@dataclass(frozen=True)
class Switches:
    """``channels_last``: pictures in memory as tensor cores read them. ``compile``: off, regional, full, graphs, recorded.
    ``vae_tiling``: decode in tiles, for little memory. ``offload``: keep idle models in main memory; ``"blocks"``: a
    ControlNet's idle blocks too. ``quantize``: off, int8, fp8. ``warm_up``: run a step of each kind at ``open``.
    ``cudnn_benchmark``: try cuDNN's convolutions at the first picture of a size, keep the fastest."""

    channels_last: bool = False
    compile: str = "off"
    vae_tiling: bool = False
    offload: bool | str = False
    quantize: str = "off"
    warm_up: bool = False
    cudnn_benchmark: bool = False

    @classmethod
    def of(cls, runtime: Any) -> Switches:
        """The runtime's own attributes where it has them and they are not None; else what suits the device: on CUDA
        channels_last, and a warm-up where something is compiled, so that the first picture is as fast as the second;
        compiling is never done unasked (a minute), nor are numbers made smaller."""

        def said(name: str, otherwise: Any) -> Any:
            value = getattr(runtime, name, None)
            return otherwise if value is None else value

        compile = str(said("compile", "off"))
        cuda = getattr(runtime, "device", "cpu") == "cuda"
        return cls(
            channels_last=bool(said("channels_last", cuda)),
            compile=compile,
            vae_tiling=bool(said("vae_tiling", False)),
            offload=said("offload", False),
            quantize=str(said("quantize", "off")),
            warm_up=bool(said("warm_up", cuda or compile != "off")),
            cudnn_benchmark=bool(said("cudnn_benchmark", False)),
        )


def tune(parts: Parts, switches: Switches) -> None:
    """Apply the switches to freshly loaded parts (``offload`` is ``load_parts``'s own work, ``warm_up`` the painter's)."""
    import torch

    parts.cudnn_benchmark = switches.cudnn_benchmark
    nets = list({id(n): n for n in (parts.unet, *parts.controls.values())}.values())
    for net in nets if switches.compile != "off" else ():
        join_projections(net)
    if switches.channels_last:
        for net in (*nets, parts.vae):
            net.to(memory_format=torch.channels_last)
    if switches.vae_tiling:
        parts.vae.enable_tiling()
        parts.vae.enable_slicing()
    for net in nets:
        quantize(net, switches.quantize)
    if parts.offload and torch.cuda.is_available():
        for module in parts.modules:
            pin(module)
    if switches.offload == "blocks":
        for net in parts.controls.values():
            parts.take_turns(*net.down_blocks, net.mid_block)
    if switches.compile == "graphs":
        allow_shapes()
        for net in nets:
            net.forward = torch.compile(net.forward, mode="reduce-overhead", dynamic=False)
        parts.unet.register_forward_hook(end_step)
        torch.compiler.cudagraph_mark_step_begin()  # the first step's begin; ``end_step`` marks those to come
    else:
        for net in nets:
            compile_net(net, switches.compile)
    if switches.compile == "recorded" and parts.device == "cuda" and not parts.offload:  # offloaded weights move about
        record = cuda_recorder()
        for net in nets:
            net.forward = Recorded(net.forward, record)
    # What ``encode`` and ``decode`` call; once a picture each: no graphs
    for half in (parts.vae.encoder, parts.vae.decoder):
        compile_net(half, switches.compile)


def compile_net(net: Any, how: str) -> None:
    """Mark the net, or its repeated blocks, for compiling at first use, once for each shape."""
    if how == "off":
        return
    allow_shapes()
    if how in ("full", "graphs"):
        net.compile(dynamic=False)
        return
    names = {*REPEATED, *(getattr(net, "_repeated_blocks", None) or ())}
    for module in net.modules():
        if type(module).__name__ in names:
            module.compile(dynamic=False)


def allow_shapes() -> None:
    """Let PyTorch compile a block for as many as ``SHAPES`` shapes; a setting of the whole process."""
    import torch

    config = torch._dynamo.config
    config.recompile_limit = max(config.recompile_limit, SHAPES)


@contextmanager
def kernels(parts: Parts) -> Iterator[None]:
    """cuDNN's choice of convolutions as ``tune`` was told, while the ``with`` lasts: PyTorch has one setting a process."""
    import torch

    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = before or parts.cudnn_benchmark
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


def end_step(net: Any, inputs: Any, output: Any) -> Any:
    """Forward hook of a UNet in a CUDA graph. The next replay overwrites what it gave, and samplers such as PNDM keep it
    for steps to come: hand out copies. The ControlNets' outputs before it belong to the same step."""
    import torch

    kept = tuple(o.clone() for o in output)
    if kept[0].is_cuda:
        torch.compiler.cudagraph_mark_step_begin()
    return kept


def join_projections(net: Any) -> None:
    """Query, key and value of a self-attention as one matrix, key and value of a cross-attention: fewer and larger products
    that fill the device better. An IP-Adapter's attentions and picture projection stay as they are."""
    from diffusers.models.attention_processor import Attention, AttnProcessor2_0, FusedAttnProcessor2_0

    for name, module in net.named_modules():
        plain = isinstance(module, Attention) and type(module.processor) is AttnProcessor2_0
        if plain and not name.startswith("encoder_hid_proj"):
            module.fuse_projections()
            module.set_processor(FusedAttnProcessor2_0())
            for part in ("to_k", "to_v") if module.is_cross_attention else ("to_q", "to_k", "to_v"):
                delattr(module, part)
    net.requires_grad_(False)


def quantize(net: Any, how: str) -> None:
    """Weights and inputs of the attention blocks' linear layers as int8 or fp8 (torchao); faster only when compiled.

    Raises MissingPackageError without torchao, BackendError where the device cannot multiply fp8.
    """
    if how == "off":
        return
    import torch

    try:
        from torchao import quantization
    except ImportError as error:
        raise registry.need("torchao", f"quantize={how!r}") from error
    if how == "fp8" and (not torch.cuda.is_available() or torch.cuda.get_device_capability() < FP8_SINCE):
        raise BackendError("quantize='fp8' needs a CUDA device of compute capability 8.9 or later; use 'int8'")
    recipes = {"int8": "Int8DynamicActivationInt8WeightConfig", "fp8": "Float8DynamicActivationFloat8WeightConfig"}
    quantization.quantize_(net, getattr(quantization, recipes[how])(), filter_fn=_worth)


def _worth(module: Any, name: str) -> bool:
    """Layers inside transformer blocks whose sizes the 8-bit kernels take: the rest is small, and feels it more."""
    import torch

    inside = "transformer_blocks." in name or name.startswith(("layers.", "blocks."))
    return isinstance(module, torch.nn.Linear) and inside and module.in_features % 16 == module.out_features % 16 == 0
