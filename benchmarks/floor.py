"""Floor material from texture: labels by eye, cross-validated accuracy, and the classifier that the package carries.

``python benchmarks/floor.py`` writes results/floor.json: right answers with every photo left out of the training of the
model that judges it (20 folds), and how many floors are sure enough to be told. ``--write`` also trains on all and
writes stagekit/listing/floor_model.json. Labels are by eye, from the photo beside the rectified floor; floors that the
eye cannot tell (too dark, rugs, watermarks) have none. Data: photos/ and training/listings512.tar of STAGEKIT_SHARED or
../shared.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import stagekit as sk
from common import ROOT, shared, write
from stagekit.backends.layout import ManhattanV1
from stagekit.backends.segment import RoomNetV1
from stagekit.listing.floor import CAUTION, TRUST, USUAL
from stagekit.listing.ground import NAMES, features, rectify
from stagekit.types import SURE

CLASSES = ("wood", "tile", "carpet")
RIDGE = 1e-2
FOLDS = 20

LISTINGS = {
    "wood": {
        "bathroom": "0009", "bedroom": "0022 0024 0052 0054 0061 0088 0096 0125",
        "kitchen": "0017 0018 0026 0027 0035 0045 0048 0052 0063 0068 0074 0082 0090 0097 0105 0115 0127",
    },
    "tile": {
        "bathroom": "0040 0041 0043 0045 0046 0047 0052 0053 0060 0063 0066 0074 0077 0086 0105 0109 0118 0120",
        "bedroom": "0112",
        "kitchen": "0000 0002 0006 0007 0008 0019 0024 0025 0030 0031 0041 0046 0050 0051 0054 0055 0058 0059 0067 0069 "
        "0077 0078 0080 0087 0088 0091 0095 0099 0100 0103 0109 0110 0112 0114 0117 0119",
    },
    "carpet": {
        "bedroom": "0000 0002 0003 0006 0008 0009 0012 0013 0015 0017 0021 0026 0028 0029 0034 0038 0039 0043 0045 0048 "
        "0049 0059 0060 0063 0064 0065 0067 0068 0070 0071 0072 0078 0080 0081 0082 0083 0084 0085 0086 0087 0089 0093 "
        "0098 0100 0101 0102 0103 0105 0107 0110 0111 0113 0119 0122 0123 0128",
    },
}  # fmt: skip
"""Material -> kind -> numbers in training/listings512.tar."""

PHOTOS = {
    "wood": "bedroom_07 bedroom_09 bedroom_10 cluttered_05 dining_01 dining_03 dining_04 empty_04 empty_10 empty_11 "
    "empty_13 empty_15 empty_18 empty_21 empty_23 empty_26 empty_28 empty_30 empty_34 empty_38 empty_39 empty_40 "
    "hallway_03 hallway_04 kitchen_06 kitchen_07 living_01 living_03 living_08 living_10 living_11 living_13 living_15 "
    "office_02 office_03 stagedref_03 stagedref_08 stagedref_11",
    "tile": "bathroom_01 bathroom_05 cluttered_01 empty_07 empty_12 empty_19 empty_32 empty_33 empty_41 kitchen_01 "
    "living_14 stagedref_10",
    "carpet": "bedroom_03 bedroom_05 bedroom_06 cluttered_03 empty_01 empty_05 empty_17 empty_24 hallway_01 kitchen_03 "
    "living_07 stagedref_02 stagedref_04",
    "concrete": "empty_36 empty_37",
}
"""Material -> photos. Concrete is no class of the model: two floors train nothing. They count as wrong when told."""


def labelled(folder: Path) -> Iterator[tuple[str, str, str, Any]]:
    """Name, material, kind of room as its file is named, and what `open_image` takes."""
    for material, names in PHOTOS.items():
        for name in names.split():
            yield name, material, name[:-3], folder / "photos" / f"{name}.jpg"
    with tarfile.open(folder / "training" / "listings512.tar") as tar:
        members = {Path(m.name).parent.name + "/" + Path(m.name).stem: m for m in tar if m.isfile()}
        for material, rows in LISTINGS.items():
            for kind, numbers in rows.items():
                for number in numbers.split():
                    file = tar.extractfile(members[f"{kind}/{number}"])
                    assert file is not None
                    yield f"listing {kind}/{number}", material, kind, io.BytesIO(file.read())


def samples(folder: Path) -> Iterator[tuple[str, str, str | None, Any, Any]]:
    """Name, material, room type when the picture's kind says it, feature rows, their areas."""
    network, geometry = RoomNetV1().open(), ManhattanV1().open()
    kinds = {"living": "living_room", "dining": "dining_room"}
    for name, material, kind, source in labelled(folder):
        image = sk.open_image(source, name=name)
        segments = network(image)
        ground = rectify(image, geometry(image, segments), segments)
        values, areas = features(ground) if ground is not None else (np.zeros((0, len(NAMES))), np.zeros(0))
        room = kinds.get(kind, kind)
        if len(areas):
            yield name, material, room if room in USUAL else None, values, areas


def train(rows: list[Any]) -> dict[str, Any]:
    """Multinomial logistic regression on blocks; every photo has the same weight, rare materials a little more."""
    from scipy.optimize import minimize

    rows = [r for r in rows if r[1] in CLASSES]
    x = np.concatenate([r[3] for r in rows])
    y = np.concatenate([[CLASSES.index(r[1])] * len(r[4]) for r in rows])
    rarity = np.array([1 / np.sqrt(max(1, sum(r[1] == c for r in rows))) for c in CLASSES])
    w = np.concatenate([r[4] / r[4].sum() for r in rows]) * rarity[y]
    w /= w.sum()
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    target = np.eye(len(CLASSES))[y]

    def loss(flat: Any) -> tuple[float, Any]:
        weights = flat.reshape(-1, len(CLASSES))
        s = z @ weights
        s -= s.max(1, keepdims=True)
        p = np.exp(s)
        p /= p.sum(1, keepdims=True)
        value = -(w * np.log(p[np.arange(len(y)), y] + 1e-12)).sum() + RIDGE * (weights[:-1] ** 2).sum()
        gradient = z.T @ (w[:, None] * (p - target))
        gradient[:-1] += 2 * RIDGE * weights[:-1]
        return value, gradient.ravel()

    found = minimize(loss, np.zeros(z.shape[1] * len(CLASSES)), jac=True, method="L-BFGS-B")
    return {"mean": mean, "spread": spread, "weights": found.x.reshape(-1, len(CLASSES))}


def judge(model: dict[str, Any], row: Any, *, usual: bool) -> Any:
    """Probabilities of the classes for one photo, as stagekit.listing.floor works them out."""
    _, _, room, values, areas = row
    s = np.c_[(values - model["mean"]) / model["spread"], np.ones(len(values))] @ model["weights"]
    p = np.exp(s - s.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p = (p * areas[:, None]).sum(0) / areas.sum()
    if usual and room in USUAL:
        p = p * np.array(USUAL[room]) ** TRUST
        p /= p.sum()
    return p


def score(rows: list[Any], results: dict[str, Any]) -> dict[str, Any]:
    """Right answers of all, and of those that are sure enough to be told."""
    hits = {r[0]: CLASSES[int(results[r[0]].argmax())] == r[1] for r in rows}
    told = [r[0] for r in rows if CAUTION * results[r[0]].max() >= SURE]
    return {
        "photos": len(rows),
        "right": round(float(np.mean(list(hits.values()))), 3),
        "told": len(told),
        "told_right": round(float(np.mean([hits[n] for n in told])), 3) if told else None,
        "told_wrong": [n for n in told if not hits[n]],
        "confusion": {
            c: {k: sum(r[1] == c and CLASSES[int(results[r[0]].argmax())] == k for r in rows) for k in CLASSES}
            for c in (*CLASSES, "concrete")
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="train on all photos and write the package's model")
    args = parser.parse_args()
    rows = list(samples(shared()))
    order = np.random.default_rng(0).permutation(len(rows))
    texture: dict[str, Any] = {}
    both: dict[str, Any] = {}
    for k in range(FOLDS):
        held = {int(i) for i in order[k::FOLDS]}
        model = train([r for i, r in enumerate(rows) if i not in held])
        for i in held:
            texture[rows[i][0]] = judge(model, rows[i], usual=False)
            both[rows[i][0]] = judge(model, rows[i], usual=True)
    photos = [r for r in rows if not r[0].startswith("listing")]
    listings = [r for r in rows if r[0].startswith("listing")]
    result = {
        "labels": "by eye; each photo judged by a model that did not see it (20 folds)",
        "texture_alone": {"photos": score(photos, texture), "listings": score(listings, texture)},
        "with_the_room": {"photos": score(photos, both), "listings": score(listings, both)},
    }
    print(json.dumps(result, indent=1))
    write("floor", result)
    if args.write:
        model = train(rows)
        data = {"features": list(NAMES), "classes": list(CLASSES)}
        data |= {k: np.round(v, 5).tolist() for k, v in model.items()}
        path = ROOT / "stagekit" / "listing" / "floor_model.json"
        path.write_text(json.dumps(data) + "\n")


if __name__ == "__main__":
    main()
