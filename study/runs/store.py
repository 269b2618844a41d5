"""The results folder: tables with their digests, and stamps that tell what is up to date."""

from __future__ import annotations

import ast
import hashlib
import io
import json
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.runs import digests
from study.runs.files import DamagedResultsError, tidy, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from study.runs.experiment import Experiment

__all__ = ["DamagedResultsError", "tidy", "write"]

HERE, RESULTS = Path(), Path("results")
COSTS = Path("cost/ratios.csv")
"""Among the results: the one table of times. ``python -m benchmarks.cost`` writes it, and no other run."""
PROVENANCE = "provenance.json"
"""Beside the tables of an experiment: the machine and the versions that they were measured with."""
STAMPS = Path(".cache/study")
NUMERICS = ("numpy", "scipy", "mpmath", "gmpy2", "ml_dtypes", "numba", "scikit-learn", "array-api-compat")
"""The packages whose versions can change a table."""


def write_table(experiment: str, name: str, table: pd.DataFrame) -> None:
    """Store a table as CSV; every number keeps all its digits."""
    write_csv(RESULTS / experiment / f"{name}.csv", table)


def as_csv(table: pd.DataFrame) -> str:
    """A table as it is stored; every number keeps all its digits."""
    return str(table.to_csv(index=False, lineterminator="\n"))


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """A table as ``read_csv`` gives it once it is stored, every cell as it stands there."""
    import pandas as pd

    return pd.read_csv(io.StringIO(as_csv(table)), dtype=str, keep_default_na=False)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Store a table by its path, and its digest beside it; raises ``OSError`` as ``study.runs.files.write``."""
    text = as_csv(table)
    digests.announce(path, text)
    write(path, text)
    digests.settle(path, text)


def write_provenance(folder: str, facts: dict[str, Any]) -> Path:
    """Store what the tables of a folder were measured with; returns the file."""
    path = RESULTS / folder / PROVENANCE
    write(path, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return path


def numerics_of(folder: str) -> str:
    """The numerical fingerprint under which the tables of a folder were made; empty where it is not known."""
    try:
        facts = json.loads((RESULTS / folder / PROVENANCE).read_text(encoding="utf-8"))
        return str(facts.get("numerics", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def read_table(experiment: str, name: str, root: Path = HERE) -> pd.DataFrame:
    """Read a stored table, of another folder's results if wanted.

    Raises:
        DamagedResultsError: the file is missing, empty or no table.
    """
    return read_csv(root / RESULTS / experiment / f"{name}.csv")


def read_csv(path: Path, *, as_text: bool = False) -> pd.DataFrame:
    """Read a stored table by its path, every cell as it stands there if wanted.

    Raises:
        DamagedResultsError: the file is missing, empty, no table, or not as it was written.
    """
    import pandas as pd

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DamagedResultsError(f"{path} is missing; {digests.remedy(path)}") from None
    digests.verify(path, data)
    try:
        table = pd.read_csv(
            io.BytesIO(data), keep_default_na=False, na_values=None if as_text else [""], dtype=str if as_text else None
        )
    except (ValueError, pd.errors.ParserError) as error:
        reason = " ".join(str(error).split())
        raise DamagedResultsError(f"{path} cannot be read ({reason}); {digests.remedy(path)}") from None
    if table.empty:
        raise DamagedResultsError(f"{path} has no rows; {digests.remedy(path)}")
    return table.copy()  # gathers the columns of a type: rows are then selected twice as fast


def files_below(*folders: str) -> list[Path]:
    """The stored tables of folders of the results, and of theirs."""
    return sorted(path for folder in folders for path in (RESULTS / folder).rglob("*.csv"))


def read_below(*folders: str) -> dict[str, pd.DataFrame]:
    """These tables by their path below the results, without its ending; raises as ``read_table``."""
    paths = files_below(*folders)
    return {path.relative_to(RESULTS).with_suffix("").as_posix(): read_csv(path) for path in paths}


def has_tables(experiment: Experiment, root: Path = HERE) -> bool:
    """Whether any table of an experiment is stored: one of what is nowhere here may have none yet."""
    return any((root / RESULTS / experiment.name / f"{name}.csv").exists() for name in experiment.tables)


def read_tables(experiment: Experiment) -> dict[str, pd.DataFrame]:
    """All stored tables of an experiment; raises as ``read_table``."""
    return {name: read_table(experiment.name, name) for name in experiment.tables}


def fingerprint(roots: list[Path], extra: Any = None, skip: tuple[str, ...] = ()) -> str:
    """A digest of these sources and all of ``study`` that they import, of package versions, and of the numerics here.

    Args:
        roots: source files to start from.
        extra: anything else that matters, as JSON can hold it.
        skip: prefixes of module names not to follow.
    """
    from study.runs.fingerprint import fingerprint as numerics

    digest = hashlib.sha256()
    for source in sorted(sources(roots, skip)):
        digest.update(source.read_bytes())
    versions = {name: metadata.version(name) for name in NUMERICS}
    digest.update(json.dumps([versions, numerics(), extra], sort_keys=True, default=str).encode())
    return digest.hexdigest()


def sources(roots: list[Path], skip: tuple[str, ...] = ()) -> set[Path]:
    """The files themselves and the modules of ``study`` that they import, directly or not."""
    found: set[Path] = set()
    waiting = list(roots)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += [
            source
            for name in _imports(path.read_text(encoding="utf-8"))
            if not name.startswith(skip or ("\0",)) and (source := _source(name))
        ]
    return found


@cache
def _imports(text: str) -> tuple[str, ...]:
    """What a source imports of ``study``: each is asked for once an experiment, and parsed once."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.startswith("study."))


def _source(module: str) -> Path | None:
    try:
        spec = util.find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def is_current(name: str, mark: str) -> bool:
    """Whether the stamp of that name bears this mark, and all files it lists are as they were written."""
    try:
        stamp = json.loads((STAMPS / f"{name}.json").read_text(encoding="utf-8"))
        return bool(stamp["mark"] == mark) and all(
            hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest for path, digest in stamp["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def stamp(name: str, mark: str, files: list[Path], said: Sequence[str] = ()) -> None:
    """Record what these files were made from, and what was said of it."""
    digests = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    write(STAMPS / f"{name}.json", json.dumps({"mark": mark, "files": digests, "said": [*said]}, indent=1))
