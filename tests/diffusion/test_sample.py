"""The own loop beside diffusers' pipelines on the same weights, seeds and pictures."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_diffusion as tiny
import torch

from stagekit.diffusion.parts import load_parts
from stagekit.diffusion.sample import Steer, draw_noise, encode_picture, sample
from stagekit.diffusion.schedule import Plan
from stagekit.diffusion.text import Prompts
from stagekit.errors import Cancelled, OptionError, WeightsError

PROMPT, NEGATIVE = "a sofa in a room", "people"


def words_of(parts, negative=NEGATIVE):
    return Prompts(parts)(PROMPT, negative)


def control() -> torch.Tensor:
    return tiny.picture(seed=9) / 2 + 0.5


def run(parts, plan, *, seeds=(3,), steers=None, **options):
    """(N, 3, H, W) in -1..1 by the own loop."""
    if steers is None:
        steers = [Steer(net, (control(),), scale=0.8) for net in parts.controls.values()]
    return sample(parts, words_of(parts), plan, tiny.picture(), tiny.hole(), seeds=seeds, steers=steers, **options)


def diffusers_run(kind: str, folder, plan: Plan, nets, **options) -> np.ndarray:
    """The same picture by a pipeline of diffusers: (3, H, W) in -1..1."""
    import diffusers

    pipe = getattr(diffusers, kind).from_pretrained(folder, controlnet=nets)
    pipe.set_progress_bar_config(disable=True)
    out = pipe(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        image=tiny.picture() / 2 + 0.5,
        mask_image=tiny.hole(),
        num_inference_steps=plan.steps,
        guidance_scale=plan.guidance,
        strength=plan.strength,
        controlnet_conditioning_scale=0.8,
        control_guidance_start=plan.control_from,
        control_guidance_end=plan.control_until,
        generator=torch.Generator().manual_seed(3),
        output_type="np",
        **options,
    ).images[0]
    return np.moveaxis(out, -1, 0) * 2 - 1


CASES = [
    ("sd15", Plan(4, 5.0)),
    ("sd15", Plan(5, 5.0, control_until=0.6)),
    ("sd15", Plan(6, 1.0, strength=0.5)),
    ("sd15-inpaint", Plan(4, 5.0)),
    ("sd15-inpaint", Plan(5, 5.0, strength=0.7)),
    ("sd15-pndm", Plan(5, 5.0)),
    ("sdxl", Plan(4, 5.0)),
    ("sdxl", Plan(5, 5.0, strength=0.6, control_from=0.3)),
    ("sdxl-inpaint", Plan(4, 5.0, control_until=0.5)),
]


@pytest.mark.parametrize(("name", "plan"), CASES)
def test_equals_diffusers(zoo, name, plan):
    from diffusers import ControlNetModel

    large = name.startswith("sdxl")
    net = zoo["depth-xl" if large else "depth"]
    kind = "StableDiffusionXLControlNetInpaintPipeline" if large else "StableDiffusionControlNetInpaintPipeline"
    expected = diffusers_run(
        kind, zoo[name], plan, ControlNetModel.from_pretrained(net), control_image=control(), height=64, width=64
    )
    got = run(load_parts(zoo[name], controls={"depth": net}), plan)[0].numpy()
    assert np.abs(got - expected).max() < 2e-4
    assert got.std() > 0.05


def test_union_equals_diffusers(zoo):
    from diffusers import ControlNetUnionModel

    plan = Plan(4, 5.0)
    nets = ControlNetUnionModel.from_pretrained(zoo["union-xl"])
    lines = tiny.picture(seed=4) / 2 + 0.5
    expected = diffusers_run(
        "StableDiffusionXLControlNetUnionInpaintPipeline", zoo["sdxl"], plan, nets,
        control_image=[control(), lines], control_mode=[1, 3],
    )  # fmt: skip
    parts = load_parts(zoo["sdxl"], controls={"depth": zoo["union-xl"]})
    steers = [Steer(parts.controls["depth"], (control(), lines), kinds=(1, 3), scale=0.8)]
    assert np.abs(run(parts, plan, steers=steers)[0].numpy() - expected).max() < 2e-4


def test_two_controlnets_add_up(zoo):
    """As diffusers' MultiControlNetModel."""
    from diffusers import ControlNetModel

    plan = Plan(3, 5.0)
    nets = [ControlNetModel.from_pretrained(zoo[n]) for n in ("depth", "lines")]
    expected = diffusers_run(
        "StableDiffusionControlNetInpaintPipeline", zoo["sd15"], plan, nets, control_image=[control(), control()],
        height=64, width=64,
    )  # fmt: skip
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"], "lines": zoo["lines"]})
    assert np.abs(run(parts, plan)[0].numpy() - expected).max() < 2e-4


def test_batch_equals_single_and_seeds_differ(zoo):
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    plan = Plan(4, 5.0)
    both = run(parts, plan, seeds=(3, 4), sampler="euler_a")
    single = [run(parts, plan, seeds=(s,), sampler="euler_a")[0] for s in (3, 4)]
    assert torch.allclose(both[0], single[0], atol=1e-4) and torch.allclose(both[1], single[1], atol=1e-4)
    assert not torch.allclose(both[0], both[1], atol=1e-2)
    assert torch.equal(run(parts, plan, sampler="euler_a"), single[0][None])


def test_a_controlnet_conditions(zoo):
    """With its picture blacked out, or its scale at zero, another picture comes out."""
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    net = parts.controls["depth"]
    with_depth = run(parts, Plan(4, 5.0))
    black = run(parts, Plan(4, 5.0), steers=[Steer(net, (torch.zeros_like(control()),), scale=0.8)])
    none = run(parts, Plan(4, 5.0), steers=[Steer(net, (control(),), scale=0.0)])
    assert (with_depth - black).abs().max() > 0.01
    assert (with_depth - none).abs().max() > 0.01
    assert torch.allclose(none, run(parts, Plan(4, 5.0), steers=[]), atol=1e-5)


def test_what_has_no_effect_is_not_computed(zoo):
    """A ControlNet whose share is over is not called; without guidance half the batch is left out."""
    parts = load_parts(zoo["sd15"], controls={"depth": zoo["depth"]})
    calls: list[tuple[str, int]] = []
    for name, net in (("control", parts.controls["depth"]), ("unet", parts.unet)):
        net.register_forward_pre_hook(lambda m, a, k, name=name: calls.append((name, a[0].shape[0])), with_kwargs=True)
    run(parts, Plan(10, 5.0, guidance_until=0.6, control_until=0.4))
    assert [b for n, b in calls if n == "control"] == [2] * 4
    assert [b for n, b in calls if n == "unet"] == [2] * 6 + [1] * 4


def test_pictures_are_embedded_once_and_the_net_is_left_whole(zoo):
    """For a batch of four (two seeds, guided), over five steps: one picture, once."""
    parts = load_parts(zoo["sdxl"], controls={"depth": zoo["union-xl"]})
    net, seen = parts.controls["depth"], []
    embed = net.controlnet_cond_embedding
    embed.register_forward_pre_hook(lambda m, a: seen.append(a[0].shape[0]))
    steers = [Steer(net, (control(), control()), kinds=(1, 3))]

    def stop(i, n, latents):
        if i == 4:
            raise Cancelled("enough")

    run(parts, Plan(5, 5.0), seeds=(1, 2), steers=steers)
    assert seen == [1, 1] and net.controlnet_cond_embedding is embed
    with pytest.raises(Cancelled):
        run(parts, Plan(5, 5.0), steers=steers, on_step=stop)
    assert net.controlnet_cond_embedding is embed


def test_a_seed_is_the_same_noise_for_every_dtype(zoo):
    """However torch draws bf16: what is compared is the noise, and the picture's own latents."""

    def drawn(dtype: str) -> tuple[torch.Tensor, torch.Tensor]:
        parts = load_parts(zoo["sd15"], dtype=dtype)
        generators = [torch.Generator().manual_seed(3)]
        noise = draw_noise(parts, generators, (64, 64)).float()
        return noise, encode_picture(parts, tiny.picture(), generators).detach().float()

    for exact, rounded in zip(drawn("fp32"), drawn("bf16"), strict=True):
        assert (exact - rounded).abs().mean() < 0.02 * exact.std()


def test_prompts_are_encoded_once(zoo):
    parts = load_parts(zoo["sdxl"])
    prompts = Prompts(parts)
    first = prompts(PROMPT, NEGATIVE)
    assert prompts(PROMPT, NEGATIVE) is first and prompts.encoded == 1
    assert prompts(PROMPT, None).negative.abs().max() == 0, "SDXL's base model takes zeros for no negative prompt"
    assert first.context.shape == (1, 77, 2 * tiny.TEXT) and first.pooled.shape == (1, tiny.TEXT)
    assert first.cut == "" and "zebra" in prompts("a " * 90 + "zebra", None).cut


def test_cancel_stops_between_steps(zoo):
    parts = load_parts(zoo["sd15"])
    seen = []

    def on_step(i, n, latents):
        seen.append((i, n, tuple(latents.shape)))
        if i == 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        run(parts, Plan(5, 5.0), on_step=on_step)
    assert seen == [(i, 5, (1, 4, 8, 8)) for i in range(3)]


@pytest.mark.parametrize(
    "values", [{"steps": 0}, {"guidance": -1}, {"strength": 0}, {"guidance_until": 2}, {"steps": 2, "strength": 0.3}]
)
def test_plans_are_checked(values):
    with pytest.raises(OptionError, match=next(iter(values))):
        Plan(**{"steps": 10, "guidance": 5.0, **values})


@pytest.mark.parametrize("name", ["sd15", "sd15-inpaint", "sdxl"])
@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_half_precision_is_near(zoo, name, dtype):
    """As on a GPU: every tensor finds its type, with samplers that change it too."""
    nets = {"depth": zoo["union-xl" if name == "sdxl" else "depth"]}
    kinds = (1,) if name == "sdxl" else ()
    made = []
    for kind in ("fp32", dtype):
        parts = load_parts(zoo[name], controls=nets, dtype=kind)
        steers = [Steer(parts.controls["depth"], (control().to(parts.dtype),), kinds, 0.8)]
        for sampler in ("dpm++", "euler_a", "lcm"):
            picture = tiny.picture().to(parts.dtype)
            out = sample(
                parts, words_of(parts), Plan(3, 4.0, strength=0.7), picture, tiny.hole().to(parts.dtype), seeds=(1, 2),
                steers=steers, sampler=sampler,
            )  # fmt: skip
            assert out.dtype == torch.float32 and torch.isfinite(out).all()
            made.append(out)
    for full, half in zip(made[:3], made[3:], strict=True):
        assert (full - half).abs().mean() < 0.1 * full.std()


def test_files_as_the_catalogue_downloads_them(zoo, tmp_path):
    """Only the fp16 files of a repository, and only those that the catalogue's patterns name: the same picture."""
    import shutil

    from stagekit.assets.spec import spec

    folders = {"sdxl": tmp_path / "sdxl", "depth-xl": tmp_path / "net"}
    for name, entry in (("sdxl", spec("sdxl")), ("depth-xl", spec("sdxl-depth"))):
        for path in zoo[name].rglob("*"):
            inside = path.relative_to(zoo[name])
            if path.suffix == ".safetensors":
                inside = inside.with_suffix(".fp16.safetensors")
            if path.is_file() and entry.wants(inside.as_posix()):
                (folders[name] / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, folders[name] / inside)
    plan = Plan(2, 4.0)
    half = run(load_parts(folders["sdxl"], controls={"depth": folders["depth-xl"]}), plan)
    assert torch.equal(half, run(load_parts(zoo["sdxl"], controls={"depth": zoo["depth-xl"]}), plan))


def test_refused_and_missing_weights(zoo, tmp_path):
    with pytest.raises(WeightsError, match=r"model_index.json.*diffusers' layout"):
        load_parts(tmp_path)
    folder = tiny.controlnet(tmp_path / "net")
    (folder / "diffusion_pytorch_model.safetensors").rename(folder / "diffusion_pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"diffusion_pytorch_model.bin.*refused"):
        load_parts(zoo["sd15"], controls={"depth": folder})
