"""The probabilities that a decision starts from: of logits, as a kernel that computes softmax wide stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.formats import format_of
from study.problems.reference import exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact


def probabilities(logits: NDArray[Any]) -> tuple[Exact, NDArray[Any]]:
    """The exact softmax of logits of a format, and the same rounded to the format once."""
    due = exact("softmax", logits)
    return due, format_of(logits).round(due.to_float())
