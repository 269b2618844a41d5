"""What the stored tables were measured with, as it was recorded beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from study import store

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
        facts = _read(folder / store.PROVENANCE)
        for titles, known in found:
            if bool(known) == bool(facts) and all(known.get(k, v) == v for k, v in facts.items()):
                if title not in titles:
                    titles.append(title)
                known.update(facts)
                break
        else:
            found.append(([title], dict(facts)))
    return found


def _read(path: Path) -> dict[str, str]:
    try:
        return {str(k): str(v) for k, v in json.loads(path.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError):
        raise store.DamagedResultsError(f"{path} cannot be read; delete it and run: make experiments") from None
