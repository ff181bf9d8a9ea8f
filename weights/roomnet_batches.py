"""Training batches for RoomNet's second half: photos in memory, crops and the looks of poor cameras, in OpenCV.

Part of the recipe in train_roomnet.py. A batch costs 2 ms a picture; augmentation is colour tables, not arithmetic.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from roomnet_targets import target_path, tidy, unpack
from torch import Tensor

from stagekit.models.roomnet_arch import CLASSES, ROOMS, STRIDE

Array = NDArray[Any]

SIZES = ((192, 256), (224, 288), (224, 288), (256, 224), (256, 320), (256, 320), (320, 256), (288, 384), (384, 512))
"""Heights and widths of training crops; the batch shrinks as they grow, so all cost the same. Most photos are 256 px."""
PIXELS = 12 * 256 * 256
"""Input pixels of a batch."""
SHARP = 256 * 320
"""Crops of more pixels than this take the 512 px listing photos four times as often."""
HELD_OUT = 12
"""Every 12th labelled photo is kept from training: the room head's temperature is fitted there, progress is read there."""
SURFACES = [CLASSES.index(c) for c in ("wall", "floor", "ceiling", "window", "door")]


class Pool:
    """Pictures uint8 (h, w, 3), targets uint8 (h, w, 32) or None, room types or -1; three parts and a held-out one."""

    def __init__(self, work: Path, training: Path, *, limit: int | None = None) -> None:
        from PIL import Image

        self.pictures: list[Array] = []
        self.targets: list[Array | None] = []
        self.rooms: list[int] = []
        self.held: list[int] = []
        weights, sharp = [], []
        for number, photo in enumerate(unpack(training, work)[:limit]):
            path = target_path(photo, work)
            target = None
            if path.exists():
                target = tidy(np.load(path).astype(np.float32) / 255)
            self._add(np.asarray(Image.open(photo).convert("RGB")), target, ROOMS.index(photo.parts[-2]))
            held = number % HELD_OUT == 0
            if held:
                self.held.append(number)
            bare = 0.0 if target is None else float(target[..., SURFACES].sum(-1).mean())
            listing = "listings" in photo.parts
            weights.append(0.0 if held else (0.4 + 2.5 * bare**3) * (1.6 if listing else 1.0))
            sharp.append(4.0 if listing else 1.0)
        for path in sorted((work / "synthetic").glob("*.npz")):
            with np.load(path) as room:
                target = np.zeros((*room["shares"].shape[:2], len(CLASSES)), np.float32)
                target[..., room["classes"]] = room["shares"].astype(np.float32) / 255
                self._add(room["image"], target, -1)
        w, fine = np.array(weights), np.array(weights) * sharp
        self.real, self.weights, self.fine = len(w), w / w.sum(), fine / fine.sum()

    def _add(self, picture: Array, target: Array | None, room: int) -> None:
        self.pictures.append(np.ascontiguousarray(picture))
        self.targets.append(None if target is None else np.round(target * 255).astype(np.uint8))
        self.rooms.append(room)

    def batch(self, rng: np.random.Generator, synthetic: float) -> tuple[Tensor, Tensor, Tensor]:
        """float32 (N, 3, H, W) in -1..1, targets float32 (N, 32, H/4, W/4), zero where unknown, rooms int64 (N,)."""
        height, width = SIZES[rng.integers(len(SIZES))]
        count = max(4, round(PIXELS / height / width))
        made = len(self.pictures) - self.real
        weights = self.fine if height * width > SHARP else self.weights
        x = np.empty((count, height, width, 3), np.uint8)
        t = np.zeros((count, height // STRIDE, width // STRIDE, len(CLASSES)), np.uint8)
        r = []
        for k in range(count):
            if made and rng.random() < synthetic:
                index = self.real + int(rng.integers(made))
            else:
                index = int(rng.choice(self.real, p=weights))
            picture, target = self.pictures[index], self.targets[index]
            view = crop(rng, picture.shape[1] / picture.shape[0], width / height, 0.5 if index >= self.real else 0.35)
            x[k] = look(rng, sample(picture, view, height, width))
            if target is not None:
                t[k] = sample(target, view, height // STRIDE, width // STRIDE)
            r.append(self.rooms[index])
        images = torch.from_numpy(x).permute(0, 3, 1, 2).float() * (2 / 255) - 1
        return images, torch.from_numpy(t).permute(0, 3, 1, 2).float() / 255, torch.tensor(r)


def crop(rng: np.random.Generator, have: float, want: float, smallest: float) -> Array:
    """(2, 3): output coordinates -1..1 to the picture's -1..1. Mirrored half of the time, turned a little.

    Square photos were 4:3 once, so their aspect is free by a third; whole pictures are as likely as half ones.
    """
    side = math.sqrt(rng.uniform(smallest, 1.0)) if rng.random() < 0.65 else 1.0
    stretch = want / have * math.exp(rng.uniform(-0.15, 0.3) if abs(have - 1) < 0.01 else rng.uniform(-0.12, 0.12))
    if side == 1.0 and abs(math.log(want / have)) < 0.35:
        stretch = 1.0
    w, h = (side, side / stretch) if stretch > 1 else (side * stretch, side)
    cx, cy = rng.uniform(w - 1, 1 - w), rng.uniform(h - 1, 1 - h)
    sign = -1.0 if rng.random() < 0.5 else 1.0
    angle = math.radians(rng.normal(0, 2.0))
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[sign * w * c, w * s, cx], [-sign * h * s, h * c, cy]])


def sample(array: Array, view: Array, height: int, width: int) -> Array:
    """``array`` (h, w, C) uint8 seen through ``view``: (height, width, C), bilinear, mirrored beyond its borders."""
    import cv2

    h, w = array.shape[:2]
    out = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])
    into = np.array([[w / 2, 0, w / 2 - 0.5], [0, h / 2, h / 2 - 0.5], [0, 0, 1]])
    m = (into @ np.vstack([view, [0, 0, 1]]) @ out)[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    parts = [
        cv2.warpAffine(np.ascontiguousarray(array[..., i : i + 4]), m, (width, height), None, flags, cv2.BORDER_REFLECT)
        for i in range(0, array.shape[2], 4)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, 2)


def look(rng: np.random.Generator, picture: Array) -> Array:
    """The picture as another camera would take it: exposure, gamma, white balance, contrast, saturation, blur, noise."""
    import cv2

    x = np.linspace(0, 1, 256)[:, None] ** math.exp(rng.normal(0, 0.3))
    x = x * np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.1, 3))
    if rng.random() < 0.3:  # haze and flat light
        x = 0.5 + (x - 0.5) * rng.uniform(0.5, 1.0) + rng.uniform(-0.1, 0.1)
    table = np.clip(np.round(x * 255), 0, 255).astype(np.uint8)
    y = cv2.LUT(picture, table[None])
    saturation = rng.uniform(0.3, 1.4)
    grey = np.full((3, 3), (1 - saturation) / 3)
    y = cv2.transform(y, grey + saturation * np.eye(3))
    kind = rng.random()
    if kind < 0.25:  # a small sensor, enlarged
        k = rng.uniform(0.4, 0.8)
        h, w = y.shape[:2]
        y = cv2.resize(cv2.resize(y, (round(w * k), round(h * k)), interpolation=cv2.INTER_AREA), (w, h))
    elif kind < 0.35:
        y = cv2.GaussianBlur(y, (0, 0), rng.uniform(0.5, 1.2))
    if rng.random() < 0.3:
        noise = np.empty(y.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(2**31)))
        cv2.randn(noise, 0, rng.uniform(2, 14))
        y = np.clip(y + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))]
        y = cv2.imdecode(cv2.imencode(".jpg", y, quality)[1], cv2.IMREAD_COLOR)
    return y
