"""What the owner wants, and the pieces as placed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import InputError
from .pictures import Array

ROOM_TYPES = ("living_room", "bedroom", "dining_room", "office")
"""Room types that stagekit can furnish."""


def _mapping(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


@dataclass(frozen=True)
class Placement:
    """One piece of furniture as placed.

    ``size_m`` (width x, height y, depth z) are true outer dimensions. ``position`` (x, y, z) is the centre of its base in
    the world; ``yaw_deg`` turns it about Y, counter-clockwise seen from above (0: its front faces +Z, towards the
    camera; 90: its front faces +X). ``materials`` maps slots to material specs such as ``"wood:oak"``.
    """

    family: str
    size_m: tuple[float, float, float]
    position: tuple[float, float, float]
    yaw_deg: float = 0.0
    params: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    label: str = ""

    def __post_init__(self) -> None:
        if min(self.size_m) <= 0:
            raise InputError(f"{self.family}: sizes must be positive metres (width, height, depth), got {self.size_m}")
        object.__setattr__(self, "params", _mapping(self.params))
        object.__setattr__(self, "materials", _mapping(self.materials))

    @property
    def matrix(self) -> Array:
        """4x4, local furniture frame to world."""
        a = math.radians(self.yaw_deg)
        c, s = math.cos(a), math.sin(a)
        m: Array = np.eye(4)
        m[:3, :3] = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        m[:3, 3] = self.position
        return m

    def footprint(self, grow_m: float = 0.0) -> Array:
        """(4, 2) corners x, z of the base rectangle, grown by ``grow_m`` on each side."""
        w, d = self.size_m[0] / 2 + grow_m, self.size_m[2] / 2 + grow_m
        local = np.array([[-w, 0, -d, 1], [w, 0, -d, 1], [w, 0, d, 1], [-w, 0, d, 1]])
        return (local @ self.matrix.T)[:, [0, 2]]


@dataclass(frozen=True)
class Room:
    """The room's type in snake_case, and the probability of each."""

    type: str
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Brief:
    """What the owner wants: every field optional; ``seed`` makes the result repeatable."""

    style: str = "modern"
    room: str | None = None
    seed: int = 0
    prompt: str = ""
    palette: tuple[str, ...] = ()
