"""Run the trials: ``python -m tests.campaigns.faults --kills 200 --damages 200``; it exits with 1 at the first loss.

``--cluster 10`` wants ``distributed``, ``--disks`` wants root.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.campaigns.faults.cluster import cluster
from tests.campaigns.faults.damages import damages
from tests.campaigns.faults.disks import disks
from tests.campaigns.faults.halfway import halfway
from tests.campaigns.faults.interrupts import interrupts
from tests.campaigns.faults.kills import kills
from tests.campaigns.faults.trial import LostError, content, finish

if TYPE_CHECKING:
    from collections.abc import Callable

WORKERS = (1, 2, 4, 7)


def main() -> None:
    """Run what is asked for, each in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("kills", "interrupts", "damages", "cluster"):
        parser.add_argument(f"--{name}", type=int, default=0, help="how many")
    for name in ("disks", "workers", "halfway"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - nothing is secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "sweep"
        folder.mkdir()
        began = time.monotonic()
        finish(folder)
        length, clean = time.monotonic() - began, content(folder)
        trials: dict[str, Callable[[int], str]] = {
            "kills": lambda count: kills(folder, clean, length, count, rng),
            "interrupts": lambda count: interrupts(folder, clean, length, count, rng),
            "damages": lambda count: damages(folder, clean, count, rng),
            "cluster": lambda count: cluster(folder, clean, count, rng),
            "disks": lambda _: disks(folder, clean),
            "workers": lambda _: by_workers(folder, clean),
        }
        try:
            for kind, trial in trials.items():
                if asked := getattr(options, kind):
                    say(trial(asked))
        except LostError as loss:
            sys.exit(str(loss))
        if options.halfway:
            say(halfway(Path(tempfile.mkdtemp(dir=name))))


def by_workers(folder: Path, clean: dict[str, bytes]) -> str:
    """The same sweep anew with other numbers of workers.

    Raises:
        LostError: a file differs.
    """
    for jobs in WORKERS:
        for path in folder.rglob("*.*"):
            if path.is_file():
                path.unlink()
        finish(folder, jobs)
        if content(folder) != clean:
            raise LostError(f"{jobs} workers make other files")
    return f"{', '.join(map(str, WORKERS))} workers: the same bytes"


def say(line: str) -> None:
    """Print it at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
