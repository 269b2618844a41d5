"""Figures on record: a TOML file of what a function was measured to do, which a CI holds it to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import tomlkit

from study.own.budgets import BUDGETS, WRONG
from study.own.table import wrong_outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from study.own.table import Measurement

FACTOR = 1.5
"""How many times the recorded error is allowed unless told otherwise."""

FLOORS = {"max_ulp": 0.5, "max_scaled": 1.0, "max_normwise": 1.0}
"""What correct rounding may cost: an error below it is no worse than none."""

HEADER = "Written by study measure --record, held by study measure --against: the worst of each kind of inputs."


def key_of(function: Callable[..., Any]) -> str:
    """The name that a function is recorded under, MODULE:FUNCTION."""
    module = getattr(function, "module", None) or getattr(function, "__module__", "")
    return f"{module}:{getattr(function, '__name__', type(function).__name__)}"


@dataclass(frozen=True)
class Record:
    """The recorded figures of one function.

    Attributes:
        path: the file.
        name: what the function is recorded under.
        factor: how many times a recorded error is allowed; of lost values no more than recorded are.
        figures: by problem, format, kind of inputs and figure.
    """

    path: Path
    name: str
    factor: float
    figures: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, name: str, factor: float = FACTOR) -> Record:
        """Read what is recorded of a function.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no TOML, it has nothing on that function, or the factor is below 1.
        """
        if not factor >= 1:
            raise ValueError(f"a factor is at least 1; got {factor:g}")
        known = _parsed(path.read_text(encoding="utf-8"), path)
        if name not in known:
            raise ValueError(f"{path} has no record of {name}; it has: {', '.join(known) or 'none'}")
        return cls(path, name, factor, known.unwrap()[name])

    def __call__(self, row: Mapping[str, Any]) -> dict[str, float]:
        """The limits for a row; see ``study.own.budgets.Limits``."""
        try:
            figures = self.figures[row["problem"]][row["format"]][row["inputs"]]
            limits = {name: self.factor * max(figures[name], FLOORS[name]) for name in BUDGETS}
            return {**limits, WRONG: figures[WRONG]}
        except (KeyError, TypeError):
            raise LookupError(f"is not recorded in {self.path}; --record does") from None


def recorded(text: str, path: Path, name: str, table: Measurement) -> str:
    """The text of a record with the figures of a measurement in it; what else it holds stays.

    Raises:
        ValueError: the text is no TOML, or a row misbehaves.
    """
    known = _parsed(text, path) if text else tomlkit.document().add(tomlkit.comment(HEADER))
    for row in cast("list[dict[str, Any]]", table.to_dict("records")):
        if row["misbehaviour"]:
            raise ValueError(f"{name} on {row['inputs']!r}: {row['misbehaviour']}; nothing is recorded")
        into: Any = known
        for part in (name, row["problem"], row["format"]):
            if part not in into:
                into[part] = tomlkit.table()
            into = into[part]
        line = tomlkit.inline_table()
        line.update({**{figure: float(row[figure]) for figure in BUDGETS}, WRONG: wrong_outcomes(row)})
        into[row["inputs"]] = line
    return tomlkit.dumps(known)


def _parsed(text: str, path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except tomlkit.exceptions.TOMLKitError as error:
        raise ValueError(f"{path} is no TOML: {error}") from None
