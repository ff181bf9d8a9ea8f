"""``stagekit bench``: measure, and report what was measured."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

SUITES = ("stages", "pipelines", "ablations", "batch", "cold", "quality")


def add(commands: Any) -> None:
    bench = commands.add_parser("bench", help="measure speed, memory and drift on this machine, and write the report")
    bench.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)} (default: all)")
    bench.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("benchmarks/results/bench"),
        help="folder of the results (default: %(default)s)",
    )
    bench.add_argument("--device", default="auto", help="auto, cpu or cuda, for the diffusion models (default: auto)")
    bench.add_argument(
        "--model", action="append", help="an architecture; may be repeated (default: those of the device)"
    )
    bench.add_argument("--runs", type=int, default=5, help="timed runs of each row (default: 5)")
    bench.add_argument("--warm-up", type=int, default=2, help="runs before them (default: 2)")
    bench.add_argument(
        "--size", type=int, default=1024, help="width of the photo for the embedded backends (default: 1024)"
    )
    bench.add_argument("--threads", type=int, help="processor threads (default: all)")
    bench.add_argument(
        "--only", action="append", default=[], metavar="ROW", help="rows of ablations and batch; may be repeated"
    )
    bench.add_argument("--report", action="store_true", help="measure nothing: write OUT/report.md from what is there")
    bench.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..bench.report import load, report
    from ..errors import OptionError

    unknown = sorted(set(args.suites) - set(SUITES))
    if unknown:
        raise OptionError(f"no suite {unknown[0]!r}; the suites are {', '.join(SUITES)}")
    for name, low in (("runs", 1), ("warm_up", 1), ("size", 160)):
        if getattr(args, name) < low:
            raise OptionError(f"--{name.replace('_', '-')} must be at least {low}, got {getattr(args, name)}")
    if not args.report:
        from ..bench.architecture import architecture
        from ..bench.suites import measure_suites
        from ..runtime.device import pick_device

        for model in args.model or ():
            architecture(model)
        measure_suites(
            args.suites or SUITES, args.out, device=pick_device(args.device), models=args.model or (), runs=args.runs,
            warm_up=args.warm_up, size=args.size, threads=args.threads, only=args.only, tell=_say,
        )  # fmt: skip
    page = args.out / "report.md"
    args.out.mkdir(parents=True, exist_ok=True)
    page.write_text(report(load(args.out)) + "\n", "utf-8")
    print(page)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
