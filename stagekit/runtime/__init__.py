"""Where work runs: the device, the number type, the memory budget, and who holds which loaded model."""

from .runtime import Runtime, default_runtime

__all__ = ["Runtime", "default_runtime"]
