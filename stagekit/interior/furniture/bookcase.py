"""Bookcases: boarded, open metal frames, ladders; the seed fills their shelves with books, boxes, vases and bowls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import clutter, fronts
from .. import joinery as jn
from ..family import Family, Size
from ..mesh import Part, box
from .decor import bowl

PARAMS = {
    "style": ("case", "open", "ladder", "cabinet", "cubes"),
    "filled": (0.7, 0.0, 1.0),
    "back": ("open", "panel"),
}
T = 0.022


def shelf_things(width: float, height: float, depth: float, filled: float, rng: np.random.Generator) -> list[Part]:
    """What stands on a shelf of width x height x depth: left to right, groups of books and objects with air between."""
    out: list[Part] = []
    x, end = -width / 2 + 0.01, width / 2 - 0.01
    first = True
    while x < end - 0.06:
        if rng.random() > 0.42 + 0.55 * filled:  # air
            x += rng.uniform(0.05, 0.16)
            continue
        kind = rng.choice(["stand", "lie", "vase", "bowl", "box", "art"], p=[0.42, 0.20, 0.12, 0.08, 0.10, 0.08])
        room = end - x
        if kind == "stand":
            n = int(rng.integers(3, 4 + int(7 * filled) + 1))
            tall = min(height * 0.92, 0.29)
            base = tall * rng.uniform(0.72, 0.92)
            deep = min(depth - 0.03, 0.19)
            for i in range(n):
                t = float(rng.uniform(0.014, 0.036))
                if x + t > end:
                    break
                hh = float(min(tall, base * rng.uniform(0.86, 1.14)))
                dd = float(min(deep, hh * rng.uniform(0.66, 0.78)))
                one = clutter.spine_only(t, hh, dd, int(rng.integers(clutter.SPINES)))
                if (
                    i == n - 1 and n > 3 and not first and rng.random() < 0.45 and x + t + 0.07 < end
                ):  # the last one leans
                    lean = float(rng.uniform(7, 12))
                    one = [
                        Part(
                            p.mesh.moved(t / 2)
                            .turned(z=lean)
                            .moved(x + hh * np.sin(np.radians(lean)), 0, depth / 2 - 0.03 - dd / 2),
                            p.slot,
                        )
                        for p in one
                    ]
                    b = min(float(p.mesh.bounds[0, 1]) for p in one)
                    left = min(float(p.mesh.bounds[0, 0]) for p in one)
                    out += [Part(p.mesh.moved(x - left + 0.001, -b, 0), p.slot) for p in one]
                    x += t + hh * np.sin(np.radians(lean)) + 0.01
                else:
                    out += clutter.moved(one, x + t / 2, 0, depth / 2 - 0.03 - dd / 2 - float(rng.uniform(0, 0.012)))
                    x += t + 0.0006
            x += float(rng.uniform(0.01, 0.04))
        elif kind == "lie":
            w = float(min(rng.uniform(0.20, 0.27), room))
            if w < 0.15:
                break
            n = int(rng.integers(2, 4))
            heap = clutter.pile(rng, n, w, min(depth - 0.04, 0.19))
            out += clutter.moved(heap, x + w / 2 + 0.005, 0, 0.0)
            top = max(float(p.mesh.bounds[1, 1]) for p in heap)
            if rng.random() < 0.6 and height - top > 0.12:
                out.append(Part(bowl(0.10, 0.05, "deep", fine=False).moved(x + w / 2, top, 0.0), "object"))
            x += w + float(rng.uniform(0.02, 0.05))
        elif kind == "vase":
            h = float(min(height * 0.86, rng.uniform(0.16, 0.28)))
            w = float(min(h * rng.uniform(0.42, 0.75), depth - 0.04, room))
            if w < 0.06:
                break
            m, _ = clutter.vase(str(rng.choice(list(clutter.VASES))), w, h, fine=False)
            out.append(
                Part(m.moved(x + w / 2, 0, rng.uniform(-0.02, 0.02)), "object" if rng.random() < 0.6 else "accent")
            )
            x += w + float(rng.uniform(0.03, 0.08))
        elif kind == "bowl":
            w = float(min(rng.uniform(0.16, 0.24), depth - 0.03, room))
            if w < 0.1:
                break
            out.append(
                Part(
                    bowl(w, min(0.09, height * 0.4), str(rng.choice(["low", "deep", "footed"])), fine=False).moved(
                        x + w / 2, 0, 0
                    ),
                    "accent",
                )
            )
            x += w + float(rng.uniform(0.03, 0.08))
        elif kind == "box":
            w = float(min(rng.uniform(0.22, 0.32), room))
            if w < 0.16:
                break
            h = float(min(height * 0.75, rng.uniform(0.14, 0.20)))
            d = min(depth - 0.03, 0.26)
            out.append(Part(box((w, h, d), bevel=0.008).moved(x + w / 2, 0, 0), "box"))
            out.append(Part(box((w + 0.006, 0.03, d + 0.006), bevel=0.006).moved(x + w / 2, h - 0.028, 0), "box"))
            x += w + float(rng.uniform(0.02, 0.04))
        else:
            h = float(min(height * 0.84, 0.24))
            w = min(h * 0.78, room)
            if w < 0.09:
                break
            from .art import framed

            pic = framed(w, h, 0.02, {"frame": "thin", "mat": "wide"}, rng, "print")
            out += [
                Part(
                    p.mesh.turned(x=-9).moved(x + w / 2, 0.004, -depth / 2 + 0.055),
                    p.slot if p.slot not in ("backing", "mat") else "paper",
                )
                for p in pic
            ]
            x += w + float(rng.uniform(0.02, 0.05))
        first = False
    return out


def build(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A bookcase; ``filled`` 0..1 says how full its shelves are."""
    p = jn.choose("bookcase", PARAMS, params)
    w, h, d = size
    style = p["style"]
    parts: list[Part] = []
    shelves: list[tuple[float, float, float, float, float]] = []  # x, y of the board's top, width, clear height, depth
    n = max(2, round(h / 0.37))
    if style in ("case", "cabinet", "cubes"):
        y0 = 0.06
        cols = 1 if w < 1.05 and style != "cubes" else max(2, round(w / (0.40 if style == "cubes" else 0.75)))
        parts.append(Part(jn.board((w - 0.02, y0, d - 0.03), rng).moved(z=-0.01), "frame"))
        parts += [
            Part(jn.board((T, h - y0, d), rng, bevel=0.0025).moved(s * (w / 2 - T / 2), y0, 0), "frame")
            for s in (-1, 1)
        ]
        inner = w - 2 * T
        cw = (inner - (cols - 1) * T) / cols
        parts += [Part(jn.board((inner, T, d), rng, bevel=0.0025).moved(0, y, 0), "frame") for y in (y0, h - T)]
        for c in range(1, cols):
            parts.append(
                Part(
                    jn.board((T, h - y0 - 2 * T, d - 0.004), rng).moved(
                        -inner / 2 + c * (cw + T) - T / 2, y0 + T, -0.002
                    ),
                    "frame",
                )
            )
        if p["back"] == "panel" or style == "cabinet":
            parts.append(
                Part(
                    jn.board((inner, h - y0 - 2 * T, 0.008), rng, bevel=0.001).moved(0, y0 + T, -d / 2 + 0.010), "frame"
                )
            )
        low = y0
        if style == "cabinet":
            dh = 0.62
            parts += fronts.inset(
                inner,
                dh - T,
                d / 2,
                1,
                max(2, round(w / 0.45)),
                "shaker",
                rng,
                handle="knob",
                x=0.0,
                y=y0 + T,
                doors=True,
            )
            parts.append(Part(jn.board((inner, T, d), rng).moved(0, y0 + dh, 0), "frame"))
            low = y0 + dh
            n = max(2, round((h - low) / 0.36))
        if style == "cubes":
            n = max(2, round((h - y0) / 0.38))
        step = (h - low - T) / n
        for c in range(cols):
            x = -inner / 2 + cw / 2 + c * (cw + T)
            for k in range(n):
                y = low + step * k
                if k:
                    parts.append(Part(jn.board((cw, T, d - 0.012), rng, bevel=0.002).moved(x, y, -0.006), "frame"))
                shelves.append((x, y + T, cw - 0.006, step - T, d - 0.02))
    elif style == "open":
        bar = 0.022
        for sx in (-1, 1):
            for sz in (-1, 1):
                parts.append(
                    Part(
                        box((bar, h, bar), bevel=0.002).moved(sx * (w / 2 - bar / 2), 0, sz * (d / 2 - bar / 2)),
                        "metal",
                    )
                )
        step = (h - 0.10 - 0.03) / (n - 1)
        for k in range(n):
            y = 0.10 + step * k
            parts.append(Part(jn.board((w - 0.006, 0.026, d - 0.006), rng, bevel=0.003).moved(y=y), "shelf"))
            for sz in (-1, 1):
                parts.append(
                    Part(box((w, 0.012, 0.012), bevel=0.0015).moved(0, y - 0.012, sz * (d / 2 - 0.016)), "metal")
                )
            if k < n - 1:
                shelves.append((0.0, y + 0.026, w - 2 * bar - 0.02, step - 0.03, d - 0.05))
        for a, b in (((-1, 0.12), (1, h - 0.05)), ((1, 0.12), (-1, h - 0.05))):
            parts.append(
                Part(
                    jn.bar(
                        (a[0] * (w / 2 - 0.02), a[1], -d / 2 + 0.01),
                        (b[0] * (w / 2 - 0.02), b[1], -d / 2 + 0.01),
                        0.014,
                        0.004,
                        ref=(0, 0, 1),
                    ),
                    "metal",
                )
            )
    else:  # ladder: the front rails lean back to the wall
        n = max(4, n)
        for sx in (-1, 1):
            x = sx * (w / 2 - 0.016)
            parts.append(
                Part(
                    jn.grain(jn.bar((x, 0, d / 2 - 0.018), (x, h, -d / 2 + 0.03), 0.032, 0.034, ref=(0, 0, 1)), rng),
                    "frame",
                )
            )
            parts.append(
                Part(
                    jn.grain(
                        jn.bar((x, 0, -d / 2 + 0.016), (x, h - 0.01, -d / 2 + 0.016), 0.03, 0.028, ref=(0, 0, 1)), rng
                    ),
                    "frame",
                )
            )
        ys = np.linspace(0.14, h - 0.22, n)
        for k, y in enumerate(ys):
            zf = np.interp(y, [0, h], [d / 2 - 0.018, -d / 2 + 0.03])
            deep = zf + d / 2 - 0.004
            parts.append(
                Part(
                    jn.board((w - 0.062, 0.020, deep), rng, bevel=0.003).moved(0, y, -d / 2 + 0.004 + deep / 2), "shelf"
                )
            )
            clear = (ys[k + 1] - y - 0.03) if k + 1 < n else 0.20
            things = (
                shelf_things(w - 0.10, float(clear), float(deep - 0.01), p["filled"], rng) if p["filled"] > 0 else []
            )
            parts += clutter.moved(things, 0, float(y) + 0.020, float(-d / 2 + 0.004 + deep / 2))
    if p["filled"] > 0:
        for x, y, sw, sh, sd in shelves:
            parts += clutter.moved(shelf_things(sw, sh, sd, p["filled"], rng), x, y, 0.0)
    return jn.fit(parts, size)


FAMILIES = {
    "bookcase": Family(
        "bookcase",
        build,
        {
            "standard": (0.90, 1.85, 0.32),
            "wide": (1.60, 1.95, 0.34),
            "slim": (0.60, 1.75, 0.35),
            "low": (1.20, 0.85, 0.34),
        },
        {
            "frame": "wood:oak",
            "shelf": "wood:oak",
            "metal": "metal:black",
            "book": "book",
            "paper": "paper:#ddd5c4,pages",
            "print": "art:line",
            "object": "ceramic:#d9d2c5,matt",
            "accent": "ceramic:#8a7d6c,reactive",
            "box": "rattan",
            "front": "wood:oak",
            "inside": "paint:#3a3531,matt",
            "handle": "metal:brushed_brass",
            "web": "cane",
        },
        PARAMS,
        top=None,
    )
}
