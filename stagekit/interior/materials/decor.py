"""Leaves, soil, paper, books and printed art."""

from __future__ import annotations

import numpy as np

from ...errors import OptionError
from ...types import Array
from ..material import Material
from ..texture import colour, fbm, fibres, grid, linear, mix, smoothstep, tint, to_uint8
from .prints import PRINTS, print_picture

LEAVES = {
    # face, vein, roughness, contrast of veins
    "fiddle": ("#4f6b35", "#97a866", 0.36, 0.55),
    "rubber": ("#33472f", "#6f7d52", 0.26, 0.30),
    "olive": ("#74825f", "#9aa587", 0.48, 0.25),
    "snake": ("#4c6242", "#2f4530", 0.38, 0.0),
    "monstera": ("#3a5b2e", "#7f9a58", 0.32, 0.45),
    "palm": ("#527338", "#8ea35c", 0.42, 0.30),
    "bushy": ("#547a3c", "#93ac66", 0.40, 0.40),
    "eucalyptus": ("#8b9d8c", "#aab8a6", 0.55, 0.25),
    "dry": ("#bfa37a", "#a58a62", 0.70, 0.20),
    "stem": ("#6d7f45", "#7d8f52", 0.50, 0.0),
}


def leaf(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``leaf:kind`` or ``leaf:#rrggbb``: four leaves side by side (0..1 of UV, u along the leaf from its stalk), each
    of its own shade, with midrib and side veins; light shines through."""
    name = args[0] if args else "fiddle"
    if name in LEAVES:
        face, vein, rough, contrast = LEAVES[name]
    else:
        try:
            face = vein = "#" + "".join(f"{int(c * 255):02x}" for c in colour(name))
        except OptionError:
            known = ", ".join(sorted(LEAVES))
            raise OptionError(f"unknown leaf {name!r}; known: {known}, or a colour as '#rrggbb'") from None
        rough, contrast = 0.42, 0.0
    if name == "stem":
        return Material(tuple(float(c) for c in linear(colour(face))), roughness=rough)  # type: ignore[arg-type]
    shape = (128, 1024)
    v, u = grid(shape)
    k = np.floor(u * 4).astype(int)
    s, q = u * 4 - k, np.abs(2 * v - 1)
    cloud = fbm(shape, rng, 4, base=(3, 16))
    fine = fbm(shape, rng, 3, base=(24, 160))
    shade = (1 + rng.normal(0, 0.10, 4))[k] * (1 + 0.07 * np.tanh(cloud) + 0.03 * fine)
    warm = rng.normal(0.0, 0.06, 4)[k] + 0.02 * np.tanh(cloud)
    midrib = np.exp(-((q / (0.035 + 0.03 * (1 - s))) ** 2))
    slope = {"palm": 6.0, "snake": 0.0, "olive": 1.2}.get(name, 0.42)
    phase = (s - slope * q * 0.5) * 9.0
    width = 0.09 + 0.05 * q
    side = (
        np.exp(-(((phase - np.round(phase)) / width) ** 2)) * (1 - 0.6 * q)
        if slope < 2
        else np.zeros(shape, np.float32)
    )
    if name == "palm":
        side = 0.3 * np.abs(np.sin(q * 14))
    veins = np.clip(midrib + 0.55 * side, 0, 1) * contrast
    rgb = mix(colour(face), colour(vein), veins)
    quilt = 1 - 0.10 * side + 0.06 * np.abs(np.sin(np.pi * phase)) if slope and name != "palm" else 1.0
    if name == "snake":  # dark wavy bands, pale yellow rim
        bands = np.sin(2 * np.pi * 14 * s + 2.2 * np.asarray(fbm(shape, rng, 3, base=(3, 40))))
        rgb = mix(colour("#8b9c7c"), colour(face), smoothstep(-0.5, 0.5, bands))
        rgb = mix(rgb, colour("#c9bf78"), smoothstep(0.80, 0.87, q))
    opacity = None
    if name == "monstera":  # slits between the side veins, and a few holes by the rib
        split = np.abs(phase - np.floor(phase) - 0.5)
        open_ = (split < 0.055 + 0.13 * (q - 0.45)) & (q > 0.42) & (s > 0.12) & (s < 0.90)
        hole = ((split / 0.15) ** 2 + ((q - 0.24) / 0.07) ** 2 < 1) & (s > 0.25) & (s < 0.75)
        opacity = 1 - (open_ | hole).astype(np.float32)
    height = -0.4 * midrib - 0.3 * side
    return Material(
        tint(rgb, shade * quilt, warm=warm),
        roughness=np.clip(rough + 0.05 * np.tanh(cloud) + 0.08 * side, 0.12, 0.9).astype(np.float32),
        tile_m=None,
        bump=(height * 0.004).astype(np.float32),
        translucency=0.22,
        opacity=opacity,
    )


def soil(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``soil[:dark|pebbles|moss]``."""
    name = args[0] if args else "dark"
    bases = {"dark": "#3f342b", "pebbles": "#a59d92", "moss": "#6d7440"}
    if name not in bases:
        raise OptionError(f"unknown soil {name!r}; known: {', '.join(bases)}")
    shape = (256, 256)
    crumbs, fine = fbm(shape, rng, 4, base=(20, 20), gain=0.7), fbm(shape, rng, 3, base=(60, 60))
    return Material(
        tint(colour(bases[name]), np.clip(1 + 0.30 * np.tanh(crumbs) + 0.10 * fine, 0.4, 1.7)),
        roughness=0.95,
        tile_m=(0.2, 0.2),
        bump=(0.002 * np.tanh(crumbs)).astype(np.float32),
    )


def paper(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``paper[:colour][,pages]``: card for mats; ``pages``: the edge of a book, leaves along u."""
    names = [a for a in args if a != "pages"]
    base = colour(names[0] if names else "#e4e0d7")
    shape = (192, 192)
    fine = fbm(shape, rng, 3, base=(40, 40))
    shade = 1 + 0.012 * fine
    if "pages" in args:
        shade = shade * (0.90 + 0.07 * fibres(shape, rng, along=2, across=90))
    return Material(tint(base, shade), roughness=0.9, tile_m=(0.06, 0.03), bump=(2e-6 * fine).astype(np.float32))


BOOKS = (
    "#e0d8c8",
    "#8a9a93",
    "#3d4a5a",
    "#b08a5e",
    "#7a4c42",
    "#c9beae",
    "#2f3033",
    "#a97a5c",
    "#d9cfc0",
    "#5d6b4f",
    "#7d7468",
    "#e3e0d8",
)


def book(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``book[:#rrggbb,#rrggbb...]``: twelve spines side by side (0..1 of UV, v up the spine) in cloth of these colours,
    with titles and bands."""
    import cv2

    names = args or BOOKS
    px, n = (256, 768), 12
    cols = [colour(names[i % len(names)]) for i in range(n)]
    if args:
        cols = [np.clip(c * (1 + rng.normal(0, 0.06)), 0, 0.92) for c in cols]
    picture = np.zeros((*px, 3), np.float32)
    each = px[1] // n
    for i, c in enumerate(cols):
        cell = np.ones((px[0], each, 3), np.float32) * c
        light = float(c.mean()) > 0.55
        ink: Array = np.array([0.16, 0.15, 0.14] if light else [0.86, 0.80, 0.66], np.float32)
        ink = ink * 0.75 + c * 0.25
        kind = int(rng.integers(4))
        x0, x1 = int(each * 0.30), int(each * 0.70)
        y = int(rng.uniform(0.12, 0.25) * px[0])
        end = y + int(rng.uniform(0.25, 0.5) * px[0])
        if kind != 3:  # a title that runs up the spine: strokes of letters
            while y < end:
                step = int(rng.integers(3, 8))
                cv2.rectangle(
                    cell,
                    (x0 + int(rng.integers(0, 3)), y),
                    (x1 - int(rng.integers(0, 3)), y + max(1, step - 3)),
                    ink.tolist(),
                    -1,
                )
                y += step + int(rng.integers(0, 3)) * int(rng.random() < 0.35) * 2
        if kind in (1, 3):
            for yy in (0.06, 0.90):
                cv2.rectangle(cell, (0, int(yy * px[0])), (each, int((yy + 0.02) * px[0])), ink.tolist(), -1)
        if kind == 2:
            patch = (ink * 0.6 + c * 0.4).tolist()
            cv2.rectangle(cell, (int(each * 0.2), int(0.72 * px[0])), (int(each * 0.8), int(0.84 * px[0])), patch, -1)
        picture[:, i * each : (i + 1) * each] = cell
    weave = fbm(px, rng, 2, base=(100, 300))
    return Material(tint(picture[::-1].copy(), 1 + 0.03 * weave), roughness=0.62, tile_m=None)


def art(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """``art:kind[,#rrggbb...]``: a square print, mapped once over 0..1 of UV; row 0 is v = 0, its foot."""
    kind = args[0] if args else "abstract"
    if kind not in PRINTS:
        raise OptionError(f"unknown art {kind!r}; known: {', '.join(sorted(PRINTS))}")
    palette = [colour(a) for a in args[1:]]
    picture, relief, rough = print_picture(kind, palette, rng)
    return Material(
        to_uint8(linear(picture))[::-1].copy(),
        roughness=rough,
        tile_m=None,
        bump=None if relief is None else np.ascontiguousarray(relief[::-1]).astype(np.float32),
    )
