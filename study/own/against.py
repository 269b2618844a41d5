"""Do two engines agree? Importance ratios of somebody's own log-probabilities, exactly, and what rounding explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format
from study.own.score import right, tallied
from study.problems import get_problem, kernels
from study.problems.crosscheck import crosscheck
from study.problems.reference import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.inputs.log_probabilities import Pair
    from study.own.score import Tally

    Floats = NDArray[np.float64]

BAND = (0.8, 1.2)
WAYS = {
    "exp_of_sum": "exp Σ(a − b)",
    "exp_of_difference": "exp(Σa − Σb)",
    "naive": "∏ exp a / ∏ exp b",
}
"""The algorithms of ``importance_ratio`` in use, as they are written."""


@dataclass(frozen=True)
class Against:
    """What two engines say of the same tokens.

    Attributes:
        names: of the two files.
        pair: their log-probabilities.
        band: where a ratio is not clipped.
        ratio: the ratio of each sequence, exactly.
        tallies: errors of these by each algorithm and format, against the ratios of what is stored.
    """

    names: tuple[str, str]
    pair: Pair
    band: tuple[float, float]
    ratio: Exact
    tallies: dict[tuple[str, str], Tally]

    @cached_property
    def tokens(self) -> int:
        """How many tokens count."""
        return int(self.pair.kept.sum())

    @cached_property
    def log(self) -> Floats:
        """The log-ratio of each token in binary64: 0 where it is padded, NaN where both are −∞."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.pair.first - self.pair.second)

    @cached_property
    def token_ratio(self) -> Floats:
        """The ratio of each token in binary64, within one ulp."""
        return np.asarray(kernels.importance_ratio(self.pair.first[..., None], self.pair.second[..., None]))

    @cached_property
    def outside(self) -> NDArray[np.bool_]:
        """Tokens whose ratio leaves the band; one that is undefined does."""
        low, high = self.band
        return self.pair.kept & ~((self.token_ratio >= low) & (self.token_ratio <= high))

    @cached_property
    def rounding(self) -> Floats:
        """By how much half an ulp of both log-probabilities moves a log-ratio; 0 for −∞."""
        halves = [
            np.nan_to_num(form.ulp(values) / 2)
            for form, values in zip(self.pair.forms, (self.pair.first, self.pair.second), strict=True)
        ]
        return np.asarray(halves[0] + halves[1])

    @cached_property
    def explained(self) -> NDArray[np.bool_]:
        """Tokens outside whose ratio, less what rounding may have moved it by, reaches into the band."""
        low, high = (math.log(end) if end else -math.inf for end in self.band)
        with np.errstate(invalid="ignore"):
            reaches = (self.log + self.rounding >= low) & (self.log - self.rounding <= high)
        return np.asarray(self.outside & reaches)

    @cached_property
    def same(self) -> int:
        """Tokens of which rounding explains the whole difference."""
        return int((self.pair.kept & (np.abs(self.log) <= self.rounding)).sum())

    @cached_property
    def estimates(self) -> dict[str, float]:
        """Estimates of KL(b, a) in nats a token, a − b being r: the mean of −r, of r²/2 and of exp r − 1 − r."""
        r = self.log[self.pair.kept]
        with np.errstate(over="ignore", invalid="ignore"):
            terms = {"k1": -r, "k2": r * r / 2, "k3": kernels.kl_k3(r)}
        return {name: _mean(values) for name, values in terms.items()}


def _mean(values: Floats) -> float:
    """The mean; that of infinities where there are some."""
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return math.fsum(values) / len(values) if finite.all() else float(np.sum(values[~finite]))


def compare(names: tuple[str, str], pair: Pair, formats: Sequence[str], band: tuple[float, float] = BAND) -> Against:
    """Compare two engines.

    Args:
        names: of the two files.
        pair: their log-probabilities.
        formats: in which the ratios of sequences are also computed.
        band: where a ratio is not clipped.

    Raises:
        ValueError: the band is none.
        DisagreementError: a reported exact value is not what the definition says.
    """
    low, high = band
    if not 0 <= low < high:
        raise ValueError(f"a band runs from one ratio to a larger one, as 0.8,1.2, not from {low:g} to {high:g}")
    problem, args = get_problem("importance_ratio"), (pair.first, pair.second)
    ratio = exact(problem, *args)
    tallies = {}
    for form in map(get_format, formats):
        held = [form.round(values) for values in args]
        for way in WAYS:
            computed = problem.algorithms[way](*held)
            tallies[way, form.name] = tallied(computed, ratio, np.arange(len(computed)))
    made = Against(names, pair, band, ratio, tallies)
    rows = {furthest(made), *(tally.row for tally in tallies.values())}
    crosscheck(problem, list(args), ratio, [(row, 0) for row in rows])
    return made


def furthest(made: Against) -> int:
    """The sequence whose ratio is furthest from 1."""
    return int(np.argmax(_distance(made.ratio.to_float())))


def furthest_token(made: Against) -> tuple[int, ...]:
    """The token whose ratio is."""
    distance = np.where(made.pair.kept, _distance(made.token_ratio), -1.0)
    return tuple(int(i) for i in np.unravel_index(np.argmax(distance), distance.shape))


def _distance(ratio: Floats) -> Floats:
    """|log ratio|; infinite where it is undefined."""
    with np.errstate(divide="ignore"):
        return np.nan_to_num(np.abs(np.log(ratio)), nan=np.inf, posinf=np.inf)


def digits(tally: Tally) -> float:
    """Decimal digits right of the worst sequence."""
    return right(tally.off)


def record(made: Against, lines: list[str]) -> dict[str, Any]:
    """Every figure, as JSON takes it."""
    from study.measurement.written import decimal

    kept, at = made.pair.kept, furthest(made)
    change = np.expm1(made.rounding[kept])
    return {
        "file": made.names[0],
        "against": made.names[1],
        "shape": made.log.shape,
        "dtypes": made.pair.dtypes,
        "formats": [form.name for form in made.pair.forms],
        "tokens": made.tokens,
        "padded": int(made.log.size - made.tokens),
        "band": made.band,
        "answer": lines,
        "sequences": [
            {"ratio": decimal(made.ratio[row]), "relative_error": float(made.ratio.error[row]),
             "tokens": int(kept[row].sum()), "outside": int(made.outside[row].sum())}
            for row in range(len(made.log))
        ],
        "furthest_sequence": at,
        "furthest_token": furthest_token(made),
        "outside": int(made.outside.sum()),
        "explained_by_rounding": int(made.explained.sum()),
        "no_further_than_rounding": made.same,
        "rounding_typical": float(np.median(change)),
        "rounding_largest": float(change.max()),
        **made.estimates,
        "computed": [
            {"formula": WAYS[way], "algorithm": way, "format": form, "digits": digits(tally), "lost": tally.lost,
             "worst_sequence": tally.row, "worst_value": tally.value, "worst_exact": tally.exact}
            for (way, form), tally in made.tallies.items()
        ],
    }  # fmt: skip
