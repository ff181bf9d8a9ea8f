"""Mitsuba scenes of one staged room: the shining shell, the furniture, and both together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..interior.family import build, slot_specs
from ..interior.material import Material, material
from ..interior.mesh import Mesh, Part, join
from ..types import Array, Camera, Placement
from . import convert
from .engine import Engine
from .light import LUMA, Light
from .shell import Rect

_OWN_SEED = frozenset({"art", "book"})
"""Material kinds that differ from piece to piece; the others are one material for the whole room."""
_FLAT_M = 0.03
"""Pieces this thin (rugs) cast no shadow of their own on the floor that they cover."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A placement in the world: its parts and the material of each slot as (spec, seed)."""

    placement: Placement
    parts: list[Part]
    wears: dict[str, tuple[str, int]]

    @property
    def solid(self) -> Mesh | None:
        """What blocks light: all but glass. None for flat things and pure glass."""
        if self.placement.size_m[1] < _FLAT_M:
            return None
        meshes = [p.mesh for p in self.parts if material(*self.wears[p.slot]).transmission <= 0.5 and len(p.mesh.faces)]
        return join(meshes) if meshes else None


def build_pieces(placements: Sequence[Placement]) -> list[Piece]:
    """Meshes of all placements in the world frame. Raises OptionError for unknown families, parameters, materials."""
    pieces = []
    for p in placements:
        specs = slot_specs(p)
        wears = {slot: (spec, p.seed if spec.partition(":")[0] in _OWN_SEED else 0) for slot, spec in specs.items()}
        parts = [part for part in build(p) if len(part.mesh.faces)]
        if parts:
            pieces.append(Piece(p, parts, wears))
    return pieces


def rect_matrix(r: Rect) -> Array:
    """4x4: Mitsuba's rectangle (-1..1 in x and y, facing +z) onto ``r``."""
    m = np.eye(4)
    m[:3, 0], m[:3, 1], m[:3, 2] = r.eu / 2, r.ev / 2, r.normal
    m[:3, 3] = r.corner + r.eu / 2 + r.ev / 2
    return m


def _load(mi: Any, entries: dict[str, Any]) -> Any:
    """A scene whose shapes and lights keep the order of ``entries``. Each is loaded by itself: loaded together they come in
    the order in which threads finish, and the same seed would pick other lights."""
    made = {k: mi.load_dict(v) if isinstance(v, dict) else v for k, v in entries.items()}
    return mi.load_dict({"type": "scene", **made})


def shell_dict(mi: Any, rects: Sequence[Rect], textures: Sequence[Array]) -> dict[str, Any]:
    """Scene entries of the shell: black rectangles that emit their textures, chosen in proportion to their power."""
    entries: dict[str, Any] = {}
    power = np.array([max(float((t @ LUMA).mean()) * r.area_m2, 1e-4) for r, t in zip(rects, textures, strict=True)])
    for i, (r, t) in enumerate(zip(rects, textures, strict=True)):
        bitmap = mi.Bitmap(np.ascontiguousarray(np.maximum(t, 1e-4), np.float32))
        entries[f"shell{i}"] = {
            "type": "rectangle",
            "to_world": mi.ScalarTransform4f(rect_matrix(r)),
            "bsdf": {"type": "diffuse", "reflectance": {"type": "rgb", "value": 0.0}},
            "emitter": {
                "type": "area",
                "radiance": {"type": "bitmap", "bitmap": bitmap, "raw": True, "wrap_mode": "clamp", "format": "fp16"},
                "sampling_weight": float(power[i] / power.mean()),
            },
        }
    return entries


def shell_scene(engine: Engine, rects: Sequence[Rect], textures: Sequence[Array]) -> Any:
    """The empty room."""
    return _load(engine.mi, shell_dict(engine.mi, rects, textures))


def solid_scene(engine: Engine, pieces: Sequence[Piece]) -> Any | None:
    """Only what blocks light, one mesh for everything; None when nothing does."""
    solids = [m for m in (p.solid for p in pieces) if m is not None]
    if not solids:
        return None
    return _load(engine.mi, {"solid": convert.mesh(engine.mi, "solid", join(solids))})


def label_scene(engine: Engine, pieces: Sequence[Piece]) -> Any:
    """One mesh for each piece, in order: primary rays tell coverage, distance and which piece."""
    mi = engine.mi
    meshes = {
        f"piece{i:04d}": convert.mesh(mi, f"piece{i:04d}", join(q.mesh for q in p.parts)) for i, p in enumerate(pieces)
    }
    return _load(mi, meshes)


def full_scene(engine: Engine, pieces: Sequence[Piece], light: Light, textures: Sequence[Array], camera: Camera) -> Any:
    """Shell and furniture with materials. ``textures``: the shell's light (shaded by the furniture); ``camera``: as
    rendered, it decides how fine textures need to be."""
    mi = engine.mi
    scene: dict[str, Any] = shell_dict(mi, light.rects, textures)
    items = convert.merge((part.mesh, piece.wears[part.slot]) for piece in pieces for part in piece.parts)
    for i, (mesh, (spec, seed)) in enumerate(items):
        m: Material = material(spec, seed)
        _, depth = camera.project(mesh.vertices[:: max(1, len(mesh.vertices) // 2000)])
        near = float(np.clip(np.percentile(depth, 5), 0.3, 50))
        scene[f"part{i:04d}"] = convert.shape(
            mi, f"part{i:04d}", mesh, m, texel_m=0.8 * near / camera.focal_px, white=light.white.tolist()
        )
    return _load(mi, scene)
