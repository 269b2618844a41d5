"""Does a row's result depend on its company: on the batch it stands in, on where it lies in memory, on threads?

What depends on it makes runs that nobody can repeat: a server that batches requests answers one prompt in many ways.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import MAIN_FORMATS, get_format
from study.inputs.families import generator
from study.libraries.backends import laid_out
from study.libraries.tables import present
from study.problems import PROBLEMS, get_problem
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import pandas as pd
    from numpy.typing import NDArray

    from study.libraries.backends import Backend, LibraryFunction

    Call = Callable[..., NDArray[Any]]
    Calls = dict[str, tuple[Call, Callable[[], AbstractContextManager[Any]]]]

BATCHES = (2, 16, 129, 4096)
LENGTHS = tuple(range(16, 16 + 16 * 17, 17))
"""Of rows, 16 to 271: one of each length modulo 16, since what is left over of a vector register is done apart."""
ROWS, OURS = "rows", "ours"
"""The company in which nothing but the batch changes; and what stands for a library where our formulas are measured."""


def company(names: Sequence[str], problems: Sequence[str]) -> pd.DataFrame:
    """A line for each function, format and company, of the installed backends and of our formulas, as ``OURS``.

    Each row of ordinary numbers is alone, then first, in the middle and last in each of ``BATCHES``: in C order, in
    Fortran order and as columns where the function takes those, and on one thread where the library has a say in that.
    ``differing`` counts the rows of ``LENGTHS`` of which some bit differs, ``results`` the most different results of
    one row, ``spread_ulps`` how far two of them are apart, ``first`` the smallest batch in which a row differs from
    itself alone.
    """
    import pandas as pd

    key = ["backend", "version", "problem", "algorithm", "format"]
    return pd.DataFrame(
        {**dict(zip(key, named, strict=True)), "company": where, **_told(*_results(named[2], named[4], calls, where))}
        for named, calls in [*_theirs(names, problems), *_ours(problems)]
        for where in calls
    )


def _theirs(names: Sequence[str], problems: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Calls]]:
    for backend in present(names):
        for function in backend.functions:
            if function.problem in problems:
                key = (backend.name, backend.version, function.problem, function.name)
                calls = _called(backend, function)
                yield from (((*key, form), calls) for form in backend.formats)


def _called(backend: Backend, function: LibraryFunction) -> Calls:
    """The function in each company."""
    made: Calls = {ROWS: (laid_out(backend, function), nullcontext)}
    made["strided rows"] = (laid_out(backend, function, "strided rows"), nullcontext)
    if function.has_axis:
        made["columns"] = (laid_out(backend, function, "columns"), nullcontext)
    if backend.alone:
        made["one thread"] = (laid_out(backend, function), backend.alone)
    return made


def _ours(problems: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Calls]]:
    for problem in problems:
        for algorithm in PROBLEMS[problem].algorithms.values():
            calls: Calls = {ROWS: (algorithm, nullcontext), "strided rows": (_strided(algorithm), nullcontext)}
            for form in algorithm.formats:
                if form in MAIN_FORMATS:
                    yield (OURS, "", problem, algorithm.name, form), calls


def _strided(call: Call) -> Call:
    return lambda *args: call(*(np.asfortranarray(a) if a.ndim > 1 else a for a in args))


def _results(problem: str, form: str, calls: Calls, where: str) -> Iterator[list[tuple[int, NDArray[Any]]]]:
    """For each length the results of one row: alone in C order, then at each place of each batch."""
    call, session = calls[where]
    for n in LENGTHS:
        args = _drawn(problem, form, n)
        found = [(1, _row(calls[ROWS][0](*(a[:1] for a in args)), 0))]
        for size in BATCHES:
            places = sorted({0, size // 2, size - 1})
            batch = [a[:size].copy() for a in args]
            for part, own in zip(batch, args, strict=True):
                part[places] = own[0]
            with session():
                out = call(*batch)
            found += [(size, _row(out, place)) for place in places]
        yield found


def _drawn(problem: str, form: str, n: int) -> list[NDArray[Any]]:
    """As many rows of ordinary numbers as the largest batch has; probabilities are 0.05 to 1."""
    rng, made = generator("company", problem, n), []
    for kind, domain in zip(get_problem(problem).signature.arguments, get_problem(problem).domains, strict=True):
        shape = (max(BATCHES), n)
        if kind is Kind.INDEX:
            made.append(rng.integers(n, size=shape[0]))
        else:
            x = rng.uniform(0.05, 1, shape) if domain == "probability" else 3 * rng.standard_normal(shape)
            made.append(get_format(form).round(x if kind is Kind.VECTOR else x[:, 0]))
    return made


def _row(out: NDArray[Any], place: int) -> NDArray[Any]:
    return np.atleast_1d(np.asarray(out)[place]).copy()


def _told(*lengths: list[tuple[int, NDArray[Any]]]) -> dict[str, Any]:
    """The columns of a line."""
    each = [{row.tobytes(): row for _, row in found} for found in lengths]
    apart = [size for found in lengths for size, row in found if row.tobytes() != found[0][1].tobytes()]
    return {
        "lengths": len(lengths),
        "differing": sum(len(results) > 1 for results in each),
        "results": max(map(len, each)),
        "spread_ulps": max(_spread([*results.values()]) for results in each),
        "first": min(apart, default=0),
    }


def _spread(rows: list[NDArray[Any]]) -> float:
    """The largest distance between two results of a component, in ulps of the larger; ∞ where one is no number."""
    stack = np.stack(rows).astype(np.float64)
    low, high = stack.min(axis=0), stack.max(axis=0)
    with np.errstate(invalid="ignore"):
        far = (high - low) / get_format(rows[0].dtype).ulp(np.maximum(abs(low), abs(high)))
    return float(np.max(np.where(low == high, 0.0, np.where(np.isnan(far), np.inf, far))))
