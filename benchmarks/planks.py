"""Whether a floor of which little is seen is of wood: trains and judges the six numbers of `stagekit.inpaint.planks`.

``python benchmarks/planks.py`` writes results/planks.json: precision and recall on the bare floor of labelled photos, whole
and in stretches of 0.1 to 0.7 m2 drawn at random, each photo judged by a model that did not see it (10 folds), and
the weights of a model trained on all of them, which stagekit/inpaint/planks.py carries. Labels: those of
benchmarks/floor.py.
Data: photos/ and training/listings512.tar of STAGEKIT_SHARED or ../shared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from floor import labelled

import stagekit as sk
from common import shared, write
from stagekit.backends.layout import ManhattanV1
from stagekit.backends.segment import RoomNetV1
from stagekit.inpaint.light import to_log
from stagekit.inpaint.planar import BOARDS, WORK, seen_planes, white_of
from stagekit.inpaint.planks import ONE_WAY, SURE, alike, best_axis, from_above, signs
from stagekit.inpaint.regions import FLOOR, OBJECTS, regions, resized

STRETCHES = 4
LONG_M, WIDE_M = (0.5, 1.5), (0.15, 0.5)
MARGIN = 9
"""Pixels of the working grid about things that are not taken for floor."""
FOLDS, RIDGE = 10, 1.0


def samples(folder: Path) -> list[tuple[str, bool, bool, Any]]:
    """Name, whether it is wood, whether the whole of its bare floor is looked at, and the signs."""
    network, geometry = RoomNetV1().open(), ManhattanV1().open()
    found = []
    for number, (name, material, _, source) in enumerate(labelled(folder)):
        image = sk.open_image(source, name=name)
        segments = network(image)
        layout = geometry(image, segments)
        size = _fitted(image.size, WORK)
        small = cv2.resize(image.array, size, interpolation=cv2.INTER_AREA)
        things = np.isin(resized(segments, size[::-1]), [i for i, n in enumerate(segments.classes) if n in OBJECTS])
        gap = cv2.dilate(things.astype(np.uint8), np.ones((MARGIN, MARGIN), np.uint8)) > 0
        log = to_log(small)
        planes = seen_planes(log, gap, layout, segments, {}, image.size)
        bigger = _fitted(image.size, BOARDS)
        picture = cv2.resize(image.array, bigger, interpolation=cv2.INTER_AREA)
        region = next((r for r in regions(layout, *bigger) if r.surface == FLOOR), None)
        plane = next((p for p in planes if p.region.surface == FLOOR), None)
        if plane is None or region is None or not plane.lends.any():
            continue
        for k, lends in enumerate(_stretches(plane, np.random.default_rng(number))):
            above = from_above(picture, region, replace(plane, lends=lends))
            if above is not None:
                along, across, _ = best_axis(region, alike(above)[0])
                found.append((name, material == "wood", k == 0, signs(above, along, across, white_of(log, planes))))
    return found


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    k = min(1.0, longest / max(size))
    return round(size[0] * k), round(size[1] * k)


def _stretches(plane: Any, rng: np.random.Generator) -> Iterator[Any]:
    """What the plane lends, and oblong parts of it."""
    yield plane.lends
    ys, xs = np.nonzero(plane.lends)
    points, _ = plane.region.metres(np.stack([xs, ys], -1).astype(float))
    for _ in range(STRETCHES):
        away = points - points[rng.integers(len(points))]
        a = rng.uniform(0, np.pi)
        long, wide = rng.uniform(*LONG_M), rng.uniform(*WIDE_M)
        inside = np.abs(away @ (np.cos(a), np.sin(a))) < long / 2
        inside &= np.abs(away @ (-np.sin(a), np.cos(a))) < wide / 2
        part = np.zeros_like(plane.lends)
        part[ys[inside], xs[inside]] = True
        yield part


def train(x: Any, y: Any) -> tuple[Any, float]:
    """Weights and bias of a logistic regression, by Newton's method."""
    mean, spread = x.mean(0), x.std(0)
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    pull = RIDGE * np.array([1.0] * x.shape[1] + [1e-6])
    w = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ w))
        w -= np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + np.diag(pull), z.T @ (p - y) + pull * w)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ mean)


def main() -> None:
    rows = samples(shared())
    x, y = np.array([r[3] for r in rows]), np.array([r[1] for r in rows])
    whole, names = np.array([r[2] for r in rows]), [r[0] for r in rows]
    order = {name: k for k, name in enumerate(np.random.default_rng(0).permutation(sorted(set(names))))}
    fold = np.array([order[n] % FOLDS for n in names])
    sure = np.zeros(len(y))
    for k in range(FOLDS):
        weights, bias = train(x[fold != k], y[fold != k])
        sure[fold == k] = 1 / (1 + np.exp(-(x[fold == k] @ weights + bias)))
    weights, bias = train(x, y)
    result: dict[str, Any] = {"photos": len(order), "laid_from": SURE}
    for title, part in (("whole", whole), ("stretches", ~whole)):
        laid = part & (sure >= SURE) & (x[:, 0] - x[:, 1] >= ONE_WAY)
        result[title] = {
            "floors": int(part.sum()),
            "of_wood": int((part & y).sum()),
            "precision": round(float(y[laid].mean()), 3),
            "recall": round(float((laid & y).sum() / (part & y).sum()), 3),
            "wrong": sorted({names[i] for i in np.nonzero(laid & ~y)[0]}),
        }
    result["weights"], result["bias"] = np.round(weights, 4).tolist(), round(bias, 4)
    print(json.dumps(result, indent=1))
    write("planks", result)


if __name__ == "__main__":
    main()
