"""A Dask cluster on this machine whose workers are killed one to three times while they sweep."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.campaigns.faults.trial import PATIENCE, LostError, clear, compare, start

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

SCHEDULER = "tcp://127.0.0.1:8799"
WORKERS = 2


def cluster(folder: Path, clean: dict[str, bytes], count: int, rng: random.Random) -> str:
    """Kill workers many times; the sweep ends by itself, and with the bytes of a clean run."""
    with dask(folder) as nanny:
        for _ in range(count):
            clear(folder, rng)
            process = start(folder, SCHEDULER=SCHEDULER)
            for _ in range(rng.randint(1, 3)):
                time.sleep(rng.uniform(0.5, 3.0))
                strike(workers(nanny), rng)
            _, complaint = process.communicate(timeout=PATIENCE)
            if process.returncode:
                raise LostError(f"a sweep on a cluster failed: {complaint}")
            compare(folder, clean)
    return f"{count} sweeps on a Dask cluster with one to three of its workers killed: nothing lost"


def strike(workers: list[int], rng: random.Random) -> None:
    """Kill one of them, if there is one."""
    with suppress(OSError, IndexError):
        os.kill(rng.choice(workers), signal.SIGKILL)


def workers(nanny: int) -> list[int]:
    """The processes that a nanny keeps."""
    done = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True)  # noqa: S607 - of POSIX
    return [int(m[1]) for m in re.finditer(rf"^ *(\d+) +{nanny} .*spawn_main", done.stdout, re.MULTILINE)]


@contextmanager
def dask(folder: Path) -> Iterator[int]:
    """A scheduler, and the process that keeps the workers alive, once they are there: it ends if one dies before."""
    from distributed import Client

    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", SCHEDULER.rpartition(":")[2]]
    nannies = [sys.executable, "-m", "distributed.cli.dask_worker", SCHEDULER]
    nannies += ["--nworkers", str(WORKERS), "--nthreads", "1", "--local-directory", str(folder.parent / "dask")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(command, **quiet) for command in (dask, nannies)]  # type: ignore[call-overload]
    try:
        with Client(SCHEDULER) as client:  # type: ignore[no-untyped-call,unused-ignore]
            client.wait_for_workers(WORKERS, timeout=PATIENCE)
        yield running[1].pid
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(timeout=PATIENCE)
