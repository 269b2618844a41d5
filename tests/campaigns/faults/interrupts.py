"""Ctrl-C at a random moment once workers are started, sent to every process as a terminal does."""

from __future__ import annotations

import os
import signal
import time
from statistics import median
from typing import TYPE_CHECKING

from tests.campaigns.faults.trial import PATIENCE, LostError, clear, compare, descendants, start

if TYPE_CHECKING:
    import random
    from pathlib import Path


def interrupts(folder: Path, clean: dict[str, bytes], length: float, count: int, rng: random.Random) -> str:
    """Interrupt the sweep many times before its end, and let it end.

    Args:
        folder: where a clean run is.
        clean: its files.
        length: seconds that it took.
        count: how many interrupts.
        rng: when.

    Raises:
        LostError: a process complained, or a rerun differs from a clean run.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background job ignores it, and its children
    seconds: list[float] = []
    while len(seconds) < count:
        clear(folder, rng)
        process = start(folder)
        while process.poll() is None and not descendants(process.pid):
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.5) * length)
        running, began = process.poll() is None, time.monotonic()
        if running:
            os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=PATIENCE)
        if "Traceback" in complaint:
            raise LostError(f"an interrupt is not silent: {complaint}")
        if running:
            seconds.append(time.monotonic() - began)
        compare(folder, clean)
    return (
        f"{count} interrupts, the end {median(seconds):.2f} s later (median), at most {max(seconds):.2f} s: "
        "nothing lost, no traceback"
    )
