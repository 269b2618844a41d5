"""Somebody's own logits, as they come: files of any size, any leading axes, masks and ignored targets."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from study.inputs import exchanged, readers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from study.inputs.stored import Stored

READERS = {
    ".npy": readers.npy, ".npz": readers.npz, ".csv": readers.csv, ".mat": readers.mat,
    ".safetensors": exchanged.safetensors, ".parquet": exchanged.parquet,
}  # fmt: skip
"""By the ending of a file's name."""
IGNORED = -1
"""The target of a vector that is left out."""


@dataclass(frozen=True)
class Logits:
    """Vectors of logits in a file.

    Attributes:
        stored: where they lie.
        targets: the index of the right class of each, or IGNORED; None where there are none.
        least: the least finite one.
        largest: the largest.
        masked: how many are −∞.
    """

    stored: Stored
    targets: NDArray[np.int64] | None
    least: float
    largest: float
    masked: int


@contextmanager
def opened(
    file: str | Path,
    targets: str | Path | None = None,
    axis: int = -1,
    variable: str | None = None,
    ignore: int | None = None,
    watched: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Iterator[Logits]:
    """Logits in a file, and targets where there are any; what is unpacked is there until the context ends.

    Args:
        file: ``.npy``, ``.npz`` with ``logits`` and perhaps ``targets``; ``.safetensors`` and ``.mat`` (MATLAB, before
            version 7.3) with one array, or ``logits`` and perhaps ``targets``; ``.parquet`` with a column of lists, or
            a column a class, and perhaps ``target``; ``.csv`` with a header, a column a class, and perhaps ``target``.
        targets: a file of class indices from 0, one a vector.
        axis: the axis that the classes lie along; the others count the vectors.
        variable: name of the array in a file that has several.
        ignore: the target of vectors that are left out.
        watched: is told of each block that is looked at before anything is measured.

    Raises:
        ValueError: the file is damaged, of another kind, empty or of another shape, has NaN or +∞, or the targets do
            not fit.
        ImportError: the library that reads it is not installed.
    """
    path = Path(file)
    with TemporaryDirectory(prefix="study-") as folder:
        stored, found = readable(path, "logits", Path(folder), variable)
        if targets is not None:
            found = _targets(Path(targets))
        if not stored.shape or not all(stored.shape):
            raise ValueError(f"{path} has shape {stored.shape}; logits are (…, classes) and not empty")
        if not -len(stored.shape) <= axis < len(stored.shape):
            raise ValueError(f"axis must be one of the {len(stored.shape)} of {path}, from 0 or from −1, not {axis}")
        if not stored.numbers:
            raise ValueError(f"{path} holds {stored.dtype}; logits are real numbers of at most 64 bits")
        stored = replace(stored, axis=axis)
        checked = None if found is None else _checked(found, stored, ignore)
        yield Logits(stored, checked, *_surveyed(path, stored, watched))


def load(
    file: str | Path, targets: str | Path | None = None, axis: int = -1, variable: str | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Logits of shape (vectors, classes) as binary64, and targets of shape (vectors,) or None; as ``opened``.

    Raises:
        ValueError: as ``opened``, or there are more than ``readers.MOST`` numbers.
        ImportError: as ``opened``.
    """
    with opened(file, targets, axis, variable) as logits:
        stored = logits.stored
        if (count := stored.vectors * stored.length) > readers.MOST:
            raise ValueError(f"{file} holds {count:,} numbers; at most {readers.MOST:,} are held in memory")
        return stored.read(0, stored.vectors).astype(np.float64), logits.targets


def _targets(path: Path) -> NDArray[Any]:
    with TemporaryDirectory(prefix="study-") as folder:
        stored, found = readable(path, "targets", Path(folder), None)
        if found is not None and not stored.shape[-1]:  # a table whose one column is named target
            return found
        if not stored.numbers:
            raise ValueError(f"targets must be whole numbers, one a vector; {path} holds {stored.dtype}")
        return stored.whole()


def readable(path: Path, meant: str, folder: Path, variable: str | None) -> tuple[Stored, NDArray[Any] | None]:
    """What a file holds, and the targets in it, or one line that blames it: ``meant`` is what it should be."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a file")
    try:
        if path.suffix not in READERS:
            raise ValueError(f"its name ends in {path.suffix!r}; it must be {', '.join(READERS)}")  # noqa: TRY301
        return READERS[path.suffix](path, folder, variable)
    except (OSError, EOFError, ValueError, KeyError, TypeError, Warning, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} cannot be read as {meant}: {error}") from None


def _checked(targets: NDArray[Any], stored: Stored, ignore: int | None) -> NDArray[np.int64]:
    targets = np.asarray(targets)
    if targets.dtype.kind not in "fiu":
        raise ValueError(f"targets must be whole numbers, one a vector; got {targets.dtype} of shape {targets.shape}")
    if targets.size != stored.vectors:
        raise ValueError(f"there are {targets.size} targets for {stored.vectors} vectors of logits")
    targets = targets.reshape(-1)
    left_out = np.zeros(targets.shape, dtype=bool) if ignore is None else targets == ignore
    wrong = ~left_out & ~((targets >= 0) & (targets < stored.length) & (targets == np.floor(targets)))
    if wrong.any():
        first = int(wrong.argmax())
        remedy = f"; --ignore-index {targets[first]} leaves such out" if targets[first] == -100 else ""
        raise ValueError(
            f"targets must be whole numbers from 0 to {stored.length - 1}; that of vector {first} is {targets[first]}"
            + remedy
        )
    if left_out.all():
        raise ValueError(f"every target is {ignore}, which is left out; nothing is to be measured")
    return np.where(left_out, IGNORED, targets).astype(np.int64)


def _surveyed(
    path: Path, stored: Stored, watched: Callable[[Iterable[int]], Iterable[int]]
) -> tuple[float, float, int]:
    """The least finite number, the largest, and how many are −∞; all are looked at before anything is measured."""
    least, largest, masked = np.inf, -np.inf, 0
    for start in watched(range(0, stored.vectors, stored.step)):
        block = stored.read(start, start + stored.step)
        block = block if block.dtype.itemsize > 2 else block.astype(np.float32)
        low, high = float(block.min()), float(block.max())
        if not high < np.inf:
            _blame(path, stored, start, block)
        if low == -np.inf:
            gone = block == low
            masked += int(gone.sum())
            low = float(block.min(where=~gone, initial=np.inf))
        least, largest = min(least, low), max(largest, high)
    if largest == -np.inf:
        raise ValueError(f"{path} is masked throughout: every logit is −inf")
    return least, largest, masked


def _blame(path: Path, stored: Stored, start: int, block: NDArray[Any]) -> None:
    with np.errstate(invalid="ignore"):
        row, at = np.argwhere(~(block < np.inf))[0].tolist()
    place = (*stored.position(start + row), at)
    raise ValueError(
        f"{path} has {block[row, at]} at {place} (vector, class); logits are numbers, or −inf where they are masked"
    )
