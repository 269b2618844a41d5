"""Is my loss right? Somebody's own logits, measured by every method, block by block, against exact values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.engine.losses import share
from study.certified.exact import Exact
from study.measurement.interrupt import undisturbed
from study.own.block import Block, Claim, blocks, confirm, measure
from study.own.score import Score, scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.inputs.logits import Logits
    from study.own.methods import Method
    from study.own.part import Part

    Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[tuple[Any, Any]]]
    """(function, its arguments) -> arguments and results, as they become ready; ``study.runs.execution.results``."""


NONE = Exact.from_float(np.nan)
"""The mean of nothing."""


def serially(function: Callable[[Any], Any], calls: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """One after the other, in this process."""
    for call in calls:
        yield call, function(call)


@dataclass(frozen=True)
class Audit:
    """What was measured of somebody's logits.

    Attributes:
        name: of the file.
        logits: the vectors.
        due: ``nll``, or ``logsumexp`` where there are no targets.
        methods: what was measured.
        interrupted: whether only some of the vectors were.
        part: everything measured, of all blocks.
    """

    name: str
    logits: Logits
    due: str
    methods: tuple[Method, ...]
    interrupted: bool
    part: Part

    @cached_property
    def mean(self) -> Exact:
        """The exact mean over the vectors whose exact result is finite; NaN where none is."""
        reference = self.part.reference
        return share(reference.total.reshape((1, 1)), max(reference.finite, 1))[0] if reference.finite else NONE

    @cached_property
    def scores(self) -> list[Score]:
        """What becomes of the loss by each method for it."""
        made, count = [m for m in self.methods if m in self.part.tallies], self.part.reference.finite
        return [scored(m, self.part.tallies[m], self.mean, count, self._kept(m)) for m in made]

    def _kept(self, method: Method) -> NDArray[Any] | None:
        parts = self.part.kept.get(method)
        return np.concatenate([parts[start] for start in sorted(parts)]) if parts else None

    @cached_property
    def figures(self) -> pd.DataFrame:
        """A row for each method: its errors against what is exact of the logits in its format, as ``Case.row``."""
        import pandas as pd

        return pd.DataFrame(
            {"problem": m.due, "format": m.form, "backend": m.backend, "algorithm": m.label, **self.part.figures[m]}
            for m in self.methods
            if m in self.part.figures
        )

    @cached_property
    def sums(self) -> pd.DataFrame:
        """The least and the largest row sum of each softmax, in each format."""
        import pandas as pd

        rows = [(m.label, m.form, *self.part.sums[m]) for m in self.methods if m in self.part.sums]
        return pd.DataFrame(rows, columns=["softmax", "format", "least_sum", "largest_sum"])


def audit(name: str, logits: Logits, methods: Sequence[Method], each: Each = serially, *, whole: bool = False) -> Audit:
    """Measure; Ctrl-C ends it early, with what is done.

    Args:
        name: of the file.
        logits: the vectors.
        methods: what to measure.
        each: calls a function on blocks, in this process or on workers.
        whole: also compare vector by vector as published, and sum the rows of softmaxes.

    Raises:
        DisagreementError: a reported exact value is not what the definition says.
        KeyboardInterrupt: nothing was done yet.
    """
    due = "logsumexp" if logits.targets is None else "nll"
    pattern = Block(logits.stored, 0, 0, None, tuple(methods), due, whole)
    done, interrupted = None, False
    try:
        for _, part in each(measure, blocks(logits.stored, logits.targets, pattern)):
            with undisturbed():
                done = part if done is None else done if part is None else done + part
    except KeyboardInterrupt:
        interrupted = True
    if done is None:
        raise KeyboardInterrupt
    made = Audit(name, logits, due, tuple(methods), interrupted, done)
    for _ in each(confirm, _claims(made)):
        pass
    return made


def _claims(made: Audit) -> list[Claim]:
    """The exact values beside which a worst value is reported, by problem and format."""
    wanted: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for method, figures in made.part.figures.items():
        places = wanted.setdefault((method.due, method.form), set())
        places.add((figures["worst_row"], figures["worst_component"]))
    ends = {(tally.row, 0) for tally in made.part.tallies.values()}
    wanted.setdefault((made.due, "float64"), set()).update(ends)
    stored, targets = made.logits.stored, made.logits.targets
    return [
        Claim(stored, problem, form, tuple(sorted(places)), () if targets is None else _of(targets, sorted(places)))
        for (problem, form), places in wanted.items()
    ]


def _of(targets: NDArray[np.int64], places: list[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(int(targets[row]) for row, _ in places)
