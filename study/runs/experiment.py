"""What an experiment declares: a question, the tables that answer it, and what to show of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.formats import MAIN_FORMATS
from study.inputs.families import generator, rounded
from study.libraries.backends import get_backend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from study.arithmetic.recipe import Recipe
    from study.formats import Format
    from study.inputs.families import Arguments, Family

Tables = Mapping[str, "pd.DataFrame"]
"""The stored tables of an experiment, by name."""
Sentence = Callable[[Tables], str | None]
"""From the tables to what they say, None where they do not bear it out."""


@dataclass(frozen=True)
class Unit:
    """The smallest piece of work: one stack of inputs in one format, for all algorithms."""

    family: Family
    value: Any
    form: str


@dataclass(frozen=True)
class Sweep:
    """A table made by sweeping one parameter of input families over formats, problems and algorithms.

    Attributes:
        parameter: name of the swept parameter.
        values: what it takes.
        families: ways to draw the inputs; a problem takes as many of the drawn arguments as it has.
        problems: names of the problems, each with the names of its algorithms (None: all).
        formats: names of the formats.
        recipes: under which the algorithms run, in place of formats: each on the inputs that it reads.
        rows: number of instances drawn for a value of the parameter.
        seed: named seed of the draws.
    """

    parameter: str
    values: Sequence[Any]
    families: Sequence[Family]
    problems: Mapping[str, Sequence[str] | None]
    formats: Sequence[str] = MAIN_FORMATS
    rows: Callable[[Any], int] = lambda _value: 100
    seed: str = "study"
    recipes: Sequence[Recipe] = ()

    def units(self) -> Iterator[Unit]:
        """Every piece of work, in the order of the table."""
        for family in self.families:
            for value in self.values:
                for form in dict.fromkeys(recipe.input for recipe in self.recipes) or self.formats:
                    yield Unit(family, value, form)

    def under(self, form: str) -> Sequence[Recipe | None]:
        """The recipes that read a format; None: all is in that format."""
        return [recipe for recipe in self.recipes if recipe.input == form] or [None]

    def inputs(self, unit: Unit, form: Format) -> Arguments:
        """Draw the inputs of one unit: the same numbers for every format, then rounded to it."""
        rng = generator(self.seed, unit.family.name, self.parameter, float(unit.value))
        return rounded(form, unit.family.draw(rng, self.rows(unit.value), unit.value))


@dataclass(frozen=True)
class Finding:
    """A sentence that is computed from the tables.

    Attributes:
        sentence: from the tables to the sentence, None where they do not bear it out.
        rank: its importance among all findings, 1 the highest.
        scope: names of the tables that it is limited to, each with the words by which it says so; without, it is about
            all tables of its experiment.
    """

    sentence: Sentence
    rank: int = 9
    scope: Mapping[str, str] = field(default_factory=dict)

    def told(self, tables: Tables) -> str | None:
        """The sentence on all tables of its scope."""
        return self.sentence({name: t for name, t in tables.items() if name in self.scope} if self.scope else tables)


@dataclass(frozen=True)
class Figure:
    """A figure with its message.

    Attributes:
        draw: from the tables to a figure of matplotlib.
        message: the sentence that the figure shows, its caption, as a finding's; without one it is not shown.
    """

    draw: Callable[[Tables], Drawn]
    message: Sentence


@dataclass(frozen=True)
class Experiment:
    """One question, answered by one file.

    Attributes:
        module_file: the file that declares it; gives the name.
        docstring: the question, an empty line, and why it matters.
        tables: what to compute, by name: a Sweep, or a function that returns a DataFrame.
        findings: sentences on the tables.
        figures: what is drawn of the stored tables, by name.
        contracts: what the tables must bear out besides their bounds; each yields a line for what they do not.
        order: place in the report.
        title: of its section there; without one, its name.
        problems: names of the problems that tables other than sweeps measure.
        backends: names of the libraries that it measures; where one is absent, stored results are kept.
        data: names of files beside it that the tables are made from.
    """

    module_file: str
    docstring: str
    tables: Mapping[str, Sweep | Callable[[], pd.DataFrame]]
    findings: Sequence[Finding] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    contracts: Sequence[Callable[[Tables], Iterator[str]]] = ()
    order: int = 100
    title: str = ""
    problems: Sequence[str] = ()
    backends: Sequence[str] = ()
    data: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return Path(self.module_file).stem

    @property
    def question(self) -> str:
        """First paragraph of the docstring."""
        return " ".join(inspect.cleandoc(self.docstring).partition("\n\n")[0].split())

    @property
    def why(self) -> str:
        """The rest of the docstring."""
        return inspect.cleandoc(self.docstring).partition("\n\n")[2].strip()

    def problem_names(self) -> list[str]:
        """Names of all problems that the tables measure."""
        swept = [name for table in self.tables.values() if isinstance(table, Sweep) for name in table.problems]
        return sorted({*swept, *self.problems})

    def absent(self) -> dict[str, str]:
        """The backends that it measures and that cannot be called, each with the reason."""
        return {name: reason for name in self.backends if (reason := get_backend(name).refusal)}

    def measured(self, asked: Sequence[str] = ()) -> bool:
        """Whether its libraries are all there, or one of them is that is asked for."""
        absent = self.absent()
        return not absent or any(name in asked and name not in absent for name in self.backends)
