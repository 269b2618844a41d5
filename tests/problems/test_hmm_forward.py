"""The forward recursion: by hand, path by path, over long chains, and where it is lost."""

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest

from study.certified.errors import ulp_error
from study.formats import FORMATS
from study.inputs.battery import STEPS, battery
from study.inputs.cancelling import products
from study.measurement.case import Case
from study.problems import PROBLEMS
from study.problems.hmm_forward import limit
from study.problems.reference import exact, reference

HMM = PROBLEMS["hmm_forward"]


def chain(steps, n=2, seed=0, *batch):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n), batch), rng.dirichlet(np.ones(n), (*batch, n)), rng.random((*batch, steps, n))


def likelihood(start, transition, likelihoods):
    """Exactly, path by path."""
    total = Fraction(0)
    for path in product(range(len(start)), repeat=len(likelihoods)):
        term = Fraction(start[path[0]])
        for step, state in enumerate(path):
            term *= Fraction(likelihoods[step][state]) * (Fraction(transition[path[step - 1]][state]) if step else 1)
        total += term
    return total


@pytest.mark.parametrize("steps", [1, 2, 6])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_it_is_the_sum_over_all_paths(steps, n):
    args = chain(steps, n)
    due = likelihood(*(x.tolist() for x in args))
    with mpmath.workprec(400):
        value = mpmath.log(mpmath.mpf(due.numerator) / due.denominator)
        assert abs(reference(HMM, *args, prec=300)[()] / value - 1) < mpmath.mpf(2) ** -299
        assert abs(exact(HMM, *args).to_mpf()[()] / value - 1) < mpmath.mpf(2) ** -90
    for algorithm in HMM.algorithms.values():
        assert algorithm(*args) == pytest.approx(float(value), rel=1e-14)


def test_a_certain_chain_has_the_log_0_and_nothing_observed_too():
    certain = [1.0, 0.0], [[0.25, 0.75], [0.5, 0.5]], [[1.0, 1.0]] * 40
    for algorithm in HMM.algorithms.values():
        assert algorithm(*certain) == pytest.approx(0, abs=1e-14 if algorithm.name == "log_space" else 0)
        assert algorithm(*certain[:2], np.empty((0, 2))) == 0
    assert reference(HMM, *map(np.array, certain))[()] == 0


def test_a_likelihood_a_hair_from_1_is_told_from_it():
    """1 - 2**-53 after 30 steps of factors that make 1 together: the log cancels beyond double-doubles."""
    likelihoods = np.ones((30, 1))
    likelihoods[::2], likelihoods[1::2], likelihoods[-1] = 0.5, 2.0, 2 - 2.0**-52
    args = np.ones(1), np.ones((1, 1)), likelihoods
    due = float(np.log1p(-(2.0**-53)))
    assert HMM.algorithms["faithful"](*args) == due == float(reference(HMM, *args)[()])


@pytest.mark.parametrize(("form", "steps"), [("float16", 40), ("float32", 300), ("float64", 2000)])
def test_probabilities_are_lost_and_the_other_formulas_are_not(form, steps):
    case = Case(HMM, tuple(FORMATS[form].round(x) for x in chain(steps, 3, 1, 2)))
    assert np.isneginf(HMM.algorithms["naive"](*case.args)).all()
    for name in ("scaled", "log_space", "faithful"):
        assert case.compare(HMM.algorithms[name](*case.args)).ulps.max() < 4 * steps**0.5


def test_the_engine_holds_a_long_chain_to_its_definition():
    case = Case(HMM, chain(4000))
    assert case.reference.error <= 2.0**-90
    case.confirm([case.measure(HMM.algorithms["scaled"])], "long")


def test_an_impossible_observation_stays_impossible():
    args = [1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [[0.5, 1.0], [0.0, 1.0], [1.0, 1.0]]
    assert {float(algorithm(*args)) for algorithm in HMM.algorithms.values()} == {-np.inf}


def test_the_limit_is_that_of_the_recursion_in_extended_reals():
    start, transition, likelihoods = chain(5, 3, 2, 100)
    rng = np.random.default_rng(3)
    for x in (start, transition, likelihoods):
        x[...] = rng.choice([0.0, 1.0, 1.0, 1.0, np.inf], x.shape, p=[0.2, 0.25, 0.25, 0.28, 0.02])
    with np.errstate(all="ignore"):
        state = start * likelihoods[:, 0]
        for step in range(1, 5):
            state = (state[..., None] * transition).sum(-2) * likelihoods[:, step]
        due = state.sum(-1)
    found = limit(start, transition, likelihoods)
    assert {0.0, 1.0, np.inf} < set(found[~np.isnan(found)]) | {np.nan}
    assert np.array_equal(found, np.where(np.isfinite(due), np.sign(due), due), equal_nan=True)


def test_the_condition_number_counts_the_factors_of_a_path():
    args = chain(7)
    h = 2.0**-30
    before, after = (reference(HMM, *(x * (1 + e) for x in args))[()] for e in (0, h))
    assert HMM.sensitivity(*args, np.float64(before)) == pytest.approx(float(after - before) / h, rel=1e-6)


def test_chains_of_the_battery_are_short_and_of_the_length_that_is_asked_for():
    assert {args[2].shape[1] for args in battery(HMM, "float32").values()} <= set(range(1, STEPS + 1))
    ((kind, args),) = battery(HMM, "float32", [700]).items()
    assert (kind, args[1].shape[1:], args[2].shape[1]) == ("length 700", (3, 3), 700)


@pytest.mark.parametrize("form", ["float32", "float64"])
def test_products_within_u_squared_of_1_are_told_from_it(form):
    likelihoods = products(FORMATS[form], 20, "chain")[:, :, None]
    case = Case(HMM, (np.ones((20, 1), likelihoods.dtype), np.ones((20, 1, 1), likelihoods.dtype), likelihoods))
    assert np.abs(case.reference.to_float()).max() < 64 * FORMATS[form].u ** 2
    assert case.compare(HMM.algorithms["faithful"](*case.args)).ulps.max() <= 0.5


@pytest.mark.parametrize("form", ["bfloat16", "float32", "float64"])
def test_states_that_binary64_loses_are_not_lost(form):
    """Of two states the likelier one is left for good after nine steps: what remains is any power of two below it."""
    least = FORMATS[form].xmin
    start, transition = np.array([0.5, 0.5]), np.array([[1.0, 0.0], [0.0, 1.0]])
    likelihoods = np.array([[1.0, least]] * 9 + [[0.0, 0.75]])
    args = [v.astype(FORMATS[form].dtype) for v in (start, transition, likelihoods)]
    assert ulp_error(HMM.algorithms["faithful"](*args), exact(HMM, *args)).max() <= 0.5 + 2.0**-20
