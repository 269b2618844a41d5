"""Whether anything has changed since the last whole run: bytes of sources, data and results, without importing them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from study.libraries.backends import BACKENDS
from study.runs import store

NAME = "run"
SOURCES = Path(__file__).parents[1]
"""The package, whose every file counts, templates too."""


def mark(experiments: Path) -> str:
    """A digest of the package, the experiments and all results, of package versions, libraries and numerics.

    An experiment's file counts as changed when touched, as for make.
    """
    digest = hashlib.sha256()
    for path in sorted(file for root in (SOURCES, experiments, store.RESULTS) for file in root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            touched = path.stat().st_mtime_ns if experiments in path.parents else ""
            digest.update(f"{path}\0{touched}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    versions = {name: backend.version for name, backend in BACKENDS.items()}
    return store.fingerprint([], [digest.hexdigest(), versions])


def said(experiments: Path) -> list[str]:
    """What the last whole run said at its end, if nothing has changed since; else nothing."""
    if not store.is_current(NAME, mark(experiments)):
        return []
    try:
        return [str(line) for line in json.loads((store.STAMPS / f"{NAME}.json").read_text(encoding="utf-8"))["said"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def record(experiments: Path, lines: list[str]) -> None:
    """Note that a whole run has ended, and what it said."""
    store.stamp(NAME, mark(experiments), [], lines)
