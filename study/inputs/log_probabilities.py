"""Log-probabilities of the same tokens by two engines, from two files: padded tokens left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import FORMATS, Format, get_format
from study.inputs import readers
from study.inputs.logits import readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two arrays of one shape, (sequences, tokens), in binary64; 0 where a token is padded.

    Attributes:
        first: of the engine whose ratio is asked for, as a rule the trainer.
        second: of the other, which drew the tokens.
        kept: which tokens count.
        dtypes: what each is stored in.
        forms: the narrowest format that holds each: what was rounded to bfloat16 may be stored in float32.
    """

    first: Floats
    second: Floats
    kept: NDArray[np.bool_]
    dtypes: tuple[str, str]
    forms: tuple[Format, Format]


def pair(
    file: str | Path,
    against: str | Path,
    targets: str | Path | None = None,
    variable: str | None = None,
    ignore: int | None = None,
) -> Pair:
    """Read two files of log-probabilities.

    Args:
        file: as for ``study.inputs.logits.opened``, of shape (sequences, tokens) or (tokens,); NaN where padded.
        against: another of the same shape.
        targets: a file of the tokens.
        variable: name of the array in files that have several.
        ignore: the target of a token that is left out.

    Raises:
        ValueError: a file cannot be read, shapes differ, a number is positive or NaN in one file alone, or no token
            is left.
        ImportError: the library that reads it is not installed.
    """
    arrays = [_read(Path(path), "log-probabilities", variable) for path in (file, against)]
    if arrays[0].shape != arrays[1].shape:
        raise ValueError(
            f"{file} has shape {arrays[0].shape}, {against} {arrays[1].shape}; they are of the same tokens"
        )
    wide = [_rows(array) for array in arrays]
    kept = ~np.all(np.isnan(wide), axis=0) & _wanted(targets, ignore, arrays[0])
    for path, values in zip((file, against), wide, strict=True):
        _refuse(path, values, kept)
    if not kept.any():
        raise ValueError(f"{file} and {against} have no token that is not left out")
    first, second = (np.where(kept, values, 0.0) for values in wide)
    names = arrays[0].dtype.name, arrays[1].dtype.name
    return Pair(first, second, kept, names, (narrowest(names[0], first[kept]), narrowest(names[1], second[kept])))


def narrowest(dtype: str, values: Floats) -> Format:
    """The least precise format, of those that compute, that holds all of some numbers of a dtype."""
    stored = get_format(dtype)
    fewer = sorted((f for f in FORMATS.values() if f.computes and f.bits < stored.bits), key=lambda form: form.p)
    with np.errstate(over="ignore"):
        holds = (form for form in fewer if np.array_equal(form.round(values).astype(np.float64), values))
        return next(holds, stored)


def _read(path: Path, meant: str, variable: str | None) -> NDArray[Any]:
    with TemporaryDirectory(prefix="study-") as folder:
        stored, found = readable(path, meant, Path(folder), variable)
        if meant == "targets" and found is not None and not stored.shape[-1]:
            return found
        if np.prod(stored.shape) > readers.MOST:
            raise ValueError(f"{path} holds {np.prod(stored.shape):,} numbers; at most {readers.MOST:,} are compared")
        if meant != "targets" and stored.dtype.name not in FORMATS:
            raise ValueError(f"{path} holds {stored.dtype}; log-probabilities are of {', '.join(FORMATS)}")
        return stored.whole()


def _rows(array: NDArray[Any]) -> Floats:
    """In binary64, one sequence a row; one axis is one sequence."""
    wide = array.astype(np.float64)
    return wide.reshape(-1, wide.shape[-1]) if wide.ndim else wide.reshape(1, 1)


def _wanted(targets: str | Path | None, ignore: int | None, like: NDArray[Any]) -> NDArray[np.bool_]:
    """Which tokens are not ignored."""
    shape = _rows(like).shape
    if targets is None or ignore is None:
        return np.ones(shape, dtype=bool)
    tokens = _read(Path(targets), "targets", None)
    if tokens.size != like.size:
        raise ValueError(f"there are {tokens.size} targets for {like.size} log-probabilities")
    return np.asarray(tokens.reshape(shape) != ignore)


def _refuse(path: str | Path, values: Floats, kept: NDArray[np.bool_]) -> None:
    wrong = kept & ~(values <= 0)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        remedy = "; NaN is for tokens that are padded in both files" if np.isnan(values[place]) else ""
        raise ValueError(
            f"{path} has {values[place]} at {place} (sequence, token); log-probabilities are at most 0{remedy}"
        )
