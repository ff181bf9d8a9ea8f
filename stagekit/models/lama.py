"""LaMa's generator (Suvorov et al., "Resolution-robust large mask inpainting with Fourier convolutions", WACV 2022).

Layers carry the names of the published big-lama checkpoint, so that its weights load after a change of container; see
``lama_convert``. Half of the receptive field is the whole picture: a quarter of the channels is local, the rest passes
through a Fourier transform.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import WeightsError

FILE = "big-lama.safetensors"
CONVERT = "convert the published checkpoint: python -m stagekit.models.lama_convert best.ckpt big-lama.safetensors"


class FourierUnit(nn.Module):
    """A 1x1 convolution in the frequency domain: (N, C, H, W) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_layer = nn.Conv2d(2 * channels, 2 * channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(2 * channels)

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        waves = torch.fft.rfftn(x.float(), dim=(-2, -1), norm="ortho")  # half precision knows few sizes
        parts = torch.stack((waves.real, waves.imag), 2).reshape(n, 2 * c, h, -1).to(x.dtype)
        parts = torch.relu(self.bn(self.conv_layer(parts))).reshape(n, c, 2, h, -1).float()
        back = torch.fft.irfftn(torch.complex(parts[:, :, 0], parts[:, :, 1]), s=(h, w), dim=(-2, -1), norm="ortho")
        return back.to(x.dtype)


class SpectralTransform(nn.Module):
    """The global path: squeeze, Fourier unit, widen."""

    def __init__(self, inside: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(inside, out // 2, 1, bias=False), nn.BatchNorm2d(out // 2), nn.ReLU())
        self.fu = FourierUnit(out // 2)
        self.conv2 = nn.Conv2d(out // 2, out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        return self.conv2(x + self.fu(x))


class FFC(nn.Module):
    """Fast Fourier convolution (Chi et al. 2020): local and global channels, each fed by both. A share of 0 has no path."""

    def __init__(self, inside: int, out: int, kernel: int, share_in: float, share_out: float, stride: int, pad: int):
        super().__init__()
        in_global, out_global = int(inside * share_in), int(out * share_out)
        in_local, out_local = inside - in_global, out - out_global

        def conv(a: int, b: int) -> nn.Module | None:
            if not a or not b:
                return None
            return nn.Conv2d(a, b, kernel, stride, pad, bias=False, padding_mode="reflect")

        self.convl2l = conv(in_local, out_local)
        self.convl2g = conv(in_local, out_global)
        self.convg2l = conv(in_global, out_local)
        self.convg2g = SpectralTransform(in_global, out_global) if in_global and out_global else None

    def forward(self, x: tuple[Tensor, Tensor | None]) -> tuple[Tensor, Tensor | None]:
        near, far = x
        local = _sum((self.convl2l, near), (self.convg2l, far))
        assert local is not None
        return local, _sum((self.convl2g, near), (self.convg2g, far))


def _sum(*paths: tuple[Any, Tensor | None]) -> Tensor | None:
    parts = [module(x) for module, x in paths if module is not None and x is not None]
    return None if not parts else sum(parts[1:], parts[0])


class FFCBlock(nn.Module):
    """FFC, batch norms, ReLU (FFC_BN_ACT in the publication's code)."""

    def __init__(
        self, inside: int, out: int, kernel: int, share_in: float, share_out: float, stride: int = 1, pad: int = 0
    ):
        super().__init__()
        self.ffc = FFC(inside, out, kernel, share_in, share_out, stride, pad)
        far = int(out * share_out)
        self.bn_l = nn.BatchNorm2d(out - far)
        self.bn_g = nn.BatchNorm2d(far) if far else None

    def forward(self, x: tuple[Tensor, Tensor | None]) -> tuple[Tensor, Tensor | None]:
        near, far = self.ffc(x)
        return torch.relu(self.bn_l(near)), None if self.bn_g is None or far is None else torch.relu(self.bn_g(far))


class ResidualBlock(nn.Module):
    """Two blocks and a way around them (FFCResnetBlock)."""

    def __init__(self, width: int, share: float) -> None:
        super().__init__()
        self.conv1 = FFCBlock(width, width, 3, share, share, pad=1)
        self.conv2 = FFCBlock(width, width, 3, share, share, pad=1)

    def forward(self, x: tuple[Tensor, Tensor | None]) -> tuple[Tensor, Tensor | None]:
        near, far = self.conv2(self.conv1(x))
        return x[0] + near, None if far is None or x[1] is None else x[1] + far


class Join(nn.Module):
    """Local and global channels side by side."""

    def forward(self, x: tuple[Tensor, Tensor | None]) -> Tensor:
        return x[0] if x[1] is None else torch.cat((x[0], x[1]), 1)


class LamaGenerator(nn.Module):
    """(N, 4, H, W): the picture 0..1 with the hole set to 0, and the hole as 0 or 1; sides multiples of 8 -> (N, 3, H, W).

    ``width``: channels of the first layer; ``downs``: halvings; ``blocks``: residual blocks; ``share`` of global channels
    in them. The defaults are big-lama's (51 million weights).
    """

    def __init__(self, width: int = 64, downs: int = 3, blocks: int = 18, share: float = 0.75) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.ReflectionPad2d(3), FFCBlock(4, width, 7, 0, 0)]
        for i in range(downs):
            a = width * 2**i
            layers.append(FFCBlock(a, 2 * a, 3, 0, share if i == downs - 1 else 0, stride=2, pad=1))
        layers += [ResidualBlock(width * 2**downs, share) for _ in range(blocks)]
        layers.append(Join())
        for i in reversed(range(downs)):
            a = width * 2**i
            layers += [nn.ConvTranspose2d(2 * a, a, 3, 2, 1, output_padding=1), nn.BatchNorm2d(a), nn.ReLU()]
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Sigmoid()]
        self.model = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.model
        y: Any = (first(x), None)
        for layer in others:
            y = layer(y)
        return y

    def fill(self, picture: Tensor, hole: Tensor) -> Tensor:
        """``picture`` (N, 3, H, W) 0..1 with ``hole`` (N, 1, H, W), 1 where it is to be filled, filled."""
        guess = self(torch.cat((picture * (1 - hole), hole), 1))
        return picture * (1 - hole) + guess * hole


def shape_of(weights: dict[str, Tensor]) -> dict[str, Any]:
    """The constructor's arguments that fit ``weights``. Raises WeightsError if they are not LaMa's."""
    try:
        width = weights["model.1.ffc.convl2l.weight"].shape[0]
        downs = next(
            i for i in range(1, 9) if f"model.{1 + i}.ffc.convl2g.weight" in weights
        )  # the last halving opens the global path
        blocks = sum(f"model.{2 + downs + i}.conv1.ffc.convl2l.weight" in weights for i in range(64))
        full = width * 2**downs
        far = weights[f"model.{1 + downs}.ffc.convl2g.weight"].shape[0]
    except (KeyError, StopIteration):
        raise WeightsError(
            f"these weights are not LaMa's generator (expected names such as model.1.ffc.convl2l.weight); {CONVERT}"
        ) from None
    return {"width": width, "downs": downs, "blocks": blocks, "share": far / full}


def load(path: str | os.PathLike[str] | None) -> LamaGenerator:
    """The network of a converted file: ``path``, or big-lama.safetensors where weights are looked for.

    A converted file has no published checksum to compare with; its names and shapes are checked. Raises WeightsError.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    file = _find(path)
    try:
        weights = load_file(file)
    except (SafetensorError, ValueError) as error:
        raise WeightsError(f"{file} is not a safetensors file ({error}); {CONVERT}") from error
    network = LamaGenerator(**shape_of(weights))
    missing, unexpected = network.load_state_dict(weights, strict=False)
    lost = [k for k in missing if not k.endswith("num_batches_tracked")]
    if lost or unexpected:
        raise WeightsError(f"{file}: weights of LaMa that do not fit: missing {lost[:3]}, unexpected {unexpected[:3]}")
    return network.eval()


def _find(path: str | os.PathLike[str] | None) -> Path:
    from ..assets.store import folders

    places = [Path(path)] if path is not None else folders()
    files = [p / FILE if p.is_dir() else p for p in places]
    for file in files:
        if file.is_file():
            return file
    raise WeightsError(
        f"the weights of lama are not at {' or '.join(map(str, files))}; get big-lama (Apache-2.0) and {CONVERT}"
    )
