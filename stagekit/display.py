"""Pictures for people: overlays, grids, depth, side by side. Every function returns uint8 HxWx3."""

from __future__ import annotations

import colorsys
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .types import Camera, Image, Layout

Array = Any

GRID_M = 0.5
GRID_REACH_M = 12.0
LINE, WALL, UNSEEN = (255, 255, 255), (255, 210, 0), (190, 120, 40)
WINDOW, DOOR, THING = (0, 220, 255), (255, 0, 200), (255, 90, 60)
TONES = ((0, 0, 0), (150, 170, 140), (205, 200, 190), (225, 225, 230), (150, 190, 220), (190, 150, 120))
"""Colours of `Layout.surfaces()` where there is no photo."""


def png(array: Array) -> bytes:
    """PNG bytes of a uint8 picture (HxW or HxWx3)."""
    from PIL import Image as Pil

    buffer = io.BytesIO()
    Pil.fromarray(np.ascontiguousarray(array, dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def depth_preview(depth: Array) -> Array:
    """Near is warm, far is cold, unknown (0) is black; metres, spread over inverse depth."""
    known = depth > 0
    out = np.zeros((*depth.shape, 3), np.uint8)
    if not known.any():
        return out
    inverse = 1.0 / depth[known]
    low, high = np.percentile(inverse, (1, 99))
    t = np.clip((inverse - low) / max(high - low, 1e-9), 0, 1)
    stops = np.array([[30, 20, 90], [90, 40, 150], [210, 70, 100], [250, 160, 60], [250, 250, 190]], dtype=np.float64)
    at = np.linspace(0, 1, len(stops))
    out[known] = np.stack([np.interp(t, at, stops[:, k]) for k in range(3)], -1).astype(np.uint8)
    return out


def palette(count: int) -> Array:
    """uint8 (count, 3): distinct colours, the same every time."""
    tones = [((k * 0.618) % 1.0, 0.45 + 0.35 * (k % 2), 0.95 - 0.25 * (k % 3) / 2) for k in range(count)]
    return np.array([[round(255 * c) for c in colorsys.hsv_to_rgb(*t)] for t in tones], np.uint8).reshape(-1, 3)


def segments_preview(labels: Array, classes: Sequence[str]) -> Array:
    """Labels in colours, with a legend of the classes that are there, largest first."""
    colours = palette(len(classes))
    picture = colours[np.minimum(labels, len(classes) - 1)]
    counts = np.bincount(labels.ravel(), minlength=len(classes))
    present = [int(k) for k in np.argsort(-counts, kind="stable") if counts[k]]
    size = max(10, round(0.022 * max(labels.shape)))
    row = round(size * 1.5)
    columns = max(1, labels.shape[1] // (size * 11))
    legend = np.full((row * -(-len(present) // columns) + row // 2, labels.shape[1], 3), 255, np.uint8)
    from PIL import Image as Pil
    from PIL import ImageDraw

    canvas = Pil.fromarray(np.vstack([picture, legend]))
    draw = ImageDraw.Draw(canvas)
    for n, k in enumerate(present):
        x, y = (n % columns) * (labels.shape[1] // columns) + 4, labels.shape[0] + row // 4 + (n // columns) * row
        draw.rectangle((x, y, x + size, y + size), fill=tuple(int(c) for c in colours[k]), outline=(0, 0, 0))
        share = 100 * counts[k] / labels.size
        draw.text((x + size + 4, y), f"{classes[k]} {share:.1f} %", fill=(0, 0, 0), font=_font(size))
    return np.asarray(canvas)


def before_after(a: Any, b: Any, gap: int = 6) -> Array:
    """Two pictures (uint8 HxWx3 or Image) side by side, the second brought to the first one's height."""
    from PIL import Image as Pil

    left, right = np.asarray(getattr(a, "array", a)), np.asarray(getattr(b, "array", b))
    if right.shape[0] != left.shape[0]:
        width = max(1, round(right.shape[1] * left.shape[0] / right.shape[0]))
        right = np.asarray(Pil.fromarray(right).resize((width, left.shape[0]), Pil.Resampling.LANCZOS))
    bar = np.full((left.shape[0], gap, 3), 255, np.uint8)
    return np.hstack([left, bar, right])


def floor_grid(layout: Layout, image: Image | None = None) -> Array:
    """The half-metre floor grid in perspective, wall edges, openings and things on the floor, drawn on the photo.

    Grid lines run along the room's main directions and end at the walls and at what stands on the floor. Without
    ``image`` the picture shows the surfaces in colours.
    """
    from PIL import Image as Pil
    from PIL import ImageDraw
    from shapely.geometry import LineString

    camera = layout.camera
    if image is None:
        base = np.array(TONES, np.uint8)[layout.surfaces()]
    else:
        base = image.array
        if image.size != (camera.width, camera.height):
            camera = camera.scaled(*image.size)
    canvas = Pil.fromarray(np.array(base))
    draw = ImageDraw.Draw(canvas, "RGBA")
    thick = max(1, round(max(canvas.size) / 700))
    area = layout.visible_floor()
    a = math.radians(layout.yaw_deg)
    axes = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    n = int(GRID_REACH_M / GRID_M)
    for k in range(-n, n + 1):
        for first in (0, 1):
            ends = [axes[first] * k * GRID_M + axes[1 - first] * s * GRID_REACH_M * 1.5 for s in (-1, 1)]
            alpha = 230 if k % 2 == 0 else 120
            for line in _parts(LineString(ends).intersection(area)):
                p = np.array([[x, 0.0, z] for x, z in line])
                _stroke(draw, camera, p, (*LINE, alpha), thick)
    _walls(draw, layout, camera, thick)
    for thing in layout.obstacles:
        p = np.array([[x, 0.0, z] for x, z in (*thing.footprint, thing.footprint[0])])
        _stroke(draw, camera, p, (*THING, 255), thick * 2)
    text = (
        f"focal {camera.focal_px:.0f} px  pitch {camera.pitch_deg:+.1f}  roll {camera.roll_deg:+.1f}  camera "
        f"{camera.height_m:.2f} m  ceiling {layout.ceiling_height_m:.2f} m  confidence {layout.confidence:.2f}"
    )
    size = max(9, round(max(canvas.size) / 62))
    while size > 7 and _font(size).getlength(text) > canvas.size[0] - 14:
        size -= 1
    font = _font(size)
    box = draw.textbbox((6, 5), text, font=font)
    draw.rectangle((box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3), fill=(0, 0, 0, 150))
    draw.text((6, 5), text, fill=(255, 255, 255, 255), font=font)
    return np.asarray(canvas)


def _walls(draw: Any, layout: Layout, camera: Camera, thick: int) -> None:
    ids = layout.wall_ids()
    seen = np.unique(ids[:: max(1, ids.shape[0] // 200), :: max(1, ids.shape[1] // 200)])
    for k, wall in enumerate(layout.walls):
        if k not in seen:
            continue
        colour = (*(WALL if wall.kind == "wall" else UNSEEN), 255)
        low = [wall.point(0), wall.point(wall.length_m)]
        high = [wall.point(0, wall.height_m), wall.point(wall.length_m, wall.height_m)]
        for line in (low, high, [low[0], high[0]], [low[1], high[1]]):
            _stroke(draw, camera, np.array(line), colour, thick * 2)
    for opening in layout.openings:
        wall = layout.walls[opening.wall]
        left, right, bottom, top = opening.left_m, opening.right_m, opening.bottom_m, opening.top_m
        corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        colour = (*(WINDOW if opening.kind == "window" else DOOR), 255)
        _stroke(draw, camera, np.array([wall.point(x, y) for x, y in corners]), colour, thick * 2)


def _stroke(draw: Any, camera: Camera, points: Array, colour: tuple[int, ...], width: int, near: float = 0.05) -> None:
    """A polyline of world points, cut where it passes behind the camera."""
    depth = camera.project(points)[1]
    for p, q, dp, dq in zip(points[:-1], points[1:], depth[:-1], depth[1:], strict=True):
        if dp < near and dq < near:
            continue
        if dp < near:
            p = p + (q - p) * (near - dp) / (dq - dp)
        elif dq < near:
            q = q + (p - q) * (near - dq) / (dp - dq)
        uv = camera.project(np.array([p, q]))[0]
        if np.abs(uv).max() < 1e5:
            draw.line([tuple(uv[0]), tuple(uv[1])], fill=colour, width=width)


def _parts(shape: Any) -> list[list[tuple[float, float]]]:
    if shape.is_empty:
        return []
    pieces = getattr(shape, "geoms", [shape])
    return [list(p.coords) for p in pieces if p.geom_type == "LineString"]


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
