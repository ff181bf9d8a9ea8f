"""TV consoles, sideboards, dressers, nightstands, wardrobes: carcasses with real gaps, on legs, plinths or floating."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import fronts
from .. import joinery as jn
from ..cabinet_legs import leg
from ..family import Family, Size
from ..mesh import Mesh, Part

T = 0.019
PANEL = ("flat", "shaker", "fluted", "slatted", "cane", "louvre")
HANDLE = ("none", "knob", "bar", "cup", "pull")
BASE = ("splayed", "tapered", "plinth", "metal", "block", "hairpin", "sled", "turned", "cylinder")
LEG_HEIGHT = {
    "splayed": 0.17,
    "tapered": 0.15,
    "plinth": 0.07,
    "metal": 0.15,
    "block": 0.06,
    "hairpin": 0.18,
    "sled": 0.15,
    "turned": 0.15,
    "cylinder": 0.12,
}
CONSOLE = {
    "front": PANEL,
    "layout": ("doors_open", "doors", "drawers", "open", "mixed"),
    "handles": HANDLE,
    "base": (*BASE, "floating"),
}
SIDEBOARD = {"front": PANEL, "layout": ("doors", "doors_drawers", "drawers_top"), "handles": HANDLE, "base": BASE}
DRESSER = {
    "front": ("flat", "shaker", "fluted", "slatted", "cane"),
    "rows": (3, 2, 4, 5),
    "columns": (2, 1, 3),
    "handles": ("knob", "none", "bar", "cup", "pull"),
    "base": BASE,
}
NIGHTSTAND = {
    "front": ("flat", "shaker", "fluted", "slatted", "cane"),
    "layout": ("two_drawers", "drawer_open", "one_drawer", "round"),
    "handles": ("knob", "none", "bar", "cup", "pull"),
    "base": BASE,
}
WARDROBE = {
    "front": PANEL,
    "layout": ("doors", "doors_drawers"),
    "handles": ("bar", "none", "knob", "pull"),
    "base": ("plinth", "tapered", "block", "splayed", "turned"),
}


def base(style: str, w: float, d: float, rng: np.random.Generator) -> tuple[list[Part], float]:
    """(parts, height) of what a carcass stands on."""
    h = LEG_HEIGHT.get(style, 0.0)
    if style == "plinth":
        return [Part(jn.board((w - 0.03, h, d - 0.05), rng).moved(0, 0, -0.01), "body")], h
    if style == "sled":
        bar = 0.022
        parts: list[Mesh] = []
        for x in (-w / 2 + 0.10, w / 2 - 0.10):
            z = d / 2 - 0.03
            loop = np.array([(x, bar / 2, -z), (x, h - bar / 2, -z), (x, h - bar / 2, z), (x, bar / 2, z)])
            parts.append(jn.sweep(loop, bar, ref=(1, 0, 0), corner=0.2, arc=2, closed=True))
        return [Part(m, "metal") for m in parts], h
    if style == "floating":
        return [], 0.0
    places = jn.corners(w, d, 0.055 if style != "splayed" else 0.09)
    if w > 1.7 and style in ("tapered", "metal", "block", "cylinder"):
        places += [(0.0, d / 2 - 0.055), (0.0, -d / 2 + 0.055)]
    slot = "metal" if style in ("metal", "hairpin") else "legs"
    parts_ = [Part(q.mesh, slot) for x, z in places for q in leg(style, h, x, z, rng, stout=0.95)]
    if style in ("splayed", "tapered"):  # a rail ties the legs
        x, z = abs(places[0][0]), abs(places[0][1])
        parts_ += [Part(jn.board((2 * x, 0.03, 0.02), rng).moved(0, h - 0.03, s * z), "legs") for s in (-1, 1)]
    return parts_, h


def _box(
    w: float, h: float, d: float, y: float, rng: np.random.Generator, *, overhang: float = 0.0, top: float = 0.022
) -> tuple[list[Part], float, float, float]:
    """Carcass with a top board: (parts, inner width, inner bottom, inner height)."""
    parts = fronts.carcass((w - 2 * overhang, h - y - top + 0.001, d - overhang), rng, y=y, t=T)
    parts = [Part(q.mesh.moved(z=-overhang / 2), q.slot) for q in parts]
    parts.append(Part(jn.board((w, top, d), rng, bevel=0.0035, segments=2).moved(y=h - top), "top"))
    # the carcass's own upper board lies under the top and is narrower in front than the fronts
    return parts, w - 2 * overhang - 2 * T, y + T, h - y - top - 2 * T


def _divider(x: float, y: float, h: float, d: float, rng: np.random.Generator) -> Part:
    return Part(jn.board((T, h, d - 0.02), rng, bevel=0.0015).moved(x, y, -0.008), "body")


def build_console(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A low media unit; ``floating`` hangs on the wall with its whole height as the box."""
    p = jn.choose("tv_console", CONSOLE, params)
    w, h, d = size
    parts, y = base(p["base"], w, d, rng)
    body, iw, y0, ih = _box(w, h, d, y, rng)
    parts += body
    x0 = -iw / 2
    lay = p["layout"]
    kinds = {
        "doors_open": [("door", 0.3), ("open", 0.4), ("door", 0.3)],
        "doors": [("door", 1 / 3)] * 3 if w < 1.7 else [("door", 0.25)] * 4,
        "drawers": [("drawer", 1 / 3)] * 3 if w > 1.5 else [("drawer", 0.5)] * 2,
        "open": [("open", 1 / 3)] * 3,
        "mixed": [("drawer", 0.36), ("open", 0.28), ("door", 0.36)],
    }[lay]
    for k, (kind, share) in enumerate(kinds):
        bw = iw * share
        xc = x0 + bw / 2
        if k:
            parts.append(_divider(x0, y0, ih, d, rng))
        inner = bw - T * (1 if 0 < k < len(kinds) - 1 else 0.5)
        shift = 0 if 0 < k < len(kinds) - 1 else (-T / 4 if k == 0 else T / 4)
        if len(kinds) == 1:
            inner, shift = bw, 0
        if kind == "open":
            if ih > 0.22:
                parts.append(
                    Part(jn.board((inner, T, d - 0.03), rng).moved(xc + shift, y0 + ih * 0.52, -0.012), "body")
                )
        else:
            rows = 1 if kind == "door" else (2 if ih > 0.24 else 1)
            parts += fronts.inset(
                inner,
                ih,
                d / 2,
                rows,
                1,
                p["front"],
                rng,
                handle=p["handles"],
                x=xc + shift,
                y=y0,
                doors=kind == "door",
            )
        x0 += bw
    return jn.fit(parts, size)


def build_sideboard(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A sideboard with doors, or doors and a bank of drawers, or a row of drawers over doors."""
    p = jn.choose("sideboard", SIDEBOARD, params)
    w, h, d = size
    parts, y = base(p["base"], w, d, rng)
    body, iw, y0, ih = _box(w, h, d, y, rng, overhang=0.008)
    parts += body
    n = 4 if w > 1.35 else 3 if w > 1.0 else 2
    face = d / 2 - 0.008
    kw: dict[str, Any] = {"handle": p["handles"]}
    if p["layout"] == "doors":
        parts += fronts.inset(iw, ih, face, 1, n, p["front"], rng, x=0.0, y=y0, doors=True, **kw)
    elif p["layout"] == "drawers_top":
        dh = 0.15
        parts += fronts.inset(iw, ih - dh - T, face, 1, n, p["front"], rng, x=0.0, y=y0, doors=True, **kw)
        parts.append(Part(jn.board((iw, T, d - 0.03), rng).moved(0, y0 + ih - dh - T, -0.008), "body"))
        parts += fronts.inset(
            iw,
            dh,
            face,
            1,
            max(2, n - 1),
            "flat" if p["front"] != "shaker" else "shaker",
            rng,
            x=0.0,
            y=y0 + ih - dh,
            doors=False,
            **kw,
        )
    else:
        third = (iw - 2 * T) / 3
        for k, x in enumerate((-third - T, 0.0, third + T)):
            doors = k != 1
            style = p["front"] if doors or p["front"] in ("flat", "shaker", "fluted") else "flat"
            parts += fronts.inset(third, ih, face, 1 if doors else 3, 1, style, rng, x=x, y=y0, doors=doors, **kw)
        parts += [_divider(s * (third + T) / 2, y0, ih, d - 0.016, rng) for s in (-1, 1)]
    return jn.fit(parts, size)


def build_dresser(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A chest of ``rows`` x ``columns`` drawers."""
    p = jn.choose("dresser", DRESSER, params)
    w, h, d = size
    parts, y = base(p["base"], w, d, rng)
    body, iw, y0, ih = _box(w, h, d, y, rng, overhang=0.010)
    parts += body
    face = d / 2 - 0.010
    cols = p["columns"]
    cw = (iw - T * (cols - 1)) / cols
    for c in range(cols):
        x = -iw / 2 + cw / 2 + c * (cw + T)
        parts += fronts.inset(cw, ih, face, p["rows"], 1, p["front"], rng, handle=p["handles"], x=x, y=y0, doors=False)
        if c:
            parts.append(_divider(x - cw / 2 - T / 2, y0, ih, d - 0.02, rng))
    return jn.fit(parts, size)


def build_nightstand(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A nightstand; ``round`` is a fluted drum with one drawer."""
    p = jn.choose("nightstand", NIGHTSTAND, params)
    w, h, d = size
    if p["layout"] == "round":
        return jn.fit(_round(w, h, d, p, rng), size)
    parts, y = base(p["base"], w, d, rng)
    body, iw, y0, ih = _box(w, h, d, y, rng, overhang=0.006)
    parts += body
    face = d / 2 - 0.006
    kw: dict[str, Any] = {"handle": p["handles"], "x": 0.0, "doors": False}
    if p["layout"] == "two_drawers":
        parts += fronts.inset(iw, ih, face, 2, 1, p["front"], rng, y=y0, **kw)
    elif p["layout"] == "one_drawer":
        parts += fronts.inset(iw, ih, face, 1, 1, p["front"], rng, y=y0, **kw)
    else:
        dh = ih * 0.46
        parts += fronts.inset(iw, dh, face, 1, 1, p["front"], rng, y=y0 + ih - dh, **kw)
        parts.append(Part(jn.board((iw, T, d - 0.03), rng).moved(0, y0 + ih - dh - T, -0.008), "body"))
    return jn.fit(parts, size)


def _round(w: float, h: float, d: float, p: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    n = 56
    a = np.linspace(0, 2 * np.pi, n * 6, endpoint=False)
    k = 0.485 - 0.016 * (1 - np.abs(np.sin(a * n / 2)) ** 0.8)
    o = np.stack([np.cos(a) * k * w, np.sin(a) * k * d], -1)
    y0 = 0.03
    cut = y0 + (h - y0 - 0.022) * 0.52
    parts = [
        Part(jn.slab(o, cut - y0 - GAP2, bevel=0.001, rng=rng).moved(y=y0).uv_turned(), "front"),
        Part(jn.slab(o, h - 0.022 - cut, bevel=0.001, rng=rng).moved(y=cut).uv_turned(), "front"),
        Part(jn.slab(jn.ellipse(w * 0.93, d * 0.93), 0.02, rng=rng).moved(y=cut - 0.012), "inside"),
        Part(jn.slab(jn.ellipse(w, d, 72), 0.022, bevel=0.004, rng=rng).moved(y=h - 0.022), "top"),
        Part(jn.slab(jn.ellipse(w - 0.06, d - 0.06), 0.032), "body"),
    ]
    for y in (y0 + (cut - y0) / 2, cut + (h - 0.022 - cut) / 2):
        m = fronts.handle_mesh(p["handles"], w)
        if m is not None:
            parts.append(Part(m.moved(0, y, d * 0.485), "handle"))
    return parts


GAP2 = 0.004


def build_wardrobe(size: Size, params: Mapping[str, Any], rng: np.random.Generator) -> list[Part]:
    """A wardrobe of two to four doors, over drawers if asked."""
    p = jn.choose("wardrobe", WARDROBE, params)
    w, h, d = size
    parts, y = base(p["base"], w, d, rng)
    body, iw, y0, ih = _box(w, h, d, y, rng, overhang=0.010, top=0.028)
    parts += body
    face = d / 2 - 0.010
    n = max(2, round(w / 0.5))
    kw: dict[str, Any] = {"handle": p["handles"], "x": 0.0}
    dh = 0.0
    if p["layout"] == "doors_drawers":
        dh = 0.26
        style = p["front"] if p["front"] in ("flat", "shaker", "fluted") else "flat"
        parts += fronts.inset(iw, dh, face, 1, max(1, n // 2), style, rng, y=y0, doors=False, **kw)
        parts.append(Part(jn.board((iw, T, d - 0.03), rng).moved(0, y0 + dh, -0.008), "body"))
        dh += T
    parts += fronts.inset(iw, ih - dh, face, 1, n, p["front"], rng, y=y0 + dh, doors=True, **kw)
    return jn.fit(parts, size)


_SLOTS = {
    "body": "wood:oak",
    "front": "wood:oak",
    "top": "wood:oak",
    "legs": "wood:oak",
    "inside": "paint:#3a3531,matt",
    "handle": "metal:brushed_brass",
    "metal": "metal:black",
    "web": "cane",
}
FAMILIES = {
    "tv_console": Family(
        "tv_console",
        build_console,
        {"standard": (1.60, 0.50, 0.40), "long": (2.00, 0.50, 0.42), "small": (1.20, 0.50, 0.40)},
        _SLOTS,
        CONSOLE,
        top=1.0,
    ),
    "sideboard": Family(
        "sideboard",
        build_sideboard,
        {"standard": (1.60, 0.78, 0.45), "long": (1.85, 0.78, 0.45), "small": (1.10, 0.80, 0.42)},
        _SLOTS,
        SIDEBOARD,
        top=1.0,
    ),
    "dresser": Family(
        "dresser",
        build_dresser,
        {"standard": (1.40, 0.80, 0.48), "tall": (0.80, 1.15, 0.46), "small": (1.00, 0.80, 0.46)},
        _SLOTS,
        DRESSER,
        top=1.0,
    ),
    "nightstand": Family(
        "nightstand",
        build_nightstand,
        {"standard": (0.48, 0.55, 0.40), "small": (0.40, 0.52, 0.36), "wide": (0.60, 0.55, 0.42)},
        _SLOTS,
        NIGHTSTAND,
        top=1.0,
    ),
    "wardrobe": Family(
        "wardrobe",
        build_wardrobe,
        {"standard": (1.50, 2.05, 0.60), "small": (1.00, 2.00, 0.58), "wide": (2.00, 2.10, 0.60)},
        _SLOTS,
        WARDROBE,
    ),
}
