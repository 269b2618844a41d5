"""All that is stored, read once, and what follows from it: the answer, the findings, the sections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from study.report import answer, cost, exhaustive, sections
from study.runs import store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from study.report.answer import Cell
    from study.report.sections import Claim, Section
    from study.runs.experiment import Experiment


@dataclass(frozen=True)
class Data:
    """The stored tables.

    Attributes:
        experiments: each with its tables by name.
        exhaustive: tables of sweeps over every input and of searches, by their path.
        rows: the measurements of all experiments with NumPy's arithmetic, see ``answer.measured``.
        tried: what our formulas make of every input of a format, see ``exhaustive.rows``.
        matrix: the answer.
        special: what is lost at special arguments, see ``answer.specials``.
    """

    experiments: Sequence[tuple[Experiment, Mapping[str, pd.DataFrame]]]
    exhaustive: Mapping[str, pd.DataFrame]
    rows: pd.DataFrame
    tried: pd.DataFrame
    matrix: Sequence[Sequence[Cell]]
    special: pd.DataFrame

    @cached_property
    def claims(self) -> list[Claim]:
        """The findings that hold, the most important first."""
        found = [claim for e, tables in self.experiments for claim in sections.claims(e, tables)]
        found += exhaustive.claims(self.exhaustive, self.rows) + cost.claims(self.matrix)
        return sorted(found, key=lambda claim: claim.rank)

    def sections(self) -> list[Section]:
        """The sections, in the order of the report."""
        made: list[tuple[int, Section | None]] = [
            (e.order, sections.section(e, tables)) for e, tables in self.experiments
        ]
        made += [
            (exhaustive.ORDER, exhaustive.section(self.exhaustive, self.rows)),
            (cost.ORDER, cost.section(pd.concat([self.rows, self.tried], ignore_index=True), self.matrix)),
        ]
        return [section for _, section in sorted(made, key=lambda pair: pair[0]) if section]


def read(experiments: Sequence[Experiment]) -> Data:
    """What the store holds.

    Raises:
        DamagedResultsError: a table of an experiment is missing, or one cannot be read.
    """
    stored = [(e, store.read_tables(e)) for e in experiments]
    swept, rows = exhaustive.tables(), answer.measured(stored)
    tried, special = exhaustive.rows(swept), answer.specials(stored)
    return Data(stored, swept, rows, tried, answer.matrix(rows, tried, special), special)
