"""One algorithm measured on one stack of inputs: a tidy row of statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.errors import Outcome, compare, scaled
from study.errors import relative as relative_of
from study.problems import get_problem
from study.reference import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.errors import Measured
    from study.exact import Exact
    from study.problems import Algorithm, Problem
    from study.problems.base import Bound

SHOWN = 8
"""How many numbers of a worst input are written out; longer ones are drawn again from their seed."""


def statistics(
    problem: Problem,
    algorithm: Algorithm,
    args: Sequence[NDArray[Any]],
    reference: Exact,
    cond: NDArray[np.float64],
) -> dict[str, Any]:
    """Run an algorithm and summarise its errors; see ``summary``."""
    return summary(problem, np.asarray(algorithm(*args)), args, reference, cond, algorithm.bound)


def summary(
    problem: Problem,
    computed: NDArray[Any],
    args: Sequence[NDArray[Any]],
    reference: Exact,
    cond: NDArray[np.float64],
    bound: Bound | None = None,
) -> dict[str, Any]:
    """Summarise the errors of results.

    Args:
        problem: the problem.
        computed: the results.
        args: their arguments, in one format.
        reference: the exact results for these very arguments.
        cond: condition number of each result.
        bound: the a-priori bound to hold them to, if one is known.

    Returns:
        count of values; ``max_ulp``, ``median_ulp``, ``p99_ulp`` (ulps); ``max_relative``; ``max_u`` (the same in u);
        ``max_scaled`` (error over u (1 + cond) |reference|); ``max_normwise`` (largest error of a result over u times
        its largest finite component); ``median_cond``, ``max_cond``; ``bound_u``, the largest
        a-priori bound in u; ``bound_used``, the largest error as a fraction of its own bound, over ``bounded`` values;
        a count for each Outcome; ``worst_row``, ``worst_component`` and ``worst_input`` (in hex)
        of the largest error in ulps;
        ``worst_computed``, ``worst_reference``, the result there.
    """
    measured = compare(computed, reference)
    ulps = measured.distance(measured.ulp_exponent)
    relative = relative_of(measured)
    counts = np.bincount(measured.outcome.ravel(), minlength=len(Outcome))
    return {
        "count": ulps.size,
        "max_ulp": float(np.max(ulps, initial=0)),
        "median_ulp": quantile(ulps, 0.5),
        "p99_ulp": quantile(ulps, 0.99),
        "max_relative": float(np.max(relative, initial=0)),
        "max_u": float(np.max(relative, initial=0)) / measured.form.u,
        "max_scaled": float(np.max(scaled(measured, cond), initial=0)),
        "max_normwise": float(np.max(normwise(measured, vectors=problem.signature.vector_result), initial=0)),
        "median_cond": quantile(cond, 0.5),
        "max_cond": float(np.max(cond, initial=0)),
        **_against_bound(bound, args, measured, relative),
        **{outcome.name.lower(): int(counts[outcome]) for outcome in Outcome},
        **_worst(problem, args, computed, reference, ulps),
    }


def single(problem_name: str, algorithm: str, *args: NDArray[Any]) -> dict[str, Any]:
    """One result beside its exact value.

    Returns:
        ``held``, the first number of the input; ``computed``; ``reference``, in decimal; ``ulps``; ``outcome``.
    """
    problem = get_problem(problem_name)
    reference = exact(problem, *args)
    computed = np.asarray(problem.algorithms[algorithm](*args))
    measured = compare(computed, reference)
    return {
        "held": float(args[0].ravel()[0]),
        "computed": float(computed),
        "reference": decimal(reference),
        "ulps": float(measured.distance(measured.ulp_exponent)),
        "outcome": Outcome(int(measured.outcome)).name.lower(),
    }


def _worst(
    problem: Problem,
    args: Sequence[NDArray[Any]],
    computed: NDArray[Any],
    reference: Exact,
    ulps: NDArray[np.float64],
) -> dict[str, Any]:
    if not ulps.size:
        return {"worst_row": 0, "worst_component": 0, "worst_input": "", "worst_computed": "", "worst_reference": ""}
    at = int(np.argmax(ulps))
    row, component = divmod(at, ulps.shape[-1]) if problem.signature.vector_result else (at, 0)
    return {
        "worst_row": row,
        "worst_component": component,
        "worst_input": written(problem, args, row),
        "worst_computed": repr(float(computed.ravel()[at])),
        "worst_reference": decimal(reference.reshape((-1,))[at]),
    }


def decimal(value: Exact, figures: int = 20) -> str:
    """One exact value in decimal."""
    with mpmath.workprec(4 * figures):
        return str(mpmath.nstr(value.to_mpf()[()], figures, min_fixed=-5, max_fixed=figures))


def normwise(measured: Measured, *, vectors: bool) -> NDArray[np.float64]:
    """max_j |c_j - r_j| / (u max_j |r_j|) of each result; of a number, its relative error in u."""
    if not vectors or not measured.reference.hi.size:
        with np.errstate(over="ignore"):
            return relative_of(measured) / measured.form.u
    r = measured.reference
    finite = np.isfinite(r.hi)
    scale = np.where(finite & (r.hi != 0), r.exponent, measured.form.emin).max(axis=-1, keepdims=True)
    scale = np.maximum(scale, measured.form.emin)
    with np.errstate(all="ignore"):
        size = np.max(
            np.where(finite, np.abs(r.hi), 0) * np.ldexp(1.0, np.maximum(r.exponent - scale, -2000).astype(np.int32)),
            axis=-1,
        )
        error = measured.distance(np.broadcast_to(scale, r.shape)).max(axis=-1)
        return np.where(error == 0, 0.0, error / size) / measured.form.u


def quantile(values: NDArray[np.float64], q: float) -> float:
    """The smallest value that at least a fraction q does not exceed; no interpolation, so infinities are no trouble."""
    return float(np.quantile(values, q, method="inverted_cdf")) if values.size else 0.0


def _against_bound(
    bound: Bound | None, args: Sequence[NDArray[Any]], measured: Measured, relative: NDArray[np.float64]
) -> dict[str, Any]:
    if bound is None or not all(a.size for a in args):  # bounds speak of roundings, of which these have none
        return {"bound_u": np.nan, "bound_used": np.nan, "bounded": 0}
    limit = a_priori(bound, args, measured)
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


def a_priori(bound: Bound, args: Sequence[NDArray[Any]], measured: Measured) -> NDArray[np.float64]:
    """The bound on the relative error of each result, in the shape of the results."""
    with np.errstate(all="ignore"):
        wide = [a.astype(np.float64) if a.dtype.kind not in "iu" else a for a in args]
        return np.broadcast_to(bound(measured.form, wide, measured.reference), measured.outcome.shape)


def written(problem: Problem, args: Sequence[NDArray[Any]], row: int) -> str:
    """One instance of the inputs, numbers in hex, so that it can be replayed."""
    parts = []
    for stack, kind in zip(problem.signature.stacked(args), problem.signature.arguments, strict=True):
        instance = stack[row].ravel()
        numbers = [str(v) if kind.integer else float(v).hex() for v in instance[:SHOWN]]
        more = [f"… {len(instance)} numbers"] if len(instance) > SHOWN else []
        parts.append(" ".join(numbers + more))
    return "; ".join(parts)
