"""Which steps a picture takes: samplers by name, and the presets of few-step models."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OptionError

SAMPLERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "shipped": ("", {}),
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "dpm++": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "euler_trailing": ("EulerDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "euler_a_trailing": ("EulerAncestralDiscreteScheduler", {"timestep_spacing": "trailing"}),
}
"""Name -> diffusers' class and what differs from the checkpoint's own configuration."""


@dataclass(frozen=True)
class Plan:
    """``guidance`` above 1 runs the model twice a step, until the share ``guidance_until`` of the steps is over;
    ControlNets run between the shares ``control_from`` and ``control_until``. ``strength`` below 1 starts from the
    picture, with that share of the steps."""

    steps: int
    guidance: float
    guidance_until: float = 1.0
    control_from: float = 0.0
    control_until: float = 1.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.steps, int) or not 1 <= self.steps <= 1000:
            raise OptionError(f"steps must be a whole number of 1 to 1000, got {self.steps!r}")
        if not 0 <= self.guidance <= 50:
            raise OptionError(f"guidance must be 0 to 50 (1 and less: none), got {self.guidance!r}")
        for name in ("guidance_until", "control_from", "control_until"):
            if not 0 <= getattr(self, name) <= 1:
                raise OptionError(f"{name} is a share of the steps, 0 to 1, got {getattr(self, name)!r}")
        if not 0 < self.strength <= 1:
            raise OptionError(f"strength must be above 0 and at most 1, got {self.strength!r}")
        if int(self.steps * self.strength) < 1:
            raise OptionError(f"strength {self.strength} of {self.steps} steps leaves none; take more steps")

    def guided(self, i: int, n: int) -> bool:
        """Whether step ``i`` of ``n`` is guided."""
        return self.guidance > 1 and i / n < self.guidance_until

    def controlled(self, i: int, n: int) -> bool:
        """Whether ControlNets run at step ``i`` of ``n``; the bounds are diffusers' own."""
        return self.control_from <= i / n and (i + 1) / n <= self.control_until


@dataclass(frozen=True)
class FewSteps:
    """What a distilled model wants. ``least``, ``most``: steps that it was trained for."""

    sampler: str
    steps: int
    guidance: float
    least: int
    most: int


FEW_STEPS: Mapping[str, FewSteps] = {
    "lightning": FewSteps("euler_trailing", 4, 1.0, 2, 8),  # arXiv 2402.13929
    "lcm": FewSteps("lcm", 6, 1.5, 2, 12),  # arXiv 2311.05556
    "turbo": FewSteps("euler_a_trailing", 4, 1.0, 1, 8),  # arXiv 2311.17042
}


def few_steps(name: str) -> FewSteps:
    """The preset. Raises OptionError for an unknown name."""
    if name not in FEW_STEPS:
        raise OptionError(f"few_steps must be one of {', '.join(FEW_STEPS)} or None, got {name!r}")
    return FEW_STEPS[name]


def check_sampler(name: str) -> str:
    if name not in SAMPLERS:
        near = difflib.get_close_matches(name, SAMPLERS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise OptionError(f"sampler must be one of {', '.join(SAMPLERS)}, got {name!r}{hint}")
    return name


def new_scheduler(shipped: Any, sampler: str = "shipped") -> Any:
    """A scheduler for one picture: they carry state, and one that two threads share gives broken pictures."""
    import diffusers

    name, changes = SAMPLERS[check_sampler(sampler)]
    kind = getattr(diffusers, name) if name else type(shipped)
    return kind.from_config(shipped.config, **changes)


def timesteps(scheduler: Any, plan: Plan) -> Any:
    """The steps to take, first to last; with ``strength`` below 1 only the last share of them."""
    scheduler.set_timesteps(plan.steps)
    skipped = (plan.steps - min(int(plan.steps * plan.strength), plan.steps)) * scheduler.order
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(skipped)
    return scheduler.timesteps[skipped:]
