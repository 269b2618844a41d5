"""MPFR's arithmetic on rows beside mpmath's: each encloses what the other does, for every problem."""

import mpmath
import numpy as np
import pytest
from mpmath.libmp import fnan, from_float, mpf_le

from study.certified import certify
from study.certified.certify import UncertifiedError, certified
from study.certified.directed import DirectedArithmetic
from study.certified.interval import arithmetic
from study.formats import FORMATS
from study.inputs.battery import battery
from study.problems import PROBLEMS
from study.problems.reference import prepare

SHOWN = 2000
"""Components of a vector that are compared at most, evenly taken."""
LARGE, LARGEST = 2**16, 2**18
"""Instances of more numbers are left out, where mpmath takes seconds for each; but of some problems."""
SUMS = ("logsumexp", "log_likelihood", "cross_entropy", "kl_divergence")
"""Problems on whose definitions long rows are tried too: of exponentials, of logs, of products, of log ratios."""
ARITHMETICS = {"mpmath": 10**9, "MPFR": -1}


def values(problem, instance, make, prec=60):
    """The ends of the values of a definition."""
    out = problem.definition(make(prec), *[a if np.ndim(a) else a.item() for a in map(np.asarray, instance)])
    length = problem.signature.length(instance)
    chosen = [out(j) for j in range(0, length, 1 + length // SHOWN)] if problem.signature.vector_result else [out]
    return [(from_float(v), from_float(v)) if isinstance(v, float) else v._mpi_ for v in chosen]


def apart(a, b):
    """Whether no number lies in both."""
    if fnan in a + b:
        return a != b
    return not (mpf_le(a[0], b[1]) and mpf_le(b[0], a[1]))


def disagreements(problem, form, prec=60, every=40, large=LARGE):
    """Instances of the hard battery of which the two enclosures have nothing in common."""
    found, seen = [], 0
    for args in battery(problem, form).values():
        stacks = problem.signature.stacked(prepare(problem, args))
        for row in range(0, len(stacks[0]) if stacks[0].size else 0, every):
            instance = [a[row] for a in stacks]
            if sum(map(np.size, instance)) > large:
                continue
            ours, theirs = (values(problem, instance, make, prec) for make in (DirectedArithmetic, arithmetic))
            seen += 1
            found += [instance] * any(map(apart, ours, theirs))
    assert seen
    return found


@pytest.mark.parametrize("form", ["float16", "float64"])
@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_the_two_arithmetics_enclose_one_value(problem, form):
    assert not disagreements(problem, form)


@pytest.mark.parametrize("name", SUMS)
def test_they_do_on_rows_as_long_as_a_vocabulary(name):
    assert not disagreements(PROBLEMS[name], "float64", large=LARGEST)


def test_the_comparison_sees_an_exponential_that_is_off(monkeypatch):
    exp = DirectedArithmetic.exp
    monkeypatch.setattr(DirectedArithmetic, "exp", lambda self, x: exp(self, x) * (1 + 2.0**-50))
    assert disagreements(PROBLEMS["logsumexp"], "float32")


@pytest.mark.parametrize("short", ARITHMETICS.values(), ids=ARITHMETICS)
@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, problem in PROBLEMS.items() for case in problem.special]
)
def test_special_values_are_those_written_down(monkeypatch, name, case, short):
    monkeypatch.setattr(certify, "SHORT", short)
    args, due = case
    problem = PROBLEMS[name]
    kinds = problem.signature.arguments
    instance = [
        np.array(a, dtype=np.int64 if kind.integer else np.float64) for a, kind in zip(args, kinds, strict=True)
    ]
    wanted = range(len(due)) if problem.signature.vector_result else None
    found = [float(v) for v in certified(problem.definition, instance, 60, components=wanted)]
    assert np.array_equal(found, np.atleast_1d(np.array(due, dtype=float)), equal_nan=True)


@pytest.mark.parametrize("short", ARITHMETICS.values(), ids=ARITHMETICS)
def test_a_limit_of_the_format_is_told_by_both(monkeypatch, short):
    monkeypatch.setattr(certify, "SHORT", short)
    form = FORMATS["float8_e4m3fn"]
    (value,) = certified(PROBLEMS["log_softmax"].definition, [np.array([448.0, -16.0])], 60, form, [1])
    with mpmath.workprec(800):
        assert value < -464


def test_a_row_is_summed_as_it_is_written_also_where_its_numbers_are_held_once():
    row = np.repeat([0.5, -3.0, 2.0, 0.25], [3, 1, 4, 2])
    rng = np.random.default_rng(1)
    rng.shuffle(row)
    a = DirectedArithmetic(120)
    held = a.exact(row)
    assert len(held.low) == 4
    wide = a.exact(row + 2.0**-40)
    assert len(wide.low) == len(row)
    for part in (slice(None), row > 0, np.array([0, 0, 5]), np.array([], dtype=int)):
        assert a.sum(held[part])._mpi_ == a.exact(row[part].sum())._mpi_
        assert a.sum(held[part] * wide[part])._mpi_ == a.exact((row * (row + 2.0**-40))[part].sum())._mpi_
    assert all(held[j]._mpi_ == a.exact(row[j])._mpi_ for j in range(len(row)))


def test_what_mpfr_cannot_hold_is_left_to_mpmath(monkeypatch):
    x = np.append(np.zeros(40), -1e30)
    monkeypatch.setattr(certify, "MAX_PREC", 44)
    with pytest.raises(UncertifiedError):
        certified(PROBLEMS["softmax"].definition, [x], 5, components=[40])
    monkeypatch.undo()
    (value,) = certified(PROBLEMS["softmax"].definition, [x], 60, components=[40])
    with mpmath.workprec(200):
        assert abs(mpmath.log(value) / (-mpmath.mpf(1e30) - mpmath.log(40)) - 1) < 1e-30


def test_sums_of_log1p_are_one_whether_they_go_through_a_product_or_not():
    for scale in (1.0, 2.0**-19, 2.0**-21, 2.0**-300):
        t = scale * np.random.default_rng(2).uniform(0.5, 1, 50)
        ends = [a.sum_log1p(a.exact(t))._mpi_ for a in (arithmetic(90), DirectedArithmetic(90))]
        assert not apart(*ends)
        low, high = map(mpmath.mp.make_mpf, ends[1])
        assert 0 < (high - low) / low < 2.0**-75


@pytest.mark.parametrize("prec", [30, 100, 1200, 3000])
def test_the_log_of_a_ratio_encloses_it_and_is_narrow(prec):
    p, q = np.random.default_rng(3).uniform(0.1, 1, (2, 60))
    q[0], q[1] = p[0] / 2, p[1]
    a, wide = DirectedArithmetic(prec), arithmetic(prec + 100)
    ratio = a.log_ratio(a.exact(p), a.exact(q))
    for j, due in enumerate(wide.log_ratio(wide.exact(p), wide.exact(q))):
        low, high = ratio[j]._mpi_
        assert mpf_le(low, due._mpi_[0])
        assert mpf_le(due._mpi_[1], high)
        with mpmath.workprec(prec + 100):
            assert mpmath.mp.make_mpf(high) - mpmath.mp.make_mpf(low) <= mpmath.ldexp(1, 5 - prec)


@pytest.mark.parametrize("form", ["bfloat16", "float16", "float32", "float64"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_sums_of_exponentials_enclose_those_of_mpmath_and_are_narrow(form, scale):
    x = (scale * np.random.default_rng(3).standard_normal((50, 4))).astype(FORMATS[form].dtype).astype(float)
    x[0, 0], top = -np.inf, x.max(axis=1)
    ours = DirectedArithmetic(104).sums_of_exponentials(x, top)
    theirs = arithmetic(300).sums_of_exponentials(x, top)
    for k, sum_of_row in enumerate(theirs):
        low, high = (mpmath.mp.make_mpf(end) for end in ours[k]._mpi_)
        least, most = (mpmath.mp.make_mpf(end) for end in sum_of_row._mpi_)
        with mpmath.workprec(320):
            assert low <= least <= most <= high <= low * (1 + mpmath.ldexp(1, -99))


def test_a_sum_of_exponentials_that_mpfr_cannot_hold_is_enclosed():
    a = DirectedArithmetic(104)
    low, high = a.sums_of_exponentials(np.full((3, 2), -1e9), np.zeros(3))[0]._mpi_
    assert a.left_range
    assert low == from_float(0.0)
    assert mpf_le(low, high)
