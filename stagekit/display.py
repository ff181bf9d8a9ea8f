"""Pictures for people: overlays, grids, depth, side by side. Every function returns uint8 HxWx3."""

from __future__ import annotations

import colorsys
import io
import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .types import Camera, Description, Image, Layout, LineSet

Array = Any

GRID_M = 0.5
GRID_REACH_M = 12.0
LINE, WALL, UNSEEN = (255, 255, 255), (255, 210, 0), (190, 120, 40)
WINDOW, DOOR, THING = (0, 220, 255), (255, 0, 200), (255, 90, 60)
TONES = ((0, 0, 0), (150, 170, 140), (205, 200, 190), (225, 225, 230), (150, 190, 220), (190, 150, 120))
"""Colours of `Layout.surfaces()` where there is no photo."""
LINE_TONES = ((90, 200, 255), (255, 190, 60), (255, 110, 170))
"""Upright, level and sloping lines."""
KNOWN = {
    "wall": (214, 204, 188), "floor": (168, 122, 78), "ceiling": (240, 240, 245), "window": (110, 196, 240),
    "windowpane": (110, 196, 240), "door": (206, 96, 150), "curtain": (178, 150, 214), "rug": (198, 84, 72),
    "sofa": (60, 120, 200), "chair": (80, 170, 160), "table": (222, 160, 60), "bed": (120, 90, 190),
    "cabinet": (150, 140, 80), "shelf": (110, 110, 60), "lamp": (255, 225, 90), "picture": (240, 130, 110),
    "plant": (70, 160, 70), "sky": (160, 215, 255), "vegetation": (120, 190, 90),
}  # fmt: skip
"""Colours of the classes that most rooms have."""


def png(array: Array) -> bytes:
    """PNG bytes of a uint8 picture (HxW or HxWx3)."""
    from PIL import Image as Pil

    buffer = io.BytesIO()
    Pil.fromarray(np.ascontiguousarray(array, dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def depth_preview(depth: Array) -> Array:
    """Near is warm, far is cold, unknown (0) is black; metres, spread over their logarithm."""
    known = depth > 0
    out = np.zeros((*depth.shape, 3), np.uint8)
    if known.any():
        low, high = _reach(depth[known])
        out[known] = _warm(_nearness(depth[known], low, high))
    return out


NEAREST_M = 0.6
"""A wall beside the lens would take all colours for itself."""


def _reach(metres: Array) -> tuple[float, float]:
    """The depths between which colours are spread."""
    low, high = (float(v) for v in np.percentile(metres, (1, 99)))
    high = max(high, 1e-3)
    return min(max(low, NEAREST_M), high * 0.99), high


def _nearness(metres: Array, low: float, high: float) -> Array:
    """1 at ``low`` metres and nearer, 0 at ``high`` and farther."""
    return np.clip(1 - np.log(np.maximum(metres, 1e-6) / low) / np.log(high / low), 0, 1)


def _warm(t: Array) -> Array:
    """uint8 (..., 3) of 0 (dark violet) to 1 (pale yellow)."""
    stops = np.array([[30, 20, 90], [90, 40, 150], [210, 70, 100], [250, 160, 60], [250, 250, 190]], dtype=np.float64)
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(t, at, stops[:, k]) for k in range(3)], -1).astype(np.uint8)


def palette(count: int) -> Array:
    """uint8 (count, 3): distinct colours, the same every time."""
    tones = [((k * 0.618) % 1.0, 0.45 + 0.35 * (k % 2), 0.95 - 0.25 * (k % 3) / 2) for k in range(count)]
    return np.array([[round(255 * c) for c in colorsys.hsv_to_rgb(*t)] for t in tones], np.uint8).reshape(-1, 3)


def class_colours(classes: Sequence[str]) -> Array:
    """uint8 (count, 3): what everybody knows has its own colour, the same for every network; the rest is spread."""
    colours = palette(len(classes))
    for k, name in enumerate(classes):
        if name in KNOWN:
            colours[k] = KNOWN[name]
    return colours


def segments_preview(labels: Array, classes: Sequence[str], image: Any = None) -> Array:
    """Labels in colours, with a legend of the classes that are there, largest first; over ``image`` (uint8 HxWx3 or
    Image) where one is given."""
    colours = class_colours(classes)
    picture = colours[np.minimum(labels, len(classes) - 1)]
    if image is not None:
        grey = np.asarray(getattr(image, "array", image)).mean(-1, keepdims=True)
        picture = (0.62 * picture + 0.38 * grey).astype(np.uint8)
    counts = np.bincount(labels.ravel(), minlength=len(classes))
    present = [int(k) for k in np.argsort(-counts, kind="stable") if counts[k]]
    shares = [100 * counts[k] / labels.size for k in present]
    return legend(
        picture,
        [
            (colours[k], f"{classes[k].replace('_', ' ')} {'<0.1' if share < 0.1 else f'{share:.1f}'} %")
            for k, share in zip(present, shares, strict=True)
        ],
    )


def legend(picture: Array, entries: Sequence[tuple[Any, str]]) -> Array:
    """The picture with swatches and names on white below it."""
    from PIL import Image as Pil
    from PIL import ImageDraw

    height, width = picture.shape[:2]
    size = max(10, round(0.018 * max(height, width)))
    face = font(size)
    cell = round(max([face.getlength(text) for _, text in entries], default=0) + 2.6 * size)
    columns = min(max(1, width // max(cell, 1)), max(len(entries), 1))
    row = round(size * 1.7)
    rows = -(-len(entries) // columns)
    below = np.full((row * rows + size if rows else 0, width, 3), 255, np.uint8)
    canvas = Pil.fromarray(np.vstack([picture, below]))
    draw = ImageDraw.Draw(canvas)
    for n, (colour, text) in enumerate(entries):
        x = (n % columns) * (width // columns) + size // 2
        y = height + size // 2 + (n // columns) * row
        draw.rectangle((x, y, x + size, y + size), fill=tuple(int(c) for c in colour), outline=(90, 90, 90))
        draw.text((x + 1.5 * size, y + size / 2), text, fill=(30, 30, 30), font=face, anchor="lm")
    return np.asarray(canvas)


def depth_card(depth: Array) -> Array:
    """`depth_preview` with a scale in metres below it."""
    known = depth > 0
    picture = depth_preview(depth)
    if not known.any():
        return legend(picture, [((0, 0, 0), "unknown")])
    low, high = _reach(depth[known])
    marks = np.unique(np.round(np.geomspace(low, high, 6), 1))
    tones = _warm(_nearness(np.maximum(marks, 1e-3), low, high))
    entries: list[tuple[Any, str]] = [(tone, f"{m:.1f} m") for tone, m in zip(tones, marks, strict=True)]
    return legend(picture, [*entries, *([((0, 0, 0), "unknown")] if not known.all() else [])])


def draw_segments(segments: Array, size: tuple[int, int], thick: int = 0) -> Array:
    """uint8 HxW: white segments (N, 4) on black, for a picture of ``size`` (width, height)."""
    import cv2

    canvas = np.zeros((size[1], size[0]), np.uint8)
    thick = thick or max(1, round(max(size) / 600))
    for x0, y0, x1, y1 in np.asarray(segments, np.float64) - 0.5:  # OpenCV counts a pixel's centre as 0
        p, q = ((round(x * 16), round(y * 16)) for x, y in ((x0, y0), (x1, y1)))
        cv2.line(canvas, p, q, (255,), thick, cv2.LINE_AA, shift=4)
    return canvas


def lines_preview(lines: LineSet, image: Any = None) -> Array:
    """Segments coloured by direction, with a legend; on black, or over ``image`` (uint8 HxWx3 or Image), dimmed."""
    from .types import DIRECTIONS

    width, height = lines.size
    if image is None:
        base = np.zeros((height, width, 3), np.uint8)
        if lines.edges is not None:
            base[...] = (lines.edges // 3)[..., None]
    else:
        base = (0.45 * np.asarray(getattr(image, "array", image))).astype(np.uint8)
    thick = max(1, round(max(lines.size) / 640))
    entries: list[tuple[Any, str]] = []
    out = base.astype(np.float32)
    for k, (name, colour) in enumerate(zip(DIRECTIONS, LINE_TONES, strict=True)):
        chosen = lines.segments[lines.directions == k]
        alpha = draw_segments(chosen, lines.size, thick)[..., None] / 255.0
        out = out * (1 - alpha) + np.array(colour, np.float32) * alpha
        entries.append((colour, f"{name} {len(chosen)}"))
    return legend(out.astype(np.uint8), entries)


def description_card(description: Description, width: int = 900) -> Array:
    """Caption, text and facts on a white card; facts that are not sure enough to be told are grey."""
    from PIL import Image as Pil
    from PIL import ImageDraw

    size = max(11, width // 52)
    large, plain = font(round(size * 1.3)), font(size)
    margin, step = size, round(size * 1.5)
    rows: list[tuple[str, Any, tuple[int, int, int], int]] = []
    for text in wrap(description.caption, large, width - 2 * margin):
        rows.append((text, large, (20, 20, 20), 0))
    rows.append(("", plain, (0, 0, 0), 0))
    for text in wrap(description.full, plain, width - 2 * margin):
        rows.append((text, plain, (60, 60, 60), 0))
    rows.append(("", plain, (0, 0, 0), 0))
    label = round(size * 9.5)
    for fact in description.facts.values():
        ink = (40, 40, 40) if fact.sure else (170, 170, 170)
        shown = f"{fact}  ({fact.confidence:.2f}{', ' + fact.basis if fact.basis else ''})"
        for n, text in enumerate(wrap(shown, plain, width - 2 * margin - label)):
            rows.append((text, plain, ink, label))
            if n == 0:
                rows[-1] = (f"{fact.name.replace('_', ' ')}\t{text}", plain, ink, label)
    canvas = Pil.new("RGB", (width, step * len(rows) + 2 * margin), "white")
    draw = ImageDraw.Draw(canvas)
    for n, (text, face, ink, indent) in enumerate(rows):
        head, _, body = text.rpartition("\t")
        at = margin + n * step
        if head:
            draw.text((margin, at), head, fill=ink, font=face)
        draw.text((margin + indent, at), body, fill=ink, font=face)
    return np.asarray(canvas)


def wrap(text: str, font: Any, width: float) -> list[str]:
    """The text in lines of at most ``width`` pixels, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


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
    while size > 7 and font(size).getlength(text) > canvas.size[0] - 14:
        size -= 1
    face = font(size)
    box = draw.textbbox((6, 5), text, font=face)
    draw.rectangle((box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3), fill=(0, 0, 0, 150))
    draw.text((6, 5), text, fill=(255, 255, 255, 255), font=face)
    return np.asarray(canvas)


def layout_card(layout: Layout, image: Image | None = None) -> Array:
    """`floor_grid` with a legend of what is drawn."""
    ids = layout.wall_ids()
    drawn = set(np.unique(ids[:: max(1, ids.shape[0] // 200), :: max(1, ids.shape[1] // 200)]))
    kinds = {o.kind for o in layout.openings if o.wall in drawn}
    entries: list[tuple[Any, str]] = [(LINE, f"floor grid {GRID_M} m"), (WALL, "wall edge")]
    if any(w.kind != "wall" and k in drawn for k, w in enumerate(layout.walls)):
        entries.append((UNSEEN, "wall not seen"))
    entries += [(WINDOW, "window")] if "window" in kinds else []
    entries += [(DOOR, "door or passage")] if kinds - {"window"} else []
    entries += [(THING, "stands on the floor")] if layout.obstacles else []
    return legend(floor_grid(layout, image), entries)


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


FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
    "Helvetica.ttc",
)
"""Looked for in this order: Pillow's own font has no accents."""


@cache
def font(size: int) -> Any:
    """A font of the system with accents, else Pillow's own."""
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
