"""What the caller wants: which surface is to wear what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import OptionError
from ..types import Mask, Paint
from .finish import Covering, finish
from .places import surface_name

COVERED = ("floor", "wall", "countertop", "backsplash")
"""Surfaces that can be laid with pieces; the others take a paint."""


@dataclass(frozen=True, eq=False)
class Wish:
    """``surface``: a name such as ``"wall[1]"``, or a mask; ``finish``; ``angle_deg``: how the pieces of a covering are
    turned from the room's longest direction, counter-clockwise seen from above."""

    surface: str | Mask
    finish: Paint | Covering
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        if not (isinstance(self.angle_deg, (int, float)) and math.isfinite(self.angle_deg)):
            raise OptionError(f"angle is a number of degrees, got {self.angle_deg!r}")
        if isinstance(self.surface, Mask):
            return
        name, _ = surface_name(self.surface)
        if isinstance(self.finish, Covering) and name not in COVERED:
            raise OptionError(
                f"{self.surface} takes a paint, got the covering {self.finish.name!r}; coverings go on {', '.join(COVERED)}"
            )

    @property
    def said(self) -> str:
        """For messages and records."""
        where = "the mask" if isinstance(self.surface, Mask) else self.surface
        return f"{where} = {self.finish.name if isinstance(self.finish, Covering) else self.finish}"


def wishes(
    surfaces: Mapping[str, object], mask: Mask | None, mask_finish: object, angle_deg: float
) -> tuple[Wish, ...]:
    """One wish for each surface, the mask's last. Raises OptionError for unknown surfaces, paints and coverings, for a mask
    without a finish, and when nothing is wanted."""
    found = [Wish(name, finish(value), angle_deg) for name, value in surfaces.items() if value is not None]
    if (mask is None) != (mask_finish is None):
        raise OptionError("give mask and finish together: finish is what the mask's pixels are to wear")
    if mask is not None:
        found.append(Wish(mask, finish(mask_finish), angle_deg))
    if not found:
        raise OptionError("nothing to change; give a surface and its finish, such as wall='SW 7029'")
    return tuple(found)
