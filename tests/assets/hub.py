"""A hub on 127.0.0.1 for tests: one repository, served as the real one serves it, or broken on purpose."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """``files``: path -> bytes. ``break_after``: cut each answer after so many bytes; ``breaks``: so many times.
    ``state``: path -> bytes that the listing claims to serve. ``seen``: (path, headers) of every request."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.state: dict[str, bytes] = {}
        self.break_after: int | None = None
        self.breaks = 10**6
        self.resumes = True
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.endpoint = ""

    def listing(self) -> dict[str, Any]:
        rows = []
        for path, data in self.files.items():
            claimed = self.state.get(path, data)
            row: dict[str, Any] = {"rfilename": path, "size": len(claimed)}
            if path.endswith(".safetensors"):
                row["lfs"] = {"sha256": hashlib.sha256(claimed).hexdigest(), "size": len(claimed)}
            rows.append(row)
        return {"sha": COMMIT, "siblings": rows}


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.seen.append((self.path, dict(self.headers)))
            path = self.path.partition("?")[0]
            if "/api/models/" in path:
                if "/owner/gone/" in path:
                    return self.send_error(404)
                if "/owner/gated/" in path:
                    return self.send_error(401)
                return self._send(json.dumps(hub.listing()).encode())
            name = path.partition(f"/resolve/{COMMIT}/")[2]
            if name not in hub.files:
                return self.send_error(404)
            return self._send(hub.files[name], breaks=True)

        def _send(self, data: bytes, breaks: bool = False) -> None:
            start = 0
            asked = self.headers.get("Range")
            if asked and hub.resumes:
                start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            body = data[start:]
            if breaks and hub.break_after is not None and hub.breaks > 0 and len(body) > hub.break_after:
                hub.breaks -= 1
                body = body[: hub.break_after]
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
