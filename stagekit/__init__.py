"""stagekit: the photo of a room in, the picture its owner wanted out.

``import stagekit as sk; sk.stage("room.jpg", style="scandinavian").image.save("staged.png")``

Names load when they are first used, so that the import itself takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    **dict.fromkeys(("stage", "erase", "recolor", "describe", "look"), "api"),
    "open_image": "imaging.io",
    "check_wording": "listing.wording",
    **dict.fromkeys(("paint", "search_paints", "nearest_paints", "paint_brands"), "surface.catalogue"),
    **dict.fromkeys(("Covering", "coverings"), "surface.finish"),
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
    **dict.fromkeys(
        (
            "Arrange", "ClassifyRoom", "Describe", "DetectLines", "Erase", "EstimateDepth", "EstimateLayout",
            "Furnish", "Refine", "Segment", "SwapMaterial",
        ),
        "stages",
    ),
    **dict.fromkeys(
        (
            "Brief", "Camera", "DepthMap", "Description", "Fact", "Image", "Layout", "LineSet", "Mask",
            "Opening", "Paint", "Placement", "Room", "Segments", "Wall",
        ),
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


__all__ = [
    "Arrange",
    "BackendError",
    "Brief",
    "Camera",
    "CancelToken",
    "Cancelled",
    "ClassifyRoom",
    "Context",
    "Covering",
    "DepthMap",
    "Describe",
    "Description",
    "DetectLines",
    "Erase",
    "EstimateDepth",
    "EstimateLayout",
    "Fact",
    "Finished",
    "Furnish",
    "Image",
    "ImageError",
    "InputError",
    "Layout",
    "LayoutError",
    "LicenceError",
    "LineSet",
    "Mask",
    "MissingFieldError",
    "MissingPackageError",
    "Opening",
    "OptionError",
    "OutputError",
    "Paint",
    "Pipeline",
    "PipelineError",
    "Placement",
    "Progress",
    "Refine",
    "Room",
    "Runtime",
    "Scene",
    "Segment",
    "Segments",
    "Stage",
    "StageFailedError",
    "StagekitError",
    "StaleFieldError",
    "Started",
    "SwapMaterial",
    "UnknownBackendError",
    "Wall",
    "Warned",
    "WeightsError",
    "check_wording",
    "coverings",
    "describe",
    "erase",
    "look",
    "nearest_paints",
    "open_image",
    "paint",
    "paint_brands",
    "recolor",
    "search_paints",
    "stage",
    "styles",
]

if TYPE_CHECKING:
    from .api import describe, erase, look, recolor, stage
    from .core.context import CancelToken, Context
    from .core.events import Finished, Progress, Started, Warned
    from .core.pipeline import Pipeline
    from .core.scene import Scene
    from .core.stage import Stage
    from .errors import (
        BackendError,
        Cancelled,
        ImageError,
        InputError,
        LayoutError,
        LicenceError,
        MissingFieldError,
        MissingPackageError,
        OptionError,
        OutputError,
        PipelineError,
        StageFailedError,
        StagekitError,
        StaleFieldError,
        UnknownBackendError,
        WeightsError,
    )
    from .imaging.io import open_image
    from .interior.style import styles
    from .listing.wording import check_wording
    from .runtime import Runtime
    from .stages import (
        Arrange,
        ClassifyRoom,
        Describe,
        DetectLines,
        Erase,
        EstimateDepth,
        EstimateLayout,
        Furnish,
        Refine,
        Segment,
        SwapMaterial,
    )
    from .surface.catalogue import nearest_paints, paint, paint_brands, search_paints
    from .surface.finish import Covering, coverings
    from .types import (
        Brief,
        Camera,
        DepthMap,
        Description,
        Fact,
        Image,
        Layout,
        LineSet,
        Mask,
        Opening,
        Paint,
        Placement,
        Room,
        Segments,
        Wall,
    )


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'stagekit' has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
