"""Materials and meshes as Mitsuba values: ``Material`` -> BSDF dictionary, ``Mesh`` -> ``mi.Mesh``.

UVs are metres; ``shape`` divides them by the material's ``tile_m``, so that 0..1 is once over its textures.

All opaque materials are converted to the same parts with the same lobes, and nothing that differs between them is a
constant of the code: the LLVM variant then compiles one kernel for any furniture. Compiling took longer than rendering.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..interior.material import Material
from ..interior.mesh import Mesh, Part, join
from ..types import Array

WHITE_PAPER = 0.8
"""Albedo of white paper and white walls, the scale for ``Material.glow``."""

_TRACE = 1e-4
"""Of a lobe that a material has not: at 0 Mitsuba leaves its code out, and the material needs a kernel of its own."""

_BUMP_SIDE = 512


def linear(srgb: Array) -> Array:
    """sRGB 0..1 to linear light."""
    s = np.asarray(srgb)
    return np.where(s <= 0.04045, s / 12.92, ((np.maximum(s, 0) + 0.055) / 1.055) ** 2.4)


def encoded(light: Array) -> Array:
    """Linear light to sRGB 0..1, clipped."""
    c = np.clip(light, 0, 1)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055)


def shrink(texture: Array, tile_m: tuple[float, float] | None, texel_m: float) -> Array:
    """The texture averaged down so that one texel is about ``texel_m`` (Mitsuba has no mip maps: finer detail than a
    pixel turns into moire). float32 of the same number of axes."""
    t = np.asarray(texture, dtype=np.float32)
    if tile_m is None or texel_m <= 0:
        return t
    h, w = t.shape[:2]
    want_w = int(np.clip(round(tile_m[0] / texel_m), 1, w))
    want_h = int(np.clip(round(tile_m[1] / texel_m), 1, h))
    if (want_h, want_w) == (h, w):
        return t
    import cv2

    return np.asarray(cv2.resize(t, (want_w, want_h), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _texture(mi: Any, values: Array) -> dict[str, Any]:
    """A raw (linear) bitmap texture of HxW or HxWx3 values, over UVs 0..1, repeated."""
    v = np.ascontiguousarray(values if values.ndim == 3 else values[..., None], dtype=np.float32)
    return {"type": "bitmap", "bitmap": mi.Bitmap(v), "raw": True, "format": "fp16"}


def _uvs(uvs: Array, m: Material) -> Array:
    """Texture coordinates of ``uvs`` (metres, or 0..1 where the texture is seen once)."""
    # v grows upwards over a part while rows grow downwards in a picture: nothing has an up that shows
    if m.tile_m is not None:
        return uvs / np.asarray(m.tile_m, np.float32)
    rows, cols = m.albedo.shape[:2] if isinstance(m.albedo, np.ndarray) else (1, 1)
    half = np.array([0.5 / cols, 0.5 / rows], np.float32)
    return half + uvs * (1 - 2 * half)  # half a texel short of each border, or the opposite one would shine through


def _flat(value: float | Sequence[float]) -> Array:
    """A texture of one value."""
    return np.broadcast_to(np.asarray(value, np.float32), (4, 4) if np.ndim(value) == 0 else (4, 4, 3))


def _colour(mi: Any, m: Material, texel_m: float) -> Any:
    if isinstance(m.albedo, np.ndarray):
        light = shrink(linear(m.albedo.astype(np.float32) / 255), m.tile_m, texel_m)
        return _texture(mi, np.clip(light, 0, 0.95))
    return _texture(mi, np.clip(_flat(m.albedo), 0, 0.95))


def _number(mi: Any, value: float | Array, m: Material, texel_m: float, low: float = 0.0) -> Any:
    if isinstance(value, np.ndarray):
        return _texture(mi, np.clip(shrink(value, m.tile_m, texel_m), low, 1))
    return _texture(mi, np.clip(_flat(value), low, 1))


def _bump(mi: Any, m: Material, texel_m: float) -> Any:
    """Height in metres; flat where the material has none or it is finer than a pixel. Of one size for all: Mitsuba
    writes a height map's size into the kernel."""
    import cv2

    height: Array = np.zeros((4, 4), np.float32)
    if m.bump is not None:
        small = shrink(m.bump, m.tile_m, texel_m)
        if min(small.shape) > 2:
            height = small
    return _texture(mi, cv2.resize(height, (_BUMP_SIDE, _BUMP_SIDE), interpolation=cv2.INTER_LINEAR))


def bsdf(mi: Any, m: Material, *, texel_m: float = 0.0) -> dict[str, Any]:
    """The Mitsuba dictionary of a material. ``texel_m``: size of a pixel on the nearest such surface, metres; finer
    texture is averaged away.

    For meshes made by ``shape``, whose UVs fit.
    """
    colour = _colour(mi, m, texel_m)
    if m.transmission > 0.5:
        tint = m.albedo.reshape(-1, 3).mean(0) / 255 if isinstance(m.albedo, np.ndarray) else np.asarray(m.albedo)
        # Thin panes let light through without caustics; a closed glass body is then two panes.
        node: dict[str, Any] = {
            "type": "thindielectric",
            "int_ior": float(m.ior),
            "specular_transmittance": {"type": "rgb", "value": [float(c) ** 0.5 for c in np.clip(tint, 0, 1)]},
        }
    elif m.translucency > 0:
        node = {
            "type": "principledthin",
            "base_color": colour,
            "roughness": _number(mi, m.roughness, m, texel_m, 0.05),
            "diff_trans": float(np.clip(2 * m.translucency, 0, 2)),
            "eta": float(m.ior),
        }
    else:
        node = {
            "type": "principled",
            "base_color": colour,
            "roughness": _number(mi, m.roughness, m, texel_m, 0.03),
            "metallic": max(float(m.metallic), _TRACE),
            "specular": float(np.clip(((m.ior - 1) / (m.ior + 1)) ** 2 / 0.08, 0, 1)),
            "sheen": max(float(m.sheen), _TRACE),
            "sheen_tint": 0.5,
            "clearcoat": max(float(m.coat), _TRACE),
            "clearcoat_gloss": 0.9,
        }
        node = {"type": "bumpmap", "arbitrary": _bump(mi, m, texel_m), "scale": 1.0, "bsdf": node}
        node = {"type": "twosided", "bsdf": node}
    if m.opacity is not None:
        node = {"type": "mask", "opacity": _texture(mi, np.clip(m.opacity, 0, 1)), "bsdf": node}
    return node


def emitter(m: Material, white: Sequence[float]) -> dict[str, Any] | None:
    """The area light of a glowing material; ``white`` is the radiance of white paper in this light, linear RGB."""
    if m.glow is None or max(m.glow) <= 0:
        return None
    return {
        "type": "area",
        "radiance": {"type": "rgb", "value": [float(g * w) for g, w in zip(m.glow, white, strict=True)]},
    }


def mesh(mi: Any, name: str, value: Mesh, *, bsdf: Any = None, emitter: Any = None) -> Any:
    """A ``mi.Mesh`` with normals and UVs; ``bsdf`` and ``emitter`` are loaded Mitsuba objects or None."""
    props = mi.Properties()
    if bsdf is not None:
        props["bsdf"] = bsdf
    if emitter is not None:
        props["emitter"] = emitter
    shape = mi.Mesh(
        name, len(value.vertices), len(value.faces), props=props, has_vertex_normals=True, has_vertex_texcoords=True
    )
    params = mi.traverse(shape)
    params["vertex_positions"] = np.ascontiguousarray(value.vertices, dtype=np.float32).ravel()
    params["vertex_normals"] = np.ascontiguousarray(value.normals, dtype=np.float32).ravel()
    params["vertex_texcoords"] = np.ascontiguousarray(value.uvs, dtype=np.float32).ravel()
    params["faces"] = np.ascontiguousarray(value.faces, dtype=np.uint32).ravel()
    params.update()
    return shape


def shape(mi: Any, name: str, value: Mesh, m: Material, *, texel_m: float, white: Sequence[float]) -> Any:
    """A mesh that wears ``m``; ``texel_m`` as in ``bsdf``, ``white`` as in ``emitter``."""
    lamp = emitter(m, white)
    return mesh(
        mi,
        name,
        replace(value, uvs=_uvs(value.uvs, m)),
        bsdf=mi.load_dict(bsdf(mi, m, texel_m=texel_m)),
        emitter=mi.load_dict(lamp) if lamp else None,
    )


def merge(parts: Iterable[tuple[Mesh, Any]]) -> list[tuple[Mesh, Any]]:
    """Meshes that wear an equal (hashable) key joined into one, in order of first appearance."""
    groups: dict[Any, list[Mesh]] = {}
    for m, key in parts:
        if len(m.faces):
            groups.setdefault(key, []).append(m)
    return [(join(ms), key) for key, ms in groups.items()]


def by_slot(parts: Iterable[Part]) -> list[tuple[Mesh, str]]:
    """Parts as (mesh, slot) pairs."""
    return [(p.mesh, p.slot) for p in parts]
