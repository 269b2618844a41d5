"""Measure the engine beside its peers, on the same inputs, in one run: ``python -m benchmarks [--write]``."""

from __future__ import annotations

import argparse
import platform
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import numpy_only, sweeps, whole
from benchmarks.peers import ARRAY_PEER, PREC, ROW_PEERS, Peer
from study.certified import engine
from study.certified.engine import elementwise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

REPEATS = 5
SHAPES = ((10_000, 10), (100, 1000), (1, 100_000))
ROWS = ("logsumexp", "softmax", "log_softmax", "nll", "log_likelihood")
ENTRIES = ("sigmoid", "log_sigmoid", "softplus")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def seconds(call: Callable[[], Any], repeats: int) -> float:
    """Median processor time of a call, after one that is not counted: other processes hardly disturb it."""
    call()
    times = []
    for _ in range(repeats):
        start = process_time()
        call()
        times.append(process_time() - start)
    return median(times)


def by_row(peer: Peer, problem: str, arguments: list[NDArray[Any]]) -> float:
    """Time of a peer that takes a row of floats; their conversion is not counted."""
    function = getattr(peer.problems, problem)
    rows = [list(row) for row in zip(*(argument.tolist() for argument in arguments), strict=True)]
    with peer.context():
        return seconds(lambda: [function(*row) for row in rows], repeats=3)


def measurements(rng: np.random.Generator) -> Iterator[tuple[str, str, list[float]]]:
    """Problem, shape, and the ns an element of the engine, of the peers, and of NumPy."""
    for problem in ROWS + ENTRIES:
        for shape in SHAPES if problem in ROWS else ((1, 100_000),):
            x = 1.0 - rng.random(shape) if problem == "log_likelihood" else rng.normal(size=shape) * 5
            arguments = [x, rng.integers(shape[1], size=shape[0])] if problem == "nll" else [x]
            times = [seconds(partial(getattr(engine, problem), *arguments), REPEATS)]
            times += [by_row(peer, problem, arguments) for peer in ROW_PEERS]
            times += [seconds(partial(getattr(ARRAY_PEER.problems, problem), *arguments), REPEATS)]
            label = "{} x {}".format(*shape) if problem in ROWS else f"{x.size}"
            yield problem, label, [t / x.size * 1e9 for t in times]


def exponentials(rng: np.random.Generator) -> tuple[float, float]:
    """Exp of 10^5 numbers, ns each: the engine, and double-double in NumPy alone."""
    x = rng.normal(size=100_000) * 5
    times = seconds(lambda: elementwise.exp(x), REPEATS), seconds(lambda: numpy_only.exp(x), REPEATS)
    return times[0] / x.size * 1e9, times[1] / x.size * 1e9


def cpu() -> str:
    """The processor's name."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].split(":")[1].strip() if names else platform.processor()


def table(lines: list[tuple[str, str, list[float]]]) -> str:
    """Markdown: ns an element, and in brackets how many times the engine's."""
    names = [peer.name for peer in ROW_PEERS] + [ARRAY_PEER.name]
    out = ["| problem | rows x n | M elements/s | engine |" + "".join(f" {name} |" for name in names)]
    out.append("|---|---|" + "---:|" * (len(names) + 2))
    for problem, shape, (own, *others) in lines:
        cells = [f"{t:.3g} ({t / own:.3g} x)" for t in others]
        out.append(f"| {problem} | {shape} | {1e3 / own:.3g} | {own:.3g} | " + " | ".join(cells) + " |")
    return "\n".join(out)


def page() -> str:
    """The whole report."""
    rng = np.random.default_rng(2024)
    lines = list(measurements(rng))
    compiled, alone = exponentials(rng)
    return f"""# Benchmarks of the reference engine

Written by `python -m benchmarks --write`. {cpu()}, one thread,
Python {platform.python_version()}, NumPy {np.__version__}.
Nanoseconds of processor time an element, medians; in brackets how many times the engine's. The peers
work at {PREC} bits; of them only Arb certifies its values, as the engine does.

{table(lines)}

exp of 10^5 numbers: {compiled:.3g} ns each compiled, with bounds and exponents apart; {alone:.3g} ns in double-double
with NumPy alone, without either.

## Sweeps

Every input of a format measured by one algorithm (`docs/scale.md`): nanoseconds of processor time an input on one core,
from the bit pattern to the counts; then the algorithm by itself, as NumPy and ml_dtypes run it in that format; then the
whole, in evaluations of np.exp in float64 over the same numbers. Formulas on 16-bit numbers are swept carried in
binary32, which gives NumPy's values sooner than NumPy does.

{sweeps.section()}"""


def main() -> None:
    """Print the report, and keep it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"also write {PAGE.name} into docs/")
    arguments = parser.parse_args()
    report = page()
    print(report)  # noqa: T201 -- a report on the terminal is what it is for
    if arguments.write:
        PAGE.parent.mkdir(exist_ok=True)
        _, heading, rest = PAGE.read_text().partition(whole.HEADING)
        PAGE.write_text(report + "\n\n" * bool(rest) + heading + rest)


if __name__ == "__main__":
    main()
