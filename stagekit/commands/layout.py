"""``stagekit layout``: measure rooms."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .common import camera, each, inputs


def add(commands: Any) -> None:
    layout = commands.add_parser("layout", help="measure the room: overlay picture and JSON")
    inputs(layout, "overlay picture, or a folder when there are several photos; the JSON goes beside it")
    camera(layout)
    layout.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..report import layout_data

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

    return each(args, "layout", work)
