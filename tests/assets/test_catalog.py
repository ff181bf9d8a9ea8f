"""The catalogue itself: complete, consistent, and no pickle in it."""

from __future__ import annotations

import re

import pytest

from stagekit.assets.spec import UNPINNED, Spec, catalog, spec
from stagekit.errors import WeightsError
from stagekit.runtime.device import DTYPES

ENTRIES = catalog()
HUB = {name: entry for name, entry in ENTRIES.items() if not entry.single}


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_say_what_they_must(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.licence and entry.commercial is not None
    assert set(entry.dtypes) <= set(DTYPES) and "fp32" in entry.dtypes
    assert entry.source or re.fullmatch(r"[\w.-]+/[\w.-]+", entry.repo)
    sums = [entry.sha256] if entry.single else list(entry.checksums.values())
    assert all(re.fullmatch(r"[0-9a-f]{64}", s) for s in sums)


@pytest.mark.parametrize("name", HUB)
def test_hub_entries_are_pinned_or_say_so(name: str) -> None:
    assert HUB[name].revision == UNPINNED or re.fullmatch(r"[0-9a-f]{40}", HUB[name].revision)
    assert HUB[name].files and not HUB[name].wants("pytorch_model.bin")


def test_licences_that_facts_call_not_free_are_closed() -> None:
    closed = {name for name, entry in ENTRIES.items() if not entry.commercial}
    assert {"segformer", "mask2former", "depth-anything-v2-base", "depth-anything-v2-large"} <= closed
    assert not closed & {"eomt", "oneformer", "sam", "sam2", "clip", "siglip2", "depth-anything-v2-small", "dpt"}


def test_patterns_choose_files() -> None:
    entry = spec("clip")
    assert entry.wants("model.safetensors") and entry.wants("model-00001-of-00002.safetensors")
    assert entry.wants("tokenizer.json")
    assert not entry.wants("tf_model.h5") and not entry.wants("flax_model.msgpack")


def test_unknown_names() -> None:
    with pytest.raises(WeightsError, match="depth-anything-v2-small"):
        spec("depth-anything-small")
    assert Spec("x", repo="a/b").says() == "licence unknown"
