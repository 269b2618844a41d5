"""Kill -9 at a random moment, of the main process or of a worker."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.campaigns.faults.trial import PATIENCE, clear, compare, descendants, start

if TYPE_CHECKING:
    import random
    import subprocess
    from pathlib import Path


def kills(folder: Path, clean: dict[str, bytes], length: float, count: int, rng: random.Random) -> str:
    """Kill the sweep many times, and let it end; what was killed before its end is counted.

    Args:
        folder: where a clean run is.
        clean: its files.
        length: seconds that it took.
        count: how many kills.
        rng: when and whom.
    """
    ended = 0
    for _ in range(count):
        clear(folder, rng)
        ended += kill(folder, length, rng) == 0
        compare(folder, clean)
    return f"{count} kills, {count - ended} of them before the end: nothing lost"


def kill(folder: Path, length: float, rng: random.Random) -> int:
    """Start the sweep, and kill it or a worker at any moment or, each second time, once it stores shards."""
    before = len(list(folder.rglob("*.json")))
    process = start(folder)
    if rng.random() < 0.5:
        time.sleep(rng.uniform(0.1, 0.9) * length)
    else:
        while process.poll() is None and len(list(folder.rglob("*.json"))) == before:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02) * length)
    strike(process, worker=rng.random() < 0.5, rng=rng)
    process.communicate(timeout=PATIENCE)
    return process.returncode


def strike(process: subprocess.Popen[str], *, worker: bool, rng: random.Random) -> None:
    """Kill a process, or one of those that it or these started."""
    started = descendants(process.pid) if worker else []
    with suppress(ProcessLookupError):
        os.kill(rng.choice(started or [process.pid]), signal.SIGKILL)
