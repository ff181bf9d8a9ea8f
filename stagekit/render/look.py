"""How the photo was taken: its sharpness, grain and black level, so that what is added looks taken with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Array


@dataclass(frozen=True)
class PhotoLook:
    """``blur_px``: sigma of the photo's point spread in pixels. ``grain``: sigma of its noise, 0..1 of sRGB, and
    ``grain_px`` how wide one grain is. ``black``: linear level of its darkest parts."""

    blur_px: float
    grain: float
    grain_px: float
    black: float


def photo_look(photo: Array) -> PhotoLook:
    """Measure a uint8 HxWx3 photo (a few crops of a large one are enough, and are taken)."""
    import cv2

    crops = _crops(photo)
    greys = [cv2.cvtColor(np.ascontiguousarray(c), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255 for c in crops]
    grains = [_grain(g) for g in greys]
    grain = float(np.median([g[0] for g in grains]))
    width = float(np.median([g[1] for g in grains]))
    blur = float(np.clip(np.median([_blur(g) for g in greys]), 0.3, 2.5))
    low = np.percentile(photo[:: max(1, photo.shape[0] // 400), :: max(1, photo.shape[1] // 400)].min(-1), 0.05) / 255
    # The darkest thing of a bright empty room is no black: beyond a little glare it says nothing.
    black = float(np.clip(((low + 0.055) / 1.055) ** 2.4 if low > 0.04 else low / 12.92, 0, 0.005))
    return PhotoLook(blur, min(grain, 0.03), width, black)


def _crops(photo: Array) -> list[Array]:
    """The whole photo, or five tiles of it when it is large."""
    h, w = photo.shape[:2]
    if h * w <= 1_500_000:
        return [photo]
    t = 640
    centres = [(0.5, 0.5), (0.25, 0.3), (0.75, 0.3), (0.3, 0.75), (0.7, 0.75)]
    return [photo[max(0, int(h * v) - t // 2) :][:t, max(0, int(w * u) - t // 2) :][:, :t] for v, u in centres]


def _grain(grey: Array) -> tuple[float, float]:
    """(sigma, width) of the noise in the flattest quarter of the picture."""
    import cv2

    smooth = cv2.GaussianBlur(grey, (0, 0), 2.0)
    detail = grey - smooth
    energy = cv2.blur(detail**2, (15, 15))
    level = cv2.blur(grey, (15, 15))
    usable = (level > 0.05) & (level < 0.93)
    if usable.sum() < 1000:
        return 0.0, 0.5
    flat = usable & (energy <= np.percentile(energy[usable], 25))
    sigma = float(np.sqrt(max(float((detail[flat] ** 2).mean()), 0.0)))
    both = flat[:, 1:] & flat[:, :-1]
    across = float((detail[:, 1:] * detail[:, :-1])[both].mean() / max(sigma**2, 1e-12)) if both.any() else 0.0
    return sigma, float(np.clip(across, 0.0, 0.8))


def _blur(grey: Array) -> float:
    """Sigma of the sharpest strong edges: step height over the steepest slope times sqrt(2 pi)."""
    import cv2

    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    slope = np.hypot(gx, gy)
    kernel = np.ones((9, 9), np.uint8)
    step = cv2.dilate(grey, kernel) - cv2.erode(grey, kernel)
    strong = (step > 0.25) & (slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8)) - 1e-6)
    if strong.sum() < 50:
        return 0.6
    sigma = step[strong] / np.maximum(slope[strong], 1e-3) / np.sqrt(2 * np.pi)
    # Sobel itself widens an edge by about 0.85 px.
    return float(np.sqrt(max(float(np.percentile(sigma, 15)) ** 2 - 0.72, 0.09)))


def grain_field(shape: tuple[int, int], look: PhotoLook, seed: int) -> Array:
    """float32 HxWx1 of the photo's grain (mean 0), the same for the three channels (mostly luminance noise)."""
    import cv2

    rng = np.random.default_rng([seed, 0x6EA1])
    noise: Array = rng.standard_normal(shape, dtype=np.float32)
    if look.grain_px > 0.1:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.35 + 0.8 * look.grain_px)
        noise = noise / max(float(noise.std()), 1e-6)
    return (noise * look.grain)[..., None]
