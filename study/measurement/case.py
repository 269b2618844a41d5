"""The measuring core: inputs of a problem, the exact results, and a tidy row for whatever was computed from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.due import Due
from study.certified.errors import Outcome, compare, scaled
from study.certified.errors import relative as relative_of
from study.formats import format_of
from study.inputs.families import generator
from study.measurement.written import decimal, written
from study.problems import get_problem
from study.problems.bounds.recipe import under
from study.problems.crosscheck import crosscheck
from study.problems.reference import condition, exact, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from study.arithmetic.recipe import Recipe
    from study.certified.errors import Measured
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems import Algorithm, Problem
    from study.problems.base import Bound

    Floats = NDArray[np.float64]

QUANTILES = (0.5, 0.99)


@dataclass(frozen=True)
class Case:
    """Arguments of a problem, in one format. What is exact, and how it is conditioned, is found once.

    Attributes:
        problem: the problem.
        args: its arguments, stacks of instances allowed.
        known: the exact results, where they are known already.
    """

    problem: Problem
    args: tuple[NDArray[Any], ...]
    known: Exact | None = field(default=None, repr=False)

    @cached_property
    def reference(self) -> Exact:
        """The exact results for these very arguments."""
        return exact(self.problem, *self.args) if self.known is None else self.known

    @cached_property
    def form(self) -> Format:
        """The format of the arguments."""
        return next(format_of(a) for a in self.args if a.dtype.kind not in "iu")

    @cached_property
    def due(self) -> Due:
        """The exact results in the eyes of the format."""
        return Due(self.form, self.reference)

    @cached_property
    def cond(self) -> Floats:
        """Condition number of each result."""
        return condition(self.problem, *self.args, reference=self.reference)

    @cached_property
    def conditioning(self) -> dict[str, float]:
        """``median_cond`` and ``max_cond``."""
        return {"median_cond": quantiles(self.cond, (0.5,))[0], "max_cond": float(np.max(self.cond, initial=0))}

    @cached_property
    def wide(self) -> list[NDArray[Any]]:
        """The arguments in binary64, indices as they are."""
        with np.errstate(all="ignore"):
            return [a.astype(np.float64) if a.dtype.kind not in "iu" else a for a in self.args]

    def each(
        self, chosen: Sequence[str] | None = None, recipe: Recipe | None = None
    ) -> Iterator[tuple[Algorithm, dict[str, Any]]]:
        """Every algorithm that is for the format it computes in, or of those named, with its row; see ``row``."""
        form = self.form.name if recipe is None else recipe.compute
        for name, algorithm in self.problem.algorithms.items():
            if (chosen is None or name in chosen) and form in algorithm.formats:
                yield algorithm, self.measure(algorithm, recipe)

    def measure(self, algorithm: Algorithm, recipe: Recipe | None = None) -> dict[str, Any]:
        """Run an algorithm, under a recipe if wanted, and summarise its errors against its own bound; see ``row``."""
        if recipe is None:
            return self.row(np.asarray(algorithm(*self.args)), algorithm.bound)
        return self.row(recipe.run(algorithm, *self.args), under(algorithm.bound, recipe))

    def row(self, computed: NDArray[Any], bound: Bound | None = None) -> dict[str, Any]:
        """Summarise the errors of results.

        Args:
            computed: the results.
            bound: the a-priori bound to hold them to, if one is known.

        Returns:
            count of values; ``max_ulp``, ``median_ulp``, ``p99_ulp`` (ulps); ``max_relative``; ``max_u`` (the same in
            u); ``max_scaled`` (error over u (1 + cond) |reference|); ``max_normwise`` (largest error of a result over u
            times its largest finite component); ``median_cond``, ``max_cond``; ``bound_u``, the largest a-priori bound
            in u; ``bound_used``, the largest error as a fraction of its own bound, over ``bounded`` values; a count for
            each Outcome; ``worst_row``, ``worst_component`` and ``worst_input`` (in hex) of the largest error in ulps;
            ``worst_computed``, ``worst_reference``, the result there.

        Raises:
            ValueError: the results are of another shape than the exact ones.
        """
        measured = self.compare(computed)
        relative = relative_of(measured)
        counts = np.bincount(measured.outcome.ravel(), minlength=len(Outcome))
        most, (median, p99) = float(np.max(relative, initial=0)), quantiles(measured.ulps, QUANTILES)
        return {
            "count": measured.ulps.size,
            "max_ulp": float(np.max(measured.ulps, initial=0)),
            "median_ulp": median,
            "p99_ulp": p99,
            "max_relative": most,
            "max_u": most / measured.form.u,
            "max_scaled": float(np.max(scaled(measured, self.cond), initial=0)),
            "max_normwise": float(
                np.max(normwise(measured, relative, vectors=self.problem.signature.vector_result), initial=0)
            ),
            **self.conditioning,
            **self._against(bound, measured, relative),
            **{outcome.name.lower(): int(counts[outcome]) for outcome in Outcome},
            **self._worst(computed, measured.ulps),
        }

    def compare(self, computed: NDArray[Any]) -> Measured:
        """Results beside the exact ones, whichever format they are in."""
        return compare(computed, self.due if format_of(computed) is self.form else self.reference)

    def part(self, instances: NDArray[np.intp]) -> Case:
        """Some of the instances, in this order, their exact results known."""
        stacks, results = self.problem.signature.stacked(self.args), self.problem.signature.result(self.args)
        core = results[len(results) - self.problem.signature.vector_result :]
        return Case(self.problem, tuple(a[instances] for a in stacks), self.reference.reshape((-1, *core))[instances])

    def limit(self, bound: Bound, measured: Measured) -> Floats:
        """A bound on the relative error of each result, in the shape of the results."""
        with np.errstate(all="ignore"):
            return np.broadcast_to(bound(measured.form, self.wide, self.reference), measured.due.shape)

    def confirm(self, rows: Sequence[Mapping[str, Any]], *seed: str | float) -> None:
        """Recompute from the definition what is exact of the worst value of each row, and of a random instance.

        Raises:
            DisagreementError: the definition says otherwise.
        """
        stacks = self.problem.signature.stacked(prepare(self.problem, self.args))
        sample = int(generator(*seed).integers(len(stacks[0])))
        worst = {(row["worst_row"], row["worst_component"]) for row in rows}
        crosscheck(self.problem, stacks, self.reference, {(sample, 0), *worst})

    def _against(self, bound: Bound | None, measured: Measured, relative: Floats) -> dict[str, Any]:
        if bound is None or not all(a.size for a in self.args):  # bounds speak of roundings, of which these have none
            return {"bound_u": np.nan, "bound_used": np.nan, "bounded": 0}
        limit = self.limit(bound, measured)
        with np.errstate(all="ignore"):
            holds = np.isfinite(limit)
            used = np.where(relative == 0, 0.0, relative / limit)
        if not holds.any():
            return {"bound_u": np.inf, "bound_used": np.nan, "bounded": 0}
        return {
            "bound_u": float(limit[holds].max()) / measured.form.u,
            "bound_used": float(used[holds].max()),
            "bounded": int(holds.sum()),
        }

    def _worst(self, computed: NDArray[Any], ulps: Floats) -> dict[str, Any]:
        if not ulps.size:
            nothing = dict.fromkeys(("worst_input", "worst_computed", "worst_reference"), "")
            return {"worst_row": 0, "worst_component": 0, **nothing}
        row, component, input_, *values = self.shown(computed, int(np.argmax(ulps)))
        names = ("worst_row", "worst_component", "worst_input", "worst_computed", "worst_reference")
        return dict(zip(names, (row, component, input_, *values), strict=True))

    def shown(self, computed: NDArray[Any], at: int, figures: int = 20) -> tuple[int, int, str, str, str]:
        """Of one result, by its place among all: instance, component, input in hex, the result, the exact value."""
        length = computed.shape[-1] if self.problem.signature.vector_result else 1
        row, component = divmod(at, length)
        exact_value = decimal(self.reference.reshape((-1,))[at], figures)
        return row, component, written(self.problem, self.args, row), repr(float(computed.ravel()[at])), exact_value


def normwise(measured: Measured, relative: Floats, *, vectors: bool) -> Floats:
    """max_j |c_j - r_j| / (u max_j |r_j|) of each result; of a number, its ``relative`` error in u."""
    if not vectors or not relative.size:
        with np.errstate(over="ignore"):
            return relative / measured.form.u
    due = measured.due
    with np.errstate(all="ignore"):
        error = measured.distance(np.broadcast_to(due.vector_scale, due.shape)).max(axis=-1)
        return np.where(error == 0, 0.0, error / due.vector_size) / measured.form.u


def quantiles(values: Floats, fractions: Sequence[float]) -> list[float]:
    """For each fraction q the smallest value that at least q of them do not exceed; no interpolation: infinities do."""
    if not values.size:
        return [0.0] * len(fractions)
    ranks = [max(int(np.ceil(q * values.size)) - 1, 0) for q in fractions]
    parted = np.partition(values, ranks, axis=None)
    return [float(parted[rank]) for rank in ranks]


def single(problem_name: str, algorithm: str, *args: NDArray[Any]) -> dict[str, Any]:
    """One result beside its exact value.

    Returns:
        ``held``, the first number of the input; ``computed``; ``reference``, in decimal; ``ulps``; ``outcome``.
    """
    case = Case(get_problem(problem_name), args)
    computed = np.asarray(case.problem.algorithms[algorithm](*args))
    measured = case.compare(computed)
    return {
        "held": float(args[0].ravel()[0]),
        "computed": float(computed),
        "reference": decimal(case.reference),
        "ulps": float(measured.ulps),
        "outcome": Outcome(int(measured.outcome)).name.lower(),
    }
