"""stagekit: the photo of a room in, the picture its owner wanted out.

``import stagekit as sk; sk.stage("room.jpg", style="scandinavian").image.save("staged.png")``

Names load when they are first used, so that the import itself takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "stage": "api",
    "open_image": "imaging.io",
    "styles": "interior.style",
    "Pipeline": "core.pipeline",
    "Stage": "core.stage",
    "Scene": "core.scene",
    "Context": "core.context",
    "CancelToken": "core.context",
    "Started": "core.events",
    "Progress": "core.events",
    "Warned": "core.events",
    "Finished": "core.events",
    "Runtime": "runtime",
    **dict.fromkeys(("Arrange", "EstimateLayout", "Furnish", "Segment"), "stages"),
    **dict.fromkeys(
        ("Brief", "Camera", "DepthMap", "Image", "Layout", "Mask", "Opening", "Placement", "Room", "Segments", "Wall"),
        "types",
    ),
    **dict.fromkeys(
        (
            "StagekitError", "InputError", "ImageError", "OptionError", "LayoutError", "PipelineError",
            "MissingFieldError", "StaleFieldError", "StageFailedError", "BackendError", "UnknownBackendError",
            "MissingPackageError", "WeightsError", "LicenceError", "OutputError", "Cancelled",
        ),
        "errors",
    ),
}  # fmt: skip

__all__ = [*_WHERE]  # noqa: PLE0604

if TYPE_CHECKING:
    from .api import stage as stage
    from .core.context import CancelToken as CancelToken
    from .core.pipeline import Pipeline as Pipeline
    from .core.scene import Scene as Scene
    from .core.stage import Stage as Stage
    from .imaging.io import open_image as open_image
    from .runtime import Runtime as Runtime
    from .stages import Arrange as Arrange
    from .stages import EstimateLayout as EstimateLayout
    from .stages import Furnish as Furnish
    from .stages import Segment as Segment


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'stagekit' has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
