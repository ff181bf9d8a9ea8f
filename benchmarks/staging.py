"""Stages every empty photo and checks what must hold for each.

    python benchmarks/staging.py [--only empty_01 ...] [--style japandi] [--full]

For each photo: does it run, how many pieces, which share of pixels changed, is every pixel outside ``changed`` the
photo's, does the same seed give identical bytes (--twice). Writes results/staging.json and sheets/staging.jpg; with
--full also every picture at its own size beside the sheet, to be looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import Counter
from typing import Any

import numpy as np

import stagekit as sk
from common import SHEETS, shared, sheet, write

# The room that each photo shows, by eye; where it could be several, they take turns.
ROOMS = {
    "empty_01": "bedroom", "empty_05": "bedroom", "empty_15": "bedroom", "empty_24": "bedroom", "empty_30": "bedroom",
    "empty_34": "bedroom", "empty_28": "dining_room", "empty_33": "dining_room", "empty_26": "dining_room",
    "empty_37": "office", "empty_17": "office",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="names of photos; all by default")
    parser.add_argument("--style", help="one style for all; by default they take turns")
    parser.add_argument("--room", help="one room type for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--twice", action="store_true", help="run each twice and compare the bytes")
    parser.add_argument("--full", action="store_true", help="write each picture at its own size")
    args = parser.parse_args()
    photos = sorted((shared() / "photos").glob("empty_*.jpg"))
    photos = [p for p in photos if not args.only or p.stem in args.only]
    names = sk.styles()
    rows: list[dict[str, Any]] = []
    pictures: list[tuple[str, np.ndarray]] = []
    for i, path in enumerate(photos):
        style = args.style or names[i % len(names)]
        row: dict[str, Any] = {"photo": path.stem, "style": style}
        started = time.perf_counter()
        try:
            scene = run(path, style, args.room or ROOMS.get(path.stem, "living_room"), args.seed)
        except sk.StagekitError as error:
            rows.append({**row, "error": f"{type(error).__name__}: {error}"})
            print(rows[-1], flush=True)
            continue
        assert scene.changed is not None and scene.layout is not None
        outside = np.abs(scene.image.array.astype(int) - scene.photo.array)[~scene.changed.array]
        row |= {
            "seconds": round(time.perf_counter() - started, 2),
            "stages": {s.stage: round(s.seconds, 2) for s in scene.record},
            "pieces": dict(Counter(p.family for p in scene.placements or ())),
            "left_out": list(scene.left_out),
            "changed": round(scene.changed.fraction, 4),
            "outside_difference": int(outside.max(initial=0)),
            "confidence": round(scene.layout.confidence, 3),
            "sha256": hashlib.sha256(scene.image.array.tobytes()).hexdigest()[:16],
        }
        if args.twice:
            again = run(path, style, args.room or ROOMS.get(path.stem, "living_room"), args.seed, fresh=True)
            row["identical"] = bool(np.array_equal(again.image.array, scene.image.array))
        rows.append(row)
        print(row, flush=True)
        pictures += [(f"{path.stem} {style}", scene.layout.floor_grid(scene.photo)), ("", scene.image.array)]
        if args.full:
            SHEETS.mkdir(parents=True, exist_ok=True)
            scene.save(SHEETS / f"{path.stem}_staged.png")
    done = [r for r in rows if "error" not in r]
    write(
        "staging",
        {
            "photos": len(rows),
            "crashed": len(rows) - len(done),
            "with_furniture": sum(bool(r["pieces"]) for r in done),
            "largest_outside_difference": max((r["outside_difference"] for r in done), default=None),
            "median_seconds": float(np.median([r["seconds"] for r in done])) if done else None,
            "rows": rows,
        },
    )
    if pictures:
        print(sheet("staging", pictures, columns=4, width=640))


def run(path: Any, style: str, room: str, seed: int, *, fresh: bool = False) -> sk.Scene:
    """One staging; ``fresh`` by a pipeline of its own, so that nothing comes from the cache."""
    if fresh:
        pipe = sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Arrange(), sk.Furnish())
        return pipe(path, style=style, room=room, seed=seed)
    return sk.stage(path, style=style, room=room, seed=seed)


if __name__ == "__main__":
    main()
