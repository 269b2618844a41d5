"""What the stored tables were measured with, as it was recorded beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from study.runs import store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from study.report.sections import Section


def files() -> list[Path]:
    """Where it is recorded."""
    return sorted(store.RESULTS.rglob(store.PROVENANCE))


def groups(sections: Sequence[Section]) -> list[tuple[list[str], dict[str, str]]]:
    """Titles of the sections that were measured alike, and the machine and versions; no facts where none are recorded.

    Libraries that only some sections measure do not tell groups apart: they are told with the others.
    """
    found: list[tuple[list[str], dict[str, str]]] = []
    for title, folder in dict.fromkeys((s.title, store.RESULTS / Path(f).parent) for s in sections for f in s.files):
        for facts in _read(folder / store.PROVENANCE):
            _join(found, title, facts)
    return found


def _join(found: list[tuple[list[str], dict[str, str]]], title: str, facts: dict[str, str]) -> None:
    for titles, known in found:
        if bool(known) == bool(facts) and all(known.get(k, v) == v for k, v in facts.items()):
            if title not in titles:
                titles.append(title)
            known.update(facts)
            return
    found.append(([title], dict(facts)))


def _read(path: Path) -> list[dict[str, str]]:
    """What was measured with what: the whole, and rows of a sweep that were left when others were computed anew."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        return [whole, *whole.pop("earlier", {}).values()]
    except FileNotFoundError:
        return [{}]
    except (ValueError, AttributeError):
        raise store.DamagedResultsError(f"{path} cannot be read; delete it and run: study run") from None
