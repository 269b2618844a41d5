"""Files written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path


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
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(0o644)
            Path(stream.name).replace(path)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise


def tidy(folder: Path) -> None:
    """Remove what killed processes left half written: temporary files that no process has locked."""
    for path in folder.rglob("tmp*"):
        with suppress(OSError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
