"""The exact values of a problem: from the fast engine where it can claim them, else certified by the definition."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified import engine, limits
from study.certified.certify import certified
from study.certified.exact import Exact
from study.formats import KNOWN, format_of
from study.problems.registry import get_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import mpmath
    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems.base import Problem
    from study.problems.signature import Kind

EXACT_PREC = 110
"""Bits asked of mpmath for values that are held in double-doubles."""

ENGINE_ERROR = 2.0**-90
"""Largest relative error that a value of the engine may claim; beyond it mpmath decides."""


def prepare(problem: Problem, args: Sequence[Any]) -> list[NDArray[Any]]:
    """Check arguments and hold them exactly: floating-point ones in binary64, indices as integers.

    Raises:
        TypeError: a dtype is no floating-point format, or an index is no integer.
        ValueError: a wrong number of arguments, or shapes or indices that do not fit.
    """
    arrays = [np.asarray(arg) for arg in args]
    try:
        problem.signature.batch(arrays)
        problem.signature.check_indices(arrays)
        return [_held(a, kind) for a, kind in zip(arrays, problem.signature.arguments, strict=True)]
    except (TypeError, ValueError) as error:
        raise type(error)(f"{problem.name}: {error}") from None


def _held(array: NDArray[Any], kind: Kind) -> NDArray[Any]:
    if kind.integer:
        return array.astype(np.int64)
    format_of(array)
    with np.errstate(invalid="ignore"):
        return array.astype(np.float64, copy=False)


def reference(problem: str | Problem, *args: Any, prec: int = 120) -> NDArray[np.object_]:
    """The exact values of a problem, certified by interval arithmetic at rising precision.

    Args:
        problem: a problem or its name.
        *args: arrays of floating-point numbers, taken as exact, stacks of instances allowed; integers for an index.
        prec: bits; the relative error of every value is at most 2**-prec.

    Returns:
        Object array of mpmath mpf in the shape of the problem's result. Exact zeros and infinities are exact;
        undefined values are NaN (see the package's docstring).

    Raises:
        TypeError: a dtype is no floating-point format, or an index or prec is no integer.
        ValueError: an unknown problem, a wrong number of arguments, shapes or indices that do not fit, prec < 1.
        UncertifiedError: the precision that this needs is out of reach.
    """
    problem, prec = get_problem(problem), operator.index(prec)
    if prec < 1:
        raise ValueError(f"prec must be at least 1 bit, got {prec}")
    arrays = prepare(problem, args)
    if problem.engine is None or prec > -math.log2(ENGINE_ERROR):
        return _certified(problem, arrays, prec, _format(args))
    held = exact(problem, *args)
    out, unclaimed = held.to_mpf(), ~(held.error <= 2.0**-prec)
    if unclaimed.any():
        out[unclaimed] = _certified(problem, arrays, prec, _format(args), unclaimed)
    return out


def exact(problem: str | Problem, *args: Any) -> Exact:
    """The exact values as scaled double-doubles, each with its error bound; arguments and errors as ``reference``.

    The engine evaluates what it can claim to ENGINE_ERROR; the definition is certified where it claims less, where it
    does not tell a value from a limit of the arguments' format, and for a problem that has no engine.
    """
    problem = get_problem(problem)
    arrays, form = prepare(problem, args), _format(args)
    if problem.engine is None or not all(a.size for a in arrays):
        return _held_exactly(_certified(problem, arrays, EXACT_PREC, form))
    batch, shape = problem.signature.batch(arrays), problem.signature.result(arrays)
    stacks = problem.signature.stacked(arrays)
    values: Exact = getattr(engine, problem.engine)(*stacks)
    undecided = ~(values.error <= ENGINE_ERROR) & ~values.saturated | limits.undecided(values, form)
    outside = _outside(problem, stacks)
    undecided |= outside[:, None] if problem.signature.vector_result else outside
    if undecided.any():
        values.put(undecided, _held_exactly(_certified(problem, stacks, EXACT_PREC, form, undecided)))
    return values.reshape(shape if batch else shape[-1:] if problem.signature.vector_result else ())


def condition(problem: str | Problem, *args: Any, reference: Exact | None = None) -> NDArray[np.float64]:
    """Relative condition number of each result: the largest relative change of it that a relative change of the
    arguments makes, per unit, in the limit; infinite where the result is 0.

    Args:
        problem: a problem or its name.
        *args: as for ``reference``.
        reference: the results, where they are known already.

    Raises:
        TypeError, ValueError: as ``reference``.
    """
    problem = get_problem(problem)
    arrays = prepare(problem, args)
    result = exact(problem, *arrays) if reference is None else reference
    # Held within 2**±1000, so that neither a result nor its sensitivity leaves binary64 before they are divided.
    value = np.asarray(np.ldexp(result.hi, np.clip(result.exponent, -1000, 1000).astype(np.int32)))
    size = np.abs(value)
    with np.errstate(all="ignore"):
        sensitivity = np.broadcast_to(problem.sensitivity(*arrays, value), size.shape)
        cond = sensitivity / size
    return np.where(np.isnan(cond), np.where(sensitivity == 0, 0.0, np.inf), cond)


def _outside(problem: Problem, stacks: list[NDArray[Any]]) -> NDArray[np.bool_]:
    """Instances with a probability outside [0, 1], on which the definition alone decides."""
    outside = np.zeros(len(stacks[0]), dtype=bool)
    for stack, domain in zip(stacks, problem.domains, strict=True):
        if domain == "probability" and stack.dtype.kind == "f":
            outside |= ~np.all(((stack >= 0) & (stack <= 1)).reshape(len(stack), -1), axis=-1)
    return outside


def _format(args: Sequence[Any]) -> Format:
    """The format of the first argument that has one."""
    return next(KNOWN[name] for name in (np.asarray(arg).dtype.name for arg in args) if name in KNOWN)


def _held_exactly(values: NDArray[np.object_]) -> Exact:
    return Exact.from_mpf(values, error=2.0**-EXACT_PREC)


def _certified(
    problem: Problem, arrays: list[NDArray[Any]], prec: int, form: Format, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.object_]:
    """The values in the shape of the result, or those alone that are ``wanted`` in its order, from the definition."""
    shape = problem.signature.result(arrays)
    chosen = np.ones(shape, dtype=bool) if wanted is None else wanted
    vectors, stacks = problem.signature.vector_result, problem.signature.stacked(arrays)
    values: list[mpmath.mpf] = []
    for row, places in enumerate(chosen.reshape(len(stacks[0]), shape[-1] if vectors else 1)):
        if places.any():
            components = np.flatnonzero(places).tolist() if vectors else None
            values += certified(problem.definition, [a[row] for a in stacks], prec, form, components)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out.reshape(shape) if wanted is None else out
