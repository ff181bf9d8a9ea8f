"""Openings that things hide in part: how far they go on behind a lamp, a cabinet, a sofa."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..types import Opening

Array = Any

CELL_M = 0.04
"""Side of the cells in which a wall is looked at."""
MOST, GLIMPSED = 0.5, 0.12
"""Share of the seen cells of a row or column that must be opening for it to go on there, and share of all its cells that
must be seen to tell."""
BELOW_M = 0.15
"""What is looked at under a window to tell whether a thing hides its foot."""
ONE_HEIGHT_M = 0.35
"""Windows whose tops differ by less are of one height."""


def between(mask: Array, hidden: Array) -> Array:
    """Cells ``hidden`` by things that lie in their row between two cells of ``mask``: one window goes on behind a lamp."""
    at = np.arange(mask.shape[1])
    before = np.maximum.accumulate(np.where(hidden, -1, at), axis=1)
    after = np.minimum.accumulate(np.where(hidden, len(at), at)[:, ::-1], axis=1)[:, ::-1]
    row = np.arange(mask.shape[0])[:, None]
    inside = (before >= 0) & (after < len(at))
    return hidden & inside & mask[row, before.clip(0)] & mask[row, after.clip(None, len(at) - 1)]


def behind_things(
    rectangle: tuple[float, float, float, float], one: Array, shown: Array, along: Array, up: Array
) -> tuple[float, float, float, float]:
    """The rectangle grown over cells that things hide: as far as the rest of its rows and columns shows it to go on."""
    left, right, bottom, top = rectangle
    for _ in range(2):
        columns, rows = (along > left) & (along < right), (up > bottom) & (up < top)
        row = _goes_on(one[:, columns].sum(1), shown[:, columns].sum(1), int(columns.sum()), rows)
        column = _goes_on(one[rows].sum(0), shown[rows].sum(0), int(rows.sum()), columns)
        half = CELL_M / 2
        bottom, top = up[row[0]] - half, up[row[1]] + half
        left, right = along[column[0]] - half, along[column[1]] + half
    return left, right, bottom, top


def _goes_on(opening: Array, shown: Array, all_cells: int, inside: Array) -> tuple[int, int]:
    """First and last index: those ``inside``, and on from there what is mostly opening where enough is shown."""
    first, last = (int(i) for i in np.nonzero(inside)[0][[0, -1]])
    told = (shown >= GLIMPSED * all_cells) & (shown < 0.95 * all_cells) & (opening > MOST * shown)
    while first > 0 and told[first - 1]:
        first -= 1
    while last + 1 < len(told) and told[last + 1]:
        last += 1
    return first, last


def hidden_below(opening: Opening, seen: Array, hidden: Array, along: Array, up: Array) -> bool:
    """Whether things hide most of the wall right under the opening, so that its foot may not be its own."""
    columns = (along > opening.left_m) & (along < opening.right_m)
    below = (up < opening.bottom_m) & (up > opening.bottom_m - BELOW_M)
    cells = np.ix_(below, columns)
    return bool((hidden & seen)[cells].sum() > MOST * max(int(seen[cells].sum()), 1))


def level_sills(found: list[tuple[Opening, bool]]) -> tuple[Opening, ...]:
    """Windows of one room have their sills at one height: those whose foot things hide (True) take it from the others."""
    windows = [(o, hidden) for o, hidden in found if o.kind == "window"]
    tell = [o for o, hidden in windows if not hidden] or [o for o, _ in windows]
    out = []
    for opening, hidden in found:
        sills = [o.bottom_m for o in tell if o is not opening and abs(o.top_m - opening.top_m) < ONE_HEIGHT_M]
        if opening.kind == "window" and hidden and sills:
            nearest = min(sills, key=lambda b: abs(b - opening.bottom_m))
            opening = replace(opening, bottom_m=min(opening.bottom_m, nearest))
        out.append(opening)
    return tuple(out)
