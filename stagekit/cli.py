"""The command ``stagekit``. Parsing and printing only; the work is the library's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from .commands import NAMES
from .errors import StagekitError


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
    for name in NAMES:
        import_module(f".commands.{name}", __package__).add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
