"""Carcasses, doors, drawer fronts and handles of case furniture. Metres; gaps are 3 mm; fronts face +Z.

Slots: ``body`` carcass, ``front`` doors and drawers, ``inside`` what shows in the gaps, ``web`` cane, ``handle``.
"""

from __future__ import annotations

import numpy as np

from ..errors import OptionError
from . import joinery as jn
from .family import Size
from .mesh import Mesh, Part, box, join, surface

GAP = 0.003
PANELS = ("flat", "shaker", "fluted", "slatted", "cane", "louvre", "glass")
HANDLES = ("none", "knob", "bar", "cup", "pull", "groove")


def carcass(
    size: Size,
    rng: np.random.Generator,
    *,
    y: float = 0.0,
    t: float = 0.018,
    back: bool = True,
    shelves: int = 0,
    mitre: bool = False,
) -> list[Part]:
    """An open box of boards standing on ``y``, open to the front; the back panel is set in."""
    w, h, d = size
    out = [
        Part(jn.board((w, t, d), rng, bevel=0.002), "body"),
        Part(jn.board((w, t, d), rng, bevel=0.002).moved(y=h - t), "body"),
        Part(jn.board((t, h - 2 * t, d), rng, bevel=0.0015).moved(-w / 2 + t / 2, t, 0), "body"),
        Part(jn.board((t, h - 2 * t, d), rng, bevel=0.0015).moved(w / 2 - t / 2, t, 0), "body"),
    ]
    del mitre
    if back:
        out.append(Part(jn.board((w - 2 * t, h - 2 * t, 0.008), rng, bevel=0.001).moved(0, t, -d / 2 + 0.012), "body"))
    for k in range(shelves):
        yy = t + (h - 2 * t) * (k + 1) / (shelves + 1)
        out.append(Part(jn.board((w - 2 * t, t, d - 0.03), rng, bevel=0.0015).moved(0, yy - t / 2, -0.01), "body"))
    return [Part(p.mesh.moved(y=y), p.slot) for p in out]


def handle_mesh(style: str, width: float, *, vertical: bool = False) -> Mesh | None:
    """A handle centred at the origin on a face at z = 0, or None. ``width``: of the front it serves."""
    if style in ("none", "groove"):
        return None
    if style == "knob":
        prof = [
            (0, 0),
            (0.009, 0),
            (0.0065, 0.004),
            (0.006, 0.010),
            (0.013, 0.016),
            (0.0155, 0.021),
            (0.0135, 0.026),
            (0.006, 0.0285),
            (0, 0.029),
        ]
        return jn.turned(prof, segments=20, smooth=True).turned(x=90)
    if style in ("bar", "pull"):
        length = float(np.clip(width * 0.42, 0.10, 0.32))
        r = 0.010 if style == "bar" else 0.008
        m = [jn.rod((-length / 2, 0, 0.028), (length / 2, 0, 0.028), r)]
        m += [jn.rod((s * length * 0.38, 0, 0), (s * length * 0.38, 0, 0.028), 0.008) for s in (-1, 1)]
        if style == "pull":
            path = jn.curve(
                [
                    (-length * 0.4, 0, 0),
                    (-length * 0.34, 0, 0.020),
                    (0, 0, 0.030),
                    (length * 0.34, 0, 0.020),
                    (length * 0.4, 0, 0),
                ],
                16,
            )
            m = [jn.sweep(path, 0.010, 0.007, ref=(0, 1, 0))]
        out = join(m)
        return out.turned(z=90) if vertical else out
    if style == "cup":
        a, b = np.linspace(0, np.pi, 17), np.linspace(0, np.pi / 2, 7)
        g = np.stack(
            [
                0.046 * np.cos(a)[None] * np.ones((7, 1)),
                0.026 * np.sin(a)[None] * np.cos(b)[:, None],
                0.026 * np.sin(b)[:, None] * np.sin(a)[None] ** 0.6,
            ],
            -1,
        )
        shell = surface(g)
        return join(
            [shell, surface(g[:, ::-1] * 0.94), jn.rod((-0.046, 0, 0.001), (0.046, 0, 0.001), 0.004, arc=1)]
        ).moved(y=-0.008)
    raise OptionError(f"unknown handle {style!r}; known: {', '.join(HANDLES)}")


def front(
    size: Size,
    style: str,
    rng: np.random.Generator,
    *,
    handle: str = "none",
    place: str = "centre",
    grain_up: bool = False,
) -> list[Part]:
    """A door or drawer front of ``size`` standing on y = 0, its face at z = size[2] / 2. ``place``: where the
    handle sits (centre, left, right, top)."""
    w, h, t = size
    parts: list[Part] = []

    def upright(m: Mesh) -> Mesh:
        """Grain upright on a face that is wider than high."""
        return m.uv_turned() if grain_up and w > h else m

    if style == "flat":
        parts.append(Part(upright(jn.board(size, rng, bevel=0.0018, segments=2)), "front"))
    elif style in ("shaker", "cane", "louvre", "glass"):
        f = min(0.062, w * 0.2, h * 0.28)
        parts += [Part(jn.board((f, h, t), rng, bevel=0.0015).moved(s * (w - f) / 2, 0, 0), "front") for s in (-1, 1)]
        parts += [
            Part(jn.board((w - 2 * f + 0.001, f, t), rng, bevel=0.0015).moved(0, y, 0), "front") for y in (0, h - f)
        ]
        iw, ih = w - 2 * f, h - 2 * f
        if style == "shaker":
            parts.append(
                Part(
                    jn.board((iw + 0.004, ih + 0.004, t * 0.5), rng, bevel=0.0008).moved(0, f - 0.002, -t * 0.2),
                    "front",
                )
            )
        elif style == "glass":
            parts.append(
                Part(box((iw + 0.004, ih + 0.004, 0.004), bevel=0.0005, segments=1).moved(0, f - 0.002, 0), "glass")
            )
        elif style == "cane":
            g = np.array([[[-iw / 2, f, 0], [iw / 2, f, 0]], [[-iw / 2, f + ih, 0], [iw / 2, f + ih, 0]]])
            parts.append(Part(surface(g[::-1]) if surface(g).normals[0, 2] < 0 else surface(g), "web"))
            parts.append(
                Part(
                    box((iw + 0.004, ih + 0.004, 0.004), bevel=0.0005, segments=1).moved(0, f - 0.002, -t * 0.42),
                    "inside",
                )
            )
        else:
            n = max(3, int(ih / 0.035))
            for k in range(n):
                parts.append(
                    Part(
                        jn.board((iw + 0.002, 0.038, 0.006), rng)
                        .moved(y=-0.019)
                        .turned(x=-38)
                        .moved(0, f + ih * (k + 0.5) / n, 0),
                        "front",
                    )
                )
    elif style in ("fluted", "slatted"):
        pitch = 0.024 if style == "fluted" else 0.032
        n = max(4, round(w / pitch))
        a = np.arange(n * (8 if style == "fluted" else 4) + 1) / (8 if style == "fluted" else 4)
        x = (a / n - 0.5) * w
        if style == "fluted":
            z = t / 2 - 0.009 + 0.009 * np.sqrt(np.clip(1 - (2 * (a % 1.0) - 1) ** 2, 0, 1))
            pts = np.stack([np.stack([x, np.full_like(x, y), z], -1) for y in (0.0, h)])
            uv = np.stack([np.stack(np.broadcast_arrays(np.array([[0.0], [h]]), x[None]), -1)])[0]
            face = surface(pts, uv)
            if face.normals[4, 2] < 0:
                face = surface(pts[::-1], uv[::-1])
            parts.append(Part(jn.grain(face, rng), "front"))
            parts.append(Part(jn.board((w, h, t - 0.008), rng, bevel=0.001).moved(0, 0, -0.004), "front"))
        else:
            parts.append(Part(box((w, h, t * 0.5), bevel=0.001, segments=1).moved(0, 0, -t * 0.25), "inside"))
            each = w / n
            parts += [
                Part(
                    jn.board((each - 0.010, h, t * 0.62), rng, bevel=0.002).moved(
                        -w / 2 + each * (k + 0.5), 0, t * 0.19
                    ),
                    "front",
                )
                for k in range(n)
            ]
    else:
        raise OptionError(f"unknown panel {style!r}; known: {', '.join(PANELS)}")
    vertical = place in ("left", "right")
    m = handle_mesh(handle, h * 0.5 if vertical else w, vertical=vertical)
    if m is not None:
        at = {"left": -w / 2 + 0.042, "right": w / 2 - 0.042}.get(place, 0.0)
        y = h - 0.045 if place == "top" else (h * 0.52 if vertical else h / 2)
        where = [at] if place != "centre" or w < 0.62 or (handle == "cup" and w < 0.5) else [-w * 0.27, w * 0.27]
        parts += [Part(m.moved(xx, y, t / 2), "handle") for xx in where]
    return parts


def stack(
    size: Size,
    drawers: int,
    style: str,
    rng: np.random.Generator,
    *,
    handle: str = "none",
    y: float = 0.0,
    columns: int = 1,
) -> list[Part]:
    """A chest: carcass, dark inside, ``columns`` x ``drawers`` inset fronts, flush with the carcass's edge."""
    w, h, d = size
    t = 0.018
    parts = carcass(size, rng, y=y)
    parts += inset(
        w - 2 * t, h - 2 * t, d / 2, drawers, columns, style, rng, handle=handle, x=0.0, y=y + t, doors=False
    )
    return parts


def inset(
    w: float,
    h: float,
    face: float,
    rows: int,
    columns: int,
    style: str,
    rng: np.random.Generator,
    *,
    handle: str,
    x: float,
    y: float,
    doors: bool,
    deep: float = 0.019,
    back: float = -0.006,
) -> list[Part]:
    """Fronts that fill an opening of ``w`` x ``h`` (middle at ``x``, bottom at ``y``), their faces at z = ``face`` +
    back; a dark board behind closes the gaps. Doors hang in pairs: handles meet."""
    z = face + back - deep / 2
    parts = [Part(box((w, h, 0.004), bevel=0.0005, segments=1).moved(x, y, z - deep / 2 - 0.004), "inside")]
    cw, ch = w / columns, h / rows
    for c in range(columns):
        for r in range(rows):
            place = "centre"
            if doors:
                place = ("right" if c % 2 == 0 else "left") if columns > 1 else "right"
                if handle in ("cup", "none", "groove"):
                    place = "centre"
            f = front((cw - GAP, ch - GAP, deep), style, rng, handle=handle, place=place, grain_up=doors)
            parts += [Part(q.mesh.moved(x - w / 2 + cw * (c + 0.5), y + ch * r + GAP / 2, z), q.slot) for q in f]
    return parts
