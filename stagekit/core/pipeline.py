"""``Pipeline``: stages in order. It checks them before anything loads, runs them, and tells what happens."""

from __future__ import annotations

import html
import inspect
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from typing import Any

from ..errors import Cancelled, MissingFieldError, OptionError, PipelineError, StagekitError, StaleFieldError
from ..errors import StageFailedError as Failed
from ..runtime import Runtime, default_runtime
from ..types import Brief
from .cache import Cache
from .context import CancelToken, Context
from .events import Bars, Event, Finished, Listener, Started, interactive
from .scene import MEASURED, Scene, Step, digest
from .stage import Stage

ALWAYS = ("photo", "image", "brief", "changed")


class Pipeline:
    """``Pipeline(EstimateLayout(), Furnish())``; call it with a photo, or a scene, and the brief's fields."""

    def __init__(self, *stages: Stage, cache: Cache | None = None) -> None:
        for stage in stages:
            if not isinstance(stage, Stage):
                raise PipelineError(f"expected stages such as Furnish(), got {stage!r}")
        self.stages = stages
        self.cache = cache or Cache()

    # -- composing ---------------------------------------------------------------------------------------------------

    def replace(self, name: str, stage: Stage) -> Pipeline:
        """The pipeline with the stage of that name exchanged; the cache is shared."""
        names = [s.name for s in self.stages]
        if names.count(name) != 1:
            raise PipelineError(f"expected exactly one stage {name!r} to replace, the pipeline has {names}")
        return Pipeline(*(stage if s.name == name else s for s in self.stages), cache=self.cache)

    def check(self, given: Sequence[str] = ()) -> Pipeline:
        """Raise before any weight loads if a stage would read what is missing or stale. ``given``: fields that the
        caller supplies. Returns the pipeline."""
        known = {*ALWAYS, *given}
        stale: dict[str, str] = {}
        for index, stage in enumerate(self.stages):
            stage.check_options()
            for name, required in stage.reads.items():
                if not required:
                    continue
                if name not in known:
                    raise MissingFieldError(_missing(stage, name, self.stages[index:]))
                if name in stale:
                    raise StaleFieldError(_stale(stage, name, stale[name]))
            if "image" in stage.writes:
                stale.update({f: stage.name for f in MEASURED if f in known and f not in stage.keeps})
            for name in stage.writes:
                stale.pop(name, None)
            known.update(stage.writes)
        return self

    # -- running -----------------------------------------------------------------------------------------------------

    def __call__(
        self,
        photo: Any,
        *,
        runtime: Runtime | None = None,
        cancel: CancelToken | None = None,
        on_event: Listener | None = None,
        **brief: Any,
    ) -> Scene:
        """Run all stages. ``photo``: anything that ``open_image`` takes, or a Scene (run again from its photo; what did
        not change comes from the cache). ``brief``: style, room, seed, prompt, palette, and fields of the scene that
        you supply (``layout=...``). ``on_event`` hears typed events; without it, bars show on terminals and notebooks.
        """
        scene = self._start(photo, brief)
        bars = Bars(scene.photo.name) if on_event is None and interactive() else nullcontext(on_event or _ignore)
        with bars as listener:
            return self._run(scene, runtime or default_runtime(), listener, cancel or CancelToken())

    def stream(
        self, photo: Any, *, runtime: Runtime | None = None, cancel: CancelToken | None = None, **brief: Any
    ) -> Iterator[Event]:
        """Yield events while the run goes on in another thread; the last is ``Finished`` with the scene. Leaving the
        loop early cancels the run and waits until it has stopped."""
        token = cancel or CancelToken()
        scene = self._start(photo, brief)
        events: queue.Queue[Event | BaseException | None] = queue.Queue()

        def work() -> None:
            try:
                self._run(scene, runtime or default_runtime(), events.put, token)
                events.put(None)
            except BaseException as error:  # handed to the caller's thread below
                events.put(error)

        thread = threading.Thread(target=work, name="stagekit-stream", daemon=True)
        thread.start()
        try:
            while (event := events.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            token.cancel()
            thread.join()

    @contextmanager
    def open(self, runtime: Runtime | None = None) -> Iterator[LivePipeline]:
        """Check, and load every backend now instead of at the first photo."""
        self.check(given=tuple(MEASURED))
        owner = runtime or default_runtime()
        for stage in self.stages:
            if stage.task is not None:
                with owner.lease(stage.backend_key, stage.load):
                    pass
        yield LivePipeline(self, owner)

    def _start(self, photo: Any, brief: dict[str, Any]) -> Scene:
        from ..imaging.io import open_image

        fields = Brief.__dataclass_fields__
        supplied = {k: brief.pop(k) for k in list(brief) if k in Scene.__dataclass_fields__ and k not in fields}
        if "room" in brief and not isinstance(brief["room"], (str, type(None))):
            supplied["room"] = brief.pop("room")
        unknown = set(brief) - set(fields)
        if unknown:
            raise OptionError(f"unknown option {sorted(unknown)}; a brief has {sorted(fields)}")
        old = photo.brief if isinstance(photo, Scene) else Brief()
        image = photo.photo if isinstance(photo, Scene) else open_image(photo)
        scene = Scene.of(image, replace(old, **brief))
        for stage in self.stages:
            stage.validate(scene.brief)
        self.check(given=tuple(supplied))
        return scene.given(**supplied) if supplied else scene

    def _run(self, scene: Scene, runtime: Runtime, emit: Listener, cancel: CancelToken) -> Scene:
        for index, stage in enumerate(self.stages):
            cancel.check()
            emit(Started(stage.name, stage.backend, index, len(self.stages)))
            scene = run_stage(stage, scene, runtime, emit, cancel, self.cache)
        return scene

    # -- showing -----------------------------------------------------------------------------------------------------

    def recipe(self) -> list[dict[str, Any]]:
        """The stages as plain data, for a log or a file; ``Pipeline.from_recipe`` reads it back."""
        return [{"stage": s.name, "backend": s.backend, "options": dict(s.options)} for s in self.stages]

    @classmethod
    def from_recipe(cls, recipe: Sequence[dict[str, Any]]) -> Pipeline:
        """The pipeline of a recipe made of stagekit's own stages."""
        from .. import stages as known

        made = []
        for row in recipe:
            kind = getattr(known, str(row.get("stage")), None)
            if kind is None:
                raise OptionError(
                    f"no stage {row.get('stage')!r} in stagekit.stages; a row is {{stage, backend, options}}"
                )
            made.append(kind(row.get("backend") or None, **row.get("options", {})))
        return cls(*made)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (s.name, s.backend, ", ".join(n if r else f"[{n}]" for n, r in s.reads.items()), ", ".join(s.writes))
            for s in self.stages
        ]

    def __repr__(self) -> str:
        rows = [("stage", "backend", "reads", "writes"), *self._rows()]
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{h}</th>" for h in ("stage", "backend", "reads", "writes"))
        body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in self._rows())
        return f"<table><tr>{head}</tr>{body}</table>"


class LivePipeline:
    """A pipeline whose backends are loaded, on one runtime."""

    def __init__(self, pipeline: Pipeline, runtime: Runtime) -> None:
        self.pipeline = pipeline
        self.runtime = runtime

    def __call__(self, photo: Any, **options: Any) -> Scene:
        return self.pipeline(photo, runtime=self.runtime, **options)

    def stream(self, photo: Any, **options: Any) -> Iterator[Event]:
        return self.pipeline.stream(photo, runtime=self.runtime, **options)


def run_stage(stage: Stage, scene: Scene, runtime: Runtime, emit: Listener, cancel: CancelToken, cache: Cache) -> Scene:
    """One stage on one scene: read its fields, run it or take its result from the cache, return the next scene."""
    values: dict[str, Any] = {}
    for name, required in stage.reads.items():
        if name not in Scene.__dataclass_fields__:
            raise MissingFieldError(f"{stage.name} reads {name!r}, and a scene has no such field")
        value = getattr(scene, name)
        if name in scene.stale:
            if required:
                raise StaleFieldError(_stale(stage, name, scene.stale[name]))
            value = None
        if required and value is None:
            raise MissingFieldError(_missing(stage, name, ()))
        if value is not None or required:
            values[name] = value
    key = digest(type(stage).__qualname__, stage.key, *(f"{n}={scene.keys.get(n)}" for n in sorted(values)))
    context = Context(stage.name, runtime, emit, cancel)
    started = time.perf_counter()
    hit = cache.get(key)
    if hit is None:
        try:
            update = dict(stage.run(**values, context=context))
        except Cancelled:
            raise
        except Exception as error:
            if isinstance(error, StagekitError):
                raise
            raise Failed(f"{stage!r} failed on {scene.photo.name}: {error}", stage.name, scene) from error
        unexpected = set(update) ^ set(stage.writes)
        if unexpected:
            raise PipelineError(f"{stage.name} declares writes = {stage.writes} but returned {sorted(update)}")
        warnings = tuple(context.warnings)
        cache.put(key, {"update": update, "warnings": warnings})
    else:
        update, warnings = hit["update"], hit["warnings"]
        for text in warnings:
            context.warn(text)
    seconds = time.perf_counter() - started
    keys = {name: digest(key, name) for name in update}
    after = scene._with(update, keys, by=stage.name, keeps=stage.keeps)
    step = Step(
        stage.name, stage.backend, seconds, hit is not None, scene.brief.seed, dict(stage.options), "", warnings
    )
    after = replace(after, record=(*scene.record, step))
    emit(Finished(stage.name, seconds, hit is not None, after))
    return after


def _missing(stage: Stage, name: str, later: Sequence[Stage]) -> str:
    givers = _givers(name)
    remedy = f"put {givers[0]}() before it" if givers else f"supply it: pipeline(photo, {name}=...)"
    if any(name in s.writes for s in later):
        remedy = f"move {next(s.name for s in later if name in s.writes)}() before it"
    return f"{stage.name} reads {name!r}, which no stage before it gives; {remedy}"


def _stale(stage: Stage, name: str, by: str) -> str:
    givers = _givers(name)
    remedy = f"run {givers[0]}() again after {by}()" if givers else "supply it anew"
    return f"{stage.name} reads {name!r}, measured before {by} changed the image; {remedy}"


def _givers(name: str) -> list[str]:
    """The stages that write a field without reading it, those made for it first."""
    from .. import stages as known

    found = [
        n
        for n in known.__all__
        if name in getattr(known, n).writes and name not in inspect.signature(getattr(known, n).run).parameters
    ]
    return sorted(found, key=lambda n: len(getattr(known, n).writes))


def _ignore(event: Event) -> None:
    pass


def step_data(step: Step) -> dict[str, Any]:
    """A record's step as plain data."""
    return asdict(step)
