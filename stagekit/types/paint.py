"""A paint as its maker names it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..errors import OptionError
from .pictures import Array, Picture

_HEX = re.compile(r"#[0-9A-F]{6}")


@dataclass(frozen=True)
class Paint(Picture):
    """``brand``, ``code`` and ``name`` are the maker's and its trademarks; ``hex`` is the colour as published, sRGB under
    D65, of the dry paint. ``doubtful``: the source is not the maker's own, contradicts itself, or states no licence: hold
    the fan deck against it. ``Paint.of_hex("#2F4F4F")`` is a colour without a maker."""

    brand: str
    code: str
    name: str
    hex: str
    doubtful: bool = False

    def __post_init__(self) -> None:
        if not _HEX.fullmatch(self.hex):
            raise OptionError(f"a paint's colour is '#RRGGBB' in capitals, got {self.hex!r}")

    @classmethod
    def of_hex(cls, text: str) -> Paint:
        """The paint of a colour alone: ``"#2f4f4f"`` or ``"2F4F4F"``. Raises OptionError for anything else."""
        key = "#" + text.strip().lstrip("#").upper()
        if not _HEX.fullmatch(key):
            raise OptionError(f"expected a colour as '#rrggbb', got {text!r}")
        return cls("", key, "", key)

    @property
    def rgb(self) -> tuple[int, int, int]:
        """sRGB, 0..255."""
        return int(self.hex[1:3], 16), int(self.hex[3:5], 16), int(self.hex[5:], 16)

    @property
    def albedo(self) -> Array:
        """float32 (3,): the share of light that it reflects, linear RGB."""
        s = np.array(self.rgb, np.float32) / 255
        return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4).astype(np.float32)

    @property
    def array(self) -> Array:  # type: ignore[override]
        """uint8 64x128x3, all of it the paint."""
        return np.broadcast_to(np.array(self.rgb, np.uint8), (64, 128, 3))

    def preview(self) -> Array:
        return self.array

    def __str__(self) -> str:
        return " ".join(p for p in (self.brand, self.code, f"({self.name})" if self.name else "") if p)
