"""Crop and paste: kept pixels, the way there and back, colours at the seam."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stagekit.diffusion.paste import Window, match_colour, model_sizes, paste, window
from stagekit.errors import InputError


def photo(h: int = 300, w: int = 450) -> np.ndarray:
    """Smooth colours with a fine stripe, so that a shift by a pixel shows."""
    y, x = np.mgrid[0:h, 0:w]
    return np.stack([60 + 120 * x / w, 200 - 100 * y / h, 100 + 40 * np.sin(x / 25) * np.cos(y / 31)], -1).astype(
        np.uint8
    )


def blob(h: int = 300, w: int = 450) -> np.ndarray:
    y, x = np.mgrid[0:h, 0:w]
    return ((x - 200) / 90) ** 2 + ((y - 170) / 60) ** 2 < 1


@pytest.mark.parametrize(("h", "w"), [(300, 450), (451, 301), (97, 640)])
def test_kept_pixels_keep_their_bytes(h, w):
    taken, mask = photo(h, w), np.zeros((h, w), bool)
    mask[h // 3 : 2 * h // 3, w // 4 : w // 2] = True
    place = window(mask, 256)
    noise = np.random.default_rng(0).integers(0, 256, (place.height, place.width, 3), np.uint8)
    out = paste(taken, noise, mask, place)
    taken.flags.writeable = False  # as pictures come
    everywhere = Window(0, 0, w, h, 64, 64)
    assert np.array_equal(paste(taken, noise[:64, :64].copy(), mask, everywhere)[~mask], taken[~mask])
    assert np.array_equal(out[~mask], taken[~mask])
    assert (out[mask] != taken[mask]).any(-1).mean() > 0.9


@pytest.mark.parametrize("size", [128, 256, 512])
def test_there_and_back_does_not_move(size):
    """A picture that the model did not change comes back as it was, at every scale, with no shift."""
    taken, mask = photo(), blob()
    place = window(mask, size)
    assert place.cut(taken).shape == (place.height, place.width, 3)
    back = place.back(place.cut(taken)).astype(int)
    inner = taken[place.slices].astype(int)
    assert np.abs(back - inner)[4:-4, 4:-4].max() <= 2
    assert np.abs(paste(taken, place.cut(taken), mask, place).astype(int) - taken).max() <= 2


def test_the_seam_takes_the_photos_colour():
    """A colour cast of the model is gone at the rim and within; what the model painted stays."""
    taken, mask = photo(), blob()
    place = window(mask, 256)
    made = place.cut(taken).astype(int) + [14, -9, 6]
    made[110:140, 110:150] += 50
    out = paste(taken, np.clip(made, 0, 255).astype(np.uint8), mask, place).astype(int)
    change = np.abs(out - taken).max(-1)
    assert np.percentile(change[mask], 50) <= 2, "the cast is taken off"
    assert change.max() > 40, "the painted square stays"


def test_the_seam_is_soft_and_inside():
    taken, mask = np.full((200, 300, 3), 100, np.uint8), np.zeros((200, 300), bool)
    mask[50:150, 80:220] = True
    place = window(mask, 256)
    made = place.cut(taken)
    made[place.cut(mask)] = 220
    out = paste(taken, made, mask, place, feather=10)[100, 60:150, 0].astype(int)
    assert (out[:20] == 100).all() and out[60] > 200
    assert np.diff(out).max() < 40 and (np.diff(out[18:60]) >= -3).all()


def test_a_mask_at_the_photos_border_has_no_seam_there():
    taken, mask = np.full((200, 300, 3), 100, np.uint8), np.zeros((200, 300), bool)
    mask[100:, :] = True
    place = window(mask, 256)
    made = place.cut(taken)
    made[place.cut(mask)] = 200
    assert (paste(taken, made, mask, place)[-1] > 190).all()


def test_a_cast_that_differs_from_side_to_side_is_taken_out_on_each_side():
    """Red on the left, blue on the right: their mean is no help, the rim's own colours are."""
    original = np.full((256, 384, 3), 130, np.uint8)
    mask = np.zeros((256, 384), bool)
    mask[96:160, 96:288] = True
    made = original.copy()
    made[:, :192, 0] += 20
    made[:, 192:, 2] += 20
    rim = mask & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    left, right = rim.copy(), rim.copy()
    left[:, 150:], right[:, :234] = False, False
    matched = match_colour(made, original, mask)
    for side in (left, right):
        assert np.abs(matched[side] - 130).mean() < 3


def test_the_core_is_sharp_at_the_rim():
    """Furniture that ends where the mask ends is not faded; without a core it is."""
    taken, mask = np.full((200, 300, 3), 100, np.uint8), np.zeros((200, 300), bool)
    mask[50:150, 80:220] = True
    place = window(mask, 256)
    made = place.cut(taken)
    made[place.cut(mask)] = 220
    core = np.zeros((200, 300), np.float32)
    core[60:140, 150:220] = 1
    sharp = paste(taken, made, mask, place, feather=10, core=core)
    soft = paste(taken, made, mask, place, feather=10)
    assert sharp[100, 217, 0] > 200 > 120 > soft[100, 219, 0]
    assert np.array_equal(sharp[100, 80:140], soft[100, 80:140]) and (sharp[~mask] == 100).all()


def test_a_window_in_a_picture_of_another_size():
    place = Window(30, 20, 90, 60, 256, 192)
    assert place.of((120, 80), (60, 40)) == Window(15, 10, 45, 30, 256, 192)
    assert place.of((120, 80), (120, 80)) == place
    assert np.array_equal(place.of((450, 300), (900, 600)).cut(photo(600, 900)).shape, (192, 256, 3))


def test_windows_hold_the_mask_with_margin():
    mask = blob()
    place = window(mask, 256)
    rows, columns = place.slices
    assert mask[rows, columns].sum() == mask.sum()
    assert place.width % 64 == 0 and place.height % 64 == 0
    assert 0.8 < place.width * place.height / 256**2 < 1.25
    assert 0.9 < (place.x1 - place.x0) / (place.y1 - place.y0) / (place.width / place.height) < 1.1
    assert (1024, 1024) in model_sizes(1024) and (1216, 832) in model_sizes(1024)


def test_errors_say_what_came():
    with pytest.raises(InputError, match="mask is empty"):
        window(np.zeros((10, 10), bool), 256)
    with pytest.raises(InputError, match=r"256x256.*uint8 \(64, 64, 3\)"):
        paste(photo(), np.zeros((64, 64, 3), np.uint8), blob(), Window(0, 0, 300, 300, 256, 256))
