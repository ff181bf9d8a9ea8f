"""RoomNet beside its teacher, in one run: layout surfaces, NYUv2 classes, room types, size, time; a sheet of overlays.

python benchmarks/roomnet.py
"""

from __future__ import annotations

import argparse
import io
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "weights")]
from roomnet_targets import Teacher  # noqa: E402

import common  # noqa: E402
from stagekit.assets import store  # noqa: E402
from stagekit.backends.segment import RoomNetV1, enlarge, resize_maps  # noqa: E402
from stagekit.models.roomnet_arch import CLASSES, ROOMS  # noqa: E402

Predict = Callable[[Any], Any]  # uint8 HxWx3 -> probabilities (32, h, w)

SURFACES = {"floor": ("floor", "rug"), "wall": ("wall", "window", "door"), "ceiling": ("ceiling",)}
LAYOUT = {1: "floor", 2: "wall", 3: "ceiling", 4: "wall", 5: "wall", 6: "wall"}
"""Values of the ground truth's label pictures; windows, doors and openings count as wall."""
NYU = {
    1: ("bed",), 3: ("ceiling",), 4: ("chair",), 5: ("floor", "rug"), 8: ("picture",), 9: ("sofa",), 10: ("table",),
    6: ("cabinet", "countertop", "shelf", "sink", "toilet", "bath", "appliance", "fireplace", "stairs"),
    7: ("lamp", "mirror", "plant", "person", "clutter"), 11: ("television",), 12: ("wall", "door", "column"),
    13: ("window", "curtain", "sky", "building", "vegetation", "ground"),
}  # fmt: skip
NYU_NAMES = ("void", "bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture", "sofa", "table",
             "tv", "wall", "window")  # fmt: skip
COLOURS = np.random.default_rng(3).integers(40, 255, (len(CLASSES), 3))
COLOURS[:5] = [[200, 200, 120], [160, 80, 40], [120, 180, 255], [0, 255, 255], [255, 0, 160]]


def group(p: Any, names: tuple[str, ...]) -> Any:
    return p[[CLASSES.index(n) for n in names]].sum(0)


def layout(predict: Predict, folder: Path) -> dict[str, Any]:
    """The likeliest of floor, wall and ceiling against the truth; strict: likelier furniture is wrong."""
    from PIL import Image

    errors, strict, floors = [], [], []
    confusion = np.zeros((3, 3))
    for file in sorted(folder.glob("room_??.jpg")):
        photo = np.asarray(Image.open(file).convert("RGB"))
        label = np.asarray(Image.open(file.with_name(f"{file.stem}_label.png")))
        truth = np.full(label.shape, -1)
        for value, name in LAYOUT.items():
            truth[label == value] = list(SURFACES).index(name)
        p = resize_maps(predict(photo), *label.shape)
        surfaces = np.stack([group(p, names) for names in SURFACES.values()])
        q, known = surfaces.argmax(0), truth >= 0
        errors.append(float((q != truth)[known].mean()))
        others = p[[i for i, c in enumerate(CLASSES) if not any(c in n for n in SURFACES.values())]].max(0)
        strict.append(float(((q != truth) | (others > surfaces.max(0)))[known].mean()))
        both, either = ((q == 0) & (truth == 0)).sum(), (((q == 0) | (truth == 0)) & known).sum()
        floors.append(float(both / max(either, 1)))
        confusion += np.bincount(truth[known] * 3 + q[known], minlength=9).reshape(3, 3)
    return {
        "pixel_error": round(float(np.mean(errors)), 4),
        "pixel_error_furniture_counts_as_wrong": round(float(np.mean(strict)), 4),
        "floor_iou": round(float(np.mean(floors)), 4),
        "iou_over_all_pixels": dict(zip(SURFACES, map(lambda x: round(float(x), 4), ious(confusion)), strict=True)),
        "pixel_error_each": [round(e, 3) for e in errors],
    }


def ious(confusion: Any) -> Any:
    inter = np.diag(confusion)
    with np.errstate(invalid="ignore"):
        return inter / (confusion.sum(0) + confusion.sum(1) - inter)


def semantic(predict: Predict, folder: Path) -> dict[str, Any]:
    from PIL import Image

    confusion = np.zeros((14, 14))
    for file in sorted(folder.glob("nyu_*.jpg")):
        photo = np.asarray(Image.open(file).convert("RGB"))
        truth = np.asarray(Image.open(file.with_name(f"{file.stem}_class13.png"))).astype(int)
        table = np.full(len(CLASSES), 7)
        for value, names in NYU.items():
            table[[CLASSES.index(n) for n in names]] = value
        q = table[resize_maps(predict(photo), *truth.shape).argmax(0)]
        known = truth > 0
        confusion += np.bincount(truth[known] * 14 + q[known], minlength=196).reshape(14, 14)
    each = ious(confusion[1:, 1:])
    scores = {name: round(float(x), 3) for name, x in zip(NYU_NAMES[1:], each, strict=True) if np.isfinite(x)}
    return {"miou": round(float(np.nanmean(each)), 4), "iou": scores}


def room_types(network: RoomNetV1, tar: Path) -> dict[str, Any]:
    """Accuracy and expected calibration error (10 bins) on the validation part."""
    from PIL import Image

    right, sure = [], []
    with tarfile.open(tar) as archive:
        for member in archive:
            if member.isfile() and member.name.startswith("val/"):
                data = archive.extractfile(member)
                assert data is not None
                picture = Image.open(io.BytesIO(data.read())).convert("RGB").resize((341, 256))
                p = network.rooms(np.asarray(picture))
                best = max(p, key=p.__getitem__)
                right.append(best == member.name.split("/")[1])
                sure.append(p[best])
    r, s = np.array(right, float), np.array(sure)
    bins = np.minimum((s * 10).astype(int), 9)
    gap = sum(abs(r[bins == b].mean() - s[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    return {
        "photos": len(r),
        "classes": len(ROOMS),
        "accuracy": round(float(r.mean()), 4),
        "calibration_error": round(float(gap), 4),
    }


def speed(network: RoomNetV1) -> dict[str, Any]:
    from stagekit.types import Image as Photo

    image = np.random.default_rng(0).integers(0, 256, (384, 512, 3), dtype=np.uint8)
    single = RoomNetV1(scales=(512,), flip=False).open()
    large = np.repeat(np.repeat(image, 8, 0), 8, 1)[:3000, :4000]
    p = network.probabilities(large)[0]

    def median(call: Callable[[], Any], times: int) -> float:
        call()
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
        return round(float(np.median(seconds)), 4)

    return {
        "one pass, 512x384, s": median(lambda: single.probabilities(image), 9),
        "as used (two scales, mirrored), s": median(lambda: network.probabilities(image), 5),
        "labels enlarged to 12 megapixels, s": median(lambda: enlarge(p, large), 3),
        "refined masks of a 12 megapixel photo, all, s": median(lambda: network(Photo(large)), 3),
        "open, s": median(lambda: RoomNetV1().open(), 3),
    }


def overlays(network: RoomNetV1, teacher: Predict, folder: Path) -> Path:
    """The empty rooms: photo, teacher, RoomNet."""
    from PIL import Image

    from stagekit.types import Image as Photo

    tiles = []
    for file in sorted(folder.glob("empty_*.jpg")):
        picture = Image.open(file).convert("RGB")
        picture.thumbnail((480, 480))
        array = np.asarray(picture)
        ours = network(Photo(array)).labels
        theirs = resize_maps(teacher(array), *array.shape[:2]).argmax(0)
        for name, labels in ((file.stem, None), ("teacher", theirs), ("RoomNet", ours)):
            mixed = array if labels is None else (0.45 * array + 0.55 * COLOURS[labels]).astype(np.uint8)
            tiles.append((name, mixed))
    return common.sheet("roomnet_empty", tiles, columns=9, width=300)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    from PIL import Image

    shared = common.shared()
    teacher_net = Teacher(shared / "training" / "teacher_ade20k.onnx", 2)
    network = RoomNetV1().open()

    def teacher(photo: Any) -> Any:
        return np.moveaxis(teacher_net(Image.fromarray(photo)), -1, 0)

    def ours(photo: Any) -> Any:
        return network.probabilities(photo)[0]

    result: dict[str, Any] = {
        "weights": {"bytes": store.catalog()["roomnet.v1"].bytes, "sha256": store.catalog()["roomnet.v1"].sha256}
    }
    for name, predict in (("teacher", teacher), ("roomnet.v1", ours)):
        result[name] = {
            "layout": layout(predict, shared / "groundtruth" / "layout"),
            "semantic": semantic(predict, shared / "groundtruth" / "semantic"),
        }
    result["roomnet.v1"]["room_types"] = room_types(network, shared / "training" / "rooms256.tar")
    result["roomnet.v1"]["speed"] = speed(network)
    print(common.write("roomnet", result), overlays(network, teacher, shared / "photos"))


if __name__ == "__main__":
    main()
