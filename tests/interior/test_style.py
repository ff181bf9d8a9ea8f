"""Styles: what they say exists, belongs together, and is told apart from mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from stagekit.errors import OptionError
from stagekit.interior.family import MODULES, Family, family
from stagekit.interior.material import KINDS, hex_rgb, material
from stagekit.interior.style import ORDER, Outfit, allowed, parse, style, styles

SEEDS = range(6)


def families() -> list[Family]:
    return [family(name) for name in MODULES]


def outfits() -> Iterator[tuple[str, int, Outfit]]:
    for name in styles():
        for seed in SEEDS:
            yield name, seed, style(name).outfit(seed)


def everything(outfit: Outfit) -> dict[str, object]:
    return {n: outfit.dress(n, np.random.default_rng(1)) for n in MODULES}


def test_the_order_is_fixed_and_spelling_is_forgiven() -> None:
    assert styles() == list(ORDER)
    assert style("Mid-Century Modern") is style("mid_century_modern")
    assert style(style("japandi")) is style("japandi")


@pytest.mark.parametrize("name", ORDER)
def test_every_family_is_dressed_with_what_it_has(name: str) -> None:
    known = families()
    for seed in SEEDS:
        outfit = style(name).outfit(seed)
        for fam in known:
            for k in range(3):
                params, wear = outfit.dress(fam.name, np.random.default_rng(k))
                assert all(allowed(fam, key, v) for key, v in params.items()), (fam.name, params)
                assert set(wear) <= set(fam.slots), fam.name
                assert params or wear, f"{name} says nothing about {fam.name}"
            assert outfit.sizes(fam.name) and set(outfit.sizes(fam.name)) <= set(fam.sizes)


def specs() -> set[str]:
    """All that the styles may ask for, every colour checked and then made equal."""
    out = set()
    for name in styles():
        for seed in range(24):
            tones = style(name).outfit(seed).tones
            for looks in style(name).looks.values():
                for spec in (s.format_map(tones) for look in looks for options in look.wear.values() for s in options):
                    for text in re.findall(r"#\w*", spec):
                        hex_rgb(text)
                    out.add(re.sub(r"#\w{6}", "#808080", spec))
    return out


def test_colours_and_kinds_exist() -> None:
    assert len(specs()) > 60
    assert {s.partition(":")[0] for s in specs()} <= set(KINDS)


@pytest.mark.slow
def test_every_material_resolves() -> None:
    for spec in sorted(specs()):
        material(spec)


def test_a_seed_is_an_outfit() -> None:
    for name, seed, outfit in outfits():
        assert everything(outfit) == everything(style(name).outfit(seed))


@pytest.mark.parametrize("name", ORDER)
def test_seeds_differ_and_pairs_match(name: str) -> None:
    assert len({str(everything(style(name).outfit(s))) for s in SEEDS}) >= 5
    assert len({str(style(name).outfit(s).dress("sofa", np.random.default_rng(0))) for s in range(12)}) >= 3
    outfit = style(name).outfit(3)
    pair = [outfit.dress("dining_chair", np.random.default_rng(s)) for s in range(5)]
    assert all(p == pair[0] for p in pair)
    assert len({str(outfit.dress("throw_pillow", np.random.default_rng(s))) for s in range(12)}) > 1


def test_styles_are_told_apart() -> None:
    sofas = {str(style(n).outfit(s).dress("sofa", np.random.default_rng(0))) for n in styles() for s in SEEDS}
    assert len(sofas) > 2.5 * len(styles())


def test_wants_cover_every_family() -> None:
    for name in styles():
        wants = style(name).outfit(0).wants
        assert set(wants) == set(MODULES)
        assert all(0 <= v <= 2 for v in wants.values())


def test_unknown_names_are_refused_with_near_ones() -> None:
    with pytest.raises(OptionError, match=r"did you mean 'industrial'"):
        style("industral")
    with pytest.raises(OptionError, match="unknown furniture family"):
        style("modern").outfit(0).dress("hammock", np.random.default_rng(0))


PALETTE = '[[palette]]\nwood = "oak"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[sofa]\narms = "track"', "at least one"),
        (PALETTE + '[sofa]\narmz = "track"', r"odd\.toml: sofa: unknown 'armz'.*did you mean 'arms'"),
        (PALETTE + '[sofa]\narms = "wings"', r"odd\.toml: sofa\.arms: expected one of"),
        (PALETTE + '[hammock]\narms = "track"', r"odd\.toml: unknown 'hammock'"),
        (PALETTE + '[sofa]\nwear.legz = "wood:oak"', r"unknown 'wear\.legz'.*did you mean 'legs'"),
        (PALETTE + '[sofa]\nwear.legs = "wood:{timber}"', r"unknown '\{timber\}'; known: wood"),
        (PALETTE + '[sofa]\nsizes = "huge"', r"sofa\.sizes: unknown 'huge'"),
        (PALETTE + "[sofa]\narms = []", r"sofa\.arms: expected a value"),
        (PALETTE + "[wants]\nsofa = 3", r"wants\.sofa must be 0 to 2"),
        (PALETTE + "[wants]\nsofas = 1", r"unknown 'wants\.sofas'.*'sofa'"),
        (PALETTE + '[[palette]]\nmetal = "brass"', r"palette 2 must have the keys of the first"),
        (PALETTE + '[loveseat]\nlike = "couch"', r"loveseat\.like"),
        ("[[palette]", "not valid TOML"),
    ],
)
def test_files_with_mistakes_are_refused(text: str, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        parse("odd", text)


def test_like_takes_over_what_fits() -> None:
    sofa = '[sofa]\nlegs = "hairpin"\narms = "rolled"\nwear.legs = "wood:{wood}"\n'
    text = PALETTE + sofa + '[sectional]\nlike = "sofa"'
    params, wear = parse("odd", text).outfit(0).dress("sectional", np.random.default_rng(0))
    assert params == {"arms": "rolled"}  # sectionals have no hairpin legs
    assert wear == {"legs": "wood:oak"}
