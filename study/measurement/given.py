"""Inputs as a user names them: a kind of the hard battery, a file of logits, or arrays."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from study.inputs.battery import battery
from study.inputs.families import rounded
from study.measurement.case import Case
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems import Problem

    Inputs = str | Path | Sequence[Any] | NDArray[Any] | Mapping[str, Sequence[Any]] | None


def resolve(problem: Problem, form: Format, inputs: Inputs, lengths: Sequence[int] = ()) -> dict[str, Case]:
    """What to measure on; see ``_arguments``, and ``study.battery`` for lengths, which leave no room for inputs.

    Raises:
        TypeError, ValueError: as both do, or inputs and lengths together.
    """
    if lengths and inputs is not None:
        raise ValueError("lengths are those of ordinary rows; give them or inputs, not both")
    return {name: Case(problem, args) for name, args in _arguments(problem, form, inputs, lengths).items()}


def _arguments(problem: Problem, form: Format, inputs: Inputs, lengths: Sequence[int]) -> dict[str, Arguments]:
    """Arguments, by name, rounded to the format.

    Raises:
        TypeError, ValueError: an unknown kind, or inputs that do not fit the problem.
    """
    if inputs is None:
        return battery(problem, form, lengths)
    if isinstance(inputs, str | Path) and Path(inputs).suffix:
        return {Path(inputs).name: rounded(form, _from_file(problem, inputs))}
    if isinstance(inputs, str | Path):
        inputs = str(inputs)
        kinds = battery(problem, form)
        if inputs not in kinds:
            near = get_close_matches(inputs, kinds)
            known = f"did you mean: {', '.join(near)}?" if near else f"there are: {', '.join(kinds)}"
            raise ValueError(f"no inputs named {inputs!r} for {problem.name}; {known}")
        return {inputs: kinds[inputs]}
    if not isinstance(inputs, Mapping):
        alone = isinstance(inputs, np.ndarray) or np.isscalar(inputs[0])
        inputs = {"given": [inputs] if alone else list(inputs)}
    if not inputs:
        raise ValueError("inputs are none: a kind of the hard battery, a file, arrays, or names of arrays are due")
    made = {name: rounded(form, tuple(np.asarray(a) for a in args)) for name, args in inputs.items()}
    for args in made.values():
        problem.signature.batch(args)
        problem.signature.check_indices(args)
    return made


def _from_file(problem: Problem, file: str | Path) -> Arguments:
    from study.inputs.logits import load

    logits, targets = load(file)
    if problem.signature.arguments == (Kind.VECTOR,):
        return (logits,)
    if problem.signature.arguments == (Kind.VECTOR, Kind.INDEX) and targets is not None:
        return logits, targets
    raise ValueError(
        f"{file} holds logits{'' if targets is None else ' and targets'}; {problem.name} needs other inputs"
    )
