"""Depth of ``planes.v1`` against the empty rooms' true depth, and against a sensor in a furnished corner.

``python benchmarks/depth.py`` writes results/depth.json. Errors are AbsRel, the mean of |estimate - truth| / truth; once
as it comes (metres), once with the scale taken from the truth (the median ratio), which leaves the shape's error.
``--photos DIR`` also writes a sheet there: photo, estimate, truth, error. Data: $STAGEKIT_SHARED or ../shared.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from common import ROOT, shared, write

sys.path.insert(0, str(ROOT))

from PIL import Image as Pil

import stagekit as sk
from stagekit.display import depth_preview

LAYOUT_TARGET = 0.12
MEANS = ("abs_rel", "abs_rel_scaled", "abs_rel_without_things", "within_25_percent")


def truth_of(path: Path) -> Any:
    """float metres, 0 unknown."""
    return np.asarray(Pil.open(path)).astype(np.float32) / 1000.0


def errors(estimate: Any, truth: Any, where: Any) -> dict[str, float]:
    """AbsRel as it comes and with the scale of the truth, and the share of pixels within a quarter."""
    good = (truth > 0) & (estimate > 0) & where
    e, t = estimate[good].astype(np.float64), truth[good].astype(np.float64)
    scale = float(np.median(t / e))
    return {
        "abs_rel": round(float((np.abs(e - t) / t).mean()), 4),
        "abs_rel_scaled": round(float((np.abs(e * scale - t) / t).mean()), 4),
        "within_25_percent": round(float((np.maximum(e / t, t / e) < 1.25).mean()), 4),
        "scale_error": round(1 / scale - 1, 4),
        "compared": round(float(good.sum() / max(1, ((truth > 0) & where).sum())), 4),
    }


def scene_of(path: Path) -> tuple[sk.Scene, float]:
    """The scene, and the processor seconds of EstimateDepth alone."""
    scene = sk.Pipeline(sk.Segment(), sk.EstimateLayout())(path, on_event=lambda event: None)
    start = time.process_time()
    given = {"segments": scene.segments, "layout": scene.layout}
    done = sk.Pipeline(sk.EstimateDepth())(path, on_event=lambda event: None, **given)
    return done, time.process_time() - start


def picture(scene: sk.Scene, truth: Any) -> Any:
    """Photo, estimate, truth and signed error (red: too far, blue: too near) side by side."""
    assert scene.depth is not None
    e = scene.depth.array
    ratio = np.where((truth > 0) & (e > 0), np.log(np.maximum(e, 1e-3) / np.maximum(truth, 1e-3)), 0)
    signed = np.full((*e.shape, 3), 255.0)
    signed[..., 1] -= 255 * np.clip(np.abs(ratio) / 0.5, 0, 1)
    signed[..., 2] -= 255 * np.clip(ratio / 0.5, 0, 1)
    signed[..., 0] -= 255 * np.clip(-ratio / 0.5, 0, 1)
    return np.concatenate([scene.photo.array, depth_preview(e), depth_preview(truth), signed.astype(np.uint8)], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="a folder outside the project for the sheet that shows the photos")
    args = parser.parse_args()
    data = shared() / "groundtruth"
    rows, pictures = [], []
    for path in sorted((data / "layout").glob("room_*.jpg")):
        truth = truth_of(path.with_name(f"{path.stem}_depth_mm.png"))
        label = np.asarray(Pil.open(path.with_name(f"{path.stem}_label.png")))
        scene, seconds = scene_of(path)
        assert scene.depth is not None
        where = (label > 0) & (label != 6)
        row = {"view": path.stem, **errors(scene.depth.array, truth, where)}
        assert scene.layout is not None
        # the truth is the empty room's: what the segments name in front of it counts as an error here
        row["abs_rel_without_things"] = errors(scene.layout.depth(), truth, where)["abs_rel"]
        rows.append({**row, "cpu_seconds": round(seconds, 2)})
        pictures.append(picture(scene, truth))
        print(rows[-1])
    corner = data / "depth" / "sofa_corner.jpg"
    truth = truth_of(corner.with_name("sofa_corner_depth_mm.png"))
    scene, seconds = scene_of(corner)
    assert scene.depth is not None and scene.layout is not None and scene.segments is not None
    everywhere = np.ones(truth.shape, bool)
    things = scene.segments.mask("furniture").array & ~scene.segments.mask("rug").array
    furnished = {
        "everything": errors(scene.depth.array, truth, everywhere),
        "furniture": errors(scene.depth.array, truth, things),
        "the bare layout, everything": errors(scene.layout.depth(), truth, everywhere),
        "the bare layout, furniture": errors(scene.layout.depth(), truth, things),
        "layout_confidence": scene.layout.confidence,
        "cpu_seconds": round(seconds, 2),
    }
    pictures.append(picture(scene, truth))
    mean = {k: round(float(np.mean([r[k] for r in rows])), 4) for k in MEANS}
    median = round(float(np.median([r["abs_rel"] for r in rows])), 4)
    summary = {
        "backend": "planes.v1",
        "layout_abs_rel_mean": mean["abs_rel"],
        "layout_abs_rel_median": median,
        "layout_abs_rel_scaled_mean": mean["abs_rel_scaled"],
        "layout_abs_rel_without_things_mean": mean["abs_rel_without_things"],
        "layout_within_25_percent_mean": mean["within_25_percent"],
        "target": LAYOUT_TARGET,
        "sofa_corner": furnished,
    }
    print(write("depth", {"summary": summary, "layout": rows}))
    for key, value in summary.items():
        print(key, value)
    if args.photos:
        args.photos.mkdir(parents=True, exist_ok=True)
        for k, array in enumerate(pictures):
            sheet = Pil.fromarray(array)
            sheet.thumbnail((1600, 400))
            sheet.save(args.photos / f"depth_{k:02d}.png")


if __name__ == "__main__":
    main()
