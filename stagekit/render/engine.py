"""Starting Mitsuba 3: which variant runs here, its LLVM library, its threads.

``llvm_ad_rgb`` is about ten times faster than ``scalar_rgb`` but needs libLLVM >= 16. The package
``karellen-llvm-core`` carries one. Dr.Jit looks for it when it is imported, so its path has to be set before. The library's
own C++ runtime is loaded first and privately: with RTLD_GLOBAL its libunwind catches the exceptions of Mitsuba's
libstdc++ and the process dies (measured: ``mi.load_dict`` segfaults).
"""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BackendError
from ..registry import need

FAST, PLAIN = "llvm_ad_rgb", "scalar_rgb"
_TOO_EARLY = " (drjit was imported before stagekit could show it a newer one; set DRJIT_LIBLLVM_PATH)"
_RUNTIME = ("libunwind.so.1", "libc++abi.so.1", "libc++.so.1")


class SlowRenderWarning(UserWarning):
    """LLVM was not found, so the path tracer runs about ten times slower."""


@dataclass(frozen=True)
class Engine:
    """``mi`` is the mitsuba module with its variant set. ``note`` says why a slower variant was taken, or is empty."""

    mi: Any
    variant: str
    note: str = ""

    @property
    def fast(self) -> bool:
        return self.variant == FAST


def _packaged_llvm() -> list[Path]:
    """The LLVM library of ``karellen-llvm-core`` after the runtime libraries that it needs; empty if not installed."""
    from importlib import metadata

    try:
        files = metadata.distribution("karellen-llvm-core").files or []
    except metadata.PackageNotFoundError:
        return []
    found = {f.name: Path(str(f.locate())).resolve() for f in files if ".so" in f.name}
    llvm = next((found[n] for n in sorted(found) if n.startswith("libLLVM")), None)
    if llvm is None:
        return []
    return [found[n] for n in _RUNTIME if n in found] + [llvm]


def _prepare_llvm() -> str:
    """Point Dr.Jit at a fitting libLLVM; returns "" or why there is none."""
    if os.environ.get("DRJIT_LIBLLVM_PATH"):
        return ""
    if not sys.platform.startswith("linux"):
        return ""  # macOS and Windows: Dr.Jit looks in the usual places itself
    paths = _packaged_llvm()
    if not paths:
        return "package karellen-llvm-core is not installed"
    try:
        for path in paths[:-1]:
            ctypes.CDLL(str(path), mode=ctypes.RTLD_LOCAL)
    except OSError as error:
        return f"the C++ runtime of karellen-llvm-core does not load ({error})"
    os.environ["DRJIT_LIBLLVM_PATH"] = str(paths[-1])
    return ""


def _chosen(mi: Any) -> str:
    """ "" if Mitsuba takes the fast variant, else the reason."""
    try:
        if mi.variant() != FAST:
            mi.set_variant(FAST)
    except Exception as error:
        return f"LLVM is not found ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    return ""


def _works(mi: Any) -> str:
    """ "" if a small array is computed in the current variant, else the reason."""
    try:
        import drjit as dr

        ok = abs(float(dr.sum(mi.Float([1.0, 2.0]) * 2)[0]) - 6) < 1e-6
        return "" if ok else "LLVM computed a wrong sum"
    except Exception as error:
        return f"LLVM does not start ({str(error).splitlines()[0] if str(error) else type(error).__name__})"


def _version() -> tuple[int, ...]:
    """LLVM's version as Dr.Jit sees it; (0,) when unknown."""
    try:
        import drjit as dr

        return tuple(int(n) for n in dr.detail.llvm_version())
    except Exception:
        return (0,)


def start(*, threads: int | None = None, prefer: str = FAST) -> Engine:
    """Mitsuba, ready to render with ``threads`` threads (None: all cores).

    Falls back to ``scalar_rgb`` with a SlowRenderWarning (shown once by Python's default filter). Raises
    MissingPackageError without mitsuba and BackendError when no variant runs.
    """
    drjit_first = "drjit" in sys.modules
    missing = _prepare_llvm() if prefer == FAST else ""
    try:
        import mitsuba as mi
    except ImportError as error:
        raise need("mitsuba", "rendering furniture") from error
    note = ""
    if prefer == FAST:
        if FAST not in mi.variants():
            note = f"this Mitsuba has no {FAST}"
        else:
            note = _chosen(mi)
            if note:
                pass
            elif (0,) < _version() < (16,):  # Debian's LLVM 14 aborts the whole process in code generation
                note = f"Dr.Jit has found LLVM {_version()[0]}, 16 is needed" + _TOO_EARLY * (
                    not missing and drjit_first
                )
            else:
                note = _works(mi)
            if note and missing:
                note = f"{note}; {missing}"
        if not note:
            return _threaded(Engine(mi, FAST), threads)
        warnings.warn(
            f"rendering with {PLAIN}, about ten times slower: {note}; pip install karellen-llvm-core",
            SlowRenderWarning,
            stacklevel=2,
        )
    if PLAIN not in mi.variants():
        raise BackendError(f"Mitsuba offers no {PLAIN} and {FAST} does not run: {note}")
    mi.set_variant(PLAIN)
    return _threaded(Engine(mi, PLAIN, note), threads)


def _threaded(engine: Engine, threads: int | None) -> Engine:
    import drjit as dr

    dr.set_thread_count(max(1, threads or os.cpu_count() or 1))
    return engine
