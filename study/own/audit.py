"""Every formula and every installed library in every format on somebody's own logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.logits import load
from study.libraries.backends import BACKENDS, laid_out
from study.measurement.given import resolve
from study.measurement.judged import measure_trusted
from study.own.per_vector import published, sums
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from study.inputs.families import Arguments
    from study.problems import Problem

FIGURES = ("max_ulp", "max_u", "max_normwise", "overflow", "underflow", "nan", "missed")
LOST = ["overflow", "underflow", "nan", "missed"]


def audit(file: str | Path, targets: str | Path | None = None, axis: int = 1, variable: str | None = None) -> str:
    """A small report on these logits, in Markdown; arguments and errors as ``study.inputs.logits.load``."""
    logits, found = load(file, targets, axis, variable)
    args = (logits,) if found is None else (logits, found)
    table = measured(str(file), args)
    return "\n".join([
        f"# {file}: {len(logits):,} vectors of {logits.shape[1]:,} logits, {logits.min():.4g} to {logits.max():.4g}",
        "\n## Which formula is safe here\n", *safe(table),
        "\n## Vector by vector: the algorithms of Blanchard, Higham and Higham (2021)\n", _text(published(logits)),
        "\n## What softmax sums to\n", _text(row_sums(logits)),
        "\n## Every formula and library\n", _text(table),
    ])  # fmt: skip


def measured(name: str, args: Arguments) -> pd.DataFrame:
    """A row for each problem, format and formula, ours and the installed libraries'."""
    import pandas as pd

    problems = ["logsumexp", "softmax", "log_softmax", *(["nll"] if len(args) > 1 else [])]
    table = pd.DataFrame(
        [row for problem in problems for form in MAIN_FORMATS for row in _rows(get_problem(problem), form, name, args)]
    )
    return table[["problem", "format", "backend", "algorithm", "count", *FIGURES]]


def _rows(problem: Problem, form: str, name: str, args: Arguments) -> list[dict[str, Any]]:
    """Our formulas, whose worst results the definition confirms, then the libraries' functions."""
    (case,) = resolve(problem, FORMATS[form], {name: args[: len(problem.signature.arguments)]}).values()
    key = {"problem": problem.name, "format": form}
    ours = [{**key, "backend": "study", "algorithm": algorithm.name, **row} for algorithm, row in case.each()]
    case.confirm(ours, "audit")
    return ours + [
        cast("dict[str, Any]", row) | {"backend": f"{backend.name} {backend.version}", "algorithm": function.name}
        for backend in BACKENDS.values()
        for function in backend.functions
        if backend.installed and function.problem == problem.name and form in backend.formats
        for row in measure_trusted(laid_out(backend, function), {name: case}).to_dict("records")
    ]


def safe(table: pd.DataFrame) -> list[str]:
    """A line for each problem and format: what loses no value, the least worst error first."""
    lines = []
    for (problem, form), part in table.groupby(["problem", "format"], sort=False):
        whole = part[(part[LOST].sum(axis=1) == 0) & part["max_ulp"].notna()].sort_values("max_ulp", kind="stable")
        names = [f"{row['algorithm']} ({row['max_ulp']:.3g} ulp)" for _, row in whole.iterrows()]
        lines.append(f"- {problem} in {form}: {', '.join(names) or 'none: every formula loses some value'}")
    return lines


def row_sums(logits: Any) -> pd.DataFrame:
    """The least and the largest row sum of each softmax, in each format."""
    import pandas as pd

    softmaxes: dict[str, Callable[..., Any]] = {
        f"study {name}": algorithm for name, algorithm in get_problem("softmax").algorithms.items()
    }
    for backend in BACKENDS.values():
        mine = [f for f in backend.functions if f.problem == "softmax" and backend.installed]
        softmaxes |= {f.name: laid_out(backend, f) for f in mine}
    rows = [(name, form, *sums(call, logits, form)) for name, call in softmaxes.items() for form in MAIN_FORMATS]
    return pd.DataFrame(rows, columns=["softmax", "format", "least_sum", "largest_sum"])


def _text(table: pd.DataFrame) -> str:
    return str(table.to_string(index=False, float_format=lambda v: f"{v:.6g}"))
