"""Everything stagekit raises on purpose, one tree::

    StagekitError
    +-- InputError            a photo, mask or value that cannot be used
    |   +-- ImageError        cannot be read, too small, too large, truncated
    |   +-- OptionError       unknown option, style, room, family, material
    |   +-- LayoutError       the room's geometry is impossible or missing; says what to supply
    +-- PipelineError         stages that do not fit together
    |   +-- MissingFieldError a stage reads a field that nothing gave
    |   +-- StaleFieldError   a stage reads a field measured on an older picture
    |   +-- StageFailedError  a stage raised; names the stage, keeps the scene so far
    +-- BackendError          an implementation cannot run
    |   +-- UnknownBackendError
    |   +-- MissingPackageError  names the extra to install
    |   +-- WeightsError      absent, wrong checksum, refused format
    |   +-- LicenceError      not free for commercial use, and not allowed by name
    +-- OutputError           a result cannot be written
    +-- Cancelled             the caller's token was set

Every message says what was expected, what came, and what to do.
"""

from __future__ import annotations


class StagekitError(Exception):
    """Base of everything that stagekit raises on purpose."""


class InputError(StagekitError, ValueError):
    """A photo, mask or value that cannot be used."""


class ImageError(InputError):
    """A picture that cannot be read, or is too small, too large or truncated."""


class OptionError(InputError):
    """An unknown option, style, room type, furniture family or material."""


class LayoutError(InputError):
    """The room's geometry is impossible or missing; the message says what to supply."""


class PipelineError(StagekitError):
    """Stages that do not fit together."""


class MissingFieldError(PipelineError):
    """A stage reads a field that no earlier stage gave."""


class StaleFieldError(PipelineError):
    """A stage reads a field that was measured on an older picture."""


class StageFailedError(PipelineError):
    """A stage raised. ``stage`` names it, ``scene`` is the scene before it; the cause is chained."""

    def __init__(self, message: str, stage: str, scene: object) -> None:
        super().__init__(message)
        self.stage = stage
        self.scene = scene


class BackendError(StagekitError):
    """An implementation that cannot run here."""


class UnknownBackendError(BackendError, ValueError):
    """No backend of that name is registered for the task."""


class MissingPackageError(BackendError, ImportError):
    """A backend needs a package that is not installed; the message names the extra."""


class WeightsError(BackendError):
    """Weights are absent, fail their checksum, or are in a refused format."""


class LicenceError(BackendError):
    """The weights are not free for commercial use and were not allowed by name."""


class OutputError(StagekitError, OSError):
    """A result cannot be written."""


class Cancelled(StagekitError):
    """The caller's cancel token was set."""
