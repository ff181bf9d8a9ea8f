"""``stagekit doctor``: what works on this machine, tried for real, and what to install for the rest."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = (
    "numpy", "scipy", "pillow", "pillow-heif", "opencv-python-headless", "shapely", "onnxruntime", "safetensors",
    "mitsuba", "pyoidn", "karellen-llvm-core",
)  # fmt: skip


def examine() -> list[dict[str, Any]]:
    """Rows of ``what``, ``works`` (True, False, or None for optional and absent), ``detail``."""
    rows = [_row("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    for name in PACKAGES:
        try:
            rows.append(_row(name, True, version(name)))
        except PackageNotFoundError:
            rows.append(_row(name, False, f"not installed; run: pip install {name}"))
    rows.append(_tried("tracing", _trace))
    rows.append(_tried("denoising", _denoise))
    rows.append(_tried("weights", _weights))
    rows.append(_tried("styles", _styles))
    for name, extra in (("torch", "models"), ("transformers", "models"), ("diffusers", "diffusion")):
        try:
            rows.append(_row(name, True, version(name)))
        except PackageNotFoundError:
            rows.append(_row(name, None, f'only for bigger models; pip install "stagekit[{extra}]"'))
    return rows


def _row(what: str, works: bool | None, detail: str) -> dict[str, Any]:
    return {"what": what, "works": works, "detail": detail}


def _tried(what: str, trial: Callable[[], str]) -> dict[str, Any]:
    try:
        return _row(what, True, trial())
    except Exception as error:  # a report of what is broken must not break
        return _row(what, False, f"{type(error).__name__}: {error}")


def _trace() -> str:
    from .render.engine import start

    engine = start()
    return f"Mitsuba {engine.mi.__version__}, {engine.variant}" + (f" (slow: {engine.note})" if engine.note else "")


def _denoise() -> str:
    import numpy as np

    from .render.denoise import denoise

    noise = np.random.default_rng(0).uniform(0, 1, (64, 64, 3)).astype(np.float32)
    if not float(denoise(noise).std()) < 0.5 * float(noise.std()):
        raise RuntimeError("Open Image Denoise ran but left the noise in")
    return "Open Image Denoise works"


def _weights() -> str:
    from .backends.erase_light import RoomFillV1
    from .backends.segment import RoomNetV1

    networks = (RoomNetV1(), RoomFillV1())
    for backend in networks:
        backend.open(None)
    return f"{' and '.join(b.name for b in networks)} load, checksums right"


def _styles() -> str:
    from .interior.style import styles

    return ", ".join(styles())
