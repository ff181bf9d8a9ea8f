"""What the photos' targets are on a GPU: the teacher's mean over a picture and its quarters, and a student's view.

Part of the recipe in train_roomnet.py; distil_roomnet.py learns from them.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from roomnet_targets import mapping
from roomnet_teacher import SIDE, TorchTeacher
from torch import Tensor
from torch.nn import functional as F

from stagekit.backends.segment import SCALES, input_size
from stagekit.models.network import RoomNet
from stagekit.models.roomnet_arch import CLASSES

GRID = 96
"""Cells a side of a photo's target."""
QUARTER = 0.6
"""Side of the four overlapping quarters that the teacher looks at, of the picture's."""


@torch.inference_mode()
def label(
    pictures: Tensor, aspects: NDArray[Any], teacher: Path, student: RoomNet | None = None, share: float = 0.0
) -> Tensor:
    """uint8 (N, 32, GRID, GRID): the teacher's mean over the whole picture, its mirror image and its quarters, tidied.

    ``share`` of it is the ``student``'s mean over scales and mirror images.
    """
    half = torch.float16 if pictures.is_cuda else torch.float32
    network = TorchTeacher(teacher).to(pictures.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    table = torch.from_numpy(mapping()).to(pictures.device, half)
    out = torch.empty((len(pictures), len(CLASSES), GRID, GRID), dtype=torch.uint8, device=pictures.device)
    n = round(QUARTER * GRID)
    ramp = torch.arange(n, device=pictures.device)
    edge = torch.minimum(ramp + 1, n - ramp).clamp(max=9).float()
    weight = edge[:, None] * edge[None]
    batch = 32 if pictures.is_cuda else 2
    rough = np.round(np.where(aspects == 1, 4 / 3, aspects), 1)  # the square photos were 4:3, most of them
    for aspect in np.unique(rough):
        indices, scale = np.flatnonzero(rough == aspect), SIDE - 1
        w, h = (scale, scale / aspect) if aspect >= 1 else (scale * aspect, scale)
        w, h = 8 * round(w / 8) + 1, 8 * round(h / 8) + 1
        for some in np.array_split(indices, math.ceil(len(indices) / batch)):
            x = pictures[some].to(half) / 127.5 - 1

            def ask(part: Tensor, cells: int, h: int = h, w: int = w) -> Tensor:
                canvas = part.new_zeros((len(part), 3, SIDE, SIDE)).contiguous(memory_format=torch.channels_last)
                canvas[..., :h, :w] = F.interpolate(part, (h, w), mode="bicubic", align_corners=False).clamp(-1, 1)
                logits = network(canvas)[..., : (h - 1) // 8 + 1, : (w - 1) // 8 + 1]
                p = torch.einsum("nkyx,kc->ncyx", logits.float().softmax(1).to(half), table).float()
                return centred(p, cells)

            whole = ask(x, GRID) + ask(x.flip(3), GRID).flip(3)
            quarters, total = torch.zeros_like(whole), whole.new_zeros((GRID, GRID))
            side = round(QUARTER * x.shape[2])
            for oy, py in ((0, 0), (GRID - n, x.shape[2] - side)):
                for ox, px in ((0, 0), (GRID - n, x.shape[3] - side)):
                    p = ask(x[..., py : py + side, px : px + side], n)
                    quarters[..., oy : oy + n, ox : ox + n] += p * weight
                    total[oy : oy + n, ox : ox + n] += weight
            p = (whole + quarters / total) / 3
            if student is not None:
                p = (1 - share) * p + share * seen(student, x.float(), aspect)
            out[some] = tidied(p)
    return out


def seen(student: RoomNet, x: Tensor, aspect: float) -> Tensor:
    """(N, 32, GRID, GRID) probabilities of pictures in -1..1 that were squeezed to squares, as ``roomnet.v1`` looks."""
    total = x.new_zeros((len(x), len(CLASSES), GRID, GRID))
    for long in SCALES:
        view = F.interpolate(
            x, input_size(1000, round(1000 * aspect), long), mode="bilinear", align_corners=False, antialias=True
        )
        for flip in (False, True):
            p = student(view.flip(3) if flip else view)[0].float().softmax(1)
            total += F.interpolate(p.flip(3) if flip else p, (GRID, GRID), mode="bilinear", align_corners=False)
    return total / (2 * len(SCALES))


def centred(p: Tensor, cells: int) -> Tensor:
    """(N, C, h, w) given at the picture's corners and between -> (N, C, cells, cells) at the middles of cells."""
    middles = (torch.arange(cells, device=p.device) + 0.5) / cells * 2 - 1
    grid = torch.stack([middles[None].expand(cells, -1), middles[:, None].expand(-1, cells)], 2)
    return F.grid_sample(p, grid[None].expand(len(p), -1, -1, -1), align_corners=True)


def tidied(p: Tensor) -> Tensor:
    """As `roomnet_targets.tidy` does it, uint8 of 255: sharpened, no floor at the top, no ceiling at the bottom."""
    rows = (torch.arange(p.shape[2], device=p.device) + 0.5) / p.shape[2]
    for name, fit in (("floor", rows - 0.2), ("rug", rows - 0.2), ("ceiling", 0.8 - rows)):
        p[:, CLASSES.index(name)] *= (fit / 0.1).clamp(0.1, 1)[:, None]
    q = (p + 1e-4) ** 1.3
    return (q / q.sum(1, keepdim=True) * 255).round().to(torch.uint8)
