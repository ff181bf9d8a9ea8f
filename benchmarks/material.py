"""SwapMaterial against rooms rendered both ways, and against paint codes on photos.

    python benchmarks/material.py [--only NAME ...] [--samples 40] [--photos 12] [--skip rooms photos masks time]

Closed loop: rooms of rendered_rooms.py are traced with a wall or floor A, and with B under the same light; SwapMaterial
turns A into B's finish and the two pictures are compared on the surface: mean CIEDE2000, correlation of the detail
(luminance over its mean in a sixth of the picture: corners, gradients, joints, grain), and the largest difference
outside. The layout is exact, the labels are the renderer's; nothing is known of the light or of what A reflects.

Photos: walls get a paint. Its colour is recovered from the result twice and compared with the code: with the light that
was measured on the photo before (``ciede2000``: does the code survive tone, clipping and edges; whether the old albedo was
right is the closed loop's question), and with the albedo measured anew in the result (``ciede2000_anew``). Also the time
at 12 megapixels once segments and layout are known, in seconds of wall clock and of processor.

Masks: walls, floor and ceiling as found on thirteen views of an empty house and seven photos of NYUv2, against the truth:
intersection over union, the band of a baseboard left out, which the truths count differently.

Writes results/material.json and sheets/material_rooms.jpg; a part that is left out keeps its last results.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import cv2
import numpy as np
from rendered_rooms import ROOMS, WIDTH, exposure, layout_of, photo, render, segments_of

import stagekit as sk
from common import RESULTS, shared, sheet, write
from stagekit.surface.albedo import surface_albedo
from stagekit.surface.colour import LUMA, ciede2000, lab, lab_of_linear, linear
from stagekit.surface.places import Finder
from stagekit.surface.shade import expand
from stagekit.surface.swap import BRIGHTEST, light_of, relit

PAINTS = ("SW 7029", "Hale Navy", "#B7C4B1")
PHOTOS = ("empty_01", "empty_04", "empty_10", "empty_13", "empty_23", "empty_33", "empty_36", "empty_38", "living_01",
          "living_03", "living_08", "living_13", "bedroom_01", "bedroom_03", "bedroom_09")  # fmt: skip
NEUTRAL = 12.0
"""CIELAB chroma of the room's white up to which its light counts as near-neutral."""


def detail(pixels: Any, mask: Any) -> Any:
    """Luminance over its mean in a sixth of the picture round it, logarithmic, inside ``mask``; a blur of one pixel takes
    the steps of 8 bits. Nothing from beyond the mask comes in: a bright ceiling would outweigh all of a dark wall."""
    weight = mask.astype(np.float32)
    light = (linear(pixels) @ LUMA * weight).astype(np.float32)
    soft = cv2.GaussianBlur(light, (0, 0), 1.0) / np.maximum(cv2.GaussianBlur(weight, (0, 0), 1.0), 1e-3)
    luma = np.log(np.maximum(soft, 2e-3)).astype(np.float32)
    size = (WIDTH // 6 | 1, WIDTH // 6 | 1)
    mean = cv2.blur(luma * weight, size) / np.maximum(cv2.blur(weight, size), 1e-6)
    return (luma - mean)[mask]


def surface_of(kinds: Any, surface: str) -> Any:
    wanted = surface.replace("[", "").replace("]", "")
    names = np.unique(kinds.astype(str))
    chosen = [n for n in names if (n.startswith("wall") if surface == "wall" else n == wanted)]
    mask = np.isin(kinds.astype(str), chosen).astype(np.uint8)
    return cv2.erode(mask, np.ones((3, 3), np.uint8)) > 0


def closed_loop(only: list[str], samples: int) -> tuple[list[dict[str, Any]], list[tuple[str, Any]]]:
    rows, pictures = [], []
    for room in ROOMS:
        if only and room.name not in only:
            continue
        light, kinds = render(room, {}, samples=samples)
        factor = exposure(light, kinds)
        before, layout, segments = photo(light, factor), layout_of(room), segments_of(kinds)
        for surface, finish in room.swaps:
            after = photo(render(room, {surface: finish}, samples=samples)[0], factor)
            mask = surface_of(kinds, surface)
            scene = sk.recolor(before, {surface: finish}, layout=layout, segments=segments)
            mine = scene.image.array
            assert scene.changed is not None
            difference = ciede2000(lab(mine[mask]), lab(after[mask]))
            untouched = ciede2000(lab(before[mask]), lab(after[mask]))
            outside = np.abs(mine.astype(int) - before)[~scene.changed.array]
            row = {
                "room": room.name,
                "surface": surface,
                "finish": finish,
                "ciede2000": round(float(difference.mean()), 2),
                "ciede2000_p90": round(float(np.percentile(difference, 90)), 2),
                "unchanged_would_be": round(float(untouched.mean()), 2),
                "detail_correlation": round(float(np.corrcoef(detail(mine, mask), detail(after, mask))[0, 1]), 3),
                "covered": round(float(scene.changed.array[mask].mean()), 4),
                "outside_difference": int(outside.max(initial=0)),
            }
            rows.append(row)
            print(row, flush=True)
            pictures += [(f"{room.name}: photo", before), (f"{surface} {finish}: SwapMaterial", mine), ("truth", after)]
    return rows, pictures


def on_photos(names: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the photos that were painted, and what was said of those that show no wall."""
    rows, refused = [], []
    pipe = sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Segment(scales=(1024, 640, 400)))
    for name in names:
        scene = pipe(shared() / "photos" / f"{name}.jpg")
        finder = Finder(scene.photo, scene.segments, scene.layout)
        try:
            parts = finder.paints(finder.find("wall"))
        except sk.InputError as error:
            refused.append({"photo": name, "refused": str(error)})
            print(refused[-1], flush=True)
            continue
        mask = cv2.erode(parts[0].mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        room = light_of(finder, linear(finder.small))
        tint = lab_of_linear(room.white / room.white.max())
        for code in PAINTS:
            done = sk.recolor(scene.photo, wall=code, segments=scene.segments, layout=scene.layout)
            small = cv2.resize(done.image.array, finder.size, interpolation=cv2.INTER_AREA)
            after, before, paint = linear(small), linear(finder.small), sk.paint(code)
            olds = [surface_albedo(before, p.mask, room) for p in parts]
            old, new = olds[0], np.minimum(paint.albedo, BRIGHTEST)
            # a darker wall lights itself less
            more = relit(finder, before, room, parts, olds, [new] * len(parts), 1.0)[0][mask]
            kept = old * np.median(expand(after)[mask] / np.maximum(expand(before)[mask], 1e-3) / more, axis=0)
            anew = surface_albedo(after, mask, room) / np.median(more, axis=0)
            outside = np.abs(done.image.array.astype(int) - scene.photo.array)[~done.changed.array]  # type: ignore[union-attr]
            row = {
                "photo": name,
                "paint": code,
                "whites": [w[0] for w in room.whites],
                "light_chroma": round(float(np.hypot(*tint[1:])), 1),
                "ciede2000": round(float(ciede2000(lab_of_linear(kept), lab_of_linear(paint.albedo))), 2),
                "ciede2000_anew": round(float(ciede2000(lab_of_linear(anew), lab_of_linear(paint.albedo))), 2),
                "outside_difference": int(outside.max(initial=0)),
            }
            rows.append(row)
            print(row, flush=True)
    return rows, refused


TRUTHS = {
    "layout/room_*.jpg": ("_label.png", {"wall": 2, "floor": 1, "ceiling": 3}),
    "semantic/nyu_*.jpg": ("_class13.png", {"wall": 12, "floor": 5, "ceiling": 3}),
}
"""Pictures of the ground truth; the suffix of their labels, in which 0 is unknown, and the surfaces' values there."""
SEEN = 0.01
"""Share of the known pixels that a surface has at least to be asked for."""


def masks() -> dict[str, Any]:
    """Mean IoU of each surface's mask, and each picture's. What is not found counts as nothing."""
    pipe = sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Segment(scales=(1024, 640, 400)))
    result: dict[str, Any] = {}
    for pattern, (suffix, values) in TRUTHS.items():
        rows = []
        for file in sorted((shared() / "groundtruth").glob(pattern)):
            scene, truth = pipe(file), cv2.imread(str(file.with_name(file.stem + suffix)), cv2.IMREAD_UNCHANGED)
            finder = Finder(scene.photo, scene.segments, scene.layout)
            row: dict[str, Any] = {"picture": file.stem}
            for name, value in values.items():
                true, known = truth == value, truth > 0
                if true[known].mean() < SEEN:
                    continue
                try:
                    found = finder.find(name).mask
                except sk.InputError:
                    found = np.zeros(finder.size[::-1], bool)
                board = finder.baseboard if name != "ceiling" else np.zeros_like(found)
                size = true.shape[::-1]
                here, out = (
                    cv2.resize(m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0 for m in (found, board)
                )
                known &= ~out
                row[name] = round(float((here & true & known).sum() / ((here | true) & known).sum()), 4)
            rows.append(row)
            print(row, flush=True)
        means = {n: _mean([r for r in rows if n in r], n, lambda r: True) for n in values}
        result[pattern.split("/")[0]] = {"pictures": len(rows), "iou": means, "rows": rows}
    return result


def timing() -> list[dict[str, Any]]:
    """A photo enlarged to 12 megapixels; segments and layout are made before the clock starts."""
    source = sk.open_image(shared() / "photos" / "empty_04.jpg")
    large = sk.open_image(cv2.resize(source.array, (4240, 2832), interpolation=cv2.INTER_CUBIC))
    scene = sk.Pipeline(sk.Segment(), sk.EstimateLayout())(large)
    rows = []
    for surfaces in (
        {"wall": "SW 7029"},
        {"wall": "#F5F3EE"},
        {"floor": "oak_herringbone"},
        {"floor": "walnut_planks"},
    ):
        stage = sk.Pipeline(sk.SwapMaterial(surfaces=surfaces))
        start, used = time.perf_counter(), time.process_time()
        stage(large, segments=scene.segments, layout=scene.layout)
        row = {
            "surfaces": surfaces,
            "megapixels": round(large.width * large.height / 1e6, 1),
            "seconds": round(time.perf_counter() - start, 2),
            "processor_seconds": round(time.process_time() - used, 2),
        }
        rows.append(row)
        print(row, flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="names of rendered rooms; all by default")
    parser.add_argument("--samples", type=int, default=40, help="paths a pixel of the rendered rooms")
    parser.add_argument("--photos", type=int, default=len(PHOTOS), help="how many photos")
    parser.add_argument("--skip", nargs="*", default=[], choices=("rooms", "photos", "masks", "time"))
    args = parser.parse_args()
    result: dict[str, Any] = {}
    if "rooms" not in args.skip:
        rows, pictures = closed_loop(args.only, args.samples)
        result["closed_loop"] = {
            "samples": args.samples,
            "mean_ciede2000": round(float(np.mean([r["ciede2000"] for r in rows])), 2),
            "mean_ciede2000_paint": _mean(rows, "ciede2000", lambda r: r["finish"].startswith("#")),
            "mean_ciede2000_covering": _mean(rows, "ciede2000", lambda r: not r["finish"].startswith("#")),
            "mean_detail_correlation": _mean(rows, "detail_correlation", lambda r: True),
            "unchanged_would_be": _mean(rows, "unchanged_would_be", lambda r: True),
            "largest_outside_difference": max(r["outside_difference"] for r in rows),
            "rows": rows,
        }
        sheet("material_rooms", pictures, columns=6, width=320)
        if not args.only:  # two minutes of photos are to come, which may fail
            write("material", {**_earlier(), **result})
    if "masks" not in args.skip:
        result["masks"] = masks()
    if "photos" not in args.skip:
        rows, refused = on_photos(list(PHOTOS[: args.photos]))
        near = [r for r in rows if r["light_chroma"] <= NEUTRAL]
        result["photos"] = {
            "photos": args.photos,
            "median_ciede2000": round(float(np.median([r["ciede2000"] for r in near])), 2),
            "median_ciede2000_anew": round(float(np.median([r["ciede2000_anew"] for r in near])), 2),
            "near_neutral": len(near),
            "refused": refused,
            "largest_outside_difference": max(r["outside_difference"] for r in rows),
            "rows": rows,
        }
    if "time" not in args.skip:
        result["time"] = timing()
    for key in ("closed_loop", "photos"):
        if key in result:
            print(key, {k: v for k, v in result[key].items() if k != "rows"})
    if not args.only and result:
        print(write("material", {**_earlier(), **result}))


def _earlier() -> dict[str, Any]:
    """The parts of the last results that this run leaves out."""
    path = RESULTS / "material.json"
    if not path.exists():
        return {}
    return {k: v for k, v in json.loads(path.read_text()).items() if k != "environment"}


def _mean(rows: list[dict[str, Any]], key: str, keep: Any) -> float | None:
    values = [r[key] for r in rows if keep(r)]
    return round(float(np.mean(values)), 3) if values else None


if __name__ == "__main__":
    main()
