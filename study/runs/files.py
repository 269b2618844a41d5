"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that is open
    fcntl = None  # type: ignore[assignment]


class DamagedResultsError(ValueError):
    """A stored file is missing or cannot be read."""


def write(path: Path, content: str | bytes) -> None:
    """Replace a file by new content, atomically: a reader sees the old one or the new one, never half.

    Raises:
        OSError: it cannot be written; names the file, which is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def _replace(path: Path, content: bytes) -> None:
    stream = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 - Windows renames no open file
    try:
        with stream:
            _lock(stream, wait=True)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(0o644)
            if fcntl:  # while it is locked: tidy must not take it for left over
                Path(stream.name).replace(path)
        if not fcntl:
            Path(stream.name).replace(path)
    except BaseException:
        Path(stream.name).unlink(missing_ok=True)
        raise


def _lock(stream: IO[bytes] | None, *, wait: bool) -> None:
    if fcntl and stream:
        fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def tidy(folder: Path) -> None:
    """Remove what killed processes left half written: temporary files that no process has locked."""
    for path in folder.rglob("tmp*"):
        with suppress(OSError), path.open("rb") if fcntl else nullcontext() as stream:
            _lock(stream, wait=False)
            path.unlink()
