"""The problems by name."""

from __future__ import annotations

from difflib import get_close_matches

from study.problems.base import Problem

PROBLEMS: dict[str, Problem] = {}
"""Every problem by name, files in alphabetical order."""


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
