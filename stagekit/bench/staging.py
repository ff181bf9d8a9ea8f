"""Suites ``stages`` and ``pipelines``: the embedded backends on the bundled photo, each alone and as they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..types import Image
from .result import Row, attempt
from .timing import measure

SAMPLE = Path(__file__).parents[1] / "samples" / "empty_room.jpg"
WALL, FLOOR = "#9aa38a", "oak_herringbone"


def photo(long_side: int) -> Image:
    """The bundled empty room, ``long_side`` pixels wide."""
    import cv2

    from ..imaging.io import open_image

    image = open_image(SAMPLE)
    w, h = image.size
    size = (long_side, round(long_side * h / w))
    way = cv2.INTER_AREA if long_side < w else cv2.INTER_CUBIC
    return Image(cv2.resize(image.array, size, interpolation=way), name=f"sample_{long_side}")


def stages(*, size: int, threads: int | None, runs: int, warm_up: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Each stage on a scene that has what it reads, models loaded."""
    import stagekit as sk

    runtime = sk.Runtime(device="cpu", threads=threads)
    picture = photo(size)
    first = sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Arrange())
    known = first(picture, room="living_room", runtime=runtime, on_event=_quiet)
    have = {name: getattr(known, name) for name in ("segments", "layout", "placements")}
    w, h = picture.size
    box = (w // 3, h // 2, w // 2, h // 2 + h // 5)
    every = (
        sk.Segment(), sk.EstimateLayout(), sk.ClassifyRoom(), sk.EstimateDepth(), sk.DetectLines(), sk.Arrange(),
        sk.Furnish(), sk.Erase(boxes=[box]), sk.SwapMaterial(surfaces={"wall": WALL}), sk.Describe(),
    )  # fmt: skip
    rows: list[Row] = []
    for stage in every:
        given = {n: v for n, v in have.items() if n in stage.reads}

        def run(stage: Any = stage, given: Mapping[str, Any] = given) -> Any:
            # A new pipeline has an empty cache
            return sk.Pipeline(stage)(picture, room="living_room", runtime=runtime, on_event=_quiet, **given)

        name = f"{stage.name}({stage.backend})"
        rows.append(attempt(name, lambda run=run: _timed(run, runs, warm_up), tell))  # type: ignore[misc]
    return _result("stages", size, threads, runs, warm_up, rows)


def pipelines(
    *, size: int, threads: int | None, runs: int, warm_up: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """The one-line calls, nothing cached, models loaded."""
    import stagekit as sk

    runtime = sk.Runtime(device="cpu", threads=threads)
    picture = photo(size)
    see = (sk.Segment, sk.EstimateLayout)
    whole = {
        "stage": (*see, sk.Arrange, sk.Furnish),
        "describe": (*see, sk.ClassifyRoom, sk.Describe),
        "recolor": (*see, lambda: sk.SwapMaterial(surfaces={"wall": WALL, "floor": FLOOR})),
        "look": (*see, sk.ClassifyRoom, sk.EstimateDepth, sk.DetectLines, sk.Describe),
    }
    rows: list[Row] = []
    for name, makers in whole.items():

        def run(makers: Any = makers) -> Any:
            fresh = sk.Pipeline(*(make() for make in makers))
            return fresh(picture, room="living_room", runtime=runtime, on_event=_quiet)

        rows.append(attempt(name, lambda run=run: _timed(run, runs, warm_up), tell))  # type: ignore[misc]
    return _result("pipelines", size, threads, runs, warm_up, rows)


def _timed(run: Callable[[], Any], runs: int, warm_up: int) -> Row:
    return measure(run, warm_up=warm_up, runs=runs)[0].data()


def _result(suite: str, size: int, threads: int | None, runs: int, warm_up: int, rows: list[Row]) -> dict[str, Any]:
    settings = {"photo": SAMPLE.name, "size": size, "threads": threads or "all", "runs": runs, "warm_up": warm_up}
    return {"suite": suite, "settings": settings, "rows": rows}


def _quiet(event: Any) -> None:
    pass
