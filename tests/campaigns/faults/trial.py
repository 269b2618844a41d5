"""A small sweep as a command in a folder of its own, and what it must leave there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

COMMAND = [sys.executable, "-m", "study", "sweep", "sigmoid", "--format", "float16"]
COMMAND += ["--algorithms", "naive,ratio,half_tanh,two_branch,faithful"]
PATIENCE = 300.0
"""Seconds after which a run counts as hung."""


class LostError(Exception):
    """A rerun differs from a clean run."""


def start(folder: Path, jobs: int = 2, **environment: str) -> subprocess.Popen[str]:
    """Start the sweep, in a process group of its own."""
    return subprocess.Popen(
        [*COMMAND, "--jobs", str(jobs)],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(folder: Path, jobs: int = 2, **environment: str) -> None:
    """Run the sweep to its end."""
    process = start(folder, jobs, **environment)
    _, complaint = process.communicate(timeout=PATIENCE)
    if process.returncode:
        raise LostError(f"a rerun failed: {complaint}")


def content(folder: Path) -> dict[str, bytes]:
    """Every file and its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def compare(folder: Path, clean: dict[str, bytes]) -> None:
    """Run again.

    Raises:
        LostError: anything differs from a clean run.
    """
    finish(folder)
    differing = sorted({name for name, _ in content(folder).items() ^ clean.items()})
    if differing:
        raise LostError(f"a rerun differs from a clean run in {', '.join(differing)}")


def clear(folder: Path, rng: random.Random) -> None:
    """Leave some of the shards and no table."""
    for path in folder.rglob("*"):
        if path.is_file() and (path.suffix == ".csv" or rng.random() < 0.7):
            path.unlink()


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that these have."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [process for child in map(int, children) for process in (child, *descendants(child))]
