"""One mutant after another in a process of its own: mutants are code, which does not travel, so each lists them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.campaigns.mutation.equivalence import compared
from tests.campaigns.mutation.mutants import generate
from tests.campaigns.mutation.trial import Trial

if TYPE_CHECKING:
    from tests.campaigns.mutation.equivalence import Comparison
    from tests.campaigns.mutation.mutants import Mutant


@cache
def listed() -> tuple[Trial, list[Mutant]]:
    """What mutants are tried on, and all of them, in an order that is the same everywhere."""
    trial = Trial()
    return trial, generate([case for _, case in trial.cases])


def verdict(index: int) -> tuple[str, Comparison | None]:
    """The check that sees a mutant, or else what the mutant makes of more inputs."""
    trial, mutants = listed()
    check, _ = trial.verdict(mutants[index])
    return check, None if check else compared(mutants[index])
