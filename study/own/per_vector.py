"""What becomes of each vector of logits by the published algorithms, and what softmax sums to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import FORMATS, MAIN_FORMATS
from study.problems import get_problem

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Pair:
    """An unshifted algorithm and the shifted one that Blanchard, Higham and Higham (2021) hold it to.

    Attributes:
        problem: name of the problem.
        unshifted: name of the algorithm without the shift.
        shifted: name of the one with it.
        published: what the paper calls the two.
    """

    problem: str
    unshifted: str
    shifted: str
    published: str


PAIRS = (
    Pair("logsumexp", "naive", "log1p", "3.1 and 4.1"),
    Pair("softmax", "naive", "shifted", "3.1 and 4.1"),
    Pair("softmax", "exp_minus_naive_logsumexp", "exp_minus_logsumexp", "(1.5) over 3.1 and over 4.1"),
)
"""The paper's experiment (section 5). Its algorithm 4.1 leaves the maximum out of the sum, as ``log1p`` does; the
shifted softmaxes here add its 1 in its place."""


def published(logits: NDArray[np.float64]) -> pd.DataFrame:
    """A row for each pair of algorithms and each format, as in Blanchard, Higham and Higham (2021, section 5).

    Args:
        logits: of shape (vectors, classes), rounded to each format.

    Returns:
        ``problem``, ``published``, ``unshifted``, ``shifted``, ``format``; ``vectors``; how many have a result that is
        not finite, ``lost_unshifted`` and ``lost_shifted``; ``kept``, the others of the unshifted algorithm;
        ``identical``, those of the kept whose results agree bit by bit, and ``identical_fraction`` of the kept.
    """
    import pandas as pd

    return pd.DataFrame(_compared(pair, form, logits) for pair in PAIRS for form in MAIN_FORMATS)


def _compared(pair: Pair, form: str, logits: NDArray[np.float64]) -> dict[str, Any]:
    x = FORMATS[form].round(logits)
    algorithms = get_problem(pair.problem).algorithms
    unshifted, shifted = (_by_vector(algorithms[name](x)) for name in (pair.unshifted, pair.shifted))
    finite = np.isfinite(unshifted).all(axis=-1)
    same = finite & (unshifted == shifted).all(axis=-1)
    kept = int(finite.sum())
    return {
        "problem": pair.problem,
        "published": pair.published,
        "unshifted": pair.unshifted,
        "shifted": pair.shifted,
        "format": form,
        "vectors": len(x),
        "lost_unshifted": len(x) - kept,
        "lost_shifted": int((~np.isfinite(shifted).all(axis=-1)).sum()),
        "kept": kept,
        "identical": int(same.sum()),
        "identical_fraction": int(same.sum()) / kept if kept else math.nan,
    }


def together(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """The counts of ``published`` for the vectors of both."""
    counts = ["vectors", "lost_unshifted", "lost_shifted", "kept", "identical"]
    both = a.assign(**{name: a[name] + b[name] for name in counts})
    return both.assign(identical_fraction=both["identical"] / both["kept"].where(both["kept"] > 0))


def _by_vector(result: Any) -> NDArray[np.float64]:
    return np.asarray(result).astype(np.float64).reshape(len(result), -1)


def sums(softmax: NDArray[Any]) -> tuple[float, float]:
    """The least and the largest sum of a computed softmax over its classes; NaN where some are not finite.

    Sums of binary64 are exact, of narrower numbers added by halves in binary64: their error is below 2**-47 of them.
    """
    computed = softmax.astype(np.float64)
    if not np.isfinite(computed).all():
        return math.nan, math.nan
    exact = softmax.dtype == np.float64
    each = [math.fsum(row) for row in computed.tolist()] if exact else computed.sum(axis=-1).tolist()
    return min(each), max(each)
