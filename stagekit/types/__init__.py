"""The values that stages pass to each other: frozen, checked once when built."""

from .description import SURE, Description, Fact
from .furnishing import ROOM_TYPES, Brief, Placement, Room
from .lines import DIRECTIONS, LineSet
from .paint import Paint
from .pictures import Array, DepthMap, Image, Mask, Picture, Segments, frozen
from .room import SURFACES, Camera, Layout, Obstacle, Opening, OpeningKind, Wall, WallKind
from .rooms import ROOM_KINDS

__all__ = [
    "DIRECTIONS",
    "ROOM_KINDS",
    "ROOM_TYPES",
    "SURE",
    "SURFACES",
    "Array",
    "Brief",
    "Camera",
    "DepthMap",
    "Description",
    "Fact",
    "Image",
    "Layout",
    "LineSet",
    "Mask",
    "Obstacle",
    "Opening",
    "OpeningKind",
    "Paint",
    "Picture",
    "Placement",
    "Room",
    "Segments",
    "Wall",
    "WallKind",
    "frozen",
]
