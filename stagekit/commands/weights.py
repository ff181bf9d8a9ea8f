"""``stagekit weights``: which models are known, which are here, fetch and check them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..errors import WeightsError


def add(commands: Any) -> None:
    weights = commands.add_parser("weights", help="list, download and check the weights of models")
    actions = weights.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="every model: size, licence, whether it is here")
    listed.add_argument("--json", action="store_true", help="print the list as JSON")
    pull = actions.add_parser("pull", help="download models into the user's cache")
    pull.add_argument("names", nargs="+", metavar="NAME")
    pull.add_argument("--to", type=Path, metavar="FOLDER", help="into FOLDER/NAME instead of the cache")
    pull.add_argument("--revision", help="a commit or branch of the repository other than the catalogue's")
    pull.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="NAME",
        help="a model not free for commercial use that you may use",
    )
    verify = actions.add_parser("verify", help="hash the files that are here and compare")
    verify.add_argument("names", nargs="*", metavar="NAME", help="default: every model that is here")
    path = actions.add_parser("path", help="print where a model lies")
    path.add_argument("names", nargs=1, metavar="NAME")
    convert = actions.add_parser("convert", help="pickled weights to safetensors, checked and read as tensors alone")
    convert.add_argument("file", type=Path, metavar="FILE", help="pytorch_model.bin, .pt, .pth or .ckpt")
    convert.add_argument("out", type=Path, metavar="OUT", help="OUT.safetensors, or the model's folder")
    convert.add_argument("--sha256", required=True, help="the file's checksum, from where it is published")
    weights.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    actions = {"list": _list, "pull": _pull, "verify": _verify, "path": _path, "convert": _convert}
    return actions[args.action](args)


def _where(name: str) -> Path | None:
    """The file or folder of a model, or None."""
    from ..assets.store import find, find_folder, spec

    if not spec(name).single:
        return find_folder(name)
    try:
        return find(name)
    except WeightsError:
        return None


def _list(args: argparse.Namespace) -> int:
    from ..assets.spec import catalog

    rows: list[dict[str, Any]] = []
    for entry in catalog().values():
        place = _where(entry.name)
        rows.append(
            {
                "name": entry.name,
                "task": entry.task,
                "bytes": entry.bytes,
                "licence": entry.licence,
                "commercial": entry.commercial,
                "source": entry.repo or entry.source,
                "revision": entry.revision if entry.repo else "",
                "path": None if place is None else str(place),
            }
        )
    if args.json:
        print(json.dumps(rows, indent=2))
        return 0
    width = max(len(r["name"]) for r in rows)
    for row in rows:
        here = "here" if row["path"] else "-   "
        size = f"{row['bytes'] / 1e6:6.0f} MB" if row["bytes"] else "     ? MB"
        free = {True: "", False: "  (not free for commercial use)", None: "  (licence not checked)"}[row["commercial"]]
        print(f"{here}  {row['name']:<{width}}  {size}  {row['licence']}{free}")
    return 0


def _pull(args: argparse.Namespace) -> int:
    from ..assets.store import pull, spec

    for name in args.names:
        spec(name)  # a wrong name is told before anything is fetched
    for name in args.names:
        with _Bar(name) as bar:
            place = pull(name, to=args.to, revision=args.revision, allowed=args.allow, progress=bar.update)
        print(place)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from ..assets.integrity import check_folder
    from ..assets.store import catalog, spec, verified

    wrong = False
    for name in args.names or [n for n in catalog() if _where(n) is not None]:
        place = _where(name)
        try:
            if place is None:
                raise WeightsError(f"not on this machine; run: stagekit weights pull {name}")
            if spec(name).single:
                verified(name)
                state = "right"
            else:
                count = len(check_folder(place, spec(name), every=True))
                state = f"right, {count} files" if count else "here, no checksum is known"
            print(f"ok    {name}: {state}, {place}")
        except WeightsError as error:
            wrong = True
            print(f"WRONG {name}: {error}", file=sys.stderr)
    return 1 if wrong else 0


def _path(args: argparse.Namespace) -> int:
    place = _where(args.names[0])
    if place is None:
        raise WeightsError(
            f"the weights of {args.names[0]} are not on this machine; run: stagekit weights pull {args.names[0]}"
        )
    print(place)
    return 0


def _convert(args: argparse.Namespace) -> int:
    from ..assets.convert import convert

    print(f"{convert(args.file, args.out, sha256=args.sha256)} tensors written")
    return 0


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def update(self, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total or None, desc=self.name, unit="B", unit_scale=True, disable=None)
        self._bar.update(done - self._bar.n)

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.close()
