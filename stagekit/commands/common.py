"""What the commands share: photos in, pictures out, one report each."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError, MissingPackageError, OptionError, OutputError, StagekitError, UnknownBackendError

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".bmp")

WRONG_FOR_ALL = (OptionError, UnknownBackendError, MissingPackageError)
"""Errors that no other photo would mend."""


def inputs(parser: argparse.ArgumentParser, out: str) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="IN", help="photos, or folders of photos")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help=out)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on standard output")


def camera(parser: argparse.ArgumentParser) -> None:
    """The options with which a caller tells what is known of the camera."""
    parser.add_argument(
        "--focal-px", type=float, metavar="PIXELS", help="the lens's focal length (default: as the photo shows)"
    )
    parser.add_argument(
        "--camera-height",
        type=float,
        metavar="METRES",
        help="height over the floor (default: as doors and ceiling tell, else 1.4)",
    )


def backend(parser: argparse.ArgumentParser, task: str) -> None:
    """The option that names another backend of the task than the embedded one."""
    from .. import registry

    first, *others = registry.table()[task]
    parser.add_argument("--backend", metavar="NAME", help=f"{first} (default), {', '.join(others)}")


def save(scene: Any, out: Path, pair: bool) -> None:
    """Write the scene's picture and, for ``pair``, NAME_before_after.jpg beside it."""
    scene.save(out)
    if pair:
        from ..display import before_after
        from ..types import Image

        both = before_after(scene.photo.array, scene.image.array)
        Image(both, name=out.name).save(out.with_name(f"{out.stem}_before_after.jpg"))


def find_photos(inputs: Sequence[Path]) -> list[Path]:
    """The photos that are meant: files as given, folders' pictures in order of name. Raises InputError."""
    found: list[Path] = []
    for path in inputs:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in PHOTOS)
            if not inside:
                raise InputError(f"{path}: no photo in this folder; expected {', '.join(PHOTOS)}")
            found += inside
        else:
            found.append(path)
    return found


def targets(photos: Sequence[Path], out: Path, tag: str, folder_given: bool) -> list[Path]:
    """Where each photo's result goes: ``out`` itself for one photo and a picture's name, else a file in ``out``."""
    if out.suffix.lower() in PHOTOS:
        if len(photos) > 1 or folder_given:
            raise OutputError(f"{out} is one picture, but there may be several photos; give a folder with -o")
        return [out]
    out.mkdir(parents=True, exist_ok=True)
    names = [f"{p.stem}_{tag}{'.jpg' if p.suffix.lower() in ('.heic', '.heif', '.bmp') else p.suffix}" for p in photos]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise OutputError(f"two photos would be written to {out / twice[0]}; rename one, or run them apart")
    return [out / n for n in names]


def each(args: argparse.Namespace, tag: str, work: Any) -> int:
    photos = find_photos(args.photos)
    outs = targets(photos, args.out, tag, any(p.is_dir() for p in args.photos))
    reports, failed = [], 0
    for photo, out in zip(photos, outs, strict=True):
        try:
            reports.append(work(photo, out))
            if not args.json:
                say(reports[-1]["says"])
        except WRONG_FOR_ALL:
            raise
        except StagekitError as error:
            failed += 1
            reports.append({"input": str(photo), "error": str(error)})
            print(f"stagekit: {error}", file=sys.stderr)
    if args.json:
        say(json.dumps(reports, indent=2))
    return 1 if failed else 0


def say(text: str) -> None:
    """Print a line; when whoever read the output has left (``| head``), go on without: the pictures are still wanted."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
