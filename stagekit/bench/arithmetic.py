"""How much arithmetic a picture takes, and how fast this device does arithmetic: their quotient is the floor."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from ..diffusion.parts import TORCH
from ..diffusion.schedule import Plan
from .architecture import architecture, skeletons
from .timing import synchronise


@cache
def forward_tflop(model: str) -> dict[str, float]:
    """TFLOP (a multiplication and an addition are two) of one forward at the model's size: unet, controlnet, encode,
    decode. Counted by PyTorch on the meta device: nothing is computed."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    made, nets = architecture(model), skeletons(model)
    side = made["size"] // 8
    context = torch.empty(1, 77, made["net"]["cross_attention_dim"], device="meta")
    added: dict[str, Any] = {}
    if "text_1" in nets:
        width = made["text"][1]["projection_dim"]
        added = {
            "text_embeds": torch.empty(1, width, device="meta"),
            "time_ids": torch.empty(1, 6, device="meta"),
        }
    step = torch.tensor(1, device="meta")
    latents = torch.empty(1, 4, side, side, device="meta")
    seen = torch.empty(1, made["unet"]["in_channels"], side, side, device="meta")
    picture = torch.empty(1, 3, made["size"], made["size"], device="meta")

    def count(work: Any) -> float:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            work()
        return counter.get_total_flops() / 1e12

    asked = {"encoder_hidden_states": context, "added_cond_kwargs": added}
    return {
        "unet": count(lambda: nets["unet"](seen, step, **asked)),
        "controlnet": count(lambda: nets["controlnet"](latents, step, controlnet_cond=picture, **asked)),
        "encode": count(lambda: nets["vae"].encode(picture)),
        "decode": count(lambda: nets["vae"].decode(latents)),
    }


def picture_tflop(model: str, plan: Plan, count: int = 1) -> float:
    """TFLOP of ``count`` pictures in one call by the own loop, prompts encoded before."""
    one = forward_tflop(model)
    n = int(plan.steps * plan.strength)
    halves = [2 if plan.guided(i, n) else 1 for i in range(n)]
    unet = sum(halves) * one["unet"]
    net = sum(h for i, h in enumerate(halves) if plan.controlled(i, n)) * one["controlnet"]
    return count * (unet + net + one["decode"]) + one["encode"]


@cache
def rate_tflops(device: str, dtype: str) -> float:
    """TFLOP/s of a large matrix product here and now, the best of eight: what the arithmetic units really reach."""
    import torch

    size = 8192 if device == "cuda" else 1024
    a = torch.randn(size, size, device=device).to(getattr(torch, TORCH[dtype]))
    best = float("inf")
    with torch.inference_mode():
        a @ a
        for _ in range(8):
            synchronise(device)
            started = time.perf_counter()
            a @ a
            synchronise(device)
            best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best / 1e12
