"""The rooms that can be told apart, and how one says them in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ROOM_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "living_room": "a living room",
        "bedroom": "a bedroom",
        "dining_room": "a dining room",
        "office": "a home office",
        "kitchen": "a kitchen",
        "bathroom": "a bathroom",
        "entrance_hall": "an entrance hall",
        "hallway": "a hallway",
        "staircase": "a staircase",
        "nursery": "a nursery",
        "kids_room": "a children's bedroom",
        "playroom": "a playroom",
        "library": "a home library",
        "home_gym": "a home gym",
        "home_cinema": "a home cinema",
        "game_room": "a game room",
        "walk_in_closet": "a walk-in closet",
        "laundry_room": "a laundry room",
        "pantry": "a pantry",
        "storage_room": "a storage room",
        "attic": "an attic room",
        "basement": "a basement",
        "garage": "a garage",
        "workshop": "a workshop",
        "wine_cellar": "a wine cellar",
        "sunroom": "a sunroom",
        "balcony": "a balcony",
        "terrace": "a terrace",
        "garden": "a garden",
        "pool": "a swimming pool",
        "exterior": "the outside of a house",
    }
)
"""All 31 room types -> their words. The four of ``ROOM_TYPES`` are those that stagekit can furnish."""
