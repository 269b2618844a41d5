"""Files that other libraries write, by libraries that not everybody has: safetensors, and Parquet by pyarrow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format
from study.inputs.readers import room, unpacked
from study.inputs.stored import BLOCK, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from study.inputs.readers import Found

DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
}  # fmt: skip
"""Formats of safetensors, which are little-endian."""
INTEGERS = {f"{sign}{bits}": f"<{sign.lower()}{bits // 8}" for sign in "IU" for bits in (8, 16, 32, 64)}


def absent(ending: str, package: str) -> ImportError:
    """One line that names the remedy."""
    return ImportError(
        f"{ending} files are read by {package}, which is not installed: pip install 'precision-study[files]'"
    )


def safetensors(path: Path, _folder: Path, variable: str | None) -> Found:
    """The only tensor, ``logits``, or the variable, in place; ``targets``. The library checks the header."""
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise absent(".safetensors", "safetensors") from None
    try:
        with safe_open(path, "np") as held:
            names = list(held.keys())
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    others = [name for name in names if name != "targets"]
    name = variable or (others[0] if len(others) == 1 else "logits")
    if name not in names:
        raise ValueError(f"it has no tensor named {name!r}; name one with --variable: {', '.join(names) or 'none'}")
    targets = _placed(path, "targets").whole() if "targets" in names else None
    return _placed(path, name), targets


def _placed(path: Path, name: str) -> Stored:
    """Where a tensor lies: after 8 bytes of length, the header, and its own offset."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        entry = json.loads(stream.read(length))[name]
    kind, shape, (start, _) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    if kind not in DTYPES | INTEGERS:
        raise ValueError(f"{name!r} is {kind}, which is not read; it may be {', '.join(DTYPES)}")
    dtype = get_format(DTYPES[kind]).dtype.newbyteorder("<") if kind in DTYPES else np.dtype(INTEGERS[kind])
    return Stored(path, dtype, shape, 8 + length + start)


def parquet(path: Path, folder: Path, variable: str | None) -> Found:
    """A column of lists, of any name, or a column a class; a column ``target``."""
    try:
        from pyarrow import ArrowException, types
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise absent(".parquet", "pyarrow") from None
    try:
        with ParquetFile(path) as held:
            fields = {field.name: field.type for field in held.schema_arrow}
            lists = [n for n, kind in fields.items() if types.is_list(kind) or types.is_fixed_size_list(kind)]
            column = variable or (lists[0] if len(lists) == 1 else None)
            if (variable or lists) and column not in lists:
                raise ValueError(f"it has several columns of lists; name one with --variable: {', '.join(lists)}")
            names = [column] if column else [name for name in fields if name != "target"]
            targets = held.read(["target"])["target"].to_numpy() if "target" in fields else None
            room(folder, 8 * held.metadata.num_rows * len(names))
            parts = _lists(held, column) if column else _columns(held, names)
            first = next(parts, np.empty((0, 0 if column else len(names))))
            return unpacked(folder, first.shape[1], _again(first, parts)), targets
    except ArrowException as error:
        raise ValueError(str(error).splitlines()[0]) from None


def _columns(held: Any, names: list[str]) -> Iterator[NDArray[Any]]:
    for batch in held.iter_batches(max(1, BLOCK // len(names)), columns=names) if names else ():
        yield np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], axis=1)


def _lists(held: Any, name: str) -> Iterator[NDArray[Any]]:
    for batch in held.iter_batches(64, columns=[name]):
        column = batch.column(0)
        lengths = set(column.value_lengths().to_pylist())
        if len(lengths) != 1 or None in lengths:
            raise ValueError(f"the lists of {name!r} are of several lengths; vectors of logits are of one")
        yield column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1)


def _again(first: NDArray[Any], rest: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    yield first
    yield from rest
