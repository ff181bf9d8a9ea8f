"""The recipe of roomfill.safetensors: what light and colours may lie behind furniture, learnt from photos of rooms. Seeded.

Photos lose what lies under the outlines of other photos' furniture, their own furniture too half of the time; the network
tells the colours of the building there, and is asked nowhere else. Labels are those of RoomNet's teacher
(distil_roomnet.py). `weights/roomfill.md` has the commands that made the shipped file.

train: on a GPU, until --seconds are over. export: the safetensors file. Needs torch, onnx (extra "train").
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from distil_roomnet import MOVABLE, Bank, Mixer, averaged, photo_bank  # noqa: E402
from roomnet_batches import crop  # noqa: E402

from stagekit.models.network import RoomFill  # noqa: E402
from stagekit.models.roomfill_arch import GUIDES, SIDE, STRIDE, filled  # noqa: E402
from stagekit.models.roomnet_arch import CLASSES  # noqa: E402

ASPECTS = (4 / 3, 4 / 3, 3 / 2, 3 / 2, 1.0, 3 / 4)
"""Width by height of the crops that are squeezed to squares."""
BUILDING = [
    CLASSES.index(c) for c in ("wall", "floor", "ceiling", "window", "door", "fireplace", "column", "stairs", "curtain")
]
SURFACES = [[CLASSES.index(c) for c in group] for group in GUIDES]
LARGEST = 0.6
"""Share of the picture over which the second photo's outlines are left out."""
UNTOLD = 0.15
"""Share of the pictures in whose holes no surface is told."""
BLUR = 8
"""Cells over which the second part of the loss takes means."""
KNOWN = 0.05
"""Weight of what lies outside the hole."""
KEEP = 0.9995


class Holes(Mixer):
    """Batches: float (N, 7, 256, 256) as the network takes them, its smooth fill and the truth (N, 3, 128, 128), and
    weights (N, 1, 128, 128)."""

    def __init__(self, photos: Bank, seed: int) -> None:
        super().__init__(photos, photos, seed)

    def holes(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        aspect = ASPECTS[self.rng.integers(len(ASPECTS))]
        x, t = self.squeezed(self.photos.bare, count, aspect, 0.45)
        x = self.look(x)
        first, second = self.outlines(count, aspect), self.outlines(count, aspect)
        hole = first
        both = torch.maximum(first, second)
        few = (both.mean((1, 2, 3), keepdim=True) < LARGEST) & self.chance(count, 0.5)
        hole = torch.where(few, both, hole)
        own = self.grown((enlarged(t[:, MOVABLE].sum(1, keepdim=True)) > 0.4).float())
        hole = torch.where(self.chance(count, 0.5), torch.maximum(hole, own), hole)
        building = enlarged(t[:, BUILDING].sum(1, keepdim=True)).clamp(0, 1)
        surfaces = torch.cat([t[:, group].sum(1, keepdim=True) for group in SURFACES], 1)
        told = torch.where(hole > 0.5, self.bent(surfaces), enlarged(surfaces))
        told = torch.where((hole > 0.5) & self.chance(count, UNTOLD), torch.zeros_like(told), told)
        base = filled(x, 1 - hole)
        weight = F.avg_pool2d(hole * building**2 + KNOWN * (1 - hole), STRIDE)
        given = torch.cat([base * 2 - 1, hole, told], 1)
        return given, F.avg_pool2d(base, STRIDE), F.avg_pool2d(x, STRIDE), weight

    def squeezed(self, weights: Any, count: int, aspect: float, smallest: float) -> tuple[Tensor, Tensor]:
        """Crops of this aspect, squeezed to squares: pictures of 256 px, targets of 64 cells."""
        bank = self.photos
        index = self.rng.choice(len(bank.aspects), count, p=weights)
        true = np.where(bank.aspects == 1, 4 / 3, bank.aspects)  # the square photos were 4:3, most of them
        views = np.stack([crop(self.rng, true[i], aspect, smallest) for i in index])
        theta = torch.from_numpy(views).float().to(self.device)

        def sample(maps: Tensor, side: int) -> Tensor:
            grid = F.affine_grid(theta, [count, 1, side, side], align_corners=False)
            return F.grid_sample(maps[index].float(), grid, padding_mode="reflection", align_corners=False) / 255

        return sample(bank.pictures, SIDE), sample(bank.targets, SIDE // 4)

    def outlines(self, count: int, aspect: float) -> Tensor:
        """(N, 1, 256, 256) of 0 and 1: where another photo has furniture, its shadow and a margin with it; a few have an
        oval on the floor."""
        _, u = self.squeezed(self.photos.crowded, count, aspect, 0.5)
        shape = (enlarged(u[:, MOVABLE].sum(1, keepdim=True)) > 0.5).float()
        ys = torch.linspace(0, 1, SIDE, device=self.device)[:, None]
        xs = torch.linspace(0, 1, SIDE, device=self.device)[None]
        r = torch.rand((4, count, 1, 1, 1), generator=self.random, device=self.device)
        far = ((xs - r[0]) / (0.1 + 0.35 * r[1])) ** 2 + ((ys - 0.6 - 0.35 * r[2]) / (0.04 + 0.14 * r[3])) ** 2
        oval = (far < 1).float()
        return self.grown(torch.where(self.chance(count, 0.35), torch.maximum(shape, oval), shape))

    def grown(self, mask: Tensor) -> Tensor:
        """``mask`` with a margin of 1 to 6 px, each picture another."""
        some = [F.max_pool2d(mask, 2 * r + 1, 1, r) for r in (1, 3, 6)]
        which = torch.randint(3, (len(mask), 1, 1, 1), generator=self.random, device=self.device)
        return torch.where(which == 0, some[0], torch.where(which == 1, some[1], some[2]))

    def bent(self, surfaces: Tensor) -> Tensor:
        """The surfaces (N, 3, 64, 64) at full size, as an estimated layout would tell them: shifted a little, and sure."""
        n = len(surfaces)
        coarse = torch.randn((n, 2, 4, 4), generator=self.random, device=self.device) * 0.012
        flow = F.interpolate(coarse, (SIDE, SIDE), mode="bicubic").permute(0, 2, 3, 1)
        plain = torch.eye(2, 3, device=self.device)[None].expand(n, -1, -1)
        grid = F.affine_grid(plain, [n, 1, SIDE, SIDE], align_corners=False) + flow
        moved = F.grid_sample(surfaces, grid, padding_mode="border", align_corners=False)
        return ((moved - 0.5) * 3 + 0.5).clamp(0, 1)

    def chance(self, count: int, p: float) -> Tensor:
        return torch.rand((count, 1, 1, 1), generator=self.random, device=self.device) < p


def enlarged(maps: Tensor) -> Tensor:
    return F.interpolate(maps, (SIDE, SIDE), mode="bilinear", align_corners=False)


def loss_of(net: RoomFill, given: Tensor, base: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Huber losses of each cell and of means over `BLUR` cells, sRGB 0..1 in tenths."""
    off = (base + net(given).float() - truth) * 10
    fine = (weight * F.smooth_l1_loss(off, torch.zeros_like(off), reduction="none", beta=1.5)).sum() / weight.sum()
    w = F.avg_pool2d(weight, BLUR)
    mean = F.avg_pool2d(weight * off, BLUR) / (w + 1e-3)
    coarse = (w * F.smooth_l1_loss(mean, torch.zeros_like(mean), reduction="none", beta=1.5)).sum() / w.sum()
    return fine + coarse


def train(args: argparse.Namespace) -> None:
    """``WORK/roomfill.pt`` (folded): the average of the weights."""
    began = time.time()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed)
    photos = photo_bank(args.work, args.training, device, args.limit)
    photos.pictures = F.avg_pool2d(photos.pictures.float(), 2).round().to(torch.uint8)
    print(f"{len(photos.aspects)} photos, {time.time() - began:.0f} s", flush=True)
    mixer = Holes(photos, args.seed)
    net = RoomFill().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch.nn.init.zeros_(net.parts["light"].weight)  # type: ignore[arg-type]
    decayed = [p for p in net.parameters() if p.ndim > 1]
    rest = [p for p in net.parameters() if p.ndim == 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0.0}], args.rate
    )
    average = [p.detach().clone() for p in net.parameters()]
    seen: list[Tensor] = []
    step, start = 0, time.time()
    while (done := min(1.0, (time.time() - start) / args.seconds)) < 1:
        for g in optimiser.param_groups:
            g["lr"] = args.rate * (0.5 + 0.5 * math.cos(math.pi * done)) * min(1.0, (step + 1) / 300)
        batch = mixer.holes(args.batch)
        given = batch[0].contiguous(memory_format=torch.channels_last)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            loss = loss_of(net, given, *batch[1:])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0, foreach=True)
        optimiser.step()
        torch._foreach_lerp_(average, [p.detach() for p in net.parameters()], 1 - min(KEEP, (step + 1) / (step + 20)))
        seen.append(loss.detach())
        step += 1
        if step % args.every == 0:
            print(f"{step} {torch.stack(seen[-args.every :]).mean():.4f} {time.time() - began:.0f} s", flush=True)
        if step % (20 * args.every) == 0:
            save(net, average, mixer, args)
    save(net, average, mixer, args)
    print(f"{step} steps of {args.batch} photos, {time.time() - began:.0f} s", flush=True)


def save(net: RoomFill, average: list[Tensor], mixer: Holes, args: argparse.Namespace) -> None:
    """The averaged weights, folded."""
    weights = averaged(net, average, lambda: mixer.holes(args.batch)[0], 2 if args.limit else 40)
    torch.save(weights, args.work / "roomfill.pt")


def export(args: argparse.Namespace) -> None:
    """``WORK/roomfill.pt`` as fp16 safetensors to ``--out``."""
    from safetensors.torch import save_file

    weights = torch.load(args.work / "roomfill.pt", map_location="cpu", weights_only=True)
    save_file({k: v.half().contiguous() for k, v in weights.items()}, args.out)
    print(args.out, args.out.stat().st_size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=("train", "export"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/roomfill"))
    parser.add_argument("--training", type=Path, default=Path(__file__).parents[2] / "shared" / "training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "roomfill.safetensors")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=420)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--every", type=int, default=100, help="steps between lines of progress")
    parser.add_argument("--limit", type=int, help="take this many photos only: a trial")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    {"train": train, "export": export}[args.task](args)


if __name__ == "__main__":
    main()
