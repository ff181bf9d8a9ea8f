"""The families that the own loop runs, as data: sizes, steps, and the names of their weights in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Family:
    """``nets``: control kind -> catalogue name of its ControlNet. ``unions``: control kind -> its number in a union net.
    ``few``: preset of few-step sampling -> catalogue name of its weights. ``activation``: bytes that one guided picture
    of ``size`` takes beside the weights, for numbers of two bytes: an estimate, dominated by the VAE's last layers."""

    checkpoint: str
    size: int
    steps: int
    guidance: float
    sampler: str
    nets: Mapping[str, str] = field(default_factory=dict)
    unions: Mapping[str, int] = field(default_factory=dict)
    few: Mapping[str, str] = field(default_factory=dict)
    adapter: str = ""
    adapter_file: str = ""
    """The IP-Adapter's file in its published folder, and of the image encoder its folder there."""
    encoder: str = ""
    previewer: str = ""
    activation: int = 2_000_000_000


UNION = {"depth": 1, "lines": 3, "normals": 4, "labels": 5}
"""Numbers of xinsir's ControlNet union: 1 depth, 3 Canny / line art / M-LSD, 4 normals, 5 segments."""

SD15 = Family(
    checkpoint="sd15",
    size=768,
    steps=20,
    guidance=7.0,
    sampler="dpm++",
    nets={"depth": "sd15-depth", "lines": "sd15-lines", "normals": "sd15-normals", "labels": "sd15-labels"},
    few={"lcm": "lcm-lora-sd15"},
    adapter="ip-adapter",
    adapter_file="models/ip-adapter_sd15.safetensors",
    encoder="models/image_encoder",
    previewer="taesd",
    activation=1_500_000_000,
)
SDXL = Family(
    checkpoint="sdxl",
    size=1024,
    steps=30,
    guidance=6.0,
    sampler="dpm++",
    nets={"depth": "sdxl-depth", "lines": "sdxl-lines"},
    few={"lightning": "sdxl-lightning", "lcm": "lcm-lora-sdxl", "turbo": "sdxl-turbo"},
    adapter="ip-adapter",
    adapter_file="sdxl_models/ip-adapter_sdxl.safetensors",
    encoder="sdxl_models/image_encoder",
    previewer="taesdxl",
    activation=3_500_000_000,
)
SDXL_UNION = Family(
    checkpoint="sdxl",
    size=1024,
    steps=30,
    guidance=6.0,
    sampler="dpm++",
    nets=dict.fromkeys(UNION, "sdxl-union"),
    unions=UNION,
    few=SDXL.few,
    adapter="ip-adapter",
    adapter_file="sdxl_models/ip-adapter_sdxl.safetensors",
    encoder="sdxl_models/image_encoder",
    previewer="taesdxl",
    activation=3_500_000_000,
)
