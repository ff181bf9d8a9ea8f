"""Control maps: conventions of the published ControlNets, true places, what may be painted."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from stagekit.errors import InputError
from stagekit.render import ade20k
from stagekit.render.area import floor_area, standing
from stagekit.render.control import KINDS, control_maps, encode_normals, inverse_depth, room_normals
from stagekit.types import Image, Obstacle, Segments


@pytest.fixture
def maps(photo, layout, blocks):
    return control_maps(photo, layout, blocks, threads=1)


def shown(camera, placement, up=0.5):
    """Pixel (x, y) of a point inside a placement, ``up`` of its height over its base."""
    x, y, z = placement.position
    uv, _ = camera.project(np.array([x, y + up * placement.size_m[1], z]))
    return int(uv[0]), int(uv[1])


def test_pieces_are_where_they_stand(maps, layout, blocks):
    assert all(getattr(maps, k).shape == (128, 192, 3) and getattr(maps, k).dtype == np.uint8 for k in KINDS)
    for piece, name in zip(blocks, ("sofa", "ottoman"), strict=True):
        x, y = shown(layout.camera, piece)
        assert maps.alpha[y, x] == 1 and maps.mask[y, x]
        assert tuple(maps.labels[y, x]) == ade20k.COLOURS[name]
    assert tuple(maps.labels[120, 10]) == ade20k.COLOURS["floor"]


def test_depth_is_inverse_and_near_is_bright(maps, layout, blocks):
    """The nearer piece is brighter, a piece is brighter than the wall behind; values follow 1 / distance."""
    (fx, fy), (nx, ny) = (shown(layout.camera, p) for p in blocks)
    grey = maps.depth[..., 0].astype(int)
    assert grey[ny, nx] > grey[fy, fx] > grey[fy - 30, fx]
    ramp = inverse_depth(np.array([[1.0, 2.0, 4.0, 0.0, np.inf]]))
    assert ramp.tolist() == [[255, 85, 0, 0, 0]]
    assert np.array_equal(maps.depth[..., 0], maps.depth[..., 2])


def test_normals_are_blue_ahead_red_to_the_left_green_up(layout):
    """ControlNet 1.1's colours, for a level camera: the wall ahead, a wall that faces left, floor and ceiling."""
    camera = replace(layout.camera, pitch_deg=0.0)
    level = replace(layout, camera=camera)
    coded = encode_normals(room_normals(level), camera).astype(int)
    surfaces, walls = level.surfaces(), level.wall_ids()
    ahead = next(i for i, w in enumerate(level.walls) if w.normal[1] > 0.9)
    right = next(i for i, w in enumerate(level.walls) if w.normal[0] < -0.9)
    assert np.allclose(coded[walls == ahead].mean(0), (128, 128, 255), atol=1)
    assert np.allclose(coded[walls == right].mean(0), (255, 128, 128), atol=1), "the right wall faces left"
    assert np.allclose(coded[surfaces == 1].mean(0), (128, 255, 128), atol=1)
    assert np.allclose(coded[surfaces == 3].mean(0), (128, 0, 128), atol=1)


def test_furniture_normals_face_the_viewer(maps, layout, blocks):
    x, y = shown(layout.camera, blocks[0])
    assert maps.normals[y, x, 2] > 200, "the front of the block"
    top = shown(layout.camera, blocks[1], up=0.97)
    assert maps.normals[top[1] - 2, top[0], 1] > 200, "its top faces up"


def test_lines_follow_outlines_and_the_room(maps, layout):
    lines = maps.lines[..., 0] > 0
    edge = np.zeros_like(lines)
    edge[:, :-1] = (maps.alpha >= 0.5)[:, :-1] != (maps.alpha >= 0.5)[:, 1:]
    ys, xs = np.nonzero(edge)
    near = [lines[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].any() for y, x in zip(ys, xs, strict=True)]
    assert np.mean(near) > 0.95
    floor = layout.surfaces() == 1
    foot = np.zeros_like(lines)
    foot[1:] = floor[1:] & ~floor[:-1] & (maps.alpha[1:] == 0)
    ys, xs = np.nonzero(foot)
    assert np.mean([lines[y - 2 : y + 2, x].any() for y, x in zip(ys, xs, strict=True)]) > 0.95
    assert 0.01 < lines.mean() < 0.25


def test_the_mask_holds_outline_and_shadow_but_no_window(maps, layout, photo, blocks):
    assert maps.mask[maps.alpha > 0].all()
    away = cv2.dilate((maps.alpha > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0  # off the seam
    x, y = shown(layout.camera, blocks[0], up=0.0)
    assert maps.mask[y + 2, x], "the floor at its foot"
    surfaces = layout.surfaces()
    window = (surfaces == 4) & away
    assert not (maps.mask & (surfaces == 3) & away).any() and not (maps.mask & window).any()
    taken = np.zeros((128, 192), bool)
    taken[100:, :60] = True
    old = Obstacle(np.array([[-1.5, -1.5], [-1, -1.5], [-1, -1], [-1.5, -1]]), 0.5, taken)
    kept = control_maps(photo, replace(layout, obstacles=(old,)), blocks, threads=1)
    assert not (kept.mask & taken & away).any(), "what stood there before is not painted over"


def test_free_paints_the_floor_and_the_space_over_it(photo, layout, blocks):
    maps = control_maps(photo, layout, blocks, free=True)
    surfaces = layout.surfaces()
    assert maps.alpha.max() == 0 and np.array_equal(maps.mask, floor_area(layout))
    assert maps.mask[surfaces == 1].all() and not maps.mask[np.isin(surfaces, (3, 4))].any()
    wall = maps.mask & (surfaces == 2)
    assert wall.any() and wall.sum() < (surfaces == 2).sum()


def test_large_photos_are_traced_smaller(photo, layout, blocks):
    """The maps are those of the smaller picture, mask and coverage come at the photo's size."""
    big = replace(layout, camera=layout.camera.scaled(576, 384))
    large = Image(cv2.resize(photo.array, (576, 384)))
    maps = control_maps(large, big, blocks, max_side=192, threads=1)
    small = control_maps(photo, layout, blocks, threads=1)
    assert np.array_equal(maps.depth, small.depth) and np.array_equal(maps.labels, small.labels)
    assert maps.mask.shape == maps.alpha.shape == (384, 576)
    assert np.array_equal(maps.mask[1::3, 1::3], small.mask)
    assert np.abs(maps.alpha[1::3, 1::3] - small.alpha).max() < 1e-3


def test_a_layout_of_another_picture_is_refused(layout, blocks):
    with pytest.raises(InputError, match=r"192x128.*60x40"):
        control_maps(Image(np.zeros((40, 60, 3), np.uint8)), layout, blocks)


def test_every_family_has_a_class():
    from stagekit.interior.family import MODULES

    assert set(ade20k.FAMILIES) == set(MODULES)
    assert set(ade20k.FAMILIES.values()) <= set(ade20k.COLOURS)
    assert len(set(ade20k.COLOURS.values())) == len(ade20k.COLOURS)


def test_what_a_segmentation_sees_standing_is_kept(photo, layout, blocks):
    """A fireplace that no layout knows: kept where no furniture covers it, whatever the photo's size; specks are not."""
    labels = np.zeros((128, 192), np.uint8)
    labels[60:110, 100:150] = 2
    labels[5, 5] = 2
    keep = standing(Segments(labels, ("wall", "floor", "fireplace")))
    assert keep[60:110, 100:150].all() and not keep[:20].any()
    free = control_maps(photo, layout, (), free=True, keep=keep)
    without = control_maps(photo, layout, (), free=True)
    assert not free.mask[60:110, 100:150].any() and without.mask[60:110, 100:150].any()
    assert np.array_equal(free.mask[:, :90], without.mask[:, :90])
    guided = control_maps(photo, layout, blocks, keep=keep, threads=1)
    seam = cv2.dilate((guided.alpha > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not (guided.mask & keep & ~seam).any() and guided.mask[guided.alpha > 0].all()
    big = replace(layout, camera=layout.camera.scaled(384, 256))
    large = control_maps(
        Image(np.zeros((256, 384, 3), np.uint8)), big, (), free=True, max_side=192,
        keep=cv2.resize(keep.astype(np.uint8), (384, 256)) > 0,
    )  # fmt: skip
    assert not large.mask[124:216, 204:296].any()
