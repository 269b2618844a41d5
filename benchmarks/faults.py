"""Kill -9 and damage, many times: after each, the same command must end with the bytes of a clean run.

``python -m benchmarks.faults --kills 50 --damages 50`` sweeps in a temporary folder; it exits with 1 at the first
difference, hang or torn file.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

COMMAND = [sys.executable, "-m", "study", "sweep", "sigmoid", "--format", "float16"]
COMMAND += ["--algorithms", "naive,two_branch,faithful", "--jobs", "2"]
PATIENCE = 120.0
"""Seconds after which a run counts as hung."""


def main() -> None:
    """Run the trials and print how many passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--damages", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - nothing is secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.monotonic()
        finish(folder)
        length, clean = time.monotonic() - began, content(folder)
        interrupted = 0
        for _ in range(options.kills):
            clear(folder, rng)
            interrupted += kill(folder, rng, length, worker=rng.random() < 0.5)
            compare(folder, clean)
        for _ in range(options.damages):
            damage(rng.choice(sorted(path for path in folder.rglob("*") if path.is_file())), rng)
            compare(folder, clean)
    sys.stdout.write(
        f"{options.kills} kills ({interrupted} before the end) and {options.damages} damages: nothing lost\n"
    )


def finish(folder: Path) -> None:
    """Run the sweep to its end."""
    subprocess.run(COMMAND, cwd=folder, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 - our own


def clear(folder: Path, rng: random.Random) -> None:
    """Leave some of the shards and no table."""
    for path in folder.rglob("*"):
        if path.is_file() and (path.suffix == ".csv" or rng.random() < 0.7):
            path.unlink()


def kill(folder: Path, rng: random.Random, length: float, *, worker: bool) -> bool:
    """Start the sweep, and kill it or one of its workers at a random moment; whether it had not ended yet."""
    process = subprocess.Popen(COMMAND, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    time.sleep(rng.uniform(0.2, 1.2) * length)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with suppress(OSError):
        pids = children.read_text().split() if worker else []
        os.kill(int(rng.choice(pids)) if pids else process.pid, signal.SIGKILL)
    return process.wait(timeout=PATIENCE) != 0


def damage(path: Path, rng: random.Random) -> None:
    """Cut a file, empty it, change a byte, or remove it."""
    whole = path.read_bytes()
    at = rng.randrange(max(len(whole), 1))
    flipped = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] if whole else b""
    path.write_bytes(rng.choice([whole[:at], b"", flipped]))
    if rng.random() < 0.2:
        path.unlink()


def compare(folder: Path, clean: dict[str, bytes]) -> None:
    """Run again, and exit if anything differs from a clean run."""
    finish(folder)
    if content(folder) != clean:
        sys.exit("a rerun differs from a clean run")


def content(folder: Path) -> dict[str, bytes]:
    """Every file and its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    main()
