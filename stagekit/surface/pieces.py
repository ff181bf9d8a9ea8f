"""Coverings laid out flat: one seamless texture in metres, made of pieces that each show another part of the material."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..interior.material import Material, material
from ..types import Array
from .colour import encode, linear
from .finish import Covering

TEXEL_M = 0.0015
"""Metres a texel: a close photo of 12 megapixels shows about 0.5 mm a pixel at its lower edge, most of them 2 mm."""
REACH_M = 3.6
"""About this much is laid before it repeats: fifty planks, thirty-six tiles."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """``albedo`` uint8 HxWx3 sRGB, columns along u, rows along v; ``texel_m`` metres (along u, along v) of one texel;
    ``roughness`` of the material, its mean."""

    albedo: Array
    texel_m: tuple[float, float]
    roughness: float

    @property
    def size_m(self) -> tuple[float, float]:
        """Metres (along u, along v) after which it repeats."""
        return self.albedo.shape[1] * self.texel_m[0], self.albedo.shape[0] * self.texel_m[1]


@lru_cache(maxsize=4)
def sheet(covering: Covering, seed: int = 0) -> Sheet:
    """The covering as one sheet; the same covering and seed give the same bytes."""
    m = material(covering.material, seed)
    rough = float(np.mean(m.roughness))
    if covering.pattern == "plain":
        return _plain(m, rough, seed)
    length, width = covering.piece_m
    size_u, size_v = _period(covering)
    columns, rows = round(size_u / TEXEL_M), round(size_v / TEXEL_M)
    rng = np.random.default_rng([seed, *covering.name.encode()])
    out = np.empty((rows, columns, 3), np.uint8)
    u = ((np.arange(columns, dtype=np.float32) + 0.5) * (size_u / columns))[None]
    table = rng.random((4096, 4), dtype=np.float32)
    joint = linear(np.array(_rgb(covering.joint), np.uint8))
    texture = np.asarray(m.albedo)
    light = linear(texture)
    for top in range(0, rows, 256):  # in bands: a whole sheet of float indices would take 0.5 GB
        v = ((np.arange(top, min(top + 256, rows), dtype=np.float32) + 0.5) * (size_v / rows))[:, None]
        number, along, across, edge = _LAY[covering.pattern](u, v, length, width, (size_u, size_v), table)
        draw = table[number % 4096]
        if covering.turn:
            turned = draw[..., 3] > 0.5
            along, across = np.where(turned, across, along), np.where(turned, along, across)
        tile_u, tile_v = m.tile_m or (1.0, 1.0)
        x = ((along / tile_u + draw[..., 0]) % 1 * texture.shape[1]).astype(np.int32)
        # wood's tile holds three boards: a plank wider than one is cut from its middle on, and mirrors the rest
        y = ((across / tile_v + draw[..., 1]) % 1 * texture.shape[0]).astype(np.int32)
        colour = light[y, x] * (1 + covering.tone * 2 * (draw[..., 2] - 0.5) * 1.7)[..., None]
        # the joint, as much of a texel as it covers
        cover = np.clip((covering.joint_m / 2 - edge) / TEXEL_M + 0.5, 0, 1)
        cover *= min(1.0, covering.joint_m / TEXEL_M)
        bevel = 1 - 0.10 * np.exp(-np.maximum(edge, 0) / 0.0025)
        colour = colour * bevel[..., None] * (1 - cover[..., None]) + joint * cover[..., None]
        out[top : top + colour.shape[0]] = encode(colour)
    return Sheet(out, (size_u / columns, size_v / rows), rough)


def _plain(m: Material, rough: float, seed: int) -> Sheet:
    """A material without pieces, its own tile; large clouds keep the repetition from showing."""
    texture = np.asarray(m.albedo)
    if texture.ndim == 1:
        texture = np.broadcast_to(encode(np.asarray(m.albedo, np.float32)), (64, 64, 3))
    tile_u, tile_v = m.tile_m or (1.0, 1.0)
    light = linear(texture)
    if m.bump is not None:  # piles and weaves live from their own shadows: light from one side, baked in
        slope = np.gradient(np.asarray(m.bump, np.float32), axis=0) / (tile_v / m.bump.shape[0])
        light = light * np.clip(1 - 0.8 * np.tanh(slope), 0.5, 1.4)[..., None]
    return Sheet(encode(light), (tile_u / texture.shape[1], tile_v / texture.shape[0]), rough)


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:], 16)


def _period(c: Covering) -> tuple[float, float]:
    """Metres along u and v after which the pattern of pieces closes."""
    length, width = c.piece_m
    if c.pattern == "herringbone":
        unit = 2 * max(2, round(length / width)) * width
        n = max(1, round(REACH_M / unit))
        return n * unit, n * unit
    if c.pattern == "chevron":
        column, row = 2 * length * np.sqrt(0.5), width * np.sqrt(2)
        return max(1, round(REACH_M / column)) * column, max(2, round(REACH_M / row)) * row
    if c.pattern == "planks":
        return max(2, round(2 * REACH_M / 3 / length)) * length * 1.0, max(3, round(REACH_M / width)) * width
    return 2 * max(1, round(REACH_M / 2 / length)) * length, 2 * max(1, round(REACH_M / 2 / width)) * width


# Each layer takes (u, v) in metres and gives the piece's number, metres along and across it, and metres to its edge.
_Laid = tuple[Array, Array, Array, Array]


def _edge(a: Array, b: Array, length: float, width: float) -> Array:
    return np.minimum(np.minimum(a, length - a), np.minimum(b, width - b))


def _planks(u: Array, v: Array, length: float, width: float, size: tuple[float, float], table: Array) -> _Laid:
    row = np.floor(v / width).astype(np.int32)
    # neighbours never end within a sixth of a plank of each other: the golden ratio steps round the circle
    shift = (row * 0.618 % 1 * length).astype(np.float32)
    a = (u + shift) % size[0]
    column = np.floor(a / length).astype(np.int32)
    a = a - column * length
    b = np.broadcast_to(v - row * width, a.shape)
    return row * 31 + column, a, b, _edge(a, b, length, width)


def _tiles(u: Array, v: Array, length: float, width: float, size: tuple[float, float], table: Array) -> _Laid:
    row, column = np.floor(v / width).astype(np.int32), np.floor(u / length).astype(np.int32)
    a = np.broadcast_to(u - column * length, np.broadcast_shapes(u.shape, v.shape))
    b = np.broadcast_to(v - row * width, a.shape)
    return row * 67 + column, a, b, _edge(a, b, length, width)


def _running(u: Array, v: Array, length: float, width: float, size: tuple[float, float], table: Array) -> _Laid:
    row = np.floor(v / width).astype(np.int32)
    a = (u + (row % 2) * (length / 2)) % size[0]
    column = np.floor(a / length).astype(np.int32)
    a = a - column * length
    b = np.broadcast_to(v - row * width, a.shape)
    return row * 67 + column, a, b, _edge(a, b, length, width)


def _herringbone(u: Array, v: Array, length: float, width: float, size: tuple[float, float], table: Array) -> _Laid:
    n = max(2, round(length / width))
    i, j = np.floor(u / width).astype(np.int32), np.floor(v / width).astype(np.int32)
    fu, fv = u - i * width, v - j * width
    k = (i - j) % (2 * n)
    flat = k < n
    step = np.where(flat, k, 2 * n - 1 - k)  # cells from the piece's beginning
    a = step * width + np.where(flat, fu, fv)
    b = np.where(flat, fv, fu)
    ci, cj = round(size[0] / width), round(size[1] / width)
    start_i, start_j = np.where(flat, i - step, i) % ci, np.where(flat, j, j - step) % cj
    number = (start_i * 131 + start_j * 17 + np.where(flat, 0, 2048)).astype(np.int32)
    return number, a.astype(np.float32), b.astype(np.float32), _edge(a, b, n * width, width)


def _chevron(u: Array, v: Array, length: float, width: float, size: tuple[float, float], table: Array) -> _Laid:
    column_m, row_m = length * np.sqrt(0.5), width * np.sqrt(2)
    column = np.floor(u / column_m).astype(np.int32)
    x = u - column * column_m
    slope = np.where(column % 2 == 0, x, column_m - x)
    s = (v + slope) % size[1]
    row = np.floor(s / row_m).astype(np.int32)
    b = (s - row * row_m) * np.sqrt(0.5)
    a = np.broadcast_to(x * np.sqrt(2), b.shape)
    edge = np.minimum(np.minimum(b, width - b), np.minimum(x, column_m - x))
    return column * 97 + row, a.astype(np.float32), b.astype(np.float32), edge.astype(np.float32)


_LAY = {
    "planks": _planks, "tiles": _tiles, "running": _running, "herringbone": _herringbone, "chevron": _chevron,
}  # fmt: skip
