"""The renderer's pieces, each alone."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from hand_room import make_photo

from stagekit.interior.material import Material
from stagekit.interior.mesh import box
from stagekit.render import composite, convert, look
from stagekit.render.light import estimate_light
from stagekit.render.shell import (
    build_shell,
    first_hit,
    pull_push,
    rectangles,
    surface_labels,
)

needs_mitsuba = pytest.mark.skipif(find_spec("mitsuba") is None, reason="mitsuba is not installed")


def test_rectangles_face_into_the_room(layout):
    for r in rectangles(layout):
        middle = r.points(np.array(0.5), np.array(0.5))
        assert (np.array([0.0, 1.2, -1.5]) - middle) @ r.normal > 0


def test_first_hit_matches_the_planes(layout):
    rays = layout.camera.rays(np.array([[96.0, 120.0], [96.0, 64.0], [96.0, 2.0]]))
    t, index, _, _ = first_hit(rectangles(layout), layout.camera.centre, rays)
    kinds = [rectangles(layout)[i].kind for i in index]
    assert kinds == ["floor", "wall", "ceiling"]
    floor = layout.camera.on_floor(np.array([96.0, 120.0]))
    assert np.allclose(layout.camera.centre + rays[0] * t[0], floor)


def test_shell_carries_the_photos_colours(layout, photo):
    light = composite.photo_light(photo.array)
    shell = build_shell(layout, light, np.zeros(light.shape[:2]))
    labels = surface_labels(layout, photo.width, photo.height)
    floor = np.median(shell.seen[0][shell.seen[0].max(-1) > 0], axis=0)
    assert np.allclose(floor, np.median(light[labels == 1], axis=0), rtol=0.03)
    for s, f in zip(shell.seen, shell.fill, strict=True):
        assert not ((s.max(-1) > 0) & (f.max(-1) > 0)).any()


def test_dim_walls_ask_for_less_light_than_bright_ones(layout):
    photo = make_photo(layout).array
    bright = estimate_light(layout, composite.photo_light(photo))
    dim = estimate_light(layout, composite.photo_light((photo * 0.5).astype(np.uint8)))
    assert dim.white.mean() < 0.6 * bright.white.mean()
    again = estimate_light(layout, composite.photo_light(photo))
    assert np.array_equal(again.white, bright.white)


def test_warm_rooms_light_warmly(layout):
    photo = make_photo(layout).array.astype(float) * [1.0, 0.85, 0.6]
    white = estimate_light(layout, composite.photo_light(photo.astype(np.uint8))).white
    assert white[0] > 1.2 * white[2]


def test_pull_push_keeps_what_is_known():
    values = np.random.default_rng(0).random((17, 23, 3)).astype(np.float32)
    known = np.zeros((17, 23), bool)
    known[3:8, 4:9] = True
    full = pull_push(values, known, np.array([5.0, 5.0, 5.0]))
    assert np.allclose(full[known], values[known], atol=1e-5)
    assert (full[0, -1] > 0.1).all()


def test_settle_is_exactly_one_for_small_changes():
    ratio = np.array([[1.004, 0.996, 1.0], [0.7, 0.7, 0.7]], np.float32)
    out = composite.settle(ratio)
    assert (out[0] == 1).all() and np.allclose(out[1], 0.7)


def test_composite_keeps_bytes_and_blends_in_linear_light():
    photo = np.full((4, 4, 3), 100, np.uint8)
    alpha = np.zeros((4, 4), np.float32)
    alpha[1, 1] = 0.5
    colour = np.ones((4, 4, 3), np.float32) * 0.6
    taken = look.PhotoLook(0.3, 0.0, 0.0, 0.0)
    out = composite.composite(photo, colour, alpha, np.ones((4, 4, 3), np.float32), taken, seed=0)
    expected = convert.encoded(0.5 * 0.6 + 0.5 * convert.linear(np.array(100 / 255))) * 255
    assert abs(int(out[1, 1, 0]) - expected) <= 1
    alpha[1, 1] = 0
    assert np.array_equal(composite.composite(photo, colour, alpha, np.ones((4, 4, 3)), taken, seed=0), photo)


@pytest.mark.parametrize("sigma", [0.8, 1.2, 2.0])
def test_blur_is_measured(sigma):
    import cv2

    big = np.zeros((1200, 1200), np.float32)
    for x in (200, 700):
        cv2.fillPoly(big, [np.array([[x, 0], [x + 300, 0], [x + 180, 1200], [x - 120, 1200]])], 1.0)
    grey = cv2.GaussianBlur(cv2.resize(big, (300, 300), interpolation=cv2.INTER_AREA), (0, 0), sigma)
    photo = np.repeat((60 + grey * 130).astype(np.uint8)[..., None], 3, -1)
    assert abs(look.photo_look(photo).blur_px - sigma) < 0.35


def test_grain_is_measured():
    noise = np.random.default_rng(1).normal(0, 4, (300, 300, 1))
    photo = np.clip(128 + noise, 0, 255).astype(np.uint8).repeat(3, -1)
    assert 0.5 < look.photo_look(photo).grain * 255 / 4 < 1.2
    field = look.grain_field((200, 200), look.PhotoLook(0.5, 0.01, 0.4, 0.0), 5)
    assert abs(field.std() - 0.01) < 0.001


def test_merge_joins_equal_materials():
    b = box((1, 1, 1))
    merged = convert.merge([(b, "a"), (b, "b"), (b, "a")])
    assert [k for _, k in merged] == ["a", "b"]
    assert len(merged[0][0].faces) == 2 * len(b.faces)


@needs_mitsuba
@pytest.mark.parametrize(
    "material",
    [
        Material((0.5, 0.4, 0.3)),
        Material(np.full((8, 8, 3), 120, np.uint8), bump=np.zeros((8, 8), np.float32), tile_m=(0.2, 0.2)),
        Material((0.9, 0.9, 0.9), transmission=1.0),
        Material((0.2, 0.4, 0.1), translucency=0.5),
        Material((0.2, 0.4, 0.1), opacity=np.ones((4, 4), np.float32)),
        Material(np.full((8, 8, 3), 120, np.uint8), tile_m=None, metallic=1.0, coat=0.5, sheen=0.5),
    ],
)
def test_every_kind_of_material_loads(material):
    from stagekit.render.engine import start

    mi = start().mi
    loaded = mi.load_dict(convert.bsdf(mi, material, texel_m=0.01))
    shape = convert.mesh(mi, "x", box((1, 1, 1)), bsdf=loaded)
    assert shape.face_count() == len(box((1, 1, 1)).faces)


def parts_of(node):
    """A dictionary's keys and kinds, without its numbers; height maps with their size, which is in the kernel."""
    if not isinstance(node, dict):
        return None
    sized = {"arbitrary": tuple(node["arbitrary"]["bitmap"].size())} if "arbitrary" in node else {}
    return {k: v if k == "type" else parts_of(v) for k, v in node.items()} | {"size": sized}


@needs_mitsuba
def test_opaque_materials_differ_in_numbers_only():
    from stagekit.render.engine import start

    mi = start().mi
    picture, height = np.full((8, 16, 3), 120, np.uint8), np.random.default_rng(0).random((32, 16)).astype(np.float32)
    plain = convert.bsdf(mi, Material((0.5, 0.4, 0.3)), texel_m=0.01)
    others = [
        Material(picture, tile_m=(0.2, 0.3), bump=height, roughness=height),
        Material(picture, tile_m=None, metallic=1.0, coat=0.5, sheen=0.5),
    ]
    for other in others:
        assert parts_of(convert.bsdf(mi, other, texel_m=0.01)) == parts_of(plain)
    lobes = plain["bsdf"]["bsdf"]
    assert min(lobes[name] for name in ("metallic", "sheen", "clearcoat")) > 0, "a lobe of 0 is left out of the kernel"


def test_texture_coordinates_are_shares_of_the_tile():
    uvs = np.array([[0.0, 0.0], [0.4, 0.9]], np.float32)
    tiled = convert._uvs(uvs, Material((0.5, 0.5, 0.5), tile_m=(0.2, 0.3)))
    assert np.allclose(tiled, [[0, 0], [2, 3]])
    once = convert._uvs(np.array([[0.0, 0.0], [1.0, 1.0]]), Material(np.zeros((10, 20, 3), np.uint8), tile_m=None))
    assert np.allclose(once, [[0.025, 0.05], [0.975, 0.95]])


def test_shrink_averages_to_the_texel():
    texture = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    small = convert.shrink(texture, (0.64, 0.64), 0.04)
    assert small.shape == (16, 16) and abs(small.mean() - texture.mean()) < 1e-5


@needs_mitsuba
def test_studio_shows_the_piece():
    from stagekit.interior.mesh import Part
    from stagekit.render.studio import studio

    picture = studio([Part(box((0.6, 0.4, 0.4)), "body")], {}, width=80, height=60, samples=4)
    assert picture.shape == (60, 80, 3) and picture.dtype == np.uint8
    assert picture[30, 40].mean() < picture[55, 5].mean() - 20
