"""The whole path beside that of another commit, in one run: ``python -m benchmarks.whole COMMIT [--write]``.

Both are cloned, and ``study run`` (everything computed) and ``study check`` timed in turn, on the same interpreter.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
HEADING = "## The whole path\n"
COMMANDS = ("run", "check")
REPEATS = 3


def seconds(clone: Path, command: str) -> float:
    """Seconds that a command takes where nothing is up to date."""
    _git("-C", str(clone), "checkout", "--quiet", ".")
    shutil.rmtree(clone / ".cache", ignore_errors=True)
    start = time.perf_counter()
    _run(sys.executable, "-m", "study", command, cwd=clone, env={**os.environ, "PYTHONPATH": str(clone)})
    return time.perf_counter() - start


def _git(*arguments: str) -> None:
    _run(shutil.which("git") or "git", *arguments)


def _run(*command: str, **options: Any) -> None:
    subprocess.run(command, check=True, capture_output=True, **options)  # noqa: S603 - the two programs above


def section(commit: str) -> str:
    """The figures in words."""
    with tempfile.TemporaryDirectory() as folder:
        clones = {commit: Path(folder) / "before", "HEAD": Path(folder) / "now"}
        for name, clone in clones.items():
            _git("clone", "--quiet", str(ROOT), str(clone))
            _git("-C", str(clone), "checkout", "--quiet", name)
        taken = [
            {(c, name): seconds(clone, c) for c in COMMANDS for name, clone in clones.items()} for _ in range(REPEATS)
        ]
    lines = []
    for c in COMMANDS:
        before, now = ([t[c, name] for t in taken] for name in clones)
        ratios = ", ".join(f"{new / old:.2f}" for old, new in zip(before, now, strict=True))
        lines.append(f"| `study {c}` | {median(before):.0f} | {median(now):.0f} | {ratios} |")
    return "\n".join([
        HEADING,
        f"Written by `python -m benchmarks.whole {commit} --write`: all computed anew, the report built,",
        f"then the gate; {os.cpu_count()} processors, wall-clock seconds, medians of {REPEATS}, both in turn.\n",
        f"| command | at {commit} | now | ratio of each pair |", "|---|---:|---:|---|", *lines, "",
    ])  # fmt: skip


def main() -> None:
    """Print the section, and put it into the page where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole", description=__doc__)
    parser.add_argument("commit", help="what to compare with")
    parser.add_argument("--write", action="store_true", help=f"put it into docs/{PAGE.name}")
    arguments = parser.parse_args()
    text = section(arguments.commit)
    print(text)  # noqa: T201 -- a report on the terminal is what it is for
    if arguments.write:
        PAGE.write_text(PAGE.read_text().partition(HEADING)[0].rstrip() + "\n\n" + text)


if __name__ == "__main__":
    main()
