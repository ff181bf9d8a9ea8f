"""Tiny checkpoints, made once."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not look beside the test files

collect_ignore_glob = [] if find_spec("diffusers") and find_spec("torch") else ["test_*.py"]


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Tiny networks are faster on one core, and sums do not depend on how work is split."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def zoo(tmp_path_factory):
    """name -> folder; made when first asked for."""
    import tiny_diffusion as tiny
    import tiny_flow

    root = tmp_path_factory.mktemp("checkpoints")
    recipes = {
        "sd15": lambda f: tiny.checkpoint(f),
        "sd15-inpaint": lambda f: tiny.checkpoint(f, channels=9),
        "sd15-pndm": lambda f: tiny.checkpoint(f, scheduler="PNDMScheduler"),
        "sdxl": lambda f: tiny.checkpoint(f, large=True, scheduler="EulerDiscreteScheduler"),
        "sdxl-inpaint": lambda f: tiny.checkpoint(f, large=True, channels=9, scheduler="EulerDiscreteScheduler"),
        "depth": lambda f: tiny.controlnet(f),
        "lines": lambda f: tiny.controlnet(f, seed=7),
        "depth-xl": lambda f: tiny.controlnet(f, large=True),
        "union-xl": lambda f: tiny.controlnet(f, large=True, union=True),
        "taesd": lambda f: tiny.previewer(f),
        "z-image-controlnet": lambda f: tiny_flow.z_image(f),
        "z-image-net": lambda f: tiny_flow.z_image_controlnet(f),
        "qwen-image-edit": lambda f: tiny_flow.qwen_edit(f),
        "flux2-klein": lambda f: tiny_flow.flux2(f),
    }

    class Zoo(dict):
        def __missing__(self, name: str) -> Path:
            self[name] = recipes[name](root / name)
            return self[name]

    return Zoo()
