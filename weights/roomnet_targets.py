"""What RoomNet learns from: the teacher's soft targets on real photos, kept as one .npz a photo.

Part of the recipe in train_roomnet.py. Needs numpy, Pillow, OpenCV, onnxruntime.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagekit.models.roomnet_arch import CLASSES

# ADE20K's 150 classes counted from 1. What is not named counts as clutter.
ADE20K: dict[str, tuple[int, ...]] = {
    "wall": (1,), "floor": (4,), "ceiling": (6,), "window": (9,), "door": (15, 59), "curtain": (19, 64), "rug": (29,),
    "sofa": (24, 40, 98), "chair": (20, 31, 32, 70, 76, 111), "table": (16, 34, 57, 65), "bed": (8, 58, 118, 132),
    "cabinet": (11, 36, 45, 56, 100), "countertop": (46, 71, 74, 78), "shelf": (25, 63), "lamp": (37, 83, 86, 88, 135),
    "picture": (23, 44, 101, 145), "mirror": (28,), "plant": (18, 67, 73), "television": (75, 90, 131, 142, 144),
    "appliance": (51, 72, 108, 119, 125, 130, 134, 140, 147), "sink": (48,), "toilet": (66,), "bath": (38, 146),
    "stairs": (39, 54, 60, 96, 97, 122), "fireplace": (50,), "column": (43, 94), "person": (13,), "sky": (3,),
    "building": (2, 26, 49, 52, 62, 80, 85, 87, 107, 115), "vegetation": (5, 10, 17, 30, 35, 69),
    "ground": (7, 12, 14, 21, 22, 27, 33, 47, 53, 55, 61, 81, 84, 92, 95, 102, 103, 105, 110, 114, 129, 141),
}  # fmt: skip

GRID = 49
"""Targets of the square photos: GRID x GRID cells that cover the picture evenly."""


def mapping() -> NDArray[np.float32]:
    """(150, 32): adds the teacher's probabilities into ours. Row k is ADE20K's class k; row 0 (none) is clutter."""
    table = np.zeros((150, len(CLASSES)), np.float32)
    for name, members in ADE20K.items():
        table[list(members), CLASSES.index(name)] = 1
    table[table.sum(1) == 0, CLASSES.index("clutter")] = 1
    return table


class Teacher:
    """DeepLabV3-MobileNetV2 on ADE20K: sees up to 513 px, answers on a grid of 8 px, corners on corners."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.table = mapping()

    def __call__(self, picture: Any, size: tuple[int, int] | None = None, flip: bool = False) -> NDArray[np.float32]:
        """PIL picture -> (h, w, 32) probabilities. ``size`` (width, height), each 8 n + 1 and at most 513."""
        if size is None:
            scale = 513 / max(picture.size)
            size = (
                min(513, 8 * round(picture.width * scale / 8) + 1),
                min(513, 8 * round(picture.height * scale / 8) + 1),
            )
        array = np.asarray(picture.resize(size, 3 if picture.width < size[0] else 1))
        if flip:
            array = np.ascontiguousarray(array[:, ::-1])
        logits = self.session.run(None, {self.session.get_inputs()[0].name: array[None]})[0][0]
        logits = logits[: (size[1] - 1) // 8 + 1, : (size[0] - 1) // 8 + 1]
        p = np.exp(logits - logits.max(-1, keepdims=True))
        p = (p / p.sum(-1, keepdims=True)) @ self.table
        return np.ascontiguousarray(p[:, ::-1]) if flip else p


def unpack(training: Path, work: Path) -> list[Path]:
    """The photos of both tars under ``work/photos`` without the validation part; listings first, the rest shuffled."""
    photos = work / "photos"
    for name, folder in (("rooms256.tar", "rooms"), ("listings512.tar", "listings")):
        if not (photos / folder).exists():
            with tarfile.open(training / name) as tar:
                tar.extractall(photos / folder, filter="data")
    listings = sorted((photos / "listings").glob("*/*.webp"))
    rooms = sorted((photos / "rooms" / "train").glob("*/*.webp"))
    order = np.random.default_rng(0).permutation(len(rooms))
    return listings + [rooms[i] for i in order]


def evened(p: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """(h, w, C) given at the picture's corners and between -> (height, width, C) at the middles of cells."""

    def weights(cells: int, points: int) -> NDArray[np.float32]:
        at = (np.arange(cells) + 0.5) / cells * (points - 1)
        return np.maximum(1 - np.abs(at[:, None] - np.arange(points)), 0).astype(np.float32)

    rows, columns = weights(height, p.shape[0]), weights(width, p.shape[1])
    return np.einsum("yh,hwc,xw->yxc", rows, p, columns, optimize=True)


def target_path(photo: Path, work: Path) -> Path:
    return work / "soft" / ("_".join(photo.parts[-3:])[:-5] + ".npy")


def label(training: Path, work: Path, count: int, shard: int = 0, shards: int = 1, *, student: float = 0.0) -> None:
    """Write the soft targets, uint8 of 255, of every ``shards``-th of the first ``count`` photos; existing ones stay.

    The 256 px photos were squeezed to squares, mostly from 4:3: the teacher sees them both ways, mirrored once.
    ``student``: the share of the shipped network's own view, which has learnt from rendered rooms what walls and floors are.
    """
    import cv2
    from PIL import Image

    from stagekit.backends.segment import RoomNetV1

    teacher = Teacher(training / "teacher_ade20k.onnx")
    network = RoomNetV1(threads=1).open() if student else None
    (work / "soft").mkdir(parents=True, exist_ok=True)
    said = work / "soft" / "student"
    if said.exists() and float(said.read_text()) != student:
        raise SystemExit(
            f"{said.parent} holds targets with a student's share of {said.read_text()}; give another --work"
        )
    said.write_text(str(student))
    for photo in unpack(training, work)[:count][shard::shards]:
        out = target_path(photo, work)
        if out.exists():
            continue
        picture = Image.open(photo).convert("RGB")
        if "listings" in photo.parts:
            seen = (teacher(picture) + teacher(picture, flip=True)) / 2
            p = evened(seen, *seen.shape[:2])
        else:
            wide = evened(teacher(picture, (513, 385), flip=True), GRID, GRID)
            p = (evened(teacher(picture, (385, 385)), GRID, GRID) + wide) / 2
        if network is not None:
            shape = picture if "listings" in photo.parts else picture.resize((512, 384))
            looks = [network.view(np.asarray(shape), scale)[0].transpose(1, 2, 0) for scale in network.scales]
            own = [cv2.resize(q, p.shape[1::-1], interpolation=cv2.INTER_LINEAR) for q in looks]
            p = (1 - student) * p + student * np.mean(own, 0)
        np.save(out, np.round(p * 255).astype(np.uint8))


def tidy(target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Targets (h, w, 32), sharpened; floor at the top and ceiling at the bottom of the picture made unlikely."""
    height = target.shape[0]
    rows = (np.arange(height) + 0.5) / height
    p = target.copy()
    p[..., CLASSES.index("floor")] *= np.clip((rows - 0.2) / 0.1, 0.1, 1)[:, None]
    p[..., CLASSES.index("rug")] *= np.clip((rows - 0.2) / 0.1, 0.1, 1)[:, None]
    p[..., CLASSES.index("ceiling")] *= np.clip((0.8 - rows) / 0.1, 0.1, 1)[:, None]
    p = (p + 1e-4) ** 1.3
    return (p / p.sum(-1, keepdims=True)).astype(np.float32)
