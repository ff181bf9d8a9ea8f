"""Rendered rooms, empty and furnished, with exact labels: what the photos lack. Part of train_roomnet.py's recipe.

A room is a convex polyhedron (box, sometimes with a cut corner or a sloped ceiling) with boxes standing in it
(chimney breasts, cabinets), rectangles on its walls (windows, doors, passages into another room) and light from
windows, lamps and the sun. One ray a pixel and one more from glossy floors, mirrors and through sheer curtains, drawn
at 480 px, kept at 320 px; targets are the exact shares of each class in cells of stride 4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from synthetic_furnish import furnish
from synthetic_pieces import Piece, look, meet
from synthetic_room import Face, Room

from stagekit.models.roomnet_arch import CLASSES

Array = NDArray[Any]
INDEX = {name: i for i, name in enumerate(CLASSES)}


def outside(room: Room, d: Array) -> Array:
    """Linear colour of what lies behind glass, by direction."""
    el = d[:, 1]
    az = np.arctan2(d[:, 0], d[:, 2])
    leaf = room.noise(az * 2.2 + 40, el * 2.2 + 40)
    sky = np.array([0.75, 0.87, 1.0]) * (1.0 + 0.4 * el[:, None])
    green = np.array([0.2, 0.24, 0.13]) * (0.3 + 1.4 * leaf[:, None])
    wall = np.array([0.55, 0.5, 0.45]) * (0.6 + 0.4 * (leaf[:, None] > 0.5))
    line = 0.25 * (room.noise(az * 0.5 + 9, az * 0 + 3) - 0.35) + 0.25 * (leaf - 0.5)
    land = np.where((room.noise(az * 0.3 + 20, az * 0 + 7) > 0.6)[:, None], wall, green)
    haze = room.plank[2]
    land = land * (1 - 0.5 * haze) + 0.3 * haze
    return np.where((el > line)[:, None], sky, land) * room.sky * (0.7 + 1.6 * room.occlusion)


def texture(room: Room, face: Face, u: Array, v: Array, far: Array) -> Array:
    """Albedo (N, 3) of a face; ``far`` (N,) distance, so that fine detail fades as in a photo."""
    base = np.repeat(face.colour[None].astype(np.float64), len(u), 0)
    noise = room.noise(u + 31, v + 17)
    kind = face.texture
    if kind == "wood":
        width, length, contrast, turn = room.plank
        a, b = (u, v) if turn == 0 else (v, u) if turn == 1 else ((u + v) * 0.7071, (u - v) * 0.7071)
        row = np.floor(a / width)
        b = b + (row * 0.618 % 1) * length
        board = np.floor(b / length)
        tone = np.sin(row * 12.9898 + board * 78.233) * 43758.5453
        tone = tone - np.floor(tone)
        streak = room.noise(a * 3.0 + board * 5, b * 0.25 + row * 3)
        seam = ((a / width % 1 < 0.05) | (b / length % 1 < 0.006)) * np.clip(1.2 - far / 5, 0, 1)
        return base * (1 + contrast * (tone - 0.5) * 0.7 + (streak - 0.5) * 0.4 - 0.45 * seam)[:, None]
    if kind in ("tile", "walltile", "brick"):
        size = 0.3 + 0.35 * (room.plank[2] if kind == "tile" else 0) if kind != "brick" else 0.22
        high = size if kind != "brick" else 0.075
        row = np.floor(v / high)
        shift = (row % 2) * size / 2 if kind == "brick" else 0
        joint = (((u + shift) / size % 1) < 0.02 + 0.02 * (kind == "brick")) | (
            (v / high % 1) < 0.03 + 0.08 * (kind == "brick")
        )
        tone = np.sin(np.floor((u + shift) / size) * 12.9 + row * 78.2) * 43758.5
        tone = (tone - np.floor(tone) - 0.5) * (0.12 if kind != "brick" else 0.4)
        colour = base if kind != "brick" else base * np.array([0.7, 0.45, 0.38])
        return colour * (1 + tone + 0.25 * (noise - 0.5) - 0.3 * joint * np.clip(1.3 - far / 7, 0.2, 1))[:, None]
    if kind in ("carpet", "popcorn"):
        grain = room.noise(u * 17, v * 17) - 0.5
        return base * (1 + 0.3 * grain * np.clip(1.2 - far / 5, 0, 1) + 0.12 * (noise - 0.5))[:, None]
    if kind == "concrete":
        return base * (1 + 0.45 * (noise - 0.5))[:, None]
    if kind == "panel":
        return base * (1 - 0.2 * ((u / 0.12 % 1) < 0.06))[:, None]
    return base * (1 + 0.03 * (noise - 0.5))[:, None]


def irradiance(room: Room, p: Array, n: Array, face: Face | None) -> Array:
    """(N, 3) light at points ``p`` with normals ``n`` into the room."""
    light = np.full(len(p), room.ambient)
    for at, normal, area in room.windows:
        to = at - p
        r2 = (to**2).sum(1) + 0.05
        to = to / np.sqrt(r2)[:, None]
        light += room.sky * 0.35 * area * np.clip((to * n).sum(1), 0, 1) * np.clip(to @ normal, 0, 1) / r2
    if room.windows:
        light += 0.05 * room.sky * min(1.5, sum(a for _, _, a in room.windows))
    colour = light[:, None] * np.ones(3)
    for lamp in room.lamps:
        to = lamp - p
        r2 = (to**2).sum(1) + 0.15
        fall = np.clip((to * n).sum(1) / np.sqrt(r2), 0, 1) if face is None or face.role != "ceiling" else 0.25
        colour += (room.lamp_power * fall / r2)[:, None] * room.warm
    for lamp in room.glows:
        to = lamp - p
        r2 = (to**2).sum(1) + 0.1
        colour += (room.glow * 0.15 * (0.3 + np.clip((to * n).sum(1) / np.sqrt(r2), 0, 1)) / r2)[:, None] * room.warm
    for other in room.faces:
        if other is not face:
            gap = np.clip(other.offset - p @ other.normal, 0, None)
            colour *= (1 - room.occlusion * np.exp(-gap / room.reach))[:, None]
    for lo, hi, _, _ in room.boxes:
        gap = np.sqrt((np.clip(np.maximum(lo - p, p - hi), 0, None) ** 2).sum(1))
        colour *= (1 - room.occlusion * np.exp(-(gap + 0.01) / room.reach) * (gap > 1e-3))[:, None]
    up = n[:, 1] > 0.5
    top = p[up]
    for piece in room.pieces if len(top) else ():  # soft shadows at feet, darkness under tops
        q = piece.local(top)
        gap = np.sqrt((np.clip(np.maximum(piece.lo - q, q - piece.hi), 0, None) ** 2).sum(1))
        colour[up] *= (1 - 0.9 * room.occlusion * np.exp(-gap / room.reach))[:, None]
    if room.sun_power:
        for wall in room.faces[2:6]:
            facing = wall.normal @ room.sun
            if facing < 0.1 or not wall.patches or wall is face:
                continue
            q = p + room.sun * ((wall.offset - p @ wall.normal) / facing)[:, None]
            u, v = wall.uv(q)
            for c in wall.patches:
                if c.kind in ("window", "glassdoor") and not c.style["blind"]:
                    inside = (u > c.u0 + 0.05) & (u < c.u1 - 0.05) & (v > c.v0 + 0.05) & (v < c.v1 - 0.05)
                    bars = (u - c.u0) / (c.u1 - c.u0) * c.style["nx"] % 1 > 0.05
                    colour += (inside * bars * room.sun_power * np.clip(n @ room.sun, 0, 1))[:, None] * np.array(
                        [1, 0.95, 0.85]
                    )
    return colour


def shade_wall(room: Room, face: Face, p: Array, d: Array, far: Array, light: Array) -> tuple[Array, Array, Array]:
    """Colour, class and "goes through a passage" of points on a face of the room."""
    u, v = face.uv(p)
    albedo = texture(room, face, u, v, far)
    label = np.full(len(p), INDEX[face.role])
    if face.role == "wall":
        edge = (v < room.base) | (v > room.h - room.crown)
        albedo[edge] = room.trim * (1 - 0.25 * ((np.abs(v[edge] - room.base) < 0.012)[:, None]))
    colour, through = albedo * light, np.zeros(len(p), bool)
    for c in face.patches:
        f = c.style["frame"]
        near = (u > c.u0 - f) & (u < c.u1 + f) & (v > c.v0 - f * (c.v0 > 0)) & (v < c.v1 + f)
        inner = near & (u > c.u0) & (u < c.u1) & (v > c.v0) & (v < c.v1)
        s, t = (u - c.u0) / (c.u1 - c.u0), (v - c.v0) / (c.v1 - c.v0)
        rim = near & ~inner
        groove = 1 - 0.2 * (
            np.minimum(np.minimum(np.abs(u - c.u0 + f), np.abs(u - c.u1 - f)), np.abs(v - c.v1 - f)) < 0.012
        )
        colour[rim] = (c.colour * light * groove[:, None])[rim]
        if c.kind in ("window", "glassdoor"):
            label[near] = INDEX["window"] if c.kind == "window" else -2
            bar = (np.abs((s * c.style["nx"]) % 1 - 0.5) > 0.47) | (np.abs((t * c.style["ny"]) % 1 - 0.5) > 0.47)
            glass = inner & ~bar
            colour[inner & bar] = (c.colour * light)[inner & bar] * 0.8
            colour[glass] = outside(room, d[glass])
            if c.style["blind"]:
                slats = inner & (t > c.style["drape"] * 0.7)
                tone = 0.55 + 0.35 * ((v / 0.05) % 1)
                colour[slats] = (np.array([0.9, 0.89, 0.86]) * (light * 0.7 + room.sky * 0.12) * tone[:, None])[slats]
            if c.style["curtain"] and c.kind == "window":
                wide = 0.12 + 0.3 * c.style["drape"]
                long = (v < c.v1 + 0.15) & (v > 0.02)
                cloth = long & (((u > c.u0 - wide) & (u < c.u0 + 0.1)) | ((u > c.u1 - 0.1) & (u < c.u1 + wide)))
                fold = 0.75 + 0.25 * np.sin(u * 55 + c.style["seed"])
                tint = np.array([0.8, 0.77, 0.72]) * (0.4 + 0.6 * c.style["drape"])
                colour[cloth] = (tint * light * fold[:, None])[cloth]
                label[cloth] = INDEX["curtain"]
        elif c.kind in ("door", "closet"):
            label[near] = INDEX["door"]
            count = c.style["panels"]
            x = (s * (2 if c.kind == "closet" else 1)) % 1
            tone = np.ones(len(p))
            if count:
                y = (t * count) % 1
                border = np.minimum(np.minimum(x, 1 - x) * (c.u1 - c.u0), np.minimum(y, 1 - y) * (c.v1 - c.v0) / count)
                tone -= 0.22 * (np.abs(border - 0.11) < 0.012)
            tone -= 0.4 * (np.minimum(np.minimum(x, 1 - x) * (c.u1 - c.u0), (1 - t) * (c.v1 - c.v0)) < 0.006)
            knob = (np.hypot((x - (0.92 if c.style["knob"] else 0.08)) * (c.u1 - c.u0), v - 0.98) < 0.035) & inner
            colour[inner] = (c.colour * 0.97 * light * tone[:, None])[inner]
            colour[knob] = (light * 0.35)[knob]
        elif c.kind == "passage":
            through |= inner
        elif c.kind == "picture":
            art = np.stack([room.noise(u * 2 + k * 9 + c.style["seed"], v * 2 + k) for k in range(3)], 1)
            colour[inner] = (art * light)[inner]
            label[near] = INDEX["picture"]
    if face.role == "floor":
        for rug in room.rugs:
            on, s, t = rug.place(p)
            if on.any():
                if rug.shadow:
                    colour[~on] *= rug.beside(s[~on], t[~on])[:, None]
                colour[on] = rug.colour(s[on], t[on], room.noise) * light[on]
                label[on] = INDEX["rug"]
    if face.role == "ceiling":
        for lamp in room.lamps:
            disc = np.hypot(p[:, 0] - lamp[0], p[:, 2] - lamp[2]) < room.lamp_radius
            colour[disc] = 3.0 * room.warm
            label[disc] = INDEX["lamp"]
    return colour, label, through


def shade_piece(room: Room, piece: Piece, part: Array, p: Array, d: Array, n: Array, reflect: bool) -> Array:
    """Colour of points on a piece's parts; mirrors and sheer curtains send on one more ray."""
    light = irradiance(room, p, n, None)
    colour = np.empty((len(p), 3))
    for k in np.unique(part):
        of = part == k
        kind = piece.parts[k][4].split(" ")[0]
        albedo = look(piece, k, p[of], room.noise)
        colour[of] = albedo * light[of]
        if kind == "glow":
            colour[of] += albedo * room.glow * room.warm
        elif kind == "fire":
            flame = np.clip(3 * room.noise(p[of] @ np.array([2, 0, 2]), p[of][:, 1]) - 1, 0, 2)
            colour[of] = (albedo * flame[:, None]) * room.glow
        elif kind == "sheer":
            colour[of] += albedo * room.sky * 0.2
            if reflect:
                behind, _ = trace(room, p[of] + d[of] * 1e-3, d[of], False)
                colour[of] = 0.8 * colour[of] + 0.2 * np.minimum(behind, room.sky * 2)
        elif kind == "mirror":
            if reflect:
                bend = d[of] - 2 * (d[of] * n[of]).sum(1)[:, None] * n[of]
                seen, _ = trace(room, p[of] + n[of] * 1e-3, bend, False)
                colour[of] = albedo * np.minimum(seen, 6) + 0.01 * light[of]
            else:
                colour[of] *= 0.5
    return colour


def trace(room: Room, eye: Array, d: Array, reflect: bool = True) -> tuple[Array, Array]:
    """Linear colour (N, 3) and class (N,) along rays from ``eye`` (3,) or (N, 3)."""
    o = np.broadcast_to(eye, d.shape)
    t, which = exits(room.faces, o, d)
    box = np.full(len(d), -1)
    box_normal = np.zeros_like(d)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i, (lo, hi, _, _) in enumerate(room.boxes):
            a, b = (lo - o) / d, (hi - o) / d
            near, farther = np.minimum(a, b), np.maximum(a, b)
            enter = near.max(1)
            hit = (enter > 1e-4) & (enter < farther.min(1)) & (enter < t)
            axis = near.argmax(1)
            t, box = np.where(hit, enter, t), np.where(hit, i, box)
            normal = -np.sign(d) * (np.arange(3) == axis[:, None])
            box_normal = np.where(hit[:, None], normal, box_normal)
    thing = np.full(len(d), -1)
    part = np.zeros(len(d), int)
    for i, piece in enumerate(room.pieces):
        enter, which_part, normal = meet(piece, o, d, t)
        hit = enter < t
        t, thing, part = np.where(hit, enter, t), np.where(hit, i, thing), np.where(hit, which_part, part)
        box_normal = np.where(hit[:, None], normal, box_normal)
    box[thing >= 0] = len(room.boxes)
    p = o + d * t[:, None]
    colour, label = np.zeros_like(d), np.zeros(len(d), int)
    for i, piece in enumerate(room.pieces):
        m = thing == i
        if m.any():
            colour[m] = shade_piece(room, piece, part[m], p[m], d[m], box_normal[m], reflect)
            label[m] = np.array([INDEX[r] for _, _, r, _, _ in piece.parts])[part[m]]
    for i, (_, _, role, tint) in enumerate(room.boxes):
        m = box == i
        if m.any():
            light = irradiance(room, p[m], box_normal[m], None)
            tone = np.ones(m.sum())
            if role == "cabinet":
                w = p[m][:, 2] / 0.5 % 1
                tone -= 0.35 * (np.minimum(w, 1 - w) < 0.012)
            shade = np.repeat(tint[None], m.sum(), 0)
            if role == "wall":
                shade[p[m][:, 1] < room.base] = room.trim
            colour[m], label[m] = shade * light * tone[:, None], INDEX[role]
    for i, face in enumerate(room.faces):
        m = (which == i) & (box < 0)
        if not m.any():
            continue
        light = irradiance(room, p[m], -face.normal[None].repeat(m.sum(), 0), face)
        c, k, through = shade_wall(room, face, p[m], d[m], t[m], light)
        if face.role == "floor" and reflect and room.gloss > 0.05:
            bare = k == INDEX["floor"]
            q, way = p[m][bare], d[m][bare]
            bend = way * np.array([1, -1, 1]) + (room.noise(q[:, 0] * 3, q[:, 2] * 3)[:, None] - 0.5) * 0.03
            mirror, _ = trace(room, q + np.array([0, 1e-3, 0]), bend, False)
            fresnel = 0.03 + 0.6 * (1 - np.abs(way[:, 1]) / np.linalg.norm(way, axis=1)) ** 4
            c[bare] += np.minimum(mirror, 4.0) * (room.gloss * fresnel)[:, None]
        if through.any():
            start, way = p[m][through], d[m][through]
            tt, face_index = exits(room.beyond, start, way)
            q = start + way * tt[:, None]
            cc, kk = np.zeros_like(way), np.zeros(len(way), int)
            for j, other in enumerate(room.beyond):
                s = face_index == j
                if s.any():
                    uu, vv = other.uv(q[s])
                    fade = np.prod([1 - 0.3 * np.exp(-np.clip(g.offset - q[s] @ g.normal, 0, 9) / 0.2)
                                    for g in room.beyond if g is not other], axis=0)  # fmt: skip
                    cc[s] = texture(room, other, uu, vv, tt[s]) * (room.ambient * (0.5 + room.plank[2]) * fade)[:, None]
                    kk[s] = INDEX[other.role]
            c[through], k[through] = cc, kk
        colour[m], label[m] = c, k
    return colour, label


def exits(faces: list[Face], o: Array, d: Array) -> tuple[Array, Array]:
    """Where rays leave the convex room: distance and the face's number."""
    best, which = np.full(len(d), 1e3), np.zeros(len(d), int)
    for i, face in enumerate(faces):
        speed = d @ face.normal
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(speed > 1e-6, (face.offset - o @ face.normal) / speed, 1e3)
        nearer = t < best
        best, which = np.where(nearer, t, best), np.where(nearer, i, which)
    return np.maximum(best, 1e-3), which


def render(rng: np.random.Generator, side: int = 480) -> tuple[Array, Array, Array]:
    """Picture uint8 (h, w, 3), shares uint8 (h/4, w/4, C) of the classes in cells, and those classes' numbers."""
    import cv2

    room = Room(rng)
    furnish(room, rng)
    w = side if room.aspect >= 1 else round(side * room.aspect / 24) * 24
    h = round(side / room.aspect / 24) * 24 if room.aspect >= 1 else side
    x = ((np.arange(w) + 0.5) / w * 2 - 1) * room.tan * min(1.0, room.aspect)
    y = (1 - (np.arange(h) + 0.5) / h * 2) * room.tan * min(1.0, room.aspect) * h / w
    right, up, forward = room.frame
    d = (forward + x[None, :, None] * right + y[:, None, None] * up).reshape(-1, 3)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    colour, label = trace(room, room.eye, d)
    indoors = np.median(colour.mean(1))
    exposed = colour / max(indoors, 1e-3) * rng.uniform(0.25, 0.6)
    exposed = np.where(exposed > 0.7, 0.7 + 0.3 * np.tanh((exposed - 0.7) / 0.3), exposed)  # a camera's shoulder
    picture = (np.clip(exposed, 0, 1) ** (1 / 2.2)).reshape(h, w, 3).astype(np.float32) * 255
    small = cv2.resize(picture, (w * 2 // 3, h * 2 // 3), interpolation=cv2.INTER_AREA)
    small += rng.normal(0, rng.uniform(0.5, 3), small.shape)
    label = label.reshape(h, w)
    found = sorted(
        {int(k) for k in np.unique(label) if k >= 0}
        | ({INDEX["window"], INDEX["door"]} if (label == -2).any() else set())
    )
    cells = np.zeros((h // 6, w // 6, len(found)), np.float32)
    for i, k in enumerate(found):
        share = (label == k).astype(np.float32)
        if k in (INDEX["window"], INDEX["door"]):  # a glass door is either
            share += (0.6 if k == INDEX["window"] else 0.4) * (label == -2)
        cells[..., i] = share.reshape(h // 6, 6, w // 6, 6).mean((1, 3))
    return np.clip(np.round(small), 0, 255).astype(np.uint8), np.round(cells * 255).astype(np.uint8), np.array(found)


def write_rooms(folder: Path, count: int, seed: int, shard: int = 0, shards: int = 1) -> None:
    """``count`` rooms as NNNN.npz with image, shares, classes; those that exist are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(shard, count, shards):
        path = folder / f"{i:05d}.npz"
        if not path.exists():
            image, shares, classes = render(np.random.default_rng([seed, i]))
            np.savez(path, image=image, shares=shares, classes=classes)
