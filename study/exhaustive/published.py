"""What a library publishes of its accuracy, beside the largest error over every number of a format.

Three measures are taken of each result. ``regular``: in ulps, where argument and exact result are normal numbers.
``whole``: how many numbers of the format lie between it and the nearest to the exact value, there. ``flushed``: as
JAX's documentation defines it for a library that flushes subnormal numbers to zero: two results below the smallest
normal number are equal, the numbers around it and 0 are one ulp apart, and a subnormal argument may be taken for 0
(docs/accuracy.md of jax-ml/jax, reviewed 2026-09-18).
"""

from __future__ import annotations

import tomllib
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.evaluate import Block, evaluate
from study.exhaustive.functions import backends_of, problem_named
from study.exhaustive.measure import reference_of
from study.exhaustive.regular import errors_of
from study.exhaustive.specification import Specification
from study.formats import get_format
from study.libraries.backends import get_backend
from study.measurement.case import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

STEP = 2**17
"""Inputs computed at a time."""


@dataclass(frozen=True)
class Published:
    """One published figure, as ``experiments/published.toml`` has it.

    Attributes:
        source: where it is published.
        problem: name of the problem.
        algorithm: name of the function.
        format: name of the format.
        ulps: the figure as it is written there, a bound on the error.
        measure: ``regular``, ``whole`` or ``flushed``.
        at: the input that it is published for, in hexadecimal; empty where none is told.
        why: how a difference comes about.
    """

    source: str
    problem: str
    algorithm: str
    format: str
    ulps: str
    measure: str
    at: str = ""
    why: str = ""

    def holds(self, ulps: float) -> bool:
        """Whether an error is within the figure, to the digits that it is written with."""
        return round(ulps, len(self.ulps.partition(".")[2])) <= float(self.ulps)


@dataclass
class Worst:
    """The largest error so far, the first input of it, and the inputs whose error is above the published figure."""

    limit: float
    ulps: float = -1.0
    input: float = 0.0
    above: int = 0
    span: tuple[float, float] = field(default=(np.inf, -np.inf))

    def add(self, x: NDArray[np.float64], errors: NDArray[np.float64], *, whole: bool) -> None:
        """Some more inputs and their errors, counted in whole ulps if wanted."""
        if whole:
            errors = np.floor(errors + 0.5)
        at = int(errors.argmax())
        if errors[at] > self.ulps:
            self.ulps, self.input = float(errors[at]), float(x[at])
        if errors[at] > self.limit:
            beyond = x[errors > self.limit]
            self.above += len(beyond)
            self.span = (min(self.span[0], float(beyond.min())), max(self.span[1], float(beyond.max())))


def read(file: str | Path) -> list[Published]:
    """The published figures of a file."""
    return [Published(**entry) for entry in tomllib.loads(Path(file).read_text(encoding="utf-8"))["figure"]]


def beside(file: str | Path, problem: str) -> pd.DataFrame:
    """The figures of a problem, a line each, with what every number of the format gives here."""
    import pandas as pd

    here = [figure for figure in read(file) if figure.problem == problem]
    here = [figure for figure in here if backends_of(problem, (figure.algorithm,))]
    found = {form: _swept(problem, form, [f for f in here if f.format == form]) for form in {f.format for f in here}}
    return pd.DataFrame(
        {**_row(figure, found[figure.format][figure]), "replay": f"study replay {Path(file).stem}/{problem}/{k}"}
        for k, figure in enumerate(here)
    )


def _swept(problem: str, form: str, figures: Sequence[Published]) -> dict[Published, Worst]:
    """The largest errors of these functions over every number of the format."""
    spec = Specification(problem, form, tuple(dict.fromkeys(figure.algorithm for figure in figures)))
    worst = {figure: Worst(float(figure.ulps)) for figure in figures}
    at_zero = float(reference_of(Block.of(spec, 0, 1))[0][0, 0])
    with ExitStack() as stack:
        for name in backends_of(problem, spec.algorithms):
            stack.enter_context((get_backend(name).alone or nullcontext)())
        for start in range(0, spec.end, STEP):
            block = _block(spec, start)
            if len(block.index):
                _add(worst, block, at_zero)
    return worst


def _block(spec: Specification, number: int) -> Block:
    """The inputs among which an input is computed: a library may compute a number by itself otherwise."""
    start = number - number % STEP
    return Block.of(spec, start, min(start + STEP, spec.end))


def _add(worst: dict[Published, Worst], block: Block, at_zero: float) -> None:
    hi, lo, _ = (part[0] for part in reference_of(block))
    kind, x = get_format(block.shard.form), block.wide[0]
    regular, flushed = np.empty(len(x)), np.empty(len(x))
    for name in block.shard.algorithms:
        computed = evaluate(block, name, checked=False)[0].astype(np.float64)
        errors_of(x, computed, hi, lo, at_zero, kind.p, kind.emin, kind.emax, regular, flushed)
        for figure, found in worst.items():
            if figure.algorithm == name:
                found.add(x, flushed if figure.measure == "flushed" else regular, whole=figure.measure == "whole")


def _row(figure: Published, found: Worst) -> dict[str, Any]:
    backend = get_backend(backends_of(figure.problem, (figure.algorithm,))[0])
    computed, exact, _ = _at(figure, found.input)
    row = {
        "backend": backend.name,
        "version": backend.version,
        "problem": figure.problem,
        "algorithm": figure.algorithm,
        "format": figure.format,
        "measure": figure.measure,
        "published": float(figure.ulps),
        "max_ulp": found.ulps,
        "holds": "yes" if figure.holds(found.ulps) else "no",
        "worst_input": found.input.hex(),
        "worst_computed": computed,
        "worst_reference": exact,
        "above": found.above,
        "from_input": found.span[0] if found.above else None,
        "to_input": found.span[1] if found.above else None,
        "at": figure.at,
        "at_ulps": None,
        "at_relative": None,
        "why": figure.why,
        "source": figure.source,
    }
    return row | (_claimed(figure) if figure.at else {})


def _claimed(figure: Published) -> dict[str, float]:
    """The error at the input that the figure is published for, in ulps and relative."""
    _, exact, ulps = _at(figure, float.fromhex(figure.at))
    ulp = float(get_format(figure.format).ulp(float(exact)))
    return {"at_ulps": ulps, "at_relative": ulps * ulp / abs(float(exact))}


def _at(figure: Published, x: float) -> tuple[str, str, float]:
    """The result at an input, the exact value and the error in ulps; computed within its block, as in the sweep."""
    form = get_format(figure.format)
    number = int(form.to_bits(form.round(np.array([x])))[0])
    block = _block(Specification(figure.problem, figure.format, (figure.algorithm,)), number)
    at = int(np.searchsorted(block.index, number))
    result = evaluate(block, figure.algorithm, checked=False)[0, at : at + 1].astype(form.dtype)
    case = Case(problem_named(figure.problem), (block.args[0][at : at + 1],))
    *_, shown, exact = case.shown(result, 0)
    return shown, exact, float(case.compare(result).ulps[0])
