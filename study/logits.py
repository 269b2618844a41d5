"""Somebody's own logits, read from a file."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def load(file: str | Path, targets: str | Path | None = None) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """Read logits and, where there are any, targets.

    Args:
        file: ``.npy`` (rows, classes); ``.npz`` with ``logits`` and perhaps ``targets``; ``.csv`` with a header, a
            column a class, and perhaps a last column named ``target``.
        targets: a ``.npy`` or ``.csv`` file of class indices, one a row.

    Returns:
        Logits of shape (rows, classes) as binary64, targets of shape (rows,) or None.

    Raises:
        ValueError: the file is damaged, of another kind, empty or of another shape, has values that are not finite, or
            the targets do not fit.
    """
    path = Path(file)
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a file")
    try:
        logits, found = _read(path)
        if targets is not None:
            found = np.asarray(_read(Path(targets))[0]).reshape(-1)
    except (OSError, EOFError, ValueError, KeyError, Warning, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as logits: {error}") from None
    if logits.ndim != 2 or not logits.size:
        raise ValueError(f"{path} has shape {logits.shape}; logits are (rows, classes) and not empty")
    if logits.dtype.kind not in "fiu" or not np.isfinite(logits.astype(np.float64)).all():
        raise ValueError(f"{path} has values that are not finite numbers; logits must be")
    return logits.astype(np.float64), None if found is None else _checked(found, logits.shape)


def _checked(targets: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.int64]:
    if targets.ndim != 1 or targets.dtype.kind not in "fiu":
        raise ValueError(f"targets must be whole numbers, one a row; got {targets.dtype} of shape {targets.shape}")
    if targets.shape != shape[:1]:
        raise ValueError(f"there are {targets.size} targets for {shape[0]} rows of logits")
    if not np.array_equal(targets, np.floor(targets)) or targets.min() < 0 or targets.max() >= shape[1]:
        raise ValueError(f"targets must be whole numbers from 0 to {shape[1] - 1}")
    return targets.astype(np.int64)


def _read(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False), None
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return arrays["logits"], arrays.get("targets")
    if path.suffix == ".csv":
        import pandas as pd

        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a row that is longer than the header is no row of it
            table = pd.read_csv(path, index_col=False)
        if all(_is_number(name) for name in table.columns):
            raise ValueError("its first line has numbers alone; it must be a header")
        found = table.pop("target").to_numpy() if "target" in table else None
        return table.to_numpy(), found
    raise ValueError(f"its name ends in {path.suffix!r}; it must be .npy, .npz or .csv")


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
