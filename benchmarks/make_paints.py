"""Makes stagekit/assets/paints.tsv.xz: paint names, codes and colours, which are facts, of fifteen makers.

    python benchmarks/make_paints.py

Reads paint/paints.csv (brand, code, name, hex, source, licence) of the shared folder. A code that a maker gives twice is
kept once, as first listed, and marked doubtful if the colours differ; so is every paint whose maker the source only
guesses (a name with "(?)") or whose source states no licence.
"""

from __future__ import annotations

import csv
import lzma
from pathlib import Path

from common import ROOT, shared

OUT = ROOT / "stagekit" / "assets" / "paints.tsv.xz"
NOTE = (
    "# Names and codes are trademarks of their makers, who have no part in this project. Colours approximate the "
    "dry paint."
)


def rows(path: Path) -> list[tuple[str, str, str, str, str]]:
    """(brand, code, name, RRGGBB, "?" or "") in order of brand, then as listed."""
    kept: dict[tuple[str, str], list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            brand = row["brand"].replace("(?)", "").strip()
            doubt = brand != row["brand"].strip() or row["licence"].strip().lower() == "none stated"
            code, name = " ".join(row["code"].split()), " ".join(row["name"].split())
            value = row["hex"].lstrip("#").upper()
            key = brand, code.casefold()
            if key not in kept:
                kept[key] = [brand, code, name, value, "?" if doubt else ""]
            elif kept[key][3] != value:
                kept[key][4] = "?"
    found = [(b, c, n, v, d) for b, c, n, v, d in kept.values()]
    return sorted(found, key=lambda r: r[0])


def main() -> None:
    found = rows(shared() / "paint" / "paints.csv")
    text = "\n".join([NOTE, *("\t".join(r) for r in found)]) + "\n"
    OUT.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    doubtful = sum(r[4] == "?" for r in found)
    print(f"{OUT.name}: {len(found)} paints of {len({r[0] for r in found})} brands, {doubtful} doubtful, "
          f"{OUT.stat().st_size / 1000:.0f} kB")  # fmt: skip


if __name__ == "__main__":
    main()
