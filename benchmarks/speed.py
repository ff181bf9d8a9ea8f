"""Time and memory of the main job, as whole processes and warm: results/speed.json.

    python benchmarks/speed.py [--runs 3]

Measured on the bundled sample at 1024 x 683 and at 12 megapixels: the import, the command from a cold start (a new
process, wall time and peak resident memory), and a second picture in a warm process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import ROOT, write

SAMPLE = ROOT / "stagekit" / "samples" / "empty_room.jpg"
SIZES = {"1024x683": (1024, 683), "12MP": (4240, 2832)}

WARM = """
import json, sys, time
import stagekit as sk
photo, runs = sys.argv[1], int(sys.argv[2])
times = []
for k in range(runs + 1):
    pipe = sk.Pipeline(sk.Segment(), sk.EstimateLayout(), sk.Arrange(), sk.Furnish())
    t = time.perf_counter()
    scene = pipe(photo, room="living_room", seed=k, on_event=lambda e: None)
    times.append({"seconds": time.perf_counter() - t, **{s.stage: s.seconds for s in scene.record}})
print(json.dumps(times[1:]))
"""

HEAVY = ("torch", "mitsuba", "cv2", "scipy", "onnxruntime", "shapely", "PIL", "pyoidn")
IMPORT = f"""
import sys, time
t = time.perf_counter()
import stagekit
print(time.perf_counter() - t, [m for m in {HEAVY!r} if m in sys.modules])
"""


def process(command: list[str]) -> tuple[float, int, str]:
    """(wall seconds, peak resident bytes, standard output) of one process."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command}: exit status {child.returncode}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), text


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def measure(photo: Path, runs: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "stagekit.cli", "stage", str(photo), "-o", f"{folder}/out.png"]
        cold = [process([*command, "--room", "living_room"]) for _ in range(runs)]
    _, peak, text = process([sys.executable, "-c", WARM, str(photo), str(runs)])
    warm = json.loads(text)
    return {
        "cold_command_s": spread([c[0] for c in cold]),
        "cold_peak_GB": round(max(c[1] for c in cold) / 1e9, 2),
        "warm_s": spread([w["seconds"] for w in warm]),
        "warm_stages_s": {k: round(statistics.median(w[k] for w in warm), 3) for k in warm[0] if k != "seconds"},
        "warm_process_peak_GB": round(peak / 1e9, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    from PIL import Image

    result: dict[str, Any] = {"runs": args.runs}
    imports = [process([sys.executable, "-c", IMPORT])[2].split(maxsplit=1) for _ in range(args.runs)]
    result["import_s"] = spread([float(i[0]) for i in imports])
    result["import_loads_heavy"] = imports[0][1].strip()
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            path = Path(folder) / f"{name}.jpg"
            Image.open(SAMPLE).resize(size, Image.Resampling.LANCZOS).save(path, quality=95)
            result[name] = measure(path, args.runs)
            print(name, json.dumps(result[name], indent=1), flush=True)
    print(write("speed", result))


if __name__ == "__main__":
    main()
