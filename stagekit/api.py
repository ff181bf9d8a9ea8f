"""One call each, embedded backends by default, any form of picture in, a Scene out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from .core.cache import Cache
from .core.context import CancelToken
from .core.events import Listener
from .core.pipeline import Pipeline
from .core.scene import Scene
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
    Segment,
    SwapMaterial,
)
from .types import Mask

FINE = (1024, 640, 400)
"""Scales of the segmentation where surfaces are cut out: lamps, pictures and chair legs count, 2 s more do not."""


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
    stages: list[Any] = []
    if "layout" not in given:
        if "segments" not in given:
            stages.append(Segment())
        stages.append(_layout(focal_px, camera_height_m))
    if "placements" not in given:
        stages.append(Arrange())
    return Pipeline(*stages, Furnish(backend))


def _layout(focal_px: float | None, camera_height_m: float | None) -> EstimateLayout:
    """EstimateLayout with what the caller knows of the camera."""
    known: dict[str, Any] = {"focal_px": focal_px, "camera_height_m": camera_height_m}
    return EstimateLayout(**{k: v for k, v in known.items() if v is not None})


def recolor(
    photo: Any,
    surfaces: Mapping[str, Any] | None = None,
    *,
    mask: Mask | None = None,
    finish: Any = None,
    angle: float = 0.0,
    seed: int = 0,
    backend: str | None = None,
    focal_px: float | None = None,
    camera_height_m: float | None = None,
    runtime: Runtime | None = None,
    cancel: CancelToken | None = None,
    on_event: Listener | None = None,
    **wanted: Any,
) -> Scene:
    """Repaint and re-floor a photo: ``recolor(photo, wall="SW 7029", floor="oak_herringbone", cabinets="#2F4F4F")``.

    Surfaces: wall, floor, ceiling, trim, doors, cabinets, countertop, backsplash, curtains, sofa, bedding; one wall as
    ``{"wall[1]": "Hale Navy"}``; ``mask`` with ``finish`` for any other. A finish is a paint (code, name, ``#rrggbb``, a
    Paint) or a covering (``walnut_planks``, ``marble_tiles``, ``grey_carpet``, a Covering). ``angle``: degrees by which
    planks or tiles are turned from the room's longest direction. ``photo`` and the other options are those of ``stage``;
    fields of the scene such as ``layout=`` or ``segments=`` may be given too.

    Returns a Scene; ``scene.changed`` holds every pixel that differs. Raises OptionError for an unknown surface, paint or
    covering (with the nearest), InputError for a surface that the photo does not show and for a mask that is empty, full,
    or of another size.
    """
    given = {k: wanted.pop(k) for k in list(wanted) if k in ("segments", "layout") and wanted[k] is not None}
    swap = SwapMaterial(backend, surfaces={**(surfaces or {}), **wanted}, mask=mask, finish=finish, angle=angle)
    pipeline = _recoloring(focal_px, camera_height_m, *sorted(given))
    whole = Pipeline(*pipeline.stages, swap, cache=pipeline.cache)
    return whole(photo, seed=seed, runtime=runtime, cancel=cancel, on_event=on_event, **given)


@cache
def _recoloring(focal_px: float | None, camera_height_m: float | None, *given: str) -> Pipeline:
    """EstimateLayout as everywhere else, then finer segments; one cache for each set of options, so that another colour
    measures nothing anew."""
    stages: list[Any] = []
    if "layout" not in given:
        if "segments" not in given:
            stages.append(Segment())
        stages.append(_layout(focal_px, camera_height_m))
    if "segments" not in given:
        stages.append(Segment(scales=FINE))
    return Pipeline(*stages)


def erase(
    photo: Any,
    what: Any = "furniture",
    mask: Any = None,
    *,
    boxes: Sequence[Sequence[float]] = (),
    points: Sequence[Sequence[float]] = (),
    grow: bool | None = None,
    backend: str | None = None,
    focal_px: float | None = None,
    camera_height_m: float | None = None,
    runtime: Runtime | None = None,
    cancel: CancelToken | None = None,
    on_event: Listener | None = None,
    **given: Any,
) -> Scene:
    """Take things out of a photo: ``erase("room.jpg")`` empties it, ``erase(photo, "sofa, lamp")`` takes these.

    ``what``: furniture, clutter, a segment class, several with commas. Or instead: ``mask`` (Mask, bool or uint8 array,
    path; white goes, and nothing else), ``boxes`` (left, top, right, bottom), ``points`` (x, y), in pixels; a point
    on a wall takes what hangs there or was overlooked. ``grow``: take shadows, the glow of lamps and reflections as well;
    None does unless a mask was drawn. The other options are those of ``stage``.

    Returns a Scene; ``scene.changed`` holds every pixel that differs, ``scene.record`` warns if the filled area looks like
    a thing. Raises InputError when nothing or everything is to go, or the mask is of another size.
    """
    taken = Erase(backend, what=what, mask=mask, boxes=boxes, points=points, grow=grow)
    pipeline = _recoloring(focal_px, camera_height_m, *sorted(given))
    whole = Pipeline(*pipeline.stages, taken, cache=pipeline.cache)
    return whole(photo, runtime=runtime, cancel=cancel, on_event=on_event, **given)


def describe(
    photo: Any,
    *,
    tone: str = "neutral",
    language: str = "en",
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
    """A photo in facts and words: ``describe("room.jpg", language="de").description``.

    ``tone``: neutral, warm, luxury; ``language``: en, de, es, fr. ``room``: what kind of room it is, if you know it. A
    furnished Scene is measured on its photo; its furniture is told from the placements, and that it was added. The other
    options are those of ``stage``; fields of the scene such as ``segments=`` or ``layout=`` may be given too.

    Returns a Scene; ``scene.description`` has ``facts`` with their confidence, ``caption``, ``short``, ``full``,
    ``bullets`` and ``keywords``. Raises ImageError, LayoutError, OptionError.
    """
    told = Describe(backend, tone=tone, language=language)
    given = {**_placed(photo), **given}
    whole = Pipeline(*_seeing(focal_px, camera_height_m, *sorted(given)).stages, told, cache=_seen())
    return whole(photo, room=room, seed=seed, runtime=runtime, cancel=cancel, on_event=on_event, **given)


def look(
    photo: Any,
    *,
    focal_px: float | None = None,
    camera_height_m: float | None = None,
    runtime: Runtime | None = None,
    cancel: CancelToken | None = None,
    on_event: Listener | None = None,
    **given: Any,
) -> Scene:
    """Everything that the embedded backends see in a photo: segments, layout, depth, lines, description.

    ``stagekit.sheet.sheet(scene)`` draws it on one page; each field also draws itself in a notebook.
    """
    given = {**_placed(photo), **given}
    stages = [s for s in (EstimateDepth(), DetectLines(), Describe()) if s.writes[0] not in given]
    whole = Pipeline(*_seeing(focal_px, camera_height_m, *sorted(given)).stages, *stages, cache=_seen())
    return whole(photo, runtime=runtime, cancel=cancel, on_event=on_event, **given)


def _placed(photo: Any) -> dict[str, Any]:
    """The furniture of a furnished scene: what is measured is its photo, which does not show it."""
    return {"placements": photo.placements} if isinstance(photo, Scene) and photo.placements else {}


@cache
def _seeing(focal_px: float | None, camera_height_m: float | None, *given: str) -> Pipeline:
    """Segment, EstimateLayout, ClassifyRoom: what is to be seen before anything can be told."""
    stages = (Segment(), _layout(focal_px, camera_height_m), ClassifyRoom())
    return Pipeline(*(s for s in stages if s.writes[0] not in given))


@cache
def _seen() -> Cache:
    """One cache for what is seen, so that another tone or language measures nothing anew."""
    return Cache()
