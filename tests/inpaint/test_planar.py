"""The filling against the truth of drawn rooms, and its parts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stagekit.inpaint import planar
from stagekit.inpaint.grain import grain
from stagekit.inpaint.light import from_log, light, membrane, to_log
from stagekit.inpaint.planar import fill
from stagekit.inpaint.regions import FLOOR, flat, regions, sources
from stagekit.inpaint.shifts import vocabulary
from stagekit.types import SURFACES


def psnr(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((a[where].astype(float) - b[where]) ** 2).mean()))


def test_what_is_behind_comes_back_better_than_by_diffusion(room):
    filled = fill(room.photo.array, room.thing, room.layout, room.segments)
    ours = psnr(filled, room.empty.array, room.thing)
    for method in (cv2.INPAINT_TELEA, cv2.INPAINT_NS):
        other = cv2.inpaint(room.photo.array, room.thing.astype(np.uint8), 5, method)
        assert ours > psnr(other, room.empty.array, room.thing) + 2.5


def test_skirting_goes_on_straight(room):
    """Bright pixels of the skirting in the hole lie where the empty room has them."""
    filled = fill(room.photo.array, room.thing, room.layout, room.segments).astype(float).mean(2)
    bright = room.thing & (room.empty.array.min(2) > 225)
    assert bright.sum() > 50
    assert (filled[bright] > 215).mean() > 0.8


def test_nothing_else_changes_and_the_input_stays(room):
    before = room.photo.array.copy()
    filled = fill(room.photo.array, room.thing, room.layout, room.segments)
    assert np.array_equal(filled[~room.thing], before[~room.thing])
    assert np.array_equal(room.photo.array, before)
    assert np.array_equal(fill(room.photo.array, room.thing, room.layout, room.segments), filled)


def test_light_that_falls_off_is_interpolated_not_copied():
    """A wall whose light falls off to the right: the fill follows the gradient although texture comes from either side."""
    ramp = np.linspace(210, 90, 200)[None, :, None].repeat(120, 0).repeat(3, 2)
    photo = (ramp + np.random.default_rng(0).normal(0, 2, ramp.shape)).clip(0, 255).astype(np.uint8)
    hole = np.zeros((120, 200), bool)
    hole[30:90, 70:130] = True
    marred = photo.copy()
    marred[hole] = 0
    filled = fill(marred, hole, None, None).astype(float)
    assert np.abs(filled[30:90, 70:130].mean((0, 2)) - ramp[0, 70:130, 0]).max() < 6


def test_grain_is_matched():
    photo = np.random.default_rng(0).normal(150, 6, (128, 160, 3)).clip(0, 255).astype(np.uint8)
    hole = np.zeros((128, 160), bool)
    hole[40:90, 50:110] = True
    filled = fill(np.where(hole[..., None], 0, photo).astype(np.uint8), hole, None, None)
    assert filled[hole].std() == pytest.approx(6, rel=0.25)


@pytest.mark.parametrize("sigma", [2.0, 4.0])
def test_grain_is_told_from_the_quiet_part(sigma):
    """Noise of a known sigma; a pattern on a quarter of it is hardly any grain."""
    noise = np.random.default_rng(0).normal(0, sigma, (200, 200, 1)).repeat(3, 2)
    everywhere = np.ones((200, 200), bool)
    plain = np.clip(128 + noise + 0.5, 0, 255).astype(np.uint8)
    assert grain(plain, everywhere) == pytest.approx(sigma, rel=0.08)
    noise[:50, ::3] += 40
    striped = np.clip(128 + noise + 0.5, 0, 255).astype(np.uint8)
    assert grain(striped, everywhere) < 1.5 * sigma
    plain[:60] = 255  # clipped white
    assert grain(plain, everywhere) == pytest.approx(sigma, rel=0.12)


def test_a_thing_on_the_floor_that_nobody_named_is_not_copied(room):
    """Small blue things beside the hole, floor to the segmentation."""
    floor = (room.layout.surfaces() == FLOOR) & ~room.thing
    photo = room.photo.array.copy()
    for y, x in ((176, 90), (176, 215), (190, 150)):
        assert floor[y : y + 9, x : x + 9].all()
        photo[y : y + 9, x : x + 9] = (40, 70, 200)
    filled = fill(photo, room.thing, room.layout, room.segments).astype(int)
    assert (filled[..., 2] > filled[..., 0] + 20)[room.thing].mean() == 0


@pytest.mark.parametrize("size", [(97, 131), (65, 64), (400, 70)])
def test_odd_sizes_and_holes_at_the_border(size):
    photo = np.random.default_rng(1).integers(90, 160, (*size, 3), dtype=np.uint8)
    hole = np.zeros(size, bool)
    hole[: size[0] // 3, size[1] // 2 :] = True
    filled = fill(photo, hole, None, None)
    assert filled.shape == photo.shape and filled[hole].min() > 60


def test_a_plane_of_which_nothing_is_seen_is_filled_with_light_alone(room):
    floor = room.layout.surfaces() == FLOOR
    filled = fill(np.where(floor[..., None], 0, room.photo.array).astype(np.uint8), floor, room.layout, room.segments)
    assert filled[floor].min() > 20


def test_regions_are_the_layouts_planes_in_metres(room):
    found = regions(room.layout, 320, 240)
    surfaces = room.layout.surfaces()
    assert {SURFACES[r.surface] for r in found} >= {"floor", "wall", "ceiling"}
    for region in found:
        assert (surfaces[region.mask] == region.surface).all()
        ys, xs = np.nonzero(region.mask)
        points, depth = region.metres(np.stack([xs, ys], -1).astype(float))
        assert np.allclose(depth, room.layout.depth()[ys, xs], rtol=1e-3)
        back = np.concatenate([points, np.ones((len(points), 1))], 1) @ region.to_pixel.T
        assert np.allclose(back[:, :2] / back[:, 2:], np.stack([xs, ys], -1), atol=1e-6)


def test_other_things_lend_no_texture(room):
    for region in regions(room.layout, 320, 240):
        assert not (sources(region, np.ones((240, 320), bool), room.segments) & room.thing).any()


def test_shifts_find_the_period_of_a_plane():
    """Stripes 0.25 m apart (the flat plane is 4 m across its longer side): every listed shift across them fits."""
    x = np.arange(320)
    stripes = (np.sin(2 * np.pi * x / 20) > 0)[None].repeat(200, 0).astype(np.float32)
    hole = np.zeros((200, 320), bool)
    hole[60:140, 120:200] = True
    shifts = vocabulary(flat(np.ones((200, 320), bool)), stripes, ~hole, hole)
    assert len(shifts) > 10
    off = np.abs((shifts[:, 0] / 0.25 + 0.5) % 1 - 0.5)
    assert np.median(off) < 0.12


def test_membranes_are_harmonic_and_within_their_rim():
    y, x = np.mgrid[:40, :50].astype(float)
    plane = (2 * x - y)[..., None]
    known = np.zeros((40, 50), bool)
    known[[0, -1], :] = known[:, [0, -1]] = True
    filled = membrane(np.where(known[..., None], plane, 0), known, np.ones((40, 50), bool))
    assert np.allclose(filled, plane, atol=1e-2)


def test_log_light_returns_to_the_same_bytes_and_light_is_smooth():
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 256, 3)
    assert np.array_equal((from_log(to_log(ramp)) + 0.5).astype(np.uint8), ramp)
    noisy = np.random.default_rng(0).normal(-1, 0.3, (90, 120, 3)).astype(np.float32)
    smooth = light(noisy, np.ones((90, 120), bool), 4.0)
    assert smooth.shape == noisy.shape and smooth.std() < 0.1 and abs(smooth.mean() + 1) < 0.05


def test_planes_decided_together_or_one_by_one_give_the_same(room, monkeypatch):
    together = fill(room.photo.array, room.thing, room.layout, room.segments)
    monkeypatch.setattr(planar, "ABREAST", 1)
    assert np.array_equal(fill(room.photo.array, room.thing, room.layout, room.segments), together)


def test_a_fill_that_is_stopped_decides_no_further_planes(room, monkeypatch):
    begun: list[int] = []
    decide = planar._decide
    monkeypatch.setattr(planar, "ABREAST", 1)
    monkeypatch.setattr(planar, "_decide", lambda k, *rest: (begun.append(k), decide(k, *rest))[1])
    told: list[str] = []

    def stop(fraction: float, text: str) -> None:
        told.append(text)
        if len(told) == 2:
            raise InterruptedError

    hole = np.ones_like(room.thing)
    hole[:, : hole.shape[1] // 8] = False
    with pytest.raises(InterruptedError):
        fill(room.photo.array, hole, room.layout, room.segments, progress=stop)
    stopped = len(begun)
    fill(room.photo.array, hole, room.layout, room.segments)
    assert stopped < len(begun) - stopped
