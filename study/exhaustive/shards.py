"""Stored shards: one file each, named by the digest of its inputs, written whole, checked when read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from study.exhaustive.tally import Tally
from study.runs import store

if TYPE_CHECKING:
    from study.exhaustive.specification import Specification

FOLDER = Path(".cache/sweeps")


def path_of(shard: Specification, code: str) -> Path:
    """Where a shard is stored; ``code`` is the fingerprint of code and machine."""
    key = shard.key(code)
    return FOLDER / key[:2] / f"{key}.json"


def write(shard: Specification, code: str, tallies: dict[str, Tally]) -> None:
    """Store a shard's tallies, beside those of other algorithms that are there."""
    every = read(shard, code) | tallies
    body = json.dumps({name: tally.to_json() for name, tally in every.items()})
    text = json.dumps({"sha256": _digest(shard.key(code), body), "body": body})
    store.write(path_of(shard, code), text + "\n")


def read(shard: Specification, code: str) -> dict[str, Tally]:
    """All stored tallies of a shard's inputs; none where the file is not whole, so that they are computed anew."""
    try:
        stored = json.loads(path_of(shard, code).read_text(encoding="utf-8"))
        if stored["sha256"] != _digest(shard.key(code), stored["body"]):
            return {}
        return {name: Tally.from_json(tally) for name, tally in json.loads(stored["body"]).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _digest(key: str, body: str) -> str:
    return hashlib.sha256(f"{key}\n{body}".encode()).hexdigest()
