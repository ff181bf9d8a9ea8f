"""The rendered rooms that RoomNet is trained on: the labels they hold, mirrors that show the room."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from stagekit.models.roomnet_arch import CLASSES

INDEX = {name: k for k, name in enumerate(CLASSES)}


@pytest.fixture(scope="module")
def made():
    """The modules, imported as the recipe does it."""
    folder = str(Path(__file__).resolve().parents[2] / "weights")
    sys.path.insert(0, folder)
    try:
        names = ("rooms", "room", "furnish", "pieces", "fittings")
        yield {name: importlib.import_module(f"synthetic_{name}") for name in names}
    finally:
        sys.path.remove(folder)


def furnished(made, seed):
    rng = np.random.default_rng([11, seed])
    room = made["room"].Room(rng)
    made["furnish"].furnish(room, rng)
    return room


def bare(made, rng):
    """An empty grey room of 4 x 4 x 2.5 m, seen from its front wall."""
    room = made["room"].Room(rng)
    room.faces, room.boxes, room.pieces, room.rugs = room.faces[:6], [], [], []
    room.w, room.d, room.h, room.sun_power, room.gloss = 4.0, 4.0, 2.5, 0.0, 0.0
    for face, offset in zip(room.faces, (0.0, 2.5, 0.0, 4.0, 0.0, 4.0), strict=True):
        face.offset, face.patches, face.texture = offset, [], "plain"
        face.colour = np.full(3, 0.5)
    room.eye, room.base, room.crown = np.array([2.0, 1.3, 0.6]), 0.0, 0.0
    return room


def test_labels_of_the_fittings(made):
    found = {"rug": 0}
    for seed in range(60):
        room = furnished(made, seed)
        found["rug"] += bool(room.rugs)
        for piece in room.pieces:
            lo, hi = piece.corners().min(0), piece.corners().max(0)
            assert (lo > -0.011).all() and (hi < np.array([room.w, room.h, room.d]) + 0.011).all()
            roles = {part[2] for part in piece.parts}
            assert roles <= set(CLASSES)
            for role in roles:
                found[role] = found.get(role, 0) + 1
            if {"countertop", "chair"} <= roles:
                found["island"] = found.get("island", 0) + 1
            if any(part[4].startswith("glow") for part in piece.parts):
                found["glow"] = found.get("glow", 0) + 1
    assert {"mirror", "fireplace", "island", "curtain", "glow", "lamp", "rug"} <= set(found)
    assert 15 < found["rug"] < 45


def test_rugs_lie_between_the_walls(made):
    for seed in range(60):
        room = furnished(made, seed)
        for rug in room.rugs:
            half = np.array([rug.half[0], 0.01, rug.half[1]])
            corners = made["pieces"].Piece([(-half, half, "rug", rug.colours[0], "plain")], rug.at, rug.yaw).corners()
            assert (corners[:, [0, 2]] > 0).all() and (corners[:, [0, 2]] < [room.w, room.d]).all()


def test_pictures_hold_what_their_labels_say(made, monkeypatch):
    """Cells in the picture's order, each with the shares of the rays that fall into it."""
    traced = []
    trace = made["rooms"].trace

    def seen(*given):
        traced.append(trace(*given)[1])
        return trace(*given)

    monkeypatch.setattr(made["rooms"], "trace", seen)
    image, shares, classes = made["rooms"].render(np.random.default_rng([11, 1]), 240)
    again = made["rooms"].render(np.random.default_rng([11, 1]), 240)
    assert all((a == b).all() for a, b in zip((image, shares, classes), again, strict=True))
    assert shares.shape[2] == len(classes) and np.abs(shares.sum(2, dtype=int) - 255).max() <= len(classes)
    assert image.shape[0] == 4 * shares.shape[0] and image.std() > 5
    h, w = shares.shape[:2]
    label = next(t for t in traced if t.size == 36 * h * w).reshape(h, 6, w, 6)
    pure = (label.min((1, 3)) == label.max((1, 3))) & (label.min((1, 3)) >= 0)
    assert pure.mean() > 0.5
    assert (classes[shares.argmax(2)] == label[:, 0, :, 0])[pure].all()


@pytest.mark.parametrize(("lean", "round_"), [(0.0, False), (0.1, False), (0.0, True)])
def test_a_mirror_shows_the_room(made, lean, round_):
    """A red wall faces the glass with a low green pillar on the right: red is seen in it, none of it on the frame, green on
    the right, and at the eye's height in an upright glass alone: a leaning one looks up."""
    rng = np.random.default_rng(3)
    room = bare(made, rng)
    room.faces[4].colour = np.array([0.8, 0.05, 0.05])
    pillar = np.array([2.3, 0.0, 0.0]), np.array([3.1, 1.6, 0.1])
    room.boxes = [(*pillar, "wall", np.array([0.05, 0.8, 0.05]))]
    maker = made["fittings"].Fitter(rng)
    if round_:
        maker.round_glass(0, 1.4, 0.5, 0.5, 0)
    else:
        maker.glass(-0.5, 0.5, 0.4, 2.0, 0)
    for _, _, _, colour, kind in maker.parts:
        if not kind.startswith("mirror"):
            colour[:] = (0.1, 0.1, 0.6)
    piece = made["pieces"].Piece(maker.parts, lean=lean)
    assert made["furnish"].Space(room, rng).mount(piece, room.faces[5], 2.0, 0.3)
    x, y = np.meshgrid(np.linspace(-0.3, 0.3, 61), np.linspace(0.3, -0.35, 61))
    d = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], 1)
    colour, label = made["rooms"].trace(room, room.eye, d)
    mirror = label == INDEX["mirror"]
    red = colour[:, 0] > 3 * np.maximum(colour[:, 1], colour[:, 2])
    blue = colour[:, 2] > 2 * np.maximum(colour[:, 0], colour[:, 1])
    green = mirror & (colour[:, 1] > 3 * np.maximum(colour[:, 0], colour[:, 2]))
    assert (mirror & red).sum() > 300 and (mirror & blue).sum() > 30
    assert not (red & ~mirror).any() and not (blue & ~mirror).any()
    assert green.sum() > 50 and (x.ravel()[green] > 0.02).all()
    level = np.abs(y.ravel()) < 0.03
    assert (green & level).any() == (lean == 0)


def test_sheers_show_what_is_behind_them(made):
    room = bare(made, np.random.default_rng(3))
    cloth = np.array([1.2, 0.0, 3.8]), np.array([2.8, 2.4, 3.82])
    seen = {}
    for kind in ("cloth", "sheer"):
        room.pieces = [made["pieces"].Piece([(*cloth, "curtain", np.full(3, 0.85), kind)])]
        for name, colour in (("red", (0.8, 0.05, 0.05)), ("green", (0.05, 0.8, 0.05))):
            room.faces[5].colour = np.array(colour)
            seen[kind, name], label = made["rooms"].trace(room, room.eye, np.array([[0.01, 0.02, 1.0]]))
            assert label[0] == INDEX["curtain"]
    assert np.allclose(seen["cloth", "red"], seen["cloth", "green"])
    apart = seen["sheer", "red"] - seen["sheer", "green"]
    assert apart[0, 0] > 0.02 and apart[0, 1] < -0.02


def test_the_floor_shines_and_the_rug_does_not(made):
    room = bare(made, np.random.default_rng(3))
    room.rugs = [made["pieces"].Rug((1.0, 2.5), (0.6, 0.6), 0.0, False, np.full((3, 3), 0.4), "plain", 0.0, 0.0)]
    down = np.array([[-1.0, -1.3, 1.9], [1.0, -1.3, 1.9]])
    dull, label = made["rooms"].trace(room, room.eye, down)
    room.gloss = 1.0
    shiny, _ = made["rooms"].trace(room, room.eye, down)
    assert label.tolist() == [INDEX["rug"], INDEX["floor"]]
    assert np.allclose(shiny[0], dull[0]) and (shiny[1] > dull[1] + 0.005).all()


@pytest.mark.parametrize("wall", [2, 3, 4, 5])
def test_curtains_hang_where_the_window_is(made, wall):
    """Close to a wall's end, where there is room on one side only."""
    for seed in range(6):
        room = bare(made, np.random.default_rng(3))
        space, face = made["furnish"].Space(room, np.random.default_rng(seed)), room.faces[wall]
        lo, _ = space.span(face)
        face.patches = [made["room"].Patch("window", lo + 0.1, lo + 1.3, 0.9, 2.0, np.ones(3), {"curtain": 1.0})]
        space.hang(1.1)
        (piece,) = room.pieces
        u, _ = face.uv(piece.corners())
        assert lo < u.min() < lo + 0.1 and lo + 1.3 < u.max() < lo + 1.9
