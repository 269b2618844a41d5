"""The hard battery: seeded inputs for a problem in a format, from ordinary to adversarial, each kind under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format
from study.inputs.domains import led
from study.inputs.families import generator, positions, rounded
from study.problems import get_problem
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems import Problem

ROWS = 64
"""Instances of each kind, where one does not say it all."""


MOST = 2**18
"""Numbers of the rows of a length that is asked for."""

STEPS = 100
"""Steps of a chain, at most, where no length is asked for."""

ODD = (4099, 131071)
"""Lengths of long rows, primes: no block, tile or unrolling divides them. Equal terms add up with a bias."""


GROUPS = ("ordinary", "extreme", "flushed to zero", "special")
"""Of inputs and results: errors are never told together across them."""

EXTREME = {
    "confident",
    "normalised",
    "beyond overflow",
    "beyond underflow",
    "wide",
    "offset",
    "ties",
    "one dominates",
    "ends of the range",
    "more ties than float16 counts",
    "subnormal product",
    "where formulas switch",
}
SPECIAL = {"minus infinity", "all minus infinity", "nan", "with a zero"}


def group(kind: str) -> str:
    """The group of a kind of inputs: ``special`` holds infinities, NaN or zeros, ``extreme`` ends of the range."""
    return "special" if kind in SPECIAL else "extreme" if kind in EXTREME else "ordinary"


def battery(problem: str | Problem, form: str | Format, lengths: Sequence[int] = ()) -> dict[str, Arguments]:
    """Inputs by kind, rounded to the format; the same on every machine.

    Args:
        problem: the problem or its name.
        form: the format or its name.
        lengths: of rows, drawn as the ordinary ones are, that make the battery instead: ``length 1000`` is a kind.

    Returns:
        For each kind the problem's arguments, a stack of instances along the first axis; none with infinities or NaN
        in a format that holds neither.

    Raises:
        ValueError: an unknown problem or format, or one of scales; a length below 1, or one for a problem of numbers.
    """
    problem, form = get_problem(problem), get_format(form)
    if not form.signed:
        raise ValueError(f"{form.name} holds scales, powers of two, not numbers to compute with; take another format")
    kinds = _probabilities if _probable(problem) else _reals
    made = {}
    vectors = any(kind.axes for kind in problem.signature.arguments)
    if lengths and not (vectors and min(lengths) >= 1):
        wrong = (
            f"a row has at least 1 entry, not {min(lengths)}" if vectors else f"{problem.name} takes numbers, no rows"
        )
        raise ValueError(f"{wrong}; see lengths")
    chain = problem.signature.chain
    batches = Kind.MATRIX in problem.signature.arguments and not chain
    for kind, x in _of_lengths(problem, lengths) if lengths else kinds(form):
        if (x.shape[-1] in ODD and (chain or not vectors)) or (kind == "many rows" and not batches):
            continue
        if not (form.has_nan or np.isfinite(x).all()):
            continue
        rng = generator("battery", problem.name, kind)
        drawn = _chains(problem, x if lengths else x[:, :STEPS], rng) if chain else _arguments(problem, x, rng)
        made[kind] = rounded(form, drawn)
    return made


def _arguments(problem: Problem, x: NDArray[Any], rng: np.random.Generator) -> Arguments:
    """The drawn vectors as the problem's first argument, others like it reordered, random targets and labels."""
    args: list[NDArray[Any]] = []
    first = problem.domains[0]
    for kind, domain in zip(problem.signature.arguments, problem.domains, strict=True):
        if kind.integer:
            args.append(positions(kind, rng, x.shape[-1], (1, len(x)) if kind is Kind.INDICES else len(x)))
            continue
        drawn = rng.permuted(x, axis=-1) if args else x
        if domain == "negative" and args:
            drawn = np.roll(drawn, 1, axis=0)  # numbers of another row: of the same, their sums would be equal
        if domain != "probability":
            drawn = led(domain, drawn)
        elif domain != first:
            drawn = np.where(rng.random(x.shape) < 0.5, rng.integers(2, size=x.shape), rng.random(x.shape))
        args.append({Kind.NUMBER: _numbers(problem, drawn), Kind.MATRIX: drawn[None]}.get(kind, drawn))
    return tuple(args)


def _chains(problem: Problem, x: NDArray[Any], rng: np.random.Generator) -> Arguments:
    """The drawn numbers as chains, as long as the rows and as many as they make, in each argument in another order."""
    sizes = problem.signature.sizes(x.shape[-1], batch=0)
    count = max(1, x.size // (sizes["b"] * sizes["n"]))
    args: list[NDArray[Any]] = []
    for kind, domain in zip(problem.signature.arguments, problem.domains, strict=True):
        shape = (count, *(sizes[axis] for axis in kind.axes))
        if kind.integer:
            args.append(positions(kind, rng, sizes["n"], shape))
            continue
        args.append(np.resize(led(domain, rng.permuted(x) if args else x), shape))
    return tuple(args)


def _numbers(problem: Problem, drawn: NDArray[Any]) -> NDArray[Any]:
    """Numbers for a problem: one for each of its instances, which are rows, a batch of rows, or numbers themselves."""
    kinds = problem.signature.arguments
    if Kind.MATRIX in kinds:
        return drawn[:1, 0]
    return drawn[:, 0] if any(kind.axes for kind in kinds) else drawn.ravel()


def _of_lengths(problem: Problem, lengths: Sequence[int]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Rows as those of the kind ``ordinary``, fewer where they are long."""
    for n in lengths:
        rng, shape = generator("battery", "length", n), (max(1, min(ROWS, MOST // n)), n)
        yield f"length {n}", rng.uniform(0.05, 1, shape) if _probable(problem) else rng.standard_normal(shape)


def _probable(problem: Problem) -> bool:
    return problem.domains[0] == "probability"


def _reals(form: Format) -> Iterator[tuple[str, NDArray[Any]]]:
    """Logits: their size is told in terms of log xmax, where exp overflows."""
    top = np.log(form.xmax)

    def normal(kind: str, n: int = 10) -> NDArray[Any]:
        return generator("battery", kind).standard_normal((ROWS, n))

    yield "ordinary", normal("ordinary")
    yield "two classes", 5 * normal("two classes", 2)
    yield "long", normal("long", 1000)
    yield "many rows", generator("battery", "many rows").standard_normal((300, 10))
    yield "of odd length", _ending(generator("battery", "odd").standard_normal((2, ODD[0])), np.log(ODD[0]))
    yield "very long", _ending(generator("battery", "very long").standard_normal((1, ODD[1])), np.log(ODD[1]))
    yield "very long, a tenth each", np.log(np.where(np.arange(ODD[1]) == 3, 1, 0.1))[None]
    yield "small", 1e-4 * normal("small")
    yield "confident", top / 2 * normal("confident")
    yield "beyond overflow", normal("beyond overflow") + 2 * top
    yield "beyond underflow", normal("beyond underflow") - 2 * top
    yield "where formulas switch", 1.5 * form.p * np.log(2) * np.linspace(-1, 1, 10 * ROWS).reshape(ROWS, 10)
    yield "wide", 4 * top * normal("wide")
    yield "offset", 1.5 * normal("offset") + np.geomspace(1, form.xmax / 16, ROWS)[:, None]
    yield "ties", np.repeat(np.linspace(-top, 2 * top, ROWS)[:, None], 7, axis=-1)
    yield "many ties", np.zeros((8, 4096))
    yield "more ties than float16 counts", np.zeros((1, 70000))
    yield "one dominates", np.where(np.arange(10) == 3, np.linspace(0, 3 * top, ROWS)[:, None], 0.0)
    yield "normalised", _normalised(normal("normalised"))
    yield "single", normal("single", 1)
    yield "ends of the range", np.array([[form.xmax, -form.xmax], [form.xmax, form.xmax], [-form.xmax, -form.xmax],
                                         [form.xmins, -form.xmins], [form.xmin, 0.0], [0.0, -0.0]])  # fmt: skip
    yield "minus infinity", np.where(generator("battery", "mask").random((ROWS, 10)) < 0.5, -np.inf, normal("mask"))
    yield "all minus infinity", np.full((1, 4), -np.inf)
    yield "nan", np.array([[np.nan, 1.0], [0.0, np.nan]])


def _ending(x: NDArray[Any], value: float) -> NDArray[Any]:
    """With a last entry that weighs as much as many others, so that a lost tail is seen."""
    return np.concatenate([x[:, :-1], np.full((len(x), 1), value)], axis=-1)


def _normalised(x: NDArray[Any]) -> NDArray[Any]:
    """Log-probabilities: their logsumexp is close to 0."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _probabilities(form: Format) -> Iterator[tuple[str, NDArray[Any]]]:
    def uniform(kind: str, low: float, n: int) -> NDArray[Any]:
        return generator("battery", kind).uniform(low, 1, (ROWS, n))

    yield "ordinary", uniform("ordinary", 0.05, 10)
    yield "two", uniform("two", 0, 2)
    yield "long", uniform("long", 0.3, 1000)
    yield "many rows", generator("battery", "many rows").uniform(0.05, 1, (300, 10))
    yield "of odd length", _ending(generator("battery", "odd").uniform(0.3, 1, (2, ODD[0])), 1e-3)
    yield "very long", _ending(generator("battery", "very long").uniform(0.5, 1, (1, ODD[1])), 1e-3)
    yield "very long, nine tenths each", np.full((1, ODD[1]), 0.9)
    yield "near one", 1 - form.u * np.floor(generator("battery", "near one").uniform(0, 40, (ROWS, 10)))
    yield "small", form.xmin ** generator("battery", "small").uniform(0, 1, (ROWS, 5))
    yield "above usual clips", np.outer([1e-7, 1e-12, 1e-15], [1.25, 1.5, 1.75])
    yield "subnormal product", np.full((1, 2), np.sqrt(form.xmin / 4))
    yield "all ones", np.ones((1, 100))
    yield "many halves", np.full((1, 3000), 0.5)
    yield "single", uniform("single", 0, 1)
    yield "with a zero", np.array([[0.5, 0.0, 1.0]])
    yield "nan", np.array([[np.nan, 0.5]])
