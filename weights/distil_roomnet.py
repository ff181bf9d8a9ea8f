"""RoomNet's last stretch, on a GPU: every layer learns, with batch norms, from photos, mixtures of photos, rendered rooms.

Part of the recipe in train_roomnet.py. Targets are the teacher's mean over whole pictures and their quarters (on the
NYUv2 photos 0.47 mIoU, one look 0.45); all pictures and targets stay in the GPU's memory, all augmentation happens there.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from roomnet_batches import HELD_OUT, SURFACES, crop
from roomnet_labels import label
from roomnet_targets import unpack
from torch import Tensor
from torch.nn import functional as F
from tune_roomnet import class_weights, loss_of, mean, read

from stagekit.models.layers import Layer
from stagekit.models.network import RoomNet
from stagekit.models.roomnet_arch import CLASSES, ROOMS, STRIDE, weighted

SIZES = ((256, 320), (320, 288), (384, 512))
"""Heights and widths of training pictures; few, so that the GPU's kernels are chosen once."""
SHARES = {"plain": 0.45, "furnished": 0.2, "mosaic": 0.12, "rendered": 0.23}
"""Kinds of pictures in a batch: crops of photos; furniture of one photo over another; four in one; rendered rooms."""
MOVABLE = [CLASSES.index(c) for c in ("rug", "sofa", "chair", "table", "bed", "cabinet", "shelf", "lamp", "plant",
                                      "television", "clutter", "person", "appliance")]  # fmt: skip
DROP = 0.25
LAYOUT = torch.channels_last
KEEP = 0.999


class Learner(RoomNet):
    """RoomNet with batch norms that starts from folded weights as exactly the same function."""

    def __init__(self, folded: dict[str, Tensor], pictures: Tensor) -> None:
        super().__init__()
        hooks = []
        for layer in weighted():
            part: Any = self.parts[layer.name.replace(".", "/")]
            known = f"{layer.name}.weight" in folded
            if not layer.norm:
                part.load_state_dict({k: folded[f"{layer.name}.{k}"].float() for k in ("weight", "bias")})
                continue
            if known:
                part[0].weight.data.copy_(folded[f"{layer.name}.weight"])
            bias = folded[f"{layer.name}.bias"].float() if known else None
            silent = not known and layer.name.endswith("project")
            hooks.append(part[1].register_forward_pre_hook(_measured(bias, silent)))
        self.to(pictures.device).eval()
        with torch.no_grad():
            self(pictures)
        for hook in hooks:
            hook.remove()

    def _step(self, layer: Layer, given: list[Tensor]) -> Tensor:
        if layer.name == "rooms":
            given = [F.dropout(given[0], DROP, self.training)]
        return super()._step(layer, given)


def completed(folded: dict[str, Tensor]) -> dict[str, Tensor]:
    """Folded weights with blocks that they lack as nothing. Raises KeyError for half a block."""
    shapes = {k: v.shape for k, v in RoomNet(folded=True).folded().items()}
    missing = {k.rsplit(".", 2)[0] for k in shapes} - {k.rsplit(".", 2)[0] for k in folded}
    return {k: torch.zeros(s) if k.rsplit(".", 2)[0] in missing else folded[k] for k, s in shapes.items()}


def _measured(bias: Tensor | None, silent: bool) -> Any:
    """A hook that sets a batch norm's statistics from what arrives, and its gain so that it only adds ``bias``.

    Without ``bias`` (a layer that is new) the norm normalises; ``silent``: its gain is 0, the residual starts as nothing.
    """

    def hook(norm: Any, given: tuple[Tensor]) -> None:
        var, mean = torch.var_mean(given[0].float(), (0, 2, 3), correction=0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)
        if bias is not None:
            norm.weight.data.copy_((var + norm.eps).sqrt())
            norm.bias.data.copy_(bias.to(mean.device) + mean)
        elif silent:
            norm.weight.data.zero_()

    return hook


class Bank:
    """Pictures as squares on the device: uint8 (N, 3, s, s), targets uint8 (N, 32, g, g), aspects, rooms, weights."""

    def __init__(self, pictures: Tensor, targets: Tensor, aspects: NDArray[Any], rooms: NDArray[Any]) -> None:
        self.pictures, self.targets, self.aspects, self.rooms = pictures, targets, aspects, rooms
        share = targets.float().mean((2, 3)) / 255
        self.share = share.mean(0)
        bare = share[:, SURFACES].sum(1).cpu().numpy().astype(np.float64)
        listing = aspects != 1
        self.bare = (0.7 + 1.5 * bare**3) * np.where(listing, 1.8, 1.0)
        self.crowded = share[:, MOVABLE].sum(1).cpu().numpy() ** 0.5 + 0.02
        self.bare, self.crowded = self.bare / self.bare.sum(), self.crowded / self.crowded.sum()


def square(picture: Any, side: int) -> Tensor:
    from PIL import Image

    array = np.asarray(
        picture if picture.size == (side, side) else picture.resize((side, side), Image.Resampling.LANCZOS)
    )
    return torch.from_numpy(array.copy()).permute(2, 0, 1)


def photo_bank(
    work: Path, training: Path, device: str, limit: int | None, student: RoomNet | None = None, share: float = 0.0
) -> Bank:
    """The photos that are not held out, squeezed to 512 px squares, with targets of the teacher and a ``share`` of a
    student that learnt from it and from rendered rooms."""
    from concurrent.futures import ThreadPoolExecutor

    from PIL import Image

    files = [f for k, f in enumerate(unpack(training, work)[:limit]) if k % HELD_OUT]

    def read(file: Path) -> tuple[Tensor, float]:
        picture = Image.open(file).convert("RGB")
        return square(picture, 512), picture.width / picture.height

    with ThreadPoolExecutor() as pool:
        read_all = list(pool.map(read, files))
    pictures = torch.stack([p for p, _ in read_all]).to(device)
    aspects = np.array([a for _, a in read_all])
    rooms = np.array([ROOMS.index(f.parts[-2]) for f in files])
    targets = label(pictures, aspects, training / "teacher_ade20k.onnx", student, share)
    return Bank(pictures, targets, aspects, rooms)


def rendered_bank(folder: Path, device: str) -> Bank:
    """The rendered rooms, squeezed to 320 px squares; targets on a grid of 80 cells a side."""
    from PIL import Image

    pictures, targets, aspects = [], [], []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as room:
            h, w = room["image"].shape[:2]
            pictures.append(square(Image.fromarray(room["image"]), 320))
            full = np.zeros((*room["shares"].shape[:2], len(CLASSES)), np.float32)
            full[..., room["classes"]] = room["shares"]
        t = F.interpolate(torch.from_numpy(full).permute(2, 0, 1)[None], (80, 80), mode="bilinear")[0]
        targets.append(t.round().to(torch.uint8))
        aspects.append(w / h)
    count = len(pictures)
    return Bank(
        torch.stack(pictures).to(device), torch.stack(targets).to(device), np.array(aspects), np.full(count, -1)
    )


class Mixer:
    """Batches: float (N, 3, H, W) in -1..1, targets (N, 32, H/4, W/4), room types or -1."""

    def __init__(self, photos: Bank, rendered: Bank, seed: int) -> None:
        self.photos, self.rendered = photos, rendered
        self.rng = np.random.default_rng(seed)
        self.device = photos.pictures.device
        self.random = torch.Generator(self.device).manual_seed(seed)

    def batch(self, pixels: int) -> tuple[Tensor, Tensor, Tensor]:
        height, width = SIZES[self.rng.integers(len(SIZES))]
        count = max(8, round(pixels / height / width))
        n = {kind: round(share * count) for kind, share in SHARES.items()}
        n["plain"] = count - sum(v for k, v in n.items() if k != "plain")
        parts = []
        x, t, index = self.view(self.photos, self.photos.bare, n["plain"], height, width, 0.35)
        parts.append((x, t, torch.from_numpy(self.photos.rooms[index]).to(self.device)))
        none = [torch.full((n[k],), -1, device=self.device) for k in ("furnished", "mosaic", "rendered")]
        parts.append((*self.furnished(n["furnished"], height, width), none[0]))
        parts.append((*self.mosaic(n["mosaic"], height, width), none[1]))
        x, t, _ = self.view(self.rendered, None, n["rendered"], height, width, 0.5)
        parts.append((x, t, none[2]))
        x, t, r = (torch.cat(p) for p in zip(*parts, strict=True))
        return self.look(x).mul_(2).sub_(1), t, r

    def view(self, bank: Bank, weights: Any, count: int, height: int, width: int, smallest: float) -> Any:
        """Crops as `roomnet_batches.crop` draws them: pictures 0..1, targets 0..1, indices."""
        index = self.rng.choice(len(bank.aspects), count, p=weights)
        views = np.stack([crop(self.rng, bank.aspects[i], width / height, smallest) for i in index])
        theta = torch.from_numpy(views).float().to(self.device)

        def sample(maps: Tensor, h: int, w: int) -> Tensor:
            values = maps[index].float()
            if 2 * h <= values.shape[2]:
                values = F.avg_pool2d(values, 2)
            grid = F.affine_grid(theta, [count, 1, h, w], align_corners=False)
            return F.grid_sample(values, grid, padding_mode="reflection", align_corners=False) / 255

        return sample(bank.pictures, height, width), sample(bank.targets, height // STRIDE, width // STRIDE), index

    def furnished(self, count: int, height: int, width: int) -> tuple[Tensor, Tensor]:
        """What is movable in one photo laid over another: crowded rooms, all of it in places where it may stand."""
        x, t, _ = self.view(self.photos, None, count, height, width, 0.5)
        y, u, _ = self.view(self.photos, self.photos.crowded, count, height, width, 0.5)
        alpha = ((u[:, MOVABLE].sum(1, keepdim=True) - 0.5) * 4 + 0.5).clamp(0, 1)
        fine = F.interpolate(alpha, (height, width), mode="bilinear")
        return x + (y - x) * fine, t + (u - t) * alpha

    def mosaic(self, count: int, height: int, width: int) -> tuple[Tensor, Tensor]:
        """Four photos side by side: small and sharp things."""
        h, w = height // 2, width // 2
        four = [self.view(self.photos, self.photos.crowded, count, h // 8 * 8, w // 8 * 8, 0.6) for _ in range(4)]
        rows = [[torch.cat([four[0][k], four[1][k]], 3), torch.cat([four[2][k], four[3][k]], 3)] for k in (0, 1)]
        return torch.cat(rows[0], 2), torch.cat(rows[1], 2)

    def look(self, x: Tensor) -> Tensor:
        """Another camera's: gamma, exposure, white balance, contrast, saturation, blur, noise. 0..1 in and out."""
        n = len(x)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=self.random, device=self.device)

        def uniform(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand((n, 1, 1, 1), generator=self.random, device=self.device)

        def chance(p: float) -> Tensor:
            return torch.rand((n, 1, 1, 1), generator=self.random, device=self.device) < p

        x = x.clamp(1e-3, 1) ** torch.exp(0.3 * normal(n, 1, 1, 1))
        x = x * torch.exp(0.15 * normal(n, 1, 1, 1) + 0.1 * normal(n, 3, 1, 1))
        x = torch.where(chance(0.3), 0.5 + (x - 0.5) * uniform(0.5, 1.0) + uniform(-0.1, 0.1), x)
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * uniform(0.3, 1.4)
        h, w = x.shape[2:]
        soft = F.interpolate(F.interpolate(x, (h * 5 // 8, w * 5 // 8), mode="area"), (h, w), mode="bilinear")
        x = torch.where(chance(0.35), x + (soft - x) * uniform(0.3, 1.0), x)
        noise = normal(n, 3, h, w) * uniform(0.005, 0.05)
        return torch.where(chance(0.3), x + noise, x).clamp_(0, 1)


def distil(args: argparse.Namespace) -> None:
    """``--start`` (folded) to ``WORK/NAME.pt`` (folded): the average of the weights, saved every 1,000 steps.

    ``--until``: stop at this step of ``--steps``, of which the fall of the rate is reckoned; ``--seconds``: as many steps
    as this time allows, in place of both. ``--student``: the share of the start itself in the targets.
    """
    began = time.time()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed)
    student = None
    if args.student:
        student = RoomNet(folded=True).to(device).eval()
        student.load_folded(completed(mean(args.start)))
    photos = photo_bank(args.work, args.training, device, args.limit, student, args.student)
    rendered = rendered_bank(args.work / "synthetic", device)
    print(
        f"{len(photos.aspects)} photos, {len(rendered.aspects)} rendered rooms, {time.time() - began:.0f} s", flush=True
    )
    mixer = Mixer(photos, rendered, args.seed)
    net = Learner(mean(args.start), mixer.batch(args.pixels)[0])
    net = net.to(memory_format=LAYOUT)  # type: ignore[call-overload]
    weight = class_weights(photos.share)
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, p in net.named_parameters():
        inner = name.removeprefix("parts.").startswith(("stem", "block", "rooms/features"))
        groups.setdefault((inner, p.ndim > 1), []).append(p)
    optimiser = torch.optim.AdamW(
        [{"params": p, "inner": i, "weight_decay": 0.02 if d else 0.0} for (i, d), p in groups.items()], lr=args.rate
    )
    average = [p.detach().clone() for p in net.parameters()]
    net.train()
    losses: list[Tensor] = []
    started, step, last = time.time(), -1, False
    while not last:
        step += 1
        done = (time.time() - started) / args.seconds if args.seconds else step / args.steps
        last = done >= 1 if args.seconds else step + 1 == (args.until or args.steps)
        fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, done))
        for g in optimiser.param_groups:
            g["lr"] = args.rate * fall * min(1.0, (step + 1) / 150) * (args.inner if g["inner"] else 1.0)
        x, target, room = mixer.batch(args.pixels)
        x = x.contiguous(memory_format=LAYOUT)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            segment, kind = loss_of(net, x, target, room, weight)
        optimiser.zero_grad(set_to_none=True)
        (segment + args.kind * kind).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0, foreach=True)
        optimiser.step()
        keep = min(KEEP, (step + 1) / (step + 20))
        torch._foreach_lerp_(average, [p.detach() for p in net.parameters()], 1 - keep)
        losses.append(torch.stack([segment.detach(), kind.detach()]))
        if (step + 1) % 200 == 0 or last:
            a, b = torch.stack(losses[-200:]).mean(0).tolist()
            print(f"{step + 1} segments {a:.4f} rooms {b:.4f} {time.time() - began:.0f} s", flush=True)
        if (step + 1) % 1000 == 0 or last:
            save(net, average, mixer, args)


def save(net: RoomNet, average: list[Tensor], mixer: Mixer, args: argparse.Namespace) -> None:
    """The averaged weights, folded."""
    weights = averaged(net, average, lambda: mixer.batch(args.pixels)[0], 2 if args.limit else 40)
    torch.save(weights, args.work / f"{args.name}.pt")


@torch.no_grad()
def averaged(net: Any, average: list[Tensor], images: Callable[[], Tensor], batches: int) -> dict[str, Tensor]:
    """The network with its parameters' ``average``, batch norms measured anew on ``batches`` of ``images``, folded."""
    final = copy.deepcopy(net)
    for p, value in zip(final.parameters(), average, strict=True):
        p.copy_(value)
    for m in final.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.reset_running_stats()
            m.momentum = None
    final.train()
    for _ in range(batches):
        final(images().contiguous(memory_format=LAYOUT))
    return {k: v.float().cpu().clone() for k, v in final.folded().items()}


def blend(args: argparse.Namespace) -> None:
    """``--start OLD NEW`` to ``WORK/NAME.pt``: ``--share`` of NEW, the rest OLD (Wortsman et al. 2022).

    Of a block that OLD lacks the first layers are NEW's; its last counts as 0 in OLD: the residual grows with the share.
    """
    old, new = (read(path) for path in args.start)
    out = {}
    for key, value in new.items():
        before = old.get(key, torch.zeros_like(value) if ".project." in key else value)
        out[key] = (1 - args.share) * before.float() + args.share * value.float()
    torch.save(out, args.work / f"{args.name}.pt")
