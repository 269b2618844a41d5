"""Digests of stored tables, beside them: a table that is not as it was written is known, and is not believed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from study.runs.files import DamagedResultsError, write

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

FILE = "digests.json"
"""In each folder that holds tables: for each of them the digest, SHA-256, of what was written."""

MADE_BY = {
    "exhaustive": "study sweep",
    "search": "study search",
    "baseline": "study baseline",
    "bounds": "study baseline",
    "cost": "python -m benchmarks.cost",
}
"""Commands by the folder of the results; all others belong to the experiment of that name."""


def announce(path: Path, text: str) -> None:
    """Record what a table is about to be beside what it is: whenever a run ends, one of the two is there."""
    known = _read(path.parent)
    _write(path.parent, known | {path.name: [*known.get(path.name, [])[:1], _digest(text.encode())]})


def settle(path: Path, text: str) -> None:
    """Record what a table has become; tables that are there no more are forgotten."""
    known = {name: kept for name, kept in _read(path.parent).items() if path.with_name(name).exists()}
    _write(path.parent, known | {path.name: [_digest(text.encode())]})


def verify(path: Path, data: bytes) -> None:
    """See that these are the bytes that were written.

    Raises:
        DamagedResultsError: they are not, or nothing is recorded of them.
    """
    if _digest(data) not in _read(path.parent).get(path.name, []):
        raise DamagedResultsError(f"{path} is not as it was written; {remedy(path)}")


def damaged(results: Path, healed: Container[str] = ()) -> Iterator[str]:
    """A line for every table below the results that is not as it was written, or is gone.

    Args:
        results: the folder.
        healed: names of the folders in it that are about to be made anew, and are passed over.
    """
    for path in sorted(results.rglob("*.csv")):
        if path.relative_to(results).parts[0] in healed:
            continue
        try:
            verify(path, path.read_bytes())
        except DamagedResultsError as error:
            yield str(error)
    for record in sorted(results.rglob(FILE)):
        for name in _read(record.parent):
            path = record.with_name(name)
            if path.relative_to(results).parts[0] not in healed and not path.exists():
                yield f"{path} is missing; {remedy(path)}"


def remedy(path: Path) -> str:
    """How to mend a table: from the repository, or by what makes it."""
    parts = path.parts
    below = parts[parts.index("results") + 1 :] if "results" in parts else parts[-2:]
    return f"restore it (git checkout {path}) or make it anew ({MADE_BY.get(below[0], f'study run {below[0]}')})"


def _read(folder: Path) -> dict[str, list[str]]:
    try:
        known = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(name): [str(digest) for digest in kept] for name, kept in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(folder: Path, known: dict[str, list[str]]) -> None:
    write(folder / FILE, json.dumps(dict(sorted(known.items())), indent=1) + "\n")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
