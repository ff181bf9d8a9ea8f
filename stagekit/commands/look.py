"""``stagekit look``: everything that is seen in a photo, on one sheet."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import camera, each, inputs


def add(commands: Any) -> None:
    look = commands.add_parser("look", help="show what is seen in a photo: segments, layout, depth, lines, facts")
    inputs(look, "the sheet, or a folder when there are several photos")
    camera(look)
    look.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..sheet import sheet

    def work(photo: Path, out: Path) -> dict[str, Any]:
        import stagekit as sk

        known = {"focal_px": args.focal_px, "camera_height_m": args.camera_height}
        scene = sk.look(photo, **{k: v for k, v in known.items() if v is not None})
        sk.Image(sheet(scene), name=out.name).save(out)
        assert scene.description is not None
        return {
            "input": str(photo),
            "output": str(out),
            **scene.description.data(),
            "says": f"{photo.name} -> {out}: {scene.description.caption}",
        }

    return each(args, "look", work)
