"""What a quick reference leaves open: decided by the engine's double-doubles, and in the end by mpmath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.certified.certify import certified
from study.certified.errors import compare
from study.certified.exact import Exact
from study.exhaustive.bins import INFINITE, bins_of
from study.exhaustive.judge import judge_each
from study.exhaustive.limits import Limits
from study.problems.reference import exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.problems import Problem

    Floats = NDArray[np.float64]

PRECS = (200, 400, 1600)
"""Bits asked of mpmath in turn; what is still at an edge with the last is taken to be there exactly."""


def words(held: Exact) -> tuple[Floats, Floats, Floats]:
    """Exact values as two words of binary64 and a bound on what these leave out."""
    exponent = np.clip(held.exponent, -1000, 1000).astype(np.int32)
    with np.errstate(invalid="ignore", under="ignore"):
        hi, lo = np.ldexp(held.hi, exponent), np.ldexp(held.lo, exponent)
        return hi, lo, np.where(np.isfinite(hi), np.abs(hi) * np.where(held.saturated, 1.0, held.error), 0.0)


def settle(
    problem: Problem, args: list[NDArray[Any]], component: NDArray[np.int64], computed: NDArray[Any]
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], int]:
    """Error in ulps, bin and outcome of some results, and how many of them mpmath had to decide.

    Args:
        problem: the problem.
        args: its arguments, an instance a result.
        component: which component of the instance's result.
        computed: the results, in the format.
    """
    count = len(component)
    held = exact(problem, *args).reshape((count, -1))[np.arange(count), component]
    measured = compare(computed, held)
    errors, places, outcomes = np.empty(count), np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        wide = computed.astype(np.float64)
    judge_each(wide, *words(held), Limits.of(measured.form), errors, places, outcomes)
    special = (places < 0) & ~np.isfinite(held.hi)
    if special.any():
        errors[special] = measured.ulps[special]
        places[special], outcomes[special] = bins_of(errors[special]), measured.outcome[special]
    open_ = np.flatnonzero(places < 0)
    for i in open_:
        errors[i], places[i], outcomes[i] = _by_mpmath(problem, args, int(i), int(component[i]), computed)
    return errors, places, outcomes, len(open_)


def _by_mpmath(
    problem: Problem, args: list[NDArray[Any]], i: int, component: int, computed: NDArray[Any]
) -> tuple[float, int, int]:
    """One result against enclosures that narrow until the bin of its error no longer depends on where it lies."""
    instance = [arg[i].astype(np.float64) for arg in args]
    wanted = [component] if problem.signature.vector_result else None
    for prec in PRECS:
        with mpmath.workprec(2 * prec):
            value = certified(problem.definition, instance, prec, components=wanted)[0]
            found = [_judged(computed[i], value * (1 + side * mpmath.mpf(2) ** -prec)) for side in (0, -1, 1)]
        if len({verdict[1:] for verdict in found}) == 1:
            break
    return found[0]


def _judged(computed: Any, value: mpmath.mpf) -> tuple[float, int, int]:
    """Error, bin and outcome of one result against one number; the error by mpmath, at its working precision."""
    measured = compare(np.array([computed]), Exact.from_mpf(np.array([value], dtype=object)))
    rough = float(measured.ulps[0])
    if not np.isfinite(rough):
        return rough, INFINITE, int(measured.outcome[0])
    held = mpmath.ldexp(mpmath.mpf(float(measured.significand[0])), int(measured.exponent[0]))
    error = mpmath.ldexp(abs(held - value), -int(measured.due.ulp_exponent[0]))
    place = 0
    if rough > 0 and error > 0.5:
        significand, exponent = mpmath.frexp(error)
        place = min(int(exponent) + (0 if significand == 0.5 else 1), INFINITE - 1)
    return rough, place, int(measured.outcome[0])
