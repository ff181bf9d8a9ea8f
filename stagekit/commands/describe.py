"""``stagekit describe``: rooms in facts and words."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..errors import StagekitError
from .common import WRONG_FOR_ALL, backend, find_photos


def add(commands: Any) -> None:
    describe = commands.add_parser("describe", help="tell what a photo shows: facts, caption, listing text")
    describe.add_argument("photos", nargs="+", type=Path, metavar="IN", help="photos, or folders of photos")
    describe.add_argument("--language", default="en", help="en, de, es or fr (default: en)")
    describe.add_argument("--tone", default="neutral", help="neutral, warm or luxury (default: neutral)")
    describe.add_argument("--room", help="the kind of room, if you know it: bedroom, kitchen ...")
    backend(describe, "describe")
    describe.add_argument("--seed", type=int, default=0, help="another number, other words (default: 0)")
    describe.add_argument("--json", action="store_true", help="print facts and text as JSON")
    describe.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import stagekit as sk

    reports, failed = [], 0
    for photo in find_photos(args.photos):
        try:
            scene = sk.describe(
                photo, tone=args.tone, language=args.language, room=args.room, seed=args.seed, backend=args.backend
            )
            found = scene.description
            assert found is not None
            reports.append({"input": str(photo), **found.data()})
            if not args.json:
                bullets = "".join(f"\n  - {b}" for b in found.bullets)
                print(f"{photo.name}: {found.caption}\n  {found.full}{bullets}\n  [{', '.join(found.keywords)}]")
        except WRONG_FOR_ALL:
            raise
        except StagekitError as error:
            failed += 1
            reports.append({"input": str(photo), "error": str(error)})
            print(f"stagekit: {error}", file=sys.stderr)
    if args.json:
        print(json.dumps(reports, indent=2, ensure_ascii=False))
    return 1 if failed else 0
