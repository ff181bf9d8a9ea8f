"""Nets recorded as CUDA graphs: which calls share a record, and whose memory is handed out."""

from __future__ import annotations

from typing import Any

import pytest
import tiny_diffusion as tiny
import torch

from stagekit.diffusion.parts import load_parts
from stagekit.diffusion.record import KEPT, Recorded, put_together, taken_apart
from stagekit.diffusion.sample import Steer, sample
from stagekit.diffusion.schedule import Plan
from stagekit.diffusion.text import Prompts
from stagekit.diffusion.tune import Switches, tune


class Recorder:
    """As a CUDA graph behaves: a replay runs on the memory that was there when it was recorded, and writes into it."""

    def __init__(self) -> None:
        self.records = 0

    def __call__(self, run: Any) -> Any:
        self.records += 1
        outputs = run()

        def replay() -> None:
            old: list[torch.Tensor] = []
            new: list[torch.Tensor] = []
            taken_apart(outputs, old)
            taken_apart(run(), new)
            for a, b in zip(old, new, strict=True):
                a.copy_(b)

        return replay, outputs


def test_one_record_for_calls_of_a_kind():
    record = Recorder()
    net = Recorded(lambda x, *, scale, more=None: (x * scale, [x + (0 if more is None else more["a"])]), record)
    x, y = torch.ones(2, 3), torch.full((2, 3), 5.0)
    first = net(x, scale=2.0)
    second = net(y, scale=2.0)
    assert record.records == 1
    assert torch.equal(first[0], x * 2) and torch.equal(second[0], y * 2), "what was handed out is not overwritten"
    assert isinstance(second, tuple) and isinstance(second[1], list)
    assert torch.equal(net(y, scale=3.0)[0], y * 3) and record.records == 2, "another number is another kind"
    assert torch.equal(net(y, scale=3.0, more={"a": x})[1][0], y + 1) and record.records == 3
    net(torch.ones(1, 3), scale=3.0)
    net(torch.ones(2, 3).double(), scale=3.0)
    net(torch.ones(3, 2).t(), scale=3.0)
    assert record.records == 6, "so is another shape, dtype, order in memory"
    assert torch.equal(x, torch.ones(2, 3)) and torch.equal(y, torch.full((2, 3), 5.0))


def test_the_oldest_record_is_forgotten():
    record = Recorder()
    net = Recorded(lambda x, scale: x * scale, record)
    for k in range(KEPT + 1):
        net(torch.ones(1), float(k))
        net(torch.ones(1), 1.0)
    assert len(net.kept) == KEPT and record.records == KEPT + 1
    assert net(torch.ones(1), 1.0) == 1 and net(torch.ones(1), float(KEPT)) == KEPT and record.records == KEPT + 1
    assert net(torch.ones(1), 0.0) == 0 and record.records == KEPT + 2, "what is used at every step stays"


def test_apart_and_together():
    value = (torch.ones(1), [torch.zeros(2), None, 3], {"a": (torch.ones(3), "word")})
    found: list[torch.Tensor] = []
    kind = taken_apart(value, found)
    assert [len(t) for t in found] == [1, 2, 3] and hash(kind) == hash(taken_apart(value, []))
    again = put_together(value, iter([t + 1 for t in found]))
    assert again[1][1:] == [None, 3] and again[2]["a"][1] == "word" and again[2]["a"][0].tolist() == [2, 2, 2]
    assert taken_apart((1,), []) != taken_apart((1.0,), []) != taken_apart([1.0], [])


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_a_recorded_picture_is_the_same(zoo, kind):
    """Guided and unguided steps, with the ControlNet and without, two pictures from the same records."""
    depth = zoo["depth" if kind == "sd15" else "depth-xl"]
    parts = load_parts(zoo[kind], controls={"depth": depth})
    record = Recorder()

    def run(seed: int) -> torch.Tensor:
        words = Prompts(parts)("a room", None)
        steers = [Steer(parts.controls["depth"], (tiny.picture(32, seed=9) / 2 + 0.5,))]
        plan = Plan(6, 4.0, guidance_until=0.6, control_until=0.3)
        return sample(parts, words, plan, tiny.picture(32), tiny.hole(32), seeds=(seed,), steers=steers)

    plain = run(1), run(2)
    for net in (parts.unet, parts.controls["depth"]):
        net.forward = Recorded(net.forward, record)
    assert torch.equal(run(1), plain[0]) and torch.equal(run(2), plain[1])
    assert record.records == 4, "ControlNet, UNet with and without it, UNet unguided"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_a_picture_is_the_same_recorded_on_cuda(zoo, kind):
    """Beside the same kernels launched one by one; guidance and ControlNet end early, the ControlNet's share changes."""

    def run(compile: str) -> torch.Tensor:
        parts = load_parts(zoo[kind], controls={"depth": zoo["depth" if kind == "sd15" else "depth-xl"]}, device="cuda")
        tune(parts, Switches(compile=compile, channels_last=True))
        words = Prompts(parts)("a room", None)
        shown, hole = tiny.picture(32).cuda(), tiny.hole(32).cuda()
        plan = Plan(6, 4.0, guidance_until=0.6, control_until=0.3)
        pictures = []
        for seed, scale in ((1, 1.0), (2, 1.0), (3, 0.5)):
            steers = [Steer(parts.controls["depth"], (tiny.picture(32, seed=9).cuda() / 2 + 0.5,), scale=scale)]
            pictures.append(sample(parts, words, plan, shown, hole, seeds=(seed,), steers=steers))
        return torch.cat(pictures)

    assert torch.allclose(run("recorded"), run("regional"), atol=1e-5)
