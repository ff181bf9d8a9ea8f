"""``roomfill.v1``: the shipped network on a drawn room, and what happens without it, without a layout, without weights."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import stagekit as sk
from stagekit.backends.erase import PlanarV1
from stagekit.backends.erase_light import RoomFillV1, network_input
from stagekit.errors import BackendError, OptionError, WeightsError
from stagekit.types import Mask


@pytest.fixture(scope="module")
def backend() -> RoomFillV1:
    return RoomFillV1().open()


def test_it_is_the_default():
    assert sk.Erase().backend == "roomfill.v1"


def test_the_hole_is_foreseen_as_the_room_without_what_stands_there(backend, room):
    told = backend.foresee(room.photo.array, room.thing, room.layout, room.segments)
    assert told.shape == (128, 128, 3) and told.dtype == np.uint8

    def small(picture):
        return cv2.resize(picture, (128, 128), interpolation=cv2.INTER_AREA).astype(float)

    hole = cv2.resize(room.thing.astype(np.uint8), (128, 128), interpolation=cv2.INTER_NEAREST) > 0

    def error(picture):
        return np.abs(picture - small(room.empty.array))[hole].mean()

    assert error(told) < 0.3 * error(small(room.photo.array))
    _, fill = network_input(room.photo.array, room.thing, room.layout, room.segments)
    assert error(told) < 0.9 * error(small(fill[0].transpose(1, 2, 0) * 255))  # it tells more than its input did


def test_a_mirrored_room_is_foreseen_as_the_mirror_image(backend, room):
    """The two looks are laid on one another the right way round."""
    told = backend.foresee(room.photo.array, room.thing, room.layout, room.segments).astype(float)
    one = backend.foresee(*_mirrored(room)).astype(float)[:, ::-1]
    assert np.abs(told - one).mean() < 0.1  # 1.1 where one look is laid on the other unturned


def _mirrored(room):
    """Photo, hole, layout and segments of the room in a mirror; of the layout only the surfaces."""
    surfaces = np.ascontiguousarray(room.layout.surfaces()[:, ::-1])
    segments = replace(room.segments, labels=np.ascontiguousarray(room.segments.labels[:, ::-1]))
    layout = SimpleNamespace(surfaces=lambda: surfaces)
    return np.ascontiguousarray(room.photo.array[:, ::-1]), np.ascontiguousarray(room.thing[:, ::-1]), layout, segments


def test_the_network_is_told_surfaces_by_segments_outside_the_hole_and_by_the_layout_inside(room):
    given, fill = network_input(room.photo.array, room.thing, room.layout, room.segments)
    assert given.shape == (1, 7, 256, 256) and given.dtype == np.float32 and fill.shape == (1, 3, 256, 256)
    gap, told = given[0, 3] > 0, given[0, 4:]
    assert 0.9 < told[:, gap].sum(0).mean() <= 1.01  # no sofa behind the sofa
    all_wall = replace(room.segments, labels=np.zeros_like(room.segments.labels))
    other = network_input(room.photo.array, room.thing, room.layout, all_wall)[0][0, 4:]
    np.testing.assert_array_equal(other[:, gap], told[:, gap])
    assert (other[1, ~gap] == 1).all() and not (told[1, ~gap] == 1).all()


def test_soft_segments_tell_shares(room):
    labels = room.segments.labels
    hard = np.stack([labels == k for k in range(len(room.segments.classes))]).astype(np.float16)
    soft = replace(room.segments, probabilities=hard * np.float16(0.5))
    got, want = (network_input(room.photo.array, room.thing, room.layout, s)[0] for s in (soft, room.segments))
    gap = want[0, 3] > 0
    assert np.abs(got[0, 4:, ~gap] - 0.5 * want[0, 4:, ~gap]).mean() < 0.01


def test_only_the_hole_changes_and_the_light_is_not_planars(backend, room):
    hole = Mask(room.thing)
    lit = cv2.addWeighted(room.photo.array, 0.5, np.full_like(room.photo.array, 20), 0.5, 0)
    ramp = np.linspace(0.3, 1.6, lit.shape[1])[None, :, None]
    photo = sk.open_image(np.clip(lit * ramp, 0, 255).astype(np.uint8))
    ours, plain = (b(photo, hole, segments=room.segments, layout=room.layout).array for b in (backend, PlanarV1()))
    assert np.array_equal(ours[~room.thing], photo.array[~room.thing])
    assert np.abs(ours.astype(float) - plain)[room.thing].mean() > 0.3


def test_without_a_layout_it_fills_as_planar_does(backend, room):
    hole = Mask(room.thing)
    assert np.array_equal(backend(room.photo, hole).array, PlanarV1()(room.photo, hole).array)


def test_closed_it_says_so(room):
    with pytest.raises(BackendError, match="open"):
        RoomFillV1()(room.photo, Mask(room.thing), layout=room.layout, segments=room.segments)


def test_bad_options_and_weights_are_refused(tmp_path):
    with pytest.raises(OptionError, match="128"):
        RoomFillV1(work=3)
    with pytest.raises(WeightsError, match="roomfill"):
        RoomFillV1(weights=tmp_path / "nowhere.safetensors").open()
    (tmp_path / "bad.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        RoomFillV1(weights=tmp_path / "bad.safetensors").open()
