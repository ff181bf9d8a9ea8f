"""Prompts from style data and placements."""

from __future__ import annotations

import pytest

from stagekit.diffusion.prompt import describe, negative_prompt, scene_prompt, tone
from stagekit.errors import OptionError
from stagekit.interior.style import parse, style, styles
from stagekit.types import Brief, Placement

SOFA = Placement("sofa", (2.2, 0.8, 0.95), (0, 0, -2), materials={"fabric": "linen:#d2c8b7", "legs": "wood:oak"})
LAMP = Placement("table_lamp", (0.3, 0.5, 0.3), (0, 0.5, -2))
TABLE = Placement("coffee_table", (1.2, 0.4, 0.7), (0, 0, -1.5), materials={"top": "wood:white_oak"})


def test_pieces_in_words():
    assert describe(SOFA) == "beige linen sofa"
    assert describe(TABLE) == "white oak coffee table"
    assert describe(LAMP) == "table lamp"
    assert [tone(c) for c in ("#ffffff", "#101012", "#8a8c8c", "#2c3a55")] == ["white", "black", "grey", "navy"]


def test_the_prompt_names_style_room_and_the_largest_first():
    text = scene_prompt(Brief(style="japandi", room="living_room", prompt="with a cat"), [LAMP, TABLE, SOFA])
    assert text.startswith("with a cat, interior photograph of a Japandi living room, beige linen sofa, white oak")
    assert text.index("coffee table") < text.index("table lamp")
    assert style("japandi").prompt["words"] in text
    assert scene_prompt(Brief(), [Placement("bed", (1.6, 0.5, 2.0), (0, 0, -2))]).count("bedroom") == 1


def test_the_palette_is_named():
    text = scene_prompt(Brief(palette=("#9aa38a", "ivory", "#9AA38B")), [SOFA])
    assert ", in sage green and ivory, " in text


def test_negative_prompts():
    text = negative_prompt(Brief(style="coastal"), "plants")
    assert text.startswith("plants, ") and style("coastal").prompt["avoid"] in text and "extra windows" in text


@pytest.mark.parametrize("name", styles())
def test_every_style_has_words(name):
    """Short enough for CLIP's 77 tokens beside the pieces."""
    prompt = style(name).prompt
    assert 5 <= len(prompt["words"].split()) <= 18 and 2 <= len(prompt["avoid"].split()) <= 12


def test_unknown_keys_of_a_prompt_are_told():
    palette = '[[palette]]\nwood = "oak"\n'
    assert parse("plain", palette).prompt == {"words": "", "avoid": ""}
    with pytest.raises(OptionError, match=r"\[prompt\] takes words and avoid"):
        parse("odd", palette + '[prompt]\nsay = "x"\n')
