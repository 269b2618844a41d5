"""What was measured of some vectors, and of several of them together: memory does not grow with their number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.engine import losses
from study.certified.exact import Exact
from study.own.per_vector import together

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from study.own.methods import Method
    from study.own.score import Tally

OUTCOMES = ("normal", "subnormal", "overflow", "underflow", "nan", "limit", "missed")
LARGEST = ("max_ulp", "max_relative", "max_u", "max_scaled", "max_normwise", "max_cond")
WORST = ("worst_row", "worst_component", "worst_input", "worst_computed", "worst_reference")


@dataclass(frozen=True)
class Reference:
    """What is exact of some vectors, of the logits as they are stored.

    Attributes:
        total: the sum of the results that are finite; one value.
        finite: how many are.
        infinite: how many are infinite, as the loss of a masked target.
        undefined: how many are NaN, as the loss where every logit is masked.
        first: the number of the first vector that is infinite, and of the first that is undefined; −1 if none is.
    """

    total: Exact
    finite: int
    infinite: int
    undefined: int
    first: tuple[int, int]

    @classmethod
    def of(cls, values: Exact, rows: NDArray[np.intp]) -> Reference:
        """Add up the exact results of vectors, by their numbers."""
        finite, infinite, undefined = np.isfinite(values.hi), np.isinf(values.hi), np.isnan(values.hi)
        return cls(
            losses.share(values[finite].reshape((1, -1)), 1),
            int(finite.sum()),
            int(infinite.sum()),
            int(undefined.sum()),
            (_first(infinite, rows), _first(undefined, rows)),
        )

    def __add__(self, other: Reference) -> Reference:
        parts = zip(*((r.total.hi, r.total.lo, r.total.exponent, r.total.error) for r in (self, other)), strict=True)
        infinite, undefined = zip(self.first, other.first, strict=True)
        return Reference(
            losses.share(Exact(*map(np.concatenate, parts)).reshape((1, -1)), 1),
            self.finite + other.finite,
            self.infinite + other.infinite,
            self.undefined + other.undefined,
            (_least(infinite), _least(undefined)),
        )


def _first(kind: NDArray[np.bool_], rows: NDArray[np.intp]) -> int:
    return int(rows[np.argmax(kind)]) if kind.any() else -1


def _least(places: tuple[int, ...]) -> int:
    return min((place for place in places if place >= 0), default=-1)


@dataclass
class Part:
    """What was measured of some vectors.

    Attributes:
        count: how many.
        reference: what is exact.
        tallies: of each method for the problem that is due, against that.
        kept: of the formula faithful, its finite results, by the number of the first vector.
        figures: of each method, as ``Case.row`` has them, against what is exact of the logits in its format.
        refused: what a library's function said instead of a result.
        sums: the least and the largest sum of a softmax.
        published: the counts of ``study.own.per_vector``.
    """

    count: int
    reference: Reference
    tallies: dict[Method, Tally] = field(default_factory=dict)
    kept: dict[Method, dict[int, NDArray[Any]]] = field(default_factory=dict)
    figures: dict[Method, dict[str, Any]] = field(default_factory=dict)
    refused: dict[Method, str] = field(default_factory=dict)
    sums: dict[Method, tuple[float, float]] = field(default_factory=dict)
    published: pd.DataFrame | None = None

    def __add__(self, other: Part) -> Part:
        return Part(
            self.count + other.count,
            self.reference + other.reference,
            _both(self.tallies, other.tallies, lambda a, b: a + b),
            _both(self.kept, other.kept, lambda a, b: a | b),
            _both(self.figures, other.figures, merged),
            self.refused | other.refused,
            _both(self.sums, other.sums, lambda a, b: (float(np.minimum(a[0], b[0])), float(np.maximum(a[1], b[1])))),
            None if self.published is None or other.published is None else together(self.published, other.published),
        )


def _both(a: dict[Method, Any], b: dict[Method, Any], join: Callable[[Any, Any], Any]) -> dict[Method, Any]:
    """What both have, joined: a method that refused some vectors has no result."""
    return {method: join(a[method], b[method]) for method in a if method in b}


def merged(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """The figures of two parts as those of both."""
    worse = max(a, b, key=lambda row: (row["max_ulp"], -row["worst_row"]))
    return (
        {"count": a["count"] + b["count"]}
        | {name: float(np.fmax(a[name], b[name])) for name in LARGEST}
        | {name: a[name] + b[name] for name in OUTCOMES}
        | {name: worse[name] for name in WORST}
    )


def told(row: dict[str, Any]) -> dict[str, Any]:
    """The figures of a row that can be joined with others."""
    return {name: row[name] for name in ("count", *LARGEST, *OUTCOMES, *WORST)}
