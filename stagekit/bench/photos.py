"""Suite ``pipelines`` on a diffusion model: crop, paint, paste on photos of one and of twelve megapixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2

from ..diffusion.painter import Job, Painter
from .ablation import BEST, Case, begun, loaded
from .painting import NEGATIVE, PROMPT, inputs
from .result import Row, attempt
from .timing import measure

PHOTOS = {"1 megapixel": (1200, 800), "12 megapixels": (4240, 2832)}
"""Name -> width, height."""


def photos(
    model: str,
    device: str,
    *,
    runs: int,
    warm_up: int,
    tell: Callable[[str], None],
    keep: Callable[[dict[str, Any]], object],
) -> dict[str, Any]:
    """The suite's result without its environment, given to ``keep`` after each row."""
    plan, size, result = begun("pipelines", model, runs, warm_up)
    switches = BEST[device] if device == "cuda" else {}
    case = Case("", "bf16" if device == "cuda" else "fp32", switches)
    rows = result["rows"]
    with loaded(model, device, case) as parts:
        painter = Painter(parts, size=size)
        for name, shape in PHOTOS.items():
            photo, mask, depth = (cv2.resize(a.astype("uint8"), shape) for a in inputs(512))
            job = Job(photo, mask > 0, PROMPT, NEGATIVE, {"depth": depth})

            def work(job: Job = job) -> Row:
                timing, (picture,) = measure(
                    lambda: painter.paint(job, plan, [0]), device=device, warm_up=warm_up, runs=runs
                )
                apart = int((picture != job.base)[~job.mask].sum())
                return {**timing.data(), "figures": {"bytes changed off the mask": apart}}

            rows.append(attempt(f"paint a photo of {name}", work, tell, switches={"dtype": case.dtype, **switches}))
            keep(result)
    return result
