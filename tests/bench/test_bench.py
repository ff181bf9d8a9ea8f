"""The harness on tiny networks: what it measures, how it writes it, what it says of what it did not measure."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

from stagekit.bench import report, result, timing
from stagekit.bench.cold import process
from stagekit.bench.quality import quality
from stagekit.cli import main
from stagekit.commands import bench as command
from stagekit.errors import BackendError, InputError

needs_diffusers = pytest.mark.skipif(not (find_spec("diffusers") and find_spec("torch")), reason="needs diffusers")
MACHINE = {
    "date": "2026-01-01 00:00 UTC", "stagekit": "0", "python": "3.11", "processor": "none", "cores": 2, "packages": {},
    "device": "cpu",
}  # fmt: skip
CARD = {"name": "a card", "bytes": 1, "capability": "9.0"}


def made(suite="ablations", model="sdxl", device="cuda", **row):
    """A result of one row."""
    machine = {**MACHINE, "device": device, **({"card": CARD} if device == "cuda" else {})}
    whole = {"name": "fast", "status": "measured", "runs": 3, "median_s": 0.9, **row}
    return {"schema": 1, "suite": suite, "model": model, "environment": machine, "settings": {}, "rows": [whole]}


def quiet(text):
    pass


def test_measure_warms_up_and_counts():
    calls = []
    got, last = timing.measure(lambda: calls.append(1) or len(calls), warm_up=2, runs=5)
    assert last == len(calls) == 7 and len(got.seconds) == len(got.cpu_seconds) == 5
    data = timing.Timing((1.0, 2.0, 4.0), (1.0, 1.0, 1.5), 9.0, 5, "resident memory").data()
    assert (data["median_s"], data["min_s"], data["max_s"], data["cpu_s"], data["first_s"]) == (2.0, 1.0, 4.0, 1.0, 9.0)
    assert data["spread"] == 1.5


def test_peak_is_of_the_timed_work():
    """A hundred megabytes are seen while they are held."""
    got, _ = timing.measure(lambda: bytearray(b"x" * 100_000_000), warm_up=1, runs=1)
    small, _ = timing.measure(lambda: bytearray(10), warm_up=1, runs=1)
    assert got.peak_bytes > 100_000_000
    if small.peak_of == "resident memory":
        assert small.peak_bytes < got.peak_bytes - 50_000_000


def test_memory_that_recorded_graphs_hold_has_its_column():
    data = timing.Timing((1.0,), (1.0,), 1.0, 5_000_000, "CUDA memory allocated", 7_000_000_000).data()
    page = report.report({"ablations-sdxl-cuda": result.check(made(**data), "it")})
    assert "| peak memory | reserved |" in page and "| 0.01 GB | 7.00 GB |" in page
    assert "reserved_bytes" not in timing.Timing((1.0,), (1.0,), 1.0, 5, "resident memory").data()
    assert timing.measure(lambda: None, runs=1)[0].reserved_bytes is None


def test_measured_on_cuda_both_memories_are_told(monkeypatch):
    cuda = pytest.importorskip("torch").cuda
    for name, value in {
        "synchronize": None, "reset_peak_memory_stats": None, "max_memory_allocated": 5, "max_memory_reserved": 7
    }.items():  # fmt: skip
        monkeypatch.setattr(cuda, name, lambda value=value: value)
    got, _ = timing.measure(lambda: None, device="cuda", runs=1)
    assert (got.peak_bytes, got.reserved_bytes) == (5, 7)


@pytest.mark.parametrize("deaf", [False, True])
def test_a_peak_that_cannot_be_reset_is_called_since_start(tmp_path, monkeypatch, deaf):
    """Where the kernel refuses the reset (no such file), and where it takes it and does nothing."""
    held, path = bytearray(b"x" * 50_000_000), timing.Path
    del held
    elsewhere = tmp_path / "clear_refs" if deaf else tmp_path / "nowhere" / "clear_refs"
    monkeypatch.setattr(timing, "Path", lambda at: elsewhere if at.endswith("clear_refs") else path(at))
    got, _ = timing.measure(lambda: None, runs=1)
    assert got.peak_of == "resident memory since start" and got.peak_bytes > 50_000_000
    assert elsewhere.exists() == deaf


def test_schema_takes_what_is_right_and_names_what_is_wrong(tmp_path):
    path = result.write(tmp_path, made(drift={"mean": 0.1, "max": 2}))
    assert path.name == "ablations-sdxl-cuda.json" and result.read(path)["rows"][0]["median_s"] == 0.9
    faults = [
        ("rows/0", made(status="not measured")),
        ("rows/0/median_s", made(median_s=-1)),
        ("rows/0", made(colour="red")),
        ("rows/0/drift", made(drift={"mean": 1})),
        ("environment", {**made(), "environment": {**MACHINE, "device": "cuda"}}),
        ("suite", {**made(), "suite": "taste"}),
    ]
    for place, wrong in faults:
        with pytest.raises(InputError, match=f"at {place}"):
            result.check(wrong, "it")
    path.write_text("{")
    with pytest.raises(InputError, match="measure it again"):
        result.read(path)


def test_an_error_costs_one_row():
    def breaks():
        raise RuntimeError("CUDA out of memory\nand more")

    row = result.attempt("big", breaks, quiet, switches={"compile": "full"})
    assert row == {
        "name": "big", "status": "not measured", "reason": "CUDA out of memory", "switches": {"compile": "full"},
    }  # fmt: skip
    rows = [{"name": "a", "median_s": 2.0}, {"name": "b", "median_s": 4.0, "pictures": 4}, row]
    result.speedups(rows, "a")
    assert [r.get("speedup") for r in rows] == [1.0, 2.0, None]


def test_report_says_what_was_not_measured():
    empty = report.report({})
    assert "## ablations-sdxl-cuda\n\nNot measured." in empty
    assert all(said == "not measured" for *_, said in report.target_rows({}))
    rows = dict((what, said) for what, _, said in report.target_rows({"ablations-sdxl-cuda": made(speedup=1.9)}))
    assert [said for said in rows.values() if said != "not measured"] == ["1.90x, missed", "900 ms, met"]
    page = report.report({"ablations-sdxl-cuda": made(speedup=2.1, drift={"mean": 0.5, "max": 3})})
    assert "2.10x, met" in page and "| fast | 900 ms | 2.10x | 0.50 / 3 |" in page and "a card" in page


def test_a_process_pays_for_its_own_memory_only():
    """Not for what its parent held when it was forked; a failure shows what was printed."""
    held = bytearray(b"x" * 300_000_000)
    seconds, busy, peak = process(["-c", "pass"])
    assert 0 < busy < 60 and seconds > 0 and 0 < peak < 100_000_000 < len(held)
    with pytest.raises(BackendError, match="exit status 3: why"):
        process(["-c", "import sys; sys.stderr.write('why'); sys.exit(3)"])


def test_quality_gathers_and_names_the_command(tmp_path):
    (tmp_path / "layout.json").write_text(json.dumps({"environment": {"commit": "c"}, "pitch": {"median": 0.41234}}))
    rows = {r["name"]: r for r in quality(tmp_path, tell=quiet)["rows"]}
    assert rows["layout"]["figures"] == {"pitch.median": 0.4123, "date": None, "commit": "c"}
    assert "python benchmarks/depth.py" in rows["depth"]["reason"]


def test_command(tmp_path, capsys):
    (tmp_path / "r").mkdir()
    assert main(["bench", "taste", "-o", str(tmp_path / "r")]) == 2
    assert main(["bench", "--runs", "0", "-o", str(tmp_path / "r")]) == 2
    assert main(["bench", "quality", "--device", "cpu", "-o", str(tmp_path / "r")]) == 0
    assert "No" not in capsys.readouterr().out
    assert "run: python benchmarks/layout.py" in (tmp_path / "r" / "report.md").read_text()
    from stagekit.bench.suites import SUITES

    assert command.SUITES == SUITES


@needs_diffusers
def test_published_sizes():
    """The architectures have exactly the parameters of the published ones, and the arithmetic of the vendors' tables."""
    from stagekit.bench.architecture import architecture, skeletons

    for name in ("sdxl", "sd15-inpaint"):
        nets = skeletons(name)
        for part, count in architecture(name)["parameters"].items():
            assert sum(p.numel() for p in nets[part].parameters()) == count, (name, part)


@needs_diffusers
def test_arithmetic_counts_what_is_computed():
    from stagekit.bench.arithmetic import forward_tflop, picture_tflop
    from stagekit.diffusion.schedule import Plan

    one = forward_tflop("tiny-sdxl")
    whole = picture_tflop("tiny-sdxl", Plan(10, 5.0))
    assert whole == pytest.approx(20 * (one["unet"] + one["controlnet"]) + one["encode"] + one["decode"])
    half = picture_tflop("tiny-sdxl", Plan(10, 5.0, guidance_until=0.6, control_until=0.6))
    assert half == pytest.approx(16 * one["unet"] + 12 * one["controlnet"] + one["encode"] + one["decode"])


@needs_diffusers
def test_weights_are_the_same_in_every_dtype():
    import torch

    from stagekit.bench.architecture import build

    full, half = (build("tiny-sd15-inpaint", device="cpu", dtype=d) for d in ("fp32", "bf16"))
    for a, b in zip(full.unet.parameters(), half.unet.parameters(), strict=True):
        assert torch.equal(a.to(torch.bfloat16), b)
    again = build("tiny-sd15-inpaint", device="cpu", dtype="fp32")
    assert all(torch.equal(a, b) for a, b in zip(full.vae.parameters(), again.vae.parameters(), strict=True))


@needs_diffusers
def test_ablations_on_tiny_networks():
    """The own loop equals plain diffusers, half precision drifts a little, another schedule drifts more; what needs a GPU
    says so."""
    import torch

    from stagekit.bench.ablation import ablations

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    shorter = "guidance and ControlNet off for the last 40 %"
    only = ("diffusers fp32", "own loop fp32", "bf16", shorter, "compile=graphs", "offload")
    kept: list[int] = []

    def keep(so_far):
        result.check({"schema": 1, "environment": MACHINE, **so_far}, "so far")
        kept.append(sum(r["status"] == "measured" for r in so_far["rows"]))

    got = ablations("tiny-sdxl", "cpu", runs=1, warm_up=1, only=only, tell=quiet, keep=keep)
    torch.set_num_threads(before)
    result.check({"schema": 1, "environment": MACHINE, **got}, "it")
    rows = {r["name"]: r for r in got["rows"]}
    assert kept == [1, 2, 3, 4], "written after each row that was measured"
    assert rows["own loop fp32"]["drift"] == {"mean": 0.0, "max": 0.0}
    assert rows["diffusers fp32"]["drift"]["max"] < 0.1 and rows["diffusers fp32"]["speedup"] == 1.0
    assert 0 < rows["bf16"]["drift"]["mean"] < rows[shorter]["drift"]["mean"]
    assert rows["bf16"]["weight_bytes"] * 2 == rows["own loop fp32"]["weight_bytes"]
    assert rows["compile=graphs"]["reason"] == rows["offload"]["reason"] == "needs a CUDA device"
    assert rows["fp16"]["reason"] == "left out by --only"


@needs_diffusers
def test_batches_measure_the_rows_asked_for():
    from stagekit.bench.batch import batches

    only = ("own loop fp32, batch of 2", "diffusers fp32, batch of 1")
    kept: list[int] = []
    got = batches(
        "tiny-sd15-inpaint", "cpu", runs=1, warm_up=1, only=only, tell=quiet, keep=lambda r: kept.append(len(r["rows"]))
    )
    rows = {r["name"]: r for r in got["rows"]}
    assert {n for n, r in rows.items() if r["status"] == "measured"} == {*only} and len(rows) == 6
    assert rows[only[0]]["pictures"] == 2 and rows["own loop fp32, batch of 4"]["reason"] == "left out by --only"
    assert len(kept) == 2, "written after each row that was measured"
