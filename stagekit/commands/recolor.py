"""``stagekit recolor``: other paint and floors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import backend, camera, each, inputs, save

SURFACES = {
    "wall": "SW 7029", "floor": "oak_herringbone", "ceiling": "RAL 9010", "trim": "#f4f2ee", "doors": "Hale Navy",
    "cabinets": "#2F4F4F", "countertop": "calacatta_slab", "backsplash": "white_subway", "curtains": "#b9c4b0",
    "sofa": "#46594f", "bedding": "#e8e2d6",
}  # fmt: skip
"""Options of the command, each with an example for its help."""
FINISHES = (
    "FINISH: a paint by code, name or #rrggbb; or a covering: a wood (oak, walnut, ash, maple ...) with _planks, "
    "_strips, _herringbone or _chevron; a stone (marble, calacatta, travertine, slate, concrete ...) with _tiles, "
    "_large_tiles, _brick or _slab; a colour (white, sand, grey, navy ...) with _carpet, _tiles, _subway or _small_tiles; "
    "sisal. stagekit.coverings() lists all of them, stagekit.search_paints('hale') finds paints."
)


def add(commands: Any) -> None:
    recolor = commands.add_parser("recolor", help="repaint walls, lay floors, change cabinets", epilog=FINISHES)
    inputs(recolor, "changed picture, or a folder when there are several photos")
    camera(recolor)
    for name, example in SURFACES.items():
        recolor.add_argument(f"--{name}", metavar="FINISH", help=f"such as {example!r}")
    recolor.add_argument("--on", nargs=2, action="append", default=[], metavar=("SURFACE", "FINISH"),
                         help="any surface by name, such as --on 'wall[1]' 'Hale Navy'")  # fmt: skip
    recolor.add_argument(
        "--mask", type=Path, metavar="PICTURE", help="another surface white, as large as the photo; see --finish"
    )
    recolor.add_argument("--finish", help="paint or covering of the mask's pixels")
    recolor.add_argument(
        "--angle", type=float, default=0.0, help="degrees by which planks or tiles are turned (default: 0)"
    )
    recolor.add_argument("--seed", type=int, default=0, help="another number, other planks (default: 0)")
    backend(recolor, "material")
    recolor.add_argument("--before-after", action="store_true", help="also write NAME_before_after.jpg")
    recolor.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    surfaces = {n: getattr(args, n) for n in SURFACES if getattr(args, n) is not None} | dict(args.on)

    def work(photo: Path, out: Path) -> dict[str, Any]:
        import stagekit as sk

        mask = None
        if args.mask is not None:
            mask = sk.Mask(sk.open_image(args.mask).array.max(axis=2) > 127)
        scene = sk.recolor(
            photo,
            surfaces,
            mask=mask,
            finish=args.finish,
            angle=args.angle,
            seed=args.seed,
            backend=args.backend,
            focal_px=args.focal_px,
            camera_height_m=args.camera_height,
        )
        save(scene, out, args.before_after)
        assert scene.changed is not None
        wears = {**surfaces, **({"mask": args.finish} if mask is not None else {})}
        says = f"{photo.name} -> {out}: {', '.join(f'{k} {v}' for k, v in wears.items())}, "
        says += f"{100 * scene.changed.fraction:.0f} % of the picture"
        return {
            "input": str(photo),
            "output": str(out),
            "surfaces": wears,
            "changed": round(scene.changed.fraction, 4),
            "warnings": [w for step in scene.record for w in step.warnings],
            "says": says,
        }

    return each(args, "recolored", work)
