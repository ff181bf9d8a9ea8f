"""The structure guard round a model that invents pixels: look, tell, try again, or refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import BackendError, OptionError
from ..types import Array, Image, Layout

POLICIES = ("report", "retry", "raise", "off")
STRIDE = 1009
"""Added to a seed for another try: a prime, so that tries of neighbouring seeds do not meet."""

SIDE = 1536
"""Longest side in pixels at which a photo is segmented here."""

Paint = Callable[[Sequence[int]], list[Array]]


class Guarded:
    """``policy``: ``report`` tells what changed of the building, ``retry`` tries up to ``retries`` other seeds and keeps the
    picture with the fewest changes, ``raise`` refuses it, ``off`` does not look."""

    def __init__(self, name: str, policy: str = "report", retries: int = 2) -> None:
        if policy not in POLICIES:
            raise OptionError(f"{name}: guard must be one of {', '.join(POLICIES)}, got {policy!r}")
        if not isinstance(retries, int) or not 0 <= retries <= 20:
            raise OptionError(f"{name}: retries must be 0 to 20, got {retries!r}")
        self.name, self.policy, self.retries = name, policy, retries
        self._segment: Any = None

    def open(self, runtime: Any = None) -> None:
        """The embedded segmentation, which sees windows and doors before and after."""
        if self._segment is None:
            from .segment import RoomNetV1

            self._segment = RoomNetV1().open(runtime)

    def look(self, image: Image) -> Any:
        """The photo's ``Segments``, of at most ``SIDE`` pixels: a large photo's labels would take longer than to paint."""
        import cv2

        k = SIDE / max(image.size)
        if k >= 1:
            return self._segment(image)
        size = (max(1, round(image.width * k)), max(1, round(image.height * k)))
        return self._segment(Image(cv2.resize(image.array, size, interpolation=cv2.INTER_AREA)))

    def run(
        self,
        paint: Paint,
        image: Image,
        layout: Layout,
        maps: Any,
        seed: int,
        count: int,
        *,
        before: Any = None,
        warn: Callable[[str], None] | None = None,
    ) -> list[Array]:
        """``count`` pictures by ``paint``, checked. ``maps`` (``ControlMaps``) tells mask and furniture; ``before``: what
        ``look`` gave. Raises BackendError when the policy is ``raise`` and something changed."""
        seeds = [seed + i for i in range(count)]
        pictures = paint(seeds)
        if self.policy == "off":
            return pictures
        before = self.look(image) if before is None else before
        found = [self._changes(before, image, p, layout, maps) for p in pictures]
        for i in range(count):
            for k in range(1, self.retries + 1 if self.policy == "retry" else 1):
                if not found[i]:
                    break
                other = paint([seeds[i] + STRIDE * k])[0]
                changes = self._changes(before, image, other, layout, maps)
                if len(changes) < len(found[i]):
                    pictures[i], found[i] = other, changes
        told = [f"variant {i}: {c}" if count > 1 else str(c) for i, changes in enumerate(found) for c in changes]
        if told and self.policy == "raise":
            raise BackendError(
                f"{self.name} changed the building: {'; '.join(told)}; try another seed, a higher control_scale, "
                "controls=('depth', 'lines'), or guard='retry'"
            )
        if warn is not None:
            for text in told:
                warn(f"the building changed: {text}")
        return pictures

    def _changes(self, before: Any, image: Image, picture: Array, layout: Layout, maps: Any) -> list[Any]:
        from ..room.guard import compare

        after = self.look(image.with_array(picture))
        return compare(image.array, picture, before, after, layout, maps.mask, maps.alpha > 0.1)
