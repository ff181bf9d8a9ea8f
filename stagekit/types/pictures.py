"""Pictures and what is known of each of their pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, InputError

Array = NDArray[Any]


def frozen(array: Array) -> Array:
    """A read-only view of ``array``; values may be shared between scenes, so nobody may write to them."""
    view = array.view()
    view.flags.writeable = False
    return view


class Picture:
    """What draws itself in a notebook and takes part in ``numpy.asarray``. Subclasses give ``array`` and ``preview``."""

    array: Array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype=dtype, copy=True if copy is None else copy)

    def preview(self) -> Array:
        """uint8 HxWx3 picture for people."""
        raise NotImplementedError

    def _repr_png_(self) -> bytes:
        from ..display import png

        return png(self.preview())


@dataclass(frozen=True, eq=False)
class Image(Picture):
    """An sRGB picture: ``array`` uint8 HxWx3. ``exif`` and ``icc`` are the source's own bytes, kept for saving.

    ``focal_35mm`` is the lens's 35 mm equivalent in millimetres when the EXIF states one.
    ``name`` is the file's name, for messages. Read files with ``stagekit.open_image``.
    """

    array: Array
    name: str = "image"
    exif: bytes | None = field(default=None, repr=False)
    focal_35mm: float | None = None
    provenance: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        a = np.asarray(self.array)
        if a.ndim != 3 or a.shape[2] != 3 or a.dtype != np.uint8:
            raise ImageError(
                f"{self.name}: expected a uint8 array of shape (H, W, 3), got {a.dtype} {a.shape}; "
                "read other forms with stagekit.open_image"
            )
        object.__setattr__(self, "array", frozen(np.ascontiguousarray(a)))

    @property
    def height(self) -> int:
        return int(self.array.shape[0])

    @property
    def width(self) -> int:
        return int(self.array.shape[1])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.width, self.height

    def with_array(self, array: Array) -> Image:
        """The same picture's metadata with other pixels."""
        return replace(self, array=array, provenance="")

    def preview(self) -> Array:
        return self.array

    def save(self, path: Any, *, quality: int = 95) -> None:
        """Write to ``path`` (format by suffix), through a temporary file; EXIF is kept, the profile is sRGB."""
        from ..imaging.io import save_image

        save_image(self, path, quality=quality)


@dataclass(frozen=True, eq=False)
class Mask(Picture):
    """``array`` bool HxW."""

    array: Array

    def __post_init__(self) -> None:
        a = np.asarray(self.array)
        if a.ndim != 2 or a.dtype != np.bool_:
            raise InputError(f"expected a bool array of shape (H, W), got {a.dtype} {a.shape}; use mask > 0")
        object.__setattr__(self, "array", frozen(np.ascontiguousarray(a)))

    @property
    def fraction(self) -> float:
        """Share of pixels that are set."""
        return float(self.array.mean())

    def preview(self) -> Array:
        return np.repeat(self.array[..., None].astype(np.uint8) * 255, 3, axis=2)


@dataclass(frozen=True, eq=False)
class DepthMap(Picture):
    """``array`` float32 HxW, metres along the camera's axis; 0 where unknown."""

    array: Array

    def preview(self) -> Array:
        """Near is warm, far is cold; a scale in metres below."""
        from ..display import depth_card

        return depth_card(self.array)


@dataclass(frozen=True, eq=False)
class Segments(Picture):
    """``labels`` uint8 HxW, index into ``classes``; ``probabilities`` optional float16 CxHxW at the network's size."""

    labels: Array
    classes: tuple[str, ...]
    probabilities: Array | None = field(default=None, repr=False)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def array(self) -> Array:  # type: ignore[override]
        return self.labels

    def mask(self, name: str) -> Mask:
        """Pixels of a class or of a group such as ``"furniture"``. Raises InputError for an unknown name."""
        names = self.groups.get(name, (name,))
        unknown = [n for n in names if n not in self.classes]
        if unknown:
            known = ", ".join((*self.groups, *self.classes))
            raise InputError(f"no segment class {name!r}; known: {known}")
        return Mask(np.isin(self.labels, [self.classes.index(n) for n in names]))

    def preview(self, image: Any = None) -> Array:
        """Classes in colours with a legend; over ``image`` where one is given."""
        from ..display import segments_preview

        return segments_preview(self.labels, self.classes, image)
