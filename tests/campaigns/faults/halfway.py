"""What a rerun costs where half was done, against a clean run: by the clock, one worker, start included."""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from tests.campaigns.faults.trial import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

LONG = [sys.executable, "-m", "study", "sweep", "softplus", "--format", "float32", "--algorithms", "two_branch"]
LONG += ["--start", "0x20000000", "--stop", "0x80000000", "--jobs", "1"]


def halfway(folder: Path) -> str:
    """Time of a clean run, and of one that finds each second shard."""
    clean = seconds(folder)
    shards = sorted(folder.rglob("*.json"))
    for path in shards[::2]:
        path.unlink()
    rest = seconds(folder)
    return f"{clean:.1f} s for {len(shards)} shards, {rest:.1f} s for half of them: {rest / clean:.0%}"


def seconds(folder: Path) -> float:
    """Time of the sweep."""
    began = perf_counter()
    subprocess.run(LONG, cwd=folder, check=True, capture_output=True, timeout=PATIENCE)
    return perf_counter() - began
