"""One picture by the own loop and by diffusers' pipeline, from the same parts: what the diffusion suites time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..diffusion.painter import to_tensor
from ..diffusion.parts import Parts
from ..diffusion.sample import Steer, sample
from ..diffusion.schedule import Plan, new_scheduler
from ..diffusion.text import Prompts
from ..types import Array

PROMPT = "photograph of a japandi living room, oak table, linen sofa"
"""Short: the suites' tokenizer counts bytes, and CLIP reads 77 tokens."""
NEGATIVE = "people, text, watermark, blurry"
SCALE = 0.8
"""How much the ControlNet counts; as usual in both."""


def inputs(size: int) -> tuple[Array, Array, Array]:
    """(photo uint8 HxWx3, mask bool HxW, depth map uint8 HxWx3): smooth, the lower half to be painted."""
    y, x = np.mgrid[0:size, 0:size] / size
    photo = np.stack([255 * x, 255 * y, 160 + 60 * np.sin(6 * x + 4 * y)], axis=2).astype(np.uint8)
    mask = np.zeros((size, size), bool)
    mask[size // 2 : size - size // 16, size // 8 : size - size // 8] = True
    depth = np.repeat((255 * (1 - y))[..., None], 3, axis=2).astype(np.uint8)
    return photo, mask, depth


def own(parts: Parts, plan: Plan, size: int, *, count: int = 1) -> Callable[[], Any]:
    """The own loop, prompts encoded once: a call gives (count, 3, H, W) in -1..1."""
    photo, mask, depth = inputs(size)
    words = Prompts(parts)(PROMPT, NEGATIVE)
    steer = Steer(parts.controls["depth"], (to_tensor(depth, parts),), scale=SCALE)
    picture, hole = to_tensor(photo, parts) * 2 - 1, to_tensor(mask, parts)
    return lambda: sample(parts, words, plan, picture, hole, seeds=range(count), steers=[steer])


def diffusers_pipeline(parts: Parts, plan: Plan, size: int, *, count: int = 1) -> Callable[[], Any]:
    """diffusers' ControlNet inpaint pipeline as its documentation calls it, prompts given as text, on the same pictures,
    seeds and steps: a call gives (count, 3, H, W) in -1..1."""
    import diffusers
    import torch

    tokenizers, encoders = zip(*parts.encoders, strict=True)
    shared: dict[str, Any] = {
        "vae": parts.vae,
        "unet": parts.unet,
        "controlnet": parts.controls["depth"],
        "scheduler": new_scheduler(parts.shipped),
        "tokenizer": tokenizers[0],
        "text_encoder": encoders[0],
    }
    pipe: Any
    if parts.large:
        pipe = diffusers.StableDiffusionXLControlNetInpaintPipeline(
            **shared, tokenizer_2=tokenizers[1], text_encoder_2=encoders[1], add_watermarker=False
        )
        if parts.dtype == torch.float16 and parts.vae.config.force_upcast:
            parts.vae.to(
                torch.float16
            )  # as from_pretrained(torch_dtype=float16) leaves it; the pipeline upcasts itself
    else:
        pipe = diffusers.StableDiffusionControlNetInpaintPipeline(
            **shared, safety_checker=None, feature_extractor=None, requires_safety_checker=False
        )
    pipe.set_progress_bar_config(disable=True)
    photo, mask, depth = (torch.from_numpy(np.atleast_3d(a)).movedim(-1, 0)[None].float() for a in inputs(size))

    def call() -> Any:
        return pipe(
            prompt=PROMPT,
            negative_prompt=NEGATIVE,
            image=photo / 255,
            mask_image=mask,
            control_image=depth / 255,
            height=size,
            width=size,
            num_inference_steps=plan.steps,
            guidance_scale=plan.guidance,
            strength=plan.strength,
            controlnet_conditioning_scale=SCALE,
            control_guidance_end=plan.control_until,
            num_images_per_prompt=count,
            generator=[torch.Generator().manual_seed(i) for i in range(count)],
            output_type="pt",
        ).images * 2 - 1  # fmt: skip

    return call


def grey_levels(picture: Any, reference: Any) -> dict[str, float] | None:
    """Mean and largest difference of two pictures (-1..1) in levels of 0..255; None where one is not finite."""
    import torch

    if not bool(torch.isfinite(picture).all() and torch.isfinite(reference).all()):
        return None
    apart = (picture.float().cpu() - reference.float().cpu()).abs() * 127.5
    return {"mean": round(float(apart.mean()), 3), "max": round(float(apart.max()), 2)}
