"""Scenes and layouts as plain data, for JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .core.pipeline import step_data
from .core.scene import Scene
from .types import Layout, Placement


def layout_data(layout: Layout) -> dict[str, Any]:
    """Camera, floor polygon (x, z metres), walls, openings, confidence."""
    return {
        "camera": asdict(layout.camera),
        "yaw_deg": layout.yaw_deg,
        "ceiling_height_m": layout.ceiling_height_m,
        "floor_m": [[round(float(x), 4), round(float(z), 4)] for x, z in layout.floor],
        "walls": [asdict(w) for w in layout.walls],
        "openings": [asdict(o) for o in layout.openings],
        "obstacles": [{"footprint_m": o.footprint.round(3).tolist(), "height_m": o.height_m} for o in layout.obstacles],
        "confidence": layout.confidence,
        "notes": list(layout.notes),
    }


def placement_data(piece: Placement) -> dict[str, Any]:
    """One piece: family, true size, where it stands, what it is made of."""
    return {
        "family": piece.family,
        "size_m": [round(float(v), 4) for v in piece.size_m],
        "position_m": [round(float(v), 4) for v in piece.position],
        "yaw_deg": round(float(piece.yaw_deg), 2),
        "params": dict(piece.params),
        "materials": dict(piece.materials),
        "seed": piece.seed,
    }


def stage_report(scene: Scene, photo: Path, out: Path) -> dict[str, Any]:
    """What ``stagekit stage`` did with one photo; ``says`` is the line for people."""
    pieces = scene.placements or ()
    changed = scene.changed.fraction if scene.changed is not None else 0.0
    seconds = sum(s.seconds for s in scene.record)
    counts = Counter(p.family.replace("_", " ") for p in pieces)
    listed = ", ".join(f"{n} {name}" if n > 1 else name for name, n in counts.items()) or "nothing"
    says = f"{photo.name} -> {out}: {listed} ({changed:.0%} of the pixels, {seconds:.1f} s)"
    warnings = [w for step in scene.record for w in step.warnings]
    says = "\n  ".join([says, *warnings])
    if pieces and scene.left_out:  # where nothing fits, the warning has the reasons
        says += "\n  left out: " + "; ".join(scene.left_out)
    return {
        "input": str(photo),
        "output": str(out),
        "size": list(scene.image.size),
        "style": scene.brief.style,
        "room": scene.brief.room,
        "seed": scene.brief.seed,
        "changed_fraction": changed,
        "placements": [placement_data(p) for p in pieces],
        "left_out": list(scene.left_out),
        "warnings": warnings,
        "layout": layout_data(scene.layout) if scene.layout is not None else None,
        "record": [step_data(s) for s in scene.record],
        "says": says,
    }
