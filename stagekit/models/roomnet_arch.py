"""RoomNet as data: one list of layers, read by the torch module (training) and by the ONNX builder (inference).

Encoder: EfficientNet-lite0 (Tan & Le 2019, the variant without squeeze-excitation, ReLU6 everywhere). Decoder: a
feature pyramid of depthwise-separable convolutions (Lin et al. 2017) from stride 32 to stride 4, with one pooled vector
of the whole picture added at the bottom and inverted residuals at its coarse levels. A second head gives the room's type.
"""

from __future__ import annotations

from .layers import Layer, conv, inverted
from .layers import weighted as with_weights

CLASSES = (
    "wall", "floor", "ceiling", "window", "door", "curtain", "rug", "sofa", "chair", "table", "bed", "cabinet",
    "countertop", "shelf", "lamp", "picture", "mirror", "plant", "television", "appliance", "sink", "toilet", "bath",
    "stairs", "fireplace", "column", "person", "clutter", "sky", "building", "vegetation", "ground",
)  # fmt: skip
"""Segmentation classes; index k is channel k of the softmax."""

ROOMS = ("bathroom", "bedroom", "dining_room", "entrance_hall", "kitchen", "living_room")
"""Room types of the second head."""

GROUPS = {
    "surfaces": ("wall", "floor", "ceiling", "window", "door"),
    "openings": ("window", "door"),
    "furniture": ("rug", "sofa", "chair", "table", "bed", "cabinet", "shelf", "lamp", "plant", "television"),
    "fixtures": ("cabinet", "countertop", "appliance", "sink", "toilet", "bath", "stairs", "fireplace", "column"),
    "decor": ("curtain", "picture", "mirror", "plant", "lamp", "rug", "clutter"),
    "outdoors": ("sky", "building", "vegetation", "ground"),
}
"""Names for several classes at once; a class may be in more than one."""

STRIDE = 4
"""Pixels of the network's input per cell of its segmentation."""

MULTIPLE = 32
"""The input's height and width must be multiples of this."""

WIDTH = 96
"""Channels of the decoder."""
EXPAND = 4
BLOCKS = {32: 3, 16: 3, 8: 1, 4: 0}
"""Inverted residuals of the decoder at each stride: context costs little where there are few cells."""

# repeats, kernel, stride, expansion, output channels: EfficientNet-lite0
_STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
           (1, 3, 1, 6, 320))  # fmt: skip


def _encoder() -> tuple[list[Layer], dict[int, tuple[str, int]]]:
    """Layers, and for each stride the last layer with its channels."""
    layers = [conv("stem", "image", (3, 32), 3, stride=2, relu6=True)]
    last, width, stride, index = "stem", 32, 2, 0
    ends: dict[int, tuple[str, int]] = {}
    for repeats, kernel, step, expand, out in _STAGES:
        for r in range(repeats):
            name, s, source = f"block{index}", step if r == 0 else 1, last
            inner = width * expand
            if expand > 1:
                layers.append(conv(f"{name}.expand", last, (width, inner), relu6=True))
                last = f"{name}.expand"
            layers.append(conv(f"{name}.depth", last, (inner, inner), kernel, stride=s, groups=inner, relu6=True))
            layers.append(conv(f"{name}.project", f"{name}.depth", (inner, out)))
            last = f"{name}.project"
            if s == 1 and width == out:
                layers.append(Layer(f"{name}.sum", "add", (source, last)))
                last = f"{name}.sum"
            width, stride, index = out, stride * s, index + 1
            ends[stride] = (last, width)
    return layers, ends


def _separable(name: str, source: str, width: int) -> list[Layer]:
    return [
        conv(f"{name}.depth", source, (width, width), 5, groups=width, relu6=True),
        conv(f"{name}.point", f"{name}.depth", (width, width), relu6=True),
    ]


def _blocks(source: str, width: int, count: int) -> tuple[list[Layer], str]:
    """``count`` inverted residuals after ``source``, and the last one's name."""
    layers: list[Layer] = []
    for k in range(count):
        more, source = inverted(f"{source.split('.')[0]}.{'bcd'[k]}", source, (width, width), EXPAND)
        layers += more
    return layers, source


def _decoder(ends: dict[int, tuple[str, int]]) -> list[Layer]:
    top, channels = ends[32]
    layers = [
        conv("rooms.features", top, (channels, 1280), relu6=True),
        Layer("rooms.pool", "pool", ("rooms.features",)),
        Layer("rooms", "linear", ("rooms.pool",), (1280, len(ROOMS)), norm=False),
        Layer("context.pool", "pool", (top,)),
        conv("context", "context.pool", (channels, WIDTH), norm=False, relu6=True),
        conv("level32.lateral", top, (channels, WIDTH)),
        Layer("level32.sum", "add", ("level32.lateral", "context")),
        *_separable("level32.a", "level32.sum", WIDTH),
    ]
    more, below = _blocks("level32.a.point", WIDTH, BLOCKS[32])
    layers += more
    for stride in (16, 8, 4):
        source, channels = ends[stride]
        name = f"level{stride}"
        layers += [
            Layer(f"{name}.up", "up", (below,)),
            conv(f"{name}.lateral", source, (channels, WIDTH)),
            Layer(f"{name}.sum", "add", (f"{name}.up", f"{name}.lateral")),
            *_separable(f"{name}.a", f"{name}.sum", WIDTH),
        ]
        more, below = _blocks(f"{name}.a.point", WIDTH, BLOCKS[stride])
        layers += more
    layers += [
        *_separable("level4.b", below, WIDTH),
        conv("segments", "level4.b.point", (WIDTH, len(CLASSES)), norm=False),
    ]
    return layers


def layers() -> tuple[Layer, ...]:
    """The whole network in order of computation. Outputs: ``segments`` logits (stride 4) and ``rooms`` logits."""
    encoder, ends = _encoder()
    return (*encoder, *_decoder(ends))


def weighted() -> tuple[Layer, ...]:
    """The layers that own weights: ``NAME.weight`` and, folded, ``NAME.bias``."""
    return with_weights(layers())
