"""Rugs. Each figure is drawn once over the whole rug (``tile_m`` None, rug UVs 0..1, v along the longer side), nominally
2 x 3 m, 3 mm a texel: about one knot. Arguments are colours, the ground first, and a pattern where one is listed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...errors import OptionError
from ...types import Array
from ..material import Material
from ..texture import band, blur, colour, fbm, mix, smoothstep, tint, warp

SHAPE = (1024, 684)
WIDE, LONG = 2.0, 3.0


def _colours(
    kind: str, args: Sequence[str], defaults: Sequence[str], patterns: Sequence[str] = ()
) -> tuple[list[Array], str]:
    """Colours, filled up from ``defaults``, and the pattern (the first one by default, "" without patterns)."""
    names = [a for a in args if a in patterns]
    given = [a for a in args if a not in patterns]
    if len(names) > 1 or len(given) > len(defaults):
        raise OptionError(f"{kind} takes up to {len(defaults)} colours and one of {list(patterns)}, got {list(args)}")
    try:
        got = [colour(a) for a in given]
    except OptionError as e:
        raise OptionError(f"{e}; {kind} has the patterns {list(patterns)}" if patterns else str(e)) from None
    if got and len(got) < len(defaults) and len(got) == 1:  # a ground alone: the rest are its own shades
        light, dark = mix(got[0], np.full(3, 0.9, np.float32), 0.45), mix(got[0], np.full(3, 0.1, np.float32), 0.45)
        got += [light, dark, mix(got[0], light, 0.5)][: len(defaults) - 1]
    return (got + [colour(d) for d in defaults[len(got) :]]), (names[0] if names else (patterns[0] if patterns else ""))


def _metres(shape: tuple[int, int] = SHAPE) -> tuple[Array, Array]:
    """(x, y) float32 in metres from the rug's middle."""
    h, w = shape
    y, x = np.meshgrid(((np.arange(h) + 0.5) / h - 0.5) * LONG, ((np.arange(w) + 0.5) / w - 0.5) * WIDE, indexing="ij")
    return x.astype(np.float32), y.astype(np.float32)


def _edge(x: Array, y: Array) -> Array:
    """Distance to the nearest border, metres."""
    return np.minimum(WIDE / 2 - np.abs(x), LONG / 2 - np.abs(y))


def _hand(image: Array, rng: np.random.Generator, amount: float = 1.3) -> Array:
    """The drawing a little out of true, as looms and hands make it."""
    return warp(image, amount * fbm(SHAPE, rng, 3, base=(7, 5)), amount * fbm(SHAPE, rng, 3, base=(7, 5)))


def _line(distance: Array, half: float, soft: float = 0.003) -> Array:
    """1 within ``half`` metres of where ``distance`` (metres) is 0."""
    return smoothstep(-soft, soft, half - np.abs(distance))


def _yarn(
    base: Array, rng: np.random.Generator, *, pile: float, abrash: float, worn: float = 0.0, rib: Array | None = None
) -> Material:
    """The drawn ``base`` (sRGB HxWx3) in wool: knots, bands of dye lots across the rug, trodden patches."""
    knots = fbm(SHAPE, rng, 2, base=(260, 180), gain=0.8)
    lots = np.tile(fbm((SHAPE[0], 8), rng, 4, base=(9, 1))[:, :1], (1, SHAPE[1])) + 0.3 * fbm(
        SHAPE, rng, 3, base=(14, 2)
    )
    trodden = fbm(SHAPE, rng, 3, base=(3, 2))
    shade = 0.97 + pile * knots + abrash * lots + 0.030 * trodden
    height = 0.0005 * knots * (pile / 0.06)
    if rib is not None:
        shade = shade + 0.16 * (rib - 0.6)
        height = height + 0.0018 * rib
    if worn:
        bare = smoothstep(-0.4, 2.6, fbm(SHAPE, rng, 6, base=(7, 5), gain=0.85) + 0.35 * knots)
        base = mix(base, colour("#cfc8ba"), worn * bare)
    return Material(
        tint(base, shade, warm=0.012 * lots + 0.010 * knots), 0.97, None, height.astype(np.float32), sheen=0.3
    )


def _flat(base: Array) -> Array:
    return np.broadcast_to(np.asarray(base, np.float32), (*SHAPE, 3))


def rug_plain(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """One colour, cut pile with footmarks: ``rug_plain:main``."""
    (main, light), _ = _colours("rug_plain", args, ("oatmeal", "#e0d9cb"))
    brushed = np.tanh(1.4 * warp(fbm(SHAPE, rng, 2, base=(4, 2.4)), 12 * fbm(SHAPE, rng, 2, base=(8, 6)), 0))
    base = mix(main, light, np.clip(0.12 + 0.10 * brushed, 0, 1))
    tufts = 1 - np.abs(band(SHAPE, rng, (190, 127))).clip(0, 1)
    return _yarn(base, rng, pile=0.055, abrash=0.012, rib=0.35 + 0.5 * tufts)


def _ribs(rng: np.random.Generator, pitch: float, across: bool = True) -> Array:
    x, y = _metres()
    along = y if across else x
    return np.abs(np.sin(math.pi * (along / pitch + 0.06 * fbm(SHAPE, rng, 2, base=(8, 8))))) ** 0.7


def rug_woven(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Flat weave of two heathered yarns: ``rug_woven:main,second[,rib|basket|chevron]``."""
    (main, second), pattern = _colours("rug_woven", args, ("oatmeal", "stone"), ("rib", "basket", "chevron"))
    x, y = _metres()
    heather = fbm(SHAPE, rng, 2, base=(80, 30))
    flecks = fbm(SHAPE, rng, 1, base=(240, 60))
    rib = _ribs(rng, 0.016)
    t = 0.30 + 0.14 * heather + 0.18 * flecks
    if pattern == "basket":
        blocks = np.sign(np.sin(math.pi * x / 0.05) * np.sin(math.pi * y / 0.05))
        rib = np.where(blocks > 0, rib, _ribs(rng, 0.016, False))
        t = t + 0.10 * blocks
    elif pattern == "chevron":
        zig = (y / 0.16 + np.abs((x / 0.20) % 2 - 1) * 1.2) % 1
        t = t + 0.55 * smoothstep(-0.03, 0.03, 0.25 - np.abs(zig - 0.5)) - 0.1
    return _yarn(mix(main, second, np.clip(_hand(t, rng), 0, 1)), rng, pile=0.045, abrash=0.02, rib=rib)


def rug_border(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """A calm field with a border and a thin line: ``rug_border:field,border[,line]``."""
    (field, border, line), _ = _colours("rug_border", args, ("ivory", "slate", "#b9ac95"))
    x, y = _metres()
    e = _edge(x, y)
    heather = fbm(SHAPE, rng, 2, base=(90, 40))
    base = mix(field, mix(field, np.full(3, 0.35, np.float32), 0.5), np.clip(0.12 + 0.10 * heather, 0, 1))
    base = mix(base, border, _hand(smoothstep(-0.003, 0.003, 0.13 - e), rng, 0.5))
    base = mix(base, field, _hand(_line(e - 0.115, 0.006), rng, 0.5))
    base = mix(base, line, _hand(_line(e - 0.19, 0.011), rng, 0.5))
    return _yarn(base, rng, pile=0.05, abrash=0.02, rib=_ribs(rng, 0.012))


def rug_kilim(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Bands of stepped diamonds, triangles and zigzags: ``rug_kilim:ground,second,third,fourth``."""
    c, _ = _colours("rug_kilim", args, ("#cdbb9a", "#8f4636", "#34445a", "#b98d4a"))
    x, y = _metres()
    step = 0.0235  # motifs are stepped: weft by weft
    qx, ay = np.round(np.abs(x) / step) * step, np.abs(y)
    index = np.zeros(SHAPE, np.int8)
    at, last = 0.0, -1
    while at < LONG / 2:
        kind = int(rng.choice([k for k in range(5) if k != last]))
        last = kind
        tall = (0.36, 0.16, 0.20, 0.07, 0.24)[kind] * float(rng.uniform(0.85, 1.15))
        # the middle band is mirrored on the rug's middle, so it starts half way
        v = (ay - at + (tall / 2 if at == 0 else 0)) / tall
        inside = (v >= 0) & (v < 1)
        ground, figure, core = rng.permutation(4)[:3]
        qv = np.round(v * tall / step) * step / tall
        d = np.abs(qv - 0.5) * 2
        pitch = (0.30, 0.11, 0.16, 1.0, 0.22)[kind]
        p = np.abs((qx / pitch) % 1 - 0.5) * 2
        if kind == 0:  # nested diamonds
            level = p + d
            motif = np.where(level < 0.30, figure, np.where(level < 0.52, core, np.where(level < 0.88, figure, ground)))
        elif kind == 1:  # a row of triangles
            motif = np.where(p < qv, figure, ground)
        elif kind == 2:  # zigzag
            motif = np.where(np.abs(p - qv) < 0.26, figure, ground)
        elif kind == 3:  # plain stripes
            motif = np.where(d < 0.45, figure, ground)
        else:  # hooked crosses
            cross = ((p < 0.26) & (d < 0.8)) | ((d < 0.26) & (p < 0.8))
            motif = np.where(cross, figure, ground)
            motif = np.where((p + d) < 0.24, core, motif)
        index = np.where(inside, motif, index).astype(np.int8)
        at += tall if at else tall / 2
        line = np.abs(ay - at) < 0.010
        index = np.where(line, int(rng.integers(4)), index).astype(np.int8)
    e = _edge(x, y)
    index = np.where(
        e < 0.055, np.where((np.round(np.where(np.abs(x) > WIDE / 2 - 0.055, y, x) / 0.047) % 2) > 0, 1, 2), index
    )
    base = np.stack(c).astype(np.float32)[index]
    base = mix(base, np.broadcast_to(base.mean((0, 1)), base.shape), 0.15)  # vegetable dyes, washed
    return _yarn(_hand(base, rng, 1.0), rng, pile=0.05, abrash=0.035, rib=_ribs(rng, 0.0095))


def rug_persian(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Medallion, corners and borders: ``rug_persian:field,border,ivory,accent[,faded|new]``; faded is the default."""
    (field, border, ivory, accent), pattern = _colours(
        "rug_persian", args, ("#7c3a34", "#2f3d55", "#cdbb98", "#8c7452"), ("faded", "new", "washed")
    )
    q = (SHAPE[0] // 2, SHAPE[1] // 2)  # one quarter is drawn and mirrored
    v, u = np.meshgrid((np.arange(q[0]) + 0.5) / q[0], (np.arange(q[1]) + 0.5) / q[1], indexing="ij")
    x, y = ((1 - u) * WIDE / 2).astype(np.float32), ((1 - v) * LONG / 2).astype(np.float32)  # from the middle
    e = np.minimum(WIDE / 2 - x, LONG / 2 - y)
    out = np.broadcast_to(field, (*q, 3)).astype(np.float32)

    scroll = band(q, rng, (15, 10.5), 0.16)
    bloom = band(q, rng, (22, 15), 0.2)

    def arabesque(base: Array, where: Array, line: Array, flower: Array, heart: Array) -> Array:
        base = mix(base, line, where * smoothstep(0.05, 0.02, np.abs(scroll) * 0.16) * 0.85)
        base = mix(base, flower, where * smoothstep(1.05, 1.25, bloom))
        base = mix(base, heart, where * smoothstep(1.75, 1.95, bloom))
        return mix(base, flower, where * smoothstep(-1.5, -1.65, bloom) * 0.8)

    def lobed(px: Array, py: Array, rx: float, ry: float, lobes: int, deep: float) -> Array:
        r, a = np.hypot(px / rx, py / ry), np.arctan2(py / ry, px / rx)
        return r / (1 + deep * (np.abs(np.cos(lobes * a / 2)) - 0.5))

    ones = np.ones(q, np.float32)
    out = arabesque(out, ones, ivory, accent, border)
    # corners
    fx, fy = WIDE / 2 - 0.34, LONG / 2 - 0.34
    r = lobed(fx - x, fy - y, 0.46, 0.62, 10, 0.22)
    for level, c in ((1.0, ivory), (0.965, border), (0.66, ivory), (0.64, accent), (0.40, border)):
        out = mix(out, c, smoothstep(0.004, -0.004, r - level))
    out = arabesque(out, smoothstep(0.9, 0.88, r) * 0.9, ivory, field, accent)
    # medallion with pendants
    for cy, rx, ry, lobes in ((0.0, 0.44, 0.66, 16), (0.80, 0.13, 0.17, 8)):
        r = lobed(x, y - cy, rx, ry, lobes, 0.16)
        levels = (
            (1.0, ivory),
            (0.97, border),
            (0.74, ivory),
            (0.715, accent),
            (0.50, ivory),
            (0.485, field),
            (0.20, ivory),
            (0.17, border),
        )
        for level, c in levels:
            out = mix(out, c, smoothstep(0.006, -0.006, r - level))
        out = arabesque(out, smoothstep(0.93, 0.90, r) * (0.9 if cy == 0 else 0.4), ivory, field, ivory)
    # borders, from the inside out
    along = np.where(WIDE / 2 - x < LONG / 2 - y, y, x)
    for inner, c in (
        (0.335, ivory),
        (0.325, accent),
        (0.275, ivory),
        (0.265, border),
        (0.075, ivory),
        (0.065, field),
        (0.022, border),
    ):
        out = mix(out, c, smoothstep(0.003, -0.003, e - inner))
    pitch = 0.2025
    s = (along % pitch) / pitch - 0.5
    centre = 0.17
    main = smoothstep(0.262, 0.258, e) * smoothstep(0.078, 0.082, e)
    vine = np.abs(e - centre - 0.045 * np.sin(2 * math.pi * along / pitch))
    out = mix(out, ivory, main * smoothstep(0.008, 0.005, vine))
    rr, aa = np.hypot(s * pitch, e - centre), np.arctan2(e - centre, s * pitch)
    petals = rr / (1 + 0.28 * np.cos(8 * aa))
    for radius, c in ((0.062, ivory), (0.054, field), (0.034, accent), (0.018, ivory)):
        out = mix(out, c, main * smoothstep(0.002, -0.002, petals - radius))
    half = np.hypot((np.abs(s) - 0.5) * pitch, e - centre)
    for radius, c in ((0.038, accent), (0.022, ivory)):
        out = mix(out, c, main * smoothstep(0.002, -0.002, half - radius))
    for c0, wide in ((0.30, 0.05), (0.043, 0.04)):  # guards: beads
        bead = np.hypot((along % 0.06) - 0.03, e - c0)
        out = mix(out, ivory, smoothstep(0.002, -0.002, bead - wide * 0.27))
    out = np.concatenate([out, out[:, ::-1]], 1)
    out = np.concatenate([out, out[::-1]], 0)
    worn = {"faded": 0.50, "new": 0.0, "washed": 0.85}[pattern]
    if worn:  # old dyes lose some of their strength
        out = mix(out, np.broadcast_to(out.mean((0, 1)), out.shape), 0.12 + 0.15 * worn)
    return _yarn(_hand(out, rng), rng, pile=0.06, abrash=0.045, worn=worn)


def rug_lines(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Modern drawings on a light ground: ``rug_lines:ground,line[,third][,lattice|stripes|abstract|grid|arcs]``."""
    patterns = ("lattice", "stripes", "abstract", "grid", "arcs")
    (ground, line, third), pattern = _colours("rug_lines", args, ("ivory", "charcoal", "#a89a86"), patterns)
    x, y = _metres()
    wob = 0.011 * fbm(SHAPE, rng, 3, base=(7, 5))
    pile, rib = 0.065, None
    base: Array = _flat(ground)
    if pattern == "lattice":  # diamonds of the High Atlas, drawn by hand
        a, b = x / 0.36 + y / 0.55 + wob * 3, x / 0.36 - y / 0.55 + np.roll(wob, 99, 0) * 3
        d = np.minimum(np.abs(a % 1 - 0.5), np.abs(b % 1 - 0.5)) * 0.30
        inner = np.maximum(np.abs(a % 1 - 0.5), np.abs(b % 1 - 0.5))
        base = mix(base, line, smoothstep(-0.004, 0.004, 0.0085 - d) * 0.92)
        base = mix(base, line, smoothstep(0.44, 0.47, inner) * smoothstep(-0.1, 0.1, 0.0 * d - 1) * 0)
    elif pattern == "stripes":
        at = -LONG / 2
        while at < LONG / 2:
            at += float(rng.uniform(0.07, 0.34))
            wide, c = float(rng.choice([0.006, 0.010, 0.035])), line if rng.random() < 0.7 else third
            base = mix(base, c, _line(y - at + wob * 0.5, wide) * 0.9)
    elif pattern == "abstract":
        # blurred fields and dry strokes, dyed over each other
        big = warp(
            fbm(SHAPE, rng, 4, base=(2.4, 2)),
            24 * fbm(SHAPE, rng, 3, base=(5, 4)),
            30 * fbm(SHAPE, rng, 3, base=(5, 4)),
        )
        grain = fbm(SHAPE, rng, 3, base=(150, 26))
        base = mix(base, third, smoothstep(0.1, 0.9, big + 0.30 * grain) * 0.8)
        base = mix(base, line, smoothstep(0.9, 1.5, np.roll(big, 300, 0) + 0.35 * grain) * 0.75)
        base = mix(base, ground, smoothstep(0.5, 1.6, fbm(SHAPE, rng, 4, base=(12, 3)) + 0.3 * grain) * 0.7)
        rib = _ribs(rng, 0.010)
    elif pattern == "grid":
        d = np.minimum(np.abs((x + wob) / 0.4 % 1 - 0.5) * 0.4, np.abs((y + wob) / 0.4 % 1 - 0.5) * 0.4)
        base = mix(base, line, smoothstep(-0.004, 0.004, 0.007 - d) * 0.9)
    else:  # arcs
        for _ in range(7):
            cx, cy, r = rng.uniform(-1.2, 1.2), rng.uniform(-1.7, 1.7), rng.uniform(0.3, 1.1)
            d = np.hypot(x - cx, y - cy) - r + wob
            c = (line, third)[int(rng.integers(2))]
            base = mix(base, c, _line(d, float(rng.choice([0.006, 0.012, 0.05]))) * 0.85)
    tufts = (1 - np.abs(band(SHAPE, rng, (150, 100))).clip(0, 1)) if rib is None else rib
    return _yarn(_hand(base, rng, 0.8), rng, pile=pile, abrash=0.012, rib=0.3 + 0.6 * tufts)


def jute(args: tuple[str, ...], rng: np.random.Generator) -> Material:
    """Braids sewn side by side: ``jute[:colour][,rows|boucle|ring]``; ``ring`` is for round rugs."""
    (main, dark), pattern = _colours("jute", args, ("#b59b72", "#8d7450"), ("rows", "boucle", "ring"))
    x, y = _metres()
    if pattern == "ring":
        x, y = x / (WIDE / 2), y / (LONG / 2)
        across, along = np.hypot(x, y) / 0.024, np.arctan2(y, x) * 38
    else:
        across, along = y / 0.026, x / 0.034
    wob = 0.05 * fbm(SHAPE, rng, 2, base=(12, 12))
    row = np.floor(across)
    side = (across + wob) % 1 - 0.5
    slant = np.where(row % 2 > 0, 1.0, -1.0) * side * 0.8
    strand = np.abs(np.sin(math.pi * (along + slant + 0.5 * (row % 2))))
    height = np.cos(math.pi * side).clip(0) ** 0.6 * (0.5 + 0.5 * strand**0.8)
    if pattern == "boucle":
        height = (1 - np.abs(band(SHAPE, rng, (115, 76))).clip(0, 1)) * 0.8 + 0.2 * height
    straw = fbm(SHAPE, rng, 2, base=(70, 200))
    lots = fbm(SHAPE, rng, 2, base=(100, 3))
    base = mix(main, dark, np.clip(0.30 + 0.16 * straw + 0.13 * lots - 0.15 * (height - 0.5), 0, 1))
    return _yarn(base, rng, pile=0.05, abrash=0.02, rib=blur(height, 0.5))
