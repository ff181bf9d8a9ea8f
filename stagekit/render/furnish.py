"""``furnish``: placed furniture into the photo of its room, path-traced in the photo's own light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InputError
from ..types import Array, Camera, Image, Layout, Placement
from . import engine as engines
from .composite import composite, photo_light, spread
from .denoise import denoise
from .light import Light, estimate_light
from .look import PhotoLook, photo_look
from .scene import (
    Piece,
    build_pieces,
    full_scene,
    label_scene,
    shell_scene,
    solid_scene,
)
from .shadow import shaded_textures, shadow_ratio
from .shell import first_hit, rectangles, surface_labels
from .trace import coverage, look

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Quality:
    """``samples`` a pixel on furniture, ``shadow_rays`` and ``bounce_rays`` a point of the room, ``depth`` path segments;
    ``max_side``: longest side in pixels at which furniture is traced (larger photos get it enlarged, with outlines at full
    size); ``shadow_side``: the same for shadows."""

    samples: int = 24
    shadow_rays: int = 48
    bounce_rays: int = 48
    depth: int = 6
    max_side: int = 1600
    shadow_side: int = 512

    def __post_init__(self) -> None:
        if min(self.samples, self.shadow_rays, self.depth) < 1 or self.bounce_rays < 0:
            raise InputError(f"samples, rays and depth must be positive, got {self}")
        if min(self.max_side, self.shadow_side) < 64:
            raise InputError(
                f"max_side and shadow_side must be at least 64 pixels, got {self.max_side}, {self.shadow_side}"
            )

    def plain(self) -> Quality:
        """What is bearable without LLVM."""
        return Quality(
            min(self.samples, 16), min(self.shadow_rays, 16), min(self.bounce_rays, 4), min(self.depth, 5),
            min(self.max_side, 1024), min(self.shadow_side, 160),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Traced:
    """What ``trace`` gives beside the picture: per pixel of the photo the furniture's ``alpha`` (0..1), ``depth``
    (metres along the axis, inf where none), ``label`` (index of the placement or -1), and the ``light`` used."""

    result: Array
    changed: Array
    alpha: Array = field(repr=False)
    depth: Array = field(repr=False)
    label: Array = field(repr=False)
    light: Light | None = field(default=None, repr=False)


def furnish(
    image: Image,
    layout: Layout,
    placements: Sequence[Placement],
    *,
    seed: int = 0,
    samples: int | None = None,
    quality: Quality | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: Any = None,
) -> tuple[Array, Array]:
    """(uint8 HxWx3, bool HxW of every pixel that differs from the photo). See ``trace``."""
    q = quality or Quality()
    if samples is not None:
        q = Quality(samples, q.shadow_rays, q.bounce_rays, q.depth, q.max_side, q.shadow_side)
    done = trace(image, layout, placements, seed=seed, quality=q, threads=threads, progress=progress, cancel=cancel)
    return done.result, done.changed


def trace(
    image: Image,
    layout: Layout,
    placements: Sequence[Placement],
    *,
    seed: int = 0,
    quality: Quality | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: Any = None,
) -> Traced:
    """Render ``placements`` into ``image``. Outside ``changed`` the photo's bytes are kept.

    ``progress(fraction, text)`` is called often; ``cancel.check()`` may raise. Raises LayoutError, OptionError,
    MissingPackageError.
    """
    q = quality or Quality()
    photo = image.array
    h, w = photo.shape[:2]
    if (layout.camera.width, layout.camera.height) != (w, h):
        raise InputError(
            f"the layout was measured on {layout.camera.width}x{layout.camera.height} pixels, the photo has {w}x{h}; "
            "estimate the layout again or use layout.camera.scaled"
        )

    def tell(fraction: float, text: str) -> None:
        if cancel is not None:
            cancel.check()
        if progress is not None:
            progress(fraction, text)

    blank = Traced(
        photo.copy(), np.zeros((h, w), bool), np.zeros((h, w), np.float32), np.full((h, w), np.inf, np.float32),
        np.full((h, w), -1, np.int16),
    )  # fmt: skip
    pieces = build_pieces(placements)
    box = crop(layout.camera, pieces)
    if box is None:
        return blank
    tell(0.0, "light")
    engine = engines.start(threads=threads)
    q = q if engine.fast else q.plain()
    light = estimate_light(layout, small_light(photo, 640), seed=seed)
    taken = photo_look(photo)

    tell(0.08, "outlines")
    labels = label_scene(engine, pieces)
    grid = 4 if w * h < 3_000_000 else 3
    alpha, depth, label = coverage(engine, labels, layout.camera, box, room_depth(layout, layout.camera, box), grid)
    x0, y0, x1, y1 = box
    alpha *= ~behind(layout, depth, box)
    full_alpha = np.zeros((h, w), np.float32)
    full_alpha[y0:y1, x0:x1] = alpha

    tell(0.15, "shadows on the room")
    shell = shell_scene(engine, light.rects, light.textures)
    solid = solid_scene(engine, pieces)
    textures = light.textures
    if solid is not None:
        textures = shaded_textures(engine, shell, solid, light, rays=64, seed=seed)
    full = full_scene(engine, pieces, light, textures, _limited(layout.camera, q.max_side))

    colour = _furniture(
        engine, full, labels, layout.camera, alpha, box, q, seed, lambda f: tell(0.2 + 0.5 * f, "furniture")
    )
    ratio = np.ones((h, w, 3), np.float32)
    if solid is not None:
        ratio = _shadows(engine, shell, solid, full, light, layout, q, seed, lambda f: tell(0.7 + 0.25 * f, "shadows"))
    tell(0.96, "compositing")
    placed = np.zeros((h, w, 3), np.float32)
    placed[y0:y1, x0:x1] = colour * light.exposure
    result = composite(photo, *_softened(placed, full_alpha, taken), ratio, taken, seed=seed)
    keep = obstacle_mask(layout, full_alpha)
    result = np.where(keep[..., None], photo, result)
    full_depth, full_label = blank.depth, blank.label
    full_depth[y0:y1, x0:x1], full_label[y0:y1, x0:x1] = depth, label
    tell(1.0, "done")
    return Traced(result, (result != photo).any(-1), full_alpha, full_depth, full_label, light)


def small_light(photo: Array, side: int) -> Array:
    """float32 linear photo, at most ``side`` pixels long."""
    import cv2

    h, w = photo.shape[:2]
    s = min(1.0, side / max(h, w))
    if s < 1:
        # Averaged as recorded first (cheap for large photos), the small error in light is below the fit's own.
        photo = cv2.resize(photo, (max(1, round(w * s)), max(1, round(h * s))), interpolation=cv2.INTER_AREA)
    return photo_light(np.ascontiguousarray(photo))


def crop(camera: Camera, pieces: Sequence[Piece]) -> tuple[int, int, int, int] | None:
    """(x0, y0, x1, y1) in pixels that holds all furniture, or None when none is in the picture."""
    lows, highs = [], []
    for piece in pieces:
        for part in piece.parts:
            uv, depth = camera.project(part.mesh.vertices)
            front = depth > 0.05
            if not front.any():
                continue
            if not front.all():  # reaches behind the camera: its projection has no bounds
                return 0, 0, camera.width, camera.height
            lows.append(uv.min(0))
            highs.append(uv.max(0))
    if not lows:
        return None
    low, high = np.floor(np.min(lows, 0)) - 2, np.ceil(np.max(highs, 0)) + 2
    x0, y0 = (int(max(0, v)) for v in low)
    x1, y1 = int(min(camera.width, high[0])), int(min(camera.height, high[1]))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def room_depth(layout: Layout, camera: Camera, box: tuple[int, int, int, int]) -> Array:
    """float32 crop: depth of the walls that can hide furniture; inf in convex rooms, where none can."""
    from shapely import Polygon

    x0, y0, x1, y1 = box
    floor = Polygon(layout.floor)
    limit = np.full((y1 - y0, x1 - x0), np.inf, np.float32)
    if floor.convex_hull.area <= floor.area * 1.02:
        return limit
    rects = [r for r in rectangles(layout) if r.kind == "wall" and layout.walls[r.wall].kind == "wall"]
    for top in range(0, y1 - y0, 128):
        n = min(128, y1 - y0 - top)
        uv = np.stack(np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0 + top, y0 + top + n) + 0.5), -1)
        t, _, _, _ = first_hit(rects, camera.centre, camera.rays(uv))
        limit[top : top + n] = t + 0.10  # art and curtains hang on walls that are known to a few centimetres
    return limit


def _obstacle_depth(layout: Layout, index: int) -> float:
    """Nearest depth along the camera's axis of obstacle number ``index``."""
    o = layout.obstacles[index]
    f = np.asarray(o.footprint, dtype=np.float64)
    corners = np.concatenate([np.insert(f, 1, 0.0, axis=1), np.insert(f, 1, o.height_m, axis=1)])
    _, depth = layout.camera.project(corners)
    return float(max(depth.min(), 0.0))


def behind(layout: Layout, depth: Array, box: tuple[int, int, int, int]) -> Array:
    """bool crop: furniture that stands behind something already in the room."""
    x0, y0, x1, y1 = box
    hidden = np.zeros(depth.shape, bool)
    for i, o in enumerate(layout.obstacles):
        hidden |= np.asarray(o.mask)[y0:y1, x0:x1] & (depth > _obstacle_depth(layout, i))
    return hidden


def obstacle_mask(layout: Layout, alpha: Array) -> Array:
    """bool HxW: pixels of obstacles that no furniture covers; they stay as they are."""
    keep = np.zeros(alpha.shape, bool)
    for o in layout.obstacles:
        keep |= np.asarray(o.mask, bool)
    return keep & (alpha == 0)


def _limited(camera: Camera, side: int) -> Camera:
    s = min(1.0, side / max(camera.width, camera.height))
    return camera.scaled(max(1, round(camera.width * s)), max(1, round(camera.height * s))) if s < 1 else camera


def _furniture(
    engine: engines.Engine, full: Any, labels: Any, camera: Camera, alpha: Array, box: tuple[int, int, int, int],
    q: Quality, seed: int, tick: Callable[[float], None],
) -> Array:  # fmt: skip
    """float32 crop x 3: the furniture's light, continued a few pixels past its outline, at full size."""
    import cv2

    x0, y0, x1, y1 = box
    small = _limited(camera, q.max_side)
    sx, sy = small.width / camera.width, small.height / camera.height
    bx0, by0 = int(x0 * sx), int(y0 * sy)
    bx1, by1 = min(small.width, int(np.ceil(x1 * sx))), min(small.height, int(np.ceil(y1 * sy)))
    whole = sx == 1 and sy == 1
    if whole:
        wanted = alpha > 0
    else:
        reach = cv2.warpAffine(  # crop at full size -> crop at tracing size, averaged by the blur before
            cv2.blur(alpha, (max(1, round(1 / sx)),) * 2),
            np.array([[1 / sx, 0, bx0 / sx - x0], [0, 1 / sy, by0 / sy - y0]], np.float32),
            (bx1 - bx0, by1 - by0),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        wanted = cv2.dilate((reach > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    ys, xs = np.nonzero(wanted)
    h, w = wanted.shape
    layers = np.zeros((3, h, w, 3), np.float32)
    known = np.zeros((h, w), bool)
    if len(xs):
        seen = look(
            engine, full, labels, small, np.stack([xs + bx0, ys + by0], -1),
            samples=q.samples, depth=q.depth, seed=seed, tick=tick,
        )  # fmt: skip
        layers[:, ys, xs] = seen.colour, seen.albedo, seen.normal
        known[ys, xs] = np.isfinite(seen.colour[:, 0])
    layers = np.stack([spread(layer, known, 2) for layer in layers])
    colour = denoise(layers[0], layers[1], layers[2])
    colour = spread(colour, known, 4)
    if whole:
        return colour
    matrix = np.array([[sx, 0, (x0 + 0.5) * sx - 0.5 - bx0], [0, sy, (y0 + 0.5) * sy - 0.5 - by0]], np.float32)
    return cv2.warpAffine(
        colour,
        matrix,
        (x1 - x0, y1 - y0),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).clip(0)


def _shadows(
    engine: engines.Engine, shell: Any, solid: Any, full: Any, light: Light, layout: Layout, q: Quality, seed: int,
    tick: Callable[[float], None],
) -> Array:  # fmt: skip
    import cv2

    camera = layout.camera
    small = _limited(camera, q.shadow_side)
    ratio = shadow_ratio(
        engine, shell, solid, full, light, small, rays=q.shadow_rays, bounce=q.bounce_rays, seed=seed, tick=tick
    )
    if (small.width, small.height) != (camera.width, camera.height):
        ratio = cv2.resize(ratio, (camera.width, camera.height), interpolation=cv2.INTER_LINEAR)
    # Glass shows what is outside, and the ceiling is too far from furniture for more than noise.
    ratio[np.isin(surface_labels(layout, camera.width, camera.height), (3, 4))] = 1
    return ratio


def _softened(colour: Array, alpha: Array, taken: PhotoLook) -> tuple[Array, Array]:
    """Colour and alpha with the photo's sharpness; a pixel's own box (0.3 px) is there already."""
    import cv2

    sigma = float(np.sqrt(max((0.65 * taken.blur_px) ** 2 - 0.3**2, 0)))  # denoising has softened a little already
    if sigma < 0.25:
        return colour, alpha
    weight = (alpha > 0).astype(np.float32)
    soft = cv2.GaussianBlur(colour * weight[..., None], (0, 0), sigma)
    count = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
    return np.where(count > 1e-3, soft / np.maximum(count, 1e-3), colour), cv2.GaussianBlur(alpha, (0, 0), sigma)
