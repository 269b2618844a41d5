"""Random and adversarial instances of any problem: every scale of a format, cancellation, ties, ends of the range.

What ``faithful`` and the bounds are tested on. Each row is of a kind drawn at random; the numbers are rounded to the
format last, so that sums that nearly cancel cancel as far as the format lets them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.inputs.domains import led
from study.inputs.families import generator, positions, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems import Problem

    Floats = NDArray[np.float64]
    Draw = np.random.Generator


BATCH = 3


def adversarial(problem: Problem, form: Format, rows: int, n: int, seed: str = "") -> Arguments:
    """Instances of a problem, rounded to a format.

    Args:
        problem: the problem.
        form: the format.
        rows: number of instances; batches, where it takes some, are of BATCH vectors.
        n: length of the vectors, or of the chains.
        seed: a name for the draw.
    """
    rng = generator("adversarial", problem.name, form.name, rows, n, seed)
    kinds, sizes = problem.signature.arguments, problem.signature.sizes(n, BATCH)
    shapes = [tuple(sizes[axis] for axis in kind.axes) for kind in kinds]
    each = max(math.prod(shape[:-1]) for shape, kind in zip(shapes, kinds, strict=True) if not kind.integer)
    width = sizes["n"] if any("n" in kind.axes for kind in kinds) else 1
    made: list[NDArray[Any]] = []
    for kind, shape, domain in zip(kinds, shapes, problem.domains, strict=True):
        if kind.integer:
            made.append(positions(kind, rng, sizes["n"], (rows, *shape)))
            continue
        if not made:
            draw = probabilities if domain == "probability" else reals
            first = values = led(domain, draw(form, rng, rows * each, width))
        else:
            values = _beside(form, rng, first, domain, problem.domains[0])
        made.append(values[: rows * math.prod(shape[:-1])].reshape(rows, *shape) if shape else values[:rows, 0])
    return rounded(form, tuple(made))


def reals(form: Format, rng: Draw, rows: int, n: int) -> Floats:
    """Logits of every scale, offset, tied, dominated by one, normalised, partly -inf, and of any bit pattern."""
    top, shape = np.log(form.xmax), (rows, n)
    normal = rng.standard_normal(shape)
    normalised = np.log(rng.dirichlet(np.full(n, rng.choice([0.3, 1, 10])), rows))
    any_size = rng.choice([-1, 1], shape) * 2.0 ** rng.uniform(form.emin - form.p, form.emax + 0.9, shape)
    kinds = [
        normal,
        normal * 2.0 ** rng.uniform(-form.p, np.log2(4 * top), (rows, 1)),
        normal + rng.choice([-1, 1], (rows, 1)) * 2.0 ** rng.uniform(0, form.emax - 1, (rows, 1)),
        rng.uniform(-2 * top, 2 * top, shape),
        normalised,
        normalised,
        np.repeat(rng.uniform(-2 * top, 2 * top, (rows, 1)), n, axis=1),
        np.where(np.arange(n) == rng.integers(n, size=(rows, 1)), rng.uniform(0, 2 * top, (rows, 1)), normal),
        np.where(rng.random(shape) < 0.3, -np.inf, normal),
        any_size,
    ]
    return _mixed(rng, kinds)


def probabilities(form: Format, rng: Draw, rows: int, n: int) -> Floats:
    """Distributions, and numbers of [0, 1] of every scale, near 1, and with zeros among them."""
    shape = (rows, n)
    kinds = [
        rng.dirichlet(np.full(n, 1.0), rows),
        rng.dirichlet(np.full(n, 0.1), rows),
        rng.random(shape),
        rng.uniform(0.5, 1, shape),
        1 - 2.0 ** -rng.uniform(0, form.p + 1, shape),
        2.0 ** rng.uniform(form.emin - form.p, 0, shape),
        np.where(rng.random(shape) < 0.2, rng.integers(2, size=shape), rng.random(shape)),
    ]
    return _mixed(rng, kinds)


def _beside(form: Format, rng: Draw, first: Floats, domain: str, before: str) -> Floats:
    """A further argument: independent, close to the first, or such that the result nearly cancels."""
    rows, n = first.shape
    if domain == "probability" != before:
        with np.errstate(over="ignore", invalid="ignore"):
            sigmoid = np.nan_to_num(1 / (1 + np.exp(-first)))
        labels = rng.integers(2, size=first.shape).astype(np.float64)
        return _mixed(rng, [labels, rng.random(first.shape), sigmoid])
    if domain == "probability":
        near = np.clip(_near(form, rng, first), 0, 1)
        return _mixed(rng, [probabilities(form, rng, rows, n), near, _transferred(form, rng, first)])
    if domain == "negative" == before:
        kinds = [reals(form, rng, rows, n), _near(form, rng, first), rng.permuted(first, axis=-1)]
        return led(domain, _mixed(rng, kinds))
    if domain == "count" == before:
        with np.errstate(over="ignore"):
            more = first * 2.0 ** rng.uniform(0, form.p, (rows, 1))
        return led(domain, _mixed(rng, [reals(form, rng, rows, n), first, more, more]))
    with np.errstate(all="ignore"):
        complement = np.where(first < 0, np.log(-np.expm1(first)), first)
    beside = _mixed(rng, [reals(form, rng, rows, n), np.where(np.isfinite(complement), complement, 0.0)])
    return led(domain, beside)


def _near(form: Format, rng: Draw, first: Floats) -> Floats:
    """Numbers close to the first, each row's by another relative distance, from the format's u on."""
    return first * (1 + rng.standard_normal(first.shape) * 2.0 ** rng.uniform(-form.p, -2, (len(first), 1)))


def _transferred(form: Format, rng: Draw, first: Floats) -> Floats:
    """The same sum, a part of one number moved to its neighbour: divergences cancel to second order."""
    held = form.round(first).astype(np.float64)
    moved = held.copy()
    if held.shape[1] > 1:
        part = np.minimum(held[:, 0], held[:, 1]) * 2.0 ** -np.floor(rng.uniform(1, form.p - 2, len(held)))
        moved[:, 0] -= part
        moved[:, 1] += part
    return np.clip(moved, 0, 1)


def _mixed(rng: Draw, kinds: list[Floats]) -> Floats:
    """Each row from one of the kinds."""
    chosen = rng.integers(len(kinds), size=len(kinds[0]))
    return np.asarray(np.choose(chosen[:, None], kinds) if len(kinds) > 1 else kinds[0])
