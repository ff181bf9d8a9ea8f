"""A photographer's studio for looking at furniture: soft daylight, a neutral floor, framed by itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ..interior.material import Material, material
from ..interior.mesh import Part
from ..types import Array
from . import convert, engine
from .denoise import denoise

_GREY = Material((0.4, 0.4, 0.4))


def _material(spec: str, seed: int) -> Material:
    """The spec's material; grey while its kind's module does not exist (this is a bench for unfinished furniture)."""
    try:
        return material(spec, seed)
    except (ModuleNotFoundError, AttributeError):
        return _GREY


def studio(
    parts: Sequence[Part],
    specs: Mapping[str, str],
    *,
    width: int = 480,
    height: int = 360,
    samples: int = 32,
    azimuth: float = 30,
    elevation: float = 15,
    seed: int = 0,
    threads: int | None = None,
) -> Array:
    """uint8 HxWx3: ``parts`` in their local frame (front +Z) seen from ``azimuth`` degrees to the right of the front
    and ``elevation`` degrees up, wearing the materials of ``specs`` (slot -> spec). Slots without a spec are grey."""
    mi = engine.start(threads=threads).mi
    corners = np.concatenate([p.mesh.bounds for p in parts])
    low, high = corners.min(0).astype(float), corners.max(0).astype(float)
    centre, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    a, e = math.radians(azimuth), math.radians(elevation)
    view = np.array([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])
    target, distance, fov = _frame(parts, centre, view, width / height)
    texel = distance * 2 * math.tan(math.radians(fov) / 2) / width

    scene: dict[str, object] = {"type": "scene", "integrator": _INTEGRATOR}
    scene["camera"] = {
        "type": "perspective",
        "fov": fov,
        "fov_axis": "x",
        "near_clip": 0.01,
        "to_world": mi.ScalarTransform4f().look_at(
            origin=(target + view * distance).tolist(), target=target.tolist(), up=[0, 1, 0]
        ),
        "film": {"type": "hdrfilm", "width": width, "height": height, "rfilter": {"type": "box"}},
        "sampler": {"type": "independent", "sample_count": samples},
    }
    scene["floor"] = {
        "type": "disk",
        "to_world": mi.ScalarTransform4f().translate([0, float(low[1]), 0]).rotate([1, 0, 0], -90).scale(80),
        "bsdf": {"type": "diffuse", "reflectance": {"type": "rgb", "value": [0.62, 0.615, 0.60]}},
    }
    scene["sky"] = {"type": "constant", "radiance": {"type": "rgb", "value": [0.60, 0.61, 0.63]}}
    span = max(radius, 0.4)
    for name, side, power in (("key", (-1.5, 1.7, 1.5), 26.0), ("fill", (2.2, 1.2, 0.6), 3.0)):
        at = centre + (_turn(a) @ np.array(side)) * span * 1.6
        scene[name] = {
            "type": "rectangle",
            "to_world": mi.ScalarTransform4f().look_at(origin=at.tolist(), target=centre.tolist(), up=[0, 1, 0])
            @ mi.ScalarTransform4f().scale(span * 0.9),
            "bsdf": {"type": "diffuse", "reflectance": 0.0},
            "emitter": {"type": "area", "radiance": {"type": "rgb", "value": [power, power * 0.98, power * 0.94]}},
        }
    for i, (mesh, spec) in enumerate(convert.merge((p.mesh, specs.get(p.slot, "")) for p in parts)):
        m = _material(spec, seed) if spec else _GREY
        scene[f"part{i}"] = convert.shape(mi, f"part{i}", mesh, m, texel_m=texel, white=(0.8, 0.8, 0.8))
    out = np.array(mi.render(mi.load_dict(scene), seed=seed, spp=samples))
    colour = denoise(out[..., :3], out[..., -6:-3], out[..., -3:])
    return (convert.encoded(_shoulder(colour * 0.8)) * 255 + 0.5).astype(np.uint8)


_INTEGRATOR = {
    "type": "aov",
    "aovs": "albedo:albedo,nn:sh_normal",
    "image": {"type": "path", "max_depth": 7, "hide_emitters": False},
}


def _turn(a: float) -> Array:
    return np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])


def _shoulder(x: Array) -> Array:
    """Highlights above 0.8 roll off towards 1 instead of clipping."""
    over = np.maximum(x - 0.8, 0)
    return np.where(x > 0.8, 0.8 + 0.2 * (1 - np.exp(-over / 0.2)), x)


def _frame(parts: Sequence[Part], centre: Array, view: Array, aspect: float) -> tuple[Array, float, float]:
    """(target, distance, horizontal field of view) that hold all vertices with a small margin."""
    fov = 32.0
    right = np.cross([0.0, 1.0, 0.0], view)
    right /= np.linalg.norm(right)
    up = np.cross(view, right)
    points = np.concatenate([p.mesh.vertices for p in parts]).astype(float) - centre
    x, y, z = points @ right, points @ up, points @ view
    tx = math.tan(math.radians(fov) / 2) * 0.88
    ty = tx / aspect
    mx, my = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    distance = float(max((np.abs(x - mx) / tx + z).max(), (np.abs(y - my) / ty + z).max()))
    return centre + right * mx + up * my, distance, fov
