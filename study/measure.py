"""One algorithm measured on one stack of inputs: a tidy row of statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.errors import Outcome, compare, scaled
from study.formats import Format, get_format
from study.inputs import battery, rounded
from study.problems import Algorithm, Problem, get_problem
from study.reference import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.errors import Measured
    from study.exact import Exact

SHOWN = 8
"""How many numbers of a worst input are written out; longer ones are drawn again from their seed."""


def statistics(
    problem: Problem,
    algorithm: Algorithm,
    args: Sequence[NDArray[Any]],
    reference: Exact,
    cond: NDArray[np.float64],
) -> dict[str, Any]:
    """Run an algorithm and summarise its errors.

    Args:
        problem: the problem.
        algorithm: the algorithm.
        args: its arguments, in one format.
        reference: the exact results for these very arguments.
        cond: condition number of each result.

    Returns:
        count of values; ``max_ulp``, ``median_ulp``, ``p99_ulp`` (ulps); ``max_relative``; ``max_u`` (the same in u);
        ``max_scaled`` (error over u (1 + cond) |reference|); ``median_cond``, ``max_cond``; ``bound_u``, the largest
        a-priori bound in u; ``bound_used``, the largest error as a fraction of its own bound, over ``bounded`` values;
        a count for each Outcome; ``worst_row`` and ``worst_input`` of the largest error in ulps, numbers in hex;
        ``worst_computed``, ``worst_reference``, the result there.
    """
    computed = np.asarray(algorithm(*args))
    measured = compare(computed, reference)
    ulps = measured.distance(measured.ulp_exponent)
    relative = relative_to(measured)
    counts = np.bincount(measured.outcome.ravel(), minlength=len(Outcome))
    return {
        "count": ulps.size,
        "max_ulp": float(np.max(ulps, initial=0)),
        "median_ulp": quantile(ulps, 0.5),
        "p99_ulp": quantile(ulps, 0.99),
        "max_relative": float(np.max(relative, initial=0)),
        "max_u": float(np.max(relative, initial=0)) / measured.form.u,
        "max_scaled": float(np.max(scaled(measured, cond), initial=0)),
        "median_cond": quantile(cond, 0.5),
        "max_cond": float(np.max(cond, initial=0)),
        **_against_bound(algorithm, args, measured, relative),
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
        return {"worst_row": 0, "worst_input": "", "worst_computed": "", "worst_reference": ""}
    at = int(np.argmax(ulps))
    row = at // ulps.shape[-1] if problem.signature.vector_result else at
    return {
        "worst_row": row,
        "worst_input": written(problem, args, row),
        "worst_computed": repr(float(computed.ravel()[at])),
        "worst_reference": decimal(reference.reshape((-1,))[at]),
    }


def decimal(value: Exact, figures: int = 20) -> str:
    """One exact value in decimal."""
    with mpmath.workprec(4 * figures):
        return str(mpmath.nstr(value.to_mpf()[()], figures, min_fixed=-5, max_fixed=figures))


def relative_to(measured: Measured) -> NDArray[np.float64]:
    """|computed - reference| / |reference|."""
    distance = measured.distance(measured.reference.exponent)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(distance == 0, 0.0, distance / np.abs(measured.reference.hi))


def quantile(values: NDArray[np.float64], q: float) -> float:
    """The smallest value that at least a fraction q does not exceed; no interpolation, so infinities are no trouble."""
    return float(np.quantile(values, q, method="inverted_cdf")) if values.size else 0.0


def _against_bound(
    algorithm: Algorithm, args: Sequence[NDArray[Any]], measured: Measured, relative: NDArray[np.float64]
) -> dict[str, Any]:
    if algorithm.bound is None:
        return {"bound_u": np.nan, "bound_used": np.nan, "bounded": 0}
    wide = [a.astype(np.float64) if a.dtype.kind not in "iu" else a for a in args]
    with np.errstate(all="ignore"):
        bound = np.broadcast_to(algorithm.bound(measured.form, wide, measured.reference), relative.shape)
        holds = np.isfinite(bound)
        used = np.where(relative == 0, 0.0, relative / bound)
    if not holds.any():
        return {"bound_u": np.inf, "bound_used": np.nan, "bounded": 0}
    return {
        "bound_u": float(bound[holds].max()) / measured.form.u,
        "bound_used": float(used[holds].max()),
        "bounded": int(holds.sum()),
    }


def written(problem: Problem, args: Sequence[NDArray[Any]], row: int) -> str:
    """One instance of the inputs, numbers in hex, so that it can be replayed."""
    parts = []
    for arg, kind in zip(problem.signature.stacked(args), problem.signature.arguments, strict=True):
        instance = arg.reshape(-1, *arg.shape[arg.ndim - len(kind.axes) :])[row].ravel()
        numbers = [str(v) if kind.integer else float(v).hex() for v in instance[:SHOWN]]
        more = [f"… {len(instance)} numbers"] if len(instance) > SHOWN else []
        parts.append(" ".join(numbers + more))
    return "; ".join(parts)


def measure(
    function: Callable[..., Any], problem: str | Problem, form: str | Format, inputs: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Measure anyone's function against the exact values of a problem.

    Args:
        function: takes the problem's arguments as NumPy arrays of the format, vectors along the last axis, and returns
            an array of the same format.
        problem: the problem it is meant to solve, or its name.
        form: the format, or its name.
        inputs: the problem's arguments; floating-point ones are rounded to the format. By default a seeded battery.

    Returns:
        One tidy row; see ``statistics``.

    Raises:
        TypeError: an argument is no array of floating-point numbers, or the result is of another dtype.
        ValueError: an unknown problem or format, or shapes that do not fit.
    """
    import pandas as pd

    problem, form = get_problem(problem), get_format(form)
    args = rounded(form, tuple(np.asarray(a) for a in inputs) if inputs is not None else battery(problem))
    name = getattr(function, "__name__", type(function).__name__)
    algorithm = Algorithm(problem.name, name, function, problem.signature)
    reference = exact(problem, *args)
    key = {"problem": problem.name, "algorithm": name, "format": form.name}
    row = statistics(problem, algorithm, args, reference, problem.condition(*args, reference=reference))
    return pd.DataFrame([{**key, **row}])
