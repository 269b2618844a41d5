"""Cross entropy of two distributions: the mean negative log likelihood of q where p is how often each class occurs."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import extended
from study.problems.base import Problem
from study.problems.bounds import distributions as bounds


def definition(a: Any, p: Any, q: Any) -> Any:
    """-sum p_i log q_i for numbers in [0, 1], with 0 log 0 = 0."""
    if not extended.are_probabilities(p, q):
        return a.nan
    p, q = p[p != 0], q[p != 0]
    return -a.sum(a.exact(p) * a.log(a.exact(q))) if q.all() else a.inf


cross_entropy = Problem(
    name="cross_entropy",
    formula="−Σ pᵢ log qᵢ",
    shape="(n),(n)->()",
    definition=definition,
    sensitivity=lambda p, q, value: np.sum(p, axis=-1) + value,  # noqa: ARG005 - one call for all
    domain="probability",
    engine="cross_entropy",
    code="-(p * np.log(q)).sum(axis=-1)",
    special=(
        (([], []), 0), (([1.0, 0.0], [1.0, 0.0]), 0), (([0.0, 1.0], [0.0, 1.0]), 0), (([1.0, 0.0], [0.0, 1.0]), inf),
        (([0.0], [nan]), nan), (([nan], [1.0]), nan), (([2.0], [0.5]), nan), (([0.5], [2.0]), nan),
    ),
)  # fmt: skip


@cross_entropy.algorithm(bound=bounds.cross_entropy, fails=Outcome.NAN)
def naive(p: Any, q: Any) -> Any:
    """−Σ pᵢ log qᵢ: 0 log 0 is NaN."""
    return -reductions.sequential_sum(p * array_namespace(p, q).log(q))


@cross_entropy.algorithm(bound=bounds.cross_entropy)
def xlogy(p: Any, q: Any) -> Any:
    """The same sum without the terms where pᵢ = 0."""
    return -reductions.sequential_sum(_terms(p, q))


@cross_entropy.algorithm(bound=bounds.cross_entropy)
def pairwise(p: Any, q: Any) -> Any:
    """The same terms, summed by halves."""
    return -reductions.pairwise_sum(_terms(p, q))


def _terms(p: Any, q: Any) -> Any:
    xp = array_namespace(p, q)
    return xp.where(p == 0, xp.zeros_like(p), p * xp.log(q))


def value(a: Any, p: Any, q: Any) -> Any:
    """−Σ pᵢ log qᵢ: terms of one sign."""
    inside = np.all((p >= 0) & (p <= 1) & (q >= 0) & (q <= 1), axis=-1)[..., None]
    used = inside & (p != 0)
    terms = a.where(
        used, a.number(p) * a.log(a.number(np.where(used, q, 1.0))), a.number(np.where(inside, 0.0, np.nan))
    )
    return -a.total(terms)


cross_entropy.faithful(value)
