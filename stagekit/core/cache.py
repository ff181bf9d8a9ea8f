"""Results of stages, kept by where they came from (hashes), never by comparing pictures."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

Update = Mapping[str, Any]


class Cache:
    """The last ``entries`` updates, least recently used first to go. Safe between threads."""

    def __init__(self, entries: int = 32) -> None:
        self.entries = entries
        self._items: OrderedDict[str, Update] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Update | None:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: str, update: Update) -> None:
        with self._lock:
            self._items[key] = update
            self._items.move_to_end(key)
            while len(self._items) > self.entries:
                self._items.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
