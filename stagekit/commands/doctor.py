"""``stagekit doctor``: what works here."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add(commands: Any) -> None:
    doctor = commands.add_parser("doctor", help="what works on this machine, and what to install")
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    doctor.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..doctor import examine

    rows = examine()
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            mark = {True: "ok  ", False: "FAIL", None: "--  "}[row["works"]]
            print(f"{mark} {row['what']:<22} {row['detail']}")
    return 1 if any(row["works"] is False for row in rows) else 0
