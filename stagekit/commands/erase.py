"""``stagekit erase``: take things out of photos."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import backend, camera, each, inputs, save


def add(commands: Any) -> None:
    erase = commands.add_parser("erase", help="take furniture, or what a mask shows, out of photos")
    inputs(erase, "emptied picture, or a folder when there are several photos")
    camera(erase)
    erase.add_argument(
        "--what", default="furniture", help="furniture, clutter, sofa ...; several with commas (default: furniture)"
    )
    erase.add_argument(
        "--mask", type=Path, metavar="PICTURE", help="a picture of the photo's size, white where to erase"
    )
    erase.add_argument("--box", nargs=4, type=float, action="append", default=[], metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"),
                       help="what stands in this box, in pixels; may be repeated")  # fmt: skip
    erase.add_argument("--point", nargs=2, type=float, action="append", default=[], metavar=("X", "Y"),
                       help="the thing at this pixel; may be repeated")  # fmt: skip
    backend(erase, "erase")
    erase.add_argument("--before-after", action="store_true", help="also write NAME_before_after.jpg")
    erase.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    def work(photo: Path, out: Path) -> dict[str, Any]:
        import stagekit as sk

        scene = sk.erase(
            photo,
            what=args.what,
            mask=args.mask,
            boxes=args.box,
            points=args.point,
            backend=args.backend,
            focal_px=args.focal_px,
            camera_height_m=args.camera_height,
        )
        save(scene, out, args.before_after)
        assert scene.changed is not None
        seconds = sum(step.seconds for step in scene.record)
        warnings = [w for step in scene.record for w in step.warnings]
        gone = "what you marked" if args.mask or args.box or args.point else args.what
        says = f"{photo.name} -> {out}: {gone} erased ({scene.changed.fraction:.0%} of the pixels, {seconds:.1f} s)"
        return {
            "input": str(photo),
            "output": str(out),
            "size": list(scene.image.size),
            "changed_fraction": scene.changed.fraction,
            "warnings": warnings,
            "says": "\n  ".join([says, *warnings]),
        }

    return each(args, "erased", work)
