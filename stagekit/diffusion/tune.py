"""The runtime's switches, applied to loaded models: how fast, in how much memory. All but tiles give the same picture up to
rounding; a tile's normalisation sees that tile alone. Attention is PyTorch's fused one in any case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .parts import Parts

REPEATED = ("BasicTransformerBlock", "ResnetBlock2D")
"""Blocks that occur dozens of times in UNets and ControlNets: compiled once a size, not once an occurrence."""


@dataclass(frozen=True)
class Switches:
    """``channels_last``: pictures in memory as tensor cores read them. ``compile``: off, regional, full. ``vae_tiling``:
    decode in tiles, for little memory. ``offload``: keep idle models in main memory."""

    channels_last: bool = False
    compile: str = "off"
    vae_tiling: bool = False
    offload: bool = False

    @classmethod
    def of(cls, runtime: Any) -> Switches:
        """The runtime's own attributes where it has them and they are not None; else what suits the device: on CUDA
        channels_last, and offload where the memory budget asks for it; compiling is never done unasked (a minute)."""

        def said(name: str, otherwise: Any) -> Any:
            value = getattr(runtime, name, None)
            return otherwise if value is None else value

        cuda = getattr(runtime, "device", "cpu") == "cuda"
        return cls(
            channels_last=bool(said("channels_last", cuda)),
            compile=str(said("compile", "off")),
            vae_tiling=bool(said("vae_tiling", False)),
            offload=bool(said("offload", False)),
        )


def tune(parts: Parts, switches: Switches) -> None:
    """Apply the switches to freshly loaded parts (``offload`` is ``load_parts``'s own work)."""
    import torch

    nets = [parts.unet, parts.vae, *{id(c): c for c in parts.controls.values()}.values()]
    if switches.channels_last:
        for net in nets:
            net.to(memory_format=torch.channels_last)
    if switches.vae_tiling:
        parts.vae.enable_tiling()
        parts.vae.enable_slicing()
    if switches.compile == "full":
        for net in nets:
            net.compile()
    elif switches.compile == "regional":
        for net in nets:
            for module in net.modules():
                if type(module).__name__ in REPEATED:
                    module.compile()
