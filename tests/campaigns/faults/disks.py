"""A disk that is full, and one that is read-only: tmpfs mounted over the cache and the results, which wants root."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.campaigns.faults.trial import PATIENCE, LostError, compare, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = (".cache", "results")
OPTIONS = {"full": "size=4k", "read-only": "ro"}


def disks(folder: Path, clean: dict[str, bytes]) -> str:
    """Each folder on each disk: the sweep refuses in one line that names a file there, and a rerun is whole."""
    told = []
    for name in FOLDERS:
        for kind, options in OPTIONS.items():
            for path in [*folder.rglob("*.csv"), *folder.rglob("*.json")][::2]:
                path.unlink()
            with mounted(folder / name, options):
                line = refusal(folder)
                if name not in line:
                    raise LostError(f"{name} on a {kind} disk: {line}")
            told.append(f"{name} {kind}: {line.strip()}")
            compare(folder, clean)
    return "\n".join(told)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A disk of its own over a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)  # noqa: S607 - as root
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - as above


def refusal(folder: Path) -> str:
    """What the sweep says where it cannot go on.

    Raises:
        LostError: it ends well, or with a traceback.
    """
    process = start(folder)
    _, complaint = process.communicate(timeout=PATIENCE)
    lines = [line for line in complaint.splitlines() if line.startswith("Error")]
    if process.returncode != 1 or len(lines) != 1 or "Traceback" in complaint:
        raise LostError(f"not refused in one line: {complaint}")
    return lines[0]
