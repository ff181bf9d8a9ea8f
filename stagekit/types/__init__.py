"""The values that stages pass to each other: frozen, checked once when built."""

from .furnishing import ROOM_TYPES, Brief, Placement, Room
from .pictures import Array, DepthMap, Image, Mask, Picture, Segments, frozen
from .room import SURFACES, Camera, Layout, Obstacle, Opening, OpeningKind, Wall, WallKind

__all__ = [
    "ROOM_TYPES",
    "SURFACES",
    "Array",
    "Brief",
    "Camera",
    "DepthMap",
    "Image",
    "Layout",
    "Mask",
    "Obstacle",
    "Opening",
    "OpeningKind",
    "Picture",
    "Placement",
    "Room",
    "Segments",
    "Wall",
    "WallKind",
    "frozen",
]
