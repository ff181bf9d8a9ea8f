"""The room head's temperature, and a second half of RoomNet's training: folded, in bfloat16, four times as fast a step.

Part of the recipe in train_roomnet.py; `weights/roomnet.md` says what the shipped file was made with. Depthwise kernels
stay as the first half left them: on a CPU their gradients cost as much as all else, and they hold 3 % of the weights.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import numpy as np
import torch
from roomnet_batches import HELD_OUT, SURFACES, Pool
from torch import Tensor
from torch.nn import functional as F

from stagekit.models.layers import Layer
from stagekit.models.network import RoomNet

FIXED = ("stem", "block0/", "block1/", "block2/")
"""Layers that keep their ImageNet weights, as in the first half."""
ENCODER = ("block", "rooms/features")
KEEP = 0.998
"""Share of the averaged weights that a step keeps."""
TOGETHER = 8
"""Steps between which the processes of one run average their weights (local SGD, Stich 2019)."""
DROP = 0.25
"""Share of the room head's features left out in a step."""


class FoldedNet(RoomNet):
    """RoomNet with folded weights in float32 that computes in bfloat16. Logits come out as float32."""

    def __init__(self) -> None:
        super().__init__(folded=True)
        for name, p in self.named_parameters():
            p.requires_grad_(not name.removeprefix("parts.").startswith(FIXED) and "/depth." not in name)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        segments, rooms = super().forward(image.to(torch.bfloat16, memory_format=torch.channels_last))
        return segments.float(), rooms.float()

    def _step(self, layer: Layer, given: list[Tensor]) -> Tensor:
        if layer.op not in ("conv", "linear"):
            return super()._step(layer, given)
        part: Any = self.parts[layer.name.replace(".", "/")]
        x = given[0]
        if layer.op == "linear":
            return part(F.dropout(x.flatten(1).float(), DROP, self.training))
        before, after = layer.padding
        if before != after:
            x = F.pad(x, (before, after, before, after))
        # oneDNN's bfloat16 gradient of a strided depthwise convolution is ten times slower than its float32 one
        kind = torch.float32 if layer.groups > 1 and layer.stride == 2 and x.requires_grad else torch.bfloat16
        weight = part.weight.to(kind, memory_format=torch.channels_last)
        padding = before if before == after else 0
        out = F.conv2d(x.to(kind), weight, part.bias.to(kind), layer.stride, padding, groups=layer.groups)
        out = out.to(torch.bfloat16)
        return F.relu6(out, inplace=True) if layer.relu6 else out


def loss_of(net: RoomNet, x: Tensor, target: Tensor, room: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Soft cross-entropy where the target is known, and the room type's."""
    segments, rooms = net(x)
    each = -(target * segments.log_softmax(1)).sum(1)
    w = (target * weight[None, :, None, None]).sum(1)
    segment = (each * w).sum() / w.sum().clamp(min=1.0)
    known = room >= 0
    kind = F.cross_entropy(rooms[known], room[known], label_smoothing=0.05) if known.any() else segment * 0
    return segment, kind


def shares(pool: Pool) -> Tensor:
    """(32,) share of each class in every fifth photo."""
    known = [t for t in pool.targets[: pool.real : 5] if t is not None]
    return torch.tensor(np.mean([t.mean((0, 1)) for t in known], 0) / 255 + 1e-4)


def class_weights(share: Tensor, power: float = 0.15, most: float = 1.6) -> Tensor:
    """Rare classes count a little more: with more than that the network sees furniture where there is wall."""
    weight = ((share / share.max()) ** -power).clamp(max=most).float()
    weight[SURFACES] = weight[SURFACES].clamp(min=1.1)
    return weight


def size(name: str, p: Tensor) -> float:
    """A layer's rate relative to its numbers: folded weights are from 0.01 to 1 large, and Adam's steps are absolute."""
    rms = float(p.detach().square().mean().sqrt())
    return rms if name.endswith("weight") else max(0.3 * rms, 0.02)


def tune(args: argparse.Namespace) -> None:
    """``--start`` (folded .pt or .safetensors) to ``WORK/NAME.pt``: the average of the weights, saved every 100 steps.

    ``--steady``: the rate stays; without it the rate falls to 0 as a cosine. ``--shards N --shard K``: this is process
    K of N that learn from different batches and average their weights every few steps; process 0 saves.
    """
    import cv2
    import torch.distributed as peers

    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    if args.shards > 1:
        meeting = (args.work / f"{args.name}.meeting").resolve()
        peers.init_process_group("gloo", init_method=f"file://{meeting}", rank=args.shard, world_size=args.shards)
    rng = np.random.default_rng([args.seed, args.shard])
    pool = Pool(args.work, args.training)
    named = sum(t is not None for t in pool.targets[: pool.real])
    print(f"{pool.real} photos, {named} with targets, {len(pool.pictures) - pool.real} rendered rooms", flush=True)
    weight = class_weights(shares(pool))
    net = FoldedNet()
    net.load_folded(mean(args.start))
    learnt = {n.removeprefix("parts."): p for n, p in net.named_parameters() if p.requires_grad}
    groups = [
        {"params": [p], "share": size(n, p) * (args.inner if n.startswith(ENCODER) else 1.0)} for n, p in learnt.items()
    ]
    optimiser = torch.optim.AdamW(groups, lr=args.rate, weight_decay=0.0)
    average = {n: p.detach().clone() for n, p in learnt.items()}
    began, seen = time.time(), []
    for step in range(args.steps):
        fall = 1.0 if args.steady else 0.5 + 0.5 * math.cos(math.pi * step / args.steps)
        for g in optimiser.param_groups:
            g["lr"] = args.rate * g["share"] * fall * min(1.0, (step + 1) / 60)
        x, target, room = pool.batch(rng, args.synthetic)
        segment, kind = loss_of(net, x, target, room, weight)
        optimiser.zero_grad(set_to_none=True)
        (segment + args.kind * kind).backward()
        torch.nn.utils.clip_grad_norm_(list(learnt.values()), 1.0)
        optimiser.step()
        if args.shards > 1 and (step + 1) % TOGETHER == 0:
            flat = torch.cat([p.detach().reshape(-1) for p in learnt.values()])
            peers.all_reduce(flat)
            for p, part in zip(learnt.values(), flat.split([p.numel() for p in learnt.values()]), strict=True):
                p.detach().copy_(part.view_as(p) / args.shards)
        keep = min(KEEP, (step + 1) / (step + 20))
        for name, p in learnt.items():
            average[name].lerp_(p.detach(), 1 - keep)
        seen.append((float(segment.detach()), float(kind.detach())))
        if (step + 1) % 50 == 0:
            a, b = np.mean(seen[-50:], 0)
            print(f"{step + 1} segments {a:.4f} rooms {b:.4f} {time.time() - began:.0f} s", flush=True)
        if args.shard == 0 and ((step + 1) % 100 == 0 or step + 1 == args.steps):
            state = net.folded() | {n.replace("/", "."): v for n, v in average.items()}
            torch.save({k: v.clone() for k, v in state.items()}, args.work / f"{args.name}.pt.part")
            (args.work / f"{args.name}.pt.part").rename(args.work / f"{args.name}.pt")


def mean(paths: list[Any]) -> dict[str, Tensor]:
    """The mean of several folded weights: runs from one start with different seeds, side by side on two cores."""
    several = [read(path) for path in paths]
    return {key: torch.stack([w[key].float() for w in several]).mean(0) for key in several[0]}


def read(path: Any) -> dict[str, Tensor]:
    """Folded weights of a .safetensors, of a .pt of this half, or of a .pt of the first half."""
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    state = torch.load(path, map_location="cpu", weights_only=True)
    if not any(key.startswith("parts.") for key in state):
        return dict(state)
    net = RoomNet()
    net.load_state_dict(state)
    return net.folded()


def calibrate(args: argparse.Namespace) -> None:
    """``--start`` to ``WORK/NAME.pt``: the room head's logits divided by the temperature that fits the held-out photos.

    Fitted for the mean over scales and mirror that ``roomnet.v1`` gives (Guo et al. 2017, negative log-likelihood).
    """
    from PIL import Image
    from roomnet_targets import unpack

    from stagekit.models.roomnet_arch import ROOMS

    torch.set_num_threads(args.threads)
    weights = mean(args.start)
    net = FoldedNet()
    net.load_folded(weights)
    net.eval()
    logits, truth = [], []
    for photo in unpack(args.training, args.work)[::HELD_OUT]:
        picture = Image.open(photo).convert("RGB")
        logits.append(room_logits(net, picture if "listings" in photo.parts else picture.resize((341, 256))))
        truth.append(ROOMS.index(photo.parts[-2]))
    z, y = torch.stack(logits), torch.tensor(truth)
    heats = torch.exp(torch.linspace(math.log(0.3), math.log(2.0), 96))
    losses = [float(F.nll_loss((z / t).softmax(2).mean(1).log(), y)) for t in heats]
    heat = float(heats[int(np.argmin(losses))])
    p = (z / heat).softmax(2).mean(1)
    right, sure = (p.argmax(1) == y).float(), p.max(1).values
    print(
        f"{len(y)} photos held out: temperature {heat:.3f}, accuracy {right.mean():.4f}, confidence {sure.mean():.4f}"
    )
    for key in ("rooms.weight", "rooms.bias"):
        weights[key] = weights[key] / heat
    torch.save(weights, args.work / f"{args.name}.pt")


@torch.no_grad()
def room_logits(net: FoldedNet, picture: Any) -> Tensor:
    """(2 x scales, 6) room logits of a PIL picture in the views that ``roomnet.v1`` takes."""
    import cv2

    from stagekit.backends.segment import SCALES, input_size

    array, views = np.asarray(picture), []
    for scale in SCALES:
        height, width = input_size(*array.shape[:2], scale)
        shrinks = height < array.shape[0]
        small = cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        x = torch.from_numpy(small).permute(2, 0, 1)[None].float() * (2 / 255) - 1
        views.append(net(torch.cat([x, x.flip(3)]))[1])
    return torch.cat(views)
