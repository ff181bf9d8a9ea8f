"""Renders the empty room that stagekit ships as its sample: stagekit/samples/empty_room.jpg.

    python benchmarks/make_sample.py [--samples 512]

A room of 4.7 x 5.8 m with an oak floor, two windows and a door, lit by the sky outside, path traced with stagekit's own
materials and meshes, then given a lens's blur, grain and tone curve so that it looks like what a camera delivers.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import stagekit as sk
from stagekit.interior.material import Material, material
from stagekit.interior.mesh import Mesh, box
from stagekit.render import convert, engine
from stagekit.render.denoise import denoise
from stagekit.types import Camera

WIDTH, HEIGHT = 1200, 800
LEFT, RIGHT, BACK, FRONT, CEILING = -3.0, 1.7, -4.9, 0.9, 2.62
CAMERA = Camera(660.0, WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT, pitch_deg=-2.5, height_m=1.42)
TURN_DEG = -17.0  # the room stands turned to the camera, as rooms do in photos
# from, to (along z), sill and head: windows in the left wall; from, to, head: the door in the right wall
WINDOWS = ((-4.15, -2.85, 0.72, 2.15), (-2.05, -0.75, 0.72, 2.15))
DOOR = (-4.3, -3.45, 2.05)

SKY = 6.0  # radiance of the panes, white walls being about 1

OUT = Path(__file__).resolve().parents[1] / "stagekit" / "samples" / "empty_room.jpg"


def turned(mesh: Mesh) -> Mesh:
    return mesh.turned(y=TURN_DEG)


def slab(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, bevel: float = 0.0015) -> Mesh:
    """A bevelled box between two corners."""
    made = box((x1 - x0, y1 - y0, z1 - z0), bevel=bevel)
    return turned(made.moved((x0 + x1) / 2, y0, (z0 + z1) / 2))


def wall_with_holes(x0: float, x1: float, holes: list[tuple[float, float, float, float]]) -> list[Mesh]:
    """The left wall (thickness x0..x1) as boxes around its holes (z from, z to, sill, head)."""
    parts, z = [], BACK
    for a, b, low, high in sorted(holes):
        parts.append(slab(x0, x1, 0, CEILING, z, a))
        parts.append(slab(x0, x1, 0, low, a, b))
        parts.append(slab(x0, x1, high, CEILING, a, b))
        z = b
    parts.append(slab(x0, x1, 0, CEILING, z, FRONT))
    return parts


def window_frame(a: float, b: float, low: float, high: float) -> list[Mesh]:
    """Casing on the wall, sash, one mullion and one rail, and the sill."""
    x, bars = LEFT, []
    w, t = 0.075, 0.022
    for z0, z1 in ((a - w, a), (b, b + w)):
        bars.append(slab(x, x + t, low - w, high + w, z0, z1))
    bars.append(slab(x, x + t, high, high + w, a, b))
    bars.append(slab(x - 0.06, x + 0.07, low - 0.035, low, a - w - 0.02, b + w + 0.02))
    inside = x - 0.09
    for z0, z1 in ((a, a + 0.05), (b - 0.05, b), ((a + b) / 2 - 0.025, (a + b) / 2 + 0.025)):
        bars.append(slab(inside, inside + 0.045, low, high, z0, z1))
    for y0, y1 in ((low, low + 0.05), (high - 0.05, high), ((low + high) / 2 - 0.02, (low + high) / 2 + 0.02)):
        bars.append(slab(inside, inside + 0.045, y0, y1, a, b))
    return bars


def door_leaf() -> list[Mesh]:
    """Casing, leaf and its four raised panels."""
    a, b, high = DOOR
    x, w, t = RIGHT, 0.08, 0.022
    bars = [slab(x - t, x, 0, high + w, a - w, a), slab(x - t, x, 0, high + w, b, b + w)]
    bars.append(slab(x - t, x, high, high + w, a, b))
    bars.append(slab(x - 0.006, x + 0.03, 0.008, high - 0.004, a + 0.004, b - 0.004))
    middle = (a + b) / 2
    for y0, y1 in ((0.2, 0.9), (1.05, 1.9)):
        for z0, z1 in ((a + 0.11, middle - 0.05), (middle + 0.05, b - 0.11)):
            bars.append(slab(x - 0.014, x, y0, y1, z0, z1, bevel=0.006))
    return bars


def baseboards() -> list[Mesh]:
    h, t = 0.11, 0.016
    a, b, _ = DOOR
    return [
        slab(LEFT, LEFT + t, 0, h, BACK, FRONT),
        slab(LEFT, RIGHT, 0, h, BACK, BACK + t),
        slab(RIGHT - t, RIGHT, 0, h, BACK, a - 0.08),
        slab(RIGHT - t, RIGHT, 0, h, b + 0.08, FRONT),
    ]


def surfaces() -> list[tuple[list[Mesh], Material]]:
    holes = list(WINDOWS)
    paint = Material((0.70, 0.685, 0.655), roughness=0.75)
    ceiling = Material((0.80, 0.80, 0.79), roughness=0.9)
    trim = Material((0.80, 0.795, 0.785), roughness=0.35)
    floor = slab(LEFT - 0.2, RIGHT + 0.2, -0.05, 0.0, BACK - 0.2, FRONT + 0.2)
    walls = wall_with_holes(LEFT - 0.16, LEFT, holes)
    walls += [slab(LEFT - 0.16, RIGHT + 0.16, 0, CEILING, BACK - 0.1, BACK)]
    walls += [slab(RIGHT, RIGHT + 0.1, 0, CEILING, BACK, DOOR[0]), slab(RIGHT, RIGHT + 0.1, 0, CEILING, DOOR[1], FRONT)]
    walls += [slab(RIGHT, RIGHT + 0.1, DOOR[2], CEILING, DOOR[0], DOOR[1])]
    walls += [slab(LEFT - 0.16, RIGHT + 0.16, 0, CEILING, FRONT, FRONT + 0.1)]
    trims = [bar for a, b, low, high in WINDOWS for bar in window_frame(a, b, low, high)]
    knob = slab(RIGHT - 0.06, RIGHT - 0.02, 0.98, 1.02, DOOR[1] - 0.1, DOOR[1] - 0.06, bevel=0.018)
    return [
        (planks(floor), material("wood:oak", 5)),
        (walls, paint),
        ([slab(LEFT - 0.2, RIGHT + 0.2, CEILING, CEILING + 0.1, BACK - 0.2, FRONT + 0.2)], ceiling),
        (trims + door_leaf() + baseboards(), trim),
        ([knob], material("metal:brushed_brass", 1)),
    ]


def planks(floor: Mesh) -> list[Mesh]:
    """The floor as boards of 0.14 x 1.1-2.2 m with a fine gap, each with its own piece of the grain."""
    rng = np.random.default_rng(3)
    boards: list[Mesh] = [floor.moved(y=-0.012)]
    x = LEFT - 0.1
    while x < RIGHT + 0.1:
        z = BACK - 0.1 - rng.uniform(0, 1.5)
        while z < FRONT + 0.1:
            length = rng.uniform(1.1, 2.2)
            board = slab(x, x + 0.1385, -0.02, 0.0, z, z + length - 0.0015, bevel=0.0012)
            shift = rng.uniform(0, 5, 2).astype(np.float32)
            boards.append(Mesh(board.vertices, board.faces, board.uvs + shift, board.normals))
            z += length
        x += 0.14
    return boards


def outdoors() -> np.ndarray:
    """float32 64x64x3: what a window shows, hazy bright sky over soft trees and grass."""
    import cv2

    rng = np.random.default_rng(9)
    y = np.linspace(0, 1, 64)[:, None, None]  # the texture's first row is the pane's lower edge
    sky = np.array([0.86, 0.95, 1.08]) * (0.9 + 0.25 * (1 - y))
    leaves = np.array([0.20, 0.26, 0.15]) * rng.uniform(0.4, 1.6, (64, 64, 1))
    crown = 0.42 + 0.22 * np.interp(np.arange(64), np.linspace(0, 63, 9), rng.uniform(-1, 1, 9))[None, :, None]
    picture = np.where(y < crown, leaves, np.broadcast_to(sky, (64, 64, 3)))
    picture = np.where(y < 0.12, np.array([0.34, 0.38, 0.26]), picture)
    return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.6)


def render(samples: int) -> np.ndarray:
    """float32 HxWx3 linear radiance."""
    mi = engine.start().mi
    integrator = {"type": "aov", "aovs": "albedo:albedo,nn:sh_normal", "image": {"type": "path", "max_depth": 14}}
    scene: dict[str, Any] = {"type": "scene", "integrator": integrator}
    t = mi.ScalarTransform4f
    camera = t().translate([0, CAMERA.height_m, 0]).rotate([1, 0, 0], CAMERA.pitch_deg).rotate([0, 1, 0], 180)
    scene["camera"] = {
        "type": "perspective",
        "fov": float(2 * np.degrees(np.arctan(WIDTH / 2 / CAMERA.focal_px))),
        "fov_axis": "x",
        "near_clip": 0.02,
        "to_world": camera,
        "film": {"type": "hdrfilm", "width": WIDTH, "height": HEIGHT, "rfilter": {"type": "box"}},
        "sampler": {"type": "independent", "sample_count": samples},
    }
    view = {"type": "bitmap", "bitmap": mi.Bitmap(outdoors() * np.float32(SKY)), "raw": True}
    for k, (z0, z1, low, high) in enumerate(WINDOWS):
        pane = t().rotate([0, 1, 0], TURN_DEG).translate([LEFT - 0.15, (low + high) / 2, (z0 + z1) / 2])
        pane = pane.rotate([0, 1, 0], 90).scale([(z1 - z0) / 2 + 0.01, (high - low) / 2 + 0.01, 1])
        scene[f"pane{k}"] = {"type": "rectangle", "to_world": pane, "emitter": {"type": "area", "radiance": view}}
    for i, (meshes, value) in enumerate(surfaces()):
        for j, (joined, _) in enumerate(convert.merge((m, i) for m in meshes)):
            name = f"part{i}_{j}"
            scene[name] = convert.shape(mi, name, joined, value, texel_m=0.004, white=(1.0, 1.0, 1.0))
    total = None
    passes = max(1, samples // 64)
    loaded = mi.load_dict(scene)
    for k in range(passes):
        part = np.array(mi.render(loaded, seed=k, spp=min(samples, 64)), dtype=np.float64)
        total = part if total is None else total + part
    out = (total / passes).astype(np.float32)
    return denoise(out[..., :3], out[..., -6:-3], out[..., -3:])


def develop(light: np.ndarray) -> np.ndarray:
    """A listing's picture of linear light: exposure, highlights that keep the view, contrast, slight blur, grain.
    uint8 HxWx3."""
    import cv2

    middle = float(np.median(light.mean(axis=2)))
    x = light * (np.array([1.01, 0.985, 1.01]) * 0.45 / middle)

    def bent(v: np.ndarray) -> np.ndarray:
        return np.where(v > 0.5, 0.5 + 0.5 * (1 - np.exp(-(v - 0.5) / 1.2)), v)

    luma = (x @ np.array([0.2126, 0.7152, 0.0722]))[..., None]
    # Bent as a whole the colours stay, bent channel by channel they pale as on film: half of each.
    x = 0.5 * bent(x) + 0.5 * x * bent(luma) / np.maximum(luma, 1e-6)
    x = cv2.GaussianBlur(x.astype(np.float32), (0, 0), 0.45)
    noise = np.random.default_rng(2).normal(0, 0.004, x.shape)
    e = np.clip(convert.encoded(x + noise * np.sqrt(np.clip(x, 0.02, 1))), 0, 1)
    return (np.clip(e - 0.25 * np.sin(2 * np.pi * e) / (2 * np.pi), 0, 1) * 255 + 0.5).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    picture = develop(render(args.samples))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    sk.Image(picture, name=args.out.name).save(args.out, quality=93)
    print(f"{args.out}: {picture.shape[1]} x {picture.shape[0]}")


if __name__ == "__main__":
    main()
