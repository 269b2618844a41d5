"""What accuracy costs: times as multiples of the naive formula's, beside the worst errors of the experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study import plots
from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import at_most, listed, number
from study.problems import PROBLEMS
from study.report import datapackage
from study.report.cells import FORMAT, PROBLEM, Heading, Value, View, filters
from study.report.evidence import by_format, pick
from study.report.sections import Claim, Section, claimed, drawn
from study.runs import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from study.report.answer import Cell

NAME, ORDER = "cost", 150
DRAWN = "log_softmax"
QUESTION = "What does accuracy cost?"
WHY = (
    "A formula that is never wrong is of little use if nobody can afford it. Each is timed on ordinary numbers, and "
    "its time divided by that of the naive formula in the same run: what stability costs. faithful computes in a wider "
    "format where there is one, and in double float64 where there is none."
)
METHOD = (
    "Logits from N(0, 1), or probabilities from U(0.01, 1), 100 rows of 1,000; the shortest of five runs of this "
    "study’s NumPy code. Times are a machine’s own and differ from run to run: this is the one table that is not "
    "byte-identical when it is made again."
)


def ratios() -> pd.DataFrame | None:
    """The stored times, None where there are none."""
    path = store.RESULTS / store.COSTS
    return store.read_csv(path) if path.exists() else None


def packages() -> dict[str, str]:
    """The data dictionary, by its path."""
    times = ratios()
    if times is None:
        return {}
    return {f"{NAME}/datapackage.json": datapackage.package(NAME, QUESTION, WHY, {store.COSTS.stem: times})}


def claims(matrix: Sequence[Sequence[Cell]]) -> list[Claim]:
    """The findings that hold, none where nothing was timed."""
    times = ratios()
    return [] if times is None else claimed(NAME, findings(times, matrix))


def section(measured: pd.DataFrame, matrix: Sequence[Sequence[Cell]]) -> Section | None:
    """The section of the report, None where nothing was timed.

    Args:
        measured: rows of the experiments and of every input, see ``answer.measured`` and ``exhaustive.rows``.
        matrix: the answer, whose formulas the findings are about.
    """
    times = ratios()
    if times is None or measured.empty:
        return None
    joined = measured.merge(times, on=["problem", "algorithm", "format"])
    shown = pick(joined, problem=DRAWN, format=["float32", "float64"])
    message = cost_of_stability(joined)
    return Section(
        name=NAME,
        title="Cost",
        question=QUESTION,
        why=[WHY],
        claims=claims(matrix),
        pictures=[drawn(NAME, DRAWN, plots.costs(shown), message)] if message else [],
        tables=[view(joined)],
        worst=[],
        method=[METHOD],
        problems=[],
        files=[store.COSTS.as_posix()],
        origin="python -m benchmarks.cost",
    )


def findings(times: pd.DataFrame, matrix: Sequence[Sequence[Cell]]) -> Iterator[tuple[int, str | None]]:
    """Rank and sentence of each."""
    yield 6, _median(times[times["algorithm"] == "faithful"], "The faithful kernel")
    best = {(c.problem, c.form, c.algorithm) for line in matrix for c in line if c.algorithm != "faithful"}
    keys = zip(times["problem"], times["format"], times["algorithm"], strict=True)
    yield 6, _median(times[[key in best for key in keys]], "The plain formula that the answer names")


def _median(times: pd.DataFrame, name: str) -> str | None:
    middle = times.groupby("format")["times_naive"].median()
    each = by_format(middle, lambda times: number(times, 2))
    return f"{name} takes, by the median over the problems, this many times as long as naive: {each}." if each else None


def cost_of_stability(joined: pd.DataFrame) -> str | None:
    """The caption: what the formulas that keep their digits cost, and what the kernel does, in float64."""
    rows = pick(joined, problem=DRAWN, format="float64")
    kept = rows[~rows["algorithm"].isin(rows[outcome.lost(rows)]["algorithm"].unique())]
    worst = kept.groupby("algorithm").agg(times=("times_naive", "max"), ulps=("max_ulp", "max")).sort_values("times")
    each = [f"{name} × {number(row['times'], 2)} (≤ {at_most(row['ulps'])} ulps)" for name, row in worst.iterrows()]
    return f"Of the formulas for {DRAWN} in float64, these lose nothing: {listed(each)}." if each else None


def view(joined: pd.DataFrame) -> View:
    """The cost and the worst error of each formula."""
    lines = []
    for (problem, algorithm, form), part in joined.groupby(["problem", "algorithm", "format"], sort=False):
        times, each = float(part["times_naive"].iloc[0]), float(part["ns_per_number"].iloc[0])
        worst = float(part["max_ulp"].max())
        lines.append(
            [
                Value(str(problem)),
                Value(str(algorithm)),
                Value(str(form)),
                Value(number(times, 2), times),
                Value(number(each, 2), each),
                Value(number(worst), worst),
            ]
        )
    order = {name: k for k, name in enumerate(PROBLEMS)}
    lines.sort(key=lambda line: (order.get(line[0].text, 0), MAIN_FORMATS.index(line[2].text), line[3].key))
    headings = [
        PROBLEM,
        Heading("Formula", "", "The way to evaluate it.", numeric=False),
        FORMAT,
        Heading("Cost", "× naive", "Time beside the naive formula’s, in one run.", numeric=True),
        Heading("Time", "ns/number", "Time for one number of the arguments.", numeric=True),
        Heading("Worst error", "ulps", "Largest error over the experiments and every input swept.", numeric=True),
    ]
    return View("ratios", "Times on one machine, and the worst errors.", headings, lines, filters(lines, (0, 1, 2)))
