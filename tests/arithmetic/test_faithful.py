import ml_dtypes
import mpmath
import numpy as np
import pytest

from study.arithmetic import doubledouble, fixedpoint
from study.arithmetic.scaled import Scaled
from study.certified.errors import Outcome, compare
from study.formats import FORMATS
from study.inputs.adversarial import adversarial
from study.problems import PROBLEMS
from study.problems.reference import reference

SCALAR = [p for p in PROBLEMS.values() if p.shape == "()->()"]
WRONG = [Outcome.OVERFLOW, Outcome.UNDERFLOW, Outcome.NAN, Outcome.MISSED]


def assert_faithful(problem, args):
    measured = compare(problem.algorithms["faithful"](*args), reference(problem, *args))
    assert np.max(measured.ulps, initial=0) <= 1
    assert not np.any(np.isin(measured.outcome, WRONG))


def assert_rounded_correctly(problem, args):
    measured = compare(problem.algorithms["faithful"](*args), reference(problem, *args))
    assert np.max(measured.ulps) <= 0.5 + 2.0**-20
    assert not np.any(np.isin(measured.outcome, WRONG))


def every_number(dtype):
    return (
        np.arange(2 ** (8 * np.dtype(dtype).itemsize), dtype=np.uint32)
        .astype(f"u{np.dtype(dtype).itemsize}")
        .view(dtype)
    )


@pytest.mark.parametrize("problem", SCALAR, ids=lambda p: p.name)
@pytest.mark.parametrize("form", ["float8_e4m3fn", "float8_e5m2"])
def test_every_number_of_8_bits(problem, form):
    assert_faithful(problem, (every_number(FORMATS[form].dtype),))


@pytest.mark.parametrize("problem", SCALAR, ids=lambda p: p.name)
@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16], ids=lambda d: np.dtype(d).name)
def test_numbers_of_16_bits(problem, dtype):
    assert_faithful(problem, (every_number(dtype)[::23],))


@pytest.mark.parametrize("name", ["logaddexp", "binary_cross_entropy", "binary_cross_entropy_with_logits"])
def test_a_grid_of_pairs(name):
    coarse = every_number(np.float16)[::1009]
    assert_faithful(PROBLEMS[name], tuple(np.meshgrid(coarse, coarse)))


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda f: f.name)
@pytest.mark.parametrize("n", [1, 2, 7])
def test_random_and_adversarial_inputs(problem, form, n):
    assert_faithful(problem, adversarial(problem, form, rows=60, n=n))


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("likelihood", ([[2.0**-9, 0.5], [2.0**-9, 0.5625], [256, 1.8125]],)),
        ("softmax", ([[0.0] * 1024],)),
        ("log_softmax", ([[448.0, -16.0], [-16.0, 448.0]],)),
        ("nll", ([[448.0, -16.0]], [1])),
        ("multilabel_nll", ([[448.0, -16.0]], [[0.0, 1.0]])),
    ],
)
def test_on_a_tie_between_a_number_and_none(name, args):
    args = [np.array(a, dtype=ml_dtypes.float8_e4m3fn if isinstance(a[0], list) else int) for a in args]
    assert_faithful(PROBLEMS[name], args)


def test_a_product_beside_a_tie_by_less_than_double_doubles_hold():
    """The numerators are the factors of 2**114 + 1: 2**-1075 (1 + 2**-114) rounds to 2**-1074."""
    factors = [8181211580635145 * 2.0**-53, 19364035800013 * 2.0**-45, 131101 * 2.0**-18]
    p = np.array([[*factors, 2.0**-536, 2.0**-537], [*factors, 2.0**-537, 2.0**-537]])
    assert PROBLEMS["likelihood"].algorithms["faithful"](p).tolist() == [5e-324, 0.0]
    assert_faithful(PROBLEMS["likelihood"], (p,))


def test_the_log_of_a_product_near_1_is_within_half_an_ulp():
    p = 1 - 2.0**-53 * np.random.default_rng(0).integers(0, 8, (200, 8))
    measured = compare(PROBLEMS["log_likelihood"].algorithms["faithful"](p), reference("log_likelihood", p))
    assert measured.ulps.max() < 0.5 + 2.0**-40


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "nll", "likelihood", "log_likelihood", "mean_nll", "entropy"])
@pytest.mark.parametrize("form", ["float16", "float64"])
def test_long_rows(name, form):
    assert_faithful(PROBLEMS[name], adversarial(PROBLEMS[name], FORMATS[form], rows=1, n=5000))


def test_a_divergence_that_cancels_beyond_binary64():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.26, 0.49, (3000, 3)).astype(np.float32)
    moved = rng.integers(1, 9, 3000) * np.float32(2.0**-25)
    q = (p + np.stack([moved, 0 * moved, -moved], axis=-1)).astype(np.float32)
    assert_rounded_correctly(PROBLEMS["kl_divergence"], (p, q))


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16])
def test_a_mean_of_large_values_that_cancel(dtype):
    large, small = 2.0 ** np.arange(40, 90), np.arange(50) * 20 + 3.0
    for order in ([0, 1, 2], [1, 0, 2], [0, 2, 1]):
        v = np.stack([large, small, -large], axis=-1)[:, order].astype(dtype)
        x = np.broadcast_to(np.array([0.0, -1.0, 0.0])[order], v.shape).astype(dtype)
        assert_rounded_correctly(PROBLEMS["weighted_mean"], (x, v))


@pytest.mark.parametrize("terms", [2, 3, 4, 6])
def test_logsumexp_as_near_to_its_zero_as_binary64_comes(terms):
    rng = np.random.default_rng(terms)
    rows = []
    for _ in range(20):
        x = [-rng.uniform(0.1, 2)]
        for _ in range(terms - 1):  # each further term is chosen to cancel what is left of 1
            rest = reference("logsumexp", np.array(x))[()]
            with mpmath.workprec(100):
                x.append(float(mpmath.log(-mpmath.expm1(rest))) * (1 + 2.0**-51))
        rows.append(x)
    x = np.array(rows)
    size = np.abs(reference("logsumexp", x).astype(np.float64))
    assert size.min() < 2.0 ** (-45 * (terms - 1))
    assert_faithful(PROBLEMS["logsumexp"], (x,))


def test_an_axis_a_stack_and_a_single_vector_alike():
    x = np.random.default_rng(0).standard_normal((3, 4, 5)).astype(np.float32)
    softmax = PROBLEMS["softmax"].algorithms["faithful"]
    along = softmax(x, axis=1)
    assert along.shape == x.shape
    assert np.array_equal(along[1, :, 2], softmax(x[1, :, 2]))


@pytest.mark.parametrize(
    ("function", "low", "high"), [("exp", -1e5, 1e5), ("expm1", -50, 50), ("log", 1e-300, 10), ("log1p", -0.5, 1e3)]
)
def test_double_doubles_agree_with_fixed_point(function, low, high):
    rng = np.random.default_rng(1)
    x = np.concatenate(
        [rng.uniform(low, min(high, 0 if function == "exp" else high), 200), 2.0 ** rng.uniform(-40, -1, 200)]
    )
    x = np.where(function == "exp", -np.abs(np.clip(x, -600, 600)), x)
    ours = getattr(doubledouble, function)(Scaled.number(x))
    theirs = fixedpoint.scaled(getattr(fixedpoint, function)(fixedpoint.number(x)))
    with np.errstate(divide="ignore"):
        assert np.max((ours - theirs).log2() - theirs.log2()) < -96


def test_rounding_a_double_double_is_rounding_once():
    half = Scaled.of((np.array([1.0 + 2.0**-11]), np.array([2.0**-80])))
    assert half.round(FORMATS["float16"])[0] == np.float16(1.0009765625)
    least = Scaled.of((np.array([0.5, 0.5]), np.array([0.0, 2.0**-70])), np.array([-1074, -1074]))
    assert least.round(FORMATS["float64"]).tolist() == [0.0, 5e-324]


@pytest.mark.parametrize("top", [0.0, -5000.0, -1e300])
def test_a_masked_logit_weighs_nothing_in_fixed_point_beside_any_maximum(top):
    x = np.array([top, -np.inf])
    held = fixedpoint.number(x) - fixedpoint.number(np.full(2, top))
    assert fixedpoint.scaled(fixedpoint.exp(held)).pair()[0].tolist() == [1, 0]
    ties = np.array([top, top, -np.inf, -np.inf, -np.inf])  # half of the label is due each, and had
    out = PROBLEMS["cross_entropy_label_smoothing_gradient"].algorithms["faithful"](ties, 0, 0.625)
    assert out.tolist() == [0, 0.375, -0.125, -0.125, -0.125]


def test_what_is_decided_stays_where_the_rest_of_a_row_goes_on():
    """The label's half, 2**-17, is where float8_e5m2 rounds to zero; what stands beside it is no number."""
    args = [np.array(v, ml_dtypes.float8_e5m2) for v in ([np.inf, 0.0], 2.0**-16)]
    out = PROBLEMS["cross_entropy_label_smoothing_gradient"].algorithms["faithful"](args[0], 0, args[1])
    assert np.isnan(out[0].astype(float))
    assert out[1] == 0


@pytest.mark.parametrize(("far", "due"), [([2.0**-75, -1e30], 2.0**-149), ([-(2.0**-75), -1e30], 0)])
def test_a_z_loss_beside_its_tie_with_zero(far, due):
    assert PROBLEMS["z_loss"].algorithms["faithful"](np.array(far, np.float32)) == np.float32(due)


@pytest.mark.parametrize(("gamma", "due"), [(2, 65504), (0, np.inf)])
def test_a_focal_loss_beside_its_tie_with_infinity(gamma, due):
    out = PROBLEMS["focal_loss"].algorithms["faithful"](np.array([65504, -16], np.float16), 1, np.float16(gamma))
    assert out == due


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gradients_where_a_logit_has_what_it_is_due(dtype):
    """Its distance is the mean distance of an entropy, its share that of the label, to the last digit."""
    mean = 3 * np.exp(-3.0) / (1 + np.exp(-3.0))
    for near in (0, 1, -1):
        x = np.array([0, -3, np.nextafter(dtype(-mean), dtype(near))], dtype)
        assert_faithful(PROBLEMS["entropy_from_logits_gradient"], (x,))
        x = np.array([np.nextafter(dtype(np.log(3)), dtype(2 * near)), 0], dtype)
        assert_faithful(PROBLEMS["cross_entropy_label_smoothing_gradient"], (x, 0, dtype(0.5)))
        assert_faithful(PROBLEMS["z_loss"], (np.log(np.array([0.3, 0.7])).astype(dtype),))


@pytest.mark.parametrize("problem", ["focal_loss", "focal_loss_gradient"])
@pytest.mark.parametrize(
    ("dtype", "x", "target", "gamma"),
    [
        (ml_dtypes.bfloat16, [5.65625, 45.0, -14.5, -27.375], 2, 1.52e33),  # 1 - p is near 1, and γ times that far
        (np.float64, [1e280, 1e121, 1e143, -3e6], 2, 1e280),  # γ is larger than 1 / p might be
        (np.float16, [-734.0, 1.2e-7], 1, 0.0),  # what the others have is no number of binary64 beside the target's
        (np.float32, [30.0, 0.0, 0.0], 0, 5.0),
        (np.float64, [200.0, 0.0, -1.0], 0, 2.5),
    ],
)
def test_focal_losses_beyond_the_ordinary(problem, dtype, x, target, gamma):
    assert_faithful(PROBLEMS[problem], (np.array(x, dtype), target, np.array(gamma, dtype)))


@pytest.mark.parametrize(
    ("x", "temperature"), [([1e308, -1e308], 1e308), ([700, 0], 1), ([1, 0], 1e-300), ([5, 4], 1e300)]
)
def test_a_temperature_as_large_as_the_logits_or_far_from_it(x, temperature):
    assert_faithful(PROBLEMS["temperature_softmax"], (np.array(x, np.float64), np.array(temperature, np.float64)))
