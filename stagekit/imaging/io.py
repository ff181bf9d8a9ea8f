"""Pictures in and out: any common form to an upright 8-bit sRGB ``Image``, and back to a file in one piece."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ImageError, OutputError
from ..types import Array, Image

MIN_SIDE = 64
MAX_PIXELS = 100_000_000
READS = "JPEG, PNG, WebP, TIFF, HEIC, BMP or GIF"
WRITES = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF",
    ".heic": "HEIF", ".heif": "HEIF",
}  # fmt: skip


def open_image(source: Any, *, name: str | None = None) -> Image:
    """The picture of a path, bytes, binary file, PIL image or array.

    Arrays: HxW, HxWx1 or HxWx3 (sRGB), HxWx4 (alpha, put over white); uint8, uint16 or float 0..1. Files: JPEG, PNG,
    WebP, TIFF (first page), HEIC, BMP, GIF; EXIF orientation applied, profiles converted to sRGB, CMYK, grey, 16 bit.
    At least 64 pixels on each side, at most 100 megapixels. ``name`` is used in messages.

    Raises ImageError naming the file for anything else: missing, empty, truncated, animated, too small, too large.
    """
    if isinstance(source, Image):
        return source
    if isinstance(source, np.ndarray):
        return _from_array(source, name or "array")
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return _from_bytes(_read(path), name or path.name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source), name or "bytes")
    from PIL import Image as Pil

    if isinstance(source, Pil.Image):
        return _from_pil(source, name or Path(getattr(source, "filename", "") or "PIL image").name, "")
    if hasattr(source, "read"):
        data = source.read()
        if not isinstance(data, bytes):
            raise ImageError(f"{name or source!r}: expected a file opened for bytes; open it with mode 'rb'")
        return _from_bytes(data, name or Path(str(getattr(source, "name", "file"))).name)
    raise ImageError(f"expected a path, bytes, file, PIL image or array, got {type(source).__name__}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise ImageError(f"{path}: is a folder; give the photos in it") from None
    except OSError as error:
        raise ImageError(f"{path}: cannot be read ({error.strerror or error})") from error


def _from_array(array: Array, name: str) -> Image:
    a = array
    if a.ndim == 2:
        a = a[..., None]
    if a.ndim != 3 or a.shape[2] not in (1, 3, 4):
        raise ImageError(f"{name}: expected shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), got {array.shape}")
    _limits(a.shape[1], a.shape[0], name)
    if a.dtype == np.uint16:
        a = ((a.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    elif a.dtype.kind == "f":
        low, high = float(np.min(a)), float(np.max(a))
        if not (low >= -1e-3 and high <= 1 + 1e-3):  # also NaN
            raise ImageError(f"{name}: float pixels must lie in 0..1, got {low:.3g} to {high:.3g}; divide by 255?")
        a = (np.clip(a, 0, 1) * 255 + 0.5).astype(np.uint8)
    elif a.dtype != np.uint8:
        raise ImageError(f"{name}: expected uint8, uint16 or float pixels, got {a.dtype}")
    if a.shape[2] == 4:
        alpha = a[..., 3:].astype(np.uint16)
        a = ((a[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    elif a.shape[2] == 1:
        a = np.repeat(a, 3, axis=2)
    copy = np.array(a)  # the caller's array may change later
    return Image(copy, name=name, provenance=hashlib.sha256(copy.tobytes() + repr(copy.shape).encode()).hexdigest())


def _from_bytes(data: bytes, name: str) -> Image:
    if not data:
        raise ImageError(f"{name}: the file is empty")
    from PIL import Image as Pil
    from PIL import UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pil.DecompressionBombWarning)  # our own limit is checked below
            picture = _open_heif(data, name) if _is_heif(data) else Pil.open(io.BytesIO(data))
    except Pil.DecompressionBombError:
        raise ImageError(f"{name}: more than {MAX_PIXELS / 1e6:.0f} megapixels; scale it down first") from None
    except UnidentifiedImageError:
        raise ImageError(f"{name}: not a picture that can be read; expected {READS}") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError(f"{name}: the file is damaged ({error}); expected {READS}") from error
    return _from_pil(picture, name, hashlib.sha256(data).hexdigest())


def _is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in (
        b"heic",
        b"heix",
        b"hevc",
        b"heim",
        b"heis",
        b"mif1",
        b"msf1",
        b"avif",
    )


def _open_heif(data: bytes, name: str) -> Any:
    import pillow_heif

    try:
        heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        _limits(heif.size[0], heif.size[1], name)
        return heif.to_pillow()
    except (ValueError, RuntimeError, SyntaxError, EOFError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"{name}: the HEIC file is damaged or incomplete ({error})") from error


def _from_pil(picture: Any, name: str, provenance: str) -> Image:
    from .decode import exif_of, to_srgb

    _limits(picture.size[0], picture.size[1], name)
    if picture.format in ("GIF", "WEBP", "PNG") and getattr(picture, "n_frames", 1) > 1:
        raise ImageError(f"{name}: an animation of {picture.n_frames} pictures; expected one, save a single frame")
    try:
        array = to_srgb(picture, name)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"{name}: the picture is truncated or damaged ({error}); get a complete copy") from error
    exif, focal = exif_of(picture, (array.shape[1], array.shape[0]))
    key = provenance or hashlib.sha256(array.tobytes() + repr(array.shape).encode()).hexdigest()
    return Image(array, name=name, exif=exif, focal_35mm=focal, provenance=key)


def _limits(width: int, height: int, name: str) -> None:
    from .decode import limits

    limits(width, height, name, MIN_SIDE, MAX_PIXELS)


@cache
def srgb_profile() -> bytes:
    """An sRGB profile, the same bytes at every call (lcms writes the date into it)."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07d000010001000000000000")  # 2000-01-01 00:00:00
    return bytes(profile)


def encode_image(image: Image, format: str, *, quality: int = 95) -> bytes:
    """The picture as a file's bytes. ``format``: JPEG (4:4:4), PNG, WEBP (lossless at quality 100), TIFF, HEIF.

    PNG, TIFF and lossless WebP keep every pixel; JPEG and HEIC change them slightly, as any saving in them does.
    """
    from PIL import Image as Pil

    picture, out = Pil.fromarray(np.asarray(image.array)), io.BytesIO()
    options: dict[str, Any] = {"icc_profile": srgb_profile()}
    if image.exif:
        options["exif"] = image.exif
    if format == "HEIF":
        import pillow_heif

        made = pillow_heif.from_pillow(picture)
        made.save(out, quality=quality, chroma=444, **({"exif": image.exif} if image.exif else {}))
        return out.getvalue()
    extra: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": min(quality, 100), "subsampling": 0},
        "PNG": {"compress_level": 4},
        "WEBP": {"lossless": True} if quality >= 100 else {"quality": quality, "method": 4},
        "TIFF": {"compression": "tiff_adobe_deflate"},
    }
    if format not in extra:
        raise OutputError(f"cannot write {format!r}; expected one of {', '.join([*extra, 'HEIF'])}")
    picture.save(out, format=format, **options, **extra[format])
    return out.getvalue()


def save_image(image: Image, path: Any, *, quality: int = 95) -> None:
    """Write ``image`` to ``path``, format by suffix; EXIF kept, profile sRGB. The file appears whole or not at all.

    Raises OutputError for an unknown suffix, a missing folder, or a disk that refuses.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in WRITES:
        raise OutputError(f"{target}: unknown picture suffix {suffix!r}; expected one of {', '.join(WRITES)}")
    if not target.parent.is_dir():
        raise OutputError(f"{target}: the folder {target.parent} does not exist; create it first")
    if target.is_dir():
        raise OutputError(f"{target}: is a folder; give a file's name")
    data = encode_image(image, WRITES[suffix], quality=quality)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        temporary.unlink(missing_ok=True)
