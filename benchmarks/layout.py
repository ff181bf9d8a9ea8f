"""Camera, surfaces and scale against the ground truth, furnished rooms against the same rooms empty, and the floor grid on
every empty photo.

``python benchmarks/layout.py`` writes results/layout.json and results/layout_rooms.jpg: the estimated rooms of the
empty photos, drawn without the photos, which may not be committed. ``--photos DIR`` also writes sheets with the photos
there: estimate beside truth, and the floor grids. Data: $STAGEKIT_SHARED or ../shared beside the project. The room's
segmentation is the project's own network where it loads, else none; ``--no-network`` forces none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image as Pil  # noqa: E402
from PIL import ImageOps  # noqa: E402

from stagekit.display import before_after, floor_grid  # noqa: E402
from stagekit.room.estimate import estimate_layout  # noqa: E402
from stagekit.types import Image, Layout  # noqa: E402

Segmenter = Callable[[Any], tuple[Any, tuple[str, ...]]]
OPENING = 6
FURNISHED = {
    "stagedref_02": "empty_01",
    "stagedref_03": "empty_38",
    "stagedref_04": "empty_05",
    "stagedref_08": "empty_28",
    "stagedref_10": "empty_12",
    "stagedref_11": "empty_04",
    "cluttered_01": "empty_07",
    "cluttered_05": "empty_13",
}
"""Photos of one room from one place, furnished and empty: the empty room's layout is what the furnished one's should be."""
COLOURS = np.array([[0, 0, 0], [60, 180, 75], [225, 110, 90], [90, 110, 225]], np.uint8)


def shared() -> Path | None:
    found = Path(os.environ.get("STAGEKIT_SHARED", ROOT.parent / "shared"))
    return found if (found / "groundtruth").is_dir() else None


def segmenter() -> Segmenter | None:
    try:
        from stagekit.backends.segment import segment_probabilities

        segment_probabilities(np.zeros((96, 128, 3), np.uint8))
        return segment_probabilities
    except (ImportError, OSError, ValueError) as error:
        print(f"no segmentation network ({error}); colour and lines only")
        return None


def read(path: Path, longest: int = 1440) -> Image:
    picture = ImageOps.exif_transpose(Pil.open(path)).convert("RGB")
    picture.thumbnail((longest, longest), Pil.Resampling.LANCZOS)
    return Image(np.asarray(picture), name=path.name)


def run(image: Image, network: Segmenter | None) -> tuple[Layout, float]:
    """The layout, and the seconds that it took without the network's."""
    extra: dict[str, Any] = {}
    if network is not None:
        extra["probabilities"], extra["classes"] = network(image.array)
    start = time.perf_counter()
    layout = estimate_layout(image, **extra)
    return layout, time.perf_counter() - start


def merged(surfaces: Any) -> Any:
    """Windows and doors count as wall."""
    return np.where((surfaces == 4) | (surfaces == 5), 2, surfaces)


def against_truth(path: Path, network: Segmenter | None) -> tuple[dict[str, Any], Any]:
    truth = json.loads(path.with_suffix(".json").read_text())
    label = merged(np.asarray(Pil.open(path.with_name(path.stem + "_label.png"))))
    depth = np.asarray(Pil.open(path.with_name(path.stem + "_depth_mm.png"))) / 1000.0
    image = read(path)
    layout, seconds = run(image, network)
    mine = merged(layout.surfaces())
    counted = (label > 0) & (label != OPENING)
    both = (mine == 1) & (label == 1)
    either = ((mine == 1) | (label == 1)) & counted
    measured = both & (depth > 0)
    ratio = float(np.median(np.abs(layout.depth()[measured] / depth[measured] - 1))) if measured.any() else 1.0
    c = layout.camera
    result = {
        "view": path.stem,
        "pitch_error_deg": round(abs(c.pitch_deg - truth["pitch_deg"]), 3),
        "roll_error_deg": round(abs(c.roll_deg), 3),
        "focal_error": round(c.focal_px / truth["fx"] - 1, 4),
        "pixel_error": round(float((mine != label)[counted].mean()), 4),
        "floor_iou": round(float(both.sum() / max(1, either.sum())), 4),
        "floor_depth_error": round(ratio, 4),
        "camera_height_m": round(c.height_m, 3),
        "camera_height_truth_m": round(truth["camera_height_m"], 3),
        "ceiling_height_m": round(layout.ceiling_height_m, 3),
        "ceiling_height_truth_m": round(truth["ceiling_height_m"], 3),
        "confidence": layout.confidence,
        "seconds": round(seconds, 2),
    }
    tint = [image.array * 0.5 + COLOURS[np.minimum(s, 3) * (s < 4)] * 0.5 for s in (mine, label)]
    return result, before_after(*(t.astype(np.uint8) for t in tint))


def against_empty(photos: Path, furnished: str, empty: Layout, network: Segmenter | None) -> dict[str, Any]:
    """The layout of a furnished room beside that of the same room without furniture."""
    import cv2

    size = empty.camera.width, empty.camera.height
    layout, _ = run(read(photos / f"{furnished}.jpg"), network)
    mine = cv2.resize(merged(layout.surfaces()), size, interpolation=cv2.INTER_NEAREST)
    label = merged(empty.surfaces())
    both, either = (mine == 1) & (label == 1), (mine == 1) | (label == 1)
    return {
        "photo": furnished,
        "empty": FURNISHED[furnished],
        "floor_iou": round(float(both.sum() / max(1, either.sum())), 4),
        "pixels_otherwise": round(float((mine != label).mean()), 4),
    }


def camera_only(path: Path, network: Segmenter | None) -> dict[str, Any]:
    focal = float(path.with_name(path.stem + "_K.txt").read_text().split()[0])
    image = read(path)
    layout, _ = run(image, network)
    scale = image.width / Pil.open(path).size[0]
    return {
        "view": path.stem,
        "focal_error": round(layout.camera.focal_px / (focal * scale) - 1, 4),
        "confidence": layout.confidence,
    }


def sheet(pictures: list[Any], path: Path, columns: int, width: int) -> None:
    height = round(width * 0.75)
    rows = -(-len(pictures) // columns)
    out = Pil.new("RGB", (columns * width, rows * height))
    for k, array in enumerate(pictures):
        picture = Pil.fromarray(array)
        picture.thumbnail((width - 4, height - 4), Pil.Resampling.LANCZOS)
        out.paste(picture, ((k % columns) * width, (k // columns) * height))
    out.save(path, quality=80)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-network", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--photos", type=Path, help="a folder outside the project for the sheets that show the photos")
    args = parser.parse_args()
    data = shared()
    if data is None:
        sys.exit("no ground truth: set STAGEKIT_SHARED to the folder that holds groundtruth/ and photos/")
    network = None if args.no_network else segmenter()
    args.out.mkdir(parents=True, exist_ok=True)
    views, pictures = [], []
    for path in sorted((data / "groundtruth" / "layout").glob("room_*.jpg")):
        result, picture = against_truth(path, network)
        views.append(result)
        pictures.append(picture)
        print(result)
    cameras = [camera_only(p, network) for p in sorted((data / "groundtruth" / "camera").glob("*.jpg"))]
    grids, rooms, empty = [], [], []
    layouts: dict[str, Layout] = {}
    for path in sorted((data / "photos").glob("empty_*.jpg")):
        image = read(path)
        layout, seconds = run(image, network)
        layouts[path.stem] = layout
        grids.append(floor_grid(layout, image))
        rooms.append(floor_grid(layout, None))
        c = layout.camera
        empty.append(
            {
                "photo": path.stem,
                "focal_per_longer_side": round(c.focal_px / max(image.size), 3),
                "pitch_deg": round(c.pitch_deg, 2),
                "camera_height_m": round(c.height_m, 2),
                "ceiling_height_m": round(layout.ceiling_height_m, 2),
                "confidence": layout.confidence,
                "seconds": round(seconds, 2),
            }
        )
    furnished = [against_empty(data / "photos", f, layouts[e], network) for f, e in FURNISHED.items()]

    def column(name: str) -> Any:
        return np.abs([v[name] for v in views])

    focal = np.concatenate([column("focal_error"), np.abs([c["focal_error"] for c in cameras])])
    pitch = column("pitch_error_deg")
    summary = {
        "segmentation": "none" if network is None else "roomnet.v1",
        "pitch_error_deg": {"median": float(np.median(pitch)), "worst": float(pitch.max())},
        "focal_error": {"median": round(float(np.median(focal)), 4), "worst": round(float(focal.max()), 4)},
        "pixel_error_mean": round(float(column("pixel_error").mean()), 4),
        "floor_iou_mean": round(float(column("floor_iou").mean()), 4),
        "furnished_floor_iou_mean": round(float(np.mean([f["floor_iou"] for f in furnished])), 4),
        "floor_depth_error_median": round(float(np.median(column("floor_depth_error"))), 4),
        "seconds_median": round(float(np.median([v["seconds"] for v in views + empty])), 2),
    }
    name = "layout" if network is not None else "layout_no_network"
    text = json.dumps(
        {"summary": summary, "layout": views, "camera": cameras, "furnished": furnished, "empty": empty}, indent=1
    )
    (args.out / f"{name}.json").write_text(text + "\n")
    sheet(rooms, args.out / f"{name}_rooms.jpg", 6, 300)
    if args.photos:
        args.photos.mkdir(parents=True, exist_ok=True)
        sheet(pictures, args.photos / f"{name}_truth.jpg", 3, 560)
        sheet(grids, args.photos / f"{name}_empty.jpg", 5, 400)
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
