"""Erasing against the truth: furnish real empty photos, erase what was put in, compare with the photo inside the hole.

    python benchmarks/erase.py                       # the closed loop: results/erase.json and sheets/erase.jpg
    python benchmarks/erase.py --look living_01 ...  # occupied rooms emptied: sheets/erase_look.jpg
    python benchmarks/erase.py --speed               # 1024 px and 12 megapixels, time and memory: results/erase_speed.json

Renders are kept in sheets/erase/ (not committed). Beside ``roomfill.v1``, the default, run ``planar.v1``, OpenCV's Telea and
Navier-Stokes, PatchMatch over the whole picture (package PyPatchMatch, skipped where it is not installed) and each plane's
median colour. All get the same furnished picture and hole; the layout and segments that the first two read are measured on
the furnished picture too.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from erase_metrics import PERCEPTUAL, Perceptual, psnr, ssim

import stagekit as sk
from common import SHEETS, shared, sheet, write
from stagekit.inpaint.regions import regions, sources

RENDERS = SHEETS / "erase"
OURS = "roomfill.v1"
STYLES = ("modern", "scandinavian", "farmhouse", "mid_century_modern", "coastal")
BEDROOMS = ("empty_01", "empty_05", "empty_15", "empty_17", "empty_24")
THRESHOLDS = (10, 16, 24, 32, 48)
RUNS = 3
"""Processes of a size for the times: the median counts."""
LARGEST = 0.35
"""Share of the picture: where faint shadows would make the hole larger, the next threshold is taken."""
OCCUPIED = ("cluttered_", "living_", "bedroom_", "dining_", "office_", "hallway_")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="names of photos, without suffix")
    parser.add_argument("--look", nargs="*", help="empty these occupied rooms instead (none named: all)")
    parser.add_argument("--speed", action="store_true", help="measure time and memory instead")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(Path(args.child[0]), int(args.child[1]))
    elif args.speed:
        speed()
    elif args.look is not None:
        look(args.look)
    else:
        closed_loop(args.only)


def closed_loop(only: list[str] | None) -> None:
    perceptual = Perceptual()
    rows: list[dict[str, Any]] = []
    pictures: list[tuple[str, np.ndarray]] = []
    for number, path in enumerate(sorted((shared() / "photos").glob("empty_*.jpg"))):
        if only and path.stem not in only:
            continue
        try:
            furnished = render(path, STYLES[number % len(STYLES)])
        except sk.StagekitError as error:
            rows.append({"photo": path.stem, "error": str(error)})
            continue
        truth = sk.open_image(path).array
        hole, threshold = known(furnished.array, truth)
        if hole.mean() < 0.005:
            rows.append({"photo": path.stem, "error": "nothing was put in"})
            continue
        row: dict[str, Any] = {"photo": path.stem, "hole": float(hole.mean()), "threshold": threshold, "methods": {}}
        wanted = perceptual.features(truth)
        for name, filled, cpu, wall in fills(furnished, hole):
            assert np.array_equal(filled[~hole], furnished.array[~hole])
            row["methods"][name] = {
                "psnr": psnr(filled, truth, hole),
                "ssim": ssim(filled, truth, hole),
                "perceptual": perceptual.distance(perceptual.features(filled), wanted, hole),
                "cpu_seconds": cpu,
                "seconds": wall,
            }
            if name in (OURS, "patchmatch"):
                pictures.append((f"{path.stem} {name}", filled))
        pictures += [("furnished", outlined(furnished.array, hole)), ("photo", truth)]
        rows.append(row)
        print(
            path.stem,
            {k: (round(v["psnr"], 2), round(v["perceptual"], 4)) for k, v in row["methods"].items()},
            flush=True,
        )
        summary = summarise(rows)
        write("erase", {"perceptual_distance": PERCEPTUAL, "summary": summary, "rows": rows})
    print(json.dumps(summarise(rows), indent=1))
    if pictures:
        print(sheet("erase", pictures, columns=4, width=480))


def render(path: Path, style: str) -> sk.Image:
    """The photo furnished by trace.v1; rendered once."""
    RENDERS.mkdir(parents=True, exist_ok=True)
    kept = RENDERS / f"{path.stem}.png"
    if not kept.exists():
        sk.stage(path, style=style, room="bedroom" if path.stem in BEDROOMS else "living_room", seed=7).save(kept)
    return sk.open_image(kept)


def known(furnished: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, int]:
    """The hole: what the furnishing changed by more than a threshold of 0..255, closed and grown by 0.6 % of the longer
    side. The lowest threshold for which it is no more than ``LARGEST`` of the picture."""
    difference = cv2.blur(np.abs(furnished.astype(np.float32) - truth).max(2), (3, 3))
    size = 2 * max(3, round(0.006 * max(difference.shape))) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    for threshold in THRESHOLDS:
        mask = cv2.morphologyEx((difference > threshold).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        mask = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), disc)
        if mask.mean() <= LARGEST:
            break
    return mask > 0, threshold


def fills(furnished: sk.Image, hole: np.ndarray) -> Any:
    """(name, filled, processor seconds, seconds) of every method."""
    scene = sk.Pipeline(sk.Segment(), sk.EstimateLayout())(furnished, on_event=lambda event: None)
    segments, layout = scene.segments, scene.layout
    pixels, mask = furnished.array, hole.astype(np.uint8)

    def own(backend: str) -> Callable[[], np.ndarray]:
        erase = sk.Pipeline(sk.Erase(backend, mask=hole, guard=False))
        return lambda: erase(furnished, segments=segments, layout=layout, on_event=lambda event: None).image.array

    methods: dict[str, Callable[[], np.ndarray]] = {
        OURS: own(OURS),
        "planar.v1": own("planar.v1"),
        "telea": lambda: cv2.inpaint(pixels, mask, 5, cv2.INPAINT_TELEA),
        "navier_stokes": lambda: cv2.inpaint(pixels, mask, 5, cv2.INPAINT_NS),
        "plane_colour": lambda: plane_colour(pixels, hole, layout, segments),
    }
    try:
        from patchmatch import patch_match

        methods["patchmatch"] = lambda: np.where(
            hole[..., None], patch_match.inpaint(pixels, mask * 255, patch_size=5), pixels
        )
    except ImportError as error:
        print(f"PatchMatch left out: {error}")
    for name, method in methods.items():
        cpu, wall = time.process_time(), time.perf_counter()
        filled = method()
        yield name, filled, time.process_time() - cpu, time.perf_counter() - wall


def plane_colour(pixels: np.ndarray, hole: np.ndarray, layout: Any, segments: Any) -> np.ndarray:
    """Each plane's median colour, without texture or light."""
    height, width = hole.shape
    out = pixels.copy()
    for region in regions(layout, width, height):
        good = sources(region, ~hole, segments)
        if not good.any():
            good = ~hole
        out[hole & region.mask] = np.median(pixels[good], axis=0)
    return out


def summarise(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the photos, and the default's lead: dB of PSNR, and the share by which its distance is lower."""
    done = [r["methods"] for r in rows if "methods" in r]
    if not done:
        return {"photos": 0}
    names = [n for n in done[0] if all(n in r for r in done)]
    means = {n: {k: float(np.mean([r[n][k] for r in done])) for k in done[0][n]} for n in names}
    ours = means[OURS]
    lead = {
        n: {"psnr_db": ours["psnr"] - m["psnr"], "perceptual_lower": 1 - ours["perceptual"] / m["perceptual"]}
        for n, m in means.items()
        if n != OURS
    }
    return {"photos": len(done), "failed": len(rows) - len(done), "means": means, "lead": lead}


def look(names: list[str]) -> None:
    pictures = []
    for path in sorted((shared() / "photos").glob("*.jpg")):
        if path.stem not in names if names else not path.stem.startswith(OCCUPIED):
            continue
        try:
            scene = sk.erase(path)
        except sk.StagekitError as error:
            print(path.stem, error)
            continue
        assert scene.changed is not None
        step = scene.record[-1]
        print(path.stem, f"{scene.changed.fraction:.0%}, {step.seconds:.1f} s", *step.warnings, flush=True)
        pictures += [(path.stem, outlined(scene.photo.array, scene.changed.array)), ("", scene.image.array)]
        sheet("erase_look", pictures, columns=4, width=640)


def speed() -> None:
    """Erase alone (segments and layout measured before), in a process of its own, for the memory."""
    rows = []
    photo = shared() / "photos" / "living_04.jpg"
    for width in (1024, 4243):
        runs = []
        for _ in range(RUNS):
            done = subprocess.run(
                [sys.executable, __file__, "--child", str(photo), str(width)],
                capture_output=True,
                text=True,
                check=True,
            )
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        runs.sort(key=lambda run: run["seconds"])
        row = {**runs[RUNS // 2], "fastest_seconds": runs[0]["seconds"], "slowest_seconds": runs[-1]["seconds"]}
        row["peak_gb"] = max(run["peak_gb"] for run in runs)
        rows.append(row)
        print(rows[-1])
    write("erase_speed", {"photo": photo.stem, "rows": rows})


def child(path: Path, width: int) -> None:
    source = sk.open_image(path).array
    size = (width, round(source.shape[0] * width / source.shape[1]))
    image = sk.open_image(cv2.resize(source, size, interpolation=cv2.INTER_CUBIC))
    runtime = sk.Runtime(threads=2)
    scene = sk.Pipeline(sk.Segment(), sk.EstimateLayout())(image, runtime=runtime)
    before = resource.getrusage(resource.RUSAGE_SELF)
    after = sk.Pipeline(sk.Erase())(image, segments=scene.segments, layout=scene.layout, runtime=runtime)
    used = resource.getrusage(resource.RUSAGE_SELF)
    assert after.changed is not None
    row = {
        "size": list(size),
        "hole": after.changed.fraction,
        "seconds": after.record[-1].seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "peak_gb": used.ru_maxrss / 1e6,
    }
    print(json.dumps(row))


def outlined(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with the mask's outline in red."""
    thick = 2 * max(1, round(max(mask.shape) / 700)) + 1
    edge = cv2.dilate(mask.astype(np.uint8), np.ones((thick, thick), np.uint8)) > mask
    out = picture.copy()
    out[edge] = (255, 0, 0)
    return out


if __name__ == "__main__":
    main()
