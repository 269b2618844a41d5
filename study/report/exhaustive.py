"""Every input of a format, and in wide formats the worst that a search finds: what ``study exhaustive`` has stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from study.formats import FORMATS
from study.problems import PROBLEMS
from study.report import datapackage, exhaustive_findings, exhaustive_views
from study.report.columns import SWEPT
from study.report.sections import Claim, Section, claimed, drawn
from study.runs import store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME, ORDER = "exhaustive", 140
WHY = (
    "A sample can miss the worst input. A format of 8 or 16 bits has few enough numbers to try every one, or every "
    "pair or triple, NaN and infinities among them, and for functions of one number float32 has too: the worst error "
    "is then a maximum. In float64 a search climbs towards large errors, and what it finds is a lower bound."
)
METHOD = (
    "Bit patterns are enumerated in blocks; labels outside [0, 1] are no probabilities and are left out. A fast "
    "reference of proven error judges each result; what it cannot decide is settled by the engine and by mpmath, and "
    "so is every worst case. A search mutates the bits of its worst inputs so far; beside it as many random inputs are "
    "tried."
)


def files() -> list[Path]:
    """The stored tables of sweeps and searches."""
    return store.files_below(NAME, "search")


def tables() -> dict[str, pd.DataFrame]:
    """The stored tables by their path below results/, without its ending.

    Raises:
        DamagedResultsError: one is damaged, or does not account for every input and says so.
    """
    from study.exhaustive.stored import incomplete

    stored = store.read_below(NAME, "search")
    for line in incomplete(stored):
        raise store.DamagedResultsError(line)
    return stored


def packages(stored: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The data dictionaries of the folders, by their paths."""
    texts = {}
    for folder, title in (
        (NAME, "The worst error over every input"),
        ("search", "The worst input that a search found"),
    ):
        part = {name.removeprefix(f"{folder}/"): t for name, t in stored.items() if name.startswith(f"{folder}/")}
        if part:
            texts[f"{folder}/datapackage.json"] = datapackage.package(folder, title, WHY, part, SWEPT)
    return texts


def summaries(stored: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A line a sweep and formula, by problem and format; empty where there is no sweep."""
    parts = [t.assign(sweep=name.split("/")[1]) for name, t in stored.items() if name.endswith("/summary")]
    if not parts:
        return pd.DataFrame()
    whole = pd.concat(parts, ignore_index=True)
    rank = whole["format"].map({form: k for k, form in enumerate(FORMATS)})
    return whole.assign(rank=rank).sort_values(["problem", "length", "rank"], kind="stable", ignore_index=True)


def searches(stored: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A line a search: the worst that it found, its address, and ``random_ulps``, that of as many random ones."""
    lines = []
    for name, table in stored.items():
        if name.startswith("search/"):
            random = table[table["found_by"] == "random"]["ulps"].max()
            found = table[table["found_by"] != "random"]
            worst = found["ulps"].idxmax()
            row = f"{name.removesuffix('/worst')}/{worst}"
            lines.append(found.loc[[worst]].assign(random_ulps=random, row=row))
    return pd.concat(lines, ignore_index=True) if lines else pd.DataFrame()


def errors(stored: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The largest error of each formula, ``max_ulp``, in each sweep and in each search and its random inputs."""
    searched = [t.rename(columns={"ulps": "max_ulp"}) for name, t in stored.items() if name.startswith("search/")]
    both = [part[["algorithm", "max_ulp"]] for part in (summaries(stored), *searched) if len(part)]
    return pd.concat(both, ignore_index=True) if both else pd.DataFrame()


def rows(stored: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the answer takes of it: our formulas of functions of numbers, on every input."""
    whole = summaries(stored)
    if whole.empty:
        return whole
    scalar = {name for name, problem in PROBLEMS.items() if not any(k.axes for k in problem.signature.arguments)}
    whole = whole[whole["problem"].isin(scalar) & (whole["coverage"] == "exhaustive")]
    address = NAME + "/" + whole["sweep"] + "/" + whole["algorithm"]
    return whole.assign(row=address, value=float("nan"), max_relative=float("nan"))


def claims(stored: Mapping[str, pd.DataFrame], sampled: pd.DataFrame) -> list[Claim]:
    """The findings that hold; arguments as for ``section``."""
    return claimed(NAME, exhaustive_findings.findings(summaries(stored), searches(stored), sampled))


def section(stored: Mapping[str, pd.DataFrame], sampled: pd.DataFrame) -> Section | None:
    """The section of the report, None where nothing is stored.

    Args:
        stored: see ``tables``.
        sampled: rows of the experiments, see ``answer.measured``.
    """
    whole, found = summaries(stored), searches(stored)
    if whole.empty and found.empty:
        return None
    histograms = {name.split("/")[1]: t for name, t in stored.items() if name.endswith("/histogram")}
    figure, message = exhaustive_views.picture(whole, histograms), exhaustive_findings.farthest(whole)
    return Section(
        name=NAME,
        title="Every input",
        question="And on every input there is?",
        why=[WHY],
        claims=claims(stored, sampled),
        pictures=[drawn(NAME, "tails", figure, message)] if figure and message else [],
        tables=exhaustive_views.tables(whole, found),
        worst=[],
        method=[METHOD],
        problems=[],
        files=[f"{name}.csv" for name in stored],
        origin="study exhaustive and study search",
    )
