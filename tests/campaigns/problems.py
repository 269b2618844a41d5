"""Every problem of the engine with its truth, in the shape a check wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

from study.certified import engine
from tests.campaigns import truth
from tests.campaigns.families import factors, logits, rounded, scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from study.certified.exact import Exact
    from tests.campaigns.claims import Truth


@dataclass(frozen=True)
class Case:
    """One evaluation of the engine, and what it has to be."""

    problem: str
    family: str
    value: Exact
    truth: Truth


DOMAIN: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exp": lambda x: x[np.abs(x) < 2.0**40],
    "log": lambda x: np.abs(x[x != 0]),
    "sigmoid": lambda x: x[np.abs(x) < 2.0**40],
    "softplus": lambda x: x[x > -(2.0**40)],
    "log_sigmoid": lambda x: x[x < 2.0**40],
    "kl_k3": lambda x: x[np.abs(x) < 2.0**40],
    "kl_k3_gradient": lambda x: x[np.abs(x) < 2.0**40],
    "log1mexp": lambda x: -np.abs(x[(x != 0) & (np.abs(x) < 2.0**40)]),
}


def elementwise(rng: np.random.Generator, count: int, library: Any = engine, dtype: Any = np.float64) -> Iterator[Case]:
    """The problems of one number, then those of two, of numbers of a format."""
    for problem, domain in DOMAIN.items():
        x = domain(rounded(scalars(rng, count), dtype))
        yield _case(library, problem, "scalars", x)
    a = rounded(scalars(rng, count), dtype)
    b = rng.permutation(a)
    close = a * (1 - rng.random(a.size) * 1e-3)
    yield _case(library, "logaddexp", "scalars", np.append(a, a), np.append(b, close))
    x = a[np.abs(a) < 2.0**40]
    y = rng.choice([0.0, 1.0, 0.5, 0.25, 1e-300, 1 - 2.0**-53, 0.1], size=x.size)
    yield _case(library, "binary_cross_entropy_with_logits", "scalars", x, y)
    yield _case(library, "binary_cross_entropy_gradient", "scalars", x, y)
    near = np.clip(1 / (1 + np.exp(-np.clip(x, -700, 700))), 0, 1)
    yield _case(library, "binary_cross_entropy_gradient", "cancelling", x, near)
    p = np.abs(a)
    p = p[(p > 0) & (p < 1)]
    yield _case(library, "binary_cross_entropy", "scalars", p, rng.choice(y, size=p.size))


def _case(library: Any, problem: str, family: str, *arguments: np.ndarray) -> Case:
    value = getattr(library, problem)(*arguments)
    definition = getattr(truth, problem)
    entries = list(zip(*(argument.tolist() for argument in arguments), strict=True))
    return Case(problem, family, value, lambda field: _Lazy(lambda i: definition(field, *entries[i]), len(entries)))


class _Lazy(Sequence[Any]):
    """Values computed when they are asked for."""

    def __init__(self, compute: Callable[[int], Any], size: int) -> None:
        self.compute, self.size = compute, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        if index >= self.size:
            raise IndexError
        return self.compute(index)


def _row_cases(library: Any, problem: str, family: str, *arguments: np.ndarray) -> Iterator[Case]:
    value = getattr(library, problem)(*arguments)
    definition = getattr(truth, problem)
    for row in range(value.shape[0]):
        given = [argument[row].tolist() for argument in arguments]
        yield Case(problem, family, value[row : row + 1].reshape((-1,)), partial(_apply, definition, given))


def _apply(definition: Callable[..., Sequence[Any]], given: Sequence[Any], field: truth.Field) -> Sequence[Any]:
    return definition(field, *given)


def rows(
    rng: np.random.Generator, count: int, n: int, library: Any = engine, dtype: Any = np.float64
) -> Iterator[Case]:
    """The problems of rows of n numbers of a format, ``count`` rows of each family."""
    for family, x in logits(rng, count, n).items():
        x = rounded(x, dtype)  # noqa: PLW2901 -- the family as the format has it
        target = rng.integers(n, size=count)
        for problem in ("logsumexp", "softmax", "log_softmax"):
            yield from _row_cases(library, problem, family, x)
        yield from _row_cases(library, "nll", family, x, target)
        yield from _row_cases(library, "nll_gradient", family, x, target)
        for problem in ("entropy_from_logits", "entropy_from_logits_gradient", "z_loss", "z_loss_gradient"):
            yield from _row_cases(library, problem, family, x)
        yield from _beside(rng, library, family, x, target)
        batches = (np.stack([x, x[::-1], x], axis=1), rng.integers(n, size=(count, 3)))
        for problem in ("mean_nll", "perplexity", "sequence_log_likelihood"):
            yield from _row_cases(library, problem, family, *batches)
        held = -np.abs(x) if np.abs(x).max(initial=0) < 2.0**30 else -np.ones_like(x)
        yield from _row_cases(library, "importance_ratio", family, held, held[::-1] * (1 + 1e-3 * rng.random(x.shape)))
        labels = rng.choice([0.0, 1.0, 0.5, 0.25, 2.0**-53], size=x.shape)
        yield from _row_cases(library, "multilabel_nll", family, np.clip(x, -(2.0**40), 2.0**40), labels)
    for family, p in factors(rng, count, n).items():
        tiniest = float(ml_dtypes.finfo(dtype).smallest_subnormal)  # type: ignore[no-untyped-call]
        p = np.maximum(rounded(p, dtype), tiniest)  # noqa: PLW2901
        yield from _row_cases(library, "likelihood", family, p)
        yield from _row_cases(library, "log_likelihood", family, p)
        yield from _row_cases(library, "nll_from_probabilities", family, p, rng.integers(n, size=count))


BESIDE = {"temperature_softmax": [1e-3, 0.7, 1.0, 30.0], "focal_loss": [0.0, 0.5, 2.0, 5.0, 100.0],
          "cross_entropy_label_smoothing": [0.0, 0.1, 0.5, 1e-9, 1.0]}  # fmt: skip
"""Numbers beside logits, which a gradient takes too."""


def _beside(rng: np.random.Generator, library: Any, family: str, x: np.ndarray, target: np.ndarray) -> Iterator[Case]:
    """The problems of a row and a number."""
    for problem, numbers in BESIDE.items():
        given = rng.choice(numbers, size=len(x))
        if problem == "temperature_softmax":
            yield from _row_cases(library, problem, family, x, given)
            continue
        for name in (problem, f"{problem}_gradient"):
            yield from _row_cases(library, name, family, x, target, given)


def distributions(rng: np.random.Generator, count: int, n: int, library: Any = engine) -> Iterator[Case]:
    """Entropies of rows of n."""
    p = rng.dirichlet(np.ones(n), size=count)
    p[: count // 4] = np.where(rng.random((count // 4, n)) < 0.5, 0.0, p[: count // 4])
    close = p * (1 + rng.normal(size=p.shape) * 10.0 ** -rng.integers(2, 16, size=(count, 1))) + TINY
    for family, q in {
        "apart": rng.dirichlet(np.full(n, 0.5), size=count) + 1e-300,
        "close": close,
        "cancelling": close / close.sum(axis=1, keepdims=True),
    }.items():
        yield from _row_cases(library, "cross_entropy", family, p, q)
        yield from _row_cases(library, "kl_divergence", family, p, q)
    yield from _row_cases(library, "entropy", "dirichlet", p)


def chains(rng: np.random.Generator, count: int, steps: int, library: Any = engine) -> Iterator[Case]:
    """Chains of 2 states, and 3 classes with so many labels that some path reads as them."""
    shape, least = (count, steps, 2), 2.0 ** -rng.integers(1, 1000, size=(count, 1, 1))
    start, transition, likelihoods = rng.dirichlet([1, 1], count), rng.dirichlet([1, 1], (count, 2)), rng.random(shape)
    for family, b in {"ordinary": likelihoods, "small": likelihoods * least, "near 1": 1 - likelihoods * 1e-9}.items():
        yield from _row_cases(library, "hmm_forward", family, start, transition, b)
    x = rng.normal(size=(count, steps, 3))
    labels = rng.integers(1, 3, size=(count, (steps + 1) // 2))
    for family, scale in {"ordinary": 1, "confident": 30, "small": 1e-6}.items():
        yield from _row_cases(library, "ctc_loss", family, x * scale, labels)


TINY = 1e-300
