"""Furnish backends of the own loop, end to end on tiny checkpoints: options, weights, mask, seeds, variants, cancel."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import rooms

import stagekit as sk
from stagekit.backends.diffusion import SD15ControlNet, SDXLControlNet, SDXLUnionControlNet
from stagekit.core.context import CancelToken
from stagekit.diffusion.record import Recorded
from stagekit.errors import BackendError, Cancelled, OptionError, WeightsError
from stagekit.render.control import control_maps

LAYOUT, PHOTO, CHAIR = rooms.layout(), rooms.photo(), rooms.armchair()


def options(zoo, name, **more):
    kinds = {"sd15-controlnet": {"depth": "depth", "lines": "lines"}, "sdxl-controlnet": {"depth": "depth-xl"}}
    nets = kinds.get(name, dict.fromkeys(("depth", "lines", "normals", "labels"), "union-xl"))
    base = {
        "weights": zoo["sd15" if name.startswith("sd15") else "sdxl"],
        "controlnets": {kind: zoo[n] for kind, n in nets.items()},
        "steps": 3,
        "size": 128,
        "guard": "off",
    }
    return {**base, **more}


@pytest.fixture(scope="module")
def sd15(zoo):
    return SD15ControlNet(**options(zoo, "sd15-controlnet")).open(sk.Runtime(device="cpu", threads=1))


@pytest.mark.parametrize("kind", [SD15ControlNet, SDXLControlNet, SDXLUnionControlNet])
def test_contract(zoo, kind):
    """Odd sizes: the photo stays, metadata stay, the mask tells every change, windows and the ceiling keep their bytes,
    the same seed gives the same bytes."""
    before = PHOTO.array.copy()
    backend = kind(**options(zoo, kind.name)).open(sk.Runtime(device="cpu", threads=1))
    image, changed = backend(PHOTO, LAYOUT, [CHAIR], brief=sk.Brief(style="japandi"), seed=1)
    assert image.size == PHOTO.size and (image.name, image.focal_35mm) == ("odd.jpg", 24.0)
    assert np.array_equal(PHOTO.array, before)
    assert np.array_equal(image.array[~changed.array], before[~changed.array])
    allowed = control_maps(PHOTO, LAYOUT, [CHAIR]).mask
    assert not (changed.array & ~allowed).any() and 0.02 < changed.fraction < 0.9
    protected = np.isin(LAYOUT.surfaces(), (3, 4)) & ~allowed
    assert protected.sum() > 500 and np.array_equal(image.array[protected], before[protected])
    again, _ = backend(PHOTO, LAYOUT, [CHAIR], brief=sk.Brief(style="japandi"), seed=1)
    other, _ = backend(PHOTO, LAYOUT, [CHAIR], brief=sk.Brief(style="japandi"), seed=2)
    assert np.array_equal(again.array, image.array) and not np.array_equal(other.array, image.array)
    assert backend.bytes > 100_000 and "OpenRAIL" in backend.licence
    backend.close()
    with pytest.raises(BackendError, match="not open"):
        backend(PHOTO, LAYOUT, [CHAIR])


def test_close_gives_the_memory_back(zoo):
    """At once, of a net that refers to itself too, as recorded ones do."""
    backend = SD15ControlNet(**options(zoo, "sd15-controlnet")).open(sk.Runtime(device="cpu"))
    net = backend.painter.parts.unet
    net.forward = Recorded(net.forward, lambda run: (run, run()))
    gone = weakref.ref(net)
    del net
    gc.disable()
    try:
        backend.close()
        assert gone() is None
    finally:
        gc.enable()


def test_through_the_pipeline(zoo):
    """Options are checked before weights load; variants come with the scene; a preview rides on the progress."""
    events = []
    stage = sk.Furnish("sd15-controlnet", **options(zoo, "sd15-controlnet", variants=2, preview=zoo["taesd"]))
    with sk.Runtime(device="cpu", threads=1) as runtime:
        scene = sk.Pipeline(stage)(
            PHOTO, layout=LAYOUT, placements=(CHAIR,), style="coastal", seed=5, runtime=runtime, on_event=events.append
        )
    assert len(scene.variants) == 1 and not np.array_equal(scene.variants[0].array, scene.image.array)
    shown = [e.picture for e in events if isinstance(e, sk.Progress) and e.picture is not None]
    assert len(shown) == 2 and shown[0].size == PHOTO.size
    steps = [e.text for e in events if isinstance(e, sk.Progress) and e.text.startswith("step")]
    assert steps == ["step 1 of 3", "step 2 of 3", "step 3 of 3"]
    with pytest.raises(OptionError, match=r"no option \['stepz'\]"):
        sk.Pipeline(sk.Furnish("sd15-controlnet", stepz=3)).check(given=("layout", "placements"))


def test_variants_equal_single_pictures(zoo, sd15):
    several = SD15ControlNet(**options(zoo, "sd15-controlnet", variants=2)).open(sk.Runtime(device="cpu"))
    first, _, second = several(PHOTO, LAYOUT, [CHAIR], seed=7)
    for made, seed in ((first, 7), (second, 8)):
        alone, _ = sd15(PHOTO, LAYOUT, [CHAIR], seed=seed)
        assert np.abs(alone.array.astype(int) - made.array).max() <= 1


def test_modes(zoo, sd15):
    """refine starts from the traced picture and stays nearer to it; free paints the floor with no furniture given."""
    guided, _ = sd15(PHOTO, LAYOUT, [CHAIR], seed=3)
    refine = SD15ControlNet(**options(zoo, "sd15-controlnet", mode="refine", strength=0.34, traced_samples=2)).open(
        sk.Runtime(device="cpu", threads=1)
    )
    refined, changed = refine(PHOTO, LAYOUT, [CHAIR], seed=3)
    from stagekit.render.furnish import furnish

    traced, shaded = furnish(PHOTO, LAYOUT, [CHAIR], seed=3, samples=2, threads=1)
    area = control_maps(PHOTO, LAYOUT, [CHAIR]).mask
    assert np.array_equal(refined.array[~area], traced[~area]), "shadows of the path tracer stay"
    assert not (changed.array & ~(area | shaded)).any()
    assert not np.array_equal(refined.array, guided.array)
    free = SD15ControlNet(**options(zoo, "sd15-controlnet", mode="free", controls=("depth", "lines")))
    assert free.invents and free.controls == ("lines",) and not sd15.invents
    free.open(sk.Runtime(device="cpu", threads=1))
    _, changed = free(PHOTO, LAYOUT, [], seed=3)
    floor = LAYOUT.surfaces() == 1
    assert changed.array[floor].mean() > 0.8 and not changed.array[LAYOUT.surfaces() == 3].any()


def test_cancel_mid_way(sd15):
    token = CancelToken()
    seen = []

    def progress(fraction, text, picture=None):
        seen.append(text)
        if text == "step 2 of 3":
            token.cancel()

    with pytest.raises(Cancelled):
        sd15(PHOTO, LAYOUT, [CHAIR], seed=1, progress=progress, cancel=token)
    assert seen[-1] == "step 2 of 3"


def test_the_prompt_reaches_the_model(sd15):
    plain, _ = sd15(PHOTO, LAYOUT, [CHAIR], brief=sk.Brief(seed=1), seed=1)
    wished, _ = sd15(PHOTO, LAYOUT, [CHAIR], brief=sk.Brief(prompt="purple velvet"), seed=1)
    told: list[str] = []
    sd15(PHOTO, LAYOUT, [CHAIR], brief=sk.Brief(prompt="x " * 80), seed=1, warn=told.append)
    assert not np.array_equal(plain.array, wished.array)
    assert len(told) == 1 and "longer than the model reads" in told[0]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"mode": "dream"}, "guided, refine, free"),
        ({"controls": ("smell",)}, "smell"),
        ({"variants": 0}, "variants"),
        ({"guard": "bite"}, "report, retry, raise"),
        ({"few_steps": "warp"}, "lightning, lcm, turbo"),
        ({"few_steps": "lightning"}, "no published weights"),
        ({"sampler": "eule"}, "did you mean 'euler'"),
        ({"size": 10}, "64 to 4096"),
        ({"control_scale": 3.0}, "control_scale"),
    ],
)
def test_bad_options_are_told_at_once(bad, says):
    with pytest.raises(OptionError, match=says):
        SD15ControlNet(**bad)


def test_missing_weights_say_what_to_do():
    with pytest.raises(WeightsError, match="weights pull sd15"):
        SD15ControlNet().open(sk.Runtime(device="cpu"))


def test_memory_is_told_before_loading(zoo):
    with pytest.raises(BackendError, match=r"sdxl-controlnet needs about .*budget is 1\.0 MB.*bf16.*halves"):
        SDXLControlNet(**options(zoo, "sdxl-controlnet")).open(sk.Runtime(device="cpu", memory="1MB"))


class Findings:
    """A segmentation and a comparison that find ``faults[seed]``."""

    def __init__(self, monkeypatch, faults):
        from stagekit.backends import guarded

        self.faults, self.painted = faults, []
        monkeypatch.setattr(
            guarded.Guarded, "_changes", lambda s, before, image, picture, *a: faults[int(picture[0, 0, 0])]
        )

    def guard(self, policy, retries=2):
        from stagekit.backends.guarded import Guarded

        made = Guarded("model", policy, retries)
        made._segment = lambda image: None
        return made

    def paint(self, seeds):
        self.painted += seeds
        return [np.full((4, 4, 3), s % 256, np.uint8) for s in seeds]


def test_guard_policies(monkeypatch):
    """report tells, raise refuses, retry takes other seeds and keeps the best, off does not look."""
    worse, bad, good = ["window added", "door lost"], ["window added"], []
    faults = {3: worse, (3 + 1009) % 256: bad, (3 + 2018) % 256: good, 4: good}
    told: list[str] = []
    f = Findings(monkeypatch, faults)
    pictures = f.guard("report").run(f.paint, PHOTO, LAYOUT, None, 3, 2, warn=told.append)
    assert [p[0, 0, 0] for p in pictures] == [3, 4] and f.painted == [3, 4]
    assert told == [f"the building changed: variant 0: {x}" for x in worse]
    with pytest.raises(BackendError, match=r"changed the building: window added; door lost.*guard='retry'"):
        f.guard("raise").run(f.paint, PHOTO, LAYOUT, None, 3, 1)
    f.painted.clear()
    told.clear()
    pictures = f.guard("retry").run(f.paint, PHOTO, LAYOUT, None, 3, 2, warn=told.append)
    assert f.painted == [3, 4, 1012, 2021] and told == []
    assert [p[0, 0, 0] for p in pictures] == [2021 % 256, 4]
    pictures = f.guard("retry", 1).run(f.paint, PHOTO, LAYOUT, None, 3, 1, warn=told.append)
    assert pictures[0][0, 0, 0] == 1012 % 256 and told == ["the building changed: window added"]
    assert f.guard("off").run(f.paint, PHOTO, LAYOUT, None, 3, 1)[0][0, 0, 0] == 3


def test_the_guards_findings_reach_the_record(zoo, monkeypatch):
    """Photo before and picture after go through the embedded segmentation; what it finds is a warning of the step."""
    from stagekit.room import guard

    asked = []

    def compare(photo, picture, before, after, layout, mask, furniture):
        asked.append((np.array_equal(photo, PHOTO.array), before.classes == after.classes, mask.any(), furniture.any()))
        return [guard.Finding("added", "window", (1, 2, 3, 4))]

    monkeypatch.setattr(guard, "compare", compare)
    stage = sk.Furnish("sd15-controlnet", **options(zoo, "sd15-controlnet", guard="report", variants=2))
    scene = sk.Pipeline(stage)(
        PHOTO, layout=LAYOUT, placements=(CHAIR,), runtime=sk.Runtime(device="cpu"), on_event=lambda e: None
    )
    assert asked == [(True, True, True, True)] * 2
    told = [w for w in scene.record[-1].warnings if "building" in w]
    assert told == [f"the building changed: variant {i}: window added at x 1-3, y 2-4" for i in (0, 1)]


def test_few_steps(zoo, tmp_path):
    """A preset brings its sampler, steps and guidance; its weights are laid over the UNet."""
    import torch
    from safetensors.torch import save_file

    name = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q"
    save_file(
        {f"{name}.lora_down.weight": torch.ones(1, 64), f"{name}.lora_up.weight": torch.ones(64, 1)},
        tmp_path / "few.safetensors",
    )
    made = options(zoo, "sd15-controlnet", few_steps="lightning", few_weights=tmp_path / "few.safetensors")
    backend = SD15ControlNet(**{k: v for k, v in made.items() if k != "steps"})
    assert (backend.plan.steps, backend.plan.guidance, backend.sampler) == (4, 1.0, "euler_trailing")
    plain = SD15ControlNet(**options(zoo, "sd15-controlnet"))
    for b in (backend, plain):
        b.open(sk.Runtime(device="cpu"))
    weight = [dict(b.painter.parts.unet.named_modules())[
        "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    ].weight for b in (backend, plain)]  # fmt: skip
    assert torch.allclose(weight[0], weight[1] + 1.0)
    events = []
    backend(PHOTO, LAYOUT, [CHAIR], seed=1, progress=lambda f, text: events.append(text))
    assert [e for e in events if e.startswith("step")] == [f"step {i} of 4" for i in range(1, 5)]


def test_a_style_picture_is_an_option(zoo, tmp_path):
    """It changes the result, and its adapter's place in a published folder is known."""
    import shutil

    import tiny_diffusion as tiny

    file, encoder = tiny.ip_adapter(tmp_path / "made", zoo["sd15"])
    published = tmp_path / "published" / "models"
    shutil.copytree(encoder, published / "image_encoder")
    shutil.copy(file, published / "ip-adapter_sd15.safetensors")
    red = tmp_path / "red.png"
    sk.Image(np.zeros((80, 90, 3), np.uint8) + np.array([200, 30, 30], np.uint8)).save(red)
    made = []
    for more in (
        {},
        {"style_image": red, "ip_adapter": file, "image_encoder": encoder},
        {"style_image": red, "ip_adapter": tmp_path / "published"},
    ):
        backend = SD15ControlNet(**options(zoo, "sd15-controlnet", **more)).open(sk.Runtime(device="cpu"))
        made.append(backend(PHOTO, LAYOUT, [CHAIR], seed=1)[0].array)
    assert not np.array_equal(made[0], made[1]) and np.array_equal(made[1], made[2])
    with pytest.raises(OptionError, match="style_image is a path, got ndarray"):
        SD15ControlNet(style_image=made[0])


def test_weights_are_found_by_their_names(zoo, tmp_path, monkeypatch):
    """As a user has them: folders of the catalogue's names in STAGEKIT_WEIGHTS, no path in the code."""
    for name, source in (("sd15", "sd15"), ("sd15-depth", "depth")):
        (tmp_path / name).symlink_to(zoo[source], target_is_directory=True)
    monkeypatch.setenv("STAGEKIT_WEIGHTS", str(tmp_path))
    scene = sk.Pipeline(sk.Furnish("sd15-controlnet", steps=2, size=128, guard="off"))(
        PHOTO, layout=LAYOUT, placements=(CHAIR,), prompt="velvet", runtime=sk.Runtime(device="cpu"), on_event=print
    )
    assert scene.changed.fraction > 0.02 and scene.record[-1].backend == "sd15-controlnet"
    assert not scene.stale, "the layout stays true"
