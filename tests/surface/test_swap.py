"""Paint and coverings on a room of which everything is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from made_room import ALBEDO, HEIGHT, WIDTH, Made, make

import stagekit as sk
from stagekit.models.roomnet_arch import CLASSES
from stagekit.room.mirror import fresnel
from stagekit.surface.albedo import room_light, surface_albedo
from stagekit.surface.colour import ciede2000, encode, lab, linear
from stagekit.surface.matte import Matte
from stagekit.surface.places import Finder
from stagekit.surface.shade import KNEE, LIMIT, compress, cored, expand, fallen, smooth_shading
from stagekit.surface.swap import Enlarged, light_of, swap
from stagekit.surface.wish import wishes
from stagekit.types import Segments


def inner(mask: np.ndarray, by: int = 9) -> np.ndarray:
    return cv2.erode(mask.astype(np.uint8), np.ones((by, by), np.uint8), borderValue=1) > 0


def done(made: Made, surfaces: dict[str, object], **options: object) -> tuple[np.ndarray, np.ndarray]:
    return swap(made.image, wishes(surfaces, None, None, 0), segments=made.segments, layout=made.layout, **options)  # type: ignore[arg-type]


def test_albedo_is_found_against_the_whites(made: Made) -> None:
    finder = Finder(made.image, made.segments, made.layout)
    light = linear(finder.small)
    room = light_of(finder, light)
    assert [w[0] for w in room.whites] == ["ceiling", "trim"]
    found = surface_albedo(light, finder.find("wall").mask, room)
    assert found == pytest.approx(np.array(ALBEDO["wall"]), rel=0.12)


def test_a_wooden_ceiling_is_no_white(made: Made) -> None:
    """Orange wood over white walls says nothing of the light; a ceiling as tinted as its walls does."""
    wooden = make({"ceiling": (0.45, 0.2, 0.05)})
    got, _ = done(wooden, {"wall": "SW 7029"}, bounce=0.0)
    shown = linear(got)[inner(wooden.shows("wall"))].mean(0) / wooden.light[inner(wooden.shows("wall"))].mean(0)
    wanted = np.array(sk.paint("SW 7029").albedo)
    assert shown / shown.mean() == pytest.approx(wanted / wanted.mean(), abs=0.1)
    nothing = np.zeros(made.light.shape[:2], bool)
    warm = linear(made.image.array) * np.array([1.0, 0.6, 0.3], np.float32)
    whites = room_light(warm, made.shows("ceiling"), made.shows("wall"), nothing).whites
    assert [w[0] for w in whites] == ["ceiling"]


def test_a_baseboard_colder_than_the_ceiling_is_painted(made: Made) -> None:
    """Floors and walls warm what they shine on: a warmer board is white, one as much colder is teal."""
    light, seen = linear(made.image.array), (made.shows("ceiling"), made.shows("wall"), made.trim)
    for tint, whites in (((1.1, 1.0, 0.88), ["ceiling", "trim"]), ((0.9, 1.0, 1.12), ["ceiling"])):
        board = np.where(made.trim[..., None], light * np.array(tint, np.float32), light)
        assert [w[0] for w in room_light(board, *seen).whites] == whites


def test_a_lamps_tint_is_everywhere_a_paints_is_not(made: Made) -> None:
    """No white is seen: an orange wall in an orange picture is lit so, one among grey things is painted."""
    wall, nothing = made.shows("wall"), np.zeros(made.trim.shape, bool)
    warm = np.array([1.0, 0.55, 0.25], np.float32)
    lit = np.full((*wall.shape, 3), 0.5, np.float32) * warm
    painted = np.where(wall[..., None], lit, 0.3).astype(np.float32)
    green = np.where(wall[..., None], lit, np.array([0.1, 0.4, 0.12], np.float32))
    tints = []
    for picture in (lit, painted, green):
        white = room_light(picture, nothing, wall, nothing).white
        tints.append(white.max() / white.min())
    assert tints[0] > 2.9 and max(tints[1:]) < 1.9


def test_a_wooden_baseboard_is_no_white(made: Made) -> None:
    """On white walls a little tint is enough, and a board much darker than the wall is none, whatever its tint."""
    light, seen = linear(made.image.array), (made.shows("ceiling"), made.shows("wall"), made.trim)
    pale = np.where(made.shows("wall")[..., None], light * (np.array([0.8, 0.8, 0.8]) / ALBEDO["wall"]), light)
    pale = pale.astype(np.float32)
    for tint, whites in (
        ((1.05, 1.0, 0.94), ["ceiling", "trim"]),
        ((1.1, 1.0, 0.85), ["ceiling"]),
        ((0.5, 0.5, 0.5), ["ceiling"]),
    ):
        board = np.where(made.trim[..., None], pale * np.array(tint, np.float32), pale)
        assert [w[0] for w in room_light(board, *seen).whites] == whites


def test_a_pale_wall_with_no_white_beside_it_is_taken_for_white(made: Made) -> None:
    nothing = np.zeros(made.trim.shape, bool)
    wall, level = made.shows("wall"), np.full((*made.trim.shape, 3), 0.5, np.float32)
    pale = room_light(level, nothing, wall, nothing).white
    tinted = room_light(level * np.array([1.2, 1.0, 0.8], np.float32), nothing, wall, nothing).white
    assert 0.5 / pale == pytest.approx(0.77, abs=0.03)
    assert 0.5 / tinted[1] == pytest.approx(0.62, abs=0.06)


def test_china_tells_paint_from_warm_light(made: Made) -> None:
    """A ceiling as beige as its walls is lit so, or painted: white china beside them tells. Not almond china, nor a dim
    one, nor one so bright that it tells nothing."""
    wall, ceiling, nothing = made.shows("wall"), made.shows("ceiling"), np.zeros(made.trim.shape, bool)
    china = nothing.copy()
    china[40:100, 100:140] = True
    wall = wall & ~china
    beige = np.full((*wall.shape, 3), 0.5, np.float32) * np.array([1.1, 1.0, 0.75], np.float32)

    def whites(level: float, tint: tuple[float, float, float]) -> list[str]:
        picture = np.where(china[..., None], level * np.array(tint, np.float32), beige).astype(np.float32)
        room = room_light(picture, ceiling, wall, nothing, china)
        albedo = surface_albedo(picture, wall, room)
        assert (albedo[0] > 1.3 * albedo[2]) == ("porcelain" in [w[0] for w in room.whites])
        return [w[0] for w in room.whites]

    assert whites(0.7, (1.0, 1.0, 1.0)) == ["porcelain"]
    assert whites(0.7, (1.1, 1.0, 0.6)) == whites(0.3, (1.0, 1.0, 1.0)) == whites(1.0, (1.0, 1.0, 1.0)) == ["ceiling"]
    assert whites(0.7, (0.6, 0.8, 1.2)) == ["ceiling"]  # a blue suite
    warm = np.where(china[..., None], np.array([0.75, 0.7, 0.58], np.float32), beige)
    warm[ceiling] = 0.8
    assert [w[0] for w in room_light(warm, ceiling, wall, nothing, china).whites] == ["ceiling", "porcelain"]


def test_a_kitchens_sink_is_no_china(made: Made) -> None:
    maps = Finder(made.image, made.segments, made.layout).maps

    def china(**more: np.ndarray) -> bool:
        finder = Finder(made.image, made.segments, made.layout)
        finder._maps = {**maps, **more}
        light = linear(made.image.array)
        light[sink > 0] = 0.75
        return "porcelain" in [w[0] for w in light_of(finder, light).whites]

    sink, toilet = np.zeros(made.trim.shape, np.float32), np.zeros(made.trim.shape, np.float32)
    sink[40:80, 100:140], toilet[90:110, 100:140] = 1, 1
    assert not china(sink=sink) and china(sink=sink, toilet=0 * toilet, bath=toilet)


@pytest.mark.parametrize("code", ["#434B56", "#F2F0EA", "#B7C4B1"])
def test_painted_wall_is_the_room_painted(made: Made, code: str) -> None:
    """The same room made with that paint is what comes out; without bounce, since the made light has none."""
    want = make({"wall": tuple(map(float, sk.paint(code).albedo))})  # type: ignore[dict-item]
    got, _ = done(made, {"wall": code}, bounce=0.0)
    mask = inner(made.shows("wall"))
    difference = ciede2000(lab(got[mask]), lab(want.image.array[mask]))
    assert difference.mean() < 4.0
    # light falls off and turns warm as before: every column by itself
    ratio = linear(got)[..., 0] / np.maximum(linear(got)[..., 2], 1e-4)
    truth = linear(want.image.array)[..., 0] / np.maximum(linear(want.image.array)[..., 2], 1e-4)
    rows = slice(100, 140)
    left, right = (np.median(ratio[rows, c : c + 40]) / np.median(truth[rows, c : c + 40]) for c in (100, 340))
    assert left == pytest.approx(right, rel=0.06)


def test_nothing_else_changes(made: Made) -> None:
    got, changed = done(made, {"wall": "#2F4F4F", "floor": "oak_herringbone"})
    differs = (got != made.image.array).any(2)
    assert not (differs & ~changed).any()
    assert changed[inner(made.shows("wall"))].mean() > 0.99 and changed[inner(made.shows("floor"))].mean() > 0.99
    assert not changed[inner(made.shows("ceiling"))].any() and not differs[inner(made.trim, 5)].any()


def test_dark_wall_turns_white_without_halo_or_noise() -> None:
    dark = make({"wall": (0.05, 0.06, 0.09)}, noise=0.05)
    got, _ = done(dark, {"wall": "#F2F0EA"}, bounce=0.0)
    mask = inner(dark.shows("wall"))
    light = linear(got) @ np.array([0.2126, 0.7152, 0.0722])
    grain = light[120:140, 200:260]
    before = (linear(dark.image.array) @ np.array([0.2126, 0.7152, 0.0722]))[120:140, 200:260]
    assert grain.std() / grain.mean() < 0.75 * before.std() / before.mean()
    border = inner(dark.shows("wall"), 3) & ~mask  # nothing beside the border is brighter than the wall itself
    assert np.percentile(light[border], 99) < 1.15 * np.percentile(light[mask], 99)


def test_floor_takes_size_and_perspective(made: Made) -> None:
    """Joints of 600 mm tiles lie where the layout's own projection puts them."""
    got, _ = done(made, {"floor": sk.Covering("grid", "paint:#e8e8e8", "tiles", (0.6, 0.6), 0.03, "#101010")})
    camera = made.layout.camera
    mask = inner(made.shows("floor"))
    luma = got.astype(float).mean(2)
    on, off = [], []
    for x in np.arange(-3, 4) * 0.6:  # the room's longest direction is along z
        for z in np.arange(-4.0, -1.6, 0.07):
            for shift, into in ((0.0, on), (0.3, off)):
                (u, v), _ = camera.project(np.array([x + shift, 0.0, z]))
                beside = abs((-z) % 0.6 - 0.3) < 0.2  # away from the joints across
                if beside and 4 < u < made.image.width - 4 and 0 <= v < made.image.height and mask[int(v), int(u)]:
                    into.append(luma[int(v), int(u)] / luma[int(v) - 2 : int(v) + 3, :][:, mask[int(v)]].mean())
    assert len(on) > 40 and len(off) > 40
    assert np.mean(on) < 0.85 * np.mean(off)


def test_old_texture_goes_and_shadow_stays() -> None:
    h, w = 120, 200
    v, u = np.mgrid[0:h, 0:w]
    shade = np.where(u > 120, 0.25, 0.8)  # a shadow's edge
    boards = 1 + 0.12 * np.sign(np.sin(v * 0.9))  # and boards
    light = np.repeat((shade * boards)[..., None], 3, 2).astype(np.float32)
    out = smooth_shading(light, np.ones((h, w), bool), reach=12, contrast=0.35)[..., 0]
    assert out[:, 20:100].std() / out[:, 20:100].mean() < 0.25 * light[:, 20:100, 0].std() / light[:, 20:100, 0].mean()
    assert out[60, 100] / out[60, 140] == pytest.approx(0.8 / 0.25, rel=0.15)


def test_tone_is_undone_and_done_again() -> None:
    x = np.linspace(0, 1, 1001, dtype=np.float32)
    assert compress(expand(x)) == pytest.approx(x, abs=2e-5)
    assert expand(np.float32(1.0)) == pytest.approx(LIMIT) and expand(np.float32(KNEE)) == pytest.approx(KNEE)
    assert (np.diff(compress(np.linspace(0, 3, 400))) >= 0).all() and compress(np.float32(9.0)) <= 1


def test_light_on_a_tinted_surface_is_told_by_its_strong_channels() -> None:
    grey, orange = np.array([0.4, 0.45, 0.5]), np.array([0.5, 0.2, 0.02])
    lit = np.array([[0.6, 0.5, 0.4], [0.3, 0.3, 0.3]])
    even, warm = np.ones(3), np.array([0.9, 0.7, 0.4])
    assert fallen(lit * grey, grey, warm) == pytest.approx(lit, abs=1e-6)
    noisy = orange + np.array([0, 0, 0.02])  # a reflection, doubling the weakest channel
    assert (fallen(noisy, orange, even) < 1.02).all()
    assert fallen(orange, orange, even) == pytest.approx(even, abs=1e-6)
    for white in (warm, 2 * warm):  # the other channels' light has the tint of the room's
        assert fallen(0.5 * warm * orange, orange, white) == pytest.approx(0.5 * warm, abs=1e-6)


def test_light_without_blue_is_no_division_by_it() -> None:
    everything, nothing = np.ones((40, 60), bool), np.zeros((40, 60), bool)
    red = np.zeros((40, 60, 3), np.float32) + np.array([0.8, 0, 0], np.float32)
    white = room_light(red, nothing, everything, nothing).white
    assert np.isfinite(fallen(red, np.array([0.6, 0.02, 0.02]), white)).all()


def test_a_rough_floor_shines_less_at_a_glance(made: Made) -> None:
    rows = np.array([HEIGHT * 0.62, HEIGHT - 1.0])
    smooth, satin, rough = (fresnel(made.layout, (WIDTH, HEIGHT), rows, r) for r in (0.0, 0.3, 0.6))
    assert (smooth[0] > satin[0] > rough[0] > 0.04) and smooth[1] == pytest.approx(rough[1], abs=0.03)


def test_coring_keeps_edges() -> None:
    rng = np.random.default_rng(0)
    step = np.where(np.arange(80) < 40, 0.03, 0.12)[None].repeat(60, 0)
    noisy = np.repeat((step * (1 + 0.05 * rng.standard_normal(step.shape)))[..., None], 3, 2).astype(np.float32)
    out = cored(noisy, 8.0)[..., 0]
    assert out[:, 5:30].std() < 0.65 * noisy[:, 5:30, 0].std()
    assert out[:, 43:].mean() / out[:, :37].mean() == pytest.approx(4.0, rel=0.05)


def test_a_lighter_floor_lights_itself(made: Made) -> None:
    """The same covering with and without the light that the walls send back: brighter where the floor was dark before."""
    plain, lit = (done(made, {"floor": "travertine_tiles"}, bounce=b)[0] for b in (0.0, 1.0))
    floor = inner(made.shows("floor"))
    gain = linear(lit[floor]).mean() / linear(plain[floor]).mean()
    assert 1.03 < gain < 1.35


def test_walls_get_the_light_of_the_new_floor(made: Made) -> None:
    """Both at once: a black floor takes light from the walls, from their feet above all; a mask knows nothing of a room."""
    wall = inner(made.shows("wall"))
    alone, both = (
        linear(done(made, {"wall": "#C0C0C0", **more})[0]) for more in ({}, {"floor": sk.Paint.of_hex("#111111")})
    )
    foot = wall & (np.arange(HEIGHT)[:, None] > 0.6 * HEIGHT)
    head = wall & (np.arange(HEIGHT)[:, None] < 0.35 * HEIGHT)
    dimmed = [both[m].mean() / alone[m].mean() for m in (foot, head)]
    assert foot.sum() > 500 and head.sum() > 500
    assert dimmed[0] < dimmed[1] < 0.995 and dimmed[0] > 0.7
    drawn = wishes({}, sk.Mask(made.shows("wall")), "#C0C0C0", 0)
    full, none = (swap(made.image, drawn, segments=made.segments, layout=made.layout, bounce=b)[0] for b in (1.0, 0.0))
    assert np.array_equal(full, none)


def test_walls_of_two_paints_come_out_alike(made: Made) -> None:
    """A lilac wall among beige ones: each is repainted from what it wears; one light on one paint stays one surface."""
    finder = Finder(made.image, made.segments, made.layout)
    assert [p.walls for p in finder.paints(finder.find("wall"))] == [()]
    ids = made.layout.wall_ids()
    lilac = made.shows("wall") & (ids == 1)
    light = linear(made.image.array)
    light[lilac] *= np.array([0.55, 0.40, 0.95]) / ALBEDO["wall"]
    two = Made(made.image.with_array(encode(light)), made.layout, made.segments, made.light, made.trim)
    finder = Finder(two.image, two.segments, two.layout)
    parts = finder.paints(finder.find("wall"))
    assert len(parts) == 2 and {k for p in parts for k in p.walls} == {0, 1, 2, 3}
    own = next(p for p in parts if p.walls == (1,))
    assert own.mask[inner(lilac)].mean() > 0.95 and not (parts[0].mask & parts[1].mask).any()
    got = linear(done(two, {"wall": "#D1CBC1"}, bounce=0.0)[0]) / made.light
    one, other = (got[inner(made.shows("wall") & (ids == k))].mean(0) for k in (1, 2))
    assert one / one.mean() == pytest.approx(other / other.mean(), rel=0.06)
    assert one.mean() == pytest.approx(other.mean(), rel=0.15)


def test_one_wall_only(made: Made) -> None:
    _, changed = done(made, {"wall[2]": "#6E2F2F"})
    ids = made.layout.wall_ids()
    assert changed[inner(ids == 2) & inner(made.shows("wall"))].mean() > 0.98
    assert changed[inner(made.shows("wall") & (ids != 2), 15)].mean() == 0


def test_same_seed_same_bytes_and_input_untouched(made: Made) -> None:
    before = made.image.array.copy()
    a, _ = done(made, {"floor": "slate_tiles"}, seed=3)
    b, _ = done(made, {"floor": "slate_tiles"}, seed=3)
    c, _ = done(made, {"floor": "slate_tiles"}, seed=4)
    assert np.array_equal(a, b) and not np.array_equal(a, c) and np.array_equal(before, made.image.array)


def test_angle_turns_the_pieces(made: Made) -> None:
    a = swap(made.image, wishes({"floor": "oak_planks"}, None, None, 0), segments=made.segments, layout=made.layout)[0]
    b = swap(made.image, wishes({"floor": "oak_planks"}, None, None, 90), segments=made.segments, layout=made.layout)[0]
    mask = inner(made.shows("floor"), 15)

    def steep(picture: np.ndarray) -> float:
        grey = picture.astype(np.float32).mean(2)
        return float(np.abs(np.diff(grey, axis=1))[mask[:, 1:]].mean() / np.abs(np.diff(grey, axis=0))[mask[1:]].mean())

    assert steep(a) > 1.3 * steep(b)  # along the room the joints run away from the camera


def test_clipped_white_stays_a_highlight() -> None:
    made = make()
    array = np.array(made.image.array)
    array[60:80, 200:260] = 255  # blown-out wall
    spot = Made(made.image.with_array(array), made.layout, made.segments, made.light, made.trim)
    shown = np.array(made.shows("wall"))
    shown[60:80, 200:260] = True
    whole = wishes({}, sk.Mask(shown), "#434B56", 0)
    got, _ = swap(spot.image, whole, segments=made.segments, layout=made.layout, bounce=0.0)
    assert got[65:75, 210:250].mean() > 1.1 * got[95:105, 210:250].mean()
    assert got[65:75, 210:250].mean() < 140  # and is no grey patch of the old wall


def test_a_large_photos_edges_are_looked_up(made: Made) -> None:
    """More mixed pixels than OpenCV looks up in a row."""
    large = made.image.with_array(np.zeros((3000, 4000, 3), np.uint8))
    finder = Finder(large, made.segments, made.layout)
    (w, h), count = finder.size, 40_000
    edge = np.sort(np.random.default_rng(0).choice(3000 * 4000, count, replace=False))
    matte = Matte((0, 3000, 0, 4000), np.zeros((3000, 4000), np.float32), edge, np.zeros((count, 3), np.float32))
    ramp = np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1).astype(np.float32)
    found = Enlarged(finder, matte).along(ramp)
    y, x = np.divmod(edge, 4000)
    assert found[:, 0] == pytest.approx(np.clip((x + 0.5) * w / 4000 - 0.5, 0, w - 1), abs=0.1)
    assert found[:, 1] == pytest.approx(np.clip((y + 0.5) * h / 3000 - 0.5, 0, h - 1), abs=0.1)
    none = Matte(matte.box, matte.alpha, edge[:0], matte.inner[:0])
    assert Enlarged(finder, none).along(ramp).shape == (0, 2)


def test_the_border_of_a_wall_is_no_outline(made: Made) -> None:
    """On a photo larger than the work picture the wall's new light reaches its very edge."""
    size = (3 * WIDTH, 3 * HEIGHT)
    large = made.image.with_array(cv2.resize(made.image.array, size, interpolation=cv2.INTER_NEAREST))
    got = linear(swap(large, wishes({"wall": "#434B56"}, None, None, 0), segments=made.segments, layout=made.layout)[0])
    ids = cv2.resize((made.layout.wall_ids() == 2).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    column = np.flatnonzero(ids.any(0))[200]
    top = int(ids[:, column].argmax())
    wall = got[top + 30 : top + 60, column - 20 : column + 20].mean()
    rim = got[top + 5 : top + 9, column - 20 : column + 20].mean()
    assert rim == pytest.approx(wall, rel=0.08)


def test_a_named_wall_beats_all_walls_whatever_the_order(made: Made) -> None:
    one, two = {"wall": "SW 7029", "wall[2]": "#434B56"}, {"wall[2]": "#434B56", "wall": "SW 7029"}
    first, second = done(made, one)[0], done(made, two)[0]
    assert np.array_equal(first, second)
    ids, wall = made.layout.wall_ids(), made.shows("wall")
    dark, light = (linear(first)[inner(wall & (ids == k))].mean() for k in (2, 1))
    assert dark < 0.4 * light
    same = done(made, {"wall": "#434B56", "wall[2]": "#434B56"})[0].astype(int)
    assert np.percentile(np.abs(same - done(made, {"wall": "#434B56"})[0])[wall], 99.5) <= 6


def test_a_ceiling_of_a_network_without_walls(made: Made) -> None:
    few = Segments((made.segments.labels == CLASSES.index("ceiling")).astype(np.uint8), ("other", "ceiling"))
    got, _ = swap(made.image, wishes({"ceiling": "#434B56"}, None, None, 0), segments=few, layout=made.layout)
    assert got[inner(made.shows("ceiling"))].mean() < 0.6 * made.image.array[inner(made.shows("ceiling"))].mean()


def test_pieces_on_all_walls_lie_on_each(made: Made) -> None:
    """Tiles on a wall are seen on that wall's plane: joints across the far one are level."""
    tiles = sk.Covering("grid", "paint:#e8e8e8", "tiles", (0.5, 0.5), 0.04, "#101010")
    got = done(made, {"wall": tiles})[0].astype(float).mean(2)
    far = inner(made.shows("wall") & (made.layout.wall_ids() == 2), 15)
    rows = np.flatnonzero(far.any(1))
    level = np.array([got[y][far[y]].mean() for y in rows])
    assert level.std() / level.mean() > 0.08
