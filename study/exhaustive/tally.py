"""What is counted of one algorithm: mergeable in any order, and the same whatever the order."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from study.exhaustive.bins import BINS
from study.exhaustive.judge import OUTCOMES


@dataclass(frozen=True)
class Tally:
    """Counts over some inputs.

    Attributes:
        count: results judged.
        histogram: results by the bin of their error, as ``classify.BINS`` says.
        outcomes: results by ``study.certified.errors.Outcome``.
        settled: results that the engine had to decide.
        by_mpmath: results that mpmath had to decide.
        worst_ulp: largest error, in ulps; -1 of no results.
        worst_input: its input's number, the least of equally bad ones; -1 of no results.
        worst_component: its component.
    """

    count: int = 0
    histogram: tuple[int, ...] = field(default=(0,) * BINS)
    outcomes: tuple[int, ...] = field(default=(0,) * OUTCOMES)
    settled: int = 0
    by_mpmath: int = 0
    worst_ulp: float = -1.0
    worst_input: int = -1
    worst_component: int = 0

    def __add__(self, other: Tally) -> Tally:
        worse = max(self, other, key=lambda tally: (tally.worst_ulp, -tally.worst_input, -tally.worst_component))
        return Tally(
            self.count + other.count,
            tuple(map(sum, zip(self.histogram, other.histogram, strict=True))),
            tuple(map(sum, zip(self.outcomes, other.outcomes, strict=True))),
            self.settled + other.settled,
            self.by_mpmath + other.by_mpmath,
            worse.worst_ulp,
            worse.worst_input,
            worse.worst_component,
        )

    @property
    def not_correctly_rounded(self) -> int:
        """Results with an error above half an ulp."""
        return sum(self.histogram[1:])

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it; an infinite error as a string."""
        return {**asdict(self), "worst_ulp": self.worst_ulp.hex()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Tally:
        """The inverse of ``to_json``.

        Raises:
            TypeError, ValueError, KeyError: it is none.
        """
        tally = cls(
            **{
                **stored,
                "histogram": tuple(stored["histogram"]),
                "outcomes": tuple(stored["outcomes"]),
                "worst_ulp": float.fromhex(stored["worst_ulp"]),
            }
        )
        if not sum(tally.histogram) == sum(tally.outcomes) == tally.count:
            raise ValueError("counts do not add up")
        return tally
