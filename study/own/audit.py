"""Is my loss right? Somebody's own logits, measured by every method, block by block, against exact values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.own.block import Block, Claim, Part, blocks, confirm, measure, merged
from study.own.score import Score, scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.inputs.logits import Logits
    from study.own.methods import Method

    Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[tuple[Any, Any]]]
    """(function, its arguments) -> arguments and results, as they become ready; ``study.runs.execution.results``."""


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
    def finite(self) -> NDArray[np.bool_]:
        """Vectors whose exact result is a number: that of a masked target is infinite, of a masked vector undefined."""
        return np.isfinite(self.part.reference.hi)

    @cached_property
    def mean(self) -> Exact:
        """The exact mean over these."""
        from study.certified.engine.losses import mean

        return mean(self.part.reference[self.finite].reshape((1, -1)))[0]

    @cached_property
    def scores(self) -> list[Score]:
        """What becomes of the loss by each method for it."""
        made = [m for m in self.methods if m in self.part.results]
        return [scored(m, self.part.results[m], self.part.reference, self.mean, self.finite) for m in made]

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
    parts, interrupted = list[Part](), False
    try:
        for _, part in each(measure, blocks(logits.stored, logits.targets, pattern)):
            parts += [part] if part is not None else []
    except KeyboardInterrupt:
        interrupted = True
        if not parts:
            raise
    made = Audit(name, logits, due, tuple(methods), interrupted, _joined(parts))
    for _ in each(confirm, _claims(made)):
        pass
    return made


def _joined(parts: list[Part]) -> Part:
    """The parts as one, its vectors in their order in the file."""
    parts.sort(key=lambda part: int(part.rows[0]))
    refused = {method: said for part in parts for method, said in part.refused.items()}
    held = [(p.reference.hi, p.reference.lo, p.reference.exponent, p.reference.error) for p in parts]
    whole = Part(
        np.concatenate([p.rows for p in parts]), Exact(*map(np.concatenate, zip(*held, strict=True))), refused=refused
    )
    for method in {m: None for part in parts for m in part.figures if m not in refused}:
        whole.figures[method] = _folded(merged, (p.figures[method] for p in parts))
        if method in parts[0].results:
            whole.results[method] = np.concatenate([p.results[method] for p in parts])
        if method in parts[0].sums:
            least, largest = zip(*(p.sums[method] for p in parts), strict=True)
            whole.sums[method] = float(np.min(least)), float(np.max(largest))
    if parts[0].published is not None:
        whole.published = _folded(_added, (p.published for p in parts))
    return whole


def _folded(function: Callable[[Any, Any], Any], values: Iterable[Any]) -> Any:
    first, *rest = values
    for value in rest:
        first = function(first, value)
    return first


def _added(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Counts of vectors by the published algorithms, of both."""
    counts = ["vectors", "lost_unshifted", "lost_shifted", "kept", "identical"]
    both = a.assign(**{name: a[name] + b[name] for name in counts})
    return both.assign(identical_fraction=both["identical"] / both["kept"].where(both["kept"] > 0))


def _claims(made: Audit) -> list[Claim]:
    """The exact values beside which a worst value is reported, by problem and format."""
    wanted: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for method, figures in made.part.figures.items():
        places = wanted.setdefault((method.due, method.form), set())
        places.add((figures["worst_row"], figures["worst_component"]))
    ends = {(int(made.part.rows[score.worst]), 0) for score in made.scores}
    wanted.setdefault((made.due, "float64"), set()).update(ends)
    stored, targets = made.logits.stored, made.logits.targets
    return [
        Claim(stored, problem, form, tuple(sorted(places)), () if targets is None else _of(targets, sorted(places)))
        for (problem, form), places in wanted.items()
    ]


def _of(targets: NDArray[np.int64], places: list[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(int(targets[row]) for row, _ in places)
