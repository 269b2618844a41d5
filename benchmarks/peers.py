"""The same problems as one would compute them without the engine, a row of Python floats at a time.

The numbers are mpmath's, gmpy2's and Arb's, at PREC bits; ``mpmath tuples`` is mpmath without its objects. Arb's balls
carry their error bounds along, as the engine's values do; the others certify nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import flint
import gmpy2
import mpmath
import numpy as np
from mpmath import libmp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = Sequence[float]

PREC = 110
"""Bits; Arb's balls then have relative radii of at most 2**-95 on the inputs measured."""


class Peer(NamedTuple):
    """One competitor: its name, its context, and its problems as methods of a row."""

    name: str
    context: Callable[[], AbstractContextManager[Any]]
    problems: Any


class Objects:
    """The problems over objects that have + - * /."""

    def __init__(self, number: Callable[[float], Any], exp: Callable[[Any], Any], log: Callable[[Any], Any]) -> None:
        self.number, self.exp, self.log = number, exp, log

    def logsumexp(self, x: Row) -> Any:
        """log sum exp(x_j)."""
        number, exp, total = self.number, self.exp, self.number(0.0)
        for v in x:
            total += exp(number(v))
        return self.log(total)

    def softmax(self, x: Row) -> list[Any]:
        """exp(x_i)/sum exp(x_j)."""
        number, exp, total = self.number, self.exp, self.number(0.0)
        terms = [exp(number(v)) for v in x]
        for term in terms:
            total += term
        return [term / total for term in terms]

    def log_softmax(self, x: Row) -> list[Any]:
        """x_i - logsumexp(x)."""
        number, y = self.number, self.logsumexp(x)
        return [number(v) - y for v in x]

    def nll(self, x: Row, target: int) -> Any:
        """logsumexp(x) - x[target]."""
        return self.logsumexp(x) - self.number(x[target])

    def log_likelihood(self, p: Row) -> Any:
        """sum log p_i."""
        number, log, total = self.number, self.log, self.number(0.0)
        for v in p:
            total += log(number(v))
        return total

    def sigmoid(self, x: Row) -> list[Any]:
        """1/(1 + exp(-x))."""
        number, exp = self.number, self.exp
        return [1 / (1 + exp(number(-v))) for v in x]

    def softplus(self, x: Row) -> list[Any]:
        """log(1 + exp(x))."""
        number, exp, log = self.number, self.exp, self.log
        return [log(1 + exp(number(v))) for v in x]

    def log_sigmoid(self, x: Row) -> list[Any]:
        """-log(1 + exp(-x))."""
        number, exp, log = self.number, self.exp, self.log
        return [-log(1 + exp(number(-v))) for v in x]


def _binary(operation: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: operation(a, b, PREC, libmp.round_nearest)


def _unary(operation: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda a: operation(a, PREC, libmp.round_nearest)


class Tuples:
    """The problems over mpmath's raw tuples."""

    def __init__(self) -> None:
        self.number, self.exp, self.log = libmp.from_float, _unary(libmp.mpf_exp), _unary(libmp.mpf_log)
        self.add, self.sub, self.div = _binary(libmp.mpf_add), _binary(libmp.mpf_sub), _binary(libmp.mpf_div)

    def total(self, terms: Sequence[Any]) -> Any:
        """Sum of terms."""
        return reduce(self.add, terms, libmp.fzero)

    def logsumexp(self, x: Row) -> Any:
        """log sum exp(x_j)."""
        return self.log(self.total([self.exp(self.number(v)) for v in x]))

    def softmax(self, x: Row) -> list[Any]:
        """exp(x_i)/sum exp(x_j)."""
        terms = [self.exp(self.number(v)) for v in x]
        total = self.total(terms)
        return [self.div(term, total) for term in terms]

    def log_softmax(self, x: Row) -> list[Any]:
        """x_i - logsumexp(x)."""
        y = self.logsumexp(x)
        return [self.sub(self.number(v), y) for v in x]

    def nll(self, x: Row, target: int) -> Any:
        """logsumexp(x) - x[target]."""
        return self.sub(self.logsumexp(x), self.number(x[target]))

    def log_likelihood(self, p: Row) -> Any:
        """sum log p_i."""
        return self.total([self.log(self.number(v)) for v in p])

    def sigmoid(self, x: Row) -> list[Any]:
        """1/(1 + exp(-x))."""
        return [self.div(libmp.fone, self.add(libmp.fone, self.exp(self.number(-v)))) for v in x]

    def softplus(self, x: Row) -> list[Any]:
        """log(1 + exp(x))."""
        return [self.log(self.add(libmp.fone, self.exp(self.number(v)))) for v in x]

    def log_sigmoid(self, x: Row) -> list[Any]:
        """-log(1 + exp(-x))."""
        return [libmp.mpf_neg(y) for y in self.softplus([-v for v in x])]


class Arrays:
    """The problems over whole NumPy arrays in binary64: the cost of no certainty at all."""

    def logsumexp(self, x: np.ndarray) -> Any:
        """log sum exp(x_j), shifted."""
        m = x.max(axis=-1, keepdims=True)
        return m[..., 0] + np.log(np.exp(x - m).sum(axis=-1))

    def softmax(self, x: np.ndarray) -> Any:
        """exp(x_i)/sum exp(x_j), shifted."""
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def log_softmax(self, x: np.ndarray) -> Any:
        """x_i - logsumexp(x)."""
        return x - self.logsumexp(x)[..., None]

    def nll(self, x: np.ndarray, target: np.ndarray) -> Any:
        """logsumexp(x) - x[target]."""
        return self.logsumexp(x) - x[np.arange(len(x)), target]

    def log_likelihood(self, p: np.ndarray) -> Any:
        """sum log p_i."""
        return np.log(p).sum(axis=-1)

    def sigmoid(self, x: np.ndarray) -> Any:
        """1/(1 + exp(-x))."""
        return 1 / (1 + np.exp(-x))

    def softplus(self, x: np.ndarray) -> Any:
        """log(1 + exp(x))."""
        return np.logaddexp(0, x)

    def log_sigmoid(self, x: np.ndarray) -> Any:
        """-log(1 + exp(-x))."""
        return -np.logaddexp(0, -x)


def _mpfr() -> AbstractContextManager[Any]:
    return gmpy2.context(gmpy2.get_context(), precision=PREC)  # type: ignore[no-any-return]


ROW_PEERS = (
    Peer("mpmath loop", lambda: mpmath.workprec(PREC), Objects(mpmath.mpf, mpmath.exp, mpmath.log)),
    Peer("mpmath tuples", nullcontext, Tuples()),
    Peer("gmpy2.mpfr", _mpfr, Objects(gmpy2.mpfr, gmpy2.exp, gmpy2.log)),
    Peer("Arb", lambda: flint.ctx.workprec(PREC), Objects(flint.arb, flint.arb.exp, flint.arb.log)),
)
ARRAY_PEER = Peer("NumPy float64", nullcontext, Arrays())
