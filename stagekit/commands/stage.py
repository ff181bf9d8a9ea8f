"""``stagekit stage``: furnish photos."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import backend, camera, each, inputs, save

STYLES = (
    "modern", "scandinavian", "farmhouse", "industrial", "mid_century_modern", "japandi", "coastal", "traditional",
)  # fmt: skip
"""For the help alone: ``stagekit.styles()`` decides."""


def add(commands: Any) -> None:
    stage = commands.add_parser("stage", help="furnish photos of empty rooms")
    inputs(stage, "staged picture, or a folder when there are several photos")
    camera(stage)
    stage.add_argument("--style", default="modern", help=f"{', '.join(STYLES)} (default: modern)")
    stage.add_argument("--room", help="living_room, bedroom, dining_room or office (default: by the room's size)")
    stage.add_argument("--seed", type=int, default=0, help="another number, another arrangement (default: 0)")
    backend(stage, "furnish")
    stage.add_argument("--before-after", action="store_true", help="also write NAME_before_after.jpg")
    stage.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..report import stage_report

    def work(photo: Path, out: Path) -> dict[str, Any]:
        import stagekit as sk

        scene = sk.stage(
            photo,
            style=args.style,
            room=args.room,
            seed=args.seed,
            backend=args.backend,
            focal_px=args.focal_px,
            camera_height_m=args.camera_height,
        )
        save(scene, out, args.before_after)
        return stage_report(scene, photo, out)

    return each(args, "staged", work)
