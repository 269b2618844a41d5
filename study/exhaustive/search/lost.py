"""Inputs whose result is lost: no size of an error is comparable with that, so they are counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from study.certified.errors import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.exhaustive.search.patterns import Whole

GRAVEST = (Outcome.NAN, Outcome.OVERFLOW, Outcome.MISSED, Outcome.UNDERFLOW)
"""What a result is lost as, the gravest first."""


@dataclass
class Lost:
    """Inputs met whose result is lost, each once, as the gravest that it is.

    Attributes:
        counts: how many, by outcome.
        first: the first of them.
    """

    counts: dict[Outcome, int] = field(default_factory=dict)
    first: dict[Outcome, Whole] = field(default_factory=dict)

    def add(self, codes: Whole, outcomes: NDArray[np.integer]) -> None:
        """Take in what was tried: inputs, and the outcomes of the results of each."""
        left = np.ones(len(codes), dtype=bool)
        for outcome in GRAVEST:
            met = left & (outcomes == outcome).any(axis=1)
            left &= ~met
            if met.any():
                self.counts[outcome] = self.counts.get(outcome, 0) + int(met.sum())
                self.first.setdefault(outcome, codes[met][0])

    def merge(self, other: Lost) -> None:
        """Take in what another has met."""
        for outcome, count in other.counts.items():
            self.counts[outcome] = self.counts.get(outcome, 0) + count
            self.first.setdefault(outcome, other.first[outcome])
