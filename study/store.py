"""The results folder: tables and figures written whole or not at all, and stamps that tell what is up to date."""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from study.experiment import Experiment

RESULTS = Path("results")
COSTS = Path("cost/ratios.csv")
"""Among the results: the one table of times. ``python -m benchmarks.cost`` writes it, and no other run."""
PROVENANCE = "provenance.json"
"""Beside the tables of an experiment: the machine and the versions that they were measured with."""
STAMPS = Path(".cache/study")
NUMERICS = ("numpy", "scipy", "mpmath", "gmpy2", "ml_dtypes", "numba", "scikit-learn", "array-api-compat")
"""The packages whose versions can change a table."""


class DamagedResultsError(ValueError):
    """A stored file is missing or cannot be read."""


def write(path: Path, text: str) -> None:
    """Replace a file by new text, atomically: a reader sees the old text or the new one, never half.

    Raises:
        OSError: it cannot be written; names the file, which is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def _replace(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(0o644)
            Path(stream.name).replace(path)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise


def tidy(folder: Path) -> None:
    """Remove what killed processes left half written: temporary files that no process has locked."""
    for path in folder.rglob("tmp*"):
        with suppress(OSError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def write_table(experiment: str, name: str, table: pd.DataFrame) -> None:
    """Store a table as CSV; every number keeps all its digits."""
    write(RESULTS / experiment / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))


def write_provenance(folder: str, facts: dict[str, str]) -> Path:
    """Store what the tables of a folder were measured with; returns the file."""
    path = RESULTS / folder / PROVENANCE
    write(path, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return path


def read_table(experiment: str, name: str) -> pd.DataFrame:
    """Read a stored table.

    Raises:
        DamagedResultsError: the file is missing, empty or no table.
    """
    return read_csv(RESULTS / experiment / f"{name}.csv")


def read_csv(path: Path) -> pd.DataFrame:
    """Read a stored table by its path; raises as ``read_table``."""
    import pandas as pd

    try:
        table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise DamagedResultsError(f"{path} is missing; run: make experiments") from None
    except (ValueError, pd.errors.ParserError) as error:
        reason = " ".join(str(error).split())
        raise DamagedResultsError(f"{path} cannot be read ({reason}); delete it and run: make experiments") from None
    if table.empty:
        raise DamagedResultsError(f"{path} has no rows; delete it and run: make experiments")
    return table.copy()  # gathers the columns of a type: rows are then selected twice as fast


def read_tables(experiment: Experiment) -> dict[str, pd.DataFrame]:
    """All stored tables of an experiment; raises as ``read_table``."""
    return {name: read_table(experiment.name, name) for name in experiment.tables}


def fingerprint(roots: list[Path], extra: Any = None, skip: tuple[str, ...] = ()) -> str:
    """A digest of these sources and all of ``study`` that they import, of package versions, and of the machine.

    Args:
        roots: source files to start from.
        extra: anything else that matters, as JSON can hold it.
        skip: prefixes of module names not to follow.
    """
    from study.machine import machine

    digest = hashlib.sha256()
    for source in sorted(sources(roots, skip)):
        digest.update(source.read_bytes())
    versions = {name: metadata.version(name) for name in NUMERICS}
    digest.update(json.dumps([versions, machine(), extra], sort_keys=True, default=str).encode())
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
            source for name in _imports(path) if not name.startswith(skip or ("\0",)) and (source := _source(name))
        ]
    return found


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.startswith("study.")]


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


def stamp(name: str, mark: str, files: list[Path]) -> None:
    """Record what these files were made from."""
    digests = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    write(STAMPS / f"{name}.json", json.dumps({"mark": mark, "files": digests}, indent=1))
