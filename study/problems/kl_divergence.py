"""Kullback-Leibler divergence: what a model q costs above the entropy of p; 0 where they are equal."""

from __future__ import annotations

from math import gcd, inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import cross_entropy as cross
from study.problems import entropy as own
from study.problems import extended
from study.problems.base import Problem
from study.problems.bounds import distributions as bounds

PATIENCE = 2000
"""Bits beyond which a sum that is still not told from 0 is tested for being exactly 0."""


def _definition(a: Any, p: Any, q: Any) -> Any:
    if not extended.are_probabilities(p, q):
        return a.nan
    used = (p != 0) & (p != q)
    p, q = p[used], q[used]
    if not q.all():
        return a.inf
    if a.prec > PATIENCE and vanishes(list(zip(p.tolist(), q.tolist(), strict=True))):
        return 0.0
    weight = a.exact(p)
    return a.sum(weight * a.log_ratio(weight, a.exact(q)))


def vanishes(pairs: list[tuple[float, float]]) -> bool:
    """Whether sum p log(p/q) is exactly 0: logs of coprime integers are independent over the rationals."""
    numbers = [n for pair in pairs for value in pair for n in value.as_integer_ratio()]
    base = _coprime(numbers)
    for factor in base:
        exponent = 0
        for p, q in pairs:
            powers = [_power(n, factor) for value in (p, q) for n in value.as_integer_ratio()]
            weight, unit = p.as_integer_ratio()
            exponent += (powers[0] - powers[1] - powers[2] + powers[3]) * weight * (2**1100 // unit)
        if exponent:
            return False
    return True


def _coprime(numbers: list[int]) -> list[int]:
    """Pairwise coprime integers of which all the numbers are products (Bernstein, *Factoring into coprimes*, 2005)."""
    waiting, base = [n for n in numbers if n > 1], list[int]()
    while waiting:
        n = waiting.pop()
        for i, b in enumerate(base):
            common = gcd(n, b)
            if common > 1:
                del base[i]
                waiting += [m for m in (n // common, b // common, common) if m > 1]
                break
        else:
            base.append(n)
    return base


def _power(n: int, factor: int) -> int:
    power = 0
    while n % factor == 0:
        n, power = n // factor, power + 1
    return power


def _sensitivity(p: Any, q: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    used = (p > 0) & (q > 0)
    log = np.log(np.where(used, p, 1)) - np.log(np.where(used, q, 1))
    return np.sum(np.where(used, np.abs(p * (log + 1)) + p, 0), axis=-1)


kl_divergence = Problem(
    name="kl_divergence",
    formula="Σ pᵢ log(pᵢ / qᵢ)",
    shape="(n),(n)->()",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="probability",
    engine="kl_divergence",
    code="(p * np.log(p / q)).sum(axis=-1)",
    special=(
        (([], []), 0), (([0.5, 0.5], [0.5, 0.5]), 0), (([1.0, 0.0], [1.0, 0.0]), 0), (([0.0, 1.0], [0.5, 1.0]), 0),
        (([1.0, 0.0], [0.0, 1.0]), inf), (([0.5, 0.5], [0.25, 1.0]), 0), (([nan], [1.0]), nan), (([0.5], [2.0]), nan),
        (([0.0], [nan]), nan), (([2.0], [1.0]), nan), (([1.0], [-0.0]), inf),
    ),
)  # fmt: skip


@kl_divergence.algorithm(bound=bounds.kl_ratio, fails=Outcome.NAN)
def naive(p: Any, q: Any) -> Any:
    """Σ pᵢ log(pᵢ / qᵢ): 0 log 0 is NaN."""
    return reductions.sequential_sum(p * array_namespace(p, q).log(p / q))


@kl_divergence.algorithm(bound=bounds.kl_ratio)
def xlogy(p: Any, q: Any) -> Any:
    """The same sum without the terms where pᵢ = 0."""
    xp = array_namespace(p, q)
    return reductions.sequential_sum(xp.where(p == 0, xp.zeros_like(p), p * xp.log(p / q)))


@kl_divergence.algorithm(bound=bounds.kl_logs)
def difference_of_logs(p: Any, q: Any) -> Any:
    """Σ pᵢ (log pᵢ − log qᵢ), as for log-probabilities."""
    xp = array_namespace(p, q)
    return reductions.sequential_sum(xp.where(p == 0, xp.zeros_like(p), p * (xp.log(p) - xp.log(q))))


@kl_divergence.algorithm()
def difference(p: Any, q: Any) -> Any:
    """Cross entropy minus entropy: nothing is left where p and q are close."""
    return cross.xlogy.function(p, q) - own.xlogy.function(p)


@kl_divergence.algorithm(bound=bounds.kl_log1p)
def log1p(p: Any, q: Any) -> Any:
    """Σ pᵢ log1p dᵢ, dᵢ = (pᵢ − qᵢ)/qᵢ: accurate terms that still cancel; −∞ where pᵢ is lost beside qᵢ."""
    xp = array_namespace(p, q)
    return reductions.sequential_sum(xp.where(p == 0, xp.zeros_like(p), p * xp.log1p((p - q) / q)))


def _faithful(a: Any, p: Any, q: Any) -> Any:
    """Σ pᵢ log1p((pᵢ − qᵢ)/qᵢ), or log(pᵢ/qᵢ) where pᵢ < qᵢ/16; the terms cancel where the distributions are close."""
    inside = np.all((p >= 0) & (p <= 1) & (q >= 0) & (q <= 1), axis=-1)
    infinite = inside & np.any((p > 0) & (q == 0), axis=-1)
    used = (inside & ~infinite)[..., None] & (p > 0)
    if not used.all():
        p, q = (np.where(used, v, 1.0) for v in (p, q))
    wide, other, far = a.number(p), a.number(q), np.nonzero(p < q / 16)
    logs = a.log1p((wide - other) / other)
    if far[0].size:
        logs[far] = a.log(wide[far] / other[far])
    terms, special = wide * logs, a.number(np.where(infinite, np.inf, np.nan))
    value = a.where(~inside | infinite, special, a.total(terms))
    return value, a.total(a.where(p < q, -terms, terms))


kl_divergence.faithful(_faithful)
