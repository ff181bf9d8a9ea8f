"""RoomFill as data: how the light on floor, walls and ceiling goes on behind a hole, on 64 x 64 cells over the photo.

Encoder and decoder of residual blocks (He et al. 2016), skips added, with one pooled vector of the whole picture at the
bottom. It corrects what each surface's own colours say when they are spread over the hole (`filled`).
"""

from __future__ import annotations

from typing import Any

from .layers import Layer, conv

SIDE = 64
"""Cells of the network's square input; photos are squeezed to it."""
STRIDE = 2
"""Cells of the input per cell of the result."""
SURFACES = {"floor": ("floor",), "wall": ("wall", "column"), "ceiling": ("ceiling",)}
"""The surfaces told apart -> the segmentation's classes that are these."""
LIT_BY = ("window",)
"""Classes of the channel that tells where daylight comes from."""
INPUTS = 4 * len(SURFACES) + 3 + 1 + 1
"""Channels: each surface's smooth fill (3 each, -1..1), the picture with its hole filled by them (3), where the surfaces
are (1 each), the hole, the windows."""
WIDTHS = {2: 32, 4: 64, 8: 96, 16: 128}
"""Channels at each stride."""
DOWN = {2: 1, 4: 2, 8: 2, 16: 2}
UP = {16: 1, 8: 2, 4: 2, 2: 1}
"""Residual blocks at each stride on the way down and up."""
OTHERS = 1e-3
"""Weight of the other surfaces' colours in a surface's fill: they count where nothing of it is seen."""
SOON = 0.1
"""Share of known cells in a square from which it speaks for itself, not for the squares around it."""


def layers() -> tuple[Layer, ...]:
    """The whole network in order of computation; the output ``light`` (3 channels a surface) is added to the fills, sRGB
    0..1."""
    steps = [conv("stem", "image", (INPUTS, WIDTHS[2]), 3, stride=2, relu6=True)]
    last, ends = "stem", {}
    for stride, width in WIDTHS.items():
        if stride > 2:
            steps.append(conv(f"down{stride}", last, (WIDTHS[stride // 2], width), 3, stride=2, relu6=True))
            last = f"down{stride}"
        more, last = _blocks(f"down{stride}", last, width, DOWN[stride])
        steps += more
        ends[stride] = last
    deepest = max(WIDTHS)
    width = WIDTHS[deepest]
    steps += [
        Layer("context.pool", "pool", (last,)),
        conv("context", "context.pool", (width, width), norm=False, relu6=True),
        Layer("context.sum", "add", (last, "context")),
    ]
    more, last = _blocks(f"up{deepest}", "context.sum", width, UP[deepest])
    steps += more
    for stride in sorted(WIDTHS, reverse=True)[1:]:
        narrow = WIDTHS[stride]
        steps += [
            conv(f"up{stride}.narrow", last, (WIDTHS[2 * stride], narrow)),
            Layer(f"up{stride}.up", "up", (f"up{stride}.narrow",)),
            conv(f"up{stride}.lateral", ends[stride], (narrow, narrow)),
            Layer(f"up{stride}.skip", "add", (f"up{stride}.up", f"up{stride}.lateral")),
        ]
        more, last = _blocks(f"up{stride}", f"up{stride}.skip", narrow, UP[stride])
        steps += more
    return (*steps, conv("light", last, (WIDTHS[2], 3 * len(SURFACES)), 3, norm=False))


def _blocks(name: str, source: str, width: int, count: int) -> tuple[list[Layer], str]:
    out: list[Layer] = []
    for letter in "abc"[:count]:
        block = f"{name}.{letter}"
        out += [
            conv(f"{block}.first", source, (width, width), 3, relu6=True),
            conv(f"{block}.second", f"{block}.first", (width, width), 3),
            Layer(f"{block}.sum", "add", (source, f"{block}.second")),
        ]
        source = f"{block}.sum"
    return out, source


def channels(picture: Any, hole: Any, told: Any, lit_by: Any) -> tuple[list[Any], list[Any]]:
    """The network's input in parts to be joined (channels first), and each surface's smooth fill (N, 3, S, S).

    ``picture`` (N, 3, S, S) sRGB 0..1, ``hole`` (N, 1, S, S) 0 or 1, ``told`` (N, 3, S, S) and ``lit_by`` (N, 1, S, S) shares
    0..1; S is a power of two. Numpy arrays or torch tensors: training and inference share it.
    """
    known, n = 1 - hole, len(SURFACES)
    shares = [told[:, k : k + 1] for k in range(n)]
    fills = [filled(picture, known * ((s * 3 - 1).clip(0, 1) + OTHERS)) for s in shares]
    total = sum(shares) + 1e-3
    behind = sum((s + 1e-3 / n) * f for s, f in zip(shares, fills, strict=True)) / total
    whole = picture * known + behind * hole
    return [*(f * 2 - 1 for f in (*fills, whole)), told, hole, lit_by * known], fills


def filled(picture: Any, known: Any) -> Any:
    """The mean of ``picture`` (N, 3, S, S) over what is ``known`` (N, 1, S, S; weights 0..1) of ever larger squares around,
    the smallest that know something first; smooth."""
    n, bands, side, _ = picture.shape
    if side == 1:
        return picture
    half = side // 2

    def squares(values: Any) -> Any:
        return values.reshape(n, -1, half, 2, half, 2).mean((3, 5))

    share = squares(known)
    coarse = filled(squares(picture * known) / (share + 1e-9), share)
    near = [min(max(i // 2 + (1 if i % 2 else -1), 0), half - 1) for i in range(side)]
    own = [i // 2 for i in range(side)]
    rows = coarse[:, :, own] * 0.75 + coarse[:, :, near] * 0.25
    smooth = rows[:, :, :, own] * 0.75 + rows[:, :, :, near] * 0.25
    k = (1 + SOON) * known / (known + SOON)
    return picture * k + smooth * (1 - k)
