"""One experiment as a section of the report: everything a template needs, computed from its stored tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from study.plots import words
from study.plots.text import listed, number, plain, slug
from study.problems import get_problem
from study.report import field, svg, use, views
from study.report.pasted import CODE, Pasted, pasted
from study.runs.experiment import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from study.report.cells import View
    from study.runs.experiment import Experiment


MOST = 3
"""Findings of a section that stand open."""


@dataclass(frozen=True)
class Claim:
    """A finding that the tables bear out, and its anchor."""

    anchor: str
    sentence: str
    rank: int
    experiment: str


@dataclass(frozen=True)
class Picture:
    """A figure, ready to be put in a page.

    Attributes:
        caption: its message.
        alt: what is to be seen in it.
        inline: as part of a page.
        files: its contents by the ending of its file.
    """

    name: str
    caption: str
    alt: str
    inline: str
    files: Mapping[str, str | bytes]


@dataclass(frozen=True)
class Formula:
    """An algorithm and what is known about it beforehand."""

    problem: str
    name: str
    formula: str
    bound: str


@dataclass(frozen=True)
class Section:
    """An experiment, or what else has been measured, ready to be written.

    Attributes:
        files: its stored tables, below results/.
        origin: the file or command that makes them.
        pasted: defects, as texts for trackers.
    """

    name: str
    title: str
    question: str
    why: Sequence[str]
    claims: Sequence[Claim]
    pictures: Sequence[Picture]
    tables: Sequence[View]
    worst: Sequence[View]
    method: Sequence[str]
    problems: Sequence[str]
    files: Sequence[str]
    origin: str
    pasted: Sequence[Pasted] = ()

    @property
    def captions(self) -> set[str]:
        """What the figures say: no finding says it again."""
        return {picture.caption for picture in self.pictures}

    @property
    def told(self) -> list[Claim]:
        """The findings that no figure says."""
        return [claim for claim in self.claims if claim.sentence not in self.captions]

    @property
    def dictionaries(self) -> list[str]:
        """Where the columns of its tables are described, below results/."""
        return list(dict.fromkeys(f"{file.split('/')[0]}/datapackage.json" for file in self.files))


def section(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Everything to be said about one experiment."""
    sweeps = {name: declared for name, declared in experiment.tables.items() if isinstance(declared, Sweep)}
    shown = [views.summary(experiment.name, n, tables[n]) for n in sweeps]
    shown += [_shown(name, table) for name, table in tables.items() if name not in sweeps and _fits(name, table)]
    return Section(
        name=experiment.name,
        title=experiment.title or experiment.name.replace("_", " ").capitalize(),
        question=experiment.question,
        why=[" ".join(part.split()) for part in experiment.why.split("\n\n") if part.strip()],
        claims=claims(experiment, tables),
        pictures=pictures(experiment, tables),
        tables=shown,
        worst=[views.worst_inputs(experiment.name, name, tables[name]) for name in sweeps],
        method=[method(name, declared, tables[name]) for name, declared in sweeps.items()],
        problems=experiment.problem_names(),
        files=[f"{experiment.name}/{name}.csv" for name in experiment.tables],
        origin=f"experiments/{experiment.name}.py",
        pasted=pasted(tables),
    )


def _fits(name: str, table: pd.DataFrame) -> bool:
    return CODE not in table and (len(table) <= views.WHOLE or "link" in table or name == use.BATTERY)


def _shown(name: str, table: pd.DataFrame) -> View:
    if name == use.BATTERY:
        return use.by_group(name, table)
    return field.view(name, table) if "link" in table else views.whole(name, table)


def claims(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """The findings that hold, the most important first."""
    return claimed(experiment.name, [(finding.rank, finding.told(tables)) for finding in experiment.findings])


def claimed(name: str, found: Iterable[tuple[int, str | None]]) -> list[Claim]:
    """The findings of a section that hold, from their ranks and sentences."""
    held = sorted(((rank, sentence) for rank, sentence in found if sentence), key=lambda pair: pair[0])
    return [Claim(f"{slug(name)}-finding-{k}", said, rank, name) for k, (rank, said) in enumerate(held, 1)]


def pictures(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> list[Picture]:
    """The figures whose message the tables bear out."""
    told = [(name, figure, figure.message(tables)) for name, figure in experiment.figures.items()]
    return [drawn(experiment.name, name, figure.draw(tables), said) for name, figure, said in told if said]


def drawn(section: str, name: str, figure: Drawn, message: str) -> Picture:
    """A figure of a section with its message, ready to be put in a page."""
    own = f"{section}-{name}".replace("_", "-")
    alone = svg.alone(figure, own)
    return Picture(
        name, message, words.told(figure), svg.inline(alone, own), {"svg": alone, "png": svg.picture(figure)}
    )


def method(name: str, sweep: Sweep, table: pd.DataFrame) -> str:
    """How a sweep was made, in one paragraph."""
    values, inputs = table["value"].unique(), [str(v) for v in table["inputs"].unique()]
    span = f"{plain(min(values))} to {plain(max(values))}" if len(values) > 1 else plain(values[0])
    return (
        f"Table {name}: {sweep.parameter} takes {len(values)} {'values' if len(values) > 1 else 'value'}, {span}; "
        f"inputs {'; '.join(inputs)}; drawn in binary64 under the named seed “{sweep.seed}”, then rounded once to "
        f"{listed(str(v) for v in table['format'].unique())}. {number(int(table['count'].sum()))} computed values, "
        "each against the exact value for the very arguments it was given, certified by mpmath to 120 bits or more."
    )


def formulas(names: Iterable[str]) -> list[Formula]:
    """Every formula of these problems, with the source of its bound."""
    return [
        Formula(name, algorithm.name, str(algorithm.__doc__ or ""), str(algorithm.bound.__doc__ or ""))
        if algorithm.bound
        else Formula(name, algorithm.name, str(algorithm.__doc__ or ""), "none is known")
        for name in names
        for algorithm in get_problem(name).algorithms.values()
    ]
