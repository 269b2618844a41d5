"""Connectionist temporal classification: by hand, path by path, and as reported: never negative, and right near 0."""

import math
from itertools import groupby, product

import mpmath
import numpy as np
import pytest

from study.arithmetic import binary64, doubledouble, fixedpoint, quick
from study.certified.errors import ulp_error
from study.formats import FORMATS
from study.measurement.case import Case
from study.problems import PROBLEMS, alignments
from study.problems.ctc_loss import FAR, _away, _faithful, _total
from study.problems.reference import condition, exact, reference

CTC = PROBLEMS["ctc_loss"]
REPORTED = np.array([[[0.0, 17.0], [0.0, 17.0]]]), np.array([[1]])
"""https://github.com/google-deepmind/optax/issues/1771: 1.713908e-15, and optax has -8.279875e-8 in float32."""


def chains(rows, steps, n, count, seed=0, scale=3.0):
    rng = np.random.default_rng(seed)
    return scale * rng.standard_normal((rows, steps, n)), rng.integers(1, n, (rows, count))


def reads(path, labels):
    return [c for c, _ in groupby(path) if c] == list(labels)


def test_the_reported_loss_is_tiny_and_negative_in_log_space():
    logits, labels = REPORTED[0].astype(np.float32), REPORTED[1]
    with mpmath.workprec(200):
        due = -mpmath.log1p(-((1 / (1 + mpmath.exp(17))) ** 2))
        assert abs(reference(CTC, logits, labels)[0] / due - 1) < 2.0**-120
        assert float(due) == pytest.approx(1.713908e-15, rel=1e-6)
    assert CTC.algorithms["log_space"](logits, labels)[0] == pytest.approx(-8.279875e-8, rel=1e-6)
    assert CTC.algorithms["naive"](logits, labels)[0] == 0
    assert ulp_error(CTC.algorithms["complement"](logits, labels), exact(CTC, logits, labels))[0] < 4
    assert ulp_error(CTC.algorithms["faithful"](logits, labels), exact(CTC, logits, labels))[0] < 0.5


@pytest.mark.parametrize(
    ("steps", "n", "count"), [(1, 2, 1), (2, 3, 2), (3, 3, 2), (4, 2, 2), (5, 3, 3), (4, 3, 0), (5, 1, 0)]
)
def test_it_is_the_sum_over_all_paths_that_read_as_the_labels(steps, n, count):
    logits, labels = chains(12, steps, n, count) if n > 1 else (np.zeros((1, steps, 1)), np.zeros((1, 0), int))
    held, computed = exact(CTC, logits, labels), [a(logits, labels) for a in CTC.algorithms.values()]
    for row, (x, given) in enumerate(zip(logits, labels, strict=True)):
        with mpmath.workprec(300):
            weights = {path: mpmath.exp(sum(mpmath.mpf(v[c]) for v, c in zip(x, path, strict=True)))
                       for path in product(range(n), repeat=steps)}  # fmt: skip
            read = mpmath.fsum(w for path, w in weights.items() if reads(path, given))
            due = mpmath.log(mpmath.fsum(weights.values()) / read) if read else mpmath.inf
            value = reference(CTC, x, given, prec=200)[()]
            assert value == due if due in (0, mpmath.inf) else abs(value / due - 1) < mpmath.mpf(2) ** -199
            assert held.to_mpf()[row] == due if due in (0, mpmath.inf) else abs(held.to_mpf()[row] / due - 1) < 2.0**-90
        for each in computed:
            assert each[row] == pytest.approx(float(due), rel=1e-13, abs=1e-13)


def test_one_step_and_one_label_are_a_loss_of_classes():
    logits, labels = chains(50, 1, 4, 1)
    for name in ("log_space", "faithful"):
        due = PROBLEMS["nll"].algorithms["faithful"](logits[:, 0], labels[:, 0])
        assert CTC.algorithms[name](logits, labels) == pytest.approx(due, rel=1e-14)
    ours, theirs = condition(CTC, logits, labels), condition("nll", logits[:, 0], labels[:, 0])
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_the_condition_number_is_at_least_that_of_every_change():
    (logits,), (labels,) = chains(1, 4, 3, 1)
    before, h, rng = reference(CTC, logits, labels)[()], 2.0**-26, np.random.default_rng(1)
    size = np.abs(logits).max(axis=-1, keepdims=True)
    changes = [h * size * rng.choice([-1.0, 1.0], logits.shape) for _ in range(400)]
    most = max(abs(float((reference(CTC, logits + c, labels)[()] - before) / before)) / h for c in changes)
    assert 0.2 * condition(CTC, logits, labels) < most <= condition(CTC, logits, labels)


@pytest.mark.parametrize("form", ["float16", "float32", "float64"])
def test_log_space_is_negative_beside_1_and_complement_never(form):
    form = FORMATS[form]
    logits, labels = chains(300, 8, 3, 1)
    logits[np.arange(300), :, labels[:, 0]] += 0.8 * form.p  # right, so that the loss is below u
    args = (form.round(logits), labels)
    case = Case(CTC, args)
    assert (case.reference.to_float() > 0).all()
    assert (CTC.algorithms["log_space"](*args) < 0).any()
    for name in ("complement", "faithful"):
        assert (CTC.algorithms[name](*args) >= 0).all()
    assert case.compare(CTC.algorithms["complement"](*args)).ulps.max() < 200


@pytest.mark.parametrize(("form", "steps"), [("float16", 40), ("float32", 300), ("float64", 2000)])
def test_probabilities_are_lost_and_logs_are_not(form, steps):
    logits, labels = chains(2, steps, 3, 2)
    case = Case(CTC, (FORMATS[form].round(logits), labels))
    assert np.isposinf(CTC.algorithms["naive"](*case.args)).all()
    for name in ("log_space", "complement", "faithful"):
        assert case.compare(CTC.algorithms[name](*case.args)).ulps.max() < 4 * steps**0.5


def test_the_engine_holds_a_long_chain_to_its_definition():
    case = Case(CTC, chains(1, 800, 3, 2))
    assert case.reference.error <= 2.0**-90
    case.confirm([case.measure(CTC.algorithms["log_space"])], "long")


def test_a_label_that_is_a_blank_and_too_few_steps_have_no_path():
    x = np.zeros((3, 2))
    for labels in ([0], [1, 0], [1, 1, 1], [1, 1, 1, 1]):
        assert {float(a(x, labels)) for a in CTC.algorithms.values()} == {np.inf}
    assert np.isfinite(CTC.algorithms["faithful"](x, [1, 1]))
    for steps, labels, due in ((0, [], 0), (0, [1], np.inf)):
        given = np.zeros((steps, 2)), np.array(labels, int)
        assert {float(a(*given)) for a in CTC.algorithms.values()} == {due} == {float(reference(CTC, *given)[()])}


@pytest.mark.parametrize(("steps", "n", "count"), [(5, 3, 2), (1, 2, 1), (4, 3, 0)])
def test_fixed_point_is_double_doubles_and_more(steps, n, count):
    args = chains(6, steps, n, count)
    with np.errstate(all="ignore"):
        ours, theirs = (arithmetic.scaled(_faithful(arithmetic, *args)[0]) for arithmetic in (doubledouble, fixedpoint))
        assert np.max((ours - theirs).log2() - theirs.log2()) < -98


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("spread", [0.1, 3.0, 40.0])
def test_what_leads_nowhere_is_summed_to_the_last_digits_whichever_class_is_the_largest(n, spread):
    rng = np.random.default_rng(n)
    logits, labels = spread * rng.standard_normal((60, 4, n)), rng.integers(0, n, (60, 3))
    terms = np.exp(np.concatenate([logits, np.full((60, 4, 1), -np.inf)], axis=-1))
    found = _away(doubledouble, doubledouble.number(terms), logits, labels)
    for row, step, state in np.ndindex(found.shape):
        due = math.fsum(terms[row, step, :-1][alignments.lost(labels[row], n)[state]])
        assert found[row, step, state].pair()[0] == pytest.approx(due, rel=2.0**-52, abs=0)


def test_numbers_with_exponents_are_summed_where_they_count():
    x, exponents = np.array([[1.0, 0.0, 0.5, 0.75]]), np.array([[-900, 10, -901, -2000]])
    for a in (binary64, quick):
        found, exponent = _total(a, a.number(x), exponents)
        assert np.ldexp(a.size(found), exponent).tolist() == [1.25 * 2.0**-900]
    assert binary64.size(_total(binary64, 0 * x, exponents)[0]).tolist() == [0]


@pytest.mark.parametrize("form", ["float16", "float32", "float64"])
@pytest.mark.parametrize("low", [-90.0, -440.0, -700.0])
def test_paths_that_binary64_loses_are_not_lost(form, low):
    """One class is out of reach of an exponential, once or at every step."""
    dtype = FORMATS[form].dtype
    logits, labels = chains(4, 8, 3, 2, scale=1.0)
    logits[:, ::3, 1:] += low
    logits = logits.astype(dtype)
    assert ulp_error(CTC.algorithms["faithful"](logits, labels), exact(CTC, logits, labels)).max() <= 0.5 + 2.0**-20


@pytest.mark.parametrize("spread", [1e3, 1e8, 1e14, 1e18])
def test_a_loss_beyond_exponentials_is_that_of_the_best_path_and_what_others_change(spread):
    logits, labels = chains(20, 6, 3, 2, scale=spread)
    words = alignments.far(logits, labels)
    for row, value in enumerate(reference(CTC, logits, labels, prec=150)):
        with mpmath.workprec(200):
            off = abs(sum(mpmath.mpf(float(word[row])) for word in words) - value)
            assert off < 2.0**-48 + abs(value) * mpmath.mpf(2) ** -100
    assert ulp_error(CTC.algorithms["faithful"](logits, labels), exact(CTC, logits, labels)).max() <= 0.5
    assert FAR * np.log(2) < 1e15


@pytest.mark.parametrize("size", [2.0**30, 2.0**41, 2.0**44, 2.0**48])
def test_a_large_loss_is_less_by_the_log_of_the_paths_that_share_it(size):
    logits = np.stack([np.zeros(4), np.full(4, -size)], axis=-1)
    assert CTC.algorithms["faithful"](logits, [1]) == size - np.log(4)


@pytest.mark.parametrize(
    ("form", "x", "due"),
    [
        ("float8_e4m3fn", [[448, -16]], np.nan),  # 464 and a little: beyond its limit
        ("float8_e5m2", [[57344, -4096]], np.inf),
        ("float16", [[0, -32752], [-16, -32752]], 32736.0),
    ],
)
def test_on_a_limit_of_a_format(form, x, due):
    args = FORMATS[form].round(np.array(x, float)), np.array([1])
    with np.errstate(invalid="ignore"):
        assert float(CTC.algorithms["faithful"](*args)) == pytest.approx(due, nan_ok=True)
