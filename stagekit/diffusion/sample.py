"""The sampling loop of the SD1.5 and SDXL families: one function, read from top to bottom.

It takes the steps that diffusers' ControlNet inpaint pipelines take, with the same random numbers, and leaves out what
costs without effect: a ControlNet whose share of the steps is over is not called (diffusers multiplies its output by
zero), its picture is embedded once (diffusers: at each step, for each half of the batch), and without guidance the
negative half of the batch is not computed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from .parts import Parts
from .schedule import Plan, new_scheduler, timesteps
from .text import Words
from .tune import kernels

OnStep = Callable[[int, int, Any], None]
"""Called before step i of n with the latents (or the picture that the last step predicts); may raise to stop."""


@dataclass(frozen=True, eq=False)
class Steer:
    """A ControlNet with its ``pictures``, (1, 3, H, W) in 0..1: one, or several for a union net, which takes the number
    of each one's kind in ``kinds``."""

    net: Any
    pictures: tuple[Any, ...]
    kinds: tuple[int, ...] = ()
    scale: float = 1.0

    def embedded(self, embed: Any) -> tuple[Any, ...]:
        """The pictures as the net's first layers, ``embed``, hand them on: (1, C, h, w) each."""
        if self.net.config.controlnet_conditioning_channel_order == "bgr":  # the net turns the channels of what it gets
            return tuple(embed(p.flip(1)).flip(1) for p in self.pictures)
        return tuple(embed(p) for p in self.pictures)

    def options(self, pictures: Sequence[Any], batch: int, parts: Parts) -> dict[str, Any]:
        """What the net takes beside latents and prompt; ``pictures`` are embedded."""
        import torch

        pictures = [p.expand(batch, -1, -1, -1) for p in pictures]
        if not self.kinds:
            return {"controlnet_cond": pictures[0], "conditioning_scale": self.scale}
        chosen = torch.zeros(1, self.net.config.num_control_type)
        chosen[0, list(self.kinds)] = 1
        return {
            "controlnet_cond": pictures,
            "conditioning_scale": [self.scale] * len(pictures),
            "control_type": chosen.to(parts.device, parts.dtype).expand(batch, -1),
            "control_type_idx": list(self.kinds),
        }


def sample(
    parts: Parts,
    words: Words,
    plan: Plan,
    picture: Any,
    mask: Any,
    *,
    seeds: Sequence[int],
    steers: Sequence[Steer] = (),
    reference: Any = None,
    sampler: str = "shipped",
    on_step: OnStep | None = None,
) -> Any:
    """Paint ``picture`` (1, 3, H, W) in -1..1 anew where ``mask`` (1, 1, H, W) is 1, once for each seed.

    ``reference``: embeddings of an IP-Adapter's picture, (negative, positive), each (1, 1, channels). H and W are
    multiples of 8. Returns (seeds, 3, H, W) in -1..1; where the mask is 0 the picture is only nearly kept (the VAE
    shifts it): the caller pastes. A seed gives the same picture alone and in a batch.
    """
    import torch

    count, size = len(seeds), tuple(int(n) for n in picture.shape[-2:])
    scheduler = new_scheduler(parts.shipped, sampler)
    steps = timesteps(scheduler, plan)  # in main memory: to ask for their values must not wait for the device
    generators = [torch.Generator().manual_seed(int(seed)) for seed in seeds]
    noisy = {"generator": generators} if "generator" in inspect.signature(scheduler.step).parameters else {}
    sees_mask = parts.unet.config.in_channels == 9  # an inpainting UNet reads mask and picture; others get them blended
    nets = list({id(s.net): s.net for s in steers}.values())

    with torch.inference_mode(), kernels(parts):
        with parts.using(parts.vae):
            original = encode_picture(parts, picture, generators) if not sees_mask or plan.strength < 1 else None
            noise = draw_noise(parts, generators, size)
            hidden: Any = encode_picture(parts, picture * (mask < 0.5), generators) if sees_mask else None
        hole = latent_mask(parts, mask, size)
        start = noised(scheduler, original, noise, steps[:1]) if plan.strength < 1 else None
        latents = noise * scheduler.init_noise_sigma if start is None else start

        with parts.using(parts.unet, *nets), embedding(nets) as embed:
            # Made once, not at each step: for a small copy to the device the host waits until all work before is done
            times = steps.to(parts.device)
            pictures = [s.embedded(embed[id(s.net)]) for s in steers]
            both = {plan.guided(i, len(steps)) for i in range(len(steps))}
            inputs = {g: conditions(parts, words, size, reference, count, g) for g in both}
            asked = {
                g: [s.options(p, count * (1 + g), parts) for s, p in zip(steers, pictures, strict=True)] for g in both
            }
            shown = latents
            for i, (t, time) in enumerate(zip(steps, times, strict=True)):
                if on_step is not None:
                    on_step(i, len(steps), shown)
                guided = plan.guided(i, len(steps))
                copies = 2 if guided else 1
                x = scheduler.scale_model_input(latents.repeat(copies, 1, 1, 1), t)
                context, added = inputs[guided]

                down = middle = None
                if plan.controlled(i, len(steps)):
                    down, middle = steer(steers, asked[guided], x, time, context, added)

                if sees_mask:
                    seen = torch.cat([hole.expand(count, -1, -1, -1), hidden], dim=1).repeat(copies, 1, 1, 1)
                    x = torch.cat([x, seen], dim=1)
                predicted = parts.unet(
                    x,
                    time,
                    encoder_hidden_states=context,
                    added_cond_kwargs=added,
                    down_block_additional_residuals=down,
                    mid_block_additional_residual=middle,
                    return_dict=False,
                )[0]
                if guided:
                    without, towards = predicted.chunk(2)
                    predicted = without + plan.guidance * (towards - without)

                stepped = scheduler.step(predicted, t, latents, **noisy)
                latents = stepped.prev_sample
                if not sees_mask:  # outside the hole: the picture, with the noise that belongs to the next step
                    kept = original
                    if i < len(steps) - 1:
                        kept = noised(scheduler, original, noise, steps[i + 1 : i + 2])
                    latents = (1 - hole) * kept + hole * latents
                clean = getattr(stepped, "pred_original_sample", None)
                shown = latents if clean is None else clean

        with parts.using(parts.vae):
            return decode_latents(parts, latents)


@contextmanager
def embedding(nets: Sequence[Any]) -> Iterator[dict[int, Any]]:
    """Id of each net -> its layers that embed the picture, which the net passes over while the ``with`` lasts."""
    embed = {id(net): net.controlnet_cond_embedding for net in nets}
    for net in nets:
        net.controlnet_cond_embedding = identity()
    try:
        yield embed
    finally:
        for net in nets:
            net.controlnet_cond_embedding = embed[id(net)]


@cache
def identity() -> Any:
    """One for all nets and pictures: a compiled net is compiled anew when it meets another module."""
    import torch

    return torch.nn.Identity()


def steer(
    steers: Sequence[Steer], asked: Sequence[dict[str, Any]], x: Any, t: Any, context: Any, added: dict[str, Any]
) -> tuple[Any, Any]:
    """Residuals for the UNet's blocks, summed over the ControlNets; (None, None) without any."""
    down: Any = None
    middle: Any = None
    extra = {k: v for k, v in added.items() if k != "image_embeds"}
    for s, options in zip(steers, asked, strict=True):
        more, mid = s.net(x, t, encoder_hidden_states=context, added_cond_kwargs=extra, return_dict=False, **options)
        down = list(more) if down is None else [a + b for a, b in zip(down, more, strict=True)]
        middle = mid if middle is None else middle + mid
    return down, middle


def conditions(
    parts: Parts, words: Words, size: tuple[int, ...], reference: Any, count: int, guided: bool
) -> tuple[Any, dict[str, Any]]:
    """The prompt, and what the UNet takes beside it: SDXL's pooled text and sizes (original, crop, target), an
    IP-Adapter's picture."""
    import torch

    context, pooled = words.batch(count, guided)
    added: dict[str, Any] = {}
    if parts.large:
        added["text_embeds"] = pooled
        ids = torch.tensor([[*size, 0, 0, *size]], dtype=pooled.dtype, device=pooled.device)
        added["time_ids"] = ids.expand(pooled.shape[0], -1)
    if reference is not None:
        halves = reference if guided else reference[1:]
        added["image_embeds"] = [torch.cat([h.expand(count, *h.shape[1:]) for h in halves])]
    return context, added


def scale_of(parts: Parts) -> int:
    """Pixels a latent: 8."""
    return 2 ** (len(parts.vae.config.block_out_channels) - 1)


def noised(scheduler: Any, original: Any, noise: Any, t: Any) -> Any:
    """diffusers' ``add_noise`` at the step ``t`` (1,), its two factors found in main memory."""
    import torch

    one, none = torch.ones(1), torch.zeros(1)
    return float(scheduler.add_noise(one, none, t)) * original + float(scheduler.add_noise(none, one, t)) * noise


def draw_noise(parts: Parts, generators: Sequence[Any], size: tuple[int, ...]) -> Any:
    """(generators, C, h, w), each from its own generator in main memory: the same alone or together, on every device and,
    but for rounding, for every dtype (torch 2.11 draws unrelated numbers for bf16 and fp32, 2.13 the same)."""
    import torch

    k = scale_of(parts)
    shape = (1, parts.vae.config.latent_channels, size[0] // k, size[1] // k)
    return torch.cat([torch.randn(shape, generator=g) for g in generators]).to(parts.device, parts.dtype)


def encode_picture(parts: Parts, picture: Any, generators: Sequence[Any]) -> Any:
    """(generators, C, h, w) latents of a picture (1, 3, H, W) in -1..1; encoded once, drawn once for each generator."""
    import torch

    spread = parts.vae.encode(picture.to(parts.device, parts.vae.dtype)).latent_dist
    noise = torch.cat([torch.randn(spread.mean.shape, generator=g) for g in generators]).to(spread.mean)
    return ((spread.mean + spread.std * noise) * parts.vae.config.scaling_factor).to(parts.dtype)


def decode_latents(parts: Parts, latents: Any) -> Any:
    """(N, 3, H, W) in -1..1, float32."""
    shifted = latents.to(parts.vae.dtype) / parts.vae.config.scaling_factor
    return parts.vae.decode(shifted, return_dict=False)[0].float().clamp(-1, 1)


def latent_mask(parts: Parts, mask: Any, size: tuple[int, ...]) -> Any:
    """(1, 1, h, w): a latent is painted if one of its pixels is."""
    import torch

    return torch.nn.functional.max_pool2d(mask.to(parts.device, parts.dtype), scale_of(parts))
