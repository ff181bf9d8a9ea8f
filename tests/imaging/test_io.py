"""Every form of picture comes in right, bad ones are named, and files are written whole or not at all."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil

import stagekit as sk
from stagekit.imaging.io import encode_image, open_image, srgb_profile


def encoded(array: np.ndarray, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Pil.fromarray(array).save(out, format=format, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing: a decompression bomb's shape."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(("format", "mean"), [("PNG", 0), ("TIFF", 0), ("BMP", 0), ("WEBP", 3), ("JPEG", 3)])
def test_formats(gradient: np.ndarray, format: str, mean: float) -> None:
    got = open_image(encoded(gradient, format, quality=95)).array.astype(int)
    assert np.abs(got - gradient).mean() <= mean


def test_heic_both_ways(gradient: np.ndarray, tmp_path: Path) -> None:
    sk.Image(gradient).save(tmp_path / "a.heic")
    got = open_image(tmp_path / "a.heic")
    assert got.size == (120, 80) and np.abs(got.array.astype(int) - gradient).mean() < 4
    whole = (tmp_path / "a.heic").read_bytes()
    with pytest.raises(sk.ImageError, match="half"):
        open_image(whole[: len(whole) // 2], name="half.heic")


def test_forms_of_input_agree(gradient: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(gradient, "PNG"))
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), Pil.open(path), gradient):
        assert np.array_equal(open_image(source).array, gradient)
    image = open_image(path)
    assert open_image(image) is image and image.name == "a.png"


def test_arrays_of_other_kinds(gradient: np.ndarray) -> None:
    deep = gradient.astype(np.uint16) * 257
    assert np.array_equal(open_image(deep).array, gradient)
    assert np.array_equal(open_image(gradient / 255.0).array, gradient)
    assert np.array_equal(open_image(gradient[..., 0]).array[..., 2], gradient[..., 0])
    half = np.dstack([np.zeros((80, 80, 3), np.uint8), np.full((80, 80), 128, np.uint8)])
    assert (open_image(half).array == 127).all(), "half transparent black over white"
    before = gradient.copy()
    opened = open_image(gradient)
    gradient[:] = 0
    assert np.array_equal(opened.array, before), "the caller's array is not shared"


def test_sixteen_bit_grey_palette_and_one_bit() -> None:
    ramp = np.linspace(0, 65535, 100).astype(np.uint16)[None].repeat(80, 0)
    for format in ("PNG", "TIFF"):
        got = open_image(encoded(ramp, format)).array[0, :, 0].astype(int)
        assert np.abs(got - np.linspace(0, 255, 100)).max() <= 1
    bits = Pil.fromarray(ramp > 30000).convert("1")
    assert set(np.unique(open_image(bits).array)) == {0, 255}
    palette = Pil.fromarray(np.dstack([np.uint8(ramp >> 8)] * 3)).quantize(16)
    assert np.abs(open_image(palette).array[..., 0].astype(int) - (ramp >> 8)).max() < 20


def test_alpha_goes_over_white() -> None:
    clear = np.zeros((80, 80, 4), np.uint8)
    clear[:40, :, 3] = 255
    got = open_image(encoded(clear, "PNG")).array
    assert (got[:40] == 0).all() and (got[40:] == 255).all()


def test_cmyk_and_profiles() -> None:
    cyan = Pil.new("CMYK", (80, 80), (255, 0, 0, 0))
    out = io.BytesIO()
    cyan.save(out, format="JPEG", quality=95)
    r, g, b = open_image(out.getvalue()).array[40, 40].astype(int)
    assert r < 60 and g > 150 and b > 150
    grey = np.full((80, 80, 3), 128, np.uint8)
    broken = encoded(grey, "PNG", icc_profile=b"this is no profile")
    assert np.array_equal(open_image(broken).array, grey)
    own = encoded(grey, "PNG", icc_profile=srgb_profile())
    assert np.abs(open_image(own).array.astype(int) - grey).max() <= 1


def wide_profile() -> bytes:
    """A matrix profile with sRGB's curve but its red and green primaries exchanged."""
    profile = bytearray(srgb_profile())
    count = struct.unpack(">I", profile[128:132])[0]
    at = {}
    for k in range(count):
        tag = profile[132 + 12 * k : 136 + 12 * k].decode()
        at[tag] = 132 + 12 * k + 4
    r, g = at["rXYZ"], at["gXYZ"]
    profile[r : r + 8], profile[g : g + 8] = profile[g : g + 8], profile[r : r + 8]
    desc = struct.unpack(">I", profile[at["desc"] : at["desc"] + 4])[0]
    size = struct.unpack(">I", profile[at["desc"] + 4 : at["desc"] + 8])[0]
    text = profile[desc : desc + size]
    profile[desc : desc + size] = text.replace(b"\0s\0R\0G\0B", b"\0x\0y\0z\0w")
    return bytes(profile)


def test_a_foreign_profile_is_converted() -> None:
    red = np.zeros((80, 80, 3), np.uint8)
    red[..., 0] = 255
    got = open_image(encoded(red, "PNG", icc_profile=wide_profile())).array[0, 0]
    assert got[1] > 200 and got[0] < 60, got


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright_and_is_kept(gradient: np.ndarray, tmp_path: Path, orientation: int) -> None:
    turn = {
        1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, 1), 7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]  # fmt: skip
    exif = Pil.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0xA405] = 24
    path = tmp_path / "turned.png"
    path.write_bytes(encoded(np.ascontiguousarray(turn(gradient)), "PNG", exif=exif))
    image = open_image(path)
    assert np.array_equal(image.array, gradient)
    assert image.focal_35mm == 24
    image.save(tmp_path / "again.jpg")
    kept = Pil.open(tmp_path / "again.jpg").getexif()
    assert kept[0x010F] == "Maker" and kept.get(0x0112, 1) == 1
    assert open_image(tmp_path / "again.jpg").size == (120, 80)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not a picture"),
        (png_header(20000, 20000), "megapixels"),
        (png_header(60000, 60000), "megapixels"),
        (png_header(200, 63), "at least 64"),
        (png_header(200, 200), "truncated or damaged"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "damaged|not a picture"),
    ],
)
def test_bad_files_are_named_and_explained(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "kitchen.jpg"
    path.write_bytes(data)
    with pytest.raises(sk.ImageError, match=f"kitchen.jpg.*({says})"):
        open_image(path)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_truncated(format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    whole = encoded(noise, format)
    with pytest.raises(sk.ImageError, match=r"cut\.x"):
        open_image(whole[: len(whole) // 2], name="cut.x")


def test_wrong_sources(tmp_path: Path) -> None:
    with pytest.raises(sk.ImageError, match="no such file"):
        open_image(tmp_path / "none.jpg")
    with pytest.raises(sk.ImageError, match="is a folder"):
        open_image(tmp_path)
    with pytest.raises(sk.ImageError, match="got int"):
        open_image(3)
    with pytest.raises(sk.ImageError, match="mode 'rb'"):
        open_image(io.StringIO("x"))
    with pytest.raises(sk.ImageError, match="shape"):
        open_image(np.zeros((80, 80, 2), np.uint8))
    with pytest.raises(sk.ImageError, match=r"0\.\.1"):
        open_image(np.full((80, 80), np.nan))
    with pytest.raises(sk.ImageError, match="int32"):
        open_image(np.zeros((80, 80), np.int32))
    frames = [Pil.fromarray(np.full((80, 80), v, np.uint8)) for v in (1, 200)]
    out = io.BytesIO()
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(sk.ImageError, match="animation of 2"):
        open_image(out.getvalue())


def test_pillows_global_settings_are_left_alone(gradient: np.ndarray) -> None:
    from PIL import ImageFile

    before = (Pil.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    open_image(encoded(gradient, "PNG"))
    assert before == (Pil.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_lossless_formats_keep_every_pixel(gradient: np.ndarray, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    sk.Image(gradient).save(path, quality=100)
    assert np.array_equal(open_image(path).array, gradient)


def test_saving_is_whole_or_not_at_all(gradient: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = sk.Image(gradient)
    with pytest.raises(sk.OutputError, match=r"unknown picture suffix '\.xyz'"):
        image.save(tmp_path / "a.xyz")
    with pytest.raises(sk.OutputError, match="does not exist"):
        image.save(tmp_path / "none" / "a.png")
    image.save(tmp_path / "a.png")
    kept = (tmp_path / "a.png").read_bytes()

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(sk.OutputError, match="No space left"):
        sk.Image(255 - gradient).save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == kept
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"], "no temporary file stays"


def test_the_same_picture_gives_the_same_bytes(gradient: np.ndarray) -> None:
    for format in ("PNG", "JPEG", "WEBP", "TIFF"):
        assert encode_image(sk.Image(gradient), format) == encode_image(sk.Image(gradient.copy()), format)
