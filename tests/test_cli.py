"""The command line: which files it takes and writes, and what a careless user reads."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stagekit as sk
from stagekit import cli, registry


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("b.jpg", "a.png"):
        sk.Image(np.full((80, 90, 3), 120, np.uint8)).save(folder / name)
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Staging replaced by an inversion, so that only the command line is tested."""
    calls: list[dict[str, Any]] = []

    def stage(photo: Path, **options: Any) -> sk.Scene:
        calls.append(options)
        image = sk.open_image(photo)
        scene = sk.Scene.of(image, sk.Brief(style=options["style"], seed=options["seed"]))
        return scene.given(image=image.with_array(255 - image.array))

    monkeypatch.setattr(sk, "stage", stage, raising=False)
    return calls


def test_one_photo_to_one_picture(photos: Path, quick: list[Any], tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out.png"
    assert cli.main(["stage", str(photos / "a.png"), "-o", str(out), "--style", "coastal", "--seed", "4"]) == 0
    assert np.asarray(sk.open_image(out)).max() == 135
    assert quick[0]["style"] == "coastal" and quick[0]["seed"] == 4
    assert "a.png -> " in capsys.readouterr().out


def test_folders_go_to_a_folder_with_before_after_and_json(
    photos: Path, quick: Any, tmp_path: Path, capsys: Any
) -> None:
    out = tmp_path / "staged"
    assert cli.main(["stage", str(photos), "-o", str(out), "--before-after", "--json"]) == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "a_staged.png", "a_staged_before_after.jpg", "b_staged.jpg", "b_staged_before_after.jpg",
    ]  # fmt: skip
    report = json.loads(capsys.readouterr().out)
    assert [r["changed_fraction"] for r in report] == [1.0, 1.0] and report[0]["size"] == [90, 80]


def test_a_bad_photo_among_good_ones_is_named_and_the_others_are_done(
    photos: Path, quick: Any, tmp_path: Path, capsys: Any
) -> None:
    (photos / "broken.jpg").write_bytes(b"not a picture")
    assert cli.main(["stage", str(photos), "-o", str(tmp_path / "staged")]) == 1
    assert "broken.jpg" in capsys.readouterr().err
    assert sorted(p.name for p in (tmp_path / "staged").iterdir()) == ["a_staged.png", "b_staged.jpg"]


def test_a_reader_that_leaves_stops_no_picture(
    photos: Path, quick: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``stagekit stage ... | head -1``"""

    class Left(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Left())
    assert cli.main(["stage", str(photos), "-o", str(tmp_path / "staged")]) == 0
    assert sorted(p.name for p in (tmp_path / "staged").iterdir()) == ["a_staged.png", "b_staged.jpg"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stage", "{in}", "-o", "{tmp}/one.jpg"], "give a folder with -o"),
        (["stage", "{tmp}/none", "-o", "{tmp}/out"], "none"),
        (["stage", "{tmp}/empty", "-o", "{tmp}/out"], "no photo in this folder"),
    ],
)
def test_wrong_usage_is_explained(photos: Path, tmp_path: Path, capsys: Any, arguments: list[str], says: str) -> None:
    (tmp_path / "empty").mkdir()
    filled = [a.format(**{"in": photos, "tmp": tmp_path}) for a in arguments]
    assert cli.main(filled) in (1, 2)
    assert says in capsys.readouterr().err


def test_two_photos_of_one_name_are_not_written_over_each_other(photos: Path, tmp_path: Path, capsys: Any) -> None:
    other = tmp_path / "other"
    other.mkdir()
    sk.Image(np.full((80, 90, 3), 9, np.uint8)).save(other / "a.png")
    assert cli.main(["stage", str(photos / "a.png"), str(other / "a.png"), "-o", str(tmp_path / "out")]) == 2
    assert "two photos would be written" in capsys.readouterr().err


def test_unknown_styles_and_rooms_stop_before_any_work(photos: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out.png"
    assert cli.main(["stage", str(photos / "a.png"), "-o", str(out), "--style", "japandy"]) == 2
    assert "japandi" in capsys.readouterr().err
    assert cli.main(["stage", str(photos / "a.png"), "-o", str(out), "--room", "bedrom"]) == 2
    assert "bedroom" in capsys.readouterr().err
    assert not out.exists()


def test_doctor_reports_each_part(capsys: Any) -> None:
    cli.main(["doctor", "--json"])
    rows = {r["what"]: r for r in json.loads(capsys.readouterr().out)}
    assert rows["tracing"]["works"] is True, rows["tracing"]
    assert rows["denoising"]["works"] is True, rows["denoising"]
    assert rows["weights"]["works"] is True, rows["weights"]
    assert "japandi" in rows["styles"]["detail"]


def test_erase_measures_the_room_as_everywhere_else_and_then_looks_more_closely(sample: Path) -> None:
    """`sk.erase` finds the layout that a pipeline finds, and its segments are the finer ones."""
    usual = sk.Pipeline(sk.Segment(), sk.EstimateLayout())(sample)
    scene = sk.erase(sample, boxes=[(300, 500, 420, 600)])
    assert np.array_equal(scene.layout.floor, usual.layout.floor)
    assert scene.layout.camera == usual.layout.camera
    assert scene.segments.probabilities.shape[1] > 1.5 * usual.segments.probabilities.shape[1]


@pytest.mark.parametrize("command", ["stage", "recolor", "erase", "describe"])
def test_help_names_every_backend_and_style(command: str, capsys: Any) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    said = "".join(capsys.readouterr().out.split())  # argparse breaks lines, at hyphens too
    task = {"stage": "furnish", "recolor": "material"}.get(command, command)
    names = [*registry.table()[task], *(sk.styles() if command == "stage" else ())]
    assert len(names) > 2 and all(n in said for n in names)


def test_another_backend_is_passed_on(photos: Path, quick: list[Any], tmp_path: Path) -> None:
    assert cli.main(["stage", str(photos / "a.png"), "-o", str(tmp_path / "out.png"), "--backend", "flux2-klein"]) == 0
    assert quick[0]["backend"] == "flux2-klein"


@pytest.mark.parametrize("command", [["stage"], ["recolor", "--wall", "#ffffff"]])
def test_an_unknown_backend_stops_before_any_work(
    command: list[str], photos: Path, tmp_path: Path, capsys: Any
) -> None:
    arguments = [
        command[0],
        str(photos / "a.png"),
        "-o",
        str(tmp_path / "out.png"),
        *command[1:],
        "--backend",
        "trace.v2",
    ]
    assert cli.main(arguments) == 2
    assert "no backend 'trace.v2'" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()
