"""A loaded checkpoint at work on photos: crop, paint, paste."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..types import Array
from .parts import Parts
from .paste import Window, paste, window
from .sample import Steer, sample
from .schedule import Plan
from .text import Prompts

OnStep = Callable[[int, int, Array | None], None]
"""Called before step i of n with a preview (uint8, the photo's size) or None; may raise to stop."""


@dataclass(frozen=True, eq=False)
class Job:
    """What to paint: ``base`` uint8 HxWx3 is repainted where ``mask`` is set. ``maps``: kind -> uint8 picture of the same
    view, of any size, for the ControlNet of that kind; ``scales`` how much each counts (1 where nothing is said).
    ``core`` float HxW: what is pasted without a soft seam, see ``paste``."""

    base: Array
    mask: Array
    prompt: str
    negative: str | None = None
    maps: Mapping[str, Array] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    core: Array | None = None

    def map_of(self, kind: str, place: Window) -> Array:
        """The map's part in the window, at the model's size."""
        whole = self.maps[kind]
        (h, w), (mh, mw) = self.mask.shape, whole.shape[:2]
        return place.of((w, h), (mw, mh)).cut(whole)

    def pasted(self, picture: Array, place: Window) -> Array:
        """``base`` with the model's picture in its place."""
        return paste(self.base, picture, self.mask, place, core=self.core)


class Painter:
    """``size``: the model's pictures have about size x size pixels. ``unions``: kind -> its number in a union net, empty
    for plain ControlNets. ``reference``: an IP-Adapter's embeddings."""

    def __init__(
        self,
        parts: Parts,
        *,
        size: int,
        sampler: str = "shipped",
        unions: Mapping[str, int] | None = None,
        reference: Any = None,
    ) -> None:
        self.parts, self.size, self.sampler, self.reference = parts, size, sampler, reference
        self.unions = dict(unions or {})
        self.prompts = Prompts(parts)

    def paint(
        self,
        job: Job,
        plan: Plan,
        seeds: Sequence[int],
        *,
        on_step: OnStep | None = None,
        warn: Callable[[str], None] | None = None,
    ) -> list[Array]:
        """``job.base`` painted anew, once for each seed: uint8 HxWx3 each; pixels off the mask keep their bytes."""
        place = window(job.mask, self.size)
        words = self.prompts(job.prompt, job.negative)
        if words.cut and warn is not None:
            warn(f"the prompt is longer than the model reads; left out: {words.cut!r}")
        made = sample(
            self.parts,
            words,
            plan,
            to_tensor(place.cut(job.base), self.parts) * 2 - 1,
            to_tensor(place.cut(job.mask), self.parts),
            seeds=seeds,
            steers=self._steers(job, place),
            reference=self.reference,
            sampler=self.sampler,
            on_step=None if on_step is None else self._watch(job, place, on_step),
        )
        return [job.pasted(to_picture(one), place) for one in made]

    def warm_up(self, plan: Plan) -> None:
        """Two steps of each kind that ``plan`` has (guided or not, with ControlNets or not) on a grey square of the model's
        size, so that kernels are chosen and compiled before the first photo."""
        grey = np.full((self.size, self.size, 3), 128, np.uint8)
        job = Job(grey, np.ones(grey.shape[:2], bool), "", maps=dict.fromkeys(self.parts.controls, grey))
        kinds = {(plan.guided(i, plan.steps), plan.controlled(i, plan.steps)) for i in range(plan.steps)}
        for guided, controlled in sorted(kinds):
            guidance, share = plan.guidance if guided else 0.0, float(controlled)
            self.paint(job, Plan(2, guidance, control_until=share), [0])

    def _steers(self, job: Job, place: Window) -> list[Steer]:
        """One for each ControlNet; kinds that share a union net go together."""
        nets: dict[int, list[str]] = {}
        for kind in job.maps:
            nets.setdefault(id(self.parts.controls[kind]), []).append(kind)
        steers = []
        for kinds in nets.values():
            net = self.parts.controls[kinds[0]]
            steers.append(
                Steer(
                    net,
                    tuple(to_tensor(job.map_of(k, place), self.parts) for k in kinds),
                    tuple(self.unions[k] for k in kinds) if self.unions else (),
                    float(np.mean([job.scales.get(k, 1.0) for k in kinds])),
                )
            )
        return steers

    def _watch(self, job: Job, place: Window, on_step: OnStep) -> Callable[[int, int, Any], None]:
        def watch(i: int, n: int, latents: Any) -> None:
            small = None if self.parts.previewer is None or i == 0 else self.preview(latents)
            on_step(i, n, None if small is None else job.pasted(_fitted(small, place), place))

        return watch

    def preview(self, latents: Any) -> Array:
        """uint8 (h, w, 3): the first picture of ``latents`` through the tiny decoder, a hundredth of the VAE's work."""
        previewer = self.parts.previewer
        with self.parts.using(previewer):
            out = previewer.decode(latents[:1].to(previewer.dtype), return_dict=False)[0]
        return to_picture(out[0].float().clamp(-1, 1))


def _fitted(picture: Array, place: Window) -> Array:
    import cv2

    return cv2.resize(picture, (place.width, place.height), interpolation=cv2.INTER_LINEAR)


def to_tensor(array: Array, parts: Parts) -> Any:
    """(1, C, H, W) in 0..1 of a uint8 or bool array, on the device."""
    import torch

    a = array[..., None] if array.ndim == 2 else array
    values = torch.from_numpy(np.ascontiguousarray(np.moveaxis(a, -1, 0))).to(parts.device)
    scaled = values.to(parts.dtype) if array.dtype == np.bool_ else (values.float() / 255).to(parts.dtype)
    return scaled[None]


def to_picture(tensor: Any) -> Array:
    """uint8 HxWx3 of (3, H, W) in -1..1."""
    return ((tensor * 127.5 + 127.5).round().clamp(0, 255).byte().permute(1, 2, 0)).cpu().numpy()
