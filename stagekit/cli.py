"""The command ``stagekit``: stage, layout, doctor. Parsing and printing only; the work is the library's."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import InputError, OptionError, OutputError, StagekitError

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".bmp")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, 1 when a photo failed, 2 for wrong usage, 130 when interrupted."""
    args = _parser().parse_args(arguments)
    try:
        return args.run(args)
    except StagekitError as error:
        print(f"stagekit: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stagekit: interrupted; finished pictures are kept", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = argparse.ArgumentParser(prog="stagekit", description="Turn a photo of a room into the picture you want.")
    parser.add_argument("--version", action="version", version=f"stagekit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    stage = commands.add_parser("stage", help="furnish photos of empty rooms")
    _inputs(stage, "staged picture, or a folder when there are several photos")
    stage.add_argument("--style", default="modern", help="a furnishing style (default: modern; see stagekit doctor)")
    stage.add_argument("--room", help="living_room, bedroom, dining_room or office (default: by the room's size)")
    stage.add_argument("--seed", type=int, default=0, help="another number, another arrangement (default: 0)")
    stage.add_argument("--before-after", action="store_true", help="also write NAME_before_after.jpg")
    stage.set_defaults(run=_stage)

    layout = commands.add_parser("layout", help="measure the room: overlay picture and JSON")
    _inputs(layout, "overlay picture, or a folder when there are several photos; the JSON goes beside it")
    layout.set_defaults(run=_layout)

    doctor = commands.add_parser("doctor", help="what works on this machine, and what to install")
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    doctor.set_defaults(run=_doctor)
    return parser


def _inputs(parser: argparse.ArgumentParser, out: str) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="IN", help="photos, or folders of photos")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help=out)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on standard output")
    parser.add_argument("--focal-px", type=float, help="the lens's focal length in pixels of the photo, if you know it")
    parser.add_argument("--camera-height", type=float, metavar="METRES", help="the camera's height over the floor")


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


def _each(args: argparse.Namespace, tag: str, work: Any) -> int:
    photos = find_photos(args.photos)
    outs = targets(photos, args.out, tag, any(p.is_dir() for p in args.photos))
    reports, failed = [], 0
    for photo, out in zip(photos, outs, strict=True):
        try:
            reports.append(work(photo, out))
            if not args.json:
                print(reports[-1]["says"])
        except OptionError:
            raise  # wrong for every photo
        except StagekitError as error:
            failed += 1
            reports.append({"input": str(photo), "error": str(error)})
            print(f"stagekit: {error}", file=sys.stderr)
    if args.json:
        print(json.dumps(reports, indent=2))
    return 1 if failed else 0


def _stage(args: argparse.Namespace) -> int:
    from .report import stage_report

    def work(photo: Path, out: Path) -> dict[str, Any]:
        import stagekit as sk

        scene = sk.stage(
            photo,
            style=args.style,
            room=args.room,
            seed=args.seed,
            focal_px=args.focal_px,
            camera_height_m=args.camera_height,
        )
        scene.save(out)
        if args.before_after:
            from .display import before_after

            pair = before_after(scene.photo.array, scene.image.array)
            sk.Image(pair, name=out.name).save(out.with_name(f"{out.stem}_before_after.jpg"))
        return stage_report(scene, photo, out)

    return _each(args, "staged", work)


def _layout(args: argparse.Namespace) -> int:
    from .report import layout_data

    def work(photo: Path, out: Path) -> dict[str, Any]:
        import stagekit as sk

        known = {"focal_px": args.focal_px, "camera_height_m": args.camera_height}
        options = {k: v for k, v in known.items() if v is not None}
        scene = sk.Pipeline(sk.Segment(), sk.EstimateLayout(**options))(photo)
        assert scene.layout is not None
        sk.Image(scene.layout.floor_grid(scene.photo), name=out.name).save(out)
        data = layout_data(scene.layout)
        out.with_suffix(".json").write_text(json.dumps(data, indent=2) + "\n")
        camera = data["camera"]
        says = (
            f"{photo.name} -> {out}: focal {camera['focal_px']:.0f} px, pitch {camera['pitch_deg']:.1f} deg, "
            f"camera {camera['height_m']:.2f} m high, confidence {data['confidence']:.2f}"
        )
        return {"input": str(photo), "output": str(out), "layout": data, "says": says}

    return _each(args, "layout", work)


def _doctor(args: argparse.Namespace) -> int:
    from .doctor import examine

    rows = examine()
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            mark = {True: "ok  ", False: "FAIL", None: "--  "}[row["works"]]
            print(f"{mark} {row['what']:<22} {row['detail']}")
    return 1 if any(row["works"] is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
