"""Some vectors of an audit, read, and measured by every method: the unit of its work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format
from study.inputs.logits import IGNORED
from study.measurement.case import Case
from study.measurement.guard import MisbehavedError, guarded
from study.own.methods import OURS
from study.own.part import Part, Reference, told
from study.own.per_vector import published, sums
from study.own.score import tallied
from study.problems import get_problem
from study.problems.reference import exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.inputs.stored import Stored
    from study.own.methods import Method

KEPT = 2**22
"""Vectors of which losses are kept, to be added up in their order."""


@dataclass(frozen=True)
class Block:
    """Vectors of a file, and how they are measured.

    Attributes:
        stored: the file.
        start: the first vector.
        targets: of each vector, as many as there are to be read; None: none has one.
        count: how many vectors are read.
        methods: what is measured.
        due: the problem whose results are kept, one a vector.
        whole: whether vectors are also compared as published, and rows summed.
    """

    stored: Stored
    start: int
    count: int
    targets: NDArray[np.int64] | None
    methods: tuple[Method, ...]
    due: str
    whole: bool = False

    def read(self) -> tuple[NDArray[np.intp], NDArray[np.float64], tuple[NDArray[np.int64], ...]]:
        """The vectors that are not left out: their numbers, they in binary64, and their targets where there are any."""
        x = self.stored.read(self.start, self.start + self.count)
        if self.targets is None:
            return np.arange(self.start, self.start + self.count), x.astype(np.float64), ()
        kept = self.targets != IGNORED
        return self.start + np.flatnonzero(kept), x[kept].astype(np.float64), (self.targets[kept],)


def measure(block: Block) -> Part | None:
    """Measure a block; None where all its vectors are left out."""
    rows, wide, targets = block.read()
    if not len(rows):
        return None
    values = exact(block.due, wide, *targets)
    part = Part(len(rows), Reference.of(values, rows))
    rounded = {form: get_format(form).round(wide) for form in dict.fromkeys(m.form for m in block.methods)}
    cases: dict[tuple[str, str], Case] = {}
    for method in sorted(block.methods, key=lambda m: m.due):  # of vector results those of one problem are held at once
        key = (method.due, method.form)
        if key not in cases:
            cases = {k: c for k, c in cases.items() if k[0] == method.due}
            args = (rounded[method.form], *(targets if method.due == "nll" else ()))
            cases[key] = Case(get_problem(method.due), args)
        _measure(part, method, cases[key], block, values, rows)
    if block.whole:
        part.published = published(wide)
    return part


def _measure(part: Part, method: Method, case: Case, block: Block, values: Exact, rows: NDArray[np.intp]) -> None:
    try:
        result = _called(method, case)
    except MisbehavedError as error:
        part.refused[method] = str(error)
        return
    figures = case.row(result)
    part.figures[method] = told(figures) | {"worst_row": int(rows[figures["worst_row"]])}
    if method.due == block.due:
        part.tallies[method] = tallied(result, values, rows)
        if method.function == "faithful" and block.stored.vectors <= KEPT:
            part.kept[method] = {block.start: result[np.isfinite(values.hi)]}
    if block.whole and method.due == "softmax":
        part.sums[method] = sums(result)


def _called(method: Method, case: Case) -> NDArray[Any]:
    """Our formulas are trusted; a library's function may refuse."""
    if method.backend == OURS:
        return method(*case.args)
    return guarded(method, case.args, case.problem.signature.result(case.args))


@dataclass(frozen=True)
class Claim:
    """Exact values that the definition is to confirm: components of vectors, by their numbers."""

    stored: Stored
    problem: str
    form: str
    places: tuple[tuple[int, int], ...]
    targets: tuple[int, ...]


def confirm(claim: Claim) -> None:
    """Recompute exact values from the definition.

    Raises:
        DisagreementError: the definition says otherwise.
    """
    x = np.concatenate([claim.stored.read(row, row + 1) for row, _ in claim.places]).astype(np.float64)
    args = (get_format(claim.form).round(x), *((np.array(claim.targets),) if claim.problem == "nll" else ()))
    rows = [{"worst_row": i, "worst_component": component} for i, (_, component) in enumerate(claim.places)]
    Case(get_problem(claim.problem), args).confirm(rows, "audit")


def blocks(stored: Stored, targets: NDArray[np.int64] | None, block: Block) -> list[Block]:
    """All vectors, in blocks like the one given."""
    starts = range(0, stored.vectors, stored.step)
    counts = [min(stored.step, stored.vectors - start) for start in starts]
    return [
        replace(block, start=s, count=n, targets=None if targets is None else targets[s : s + n])
        for s, n in zip(starts, counts, strict=True)
    ]
