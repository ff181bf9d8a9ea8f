"""What a captioning model claims, against the facts."""

from __future__ import annotations

import pytest

from stagekit.listing.claims import check_claims, sentences
from stagekit.types import Fact

FACTS = {
    f.name: f
    for f in (
        Fact("room", "bedroom", 0.9),
        Fact("floor_material", "carpet", 0.8),
        Fact("wall_colour", "white", 0.8),
        Fact("windows", 1, 0.8),
        Fact("not_seen", ("toilet", "bath", "stairs"), 0.5),
        Fact("daylight", "bright", 0.4),
    )
}


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The bedroom has hardwood floors.", "carpet was measured"),
        ("Its floor is tiled.", "carpet was measured"),
        ("This kitchen is bright.", "a bedroom was measured"),
        ("The walls are blue.", "white was measured"),
        ("Dark green walls surround it.", "white was measured"),
        ("There are three large windows.", "1 were counted"),
        ("A bathtub stands by the wall.", "none was seen"),
        ("A staircase leads up.", "none was seen"),
        ("It costs $450,000.", "a price"),
        ("The house was built in 1998.", "a year"),
        ("It has 200 square feet.", "an area"),
        ("It is located in a calm street.", "a place"),
        ("A stunning room.", "praise"),
        ("A woman sits on the bed.", "people"),
        ("Perfect for a young couple.", "housing advertisements"),
        ("The room was recently renovated.", "age or state"),
    ],
)
def test_claims_that_contradict_are_dropped_with_the_reason(claim: str, reason: str) -> None:
    checked = check_claims(f"The bed has grey linen. {claim}", FACTS)
    assert checked.text == "The bed has grey linen."
    assert len(checked.dropped) == 1 and reason in checked.dropped[0]


@pytest.mark.parametrize(
    "claim",
    [
        "The bedroom has beige carpeting and white walls.",
        "One window lets in daylight.",
        "A fireplace with a wooden mantel stands opposite the bed.",
        "The off-white walls carry a wooden shelf.",
        "A wooden table stands on the carpet.",
    ],
)
def test_claims_that_agree_or_cannot_be_judged_stay(claim: str) -> None:
    checked = check_claims(claim, FACTS)
    assert checked.text == claim and checked.dropped == ()


def test_only_the_wrong_clause_goes_and_no_stump_is_left() -> None:
    checked = check_claims("The bed stands by the window, and the hardwood floor is dark.", FACTS)
    assert checked.text == "The bed stands by the window."
    first = check_claims("With its tiled floors, the bedroom feels airy.", FACTS)
    assert first.text == "" and len(first.dropped) == 2 and "part of a sentence" in first.dropped[1]


def test_unsure_facts_judge_nothing() -> None:
    weak = {n: Fact(n, f.value, 0.4) for n, f in FACTS.items() if n != "not_seen"}
    assert check_claims("The kitchen has hardwood floors.", weak).dropped == ()


def test_open_plan_rooms_may_be_named_together() -> None:
    kitchen = {"room": Fact("room", "kitchen", 0.9)}
    assert check_claims("The kitchen opens to a dining area.", kitchen).dropped == ()
    assert check_claims("The kitchen opens to a bathroom.", kitchen).dropped


def test_chat_marks_are_taken_off() -> None:
    assert sentences("<s>A bed.</s> **Two** chairs.\n# Title") == ["A bed.", "Two chairs.", "Title"] or sentences(
        "<s>A bed.</s> **Two** chairs."
    ) == ["A bed.", "Two chairs."]
