"""Facts measured on drawn rooms and values: what is sure, what is left out, colours by name, floors from above."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit.listing.colour import name_of, nearest_paint, shade, tint, wall_colour, wood_tone
from stagekit.listing.contents import take_stock
from stagekit.listing.facts import find_facts
from stagekit.listing.floor import material, model
from stagekit.listing.ground import CELL_M, NAMES, Ground, features, rectify
from stagekit.types import Brief, Camera, Image, Layout, Placement, Room, Segments, Wall

CLASSES = ("wall", "floor", "ceiling", "window", "bed", "sofa", "toilet")


def room(height_m: float = 2.6) -> Layout:
    """A camera 1.4 m high in a room 4 m wide and 5 m deep."""
    corners = [(2.0, 1.0), (2.0, -4.0), (-2.0, -4.0), (-2.0, 1.0)]
    walls = tuple(
        Wall(a, b, height_m, "unseen" if a[1] == b[1] == 1.0 else "wall")
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    camera = Camera(400, 320, 240, 640, 480, pitch_deg=-8, height_m=1.4)
    return Layout(camera, np.array(corners), walls, height_m, confidence=0.9)


def painted(layout: Layout, wall: Any, floor: Any, ceiling: Any = (240, 240, 240)) -> Image:
    s = layout.surfaces()
    a = np.zeros((*s.shape, 3))
    for code, tone in ((1, floor), (2, wall), (3, ceiling)):
        a[s == code] = tone
    return Image(np.clip(a + np.random.default_rng(0).normal(0, 2, a.shape), 0, 255).astype(np.uint8))


def segments(layout: Layout, certainty: float = 0.9, **boxes: tuple[int, int, int, int]) -> Segments:
    """Labels as the layout says, with boxes (left, top, right, bottom) of other classes over them."""
    s = layout.surfaces()
    labels = np.select([s == 1, s == 3], [1, 2], 0).astype(np.uint8)
    for name, (x0, y0, x1, y1) in boxes.items():
        labels[y0:y1, x0:x1] = CLASSES.index(name)
    small = labels[::5, ::5]
    p = np.full((len(CLASSES), *small.shape), (1 - certainty) / (len(CLASSES) - 1), np.float16)
    for k in range(len(CLASSES)):
        p[k][small == k] = certainty
    return Segments(labels, CLASSES, p)


def test_a_plain_room(root: Any) -> None:
    layout = room()
    seen = segments(layout, window=(260, 120, 330, 200))
    image = painted(layout, (236, 236, 234), (150, 110, 70))
    bright = image.array.copy()
    bright[120:200, 260:330] = 250
    facts = find_facts(Image(bright), segments=seen, layout=layout, room=Room("bedroom", {"bedroom": 0.98}))
    assert facts["wall_colour"].value == "white" and facts["wall_colour"].sure
    assert facts["daylight"].value == "bright" and facts["daylight"].sure
    assert facts["ceiling"].value == "usual" and "about 2.6 m" in facts["ceiling"].basis
    assert not facts["room"].sure, "no bed was seen"
    # the lowest ray meets the floor 1.7 m away: 2.3 m of depth, nearly the whole 4 m of width
    assert facts["floor_area"].value == pytest.approx(8.9, abs=0.4) and facts["floor_area"].unit == "m2"
    assert "furniture" not in facts and "staged" not in facts
    assert set(facts["not_seen"].value) == {"bed", "sofa", "toilet"} or facts["not_seen"].confidence < 0.6
    assert "CIEDE2000" in facts["wall_paint"].basis and not facts["wall_paint"].sure


def test_only_a_given_layouts_area_is_told() -> None:
    estimated = room()
    given = replace(estimated, confidence=1.0)
    image = painted(estimated, (200, 200, 198), (150, 110, 70))
    first, second = (find_facts(image, layout=x)["floor_area"] for x in (estimated, given))
    assert first.value == second.value and not first.sure and second.sure


def test_a_bed_makes_a_bedroom_and_doubt_does_not() -> None:
    layout = room()
    image = painted(layout, (200, 200, 198), (150, 110, 70))
    box = (200, 280, 460, 400)
    sure = find_facts(image, segments=segments(layout, bed=box), layout=layout, room=Room("bedroom", {"bedroom": 0.98}))
    assert sure["room"].sure and sure["furniture"].value == ("bed",) and sure["furniture"].sure
    doubt = find_facts(
        image, segments=segments(layout, 0.5, bed=box), layout=layout, room=Room("bedroom", {"bedroom": 0.98})
    )
    assert not doubt["room"].sure and "furniture" not in doubt
    other = find_facts(
        image, segments=segments(layout, bed=box), layout=layout, room=Room("kitchen", {"kitchen": 0.99})
    )
    assert not other["room"].sure and "furniture" not in other, "a bed in no bedroom is a draped sofa"
    given = find_facts(image, room=Room("kitchen", {"kitchen": 0.99}), brief=Brief(room="office"))
    assert given["room"].value == "office" and given["room"].confidence == 1.0


def test_placed_furniture_is_told_as_placed() -> None:
    pieces = [Placement("sofa", (2, 1, 1), (0, 0, -2)), Placement("floor_lamp", (0.3, 1.5, 0.3), (1, 0, -2))]
    facts = find_facts(painted(room(), (200,) * 3, (90,) * 3), placements=pieces, brief=Brief(style="japandi"))
    assert facts["staged"].value is True and facts["furniture"].value == ("sofa",)
    assert facts["style"].value == "japandi" and facts["style"].confidence == 1.0


def test_windows_are_counted_only_where_all_agree() -> None:
    layout = room()
    stock = take_stock(segments(layout, window=(260, 120, 330, 200)), layout)
    assert stock.seen("window").sure and stock.windows == (1, 0.4), "the layout has no opening there"


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((250, 250, 250), "white"), ((128, 128, 128), "grey"), ((20, 20, 20), "black"), ((240, 226, 198), "cream"),
        ((205, 185, 155), "beige"), ((120, 80, 50), "brown"), ((60, 90, 160), "blue"), ((90, 140, 80), "green"),
        ((225, 150, 100), "orange"), ((230, 205, 110), "yellow"), ((70, 130, 130), "teal"), ((200, 90, 160), "pink"),
    ],
)  # fmt: skip
def test_colour_names(rgb: tuple[int, int, int], name: str) -> None:
    from stagekit.surface.colour import lab

    assert name_of(lab(np.array(rgb, np.uint8))) == name


def test_wood_tones() -> None:
    assert [wood_tone(t) for t in ((75, 5, 18), (60, 14, 34), (45, 8, 18), (48, 22, 26), (25, 6, 10), (55, 1, 4))] == [
        "light", "honey", "brown", "reddish", "dark", "grey",
    ]  # fmt: skip


def test_grey_is_told_from_white_by_the_ceiling() -> None:
    layout = room()
    s = layout.surfaces()
    for wall, ceiling, name, sure in (
        ((226, 226, 226), (240, 240, 240), "white", True),
        ((176, 176, 176), (240, 240, 240), "light_grey", True),
        ((214, 214, 214), (240, 240, 240), "light_grey", False),  # in between: nobody knows
    ):
        image = painted(layout, wall, (120, 90, 60), ceiling)
        found, confidence = wall_colour(image.array, s == 2, s == 3) or (None, 0)
        assert found is not None and (confidence >= 0.6) == sure
        assert not sure or found.name == name


def test_lamplight_is_taken_out_but_not_believed() -> None:
    layout = room()
    s = layout.surfaces()
    warm = np.array([1.0, 0.93, 0.82])
    image = painted(layout, np.array((225, 225, 225)) * warm, (120, 90, 60), np.array((240, 240, 240)) * warm)
    assert (tint(image.array, s == 3)[2] > 1.1) and tint(image.array, s == 9).tolist() == [1, 1, 1]
    found, confidence = wall_colour(image.array, s == 2, s == 3) or (None, 1)
    assert found is not None and confidence < 0.6, "cream paint and lamplight look the same"


def test_shade_needs_pixels_and_finds_the_commonest() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    image[:, :30] = (210, 190, 160)
    image[:, 30:] = (40, 60, 160)
    found = shade(image, np.ones((40, 40), bool), np.ones(3))
    assert found is not None and found.name == "beige" and found.share == pytest.approx(0.75, abs=0.02)
    assert shade(image, np.zeros((40, 40), bool), np.ones(3)) is None
    near = nearest_paint(found.rgb)
    assert near is not None and near[1] < 3 and len(near[0]) > 5


def drawn_floor(kind: str, seed: int = 0) -> Image:
    """A floor of that kind, drawn in the room's own perspective."""
    layout = room()
    image = painted(layout, (225, 225, 222), (0, 0, 0)).array.copy()
    v, u = np.nonzero(layout.surfaces() == 1)
    p = layout.camera.on_floor(np.stack([u + 0.5, v + 0.5], -1))
    x, z = p[:, 0] + 50, p[:, 2] + 50
    noise = np.random.default_rng(seed)
    if kind == "tile":
        joint = (np.minimum(x % 0.4, z % 0.4) < 0.012)[:, None]
        tone = np.where(joint, (120, 115, 108), (205, 198, 186)) + noise.normal(0, 1.5, (len(x), 3))
    elif kind == "wood":
        row, start = np.floor(x / 0.12), (np.floor(x / 0.12) * 0.73) % 1.0
        board = row * 57 + np.floor((z + start) / 1.1) * 131
        shift = (np.sin(board * 12.9898) * 43758.5453) % 1.0
        grain = np.sin(x * 260 + 3 * np.sin(z * 2 + board)) * 5
        joint = np.where(x % 0.12 < 0.006, -28, 0)
        tone = np.array((165, 118, 74)) + (shift * 36 - 18 + grain + joint)[:, None] + noise.normal(0, 2, (len(x), 1))
    else:
        tone = np.array((168, 155, 140)) + noise.normal(0, 14, (len(x), 1)) + noise.normal(0, 2, (len(x), 3))
    image[v, u] = np.clip(tone, 0, 255).astype(np.uint8)
    return Image(image)


@pytest.mark.parametrize("kind", ["tile", "wood", "carpet"])
def test_floor_materials_of_drawn_floors(kind: str) -> None:
    layout = room()
    ground = rectify(drawn_floor(kind), layout, segments(layout))
    assert ground is not None and ground.area_m2 > 2
    found = material(ground)
    assert found is not None and found[0] == kind and "seen from above" in found[2]


def test_the_rectified_floor_is_square() -> None:
    """Tiles of 40 cm are 40 cells, along both axes."""
    layout = room()
    ground = rectify(drawn_floor("tile"), layout, None)
    assert ground is not None
    grey = ground.picture.mean(-1)
    grey = np.where(ground.seen, grey, np.nan)
    columns = np.nanmean(grey[:, ground.seen.mean(0) > 0.3], axis=0)
    dark = np.nonzero(columns < np.nanmedian(columns) - 15)[0]
    gaps = np.diff(dark)
    assert np.median(gaps[gaps > 5]) * CELL_M == pytest.approx(0.4, abs=0.03)


def test_no_floor_no_material() -> None:
    layout = room()
    none = Segments(np.zeros((480, 640), np.uint8), CLASSES)
    assert rectify(drawn_floor("wood"), layout, none) is None
    empty = Ground(np.zeros((30, 30, 3), np.uint8), np.zeros((30, 30), bool))
    assert material(empty) is None and features(empty)[0].shape == (0, len(NAMES))
    assert model()["weights"].shape == (len(NAMES) + 1, 3)


def test_one_call_on_the_sample(sample: Any) -> None:
    scene = sk.describe(sample, language="de", tone="warm", seed=3)
    assert scene.description is not None and scene.description.language == "de"
    assert scene.description.full.endswith(".") and scene.description.written_by == "facts.v1"
    again = sk.describe(sample, language="fr")
    assert again.description is not None and dict(again.description.facts) == dict(scene.description.facts)
    assert all(s.cached for s in again.record if s.stage != "Describe"), "another language measures nothing anew"
    for text in again.description.texts:
        assert sk.check_wording(text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("bedroom_09", {"room": "bedroom", "wall_colour": "light_grey"}),
        ("empty_32", {"floor_material": "tile", "wall_colour": "white"}),
        ("empty_10", {"floor_material": "wood", "wall_colour": "white"}),
    ],
)
def test_real_photos(shared: Any, name: str, wanted: dict[str, str]) -> None:
    found = sk.describe(shared / "photos" / f"{name}.jpg").description
    assert found is not None
    assert {n: found.facts[n].value for n in wanted} == wanted
    assert not {"toilet", "bath", "stairs"} & set(found.get("furniture", ()))
