"""A photo as the network wants it: resized by the model's rule, normalised, and the way back.

The rule comes from the checkpoint's own preprocessor_config.json, and where that says nothing from the catalogue.
Resizing is Pillow's (anti-aliased), as in the models' published processors; no torchvision is needed.

Rules: ``exact`` px by px; ``shortest`` short side px, long side at most ``most``; ``longest`` long side px, padded to a
square; ``cover`` px on the side that changes least, both sides multiples (DPT); ``crop`` short side px and the square
in the middle; ``windows`` short side px and overlapping squares along the long side (EoMT).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..assets.spec import Spec
from ..errors import WeightsError
from ..types import Array

RULES = ("exact", "shortest", "longest", "cover", "crop", "windows")
FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}
WINDOW_STEP = 4
"""Windows start at multiples of this, the stride of the networks' masks, so that these can be laid side by side."""


@dataclass(frozen=True)
class Preparation:
    """How one model's photos are prepared; ``px`` (height, width)."""

    rule: str
    px: tuple[int, int]
    most: int = 4096
    multiple: int = 1
    filter: str = "bilinear"
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) to which a photo is resized before it is padded, cropped or cut."""
        ph, pw = self.px
        if self.rule == "exact":
            return ph, pw
        if self.rule == "longest":
            k = max(ph, pw) / max(height, width)
        elif self.rule == "cover":
            # the scale that changes the photo least, as MiDaS does: the short side for photos larger than px
            k = min((ph / height, pw / width), key=lambda s: abs(1 - s))
        else:
            k = min(ph, pw) / min(height, width)
            if self.rule == "shortest":
                k = min(k, self.most / max(height, width))
        m = self.multiple
        return max(m, round(height * k / m) * m), max(m, round(width * k / m) * m)

    def __call__(self, image: Array) -> Prepared:
        """uint8 HxWx3 sRGB -> pixels float32 (N, 3, h, w), N windows or 1."""
        from PIL import Image as Pil

        height, width = image.shape[:2]
        h, w = self.size(height, width)
        resized = np.asarray(Pil.fromarray(np.asarray(image)).resize((w, h), FILTERS[self.filter]), dtype=np.float32)
        pixels = (resized / 255.0 - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        pixels = pixels.astype(np.float32)
        starts: tuple[tuple[int, int], ...] = ((0, 0),)
        if self.rule == "longest":
            side = max(self.px)
            pixels = np.pad(pixels, ((0, side - h), (0, side - w), (0, 0)))
        elif self.rule == "crop":
            top, left = (h - self.px[0]) // 2, (w - self.px[1]) // 2
            starts = ((top, left),)
            pixels = pixels[top : top + self.px[0], left : left + self.px[1]]
        parts = pixels[None]
        if self.rule == "windows":
            starts = windows(h, w, min(self.px))
            parts = np.stack([pixels[t : t + min(self.px), s : s + min(self.px)] for t, s in starts])
        return Prepared(np.ascontiguousarray(parts.transpose(0, 3, 1, 2)), (h, w), (height, width), starts)


@dataclass(frozen=True)
class Prepared:
    """``pixels`` (N, 3, h, w); ``resized`` (height, width) of the whole photo at the network's scale, of which the
    parts start at ``starts`` (top, left); ``original`` (height, width) of the photo."""

    pixels: Array
    resized: tuple[int, int]
    original: tuple[int, int]
    starts: tuple[tuple[int, int], ...]

    def scaled(self, points: Array) -> Array:
        """Photo pixels (..., 2) x, y -> the network's."""
        ratio = [self.resized[1] / self.original[1], self.resized[0] / self.original[0]]
        return np.asarray(points, dtype=np.float32) * np.array(ratio, np.float32)


def windows(height: int, width: int, side: int) -> tuple[tuple[int, int], ...]:
    """(top, left) of squares that cover the picture along its long side, overlapping evenly; both are multiples of
    ``WINDOW_STEP``, as are the starts."""
    longer = max(height, width)
    count = math.ceil(longer / side)
    at = [int((longer - side) * i / max(1, count - 1)) // WINDOW_STEP * WINDOW_STEP for i in range(count)]
    return tuple((a, 0) if height > width else (0, a) for a in at)


def preparation(entry: Spec, folder: Path | None = None) -> Preparation:
    """How photos are prepared for a checkpoint. Raises WeightsError for a configuration that is not understood."""
    rule = dict(entry.resize)
    px = int(rule.pop("px", 512))
    rule.pop("pad", None)
    found = Preparation(px=(px, px), mean=entry.mean, std=entry.std, **rule)
    if folder is not None:
        found = _own(found, _config(folder))
    if found.rule == "windows":
        found = replace(found, multiple=WINDOW_STEP)
    return found


def _config(folder: Path) -> dict[str, Any]:
    """What a checkpoint says of preparing photos: in a file of its own, or (newer) among its processor's settings."""
    for name, inside in (("preprocessor_config.json", None), ("processor_config.json", "image_processor")):
        file = folder / name
        if not file.is_file():
            continue
        try:
            config = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            raise WeightsError(f"{file} is not understood ({error}); restore the file") from error
        config = config.get(inside) if inside else config
        if isinstance(config, dict):
            return config
    return {}


def _own(found: Preparation, config: dict[str, Any]) -> Preparation:
    """The preparation with what a checkpoint says itself, of old and new transformers alike. Raises WeightsError."""
    try:
        return replace(found, **_changes(found, config))
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"preprocessor_config.json is not understood ({error!r}); restore the file") from error


def _changes(found: Preparation, config: dict[str, Any]) -> dict[str, Any]:
    names = {number: name for name, number in FILTERS.items()}
    changes: dict[str, Any] = {}
    if config.get("do_normalize", True) and "image_mean" in config and "image_std" in config:
        changes |= {"mean": tuple(map(float, config["image_mean"])), "std": tuple(map(float, config["image_std"]))}
    if config.get("resample") in names:
        changes["filter"] = names[config["resample"]]
    multiple = config.get("ensure_multiple_of") or config.get("size_divisor")
    if multiple:
        changes["multiple"] = int(multiple)
    size = config.get("size")
    if isinstance(size, int) and size > 0:
        changes["px"] = (size, size)
    elif isinstance(size, dict) and "height" in size:
        changes["px"] = (int(size["height"]), int(size["width"]))
        changes["rule"] = "cover" if config.get("keep_aspect_ratio") else "exact"
        if found.rule == "longest" and config.get("do_pad"):
            changes["rule"] = "longest"
    elif isinstance(size, dict) and "shortest_edge" in size:
        changes["px"] = (int(size["shortest_edge"]),) * 2
        changes["most"] = int(size.get("longest_edge") or found.most)
        changes["rule"] = "windows" if config.get("do_split_image") else "shortest"
        if config.get("do_center_crop"):
            changes["rule"] = "crop"
    elif isinstance(size, dict) and "longest_edge" in size:
        changes["px"] = (int(size["longest_edge"]),) * 2
        changes["rule"] = "longest"
    if changes.get("rule", found.rule) == "crop" and isinstance(config.get("crop_size"), dict):
        changes["px"] = (int(config["crop_size"]["height"]), int(config["crop_size"]["width"]))
    return changes
