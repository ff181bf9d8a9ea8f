"""The paints: by code, by name, by colour, and what is said of those that do not exist."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import stagekit as sk
from stagekit.surface.catalogue import catalogue
from stagekit.surface.colour import ciede2000, lab


def test_codes_are_unique_in_a_brand() -> None:
    count = Counter((p.brand, p.code.casefold()) for p in catalogue().paints)
    assert len(count) > 26_000 and max(count.values()) == 1
    assert len(sk.paint_brands()) == 15


@pytest.mark.parametrize("text", ["SW 7029", "sw7029", "SW-7029", "Sherwin-Williams SW 7029", "Agreeable Gray"])
def test_ways_to_write_one_paint(text: str) -> None:
    found = sk.paint(text)
    assert (found.brand, found.code, found.hex, found.doubtful) == ("Sherwin-Williams", "SW 7029", "#D1CBC1", False)


def test_hex_and_paint_go_through() -> None:
    paint = sk.paint("#2f4f4f")
    assert paint.rgb == (0x2F, 0x4F, 0x4F) and sk.paint(paint) is paint
    assert paint.albedo == pytest.approx([0.0284, 0.0782, 0.0782], abs=2e-4)
    assert paint.preview().shape == (64, 128, 3)


def test_brand_resolves_a_shared_code() -> None:
    with pytest.raises(sk.OptionError, match=r"'100' names 2 paints: .*Benjamin Moore 100.*Hallman Lindsay 100.*brand"):
        sk.paint("100")
    assert sk.paint("Benjamin Moore 100").brand == "Benjamin Moore"
    assert sk.paint("BM 100") == sk.paint("Benjamin Moore 100")
    assert sk.paint("RAL 9010") == sk.paint("RAL9010")


def test_contradictory_and_guessed_sources_are_doubtful() -> None:
    assert sk.paint("Behr 250F-4").doubtful  # listed with two colours
    assert all(p.doubtful for p in sk.search_paints("", brand="Resene", count=50))


@pytest.mark.parametrize(("text", "near"), [("SW 70299", "SW 7029"), ("Agreeable Grey", "Agreeable Gray")])
def test_unknown_paint_names_the_nearest(text: str, near: str) -> None:
    with pytest.raises(sk.OptionError, match=f"no paint '{text}'.*{near}"):
        sk.paint(text)


@pytest.mark.parametrize("text", ["", "  ", "#12345", "#xyzxyz", None, 3])
def test_what_is_no_paint(text: object) -> None:
    with pytest.raises(sk.OptionError):
        sk.paint(text)  # type: ignore[arg-type]


def test_search_and_brand() -> None:
    found = sk.search_paints("navy", brand="behr", count=5)
    assert len(found) == 5 and all(p.brand == "Behr" and "navy" in p.name.lower() for p in found)
    with pytest.raises(sk.OptionError, match="no paint brand 'Ber'"):
        sk.search_paints("navy", brand="Ber")


def test_nearest_is_the_least_difference() -> None:
    paints = catalogue().paints
    wanted = lab(np.array((47, 79, 79), np.uint8))
    every = ciede2000(wanted, lab(np.array([p.rgb for p in paints], np.uint8)))
    found = sk.nearest_paints("#2F4F4F", count=4)
    assert [d for _, d in found] == sorted(d for _, d in found)
    assert found[0][1] == pytest.approx(every.min()) and every[paints.index(found[0][0])] == every.min()
    assert sk.nearest_paints(sk.paint("SW 7029"), brand="Sherwin-Williams", count=1)[0][0].code == "SW 7029"
