"""The recipe of roomfill.safetensors: how light goes on behind furniture, learnt from photos of rooms. Seeded.

Photos lose what lies under the outlines of other photos' furniture, their own furniture too half of the time; the network
tells the colours of floor, walls and ceiling there, and is asked nowhere else. Labels are those of the embedded RoomNet.
`weights/roomfill.md` has the commands that made the shipped file.

train: until --seconds are over, on a GPU or two processor cores. export: the safetensors file. Needs torch (extra "train").
"""

from __future__ import annotations

import argparse
import copy
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
from distil_roomnet import MOVABLE  # noqa: E402
from roomnet_batches import HELD_OUT, crop  # noqa: E402
from roomnet_targets import unpack  # noqa: E402

from stagekit.models.network import RoomFill  # noqa: E402
from stagekit.models.roomfill_arch import LIT_BY, SIDE, STRIDE, SURFACES, channels, filled  # noqa: E402
from stagekit.models.roomnet_arch import CLASSES  # noqa: E402

ASPECTS = (4 / 3, 4 / 3, 3 / 2, 3 / 2, 1.0, 3 / 4)
"""Width by height of the crops that are squeezed to squares."""
LABELS = [*SURFACES.values(), LIT_BY, tuple(CLASSES[k] for k in MOVABLE)]
"""Classes of each map that is kept of a photo's labels: the surfaces, what lights them, what is movable."""
SEEN = 384
"""Long side in pixels at which RoomNet sees the photos."""
TILED = 0.25
"""Weight of bathrooms: their walls are tiles."""
LARGEST = 0.6
"""Share of the picture over which the second photo's outlines are left out."""
UNTOLD = 0.1
"""Share of the pictures in whose holes no surface is told."""
KEEP = 0.999


class Bank:
    """``pictures`` uint8 (N, 3, 128, 128), squeezed to squares; ``labels`` uint8 (N, 5, 64, 64), see ``LABELS``, of 255;
    ``aspects`` (N,) width by height; ``bare`` and ``crowded`` (N,): chances to be drawn as a room, and for its furniture."""

    def __init__(self, pictures: Tensor, labels: Tensor, aspects: Any, tiled: Any) -> None:
        self.pictures, self.labels, self.aspects = pictures, labels, aspects
        share = labels.float().mean((2, 3)).numpy() / 255
        bare = share[:, :3].sum(1) * np.where(tiled, TILED, 1)
        crowded = np.where(share[:, 4] < 0.6, share[:, 4], 0)
        self.bare, self.crowded = bare / bare.sum(), crowded / crowded.sum()


def bank(training: Path, work: Path, limit: int | None) -> Bank:
    """The photos that are not held out, labelled; kept in ``WORK/bank.npz``."""
    kept = work / "bank.npz"
    if not kept.exists():
        made = _labelled([f for k, f in enumerate(unpack(training, work)[:limit]) if k % HELD_OUT])
        np.savez(kept, **made)
    with np.load(kept) as data:
        parts = {k: data[k] for k in data.files}
    return Bank(torch.from_numpy(parts["pictures"]), torch.from_numpy(parts["labels"]), parts["aspects"], parts["tiled"])


def _labelled(files: list[Path]) -> dict[str, Any]:
    import cv2

    from stagekit.backends.segment import RoomNetV1

    network = RoomNetV1(scales=(SEEN,), flip=False).open()
    pictures, labels, aspects = [], [], []
    for number, file in enumerate(files):
        picture = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
        p, _ = network.look(picture)
        maps = np.stack([sum(p[CLASSES.index(c)] for c in group) for group in LABELS])
        maps = np.stack([cv2.resize(m, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for m in maps])
        labels.append((maps * 255).round().clip(0, 255).astype(np.uint8))
        pictures.append(cv2.resize(picture, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_AREA).transpose(2, 0, 1))
        aspects.append(picture.shape[1] / picture.shape[0])
        if number % 500 == 0:
            print(f"{number} of {len(files)} photos labelled", flush=True)
    return {
        "pictures": np.stack(pictures),
        "labels": np.stack(labels),
        "aspects": np.array(aspects),
        "tiled": np.array([f.parent.name == "bathroom" for f in files]),
    }


class Holes:
    """Draws batches from a bank."""

    def __init__(self, photos: Bank, device: str, seed: int) -> None:
        self.photos, self.device = photos, device
        self.rng = np.random.default_rng(seed)
        self.random = torch.Generator(device).manual_seed(seed)

    def batch(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The network's input, each surface's fill, the truth (N, 3, 64, 64), and weights (N, 3, 64, 64) by surface."""
        aspect = ASPECTS[self.rng.integers(len(ASPECTS))]
        x, t = self.views(self.photos.bare, count, aspect, 0.45, self.photos.pictures, self.photos.labels)
        x = self.look(x)
        first, second = self.outlines(count, aspect), self.outlines(count, aspect)
        both = torch.maximum(first, second)
        few = (both.mean((1, 2, 3), keepdim=True) < LARGEST) & self.chance(count, 0.5)
        hole = torch.where(few, both, first)
        own = self.grown((t[:, 4:] > 0.4).float())
        hole = torch.where(self.chance(count, 0.6), torch.maximum(hole, own), hole)
        behind = filled(t[:, :3], t[:, :3].sum(1, keepdim=True).clamp(0, 1))  # what stands there hides them
        told = torch.where(hole > 0.5, self.bent(behind), t[:, :3])
        told = torch.where((hole > 0.5) & self.chance(count, UNTOLD), torch.zeros_like(told), told)
        parts, fills = channels(x, hole, told, t[:, 3:4])
        return torch.cat(parts, 1), torch.cat(fills, 1), x, hole * (2 * t[:, :3] - 1).clamp(0)

    def views(self, chances: Any, count: int, aspect: float, smallest: float, *maps: Tensor) -> list[Tensor]:
        """The same crops of all ``maps``, of this aspect, squeezed to squares of 64 cells, 0..1."""
        aspects = self.photos.aspects
        index = self.rng.choice(len(aspects), count, p=chances)
        true = np.where(aspects == 1, 4 / 3, aspects)  # the square photos were 4:3, most of them
        views = np.stack([crop(self.rng, true[i], aspect, smallest) for i in index])
        theta = torch.from_numpy(views).float().to(self.device)
        found = []
        for values in maps:
            side = values.shape[2]
            grid = F.affine_grid(theta, [count, 1, side, side], align_corners=False)
            some = values[torch.from_numpy(index)].to(self.device).float()
            crops = F.grid_sample(some, grid, padding_mode="reflection", align_corners=False) / 255
            found.append(F.avg_pool2d(crops, side // SIDE) if side > SIDE else crops)
        return found

    def outlines(self, count: int, aspect: float) -> Tensor:
        """(N, 1, 64, 64) of 0 and 1: where another photo has furniture, its shadow and a margin with it; a few have an
        oval on the floor."""
        (movable,) = self.views(self.photos.crowded, count, aspect, 0.5, self.photos.labels[:, 4:])
        shape = (movable > 0.5).float()
        ys = torch.linspace(0, 1, SIDE, device=self.device)[:, None]
        xs = torch.linspace(0, 1, SIDE, device=self.device)[None]
        r = torch.rand((4, count, 1, 1, 1), generator=self.random, device=self.device)
        far = ((xs - r[0]) / (0.1 + 0.35 * r[1])) ** 2 + ((ys - 0.6 - 0.35 * r[2]) / (0.04 + 0.14 * r[3])) ** 2
        return self.grown(torch.where(self.chance(count, 0.35), torch.maximum(shape, (far < 1).float()), shape))

    def grown(self, mask: Tensor) -> Tensor:
        """``mask`` with a margin of 0 to 2 cells, each picture another."""
        some = [F.max_pool2d(mask, 2 * r + 1, 1, r) for r in (0, 1, 2)]
        which = torch.randint(3, (len(mask), 1, 1, 1), generator=self.random, device=self.device)
        return torch.where(which == 0, some[0], torch.where(which == 1, some[1], some[2]))

    def bent(self, surfaces: Tensor) -> Tensor:
        """The surfaces as an estimated layout would tell them: shifted a little, and sure."""
        n = len(surfaces)
        coarse = torch.randn((n, 2, 4, 4), generator=self.random, device=self.device) * 0.012
        flow = F.interpolate(coarse, (SIDE, SIDE), mode="bicubic").permute(0, 2, 3, 1)
        plain = torch.eye(2, 3, device=self.device)[None].expand(n, -1, -1)
        grid = F.affine_grid(plain, [n, 1, SIDE, SIDE], align_corners=False) + flow
        moved = F.grid_sample(surfaces, grid, padding_mode="border", align_corners=False)
        return ((moved - 0.5) * 3 + 0.5).clamp(0, 1)

    def look(self, x: Tensor) -> Tensor:
        """Another camera's: gamma, exposure, white balance, contrast, saturation."""
        n = len(x)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=self.random, device=self.device)

        x = x.clamp(1e-3, 1) ** torch.exp(0.25 * normal(n, 1, 1, 1))
        x = x * torch.exp(0.12 * normal(n, 1, 1, 1) + 0.08 * normal(n, 3, 1, 1))
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * torch.exp(0.3 * normal(n, 1, 1, 1))
        return x.clamp_(0, 1)

    def chance(self, count: int, p: float) -> Tensor:
        return torch.rand((count, 1, 1, 1), generator=self.random, device=self.device) < p


def loss_of(net: RoomFill, given: Tensor, fills: Tensor, truth: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Mean squared errors of the surfaces' colours in the holes, each bounded (Huber), and those of the fills alone."""
    light = F.interpolate(net(given).float(), scale_factor=STRIDE, mode="bilinear", align_corners=False)
    w = weight.repeat_interleave(3, 1)

    def off(colours: Tensor) -> Tensor:
        apart = (colours - truth.repeat(1, len(SURFACES), 1, 1)) * 10
        return (w * F.smooth_l1_loss(apart, torch.zeros_like(apart), reduction="none", beta=2.0)).sum() / w.sum()

    return off(fills + light), off(fills)


def train(args: argparse.Namespace) -> None:
    """``WORK/roomfill.pt`` (folded): the average of the weights."""
    began = time.time()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed)
    photos = bank(args.training, args.work, args.limit)
    print(f"{len(photos.aspects)} photos, {time.time() - began:.0f} s", flush=True)
    mixer = Holes(photos, device, args.seed)
    net = RoomFill().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch.nn.init.zeros_(net.parts["light"].weight)  # type: ignore[arg-type]
    decayed = [p for p in net.parameters() if p.ndim > 1]
    rest = [p for p in net.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, args.rate)
    average = [p.detach().clone() for p in net.parameters()]
    seen: list[Tensor] = []
    step, start = 0, time.time()
    while (done := min(1.0, (time.time() - start) / args.seconds)) < 1:
        for g in optimiser.param_groups:
            g["lr"] = args.rate * (0.5 + 0.5 * math.cos(math.pi * done)) * min(1.0, (step + 1) / 200)
        given, *rest_of = mixer.batch(args.batch)
        loss, plain = loss_of(net, given.contiguous(memory_format=torch.channels_last), *rest_of)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        torch._foreach_lerp_(average, [p.detach() for p in net.parameters()], 1 - min(KEEP, (step + 1) / (step + 20)))
        seen.append(torch.stack([loss.detach(), plain]))
        step += 1
        if step % args.every == 0:
            a, b = torch.stack(seen[-args.every :]).mean(0).tolist()
            print(f"{step} loss {a:.4f}, of the fills {b:.4f}, {time.time() - began:.0f} s", flush=True)
        if step % (5 * args.every) == 0:
            save(net, average, mixer, args)
    save(net, average, mixer, args)
    print(f"{step} steps of {args.batch} photos, {time.time() - began:.0f} s", flush=True)


@torch.no_grad()
def save(net: RoomFill, average: list[Tensor], mixer: Holes, args: argparse.Namespace) -> None:
    """The averaged weights with batch norms measured anew, folded."""
    final = copy.deepcopy(net)
    for p, value in zip(final.parameters(), average, strict=True):
        p.copy_(value)
    for m in final.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.reset_running_stats()
            m.momentum = None  # type: ignore[assignment]
    final.train()
    for _ in range(2 if args.limit else 30):
        final(mixer.batch(args.batch)[0].contiguous(memory_format=torch.channels_last))
    torch.save({k: v.float().cpu().clone() for k, v in final.folded().items()}, args.work / "roomfill.pt")


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
    parser.add_argument("--seconds", type=float, default=2700)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--every", type=int, default=100, help="steps between lines of progress")
    parser.add_argument("--limit", type=int, help="take this many photos only: a trial")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    {"train": train, "export": export}[args.task](args)


if __name__ == "__main__":
    main()
