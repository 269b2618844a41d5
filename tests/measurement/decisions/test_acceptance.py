import mpmath
import numpy as np
import pytest

from study.formats import KNOWN, MAIN_FORMATS
from study.inputs.families import generator
from study.measurement.decisions import acceptance
from study.measurement.decisions.given import probabilities


def pair(name):
    """Logits of a target and of a draft near it."""
    target = generator("target").normal(0, 2, (3, 20))
    return tuple(KNOWN[name].round(x) for x in (target, target + generator("draft").normal(0, 1, target.shape)))


def by_mpmath(target, draft):
    with mpmath.workprec(200):
        p, q = ([mpmath.exp(x) for x in row.astype(float)] for row in (target, draft))
        return [min(1, float((a / mpmath.fsum(p)) / (b / mpmath.fsum(q)))) for a, b in zip(p, q, strict=True)]


@pytest.mark.parametrize("name", MAIN_FORMATS)
def test_what_is_due_and_what_the_formulas_give(name):
    target, draft = pair(name)
    due = acceptance.due(probabilities(target)[0], probabilities(draft)[0])
    assert due.tolist() == [
        pytest.approx(by_mpmath(*rows), rel=1e-15, abs=0) for rows in zip(target, draft, strict=True)
    ]
    assert (due == 1).any()
    for accept in acceptance.FORMULAS.values():
        made = accept(target, draft)
        assert made.dtype == KNOWN[name].dtype
        assert np.abs(made.astype(float) - due).max() < 100 * KNOWN[name].u
        assert np.abs(accept(draft, target).astype(float) - due).max() > 0.1


def test_the_ratio_is_0_over_0_where_both_underflow():
    target, draft = np.float16([[0, -20]]), np.float16([[0, -21]])
    assert np.isnan(acceptance.ratio(target, draft)).tolist() == [[False, True]]
    assert acceptance.logs(target, draft).tolist() == [[1, 1]]
    assert acceptance.due(probabilities(target)[0], probabilities(draft)[0])[0, 1] == 1
