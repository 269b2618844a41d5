"""Somebody's own logits, read from a file."""

from __future__ import annotations

import math
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 2**28
"""Numbers that are read from a file: 2 GiB in binary64. Headers are looked at before memory is taken."""

_HEADERS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def load(
    file: str | Path, targets: str | Path | None = None, axis: int = 1, variable: str | None = None
) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """Read logits and, where there are any, targets.

    Args:
        file: ``.npy`` (rows, classes); ``.npz`` with ``logits`` and perhaps ``targets``; ``.csv`` with a header, a
            column a class, and perhaps a last column named ``target``; ``.mat`` (MATLAB, before version 7.3) with one
            matrix, or ``logits`` and perhaps ``targets``.
        targets: a ``.npy``, ``.csv`` or ``.mat`` file of class indices from 0, one a vector.
        axis: the axis that the classes lie along: 1 where a row is a vector of logits, 0 where a column is.
        variable: name of the array in an ``.npz`` or ``.mat`` file.

    Returns:
        Logits of shape (vectors, classes) as binary64, targets of shape (vectors,) or None.

    Raises:
        ValueError: the file is damaged, of another kind, empty or of another shape, has values that are not finite, or
            the targets do not fit.
    """
    path = Path(file)
    logits, found = _readable(path, "logits", variable)
    if targets is not None:
        found = np.asarray(_readable(Path(targets), "targets", None)[0]).reshape(-1)
    if axis not in {0, 1}:
        raise ValueError(f"axis must be 0 (a column is a vector) or 1 (a row is), not {axis}")
    if logits.ndim != 2 or not logits.size:
        raise ValueError(f"{path} has shape {logits.shape}; logits are (rows, classes) and not empty")
    if logits.dtype.kind not in "fiu" or not np.isfinite(logits.astype(np.float64)).all():
        raise ValueError(f"{path} has values that are not finite numbers; logits must be")
    logits = np.ascontiguousarray(logits.T if axis == 0 else logits, dtype=np.float64)
    return logits, None if found is None else _checked(np.asarray(found).reshape(-1), logits.shape)


def _readable(path: Path, meant: str, variable: str | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """What a file holds, or one line that blames it."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a file")
    try:
        return _read(path, variable)
    except (OSError, EOFError, ValueError, KeyError, TypeError, Warning, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} cannot be read as {meant}: {error}") from None


def _checked(targets: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.int64]:
    if targets.ndim != 1 or targets.dtype.kind not in "fiu":
        raise ValueError(f"targets must be whole numbers, one a row; got {targets.dtype} of shape {targets.shape}")
    if targets.shape != shape[:1]:
        raise ValueError(f"there are {targets.size} targets for {shape[0]} rows of logits")
    if not np.array_equal(targets, np.floor(targets)) or targets.min() < 0 or targets.max() >= shape[1]:
        raise ValueError(f"targets must be whole numbers from 0 to {shape[1] - 1}")
    return targets.astype(np.int64)


def _read(path: Path, variable: str | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    if variable is not None and path.suffix in {".npy", ".csv"}:
        raise ValueError(f"it holds one array; a variable ({variable!r}) is named in an .npz or .mat file")
    if path.suffix == ".npy":
        with path.open("rb") as stream:
            count, size = _promised(stream)
            _check_size(count)
            if (held := path.stat().st_size) < size:
                raise ValueError(f"its header promises {size:,} bytes, and it has {held:,}")
        return np.load(path, allow_pickle=False), None
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return _member(arrays, variable or "logits"), _member(arrays, "targets") if "targets" in arrays else None
    if path.suffix == ".csv":
        _check_size(path.stat().st_size // 2)
        import pandas as pd

        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a row that is longer than the header is no row of it
            table = pd.read_csv(path, index_col=False)
        if all(_is_number(name) for name in table.columns):
            raise ValueError("its first line has numbers alone; it must be a header")
        found = table.pop("target").to_numpy() if "target" in table else None
        return table.to_numpy(), found
    if path.suffix == ".mat":
        return _read_mat(path, variable)
    raise ValueError(f"its name ends in {path.suffix!r}; it must be .npy, .npz, .csv or .mat")


def _promised(stream: IO[bytes]) -> tuple[int, int]:
    """How many numbers, and how many bytes in all, the header of an .npy file promises."""
    shape, _, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    return math.prod(shape), stream.tell() + math.prod(shape) * dtype.itemsize


def _check_size(count: int) -> None:
    if count > MOST:
        raise ValueError(f"it may hold {count:,} numbers; at most {MOST:,} are read")


def _member(arrays: Any, name: str) -> NDArray[Any]:
    """An array of an .npz file, its size looked at before it is unpacked."""
    if name in arrays:
        with arrays.zip.open(f"{name}.npy") as stream:
            _check_size(_promised(stream)[0])
    member: NDArray[Any] = arrays[name]
    return member


def _read_mat(path: Path, variable: str | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        shapes = _shapes(path)
        others = [name for name in shapes if name != "targets"]
        name = variable or ("logits" if "logits" in shapes or len(others) != 1 else others[0])
        if name not in shapes:
            raise ValueError(f"it has no array named {name!r}; name one with --variable: {', '.join(shapes) or 'none'}")
        wanted = [held for held in (name, "targets") if held in shapes]
        _check_size(max(math.prod(shapes[held]) for held in wanted))
        arrays = loadmat(path, variable_names=wanted)
    except (MatReadError, NotImplementedError) as error:  # the latter for version 7.3, which -v7 avoids
        raise ValueError(str(error)) from None
    return arrays[name], arrays.get("targets")


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The arrays of a .mat file; MATLAB's own objects, which SciPy cannot list, are read to be passed over."""
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import MatReadWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MatReadWarning)
        try:
            found = {name: shape for name, shape, _ in whosmat(path)}
        except TypeError:
            found = {name: np.shape(value) for name, value in loadmat(path).items()}
    return {name: shape for name, shape in found.items() if not name.startswith("__") and name.isidentifier()}


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
