"""Frames of windows and doors go on behind the hole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from drawn_rooms import box_room, picture

from stagekit.inpaint import planar
from stagekit.inpaint.frames import DEPTHS, OUTER, _across, _band, seen_frames
from stagekit.inpaint.light import from_log
from stagekit.inpaint.planar import fill
from stagekit.inpaint.regions import regions
from stagekit.types import Layout, Opening, Segments

CLASSES = ("wall", "floor", "ceiling", "window", "door", "sofa", "curtain")
BROWN = (110, 70, 40)
FRAME_M = 0.1


@dataclass(frozen=True)
class Windowed:
    """A wall's window in a brown frame: ``empty`` shows it, ``hole`` hides its lower corner on the right."""

    empty: np.ndarray
    hole: np.ndarray
    frame: np.ndarray
    """bool HxW: where the frame is."""
    layout: Layout
    segments: Segments
    metres: np.ndarray
    """(H, W, 2) on the wall."""


def windowed(kind: str = "window", frame_m: float = FRAME_M, bottom_m: float = 0.9, top_m: float = 2.1) -> Windowed:
    bare = box_room(width=480, height=360, focal=340.0, yaw=12.0)
    wall = max(range(len(bare.walls)), key=lambda k: int((bare.wall_ids() == k).sum()))
    middle = bare.walls[wall].length_m / 2
    opening = Opening(kind, wall, middle - 0.8, middle + 0.8, 0.0 if kind == "door" else bottom_m, top_m)
    layout = replace(bare, openings=(opening,))
    region = next(r for r in regions(layout, 480, 360) if r.wall == wall)
    ys, xs = np.mgrid[:360, :480]
    metres, _ = region.metres(np.stack([xs, ys], -1).astype(float))
    a, b = metres[..., 0], metres[..., 1]
    on = layout.wall_ids() == wall
    depth = np.minimum.reduce([a - opening.left_m, opening.right_m - a, opening.top_m - b, b - opening.bottom_m])
    if kind == "door":
        depth = np.minimum.reduce([a - opening.left_m, opening.right_m - a, opening.top_m - b])
    frame = on & (depth > 0) & (depth < frame_m)
    pixels = picture(bare).array.copy()
    view = np.random.default_rng(1).integers(90, 250, (45, 60, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    pixels[on & (depth >= frame_m)] = view[on & (depth >= frame_m)]
    pixels[frame] = BROWN
    hole = on & (a > middle + 0.2) & (b < 1.4)
    labels = np.array([0, 1, 0, 2, 3, 4], np.uint8)[layout.surfaces()]
    labels[hole] = CLASSES.index("sofa")
    segments = Segments(labels, CLASSES, None, {"furniture": ("sofa",)})
    return Windowed(pixels, hole, frame, layout, segments, metres)


def filled(room: Windowed, **more) -> np.ndarray:
    photo = room.empty.copy()
    photo[room.hole] = (40, 90, 60)
    return fill(photo, room.hole, more.get("layout", room.layout), more.get("segments", room.segments))


def brown(room: Windowed, out: np.ndarray) -> np.ndarray:
    """bool HxW: what is more frame than wall."""
    return np.abs(out.astype(int) - BROWN).sum(2) < 100


@pytest.mark.parametrize("kind", ["window", "door"])
def test_a_frame_goes_on_behind_the_hole(kind):
    room = windowed(kind)
    inner = room.hole & room.frame
    out = filled(room)
    assert brown(room, out)[inner].mean() > 0.85
    beyond = room.hole & ~room.frame & brown(room, out)
    assert beyond.sum() < 0.25 * inner.sum()


def test_without_frames_it_would_end_at_the_hole(monkeypatch):
    room = windowed()
    monkeypatch.setattr(planar, "seen_frames", lambda *_: [])
    assert brown(room, filled(room))[room.hole & room.frame].mean() < 0.75


def test_a_layout_that_is_off_is_corrected_and_leaves_no_glass_below(monkeypatch):
    """The window as the layout has it is 6 cm too deep: the frame goes on where it shows, and under it there is wall."""
    room = windowed()
    monkeypatch.setattr(planar, "look_again", lambda layout, *_: layout)
    [opening] = room.layout.openings
    low = replace(room.layout, openings=(replace(opening, bottom_m=opening.bottom_m - 0.06),))
    out = filled(room, layout=low)
    bottom = room.hole & room.frame & (room.metres[..., 1] < opening.bottom_m + FRAME_M / 2)
    assert brown(room, out)[bottom].mean() > 0.8
    b, a = room.metres[..., 1], room.metres[..., 0]
    under = room.hole & (b < opening.bottom_m - 0.02) & (b > opening.bottom_m - 0.06) & (a < opening.right_m - 0.1)
    wall = np.median(room.empty[(b < 0.7) & (b > 0.5) & ~room.hole & (room.layout.wall_ids() == opening.wall)], axis=0)
    assert under.any() and np.abs(np.median(out[under], axis=0) - wall).max() < 12


def test_a_frame_is_followed_where_the_layout_slopes_against_it(monkeypatch):
    room = windowed()
    monkeypatch.setattr(planar, "look_again", lambda layout, *_: layout)
    tilted = replace(room.layout, camera=replace(room.layout.camera, roll_deg=1.2))
    out, inner = brown(room, filled(room, layout=tilted)), room.hole & room.frame
    assert out[inner].mean() > 0.95 and (out & room.hole & ~room.frame).sum() < 0.1 * inner.sum()


def test_a_hidden_edge_looks_like_the_others_where_the_hole_hides_it(monkeypatch):
    room = windowed()
    monkeypatch.setattr(planar, "look_again", lambda layout, *_: layout)  # which ends windows at the hole
    [opening] = room.layout.openings
    a, b = room.metres[..., 0], room.metres[..., 1]
    hole = (room.layout.wall_ids() == opening.wall) & (b < 1.2) & (np.abs(a - opening.left_m - 0.8) < 1.2)
    whole = replace(room, hole=hole)
    labels = room.segments.labels.copy()
    labels[room.hole], labels[hole] = CLASSES.index("wall"), CLASSES.index("sofa")
    out = filled(whole, segments=replace(room.segments, labels=labels))
    bottom = hole & room.frame & (b < opening.bottom_m + FRAME_M / 2)
    assert brown(room, out)[bottom].mean() > 0.8


def frames(room: Windowed, segments: Segments | None = None) -> list[set[str]]:
    shown = regions(room.layout, 480, 360)
    found = seen_frames(room.empty, room.layout, shown, segments or room.segments, room.hole)
    return [set(one.edges) for one in found]


def test_only_what_is_seen_to_be_framed_is():
    room = windowed()
    assert frames(room) == [{"left", "right", "top", "bottom"}]
    assert frames(windowed(bottom_m=0.1)) == [{"left", "right", "top"}]
    assert frames(windowed(frame_m=0.0)) == []
    assert frames(windowed(frame_m=0.02)) == []  # a dark joint
    [opening] = room.layout.openings
    a = room.metres[..., 0]
    labels = room.segments.labels.copy()
    labels[np.abs(a - opening.left_m) < 0.3] = CLASSES.index("curtain")
    labels[np.abs(a - opening.right_m) < 0.3] = CLASSES.index("curtain")
    bare = room.empty.copy()
    bare[np.abs(a - opening.left_m) < 0.15] = bare[np.abs(a - opening.left_m + 0.2) < 0.02].mean(0)
    assert "left" not in frames(replace(room, empty=bare))[0]  # what shows none has none
    assert not {"left", "right"} & set().union(*frames(room, replace(room.segments, labels=labels)))


def test_a_doors_edges_are_not_lent():
    """A passage may have a frame on one side and end at a corner of the room on the other."""
    room = windowed("door")
    [opening] = room.layout.openings
    hole = (room.layout.wall_ids() == opening.wall) & (room.metres[..., 0] > opening.left_m + 1.3)
    assert frames(replace(room, hole=hole)) == [{"left", "top"}]
    assert frames(replace(windowed(), hole=hole)) == [{"left", "top", "bottom", "right"}]


def test_a_hole_beside_a_frame_gets_none_of_it(monkeypatch):
    room = windowed()
    [opening] = room.layout.openings
    b = room.metres[..., 1]
    low = replace(room, hole=room.hole & (b < opening.bottom_m - 0.2) & (b > opening.bottom_m - 0.3))
    labels = np.where(room.hole, 0, room.segments.labels).astype(np.uint8)
    out = filled(low, segments=replace(room.segments, labels=labels))
    monkeypatch.setattr(planar, "seen_frames", lambda *_: [])
    assert low.hole.any() and np.array_equal(filled(low, segments=replace(room.segments, labels=labels)), out)


@pytest.mark.parametrize("frame_m", [0.0, FRAME_M])
def test_what_is_beside_an_edge_is_its_own_wall_or_nothing_is_read(frame_m):
    """8 cm under the ceiling there is no bare wall to compare a frame with."""
    room = windowed(frame_m=frame_m, top_m=2.42)
    seen = set().union(*frames(replace(room, hole=np.zeros_like(room.hole))))
    assert "top" not in seen and ("left" in seen) == (frame_m > 0)


def test_what_is_beside_an_edge_has_the_walls_light_or_nothing_is_read():
    """A black thing that nobody named stands beside the window: over that a frame would seem to shine."""
    room = windowed()
    [opening] = room.layout.openings
    a = room.metres[..., 0]
    beside = (a < opening.left_m) & (a > opening.left_m - 0.3) & (room.layout.wall_ids() == opening.wall)
    for tone, read in (((170, 165, 158), True), ((12, 12, 12), False), ((190, 120, 70), False)):
        dark = room.empty.copy()
        dark[beside] = tone
        assert ("left" in frames(replace(room, empty=dark))[0]) == read


def test_no_frame_shines_brighter_than_it_was_seen_to():
    room = windowed()
    shown = regions(room.layout, 480, 360)
    [one] = seen_frames(room.empty, room.layout, shown, room.segments, room.hole)
    middle = np.array([[one.opening.left_m + FRAME_M / 2, 1.5]])
    lit, share = _across(one, middle, np.array([True]), np.full((1, 3), 0.9), None)
    assert share == 1 and np.abs(from_log(lit) - BROWN).max() < 12


def test_the_pictures_border_is_no_edge_of_a_window():
    """A window that goes on beyond the picture ends near its border as the layout has it: no frame is lent to that side."""
    room = windowed()
    cut = int(np.flatnonzero(room.frame.any(0))[-1]) - 12  # within the glass
    labels, [opening] = room.segments.labels[:, :cut], room.layout.openings
    camera = replace(room.layout.camera, width=cut)
    a, _ = next(r for r in regions(room.layout, 480, 360) if r.wall == opening.wall).metres(
        np.array([[cut - 2.0, 150.0]])
    )
    ends = replace(opening, right_m=float(a[0, 0]))
    layout = replace(room.layout, camera=camera, openings=(ends,))
    hole, empty = room.hole[:, :cut], np.ascontiguousarray(room.empty[:, :cut])
    shown = regions(layout, cut, 360)
    found = seen_frames(empty, layout, shown, replace(room.segments, labels=np.ascontiguousarray(labels)), hole)
    assert [set(one.edges) for one in found] == [{"left", "top", "bottom"}]


def test_the_baseboard_goes_on_up_to_a_doors_casing(monkeypatch):
    """The layout's door is 8 cm too wide: beside its casing there is wall, and the board at its foot."""
    room = windowed("door")
    monkeypatch.setattr(planar, "look_again", lambda layout, *_: layout)
    [opening] = room.layout.openings
    wide = replace(room.layout, openings=(replace(opening, right_m=opening.right_m + 0.08),))
    a, b = room.metres[..., 0], room.metres[..., 1]
    low = replace(room, hole=room.hole & (b < 0.5))
    out = filled(low, layout=wide)
    foot = low.hole & (a > opening.right_m + 0.02) & (a < opening.right_m + 0.07) & (b > 0.02) & (b < 0.08)
    assert foot.any() and np.median(out[foot]) > 235


def test_a_blind_is_no_part_of_the_frame_before_it():
    """As even as the frame: it ends where the profile last changes. Where the view begins, it ends at that."""
    inside = np.repeat(np.where((DEPTHS > 0) & (DEPTHS < 0.08), -0.6, np.where(DEPTHS < 0, 0.0, 0.5))[:, None], 3, 1)
    still = np.zeros(len(DEPTHS))
    band = _band(inside, still, OUTER[0])
    assert band is not None and band[0] == pytest.approx(0.0, abs=0.01) and band[1] == pytest.approx(0.1, abs=0.025)
    view = np.where(DEPTHS > 0.12, 1.0, 0.0)
    flat = np.where(inside == 0.5, -0.6, inside)
    band = _band(flat, view, OUTER[0])
    assert band is not None and band[1] == pytest.approx(0.12, abs=0.01)


def test_a_frame_keeps_its_tint_where_the_light_behind_things_is_told_to_have_another():
    room = windowed()
    [one] = seen_frames(room.empty, room.layout, regions(room.layout, 480, 360), room.segments, room.hole)
    middle = np.array([[(one.opening.left_m + one.opening.right_m) / 2, one.opening.bottom_m + FRAME_M / 2]])
    frame = one.edges["bottom"]
    usual, _ = _across(one, middle, np.array([True]), frame.beside[None], None)
    told = frame.beside[None] + np.array([[-0.3, -0.6, -0.9]])
    dim, _ = _across(one, middle, np.array([True]), told, None)
    assert np.abs(dim - (usual - 0.6)).max() < 0.02


def test_what_is_too_bright_is_dimmed_as_a_whole():
    room = windowed()
    [one] = seen_frames(room.empty, room.layout, regions(room.layout, 480, 360), room.segments, room.hole)
    frame = one.edges["bottom"]
    cap = replace(frame, brightest=frame.brightest - np.array([0.6, 0.3, 0.0]))
    middle = np.array([[(one.opening.left_m + one.opening.right_m) / 2, one.opening.bottom_m + FRAME_M / 2]])
    usual, _ = _across(one, middle, np.array([True]), frame.beside[None], None)
    least, _ = _across(
        replace(one, edges={**one.edges, "bottom": cap}), middle, np.array([True]), frame.beside[None], None
    )
    fall = (usual - least)[0]
    assert np.ptp(fall) < 1e-4 and fall[0] == pytest.approx(0.3, abs=0.05)
