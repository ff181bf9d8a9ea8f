"""How the embedded networks run: onnxruntime on the processor."""

from __future__ import annotations

from typing import Any


def session(model: bytes, threads: int | None = None) -> Any:
    """onnxruntime's session of a serialised ONNX model; its warnings are silenced. ``threads``: None leaves their number to
    onnxruntime. Raises what onnxruntime raises for bytes that are no model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads:
        options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
