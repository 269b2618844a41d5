"""The lines of ``tests.campaigns.faithful`` as tables of three kinds of inputs: a problem a row, a format a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from study.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown: instances, the longest, wrong outcomes, and the largest error in each format; then the totals."""
    lines = pd.DataFrame(rows)
    return "\n\n".join("\n".join(_of_kind(kind, part)) for kind, part in lines.groupby("kind")) + "\n"


def _of_kind(kind: Any, lines: pd.DataFrame) -> Iterator[str]:
    formats = [name for name in FORMATS if name in set(lines["format"])]
    columns = ["problem", f"{kind} a format", "longest", "wrong", *formats]
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'---:|' * (len(columns) - 1)}"
    worst = lines[["ulps", "by_mpmath"]].max(axis=1) if "by_mpmath" in lines else lines["ulps"]
    for problem, some in lines.assign(worst=worst).groupby("problem"):
        counts = some.groupby("format")["instances"].sum()
        fewest, most = counts.min(), counts.max()
        size = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
        largest = some.groupby("format")["worst"].max()
        errors = [f"{largest[name]:.6f}" if name in largest else "" for name in formats]
        longest, wrong = some["n"].max(), some["wrong"].sum()
        yield f"| {' | '.join([str(problem), size, f'{longest:,}', f'{wrong:,}', *errors])} |"
    totals = lines.groupby("format")["instances"].sum()
    yield ""
    yield f"All problems together: {', '.join(f'{totals[name]:,} in {name}' for name in formats)}."
    long = (lines["instances"] * (lines["n"] >= 10**4)).sum()
    checked = lines["by_mpmath"].notna().sum() if "by_mpmath" in lines else 0
    yield f"Longer than 10,000: {long:,}. Worst of a part held to mpmath: {checked:,} of {len(lines):,} parts."
