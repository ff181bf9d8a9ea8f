"""Coverings by name, and the pieces that they are laid in."""

from __future__ import annotations

import numpy as np
import pytest

import stagekit as sk
from stagekit.surface.colour import ciede2000, lab
from stagekit.surface.finish import PATTERNS, covering, finish
from stagekit.surface.pieces import _LAY, _period, sheet
from stagekit.surface.wish import wishes


def test_every_listed_covering_exists() -> None:
    for name in sk.coverings():
        assert covering(name).name == name


@pytest.mark.parametrize(
    ("name", "pattern", "piece"),
    [
        ("oak", "planks", (2.2, 0.19)),
        ("oak_herringbone", "herringbone", (0.6, 0.10)),
        ("White Oak planks", "planks", (2.2, 0.19)),
        ("marble", "tiles", (0.6, 0.6)),
        ("#2f4f4f_subway", "running", (0.15, 0.075)),
        ("concrete", "plain", (3.0, 3.0)),
    ],
)
def test_usual_sizes(name: str, pattern: str, piece: tuple[float, float]) -> None:
    made = covering(name)
    assert (made.pattern, made.piece_m) == (pattern, piece)


@pytest.mark.parametrize("name", ["oak_tiles", "marble_planks", "oka_herringbone", "grey_carpett", "plaid_carpet"])
def test_unknown_covering_says_what_is_near(name: str) -> None:
    with pytest.raises(sk.OptionError, match=f"no covering '{name}'; did you mean"):
        covering(name)


def test_finish_is_a_paint_or_a_covering() -> None:
    assert isinstance(finish("SW 7029"), sk.Paint)
    assert isinstance(finish("slate_tiles"), sk.Covering)
    with pytest.raises(sk.OptionError, match=r"no covering 'oka_herringbone'.*oak_herringbone"):
        finish("oka_herringbone")
    with pytest.raises(sk.OptionError, match="expected a paint or a covering"):
        finish(7)


def test_impossible_pieces_are_refused() -> None:
    with pytest.raises(sk.OptionError, match="length, width"):
        sk.Covering("x", "wood:oak", "planks", (0.1, 0.2))
    with pytest.raises(sk.OptionError, match="joints"):
        sk.Covering("x", "wood:oak", "planks", (1.0, 0.1), joint_m=0.05)


@pytest.mark.parametrize("name", ["planks", "strips", "herringbone", "chevron", "tiles", "subway"])
def test_pieces_tile_the_plane_without_gaps(name: str) -> None:
    """Along the axes of every layer a piece is never longer or wider than it is, and the pattern closes over its period."""
    pattern, (length, width) = PATTERNS[name]
    c = sk.Covering(name, "wood:oak", pattern, (length, width))
    size = _period(c)
    n = 300
    u = (np.arange(n, dtype=np.float32) + 0.5)[None] * (size[0] / n)
    v = (np.arange(n, dtype=np.float32) + 0.5)[:, None] * (size[1] / n)
    table = np.zeros((4096, 4), np.float32)
    number, along, across, edge = _LAY[pattern](u, v, length, width, size, table)
    assert along.min() >= -1e-3 and along.max() <= max(length, length) + 1e-3
    assert across.min() >= -1e-3 and across.max() <= width + 1e-3
    assert edge.min() >= -1e-3 and edge.max() <= width / 2 + 1e-3
    again = _LAY[pattern](u + np.float32(size[0]), v + np.float32(size[1]), length, width, size, table)
    far = (edge > 2e-3) & (again[3] > 2e-3)
    assert np.abs(across - again[2])[far].max() < 2e-3
    assert len(np.unique(number)) > 5


def test_sheet_repeats_and_has_true_size() -> None:
    flat = sheet(covering("porcelain_tiles"))
    assert flat.size_m == pytest.approx((3.6, 3.6))
    joints = flat.albedo[..., 1].astype(float).mean(0)
    dark = np.flatnonzero(joints < np.median(joints) - 4) * flat.texel_m[0] % 0.6
    assert len(dark) and np.minimum(dark, 0.6 - dark).max() < 0.012  # joints every 600 mm and nowhere else
    assert np.array_equal(flat.albedo, sheet.__wrapped__(covering("porcelain_tiles")).albedo)


def test_carpet_has_the_colour_asked_for() -> None:
    flat = sheet(covering("#4c6b57_carpet"))
    mean = flat.albedo.reshape(-1, 3).mean(0).round().astype(np.uint8)
    assert ciede2000(lab(mean), lab(np.array([0x4C, 0x6B, 0x57], np.uint8))) < 5


def test_wishes_are_checked_at_once() -> None:
    made = wishes({"walls": "SW 7029", "floor": "oak_planks", "sofa": None}, None, None, 45)
    assert [w.surface for w in made] == ["walls", "floor"] and made[1].angle_deg == 45
    mask = sk.Mask(np.ones((4, 4), bool))
    for surfaces, m, f, text in (
        ({}, None, None, "nothing to change"),
        ({"wal": "SW 7029"}, None, None, "no surface 'wal'; did you mean 'wall"),
        ({"floor[1]": "oak"}, None, None, "only walls are numbered"),
        ({"sofa": "oak_planks"}, None, None, "sofa takes a paint"),
        ({}, mask, None, "mask and finish together"),
        ({}, None, "SW 7029", "mask and finish together"),
    ):
        with pytest.raises(sk.OptionError, match=text):
            wishes(surfaces, m, f, 0)
    with pytest.raises(sk.OptionError, match="angle"):
        wishes({"floor": "oak"}, None, None, float("nan"))
