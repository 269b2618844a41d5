"""A stored worst case of a sweep over every input or of a search, run again; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from study.exhaustive.functions import problem_named
from study.formats import get_format
from study.inputs.adversarial import BATCH
from study.libraries.backends.base import INSTALL
from study.measurement.explain import error, explain
from study.runs import packaged, store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from study.problems import Problem

FOLDERS = {"exhaustive": "summary", "search": "worst"}
"""Folders of the results by their tables of worst cases."""


def replay(identifier: str) -> str:
    """Run ``exhaustive/SWEEP/ALGORITHM`` or ``search/SEARCH/ROW`` again, step by step.

    Raises:
        ValueError: nothing of that name is stored, or the library's function is not installed.
    """
    folder, name, which = (identifier.split("/") + [""] * 2)[:3]
    root = packaged.home_of_results(folder, name)
    known = sorted(path.parent.name for path in (root / store.RESULTS / folder).rglob(f"{FOLDERS[folder]}.csv"))
    if name not in known or identifier.count("/") != 2:
        raise ValueError(f"{identifier!r} is no case; it is {folder}/NAME/…, NAME one of: {', '.join(known) or 'none'}")
    table = store.read_table(f"{folder}/{name}", FOLDERS[folder], root)
    names = list(table["algorithm"]) if folder == "exhaustive" else [str(k) for k in range(len(table))]
    if which not in names:
        raise ValueError(f"{folder}/{name} has no {which!r}; it has: {', '.join(names)}")
    row = cast("dict[str, Any]", table.iloc[names.index(which)].to_dict())
    ulps = row["max_ulp"] if folder == "exhaustive" else row["ulps"]
    steps = again(row)
    header = f"{identifier}: {row['algorithm']} in {row['format']}, {row.get('coverage', row.get('found_by'))}"
    return "\n".join([header, *steps, *beside(steps, ulps, f"{folder}/{name}")])


def again(row: Mapping[str, Any]) -> list[str]:
    """The steps of a row's algorithm on its worst input.

    Raises:
        ValueError: the library's function is not installed.
    """
    problem = problem_named(row["problem"])
    if row["algorithm"] not in problem.algorithms:
        raise ValueError(f"the library of {row['algorithm']} is not installed ({INSTALL})")
    return list(explain(problem, problem.algorithms[row["algorithm"]], arguments(problem, row)))


def beside(steps: Sequence[str], stored: float, folder: str) -> list[str]:
    """A line on the stored error where the replayed one is another, as on a machine of other bits."""
    from study.runs.fingerprint import fingerprint

    if steps[-1] == (said := error(stored)):
        return []
    where = f"under the numerical fingerprint {store.numerics_of(folder) or 'unknown'}, and this is {fingerprint()}"
    return [f"stored    {said.removeprefix('error').strip()}, {where}"]


def arguments(problem: Problem, row: Mapping[str, Any]) -> list[NDArray[Any]]:
    """The arguments that a row's input is written as: numbers in hex, see ``study.measurement.written.written``."""
    form = get_format(row["format"])
    text = str(row["worst_input"] if "worst_input" in row else row["input"])
    sizes = problem.signature.sizes(int(row.get("length", 1)), BATCH)
    args: list[NDArray[Any]] = []
    for part, kind in zip(text.split("; "), problem.signature.arguments, strict=True):
        words = part.split()
        numbers = np.array(words, np.int64) if kind.integer else form.round([float.fromhex(word) for word in words])
        shape = tuple(sizes[axis] for axis in kind.axes) if len(kind.axes) > 1 else (-1,) * len(kind.axes)
        args.append(np.reshape(numbers, shape))
    return args
