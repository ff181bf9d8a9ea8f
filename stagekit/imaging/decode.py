"""From an opened Pillow picture to upright 8-bit sRGB, and what its EXIF says."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageOps

from ..errors import ImageError
from ..types import Array

ORIENTATION = int(ExifTags.Base.Orientation)
FOCAL_35MM = int(ExifTags.Base.FocalLengthIn35mmFilm)


def limits(width: int, height: int, name: str, least: int, most: int) -> None:
    """Raise ImageError unless both sides have ``least`` pixels and the picture no more than ``most``."""
    if min(width, height) < least:
        raise ImageError(
            f"{name}: {width} x {height} pixels; expected at least {least} on each side, give a larger photo"
        )
    if width * height > most:
        raise ImageError(
            f"{name}: {width} x {height} is {width * height / 1e6:.0f} megapixels; "
            f"expected at most {most / 1e6:.0f}, scale it down first"
        )


def to_srgb(picture: Image.Image, name: str) -> Array:
    """uint8 HxWx3 sRGB: turned upright, profile applied, 16 bit and float scaled, transparency over white."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and palettes; neither harms the pixels
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I") or picture.mode == "F":
            return _deep(np.asarray(picture), name)
        profile = picture.info.get("icc_profile")
        alpha = None
        if picture.mode in ("P", "PA"):
            picture = picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
        elif picture.mode in ("L", "RGB") and "transparency" in picture.info:
            picture = picture.convert("RGBA")
        if picture.mode in ("RGBA", "LA", "RGBa", "La"):
            picture = picture.convert({"RGBa": "RGBA", "La": "LA"}.get(picture.mode, picture.mode))
            alpha = picture.getchannel("A")
            picture = picture.convert(picture.mode[:-1])
        if picture.mode == "1":
            picture = picture.convert("L")
        picture = _managed(picture, profile)
        if alpha is not None and alpha.getextrema() != (255, 255):
            picture = Image.composite(picture, Image.new("RGB", picture.size, "white"), alpha)
        return np.array(picture)


def _deep(values: Array, name: str) -> Array:
    """Grey of 16 bit (0..65535) or float (0..1) as uint8 HxWx3."""
    if not np.isfinite(values).all():
        raise ImageError(f"{name}: the picture holds NaN or infinity; expected finite values")
    scaled = values.astype(np.float32) * (255.0 if values.dtype.kind == "f" else 255.0 / 65535.0)
    grey = np.clip(scaled + 0.5, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _managed(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB. A profile that is broken, or not one for this kind of picture, is passed over, as viewers do."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if picture.mode == "RGB" and ImageCms.getProfileDescription(source).strip().startswith("sRGB"):
                return picture
            done = ImageCms.profileToProfile(
                picture,
                source,
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            if done is not None:
                return done
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    if picture.mode == "LAB":
        lab = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
        return ImageCms.applyTransform(picture, lab) or picture.convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def exif_of(picture: Image.Image, size: tuple[int, int]) -> tuple[bytes | None, float | None]:
    """(EXIF to keep, 35 mm equivalent focal length). Orientation is set to upright and the size to ``size``, thumbnail
    dropped; EXIF that cannot be read is dropped."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif: Any = picture.getexif()
            if not exif:
                return None, None
            details = exif.get_ifd(ExifTags.IFD.Exif)
            exif.get_ifd(ExifTags.IFD.GPSInfo)
            focal = float(details.get(FOCAL_35MM) or 0)
            if ORIENTATION in exif:
                exif[ORIENTATION] = 1
            for tag, value in ((ExifTags.Base.ExifImageWidth, size[0]), (ExifTags.Base.ExifImageHeight, size[1])):
                if int(tag) in details:
                    details[int(tag)] = value
            return exif.tobytes(), focal if 3 <= focal <= 1000 else None
    except Exception:  # EXIF in the wild is broken in every way, and a photo must not fail for it
        return None, None
