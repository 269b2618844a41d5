"""The problems, one file each (or a close family); a file here that defines some is all it takes to add them."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches

from study.problems.base import Algorithm, Problem

__all__ = ["PROBLEMS", "Algorithm", "Problem", "get_problem"]

PROBLEMS: dict[str, Problem] = {}
"""Every problem by name, files in alphabetical order."""

for _module in pkgutil.iter_modules(__path__):
    for _value in vars(importlib.import_module(f"{__name__}.{_module.name}")).values():
        if isinstance(_value, Problem):
            PROBLEMS[_value.name] = _value


def get_problem(problem: str | Problem) -> Problem:
    """The problem of that name.

    Raises:
        TypeError: that is neither a problem nor a name.
        ValueError: none has it; names that come near are given.
    """
    if isinstance(problem, Problem):
        return problem
    if not isinstance(problem, str):
        raise TypeError(f"a problem or its name is due, not {type(problem).__name__}")
    if problem not in PROBLEMS:
        near = get_close_matches(problem, PROBLEMS) or list(PROBLEMS)
        raise ValueError(f"no problem named {problem!r}; did you mean: {', '.join(near)}?")
    return PROBLEMS[problem]
