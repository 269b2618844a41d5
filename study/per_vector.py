"""What becomes of each vector of logits by the naive and by the shifted formula, and what softmax sums to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.experiment import MAIN_FORMATS
from study.formats import FORMATS
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

PROBLEMS = ("logsumexp", "softmax")


def naive_and_shifted(logits: NDArray[np.float64]) -> pd.DataFrame:
    """A row for each problem and format, as in Blanchard, Higham and Higham (2021, section 5).

    Args:
        logits: of shape (vectors, classes), rounded to each format.

    Returns:
        ``vectors``; how many have a result that is not finite, ``lost_naive`` and ``lost_shifted``; ``kept``, the
        others of the naive formula; ``identical``, those of the kept whose results agree bit by bit, and
        ``identical_fraction`` of the kept.
    """
    import pandas as pd

    return pd.DataFrame(_compared(problem, form, logits) for problem in PROBLEMS for form in MAIN_FORMATS)


def _compared(problem: str, form: str, logits: NDArray[np.float64]) -> dict[str, Any]:
    x = FORMATS[form].round(logits)
    naive, shifted = (_by_vector(get_problem(problem).algorithms[name](x)) for name in ("naive", "shifted"))
    finite = np.isfinite(naive).all(axis=-1)
    same = finite & (naive == shifted).all(axis=-1)
    kept = int(finite.sum())
    return {
        "problem": problem,
        "format": form,
        "vectors": len(x),
        "lost_naive": len(x) - kept,
        "lost_shifted": int((~np.isfinite(shifted).all(axis=-1)).sum()),
        "kept": kept,
        "identical": int(same.sum()),
        "identical_fraction": int(same.sum()) / kept if kept else math.nan,
    }


def _by_vector(result: Any) -> NDArray[np.float64]:
    return np.asarray(result).astype(np.float64).reshape(len(result), -1)


def sums(softmax: Callable[..., Any], logits: NDArray[np.float64], form: str) -> tuple[float, float]:
    """The least and the largest exact sum of a computed softmax over its classes; NaN where some are not finite."""
    computed = np.asarray(softmax(FORMATS[form].round(logits))).astype(np.float64)
    if not np.isfinite(computed).all():
        return math.nan, math.nan
    each = [math.fsum(row) for row in computed.tolist()]
    return min(each), max(each)
