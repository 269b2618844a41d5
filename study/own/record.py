"""An audit as data: JSON, every figure of it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from study.measurement.written import decimal
from study.own.answer import answer, figures, notes, place

if TYPE_CHECKING:
    import pandas as pd

    from study.own.audit import Audit
    from study.own.score import Score


def record(audit: Audit) -> str:
    """JSON of an audit; what is no finite number is a word: inf, -inf, nan."""
    logits, stored, reference = audit.logits, audit.logits.stored, audit.part.reference
    return json.dumps(
        told({
            "file": audit.name,
            "shape": stored.shape,
            "dtype": stored.dtype.name,
            "vectors": stored.vectors,
            "measured": audit.part.count,
            "interrupted": audit.interrupted,
            "least": logits.least,
            "largest": logits.largest,
            "masked": logits.masked,
            "problem": audit.due,
            "mean": decimal(audit.mean, figures(audit.mean)),
            "mean_relative_error": float(audit.mean.error),
            "perplexity": math.exp(mean) if (mean := float(audit.mean.to_float())) < 709 else math.inf,
            "infinite": reference.infinite,
            "undefined": reference.undefined,
            "answer": [*answer(audit), *notes(audit)],
            "scores": [_score(audit, score) for score in audit.scores],
            "refused": [{**_method(method), "says": said} for method, said in audit.part.refused.items()],
            "figures": _rows(audit.figures),
            "published": _rows(audit.part.published),
            "sums": _rows(audit.sums),
        }),
        indent=1,
        allow_nan=False,
    )  # fmt: skip


def _score(audit: Audit, score: Score) -> dict[str, Any]:
    return {
        **_method(score.method),
        "mean": score.mean,
        "mean_in_format": score.in_format,
        "digits": score.digits,
        "digits_of_worst": score.token_digits,
        "lost": score.lost,
        "lost_to_zero": score.tally.zeros,
        "worst": place(audit, score.tally.row),
        "worst_vector": score.tally.row,
        "worst_value": score.tally.value,
        "worst_exact": score.tally.exact,
        "worst_error": score.tally.error,
    }


def _method(method: Any) -> dict[str, str]:
    return {"function": method.label, "backend": method.backend, "format": method.form, "recipe": method.under}


def _rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    return [] if table is None else [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def told(value: Any) -> Any:
    """A value as JSON takes it: what is no finite number is a word."""
    if isinstance(value, dict):
        return {key: told(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [told(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
