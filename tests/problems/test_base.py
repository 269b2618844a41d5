"""Algorithms as callables: shapes, axes, dtypes, layouts, bad input; and condition numbers."""

import math
from itertools import product

import mpmath
import numpy as np
import pytest

from study.formats import KNOWN
from study.inputs.domains import led
from study.problems import PROBLEMS, get_problem
from study.problems.base import Problem
from study.problems.reference import condition, exact, reference
from study.problems.signature import Kind

OF_VECTORS = {"likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax", "nll"}
ALGORITHMS = [(p.name, a.name) for p in PROBLEMS.values() for a in p.algorithms.values()]
every_algorithm = pytest.mark.parametrize(("problem", "name"), ALGORITHMS)
of_vectors = pytest.mark.parametrize(("problem", "name"), [(p, a) for p, a in ALGORITHMS if p in OF_VECTORS])


def algorithm(problem, name):
    return PROBLEMS[problem].algorithms[name]


def draw(problem, form, *batch, n=7, seed=3):
    """Arguments of a problem: a stack of vectors, and whatever else it takes."""
    rng = np.random.default_rng(seed)
    low, high = (0.3, 1.0) if PROBLEMS[problem].domain == "probability" else (-3.0, 3.0)
    args = []
    for kind, domain in zip(PROBLEMS[problem].signature.arguments, PROBLEMS[problem].domains, strict=True):
        shape = batch + tuple({"b": 5, "n": n}[axis] for axis in kind.axes)
        made = rng.integers(n, size=shape) if kind.integer else rng.uniform(low, high, shape)
        args.append(made if kind.integer else KNOWN[form].round(led(domain, made)))
    return args


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def moved(problem, args, axis):
    """The vectors of the arguments laid along another axis."""
    return [
        np.moveaxis(arg, -1, axis) if kind in {Kind.VECTOR, Kind.MATRIX} else arg
        for arg, kind in zip(args, PROBLEMS[problem].signature.arguments, strict=True)
    ]


def test_the_six_problems_of_the_first_issue_are_there():
    assert set(PROBLEMS) >= OF_VECTORS
    for name in OF_VECTORS:
        assert {"naive"} < set(PROBLEMS[name].algorithms)


@every_algorithm
def test_the_dtype_is_kept_and_the_shape_is_the_signatures(problem, name):
    for form in algorithm(problem, name).formats:
        args = draw(problem, form, 4, 3)
        out = algorithm(problem, name)(*args)
        assert type(out) is np.ndarray
        assert out.dtype == KNOWN[form].dtype
        assert out.shape == PROBLEMS[problem].signature.result(args)
        single = algorithm(problem, name)(*draw(problem, form))
        assert type(single) is np.ndarray
        assert single.dtype == KNOWN[form].dtype


@every_algorithm
def test_a_stack_is_its_instances_one_by_one(problem, name):
    for form in algorithm(problem, name).formats:
        args = draw(problem, form, 4, 3)
        out = algorithm(problem, name)(*args)
        for index in np.ndindex(4, 3):
            single = algorithm(problem, name)(*(np.asarray(arg[index]) for arg in args))
            assert same_bits(out[index], single), form


@every_algorithm
def test_along_any_axis_it_is_the_same(problem, name):
    for form, axis in product(algorithm(problem, name).formats, (0, 1, -1)):
        args = draw(problem, form, 4, 3)
        due = algorithm(problem, name)(*args)
        out = algorithm(problem, name)(*moved(problem, args, axis), axis=axis)
        if PROBLEMS[problem].signature.vector_result:
            out = np.moveaxis(out, axis, -1)
        assert same_bits(out, due), (form, axis)


@every_algorithm
def test_the_memory_layout_changes_no_bit(problem, name):
    for form in algorithm(problem, name).formats:
        args = draw(problem, form, 9, 4, n=35)
        due = algorithm(problem, name)(*args)
        strided = [np.repeat(np.repeat(arg, 2, axis=0), 3, axis=-1)[::2, ..., ::3] for arg in args]
        for layout in ([np.asfortranarray(arg) for arg in args], strided, [arg[::-1].copy()[::-1] for arg in args]):
            assert same_bits(algorithm(problem, name)(*layout), due), form


@every_algorithm
def test_the_arguments_are_left_as_they_were(problem, name):
    args = draw(problem, "float32", 3) if "float32" in algorithm(problem, name).formats else draw(problem, "float16", 3)
    before = [arg.copy() for arg in args]
    algorithm(problem, name)(*args)
    assert all(same_bits(arg, old) for arg, old in zip(args, before, strict=True))


@every_algorithm
def test_lists_are_binary64(problem, name):
    if "float64" in algorithm(problem, name).formats:
        args = draw(problem, "float64", 3)
        assert same_bits(algorithm(problem, name)(*(arg.tolist() for arg in args)), algorithm(problem, name)(*args))


@every_algorithm
def test_no_instances_have_no_results(problem, name):
    form = algorithm(problem, name).formats[0]
    args = draw(problem, form, 0)
    out = algorithm(problem, name)(*args)
    assert out.shape == PROBLEMS[problem].signature.result(args)
    assert out.size == 0


@pytest.mark.parametrize(
    ("problem", "due"),
    [("likelihood", 1), ("log_likelihood", 0), ("logsumexp", -math.inf), ("softmax", []), ("log_softmax", [])],
)
def test_empty_vectors_have_the_value_of_the_empty_sum(problem, due):
    assert np.array_equal(reference(problem, np.zeros(0)).astype(float), due)
    for each in PROBLEMS[problem].algorithms.values():
        out = each(np.zeros(0, each.formats[0]))
        assert np.array_equal(out.astype(float), due), each.name


@of_vectors
def test_nan_in_nan_out(problem, name):
    args = draw(problem, algorithm(problem, name).formats[0], 2)
    args[0][0, 1] = np.nan
    out = algorithm(problem, name)(*args).astype(float)
    assert np.isnan(out[0]).all()
    assert np.isfinite(out[1]).all()


@pytest.mark.parametrize("form", ["float8_e4m3fn", "float8_e5m2"])
def test_an_8_bit_format_computes_in_binary32_and_rounds_once(form):
    for problem, name in ALGORITHMS:
        if form in algorithm(problem, name).formats:
            args = draw(problem, form, 50)
            wide = [arg.astype(np.float32) if arg.dtype.kind != "i" else arg for arg in args]
            due = KNOWN[form].round(algorithm(problem, name)(*wide))
            assert same_bits(algorithm(problem, name)(*args), due)


def test_a_target_broadcasts_against_the_logits():
    nll = algorithm("nll", "shifted")
    logits = np.array([1.0, 2.0, 3.0], np.float32)
    assert nll(logits, [0, 1, 2]).shape == (3,)
    assert same_bits(nll(np.stack([logits] * 3), 1), nll(logits, [1, 1, 1]))
    assert same_bits(nll(logits, np.uint64(1)), nll(logits, 1))
    assert nll(np.ones((3, 2, 4)), np.zeros((3, 4), int), axis=1).shape == (3, 4)


# Bad input


@every_algorithm
def test_a_dtype_that_is_no_format_is_refused_by_name(problem, name):
    message = rf"^{problem} \({name}\): dtype \S+ is not a floating-point format; use one of: "
    for dtype in (np.int64, bool, complex, object, np.longdouble):
        args = [arg if arg.dtype.kind == "i" else arg.astype(dtype) for arg in draw(problem, "float64", 2)]
        with pytest.raises(TypeError, match=message):
            algorithm(problem, name)(*args)


@of_vectors
def test_a_number_is_no_vector(problem, name):
    args = draw(problem, "float64")
    with pytest.raises(ValueError, match=r"argument 0 must be a vector or a stack of vectors, got a number"):
        algorithm(problem, name)(np.float64(1), *args[1:])


@every_algorithm
def test_a_wrong_number_of_arguments_is_counted(problem, name):
    args = draw(problem, "float64")
    with pytest.raises(ValueError, match=rf"takes {len(args)} arguments, got {len(args) + 1}"):
        algorithm(problem, name)(*args, args[0])
    with pytest.raises(ValueError, match=rf"takes {len(args)} arguments, got 0"):
        algorithm(problem, name)()


def test_an_axis_that_is_not_there_or_no_integer():
    with pytest.raises(ValueError, match=r"logsumexp \(naive\): .*axis 2 is out of bounds for array of dimension 1"):
        algorithm("logsumexp", "naive")(np.ones(3), axis=2)
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        algorithm("logsumexp", "naive")(np.ones(3), axis=0.5)


@pytest.mark.parametrize("call", [algorithm("nll", "shifted"), lambda *args: reference("nll", *args)])
class TestIndices:
    def test_outside_of_the_vectors(self, call):
        for target in (3, -1):
            with pytest.raises(ValueError, match=rf"argument 1 must lie in 0 … 2, got {target} … {target}"):
                call(np.ones(3), target)

    def test_into_an_empty_vector(self, call):
        with pytest.raises(ValueError, match="argument 1 must lie within the vectors, which are empty"):
            call(np.ones(0), 0)

    @pytest.mark.parametrize("target", [1.0, True, np.float32(1), "1"])
    def test_that_are_no_integers(self, call, target):
        with pytest.raises(TypeError, match=r"argument 1 must be integers \(an index\), got dtype"):
            call(np.ones(3), target)

    def test_of_a_shape_that_does_not_fit(self, call):
        with pytest.raises(ValueError, match=r"stacks of shapes \[\(2,\), \(3,\)\] do not broadcast"):
            call(np.ones((2, 3)), [0, 1, 2])


def test_arguments_of_different_dtypes_are_refused():
    two = Problem("two", "", "(n),(n)->()", None, None).algorithm()(lambda a, b: (a * b)[..., 0])
    with pytest.raises(
        TypeError, match=r"two \(<lambda>\): arguments of different dtypes: float32, float64; convert them to one"
    ):
        two(np.ones(3), np.ones(3, np.float32))
    assert two(np.ones(3), [2.0] * 3) == 2


def test_an_algorithm_refuses_a_format_that_it_is_not_for():
    with pytest.raises(
        TypeError, match=r"log_likelihood \(wide\): is not for float64; it is for: float16, bfloat16, float32"
    ):
        algorithm("log_likelihood", "wide")(np.ones(3))


def test_a_result_of_another_dtype_is_refused():
    made = get_problem("logsumexp")
    careless = type(algorithm("logsumexp", "naive"))(
        "logsumexp", "careless", lambda x: np.zeros(x.shape[:-1]), made.signature
    )
    with pytest.raises(TypeError, match=r"logsumexp \(careless\): returned float64 for float16"):
        careless(np.ones(3, np.float16))


def test_an_unknown_problem_is_told_its_neighbours():
    with pytest.raises(ValueError, match="no problem named 'logsumex'; did you mean: logsumexp"):
        get_problem("logsumex")
    with pytest.raises(ValueError, match="no problem named 'zzz'; did you mean: binary_cross_entropy"):
        get_problem("zzz")
    with pytest.raises(TypeError, match="a problem or its name is due, not int"):
        get_problem(3)


# Condition numbers: limits of changes, made in mpmath


def change_of(before, after):
    return np.abs(np.asarray((after - before) / before, dtype=object).astype(float))


@pytest.mark.parametrize("problem", ["logsumexp", "softmax", "log_softmax", "nll"])
def test_the_condition_number_of_logits_is_the_worst_change_of_the_result(problem):
    """Each entry may move by h times the largest; the worst signs are found by trying them all."""
    x = np.array([0.5, -1.25, 2.0, 0.75])
    args = (x, np.int64(1)) if problem == "nll" else (x,)
    h, due = 2.0**-26, 0.0
    before = reference(problem, *args)
    for signs in np.ndindex(2, 2, 2, 2):
        change = h * 2.0 * (2 * np.array(signs) - 1)
        after = reference(problem, x + change, *args[1:])
        due = np.maximum(due, change_of(before, after) / h)
    assert np.allclose(condition(problem, *args), due, rtol=1e-6)


@pytest.mark.parametrize("problem", ["likelihood", "log_likelihood"])
def test_the_condition_number_of_probabilities_is_the_worst_change_of_the_result(problem):
    p, h = np.array([0.5, 0.25, 0.75]), 2.0**-26
    before, after = reference(problem, p), reference(problem, p * (1 + h))
    assert np.isclose(condition(problem, p), change_of(before, after) / h, rtol=1e-6)


@pytest.mark.parametrize("p", [[1e-200] * 3, [1e200] * 3, [5e-324, 1.0, 1.0], [0.5] * 3])
def test_the_condition_number_of_a_likelihood_is_n_wherever_it_lies(p):
    assert condition("likelihood", np.array(p)) == 3


def test_the_condition_number_of_softmax_beyond_binary64_is_that_of_its_exponent():
    assert condition("softmax", np.array([0.0, -1000.0])).tolist() == [0, 2000]
    assert condition("log_softmax", np.array([0.0, -1000.0]))[0] == pytest.approx(2000)


def test_the_condition_number_at_a_zero_is_infinite_and_0_where_nothing_can_change():
    assert condition("log_likelihood", np.array([1.0, 1.0])) == math.inf
    assert condition("logsumexp", np.array([0.0])) == 0
    assert condition("softmax", np.array([0.0, -np.inf])).tolist() == [0, 0]


def test_the_condition_number_takes_a_reference_that_is_known():
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    known = exact("softmax", x)
    made = PROBLEMS["softmax"]
    assert np.array_equal(condition(made, x, reference=known), condition(made, x))


# No global state


def test_nothing_global_is_touched():
    before = mpmath.mp.prec, mpmath.iv.prec, np.geterr()
    np.random.seed(5)  # noqa: NPY002 - the global generator is what must not be used
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    for problem in OF_VECTORS:
        args = draw(problem, "float32", 2)
        reference(problem, *args, prec=200)
        condition(problem, *args)
        for each in PROBLEMS[problem].algorithms.values():
            each(*args)
    assert (mpmath.mp.prec, mpmath.iv.prec, np.geterr()) == before
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


@pytest.mark.parametrize("prec", [2, 10, 500])
def test_mpmaths_global_precision_changes_no_reference(prec):
    for problem in OF_VECTORS:
        args = draw(problem, "float64", 2)
        due = [value._mpf_ for value in np.ravel(reference(problem, *args))]
        with mpmath.workprec(prec):
            assert [value._mpf_ for value in np.ravel(reference(problem, *args))] == due
