"""Segmentation backends. ``roomnet.v1``: the embedded network, in onnxruntime; no torch, no download."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.store import tensors
from ..errors import BackendError, ImageError, OptionError
from ..models.roomnet_arch import CLASSES, GROUPS, MULTIPLE, ROOMS
from ..types import Image, Segments
from .onnx import session

Array = NDArray[Any]

SCALES = (512, 384)
"""Long sides in pixels at which the picture is looked at: the first for edges, the second for the whole."""
RUG_SHARE = (0.14, 0.35)
"""A rug's least share of what floor and rug have together, from a plain floor to one that looks like carpet all over: the
teacher hardly says "rug", so the network says it too softly. On 66 photos rugs get 0.15 to 0.35 of the two, bare floors
below 0.03, carpets 0.05 to 0.15."""
SPECK = 0.006
"""A rug's least share of the picture."""
REFINED = 768
"""Long side in pixels at which masks are drawn to the photo's edges before they are enlarged."""


class RoomNetV1:
    """32 classes (``roomnet_arch.CLASSES``) and 6 room types from one small network.

    ``weights``: a file or folder instead of the embedded ones. ``scales``: long sides in pixels, the first one's grid
    is the result's. ``flip``: average with the mirrored picture. ``refine``: draw labels to the photo's edges.
    """

    name = "roomnet.v1"

    def __init__(
        self,
        *,
        weights: str | os.PathLike[str] | None = None,
        scales: tuple[int, ...] = SCALES,
        flip: bool = True,
        refine: bool = True,
        threads: int | None = None,
    ) -> None:
        if not scales or min(scales) < 64 or max(scales) > 2048:
            raise OptionError(f"scales are long sides of 64 to 2048 px, got {scales}; try {SCALES}")
        self.weights, self.scales, self.flip, self.refine, self.threads = weights, tuple(scales), flip, refine, threads
        self._session: Any = None

    def open(self, runtime: Any = None) -> RoomNetV1:
        """Read the weights and build the session (0.2 s). Raises WeightsError."""
        if self._session is None:
            from ..models.graph import roomnet

            self._session = session(roomnet(tensors(self.name, self.weights)), self.threads)
        return self

    def __call__(self, image: Image) -> Segments:
        """Labels at the photo's size; ``probabilities`` float16 (32, h, w) on the network's grid."""
        from ..room.rugs import carpets, rugs

        p, classes = self.probabilities(image.array)
        labels = enlarge(p, image.array, refine=self.refine)
        if self.refine:
            swap_rugs(labels, p, rugs(image.array, labels, p[CLASSES.index("rug")], classes), to="rug")
            swap_rugs(labels, p, carpets(image.array, labels, classes), to="floor")
        return Segments(labels, classes, p.astype(np.float16), dict(GROUPS))

    def probabilities(self, image: Array) -> tuple[Array, tuple[str, ...]]:
        """uint8 HxWx3 sRGB -> float32 (32, h, w) softmax and the class names; cells cover the whole picture evenly."""
        return self.look(image)[0], CLASSES

    def rooms(self, image: Array) -> dict[str, float]:
        """uint8 HxWx3 sRGB -> probability of each room type."""
        return dict(zip(ROOMS, map(float, self.look(image)[1]), strict=True))

    def look(self, image: Array) -> tuple[Array, Array]:
        """uint8 HxWx3 sRGB -> softmax (32, h, w) and room probabilities (6,), averaged over scales and mirror."""
        self._check(image)
        looks = [self.view(image, scale) for scale in self.scales]
        height, width = looks[0][0].shape[1:]
        maps = [resize_maps(p, height, width) for p, _ in looks]
        smallest = maps[int(np.argmin(self.scales))]
        return rugs_raised(np.mean(maps, 0), smallest), np.mean([r for _, r in looks], 0)

    def _check(self, image: Array) -> None:
        if self._session is None:
            raise BackendError(f"{self.name} is not open; call open() first")
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ImageError(f"expected uint8 (H, W, 3), got {image.dtype} {image.shape}; use stagekit.open_image")

    def view(self, image: Array, scale: int) -> tuple[Array, Array]:
        """As `look`, at one long side in pixels, on that one's grid, rugs as softly named as the network names them."""
        import cv2

        self._check(image)
        height, width = input_size(image.shape[0], image.shape[1], scale)
        shrinks = height < image.shape[0]
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        p, r = self._session.run(["probabilities", "room"], {"pixels": small[None]})
        if not self.flip:
            return p[0], r[0]
        q, s = self._session.run(["probabilities", "room"], {"pixels": np.ascontiguousarray(small[None, :, ::-1])})
        return (p[0] + q[0][..., ::-1]) / 2, (r[0] + s[0]) / 2


def rugs_raised(p: Array, coarse: Array) -> Array:
    """(32, h, w) probabilities with what floor and rug have together divided anew: evenly at `RUG_SHARE`.

    ``coarse``: those of the smallest scale, which takes a rug for one thing where a large one sees its weave.
    """
    import cv2

    floor, rug = CLASSES.index("floor"), CLASSES.index("rug")
    both, seen = p[floor] + p[rug], coarse[floor] + coarse[rug]
    known = seen > 0.5
    if known.sum() < 30:
        return p
    weight = cv2.GaussianBlur(seen, (0, 0), 1.5)
    share = cv2.GaussianBlur(coarse[rug], (0, 0), 1.5) / np.maximum(weight, 1e-6)
    least = float(np.clip(4 * np.quantile(share[known], 0.1), *RUG_SHARE))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((known & (share > least)).astype(np.uint8))
    specks = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < SPECK * share.size)
    share = np.where(np.isin(pieces, specks), np.minimum(share, 0.5 * least), share)
    raised, plain = (share * (1 - least)) ** 3, ((1 - share) * least) ** 3  # the rest of the floor is floor, surely
    p[rug] = both * raised / np.maximum(raised + plain, 1e-9)
    p[floor] = both - p[rug]
    return p


def swap_rugs(labels: Array, p: Array, found: Array, *, to: str) -> None:
    """``found`` (bool HxW) as rug or floor in ``labels`` (HxW) and, where it holds most of a cell, in ``p`` (32, h, w), in
    place."""
    import cv2

    new = CLASSES.index(to)
    old = CLASSES.index("floor" if to == "rug" else "rug")
    labels[found] = new
    cells = cv2.resize(found.astype(np.float32), p.shape[:0:-1], interpolation=cv2.INTER_AREA) > 0.5
    cells &= p[old] > p[new]
    p[new, cells], p[old, cells] = p[old, cells], p[new, cells]


def segment_probabilities(
    image: Array, *, network: RoomNetV1 | None = None, flip: bool = True
) -> tuple[Array, tuple[str, ...]]:
    """uint8 HxWx3 sRGB -> (float32 (32, h, w) softmax, class names). Raises WeightsError.

    The grid has about 128 cells on the long side and covers the picture evenly: cv2.resize takes it to any size.
    ``network``: an open `RoomNetV1`, for more than one picture; without it the weights are read anew (0.2 s).
    """
    return (network or RoomNetV1(flip=flip).open()).probabilities(image)


def input_size(height: int, width: int, scale: int) -> tuple[int, int]:
    """Height and width that the network sees: long side about ``scale``, multiples of 32, the aspect nearly kept."""
    k = scale / max(height, width)
    return max(MULTIPLE, MULTIPLE * round(height * k / MULTIPLE)), max(MULTIPLE, MULTIPLE * round(width * k / MULTIPLE))


def resize_maps(maps: Array, height: int, width: int) -> Array:
    """(C, h, w) -> (C, height, width), bilinear, one channel at a time."""
    import cv2

    return np.stack(
        [cv2.resize(np.ascontiguousarray(m), (width, height), interpolation=cv2.INTER_LINEAR) for m in maps]
    )


def enlarge(probabilities: Array, image: Array, *, refine: bool = True) -> Array:
    """uint8 HxW labels at ``image``'s size: probabilities drawn to the photo's edges, enlarged, the largest taken.

    Classes are enlarged one after the other and only those that lead somewhere: 12 megapixels need 0.2 GB.
    """
    import cv2

    height, width = image.shape[:2]
    leads = np.unique(probabilities.argmax(0))
    maps = probabilities[leads]
    if refine and len(leads) > 1:
        from ..room.evidence import guided_filter

        k = min(1.0, REFINED / max(height, width))
        small = cv2.resize(image, (max(1, round(width * k)), max(1, round(height * k))), interpolation=cv2.INTER_AREA)
        maps = resize_maps(maps, *small.shape[:2])
        # one and a half cells: farther off the network is to be trusted more than colour
        radius = max(2, round(1.5 * max(small.shape[:2]) / max(probabilities.shape[1:])))
        maps = guided_filter(small, maps, radius, 1e-3)
    best = np.full((height, width), -1.0, np.float32)
    labels = np.full((height, width), leads[0], np.uint8)
    for index, m in zip(leads, maps, strict=True):
        large = cv2.resize(np.ascontiguousarray(m, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        wins = large > best
        labels[wins] = index
        np.maximum(best, large, out=best)
    return labels
