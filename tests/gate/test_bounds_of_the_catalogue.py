import numpy as np
import pytest

from study.certified.errors import relative_error
from study.certified.exact import Exact
from study.formats import FORMATS
from study.inputs.adversarial import adversarial, reals
from study.inputs.families import generator, rounded
from study.problems import PROBLEMS
from study.problems.bounds import logsumexp, model, softmax
from study.problems.reference import exact
from study.problems.softplus import cutoffs

BOUNDED = [(p, a) for p in PROBLEMS.values() for a in p.algorithms.values() if a.bound is not None]


def used(algorithm, bound, form, args, reference):
    """The largest error as a fraction of the bound, and how many bounds are finite."""
    error = relative_error(algorithm(*args), reference)
    wide = [a if a.dtype.kind in "iu" else a.astype(np.float64) for a in args]
    with np.errstate(all="ignore"):
        limit = np.broadcast_to(bound(form, wide, reference), error.shape)
    finite = np.isfinite(limit)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(error == 0, 0.0, error / limit)[finite]
    return np.max(share, initial=0), int(finite.sum())


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32", "float64"])
def test_no_error_exceeds_its_bound(name, form):
    problem, form = PROBLEMS[name], FORMATS[form]
    for n in (2, 30):
        args = adversarial(problem, form, 100, n, "bounds")
        reference = exact(problem, *args)
        for algorithm in problem.algorithms.values():
            if algorithm.bound is not None and form.name in algorithm.formats:
                assert used(algorithm, algorithm.bound, form, args, reference)[0] <= 1, (algorithm.name, n)


@pytest.mark.parametrize(("problem", "algorithm"), BOUNDED, ids=lambda v: v.name)
def test_every_bound_says_something_and_not_too_much(problem, algorithm):
    form = FORMATS["float32"]
    args = adversarial(problem, form, 100, 2, "says")
    share, finite = used(algorithm, algorithm.bound, form, args, exact(problem, *args))
    assert finite
    assert share > 0.01


def two_equal(value, form):
    return np.array([[value, value]]).astype(FORMATS[form].dtype)


def test_theorem_4_2_fails_as_printed_and_holds_with_the_final_addition():
    x, form = two_equal(1000.0, "float16"), FORMATS["float16"]
    reference = exact("logsumexp", x)
    shifted = PROBLEMS["logsumexp"].algorithms["shifted"]
    share = used(shifted, logsumexp.logsumexp_shifted_printed, form, [x], reference)[0]
    assert relative_error(shifted(x), reference)[0] / form.u == pytest.approx(0.395, abs=1e-3)
    assert share == pytest.approx(0.395 / 0.0027, rel=0.02)
    assert used(shifted, logsumexp.logsumexp_shifted, form, [x], reference)[0] <= 1
    assert used(shifted, logsumexp.logsumexp_shifted_corrected, form, [x], reference)[0] <= 1


def test_theorem_4_4_fails_as_printed_and_holds_with_the_final_addition():
    x, form = two_equal(1000.0, "float16"), FORMATS["float16"]
    reference = exact("softmax", x)
    minus = PROBLEMS["softmax"].algorithms["exp_minus_logsumexp"]
    assert np.max(relative_error(minus(x), reference)) / form.u == pytest.approx(436, abs=1)
    share = used(minus, softmax.softmax_from_logsumexp_printed, form, [x], reference)[0]
    assert share == pytest.approx(436 / 4.39, rel=0.01)
    assert used(minus, softmax.softmax_from_logsumexp_corrected, form, [x], reference)[0] <= 1


@pytest.mark.parametrize("form", ["float16", "bfloat16"])
def test_the_corrected_forms_hold_where_the_papers_model_does(form):
    form = FORMATS[form]
    (x,) = rounded(form, (reals(form, generator("theorem", form.name), 400, 6),))
    x = x[np.isfinite(x.astype(np.float64)).all(axis=-1)]
    for problem, algorithm, bound in (
        ("logsumexp", "shifted", logsumexp.logsumexp_shifted_corrected),
        ("softmax", "exp_minus_logsumexp", softmax.softmax_from_logsumexp_corrected),
    ):
        share, finite = used(PROBLEMS[problem].algorithms[algorithm], bound, form, [x], exact(problem, x))
        assert finite > 300
        assert share <= 1


def test_strict_bounds_are_above_first_order_ones_and_end_at_one_half():
    c = np.array([0.0, 1.0, 100.0, 600.0, 1e9])
    strict = model.strict(c, 2.0**-11)
    assert np.all(strict >= c * 2.0**-11)
    assert strict[0] == 0
    assert np.isinf(strict[-1])


def test_softplus_cutoffs_are_the_published_ones_for_binary64():
    low, middle, high = cutoffs(53)
    assert (round(low), round(middle), high) == (-37, 17, pytest.approx(33.3, abs=0.3))


@pytest.mark.parametrize("p", [8, 11, 24, 53])
def test_softplus_leaves_out_less_than_u_beyond_its_cutoffs(p):
    low, middle, high = cutoffs(p)
    u = 2.0**-p
    assert np.exp(low) / 2 <= u
    assert np.exp(-2 * middle) / (2 * middle) <= u * (1 + 1e-9)
    assert np.exp(-high) / high <= u * (1 + 1e-9)


def test_a_bound_that_is_wrong_is_caught():
    form = FORMATS["float16"]
    (x,) = adversarial(PROBLEMS["logsumexp"], form, 100, 5)
    shifted = PROBLEMS["logsumexp"].algorithms["shifted"]

    def tenth(*call):
        return logsumexp.logsumexp_shifted(*call) / 10

    assert used(shifted, tenth, form, [x], exact("logsumexp", x))[0] > 1
    assert isinstance(exact("logsumexp", x), Exact)
