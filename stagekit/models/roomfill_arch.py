"""RoomFill as data: what light and colours may lie behind a hole in the photo of a room, told at half of 256 x 256 px.

Encoder and decoder of inverted residuals (Sandler et al. 2018) from stride 2 to stride 32 and back, skips added, with one
pooled vector of the whole picture at the bottom. It corrects a smooth fill of the hole (`filled`).
"""

from __future__ import annotations

from typing import Any

from .layers import Layer, conv, inverted

SIDE = 256
"""Pixels of the network's square input; photos are squeezed to it."""
STRIDE = 2
"""Pixels of the input per cell of the result."""
GUIDES = (
    ("floor", "rug"),
    ("wall", "window", "door", "curtain", "picture", "mirror", "fireplace", "column"),
    ("ceiling",),
)
"""Segmentation classes of the three surfaces that the network is told of."""
INPUTS = 4 + len(GUIDES)
"""Channels: the smooth fill (3, in -1..1), the hole, the surfaces."""
WIDTHS = {2: 32, 4: 64, 8: 128, 16: 192, 32: 256}
"""Channels at each stride."""
DOWN = {2: 1, 4: 2, 8: 2, 16: 2, 32: 2}
UP = {32: 1, 16: 2, 8: 2, 4: 2, 2: 1}
"""Inverted residuals at each stride on the way down and up."""
EXPAND = 3


def layers() -> tuple[Layer, ...]:
    """The whole network in order of computation; the output ``light`` is added to the smooth fill, sRGB 0..1."""
    steps = [conv("stem", "image", (INPUTS, WIDTHS[2]), 3, stride=2, relu6=True)]
    last, ends = "stem", {}
    for stride, width in WIDTHS.items():
        if stride > 2:
            more, last = inverted(f"down{stride}", last, (WIDTHS[stride // 2], width), EXPAND, stride=2)
            steps += more
        more, last = _blocks(f"down{stride}", last, width, DOWN[stride])
        steps += more
        ends[stride] = last
    width = WIDTHS[32]
    steps += [
        Layer("context.pool", "pool", (last,)),
        conv("context", "context.pool", (width, width), norm=False, relu6=True),
        Layer("context.sum", "add", (last, "context")),
    ]
    more, last = _blocks("up32", "context.sum", width, UP[32])
    steps += more
    for stride in (16, 8, 4, 2):
        narrow = WIDTHS[stride]
        steps += [
            conv(f"up{stride}.narrow", last, (WIDTHS[2 * stride], narrow)),
            Layer(f"up{stride}.up", "up", (f"up{stride}.narrow",)),
            conv(f"up{stride}.lateral", ends[stride], (narrow, narrow)),
            Layer(f"up{stride}.skip", "add", (f"up{stride}.up", f"up{stride}.lateral")),
        ]
        more, last = _blocks(f"up{stride}", f"up{stride}.skip", narrow, UP[stride])
        steps += more
    return (*steps, conv("light", last, (WIDTHS[2], 3), 3, norm=False))


def _blocks(name: str, source: str, width: int, count: int) -> tuple[list[Layer], str]:
    out: list[Layer] = []
    for k in range(count):
        more, source = inverted(f"{name}.{'abc'[k]}", source, (width, width), EXPAND)
        out += more
    return out, source


def filled(picture: Any, known: Any) -> Any:
    """``picture`` (N, 3, S, S) kept where ``known`` (N, 1, S, S; 1 or 0), elsewhere the mean of ever larger squares around.

    S is a power of two. Works on numpy arrays and torch tensors alike: training and inference share it.
    """
    n, channels, side, _ = picture.shape
    if side == 1:
        return picture
    half = side // 2

    def squares(values: Any) -> Any:
        return values.reshape(n, -1, half, 2, half, 2)

    share = squares(known).mean((3, 5))
    mean = squares(picture * known).mean((3, 5)) / (share + 1e-6)
    coarse = filled(mean, share).reshape(n, channels, half, 1, half, 1)
    k = squares(known)
    return (squares(picture) * k + coarse * (1 - k)).reshape(n, channels, side, side)
