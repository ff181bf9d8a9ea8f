"""ADE20K's 150 classes (Zhou et al. 2017), and what they are called in a room.

Networks trained on it spell the names in their own way, or not at all ("LABEL_7"); the order is always the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..models.roomnet_arch import CLASSES, GROUPS

_ORDER = """
wall building sky floor tree ceiling road bed windowpane grass cabinet sidewalk person earth door table mountain
plant curtain chair car water painting sofa shelf house sea mirror rug field armchair seat fence desk rock wardrobe
lamp bathtub railing cushion base box column signboard chest_of_drawers counter sand sink skyscraper fireplace
refrigerator grandstand path stairs runway case pool_table pillow screen_door stairway river bridge bookcase blind
coffee_table toilet flower book hill bench countertop stove palm kitchen_island computer swivel_chair boat bar
arcade_machine hovel bus towel light truck tower chandelier awning streetlight booth television_receiver airplane
dirt_track apparel pole land bannister escalator ottoman bottle buffet poster stage van ship fountain conveyer_belt
canopy washer plaything swimming_pool stool barrel basket waterfall tent bag minibike cradle oven ball food step
tank trade_name microwave pot animal bicycle lake dishwasher screen blanket sculpture hood sconce vase traffic_light
tray ashcan fan pier crt_screen plate monitor bulletin_board shower radiator glass clock flag
"""
NAMES: tuple[str, ...] = tuple(_ORDER.split())
"""Index k is class k of the networks (ADE20K itself counts from 1)."""

MEANS: dict[str, str] = {
    "wall": "wall",
    "floor": "floor",
    "ceiling": "ceiling",
    "window": "windowpane",
    "door": "door screen_door",
    "curtain": "curtain blind",
    "rug": "rug",
    "sofa": "sofa ottoman cushion",
    "chair": "chair armchair seat bench swivel_chair stool",
    "table": "table desk coffee_table",
    "bed": "bed pillow blanket cradle",
    "cabinet": "cabinet wardrobe chest_of_drawers buffet",
    "countertop": "counter countertop kitchen_island bar",
    "shelf": "shelf bookcase",
    "lamp": "lamp light chandelier sconce streetlight",
    "picture": "painting poster bulletin_board signboard",
    "mirror": "mirror",
    "plant": "plant flower vase",
    "television": "television_receiver computer screen crt_screen monitor",
    "appliance": "refrigerator stove oven microwave dishwasher washer hood radiator fan",
    "sink": "sink",
    "toilet": "toilet",
    "bath": "bathtub shower",
    "stairs": "stairs stairway step bannister railing escalator",
    "fireplace": "fireplace",
    "column": "column pole",
    "person": "person",
    "sky": "sky",
    "building": "building house skyscraper hovel tower bridge booth fence awning pier grandstand tent",
    "vegetation": "tree grass palm",
    "ground": "road sidewalk earth mountain water sea field rock sand path runway river hill dirt_track land lake "
    "swimming_pool waterfall",
}
"""RoomNet's class -> ADE20K's; what is named nowhere is clutter."""


def room_class(index: int) -> str:
    """RoomNet's name of ADE20K's class ``index``."""
    return _ROOM_CLASS.get(NAMES[index], "clutter")


_ROOM_CLASS = {name: room for room, names in MEANS.items() for name in names.split()}


def class_names(labels: Mapping[int, str]) -> tuple[str, ...]:
    """A checkpoint's ``id2label`` as snake_case names, the first of several synonyms; ADE20K's where it names none."""
    out: list[str] = []
    for k in range(len(labels)):
        name = re.sub(r"\W+", "_", labels[k].split(",")[0].split(";")[0].strip().lower()).strip("_")
        if re.fullmatch(r"label_?\d*|", name):
            name = NAMES[k] if len(labels) == len(NAMES) else f"class_{k}"
        out.append(name if name not in out else f"{name}_{k}")
    return tuple(out)


def class_groups(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Groups for ``Segments``: RoomNet's 32 classes and its groups, in the checkpoint's own names.

    With them ``mask("window")`` and ``mask("furniture")`` mean the same for every backend. A checkpoint of another data
    set is grouped by its names, as far as these are known.
    """
    by_index = len(names) == len(NAMES)
    rooms = [
        room_class(k) if by_index else _ROOM_CLASS.get(n, n if n in CLASSES else "clutter") for k, n in enumerate(names)
    ]
    groups = {c: tuple(n for n, r in zip(names, rooms, strict=True) if r == c) for c in CLASSES}
    for group, members in GROUPS.items():
        groups[group] = tuple(dict.fromkeys(n for m in members for n in groups[m]))
    return {name: members for name, members in groups.items() if members}
