"""What goes round the main group: television, storage, art, lamps, plants, and small things on tops."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import shapely
from shapely import Polygon

from ...types import Array, Placement, Wall
from ..family import MODULES, Size, family
from .compose import covers_window, in_the_way, outline
from .space import Space, Span, footprint, yaw_of
from .wardrobe import Wardrobe

EYE_HEIGHT_M = 1.5


class Accents:
    """Adds pieces to ``pieces``; ``left_out`` collects what did not fit and why."""

    def __init__(self, space: Space, w: Wardrobe, pieces: list[Placement], left_out: list[str]) -> None:
        self.space = space
        self.w = w
        self.pieces = pieces
        self.left_out = left_out

    # -- along walls -------------------------------------------------------------------------------------------------

    def television(self, sofa: Placement) -> None:
        """A console with its television on the seen wall that the sofa faces."""
        a = math.radians(sofa.yaw_deg)
        ahead = np.array([math.sin(a), math.cos(a)])
        start = np.array([sofa.position[0], sofa.position[2]])

        def good(span: Span, along: float, piece: Placement) -> float:
            wall = self.space.layout.walls[span.wall]
            to = np.array([piece.position[0], piece.position[2]]) - start
            distance = float(to @ ahead)
            if float(wall.normal @ ahead) > -0.7 or not 1.9 <= distance <= 5.5:
                return -math.inf
            return 2.0 - 1.2 * abs(float(to @ np.array([ahead[1], -ahead[0]])))

        console = self.wall_piece("tv_console", good, "no free wall opposite the sofa")
        if console is None:
            return
        sets = [s for s in family("television").sizes.values() if s[0] <= console.size_m[0] * 0.88 and s[2] > 0.1]
        if sets:
            self.on_top(console, "television", max(sets), stand="feet")

    def wall_piece(self, name: str, good: Callable[[Span, float, Placement], float], why: str) -> Placement | None:
        """The best place for a piece with its back to a wall; None, and a word in ``left_out``, where there is none."""
        best: tuple[float, Placement] | None = None
        for size in self.w.sizes(name):
            for span in self.space.spans:
                wall = self.space.layout.walls[span.wall]
                if span.end - span.start < size[0] + 0.06 or size[1] > wall.height_m - 0.1:
                    continue
                for along in np.arange(span.start + size[0] / 2 + 0.03, span.end - size[0] / 2, 0.12):
                    x, _, z = wall.point(float(along), 0, 0.02 + size[2] / 2)
                    piece = self.w.piece(name, size, (x, 0.0, z), yaw_of(wall.normal))
                    score = good(span, float(along), piece) + 0.15 * size[0]
                    if score == -math.inf or (best is not None and score <= best[0]):
                        continue
                    if self._blocks_window(span, float(along), size) or not self.fits(piece, 0.06):
                        continue
                    best = score, piece
        if best is None:
            self.left_out.append(f"{name.replace('_', ' ')}: {why}")
            return None
        self.pieces.append(best[1])
        return best[1]

    def storage(self, name: str) -> Placement | None:
        """Sideboard, dresser, bookcase, wardrobe: where it is seen well and stands clear of the group."""
        middle = np.mean([[p.position[0], p.position[2]] for p in self.pieces[:1]], axis=0)

        def good(span: Span, along: float, piece: Placement) -> float:
            inside, share = self.space.shown(piece)
            if inside < 0.85 or share > 0.10 or share < 0.002 or in_the_way(self.space, piece, self.pieces[0]):
                return -math.inf
            at = np.array([piece.position[0], piece.position[2]])
            facing = float(self.space.layout.walls[span.wall].normal @ (-at / max(float(np.hypot(*at)), 1e-6)))
            return 0.8 * facing - 0.15 * float(np.hypot(*(at - middle))) + float(self.w.rng(name).uniform(0, 0.1))

        return self.wall_piece(name, good, "no free stretch of wall that the photo shows")

    def _blocks_window(self, span: Span, along: float, size: Size) -> bool:
        start, end = along - size[0] / 2, along + size[0] / 2
        behind = self.space.windows_behind(span.wall, start, end)
        if any(size[1] > o.bottom_m - 0.02 for o in behind):
            return True
        return self.space.wall_share(span.wall, start, end, 0.12, max(size[1], 0.6)) < 0.7

    def art(self, above: Placement | None) -> None:
        """A picture at eye height, over a piece whose back is to a seen wall, or on the largest bare stretch."""
        if "art" not in MODULES:
            return
        wall, along, room_over, height = self._art_place(above)
        if wall is None:
            self.left_out.append("art: no bare stretch of wall that the photo shows")
            return
        plane = self.space.layout.walls[wall]
        for size in sorted(self.w.sizes("art"), key=lambda s: -s[0]):
            if size[0] > room_over:
                continue
            bottom = max(EYE_HEIGHT_M - size[1] / 2, height + 0.16)
            start, end = along - size[0] / 2, along + size[0] / 2
            if bottom + size[1] > plane.height_m - 0.12 or start < 0.08 or end > plane.length_m - 0.08:
                continue
            if self.space.openings_behind(wall, start - 0.1, end + 0.1, bottom - 0.1, bottom + size[1] + 0.1):
                continue
            if self.space.wall_share(wall, start - 0.08, end + 0.08, bottom - 0.08, bottom + size[1] + 0.08) < 0.9:
                continue
            position = plane.point(along, bottom, size[2] / 2 + 0.004)
            piece = self.w.piece("art", size, tuple(position), yaw_of(plane.normal))
            inside, share = self.space.shown(piece)
            if inside > 0.97 and share > 0.0015 and self._wall_is_seen(piece):
                self.pieces.append(piece)
                return
        self.left_out.append("art: no size fits the wall between openings, furniture and ceiling")

    def _art_place(self, above: Placement | None) -> tuple[int | None, float, float, float]:
        """(wall, metres along it, greatest width, height of what stands below)."""
        for i, wall in enumerate(self.space.layout.walls):
            if above is None or wall.kind != "wall":
                continue
            at = np.array([above.position[0], above.position[2]]) - wall.start
            along, off = float(at @ wall.direction), float(at @ wall.normal)
            a = math.radians(above.yaw_deg)
            parallel = float(np.array([math.sin(a), math.cos(a)]) @ wall.normal) > 0.95
            if parallel and 0 < along < wall.length_m and off - above.size_m[2] / 2 < 0.25:
                return i, along, above.size_m[0] * 0.85, above.size_m[1]
        best: tuple[float, int, float, float] | None = None
        for span in self.space.spans:
            wall = self.space.layout.walls[span.wall]
            middle, length = (span.start + span.end) / 2, span.end - span.start
            if length < 1.0 or self.space.openings_behind(span.wall, middle - 0.6, middle + 0.6, 1.0, 2.0):
                continue
            at = wall.point(middle)[[0, 2]]
            facing = float(wall.normal @ (-at / max(float(np.hypot(*at)), 1e-6)))
            if best is None or length * facing > best[0]:
                best = length * facing, span.wall, middle, min(0.45 * length, 1.4)
        return (None, 0.0, 0.0, 0.0) if best is None else (best[1], best[2], best[3], 0.0)

    def _wall_is_seen(self, piece: Placement) -> bool:
        """Whether the layout shows bare wall at the pixels behind a hung piece, a margin included."""
        surfaces = self.space.layout.surfaces()
        grid = np.linspace(-0.56, 0.56, 7)
        local = np.array([[x * piece.size_m[0], (y + 0.5) * piece.size_m[1], 0, 1] for x in grid for y in grid])
        uv, depth = self.space.camera.project((local @ piece.matrix.T)[:, :3])
        x, y = np.floor(uv).astype(int).T
        ok = (depth > 0.1) & (x >= 0) & (y >= 0) & (x < surfaces.shape[1]) & (y < surfaces.shape[0])
        if not ok.all():
            return False
        free = surfaces[y, x] == 2
        for obstacle in self.space.layout.obstacles:
            free &= ~obstacle.mask[y, x]
        return bool(free.mean() > 0.97)

    # -- standing free -----------------------------------------------------------------------------------------------

    def corner_piece(self, name: str, why: str) -> Placement | None:
        """Plants and lamps: in a corner, beside a window, or at the end of a wall; away from the picture's middle."""
        places = list(self._corners())
        rng = self.w.rng(f"corner {name}")
        gap = 0.3 if name == "armchair" else 0.08
        best: tuple[float, Placement] | None = None
        for size in self.w.sizes(name):
            half = max(size[0], size[2]) / 2
            for corner, inwards, likes in places:
                for out in (half + 0.08, half + 0.25):
                    x, z = corner + inwards * out * math.sqrt(2)
                    piece = self.w.piece(name, size, (x, 0.0, z), yaw_of((-x, -z)) + float(rng.uniform(-40, 40)))
                    inside, share = self.space.shown(piece)
                    if inside < 0.9 or share > 0.10 or share < 0.003:
                        continue
                    score = likes + 2.5 * min(share, 0.04) ** 0.5 + float(rng.uniform(0, 0.3))
                    if (best is None or score > best[0]) and self.fits(piece, gap) and not self._spoils(piece):
                        best = score, piece
        if best is None:
            self.left_out.append(f"{name.replace('_', ' ')}: {why}")
            return None
        self.pieces.append(best[1])
        return best[1]

    def _corners(self) -> Iterator[tuple[Array, Array, float]]:
        """(point, direction into the room, liking) of inner corners, window sides, and ends of free wall."""
        layout = self.space.layout
        walls = layout.walls
        for i, wall in enumerate(walls):
            following = walls[(i + 1) % len(walls)]
            if wall.kind == following.kind == "wall" and turns_in(wall, following):
                inwards = wall.normal + following.normal
                yield np.array(wall.end), inwards / np.hypot(*inwards), 1.0
        for o in layout.openings:
            wall = walls[o.wall]
            if o.kind == "window" and wall.kind == "wall":
                for along, side in ((o.left_m - 0.3, -1), (o.right_m + 0.3, 1)):
                    if 0.2 < along < wall.length_m - 0.2:
                        inwards = wall.normal + 0.05 * side * wall.direction
                        yield wall.point(along)[[0, 2]], inwards / np.hypot(*inwards) * 0.75, 0.6
        for span in self.space.spans:
            wall = walls[span.wall]
            for along, towards in ((span.start + 0.25, 1), (span.end - 0.25, -1)):
                inwards = wall.normal + 0.2 * towards * wall.direction
                yield wall.point(along)[[0, 2]], inwards / np.hypot(*inwards) * 0.75, 0.3

    def _spoils(self, piece: Placement) -> bool:
        """Whether it would hide a window or the main piece in the picture, or stand on the rug."""
        if in_the_way(self.space, piece, self.pieces[0]) or covers_window(self.space, piece):
            return True
        if outline(self.space, piece).area > 0.05:
            return True
        shape = footprint(piece)
        return any(footprint(p).intersection(shape).area > 0.05 * shape.area for p in self.pieces if p.family == "rug")

    def pendant(self, table: Placement) -> None:
        """A lamp 0.75 m above the table, when the ceiling there is in the picture or above it."""
        layout = self.space.layout
        low = table.size_m[1] + 0.75
        drop = layout.ceiling_height_m - low
        if not 0.45 <= drop <= 2.2 or layout.confidence < 0.5:
            self.left_out.append("pendant: the ceiling's height is not known well enough")
            return
        sizes = self.w.sizes("pendant")
        size = min(sizes, key=lambda s: abs(s[0] - 0.35 * table.size_m[0]))
        x, _, z = table.position
        piece = self.w.piece("pendant", (size[0], drop, size[2]), (x, low, z), table.yaw_deg)
        (u0, v0, u1, _), _ = self.space.box(piece)
        if not (u0 > 0.02 and u1 < 0.98):
            return
        if v0 > 0:  # the cord's end shows: it must end at a ceiling
            surfaces = layout.surfaces()
            uv, _ = self.space.camera.project(np.array([x, layout.ceiling_height_m - 0.01, z]))
            px, py = int(uv[0]), int(uv[1])
            if not (0 <= px < surfaces.shape[1] and 0 <= py < surfaces.shape[0]) or surfaces[py, px] != 3:
                return
        self.pieces.append(piece)

    # -- on tops -----------------------------------------------------------------------------------------------------

    def on_top(
        self,
        base: Placement,
        name: str,
        size: Size | None = None,
        x: float = 0.0,
        z: float = 0.0,
        turn: float = 0.0,
        **params: object,
    ) -> None:
        """A small piece on the top of another, ``x`` and ``z`` metres from its middle."""
        top = family(base.family).top
        if top is None:
            return
        size = size or min(self.w.sizes(name), key=lambda s: s[0] * s[2])
        if size[0] > base.size_m[0] - 0.02 or size[2] > base.size_m[2] + 0.03:
            return
        local = base.matrix @ np.array([x, base.size_m[1] * top, z, 1.0])
        known = {k: v for k, v in params.items() if k in family(name).params}
        self.pieces.append(self.w.piece(name, size, tuple(local[:3]), base.yaw_deg + turn, **known))

    def decorate(self) -> None:
        """Lamps on nightstands and side tables, books, a vase, a bowl: two or three things a top."""
        lamps = 0
        for base in list(self.pieces):
            rng = self.w.rng(f"top {base.family} {base.position[0]:.2f} {base.position[2]:.2f}")
            wide, deep = base.size_m[0], base.size_m[2]
            if base.family == "nightstand" or (base.family == "side_table" and lamps == 0):
                self.on_top(base, "table_lamp", turn=float(rng.uniform(0, 90)))
                lamps += 1
            elif base.family == "side_table":
                self.on_top(base, "vase")
            elif base.family == "coffee_table":
                self.on_top(base, "books", x=-0.2 * wide, z=0.05 * deep, turn=float(rng.uniform(-25, 25)))
                self.on_top(base, str(rng.choice(["vase", "bowl", "candle"])), x=0.2 * wide, z=-0.08 * deep)
            elif base.family in ("sideboard", "dresser"):
                side = float(rng.choice([-1, 1]))
                self.on_top(base, "table_lamp", x=-side * 0.36 * wide)
                self.on_top(base, "vase", x=side * 0.34 * wide)
                self.on_top(base, "books", x=side * 0.12 * wide, turn=float(rng.uniform(-15, 15)))
            elif base.family == "dining_table":
                self.on_top(base, str(rng.choice(["vase", "bowl"])))
            elif base.family == "desk":
                self.on_top(base, "table_lamp", x=-0.36 * wide, z=-0.2 * deep)
                self.on_top(base, "books", x=0.34 * wide, z=-0.1 * deep, turn=float(rng.uniform(-20, 20)))
            elif base.family == "tv_console" and wide > 1.5:
                self.on_top(base, "vase", x=0.46 * wide - 0.08)

    def fits(self, piece: Placement, gap: float) -> bool:
        """On free floor, ``gap`` metres from every other piece, seen bare floor beneath, ways left open."""
        shape = footprint(piece)
        if not self.space.holds(shape):
            return False
        others = [footprint(p) for p in self.pieces if p.family != "rug" and p.position[1] < 0.05]
        if any(shape.distance(o) < gap for o in others):
            return False
        if not self.space.bare(piece):
            return False
        before = self._reach(piece)
        if any(before.intersects(o) for o in others):
            return False
        return self.space.passable([*others, shape])

    def _reach(self, piece: Placement) -> Polygon:
        """The floor that must stay free before storage so that it opens."""
        depth = {"dresser": 0.75, "wardrobe": 0.75, "sideboard": 0.6, "tv_console": 0.45, "bookcase": 0.6}.get(
            piece.family
        )
        if depth is None:
            return shapely.Polygon()
        w, d = piece.size_m[0] / 2, piece.size_m[2] / 2
        local = np.array([[-w, 0, d, 1], [w, 0, d, 1], [w, 0, d + depth, 1], [-w, 0, d + depth, 1]])
        return Polygon((local @ piece.matrix.T)[:, [0, 2]])


def turns_in(wall: Wall, following: Wall) -> bool:
    """Whether the corner between two walls that follow each other is an inner one."""
    (ax, az), (bx, bz) = wall.direction, following.direction
    return bool(ax * bz - az * bx > 0.3)
