"""Networks as data: lists of layers that the torch module (training) and the ONNX builder (inference) both read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BN_EPS = 1e-3

Op = Literal["conv", "add", "up", "pool", "linear"]


@dataclass(frozen=True)
class Layer:
    """One step. ``inputs`` name earlier layers ("image" is the network's input); ``name`` is this one's output and weights.

    conv: kernel, stride, groups, TF "same" padding, batch norm (folded into a bias when shipped) if ``norm``.
    up: bilinear, by 2, half-pixel centres. pool: mean over the picture, 1x1. linear: on the pooled vector.
    """

    name: str
    op: Op
    inputs: tuple[str, ...]
    channels: tuple[int, int] = (0, 0)
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    norm: bool = True
    relu6: bool = False

    @property
    def padding(self) -> tuple[int, int]:
        """Pixels before and after each axis: TF "same" for even input sizes, uneven where the stride is 2."""
        total = self.kernel - self.stride
        return total // 2, total - total // 2

    @property
    def shape(self) -> tuple[int, ...]:
        """That of its weight."""
        inside, out = self.channels
        return (out, inside) if self.op == "linear" else (out, inside // self.groups, self.kernel, self.kernel)


def conv(name: str, source: str, channels: tuple[int, int], kernel: int = 1, **options: object) -> Layer:
    """A convolution of ``channels`` (in, out)."""
    return Layer(name, "conv", (source,), channels, kernel, **options)  # type: ignore[arg-type]


def inverted(
    name: str, source: str, channels: tuple[int, int], expand: int, *, stride: int = 1
) -> tuple[list[Layer], str]:
    """An inverted residual of kernel 5 (Sandler et al. 2018) after ``source``, and its last layer's name.

    The sum with ``source`` is left out where size or channels change.
    """
    inside, out = channels
    inner = inside * expand
    layers = [
        conv(f"{name}.expand", source, (inside, inner), relu6=True),
        conv(f"{name}.depth", f"{name}.expand", (inner, inner), 5, stride=stride, groups=inner, relu6=True),
        conv(f"{name}.project", f"{name}.depth", (inner, out)),
    ]
    if stride > 1 or inside != out:
        return layers, f"{name}.project"
    return [*layers, Layer(f"{name}.sum", "add", (source, f"{name}.project"))], f"{name}.sum"


def weighted(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers that own weights: ``NAME.weight`` and, folded, ``NAME.bias``."""
    return tuple(layer for layer in layers if layer.op in ("conv", "linear"))
