"""Rooms rendered twice under the same light, with one surface in another finish: ground truth for material.py.

Each room is path traced with stagekit's own furniture: paint is a plain diffuse reflectance, floors are sheets of
`stagekit.surface.pieces`, daylight falls through windows, a warm lamp hangs from the ceiling. Geometry is known exactly;
the photo is sRGB, exposed once per room for its first state.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from stagekit.interior.arrange import arrange
from stagekit.interior.material import material
from stagekit.interior.mesh import Mesh
from stagekit.models.roomnet_arch import CLASSES
from stagekit.render import convert, engine
from stagekit.render.denoise import denoise
from stagekit.render.scene import build_pieces
from stagekit.surface.colour import encode, linear
from stagekit.surface.finish import covering
from stagekit.surface.lay import main_axis
from stagekit.surface.pieces import sheet
from stagekit.types import Camera, Layout, Opening, Paint, Segments, Wall

WIDTH, HEIGHT = 480, 320
PASS = 4
"""Paths a pixel in one pass."""
SKY, LAMP = (9.0, 10.2, 12.0), (30.0, 21.0, 12.5)
"""Radiance of the sky in the windows and of the lamp: daylight is bluer than the exposure's white, the lamp warmer."""


@dataclass(frozen=True)
class Room:
    """``size`` (width, depth, height) in metres; the camera stands ``back`` before the far wall, at x = 0."""

    name: str
    size: tuple[float, float, float]
    windows: tuple[tuple[int, float, float], ...]
    """(wall, from, to): wall 0 left, 1 far, 2 right; metres along it."""
    wall: str
    floor: str
    lamp: float = 1.0
    furnished: bool = False
    trim: bool = True
    seed: int = 0
    swaps: tuple[tuple[str, str], ...] = field(default=())


ROOMS = (
    Room("white_day", (4.2, 5.0, 2.6), ((0, 1.2, 3.2),), "#EDEBE6", "oak_planks", 0.0,
         swaps=(("wall", "#434B56"), ("wall", "#B7C4B1"), ("floor", "walnut_herringbone"))),
    Room("beige_lamp", (5.0, 4.4, 2.5), ((2, 0.9, 2.4),), "#D8CBB5", "beige_tiles", 1.6, True, seed=3,
         swaps=(("wall", "#F2F0EA"), ("wall", "#5E7A6B"), ("floor", "grey_carpet"))),
    Room("navy_day", (3.8, 4.6, 2.7), ((1, 1.0, 2.8),), "#3B465A", "maple_planks", 0.5,
         swaps=(("wall", "#EAE7DF"), ("wall", "#9C6B57"), ("floor", "marble_tiles"))),
    Room("grey_mixed", (6.0, 5.2, 2.8), ((0, 0.8, 2.4), (0, 3.0, 4.4)), "#A9ABA8", "grey_carpet", 2.0, True, seed=5,
         swaps=(("wall", "#D1CBC1"), ("wall", "#2F4F4F"), ("floor", "oak_chevron"))),
    Room("green_even", (4.6, 6.0, 2.6), ((0, 2.0, 4.4), (2, 2.5, 4.0)), "#7C8F79", "concrete", 0.6, False, seed=7,
         swaps=(("wall", "#F5F3EE"), ("wall", "#C9B27C"), ("floor", "ash_planks"), ("wall[1]", "#6E2F2F"))),
    Room("cream_two", (5.2, 4.8, 2.6), ((0, 1.0, 2.6), (1, 3.2, 4.6)), "#E9DFC8", "walnut_planks", 1.0, seed=9,
         swaps=(("wall", "#8FA3B5"), ("wall", "#2F2F30"), ("floor", "travertine_tiles"), ("ceiling", "#C9D6D2"))),
)  # fmt: skip


def layout_of(room: Room) -> Layout:
    """The exact layout: x to the right, the camera at the origin, its back to the wall that is not seen."""
    w, d, h = room.size
    back = d - 0.25
    left, right, far, near = -0.46 * w, 0.54 * w, -back, 0.25
    floor = np.array([(left, near), (left, far), (right, far), (right, near)])[::-1]
    # Layout wants the room on the left of start -> end with x right and z up
    walls = []
    for i in range(4):
        a, b = floor[i], floor[(i + 1) % 4]
        walls.append(Wall(tuple(map(float, a)), tuple(map(float, b)), h, "wall"))
    if Wall(walls[0].start, walls[0].end, h).normal @ (np.mean(floor, 0) - floor[0]) < 0:
        floor = floor[::-1]
        walls = [Wall(tuple(map(float, floor[i])), tuple(map(float, floor[(i + 1) % 4])), h) for i in range(4)]
    camera = Camera(0.62 * WIDTH, WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT, pitch_deg=-3.0, height_m=1.45)
    side = {0: "x", 1: "z", 2: "x"}
    openings = []
    for which, start, end in room.windows:
        value = {0: left, 1: far, 2: right}[which]
        axis = 0 if side[which] == "x" else 1
        k = next(
            i for i, v in enumerate(walls) if abs(v.start[axis] - value) < 1e-6 and abs(v.end[axis] - value) < 1e-6
        )
        openings.append(Opening("window", k, start, end, 0.9, h - 0.35))
    return Layout(camera, floor, tuple(walls), h, tuple(openings), confidence=1.0)


def _quad(corner: Any, u: Any, v: Any, along: Any = None, across: Any = None) -> Mesh:
    """A rectangle corner + s u + t v, UVs in metres: (p . along, p . across), by default along its own sides."""
    c, u, v = (np.asarray(x, np.float64) for x in (corner, u, v))
    along = u / np.linalg.norm(u) if along is None else along
    across = v / np.linalg.norm(v) if across is None else across
    p = np.stack([c, c + u, c + u + v, c + v])
    n = np.cross(u, v)
    n = n / np.linalg.norm(n)
    uvs = np.stack([p @ np.asarray(along), p @ np.asarray(across)], -1)
    return Mesh(
        p.astype(np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32), uvs.astype(np.float32),
        np.repeat(n[None], 4, 0).astype(np.float32),
    )  # fmt: skip


def _laid(mi: Any, flat: Any) -> dict[str, Any]:
    """The floor's material: its sheet at true size, a satin lobe over it."""
    light = np.ascontiguousarray(cv2.resize(linear(flat.albedo), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    texture = {"type": "bitmap", "bitmap": mi.Bitmap(light), "raw": True}
    texture["to_uv"] = mi.ScalarTransform4f().scale([1 / flat.size_m[0], 1 / flat.size_m[1], 1])
    body = {"type": "principled", "base_color": texture, "roughness": max(0.25, flat.roughness), "specular": 0.5}
    return {"type": "twosided", "b": body}


def render(room: Room, finishes: dict[str, str], *, samples: int = 96) -> tuple[Any, Any]:
    """(float32 HxWx3 linear radiance, int HxW which shape) with ``finishes`` in place of the room's own."""
    mi = engine.start().mi
    layout = layout_of(room)
    h = room.size[2]
    low, high = layout.floor.min(0), layout.floor.max(0)
    w, d = high - low
    a = math.radians(main_axis(layout))
    along, across = np.array([math.cos(a), 0, -math.sin(a)]), np.array([math.sin(a), 0, math.cos(a)])
    x, y, z = np.eye(3)
    scene: dict[str, Any] = {"type": "scene"}
    kinds: list[str] = []

    def add(kind: str, mesh: Mesh, bsdf: dict[str, Any], light: Any = None) -> None:
        name = f"s{len(kinds):03d}"
        if light is None:
            scene[name] = convert.mesh(mi, name, mesh, bsdf=mi.load_dict(bsdf))
        else:  # a rectangle is sampled exactly
            p = mesh.vertices.astype(float)
            m = np.eye(4)
            m[:3, 0], m[:3, 1], m[:3, 2] = (p[1] - p[0]) / 2, (p[3] - p[0]) / 2, mesh.normals[0]
            m[:3, 3] = (p[0] + p[2]) / 2
            glow = {"type": "area", "radiance": {"type": "rgb", "value": list(light)}}
            to_world = mi.ScalarTransform4f(m)
            scene[name] = mi.load_dict({"type": "rectangle", "id": name, "to_world": to_world, "b": bsdf, "e": glow})
        kinds.append(kind)

    def diffuse(rgb: Any) -> dict[str, Any]:
        value = [float(c) for c in np.minimum(rgb, 0.9)]
        return {"type": "twosided", "b": {"type": "diffuse", "reflectance": {"type": "rgb", "value": value}}}

    floor = finishes.get("floor", room.floor)
    made = covering(floor)
    flat = sheet(made)
    add("floor", _quad((low[0], 0, high[1]), x * w, -z * d, along, across), _laid(mi, flat))
    ceiling = finishes.get("ceiling")
    white = Paint.of_hex(ceiling).albedo if ceiling else np.full(3, 0.82)
    add("ceiling", _quad((low[0], h, low[1]), x * w, z * d), diffuse(white))
    base = Paint.of_hex(finishes.get("wall", room.wall)).albedo
    trim = np.array([0.80, 0.79, 0.77])
    for i, wall in enumerate(layout.walls):
        paint = finishes.get(f"wall[{i}]")
        dd = np.array([wall.direction[0], 0, wall.direction[1]]) * wall.length_m
        albedo = Paint.of_hex(paint).albedo if paint else base
        add(f"wall{i}", _quad(wall.point(0), dd, y * h), diffuse(albedo))
        if room.trim:
            add("trim", _quad(wall.point(0, 0, 0.015), dd, y * 0.11), diffuse(trim))
            n = np.array([wall.normal[0], 0, wall.normal[1]])
            add("trim", _quad(wall.point(0, 0.11, 0.015), dd, -n * 0.015), diffuse(trim))
    for o in layout.openings:
        wall = layout.walls[o.wall]
        dd = np.array([wall.direction[0], 0, wall.direction[1]])
        for grow, out, kind, light in ((0.08, 0.012, "window", None), (0.0, 0.02, "window", SKY)):
            corner = wall.point(o.left_m - grow, o.bottom_m - grow, out)
            size = dd * (o.right_m - o.left_m + 2 * grow), y * (o.top_m - o.bottom_m + 2 * grow)
            add(kind, _quad(corner, *size), diffuse(trim if light is None else np.zeros(3)), light)
    if room.lamp > 0:
        at = np.array([low[0] + 0.55 * w, h - 0.25, low[1] + 0.45 * d])
        add("lamp", _quad(at, x * 0.35, z * 0.35), diffuse(np.full(3, 0.6)), [room.lamp * c for c in LAMP])
    if room.furnished:
        placed = arrange(layout, room="living_room", style="scandinavian", seed=room.seed).placements
        for piece in build_pieces(placed):
            for part in piece.parts:
                m = replace(material(*piece.wears[part.slot]), glow=None)
                name = f"s{len(kinds):03d}"
                scene[name] = convert.shape(mi, name, part.mesh, m, texel_m=0.004, white=(0.5, 0.5, 0.5))
                kinds.append("thing")
    camera = layout.camera
    toward = camera.rotation @ np.array([0, 0, -1.0])
    sensor = {
        "type": "perspective", "fov": 2 * math.degrees(math.atan(WIDTH / 2 / camera.focal_px)), "fov_axis": "x",
        "near_clip": 0.01,
        "to_world": mi.ScalarTransform4f().look_at(
            origin=camera.centre.tolist(), target=(camera.centre + toward).tolist(), up=[0, 1, 0]),
        "film": {"type": "hdrfilm", "width": WIDTH, "height": HEIGHT, "rfilter": {"type": "box"}},
        "sampler": {"type": "independent", "sample_count": samples},
    }  # fmt: skip
    scene["sensor"] = sensor
    aovs = "albedo:albedo,nn:sh_normal"
    scene["integrator"] = {"type": "aov", "aovs": aovs, "image": {"type": "path", "max_depth": 9}}
    loaded = mi.load_dict(scene)
    out = _sampled(mi, loaded, room.seed, samples)
    light = denoise(out[..., :3], out[..., -6:-3], out[..., -3:])
    which = _shapes(mi, loaded, camera)
    lookup = np.array([*kinds, "none"], dtype=object)
    return light, lookup[which]


def _sampled(mi: Any, scene: Any, seed: int, samples: int) -> Any:
    """float32 (H, W, channels): the mean of passes, without the pixels of those that are not finite. One such sample would
    spoil its pixel's whole mean, and the more samples, the more pixels."""
    total, count = 0.0, 0.0
    for k in range(-(-samples // PASS)):
        out = np.array(mi.render(scene, seed=seed + 7919 * k, spp=PASS))
        good = np.isfinite(out).all(-1, keepdims=True)
        total, count = total + np.where(good, out, 0), count + good
    return (total / np.maximum(count, 1)).astype(np.float32)


def _shapes(mi: Any, scene: Any, camera: Camera) -> Any:
    """(H, W) number of the shape that each pixel's centre sees, the last + 1 where there is none."""
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    d = camera.rays(np.stack([u, v], -1).reshape(-1, 2))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    ray = mi.Ray3f(
        mi.Point3f(*(float(c) for c in camera.centre)), mi.Vector3f(*(np.ascontiguousarray(d.T, np.float32)))
    )
    hit = scene.ray_intersect(ray)
    shapes = scene.shapes_dr()
    import drjit as dr

    index = np.full(len(d), len(shapes))
    for k, shape in enumerate(shapes):
        index[np.array(dr.select(hit.is_valid() & (hit.shape == shape), 1, 0)).astype(bool)] = k
    order = sorted(range(len(shapes)), key=lambda k: shapes[k].id())
    rank = np.empty(len(shapes) + 1, int)
    rank[order] = np.arange(len(shapes))
    rank[-1] = len(shapes)
    return rank[index].reshape(HEIGHT, WIDTH)


def exposure(light: Any, kinds: Any) -> float:
    """The factor that brings all but the brightest fourteenth of the room, its windows left out, below 0.8."""
    luma = light @ np.array([0.2126, 0.7152, 0.0722])
    return 0.80 / float(np.percentile(luma[(kinds != "window") & (kinds != "lamp")], 93))


def photo(light: Any, factor: float) -> Any:
    return encode((light * factor).astype(np.float32))


def segments_of(kinds: Any) -> Segments:
    """The exact labels in RoomNet's classes, which know no trim: a baseboard is wall."""
    names = {
        "floor": "floor",
        "ceiling": "ceiling",
        "window": "window",
        "lamp": "lamp",
        "thing": "sofa",
    }
    labels = np.full(kinds.shape, CLASSES.index("wall"), np.uint8)
    for kind, name in names.items():
        labels[kinds == kind] = CLASSES.index(name)
    return Segments(labels, CLASSES)
