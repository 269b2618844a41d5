"""Files of arrays, by the ending of their names: NumPy's, MATLAB's, tables as text.

A reader returns where the logits lie, and the targets that the file itself has. What cannot be read in place is
unpacked into a folder first.
"""

from __future__ import annotations

import math
import shutil
import warnings
import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from study.inputs.stored import BLOCK, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    Found = tuple[Stored, NDArray[Any] | None]

MOST = 2**28
"""Numbers that are held in memory at once: 2 GiB in binary64. Headers are looked at before memory is taken."""
HELD = {"logits", "targets"}
_HEADERS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def npy(path: Path, _folder: Path, variable: str | None) -> Found:
    """One array, in place."""
    _alone(variable)
    with path.open("rb") as stream:
        return _placed(path, stream, path.stat().st_size), None


def npz(path: Path, folder: Path, variable: str | None) -> Found:
    """``logits``, or the variable, unpacked; ``targets``."""
    if not zipfile.is_zipfile(path):
        raise ValueError("it is no archive of arrays, or damaged")
    with np.load(path, allow_pickle=False) as arrays:
        name = variable or "logits"
        if name not in arrays:
            raise ValueError(f"it has no array named {name!r}; name one with --variable: {', '.join(arrays) or 'none'}")
        with arrays.zip.open(f"{name}.npy") as stream:
            size = arrays.zip.getinfo(f"{name}.npy").file_size
            _placed(path, stream, size)
        room(folder, size)
        unpacked = folder / "logits.npy"
        with arrays.zip.open(f"{name}.npy") as stream, unpacked.open("wb") as out:
            shutil.copyfileobj(stream, out, 2**20)
        targets = arrays["targets"] if "targets" in arrays.files else None
    return npy(unpacked, folder, None)[0], targets


def csv(path: Path, folder: Path, variable: str | None) -> Found:
    """A column a class, under a header; a column named ``target``."""
    import pandas as pd

    _alone(variable)
    room(folder, 4 * path.stat().st_size)  # a number is at least two characters
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a row that is longer than the header is no row of it
        names = pd.read_csv(path, index_col=False, nrows=0).columns
        if all(_is_number(name) for name in names):
            raise ValueError("its first line has numbers alone; it must be a header")
        classes, targets = len(names) - ("target" in names), list[Any]()

        def parts() -> Iterable[NDArray[Any]]:
            with pd.read_csv(path, index_col=False, chunksize=max(1, BLOCK // max(classes, 1))) as tables:
                for table in tables:
                    if "target" in table:
                        targets.append(table.pop("target").to_numpy())
                    yield table.to_numpy()

        stored = unpacked(folder, classes, parts())
    return stored, np.concatenate(targets) if targets else None


def mat(path: Path, folder: Path, variable: str | None) -> Found:
    """The only matrix, ``logits``, or the variable; ``targets``. SciPy reads it whole."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        shapes = _shapes(path)
        others = [name for name in shapes if name != "targets"]
        name = variable or ("logits" if "logits" in shapes or len(others) != 1 else others[0])
        if name not in shapes:
            raise ValueError(f"it has no array named {name!r}; name one with --variable: {', '.join(shapes) or 'none'}")
        wanted = [held for held in (name, "targets") if held in shapes]
        if (most := max(math.prod(shapes[held]) for held in wanted)) > MOST:
            raise ValueError(f"it holds {most:,} numbers; of a .mat file at most {MOST:,} are read: save it as .npy")
        arrays = loadmat(path, variable_names=wanted)
    except (MatReadError, NotImplementedError) as error:  # the latter for version 7.3, which -v7 avoids
        raise ValueError(str(error)) from None
    np.save(folder / "logits.npy", arrays[name], allow_pickle=False)
    return npy(folder / "logits.npy", folder, None)[0], arrays.get("targets")


def unpacked(folder: Path, classes: int, parts: Iterable[NDArray[Any]]) -> Stored:
    """Rows written one part after the other, in the dtype of the first.

    Raises:
        ValueError: a part is of another length, or is no numbers.
    """
    path, rows, dtype = folder / "logits", 0, np.dtype(np.float64)
    with path.open("wb") as out:
        for part in parts:
            if not len(part):
                continue
            if part.dtype.kind not in "fiu":
                raise ValueError(f"from row {rows} on it has other things than numbers")
            if part.shape[1] != classes:
                raise ValueError(f"from row {rows} on vectors are {part.shape[1]} long, before {classes}")
            dtype = part.dtype if not rows and part.dtype.kind == "f" else dtype
            np.ascontiguousarray(part, dtype=dtype).tofile(out)
            rows += len(part)
    return Stored(path, dtype, (rows, classes))


def room(folder: Path, size: int) -> None:
    """See that so many bytes can be unpacked.

    Raises:
        ValueError: the disk has less.
    """
    if size > (free := shutil.disk_usage(folder).free):
        raise ValueError(f"unpacked it may take {size:,} bytes, and {folder.parent} has {free:,}; TMPDIR names another")


def _placed(path: Path, stream: IO[bytes], held: int) -> Stored:
    """Where the numbers of an .npy file lie, by its header, which is not believed."""
    shape, fortran, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are pickles and are not read; save an array of numbers")
    if dtype.kind == "V":
        raise ValueError(
            f"its numbers are {dtype}, of no known format, as NumPy saves bfloat16; save it as .safetensors"
        )
    if (promised := stream.tell() + math.prod(shape) * dtype.itemsize) > held:
        raise ValueError(f"its header promises {promised:,} bytes, and it has {held:,}")
    return Stored(path, dtype, shape, stream.tell(), fortran)


def _alone(variable: str | None) -> None:
    if variable is not None:
        raise ValueError(f"it holds one array; a variable ({variable!r}) is named in a file that has several")


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
