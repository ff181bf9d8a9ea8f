"""Furnish with Stable Diffusion: the arranged room steers SD1.5 or SDXL through ControlNets.

``sd15-controlnet``, ``sdxl-controlnet`` take one ControlNet for each kind of map, ``sdxl-union-controlnet`` one for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..diffusion.families import SD15, SDXL, SDXL_UNION
from ..types import Array
from .diffusion_base import LoopBackend
from .furnish_model import RoomFurnish


class LoopFurnish(RoomFurnish, LoopBackend):
    """Furnish through the own loop. Options: ``RoomFurnish`` and ``LoopBackend``."""

    def __init__(self, *, controls: Sequence[str] = ("depth",), **options: Any) -> None:
        super().__init__(controls=controls, **options)
        self.plan = replace(self.plan, strength=self.strength)

    def pictures(
        self,
        job: Any,
        seeds: Sequence[int],
        on_step: Callable[[int, int, Array | None], None],
        warn: Callable[[str], None] | None,
    ) -> list[Array]:
        return self.painter.paint(job, self.plan, seeds, on_step=on_step, warn=warn)


class SD15ControlNet(LoopFurnish):
    """SD1.5 with ControlNet 1.1."""

    name = "sd15-controlnet"
    family = SD15


class SDXLControlNet(LoopFurnish):
    """SDXL with one ControlNet for each kind of map (depth, lines)."""

    name = "sdxl-controlnet"
    family = SDXL


class SDXLUnionControlNet(LoopFurnish):
    """SDXL with a union ControlNet: depth, lines, normals and labels through one network."""

    name = "sdxl-union-controlnet"
    family = SDXL_UNION

    def __init__(self, *, controls: Sequence[str] = ("depth", "lines"), **options: Any) -> None:
        super().__init__(controls=controls, **options)
