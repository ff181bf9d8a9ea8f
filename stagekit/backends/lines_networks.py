"""Line backends with networks: ``mlsd`` (ONNX, straight segments) and ``hed`` (torch, soft edges)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from .. import registry
from ..errors import BackendError, OptionError, WeightsError
from ..types import Array, Image, LineSet
from .lines import _check, edge_map
from .onnx import session

MLSD = "mlsd.tiny"
SIDE = 512
"""Long side in pixels at which HED looks: it was trained on pictures of 481."""


class Mlsd:
    """M-LSD (Gu et al. 2022) in onnxruntime: a map of segment centres and their displacements, decoded here.

    ``weights``: an ONNX file, or its folder; left out, the catalogue's is looked for. ``sha256``: checked when given.
    ``score``: least certainty of a centre; ``min_length``: share of the longer side; ``limit``: at most so many.
    The graph takes float32 NHWC of 0 to 255, red, green, blue and ones, and gives scores (1, h, w, 1) after
    non-maximum suppression and displacements (1, h, w, 4) in cells, one cell for two pixels.
    """

    name = "mlsd"
    licence = "Apache-2.0"

    def __init__(
        self,
        *,
        weights: str | os.PathLike[str] | None = None,
        sha256: str | None = None,
        score: float = 0.1,
        min_length: float = 0.02,
        limit: int = 400,
        threads: int | None = None,
    ) -> None:
        _check(self.name, min_length, limit)
        if not 0 < score < 1:
            raise OptionError(f"mlsd: score must lie between 0 and 1, got {score}; try 0.1")
        self.weights, self.sha256, self.threads = weights, sha256, threads
        self.score, self.min_length, self.limit = score, min_length, limit
        self.bytes = 0
        self._session: Any = None
        self._sizes: tuple[int, int] = (0, 0)

    def open(self, runtime: Any = None) -> Mlsd:
        """Read the graph and check what it takes and gives. Raises WeightsError."""
        if self._session is not None:
            return self
        data = checked(MLSD, "mlsd_512x512_tiny.onnx", self.weights, self.sha256)
        try:
            opened = session(data, self.threads or getattr(runtime, "threads", None))
        except Exception as error:  # onnxruntime raises a dozen private kinds
            raise WeightsError(f"M-LSD's weights are not an ONNX graph ({error}); get the file again") from error
        shape = opened.get_inputs()[0].shape
        given = {o.name: o.shape[-1] for o in opened.get_outputs()}
        if len(shape) != 4 or shape[3] != 4 or sorted(given.values(), key=str) != [1, 4]:
            raise WeightsError(
                f"expected an M-LSD graph taking (1, h, w, 4) and giving scores (.., 1) and displacements (.., 4), got "
                f"{shape} -> {given}"
            )
        self._outputs = [next(n for n, c in given.items() if c == want) for want in (1, 4)]
        self._sizes = tuple(d if isinstance(d, int) else SIDE for d in shape[1:3])  # type: ignore[assignment]
        self._session, self.bytes = opened, len(data)
        return self

    def __call__(self, image: Image) -> LineSet:
        if self._session is None:
            raise BackendError("mlsd is not open; call open() first")
        import cv2

        height, width = self._sizes
        shrinks = image.width > width
        small = cv2.resize(
            image.array, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        ).astype(np.float32)
        pixels = np.concatenate([small, np.ones((height, width, 1), np.float32)], -1)[None]
        scores, moves = self._session.run(self._outputs, {self._session.get_inputs()[0].name: pixels})
        segments, certain = decode(scores[0, ..., 0], moves[0], self.score)
        scale = np.array([image.width / scores.shape[2], image.height / scores.shape[1]] * 2, np.float32)
        return _tidy(segments * scale, certain, image, self)


def decode(scores: Array, moves: Array, least: float) -> tuple[Array, Array]:
    """Segments (N, 4) in cells and their scores, surest first, of centres (h, w) and displacements (h, w, 4): from the
    centre to the start (x, y), and to the end (x, y)."""
    v, u = np.nonzero(scores >= least)
    order = np.argsort(-scores[v, u], kind="stable")
    v, u = v[order], u[order]
    centre = np.stack([u, v, u, v], -1) + CENTRE
    return (centre + moves[v, u]).astype(np.float32), scores[v, u].astype(np.float32)


CENTRE = 0.25
"""Cells from a cell's corner to where it measures. With it a drawn step is found within 0.4 px of its place by the
512 px tiny and large and the 320 px tiny graph (16 steps on each axis); their biases differ in sign."""


def _tidy(segments: Array, scores: Array, image: Image, backend: Any) -> LineSet:
    """Those that are long enough, inside the picture, each once, surest first."""
    from ..room.lines import distinct, lengths

    limits = np.array([image.width, image.height] * 2, np.float32)
    segments = np.clip(segments, 0, limits)
    keep = np.nonzero(lengths(segments) >= backend.min_length * max(image.size))[0]
    # neighbouring centres see the same line: within two cells it is one
    keep = keep[distinct(segments[keep], backend.limit, distance=4 * max(image.size) / max(backend._sizes))]
    keep = np.sort(keep)
    return LineSet(segments[keep], image.size, np.clip(scores[keep], 0, 1), detector=backend.name)


class Hed:
    """Holistically-nested edges (Xie and Tu 2015): soft edges of things and surfaces, little texture.

    ``weights``: safetensors with the names of the Caffe release or of ControlNet's annotator, or a folder with
    ``hed.safetensors``; ``sha256``: checked when given. ``side``: long side in pixels at which the network looks.
    ``score``: strength of an edge, 0 to 1, at which a segment is fitted. The control image is the soft edge map.
    """

    name = "hed"
    licence = "unknown"  # differs between releases: see the file that you use

    def __init__(
        self,
        *,
        weights: str | os.PathLike[str] | None = None,
        sha256: str | None = None,
        side: int = SIDE,
        score: float = 0.35,
        min_length: float = 0.03,
        limit: int = 400,
    ) -> None:
        _check(self.name, min_length, limit)
        if not 64 <= side <= 2048:
            raise OptionError(f"hed: side must be 64 to 2048 px, got {side}; try {SIDE}")
        if not 0 < score < 1:
            raise OptionError(f"hed: score must lie between 0 and 1, got {score}; try 0.35")
        self.weights, self.sha256, self.side, self.score = weights, sha256, side, score
        self.min_length, self.limit = min_length, limit
        self.bytes = 0
        self._network: Any = None
        self._device = "cpu"

    def open(self, runtime: Any = None) -> Hed:
        """Build the network from the file's own sizes. Raises WeightsError, MissingPackageError."""
        if self._network is None:
            from safetensors import SafetensorError

            try:
                from safetensors.torch import load

                from ..models.hed import build
            except ImportError as error:
                raise registry.need(error.name or "torch", self.name) from error

            data = checked("hed", "hed.safetensors", self.weights, self.sha256)
            try:
                state = load(data)
            except (SafetensorError, ValueError) as error:
                raise WeightsError(f"HED's weights are not a safetensors file ({error}); convert them first") from error
            self._device = getattr(runtime, "device", "cpu")
            self._network, self.bytes = build(state).to(self._device), len(data)
        return self

    def __call__(self, image: Image) -> LineSet:
        if self._network is None:
            raise BackendError("hed is not open; call open() first")
        import cv2
        import torch

        from ..room.edges import chains_to_segments, thin

        k = min(1.0, self.side / max(image.size))
        size = max(1, round(image.width * k)), max(1, round(image.height * k))
        small = cv2.resize(image.array, size, interpolation=cv2.INTER_AREA) if k < 1 else image.array
        pixels = torch.from_numpy(np.array(small)).permute(2, 0, 1)[None].float().to(self._device)
        with torch.inference_mode():
            strength = torch.sigmoid(self._network(pixels))[0, 0].float().cpu().numpy()
        ridges = thin(strength, self.score)
        found = chains_to_segments(ridges, shortest=self.min_length * max(size), limit=self.limit)
        soft = edge_map(np.clip(np.rint(strength * 255), 0, 255).astype(np.uint8), image.size)
        ratio = np.array([image.width / size[0], image.height / size[1]] * 2)
        return LineSet(found * ratio, image.size, edges=soft, detector=self.name)


def checked(name: str, file: str, path: str | os.PathLike[str] | None, sha256: str | None) -> bytes:
    """The weights' bytes: of ``path`` (the file, or the folder that holds ``file``), else as the catalogue says.

    Raises WeightsError when absent, or unlike ``sha256`` where one is given.
    """
    from ..assets.store import catalog, verified

    if path is None and name in catalog():
        data = verified(name)
    elif path is None:
        raise WeightsError(f"{name} has no embedded weights; give the file: weights='.../{file}'")
    else:
        place = Path(path)
        place = place / file if place.is_dir() else place
        try:
            data = place.read_bytes()
        except OSError as error:
            raise WeightsError(f"{name}: {place} cannot be read ({error.strerror or error}); check weights=") from error
    if sha256 is not None and (got := hashlib.sha256(data).hexdigest()) != sha256.lower():
        raise WeightsError(f"{path or name}: expected sha256 {sha256[:16]}..., got {got[:16]}...; get the file again")
    return data
