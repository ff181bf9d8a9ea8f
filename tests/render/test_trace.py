from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from hand_room import make_layout, make_photo

from stagekit.errors import Cancelled, InputError
from stagekit.render.furnish import Quality, crop, furnish, trace
from stagekit.render.scene import build_pieces
from stagekit.types import Obstacle

pytestmark = pytest.mark.skipif(find_spec("mitsuba") is None, reason="mitsuba is not installed")
FEW = Quality(samples=4, shadow_rays=16, bounce_rays=4, depth=3)


def test_outside_changed_every_byte_is_the_photos(photo, layout, blocks):
    result, changed = furnish(photo, layout, blocks, quality=FEW)
    assert np.array_equal(result[~changed], photo.array[~changed])
    assert (result != photo.array).any(-1)[changed].all()
    assert 0.03 < changed.mean() < 0.8


def test_same_seed_same_bytes_other_seed_other_bytes(photo, layout, blocks):
    a, _ = furnish(photo, layout, blocks, seed=3, quality=FEW)
    b, _ = furnish(photo, layout, blocks, seed=3, quality=FEW)
    c, _ = furnish(photo, layout, blocks, seed=4, quality=FEW)
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_furniture_casts_a_contact_shadow(photo, layout, blocks):
    done = trace(photo, layout, blocks, quality=FEW)
    uv, _ = layout.camera.project(np.array([[-0.3, 0.0, -2.6 + 0.3 + 0.04], [-1.6, 0.0, -2.8]]))
    (near, far) = (tuple(p.astype(int)[::-1]) for p in uv)
    before, after = photo.array.astype(int).sum(-1), done.result.astype(int).sum(-1)
    assert after[near] < 0.85 * before[near]
    assert abs(after[far] - before[far]) < 0.12 * before[far]


def test_white_furniture_is_as_bright_as_the_white_wall(photo, layout, blocks, monkeypatch):
    from stagekit.interior.material import Material
    from stagekit.render import scene

    monkeypatch.setattr(scene, "material", lambda spec, seed=0: Material((0.8, 0.8, 0.8), roughness=0.9))
    done = trace(photo, layout, blocks, quality=FEW)
    inside = done.alpha > 0.99
    assert 120 < np.median(done.result[inside]) < 235


def test_window_and_ceiling_pixels_stay(photo, layout, blocks):
    from stagekit.render.shell import surface_labels

    done = trace(photo, layout, blocks, quality=FEW)
    labels = surface_labels(layout, photo.width, photo.height)
    assert not done.changed[np.isin(labels, (3, 4)) & (done.alpha == 0)].any()


def test_what_stands_in_front_hides_furniture(photo, layout, blocks):
    mask = np.zeros((photo.height, photo.width), bool)
    mask[:, : photo.width // 2] = True
    near = np.array([[-1.0, -1.0], [0.0, -1.0], [0.0, -0.8], [-1.0, -0.8]])
    front = replace(layout, obstacles=(Obstacle(near, 1.0, mask),))
    done = trace(photo, front, blocks, quality=FEW)
    assert np.array_equal(done.result[mask], photo.array[mask])
    far = replace(layout, obstacles=(Obstacle(near - [0, 2.9], 1.0, mask),))
    assert (trace(photo, far, blocks, quality=FEW).alpha[mask] > 0).any()


def test_coverage_lands_where_the_camera_projects(blocks):
    """A small marker's centre of coverage is Camera.project's pixel, with pitch, roll and a shifted principal point."""
    from stagekit.render.engine import start
    from stagekit.render.scene import label_scene
    from stagekit.render.trace import coverage

    camera = make_layout(pitch_deg=-9.0, roll_deg=4.0, cx=80.0, cy=70.0).camera
    placements = [replace(blocks[0], size_m=(0.05, 0.05, 0.05), position=(0.7, 0.3, -2.5))]
    pieces = build_pieces(placements)
    box = crop(camera, pieces)
    limit = np.full((box[3] - box[1], box[2] - box[0]), np.inf, np.float32)
    alpha, depth, label = coverage(start(), label_scene(start(), pieces), camera, box, limit, 4)
    v, u = np.indices(alpha.shape) + 0.5
    centre = np.array([(alpha * u).sum(), (alpha * v).sum()]) / alpha.sum() + box[:2]
    expected, z = camera.project(np.array([0.7, 0.325, -2.5]))
    assert np.abs(centre - expected).max() < 0.5
    assert abs(depth[alpha > 0.9].mean() - z) < 0.05
    assert set(np.unique(label)) == {-1, 0}


def test_nothing_in_sight_changes_nothing(photo, layout, blocks):
    result, changed = furnish(photo, layout, [replace(blocks[0], position=(0.0, 0.0, 0.8))], quality=FEW)
    assert np.array_equal(result, photo.array) and not changed.any()
    result, changed = furnish(photo, layout, [], quality=FEW)
    assert np.array_equal(result, photo.array) and not changed.any()


def test_large_photos_are_traced_smaller_and_outlined_at_full_size(photo, layout, blocks):
    done = trace(photo, layout, blocks, quality=replace(FEW, max_side=96, shadow_side=64))
    whole = trace(photo, layout, blocks, quality=FEW)
    assert np.array_equal(done.alpha, whole.alpha)
    inside = whole.alpha > 0.99
    assert np.abs(done.result[inside].astype(int) - whole.result[inside]).mean() < 12


def test_cancel_and_progress(photo, layout, blocks):
    seen = []
    furnish(photo, layout, blocks, quality=FEW, progress=lambda f, text: seen.append(f))
    assert seen == sorted(seen) and seen[-1] == 1.0

    class Token:
        def check(self):
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        furnish(photo, layout, blocks, quality=FEW, cancel=Token())


def test_layout_of_another_size_is_refused(photo, blocks):
    other = make_layout(width=96, height=64, cx=48.0, cy=32.0)
    with pytest.raises(InputError, match="96x64"):
        furnish(photo, other, blocks, quality=FEW)
    with pytest.raises(InputError):
        Quality(samples=0)


def test_photo_is_not_written_to(photo, layout, blocks):
    before = photo.array.copy()
    furnish(photo, layout, blocks, quality=FEW)
    assert np.array_equal(before, make_photo(layout).array)
