"""One call each, embedded backends by default, any form of picture in, a Scene out."""

from __future__ import annotations

from functools import cache
from typing import Any

from .core.context import CancelToken
from .core.events import Listener
from .core.pipeline import Pipeline
from .core.scene import Scene
from .runtime import Runtime
from .stages import Arrange, EstimateLayout, Furnish, Segment


def stage(
    photo: Any,
    *,
    style: str = "modern",
    room: str | None = None,
    seed: int = 0,
    backend: str | None = None,
    focal_px: float | None = None,
    camera_height_m: float | None = None,
    runtime: Runtime | None = None,
    cancel: CancelToken | None = None,
    on_event: Listener | None = None,
    **given: Any,
) -> Scene:
    """Furnish a photo of an empty room.

    ``photo``: path, bytes, PIL image, array, Image, or a Scene (its photo is staged anew; what did not change is not
    computed again). ``style``: a name of ``stagekit.styles()``. ``room``: living_room, bedroom, dining_room, office;
    left out, the room's size decides. ``seed``: the same seed gives the same bytes. ``focal_px`` (pixels of this photo)
    and ``camera_height_m``: what you know of the camera. ``given``: fields of the scene that you supply, such as
    ``layout=`` or ``placements=``.

    Returns a Scene: ``scene.image.save("staged.png")``, ``scene.changed``, ``scene.placements``, ``scene.record``.
    Raises ImageError, LayoutError, OptionError; Cancelled when ``cancel`` was set.
    """
    pipeline = staging_pipeline(backend, focal_px, camera_height_m, *sorted(given))
    return pipeline(
        photo, style=style, room=room, seed=seed, runtime=runtime, cancel=cancel, on_event=on_event, **given
    )


@cache
def staging_pipeline(
    backend: str | None = None, focal_px: float | None = None, camera_height_m: float | None = None, *given: str
) -> Pipeline:
    """The pipeline behind ``stage``: Segment, EstimateLayout, Arrange, Furnish; stages whose result is given are left
    out. One pipeline, with its cache, for each set of options."""
    known = {"focal_px": focal_px, "camera_height_m": camera_height_m}
    layout_options: dict[str, Any] = {k: v for k, v in known.items() if v is not None}
    stages: list[Any] = []
    if "layout" not in given:
        if "segments" not in given:
            stages.append(Segment())
        stages.append(EstimateLayout(**layout_options))
    if "placements" not in given:
        stages.append(Arrange())
    return Pipeline(*stages, Furnish(backend))
